/*
 * store_campaign.h - campaigns and brakes in Redis, shared by all nodes: their state, which changes by scripts, whole
 * or not at all; their counters, to which every node adds; the tickets of trials and ramps. Knows the names of what is
 * kept; not when a state changes, nor what is counted.
 *
 * Keys, all behind the configured prefix:
 *   campaign:<account>:<name>  hash: the fields below; <variant>/<counter>, <variant>/<yyyymmddhh>/<counter>;
 *                              node/<node>: the last flush of that node that was added; expires
 *   campaign                   hash <account>:<name> -> UTC ms of its last change; epoch: changes of state so far,
 *                              of campaigns and brakes
 *   brake                      hash <account>/<carrier>/<class> -> <UTC ms>,<why>: what is braked until it is released
 */
#ifndef PATH_STORE_CAMPAIGN_H
#define PATH_STORE_CAMPAIGN_H

#include "path/store.h"

/* Fields of a campaign that say how it stands: what the scripts answer, in this order. */
enum store_campaign_field {
	SC_STATE, /* a word, campaign.h's; no field: the campaign is not known yet */
	SC_WAS,	  /* the state that a resume goes back to */
	SC_SINCE, /* UTC ms */
	SC_BY,
	SC_WHY,
	SC_TRIAL, /* how many may go; SC_SHARE: percent of what is accepted, until that is known */
	SC_SHARE,
	SC_LET, /* how many went */
	SC_FLOOR,
	SC_CEILING, /* percent */
	SC_WAIT,
	SC_COLLECT,   /* s */
	SC_BASE_SENT, /* counters when the trial began */
	SC_BASE_ENDED,
	SC_BASE_DELIVERED,
	SC_BASE_OUT,
	SC_RAMP,	/* messages/s at its start; 0: none */
	SC_RAMP_DOUBLE, /* s */
	SC_RAMP_TO,	/* messages/s: then it is over */
	SC_RAMP_SINCE,	/* UTC ms */
	SC_ACCEPTED,	/* counters over all variants and nodes */
	SC_SENT,
	SC_ENDED,
	SC_DELIVERED,
	SC_OUT,	   /* said stop, or complained */
	SC_UNSENT, /* ended before a carrier had it */
	STORE_CAMPAIGN_FIELDS
};
const char *store_campaign_field_name(enum store_campaign_field f);

struct store_campaign_id {
	struct view account, name;
};
struct store_campaign_pair { /* a value "@field" is what stands in that field then */
	const char *field, *value;
};

/*
 * done: what the call is about, below. state: STORE_CAMPAIGN_FIELDS values as they are then, n 0 where there is none;
 * NULL when ok is false: not known, perhaps done.
 */
typedef void (*store_campaign_fn)(void *arg, bool ok, int64_t done, const struct view *state);

/* All below: 0 and the callback comes once, later; -1 when the store is away (no callback). */

struct store_campaign_sync {
	struct store_campaign_id id;
	int64_t keep_s;	 /* how long it is kept after this */
	const char *tag; /* of these additions: made once, however often they are asked for under the same tag */
	const struct store_campaign_pair *first; /* its fields when it has no state yet */
	size_t first_n;
	const struct store_campaign_pair *add; /* counters and what to add */
	size_t add_n;
};
/* Adds to counters, and reads. */
STORE_MUST int store_campaign_sync(struct store *s, const struct store_campaign_sync *what, store_campaign_fn fn,
				   void *arg);

struct store_campaign_change {
	struct store_campaign_id id;
	int64_t keep_s;
	const char *from; /* ",running,paused,": only in these states; "*": in any */
	int64_t since_ms; /* and only when it is in that since then; 0: whenever */
	const struct store_campaign_pair *set;
	size_t set_n;
};
/* Changes the state; done: 1, it was as asked and has been changed. Other nodes see the epoch. */
STORE_MUST int store_campaign_change(struct store *s, const struct store_campaign_change *what, store_campaign_fn fn,
				     void *arg);
/* Tickets for up to want messages; done: how many there were. The last one of a trial changes the state. */
STORE_MUST int store_campaign_let(struct store *s, const struct store_campaign_id *id, uint64_t want,
				  store_campaign_fn fn, void *arg);

typedef void (*store_epoch_fn)(void *arg, bool ok, uint64_t epoch);
STORE_MUST int store_campaign_epoch(struct store *s, store_epoch_fn fn, void *arg);

struct store_hash_reader { /* views are good for the call; done: ok false: not known */
	void (*value)(void *arg, struct view name, struct view value);
	void (*done)(void *arg, bool ok);
};
/* All fields of one campaign; of the list of campaigns; of what is braked. */
STORE_MUST int store_campaign_read(struct store *s, const struct store_campaign_id *id,
				   const struct store_hash_reader *reader, void *arg);
STORE_MUST int store_campaign_list(struct store *s, const struct store_hash_reader *reader, void *arg);
STORE_MUST int store_brake_list(struct store *s, const struct store_hash_reader *reader, void *arg);
/* Takes campaigns out of the list that have not changed since then: their hashes have expired. */
STORE_MUST int store_campaign_forget(struct store *s, struct view member);

typedef void (*store_brake_fn)(void *arg, bool ok, bool done);
/* Brakes; done: it was not braked before. Releases; done: it was. fn may be NULL. */
STORE_MUST int store_brake_set(struct store *s, struct view name, struct view why, store_brake_fn fn, void *arg);
STORE_MUST int store_brake_release(struct store *s, struct view name, store_brake_fn fn, void *arg);

#endif
