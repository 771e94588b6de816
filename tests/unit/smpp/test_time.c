/*
 * test_time.c - SMPP's times: the examples of smpp.md 10, the bounds of every field, the calendar against libc's
 * timegm(), zones, relative arithmetic, and the dates of receipts.
 */
#include "unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "smpp/smpp_time.h"

#define CHINA 32
#define DAY   INT64_C(86400000)

/* UTC ms of a calendar moment, by libc. */
static int64_t utc(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = {.tm_year = year - 1900,
			.tm_mon = month - 1,
			.tm_mday = day,
			.tm_hour = hour,
			.tm_min = minute,
			.tm_sec = second};

	return (int64_t)timegm(&tm) * 1000;
}

/* 1 May 2026 01:30:00.700 UTC */
static int64_t now(void)
{
	return utc(2026, 5, 1, 1, 30, 0) + 700;
}

static void parses(const char *s, enum smpp_time_kind kind, int64_t want)
{
	enum smpp_time_kind got_kind = SMPP_TIME_NONE;
	int64_t got = -1;

	if (smpp_time_parse(view_of(s), now(), &got, &got_kind) != 0)
		fail_msg("refused: %s", s);
	assert_int_equal(got_kind, kind);
	if (got != want)
		fail_msg("%s is %" PRId64 ", not %" PRId64, s, want, got);
}

static void refused(const char *s)
{
	enum smpp_time_kind kind;
	int64_t got;

	if (smpp_time_parse(view_of(s), now(), &got, &kind) == 0)
		fail_msg("taken: %s", s);
}

/* s with two digits at from replaced by v. */
static const char *with(const char *s, unsigned from, unsigned v)
{
	static char out[17];

	memcpy(out, s, sizeof out);
	out[from] = (char)('0' + v / 10);
	out[from + 1] = (char)('0' + v % 10);
	return out;
}

static void examples(void **state)
{
	(void)state;
	parses("260501093000032+", SMPP_TIME_ABSOLUTE, utc(2026, 5, 1, 1, 30, 0));
	parses("260501013000000+", SMPP_TIME_ABSOLUTE, utc(2026, 5, 1, 1, 30, 0));
	parses("000000001000000R", SMPP_TIME_RELATIVE, now() + 600000);
	parses("000001000000000R", SMPP_TIME_RELATIVE, now() + DAY);
	/* 2 y 6 mo: 1 November 2028; then 10 d 23 h 34 min 29 s */
	parses("020610233429000R", SMPP_TIME_RELATIVE, utc(2028, 11, 12, 1, 4, 29) + 700);
	parses("", SMPP_TIME_NONE, 0);
}

static void wrong_shapes(void **state)
{
	static const char good[] = "260501093000032+";
	char s[18];

	(void)state;
	for (size_t n = 1; n < 16; n++) {
		memcpy(s, good, n);
		s[n] = '\0';
		refused(s);
	}
	refused("260501093000032++");
	refused("260501093000032 ");
	refused("260501093000032r");
	refused("260501093000032Z");
	refused("0260501093000032");
	refused("                ");
	for (unsigned at = 0; at < 15; at++) /* one octet that is no digit, in each place of both forms */
		for (unsigned octet = 1; octet < 256; octet++) {
			if (octet >= '0' && octet <= '9')
				continue;
			memcpy(s, good, sizeof good);
			s[at] = (char)octet;
			refused(s);
			s[15] = 'R';
			refused(s);
		}
	for (unsigned octet = 1; octet < 256; octet++) {
		memcpy(s, good, sizeof good);
		s[15] = (char)octet;
		if (octet != '+' && octet != '-' && octet != 'R')
			refused(s);
	}
}

static void bounds_of_absolute_fields(void **state)
{
	static const char base[] = "260501093000000+";

	(void)state;
	for (unsigned v = 0; v < 100; v++) {
		int i = (int)v;

		parses(with(base, 0, v), SMPP_TIME_ABSOLUTE, utc(v < 38 ? 2000 + i : 1900 + i, 5, 1, 9, 30, 0));
		if (v >= 1 && v <= 12)
			parses(with(base, 2, v), SMPP_TIME_ABSOLUTE, utc(2026, i, 1, 9, 30, 0));
		else
			refused(with(base, 2, v));
		if (v >= 1 && v <= 31)
			parses(with(base, 4, v), SMPP_TIME_ABSOLUTE, utc(2026, 5, i, 9, 30, 0));
		else
			refused(with(base, 4, v));
		if (v <= 23)
			parses(with(base, 6, v), SMPP_TIME_ABSOLUTE, utc(2026, 5, 1, i, 30, 0));
		else
			refused(with(base, 6, v));
		if (v <= 59) {
			parses(with(base, 8, v), SMPP_TIME_ABSOLUTE, utc(2026, 5, 1, 9, i, 0));
			parses(with(base, 10, v), SMPP_TIME_ABSOLUTE, utc(2026, 5, 1, 9, 30, i));
		} else {
			refused(with(base, 8, v));
			refused(with(base, 10, v));
		}
	}
	for (char t = '0'; t <= '9'; t++) {
		char s[] = "260501093000000+";

		s[12] = t;
		parses(s, SMPP_TIME_ABSOLUTE, utc(2026, 5, 1, 9, 30, 0) + (t - '0') * 100);
	}
}

