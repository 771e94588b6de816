/*
 * flow.h - the order of a message's life: judged, stored, answered, queued, sent, answered by the carrier, its receipt
 * matched, stored, delivered to the app, forgotten. The only file that knows this order. Creates and owns the rooms of
 * path/.
 */
#ifndef PATH_FLOW_H
#define PATH_FLOW_H

#include "link/account.h"
#include "link/carrier.h"
#include "path/backlog.h"
#include "path/brake.h"
#include "path/campaign.h"
#include "path/event.h"
#include "path/health.h"
#include "path/msg.h"
#include "path/lists.h"
#include "path/ported.h"
#include "path/reply.h"
#include "path/route.h"
#include "path/senders.h"
#include "path/store.h"
#include "path/store_history.h"
#include "policy/classes.h"
#include "policy/policy.h"
#include "policy/retry.h"

struct messages_conf { /* section messages: bounds and times of a message's life */
	struct conf_where where;
	int64_t max_held;	  /* messages in memory */
	int64_t validity;	  /* s: when the app gives none */
	int64_t attempts;	  /* submits per message */
	int64_t retry, retry_max; /* ms: first and longest pause after a temporary error */
	int64_t park;		  /* s: how long a receipt for an unknown id is kept */
	int64_t max_parked;
	int64_t schedule_max;	 /* s: how far ahead schedule_delivery_time may lie */
	int64_t max_bytes;	 /* octets of memory for messages; 0: no bound */
	int64_t query_keep;	 /* s: how long query_sm finds an ended message */
	int64_t doubt_keep;	 /* s: how long a message is held in doubt */
	int64_t policy_deadline; /* ms: how long the answer about a recipient is awaited */
	int64_t gather;		 /* s: how long parts of an app's text wait for the others */
	int64_t campaign_keep;	 /* s: how long what was counted of a campaign is kept */
};
extern const struct conf_row messages_rows[];

/* What main has read from the configuration; borrowed until flow_apply() takes another one. */
struct flow_conf {
	unsigned node;
	const char *system_id; /* ours, in bind responses */
	const struct store_conf *store;
	const struct messages_conf *messages;
	const struct health_conf *health;
	const struct events_conf *events;
	const struct limits_conf *limits;
	const struct listen_conf *listens;
	const struct account_conf *accounts;
	const struct carrier_conf *carriers;
	const struct route_conf *routes;
	const struct operator_conf *operators;
	const struct routing_conf *routing;
	const struct reply_conf *reply;
	const struct keyword_conf *keywords;
	const struct menu_conf *menus;
	const struct webhook_conf *webhooks;
	const struct class_conf *classes;
	const struct retry_conf *retries;
	const struct error_conf *errors;
	const struct code_conf *codes;
	const struct sender_conf *senders;
	const struct campaign_conf *campaigns;
	const struct brake_conf *brakes;
	struct policy_conf policy;
	size_t campaigns_n, brakes_n;
	size_t listens_n, accounts_n, carriers_n, routes_n, operators_n, keywords_n, menus_n, webhooks_n;
	size_t classes_n, retries_n, errors_n, codes_n, senders_n;
	uint64_t seed;		 /* of jitter and references; 0: random */
	struct archive *archive; /* where records go, borrowed for life; NULL: nowhere */
};

struct archive;
struct tally;
struct flow;
/* Checks what goes across sections (routes to carriers, class names, ...): faults as "file:line: message"; false with
 * faults. */
bool flow_check(const struct flow_conf *conf, char **errors);
/* What is no fault, but will be or is unsafe, as "file:line: warning: ..." lines; *warnings is NULL at first. */
void flow_warn(const struct flow_conf *conf, char **warnings);
/*
 * NULL with *errors when the configuration is faulty. Loading starts when Redis is up; apps are let in when the journal
 * is loaded, or after some seconds without Redis (their submits get ESME_RSYSERR then). on_fatal is called when it
 * cannot go on (a port cannot be listened on, another process has this node's journal).
 */
struct flow *flow_new(struct loop *loop, const struct flow_conf *conf, struct stats *stats,
		      void (*on_fatal)(const char *why, void *arg), void *arg, char **errors);
/* Begins to leave: no new binds, submits are refused, links unbind when what is out is answered. on_idle is called when
 * done. */
