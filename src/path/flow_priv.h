/*
 * flow_priv.h - what flow.c (the order of a life) and flow_setup.c (building, loading, leaving) share. Nobody else
 * includes it.
 */
#ifndef PATH_FLOW_PRIV_H
#define PATH_FLOW_PRIV_H

#include "base/ids.h"
#include "base/map.h"
#include "path/address.h"
#include "path/brake.h"
#include "path/campaign.h"
#include "path/credit.h"
#include "path/deliver.h"
#include "path/doubts.h"
#include "path/event.h"
#include "path/finished.h"
#include "path/flow.h"
#include "path/flow_rows.h"
#include "path/flow_tell.h"
#include "path/index.h"
#include "path/lanes.h"
#include "path/match.h"
#include "path/outbox.h"
#include "path/outcome.h"
#include "path/parts.h"
#include "path/queue.h"
#include "path/relay.h"
#include "path/restore.h"
#include "path/share.h"
#include "path/submit.h"
#include "policy/classes.h"
#include "policy/policy.h"
#include "policy/retry.h"
#include "smpp/smpp_time.h"

struct checked { /* msg_check() of the submit made last: an account's next one has nearly always the same source */
	uint16_t account;
	uint8_t n; /* of source; 0: none yet, or it has none */
	uint8_t source[NUMBER_MAX];
	uint32_t check;
};

struct flow {
	struct loop *loop;
	struct flow_conf conf;
	enum flow_phase phase;
	struct ids ids;
	struct rng rng;
	struct msgs *msgs;
	struct conn_hub *conns;
	struct session_hub *sessions;
	struct accounts *accounts;
	struct carriers *carriers;
	struct routes *routes;
	struct ported *ported;
	struct lists *lists;
	struct queue *queue;
	struct match *match;
	struct index *index;
	struct doubts *doubts;
	struct retries *retries;
	struct senders *senders;
	struct lanes *taking; /* who takes from which lane */
	struct health *health;
	size_t lanes; /* of the queue */
	struct outbox *outbox;
	struct reply *reply;
	struct webhooks *webhooks; /* by number: webhooks_find() */
	struct store *store;
	struct restore *restore; /* while the journal is read and told; else NULL */
	struct stats *stats;
	struct flow_stats counters;
	struct class_rule rules[CLASSES];
	size_t accounts_n, carriers_n; /* of what stands by account and by carrier here */
	struct store_conf *store_conf; /* a copy: it cannot change */
	uint64_t *waiting;	       /* by account: messages that no carrier has taken yet (msg.counted) */
	enum class_id *default_class;  /* by account number */
	struct side **sides;	       /* by carrier: flow_next.c's */
	size_t sides_n;
	uint16_t epoch;		 /* of the rules, the hour, what is known of numbers: msg.epoch was decided by */
	int guessed;		 /* operator of the last flow_decide(), when it is a guess, or ROUTE_NO_OPERATOR */
	int operator_;		 /* ... and the one that the number is at, as far as is known; or ROUTE_NO_OPERATOR */
	uint32_t walked;	 /* how far those that wait have been looked at after a change */
	bool hours_changed;	 /* ... and those that are held for their time, too */
	int64_t hours_ms;	 /* UTC: next change of rules by the hour */
	uint8_t *rounds;	 /* by carrier: refusals for pace; what was announced before is in the queue again */
	struct list **announced; /* by carrier: HELD messages that the store knows of, next to go */
	struct list asking;	 /* HELD messages whose recipient is asked about before they leave, in order */
	struct list unknown;	 /* found at start, HELD: what their recipients say could not be heard, in order */
	uint64_t *unsettled;	 /* by carrier: messages with unsettled set; bounds what a crash would send twice */
	struct map *opted;	 /* (scope, number) that said stop in this process' life, by two hashes */
	struct list redo;	 /* messages whose write is owed */
	struct list redoing;	 /* those whose turn it is, in steps */
	struct walk redoing_doubts;
	bool outbox_waits; /* until all of that has been made: then it is told that the store is up */
	struct list debts;
	struct timer redo_step, redo_timer, listen_timer, leave_timer, drain_timer, health_timer, walk_timer,
		hours_timer;
	uint64_t *doubtful;			       /* ids refused to apps whose record may be in the store */
	size_t doubtful_n, doubtful_cap, doubtful_due; /* due: those whose turn it is */
	bool doubts_owed;			       /* a KIN_DOUBT whose entry in the store is owed (msg.redo) */
	struct route_job *route_job;		       /* expectations that are being checked; NULL: none */
	bool listening;
	bool draining; /* nothing new goes to carriers */
	int64_t leave_until_ms, abort_ms, drain_until_ms;
	void (*on_dry)(void *arg);
	void *on_dry_arg;
	int64_t since_ms;
	void (*on_idle)(void *arg);
	void *on_idle_arg;
	void (*on_fatal)(const char *why, void *arg);
	void *on_fatal_arg;
	struct finished *finished;
	struct credit *credit;
	struct memo *memo;     /* last messages that the store does not have; NULL: none yet */
	struct events *events; /* flow_event.c's */
	uint32_t event_set;    /* events that are written, as bits */
	bool event_unstored;   /* also those of messages that are not stored */
	struct list asked;     /* struct asked */
	struct list steps;     /* flow_steps.c's: what is done to many, and is not done yet; leaving waits for it */
	struct timer steps_timer;
	struct policy *policy;
	struct policing *policing; /* flow_policy.c's */
	bool texts_by_carrier;	   /* some rules of texts are a carrier's: asked again before a message leaves by it */
	struct watch *watch;	   /* flow_watch.c's; NULL: nobody watches a number */
	struct map *gathering;	   /* texts whose parts are awaited */
	struct list gatherings;	   /* the same */
	struct list wholes;	   /* struct whole of flow_whole.c */
	struct walk_list reviews;  /* messages held for review */
	const char *refusing;	   /* policy that the next answer to an app names; NULL: none */
	const char *refused_by;	   /* policy that has refused what is being answered; NULL: none */
	struct tallying *tallying; /* flow_tally.c's */
	char *cdr_text;		   /* flow_cdr.c's room for a text */
	struct heads *heads;	   /* flow_cdr.c's */
	struct campaigns *campaigns;
	struct list entering; /* messages that are not stored yet: how their campaign stands is being read */
	struct list gates;    /* struct campaign_gate: those with something to do */
	struct timer gates_timer, words_timer, ask_timer;
	struct clock_watch *clock; /* flow_clock.c's */
	struct braking *braking;   /* flow_brake.c's */
	struct depth *depth;	   /* by carrier: how many wait in its lanes, counted once a turn */
	struct checked checked;	   /* flow_accept.c's */
	struct submit_scratch submit;
	struct relay_scratch relay;
	struct address_room room;
	char sender[SENDER_MAX + 1];		       /* that the message being pulled leaves with */
	struct smpp_time_read done_date;	       /* of the receipt that was read last */
	uint8_t frame[RECORD_MAX], parked[RECORD_MAX]; /* parked: a receipt taken out of match, while it is worked on */
};

