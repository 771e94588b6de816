/*
 * test_since.c - spans back from now, and dates of the local zone.
 */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "noc/since.h"

#define NOW_MS 1795302000000 /* 2026-11-22 07:00 in Beijing */

static void test_forms(void **state)
{
	static const struct {
		const char *text;
		int64_t since_ms;
	} rows[] = {
		{"0s", NOW_MS},
		{"90s", NOW_MS - 90000},
		{"30m", NOW_MS - 1800000},
		{"2h", NOW_MS - 7200000},
		{"1d", NOW_MS - 86400000},
		{"40000d", 0}, /* never before 1970 */
		{"2026-11-22T03:00", NOW_MS - 4 * 3600000},
		{"2026-11-22T03:00:15", NOW_MS - 4 * 3600000 + 15000},
		{"2026-11-22", NOW_MS - 7 * 3600000},
		{"2026-02-28T23:59", 1772294340000},
		{"2026-11-22T07:00", NOW_MS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t since_ms = -1;
		if (!since_parse(rows[i].text, NOW_MS, &since_ms))
			fail_msg("%s is not understood", rows[i].text);
		if (since_ms != rows[i].since_ms)
			fail_msg("%s is %lld", rows[i].text, (long long)since_ms);
	}
}

static void test_lengths(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {{"600", 600000},  {"90s", 90000}, {"30m", 1800000}, {"2h", 7200000},
		    {"1d", 86400000}, {"0", 0},	      {"", -1},		{"-1", -1},
		    {"10 m", -1},     {"一会儿", -1}, {"1m30s", -1},	{"99999999999999999999", -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -1;
		bool good = since_length(rows[i].text, &ms);
		if (good != (rows[i].ms >= 0) || (good && ms != rows[i].ms))
			fail_msg("%s is %d %lld", rows[i].text, good, (long long)ms);
	}
}

static void test_refused(void **state)
{
	static const char *const rows[] = {"",
					   "2",
					   "h",
					   "-2h",
					   " 2h",
					   "2 h",
					   "2h30m",
					   "2w",
					   "昨天",
					   "99999999999999999999d",
					   "3:00",
					   "2026-11",
					   "2026-02-31",
					   "2026-11-22T25:00",
					   "2026-11-22T03:00+08:00",
					   "2026-11-22T07:01",
					   "2026-11-23"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t since_ms;
		if (since_parse(rows[i], NOW_MS, &since_ms))
			fail_msg("%s is %lld", rows[i], (long long)since_ms);
	}
}

static const struct CMUnitTest cases[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_lengths),
					  cmocka_unit_test(test_refused)};

__attribute__((constructor)) static void start(void)
{
	setenv("TZ", "Asia/Shanghai", 1);
	tzset();
}

UNIT_MAIN(cases)
