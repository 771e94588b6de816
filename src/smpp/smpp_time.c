/*
 * smpp_time.c - SMPP's time formats [S 7.1] and the calendar they need (smpp.md 10, 11). Never asks for the time and
 * never uses libc's zones: what "now" is and which zone a peer lives in comes from the caller.
 */
#include "smpp/smpp_time.h"
#include "smpp/eight.h"

#define SECOND	    INT64_C(1000) /* ms */
#define MINUTE	    (60 * SECOND)
#define HOUR	    (60 * MINUTE)
#define DAY	    (24 * HOUR)
#define QUARTER	    (15 * MINUTE)
#define QUARTER_MAX 48
#define YEAR_PIVOT  38 /* two-digit years below it are 20yy, the others 19yy [S app. C] */
#define YEAR_MIN    1938
#define YEAR_MAX    9999

#define MOMENT_MAX	INT64_C(253402300799999) /* end of 9999 */
#define EXPRESSIBLE_MIN INT64_C(-1009843200000)	 /* 1938, where two-digit years begin */
#define EXPRESSIBLE_MAX INT64_C(2145916799999)	 /* end of 2037, where they end */

/* A moment on the calendar, or (relative) a count of each unit. */
struct fields {
	int32_t year, month, day, hour, minute, second, tenth;
};

/* Whether s begins with n digits; it has that many octets. */
static bool digits(struct view s, uint32_t n)
{
	return eight_all_digits(s.p, n);
}

static int32_t number(struct view s, uint32_t from, uint32_t n)
{
	int32_t v = 0;

	for (uint32_t i = from; i < from + n; i++)
		v = v * 10 + (s.p[i] - '0');
	return v;
}