void flow_shutdown(struct flow *f, void (*on_idle)(void *arg), void *arg);
/*
 * For a successor, in two steps. flow_drain(): carriers get nothing new; on_dry is called when they have answered what
 * they had, after 5 s at the latest; apps go on as before. False when it drains or leaves already. flow_drain_stop()
 * takes it back. flow_yield(): as flow_shutdown(), but whoever has not answered within half a second is cut off.
 */
bool flow_drain(struct flow *f, void (*on_dry)(void *arg), void *arg);
void flow_drain_stop(struct flow *f);
void flow_yield(struct flow *f, void (*on_idle)(void *arg), void *arg);
void flow_free(struct flow *f);
/*
 * Another configuration, which has passed flow_check() and whose options without `reload` are those that hold
 * (conf_carry()), takes effect whole, or not at all. In steps, so that long rules do not hold up the loop:
 *   flow_prepare()    in the loop: who will be there. NULL with faults: nothing has changed
 *   flow_plan_build() in any thread, while the loop goes on by the old rules: the new ones are built. Borrows next
 *   flow_apply()      in the loop: sockets are opened, and then 0, the old configuration is not borrowed any more,
 *                     what waits goes by the new routes; or -1 with faults in *errors (free()): nothing has changed
 *   flow_plan_drop()  in the loop, in place of flow_apply(): nothing has changed
 *   flow_plan_free()  in any thread: frees what the change has replaced, or what was built in vain
 * One plan at a time; the flow must not be freed between flow_prepare() and flow_apply() or flow_plan_drop().
 */
struct flow_plan;
struct flow_plan *flow_prepare(struct flow *f, const struct flow_conf *next, char **errors);
void flow_plan_build(struct flow_plan *p);
__attribute__((warn_unused_result)) int flow_apply(struct flow_plan *p, char **errors);
void flow_plan_drop(struct flow_plan *p);
void flow_plan_free(struct flow_plan *p);

enum flow_phase { FLOW_WAITING /* for Redis */, FLOW_LOADING, FLOW_RUNNING, FLOW_LEAVING };
struct flow_status {
	enum flow_phase phase;
	bool store_up;
	bool listening; /* apps are let in */
	uint64_t store_lag_us, store_pending;
	uint64_t store_failed;	  /* writes, since the start */
	uint64_t messages, bytes; /* in memory */
	uint64_t by_state[MSG_STATES];
	uint64_t queued, parked;
	int64_t since_ms; /* UTC: when it started */
	/* Since the start: messages that ended; of these EXPIRED, and UNKNOWN; receipts and replies given up. */
	uint64_t ended, expired, unknown, dead_letters;
	int64_t review_ms; /* UTC: accepted, of the text that has waited longest for a review; 0: none waits */
};
struct flow_cancel { /* one of id, group, campaign, to */
	const struct account *account;
	uint64_t id;
	struct view group, campaign;
	const struct number *to;
};
/*
 * Takes back messages that no carrier has, for the operator; a campaign is looked for over many turns. 0: done() comes
 * once, now or later, with how many were cancelled and how many a carrier had already; -1: the store is away.
 */
__attribute__((warn_unused_result)) int flow_cancel(struct flow *f, const struct flow_cancel *what,
						    void (*done)(void *arg, unsigned cancelled, unsigned too_late),
						    void *arg);
/*
 * Every rule and policy that a submit would meet now, and what each says, line by line; nothing is sent or stored. 0:
 * done() comes once, now or later; -1: the question cannot be read, *why says so (static text).
 */
struct flow_question {
	struct account *account;
	const char *source, *dest; /* as the app would write them; source may be "" */
	const char *class_name;	   /* "" : as the account's messages are without one */
	const char *text;	   /* UTF-8; "": a short one */
};
__attribute__((warn_unused_result)) int flow_explain(struct flow *f, const struct flow_question *q,
						     void (*line)(void *arg, const char *text), void (*done)(void *arg),
						     void *arg, const char **why);
/*
 * A file of expectations of where messages go (route_test.h). line() gets each that does not hold or is left out:
 * "FILE:LINE: why".
 */
struct flow_route_count {
	unsigned passed, failed, skipped;
};
/* By a configuration that has passed flow_check(). 0, or -1 with *why (free()) when the file cannot be read. */
__attribute__((warn_unused_result)) int flow_check_routes(const struct flow_conf *conf, const char *file,
							  void (*line)(void *arg, const char *text), void *arg,
							  struct flow_route_count *count, char **why);