struct flow_names { /* numbers of accounts and carriers by name, for what is built from a configuration */
	const struct flow_conf *conf;
	struct flow *flow; /* a reload of this one, with the plans; NULL: the start */
	const struct accounts_plan *accounts;
	const struct carriers_plan *carriers;
	struct routes *routes; /* of a reload: the copy in which its rules are built */
};

struct flow_built {
	struct routes *routes; /* of a reload: NULL, they stand in the copy */
	struct retries *retries;
	struct senders *senders;
	struct policy *policy;
	struct class_rule rules[CLASSES];
};

extern const struct account_ops flow_account_ops;
extern const struct carrier_ops flow_carrier_ops;
extern const struct outbox_ops flow_outbox_ops;
extern const struct reply_ops flow_reply_ops;

#define FLOW_NOTHING ((struct view){NULL, 0})

/* Writes that are owed to the store: what to do again. */
enum flow_redo { REDO_CID = 1, REDO_CLOSE, REDO_LEAVE, REDO_EVICT, REDO_MARK, REDO_DOUBT, REDO_ANNOUNCE, REDO_RECORD };

/* One request that concerns several messages: answered once, when each share is settled (submit_multi, cancel_sm of
 * many, a text of ours in parts). Begins the struct of who makes it; msg.peer points to it while a share is owed. */
struct wave {
	struct flow *flow;
	unsigned pending; /* shares owed, and one while they are being made */
	/* One share: status ESME_ROK or why not; m is the message. May be NULL. */
	void (*share)(struct wave *w, struct msg *m, uint32_t status);
	void (*done)(struct wave *w); /* all settled; frees it */
};

/* A request of an app (or the operator) whose answer comes later; done() answers and frees it. */
struct asked {
	struct wave wave;
	struct list link; /* in flow.asked, so that none outlives the flow */
	uint64_t session;
	uint32_t command_id, sequence;
};

struct depth {
	uint64_t turn, n;
};

/* A parked receipt whose effect is not stored yet: until then it stays in the store. */
struct debt {
	struct list link; /* in flow.debts */
	size_t carrier;
	uint32_t n;
	char id[IDFORM_MAX]; /* that it is parked under */
};

struct words { /* the carrier's own words about an end */
	struct view stat, err;
	int64_t done_ms; /* UTC: when it says that it was; 0: now */
};

