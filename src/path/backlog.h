/*
 * backlog.h - what of each account lies in the store: how long its backlog is, what has become too old for it, its dead
 * letters and their way back, and calling an app (outbind) that something waits for. Knows no message in memory
 * (outbox.h) and no order of a life.
 */
#ifndef PATH_BACKLOG_H
#define PATH_BACKLOG_H

#include "link/account.h"
#include "path/msg.h"
#include "path/store.h"

struct backlog_ops {
	/* What was too old behind an entry that the caller named is gone; again: there is more, ask again. */
	void (*on_aged)(void *arg, size_t account, bool again);
	/* Entries were put back to the end of an account's backlog. */
	void (*on_replayed)(void *arg, size_t account);
};

struct backlog;
/* Borrows all. arg goes to ops. */
struct backlog *backlog_new(struct loop *loop, struct accounts *accounts, struct store *store,
			    const struct backlog_ops *ops, void *arg, struct stats *stats);
void backlog_free(struct backlog *b);
void backlog_grow(struct backlog *b);		/* accounts have been added */
uint64_t backlog_dead(const struct backlog *b); /* dead letters made since the start */
/* The store is there: counts the entries, and from then on every few seconds (nodes share backlogs). */
void backlog_store_up(struct backlog *b);

/* One entry more (the app is called when none of its binds can receive), one less. */
void backlog_came(struct backlog *b, size_t account);
void backlog_went(struct backlog *b, size_t account);
uint64_t backlog_length(const struct backlog *b, size_t account);
/* The account's backlog_max is reached. */
bool backlog_full(const struct backlog *b, size_t account);

/* Whether what came at a UTC time in ms has waited for longer than the account's backlog_age. */
bool backlog_too_old(const struct backlog *b, size_t account, int64_t since_ms);
/*
 * Moves a page of entries that are too old, behind the entry `after` ("": from the start), to the dead letters;
 * on_aged() follows. Nothing of it may be in memory. Also done by itself for accounts that no bind can receive for.
 */
void backlog_age_out(struct backlog *b, size_t account, struct view after);
enum backlog_why { BACKLOG_AGE, BACKLOG_REFUSED };
/* Moves m's record, wherever it stands, to the dead letters; twice is once. As store writes: 0 and fn later, or -1. */
__attribute__((warn_unused_result)) int backlog_bury(struct backlog *b, const struct msg *m, const char *why,
						     store_fn fn, uint64_t token);
void backlog_buried(struct backlog *b, size_t account, enum backlog_why why); /* for the counters */

/* --- for the operator --- */

/* fn is called once: with how many were put back, and error NULL or why it went no further. */
typedef void (*backlog_replay_fn)(void *arg, uint64_t moved, const char *error);
/*
 * Puts the dead letters that the account has now, and got since a UTC time in ms, back to the end of its backlog, in
 * order, a page per turn. 0, or -1 when the store is away (fn is not called).
 */
__attribute__((warn_unused_result)) int backlog_replay(struct backlog *b, size_t account, int64_t since_ms,
						       backlog_replay_fn fn, void *arg);

struct dead_letter {
	int64_t at_ms; /* UTC: when it became one */
	uint64_t id;
	bool reply;	    /* a phone user's, else a receipt */
	struct view number; /* the phone's */
	struct view why;
};
struct dead_reader { /* views borrowed for the call */
	void (*letter)(void *arg, const struct dead_letter *d);
	void (*done)(void *arg, bool ok, bool more); /* more: there are more than BACKLOG_LISTED */
};
#define BACKLOG_LISTED 10000u
/* Lists the account's dead letters since a UTC time in ms, over several turns. 0, or -1 when the store is away. */
__attribute__((warn_unused_result)) int backlog_deadletters(struct backlog *b, size_t account, int64_t since_ms,
							    const struct dead_reader *reader, void *arg);

#endif
