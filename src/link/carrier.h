/*
 * carrier.h - the carriers: their binds (connect, backoff, windows), the pace (tps with burst over all binds, pauses on
 * ESME_RTHROTTLED / ESME_RMSGQFUL), and the pump that pulls messages from above. Knows no messages: cookies only.
 *
 * Binds: one attempt at a time per carrier; after a failure a pause that doubles from reconnect to reconnect_max, a
 * quarter more or less by chance, from the start again once a bind has been up for 10 s. ESME_RINVPASWD, ESME_RINVSYSID
 * and ESME_RINVSYSTYP wait reconnect_max; ESME_RALYBND waits until the old session may be gone.
 *
 * Addresses: link/targets.h has the rule. While an address is left that has failed less often than others, the pause
 * is reconnect and does not grow.
 *
 * Order: while a text is outstanding on a bind, the next one to its number goes over the same bind.
 *
 * Pace: never more than tps + burst in a second. A throttled answer stops the carrier for pause ms, doubling to
 * pause_max while rounds of throttling follow each other; then one message is sent, two, four, ... as long as the
 * answers are good, at `decrease` percent of the rate that went well before, `increase` percent of tps more each second
 * (pace.h). A congestion_state of 90 or more in an answer lowers the rate without a pause, one of 80 keeps it.
 *
 * Window: window 0 sizes itself to tps x latency between 10 and 1000 per bind; a fixed one that is too small for that
 * is warned about.
 */
#ifndef LINK_CARRIER_H
#define LINK_CARRIER_H

#include "base/conf.h"
#include "base/stats.h"
#include "link/session.h"
#include "link/throttle.h"

enum { CARRIER_MODE_CONNECT, CARRIER_MODE_ACCEPT, CARRIER_MODE_OUTBIND };			/* carrier_conf.mode */
enum { CARRIER_BIND_TRANSCEIVER, CARRIER_BIND_PAIR, CARRIER_BIND_RECEIVER, CARRIER_BIND_AUTO }; /* carrier_conf.bind */
enum { CARRIER_ID_THEIRS, CARRIER_ID_OURS };		    /* carrier_conf.accept_id */
enum { CARRIER_TLV_AUTO, CARRIER_TLV_YES, CARRIER_TLV_NO }; /* carrier_conf.send_tlv */
enum { CARRIER_WITH_SUBMIT_SM, CARRIER_WITH_DATA_SM };	    /* carrier_conf.submit */

struct carrier_conf {
	struct conf_where where;
	char *name, *host;
	int64_t port;
	struct conf_list addresses; /* "host:port", in order of preference; empty: host and port */
	bool spread;		    /* binds begin at different addresses */
	char *system_id, *password, *system_type, *address_range;
	int mode; /* enum: 0 we connect, 1 it binds in to us as an ESME, 2 it calls with outbind and we bind */
	struct conf_list allow;			    /* CIDR: from where it may come; empty = everywhere */
	char *outbind_system_id, *outbind_password; /* what its outbind must say */
	int accept_id;	/* enum: whose ids its receipts quote: 0 its own, of deliver_sm_resp, 1 ours */
	bool ack_final; /* its good response is the end of a message: DELIVRD; no receipts are asked for */
	int bind;	/* enum: 0 transceiver, 1 transmitter+receiver pair, 2 receiver, 3 as the mode asks for */
	int64_t binds;	/* how many (pairs count as one) */
	int64_t window /* 0: sized by itself */, tps, burst;
	int64_t enquire_link, response_timeout, bind_timeout; /* ms */
	int64_t connect_timeout;			      /* ms, at most bind_timeout counts */
	int64_t reconnect, reconnect_max;		      /* ms: first and longest pause */
	int64_t pause, pause_max;			      /* ms: after ESME_RTHROTTLED */
	int64_t decrease, increase; /* percent: of what went well, after it; of tps, more each second */
	int64_t interface_version;
	int dcs0;					    /* enum charset */
	int encoding;					    /* enum dialect_encoding, path/dialect.h */
	struct conf_list relay_tlvs;			    /* names or tags; empty: all that SMPP has */
	int64_t source_ton, source_npi, dest_ton, dest_npi; /* -1: as the app said */
	struct conf_list source_rewrite, dest_rewrite;	    /* "86=>0086", path/address.h */
	int send_tlv;	/* enum: 0 auto (only if bind_resp had sc_interface_version), 1 yes, 2 no */
	int receipt_id; /* enum, see path/idform.h: 0 learn, 1 text, 2 hex_resp_dec_dlr, 3 dec_resp_hex_dlr */
	bool receipt_by_text, acceptd_final, unknown_final;
	struct conf_list success;   /* stat words that mean delivered */
	bool ack_receipts;	    /* esm_class 0x08 is a receipt */
	int64_t zone;		    /* minutes east of UTC for dates in its receipts */
	int long_mode;		    /* enum split_mode */
	struct conf_list throttled; /* statuses that mean "slow down": "0x58", "0x14" */
	int64_t max_queued;	    /* messages that wait for it; 0: no limit */
	int64_t price;		    /* thousandths of a yuan per part */
	int submit;		    /* enum: what messages leave with: 0 submit_sm, 1 data_sm */
	struct tls_conf tls;	    /* of a carrier that comes to us: enable: only over TLS; name: its certificate's */
};
extern const struct conf_row carrier_rows[];