/* flow.c */
void flow_set_state(struct flow *f, struct msg *m, enum msg_state state);
void flow_set_timer(struct flow *f, struct msg *m, int64_t at_wall_ms);
void flow_set_timer_to_end(struct flow *f, struct msg *m); /* of its validity */
/* Takes a message that no carrier has out of where it waits (held, queued); false when it is past that. */
bool flow_withdraw(struct flow *f, struct msg *m);
struct msg *flow_take(struct flow *f);	   /* a part, an earlier submit, a note; NULL at the bound */
struct msg *flow_take_new(struct flow *f); /* a new message: max_held leaves room for what comes of those there are */
void flow_drop(struct flow *f, struct msg *m); /* out of every list and index, freed */
/* The app's next answer refuses by this policy: named to apps that want it. */
void flow_refuses_by(struct flow *f, const struct account *a, const char *policy);
void flow_answer(struct flow *f, uint64_t session, uint32_t command, uint32_t sequence, uint32_t status,
		 struct view id);
/* flow_kind.c */
/* What the carrier's kind asks of a PDU that leaves for it: our id that its receipts quote, no receipts wanted. */
void flow_dress(struct flow *f, const struct carrier *c, struct msg *m, bool with_tlvs, struct pdu *pdu);
/* The id (canonical) that the carrier's receipts for m quote, m being answered by resp; its length, 0: none. */
size_t flow_id_quoted(const struct flow *f, const struct carrier *c, struct msg *m, const struct pdu *resp,
		      char out[IDFORM_MAX]);
/* m is taken (AWAITING): of a carrier that sends no receipts that is its end. True: m has ended. */
bool flow_ack_is_final(struct flow *f, const struct carrier *c, struct msg *m);
/* Answers a carrier's request; s may be gone. */
void flow_answer_carrier(struct flow *f, uint64_t session, uint32_t command, uint32_t sequence, uint32_t status);

/* flow.c */
void flow_owe(struct msg *m, enum msg_owes owes, struct session *s, const struct pdu *pdu);
void flow_owe_parked(struct flow *f, struct msg *m, size_t carrier, struct view parked_id);
void flow_owe_wave(struct msg *m, struct wave *w);
void flow_wave_settle(struct wave *w, struct msg *m, uint32_t status); /* one share, or the maker's own (m NULL) */
/* The owed answer to who submitted m; statuses are the account's plain ones when it wants that. */
void flow_answer_app(struct flow *f, struct msg *m, uint32_t status);
/* The other owed answers: to a carrier for its receipt (failed: it shall come again), or a share of a wave. */
void flow_answer_stored(struct flow *f, struct msg *m, bool ok);
void flow_redo_later(struct flow *f, struct msg *m, enum flow_redo what);
void flow_redo_doubt(struct flow *f, struct msg *k);
void flow_redo_none(struct msg *m);
void flow_doubt(struct flow *f, uint64_t id); /* a record of a refused submit may be in the store: remove it later */
bool flow_owes_writes(const struct flow *f);
/* Makes what is owed, as much as does not make the turn long; the rest in the turns that follow. */
void flow_redo_all(struct flow *f);

/* A request that is answered later: size octets, zeroed, struct asked first. */
struct asked *flow_ask(struct flow *f, size_t size, uint64_t session, const struct pdu *pdu);
void flow_asked_free(struct asked *x);
void flow_answer_asked(struct flow *f); /* at the end of all: whatever has not been answered */

/* flow_setup.c */
/* False with faults. For a reload it may be called in a thread: it only reads what a reload alone changes. */
bool flow_build(struct flow_names *names, struct flow_built *out, char **errors);
void flow_built_free(struct flow_built *built); /* in any thread */

/* flow_reload.c */
void flow_take_built(struct flow *f, struct flow_built *built); /* in place of what was before, which it gets */
/* There are more accounts or carriers, or their options are others: what stands here by their numbers follows. */
void flow_grow(struct flow *f);

/* flow_load.c */
/* Found at start: its number may have said stop before that. It goes on, or ends, when that is known. */
void flow_recheck(struct flow *f, struct msg *m);

/* flow_accept.c */
void flow_request(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu); /* any of an app */
/* Counts and logs it; and answers it too. */
void flow_note_refusal(struct flow *f, const struct account *a, uint32_t command_id, uint32_t status, const char *why);
void flow_refuse(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu, uint32_t status,
		 const char *why);
/*
 * Judges a submit_sm and makes its message, or NULL with the status to answer and why. app_id: the id that the app
 * shall know it by; 0: its own. The caller says who is owed the answer, then calls flow_start().
 */
struct msg *flow_make(struct flow *f, struct account *a, const struct pdu *pdu, uint64_t app_id, uint32_t *status,
		      const char **why);
/* What a submit is answered by its fields, source and route; gives its source too, the account's code when it has none.
 */
