/*
 * test_calendar.c - dates against libc's, kinds of days out of the file that is installed and out of faulty ones.
 */
#include "policy/calendar.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "unit.h"

static char path[128];

/* A calendar out of a text. */
static struct calendar *of_text(const char *text, char **errors)
{
	snprintf(path, sizeof(path), "%s/calendar.XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	struct calendar_conf conf = {{"gw.conf", 7}, path, 480};
	*errors = NULL;
	struct calendar *c = calendar_new(&conf, errors);
	unlink(path);
	return c;
}

static struct calendar *installed(void)
{
	static char file[] = "calendar-cn.conf", conf_file[1024];
	const char *src = getenv("SMPPGW_SRC");
	snprintf(conf_file, sizeof(conf_file), "%s/etc/smppgw.conf", src ? src : ".");
	struct calendar_conf conf = {{conf_file, 1}, file, 480}; /* beside the configuration */
	char *errors = NULL;
	struct calendar *c = calendar_new(&conf, &errors);
	if (errors)
		fail_msg("%s", errors);
	return c;
}

static int64_t day_of(int year, int month, int day)
{
	int64_t out;
	assert_true(calendar_date(year, month, day, &out));
	return out;
}

/* Every day from 1960 to 2160 against gmtime_r. */
static void test_dates(void **state)
{
	(void)state;
	char stamp[CALENDAR_STAMP], want[64];
	for (int64_t day = -3652; day < 69397; day++) {
		time_t t = (time_t)day * 86400 + 43260;
		struct tm tm;
		gmtime_r(&t, &tm);
		assert_int_equal(day_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), day);
		strftime(want, sizeof(want), "%Y-%m-%d 12:01 +00:00", &tm);
		assert_string_equal(calendar_stamp((int64_t)t * 1000, 0, stamp), want);
	}
	int64_t out;
	assert_false(calendar_date(2026, 2, 29, &out));
	assert_false(calendar_date(2026, 13, 1, &out));
	assert_false(calendar_date(2026, 0, 1, &out));
	assert_false(calendar_date(2026, 4, 31, &out));
	assert_false(calendar_date(2026, 4, 0, &out));
	assert_true(calendar_date(2028, 2, 29, &out));
}

static void test_days_by_zone(void **state)
{
	(void)state;
	char stamp[CALENDAR_STAMP];
	int64_t midnight = day_of(2026, 2, 17) * 86400000; /* UTC */
	assert_int_equal(calendar_day(midnight, 0), day_of(2026, 2, 17));
	assert_int_equal(calendar_day(midnight - 1, 0), day_of(2026, 2, 16));
	assert_int_equal(calendar_day(midnight - 28800000, 480), day_of(2026, 2, 17));
	assert_int_equal(calendar_day(midnight - 28800001, 480), day_of(2026, 2, 16));
	assert_int_equal(calendar_day(midnight, -300), day_of(2026, 2, 16));
	assert_int_equal(calendar_day(-1, 0), -1);
	assert_string_equal(calendar_stamp(midnight, 480, stamp), "2026-02-17 08:00 +08:00");
	assert_string_equal(calendar_stamp(midnight, -570, stamp), "2026-02-16 14:30 -09:30");
}

/* The notices for 2025 and 2026, day by day: from, to, kind; all else goes by the week. */
static const struct notice {
	int year, month, from, to_month, to;
	enum day_kind kind;
} notices[] = {
	{2025, 1, 1, 1, 1, DAY_HOLIDAY},   {2025, 1, 26, 1, 26, DAY_WORKDAY},	{2025, 1, 28, 2, 4, DAY_HOLIDAY},
	{2025, 2, 8, 2, 8, DAY_WORKDAY},   {2025, 4, 4, 4, 6, DAY_HOLIDAY},	{2025, 4, 27, 4, 27, DAY_WORKDAY},
	{2025, 5, 1, 5, 5, DAY_HOLIDAY},   {2025, 5, 31, 6, 2, DAY_HOLIDAY},	{2025, 9, 28, 9, 28, DAY_WORKDAY},
	{2025, 10, 1, 10, 8, DAY_HOLIDAY}, {2025, 10, 11, 10, 11, DAY_WORKDAY}, {2026, 1, 1, 1, 3, DAY_HOLIDAY},
	{2026, 1, 4, 1, 4, DAY_WORKDAY},   {2026, 2, 14, 2, 14, DAY_WORKDAY},	{2026, 2, 15, 2, 23, DAY_HOLIDAY},
	{2026, 2, 28, 2, 28, DAY_WORKDAY}, {2026, 4, 4, 4, 6, DAY_HOLIDAY},	{2026, 5, 1, 5, 5, DAY_HOLIDAY},
	{2026, 5, 9, 5, 9, DAY_WORKDAY},   {2026, 6, 19, 6, 21, DAY_HOLIDAY},	{2026, 9, 20, 9, 20, DAY_WORKDAY},
	{2026, 9, 25, 9, 27, DAY_HOLIDAY}, {2026, 10, 1, 10, 7, DAY_HOLIDAY},	{2026, 10, 10, 10, 10, DAY_WORKDAY},
};

