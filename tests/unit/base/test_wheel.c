/* test_wheel.c - the timer wheel against a plain array of due times. */
#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "base/ids.h"
#include "base/mem.h"
#include "base/wheel.h"

enum { TIMERS = 500 };

struct alarm {
	struct timer t;
	int64_t due; /* the model: 0 = not set */
	int64_t set_at;
};

static struct alarm alarms[TIMERS];
static struct wheel *wheel;
static struct rng rng;
static int64_t now;
static unsigned long fired, model_count;
static unsigned again; /* of 100 fired timers, how many set themselves or another again */

/* Delays of every size, crowded around the wheel's borders. */
static int64_t random_delay(void)
{
	static const int64_t span[] = {3, 300, 20000, 1 << 20, 1 << 26, INT64_C(1) << 34};

	int64_t d = (int64_t)rng_below(&rng, (uint64_t)span[rng_below(&rng, 6)]);
	if (rng_below(&rng, 8) == 0)
		d = (now | ((INT64_C(1) << (8 + 6 * rng_below(&rng, 4))) - 1)) + (int64_t)rng_below(&rng, 3) - now;
	return d - (rng_below(&rng, 30) == 0 ? 5 : 0);
}

static void on_fire(struct timer *t);

static void set_one(struct alarm *a)
{
	int64_t due = now + random_delay();

	if (a->due == 0)
		model_count++;
	a->due = due < 1 ? 1 : due;
	a->set_at = now;
	a->t.fn = on_fire;
	wheel_set(wheel, &a->t, due);
}

static void clear_one(struct alarm *a)
{
	if (a->due != 0)
		model_count--;
	a->due = 0;
	wheel_clear(wheel, &a->t);
}

static void on_fire(struct timer *t)
{
	struct alarm *a = LIST_OF(t, struct alarm, t);

	assert_true(a->due != 0 && a->due <= now);
	assert_false(wheel_isset(t));
	a->due = 0;
	model_count--;
	fired++;
	if (rng_below(&rng, 100) < again)
		set_one(&alarms[rng_below(&rng, TIMERS)]);
	if (rng_below(&rng, 100) < again)
		clear_one(&alarms[rng_below(&rng, TIMERS)]);
}

static int64_t model_next(void)
{
	int64_t next = INT64_MAX;

	for (int i = 0; i < TIMERS; i++) {
		if (alarms[i].due != 0 && alarms[i].due < next)
			next = alarms[i].due;
	}
	return next;
}

/* Runs what is due now; then nothing that was due when the run began is left. */
static void run_now(unsigned budget)
{
	int64_t began = now;

	for (int rounds = 0; wheel_run(wheel, now, budget) > 0; rounds++)
		assert_true(rounds < 100000);
	for (int i = 0; i < TIMERS; i++)
		assert_true(alarms[i].due == 0 || alarms[i].due > began);
}

static void run_model(int64_t start, unsigned rounds, unsigned repeat)
{
	memset(alarms, 0, sizeof(alarms));
	rng_seed(&rng, (uint64_t)start + rounds);
	now = start;
	fired = model_count = 0;
	again = repeat;
	wheel = wheel_new(now);
	for (unsigned round = 0; round < rounds; round++) {
		struct alarm *a = &alarms[rng_below(&rng, TIMERS)];
		uint64_t what = rng_below(&rng, 100);
		if (what < 60)
			set_one(a);
		else if (what < 75)
			clear_one(a);
		else
			now += what < 97 ? (int64_t)rng_below(&rng, 200) : random_delay() + 5;
		if (what >= 75)
			run_now(1 + (unsigned)rng_below(&rng, 20));
		assert_int_equal(wheel_count(wheel), model_count);
		int64_t next = model_next(); /* what is overdue is due now */
		assert_true(wheel_next(wheel) <= (next > now ? next : now));
		assert_true(model_count > 0 || wheel_next(wheel) == INT64_MAX);
	}
	assert_true(fired > rounds / 10);
	wheel_free(wheel);
}

static void test_model(void **state)
{
	(void)state;
	run_model(1000, 100000, 0);
}

static void test_model_with_busy_callbacks(void **state)
{
	(void)state;
	run_model(1, 100000, 60);
}

