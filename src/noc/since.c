/*
 * since.c - reads spans back from now, and dates. Must not know what happened then.
 */
#include "noc/since.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPAN_MAX 10000000000 /* s: more than any time since 1970 */

static bool parse_span(const char *text, int64_t *seconds)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	long long n = strtoll(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) != 0 || n > SPAN_MAX / units[i].seconds)
			continue;
		*seconds = n * units[i].seconds;
		return true;
	}
	return false;
}

static bool parse_date(const char *text, int64_t *seconds)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *end = strptime(text, forms[i], &tm);
		int day = tm.tm_mday;
		if (!end || *end)
			continue;
		time_t at = mktime(&tm);
		*seconds = at;
		return at != (time_t)-1 && tm.tm_mday == day; /* no 31st of February */
	}
	return false;
}

bool since_length(const char *text, int64_t *out)
{
	char *end;
	int64_t seconds;

	if (!parse_span(text, &seconds)) {
		if (*text < '0' || *text > '9')
			return false;
		seconds = strtoll(text, &end, 10);
		if (*end != '\0' || seconds > SPAN_MAX)
			return false;
	}
	*out = seconds * 1000;
	return true;
}

bool since_parse(const char *text, int64_t now_ms, int64_t *out)
{
	int64_t seconds;

	if (parse_span(text, &seconds))
		*out = now_ms - seconds * 1000;
	else if (parse_date(text, &seconds))
		*out = seconds * 1000;
	else
		return false;
	if (*out < 0)
		*out = 0;
	return *out <= now_ms;
}