static void every_zone(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 100; v++) {
		int64_t local = utc(2026, 1, 1, 0, 10, 0);

		if (v > 48) {
			refused(with("260101001000000+", 13, v));
			refused(with("260101001000000-", 13, v));
			continue;
		}
		parses(with("260101001000000+", 13, v), SMPP_TIME_ABSOLUTE, local - (int64_t)v * 900000);
		parses(with("260101001000000-", 13, v), SMPP_TIME_ABSOLUTE, local + (int64_t)v * 900000);
	}
}

static void lengths_of_months(void **state)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	(void)state;
	for (unsigned year = 0; year < 100; year++)
		for (unsigned month = 1; month <= 12; month++) {
			int full = (int)year + (year < 38 ? 2000 : 1900);
			unsigned last = days[month - 1] + (month == 2 && full % 4 == 0); /* 2000 is one too */
			char s[17];

			snprintf(s, sizeof s, "%02u%02u%02u000000000+", year, month, last);
			parses(s, SMPP_TIME_ABSOLUTE, utc(full, (int)month, (int)last, 0, 0, 0));
			snprintf(s, sizeof s, "%02u%02u%02u000000000+", year, month, last + 1);
			refused(s);
		}
	refused("260229000000000+");
	parses("280229000000000+", SMPP_TIME_ABSOLUTE, utc(2028, 2, 29, 0, 0, 0));
}

/* Each day that the form can name, there and back. */
static void every_day(void **state)
{
	(void)state;
	for (int64_t ms = utc(1938, 1, 1, 12, 34, 56); ms < utc(2038, 1, 1, 0, 0, 0); ms += DAY) {
		time_t seconds = (time_t)(ms / 1000);
		struct tm tm;
		char want[32], got[17];

		gmtime_r(&seconds, &tm);
		strftime(want, sizeof want, "%y%m%d%H%M%S000+", &tm);
		smpp_time_format(ms, 0, got);
		assert_string_equal(got, want);
		parses(got, SMPP_TIME_ABSOLUTE, ms);
	}
}

static void writes(int64_t ms, int zone, const char *want)
{
	char got[17];

	smpp_time_format(ms, zone, got);
	assert_string_equal(got, want);
}

static void absolute_form(void **state)
{
	int64_t ms = utc(2026, 5, 1, 1, 30, 0);

	(void)state;
	writes(ms, CHINA, "260501093000032+");
	writes(ms, 0, "260501013000000+");
	writes(ms, -20, "260430203000020-");
	writes(ms + 999, CHINA, "260501093000932+");
	writes(utc(2025, 12, 31, 16, 0, 0), CHINA, "260101000000032+");
	writes(utc(2028, 2, 28, 16, 0, 0), CHINA, "280229000000032+");
	writes(0, CHINA, "700101080000032+");
	writes(0, -48, "691231120000048-");
	writes(ms, 99, "260501133000048+"); /* a zone beyond the form's */
	writes(ms, -99, "260430133000048-");
	writes(utc(2038, 1, 1, 0, 0, 0), 0, "371231235959900+");
	writes(INT64_MAX, CHINA, "371231235959932+");
	writes(utc(2037, 12, 31, 23, 0, 0), CHINA, "371231235959932+");
	writes(INT64_MIN, 0, "380101000000000+");
	writes(INT64_MIN, -48, "380101000000048-");
	writes(INT64_MIN, 48, "380101000000048+");
	writes(utc(1937, 12, 31, 16, 0, 0), CHINA, "380101000000032+"); /* it is the zone's year that counts */
	writes(utc(2038, 1, 1, 5, 0, 0) - 100, -20, "371231235959920-");
	for (int zone = -48; zone <= 48; zone++) {
		char s[17];

		smpp_time_format(ms + 300, zone, s);
		parses(s, SMPP_TIME_ABSOLUTE, ms + 300);
	}
}

