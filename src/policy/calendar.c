/*
 * calendar.c - kinds of days: the file, and the week where it says nothing. Must not know what the days are for.
 */
#include "policy/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "policy/hours.h"

#define DAY_MS	  INT64_C(86400000)
#define YEAR_MIN  2000
#define YEAR_MAX  2099
#define LINE_CAP  512u
#define PATH_CAP  4096u
#define NOT_NAMED 0xFFu /* of a day: it is what its place in the week says */

#define AT(member) offsetof(struct calendar_conf, member)

const struct conf_row calendar_rows[] = {
	{"file", CONF_STRING, AT(file), "", 0, 0, "", true,
	 "File of holidays and make-up workdays, relative to this one's folder; empty: no holidays are known.", NULL},
	{"zone", CONF_INT, AT(zone), "min", -HOURS_ZONE_MAX, HOURS_ZONE_MAX, "480", true,
	 "Minutes east of UTC of the clock of numbers whose country is not known.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct calendar {
	int zone;
	char *file;
	bool year_named[YEAR_MAX - YEAR_MIN + 1], year_missed[YEAR_MAX - YEAR_MIN + 1];
	int64_t first;	/* day of kinds[0] */
	size_t kinds_n; /* days from the first year that the file names to the last */
	uint8_t *kinds; /* enum day_kind, or NOT_NAMED */
};

static const char *const kind_names[] = {"workday", "weekend", "holiday"};

const char *calendar_kind_name(enum day_kind kind)
{
	return kind_names[kind];
}

int calendar_zone(const struct calendar *c)
{
	return c->zone;
}

/* --- dates --- */

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int64_t year, int month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January of a year, year >= 1. */
static int64_t year_begins(int64_t year)
{
	int64_t y = year - 1;
	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

/* The year that a day is in, and how many days of it have been before. */
static int64_t year_of(int64_t day, int64_t *rest)
{
	int64_t year = 1970 + (day < 0 ? day / 365 - 1 : day / 366); /* that one or earlier */
	while (day >= year_begins(year + 1))
		year++;
	*rest = day - year_begins(year);
	return year;
}

bool calendar_date(int year, int month, int day, int64_t *out)
{
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*out = year_begins(year) + day - 1;
	for (int m = 1; m < month; m++)
		*out += days_in_month(year, m);
	return true;
}

int64_t calendar_day(int64_t ms, int zone)
{
	int64_t local = ms + (int64_t)zone * 60000;
	return local / DAY_MS - (local % DAY_MS < 0);
}

const char *calendar_stamp(int64_t ms, int zone, char out[CALENDAR_STAMP])
{
	int64_t rest, year = year_of(calendar_day(ms, zone), &rest);
	int month = 1, off = zone < 0 ? -zone : zone;
	unsigned minute = hours_minute(ms, zone);
	while (rest >= days_in_month(year, month))
		rest -= days_in_month(year, month++);
	snprintf(out, CALENDAR_STAMP, "%04d-%02d-%02d %02u:%02u %c%02d:%02d", (int)(year % 10000), month, (int)rest + 1,
		 minute / 60, minute % 60, zone < 0 ? '-' : '+', off / 60 % 100, off % 60);
	return out;
}

/* --- kinds --- */

static enum day_kind kind_by_week(int64_t day)
{
	int64_t of_week = (day + 4) % 7; /* the first of January 1970 was a Thursday; 0 is Sunday */
	if (of_week < 0)
		of_week += 7;
	return of_week == 0 || of_week == 6 ? DAY_WEEKEND : DAY_WORKDAY;
}

/* Said once per year: the operator has a file to bring up to date. */
static void miss_year(struct calendar *c, int64_t day)
{
	int64_t rest, year = year_of(day, &rest);
	if (!c->file || year < YEAR_MIN || year > YEAR_MAX || c->year_missed[year - YEAR_MIN])
		return;
	c->year_missed[year - YEAR_MIN] = true;
	log_warn("-",
		 "event=calendar_year_unknown year=%d file=\"%s\" note=\"Saturdays and Sundays count as weekend, all "
		 "else as workdays; add the year's holidays and reload\"",
		 (int)year, c->file);
}

enum day_kind calendar_kind(struct calendar *c, int64_t day)
{
	if (day >= c->first && (uint64_t)(day - c->first) < c->kinds_n) {
		uint8_t kind = c->kinds[day - c->first];
		if (kind != NOT_NAMED)
			return (enum day_kind)kind;
		int64_t rest, year = year_of(day, &rest);
		if (c->year_named[year - YEAR_MIN])
			return kind_by_week(day);
	}
	miss_year(c, day);
	return kind_by_week(day);
}

/* --- the file --- */

struct reading {
	struct calendar *c;
	struct conf_where where;
	char **errors;
	bool good;
};

#define FAULT(r, ...) (conf_fault((r)->errors, &(r)->where, __VA_ARGS__), (r)->good = false)

/* Room for all days of a year. */
static void name_year(struct calendar *c, int year)
{
	int64_t from = year_begins(year), to = year_begins(year + 1);
	int64_t first = c->kinds_n && c->first < from ? c->first : from;
	int64_t end = c->kinds_n && c->first + (int64_t)c->kinds_n > to ? c->first + (int64_t)c->kinds_n : to;
	uint8_t *kinds = mem_zalloc((size_t)(end - first));
	memset(kinds, NOT_NAMED, (size_t)(end - first));
	if (c->kinds_n)
		memcpy(kinds + (c->first - first), c->kinds, c->kinds_n);
	mem_free(c->kinds);
	c->kinds = kinds;
	c->first = first;
	c->kinds_n = (size_t)(end - first);
	c->year_named[year - YEAR_MIN] = true;
}

static int number_at(const char *s, int n)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + s[i] - '0';
	}
	return v;
}

