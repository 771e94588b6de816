/*
 * test_pace.c - how fast a carrier is sent to: the agreed rate, pauses after throttling, order, the way back.
 */
#include "carriers_rig.h"

/* The pace. */

static void no_second_has_more_than_tps_and_burst(void **state)
{
	static const struct {
		int64_t tps, burst, binds;
	} rows[] = {
		{1, 1, 1}, {10, 0, 1}, {50, 7, 2}, {1000, 10, 4}, {1000, 0, 1}, {333, 100, 3}, {2000, 1, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct carriers_rig *t = carriers_rig_prepare();
		int64_t burst = rows[i].burst > 0 ? rows[i].burst : rows[i].tps / 100 > 1 ? rows[i].tps / 100 : 1;
		t->conf.tps = rows[i].tps;
		t->conf.burst = rows[i].burst;
		t->conf.binds = rows[i].binds;
		t->conf.window = 100;
		carriers_rig_start_with(t);
		carriers_rig_give(t, (uint32_t)rows[i].tps * 20);
		rig_pass(&t->rig, 10000);
		assert_true(carriers_rig_busiest_second(t) <= rows[i].tps + burst);
		/* and not much less than it may be */
		assert_true(t->nseen >= rows[i].tps * 10 * 9 / 10);
		/* idle, and then at full speed again */
		rig_pass(&t->rig, 15000);
		carriers_rig_give(t, (uint32_t)rows[i].tps * 3);
		rig_pass(&t->rig, 4000);
		assert_int_equal(t->nseen, t->ready);
		assert_true(carriers_rig_busiest_second(t) <= rows[i].tps + burst);
		carriers_rig_stop(t);
	}
}

static void a_message_at_a_low_rate_does_not_wait(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 1000;
	carriers_rig_start_with(t);
	for (int i = 0; i < 100; i++) {
		carriers_rig_give(t, 1);
		rig_turn(&t->rig);
		assert_int_equal(t->nseen, i + 1);
		loop_advance(t->rig.loop, 7);
	}
	carriers_rig_stop(t);
}

/* Throttling. */

static void throttling_pauses_the_carrier_and_keeps_the_order(void **state)
{
	struct carriers_rig *t = carriers_rig_start();
	uint32_t expected = 0;

	(void)state;
	t->submit_status = ESME_RTHROTTLED;
	carriers_rig_give(t, 300);
	rig_pass(&t->rig, 20);
	assert_int_equal(t->nseen, 10); /* what was in the window */
	assert_int_equal(t->throttles, 10);
	assert_int_equal(carrier_stats(t->carrier)->pauses, 1);
	int64_t left = carrier_paused_ms(t->carrier);
	assert_true(left > 700 && left <= 1250);
	rig_pass(&t->rig, 700);
	assert_int_equal(t->nseen, 10);
	/* one at a time while it goes on, each pause about twice the last */
	rig_pass(&t->rig, 600);
	assert_int_equal(t->nseen, 11);
	left = carrier_paused_ms(t->carrier);
	assert_true(left > 900 && left <= 2500);
	rig_pass(&t->rig, 10000);
	assert_true(t->nseen >= 12 && t->nseen <= 14);
	/* it recovers: in the order in which they were given */
	t->submit_status = ESME_ROK;
	rig_pass(&t->rig, 20000);
	assert_int_equal(t->ok, 300);
	for (unsigned i = 0; i < t->nseen; i++) {
		if (t->seen[i].accepted)
			assert_int_equal(t->seen[i].number, expected++);
	}
	assert_int_equal(expected, 300);
	/* and the next pause is a short one again */
	t->submit_status = 0x14; /* ESME_RMSGQFUL, configured as 20 */
	carriers_rig_give(t, 1);
	rig_pass(&t->rig, 20);
	left = carrier_paused_ms(t->carrier);
	assert_true(left > 700 && left <= 1250);
	carriers_rig_stop(t);
}

static void the_pause_has_a_longest(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.pause_max = 4000;
	carriers_rig_start_with(t);
	t->submit_status = ESME_RTHROTTLED;
	carriers_rig_give(t, 1);
	rig_pass(&t->rig, 60000);
	assert_true(t->nseen >= 12 && t->nseen <= 24);
	assert_true(carrier_paused_ms(t->carrier) <= 5000);
	carriers_rig_stop(t);
}

static void a_carrier_with_a_rate_of_its_own_is_followed(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	unsigned refused = 0;

	(void)state;
	t->conf.window = 100;
	carriers_rig_start_with(t);
	t->has_rate = true;
	throttle_init(&t->smsc_rate, 100, 20, loop_now_us(t->rig.loop));
	carriers_rig_give(t, 20000);
	rig_pass(&t->rig, 120000);
	for (unsigned i = 0; i < t->nseen; i++)
		refused += !t->seen[i].accepted;
	/* most of what it would take, and few refusals */
	assert_true(t->ok > 120 * 100 * 6 / 10);
	assert_true(refused < t->ok / 20 + 100);
	carriers_rig_stop(t);
}

static void a_status_that_is_not_throttling_does_not_pause(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	t->submit_status = ESME_RSUBMITFAIL;
	carriers_rig_give(t, 50);
	rig_pass(&t->rig, 200);
	assert_int_equal(t->nseen, 50);
	assert_int_equal(t->settled, 50);
	assert_int_equal(t->throttles, 0);
	assert_int_equal(carrier_stats(t->carrier)->answered_error, 50);
	carriers_rig_stop(t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(no_second_has_more_than_tps_and_burst),
	cmocka_unit_test(a_message_at_a_low_rate_does_not_wait),
	cmocka_unit_test(throttling_pauses_the_carrier_and_keeps_the_order),
	cmocka_unit_test(the_pause_has_a_longest),
	cmocka_unit_test(a_carrier_with_a_rate_of_its_own_is_followed),
	cmocka_unit_test(a_status_that_is_not_throttling_does_not_pause),
};

UNIT_MAIN(cases)
