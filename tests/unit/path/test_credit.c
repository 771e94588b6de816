/*
 * test_credit.c - days of China against the C library's calendar.
 */
#include "path/credit.h"

#include <stdlib.h>
#include <time.h>

#include "unit.h"

static unsigned expected(int64_t wall_ms)
{
	time_t t = (time_t)(wall_ms / 1000) + 8 * 3600;
	struct tm tm;
	gmtime_r(&t, &tm);
	return (unsigned)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

static void test_every_day(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 366 * 135; day++) { /* 1970 to 2104, and over a century that is no leap year */
		int64_t ms = day * 86400000;
		assert_int_equal(credit_day(ms), expected(ms));
		assert_int_equal(credit_day(ms + 86399999), expected(ms + 86399999));
	}
}

static void test_midnight(void **state)
{
	(void)state;
	const int64_t midnight = 1777564800000; /* 2026-04-30 16:00 UTC: 2026-05-01 in China */
	assert_int_equal(credit_day(midnight - 1), 20260430);
	assert_int_equal(credit_day(midnight), 20260501);
	assert_int_equal(credit_day(1709136000000 - 1), 20240228);
	assert_int_equal(credit_day(1709136000000 + 3600000), 20240229);
}

static const struct CMUnitTest cases[] = {cmocka_unit_test(test_every_day), cmocka_unit_test(test_midnight)};

UNIT_MAIN(cases)
