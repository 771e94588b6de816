/*
 * follow.h - a bounded set of messages whose records are looked for by their ids: those that a search by number has
 * found, of which most records have no number. Pure.
 */
#ifndef AUDIT_FOLLOW_H
#define AUDIT_FOLLOW_H

#include "audit/cdr.h"
#include "audit/sieve.h"

#define FOLLOW_MAX 256u /* messages: with so many one block in eight is read for nothing */
/* How long before a search's time they may have been accepted: three days. */
#define FOLLOW_LIFE_MS INT64_C(259200000)

struct follow {
	uint64_t id[FOLLOW_MAX], key[FOLLOW_MAX];
	int64_t made_ms[FOLLOW_MAX]; /* by the id */
	size_t n;
};
/* The message that a record is about: the gateway's own id of it, or the one that it answers. False: there is no more
 * room. */
bool follow_add(struct follow *f, const struct cdr_line *l);
bool follow_has(const struct follow *f, const struct cdr_line *l);
bool follow_may_be(const struct follow *f, const struct sieve_block *b);

#endif
