/*
 * keeper.h - what an archive leaves to the worker's thread: duties, done in their order. One that fails is tried again,
 * and those of its kind wait behind it. Knows no duty.
 */
#ifndef AUDIT_KEEPER_H
#define AUDIT_KEEPER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/worker.h"

enum duty_kind { DUTY_SEAL, DUTY_CLEAN, DUTY_LOOK, DUTY_TOTALS, DUTY_KINDS };

struct duty { /* embedded by what it is about */
	struct duty *next;
	enum duty_kind kind;
	/* In the thread: 0, or an errno: it is tried again. Shares nothing with the loop. */
	int (*run)(struct duty *d);
	/* In the loop: it is done (error 0), or dropped at the end (its last errno); frees it. */
	void (*done)(struct duty *d, void *arg, int error);
	int error; /* of the last try */
};

struct keeper;
/* arg: for done(). */
struct keeper *keeper_new(struct worker *w, void *arg);
void keeper_add(struct keeper *k, struct duty *d); /* takes it */
/* What has failed is tried again: told once a second or so. */
void keeper_again(struct keeper *k);
bool keeper_has(const struct keeper *k, enum duty_kind kind);
/* errno of the last try of what is still to be done of that kind; 0. */
int keeper_error(const struct keeper *k, enum duty_kind kind);
/* From now on nothing is given to the worker, which may be gone. */
void keeper_hold(struct keeper *k);
/* Does the duties that seal here and now, drops the others; the worker may be gone already, or go later. */
void keeper_end(struct keeper *k);

#endif
