/*
 * test_fit.c - how wide windows must be: by rate and latency, smoothed, within bounds; warnings once.
 */
#include "unit.h"
#include "link/fit.h"

#define SECOND INT64_C(1000000)
#define MS     INT64_C(1000)

/* Answers at a rate with a latency for so long; how often the means were new. */
static unsigned run(struct fit *f, int64_t *now_us, int64_t seconds, int64_t rate, int64_t latency_us)
{
	unsigned news = 0;

	for (int64_t i = 0; i < seconds * rate; i++) {
		*now_us += SECOND / rate;
		news += fit_answer(f, *now_us, *now_us - latency_us);
	}
	return news;
}

static void the_window_is_rate_times_latency_and_half_as_much(void **state)
{
	static const struct {
		int64_t tps, latency_us;
		uint32_t binds, needed;
	} rows[] = {
		{100, 200 * MS, 1, 31}, {100, 200 * MS, 2, 16},	   {1000, 50 * MS, 1, 76},
		{50, 20 * MS, 1, 2},	{2000, 900 * MS, 1, 2701}, {1000, 1000 * MS, 4, 376},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fit f = {0};
		int64_t now = 5 * SECOND;
		assert_true(run(&f, &now, 4, 100, rows[i].latency_us) >= 3);
		assert_int_equal(fit_needed(&f, rows[i].tps, rows[i].binds), rows[i].needed);
	}
}

static void nothing_is_needed_before_it_was_measured(void **state)
{
	struct fit f = {0};
	int64_t now = SECOND;

	(void)state;
	assert_int_equal(fit_needed(&f, 100, 1), 0);
	for (int i = 0; i < 19; i++, now++)
		assert_false(fit_answer(&f, now, now - 10 * MS));
	assert_int_equal(fit_needed(&f, 100, 1), 0);
	assert_true(fit_answer(&f, now, now - 10 * MS));
	assert_int_equal(fit_needed(&f, 1000, 1), 16);
	assert_int_equal(fit_needed(&f, 1000, 0), 0);
}

static void without_tps_the_measured_rate_counts(void **state)
{
	struct fit f = {0};
	int64_t now = SECOND;

	(void)state;
	run(&f, &now, 30, 500, 100 * MS);
	uint32_t needed = fit_needed(&f, 0, 1);
	assert_true(needed >= 73 && needed <= 78);
}

static void one_slow_answer_widens_little(void **state)
{
	struct fit f = {0};
	int64_t now = SECOND;

	(void)state;
	run(&f, &now, 10, 100, 50 * MS);
	assert_int_equal(fit_needed(&f, 100, 1), 8);
	fit_answer(&f, now, now - 20 * SECOND);
	run(&f, &now, 1, 100, 50 * MS);
	assert_true(fit_needed(&f, 100, 1) <= 16);
	run(&f, &now, 20, 100, 50 * MS);
	assert_int_equal(fit_needed(&f, 100, 1), 8);
}

static void a_window_that_sizes_itself_has_bounds(void **state)
{
	(void)state;
	assert_int_equal(fit_window(0), 10);
	assert_int_equal(fit_window(9), 10);
	assert_int_equal(fit_window(76), 76);
	assert_int_equal(fit_window(1000), 1000);
	assert_int_equal(fit_window(UINT32_MAX), 1000);
}

static void a_warning_comes_once_until_it_was_over(void **state)
{
	struct fit f = {0};

	(void)state;
	assert_false(fit_warn(&f, 0, 100));
	assert_false(fit_warn(&f, 100, 100));
	assert_true(fit_warn(&f, 101, 100));
	assert_false(fit_warn(&f, 300, 100));
	assert_false(fit_warn(&f, 90, 100)); /* not wide enough to be over */
	assert_false(fit_warn(&f, 120, 100));
	assert_false(fit_warn(&f, 79, 100));
	assert_true(fit_warn(&f, 101, 100));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(the_window_is_rate_times_latency_and_half_as_much),
	cmocka_unit_test(nothing_is_needed_before_it_was_measured),
	cmocka_unit_test(without_tps_the_measured_rate_counts),
	cmocka_unit_test(one_slow_answer_widens_little),
	cmocka_unit_test(a_window_that_sizes_itself_has_bounds),
	cmocka_unit_test(a_warning_comes_once_until_it_was_over),
};

UNIT_MAIN(cases)