uint32_t flow_judge(struct flow *f, struct account *a, struct pdu *pdu, struct submit *sub, const char **why);
/* Then whether there is room for it: the store is there, and no bound is reached (*bound, FLOW_BOUNDS: none). */
uint32_t flow_judge_room(struct flow *f, struct account *a, const struct pdu *pdu, const struct submit *sub,
			 enum flow_bound *bound, const char **why);
void flow_start(struct flow *f, struct msg *m); /* judged by policy, stored, answered */
void flow_taken(struct flow *f, struct msg *m); /* a carrier has it, or it has ended: no longer counted as waiting */
void flow_count_waiting(struct flow *f, struct msg *m);
struct submit_limits flow_limits(const struct flow *f);
int flow_send_text(void *arg, size_t account, const char *source, const struct number *to, const char *utf8,
		   store_fn fn, uint64_t token);
void flow_begin(struct flow *f, struct msg *m); /* stored: hold it or queue it */

/* flow_sender.c */
/* A submit's source, the account's own code when it has none; ESME_ROK or ESME_RINVSRCADR and why. */
uint32_t flow_judge_source(const struct flow *f, const struct account *a, struct submit *sub, struct pdu *pdu,
			   const char **why);
/* What an app means that names no source in a query, cancel or replace: what its submits of its own class get. */
struct pdu_addr flow_source_of(const struct flow *f, const struct account *a, struct pdu_addr src);
/* Whether a carrier of the route has room for the extension behind its code. */
bool flow_sender_fits(const struct flow *f, size_t account, enum class_id class_id, const struct pdu *pdu,
		      const struct route *route);
/* The source that the carrier gets, into pdu; good until the next one. False: no code of its pool leaves room. */
bool flow_set_sender(struct flow *f, const struct carrier *c, const struct msg *m, struct pdu *pdu);
void flow_other_sender(struct flow *f, struct msg *m); /* it did not fit: to the next carrier, or its end */
struct flow_sent {
	struct pdu pdu;
	char code[SENDER_MAX + 1];
};
/* A carrier's PDU as if it were for the code that the app sent from; borrows pdu and room. */
const struct pdu *flow_sent_to(const struct flow *f, const struct carrier *c, const struct pdu *pdu,
			       struct flow_sent *room);

void flow_store_message(struct flow *f, struct msg *m); /* judged by policy: reserved, stored, answered */

/* flow_words.c */
void flow_words_watch(struct flow *f); /* after the policy was built */
void flow_words_stop(struct flow *f);

/* flow_policy.c */
void flow_policy_init(struct flow *f);
void flow_policy_free(struct flow *f);
/* A submit by what it says: ESME_ROK, its text perhaps another one now; or the status to answer and *why, good until
 * the next call. */
uint32_t flow_judge_policy(struct flow *f, const struct account *a, struct pdu *pdu, struct submit *sub,
			   const char **why);
void flow_policy_made(struct flow *f, const struct msg *m); /* of the submit judged last */
void flow_recipient_late(struct flow *f, struct msg *m);    /* no answer in time */
/*
 * m waits and is to have the text that was judged last (sign: of its signature). True: its recipient must be asked;
 * then the answer (NULL: there is none) says ESME_ROK, or what the app is answered, noted already. f->refusing is set.
 */
bool flow_asks_about_text(struct flow *f, const struct msg *m, uint32_t sign, struct recipient_ask *ask);
uint32_t flow_text_answered(struct flow *f, const struct msg *m, uint32_t sign, const struct recipient_answer *answer);
/* It has that text now: one that is too short to be compared forgets what the one before was compared by. */
void flow_text_replaced(struct flow *f, const struct msg *m);
/* Ends one that was acknowledged, by a verdict that has been counted; m is in no list. */
void flow_end_by(struct flow *f, struct msg *m, enum policy_id id);
void flow_policy_resume(struct flow *f, struct msg *m); /* found at start, not sent: it may have to be gathered again */
/*
 * Taken out of the queue for a carrier, where texts_by_carrier: its text becomes what this carrier's rules ask for.
 * False: it may not go by it, and has ended.
 */
bool flow_text_suits(struct flow *f, struct msg *m, uint16_t carrier);
/* Taken out of the queue for a carrier: true, it waits for the hours of contact, or has ended. */
bool flow_waits_for_hours(struct flow *f, struct msg *m, uint16_t carrier);

/* flow_lists.c */
void flow_lists_make(struct flow *f);

/* flow_hours.c */
void flow_find_due(struct flow *f, struct msg *m);	 /* sets due_ms */
void flow_wait_until_due(struct flow *f, struct msg *m); /* or the end of its validity: sets its timer */
void flow_due_changed(struct flow *f, struct msg *m);
/* Whether it is held at that time (UTC ms) for nothing but its own. */
bool flow_waits_for_time(const struct msg *m, int64_t now_ms);

