/*
 * test_operate.c - the operator's hand on a carrier, windows that follow the latency, tokens for the parts of a text
 * together, and congestion: the real pump against a simulated SMSC. Order is kept and nothing is lost.
 */
#include <stdlib.h>

#include "carriers_rig.h"

static void accepted_in_order(const struct carriers_rig *t, uint32_t n)
{
	uint32_t expected = 0;

	for (unsigned i = 0; i < t->nseen; i++) {
		if (t->seen[i].accepted)
			assert_int_equal(t->seen[i].number, expected++);
	}
	assert_int_equal(expected, n);
}

/*
 * Each is accepted once. New ones leave in their order; what comes again was refused.
 */
static void accepted_once_in_turn(const struct carriers_rig *t, uint32_t n)
{
	bool *refused = calloc(n + 1, sizeof(*refused)), *accepted = calloc(n + 1, sizeof(*accepted));
	uint32_t next = 0, done = 0;

	for (unsigned i = 0; i < t->nseen; i++) {
		const struct seen *s = &t->seen[i];
		assert_true(s->number == next || refused[s->number]);
		assert_false(accepted[s->number]);
		next += s->number == next;
		refused[s->number] = !s->accepted;
		accepted[s->number] = s->accepted;
		done += s->accepted;
	}
	assert_int_equal(done, n);
	assert_int_equal(next, n);
	free(refused);
	free(accepted);
}

static unsigned sent_in(struct carriers_rig *t, int64_t ms)
{
	unsigned before = t->nseen;

	carriers_rig_run(t, ms);
	return t->nseen - before;
}

/* The operator. */

static void a_paused_carrier_keeps_its_binds_and_what_waits(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 100;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 500);
	carriers_rig_run(t, 1000);
	carrier_set_command(t->carrier, CARRIER_PAUSED, "uid 0");
	assert_int_equal(carrier_command(t->carrier), CARRIER_PAUSED);
	assert_false(carrier_up(t->carrier));
	carriers_rig_run(t, 5);
	assert_int_equal(sent_in(t, 5000), 0);
	carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
	carriers_rig_run(t, 5000);
	accepted_in_order(t, 500);
	assert_int_equal(t->binds[BIND_TRANSCEIVER & 7], 1);
	assert_int_equal(t->lost, 0);
	carriers_rig_stop(t);
}

static void a_drained_carrier_unbinds_when_all_is_answered(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 100;
	t->conf.window = 50;
	t->conf.binds = 2;
	t->conf.reconnect = t->conf.reconnect_max = 500;
	t->answer_after_ms = 8000; /* longer than a session that leaves would wait */
	carriers_rig_start_with(t);
	carriers_rig_give(t, 300);
	carriers_rig_run(t, 200);
	unsigned out = t->nseen;
	assert_true(out > 10);
	carrier_set_command(t->carrier, CARRIER_DRAINED, "uid 0");
	carriers_rig_run(t, 7000);
	assert_int_equal(t->nseen, out);
	assert_int_equal(t->settled, 0);
	assert_int_equal(carrier_stats(t->carrier)->session.ended[END_WE_UNBOUND], 0);
	carriers_rig_run(t, 20000);
	assert_int_equal(t->settled, out);
	assert_int_equal(t->lost, 0);
	assert_int_equal(carrier_stats(t->carrier)->session.ended[END_WE_UNBOUND], 2);
	assert_int_equal(t->binds[BIND_TRANSCEIVER & 7], 2); /* it stays down */
	assert_int_equal(t->nseen, out);
	t->answer_after_ms = 10;
	carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
	carriers_rig_run(t, 6000);
	assert_int_equal(t->binds[BIND_TRANSCEIVER & 7], 4);
	accepted_in_order(t, 300);
	carriers_rig_stop(t);
}

static void an_idle_carrier_drains_at_once_and_a_pause_leaves_it_bound_again(void **state)
{
	struct carriers_rig *t = carriers_rig_start();

	(void)state;
	carrier_set_command(t->carrier, CARRIER_DRAINED, "uid 0");
	carriers_rig_run(t, 100);
	assert_int_equal(carrier_stats(t->carrier)->session.ended[END_WE_UNBOUND], 1);
	carrier_set_command(t->carrier, CARRIER_PAUSED, "uid 0");
	carriers_rig_run(t, 100);
	assert_int_equal(t->binds[BIND_TRANSCEIVER & 7], 2);
	carriers_rig_give(t, 3);
	assert_int_equal(sent_in(t, 1000), 0);
	carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
	assert_int_equal(sent_in(t, 100), 3);
	carriers_rig_stop(t);
}

