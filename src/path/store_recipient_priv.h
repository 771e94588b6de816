/*
 * store_recipient_priv.h - what store_recipient.c, its scripts (store_recipient_script.c) and store.c share. Nobody
 * else includes it.
 */
#ifndef PATH_STORE_RECIPIENT_PRIV_H
#define PATH_STORE_RECIPIENT_PRIV_H

#include "path/store.h"

struct recipients;
struct recipients *recipients_new(struct store *s, struct stats *stats);
void recipients_free(struct recipients *r); /* after the connection: every call has been told */
void recipients_flush(struct recipients *r);
struct recipients *store_recipients(struct store *s); /* store.c */

/* store_dead.c: dead numbers whose time is over. *swept counts them; borrowed. Freed as recipients are. */
struct dead_sweep;
struct dead_sweep *dead_sweep_new(struct store *store, uint64_t *swept);
void dead_sweep_free(struct dead_sweep *w);
void dead_sweep_want(struct dead_sweep *w); /* dead numbers are of interest here: from now on they are swept */

#define RECIPIENT_KNOWN 1 /* in the mask of an answer: the number has failures, or is dead */

extern const char recipient_script[], recipient_refund_script[], recipient_reprint_script[], recipient_failed_script[],
	recipient_alive_script[];

#endif
