/*
 * flow_tell.h - the order of life tells what has become of a message, once each, here; those who keep book hear of it:
 * events (flow_event.c), records (flow_cdr.c), the tally (flow_tally.c). Included by flow_priv.h only.
 */
#ifndef PATH_FLOW_TELL_H
#define PATH_FLOW_TELL_H

#include "audit/archive.h"
#include "path/event.h"
#include "path/flow_rows.h"
#include "path/outcome.h"
#include "path/reply.h"

struct flow;
struct words;

/* Of a message, read once for all who want it. Views borrow its record. */
struct flow_about {
	bool read; /* false: nothing else is set yet; it is large, and mostly nobody wants it */
	struct pdu pdu;
	uint64_t id, msg; /* the app's; ours when it is another one, else 0 */
	int64_t accept_ms;
	struct view account, class_name, number, code, campaign, variant, group, consent, verdict;
	unsigned parts;
};
void flow_about(const struct flow *f, const struct msg *m, struct flow_about *x); /* nothing when it has been read */
void flow_about_pdu(const struct pdu *pdu, struct flow_about *x);
/* A text of ours that is no MT, or what is on its way to an app: nobody's message. */
static inline bool flow_is_message(const struct msg *m)
{
	return !m->mo && !m->note;
}

/* The app is answered for its submit of m: acknowledged (0), or a status. */
void flow_tell_answered(struct flow *f, struct msg *m, uint32_t status);
/* A submit that never was a message. */
void flow_tell_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status,
		       const char *why);
/* m is held, until m.due_ms when that is set. why: static words of the table in flow_tell.c. */
enum flow_wait { WAIT_TIME, WAIT_HOURS, WAIT_REVIEW, WAIT_CAMPAIGN, WAIT_BRAKE, WAIT_ROUTE, FLOW_WAITS };
const char *flow_wait_name(enum flow_wait w);
void flow_tell_held(struct flow *f, struct msg *m, enum flow_wait why);
/* A carrier has answered the submit of m, a message or a part: taken (0), or a status. m.sent_ms: when it was given. */
void flow_tell_submitted(struct flow *f, const struct carrier *c, struct msg *m, uint32_t status);
/* It goes once more. words: the carrier's. */
void flow_tell_retried(struct flow *f, struct msg *m, uint16_t carrier, const struct words *w);
void flow_tell_doubt(struct flow *f, const struct carrier *c, struct msg *m, const char *why);
void flow_tell_late(struct flow *f, struct msg *m); /* its receipt */
/* A receipt; m NULL: of no message that is known. what: "final", "intermediate", "duplicate", "unknown". */
void flow_tell_receipt(struct flow *f, const struct carrier *c, const struct msg *m, const struct outcome *o,
		       const char *what);
void flow_tell_end(struct flow *f, struct msg *m, enum finish how, const struct words *w);
/* The app has its receipt (or MO): how "app"; or it lies in the "backlog", or among the "dead_letters". */
void flow_tell_told(struct flow *f, struct msg *m, const char *how);
void flow_tell_reply(struct flow *f, const struct reply_event *what);
void flow_tell_campaign(struct flow *f, enum event_kind kind, struct view account, struct view campaign,
			const char *why);

/* flow_event.c: what apps and data teams are told (event.h); nothing when the configuration leaves it out */
void flow_events_init(struct flow *f);
void flow_events_use(struct flow *f);  /* the configuration is another one, or the store is there now */
void flow_events_stop(struct flow *f); /* posting, while the store is there */
void flow_events_free(struct flow *f);
void flow_events_store_up(struct flow *f);
bool flow_events_quiet(const struct flow *f); /* all are stored */
void flow_check_events(const struct flow_conf *all, char **errors);
void flow_event(struct flow *f, struct msg *m, enum event_kind kind, struct flow_about *x);
void flow_event_held(struct flow *f, struct msg *m, struct flow_about *x);
void flow_event_sent(struct flow *f, struct msg *part, struct msg *whole); /* a carrier has all of it */
void flow_event_end(struct flow *f, struct msg *m, enum finish how, const struct words *w, struct flow_about *x);
void flow_event_retried(struct flow *f, struct msg *m, uint16_t carrier, const struct words *w, struct flow_about *x);
void flow_event_answered(struct flow *f, struct msg *m, uint32_t status, struct flow_about *x);
void flow_event_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status,
			const char *why);
