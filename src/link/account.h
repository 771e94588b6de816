/*
 * account.h - the apps: who may bind, from where, how often and how fast; which binds an account has now; which of them
 * a deliver_sm goes to. Owns the sessions that bind in. Knows no messages: requests go up through ops.
 */
#ifndef LINK_ACCOUNT_H
#define LINK_ACCOUNT_H

#include "base/conf.h"
#include "base/stats.h"
#include "link/session.h"
#include "link/throttle.h"

enum { ACCOUNT_RECEIPT_MESSAGE, ACCOUNT_RECEIPT_PART };	     /* account_conf.receipts */
enum { ACCOUNT_WITH_DELIVER_SM, ACCOUNT_WITH_DATA_SM };	     /* account_conf.deliver */
enum { ACCOUNT_NO_CREDIT, ACCOUNT_PREPAID };		     /* account_conf.credit */
enum { ACCOUNT_CHARGE_DELIVERED, ACCOUNT_CHARGE_SUBMITTED }; /* account_conf.charge */

struct account_conf {
	struct conf_where where;
	char *system_id, *password; /* password plain or crypt(3) ("$...") */
	struct conf_list bind;	    /* allowed: "transmitter" "receiver" "transceiver"; empty = all */
	struct conf_list allow;	    /* CIDR; empty = everywhere */
	struct conf_list sources;   /* source codes that the account owns; MO routes by the longest */
	int64_t max_binds, tps, burst, window;
	int64_t interface_version;   /* 0: the peer's own; else taken instead (clients send wrong constants) */
	bool plain_status;	     /* standard codes instead of our vendor codes */
	bool error_tlvs;	     /* refusals have a body, with the verdict */
	char *class_name;	     /* default message class; key "class" */
	int dcs0;		     /* enum charset: what data_coding 0 means with this app */
	int long_mode;		     /* enum split_mode: of long replies */
	int number_form;	     /* enum address_form, path/address.h: of phones that reply */
	struct conf_list relay_tlvs; /* names or tags; empty: all that SMPP has */
	int64_t zone;		     /* minutes east of UTC for dates in receipts */
	int64_t response_timeout, enquire_link; /* ms */
	int64_t share;				/* messages in its turn, against other accounts */
	int64_t max_queued;	/* its messages that no carrier has taken yet; 0: no limit; over it ESME_RMSGQFUL */
	int receipts;		/* enum: of a long text that we split: 0 one receipt, 1 one per part */
	int deliver;		/* enum: what receipts and replies leave with: 0 deliver_sm, 1 data_sm */
	int64_t backlog_rate;	/* deliver_sm/s at which a backlog is drained; 0: no limit */
	int64_t backlog_age;	/* s; receipts and replies older than that become dead letters */
	int64_t backlog_max;	/* entries; at it submits that want a receipt are refused; 0: no limit */
	int credit;		/* enum: whether messages are paid from a balance before they are accepted */
	int64_t credit_limit;	/* thousandths of a yuan by which the balance may go below zero */
	int64_t price;		/* thousandths of a yuan per part */
	int charge;		/* enum: what is paid in the end: what was delivered, or all that a carrier took */
	char *outbind;		/* "host:port" that we call when something waits; "" : never */
	char *outbind_password; /* what our outbind says */
	struct tls_conf outbind_tls; /* of these calls */
	char *client_name;	     /* the name that the app's client certificate must carry; "": any, or none */
	bool require_tls;	     /* binds over plain connections are refused */
};
extern const struct conf_row account_rows[];

struct listen_conf {
	struct conf_where where;
	char *address;
	int64_t port;
	struct tls_conf tls;	     /* on when it has a certificate; its ca is client_ca */
	bool proxy;		     /* a balancer connects here, with PROXY headers, before TLS */
	struct conf_list proxy_from; /* CIDR: the balancers */
};
extern const struct conf_row listen_rows[];

struct limits_conf { /* section "limits": bounds of all links */
	struct conf_where where;
	int64_t session_init, partial_pdu; /* ms */
	int64_t max_pdu, max_connections, max_output /* octets per connection */;
	int64_t max_per_address; /* connections from one address that are not bound; 0: no bound */
	int64_t failed_binds, failed_binds_account, lockout, lockout_grace; /* guard.h; s; 0 and 0: off */
	int64_t keepalive, user_timeout;				    /* s, ms; of TCP, 0: off */
};
extern const struct conf_row limits_rows[];

/* What the rows cannot say: unknown words, addresses that are no CIDR, names twice; adds to *errors (conf_fault()). */
void accounts_check(const struct account_conf *confs, size_t n, char **errors);
/* The same for listeners with their certificates, and whether accounts can get in at them; errors or warnings may be
 * NULL. */
void accounts_check_listens(const struct account_conf *confs, size_t n, const struct listen_conf *listens, size_t m,
			    char **errors, char **warnings);

