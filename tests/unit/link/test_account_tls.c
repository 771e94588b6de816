/*
 * test_account_tls.c - accounts that ask for TLS and for a client certificate with their name; listeners with and
 * without TLS side by side; certificates that are read again. Handshakes are test_conn_tls.c's.
 */
#include <stdlib.h>
#include "accounts_rig.h"
#include "certs.h"

#define TLS_PORT 3550

static struct certs_files files;

static struct listen_conf listens[] = {
	{.address = (char *)"127.0.0.1", .port = ACCOUNTS_PORT},
	{.address = (char *)"127.0.0.1",
	 .port = TLS_PORT,
	 .tls = {.certificate = files.certificate, .key = files.key, .ca = files.ca}},
};

static int make_all(void **state)
{
	(void)state;
	certs_make_files(&files, 8640000);
	return 0;
}

static struct accounts_rig *start(void)
{
	static const struct account_ops none = {0};
	struct accounts_rig *t = accounts_rig_prepare();
	char *why = NULL;

	accounts_rig_add(t, "bank", "secret")->client_name = (char *)"bank.example";
	accounts_rig_add(t, "safe", "secret")->require_tls = true;
	accounts_rig_add(t, "any", "secret");
	/* nothing but binds is wanted here: no call goes up */
	t->accounts = accounts_new(t->rig.loop, t->rig.conns, t->rig.sessions, t->confs, t->n, &t->limits, "smppgw",
				   &none, t, t->stats);
	assert_int_equal(accounts_listen(t->accounts, listens, 2, &why), 0);
	return t;
}

/* What a transmitter bind is answered with. */
static void expect_bind(struct accounts_rig *t, int64_t port, const char *name, const char *id, uint32_t status)
{
	static size_t next;
	size_t i = next++ % ACCOUNTS_FARS;

	if (t->far[i] != NULL)
		wire_free(t->far[i]);
	t->far[i] = wire_dial(t->rig.conns, port, NULL);
	assert_non_null(t->far[i]);
	wire_set_certificate(t->far[i], name);
	rig_turn(&t->rig);
	accounts_rig_bind(t, i, BIND_TRANSMITTER, id, "secret", status);
}

static void who_may_bind_where(void **state)
{
	static const struct {
		int64_t port;
		const char *name, *id;
		uint32_t status;
	} rows[] = {
		{ACCOUNTS_PORT, NULL, "any", ESME_ROK},
		{TLS_PORT, NULL, "any", ESME_ROK},
		{TLS_PORT, "shop.example", "any", ESME_ROK},
		{ACCOUNTS_PORT, NULL, "safe", ESME_RBINDFAIL},
		{TLS_PORT, NULL, "safe", ESME_ROK},
		{ACCOUNTS_PORT, NULL, "bank", ESME_RBINDFAIL},
		{ACCOUNTS_PORT, "bank.example", "bank", ESME_RBINDFAIL}, /* a plain connection shows none */
		{TLS_PORT, NULL, "bank", ESME_RBINDFAIL},
		{TLS_PORT, "shop.example", "bank", ESME_RBINDFAIL},
		{TLS_PORT, "bank.example", "bank", ESME_ROK},
	};
	struct accounts_rig *t = start();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_bind(t, rows[i].port, rows[i].name, rows[i].id, rows[i].status);
	assert_int_equal(account_stats(accounts_at(t->accounts, 0))->binds_refused, 4);
	assert_int_equal(account_stats(accounts_at(t->accounts, 1))->binds_refused, 1);
	accounts_rig_stop(t);
}

static void a_session_tells_how_it_is_encrypted(const struct session *s, void *arg)
{
	char info[CONN_TLS_INFO];

	session_tls_info(s, info);
	strcat(arg, info);
	strcat(arg, "/");
}

static void sessions_tell(void **state)
{
	struct accounts_rig *t = start();
	char text[200] = "";

	(void)state;
	expect_bind(t, ACCOUNTS_PORT, NULL, "any", ESME_ROK);
	expect_bind(t, TLS_PORT, NULL, "any", ESME_ROK);
	account_each_session(accounts_at(t->accounts, 2), a_session_tells_how_it_is_encrypted, text);
	assert_string_equal(text, "/TLSv1.3 simulated/");
	assert_true(accounts_rig_counted(t, "smppgw_listener_certificate_expires", NULL, NULL) > 0);
	accounts_rig_stop(t);
}

