/*
 * carrier.h - the carriers: their binds (connect, backoff, windows), the pace (tps with burst over all binds, pauses on
 * ESME_RTHROTTLED / ESME_RMSGQFUL), and the pump that pulls messages from above. Knows no messages: cookies only.
 *
 * Binds: one attempt at a time per carrier; after a failure a pause that doubles from reconnect to reconnect_max, a
 * quarter more or less by chance, from the start again once a bind has been up for 10 s. ESME_RINVPASWD, ESME_RINVSYSID
 * and ESME_RINVSYSTYP wait reconnect_max; ESME_RALYBND waits until the old session may be gone.
 *
 * Order: while a text is outstanding on a bind, the next one to its number goes over the same bind.
 *
 * Pace: never more than tps + burst in a second. A throttled answer stops the carrier for pause ms, doubling to
 * pause_max while rounds of throttling follow each other; then one message is sent, two, four, ... as long as the
 * answers are good, at nine tenths of the rate that went well before, 5 % more each second.
 */
#ifndef LINK_CARRIER_H
#define LINK_CARRIER_H

#include "base/conf.h"
#include "base/stats.h"
#include "link/session.h"
#include "link/throttle.h"

enum { CARRIER_BIND_TRANSCEIVER, CARRIER_BIND_PAIR };	    /* carrier_conf.bind */
enum { CARRIER_TLV_AUTO, CARRIER_TLV_YES, CARRIER_TLV_NO }; /* carrier_conf.send_tlv */
enum { CARRIER_WITH_SUBMIT_SM, CARRIER_WITH_DATA_SM };	    /* carrier_conf.submit */

struct carrier_conf {
	struct conf_where where;
	char *name, *host;
	int64_t port;
	char *system_id, *password, *system_type, *address_range;
	int bind;      /* enum: 0 transceiver, 1 transmitter+receiver pair */
	int64_t binds; /* how many (pairs count as one) */
	int64_t window, tps, burst;
	int64_t enquire_link, response_timeout, bind_timeout; /* ms */
	int64_t reconnect, reconnect_max;		      /* ms: first and longest pause */
	int64_t pause, pause_max;			      /* ms: after ESME_RTHROTTLED */
	int64_t interface_version;
	int dcs0;	/* enum charset */
	int send_tlv;	/* enum: 0 auto (only if bind_resp had sc_interface_version), 1 yes, 2 no */
	int receipt_id; /* enum, see path/idform.h: 0 learn, 1 text, 2 hex_resp_dec_dlr, 3 dec_resp_hex_dlr */
	bool receipt_by_text, acceptd_final, unknown_final;
	int64_t zone;		    /* minutes east of UTC for dates in its receipts */
	int long_mode;		    /* enum split_mode: for texts that we split */
	struct conf_list throttled; /* statuses that mean "slow down": "0x58", "0x14" */
	int64_t max_queued;	    /* messages that wait for it; 0: no limit */
	int64_t price;		    /* thousandths of a yuan per part */
	int submit;		    /* enum: what messages leave with: 0 submit_sm, 1 data_sm */
};
extern const struct conf_row carrier_rows[];

/* What the rows cannot say: statuses that are no numbers, names twice; adds to *errors (conf_fault()). */
void carriers_check(const struct carrier_conf *confs, size_t n, char **errors);

struct carrier;
struct limits_conf; /* link/account.h */
struct carriers;

struct carrier_stats {
	uint64_t submitted, answered_ok, answered_error, throttled, pauses, lost /* outcome unknown */;
	uint64_t connects, bind_failures, deliver_in, alerts_in;
	uint64_t up, bound, outstanding; /* gauges; up 1: a bind that can send */
	struct histogram response;	 /* submit_sm -> submit_sm_resp */
	struct session_stats session;
};
extern const struct stats_row carrier_stat_rows[];
extern const size_t carrier_stat_rows_n;

struct carrier_ops {
	/*
	 * The next message for this carrier: fill *pdu (submit_sm or data_sm; views stay good until the next call into
	 * carrier.c) and *cookie; false: nothing to send now (carrier_wake() when there is). with_tlvs: whether the
	 * peer takes TLVs.
	 */
	bool (*on_pull)(struct carrier *c, bool with_tlvs, struct pdu *pdu, uint64_t *cookie, void *arg);
	/* The pulled message is not sent now: it goes back to its place, and is pulled again when there is room. */
	void (*on_unpull)(struct carrier *c, uint64_t cookie, void *arg);
	/* The pulled message cannot be encoded for this peer. */
	void (*on_unsendable)(struct carrier *c, uint64_t cookie, void *arg);
	/* Settled (as session_ops.on_settled). throttled: the carrier said "slow down" and has paused already. */
	void (*on_settled)(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			   bool throttled, void *arg);
	/* deliver_sm, data_sm: answer with session_answer() through the session's handle when the effect is stored.
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
size_t carriers_count(const struct carriers *cs);
struct carrier *carriers_at(const struct carriers *cs, size_t i);
struct carrier *carriers_find(const struct carriers *cs, const char *name);

const struct carrier_conf *carrier_conf(const struct carrier *c);
size_t carrier_number(const struct carrier *c);
const char *carrier_name(const struct carrier *c);
struct carrier_stats *carrier_stats(struct carrier *c);
bool carrier_up(const struct carrier *c);	    /* a bind that can send is there, not paused by the operator */
int64_t carrier_paused_ms(const struct carrier *c); /* how long the throttle pause lasts still; 0 */
/* There is something to pull. Cheap; the pump runs in this turn's LOOP_PUMP. */
void carrier_wake(struct carrier *c);
/* The operator's pause: nothing is pulled, the binds stay. */
void carrier_pause(struct carrier *c, bool paused);
void carrier_each_session(const struct carrier *c, void (*fn)(const struct session *s, void *arg), void *arg);

#endif
