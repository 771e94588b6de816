/*
 * finished.h - what is remembered of messages that have ended, for query_sm: id, time, state, error. In Redis, one
 * string per node and second of the ids: done:<node>:<second>, entries of 20 octets behind each other. Entries gather
 * for some 50 ms, or until Redis is back, and leave with a turn's other writes, one APPEND per key; nobody waits for
 * them: a process that is killed forgets what it has just gathered. Kept at least messages.query_keep after the end,
 * and at most a quarter longer.
 *
 * Entry, little-endian: id 8, time in s 4, state 1, error 1, check 4 (msg_check()), 2 zero.
 */
#ifndef PATH_FINISHED_H
#define PATH_FINISHED_H

#include "path/store.h"

struct finished_entry {
	uint64_t id;	 /* that the app knows it by */
	int64_t done_ms; /* UTC */
	uint8_t state, error;
	uint32_t check;
};

/* All entries of one id as one: several are the messages of one submit_multi. */
struct finished_found {
	unsigned n;
	int64_t done_ms;      /* of the latest */
	uint8_t state, error; /* delivered when all are; else those of the first that is not */
};
void finished_merge(struct finished_found *found, const struct finished_entry *e);

struct finished;
/* keep_s: 0 remembers nothing. Make it before the store, so that its writes leave with the store's. */
struct finished *finished_new(struct loop *loop, int64_t keep_s, struct stats *stats);
void finished_use(struct finished *x, struct store *store); /* borrowed */
void finished_free(struct finished *x);			    /* after store_free(), and after the last finished_add() */
void finished_add(struct finished *x, const struct finished_entry *e);
/* found borrowed for the call; ok false: the store failed. */
typedef void (*finished_fn)(void *arg, bool ok, const struct finished_found *found);
/* Looks for the entries of id with this check. 0 and fn is called once later; -1 when the store is down. */
__attribute__((warn_unused_result)) int finished_find(struct finished *x, uint64_t id, uint32_t check, finished_fn fn,
						      void *arg);
/* The same, whosever message it was: for the operator. */
__attribute__((warn_unused_result)) int finished_find_any(struct finished *x, uint64_t id, finished_fn fn, void *arg);

#endif