static void test_model_over_borders(void **state)
{
	(void)state;
	run_model((INT64_C(1) << 32) - 5000, 50000, 30);
	run_model((INT64_C(1) << 38) - 100, 20000, 30);
}

static int64_t fired_at;
static void note_time(struct timer *t)
{
	(void)t;
	fired_at = now;
}

/* Waiting for wheel_next() alone brings every timer on time, with few steps. */
static void test_next_leads_to_due(void **state)
{
	(void)state;
	for (int64_t delay = 1; delay < INT64_C(1) << 40; delay = delay * 7 / 3 + 1) {
		struct timer t = {.fn = note_time};
		int steps = 0;
		now = 777;
		wheel = wheel_new(now);
		wheel_set(wheel, &t, now + delay);
		while (wheel_count(wheel) > 0) {
			int64_t next = wheel_next(wheel);
			assert_true(next > now);
			now = next;
			wheel_run(wheel, now, 10);
			steps++;
		}
		assert_int_equal(fired_at, 777 + delay);
		assert_true(steps <= 8);
		wheel_free(wheel);
	}
}

static void set_self(struct timer *t)
{
	fired++;
	wheel_set(wheel, t, now);
}

/* A timer that sets itself for now fires once per run, not without end. */
static void test_self_setting_timer(void **state)
{
	struct timer t = {.fn = set_self};

	(void)state;
	now = 50;
	fired = 0;
	wheel = wheel_new(now);
	wheel_set(wheel, &t, 10);
	assert_int_equal(wheel_run(wheel, now, 1000), 1);
	assert_true(wheel_next(wheel) <= now);
	assert_int_equal(wheel_run(wheel, now, 1000), 1);
	assert_int_equal(fired, 2);
	memset(&t, 0xAA, sizeof(t)); /* its owner is gone: the wheel must not follow its links */
	wheel_free(wheel);
}

static void free_both(struct timer *t)
{
	struct alarm *pair = LIST_OF(t, struct alarm, t);

	wheel_clear(wheel, &pair[1].t);
	mem_free(pair);
	fired++;
}

static void test_callback_frees_timers(void **state)
{
	(void)state;
	now = 5;
	fired = 0;
	wheel = wheel_new(now);
	for (int i = 0; i < 100; i++) {
		struct alarm *pair = mem_zalloc(2 * sizeof(*pair));
		pair[0].t.fn = free_both;
		pair[1].t.fn = free_both;
		wheel_set(wheel, &pair[0].t, 300);
		wheel_set(wheel, &pair[1].t, 300);
	}
	now = 300;
	wheel_run(wheel, now, 1000);
	assert_int_equal(fired, 100);
	assert_int_equal(wheel_count(wheel), 0);
	assert_int_equal(wheel_next(wheel), INT64_MAX);
	wheel_free(wheel);
}

static void count_fire(struct timer *t)
{
	(void)t;
	fired++;
}

/* 200,000 timers in one far slot: no run does all the work of stepping towards it. */
static void test_crowded_slot_in_steps(void **state)
{
	enum { CROWD = 200000 };
	struct timer *crowd = mem_zalloc(CROWD * sizeof(*crowd));
	unsigned runs = 0;

	(void)state;
	now = 1;
	fired = 0;
	wheel = wheel_new(now);
	for (int i = 0; i < CROWD; i++) {
		crowd[i].fn = count_fire;
		wheel_set(wheel, &crowd[i], 3000000 + i % 100);
	}
	now = 4000000;
	while (wheel_count(wheel) > 0) {
		assert_true(wheel_next(wheel) <= now);
		assert_true(wheel_run(wheel, now, 1000) <= 1000);
		runs++;
	}
	assert_int_equal(fired, CROWD);
	assert_in_range(runs, CROWD / 1000, CROWD / 1000 + 200);
	wheel_free(wheel);
	mem_free(crowd);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_model),
	cmocka_unit_test(test_model_with_busy_callbacks),
	cmocka_unit_test(test_model_over_borders),
	cmocka_unit_test(test_next_leads_to_due),
	cmocka_unit_test(test_self_setting_timer),
	cmocka_unit_test(test_callback_frees_timers),
	cmocka_unit_test(test_crowded_slot_in_steps),
};
UNIT_MAIN(cases)
