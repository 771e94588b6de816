/*
 * hours.c - times of the day. Must not know what they are for.
 */
#include "policy/hours.h"

#include <string.h>

#define MINUTE_MS 60000
#define DAY_MS	  ((int64_t)HOURS_DAY * MINUTE_MS)

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "HH:MM" */
static bool read_minute(const char *s, uint16_t *out)
{
	if (!digit(s[0]) || !digit(s[1]) || s[2] != ':' || !digit(s[3]) || !digit(s[4]))
		return false;
	int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
	*out = (uint16_t)(hour * 60 + minute);
	return minute < 60 && *out <= HOURS_DAY;
}

bool hours_parse(const char *s, struct hours_span *out)
{
	if (strlen(s) != 11 || s[5] != '-' || !read_minute(s, &out->from) || !read_minute(s + 6, &out->to))
		return false;
	return out->from < HOURS_DAY && out->from != out->to;
}

/* ms since local midnight, also before 1970. */
static int64_t of_day(int64_t wall_ms, int zone)
{
	int64_t ms = (wall_ms + (int64_t)zone * MINUTE_MS) % DAY_MS;
	return ms < 0 ? ms + DAY_MS : ms;
}

unsigned hours_minute(int64_t wall_ms, int zone)
{
	return (unsigned)(of_day(wall_ms, zone) / MINUTE_MS);
}

int64_t hours_next_ms(int64_t wall_ms, int zone, unsigned minute)
{
	int64_t left = (int64_t)(minute % HOURS_DAY) * MINUTE_MS - of_day(wall_ms, zone);
	return wall_ms + (left > 0 ? left : left + DAY_MS);
}

bool hours_have(const struct hours_span *spans, size_t n, unsigned minute)
{
	for (size_t i = 0; i < n; i++) {
		const struct hours_span *s = &spans[i];
		bool after = minute >= s->from, before = minute < s->to;
		if (s->from < s->to ? after && before : after || before)
			return true;
	}
	return false;
}
