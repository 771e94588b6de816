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
struct walk_list *doubts_all(struct doubts *d); /* oldest first, to be walked in steps; leaves by doubts_remove() */
/* Each, oldest first; fn may end it. */
void doubts_each(struct doubts *d, void (*fn)(struct msg *k, void *arg), void *arg);

#endif
