/*
 * msg.h - a message in memory: the object that one room at a time owns, and its store (pool and octets). Its octets are
 * the journal record, byte for byte (record.h): storing it is a copy, nothing is formatted.
 */
#ifndef PATH_MSG_H
#define PATH_MSG_H

#include "base/list.h"
#include "base/wheel.h"
#include "path/record.h"
#include "smpp/pdu.h"

/* Where a message is in its life. Set only by flow.c, through flow's one function for it. */
enum msg_state {
	MSG_NEW,	/* being judged */
	MSG_STORING,	/* its record is on the way to the store; the app's answer waits */
	MSG_HELD,	/* stored; waits for its time (schedule, retry) */
	MSG_QUEUED,	/* in a lane of the queue */
	MSG_SENT,	/* at a carrier, no answer yet */
	MSG_AWAITING,	/* the carrier took it; its receipt is awaited */
	MSG_CLOSING,	/* final; the final record is on the way to the store */
	MSG_DELIVERING, /* its receipt (or itself, a MO) is in the account's outbox */
	MSG_LEAVING,	/* its record is being deleted or moved to the backlog; then it is freed */
	MSG_STATES
};

#define MSG_NO_ACCOUNT 0xFFFFu
#define MSG_NO_CARRIER 0xFFFFu

struct msg {
	struct list link; /* in the one list that its owner keeps */
	struct timer timer;
	void *owner; /* whose the timer is */
	uint64_t handle;
	uint64_t id;	   /* ours, 18 digits */
	int64_t expiry_ms; /* UTC: end of validity */
	int64_t due_ms;	   /* UTC: not to be sent before; 0 = now */
	uint64_t order;	   /* rank in the queue */
	uint8_t *rec;	   /* the record, owned; msgs_slab() */
	char *cid;	   /* carrier's id in canonical form (or backlog entry's id), owned, may be NULL */
	uint64_t peer;	   /* session handle: whom an answer is owed */
	uint32_t sequence; /* ... to which request; peer 0 = nobody */
	uint32_t rec_len;
	uint32_t slot; /* of its receipt entry in the store */
	uint16_t account, carrier, route;
	uint8_t cid_len;
	uint8_t state, class_id, attempts;
	uint8_t registered; /* registered_delivery as the app asked */
	uint8_t final_state;
	bool volatile_;	   /* datagram, forward: no record in the store */
	bool forward;	   /* the app's answer waits for the carrier's */
	bool internal;	   /* made by us */
	bool from_backlog; /* its record is a backlog entry, cid its id */
	bool mo;
	bool out;	/* in the outbox: a deliver_sm with it waits for its answer */
	bool unsettled; /* a carrier has it or may have it, and that is not known to be stored */
	bool unchecked; /* found at start, and its number's opt-outs could not be read yet */
	bool data_sm;	/* the receipt that peer is owed an answer for came as data_sm */
	uint8_t redo;	/* store writes owed while the store was away: flow.c's bits */
};

struct msgs;
struct msgs *msgs_new(uint32_t max);
void msgs_free(struct msgs *ms);
/* Takes a zeroed message; NULL at the bound or without memory (the peer is told ESME_RMSGQFUL). */
struct msg *msgs_take(struct msgs *ms);
/* Frees it and its octets. It must be in no list, index or timer. */
void msgs_give(struct msgs *ms, struct msg *m);
struct msg *msgs_get(const struct msgs *ms, uint64_t handle);
uint32_t msgs_count(const struct msgs *ms);
size_t msgs_bytes(const struct msgs *ms); /* octets held by messages, pool and slab */

/* Replaces the message's record by r encoded. 0, -ENOMEM, -EMSGSIZE. r may borrow the old record. */
__attribute__((warn_unused_result)) int msg_set_record(struct msgs *ms, struct msg *m, const struct record *r);
/* The record decoded; it was encoded by us, a failure is a fault of ours and ends the process. Views borrow m->rec. */
void msg_record(const struct msg *m, struct record *out);
/* The frame inside the record decoded. rec may be NULL. Views borrow m->rec. */
void msg_pdu(const struct msg *m, struct record *rec, struct pdu *pdu);
/* Sets the carrier's id; copies. 0 or -ENOMEM. n <= 255 */
__attribute__((warn_unused_result)) int msg_set_cid(struct msgs *ms, struct msg *m, const char *cid, size_t n);
const char *msg_state_name(enum msg_state s);

#endif