/* "2026-02-17" at the start of s. */
static bool read_date(const char *s, int *year, int64_t *day)
{
	if (strlen(s) < 10 || s[4] != '-' || s[7] != '-')
		return false;
	*year = number_at(s, 4);
	return *year >= YEAR_MIN && *year <= YEAR_MAX &&
	       calendar_date(*year, number_at(s + 5, 2), number_at(s + 8, 2), day);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static int read_kind(const char *s)
{
	for (int k = 0; k < DAY_KINDS; k++) {
		size_t n = strlen(kind_names[k]);
		if (strncmp(s, kind_names[k], n) == 0 && is_blank(s[n]))
			return k;
	}
	return -1;
}

static void read_line(struct reading *r, const char *s)
{
	struct calendar *c = r->c;
	int year, kind;
	int64_t day;
	s += strspn(s, " \t\r\n");
	if (*s == '\0' || *s == '#')
		return;
	if (!read_date(s, &year, &day) || !is_blank(s[10])) {
		FAULT(r, "calendar: a line begins with a date from %d to %d, such as 2026-02-17", YEAR_MIN, YEAR_MAX);
		return;
	}
	s += 10;
	s += strspn(s, " \t");
	kind = read_kind(s);
	if (kind < 0) {
		FAULT(r, "calendar: behind the date stands workday, weekend or holiday");
		return;
	}
	if (!c->year_named[year - YEAR_MIN])
		name_year(c, year);
	if (c->kinds[day - c->first] != NOT_NAMED)
		FAULT(r, "calendar: the day is named twice");
	c->kinds[day - c->first] = (uint8_t)kind;
}

static bool read_file(struct calendar *c, const struct calendar_conf *conf, const char *path, char **errors)
{
	struct reading r = {c, {path, 0}, errors, true};
	char line[LINE_CAP];
	FILE *f = fopen(path, "re");
	if (!f) {
		conf_fault(errors, &conf->where, "calendar: cannot read %s: %s", path, strerror(errno));
		return false;
	}
	while (fgets(line, sizeof(line), f)) {
		static const char bom[] = "\xef\xbb\xbf";
		bool first = ++r.where.line == 1 && strncmp(line, bom, 3) == 0;
		if (strlen(line) == sizeof(line) - 1 && line[sizeof(line) - 2] != '\n') {
			FAULT(&r, "calendar: the line is too long");
			break;
		}
		read_line(&r, first ? line + 3 : line);
	}
	if (ferror(f))
		FAULT(&r, "calendar: cannot read on: %s", strerror(errno));
	fclose(f);
	return r.good;
}

/* Relative to the folder of the configuration. */
static void path_of(const struct calendar_conf *conf, char out[PATH_CAP])
{
	const char *slash = conf->where.file ? strrchr(conf->where.file, '/') : NULL;
	if (conf->file[0] == '/' || !slash)
		snprintf(out, PATH_CAP, "%s", conf->file);
	else
		snprintf(out, PATH_CAP, "%.*s/%s", (int)(slash - conf->where.file), conf->where.file, conf->file);
}

struct calendar *calendar_new(const struct calendar_conf *conf, char **errors)
{
	struct calendar *c = mem_zalloc(sizeof(*c));
	char path[PATH_CAP];
	c->zone = conf ? (int)conf->zone : HOURS_CHINA;
	if (!conf || !*conf->file)
		return c;
	path_of(conf, path);
	c->file = mem_strdup(path);
	if (read_file(c, conf, path, errors))
		return c;
	calendar_free(c);
	return NULL;
}

void calendar_free(struct calendar *c)
{
	if (!c)
		return;
	mem_free(c->file);
	mem_free(c->kinds);
	mem_free(c);
}