static void expect_fault(const struct account_conf *conf, size_t m, const char *part)
{
	char *errors = NULL;

	accounts_check_listens(conf, 1, listens, m, &errors, NULL);
	if (part == NULL) {
		assert_null(errors);
		return;
	}
	assert_non_null(errors);
	if (strstr(errors, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", errors, part);
	free(errors);
}

static void accounts_that_could_never_bind(void **state)
{
	struct account_conf bank = {.system_id = (char *)"bank", .client_name = (char *)"bank.example"};
	struct account_conf safe = {.system_id = (char *)"safe", .require_tls = true};

	(void)state;
	expect_fault(&bank, 2, NULL);
	expect_fault(&safe, 2, NULL);
	expect_fault(&bank, 1, "no listener has tls.client_ca");
	expect_fault(&safe, 1, "no listener has tls.certificate");
	bank.client_name = (char *)".example";
	expect_fault(&bank, 2, "begins with a dot");
	safe.outbind = (char *)"10.0.0.1:2775";
	expect_fault(&safe, 2, "outbind calls over plain connections");
}

/* Calls over TLS are a way in, where no listener is one. */
static void accounts_that_are_called(void **state)
{
	struct account_conf safe = {.system_id = (char *)"safe",
				    .require_tls = true,
				    .outbind = (char *)"bank.example:2775",
				    .outbind_tls = {.enable = true, .ca = files.ca}};

	(void)state;
	expect_fault(&safe, 1, NULL);
	safe.client_name = (char *)"bank.example";
	expect_fault(&safe, 1, "set outbind_tls, which client_name needs verified");
	safe.outbind_tls.verify = true;
	expect_fault(&safe, 1, NULL);
	safe.outbind_tls.ca = (char *)"/none.pem";
	expect_fault(&safe, 1, "account safe: outbind_tls: tls.ca: cannot read /none.pem");
	safe.outbind_tls.ca = files.ca;
	safe.outbind = (char *)"";
	expect_fault(&safe, 2, "account safe: outbind_tls has no effect without outbind");
	safe.outbind = (char *)"bank.example:2775";
	safe.outbind_tls.enable = false;
	expect_fault(&safe, 2, "account safe: outbind_tls: there are tls options but tls.enable is not true");
}

static void a_listener_without_its_files(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	static const struct account_ops none = {0};
	char *why = NULL;

	(void)state;
	remove(files.key);
	t->accounts = accounts_new(t->rig.loop, t->rig.conns, t->rig.sessions, t->confs, 0, &t->limits, "smppgw", &none,
				   t, t->stats);
	assert_int_equal(accounts_listen(t->accounts, listens, 2, &why), -1);
	assert_non_null(strstr(why, "tls.key: cannot read "));
	free(why);
	/* nothing is open then, not even the plain one */
	assert_null(wire_dial(t->rig.conns, ACCOUNTS_PORT, NULL));
	accounts_rig_stop(t);
}

static struct accounts_plan *prepare(struct accounts_rig *t)
{
	struct accounts_next next = {t->confs, t->n, listens, 2, &t->limits, "smppgw"};
	char *errors = NULL;
	struct accounts_plan *p = accounts_prepare(t->accounts, &next, &errors);

	assert_non_null(p);
	return p;
}

static void change(struct accounts_rig *t, struct accounts_plan *p)
{
	char *errors = NULL;

	assert_int_equal(accounts_open(t->accounts, p, &errors), 0);
	accounts_grow(t->accounts, p);
	accounts_apply(t->accounts, p);
}

static void refuse(struct accounts_rig *t, struct accounts_plan *p)
{
	char *errors = NULL;

	assert_int_equal(accounts_open(t->accounts, p, &errors), -1);
	assert_non_null(strstr(errors, "tls.key: cannot read "));
	free(errors);
	accounts_drop(t->accounts, p);
}

static uint64_t expires(struct accounts_rig *t)
{
	return accounts_rig_counted(t, "smppgw_listener_certificate_expires", NULL, NULL);
}

/* What was read before is what the change needs, whatever becomes of the files; else they are read with it. */
static void certificates_are_read_before_the_change(void **state)
{
	struct accounts_rig *t = start();
	uint64_t before = expires(t);

	(void)state;
	certs_sign("gw", 4320000);
	struct accounts_plan *p = prepare(t);
	accounts_read(p);
	remove(files.key);
	change(t, p);
	uint64_t after = expires(t);
	assert_in_range(before - after, 4300000, 4340000);
	refuse(t, prepare(t)); /* read with the change */
	p = prepare(t);
	accounts_read(p);
	certs_sign("gw", 8640000);
	refuse(t, p); /* read before it */
	assert_int_equal(expires(t), after);
	p = prepare(t);
	accounts_read(p);
	accounts_drop(t->accounts, p);
	assert_int_equal(expires(t), after);
	change(t, prepare(t));
	assert_in_range(expires(t) - after, 4300000, 4340000);
	expect_bind(t, TLS_PORT, NULL, "safe", ESME_ROK);
	accounts_rig_stop(t);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_all, certs_remove_all)

static const struct CMUnitTest cases[] = {
	CASE(who_may_bind_where),
	CASE(sessions_tell),
	CASE(accounts_that_could_never_bind),
	CASE(accounts_that_are_called),
	CASE(a_listener_without_its_files),
	CASE(certificates_are_read_before_the_change),
};

UNIT_MAIN(cases)