void flow_event_reply(struct flow *f, const struct reply_event *what);
void flow_event_campaign(struct flow *f, enum event_kind kind, struct view account, struct view campaign,
			 const char *why);

/* flow_cdr.c: records. Asked before what is to be one is told, whose kind it is: mostly nobody wants it. */
bool flow_cdr_wants(const struct flow *f, enum cdr_kind k);
void flow_cdr_answered(struct flow *f, struct msg *m, uint32_t status, struct flow_about *x);
/* Recorded as accepted, if the last run did not live to do it; as reopened, if it did not live to store an end. */
void flow_cdr_restored(struct flow *f, struct msg *m);
void flow_cdr_all_restored(struct flow *f);
void flow_cdr_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status, const char *why);
void flow_cdr_held(struct flow *f, struct msg *m, const char *why, struct flow_about *x);
void flow_cdr_submitted(struct flow *f, const struct carrier *c, struct msg *m, uint32_t status);
void flow_cdr_doubt(struct flow *f, const struct carrier *c, struct msg *m, const char *why);
void flow_cdr_receipt(struct flow *f, const struct carrier *c, const struct msg *m, const struct outcome *o,
		      const char *what);
void flow_cdr_end(struct flow *f, struct msg *m, enum finish how, const struct words *w, struct flow_about *x);
void flow_cdr_told(struct flow *f, const struct msg *m, const char *how);
void flow_cdr_reply(struct flow *f, const struct reply_event *what);
void flow_cdr_reload(struct flow *f); /* another configuration holds */
void flow_cdr_init(struct flow *f);   /* the store is made */
void flow_cdr_store_up(struct flow *f);
void flow_cdr_free(struct flow *f); /* after store_free() */

/* flow_watch.c: numbers that somebody watches; all only while flow.watch */
void flow_watch_free(struct flow *f);
void flow_watch_state(struct flow *f, struct msg *m, enum msg_state from, enum msg_state to);
void flow_watch_judged(struct flow *f, const struct account *a, const struct pdu *pdu, const char *verdict,
		       const char *why);
void flow_watch_asked(struct flow *f, struct msg *m, const char *verdict);
void flow_watch_answered(struct flow *f, struct msg *m, uint32_t status);
void flow_watch_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status,
			const char *why);
void flow_watch_held(struct flow *f, struct msg *m, enum flow_wait why);
void flow_watch_submitted(struct flow *f, const struct carrier *c, struct msg *m, uint32_t status);
void flow_watch_retried(struct flow *f, struct msg *m, uint16_t carrier, const struct words *w);
void flow_watch_doubt(struct flow *f, const struct carrier *c, struct msg *m, const char *why);
void flow_watch_late(struct flow *f, struct msg *m);
void flow_watch_receipt(struct flow *f, const struct carrier *c, const struct msg *m, const struct outcome *o,
			const char *what);
void flow_watch_end(struct flow *f, struct msg *m, enum finish how, const struct words *w);
void flow_watch_told(struct flow *f, struct msg *m, const char *how);
void flow_watch_reply(struct flow *f, const struct reply_event *what);

/* flow_tally.c: counts for people */
void flow_tally_init(struct flow *f);
void flow_tally_free(struct flow *f);
void flow_tally_answered(struct flow *f, struct msg *m, uint32_t status);
void flow_tally_refused(struct flow *f, const struct account *a, uint32_t status);
void flow_tally_submitted(struct flow *f, const struct carrier *c, const struct msg *m, uint32_t status);
void flow_tally_sent(struct flow *f, const struct msg *part, struct msg *whole);
void flow_tally_receipt(struct flow *f, const struct carrier *c, const struct msg *m);
void flow_tally_end(struct flow *f, struct msg *m, enum finish how);
void flow_tally_reply(struct flow *f, const struct reply_event *what);

#endif
