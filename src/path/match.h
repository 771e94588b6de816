/*
 * match.h - from a carrier's message id to our message, and receipts that came before their response. Per carrier,
 * never per bind. Owns the parked receipts; borrows messages.
 */
#ifndef PATH_MATCH_H
#define PATH_MATCH_H

#include "base/loop.h"
#include "path/idform.h"
#include "path/msg.h"
#include "path/number.h"

struct match;
/* Carriers are known by number. max_parked: bound of parked receipts. park_ms: how long one is kept. */
struct match *match_new(struct loop *loop, struct msgs *msgs, size_t carriers, uint32_t max_parked, int64_t park_ms);
void match_free(struct match *x);
/* What is parked already keeps its time. */
void match_set_bounds(struct match *x, uint32_t max_parked, int64_t park_ms);
void match_grow(struct match *x, size_t carriers); /* more carriers than before */
/* Fixes the form of a carrier's ids (configuration); else it is learnt. */
void match_fix_form(struct match *x, size_t carrier, enum idform form);
void match_learn_form(struct match *x, size_t carrier); /* it is not fixed any more */
/* Told when the learnt form of a carrier becomes known, and when it becomes another. */
typedef void (*match_learnt_fn)(void *arg, size_t carrier, enum idform form);
void match_on_learnt(struct match *x, match_learnt_fn fn, void *arg);
/*
 * Learnt before a restart: known until receipts show otherwise. What is known is given up for another form after
 * MATCH_LEARN matches under that one with none under the known one, or a third, between them. A fixed form stays.
 */
#define MATCH_LEARN 8u
void match_learnt(struct match *x, size_t carrier, enum idform form);

/* Enters a message under (m->carrier, m->cid). */
void match_add(struct match *x, struct msg *m);
void match_remove(struct match *x, struct msg *m); /* harmless when it is not in */
/* The same, and match_note_ended() of its id: of a message that has been entered. */
void match_end(struct match *x, struct msg *m);
/* The message that is entered under this id (canonical) of a response; NULL when none is. */
struct msg *match_held(const struct match *x, size_t carrier, struct view cid);
struct msg *match_rival(const struct match *x, const struct msg *m); /* ... under m's own, which is not entered yet */
/*
 * The message that a receipt's id means at this carrier; NULL when none. While the form is not known, and for every
 * form but the known one, the number of its address `from` must be the message's destination too.
 */
struct msg *match_find(struct match *x, size_t carrier, struct view id, struct pdu_addr from);

/*
 * The form that a carrier uses, and after how many matches since the start; false while it is not known. The first
 * MATCH_LEARN matches in a row under one form make it known.
 */
bool match_form(const struct match *x, size_t carrier, enum idform *form, uint64_t *matches);

/* at_ms: UTC, when it came; 0: not known, or not to be taken for anything new.
 * Parks a receipt PDU (copied) under its canonical id. False at the bound. The later of two for one id is kept. */
bool match_park(struct match *x, size_t carrier, struct view cid, struct view frame, int64_t at_ms);
/*
 * Takes out the receipt that was parked for the response id `cid` (canonical) of a message that has been entered; forms
 * and numbers as in match_find(). frame is copied into buf. Gives the id it was parked under. False when there is none.
 */
bool match_unpark(struct match *x, size_t carrier, struct view cid, uint8_t *buf, size_t cap, struct view *frame,
		  char parked_id[IDFORM_MAX], size_t *parked_n);
/* Told for each parked receipt whose time is over, before it is dropped. */
typedef void (*match_expired_fn)(void *arg, size_t carrier, struct view cid, struct view frame, int64_t at_ms);
void match_on_expired(struct match *x, match_expired_fn fn, void *arg);
/* Whether another receipt than the one under cid is parked at this carrier for the number. A walk: for rare questions.
 */
bool match_parked_other(const struct match *x, size_t carrier, struct view cid, const struct number *number);
/* The message under this id of a response has ended: later receipts for it mean nothing new. Kept for a while. */
void match_note_ended(struct match *x, size_t carrier, struct view cid);
/* Whether a receipt's id is, in the form that the carrier uses, that of a message that has ended not long ago. */
bool match_ended(const struct match *x, size_t carrier, struct view id);
size_t match_parked(const struct match *x);

#endif