/*
 * By what holds now, ported numbers too, in slices. 0: done() comes once, later (also from flow_free()); -1 with *why
 * (free()): the file cannot be read, or another one is being checked.
 */
__attribute__((warn_unused_result)) int flow_route_test(struct flow *f, const char *file,
							void (*line)(void *arg, const char *text),
							void (*done)(void *arg, const struct flow_route_count *count),
							void *arg, char **why);
void flow_status(const struct flow *f, struct flow_status *out);
const char *flow_phase_name(enum flow_phase p);
struct accounts *flow_accounts(const struct flow *f);
struct carriers *flow_carriers(const struct flow *f);
struct ported *flow_ported(const struct flow *f);
const struct session *flow_session(const struct flow *f, uint64_t handle); /* NULL: it has ended */
struct tap *flow_tap(const struct flow *f); /* link/tap.h: captures PDUs of all sessions */
struct lists *flow_lists(const struct flow *f);
struct webhooks *flow_webhooks(const struct flow *f);
const struct tally *flow_tally(const struct flow *f);
const struct words *flow_words(const struct flow *f);		  /* good until the next reload */
bool flow_operator_known(const struct flow *f, const char *name); /* it stands in the configuration */
struct flow_waiting {						  /* for a carrier */
	uint64_t queued;
	int64_t oldest_ms; /* how long the one waits that waits longest; 0: none does */
};
/* By carrier number, in lanes that it serves now; all: over all carriers. */
void flow_waiting(const struct flow *f, struct flow_waiting *carriers, size_t n, struct flow_waiting *all);
void flow_carrier_health(const struct flow *f, const struct carrier *c, struct health_view *out);
uint64_t flow_carrier_queued(const struct flow *f, const struct carrier *c); /* in lanes that it serves now */
/* The form of a carrier's message ids in its receipts (idform.h), "learning" until it is known. Static text. */
const char *flow_carrier_id_form(const struct flow *f, const struct carrier *c);
/* Submits to a carrier whose answer did not come and that nothing has settled yet (contract 4). */
uint64_t flow_carrier_doubts(const struct flow *f, const struct carrier *c);
struct flow_doubt {
	uint64_t id; /* the message's */
	const char *account, *carrier, *class_name;
	struct view number; /* where it goes */
	int64_t since_ms;   /* UTC */
	bool held;	    /* waits for a receipt or the operator; else it was sent once more */
};
/* Each that is there at the beginning and not settled when its turn comes, oldest first; views are good until the next
 * turn. Ends before the flow. */
struct flow_doubts;
struct flow_doubts *flow_doubts_begin(struct flow *f);
bool flow_doubts_next(struct flow_doubts *l, struct flow_doubt *d); /* false: that was all */
void flow_doubts_end(struct flow_doubts *l);
/*
 * The operator settles what is held: sent once more, or ended as UNKNOWN. By id (0: all) and carrier (NULL: all). Very
 * many take several turns: done() comes once, now or later, with how many messages it were.
 */
void flow_doubts_settle(struct flow *f, uint64_t id, const struct carrier *c, bool resend,
			void (*done)(void *arg, unsigned n), void *arg);
struct flow_review { /* a text that waits for the operator; views are good for the turn, until the next is read */
	uint64_t id;
	const char *account, *class_name, *policy;
	struct view number, text;   /* text: UTF-8, at most 1 KiB of it */
	unsigned part, parts;	    /* of a text that the app has cut itself; 0: whole */
	int64_t since_ms, until_ms; /* UTC: accepted; ends by itself */
};
/* As flow_doubts_begin(); read() in the turn of its next(). */
struct flow_reviews;
struct flow_reviews *flow_reviews_begin(struct flow *f);
/* False: that was all. whose NULL: of an account that the configuration does not have any more. */
bool flow_reviews_next(struct flow_reviews *l, const struct account **whose);
void flow_reviews_read(struct flow_reviews *l, struct flow_review *r);
void flow_reviews_end(struct flow_reviews *l);
/* Lets them go, or ends them; by id (0: all; with a part go the others of its text) and account (NULL: all). done() as
 * for flow_doubts_settle(). */
void flow_review_settle(struct flow *f, uint64_t id, const struct account *a, bool go,
			void (*done)(void *arg, unsigned n), void *arg);
