/*
 * test_health.c - carriers that do badly are left, tried again and trusted again, with two limits each; what happened
 * long ago does not count.
 */
#include "path/health.h"

#include <stdlib.h>

#include "unit.h"

static struct health_conf conf;
static struct health *h;
static unsigned changes;
static enum health_state last;
static enum health_cause cause;

static void on_change(void *arg, size_t carrier, enum health_state now, enum health_cause why)
{
	(void)arg;
	assert_int_equal(carrier, 1);
	changes++;
	last = now;
	cause = why;
}

static int setup(void **state)
{
	(void)state;
	conf = (struct health_conf){.window = 300,
				    .samples = 50,
				    .delivery_low = 30,
				    .delivery_high = 50,
				    .refused_high = 50,
				    .refused_low = 20,
				    .flaps = 5,
				    .away = 60,
				    .away_max = 150,
				    .probe = 5};
	changes = 0;
	last = HEALTH_GOOD;
	h = health_new(&conf, on_change, NULL);
	health_grow(h, 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	health_free(h);
	return 0;
}

static void receipts(int64_t now, int good, int bad)
{
	for (int i = 0; i < good; i++)
		health_ended(h, 1, now, true);
	for (int i = 0; i < bad; i++)
		health_ended(h, 1, now, false);
}

static void submits(int64_t now, int good, int bad)
{
	for (int i = 0; i < good; i++)
		health_submitted(h, 1, now, false);
	for (int i = 0; i < bad; i++)
		health_submitted(h, 1, now, true);
}

static void test_delivery(void **state)
{
	(void)state;
	assert_int_equal(health_delivery(h, 1), -1);
	receipts(1000, 10, 30);
	assert_int_equal(changes, 0); /* too few to judge */
	receipts(1000, 20, 20);
	assert_int_equal(health_delivery(h, 1), 37);
	assert_int_equal(changes, 0); /* between the limits nothing changes */
	receipts(2000, 0, 21);
	assert_int_equal(last, HEALTH_AWAY);
	assert_int_equal(cause, HEALTH_DELIVERY);
	receipts(3000, 100, 0); /* of what was sent before: proves nothing */
	health_tick(h, 60000);
	assert_int_equal(health_state(h, 1), HEALTH_AWAY);
	health_tick(h, 62001);
	assert_int_equal(health_state(h, 1), HEALTH_PROVING);
	receipts(63000, 4, 5);
	assert_int_equal(health_state(h, 1), HEALTH_PROVING);
	receipts(63000, 1, 0);
	assert_int_equal(health_state(h, 1), HEALTH_GOOD);
	assert_int_equal(changes, 3);
	assert_int_equal(health_state(h, 0), HEALTH_GOOD);
}

/* What goes on badly is left for longer each time, up to away_max, and from the first again after it was good. */
static void test_longer(void **state)
{
	(void)state;
	int64_t now = 0;
	static const int64_t away[] = {60000, 120000, 150000, 150000};
	for (size_t i = 0; i < sizeof(away) / sizeof(away[0]); i++) {
		submits(now, 0, 60);
		assert_int_equal(health_state(h, 1), HEALTH_AWAY);
		assert_int_equal(cause, HEALTH_REFUSED);
		health_tick(h, now + away[i] - 1);
		assert_int_equal(health_state(h, 1), HEALTH_AWAY);
		now += away[i];
		health_tick(h, now);
		assert_int_equal(health_state(h, 1), HEALTH_PROVING);
	}
	submits(now, 10, 0);
	assert_int_equal(health_state(h, 1), HEALTH_GOOD);
	submits(now, 20, 40);
	health_tick(h, now + 60000);
	assert_int_equal(health_state(h, 1), HEALTH_PROVING);
}

static void test_flaps(void **state)
{
	(void)state;
	struct health_view v;
	for (int i = 0; i < 4; i++)
		health_link_lost(h, 1, 1000);
	assert_int_equal(changes, 0);
	health_tick(h, 301000); /* long ago */
	health_look(h, 1, &v);
	assert_int_equal(v.flaps, 0);
	for (int i = 0; i < 5; i++)
		health_link_lost(h, 1, 301000 + i * 50000);
	assert_int_equal(last, HEALTH_AWAY);
	assert_int_equal(cause, HEALTH_FLAPS);
	health_tick(h, 301000 + 260000);
	assert_int_equal(last, HEALTH_PROVING);
	health_link_lost(h, 1, 562000);
	assert_int_equal(last, HEALTH_AWAY); /* one is enough while it is being tried */
}

/* The window slides: what it counts is what a plain list of the last 300 s says, to a slice. */
static void test_window(void **state)
{
	(void)state;
	struct health_view v;
	uint64_t n[1000] = {0};
	uint32_t x = 9;
	conf.refused_high = 100;
	for (int t = 0; t < 1000; t++) {
		x = x * 1103515245u + 12345u;
		n[t] = x >> 28;
		submits((int64_t)t * 1000, (int)n[t], 0);
		uint64_t least = 0, most = 0;
		for (int k = t; k >= 0 && k > t - 300; k--) {
			most += n[k];
			least += k > t - 270 ? n[k] : 0;
		}
		health_tick(h, (int64_t)t * 1000);
		health_look(h, 1, &v);
		assert_in_range(v.submits, least, most);
	}
	health_tick(h, 100000000);
	health_look(h, 1, &v);
	assert_int_equal(v.submits, 0);
}

static void test_off(void **state)
{
	(void)state;
	conf.delivery_low = 0;
	conf.refused_high = 100;
	conf.flaps = 0;
	receipts(1, 0, 1000);
	submits(1, 0, 1000);
	for (int i = 0; i < 100; i++)
		health_link_lost(h, 1, 1);
	assert_int_equal(changes, 0);
}

static void test_check(void **state)
{
	(void)state;
	char *errors = NULL;
	health_check(&conf, &errors);
	assert_null(errors);
	conf.delivery_low = 60;
	conf.refused_low = 60;
	conf.away = 200;
	health_check(&conf, &errors);
	assert_non_null(strstr(errors, "delivery_low"));
	assert_non_null(strstr(errors, "refused_low"));
	assert_non_null(strstr(errors, "away_max"));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_delivery, setup, teardown),
	cmocka_unit_test_setup_teardown(test_longer, setup, teardown),
	cmocka_unit_test_setup_teardown(test_flaps, setup, teardown),
	cmocka_unit_test_setup_teardown(test_window, setup, teardown),
	cmocka_unit_test_setup_teardown(test_off, setup, teardown),
	cmocka_unit_test_setup_teardown(test_check, setup, teardown),
};

UNIT_MAIN(cases)
