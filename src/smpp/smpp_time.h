/*
 * smpp_time.h - SMPP's time formats [S 7.1] (smpp.md 10). Calendar arithmetic is done here; no call into libc's zones.
 */
#ifndef SMPP_TIME_H
#define SMPP_TIME_H

#include "smpp/view.h"

enum smpp_time_kind { SMPP_TIME_NONE, SMPP_TIME_ABSOLUTE, SMPP_TIME_RELATIVE };

/* Moments are from 1938 to 9999, what lies outside is refused or cut to it: no sum here can overflow. */

/*
 * Parses schedule_delivery_time / validity_period. now is UTC in ms since 1970 (0 to the end of 9999). *out is UTC ms
 * of the moment meant (relative times are added to now by calendar: months and years as calendar months, [S 7.1.1.2],
 * a day past the end of the month becomes its last). Absolute fields must be a calendar moment, nn 00-48, years < 38
 * are 20yy; relative fields may each be 00-99, their t and nn are ignored. Empty gives SMPP_TIME_NONE and *out_ms = 0.
 * Whether the moment is past is for the caller. Returns 0, or -1 when invalid (caller answers ESME_RINVSCHED /
 * ESME_RINVEXPIRY).
 */
__attribute__((warn_unused_result)) int smpp_time_parse(struct view s, int64_t now_ms, int64_t *out_ms,
							enum smpp_time_kind *kind);

/*
 * Writes the absolute form at a zone, quarters of an hour from UTC, -48 to 48 (China: 32); 16 characters and NUL.
 * The form's years are 1938 to 2037: moments outside are written as its first or last tenth of a second.
 */
void smpp_time_format(int64_t ms, int zone_quarters, char out[17]);

/*
 * Writes a relative form of a duration in ms, rounded up to seconds; up to 99 days as days (exact), longer ones as
 * months of 30 days and years of 12 such months, at most 99 years.
 */
void smpp_time_format_relative(int64_t ms, char out[17]);

/*
 * A receipt's date in the six forms of smpp.md 11 rule 4: 10, 12 (two ways), 14 digits at the given zone, 16 characters
 * absolute with their own zone. -1 when none of them, and for "no date": empty, or all zeros.
 */
__attribute__((warn_unused_result)) int smpp_time_parse_receipt(struct view s, int zone_quarters, int64_t *out_ms);

/*
 * The same where many are read one after the other, nearly all of one minute: *last keeps what was read last. Zero it
 * before first use.
 */
struct smpp_time_read {
	int64_t ms;
	int zone_quarters;
	uint32_t n;	  /* octets of text; 0: nothing yet */
	uint8_t text[16]; /* the longest form */
};
__attribute__((warn_unused_result)) int smpp_time_read_receipt(struct smpp_time_read *last, struct view s,
							       int zone_quarters, int64_t *out_ms);

/* YYMMDDhhmm at the zone, 10 characters and NUL: what our receipts carry. */
void smpp_time_format_receipt(int64_t ms, int zone_quarters, char out[11]);
/*
 * The same where many are written one after the other, nearly all of one minute: *last keeps what was written last.
 * Zero it before first use. Ten characters and NUL, good until the next call.
 */
struct smpp_time_written {
	int64_t minute;
	int zone_quarters;
	char text[11]; /* "": nothing yet */
};
const char *smpp_time_write_receipt(struct smpp_time_written *last, int64_t ms, int zone_quarters);

/* final_date: 16-character absolute, or 12 digits YYMMDDhhmmss at the zone; -1 for anything else. */
__attribute__((warn_unused_result)) int smpp_time_parse_final(struct view s, int zone_quarters, int64_t *out_ms);

#endif