/* --- the history of this node in the store (store_history.h) --- */

/* 0, and the callback comes once, later; -1 when the store is away. */
__attribute__((warn_unused_result)) int flow_history_put(struct flow *f, int64_t minute, struct view octets,
							 store_history_fn fn, void *arg);
__attribute__((warn_unused_result)) int flow_history_get(struct flow *f, int64_t first, unsigned n,
							 const struct store_history_reader *reader, void *arg);

/* --- campaigns and brakes --- */

enum campaign_reply {
	CAMPAIGN_REPLY_ANY,	  /* an answer to a text of the campaign: told of each; one of those below may follow */
	CAMPAIGN_REPLY_STOP,	  /* it said stop */
	CAMPAIGN_REPLY_COMPLAINT, /* it complained; not told as a stop too */
};
/* A reply to a text of the account; campaign, variant: of that text, n 0: none. */
void flow_campaign_reply(struct flow *f, size_t account, struct view campaign, struct view variant,
			 enum campaign_reply kind);
struct flow_campaign_told {
	bool done;			    /* it is as ordered; else its state does not allow it */
	const struct campaign_control *now; /* NULL: not known, the store went away */
	unsigned cancelled, too_late;	    /* messages of this node, when it is cancelled */
};
typedef void (*flow_campaign_fn)(void *arg, const struct flow_campaign_told *told);
/* The operator's order. 0: fn is called once, later; -1: the store is away. */
__attribute__((warn_unused_result)) int flow_campaign_order(struct flow *f, const struct account *a, struct view name,
							    const struct campaign_order *order, flow_campaign_fn fn,
							    void *arg);
/* What stands in the store of one campaign; the list of all: "account:name" and the UTC ms of their last change (and
 * "epoch"). 0, or -1 when the store is away. */
__attribute__((warn_unused_result)) int flow_campaign_read(struct flow *f, const struct account *a, struct view name,
							   const struct store_hash_reader *reader, void *arg);
__attribute__((warn_unused_result)) int flow_campaign_list(struct flow *f, const struct store_hash_reader *reader,
							   void *arg);
void flow_campaign_forget(struct flow *f, const char *account, const char *name); /* out of the list */
struct flow_campaign_here {
	uint64_t waiting; /* at its gate, on this node */
	double rate;	  /* messages/s that left lately, all nodes; below 0: not known */
};
bool flow_campaign_here(const struct flow *f, const struct account *a, struct view name,
			struct flow_campaign_here *out); /* false: not in memory */
/* Every campaign that is in memory: campaign_account(), campaign_control(). */
void flow_campaigns_each(const struct flow *f, void (*fn)(void *arg, const struct campaign *c), void *arg);
struct flow_brake {
	const char *name, *why; /* name: account/carrier/class */
	int64_t since_ms;
};
void flow_brakes_each(const struct flow *f, void (*fn)(void *arg, const struct flow_brake *what), void *arg);
uint64_t flow_brakes_held(const struct flow *f); /* messages */
/* 0: fn is called once, later; done: it was braked. -1: the store is away. */
__attribute__((warn_unused_result)) int flow_brake_release(struct flow *f, const char *name,
							   void (*fn)(void *arg, bool ok, bool done), void *arg);

uint64_t flow_account_waiting(const struct flow *f, const struct account *a); /* receipts and MO in memory for it */
uint64_t flow_account_backlog(const struct flow *f, const struct account *a); /* entries of its backlog in the store */
/* The operator reads or changes an account's balance, thousandths of a yuan; reads the usage of a day (0: today).
 * fn or reader->done() is called once. -1: the store is away. */
__attribute__((warn_unused_result)) int flow_credit(struct flow *f, const struct account *a,
						    enum store_credit_what what, int64_t amount, store_credit_fn fn,
						    void *arg);
__attribute__((warn_unused_result)) int flow_usage(struct flow *f, unsigned day,
						   const struct store_usage_reader *reader, void *arg);
/* For the operator, as backlog_replay() and backlog_deadletters(): 0, or -1 when the store is away. */
__attribute__((warn_unused_result)) int flow_replay(struct flow *f, const struct account *a, int64_t since_ms,
						    backlog_replay_fn fn, void *arg);
__attribute__((warn_unused_result)) int flow_deadletters(struct flow *f, const struct account *a, int64_t since_ms,
							 const struct dead_reader *reader, void *arg);

#endif
