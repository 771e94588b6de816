/*
 * recent.h - which messages the last run recorded as accepted in its last minute, and which as ended, so that the next
 * one can tell which of those that it finds stored were never recorded, and which had an end that was not stored: a
 * kill -9 came between. Must not know files.
 */
#ifndef AUDIT_RECENT_H
#define AUDIT_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/cdr.h"

#define RECENT_ENDS (1u << 21) /* the newest ends that are known; at most twice as many while records are read */

struct recent_place {
	uint64_t id, at; /* at: octet of the record in its file */
	unsigned file;
	bool ended; /* not: it was reopened there */
};
struct recent { /* zero it before the first use */
	uint64_t *id;
	size_t n, cap;
	struct recent_place *end;
	size_t ends, ends_cap;
	int64_t first_ms, last_ms; /* of the time that it knows; last_ms 0: nothing */
};

void recent_begin(struct recent *r); /* of the first file */
/* In the order of the records; files are numbered in that order. */
void recent_record(struct recent *r, const struct cdr_line *l, unsigned file, uint64_t at);
bool recent_minute(const struct recent *r); /* it has seen the last minute, or all that there was */
void recent_end(struct recent *r);
/* Whether the gateway's id is of that time, or later, and was not recorded. After recent_end(). */
bool recent_missed(const struct recent *r, uint64_t id);
/* The record of its end, if it was not reopened behind it; else NULL. After recent_end(). */
const struct recent_place *recent_ended(const struct recent *r, uint64_t id);
void recent_free(struct recent *r);

#endif
