/*
 * test_trail.c - what has come in the last minute and in ten; gaps, restarts of what is counted, gauges that fall.
 */
#include "unit.h"

#include "noc/trail.h"

static void counts_of_a_minute_and_of_ten(void **state)
{
	(void)state;
	struct trail t = {.last = 0}, u = {.last = 0};
	for (int64_t s = 0; s < 3600; s++) { /* one more each second */
		int64_t step = trail_step(s * 1000);
		uint64_t minute = trail_count(&t, step, (uint64_t)s, TRAIL_MINUTE);
		uint64_t ten = trail_count(&u, step, (uint64_t)s, TRAIL_STEPS);
		if (s < 60)
			assert_int_equal(minute, s); /* all that has been seen */
		else
			assert_in_range(minute, 60, 69);
		if (s >= 600)
			assert_in_range(ten, 600, 609);
	}
}

static void what_stood_there_at_first_does_not_count(void **state)
{
	(void)state;
	struct trail t = {.last = 0};
	assert_int_equal(trail_count(&t, trail_step(1000), 5000, TRAIL_STEPS), 0);
	assert_int_equal(trail_count(&t, trail_step(2000), 5003, TRAIL_STEPS), 3);
	assert_int_equal(trail_count(&t, trail_step(601000), 5003, TRAIL_STEPS), 3);
	assert_int_equal(trail_count(&t, trail_step(621000), 5003, TRAIL_STEPS), 0);
}

static void a_gap_is_no_history(void **state)
{
	(void)state;
	struct trail t = {.last = 0};
	trail_note(&t, 1, 10);
	trail_note(&t, 5, 20); /* between: as it was found */
	assert_int_equal(trail_before(&t, 4), 10);
	assert_int_equal(trail_before(&t, 3), 20);
	trail_note(&t, 1000000, 30); /* longer than it remembers */
	assert_int_equal(trail_before(&t, TRAIL_STEPS), 30);
	assert_int_equal(trail_count(&t, 1000001, 31, TRAIL_STEPS), 1);
}

static void what_begins_anew_counts_nothing(void **state)
{
	(void)state;
	struct trail t = {.last = 0};
	assert_int_equal(trail_count(&t, 1, 1000, TRAIL_STEPS), 0);
	assert_int_equal(trail_count(&t, 2, 4, TRAIL_STEPS), 0);
}

static void a_gauge_may_fall(void **state)
{
	(void)state;
	struct trail t = {.last = 0};
	trail_note(&t, 1, 900);
	trail_note(&t, 30, 100);
	assert_int_equal(trail_before(&t, TRAIL_STEPS), 900);
	trail_note(&t, 62, 100);
	assert_int_equal(trail_before(&t, TRAIL_STEPS), 100);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(counts_of_a_minute_and_of_ten),
	cmocka_unit_test(what_stood_there_at_first_does_not_count),
	cmocka_unit_test(a_gap_is_no_history),
	cmocka_unit_test(what_begins_anew_counts_nothing),
	cmocka_unit_test(a_gauge_may_fall),
};
UNIT_MAIN(cases)