static void adds(const char *s, int64_t from, int64_t want)
{
	enum smpp_time_kind kind;
	int64_t got = -1;

	assert_int_equal(smpp_time_parse(view_of(s), from, &got, &kind), 0);
	assert_int_equal(kind, SMPP_TIME_RELATIVE);
	if (got != want)
		fail_msg("%s is %" PRId64 ", not %" PRId64, s, want, got);
}

static void relative_is_by_calendar(void **state)
{
	(void)state;
	adds("000100000000000R", utc(2026, 1, 31, 8, 0, 0), utc(2026, 2, 28, 8, 0, 0));
	adds("000100000000000R", utc(2028, 1, 31, 8, 0, 0), utc(2028, 2, 29, 8, 0, 0));
	adds("000100000000000R", utc(2026, 3, 31, 8, 0, 0), utc(2026, 4, 30, 8, 0, 0));
	adds("000100000000000R", utc(2026, 12, 15, 8, 0, 0), utc(2027, 1, 15, 8, 0, 0));
	adds("001200000000000R", utc(2026, 12, 15, 8, 0, 0), utc(2027, 12, 15, 8, 0, 0));
	adds("010000000000000R", utc(2028, 2, 29, 8, 0, 0), utc(2029, 2, 28, 8, 0, 0));
	adds("040000000000000R", utc(2028, 2, 29, 8, 0, 0), utc(2032, 2, 29, 8, 0, 0));
	adds("000101000000000R", utc(2026, 1, 31, 8, 0, 0), utc(2026, 3, 1, 8, 0, 0)); /* months first, then days */
	adds("000001000000000R", utc(2026, 12, 31, 23, 59, 59), utc(2027, 1, 1, 23, 59, 59));
	adds("000000000001000R", utc(2027, 12, 31, 23, 59, 59), utc(2028, 1, 1, 0, 0, 0));
	adds("000000000000000R", now(), now());
	adds("000000000000932R", now(), now()); /* t and nn are ignored */
	adds("000000000000099R", now(), now());
	adds("000000000000000R", 0, 0);
	adds("000000000000000R", 12345, 12345); /* to the millisecond */
	adds("990000000000000R", utc(2000, 1, 1, 0, 0, 0), utc(2099, 1, 1, 0, 0, 0));
}

static void bounds_of_relative_fields(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 100; v++) {
		int i = (int)v;

		adds(with("000000000000000R", 0, v), now(), utc(2026 + i, 5, 1, 1, 30, 0) + 700);
		adds(with("000000000000000R", 2, v), now(),
		     utc(2026 + (4 + i) / 12, (4 + i) % 12 + 1, 1, 1, 30, 0) + 700);
		adds(with("000000000000000R", 4, v), now(), now() + i * DAY);
		adds(with("000000000000000R", 6, v), now(), now() + i * INT64_C(3600000));
		adds(with("000000000000000R", 8, v), now(), now() + i * INT64_C(60000));
		adds(with("000000000000000R", 10, v), now(), now() + i * INT64_C(1000));
	}
}

static void the_end_of_the_calendar(void **state)
{
	int64_t last = utc(9999, 12, 31, 23, 59, 59) + 999;
	enum smpp_time_kind kind;
	int64_t got;

	(void)state;
	adds("000000000000000R", last, last);
	assert_int_equal(smpp_time_parse(view_of("000000000001000R"), last, &got, &kind), -1);
	assert_int_equal(smpp_time_parse(view_of("991299999999000R"), last, &got, &kind), -1);
	assert_int_equal(smpp_time_parse(view_of("000000000001000R"), INT64_MAX, &got, &kind), -1);
	assert_int_equal(smpp_time_parse(view_of("000000000001000R"), INT64_MIN, &got, &kind), -1);
	assert_int_equal(smpp_time_parse(view_of("000000000001000R"), -1, &got, &kind), -1);
	assert_int_equal(smpp_time_parse(view_of("260501093000032+"), INT64_MAX, &got, &kind), 0); /* needs no now */
}

static void writes_relative(int64_t ms, const char *want)
{
	char got[17];

	smpp_time_format_relative(ms, got);
	assert_string_equal(got, want);
}

static void relative_form(void **state)
{
	(void)state;
	writes_relative(0, "000000000000000R");
	writes_relative(1, "000000000001000R"); /* never shorter than asked */
	writes_relative(600000, "000000001000000R");
	writes_relative(600001, "000000001001000R");
	writes_relative(DAY - 1, "000001000000000R");
	writes_relative(DAY, "000001000000000R");
	writes_relative(3 * DAY + 3723000, "000003010203000R");
	writes_relative(99 * DAY, "000099000000000R");
	writes_relative(100 * DAY, "000310000000000R");
	writes_relative(360 * DAY, "010000000000000R");
	writes_relative(INT64_MAX, "991129235959000R");
	writes_relative(-5, "000000000000000R");
	writes_relative(INT64_MIN, "000000000000000R");
	for (int64_t ms = 0; ms < 100 * DAY; ms += 1234567) {
		char s[17];

		smpp_time_format_relative(ms, s);
		adds(s, now(), now() + (ms + 999) / 1000 * 1000);
	}
}

