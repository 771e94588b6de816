/*
 * test_throttle.c - the token bucket: the bound of one second against every trace, the wait, and that it is not too
 * slow.
 */
#include <stdlib.h>
#include "unit.h"
#include "link/throttle.h"

#define SECOND 1000000

static void no_limit_gives_all(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 0, 0, 5);
	assert_int_equal(throttle_there(&t, 5, 1000), 1000);
	throttle_spend(&t, 1000);
	assert_int_equal(throttle_there(&t, 5, 1000), 1000);
	assert_int_equal(throttle_wait(&t, 5, 1000), 0);
}

static void burst_zero_is_a_hundredth(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 1000, 0, 0);
	assert_int_equal(throttle_there(&t, 0, 1000), 10);
	throttle_init(&t, 10, 0, 0);
	assert_int_equal(throttle_there(&t, 0, 1000), 1);
}

static void the_wait_is_enough_and_no_more(void **state)
{
	(void)state;
	srand(2);
	for (int i = 0; i < 20000; i++) {
		struct throttle t;
		int64_t tps = 1 + rand() % 5000, burst = 1 + rand() % 50, now = rand();
		throttle_init(&t, tps, burst, now);
		throttle_spend(&t, (uint32_t)burst);
		uint32_t want = 1 + (uint32_t)(rand() % burst);
		int64_t wait = throttle_wait(&t, now, want);
		assert_true(wait > 0);
		assert_true(wait <= (int64_t)want * SECOND / tps + 2);
		assert_true(throttle_there(&t, now + wait, 1000) >= want);
		assert_int_equal(throttle_wait(&t, now + wait, want), 0);
	}
}

static void more_than_the_burst_is_waited_for_as_the_burst(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 10, 5, 0);
	throttle_spend(&t, 5);
	assert_true(throttle_wait(&t, 0, 100) <= SECOND / 2 + 2);
}

/* One random trace: when tokens were given. No window of one second, both ends included, has more than tps + burst. */
static void trace(int64_t tps, int64_t burst, unsigned steps)
{
	static int64_t at[4096];
	static uint32_t given[4096];
	struct throttle t;
	unsigned first = 0;
	uint64_t in_window = 0;
	int64_t now = rand();

	assert_true(steps <= 4096);
	throttle_init(&t, tps, burst, now);
	for (unsigned i = 0; i < steps; i++) {
		now += rand() % 4 == 0 ? rand() % (2 * SECOND) : rand() % 20000;
		uint32_t n = throttle_there(&t, now, 1 + (uint32_t)rand() % 2000);
		throttle_spend(&t, n);
		at[i] = now;
		given[i] = n;
		in_window += n;
		while (at[i] - at[first] > SECOND)
			in_window -= given[first++];
		assert_true(in_window <= (uint64_t)(tps + burst));
	}
}

static void no_second_has_more_than_tps_and_burst(void **state)
{
	(void)state;
	srand(3);
	for (int i = 0; i < 100000; i++)
		trace(1 + rand() % 3000, 1 + rand() % 300, 24);
	trace(7, 3, 4096);
	trace(1000, 10, 4096);
}

static void a_hungry_spender_gets_the_rate(void **state)
{
	struct throttle t;
	uint64_t sum = 0;
	int64_t now = 0;

	(void)state;
	throttle_init(&t, 333, 7, now);
	while (now < 100 * (int64_t)SECOND) {
		uint32_t n = throttle_there(&t, now, 100);
		throttle_spend(&t, n);
		sum += n;
		now += throttle_wait(&t, now, 1);
	}
	assert_true(sum >= 33300 && sum <= 33300 + 7);
}

static void a_clock_that_stands_still_gives_nothing(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 1000, 5, 100);
	throttle_spend(&t, 5);
	assert_int_equal(throttle_there(&t, 100, 5), 0);
	assert_int_equal(throttle_there(&t, 50, 5), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(no_limit_gives_all),
	cmocka_unit_test(burst_zero_is_a_hundredth),
	cmocka_unit_test(the_wait_is_enough_and_no_more),
	cmocka_unit_test(more_than_the_burst_is_waited_for_as_the_burst),
	cmocka_unit_test(no_second_has_more_than_tps_and_burst),
	cmocka_unit_test(a_hungry_spender_gets_the_rate),
	cmocka_unit_test(a_clock_that_stands_still_gives_nothing),
};

UNIT_MAIN(cases)