/* What the rows cannot say: statuses that are no numbers, names twice; adds to *errors (conf_fault()). */
void carriers_check(const struct carrier_conf *confs, size_t n, char **errors);
/* What is no fault but will be one, or is unsafe: certificates that end soon, ...; adds to *warnings. */
void carriers_warn(const struct carrier_conf *confs, size_t n, char **warnings);

#define CARRIERS_MAX 65000u /* with those that reloads have removed */

/* Who binds in to us is known by its system_id alone: no carrier of mode accept may have another's or an account's. */
struct account_conf; /* link/account.h */
void carriers_check_names(const struct carrier_conf *confs, size_t n, const struct account_conf *accounts, size_t m,
			  char **errors);

struct carrier;
struct limits_conf; /* link/account.h */
struct carriers;

struct carrier_stats {
	uint64_t submitted, answered_ok, answered_error, throttled, pauses, lost /* outcome unknown */;
	uint64_t connects, bind_failures, binds_lost, binds_refused, outbinds, deliver_in, alerts_in;
	uint64_t congested, window_too_small;
	uint64_t up, removed, bound, outstanding; /* gauges; up 1: a bind that can send */
	uint64_t limit, window, window_needed;	  /* gauges: messages/s, 0 none; requests per bind, 0 not known */
	uint64_t crl_expires;			  /* gauge: its revocation list: UTC seconds since 1970; 0: none */
	uint64_t certificate_expires;		  /* gauge: our client certificate: UTC seconds since 1970; 0: none */
	struct histogram response;		  /* submit_sm -> submit_sm_resp */
	struct session_stats session;
};
extern const struct stats_row carrier_stat_rows[];
extern const size_t carrier_stat_rows_n;

struct carrier_ops {
	/*
	 * The next message for this carrier: fill *pdu (submit_sm or data_sm; views stay good until the next call into
	 * carrier.c) and *cookie; false: nothing to send now (carrier_wake() when there is). with_tlvs: whether the
	 * peer takes TLVs. room: how many may be sent now; UINT32_MAX: waiting brings no more (no limit, or as many
	 * tokens as can gather). What is next may need more than room together (the parts of a text): false with
	 * *needs = how many (0 before the call); it is asked again when they are there, and after carrier_wake().
	 */
	bool (*on_pull)(struct carrier *c, bool with_tlvs, uint32_t room, uint32_t *needs, struct pdu *pdu,
			uint64_t *cookie, void *arg);
	/* The pulled message is not sent now: it goes back to its place, and is pulled again when there is room. */
	void (*on_unpull)(struct carrier *c, uint64_t cookie, void *arg);
	/* The pulled message cannot be encoded for this peer. */
	void (*on_unsendable)(struct carrier *c, uint64_t cookie, void *arg);
	/* Settled (as session_ops.on_settled). throttled: the carrier said "slow down" and has paused already. */
	void (*on_settled)(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			   bool throttled, void *arg);
	/* deliver_sm, data_sm; of a carrier that has bound in to us submit_sm, data_sm, with times and what else only a
	 * SMSC can do left out: answer with session_answer() through the session's handle when the effect is stored.
	 * alert_notification: has no answer. */
	void (*on_request)(struct carrier *c, struct session *s, const struct pdu *pdu, void *arg);
	void (*on_state)(struct carrier *c, bool up, void *arg); /* can send now / cannot any more */
};

struct carriers *carriers_new(struct loop *loop, struct session_hub *sessions, const struct carrier_conf *confs,
			      size_t n, const struct limits_conf *limits, const struct carrier_ops *ops, void *arg,
			      struct stats *stats, uint64_t seed /* of the jitter; 0: random */);
