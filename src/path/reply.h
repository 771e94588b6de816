/*
 * reply.h - what a phone user answers (MO): whose it is, keywords, menus, the answer. Asks flow to send texts and to
 * tell the app, through ops; a deliver_sm is answered when every effect is stored. Knows no queue and no carrier's
 * pace.
 */
#ifndef PATH_REPLY_H
#define PATH_REPLY_H

#include "base/conf.h"
#include "base/webhook.h"
#include "link/account.h"
#include "link/carrier.h"
#include "path/event.h"
#include "path/menu.h"
#include "path/number.h"
#include "path/store_mo.h"
#include "policy/keyword.h"

struct reply_conf { /* section reply */
	struct conf_where where;
	char *account;		     /* gets MO to codes that nobody owns; "" : they go to backlog:unrouted */
	int64_t part_age;	     /* s: how long parts of a long MO are kept */
	int64_t max_parts;	     /* parts held */
	int64_t last_age;	     /* s: how long the last message to a number is known; 0: not at all */
	int64_t last_memory;	     /* MiB: of last messages that are not stored; 0: noted in the store like all */
	int64_t duplicate;	     /* s: in which a copy of a MO has no second effect; 0: each has its own */
	int64_t per_minute, per_day; /* answers to a number (in a minute: from one code); 0: no bound */
	bool builtin_keywords;
	char *still_stopped;  /* answered to who starts again what a wider stop goes on to hold back; "" : nothing */
	int64_t menu_timeout; /* s: how long it is known where in a menu a user is */
	struct conf_list menu_back, menu_repeat;
	char *menu_unknown; /* answered, before the text, to a reply that chooses nothing */
};
extern const struct conf_row reply_rows[];

struct reply_scope { /* whose promotional texts an opt-out stops: all, an account's, those with a signature */
	bool all;
	size_t account;
	struct view signature; /* n 0: whatever it is */
};

struct reply_event {
	enum event_kind kind; /* EVENT_REPLIED, _OPTED_OUT, _OPTED_IN, _COMPLAINED, _CONFIRMED */
	size_t account;
	const struct number *from;
	const char *code, *carrier;
	const struct store_last *original; /* the message that is answered; its id 0: not known */
	struct view text;		   /* UTF-8 */
	uint32_t all;			   /* of this MO, as bits 1 << kind: EVENT_REPLIED is told first */
};

struct reply_ops {
	/*
	 * Sends a UTF-8 text as MT of an account from one of its codes; fn(arg, token, ok) once when all its parts are
	 * stored. -1: it cannot now (store down, too many messages), 1: it never can (no route for the number, a text
	 * that has no form); fn is not called then.
	 */
	int (*send_text)(void *arg, size_t account, const char *source, const struct number *to, const char *utf8,
			 store_fn fn, uint64_t token);
	/* An entry came to the account's backlog in the store. */
	void (*backlog_grew)(void *arg, size_t account);
	/* The number said stop (or start again): from now on, before it is stored. */
	void (*opted)(void *arg, const struct reply_scope *scope, const struct number *number, bool out);
	/*
	 * Takes back what of an account's series (group key; empty: of any) still waits for the number. 0: fn(arg,
	 * token, ok) comes once, now or later; -1: it cannot now.
	 */
	int (*cancel_series)(void *arg, size_t account, const struct number *to, struct view group, store_fn fn,
			     uint64_t token);
	/* What has become of a MO whose effects are stored; views are good for the call. */
	void (*event)(void *arg, const struct reply_event *e);
	/* The last message to `number`, and from a code that `code` begins with, of those that are not noted in the
	 * store; owners as in ask. Views are good for the call in which it was asked for. */
	void (*recent)(void *arg, const struct store_mo_ask *ask, struct store_recent *out);
	uint64_t (*new_id)(void *arg);
	struct carrier *(*carrier)(void *arg, size_t number);
};

struct reply_setup {
	const struct reply_conf *conf;
	const struct keyword_conf *keywords;
	const struct menu_conf *menus;
	size_t keywords_n, menus_n;
	struct webhooks *webhooks; /* borrowed for the life of reply; not looked at by reply_check() */
};

struct reply;
/* setup is copied, what it points to is borrowed until reply_use(). arg: for ops, and the owner of store callbacks. */
struct reply *reply_new(struct loop *loop, const struct reply_setup *setup, struct session_hub *sessions,
			struct accounts *accounts, struct store *store, const struct reply_ops *ops, void *arg,
			struct stats *stats);
void reply_free(struct reply *r);
void reply_use(struct reply *r, const struct reply_setup *setup); /* after a reload; replies on their way keep theirs */
/*
 * Faults of what a reply does by the configuration: keywords, menus. account_known: whether there is one of that name.
 */
bool reply_check(const struct reply_setup *setup, bool (*account_known)(const void *arg, const char *name),
		 const void *arg, char **errors);
/* What is no fault, but not what it looks like, as flow_warn() tells it. */
void reply_warn(const struct reply_setup *setup, char **warnings);
/* The number of the account that owns a source code (the longest of its sources that it begins with); -1: nobody. */
int reply_owner(const struct reply *r, const char *code);
/* A deliver_sm / data_sm that is no receipt; answered when its effects are stored. pdu borrowed for the call. */
void reply_take(struct reply *r, const struct carrier *c, struct session *s, const struct pdu *pdu);
/* A part that the store still held at start. */
void reply_load_part(struct reply *r, struct carriers *carriers, struct view key, struct view frame);
/* A question to a webhook that the store still held at start. */
void reply_load_pending(struct reply *r, uint64_t id, struct view rec);

#endif
