/*
 * carrier_priv.h - what carrier.c (the table), bind.c (binds and reconnect), pace.c (how fast) and pump.c (pulling)
 * share. Private to them.
 */
#ifndef LINK_CARRIER_PRIV_H
#define LINK_CARRIER_PRIV_H

#include "base/log.h"
#include "base/mem.h"
#include "link/carrier.h"
#include "link/order.h"

struct pace {			    /* how fast a carrier may be sent to; pace.c alone writes it */
	struct throttle agreed;	    /* tps and burst */
	struct throttle learnt;	    /* after throttling; counts only while limit is not 0 */
	double limit, limit_end;    /* messages/s; the limit is lifted when it has grown to limit_end */
	bool searching;		    /* the limit is a guess from less than a second: it grows fast */
	int64_t raised_us;	    /* when it grew last */
	int64_t paused_until_us;    /* 0: no pause */
	int64_t resumed_us;	    /* answers to what was sent before belong to the round before */
	int64_t pause_ms;	    /* the last pause; 0: no round of throttling is under way */
	uint32_t allowed;	    /* in flight; PACE_FREE: no limit but the windows */
	int64_t second;		    /* that good counts in */
	uint32_t good, good_before; /* good answers in this second and the one before */
};

#define PACE_FREE UINT32_MAX

enum carrier_kind { CARRIER_TRX, CARRIER_TX, CARRIER_RX };

struct carrier_bind {
	struct carrier *carrier;
	unsigned number; /* from 1; a pair shares one */
	enum carrier_kind kind;
	struct session *session; /* NULL: down */
	bool bound;
	uint32_t refused; /* status of the bind response */
};

struct carrier {
	struct carriers *cs;
	const struct carrier_conf *conf;
	size_t number;
	struct session_conf sessions;
	struct carrier_stats stats;
	uint32_t *throttled; /* statuses that mean "slow down" */
	size_t nthrottled;

	/* bind.c */
	struct carrier_bind *binds;
	size_t nbinds;
	struct carrier_bind *attempt; /* the one bind attempt under way */
	struct timer bind_timer;      /* the pause before the next */
	size_t bind_next;
	int64_t backoff_ms; /* the last pause; 0: none yet */
	bool told_up, operator_paused;

	/* pump.c */
	struct list awake;  /* carriers.awake while there is something to pull */
	bool hungry;	    /* it had something to pull when a window, a pause or the output was in the way */
	uint32_t in_flight; /* requests without an answer, over all binds */
	struct timer pause_timer;
	struct pace pace;
	struct order *order; /* NULL with one bind */
};

struct carriers {
	struct loop *loop;
	struct session_hub *sessions;
	struct carrier **at; /* by number; a carrier never moves */
	size_t n;
	const struct carrier_ops *ops;
	void *arg;
	struct stats *registry;
	uint64_t random;
	struct list awake;
	struct loop_hook pump_hook;
	bool started, shutting, aborting;
};

/* carrier.c */
int64_t carriers_jitter(struct carriers *cs, int64_t v); /* three quarters to five quarters of v */
void carrier_tell_state(struct carrier *c);		 /* on_state when it has changed */

/* bind.c */
void bind_init(struct carrier *c);
void bind_free(struct carrier *c);
void bind_next(struct carrier *c); /* begins an attempt when one is wanted */

/* pace.c */
void pace_init(struct pace *p, const struct carrier_conf *conf, int64_t now_us);
/* How many may be sent now with so many in flight; 0 with *wait_us > 0: not before that (INT64_MAX: until an
 * answer). */
uint32_t pace_there(struct pace *p, int64_t now_us, uint32_t in_flight, uint32_t max, int64_t *wait_us);
void pace_spend(struct pace *p, uint32_t n);
/* A good answer to what was sent at sent_us. */
void pace_good(struct pace *p, int64_t now_us, int64_t sent_us, uint32_t window);
/* A throttled answer: the pause in ms when a new one begins, else 0. */
int64_t pace_throttled(struct pace *p, const struct carrier_conf *conf, int64_t now_us, int64_t sent_us);
/* Lengthens or shortens the pause that has just begun. */
void pace_pause(struct pace *p, int64_t now_us, int64_t ms);

/* pump.c */
void pump_start(struct carriers *cs);
void pump_init(struct carrier *c);
void pump_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		  int64_t sent_us);
void pump_free(struct carrier *c);

#endif