void carriers_start(struct carriers *cs); /* begins to bind */
/* No more pulls; unbinds when what is out is answered (at most 5 s). Called again: closes at once. */
void carriers_shutdown(struct carriers *cs);
bool carriers_idle(const struct carriers *cs);
void carriers_free(struct carriers *cs); /* after carriers_idle() */

/*
 * A reload: carriers_prepare() checks what can fail, and changes nothing: NULL with faults in *errors. Then
 * carriers_read(), in any thread, reads certificates, or they are read in the turn of the change; carriers_grow(),
 * which adds the new ones at the end, and carriers_apply(), which frees the plan; or carriers_drop(). confs[n] and
 * limits are borrowed from then on, in place of those before. Numbers stay: a carrier that is not in confs is removed,
 * but keeps its number (and a copy of its options), gets no message, and unbinds when all that is out is answered; it
 * is the same one when it comes back. Binds that need not be made anew stay up; the others are made anew one after the
 * other.
 */
struct carriers_plan;
__attribute__((warn_unused_result)) struct carriers_plan *carriers_prepare(struct carriers *cs,
									   const struct carrier_conf *confs, size_t n,
									   const struct limits_conf *limits,
									   char **errors);
void carriers_read(struct carriers_plan *p);
void carriers_drop(struct carriers_plan *p); /* NULL is none */
/* The number that a carrier of this name, which is there or in the plan, has after carriers_grow(). */
size_t carriers_number(const struct carriers *cs, const struct carriers_plan *p, const char *name);
void carriers_grow(struct carriers *cs, const struct carriers_plan *p);
void carriers_apply(struct carriers *cs, struct carriers_plan *p);
bool carrier_removed(const struct carrier *c); /* a reload has taken it out */

size_t carriers_count(const struct carriers *cs);
struct carrier *carriers_at(const struct carriers *cs, size_t i);
struct carrier *carriers_find(const struct carriers *cs, const char *name);

const struct carrier_conf *carrier_conf(const struct carrier *c);
size_t carrier_number(const struct carrier *c);
const char *carrier_name(const struct carrier *c);
struct carrier_stats *carrier_stats(struct carrier *c);
bool carrier_up(const struct carrier *c);	    /* a bind that can send is there, not stopped by the operator */
int64_t carrier_paused_ms(const struct carrier *c); /* how long the throttle pause lasts still; 0 */
/* There is something to pull. Cheap; the pump runs in this turn's LOOP_PUMP. */
void carrier_wake(struct carrier *c);
/* A message would be pulled now: it is up, no pause, a token, room in a window and the output. */
bool carrier_ready(struct carrier *c);

/* The operator's hand; until the next start. who goes into the log. */
enum carrier_command {
	CARRIER_RUN,
	CARRIER_PAUSED,	 /* nothing is pulled, the binds stay */
	CARRIER_DRAINED, /* nothing is pulled; the binds end when all that is out is answered, and stay down */
};
void carrier_set_command(struct carrier *c, enum carrier_command command, const char *who);
enum carrier_command carrier_command(const struct carrier *c);
/* Another contract rate, until the configuration is read again: messages/s, 0 for no limit, -1 for the configured one.
 */
void carrier_set_tps(struct carrier *c, int64_t tps, const char *who);
bool carrier_tps_live(const struct carrier *c); /* the rate in force is the operator's */
int64_t carrier_tps(const struct carrier *c);	/* the contract rate in force: messages/s; 0: no limit */
/* The limit learnt from throttling in messages/s; 0: none. */
uint32_t carrier_limit(struct carrier *c);
/* Requests that may be unanswered: per bind now, and the number that the rate needs (0: not known). */
uint32_t carrier_window_each(const struct carrier *c, uint32_t *needed);
/* ... and over all binds. */
uint32_t carrier_window(const struct carrier *c);

void carrier_each_session(const struct carrier *c, void (*fn)(const struct session *s, void *arg), void *arg);

#define CARRIER_LOSSES 100 /* kept, over all carriers */
struct carrier_loss {	   /* a bind that ended, and not because we wanted it */
	const struct carrier *carrier;
	int64_t at_ms; /* UTC */
	enum end_reason why;
};
/* The youngest first. */
void carriers_each_loss(const struct carriers *cs, void (*fn)(void *arg, const struct carrier_loss *loss), void *arg);

#endif