/* ---- flow_clock.c ---- */
struct clock_watch *flow_clock_new(struct flow *f);
void flow_clock_free(struct clock_watch *w);
void flow_uncount(struct flow *f, struct msg *m); /* m goes without having been acknowledged: its counts go back */
void flow_policy_ended(struct flow *f, struct msg *m, enum finish how); /* what it has counted may go back */
/*
 * For who only asks: what each policy says of a submit, and what there is to ask about its recipient (false: nothing).
 * ask borrows pdu, sub and what the next submit overwrites. *status and *why: what it would be answered.
 */
struct flow_look {
	void (*found)(void *arg, const struct policy_finding *what);
	void *arg;
	struct policy_asks asks;
	struct recipient_ask ask;
	struct policy_verdict verdict; /* of the first that refuses */
};
bool flow_policy_look(struct flow *f, const struct account *a, const struct pdu *pdu, const struct submit *sub,
		      struct flow_look *look);
/* The subject of a message whose submit was not the last one judged. */
struct policy_subject *flow_subject_again(struct flow *f, const struct msg *m);
struct policy_subject *flow_subject_whole(struct flow *f, struct msg *const *parts, size_t n);

/* flow_ask.c */
bool flow_must_recheck(const struct flow *f, const struct msg *m); /* found at start: flow_recheck() first */
/*
 * Taken out of the queue for m's carrier, after a while there: true, it waits until its recipient is asked about. next:
 * not out of the queue, but as what was to go next (flow_go_next()).
 */
bool flow_asks_again(struct flow *f, struct msg *m, bool next);
void flow_ask_left(struct flow *f, struct msg *m); /* m does not wait for that any more: those behind it may go */
void flow_ask_init(struct flow *f);
void flow_ask_free(struct flow *f);

/* flow_campaign.c */
void flow_campaign_init(struct flow *f);
void flow_campaign_set(struct flow *f); /* other rows */
void flow_campaign_free(struct flow *f);
/* A new message: the campaign that its PDU names; false: there are too many campaigns. */
bool flow_campaign_name(struct flow *f, struct msg *m, const struct pdu *pdu);
void flow_campaign_restored(struct flow *f, struct msg *m); /* found at start, not ended */
void flow_campaign_gone(struct flow *f, struct msg *m);	    /* m is being freed */
void flow_campaign_count(struct flow *f, const struct msg *m, enum campaign_counter c);
void flow_campaign_refused(struct flow *f, const struct account *a, const struct pdu *pdu); /* a submit, by a policy */
void flow_campaign_sent(struct flow *f, const struct carrier *c, const struct msg *m);	    /* m or a part of it */
void flow_campaign_ended(struct flow *f, const struct msg *m, enum finish how);
void flow_campaign_answered(struct flow *f, const struct reply_event *e); /* a reply, to a message or not */
/* Not stored yet: true, m waits to hear how its campaign stands (then flow_start()), or has been refused. */
bool flow_campaign_enters(struct flow *f, struct msg *m);
/* m.campaign, to be queued, in no list: true, it waits at the gate, or has ended. */
bool flow_campaign_holds(struct flow *f, struct msg *m);
bool flow_campaign_passes(struct flow *f, struct msg *m);     /* taken by a carrier: false as above */
void flow_campaign_left(const struct flow *f, struct msg *m); /* it is not at the gate any more */
bool flow_campaign_cancelled(const struct flow *f, const struct msg *m);

/* flow_brake.c */
void flow_brake_init(struct flow *f);
void flow_brake_set(struct flow *f); /* other rows, accounts or carriers */
void flow_brake_free(struct flow *f);
/* To be queued, or taken by a carrier (BRAKE_ANY: not yet): true, it waits until the brake is released. */
bool flow_brake_holds(struct flow *f, struct msg *m, size_t carrier);
void flow_brake_left(struct flow *f, struct msg *m);
void flow_brake_ended(struct flow *f, const struct msg *m, enum finish how);
void flow_brake_reply(struct flow *f, size_t account, enum campaign_reply kind);
void flow_brakes_changed(struct flow *f); /* in the store: they are read */
void flow_brakes_tick(struct flow *f);

/* flow_gather.c */
void flow_gather_init(struct flow *f);
void flow_gather_free(struct flow *f);
void flow_gather(struct flow *f, struct msg *m); /* m.gathering, and stored */
uint64_t flow_text_key(const struct msg *m);	 /* the same for all parts of an app's text; 0: it is no part */

/* flow_whole.c */
void flow_judge_whole(struct flow *f, struct msg *const *parts, size_t n); /* gathered, HELD, in their order */
void flow_whole_free(struct flow *f);