static void a_bind_under_way_ends_when_the_carrier_is_drained(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->answers_binds = false;
	carriers_rig_go(t);
	carriers_rig_run(t, 50);
	carrier_set_command(t->carrier, CARRIER_DRAINED, "uid 0");
	carriers_rig_run(t, 100000);
	assert_int_equal(t->binds[BIND_TRANSCEIVER & 7], 1);
	t->answers_binds = true;
	carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
	carriers_rig_run(t, 100);
	assert_true(carrier_up(t->carrier));
	carriers_rig_stop(t);
}

static void the_rate_is_changed_live(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 100;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 5000);
	carriers_rig_run(t, 1000);
	carrier_set_tps(t->carrier, 500, "uid 0");
	assert_true(carrier_tps_live(t->carrier));
	assert_int_equal(carrier_tps(t->carrier), 500);
	unsigned n = sent_in(t, 1000);
	assert_true(n >= 490 && n <= 505);
	carrier_set_tps(t->carrier, 10, "uid 0");
	n = sent_in(t, 2000);
	assert_true(n >= 19 && n <= 22);
	carrier_set_tps(t->carrier, -1, "uid 0");
	assert_false(carrier_tps_live(t->carrier));
	n = sent_in(t, 1000);
	assert_true(n >= 99 && n <= 102);
	carrier_set_tps(t->carrier, 0, "uid 0");
	carriers_rig_run(t, 1000);
	accepted_in_order(t, 5000);
	carriers_rig_stop(t);
}

static void a_reload_ends_the_live_rate_and_keeps_a_pause(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	char *errors = NULL;

	(void)state;
	t->conf.tps = 100;
	carriers_rig_start_with(t);
	carrier_set_tps(t->carrier, 7, "uid 0");
	carrier_set_command(t->carrier, CARRIER_PAUSED, "uid 0");
	struct carrier_conf other = t->conf;
	other.tps = 300;
	other.window = 0;
	struct carriers_plan *p = carriers_prepare(t->carriers, &other, 1, &t->limits, &errors);
	assert_non_null(p);
	carriers_grow(t->carriers, p);
	carriers_apply(t->carriers, p);
	assert_int_equal(carrier_tps(t->carrier), 300);
	assert_false(carrier_tps_live(t->carrier));
	assert_int_equal(carrier_command(t->carrier), CARRIER_PAUSED);
	assert_int_equal(carrier_window(t->carrier), 10);
	carriers_rig_give(t, 400);
	assert_int_equal(sent_in(t, 1000), 0);
	carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
	unsigned n = sent_in(t, 1000);
	assert_true(n >= 299 && n <= 303);
	assert_int_equal(t->binds[BIND_TRANSCEIVER & 7], 1);
	t->conf = other;
	carriers_rig_stop(t);
}

/* Windows. */

static void a_window_sizes_itself_to_rate_and_latency(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	uint32_t needed;

	(void)state;
	t->conf.tps = 400;
	t->conf.window = 0;
	t->answer_after_ms = 200;
	carriers_rig_start_with(t);
	assert_int_equal(carrier_window_each(t->carrier, &needed), 10);
	assert_int_equal(needed, 0);
	carriers_rig_give(t, 100000);
	carriers_rig_run(t, 5000);
	uint32_t window = carrier_window_each(t->carrier, &needed);
	assert_true(window >= 120 && window <= 123);
	assert_int_equal(needed, window);
	assert_int_equal(carrier_window(t->carrier), window);
	unsigned n = sent_in(t, 1000);
	assert_true(n >= 395);
	/* a quicker carrier needs less */
	t->answer_after_ms = 20;
	carriers_rig_run(t, 30000);
	window = carrier_window_each(t->carrier, &needed);
	assert_true(window >= 12 && window <= 15);
	n = sent_in(t, 1000);
	assert_true(n >= 395);
	/* and one that takes ten seconds gets no more than it may */
	t->answer_after_ms = 10000;
	carriers_rig_run(t, 60000);
	assert_int_equal(carrier_window_each(t->carrier, &needed), 1000);
	assert_true(needed > 1000);
	assert_int_equal(carrier_stats(t->carrier)->window_too_small, 0);
	carriers_rig_stop(t);
}

