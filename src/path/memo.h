/*
 * memo.h - the latest records of messages that no store keeps, to be found by a hash, in a ring of fixed size: the
 * newest overwrites the oldest. Must not know what a record says, nor what the hash is of.
 */
#ifndef PATH_MEMO_H
#define PATH_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smpp/view.h"

struct memo;
struct memo_entry {
	uint64_t id;
	int64_t at_ms;	 /* UTC */
	struct view rec; /* borrowed until the next memo_put() */
};

/* bytes: of the ring, from 64 KiB on; its memory comes into use as it is written. NULL without memory. */
struct memo *memo_new(size_t bytes);
void memo_free(struct memo *r);
size_t memo_size(const struct memo *r); /* as it was asked for */
/* Copies a record. What is longer than a quarter of the ring is not kept. */
void memo_put(struct memo *r, uint32_t hash, const struct memo_entry *e);
/* The entries under a hash, the newest first, until fn returns false. Others may have the same hash: fn compares. */
void memo_each(const struct memo *r, uint32_t hash, bool (*fn)(void *arg, const struct memo_entry *e), void *arg);

#endif
