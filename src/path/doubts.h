/*
 * doubts.h - submits whose answer did not come, by carrier and destination: which message a receipt may settle that no
 * carrier id explains. Borrows messages (KIN_DOUBT).
 */
#ifndef PATH_DOUBTS_H
#define PATH_DOUBTS_H

#include "path/msg.h"
#include "path/number.h"

struct doubts;
struct doubts *doubts_new(struct msgs *msgs, size_t carriers);
void doubts_free(struct doubts *d);
void doubts_grow(struct doubts *d, size_t carriers); /* more carriers than before */
/* Enters k; its destination is that of the message it belongs to. 0, or -1 without memory. */
__attribute__((warn_unused_result)) int doubts_add(struct doubts *d, struct msg *k);
void doubts_remove(struct doubts *d, struct msg *k); /* harmless when it is not in */
/*
 * The submit in doubt at this carrier to this number, from this source code (as the carrier writes it; empty: any).
 * NULL when there is none, or more than one: nothing says which of them is meant.
 */
struct msg *doubts_find(const struct doubts *d, size_t carrier, const struct number *to, struct view source);
/* How many there are, at one carrier. */
uint64_t doubts_count(const struct doubts *d, size_t carrier);
/*
 * A walk in steps, oldest first, over those that are there when it begins: they may end between two steps, and so may
 * the one that was returned last.
 */
struct doubts_walk { /* embedded by its owner; zero it before first use */
	struct list at, end, among;
};
void doubts_walk_begin(struct doubts *d, struct doubts_walk *w); /* also one that is under way: from the start again */
struct msg *doubts_walk_next(struct doubts *d, struct doubts_walk *w); /* NULL: that was all; the walk has ended */
void doubts_walk_end(struct doubts_walk *w);			       /* harmless when there is none */
bool doubts_walks(const struct doubts_walk *w);			       /* it is under way */
/* Each, oldest first; fn may end it. */
void doubts_each(struct doubts *d, void (*fn)(struct msg *k, void *arg), void *arg);

#endif
