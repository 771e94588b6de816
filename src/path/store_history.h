/*
 * store_history.h - what this node remembers of its last day, by minutes, in Redis. Knows keys; not what the octets of
 * a minute say (noc/history.h).
 *
 * Keys, behind the configured prefix:
 *   history:<node>:<hour>  hash minute -> octets; hour, minute: UTC, since 1970; expires after 25 hours
 */
#ifndef PATH_STORE_HISTORY_H
#define PATH_STORE_HISTORY_H

#include "path/store.h"

/* Both: 0 and the callback comes once, later; -1 when the store is away (no callback). */

typedef void (*store_history_fn)(void *arg, bool ok);
/* Keeps a minute; one that is kept already is replaced. */
STORE_MUST int store_history_put(struct store *s, int64_t minute, struct view octets, store_history_fn fn, void *arg);

/* minute() for each that is kept of the n minutes from first on, then done(); views are good for the call. The minutes
 * must be of one hour. */
struct store_history_reader {
	void (*minute)(void *arg, int64_t minute, struct view octets);
	void (*done)(void *arg, bool ok);
};
STORE_MUST int store_history_get(struct store *s, int64_t first, unsigned n, const struct store_history_reader *reader,
				 void *arg);

#endif