static void a_fixed_window_that_is_too_small_is_warned_about_once(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();
	uint32_t needed;

	(void)state;
	t->conf.tps = 400;
	t->conf.window = 20;
	t->conf.binds = 2;
	t->answer_after_ms = 200;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 100000);
	carriers_rig_run(t, 10000);
	assert_int_equal(carrier_window_each(t->carrier, &needed), 20);
	assert_true(needed >= 60 && needed <= 62);
	assert_int_equal(carrier_stats(t->carrier)->window_too_small, 1);
	t->answer_after_ms = 20;
	carriers_rig_run(t, 20000);
	assert_int_equal(carrier_stats(t->carrier)->window_too_small, 1);
	t->answer_after_ms = 200;
	carriers_rig_run(t, 10000);
	assert_int_equal(carrier_stats(t->carrier)->window_too_small, 2);
	carriers_rig_stop(t);
}

/* Tokens together. */

static void parts_wait_until_tokens_for_all_are_there(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 100;
	t->conf.burst = 10;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 8);
	carriers_rig_run(t, 1); /* two tokens and a little are left */
	assert_int_equal(t->nseen, 8);
	t->together = 6;
	carriers_rig_give(t, 6);
	uint32_t pulls = t->pulls;
	assert_int_equal(sent_in(t, 30), 0);
	assert_int_equal(t->pulls, pulls + 1); /* asked once, not in every turn */
	assert_int_equal(sent_in(t, 20), 6);
	/* more than ever gather: the whole burst is waited for */
	carriers_rig_run(t, 1000);
	carriers_rig_give(t, 10);
	carriers_rig_run(t, 1);
	t->together = 30;
	carriers_rig_give(t, 30);
	assert_int_equal(sent_in(t, 90), 0);
	assert_true(sent_in(t, 20) >= 10);
	carriers_rig_run(t, 1000);
	accepted_in_order(t, 54);
	assert_true(carriers_rig_busiest_second(t) <= 110);
	carriers_rig_stop(t);
}

static void other_work_is_asked_for_meanwhile(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 100;
	t->conf.burst = 10;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 8);
	carriers_rig_run(t, 1);
	t->together = 10;
	carriers_rig_give(t, 1);
	assert_int_equal(sent_in(t, 10), 0);
	t->together = 0; /* what came later is urgent and needs one token */
	carrier_wake(t->carrier);
	assert_int_equal(sent_in(t, 1), 1);
	carriers_rig_stop(t);
}

/* Congestion. */

static void congestion_lowers_the_rate_without_a_pause(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 200;
	t->conf.window = 100;
	t->answer_after_ms = 50;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 100000);
	carriers_rig_run(t, 3000);
	assert_int_equal(carrier_limit(t->carrier), 0);
	t->congestion = 95;
	carriers_rig_run(t, 40); /* less than a round trip */
	uint32_t limit = carrier_limit(t->carrier);
	assert_true(limit >= 130 && limit <= 142);
	assert_int_equal(carrier_stats(t->carrier)->congested, 1);
	assert_int_equal(carrier_paused_ms(t->carrier), 0);
	/* 80 to 89: it stays */
	t->congestion = 85;
	carriers_rig_run(t, 3000);
	assert_int_equal(carrier_limit(t->carrier), limit);
	unsigned n = sent_in(t, 1000);
	assert_true(n <= limit + 2 && n >= limit - 5);
	/* below: 10 more each second, until it is the contract's again */
	t->congestion = 79;
	carriers_rig_run(t, 2500);
	assert_true(carrier_limit(t->carrier) >= limit + 10 && carrier_limit(t->carrier) <= limit + 30);
	carriers_rig_run(t, 6000);
	assert_int_equal(carrier_limit(t->carrier), 0);
	n = sent_in(t, 1000);
	assert_true(n >= 198);
	assert_int_equal(carrier_stats(t->carrier)->pauses, 0);
	carriers_rig_stop(t);
}

