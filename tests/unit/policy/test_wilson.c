/*
 * test_wilson.c - shares against values that others have published: Newcombe, Statistics in Medicine 17 (1998), 857
 * (Wilson's score interval, method 3) and 873 (differences, method 10).
 */
#include <math.h>

#include "policy/wilson.h"
#include "unit.h"

static void near(double have, double want, double by)
{
	if (fabs(have - want) > by)
		fail_msg("%.6f, not %.6f", have, want);
}

static void one_share(void **state)
{
	static const struct {
		uint64_t k, n;
		double low, high;
	} known[] = {
		{81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611},
		{1, 29, 0.0061, 0.1718},   {10, 10, 0.7225, 1.0000},  {56, 70, 0.6918, 0.8770},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct wilson w = wilson_interval(known[i].k, known[i].n);
		near(w.low, known[i].low, 0.00005001);
		near(w.high, known[i].high, 0.00005001);
	}
}

static void ends_of_the_scale(void **state)
{
	(void)state;
	struct wilson none = wilson_interval(0, 0), all = wilson_interval(5, 5), over = wilson_interval(7, 5);
	assert_true(none.low == 0.0 && none.high == 1.0);
	assert_true(all.high == 1.0 && wilson_interval(0, 5).low == 0.0);
	assert_true(over.low == all.low && over.high == all.high);
	/* ever more tries: the interval closes around the share, and never leaves it out */
	double before = 1;
	for (uint64_t n = 10; n <= 100000000; n *= 10) {
		struct wilson w = wilson_interval(n * 3 / 10, n);
		assert_true(w.low < 0.3 && w.high > 0.3 && w.high - w.low < before);
		before = w.high - w.low;
	}
	near(before, 2 * 1.959964 * sqrt(0.3 * 0.7 / 1e8), 1e-8);
}

static void differences(void **state)
{
	static const struct {
		uint64_t k1, n1, k2, n2;
		double low, high;
		enum wilson_verdict verdict;
	} known[] = {
		{56, 70, 48, 80, 0.0524, 0.3339, WILSON_FIRST},	   {9, 10, 3, 10, 0.1705, 0.8090, WILSON_FIRST},
		{5, 56, 0, 29, -0.0381, 0.1926, WILSON_NOT_SHOWN}, {0, 10, 0, 20, -0.1611, 0.2775, WILSON_NOT_SHOWN},
		{10, 10, 0, 10, 0.6075, 1.0000, WILSON_FIRST},	   {10, 10, 0, 20, 0.6791, 1.0000, WILSON_FIRST},
		{48, 80, 56, 70, -0.3339, -0.0524, WILSON_SECOND},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct wilson_comparison c = wilson_compare(known[i].k1, known[i].n1, known[i].k2, known[i].n2, 1);
		near(c.low, known[i].low, 0.00005001);
		near(c.high, known[i].high, 0.00005001);
		assert_int_equal(c.verdict, known[i].verdict);
	}
}

static void the_test(void **state)
{
	(void)state;
	/* 56/70 and 48/80: z = 0.2 / sqrt(104/150 * 46/150 * (1/70 + 1/80)) = 2.6500 */
	near(wilson_compare(56, 70, 48, 80, 1).p, 0.00805, 0.00005);
	near(wilson_compare(50, 100, 50, 100, 1).p, 1, 1e-12);
	near(wilson_compare(0, 100, 0, 50, 1).p, 1, 1e-12);
}

/* Nothing is called better that is not shown to be. */
static void honest(void **state)
{
	(void)state;
	assert_int_equal(wilson_compare(970, 1000, 961, 1000, 1).verdict, WILSON_NOT_SHOWN);
	assert_int_equal(wilson_compare(97000, 100000, 96100, 100000, 1).verdict, WILSON_FIRST);
	assert_int_equal(wilson_compare(1, 1, 0, 1, 1).verdict, WILSON_NOT_SHOWN);
	assert_int_equal(wilson_compare(5, 0, 1, 10, 1).verdict, WILSON_NOT_SHOWN);
	assert_int_equal(wilson_compare(0, 0, 0, 0, 1).verdict, WILSON_NOT_SHOWN);
	/* enough for one pair, not when it is one of ten */
	assert_int_equal(wilson_compare(56, 70, 48, 80, 1).verdict, WILSON_FIRST);
	assert_int_equal(wilson_compare(56, 70, 48, 80, 10).verdict, WILSON_NOT_SHOWN);
}

/* With two shares that are the same, at most about 5 of 100 comparisons claim a difference. */
static void false_alarms(void **state)
{
	uint64_t seed = 20260501;
	unsigned alarms = 0;
	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		uint64_t k[2] = {0, 0};
		for (unsigned i = 0; i < 600; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			k[i & 1] += (seed >> 40) % 100 < 20;
		}
		alarms += wilson_compare(k[0], 300, k[1], 300, 1).verdict != WILSON_NOT_SHOWN;
	}
	assert_in_range(alarms, 20, 130);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(one_share),   cmocka_unit_test(ends_of_the_scale),
	cmocka_unit_test(differences), cmocka_unit_test(the_test),
	cmocka_unit_test(honest),      cmocka_unit_test(false_alarms),
};
UNIT_MAIN(cases)
