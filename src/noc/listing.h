/*
 * listing.h - answers of commands that are too long for one turn: each is made in steps, as many a turn as do not make
 * it long, and then told to who has asked. What may change between two steps is the job's affair. Knows no command.
 */
#ifndef NOC_LISTING_H
#define NOC_LISTING_H

#include "noc/console.h"
#include "noc/table.h"

struct listing_steps {
	bool (*some)(void *job, struct buf *out); /* some 0.1 ms of it; false: that was all */
	void (*end)(void *job);			  /* it is all, or nobody waits for it any more; frees the job */
};

/* A table of which so many rows are shown, and the rest is counted; a job's first member. */
enum listing_row { LISTING_END, LISTING_PASSED, LISTING_MEANT };
struct listing_rows {
	struct table *table;				    /* the job's */
	unsigned most, n;				    /* n: so far */
	enum listing_row (*next)(void *job, bool is_shown); /* puts it into the table when it is meant and shown */
	bool all_seen;
};
bool listing_rows_some(void *job, struct buf *out); /* some() of such a job */

/* The result of the command: CONSOLE_LATER. The first step is made at once; a short answer is there then. */
int listing_start(struct console_call *call, struct loop *loop, const struct listing_steps *steps, void *job);
/* The gateway ends: those that are being made end, and what they read may go. */
void listing_stop_all(void);

#endif
