/*
 * store_ported.h - ported numbers in Redis, shared by all nodes. Knows keys and places; not what a value says.
 *
 * Keys, all behind the configured prefix:
 *   ported                 hash: epoch (a table was loaded), set (0 or 1: which one is in force), changes (so far)
 *   ported:<set>:<bucket>  hash number -> value; buckets by ported_bucket(), small enough to be stored densely
 *   ported:log             stream of single changes: n, v; trimmed by age
 *   ported:loading         string with expiry: the node that loads a file
 */
#ifndef PATH_STORE_PORTED_H
#define PATH_STORE_PORTED_H

#include "path/store.h"

#define STORE_PORTED_LAST    48u    /* octets of an entry's id in the log, with its NUL */
#define STORE_PORTED_LOCK_MS 30000u /* how long ported:loading lasts */

struct store_ported_meta {
	uint64_t epoch, changes;
	unsigned set;
	char last[STORE_PORTED_LAST]; /* the youngest entry of the log that was read; "0" when it is empty */
};

/* All below: 0 and the callback comes once, later; -1 when the store is away (no callback). */

/* Where things stand now. ok false: not known. */
typedef void (*store_ported_meta_fn)(void *arg, bool ok, const struct store_ported_meta *meta);
STORE_MUST int store_ported_meta(struct store *s, store_ported_meta_fn fn, void *arg);

/*
 * What has changed after the entry `last`, in order: change() for each, then done() with where things stood at that
 * moment and how many changes were read (at most STORE_PORTED_PAGE: then there may be more).
 */
#define STORE_PORTED_PAGE 1000u
struct store_ported_follower {
	void (*change)(void *arg, struct view number, struct view value);
	void (*done)(void *arg, bool ok, const struct store_ported_meta *meta, size_t changes);
};
STORE_MUST int store_ported_follow(struct store *s, const char *last, const struct store_ported_follower *follower,
				   void *arg);

/* One bucket: row() for each number, then done(). Views borrowed for the call. */
struct store_ported_reader {
	void (*row)(void *arg, struct view number, struct view value);
	void (*done)(void *arg, bool ok);
};
STORE_MUST int store_ported_read(struct store *s, unsigned set, unsigned bucket,
				 const struct store_ported_reader *reader, void *arg);

typedef void (*store_ported_fn)(void *arg, bool ok);
/*
 * Changes one number in the set in force at that moment, whichever row.set says, and tells the other nodes; an empty
 * value takes it out. fn may be NULL.
 */
struct store_ported_row {
	unsigned set, bucket;
	struct view number, value;
};
STORE_MUST int store_ported_change(struct store *s, const struct store_ported_row *row, store_ported_fn fn, void *arg);

/* --- loading a file: the lock, rows that are told to nobody, and the end --- */
enum store_ported_lock { PORTED_LOCK_TAKE /* ok: it is ours now */, PORTED_LOCK_KEEP, PORTED_LOCK_GIVE };
STORE_MUST int store_ported_lock(struct store *s, enum store_ported_lock what, store_ported_fn fn, void *arg);
STORE_MUST int store_ported_put(struct store *s, const struct store_ported_row *row, store_ported_fn fn, void *arg);
/* Forgets buckets of a set. */
STORE_MUST int store_ported_drop(struct store *s, unsigned set, unsigned from, unsigned n, store_ported_fn fn,
				 void *arg);
/*
 * Puts a set in force and begins an epoch, by which the other nodes read all anew. changes: only when there have been
 * just so many single changes, which the set has; NULL: whatever there were. epoch 0: there are more, nothing was done.
 */
typedef void (*store_ported_epoch_fn)(void *arg, bool ok, uint64_t epoch);
STORE_MUST int store_ported_publish(struct store *s, unsigned set, const uint64_t *changes, store_ported_epoch_fn fn,
				    void *arg);

#endif
