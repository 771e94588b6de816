/*
 * msg.h - a message in memory: the object that one room at a time owns, and its store (pool and octets). Its octets are
 * the journal record, byte for byte (record.h): storing it is a copy, nothing is formatted.
 */
#ifndef PATH_MSG_H
#define PATH_MSG_H

#include "base/walk.h"
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
	MSG_PARTED,	/* its parts are on their way, each a message of its own (kin) */
	MSG_DOUBT,	/* a carrier may have it, the answer did not come; a receipt or the operator decides */
	MSG_PAST,	/* kin only: an earlier submit, or a part that has ended; its carrier id is still known */
	MSG_CLOSING,	/* final; the final record is on the way to the store */
	MSG_DELIVERING, /* its receipt (or itself, a MO) is in the account's outbox */
	MSG_LEAVING,	/* its record is being deleted or moved to the backlog; then it is freed */
	MSG_STATES
};

/* What is owed to whom msg.peer names. */
enum msg_owes {
	OWES_NOTHING,
	OWES_SUBMIT,	     /* submit_sm_resp to an app */
	OWES_DATA,	     /* data_sm_resp to an app */
	OWES_DELIVER,	     /* deliver_sm_resp to a carrier, for a receipt */
	OWES_DATA_DELIVER,   /* data_sm_resp to a carrier, for a receipt */
	OWES_SUBMIT_DELIVER, /* submit_sm_resp to a carrier that has bound in to us, for a receipt */
	OWES_PARKED,	     /* a parked receipt is to be removed from the store: peer is a struct debt */
	OWES_WAVE,	     /* one share of a request that concerns several messages: peer is a struct wave */
};

/* What a message is to its parent. */
enum msg_kin {
	KIN_NONE,
	KIN_PART,  /* a part of a long text: sent, retried and awaited by itself */
	KIN_PAST,  /* an earlier submit of it that a carrier took */
	KIN_DOUBT, /* an earlier submit whose answer did not come */
};

struct loop;

#define MSG_NO_ACCOUNT	0xFFFFu
#define MSG_NO_CARRIER	0xFFFFu
#define MSG_CACHE_LINE	64u
#define MSG_FETCH_MAX	256u  /* octets of a record */
#define MSG_NO_OPERATOR 0xFFu /* msg.op: looked for, and there is none */

/*
 * What every step of a life reads stands first, within four lines of a processor's cache wherever it begins
 * (msg_fetch()); what is rare stands last.
 */
