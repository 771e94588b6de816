/*
 * campaign.h - campaigns by account and name, with their variants: counted in memory and added to Redis once a second,
 * so that several nodes add up; their state followed there, trials judged. Knows no messages and holds none:
 * flow_campaign.c keeps what waits at a campaign's gate.
 *
 * A message names campaign and variant by a place, a small number that holds while any message names it. What was
 * counted in the second before a crash is lost; an addition that Redis has made and not answered is not made twice.
 */
#ifndef PATH_CAMPAIGN_H
#define PATH_CAMPAIGN_H

#include "base/conf.h"
#include "base/list.h"
#include "base/stats.h"
#include "path/store_campaign.h"
#include "policy/fault.h"

#define CAMPAIGN_LIVE_MAX    4096u /* campaigns in memory: those with open messages, and the latest others */
#define CAMPAIGN_NAME_MAX    64u   /* octets; longer names are cut, and stay different by a mark at the end */
#define CAMPAIGN_VARIANT_MAX 16u   /* octets */
#define CAMPAIGN_VARIANTS    16u   /* of one campaign; what comes after counts as "..." */
#define CAMPAIGN_FLUSH_MS    1000

struct campaign_conf { /* section campaigns: trial and ramp of campaigns, from their first text on */
	struct conf_where where;
	char *account;	     /* "": every one */
	char *name;	     /* may end in "*" */
	char *trial;	     /* "200", "5%"; "": none */
	int64_t collect;     /* s: how long texts are gathered before a trial of so many percent */
	double floor;	     /* percent delivered, by the lower end of its interval; 0: off */
	double ceiling;	     /* percent of delivered that said stop or complained; 100: off */
	int64_t wait;	     /* s: for receipts, at most */
	int64_t ramp;	     /* messages/s at first; 0: none */
	int64_t ramp_double; /* s: in which it doubles */
	int64_t ramp_to;     /* messages/s: then there is no pace any more */
};
extern const struct conf_row campaign_rows[];
/* Adds faults (conf_fault()): a trial that cannot be read, a floor that so few texts cannot show, no such account. */
void campaigns_check(const struct campaign_conf *confs, size_t n, bool (*account)(const void *arg, const char *name),
		     const void *arg, char **errors);

/* Names of counters and classes of fields stand in doc/operations.md. */
enum campaign_counter {
	CAMPAIGN_ACCEPTED,
	CAMPAIGN_REFUSED, /* by a policy, or because it is cancelled */
	CAMPAIGN_SENT,	  /* a carrier took it; once per message */
	CAMPAIGN_DELIVERED,
	CAMPAIGN_FAILED,
	CAMPAIGN_EXPIRED,
	CAMPAIGN_NO_RECEIPT,
	CAMPAIGN_TAKEN_BACK, /* or replaced */
	CAMPAIGN_STOPPED,    /* by a policy, after it was accepted */
	CAMPAIGN_OTHER,	     /* ended in doubt, or where no row says how it is counted */
	CAMPAIGN_ENDED,	     /* all of the above ends */
	CAMPAIGN_UNSENT,     /* of these: no carrier had taken it */
	CAMPAIGN_REPLIED,
	CAMPAIGN_OPTED_OUT,
	CAMPAIGN_COMPLAINED,
	CAMPAIGN_SEGMENTS,   /* that carriers took */
	CAMPAIGN_COST,	     /* of these, at the carriers' prices: thousandths of a yuan */
	CAMPAIGN_LATENCY_MS, /* from accepted to delivered, all together */
	CAMPAIGN_LATENCY,    /* by how long that took: CAMPAIGN_LATENCIES of these */
	CAMPAIGN_LATENCY_LAST = CAMPAIGN_LATENCY + 6,
	CAMPAIGN_FAULT, /* of CAMPAIGN_FAILED, by what the error was about: FAULTS of these */
	CAMPAIGN_COUNTERS = CAMPAIGN_FAULT + FAULTS
};
#define CAMPAIGN_LATENCIES 7u
extern const int64_t campaign_latency_s[CAMPAIGN_LATENCIES]; /* upper bounds; the last: none */
const char *campaign_counter_name(enum campaign_counter c);  /* the field of the hash. Static text */
bool campaign_counter_hourly(enum campaign_counter c);

enum campaign_state {
	CAMPAIGN_UNKNOWN, /* the store has not said it yet: nothing leaves */
	CAMPAIGN_RUNNING,
	CAMPAIGN_COLLECTING, /* texts of a trial of so many percent are gathered */
	CAMPAIGN_TRIAL,	     /* the first ones go */
	CAMPAIGN_WAITING,    /* they have gone; how they end is awaited */
	CAMPAIGN_PAUSED,
	CAMPAIGN_CANCELLED,
	CAMPAIGN_STATES
};
const char *campaign_state_name(enum campaign_state s);

/* What may leave: all; as many as there are tickets; nothing. */
enum campaign_gate_mode { CAMPAIGN_OPEN, CAMPAIGN_TICKETS, CAMPAIGN_SHUT };