struct carriers;	    /* link/carrier.h */
#define ACCOUNTS_MAX 65000u /* with those that reloads have removed */

struct account; /* opaque; its number stays for the life of the process */
struct accounts;

struct account_stats {
	uint64_t requests, throttled, eased, binds, binds_refused, outbinds, outbind_failures;
	uint64_t bound;	      /* gauge */
	uint64_t removed;     /* gauge */
	uint64_t outstanding; /* gauge: deliver_sm without answer */
	struct session_stats session;
};
extern const struct stats_row account_stat_rows[];
extern const size_t account_stat_rows_n;

struct listener_stats { /* connections that are not bound (yet) */
	uint64_t connections, over_limit, over_files, over_address, no_header, unknown_system_id, outbinds_refused;
	uint64_t bind_failures, lockouts, locked_out, crypts;
	uint64_t crypts_waiting;      /* gauge: binds, and the one that has gone while its own was run */
	uint64_t locked;	      /* gauge: addresses and accounts */
	uint64_t open;		      /* gauge */
	uint64_t certificate_expires; /* gauge: UTC seconds since 1970, the first of all listeners; 0: no TLS */
	uint64_t crl_expires;	      /* the same of revocation lists */
	struct session_stats session;
};
extern const struct stats_row listener_stat_rows[];
extern const size_t listener_stat_rows_n;

/*
 * Who may bind, accounts and carriers of mode accept alike, judged in this order: unknown system_id -> 0x0F; address
 * not in allow -> 0x0D; wrong password -> 0x0E; bind type not in bind -> 0x03; max_binds reached -> 0x05. Refused peers
 * are closed 1 s later unless they bind again.
 *
 * Before the password, where the account asks for it: a plain connection (require_tls), or a client certificate without
 * client_name -> 0x0D.
 *
 * Passwords are compared in constant time. A crypt(3) costs milliseconds: it is run in a thread, one after the other,
 * at most one every 10 ms, friends first (link/admit_crypt.c); a password that matched is remembered. As soon as any
 * account has a hash, every refused bind costs one crypt, whether the system_id is known or not. Judged is a bind by
 * the account as it is when its crypt is there.
 *
 * limits.failed_binds: who has failed often (unknown system_id, not in allow, wrong password) is answered later and
 * later, then his address is locked for limits.lockout: refused with 0x0D without being judged, or closed at once. Who
 * may still come is in link/guard.h.
 *
 * max_binds reached: the account's binds that have been silent for a second are probed with enquire_link while the new
 * bind waits; those that do not answer within 2 s end as END_DISPLACED and the new bind takes the place. When all
 * answer, it is refused at once.
 */
struct account_ops {
	/* submit_sm, submit_multi, data_sm, query_sm, cancel_sm, replace_sm. Over rate is refused already: a
	 * submit_multi costs as many tokens as it has destinations, everything else one. */
	void (*on_request)(struct account *a, struct session *s, const struct pdu *pdu, void *arg);
	/* A deliver_sm / data_sm of ours is settled (as session_ops.on_settled). */
	void (*on_settled)(struct account *a, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			   void *arg);
	void (*on_receiver)(struct account *a, void *arg);    /* a bind that can receive came up, or has room again */
	void (*on_no_receiver)(struct account *a, void *arg); /* the last one that could receive has gone */
};

/* confs[n] borrowed for life. Never NULL. Nobody is let in before accounts_listen(). */
struct accounts *accounts_new(struct loop *loop, struct conn_hub *conns, struct session_hub *sessions,
			      const struct account_conf *confs, size_t n, const struct limits_conf *limits,
			      const char *our_system_id, const struct account_ops *ops, void *arg, struct stats *stats);
/* Carriers that bind in or call with outbind come to the same door (carrier_conf.mode); cs outlives as, or its last
 * session does. */
void accounts_let_in(struct accounts *as, struct carriers *cs);
/* Listens, once. 0, or -1 with *why (owned by the caller, free()) as "file:line: ...". */
__attribute__((warn_unused_result)) int accounts_listen(struct accounts *as, const struct listen_conf *listens,
							size_t m, char **why);
/* Stops listening and unbinds all (END_SHUTDOWN); the sessions end in later turns. Called again: closes them at
 * once. */
void accounts_shutdown(struct accounts *as);
bool accounts_idle(const struct accounts *as); /* no session left */
void accounts_free(struct accounts *as);       /* after accounts_idle() */

/*
 * A reload, as carriers_prepare() and the rest (link/carrier.h): what can fail comes first. accounts_prepare(): NULL
 * with faults in *errors. accounts_read(), in any thread, reads certificates, or accounts_open() does. accounts_open(),
 * in the turn of the change: sockets are opened; -1 with faults, also those of certificates, then accounts_drop() is
 * due. Before accounts_listen() no socket is opened.
 *
 * What is new holds for the next bind, and for the next request on binds that are up (tps, burst, window, timers);
 * those are not judged again by password, allow, bind and max_binds. Binds of an account that is removed are unbound,
 * connections under its name are refused as unknown; its number, and what waits for it, stay.
 */
