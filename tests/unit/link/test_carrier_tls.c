/*
 * test_carrier_tls.c - certificates of carriers at a reload: read before the change, also by another thread, and only
 * swapped in with it; read there when nobody has. Handshakes are test_conn_tls.c's.
 */
#include <pthread.h>
#include <stdlib.h>
#include "carriers_rig.h"
#include "certs.h"

static struct certs_files files;

static int make_all(void **state)
{
	(void)state;
	certs_make_files(&files, 4000000);
	return 0;
}

static struct carriers_rig *start(void)
{
	struct carriers_rig *t = carriers_rig_prepare();

	t->conf.tls = (struct tls_conf){.enable = true,
					.certificate = files.certificate,
					.key = files.key,
					.ca = files.ca,
					.crl = (char *)"",
					.name = (char *)"smsc.example",
					.verify = true};
	carriers_rig_go(t);
	return t;
}

static uint64_t expires(const struct carriers_rig *t, size_t i)
{
	return carrier_stats(carriers_at(t->carriers, i))->certificate_expires;
}

static struct carriers_plan *prepare(struct carriers_rig *t, const struct carrier_conf *confs, size_t n)
{
	char *errors = NULL;
	struct carriers_plan *p = carriers_prepare(t->carriers, confs, n, &t->limits, &errors);

	assert_non_null(p);
	assert_null(errors);
	return p;
}

static void apply(struct carriers_rig *t, struct carriers_plan *p)
{
	carriers_grow(t->carriers, p);
	carriers_apply(t->carriers, p);
}

static void *read_in_thread(void *plan)
{
	carriers_read(plan);
	return NULL;
}

/* The files are gone when the change comes: it needs them no more, for old carriers and for new ones. */
static void read_before(void **state)
{
	struct carriers_rig *t = start();
	struct carrier_conf confs[2] = {t->conf, t->conf};
	uint64_t before = expires(t, 0);
	pthread_t thread;

	(void)state;
	assert_true(before > 0);
	confs[1].name = (char *)"联通";
	certs_sign("gw", 2000000);
	struct carriers_plan *p = prepare(t, confs, 2);
	assert_int_equal(pthread_create(&thread, NULL, read_in_thread, p), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(expires(t, 0), before);
	remove(files.key);
	remove(files.certificate);
	apply(t, p);
	assert_in_range(before - expires(t, 0), 1900000, 2100000);
	assert_int_equal(carriers_count(t->carriers), 2);
	assert_int_equal(expires(t, 1), expires(t, 0));
	t->conf = confs[0];
	carriers_rig_stop(t);
}

/* Nobody has read them before: the change does; what cannot be read leaves what there is. */
static void read_with_the_change(void **state)
{
	struct carriers_rig *t = start();
	struct carrier_conf one = t->conf, two = t->conf;
	uint64_t before = expires(t, 0);

	(void)state;
	certs_sign("gw", 2000000);
	apply(t, prepare(t, &one, 1));
	uint64_t after = expires(t, 0);
	assert_in_range(before - after, 1900000, 2100000);
	remove(files.key);
	apply(t, prepare(t, &two, 1));
	assert_int_equal(expires(t, 0), after);
	t->conf = two;
	carriers_rig_stop(t);
}

/* A fault that was found by the thread is told with the change, and the old certificate goes on. */
static void a_fault_read_before(void **state)
{
	struct carriers_rig *t = start();
	struct carrier_conf one = t->conf, plain = t->conf;
	uint64_t before = expires(t, 0);

	(void)state;
	remove(files.key);
	struct carriers_plan *p = prepare(t, &one, 1);
	carriers_read(p);
	certs_sign("gw", 2000000); /* too late for this change */
	apply(t, p);
	assert_int_equal(expires(t, 0), before);
	plain.tls.enable = false;
	p = prepare(t, &plain, 1);
	carriers_read(p);
	apply(t, p);
	assert_int_equal(expires(t, 0), 0);
	t->conf = plain;
	carriers_rig_stop(t);
}

/* What was read for a change that does not come is freed, which the sanitizer sees to. */
static void dropped(void **state)
{
	struct carriers_rig *t = start();
	uint64_t before = expires(t, 0);
	struct carriers_plan *p = prepare(t, &t->conf, 1);

	(void)state;
	carriers_read(p);
	carriers_drop(p);
	carriers_drop(NULL);
	assert_int_equal(expires(t, 0), before);
	carriers_rig_stop(t);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_all, certs_remove_all)

static const struct CMUnitTest cases[] = {
	CASE(read_before),
	CASE(read_with_the_change),
	CASE(a_fault_read_before),
	CASE(dropped),
};

UNIT_MAIN(cases)
