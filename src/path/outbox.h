/*
 * outbox.h - what waits for an app: receipts and replies, per account, in order; the backlog in the store for what
 * cannot wait in memory; the dead letters for what the app never took. Owns the messages it holds. Knows no carrier;
 * tells flow what became of a message.
 */
#ifndef PATH_OUTBOX_H
#define PATH_OUTBOX_H

#include "path/backlog.h"

struct outbox_ops {
	/* The app has it; or it has been given up (refused: the app's last status) and is a dead letter in the store:
	 * forget it. Takes m back. */
	void (*on_delivered)(void *arg, struct msg *m, uint32_t refused);
	/* A message read back from the backlog, in state MSG_DELIVERING; NULL at the bound. And forgetting one: it
	 * stays in the store. Takes m back. */
	struct msg *(*make)(void *arg);
	void (*on_forgotten)(void *arg, struct msg *m);
	/* It cannot wait here: into the backlog with it (m is not from there). Takes m back. */
	void (*on_evicted)(void *arg, struct msg *m);
};

struct outbox_stats {
	uint64_t sent, delivered, refused, retried, evicted, read_back, burying;
};

struct outbox;
/* max_held: messages that may be in memory at all; one account has at most a quarter of them here, and 20,000. */
struct outbox *outbox_new(struct loop *loop, struct accounts *accounts, struct store *store, struct msgs *msgs,
			  uint64_t max_held, const struct outbox_ops *ops, void *arg, struct stats *stats);
void outbox_free(struct outbox *o);
/* Accounts have been added, or their backlog_rate may be another. */
void outbox_grow(struct outbox *o);

/* Takes m: a receipt for m->account, stored. */
void outbox_put(struct outbox *o, struct msg *m);
/* What on_evicted() was told of stands in the store. */
void outbox_evicted(struct outbox *o, size_t account);
/* The account's backlog in the store has grown by something else: read it when the app can receive. */
void outbox_backlog_grew(struct outbox *o, size_t account);
/* From account_ops. */
void outbox_receiver(struct outbox *o, size_t account);
void outbox_no_receiver(struct outbox *o, size_t account);
void outbox_settled(struct outbox *o, size_t account, uint64_t cookie, enum session_outcome outcome,
		    const struct pdu *resp);
/* The store is back: backlogs can be read again. */
void outbox_store_up(struct outbox *o);
/* What on_delivered() gave back is out of the store, too. */
void outbox_forgotten(struct outbox *o, size_t account);
uint64_t outbox_waiting(const struct outbox *o, size_t account);
uint64_t outbox_backlog(const struct outbox *o, size_t account); /* entries in the store, those in memory too */
/* The account's backlog_max is reached: no more submits that want a receipt. */
bool outbox_full(const struct outbox *o, size_t account);
/* For the operator: backlog_replay(), backlog_deadletters() of this. */
struct backlog *outbox_backlogs(struct outbox *o);

#endif
