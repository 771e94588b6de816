/*
 * spans.h - times of the day by the kind of day: "08:00-21:00" on workdays, others on weekends and holidays. When they
 * are open, and until when. Pure.
 */
#ifndef POLICY_SPANS_H
#define POLICY_SPANS_H

#include "base/conf.h"
#include "policy/calendar.h"

#define SPANS_DAYS 60 /* how far ahead an opening is looked for */

struct spans;

/*
 * One list of "HH:MM-HH:MM" per kind of day, by enum day_kind; an empty list: closed on such days. A span does not go
 * over midnight. NULL with faults (conf_fault()) at where, which begin with section.
 */
struct spans *spans_new(const char *section, const struct conf_where *where,
			const struct conf_list *const lists[DAY_KINDS], char **errors);
void spans_free(struct spans *s);

/*
 * Whether they are open at a UTC time in ms, in a zone. *edge_ms: open: when that is over, or may be over (midnight);
 * closed: when they open next, INT64_MAX when not within SPANS_DAYS.
 */
bool spans_open(const struct spans *s, struct calendar *c, int zone, int64_t at_ms, int64_t *edge_ms);

#endif
