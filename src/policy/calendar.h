/*
 * calendar.h - which kind of day a date is: workday, weekend or holiday, out of a file that names holidays and the
 * Saturdays and Sundays on which work is made up for (调休). Reads that file when it is built, does nothing else
 * outside.
 */
#ifndef POLICY_CALENDAR_H
#define POLICY_CALENDAR_H

#include "base/conf.h"

enum day_kind { DAY_WORKDAY, DAY_WEEKEND, DAY_HOLIDAY, DAY_KINDS };

struct calendar_conf { /* section calendar */
	struct conf_where where;
	char *file;   /* "" : no holidays are known; relative to the configuration's folder */
	int64_t zone; /* minutes east of UTC: the clock of numbers whose country is not known */
};
extern const struct conf_row calendar_rows[];

struct calendar;

/*
 * Lines of the file: "2026-02-17 holiday 春节", "2026-02-14 workday 春节调休"; "#" begins a comment. conf NULL: as all
 * defaults. NULL when the file cannot be read or has faults, all added to *errors (conf_fault()) with file and line.
 */
struct calendar *calendar_new(const struct calendar_conf *conf, char **errors);
void calendar_free(struct calendar *c);
int calendar_zone(const struct calendar *c);

/* Days are counted from 1970-01-01, which is 0. The day that it is at a UTC time in ms, in a zone. */
int64_t calendar_day(int64_t ms, int zone);
/* In a year that the file does not name Saturday and Sunday are weekend, all else workdays; it is logged once. */
enum day_kind calendar_kind(struct calendar *c, int64_t day);
/* "workday", "weekend", "holiday". Static text. */
const char *calendar_kind_name(enum day_kind kind);

/* The number of a date; false: there is none such. */
bool calendar_date(int year, int month, int day, int64_t *out);
/* "2026-11-23 08:00 +08:00" of a UTC time in ms. Returns out. */
#define CALENDAR_STAMP 48u
const char *calendar_stamp(int64_t ms, int zone, char out[CALENDAR_STAMP]);

#endif