/* Whose a message is, by its number; MSG_NO_ACCOUNT: the configuration has that account no more. */
static inline struct account *flow_account_of(const struct flow *f, size_t number)
{
	return number == MSG_NO_ACCOUNT ? NULL : accounts_at(f->accounts, number);
}
static inline const char *flow_account_name(const struct flow *f, size_t number) /* "-": it is gone */
{
	const struct account *a = flow_account_of(f, number);
	return a ? account_name(a) : "-";
}
static inline enum charset flow_account_dcs0(const struct flow *f, size_t number) /* what its data_coding 0 means */
{
	const struct account *a = flow_account_of(f, number);
	return a ? (enum charset)account_conf(a)->dcs0 : CHARSET_GSM7;
}

/* flow_review.c */
void flow_hold_review(struct flow *f, struct msg *m);
void flow_let_go(struct flow *f, struct msg *m); /* HELD for a verdict, in no list: it may go */
int64_t flow_review_since(const struct flow *f); /* UTC: the oldest that is held for review; 0: none is */

/* flow_credit.c */
/*
 * Reserves what m costs when its account is prepaid: true when m waits for that, or has been refused;
 * flow_store_message() follows then.
 */
bool flow_reserve(struct flow *f, struct msg *m);
/* What a text is paid as: the parts that the first carrier of the route would get; one payload counts as the phone gets
 * it. */
unsigned flow_segments(struct flow *f, const struct account *a, uint16_t number, const struct pdu *pdu);
void flow_unreserve(struct flow *f, struct msg *m); /* m goes without an end: what is reserved for it goes back */
void flow_pay(struct flow *f, struct msg *m);	    /* m has its final state */
void flow_unclaimed(void *arg, uint64_t id);	    /* restore.h */

/* flow_multi.c */
void flow_take_multi(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu);

/* flow_query.c */
void flow_take_query(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu);
uint8_t flow_error_code(struct view err); /* a carrier's err as error_code; 0 when it is no number up to 255 */

/* flow_cancel.c */
void flow_take_cancel(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu);
bool flow_is_waiting(const struct flow *f, const struct msg *m); /* held or queued, and no carrier may have it */

int flow_cancel_series(struct flow *f, size_t account, const struct number *to, struct view group, store_fn fn,
		       uint64_t token); /* reply.h */

/* flow_steps.c */
struct steps {			       /* something done to very many messages; embedded by its owner */
	struct list link;	       /* list_init() first */
	bool (*some)(struct steps *s); /* some 10 us of it; false: that was all */
	void (*done)(struct steps *s); /* once, after that; may free s */
};
void flow_steps_start(struct flow *f, struct steps *s); /* the first steps at once: a short one is done by then */
void flow_steps_stop(struct steps *s);			/* it is not done to the end; harmless when it is */

/*
 * The operator's order about what stands in a list: each that is there when it begins is shown to settle(), in steps;
 * then done() is told how many that settled. The first member of what its owner knows of it.
 */
struct sweep {
	struct asked asked;
	struct steps steps;
	struct walk walk;
	struct walk_list *over;
	bool (*settle)(struct sweep *s, struct msg *m); /* true: it is one more; may take m out */
	unsigned n;
	void (*done)(void *arg, unsigned n);
	void *arg;
};
struct sweep *flow_sweep(struct flow *f, size_t size, void (*done)(void *arg, unsigned n),
			 void *arg); /* size: zeroed */
void flow_sweep_start(struct sweep *s, struct walk_list *over, bool (*settle)(struct sweep *s, struct msg *m));

/* flow_ops.c */
void flow_take_replace(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu);
void flow_store_again(struct flow *f, struct msg *m);	/* REDO_RECORD: the record as it is in memory, then on */
void flow_replace_older(struct flow *f, struct msg *m); /* m is stored: ends what it replaces */

/* flow_route.c */
struct flow_way { /* what decides a route */
	const struct number *to;
	uint16_t account;
	enum class_id class_id;
	struct view source;
	const struct pdu *part; /* a submit that may be a part of a text: all parts of it go one way; NULL: none */
};
int flow_decide(struct flow *f, const struct flow_way *w); /* the number of its route now; -1: no rule holds */
void flow_query_of(const struct flow *f, const struct flow_way *w, struct route_query *q); /* what routes are asked */
/* After an error: to the network where its number is said to be, or to the next carrier; false: neither is there. */
bool flow_elsewhere(struct flow *f, struct msg *m, const struct retry_reading *r);
void flow_network_right(struct flow *f, struct msg *m); /* m was delivered where it was guessed to be */
/* Whether one part may be sent by a carrier of the route for what its class may cost. */
bool flow_affordable(const struct flow *f, uint16_t route, enum class_id class_id);
/* Gives m this route, less carriers that have failed or would cost too much; false: none is left. */
bool flow_set_way(struct flow *f, struct msg *m, uint16_t home);
/*
 * Decides again when something has changed since m's route was decided. False: m waits for another hour, or has ended.
 * m is in no list.
 */