struct campaign_control { /* as the store has said it last */
	enum campaign_state state;
	enum campaign_gate_mode gate;
	int64_t since_ms;
	char by[24], why[160];
	uint64_t trial, let; /* texts */
	double share;	     /* percent */
	double floor, ceiling;
	int64_t wait_s, collect_s;
	uint64_t base_sent, base_ended, base_delivered, base_out;
	double ramp, ramp_to;
	int64_t ramp_double_s, ramp_since_ms;
	uint64_t accepted, sent, ended, delivered, out, unsent; /* over all nodes */
};
/* The pace of a ramp at a time; 0: there is none. */
double campaign_pace(const struct campaign_control *c, int64_t now_ms);
void campaign_control_read(const struct view state[STORE_CAMPAIGN_FIELDS], struct campaign_control *out);

struct campaigns;
struct campaign;
struct campaigns_ops {
	void (*on_state)(void *arg, struct campaign *c);      /* its state, or what may leave, is another */
	void (*on_made)(void *arg, const struct campaign *c); /* this node has changed its state */
	void (*on_epoch)(void *arg); /* the state of something was changed, perhaps of a brake */
	void (*on_tick)(void *arg);  /* once a second */
};
struct campaigns *campaigns_new(struct loop *loop, struct stats *stats, const struct campaigns_ops *ops, void *arg);
void campaigns_use(struct campaigns *cs, struct store *store); /* once, before the first of the others */
void campaigns_free(struct campaigns *cs);		       /* after the store */
/* The rows that hold from now on, borrowed until the next call; keep_s: how long what was counted is kept. */
void campaigns_set(struct campaigns *cs, const struct campaign_conf *confs, size_t n, int64_t keep_s);

/* --- places --- */

struct campaign_of {
	size_t account;		  /* number */
	const char *account_name; /* copied */
	struct view name, variant;
};
/*
 * A campaign's name as it is counted, listed and stored, of what an app has sent or an operator has typed: UTF-8; what
 * would spoil a line is "_"; of a name that is too long the beginning, "~" and 8 hex digits of a hash of all of it.
 * Octets; ends with a NUL.
 */
uint32_t campaign_clean(struct view from, char to[CAMPAIGN_NAME_MAX + 1]);
/* 0: there is no room for one more campaign. */
uint16_t campaigns_place(struct campaigns *cs, const struct campaign_of *what);
struct campaign *campaigns_at(const struct campaigns *cs, uint16_t place); /* place != 0 */
void campaigns_named(struct campaigns *cs, uint16_t place);		   /* a message names it */
void campaigns_unnamed(struct campaigns *cs, uint16_t place);
void campaigns_count(struct campaigns *cs, uint16_t place, enum campaign_counter c, int64_t by);
/* Its account, as a number. */
size_t campaign_account(const struct campaign *c);
const char *campaign_name(const struct campaign *c);
const struct campaign_control *campaign_control(const struct campaign *c);
/* Every one that is in memory. */
void campaigns_each(const struct campaigns *cs, void (*fn)(void *arg, const struct campaign *c), void *arg);

/* What flow_campaign.c keeps with it. */
struct campaign_gate {
	struct list link;    /* of those that have something to do */
	struct list waiting; /* messages that came to it, in order */
	struct list back;    /* those that carriers had begun to take: they are older */
	uint64_t n;	     /* of both */
	uint64_t tickets;    /* granted and not used yet */
	enum campaign_state tickets_of;
	bool asking;	/* for tickets */
	bool cancelled; /* it has been seen to be */
	uint8_t round;	/* of tickets: a message that was let go in an earlier one needs another; from 1 */
	enum campaign_state was;
	bool walk;	/* it is cancelled, and what waits elsewhere is to be ended */
	int64_t ask_ms; /* not before: loop time */
};
struct campaign_gate *campaign_gate(struct campaign *c);
struct campaign *campaign_of_gate(struct campaign_gate *g);
/* Asks for tickets for what waits; on_state follows when there were any, or the state is another. */
void campaign_ask(struct campaigns *cs, struct campaign *c);

/* --- the operator --- */

struct campaign_order {
	enum { CAMPAIGN_PAUSE, CAMPAIGN_RESUME, CAMPAIGN_CANCEL, CAMPAIGN_TRY, CAMPAIGN_RAMP } what;
	uint64_t trial; /* TRY: texts; 0: by share */
	double share, floor, ceiling;
	int64_t wait_s;
	int64_t ramp, ramp_double_s, ramp_to; /* RAMP; ramp 0: off */
};
const char *campaign_order_name(const struct campaign_order *order); /* static text */
/* done: it was so ordered; not: its state does not allow it. now: NULL when the store went away. Borrowed. */
typedef void (*campaign_told_fn)(void *arg, bool done, const struct campaign_control *now);
/* -1: the store is away, or no room; fn is not called. */
__attribute__((warn_unused_result)) int campaigns_order(struct campaigns *cs, const struct campaign_of *which,
							const struct campaign_order *order, campaign_told_fn fn,
							void *arg);

/* What is in memory of a campaign; NULL: nothing. */
struct campaign *campaigns_find(const struct campaigns *cs, size_t account, struct view name);
/* Messages per second that left over the last minutes, all nodes; below 0: not known. */
double campaign_rate(const struct campaigns *cs, const struct campaign *c);

/* All that was counted is written now, then fn; -1: the store is away. For who reads the hash then. */
void campaigns_flush(struct campaigns *cs);
/* Writes; true when nothing is left to be written, and nothing under way. */
bool campaigns_quiet(struct campaigns *cs);
void campaigns_store_up(struct campaigns *cs); /* it is back: everything is read again */

#endif
