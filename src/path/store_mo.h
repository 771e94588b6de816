/*
 * store_mo.h - what Redis knows when a phone user's reply (MO) comes, in one script call: whether it is a copy of one
 * that has had its effects, how often that phone was answered lately, which message was the last one sent to it. Shared
 * by all nodes. Knows no keyword and no menu.
 *
 * Keys, behind the prefix:
 *   last:<slot>              hash number/code -> the last message that a carrier took from that code to that number:
 *                            id, account, signature, class, campaign, variant, group, with tabs between; a slot is six
 *                            hours of UTC; expires
 *   mo:<digest>              string "b<node>,<UTC ms>,0," while the effects of that MO are not stored; then
 *                            "d<node>,<UTC ms>,<message that it answered>,", "s...,<scope that it stopped>" or "c..."
 *                            (struct store_mo_end); expires
 *   to:{<number>}:answers:<code>  string: answers in this minute; to:{<number>}:answers: in this day; expire
 *   to:{<number>}:menu:<code>  hash of the menus (store_menu.h); its field `at` (UTC ms) says when the user was led on
 */
#ifndef PATH_STORE_MO_H
#define PATH_STORE_MO_H

#include "path/store.h"

#define STORE_LAST_MAX	512u /* octets of a value of last:<slot> */
#define STORE_MO_OWNERS 16u

struct store_last {  /* views: borrowed. id 0: none is known */
	uint64_t id; /* that the app knows the message by */
	struct view account, signature, class_name, campaign, variant, group;
};
/*
 * Notes a message that a carrier took; grouped, and nobody is told: a loss is a reply whose message is not known.
 * age_s: how long it is kept.
 */
STORE_MUST int store_last_put(struct store *s, int64_t now_ms, int64_t age_s, struct view number, struct view code,
			      const struct store_last *last);

#define STORE_SIGNATURE_MAX 256u
/* A last message that is not noted in the store, to be looked at as if it were. */
struct store_recent {
	struct store_last last; /* id 0: there is none */
	int64_t at_ms;
	uint32_t code_n;		     /* characters of its code: so many of the MO's code it is */
	char signature[STORE_SIGNATURE_MAX]; /* where that of `last` stands */
};
/*
 * Of two, whether a would be found before b: of a later slot, of a longer code in the same one, else the later message.
 */
bool store_recent_before(const struct store_recent *a, const struct store_recent *b);
/* Whether messages from a code of n characters may be what a MO to `to` answers; code: its beginning. */
bool store_mo_code_fits(struct view to, struct view code);

#define STORE_MO_DIGEST 32u /* hex digits */
enum store_mo_state {
	STORE_MO_NEW,  /* it is to have its effects; store_mo_done() or store_mo_forget() follows */
	STORE_MO_COPY, /* of one that has had its effects */
	STORE_MO_BUSY, /* another node has a copy under way */
};
struct store_mo_ask {
	const char *digest; /* "" : it cannot come twice */
	int64_t now_ms, duplicate_ms, last_age_s;
	struct view number, code;
	bool count; /* it may be answered: counted now; store_mo_unanswered() takes that back */
	const char *owners[STORE_MO_OWNERS]; /* only messages of these accounts; owners_n 0: of any */
	size_t owners_n;
	struct store_recent recent; /* counts too, when it is of an account and a code that count */
};
struct store_mo {
	enum store_mo_state state;
	struct view place;	/* where the user is in a menu of the code; n 0: nowhere */
	unsigned minute, day;	/* answers, with this one */
	struct store_last last; /* its code is the longest that begins the MO's, of the newest slot that has one */
	/* Opt-outs of the number before this MO: global; of the account of the last message. */
	bool all_stopped, account_stopped;
};
/* known: ok false when it is not known; borrowed for the call. */
typedef void (*store_mo_fn)(void *arg, uint64_t token, bool ok, const struct store_mo *known);
STORE_MUST int store_mo_begin(struct store *s, const struct store_mo_ask *ask, store_mo_fn fn, uint64_t token);
/*
 * How copies are told from one who says the same again: he was led on since (another message was sent to him, or he
 * has moved in a menu), three seconds ago or more; or his stop does not hold any more.
 */
struct store_mo_end {
	int64_t at_ms, duplicate_ms;
	uint64_t last;	     /* id of the message that it answered; 0: not known */
	const char *stopped; /* the opt-out scope that it stopped; "" : none */
	bool final;	     /* whoever says the same again sends a copy */
};
/* The effects are stored: copies that come until duplicate_ms have none. */
void store_mo_done(struct store *s, const char *digest, const struct store_mo_end *end);
/* They are not: whoever sends it again shall have them. */
void store_mo_forget(struct store *s, const char *digest);
void store_mo_unanswered(struct store *s, struct view number, struct view code);

#endif
