/*
 * reply_priv.h - what the files of reply share: reply.c (the life of a MO), reply_begin.c (what Redis knows of
 * it), reply_do.c (what a whole text does), reply_keyword.c, reply_menu.c, reply_rows.c. Nobody else includes it.
 */
#ifndef PATH_REPLY_PRIV_H
#define PATH_REPLY_PRIV_H

#include "base/list.h"
#include "path/reassembly.h"
#include "path/reply.h"
#include "path/store_menu.h"

#define REPLY_TEXT_MAX 8192u /* octets of UTF-8 that keywords, menus and the opt-out history see of a text */

struct reply_stats {
	uint64_t taken, parts, expired_parts, copies, opt_outs, opt_ins, complaints, confirms, cancels, helps, menus;
	uint64_t menu_unknown, menu_lost, webhooks, webhooks_open, fallbacks;
	uint64_t forwarded, by_last, unrouted, texts, held_back, machines, failed, given_up;
};
extern const struct stats_row reply_stats_rows[];
extern const size_t reply_stats_rows_n;

struct reply {
	struct loop *loop;
	struct reply_setup setup;
	struct session_hub *sessions;
	struct accounts *accounts;
	struct store *store;
	const struct reply_ops *ops;
	void *arg;
	struct reassembly *parts;
	struct keywords *keywords;
	struct reply_stats counters;
	struct stats *stats;
	struct menus *menus;
	struct list open;  /* struct mo not answered yet */
	struct list asked; /* struct asked: webhooks' answers that are not stored yet */
};

/* A part of a long text that is put together: kept until the text's effects are stored. */
struct held_part {
	char key[REASSEMBLY_KEY_MAX];
	uint8_t *frame; /* owned */
	uint32_t n;
};

/* A MO on its way: lives until its effects are stored. */
struct mo {
	struct list link;
	struct reply *reply;
	uint64_t session; /* handle; 0: nobody waits for an answer */
	uint32_t sequence, command_id;
	const struct carrier *carrier;
	int account;	  /* number, -1: nobody's */
	unsigned pending; /* effects not stored yet, and one while effects are still being found */
	bool failed;
	bool begun;			  /* Redis has been asked about it */
	bool copy;			  /* it came before: no effect */
	bool marked;			  /* Redis knows it as under way */
	char digest[STORE_MO_DIGEST + 1]; /* of what a copy of it has too; "" when it cannot come twice */
	int64_t begun_ms;		  /* UTC */
	struct list copies;		  /* struct mo: copies that came meanwhile, answered as it is */
	struct number from;		  /* n 0: no number */
	char code[24];			  /* where it was sent to */
	char place[MENU_PLACE_MAX];	  /* of the user in a menu of the code; "" : nowhere */
	bool chose_nothing;		  /* there */
	char stopped[STORE_SCOPE_MAX];	  /* what it has stopped; "" : nothing */
	bool shared;			  /* several own its code, and it is not known whom it answers */
	struct asked *asked;		  /* a webhook is to be asked when all is stored; owned */
	bool counted;			  /* among the answers of its number */
	bool answered;
	unsigned minute, day;		   /* answers of its number, with one to this */
	bool all_stopped, account_stopped; /* before it: for all accounts; for that of the message it answers */
	bool still_stopped;		   /* it starts again what a wider stop goes on to hold back */
	struct store_last last;		   /* the message that it answers; id 0: not known */
	char last_text[STORE_LAST_MAX];
	uint32_t events;	/* bits by enum event_kind: what to tell when all is stored */
	struct menu_conf *menu; /* a copy: the configuration may be read again before its answer goes out */
	struct menu_values values;
	bool whole;		      /* the last part of a long text came: its effects stand for the part */
	bool incomplete;	      /* ... its time was over without some of its parts */
	char key[REASSEMBLY_KEY_MAX]; /* of the part that this MO is; "" when it is none */
	struct held_part *parts;      /* that the effects replace; owned */
	size_t parts_n;
	uint8_t *frame; /* the text that has effects, as one PDU: what an app would get; owned */
	uint32_t frame_n;
	size_t text_n;
	char text[REPLY_TEXT_MAX]; /* UTF-8 */
};

/* --- reply_begin.c --- */

void reply_digest(struct mo *mo, const struct pdu *pdu);
/* Asks Redis about mo; reply_begun() comes once, or mo has failed. */
void reply_begin(struct mo *mo);
void reply_end(struct mo *mo); /* Redis is told how mo has ended */

/* --- reply.c: what keeps a MO open --- */

void reply_begun(struct mo *mo); /* what is known of it stands in mo: it has its effects now */

/*
 * An effect of mo was started with this outcome: 0, and reply_on_effect(token) comes once; -1, it cannot be now: the
 * carrier shall send the MO again. May be called from an effect's own callback, before reply_release().
 */
void reply_expect(struct mo *mo, int started);
void reply_release(struct mo *mo); /* one effect is over; the last one ends mo */
/* A store_fn: the effect of the MO whose reply_token() it is. */
void reply_on_effect(void *arg, uint64_t token, bool ok);
uint64_t reply_token(struct mo *mo);
struct mo *reply_of(uint64_t token);

/* --- reply_do.c --- */

/* The accounts whose sources the code begins with, by the longest; up to cap of them into out. */
size_t reply_owners(const struct reply *r, const char *code, size_t *out, size_t cap);

void reply_do(struct mo *mo);	   /* everything that a whole text does */
void reply_forward(struct mo *mo); /* to the app of its account, or to nobody's backlog */
/* A text back to the phone; nothing when it is "", the phone is none, or it has had too many. */
void reply_answer(struct mo *mo, const char *utf8);
/* Whether a keyword comes before menus wherever the user is. */
bool reply_goes_first(const struct keyword_conf *k);
/* Whether the phone may have an answer to this; says why not, and counts it. */
bool reply_may_answer(struct mo *mo);
const struct account *reply_account(const struct mo *mo); /* NULL: nobody's */

/* --- reply_keyword.c --- */

/* The row that the text means; NULL: it is no keyword. mo of nobody: what is said to all of us. */
const struct keyword_conf *reply_keyword(struct mo *mo);
void reply_do_keyword(struct mo *mo, const struct keyword_conf *k);
/* mo is nobody's, and a stop (or its end) all the same: it is of all accounts. */
void reply_do_unrouted(struct mo *mo);

/* --- reply_menu.c --- */

/*
 * The text is of an account, no keyword, and from a phone perhaps. True when it is for a menu: everything that follows
 * (also its way to the app, by reply_forward()) is the menu's then. False: the app gets it. keyword: it is one all the
 * same, and is for the menu only when it chooses from it.
 */
bool reply_menu(struct mo *mo, bool keyword);

/* --- reply_webhook.c --- */

void reply_webhook(struct mo *mo);    /* asks the webhook of mo->menu, by reply_webhook_go() */
void reply_webhook_go(struct mo *mo); /* mo is over: its webhook is asked, or not when mo failed */
void reply_webhook_drop(struct asked *a);
void reply_webhooks_free(struct reply *r);

#endif
