/*
 * test_pending.c - smppsim's timed records: nothing early, nothing lost, in order, also beyond one round of the ring.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/ids.h"
#include "tools/sim_pending.h"

static void test_order(void **state)
{
	struct sim_pending *p = sim_pending_new(10, 1000);
	uint32_t a = sim_pending_take(p), b = sim_pending_take(p), c = sim_pending_take(p);

	(void)state;
	sim_pending_time(p, a, 1020);
	sim_pending_time(p, b, 1010);
	sim_pending_time(p, c, 1020);
	assert_int_equal(sim_pending_next(p), 1010);
	assert_int_equal(sim_pending_due(p, 1009), SIM_NONE);
	assert_int_equal(sim_pending_due(p, 1030), b);
	assert_int_equal(sim_pending_due(p, 1030), a);
	assert_int_equal(sim_pending_due(p, 1030), c);
	assert_int_equal(sim_pending_due(p, 1030), SIM_NONE);
	assert_int_equal(sim_pending_next(p), INT64_MAX);
	sim_pending_time(p, a, 5); /* long past: the next look */
	assert_true(sim_pending_next(p) <= 1031);
	assert_int_equal(sim_pending_due(p, 1031), a);
	sim_pending_free(p);
}

static void test_bound(void **state)
{
	struct sim_pending *p = sim_pending_new(5000, 0);
	uint32_t last = 0;

	(void)state;
	for (int i = 0; i < 5000; i++)
		assert_int_not_equal(last = sim_pending_take(p), SIM_NONE);
	assert_int_equal(sim_pending_take(p), SIM_NONE);
	assert_int_equal(sim_pending_count(p), 5000);
	sim_pending_at(p, last)->id = 7;
	sim_pending_give(p, last);
	assert_int_equal(sim_pending_take(p), last);
	assert_int_equal(sim_pending_at(p, last)->id, 0);
	sim_pending_free(p);
}

/* Half an hour in steps of all sizes: each record fires once, at its time, and next() never promises too late. */
static void test_rounds(void **state)
{
	enum { N = 20000 };
	struct sim_pending *p = sim_pending_new(N, 1000);
	uint32_t fired = 0, i;
	struct rng rng;
	int64_t now = 1000, last = 0;

	(void)state;
	rng_seed(&rng, 20260501);
	for (int k = 0; k < N; k++)
		sim_pending_time(p, sim_pending_take(p), 1000 + (int64_t)rng_below(&rng, 1800000));
	while (fired < N) {
		int64_t next = sim_pending_next(p), before = now;

		now += (int64_t)rng_below(&rng, 1 + rng_below(&rng, 100000));
		while ((i = sim_pending_due(p, now)) != SIM_NONE) {
			struct sim_message *m = sim_pending_at(p, i);

			assert_true(m->due_ms <= now);
			assert_true(m->due_ms > before || m->due_ms <= 1000);
			assert_true(m->due_ms >= next);
			m->due_ms = 0;
			last = now;
			fired++;
		}
	}
	assert_int_equal(sim_pending_next(p), INT64_MAX);
	assert_true(last <= 1000 + 1800000 + 100000);
	sim_pending_free(p);
}

static void test_scan(void **state)
{
	struct sim_pending *p = sim_pending_new(10000, 0);
	uint32_t taken[3], n = 0;

	(void)state;
	assert_int_equal(sim_pending_scan(p, 0), SIM_NONE);
	for (uint32_t i = 0; i < 3; i++)
		taken[i] = sim_pending_take(p);
	sim_pending_give(p, taken[1]);
	for (uint32_t i = sim_pending_scan(p, 0); i != SIM_NONE; i = sim_pending_scan(p, i + 1)) {
		assert_true(i == taken[0] || i == taken[2]);
		n++;
	}
	assert_int_equal(n, 2);
	sim_pending_free(p);
}

static void test_queues(void **state)
{
	struct sim_pending *p = sim_pending_new(10, 0);
	struct sim_fifo a, b;
	uint32_t i[4];

	(void)state;
	sim_fifo_init(&a);
	sim_fifo_init(&b);
	for (int k = 0; k < 4; k++) {
		i[k] = sim_pending_take(p);
		sim_fifo_put(p, k < 2 ? &a : &b, i[k]);
	}
	sim_fifo_splice(p, &a, &b);
	assert_int_equal(a.count, 4);
	assert_int_equal(b.count, 0);
	sim_fifo_splice(p, &b, &a);
	for (int k = 0; k < 4; k++)
		assert_int_equal(sim_fifo_take(p, &b), i[k]);
	assert_int_equal(sim_fifo_take(p, &b), SIM_NONE);
	sim_fifo_splice(p, &a, &b);
	assert_int_equal(a.head, SIM_NONE);
	sim_pending_free(p);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_order), cmocka_unit_test(test_bound),  cmocka_unit_test(test_rounds),
	cmocka_unit_test(test_scan),  cmocka_unit_test(test_queues),
};

UNIT_MAIN(cases)
