/*
 * worker.h - work that would hold up the loop (reading archives, fdatasync, deleting files) in a thread: one after the
 * other, in the order given. What a job touches is its own until it is done.
 */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include "base/loop.h"

struct worker;
/* One thread, started with the first job. A simulated loop: jobs are done at once, done() comes in the next turn. */
struct worker *worker_new(struct loop *loop);
/* Waits for the job that is being done, drops the others; done() is called for all with dropped = true. */
void worker_free(struct worker *w);
struct worker_job { /* embedded by its owner; zero it before first use */
	struct worker_job *next;
	void (*work)(struct worker_job *j); /* in the thread; no loop, no log, no counters of the process */
	void (*done)(struct worker_job *j, bool dropped); /* in the loop */
};
void worker_do(struct worker *w, struct worker_job *j);
/* A simulated loop only: while it is held, what is given waits to be done, as for a thread that is slow. */
void worker_hold(struct worker *w, bool held);
size_t worker_waiting(const struct worker *w);

#endif