bool flow_on_its_way(struct flow *f, struct msg *m);
void flow_routes_changed(struct flow *f); /* rules, or what is known of many numbers: all that wait are looked at */
bool flow_next_carrier(struct flow *f, struct msg *m);	/* the lane of the carriers that are left; false: none */
bool flow_same_carriers(struct flow *f, struct msg *m); /* the same ones again, less those too dear; false: none */
bool flow_all_carriers(struct flow *f, struct msg *m);	/* all but those that took it and could not deliver it */
/* After a restart: attempts, and the carriers that it is not to go to again, are known by its earlier submits. */
void flow_recall(struct flow *f, struct msg *m);

/* flow_route_test.c */
void flow_route_test_end(struct flow *f); /* what is being checked is answered as far as it is */

/* flow_next.c */
void flow_next_init(struct flow *f);
void flow_next_grow(struct flow *f); /* carriers or accounts were added, or their options changed */
void flow_next_free(struct flow *f);
void flow_find_takers(struct flow *f); /* a carrier went up or down, or its health or price has changed */
void flow_grow_lanes(struct flow *f);  /* routes may have been added */
uint16_t flow_taker(const struct flow *f, size_t lane);		    /* who takes first, or would when it were up */
bool flow_takes(const struct flow *f, size_t lane, size_t carrier); /* whether this carrier takes from the lane now */
void flow_enqueue(struct flow *f, struct msg *m);
void flow_put_near(struct flow *f, struct msg *m, struct msg *near); /* the same, looked for from one beside it */
void flow_put_back(struct flow *f, struct msg *m);		     /* to its own place, by the rules that hold now */
struct flow_taking {						     /* from where a message was taken */
	size_t lane, turn;
	uint8_t waiting; /* classes */
};
struct msg *flow_take_next(struct flow *f, size_t carrier, struct flow_taking *t); /* NULL: nothing, or not its turn */
/* It was taken for good, as n messages. Else flow_untake(): it is the next again. */
void flow_took(struct flow *f, size_t carrier, const struct flow_taking *t, const struct msg *m, unsigned n);
void flow_untake(struct flow *f, struct msg *m);
/* The carrier could send, but nothing of what waits (a bound, a ceiling, too few tokens): nobody waits for its turn. */
void flow_cannot_take(struct flow *f, size_t carrier);
void flow_wake_next_turn(struct flow *f, size_t carrier); /* from inside a pull */

/* flow_send.c */
int flow_store_leg(struct flow *f, struct msg *m, char mark, store_fn fn); /* m's carrier id into the store; -1: down */
void flow_store_cid(struct flow *f, struct msg *m); /* the same for one whose receipt is awaited; owed until done */
/*
 * An id for what its carrier gave no usable one: that it was taken must be known after a restart, or it would be sent
 * again. No canonical id of a carrier begins with 0 and goes on, so no receipt fits it. 0, or -1 without memory.
 */
int flow_make_up_id(struct flow *f, struct msg *m);
void flow_settle(struct flow *f, struct msg *m); /* a crash would not send it again: stored as taken, or not taken */
void flow_await(struct flow *f, struct msg *m);	 /* a carrier has it: its receipt is awaited */
void flow_carrier_took(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp);
/* What a carrier takes of an account's messages; a NULL: nothing is known of it. Borrows their configurations, for the
 * turn. */
struct relay_peer flow_peer_of(const struct carrier *c, const struct account *a, bool with_tlvs);

void flow_unsettle(struct flow *f, struct msg *m);

/* flow_stop.c */
/* In this process, at once: other nodes and the next start hear of it by the store. */
void flow_opted(struct flow *f, const struct reply_scope *scope, const struct number *n, bool out);
/* Whether the owner of m's number has stopped it, in the life of this process; only promotional texts can be. */
bool flow_has_opted_out(const struct flow *f, const struct msg *m);

/* flow_last.c */
/* Of those in memory; a reply_ops.recent. */
void flow_find_last(void *flow, const struct store_mo_ask *ask, struct store_recent *out);
void flow_note_last(struct flow *f, struct msg *m); /* a carrier has it: a reply to its code answers it */

/* flow_announce.c */
bool flow_must_announce(const struct flow *f, const struct msg *m);
void flow_announce(struct flow *f, struct msg *m); /* m is held until the store knows; then it is in its place again */
void flow_go_next(struct flow *f, struct msg *m);  /* behind what is announced to m's carrier, before all that waits */
struct msg *flow_next_announced(struct flow *f, size_t carrier); /* NULL: none */
void flow_announced_first(struct flow *f, struct msg *m);	 /* before all that are announced to its carrier */
void flow_announced_back(struct flow *f, size_t carrier);	 /* it is down: theirs is the queue again */
void flow_announce_again(struct flow *f, struct msg *m);
/*
 * The mark of a doubt of m, that has been answered after all, is m's announcement again: it goes when the carrier's own
 * id is stored, not before. False: the doubt has no such mark.
 */
