/*
 * hours.h - times of the day: "08:00-21:00", over midnight too, in a zone that is so many minutes east of UTC. Pure.
 */
#ifndef POLICY_HOURS_H
#define POLICY_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOURS_DAY      1440u /* minutes */
#define HOURS_CHINA    480   /* Asia/Shanghai, minutes east of UTC; no summer time */
#define HOURS_ZONE_MAX 840   /* minutes: no zone is further from UTC */

struct hours_span { /* minutes of the day; from is in it, to is not; from > to: over midnight */
	uint16_t from, to;
};

/* "HH:MM-HH:MM"; "24:00" only as an end. False when it cannot be read, or both are the same minute. */
__attribute__((warn_unused_result)) bool hours_parse(const char *s, struct hours_span *out);
/* The minute of the day at a UTC time in ms. */
unsigned hours_minute(int64_t wall_ms, int zone);
/* UTC ms of the next moment, after wall_ms, at which the minute of the day is `minute` (0..1440, 1440 is 0). */
int64_t hours_next_ms(int64_t wall_ms, int zone, unsigned minute);
/* Whether any of the spans has the minute. */
bool hours_have(const struct hours_span *spans, size_t n, unsigned minute);

#endif