static bool is_leap(int32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int32_t days_in_month(int32_t year, int32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1 January 1970 to 1 January of the year, year >= 1. */
static int32_t days_before_year(int32_t year)
{
	uint32_t y = (uint32_t)year - 1;

	return (int32_t)(y * 365 + y / 4 - y / 100 + y / 400) - 719162;
}

/* Days from 1 January to the first of the month; 13: of all the year. */
static int32_t days_before_month(int32_t year, int32_t month)
{
	static const uint16_t days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

	return days[month - 1] + (month > 2 && is_leap(year));
}

static int64_t moment_of(const struct fields *f)
{
	int32_t days = days_before_year(f->year) + days_before_month(f->year, f->month) + f->day - 1;

	return days * DAY + f->hour * HOUR + f->minute * MINUTE + f->second * SECOND + f->tenth * 100;
}

/* ms: 1938 to 9999, and some hundred years around them */
static struct fields fields_of(int64_t ms)
{
	int32_t days = (int32_t)(ms / DAY - (ms % DAY < 0));
	int32_t rest = (int32_t)(ms - days * DAY);
	struct fields f = {.year = (int32_t)(1970 + days * INT64_C(400) / 146097)}; /* at most one year off */
	int32_t begins = days_before_year(f.year);

	if (days < begins)
		begins = days_before_year(--f.year);
	else if (days - begins >= 365 && days >= days_before_year(f.year + 1))
		begins = days_before_year(++f.year);
	days -= begins;
	f.month = days / 31 + 1; /* or the one after it */
	if (days >= days_before_month(f.year, f.month + 1))
		f.month++;
	f.day = days - days_before_month(f.year, f.month) + 1;
	f.hour = rest / (int32_t)HOUR;
	f.minute = rest / (int32_t)MINUTE % 60;
	f.second = rest / (int32_t)SECOND % 60;
	f.tenth = rest / 100 % 10;
	return f;
}

static bool is_moment(const struct fields *f)
{
	return f->year >= YEAR_MIN && f->year <= YEAR_MAX && f->month >= 1 && f->month <= 12 && f->day >= 1 &&
	       f->day <= days_in_month(f->year, f->month) && f->hour <= 23 && f->minute <= 59 && f->second <= 59;
}

static int32_t full_year(int32_t two_digits)
{
	return two_digits < YEAR_PIVOT ? 2000 + two_digits : 1900 + two_digits;
}

static int64_t clamp(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

static int64_t zone_ms(int zone_quarters)
{
	return clamp(zone_quarters, -QUARTER_MAX, QUARTER_MAX) * QUARTER;
}

/* The twelve digits YYMMDDhhmmss and t, unjudged. */
static struct fields read_long(struct view s)
{
	return (struct fields){
		.year = number(s, 0, 2),
		.month = number(s, 2, 2),
		.day = number(s, 4, 2),
		.hour = number(s, 6, 2),
		.minute = number(s, 8, 2),
		.second = number(s, 10, 2),
		.tenth = number(s, 12, 1),
	};
}

/* The moment of calendar fields at a zone; -1 when there is no such moment. */
static int settle(const struct fields *f, int64_t offset_ms, int64_t *out_ms)
{
	if (!is_moment(f))
		return -1;
	*out_ms = moment_of(f) - offset_ms;
	return 0;
}

static int parse_absolute(struct view s, int64_t *out_ms)
{
	struct fields f;
	int32_t quarters;

	if (s.n != 16 || !digits(s, 15) || (s.p[15] != '+' && s.p[15] != '-'))
		return -1;
	quarters = number(s, 13, 2);
	if (quarters > QUARTER_MAX)
		return -1;
	f = read_long(s);
	f.year = full_year(f.year);
	return settle(&f, (s.p[15] == '+' ? quarters : -quarters) * QUARTER, out_ms);
}

static int add_relative(struct view s, int64_t now_ms, int64_t *out_ms)
{
	struct fields add = read_long(s);
	struct fields f = fields_of(now_ms);
	int32_t months = f.month - 1 + add.month;
	int64_t ms;

	f.year += add.year + months / 12;
	f.month = months % 12 + 1;
	f.day = (int32_t)clamp(f.day, 1, days_in_month(f.year, f.month));
	ms = moment_of(&f) + now_ms % 100; /* a tenth of a second is the finest field */
	ms += add.day * DAY + add.hour * HOUR + add.minute * MINUTE + add.second * SECOND;
	if (ms > MOMENT_MAX)
		return -1;
	*out_ms = ms;
	return 0;
}

int smpp_time_parse(struct view s, int64_t now_ms, int64_t *out_ms, enum smpp_time_kind *kind)
{
	if (s.n == 0) {
		*kind = SMPP_TIME_NONE;
		*out_ms = 0;
		return 0;
	}
	if (s.n != 16 || !digits(s, 15))
		return -1;
	if (s.p[15] != 'R') {
		*kind = SMPP_TIME_ABSOLUTE;
		return parse_absolute(s, out_ms);
	}
	if (now_ms < 0 || now_ms > MOMENT_MAX)
		return -1;
	*kind = SMPP_TIME_RELATIVE;
	return add_relative(s, now_ms, out_ms);
}

static char *put_digit(char *at, int32_t v)
{
	*at = (char)('0' + v);
	return at + 1;
}

/* v: 0-99 */
static char *put_two(char *at, int32_t v)
{
	return put_digit(put_digit(at, v / 10), v % 10);
}

/* YYMMDDhhmm */
static char *put_minutes(char *at, const struct fields *f)
{
	at = put_two(at, f->year % 100);
	at = put_two(at, f->month);
	at = put_two(at, f->day);
	at = put_two(at, f->hour);
	return put_two(at, f->minute);
}

void smpp_time_format(int64_t ms, int zone_quarters, char out[17])
{
	int64_t offset = zone_ms(zone_quarters);
	int64_t local = clamp(ms, EXPRESSIBLE_MIN - DAY, EXPRESSIBLE_MAX + DAY) + offset;
	struct fields f = fields_of(clamp(local, EXPRESSIBLE_MIN, EXPRESSIBLE_MAX));
	char *at = put_minutes(out, &f);

	at = put_two(at, f.second);
	at = put_digit(at, f.tenth);
	at = put_two(at, (int32_t)((offset < 0 ? -offset : offset) / QUARTER));
	*at++ = offset < 0 ? '-' : '+';
	*at = '\0';
}

void smpp_time_format_relative(int64_t ms, char out[17])
{
	const int64_t most = (((INT64_C(99) * 12 + 11) * 30 + 30) * DAY) - 1;
	int64_t left = clamp(clamp(ms, 0, most) + SECOND - 1, 0, most);
	struct fields f = {0};
	char *at;

	f.day = (int32_t)(left / DAY);
	if (f.day > 99) {
		f.month = f.day / 30;
		f.day %= 30;
		f.year = f.month / 12;
		f.month %= 12;
	}
	f.hour = (int32_t)(left / HOUR % 24);
	f.minute = (int32_t)(left / MINUTE % 60);
	at = put_minutes(out, &f);
	at = put_two(at, (int32_t)(left / SECOND % 60));
	at = put_two(put_digit(at, 0), 0);
	*at++ = 'R';
	*at = '\0';
}

/* YYMMDDhhmm, with seconds when there are 12 digits. */
static struct fields read_short(struct view s)
{
	return (struct fields){
		.year = full_year(number(s, 0, 2)),
		.month = number(s, 2, 2),
		.day = number(s, 4, 2),
		.hour = number(s, 6, 2),
		.minute = number(s, 8, 2),
		.second = s.n >= 12 ? number(s, 10, 2) : 0,
	};
}

/* YYYYMMDDhhmm, with seconds when there are 14 digits. */
static struct fields read_wide(struct view s)
{
	return (struct fields){
		.year = number(s, 0, 4),
		.month = number(s, 4, 2),
		.day = number(s, 6, 2),
		.hour = number(s, 8, 2),
		.minute = number(s, 10, 2),
		.second = s.n >= 14 ? number(s, 12, 2) : 0,
	};
}

int smpp_time_parse_receipt(struct view s, int zone_quarters, int64_t *out_ms)
{
	struct fields f;

	if (s.n == 16)
		return parse_absolute(s, out_ms);
	if ((s.n != 10 && s.n != 12 && s.n != 14) || !digits(s, s.n))
		return -1;
	f = s.n == 14 ? read_wide(s) : read_short(s);
	if (s.n == 12 && !is_moment(&f))
		f = read_wide(s);
	return settle(&f, zone_ms(zone_quarters), out_ms);
}

int smpp_time_read_receipt(struct smpp_time_read *last, struct view s, int zone_quarters, int64_t *out_ms)
{
	if (s.n != 0 && s.n == last->n && zone_quarters == last->zone_quarters && memcmp(s.p, last->text, s.n) == 0) {
		*out_ms = last->ms;
		return 0;
	}
	if (smpp_time_parse_receipt(s, zone_quarters, out_ms) < 0)
		return -1;
	*last = (struct smpp_time_read){.ms = *out_ms, .zone_quarters = zone_quarters, .n = s.n};
	memcpy(last->text, s.p, s.n);
	return 0;
}

void smpp_time_format_receipt(int64_t ms, int zone_quarters, char out[11])
{
	struct fields f = fields_of(clamp(ms, EXPRESSIBLE_MIN - DAY, MOMENT_MAX) + zone_ms(zone_quarters));

	*put_minutes(out, &f) = '\0';
}

const char *smpp_time_write_receipt(struct smpp_time_written *last, int64_t ms, int zone_quarters)
{
	int64_t minute = ms / MINUTE - (ms % MINUTE < 0);

	if (minute != last->minute || zone_quarters != last->zone_quarters || last->text[0] == '\0') {
		smpp_time_format_receipt(ms, zone_quarters, last->text);
		last->minute = minute;
		last->zone_quarters = zone_quarters;
	}
	return last->text;
}

int smpp_time_parse_final(struct view s, int zone_quarters, int64_t *out_ms)
{
	struct fields f;

	if (s.n != 12 || !digits(s, 12))
		return parse_absolute(s, out_ms);
	f = read_short(s);
	return settle(&f, zone_ms(zone_quarters), out_ms);
}