static enum day_kind want_kind(int64_t day)
{
	for (size_t i = 0; i < sizeof(notices) / sizeof(notices[0]); i++) {
		const struct notice *n = &notices[i];
		if (day >= day_of(n->year, n->month, n->from) && day <= day_of(n->year, n->to_month, n->to))
			return n->kind;
	}
	time_t t = (time_t)day * 86400;
	struct tm tm;
	gmtime_r(&t, &tm);
	return tm.tm_wday == 0 || tm.tm_wday == 6 ? DAY_WEEKEND : DAY_WORKDAY;
}

static void test_china(void **state)
{
	(void)state;
	struct calendar *c = installed();
	unsigned count[DAY_KINDS] = {0};
	for (int64_t day = day_of(2024, 1, 1); day < day_of(2029, 1, 1); day++) {
		assert_int_equal(calendar_kind(c, day), want_kind(day));
		if (day >= day_of(2026, 1, 1) && day < day_of(2027, 1, 1))
			count[calendar_kind(c, day)]++;
	}
	/* 13 days off by law; a day off gained is one made up for: 261 weekdays - 13 */
	assert_int_equal(count[DAY_WORKDAY], 248);
	assert_int_equal(count[DAY_HOLIDAY], 33);
	assert_int_equal(calendar_zone(c), 480);
	calendar_free(c);
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned n = 0;
	for (const char *p = text; (p = strstr(p, word)); p++)
		n++;
	return n;
}

/* What no line names is said, once per year. */
static void test_unknown_year(void **state)
{
	(void)state;
	char text[8192], *errors;
	FILE *log = tmpfile();
	assert_non_null(log);
	log_open(fileno(log), LOG_LEVEL_INFO, true);
	struct calendar *c = of_text("2025-01-01 holiday 元旦\n2027-01-01 holiday 元旦\n", &errors);
	assert_non_null(c);
	for (int64_t day = day_of(2024, 1, 1); day < day_of(2029, 1, 1); day++)
		calendar_kind(c, day);
	calendar_free(c);
	c = calendar_new(NULL, &errors); /* none was wanted: nothing to say */
	assert_int_equal(calendar_kind(c, day_of(2026, 11, 22)), DAY_WEEKEND);
	assert_int_equal(calendar_kind(c, day_of(2026, 11, 23)), DAY_WORKDAY);
	assert_int_equal(calendar_zone(c), 480);
	calendar_free(c);
	log_close();
	rewind(log);
	text[fread(text, 1, sizeof(text) - 1, log)] = '\0';
	fclose(log);
	assert_int_equal(count_of(text, "event=calendar_year_unknown"), 3);
	assert_int_equal(count_of(text, "year=2024"), 1);
	assert_int_equal(count_of(text, "year=2026"), 1);
	assert_int_equal(count_of(text, "year=2028"), 1);
}

static void test_lines(void **state)
{
	(void)state;
	char *errors;
	struct calendar *c =
		of_text("\xef\xbb\xbf# 节假日\r\n\r\n  2026-02-17\tholiday\t春节\r\n2026-02-14 workday 春节调休\n"
			"2026-02-18 weekend\n2026-02-19 holiday",
			&errors);
	assert_null(errors);
	assert_int_equal(calendar_kind(c, day_of(2026, 2, 17)), DAY_HOLIDAY);
	assert_int_equal(calendar_kind(c, day_of(2026, 2, 14)), DAY_WORKDAY);
	assert_int_equal(calendar_kind(c, day_of(2026, 2, 15)), DAY_WEEKEND);
	assert_int_equal(calendar_kind(c, day_of(2026, 2, 18)), DAY_WEEKEND);
	assert_int_equal(calendar_kind(c, day_of(2026, 2, 19)), DAY_HOLIDAY);
	calendar_free(c);
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} faults[] = {
		{"春节 holiday\n", ":1: calendar: a line begins with a date"},
		{"\n2026-02-29 holiday\n", ":2: calendar: a line begins with a date"},
		{"2026-2-9 holiday\n", ":1: calendar: a line begins with a date"},
		{"1999-01-01 holiday\n", ":1: calendar: a line begins with a date"},
		{"2026-01-01holiday\n", ":1: calendar: a line begins with a date"},
		{"2026-01-01\n", ":1: calendar: behind the date stands workday"},
		{"2026-01-01 feiertag\n", ":1: calendar: behind the date stands workday"},
		{"2026-01-01 holidays\n", ":1: calendar: behind the date stands workday"},
		{"2026-01-01 holiday\n2026-01-01 workday\n", ":2: calendar: the day is named twice"},
	};
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char *errors;
		assert_null(of_text(faults[i].text, &errors));
		assert_non_null(errors);
		if (!strstr(errors, faults[i].want) || !strstr(errors, path))
			fail_msg("\"%s\" gave \"%s\"", faults[i].text, errors);
		free(errors);
	}
	char *errors, longest[700];
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "# ", 2);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(of_text(longest, &errors));
	assert_non_null(strstr(errors, ":1: calendar: the line is too long"));
	free(errors);
	errors = NULL;
	struct calendar_conf gone = {{"gw.conf", 7}, (char *)"/nowhere/节假日.conf", 480};
	assert_null(calendar_new(&gone, &errors));
	assert_non_null(strstr(errors, "gw.conf:7: calendar: cannot read /nowhere/节假日.conf"));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_dates),	     cmocka_unit_test(test_days_by_zone), cmocka_unit_test(test_china),
	cmocka_unit_test(test_unknown_year), cmocka_unit_test(test_lines),	  cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
