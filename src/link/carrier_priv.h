/*
 * carrier_priv.h - what carrier.c (the table), bind.c (binds and reconnect), operate.c (the operator's hand) and pump.c
 * (pulling) share. Private to them.
 */
#ifndef LINK_CARRIER_PRIV_H
#define LINK_CARRIER_PRIV_H

#include "base/log.h"
#include "base/mem.h"
#include "link/accept.h"
#include "link/carrier.h"
#include "link/fit.h"
#include "link/order.h"
#include "link/pace.h"
#include "link/targets.h"

enum carrier_kind { CARRIER_TRX, CARRIER_TX, CARRIER_RX };

struct carrier_bind {
	struct carrier *carrier;
	unsigned number; /* from 1; a pair shares one */
	enum carrier_kind kind;
	struct session *session; /* NULL: down */
	bool bound;
	bool stale;	  /* made before a reload changed the way to the carrier: its turn to leave will come */
	bool leaving;	  /* takes no more, ends when all that is out on it is answered; not made again while set */
	uint32_t refused; /* status of the bind response */
	size_t place;	  /* of the address that it goes to, among the carrier's */
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
	struct targets targets;
	int64_t backoff_ms; /* the last pause after all addresses had failed; 0: none yet */
	int64_t pause_ms;   /* the last pause */
	bool told_up;
	struct accept accept;
	struct tls_context *tls; /* of new connections; NULL: plain, or unusable: carrier_tls_ready() */

	/* carrier_reload.c */
	bool removed;		  /* not in the configuration any more */
	struct carrier_conf *own; /* what conf is then: a copy of the last one */
	size_t wanted;		  /* of binds, by the configuration; nbinds is more while others leave */

	/* operate.c */
	enum carrier_command command;
	int64_t tps_live; /* the operator's rate; -1: the configuration's */

	/* pump.c */
	size_t look;	    /* of many binds the one that is looked at next */
	struct list awake;  /* carriers.awake while there is something to pull */
	bool hungry;	    /* it had something to pull when a window, a pause or the output was in the way */
	uint32_t in_flight; /* requests without an answer, over all binds */
	struct timer pause_timer;
	struct pace pace;
	struct order *order; /* NULL with one bind */
	int64_t order_us;    /* what was sent until then it does not know; 0: nothing of that is out any more */
	struct fit fit;
	uint32_t window; /* requests per bind now */
	uint32_t needs;	 /* tokens that what is next needs together; 0: it may go */
	bool woken;	 /* other work may have come since it was asked */
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
	struct carrier_loss losses[CARRIER_LOSSES]; /* a ring */
	uint64_t losses_n;			    /* so far */
	bool started, shutting, aborting;
};

/* carrier.c */
int64_t carriers_jitter(struct carriers *cs, int64_t v);   /* three quarters to five quarters of v */
void carrier_tell_state(struct carrier *c);		   /* on_state when it has changed */
void carrier_lost(struct carrier *c, enum end_reason why); /* a bind of it, and nobody wanted that */
/* Everything of a carrier that only copies what is in conf, which is borrowed from now. */
void carrier_take_conf(struct carrier *c, const struct carrier_conf *conf, const struct limits_conf *limits);
void carriers_add(struct carriers *cs, const struct carrier_conf *conf, const struct limits_conf *limits,
		  struct tls_fresh *fresh /* as of carrier_take_tls() */);
/* It is to have no binds: the operator has drained it, or a reload removed it. */
static inline bool carrier_unwanted(const struct carrier *c)
{
	return c->removed || c->command == CARRIER_DRAINED;
}

/* carrier_reload.c */
void carrier_reload_settled(struct carrier_bind *b); /* one of its requests is settled */
void carrier_reload_bound(struct carrier_bind *b);
void carrier_reload_ended(struct carrier_bind *b, enum end_reason reason); /* it is down now */
void carrier_reload_trim(struct carrier *c);

/* bind.c */
void bind_init(struct carrier *c);
size_t bind_count(const struct carrier_conf *conf);
void bind_dress(struct carrier *c, size_t i); /* one that is down: number and kind as the configuration has it */
void bind_free(struct carrier *c);
void bind_next(struct carrier *c); /* begins an attempt when one is wanted */
void bind_name(struct carrier_bind *b);
extern const struct session_ops bind_session_ops; /* arg: the struct carrier_bind */

/* carrier_tls.c */
/* Reads the certificates that conf names, in any thread. */
void carrier_read_tls(const struct carrier_conf *conf, struct tls_fresh *fresh);
/* What c->conf names is used from now on; read here when it is not yet. Takes what is in fresh. */
void carrier_take_tls(struct carrier *c, struct tls_fresh *fresh);
/* False, logged: it wants TLS and its files cannot be used; it must not connect. */
bool carrier_tls_ready(struct carrier *c);

/* operate.c */
/* Nothing is out any more: a drained carrier's binds end. */
void operate_settled(struct carrier *c);
/* The configuration was read again: its rate counts, not the operator's. */
void operate_forget(struct carrier *c);

/* pump.c */
void pump_start(struct carriers *cs);
void pump_init(struct carrier *c);
void pump_make_order(struct carrier *c); /* it has more than one bind now */
/* The rate and the windows (c->sessions too) as the configuration and the operator want them now. */
void pump_follow(struct carrier *c);
void pump_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		  int64_t sent_us);
void pump_free(struct carrier *c);

#endif
