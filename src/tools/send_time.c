/*
 * send_time.c - a moment as people write it into SMPP's 16 characters. Knows no PDUs.
 */
#include "tools/send.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "smpp/smpp_time.h"

#define QUARTER_S 900
#define WRONG	  "a time is 10m, 2h or 1d from now, '2026-11-22 09:00', or the 16 characters of SMPP"

static bool read_relative(const char *text, char out[17])
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	char *end;
	long v = strtol(text, &end, 10);

	if (*text < '0' || *text > '9' || v > 100000 || end[0] == 0 || end[1] != 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit == *end) {
			smpp_time_format_relative(v * units[i].ms, out);
			return true;
		}
	}
	return false;
}

static bool read_local(const char *text, char out[17])
{
	static const char *const forms[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"};
	struct tm tm = {.tm_isdst = -1};
	const char *end = NULL;
	time_t t;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && (!end || *end); i++) {
		tm = (struct tm){.tm_isdst = -1};
		end = strptime(text, forms[i], &tm);
	}
	if (!end || *end)
		return false;
	tm.tm_isdst = -1;
	t = mktime(&tm);
	smpp_time_format((int64_t)t * 1000, (int)(tm.tm_gmtoff / QUARTER_S), out);
	return true;
}

const char *send_time_read(const char *text, char out[17])
{
	enum smpp_time_kind kind;
	int64_t ms;

	if (read_relative(text, out) || read_local(text, out))
		return NULL;
	if (strlen(text) != 16 || smpp_time_parse(view_of(text), (int64_t)time(NULL) * 1000, &ms, &kind) != 0)
		return WRONG;
	memcpy(out, text, 17);
	return NULL;
}