static void throttling_lowers_the_rate_and_it_comes_back(void **state)
{
	struct carriers_rig *t = carriers_rig_prepare();

	(void)state;
	t->conf.tps = 200;
	t->conf.window = 100;
	carriers_rig_start_with(t);
	carriers_rig_give(t, 100000);
	carriers_rig_run(t, 3000);
	t->submit_status = ESME_RMSGQFUL;
	carriers_rig_run(t, 20);
	t->submit_status = ESME_ROK;
	uint32_t limit = carrier_limit(t->carrier);
	assert_true(limit >= 138 && limit <= 142);
	carriers_rig_run(t, 2000); /* the pause, and the first messages */
	unsigned n = sent_in(t, 1000);
	assert_true(n >= limit - 5 && n <= limit + 32);
	carriers_rig_run(t, 8000);
	assert_int_equal(carrier_limit(t->carrier), 0);
	assert_true(sent_in(t, 1000) >= 198);
	carriers_rig_stop(t);
}

/* All of it at random: no second above tps + burst, order kept, nothing lost. */

static void perturb(struct carriers_rig *t, int64_t *tps_max, int64_t *commanded)
{
	static const enum carrier_command commands[] = {CARRIER_RUN, CARRIER_PAUSED, CARRIER_DRAINED};

	switch (rand() % 8) {
	case 0:
		t->submit_status = rand() % 2 ? ESME_RTHROTTLED : ESME_ROK;
		break;
	case 1:
		t->congestion = rand() % 2 ? rand() % 100 : -1;
		break;
	case 2:
		carrier_set_command(t->carrier, commands[rand() % 3], "uid 0");
		*commanded += 1;
		break;
	case 3: {
		int64_t tps = 1 + rand() % 300;
		*tps_max = tps > *tps_max ? tps : *tps_max;
		carrier_set_tps(t->carrier, tps, "uid 0");
		break;
	}
	case 4:
		t->together = 1 + (uint32_t)rand() % 20;
		break;
	case 5:
		t->answer_after_ms = 1 + rand() % 100;
		break;
	default:
		carriers_rig_give(t, (uint32_t)rand() % 60);
		break;
	}
}

static void any_trace_keeps_the_order_and_the_rate(void **state)
{
	const char *preload = getenv("LD_PRELOAD");
	int traces = preload != NULL && strstr(preload, "vgpreload") != NULL ? 5 : 100;
	int64_t commanded = 0;

	(void)state;
	srand(7);
	for (int i = 0; i < traces; i++) {
		struct carriers_rig *t = carriers_rig_prepare();
		int64_t tps_max = t->conf.tps = 1 + rand() % 300;
		t->conf.burst = 1 + rand() % 20;
		t->conf.window = rand() % 3 ? 1 + rand() % 60 : 0;
		t->conf.pause = 50 + rand() % 500;
		t->conf.pause_max = 2000;
		t->conf.reconnect = t->conf.reconnect_max = 100;
		t->answer_after_ms = 10;
		carriers_rig_start_with(t);
		for (int s = 0; s < 60; s++) {
			perturb(t, &tps_max, &commanded);
			carriers_rig_run(t, 1 + rand() % 150);
		}
		t->submit_status = ESME_ROK;
		t->congestion = -1;
		carrier_set_command(t->carrier, CARRIER_RUN, "uid 0");
		carrier_set_tps(t->carrier, 300, "uid 0");
		tps_max = 300;
		carriers_rig_run(t, 20000);
		accepted_once_in_turn(t, t->ready);
		assert_int_equal(t->lost, 0);
		assert_true(carriers_rig_busiest_second(t) <= tps_max + t->conf.burst);
		carriers_rig_stop(t);
	}
	assert_true(commanded > traces);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(a_paused_carrier_keeps_its_binds_and_what_waits),
	cmocka_unit_test(a_drained_carrier_unbinds_when_all_is_answered),
	cmocka_unit_test(an_idle_carrier_drains_at_once_and_a_pause_leaves_it_bound_again),
	cmocka_unit_test(a_bind_under_way_ends_when_the_carrier_is_drained),
	cmocka_unit_test(the_rate_is_changed_live),
	cmocka_unit_test(a_reload_ends_the_live_rate_and_keeps_a_pause),
	cmocka_unit_test(a_window_sizes_itself_to_rate_and_latency),
	cmocka_unit_test(a_fixed_window_that_is_too_small_is_warned_about_once),
	cmocka_unit_test(parts_wait_until_tokens_for_all_are_there),
	cmocka_unit_test(other_work_is_asked_for_meanwhile),
	cmocka_unit_test(congestion_lowers_the_rate_without_a_pause),
	cmocka_unit_test(throttling_lowers_the_rate_and_it_comes_back),
	cmocka_unit_test(any_trace_keeps_the_order_and_the_rate),
};

UNIT_MAIN(cases)
