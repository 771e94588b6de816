/*
 * store_lists.h - the operator's lists in Redis: opt-outs, consents, dead numbers, and the history of the first two.
 * Knows keys and places; not what a scope or a reference means.
 *
 * Keys, all behind the configured prefix:
 *   optout:<scope>     set of numbers; optoutscope: set of the scopes that have been used
 *   optout:log         stream: scope, number, what (out, in), channel, text, at (UTC ms; only when it was before)
 *   consent:<account>  hash number -> reference,time,source
 *   consent:log        stream: account, number, what (add, withdraw), source, ref
 *   dead               hash number -> until,failures,class (store_recipient.h)
 */
#ifndef PATH_STORE_LISTS_H
#define PATH_STORE_LISTS_H

#include "path/store.h"

enum lists_kind { LISTS_OPTOUT, LISTS_CONSENT, LISTS_DEAD };

struct lists_place {
	enum lists_kind kind;
	struct view name; /* scope or account; of LISTS_DEAD empty */
};
struct lists_row {
	struct view number, value; /* value: LISTS_OPTOUT: "" or UTC ms of when it was; LISTS_CONSENT: as in the hash */
};

/* All below: 0 and the callbacks come later; -1 when the store is away (no callback). */

/*
 * Puts rows in, or takes them out, and writes the history of those that changed; all rows of a call or none. changed:
 * how many were not so before. Repeated: no harm. channel, text: for the history. Rows of LISTS_DEAD are only taken
 * out.
 */
struct lists_change {
	struct lists_place place;
	bool in;
	const char *channel;
	struct view text;
	const struct lists_row *rows;
	size_t n; /* 1 to STORE_LISTS_ROWS */
};
#define STORE_LISTS_ROWS 200u
typedef void (*store_lists_fn)(void *arg, bool ok, size_t changed);
STORE_MUST int store_lists_change(struct store *s, const struct lists_change *c, store_lists_fn fn, void *arg);

/* What stands for one number in each of n places, in their order; value: of hashes. ok false once: not known. */
typedef void (*store_lists_found_fn)(void *arg, bool ok, bool found, struct view value);
STORE_MUST int store_lists_find(struct store *s, const struct lists_place *place, struct view number,
				store_lists_found_fn fn, void *arg);
/* How many numbers a place has. */
STORE_MUST int store_lists_count(struct store *s, const struct lists_place *place, store_lists_fn fn, void *arg);

/*
 * A page of a place: row() for each, then done() with the cursor of the next page; "0" at first, and at the end. A row
 * may come twice.
 */
struct store_lists_reader {
	void (*row)(void *arg, const struct lists_row *row);
	void (*done)(void *arg, bool ok, const char *cursor);
};
#define STORE_LISTS_CURSOR 24u
STORE_MUST int store_lists_scan(struct store *s, const struct lists_place *place, const char *cursor,
				const struct store_lists_reader *reader, void *arg);
/* The scopes of opt-outs that have been used: row() with the scope as number. */
STORE_MUST int store_lists_scopes(struct store *s, const struct store_lists_reader *reader, void *arg);

/* Entries of a history after the entry `last` ("": the first), in order, or the newest first; LISTS_DEAD has none. */
struct lists_event {
	int64_t at_ms; /* UTC: when it was */
	struct view name, number, what, channel, text;
};
#define STORE_LISTS_LAST 48u
struct store_lists_history {
	void (*event)(void *arg, const struct lists_event *e);
	/* n: entries read, fewer than were asked for: there are no more; last: the last of them */
	void (*done)(void *arg, bool ok, size_t n, const char *last);
};
STORE_MUST int store_lists_history(struct store *s, enum lists_kind kind, const char *last, bool newest, unsigned count,
				   const struct store_lists_history *reader, void *arg);

#endif