struct msg {
	struct list link; /* in the one list that its owner keeps */
	struct timer timer;
	uint64_t handle;
	uint64_t id;	   /* ours, 18 digits */
	int64_t ends_ms;   /* the loop's own clock: end of validity, a span of time; see msg_expiry_ms() */
	int64_t sent_ms;   /* UTC: when a carrier was given it last */
	int64_t due_ms;	   /* UTC: not to be sent before; 0 = now */
	uint64_t order;	   /* rank in the queue, when it is ranked */
	uint8_t *rec;	   /* the record, owned; msgs_slab() */
	char *cid;	   /* carrier's id in canonical form (or backlog entry's id), owned, may be NULL */
	uint64_t cid_hash; /* of its octets: match.h's */
	uint64_t peer;	   /* session handle: whom an answer is owed (owes) */
	uint64_t parent;   /* kin: handle of the message that it belongs to */
	uint64_t kin;	   /* handle of its first kin; 0 none */
	uint32_t sequence; /* ... to which request; peer 0 = nobody */
	uint32_t rec_len;
	uint32_t slot;	/* of its receipt entry in the store */
	uint32_t check; /* of account and source, for questions after its end: finished.h */
	uint32_t tail;	/* number_tail() of its number, of one that came in this process' life: flow_last.c's */
	uint32_t to;	/* index.h's: hash of account and destination, or where it is noted */
	uint16_t account, carrier, route;
	uint16_t home;	   /* the route that its number has; route: what is left of it after carriers that failed */
	uint16_t epoch;	   /* flow.epoch that its route was decided by */
	uint16_t campaign; /* place of its campaign and variant, campaign.h; 0: none */
	uint8_t cid_len;
	uint8_t state, class_id, attempts;
	uint8_t registered; /* registered_delivery as the app asked */
	uint8_t final_state;
	uint8_t verdict;  /* enum policy_id: the policy that holds or has ended it; 0 none */
	uint8_t kin_kind; /* enum msg_kin */
	uint8_t owes;	  /* enum msg_owes */
	uint8_t op;	  /* operator that its number is at + 1, or MSG_NO_OPERATOR; 0: its way was not decided yet */
	uint8_t guessed;  /* operator that its number may be at, by the routes, + 1; 0: none was guessed */
	uint8_t indexed;  /* in index.h; how, is its matter; 0: it is not */
	uint8_t part, parts; /* KIN_PART: from 1; parts also of its parent */
	uint8_t redo;	     /* store writes owed while the store was away: flow.c's bits */
	uint8_t tried;	     /* bits: carriers of home that it is not to go to again */
	bool volatile_;	     /* datagram, forward: no record in the store */
	bool counted;	     /* in its account's count of messages that no carrier has taken */
	bool ranked;	     /* it has a place in the queue, now or when it comes back to it */
	bool told;	     /* the app has it, and its record is being forgotten */
	bool out;	     /* in the outbox: a deliver_sm with it waits for its answer */
	bool unsettled;	     /* a carrier has it or may have it, and that is not known to be stored */
	bool forward;	     /* the app's answer waits for the carrier's */
	bool internal;	     /* made by us */
	bool mo;
	bool note;	       /* its record is an intermediate notification or a part's receipt */
	bool aliased;	       /* its record has an app_id of its own */
	bool grouped : 1;      /* the app gave it a group_key */
	bool reserved : 1;     /* its price is taken from the account's balance, and not settled yet */
	bool from_backlog : 1; /* its record is a backlog entry, cid its id */
	bool unchecked : 1;  /* found at start, and its number's opt-outs have not been looked up yet: not to be queued
			      */
	bool in_doubts : 1;  /* in doubts.h */
	bool announcing : 1; /* held until the store knows that its carrier may have it soon */
	bool announced : 1;  /* the store knows it: cid is the made-up id of that entry until a carrier takes it */
	bool unmark : 1;     /* the carrier's id is known, the announcement is in the store until that id is */
	bool writing : 1;    /* kin: its mark is on its way to the store */
	bool marking : 1;    /* held until it is stored that a submit of it failed */
	bool late : 1;	     /* it was said that its receipt is late */
	bool rerouted : 1;   /* a carrier has said wrong network, and it went to another one */
	bool replaces : 1;   /* replace_if_present_flag: older ones like it that wait end when it is stored */
	bool taken : 1;	     /* a carrier has taken it: counted for its campaign */
	bool gated : 1;	     /* waits at its campaign's gate */
	bool braked : 1;     /* waits until a brake is released */
	bool review : 1;     /* held until the operator has read it */
	bool read : 1;	     /* the operator has read it: it goes */
	bool counting : 1;   /* its recipient's counts may have it, and it is not acknowledged yet */
	bool asking : 1;     /* the rules of its recipient are being asked */
	bool gathering : 1; /* a part of a text that the app has cut: held until the others are there (flow_gather.c) */
	uint8_t asked;	    /* HELD and asking: flow_ask.c's */
	uint8_t doubts;	    /* submits of it whose answer did not come */
	uint8_t fault;	    /* enum fault of its last error */
	uint8_t ann;	    /* of its announcement's name: submits before it */
	uint8_t round;	    /* of announcing at its carrier, flow.rounds */
	uint8_t how;	    /* KIN_PART that has ended: enum finish */
	uint8_t let;	    /* by its campaign's gate: in which round of tickets; 0: not yet */
	uint16_t cut;	    /* parent of parts: how its text was cut, flow_parts.c */
	uint32_t sign;	    /* hash of its signature (policy_sign()), of promotional texts; 0: none */
	uint64_t sibling;   /* kin: handle of the next of the same parent; 0 the last */
	int64_t known_ms;   /* UTC: when its recipient was asked about last; 0: never */
	void *owner;	    /* whose the timer is */
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
/* The same where they stand: good until the next call here that reads a record or changes one. */
const struct pdu *msg_look(const struct msg *m, const struct record **rec);
/* Hints that a message is needed soon, for what has waited long enough to be in no cache: itself; once that is there,
 * the octets that it owns. */
static inline void msg_fetch(const struct msg *m)
{
	for (size_t i = 0; i < sizeof(*m); i += MSG_CACHE_LINE)
		__builtin_prefetch((const uint8_t *)m + i);
}
static inline void msg_fetch_octets(const struct msg *m)
{
	for (uint32_t i = 0; i < m->rec_len && i < MSG_FETCH_MAX; i += MSG_CACHE_LINE)
		__builtin_prefetch(m->rec + i);
	__builtin_prefetch(m->cid);
}
/* Sets what stands in the record too: r of kind RECORD_FINAL or RECORD_MO or RECORD_MT, pdu its frame. */
void msg_take_fields(struct msg *m, uint64_t id, const struct record *r, const struct pdu *pdu, const struct loop *l);
/* The end of its validity as a time of the wall clock (UTC ms): when the clock is set, that time moves with it, so that
 * as much of the validity is left as before. Set by the clock as it is now. */
void msg_set_expiry(struct msg *m, int64_t wall_ms, const struct loop *l);
int64_t msg_expiry_ms(const struct msg *m, const struct loop *l);
/* A number of account and source address, the same after a restart and on every node: what is remembered of an ended
 * message says with it whose it was. */
uint32_t msg_check(struct view account, struct pdu_addr source);
/* The id that the app knows the message by. */
uint64_t msg_app_id(const struct msg *m);
/* Makes child the first kin of parent. */
void msg_add_kin(struct msg *parent, struct msg *child, enum msg_kin kind);
void msg_remove_kin(struct msgs *ms, struct msg *parent, struct msg *child);
/* The first and the next kin of a message; NULL at the end. */
struct msg *msg_kin(const struct msgs *ms, const struct msg *parent);
struct msg *msg_next_kin(const struct msgs *ms, const struct msg *child);
/* The message that a kin belongs to, at the top; itself when it is none. */
struct msg *msg_whole(const struct msgs *ms, struct msg *m);
/* Every message, kin too, any order; fn may give back the one it was called for. */
void msgs_each(struct msgs *ms, void (*fn)(struct msg *m, void *arg), void *arg);
/* The same for the next n places from *at on, which starts at 0; false when there are no more. */
bool msgs_slice(struct msgs *ms, uint32_t *at, uint32_t n, void (*fn)(struct msg *m, void *arg), void *arg);
/* Sets the carrier's id; copies. 0 or -ENOMEM. n <= 255 */
__attribute__((warn_unused_result)) int msg_set_cid(struct msgs *ms, struct msg *m, const char *cid, size_t n);
const char *msg_state_name(enum msg_state s);

/* walk.h, over what stands in a list through msg.link; NULL: that was all. */
static inline struct msg *msg_walk_next(struct walk_list *l, struct walk *w)
{
	struct list *node = walk_next(l, w);
	return node ? LIST_OF(node, struct msg, link) : NULL;
}

#endif
