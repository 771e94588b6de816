/*
 * store_feed.h - reading the stream `event` for one reader that many gateways share: who holds its lease reads, in
 * order, from its cursor on. One script call takes or keeps the lease, moves the cursor behind what is done with, and
 * gives the next entries.
 *
 * event:lease:<reader>    string with expiry: the gateway that reads
 * event:cursor:<reader>   hash: id, the last entry that is done with; entries: how many were added up to it
 *
 * A reader that is new begins behind what is there. Entries that were trimmed before they were read are told.
 */
#ifndef PATH_STORE_FEED_H
#define PATH_STORE_FEED_H

#include "path/store.h"

struct store_feed_ask {
	const char *reader, *owner; /* owner: the same for the life of the process, and no other's */
	const char *known;	    /* the last entry that this process knows to be done with, "" none: counts when
				       Redis has lost the cursor */
	const char *done;	    /* moves the cursor to this entry; "" does not */
	unsigned done_n;	    /* entries up to it, from the cursor on */
	unsigned count;		    /* entries to read at most; 0: the lease is kept, nothing is read */
};
struct store_feed {    /* borrowed for the call */
	bool held;     /* the lease is ours; else nothing was done */
	uint64_t lost; /* entries that were trimmed and never read */
	uint64_t left; /* entries behind the cursor */
	size_t n;
	void *entries; /* store_feed_entry() */
};
struct store_feed_entry {
	struct view id, lines;
};
struct store_feed_entry store_feed_entry(const struct store_feed *f, size_t i);
typedef void (*store_feed_fn)(void *arg, bool ok, const struct store_feed *feed);
STORE_MUST int store_feed(struct store *s, const struct store_feed_ask *ask, store_feed_fn fn, void *arg);
void store_feed_leave(struct store *s, const char *reader, const char *owner); /* gives the lease back */

#define STORE_FEED_LEASE_MS 15000 /* a lease that is not kept runs out */

#endif
