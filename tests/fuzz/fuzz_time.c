/*
 * fuzz_time.c - any octets as a time: what is taken must be the moment that is written again. The first octet chooses
 * zone and now, the first eight after it are a moment too, all after the first octet are the text.
 */
#include <stdlib.h>

#include "must.h"
#include "smpp/smpp_time.h"

#define MINUTE	     INT64_C(60000)
#define YEAR_1938    INT64_C(-1009843200000) /* ms */
#define YEAR_2038    INT64_C(2145916800000)
#define YEAR_10000   INT64_C(253402300800000)
#define LONGEST_LEAP INT64_C(3700000000000) /* a relative time is less: 99 years, 99 months, 99 days ... */

/* The same text comes out at the zone that it names; only a zone of -00 is written +00. */
static void check_absolute(struct view s, int64_t ms)
{
	int quarters = (s.p[13] - '0') * 10 + (s.p[14] - '0');
	char again[17];

	smpp_time_format(ms, s.p[15] == '-' ? -quarters : quarters, again);
	MUST(memcmp(again, s.p, 15) == 0);
	MUST(again[15] == (quarters == 0 ? '+' : (char)s.p[15]) && again[16] == '\0');
}

static void check_text(struct view s, int zone, int64_t now)
{
	enum smpp_time_kind kind;
	int64_t ms, again;
	char date[11];

	if (smpp_time_parse(s, now, &ms, &kind) == 0) {
		MUST((kind == SMPP_TIME_NONE) == (s.n == 0));
		if (kind == SMPP_TIME_ABSOLUTE)
			check_absolute(s, ms);
		if (kind == SMPP_TIME_RELATIVE)
			MUST(ms >= now && ms - now < LONGEST_LEAP);
	}
	if (smpp_time_parse_receipt(s, zone, &ms) == 0 && ms >= YEAR_1938 + 86400000 && ms < YEAR_2038 - 86400000) {
		smpp_time_format_receipt(ms, zone, date);
		MUST(smpp_time_parse_receipt(view_of(date), zone, &again) == 0);
		MUST(again <= ms && ms - again < MINUTE);
	}
	if (smpp_time_parse_final(s, zone, &ms) == 0)
		MUST(s.n == 12 || s.n == 16);
}

static void check_moment(int64_t ms, int zone)
{
	enum smpp_time_kind kind;
	char text[17], date[11];
	int64_t again;

	smpp_time_format(ms, zone, text);
	MUST(smpp_time_parse(view_of(text), 0, &again, &kind) == 0 && kind == SMPP_TIME_ABSOLUTE);
	if (ms >= YEAR_1938 + 86400000 && ms < YEAR_2038 - 86400000)
		MUST(again <= ms && ms - again < 100);
	smpp_time_format_receipt(ms, zone, date);
	MUST(strlen(date) == 10 && strspn(date, "0123456789") == 10);
	smpp_time_format_relative(ms, text);
	MUST(smpp_time_parse(view_of(text), 0, &again, &kind) == 0 && kind == SMPP_TIME_RELATIVE);
	if (ms >= 0 && ms < 99 * INT64_C(86400000))
		MUST(again >= ms && again - ms < 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text;
	int64_t moment = 0;
	int zone;

	if (size < 1 || size > 64)
		return 0;
	zone = data[0] % 97 - 48;
	text = (struct view){data + 1, (uint32_t)size - 1};
	if (text.n >= 8)
		memcpy(&moment, text.p, 8);
	check_text(text, zone, data[0] * (YEAR_10000 / 512));
	check_moment(moment, zone);
	check_moment(moment % YEAR_2038, zone);
	return 0;
}
