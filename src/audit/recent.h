/*
 * recent.h - which messages the last run recorded as accepted in its last minute, so that the next one can tell which
 * of those that it finds stored were never recorded: a kill -9 came between.
 */
#ifndef AUDIT_RECENT_H
#define AUDIT_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/cdr.h"

struct recent { /* zero it before the first use */
	uint64_t *id;
	size_t n, cap;
	int64_t first_ms, last_ms; /* of the time that it knows; last_ms 0: nothing */
};

void recent_begin(struct recent *r);				/* of a file */
void recent_record(struct recent *r, const struct cdr_line *l); /* in the order of the file */
void recent_end(struct recent *r);
/* Whether the gateway's id is of that time, or later, and was not recorded. After recent_end(). */
bool recent_missed(const struct recent *r, uint64_t id);
void recent_free(struct recent *r);

#endif
