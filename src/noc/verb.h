/*
 * verb.h - the console's commands: one row each.
 */
#ifndef NOC_VERB_H
#define NOC_VERB_H

#include "noc/console.h"
#include "noc/snapshot.h"

#define VERB_MAX_SESSIONS 1000 /* listed at once, everywhere */

/* verb_help.c */
int verb_help(struct console_call *call);

/* verb_actions.c */
int verb_actions(struct console_call *call);

/* verb_complete.c */
int verb_complete(struct console_call *call);

/* verb_alarms.c */
int verb_alarms(struct console_call *call);

/* verb_backlog.c */
int verb_replay(struct console_call *call);
int verb_deadletters(struct console_call *call);

/* verb_binds.c */
int verb_binds(struct console_call *call);

/* verb_campaign.c */
int verb_campaign(struct console_call *call);
int verb_brake(struct console_call *call);

/* verb_cancel.c */
int verb_cancel(struct console_call *call);

/* verb_capture.c */
int verb_capture(struct console_call *call);

/* verb_carrier.c */
int verb_carrier(struct console_call *call);

/* verb_consent.c */
int verb_consent(struct console_call *call);

/* verb_credit.c */
int verb_credit(struct console_call *call);
int verb_usage(struct console_call *call);

/* verb_debug.c */
int verb_debug(struct console_call *call);

/* verb_dead.c */
int verb_dead(struct console_call *call);

/* verb_explain.c */
int verb_explain(struct console_call *call);

/* verb_lockouts.c */
int verb_lockouts(struct console_call *call);
int verb_unlock(struct console_call *call);

/* verb_optout.c */
int verb_optout(struct console_call *call);

/* verb_ported.c */
int verb_ported(struct console_call *call);

/* verb_review.c */
int verb_review(struct console_call *call);

/* verb_route.c */
int verb_route(struct console_call *call);

/*
 * verb_settled.c: what the operator is told of an order that settles what is held. held: "in doubt; doubt list", how:
 * "sent again", both static; id 0: of all. verb_settled() answers and frees; false: nothing of that id is held.
 */
struct verb_settling;
struct verb_settling *verb_settling(struct console_call *call, uint64_t id, const char *held, const char *how);
bool verb_settled(struct verb_settling *s, unsigned n);

/* verb_trace.c */
int verb_trace(struct console_call *call);

/* verb_cdr.c */
int verb_cdr(struct console_call *call);

/* verb_erase.c */
int verb_erase(struct console_call *call);

/* verb_totals.c */
int verb_totals(struct console_call *call);

/* verb_words.c */
int verb_words(struct console_call *call);

/* verb_handover.c */
int verb_handover(struct console_call *call);

/* verb_reload.c */
int verb_reload(struct console_call *call);

/* verb_doubt.c */
int verb_doubt(struct console_call *call);

/* Ends with a NULL name. The console's arg is the const struct snapshot_source that they read. */
extern const struct console_command verb_table[];

#endif
