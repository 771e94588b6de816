/*
 * smpp_time.h - SMPP's time formats [S 7.1] (smpp.md 10). Calendar arithmetic is done here; no call into libc's zones.
 */
#ifndef SMPP_TIME_H
#define SMPP_TIME_H

#include "smpp/view.h"

enum smpp_time_kind { SMPP_TIME_NONE, SMPP_TIME_ABSOLUTE, SMPP_TIME_RELATIVE };

/*
 * Parses schedule_delivery_time / validity_period. now is UTC in ms since 1970. *out is UTC ms of the moment meant
 * (relative times are added to now by calendar: months and years as calendar months, [S 7.1.1.2]). Empty gives
 * SMPP_TIME_NONE. Returns 0, or -1 when invalid (caller answers ESME_RINVSCHED / ESME_RINVEXPIRY).
 */
__attribute__((warn_unused_result)) int smpp_time_parse(struct view s, int64_t now_ms, int64_t *out_ms,
							 enum smpp_time_kind *kind);

/* Writes the absolute form at a zone, quarters of an hour from UTC (China: 32); 16 characters and NUL. */
void smpp_time_format(int64_t ms, int zone_quarters, char out[17]);

/* Writes a relative form of a duration in ms (>= 0, days at most 99 by carrying into months of 30 days). */
void smpp_time_format_relative(int64_t ms, char out[17]);

/* A receipt's date in the six forms of smpp.md 11 rule 4 at the given zone; -1 when none of them. */
__attribute__((warn_unused_result)) int smpp_time_parse_receipt(struct view s, int zone_quarters, int64_t *out_ms);

/* YYMMDDhhmm at the zone, 10 characters and NUL: what our receipts carry. */
void smpp_time_format_receipt(int64_t ms, int zone_quarters, char out[11]);

/* final_date: 16-character absolute, or 12 digits YYMMDDhhmmss at the zone; -1 for anything else. */
__attribute__((warn_unused_result)) int smpp_time_parse_final(struct view s, int zone_quarters, int64_t *out_ms);

#endif
