/*
 * since.h - a time in the past as people write it. Pure but for the local time zone.
 */
#ifndef NOC_SINCE_H
#define NOC_SINCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * "90s", "30m", "2h", "1d": so long before now; "2026-11-22T03:00", "2026-11-22T03:00:15", "2026-11-22": local time.
 * now_ms and *out: UTC ms since 1970. False when it is none of these, or lies ahead of now.
 */
bool since_parse(const char *text, int64_t now_ms, int64_t *out);

/* A length of time: "90s", "30m", "2h", "1d", or seconds. In ms. */
bool since_length(const char *text, int64_t *out);

#define SINCE_FORMS "90s, 30m, 2h, 1d, or a local time such as 2026-11-22T03:00"

#endif