struct accounts_next { /* borrowed from accounts_prepare() on, in place of what was before */
	const struct account_conf *confs;
	size_t n;
	const struct listen_conf *listens;
	size_t listens_n;
	const struct limits_conf *limits;
	const char *our_system_id; /* copied */
};
struct accounts_plan;
__attribute__((warn_unused_result)) struct accounts_plan *
accounts_prepare(struct accounts *as, const struct accounts_next *next, char **errors);
void accounts_read(struct accounts_plan *p);
__attribute__((warn_unused_result)) int accounts_open(struct accounts *as, struct accounts_plan *p, char **errors);
void accounts_drop(struct accounts *as, struct accounts_plan *p);
size_t accounts_number(const struct accounts *as, const struct accounts_plan *p, const char *system_id);
void accounts_grow(struct accounts *as, const struct accounts_plan *p);
void accounts_apply(struct accounts *as, struct accounts_plan *p);
bool account_removed(const struct account *a); /* a reload has taken it out */

struct guard_lock; /* link/guard.h: addresses and accounts that are locked now; lifting one, false: it is not known */
void accounts_each_lock(struct accounts *as, void (*fn)(const struct guard_lock *lock, void *arg), void *arg);
bool accounts_lift(struct accounts *as, const char *who);
size_t accounts_locks(const struct accounts *as); /* how many */

struct hasher; /* link/hasher.h: compares passwords; a test may hold it */
struct hasher *accounts_hasher(const struct accounts *as);

size_t accounts_count(const struct accounts *as);
struct account *accounts_at(const struct accounts *as, size_t i);
struct account *accounts_find(const struct accounts *as, struct view system_id); /* removed ones too; NULL: unknown */

/*
 * Something waits for this account and no bind can receive it. If it has an outbind address it is called: connect,
 * outbind, and it may bind on that connection as receiver or transceiver. One call at a time; after one that failed a
 * pause, 1 s doubling to 5 min; until a bind that can receive is there. Cheap to say again.
 */
void accounts_outbind(struct accounts *as, size_t account);

const struct account_conf *account_conf(const struct account *a);
size_t account_number(const struct account *a);
const char *account_name(const struct account *a); /* system_id */
struct account_stats *account_stats(struct account *a);
/*
 * More waits for the app than its binds take at once, or not any more: while it does, and the app takes each deliver_sm
 * within 5 ms, its submits are answered at the pace at which it takes them, at most 5 ms later. Cheap to say again.
 */
void account_ease(struct account *a, bool more);
size_t account_binds(const struct account *a);
bool account_can_receive(const struct account *a);
/*
 * Sends a deliver_sm or data_sm (fill() may set command_id; deliver_sm without) over the account's receiving bind with
 * the fewest outstanding (of more than 16 binds: of 16, each time others); a bind that let requests time out comes
 * after those that answer. 0, -EAGAIN (no room on any: on_receiver follows), -ENOTCONN (no receiving bind), -EMSGSIZE.
 * peer_version of the bind is told to fill() before: TLVs only for >= 0x34; fill completes *pdu.
 */
__attribute__((warn_unused_result)) int account_send(struct account *a, uint64_t cookie,
						     void (*fill)(struct pdu *pdu, uint8_t peer_version, void *arg),
						     void *arg);
/*
 * Sends a request that has no response (alert_notification) on one receiving bind of the account; fill() as above, it
 * sets command_id. 0, -ENOTCONN (no receiving bind), -EAGAIN (no bind's output has room: it is not sent, nobody tells
 * when there is), -EMSGSIZE.
 */
__attribute__((warn_unused_result)) int
account_tell(struct account *a, void (*fill)(struct pdu *pdu, uint8_t peer_version, void *arg), void *arg);
struct account_loss {  /* of its binds: those that ended, and neither it nor we wanted that */
	uint64_t n;    /* since the process started */
	int64_t at_ms; /* UTC, of the last one; 0: none */
	enum end_reason why;
};
const struct account_loss *account_loss(const struct account *a);
/* Every session of the account, for status. */
void account_each_session(const struct account *a, void (*fn)(const struct session *s, void *arg), void *arg);
struct listener_ends { /* UTC seconds since 1970; 0: it has none */
	int64_t certificate_s, crl_s;
};
/* Every listener that is open, and when its certificate and the first of its revocation lists end. */
void accounts_each_listener(const struct accounts *as,
			    void (*fn)(const struct listen_conf *conf, const struct listener_ends *ends, void *arg),
			    void *arg);

#endif