bool flow_mark_back(struct flow *f, struct msg *m, struct msg *k);
void flow_unmark(struct flow *f, struct msg *m);     /* the carrier's id is stored: its announcement may go */
void flow_unannounce(struct flow *f, struct msg *m); /* this carrier does not get it, or its own id is known now */

/* flow_receipt.c */
void flow_carrier_request(struct carrier *c, struct session *s, const struct pdu *pdu, void *arg);
void flow_unpark(struct flow *f, struct carrier *c, struct msg *m); /* m's id is known now: was its receipt early? */
void flow_past_taken(struct flow *f, struct carrier *c, struct msg *k, const struct pdu *resp); /* a doubt, answered */
void flow_forget_parked(struct flow *f, size_t carrier, struct view parked_id);			/* out of the store */
void flow_parked_again(struct flow *f, size_t carrier, struct view cid, struct view frame);
void flow_parked_expired(void *arg, size_t carrier, struct view cid, struct view frame, int64_t at_ms);

/* flow_again.c */
/* m's present submit becomes kin of m; m has no carrier id then. NULL at the bound of messages. */
struct msg *flow_set_aside(struct flow *f, struct msg *m, enum msg_kin kind);
void flow_refused(struct flow *f, struct carrier *c, struct msg *m, uint32_t status);
/* A failed receipt: true when m goes on, by another carrier or the same; its owed answer is taken care of. */
bool flow_failed_again(struct flow *f, struct msg *m, enum message_state state, const struct words *w);
void flow_mark(struct flow *f, struct msg *k); /* a kin's final_state into the store, owed until done */
void flow_in_doubt(struct flow *f, struct carrier *c, struct msg *m, enum session_outcome outcome);
void flow_answered_late(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp);
void flow_hold_doubt(struct flow *f, struct msg *m);
void flow_store_doubt(struct flow *f, struct msg *k);
struct msg *flow_last_doubt(const struct flow *f, const struct msg *m); /* NULL: none */
void flow_release_doubt(struct flow *f, struct msg *k);
void flow_doubt_over(struct flow *f, struct msg *k); /* frees k */

/* flow_parts.c */
void flow_split(struct flow *f, struct msg *m,
		const struct relay_peer *peer); /* m becomes parts, queued in its place */
/* What peer, made for its message, is for a part: its text is in the words in which it was cut. */
void flow_part_peer(const struct flow *f, struct msg *k, struct relay_peer *peer);
void flow_part_ended(struct flow *f, struct msg *k, enum finish how, const struct words *w);
/* Mode 2: a carrier has taken m; the app is answered when it has all of the text. m's state is set after. */
void flow_forward_answer(struct flow *f, struct msg *m);
/* For the store: how the text was cut, and how this part has ended. */
struct view flow_part_why(const struct flow *f, struct msg *k, char out[LEG_WHY_MAX]);
void flow_parts_withdraw(struct flow *f, struct msg *m); /* m ends otherwise: no part of it is sent any more */
void flow_parts_more(struct flow *f, struct msg *m);	 /* parts that had no room are made */
void flow_parts_check(struct flow *f, struct msg *m);
bool flow_parts_resume(struct flow *f, struct msg *m); /* after a restart; false: it has no parts */
/* A receipt that does not end the message, or that of one part; its own record; NULL at the bound. */
struct msg *flow_make_note(struct flow *f, const struct msg *whole, const struct msg *of, uint8_t flags,
			   enum message_state state, const struct words *w);

/* flow_load.c */
extern const struct store_ops flow_store_ops;
void flow_form_learnt(void *arg, size_t carrier, enum idform form); /* match.h: kept in the store for the next start */
void flow_wait_for_store(struct flow *f);			    /* for a while; then apps are let in without it */

/* flow_end.c */
/* The one end of a message. m is in no list. state counts for FINISH_FAILED, else the finish's own; words may be NULL.
 */
void flow_finish(struct flow *f, struct msg *m, enum finish how, enum message_state state, const struct words *words);
void flow_close(struct flow *f, struct msg *m);
/* The entry of one of m's ids out of the store: at m's carrier, in m's slot. */
void flow_forget_id(struct flow *f, const struct msg *m, struct view cid);
/* Of a message that is not stored its end is all that a receipt can tell: with it its id leaves match.h. */
static inline bool flow_id_is_over(const struct msg *m)
{
	return m->volatile_ && m->final_state && m->kin_kind == KIN_NONE;
}
void flow_deliver(struct flow *f, struct msg *m); /* its final record is stored: to the app */
void flow_leave(struct flow *f, struct msg *m);
void flow_evict(struct flow *f, struct msg *m);

#endif