static void receipt_date(const char *s, int64_t want)
{
	int64_t got = -1;

	if (smpp_time_parse_receipt(view_of(s), CHINA, &got) != 0)
		fail_msg("refused: %s", s);
	if (got != want)
		fail_msg("%s is %" PRId64 ", not %" PRId64, s, want, got);
}

static void no_receipt_date(const char *s)
{
	int64_t got = 4711;

	if (smpp_time_parse_receipt(view_of(s), CHINA, &got) != -1)
		fail_msg("taken: %s", s);
	assert_int_equal(got, 4711);
}

static void six_forms_of_receipt_dates(void **state)
{
	(void)state;
	receipt_date("2605010930", utc(2026, 5, 1, 1, 30, 0));
	receipt_date("260501093015", utc(2026, 5, 1, 1, 30, 15));
	receipt_date("202511301205", utc(2025, 11, 30, 4, 5, 0)); /* month 25 is none: YYYYMMDDhhmm */
	receipt_date("202605010930", utc(2026, 5, 1, 1, 30, 0));
	receipt_date("20260501093015", utc(2026, 5, 1, 1, 30, 15));
	receipt_date("260501093015032+", utc(2026, 5, 1, 1, 30, 15)); /* its own zone */
	receipt_date("260501013015000+", utc(2026, 5, 1, 1, 30, 15));
	receipt_date("260430203015020-", utc(2026, 5, 1, 1, 30, 15));
	receipt_date("201211101112", utc(2020, 12, 11, 2, 11, 12)); /* both are dates: the short year */
	receipt_date("99991231235959", utc(9999, 12, 31, 15, 59, 59));
	receipt_date("19380101080000", utc(1938, 1, 1, 0, 0, 0));
	receipt_date("2601010000", utc(2025, 12, 31, 16, 0, 0));
	no_receipt_date("");
	no_receipt_date("0");
	no_receipt_date("0000000000");
	no_receipt_date("000000000000");
	no_receipt_date("00000000000000");
	no_receipt_date("0000000000000000");
}

static void dates_that_are_none(void **state)
{
	(void)state;
	no_receipt_date("2613010930");
	no_receipt_date("2602290930");
	no_receipt_date("2605010960");
	no_receipt_date("2605012430");
	no_receipt_date("260501093060");
	no_receipt_date("202613010930");
	no_receipt_date("20260501093060");
	no_receipt_date("19370501093000");
	no_receipt_date("99991301000000");
	no_receipt_date("260501093");
	no_receipt_date("26050109301");
	no_receipt_date("2605010930150");
	no_receipt_date("260501093015032R");
	no_receipt_date("260501093015049+");
	no_receipt_date("260501 930");
	no_receipt_date("26050109301503x+");
	no_receipt_date("2605010930150320");
	no_receipt_date("2605010930150+");
	no_receipt_date("2026-05-01");
	no_receipt_date("null");
	no_receipt_date("26050109301503200+");
}

static void receipt_dates_written(void **state)
{
	char s[11];

	(void)state;
	smpp_time_format_receipt(utc(2026, 5, 1, 1, 30, 59) + 999, CHINA, s);
	assert_string_equal(s, "2605010930");
	smpp_time_format_receipt(utc(2025, 12, 31, 16, 0, 0), CHINA, s);
	assert_string_equal(s, "2601010000");
	smpp_time_format_receipt(utc(2026, 5, 1, 1, 30, 0), -20, s);
	assert_string_equal(s, "2604302030");
	smpp_time_format_receipt(0, 0, s);
	assert_string_equal(s, "7001010000");
	smpp_time_format_receipt(utc(2040, 2, 29, 0, 0, 0), 0, s);
	assert_string_equal(s, "4002290000");
	smpp_time_format_receipt(INT64_MAX, 48, s);
	assert_string_equal(s, "0001011159");
	smpp_time_format_receipt(INT64_MIN, -48, s);
	assert_string_equal(s, "3712301200");
	for (int64_t ms = utc(2026, 1, 1, 0, 0, 0); ms < utc(2027, 1, 1, 0, 0, 0); ms += 7 * 60000) {
		smpp_time_format_receipt(ms, CHINA, s);
		receipt_date(s, ms);
	}
}

