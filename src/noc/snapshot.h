/*
 * snapshot.h - all that is shown, taken at one moment: one struct that every page and command prints from. Texts borrow
 * from the gateway's objects: a snapshot is good until the turn ends.
 */
#ifndef NOC_SNAPSHOT_H
#define NOC_SNAPSHOT_H

#include "base/buf.h"
#include "base/net.h"
#include "noc/alarm.h"
#include "noc/console.h"
#include "noc/process.h"
#include "path/flow.h"

struct actions;
struct history;
struct archive;
struct worker;
struct snapshot_source {
	struct loop *loop;
	struct flow *flow;
	const char *version;
	unsigned node;
	/* as noc_reload_fn */
	void (*reload)(void *arg, bool check,
		       void (*fn)(void *arg, int result, const struct buf *out, const char *errors), void *fn_arg);
	void *reload_arg;
	int (*hand_over)(void *arg, struct console_later *later,
			 char why[CONSOLE_MAX_MESSAGE]); /* as noc_hand_over_fn */
	struct actions *actions;			 /* what was done at the console */
	const struct history *history;			 /* seconds and minutes of all that is counted */
	struct archive *archive;			 /* of records; NULL: none */
	struct worker *worker;				 /* for what would hold up the loop */
	struct alarms *alarms;				 /* NULL: nothing is judged */
};

struct snapshot_carrier {
	const char *name;
	bool up, removed;		     /* removed: by a reload */
	enum carrier_command command;	     /* the operator's */
	int64_t paused_ms;		     /* of the throttle pause, left; 0 */
	uint64_t bound, binds;		     /* connections: bound now, wanted */
	uint64_t outstanding, window;	     /* over all binds */
	uint64_t window_each, window_needed; /* per bind; needed 0: not known */
	bool window_small;		     /* fixed, and less than is needed */
	uint64_t tps, limit;		     /* messages/s: agreed, learnt from throttling; 0: none */
	bool tps_live;			     /* the operator's, not the configuration's */
	uint64_t queued, submitted, ok, errors, throttled;
	uint64_t doubts;	/* submits without an answer that nothing has settled */
	int64_t p50_us, p99_us; /* submit_sm to its response, since the start */
	const char *health;	/* good, away, proving; static text */
	const char *health_why; /* static text; "-" */
	int delivery;		/* percent of its receipts that say delivered; -1: too few to tell */
	const char *id_form;	/* of message ids in its receipts; static text */
};

struct snapshot_account {
	const char *name;
	bool removed; /* by a reload */
	uint64_t binds, max_binds;
	uint64_t requests, throttled, outstanding;
	uint64_t waiting, backlog; /* in memory; in the store, those in memory too */
	struct account_loss loss;
};

struct snapshot_session {
	const char *name, *owner, *state;
	bool carrier;			   /* owner is a carrier, else an account */
	char peer[64], tls[CONN_TLS_INFO]; /* tls: "" when the connection is plain */
	int64_t since_ms;		   /* UTC ms since 1970; 0: not bound */
	int64_t idle_us;
	uint64_t outstanding;
};

struct snapshot {
	const char *version;
	unsigned node;
	struct process process; /* without open files */
	int64_t wall_ms;	/* UTC ms since 1970 */
	struct flow_status flow;
	const char *phase;	    /* its name */
	struct alarms_count alarms; /* raised */
	struct snapshot_carrier *carriers;
	struct snapshot_account *accounts;
	struct snapshot_session *sessions; /* carriers' first */
	size_t carriers_n, accounts_n, sessions_n;
	size_t sessions_total; /* how many there are; only so many as asked for are in sessions */
};

/* sessions_max: how many sessions are listed. owner: NULL, or the account or carrier whose sessions are wanted. */
void snapshot_take(const struct snapshot_source *from, size_t sessions_max, const char *owner, struct snapshot *out);
/* One of them alone. */
void snapshot_session(const struct snapshot_source *from, const struct session *s, const char *owner, bool carrier,
		      struct snapshot_session *out);
void snapshot_free(struct snapshot *s);

#endif
