/*
 * listing.h - answers of commands that are too long for one turn: each is made in steps, as many a turn as do not make
 * it long, and then told to who has asked. What may change between two steps is the job's affair. Knows no command.
 */
#ifndef NOC_LISTING_H
#define NOC_LISTING_H

#include "noc/console.h"

struct listing_steps {
	bool (*some)(void *job, struct buf *out); /* some 0.1 ms of it; false: that was all */
	void (*end)(void *job);			  /* it is all, or nobody waits for it any more; frees the job */
};

/* The result of the command: CONSOLE_LATER. The first step is made at once; a short answer is there then. */
int listing_start(struct console_call *call, struct loop *loop, const struct listing_steps *steps, void *job);
/* The gateway ends: those that are being made end, and what they read may go. */
void listing_stop_all(void);

#endif