/* What is kept of the last one never shows in the next. */
static void receipt_dates_in_a_row(void **state)
{
	static const int64_t moments[] = {0, 59999,	60000,	       -1,	  -60000, -60001, 0,
					  0, INT64_MAX, INT64_MAX - 1, INT64_MIN, 1};
	static const int zones[] = {0, CHINA, -20, 48, 400};
	struct smpp_time_written last = {0};
	int64_t now = utc(2026, 12, 31, 15, 59, 58);
	char s[11];

	(void)state;
	for (unsigned z = 0; z < sizeof zones / sizeof zones[0]; z++) {
		for (unsigned i = 0; i < sizeof moments / sizeof moments[0]; i++) {
			smpp_time_format_receipt(moments[i], zones[z], s);
			assert_string_equal(smpp_time_write_receipt(&last, moments[i], zones[z]), s);
		}
		for (int64_t ms = now; ms < now + 5000; ms += 100) {
			smpp_time_format_receipt(ms, zones[z], s);
			assert_string_equal(smpp_time_write_receipt(&last, ms, zones[z]), s);
			assert_string_equal(smpp_time_write_receipt(&last, ms, zones[z]), s);
		}
	}
}

/* What is kept of the last one read: the same text at the same zone, and nothing else. */
static void receipt_dates_read_in_a_row(void **state)
{
	static const char *const dates[] = {"2605010930",
					    "2605010930",
					    "",
					    "2605010931",
					    "260501093015",
					    "260501093015",
					    "0000000000",
					    "260501093015",
					    "26050109301",
					    "26050109",
					    "20260501093015",
					    "260501093015432+",
					    "260501093015832+",
					    "x",
					    "2605010930"};
	static const int zones[] = {0, CHINA, CHINA, -20};
	struct smpp_time_read last = {0};

	(void)state;
	for (unsigned i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		for (unsigned z = 0; z < sizeof zones / sizeof zones[0]; z++) {
			int64_t want = 4711, got = 4711;
			int ok = smpp_time_parse_receipt(view_of(dates[i]), zones[z], &want);
			assert_int_equal(smpp_time_read_receipt(&last, view_of(dates[i]), zones[z], &got), ok);
			assert_int_equal(got, want);
		}
	}
}

static void final_dates(void **state)
{
	int64_t got = -1;

	(void)state;
	assert_int_equal(smpp_time_parse_final(view_of("260501093100032+"), 0, &got), 0);
	assert_int_equal(got, utc(2026, 5, 1, 1, 31, 0));
	assert_int_equal(smpp_time_parse_final(view_of("260501093100"), CHINA, &got), 0);
	assert_int_equal(got, utc(2026, 5, 1, 1, 31, 0));
	assert_int_equal(smpp_time_parse_final(view_of("260501093100"), -4, &got), 0);
	assert_int_equal(got, utc(2026, 5, 1, 10, 31, 0));
	got = 4711;
	assert_int_equal(smpp_time_parse_final(view_of(""), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("2605010931"), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("202605010931"), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("000001000000000R"), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("not yet, sorry"), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("261301093100"), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("2605010931000x2+"), CHINA, &got), -1);
	assert_int_equal(smpp_time_parse_final(view_of("20260501093100"), CHINA, &got), -1);
	assert_int_equal(got, 4711);
}

/* The zone of the machine must not matter. */
static void no_zone_of_libc(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
	tzset();
	examples(state);
	receipt_date("2605010930", utc(2026, 5, 1, 1, 30, 0));
	writes(utc(2026, 5, 1, 1, 30, 0), CHINA, "260501093000032+");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(examples),
	cmocka_unit_test(wrong_shapes),
	cmocka_unit_test(bounds_of_absolute_fields),
	cmocka_unit_test(every_zone),
	cmocka_unit_test(lengths_of_months),
	cmocka_unit_test(every_day),
	cmocka_unit_test(absolute_form),
	cmocka_unit_test(relative_is_by_calendar),
	cmocka_unit_test(bounds_of_relative_fields),
	cmocka_unit_test(the_end_of_the_calendar),
	cmocka_unit_test(relative_form),
	cmocka_unit_test(six_forms_of_receipt_dates),
	cmocka_unit_test(dates_that_are_none),
	cmocka_unit_test(receipt_dates_written),
	cmocka_unit_test(receipt_dates_in_a_row),
	cmocka_unit_test(receipt_dates_read_in_a_row),
	cmocka_unit_test(final_dates),
	cmocka_unit_test(no_zone_of_libc),
};

UNIT_MAIN(cases)
