/*
 * test_send.c - times as people write them for smppsend.
 */
#include "unit.h"

#include <stdlib.h>
#include <time.h>

#include "smpp/smpp_time.h"
#include "tools/send.h"

static const char *read_time(const char *text)
{
	static char out[17];

	memset(out, 0, sizeof(out));
	return send_time_read(text, out) ? NULL : out;
}

static void test_from_now(void **state)
{
	static const struct {
		const char *text, *smpp;
	} rows[] = {
		{"30s", "000000000030000R"}, {"10m", "000000001000000R"}, {"2h", "000000020000000R"},
		{"36h", "000001120000000R"}, {"1d", "000001000000000R"},  {"99d", "000099000000000R"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(read_time(rows[i].text), rows[i].smpp);
}

/* What SMPP's own parser makes of it is the moment that was meant, in every zone. */
static void test_local(void **state)
{
	static const struct {
		const char *zone, *text, *smpp;
	} rows[] = {
		{"UTC", "2026-11-22 09:00", "261122090000000+"},
		{"CST-8", "2026-11-22 09:00:30", "261122090030032+"},
		{"IST-5:30", "2026-11-22 09:00", "261122090000022+"},
		{"NST3:30NDT,M3.2.0,M11.1.0", "2026-07-01 09:00", "260701090000010-"},
	};
	enum smpp_time_kind kind;
	int64_t ms;
	struct tm tm;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("TZ", rows[i].zone, 1);
		tzset();
		assert_string_equal(read_time(rows[i].text), rows[i].smpp);
		assert_int_equal(smpp_time_parse(view_of(rows[i].smpp), 0, &ms, &kind), 0);
		assert_int_equal(kind, SMPP_TIME_ABSOLUTE);
		time_t t = (time_t)(ms / 1000);
		localtime_r(&t, &tm);
		assert_int_equal(tm.tm_hour, 9);
	}
	unsetenv("TZ");
	tzset();
}

static void test_smpp_form_and_faults(void **state)
{
	static const char *const wrong[] = {"",
					    "10",
					    "m",
					    "10 m",
					    "-5m",
					    "10mm",
					    "tomorrow",
					    "2026-11-22",
					    "2026-13-01 09:00",
					    "261322090000000+",
					    "9999999999d",
					    "2026-11-22 09:00 h",
					    "261122090000000"};

	(void)state;
	assert_string_equal(read_time("261122090000032+"), "261122090000032+");
	assert_string_equal(read_time("000000001000000R"), "000000001000000R");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (read_time(wrong[i]))
			print_error("\"%s\" was taken\n", wrong[i]);
		assert_null(read_time(wrong[i]));
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_from_now),
	cmocka_unit_test(test_local),
	cmocka_unit_test(test_smpp_form_and_faults),
};

UNIT_MAIN(cases)
