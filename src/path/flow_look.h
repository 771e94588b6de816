/*
 * flow_look.h - where a message is now, for people: by its id or its number, from memory; what is remembered of one
 * that has ended, from the store. Changes nothing.
 */
#ifndef PATH_FLOW_LOOK_H
#define PATH_FLOW_LOOK_H

#include "path/flow.h"

/* Why a message is held. */
enum look_wait {
	LOOK_NOT_HELD,
	LOOK_TIME,	/* until due_ms: its schedule */
	LOOK_HOURS,	/* until due_ms: hours of contact, or no route before */
	LOOK_RETRY,	/* until due_ms: a pause after an error */
	LOOK_REVIEW,	/* until somebody has read it */
	LOOK_PARTS,	/* for the other parts of its text */
	LOOK_CAMPAIGN,	/* at its campaign's gate */
	LOOK_BRAKE,	/* until a brake is released */
	LOOK_RECIPIENT, /* the rules of its recipient are being asked */
	LOOK_STORE,	/* a write to the store */
};

#define LOOK_TEXT     1024u   /* octets of the text that is told, at most */
#define LOOK_WALK_MAX 100000u /* messages before it that are counted, at most */

struct flow_found {	  /* views and texts are good for the call; "" and 0: none */
	uint64_t id, msg; /* the app's; ours when it is another one */
	enum msg_state state;
	const char *account, *class_name, *verdict;
	const char *carrier;				 /* that has it, or has had it last */
	struct view number, code, text;			 /* text: UTF-8; n 0: binary */
	struct view stat, err;				 /* the carrier's words about its end */
	struct view carrier_id;				 /* in canonical form */
	int64_t accepted_ms, expiry_ms, due_ms, sent_ms; /* UTC */
	unsigned attempts, doubts;			 /* submits; those without an answer */
	unsigned part, parts;				 /* part: this is one of a text that was told before */
	const char *final_state;			 /* receipt's word of its end, when it is final */
	enum look_wait wait;
	/* queued */
	uint64_t before, lane; /* of its account and class before it; all that wait in its lane */
	bool before_more;      /* before: there are more */
	const char *taker;     /* who takes from its lane first */
	bool taker_up;
	/* on its way to the app */
	bool app_bound;
};

typedef void (*flow_look_fn)(void *arg, const struct flow_found *look);
/*
 * Those in memory, the parts of one behind it: by the app's id or ours (0: none), or by number (NULL: none), newest
 * first, at most limit messages. The first question by number walks all messages once (index.h). Returns how many
 * messages.
 */
size_t flow_message_look(struct flow *f, uint64_t id, const struct number *number, size_t limit, flow_look_fn fn,
			 void *arg);

struct flow_ended {
	unsigned n;	   /* messages of the id that have ended; 0: none is remembered */
	const char *state; /* receipt's word */
	unsigned error;
	int64_t done_ms; /* UTC */
};
/* What query_sm would find (messages.query_keep). 0: fn is called once, later; ok false: the store failed. -1: it is
 * away. */
__attribute__((warn_unused_result)) int
flow_message_ended(struct flow *f, uint64_t id, void (*fn)(void *arg, bool ok, const struct flow_ended *e), void *arg);

#endif
