/*
 * session.h - an SMPP session over a connection, ESME or SMSC side (smpp.md 6, 13): framing, state, timers, window,
 * enquire_link, generic_nack, unbind, bad input. Knows no accounts, carriers or messages: those are its owners' (ops).
 */
#ifndef LINK_SESSION_H
#define LINK_SESSION_H

#include "base/stats.h"
#include "link/conn.h"
#include "smpp/pdu.h"

enum session_role { SESSION_SMSC /* the peer bound in to us */, SESSION_ESME /* we bind */ };
enum session_state {
	SESSION_CONNECTING,
	SESSION_OPEN,
	SESSION_BINDING /* ESME: bind sent */,
	SESSION_BOUND_TX,
	SESSION_BOUND_RX,
	SESSION_BOUND_TRX,
	SESSION_UNBINDING /* our unbind is out */,
	SESSION_ENDING
};
enum session_outcome {
	SESSION_ANSWERED, /* resp is there */
	SESSION_NACKED,	  /* generic_nack; resp is it */
	SESSION_TIMEOUT,  /* no answer in time: outcome unknown; a SESSION_LATE may follow */
	SESSION_LOST,	  /* the session ended first: outcome unknown; nothing follows */
	SESSION_LATE,	  /* answered after SESSION_TIMEOUT; resp is there */
};

struct session;

/* Whoever lets answers wait: the sessions that have some. */
struct session_keeper {
	struct list sessions;
	void (*on_first)(struct session_keeper *k); /* an answer is kept, the first since the list was empty */
};
void session_keeper_release(struct session_keeper *k); /* lets them all go, in this turn */

struct session_conf { /* borrowed for the session's life */
	int64_t enquire_link_ms, response_ms, bind_ms /* session_init or bind response */, partial_ms;
	int64_t connect_ms; /* 0: bind_ms */
	uint32_t max_pdu;
	uint32_t window_out;	       /* our outstanding requests */
	uint32_t window_in;	       /* the peer's unanswered requests; at it we stop reading */
	struct session_keeper *keeper; /* answers are kept until session_keeper_release(); NULL: they go at once */
};

/* What a session counts; summed into its owner's by the owner's rows, or the hub-wide one. Never NULL in a session. */
struct session_stats {
	uint64_t pdus_in, pdus_out, malformed, unknown_command, wrong_state, unsolicited, timeouts, nacks, window_full;
	uint64_t ended[END_REASONS];
};

/* on_bind's answer when it cannot judge yet: session_judge() follows, and nothing is read from the peer until then. */
#define SESSION_BIND_LATER 0xFFFFFFFFu

struct session_ops {
	/* SMSC side: judges a bind; ESME_ROK makes it bound. May set the session's owner (session_adopt). system_id in
	 * the response is what session_set_system_id() said. A refused peer is closed 1 s later unless it binds again.
	 * May be SESSION_BIND_LATER. */
	uint32_t (*on_bind)(struct session *s, const struct pdu *bind, void *arg);
	/* SMSC side, may be NULL (outbind is a wrong state then): the peer's first PDU is outbind, and nothing has been
	 * sent to it: session_turn(), or session_abort(). */
	void (*on_outbind)(struct session *s, const struct pdu *outbind, void *arg);
	/* The connection that we made is there: session_bind(), or session_outbind() when it was a session_call(). */
	void (*on_open)(struct session *s, void *arg);
	/* Both: bound now (SMSC side: after the bind_resp was written to the output). status: ESME side, the
	 * refusal. */
	void (*on_bound)(struct session *s, void *arg);
	void (*on_refused)(struct session *s, uint32_t status, void *arg);
	/*
	 * A request legal in this state and decoded: submit_sm, submit_multi, data_sm, query_sm, cancel_sm, replace_sm
	 * (SMSC side), deliver_sm, data_sm, alert_notification (ESME side). Must be answered once with
	 * session_answer(), now or later (alert_notification: not). pdu is borrowed for the call.
	 */
	void (*on_request)(struct session *s, const struct pdu *pdu, void *arg);
	/* One of ours is settled; resp is NULL for SESSION_TIMEOUT and SESSION_LOST, borrowed for the call. */
	void (*on_settled)(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			   int64_t sent_us, void *arg);
	/* Window or output has room again after session_send() said no. */
	void (*on_room)(struct session *s, void *arg);
	/* Ended, once, in a turn's reap; everything outstanding was settled as SESSION_LOST before, oldest first, over
	 * several turns when it is much (session_state() is SESSION_ENDING then). The session is freed after the call.
	 */
	void (*on_ended)(struct session *s, enum end_reason reason, void *arg);
};

/* Shared by all sessions of a loop: the pool of sessions. */
struct session_hub;
struct session_hub *session_hub_new(struct loop *loop, struct conn_hub *conns, uint32_t max_sessions);
void session_hub_free(struct session_hub *hub);
struct tap;
struct tap *session_hub_tap(const struct session_hub *hub); /* captures its sessions' PDUs: tap.h */
/* Handles go stale when a session begins to end (SESSION_ENDING): NULL then. */
struct session *session_get(const struct session_hub *hub, uint64_t handle);
uint64_t session_handle(const struct session *s);

/*
 * A session may be ended, and any session be called, from within any callback.
 * SMSC side: takes an accepted fd. NULL when there is no room (fd closed).
 */
struct session *session_accept(struct session_hub *hub, int fd, const struct net_addr *peer,
			       const struct session_conf *conf, const struct session_ops *ops, void *arg,
			       struct session_stats *stats);
/* ESME side: connects; on_open, or on_ended when it fails. NULL when there is no room. */
struct session *session_connect(struct session_hub *hub, const char *host, int64_t port,
				const struct session_conf *conf, const struct session_ops *ops, void *arg,
				struct session_stats *stats);
/* SMSC side over a connection that we make: on_open, where session_outbind() goes, or on_ended when it fails. From then
 * on it is like an accepted one: the peer binds within bind_ms. NULL when there is no room. */
struct session *session_call(struct session_hub *hub, const char *host, int64_t port, const struct session_conf *conf,
			     const struct session_ops *ops, void *arg, struct session_stats *stats);
/* Right after session_accept() or session_connect(): TLS goes over its connection (conn_secure()). tls NULL: plain. */
void session_secure(struct session *s, struct tls_context *tls);
/* Hands a session to another owner: new conf, ops, arg, stats (an account takes it over from the listener at bind). */
void session_adopt(struct session *s, const struct session_conf *conf, const struct session_ops *ops, void *arg,
		   struct session_stats *stats);

/* In on_outbind: from now on this is our bind at the peer (ESME side), not bound yet: session_bind() follows. */
void session_turn(struct session *s);
/* ESME side, in on_open: sends bind_transmitter, bind_receiver or bind_transceiver (bind->command_id says). */
void session_bind(struct session *s, const struct pdu *bind);
/* In on_open of a session_call(): asks the peer to bind. system_id at most 15 octets, password 8. */
void session_outbind(struct session *s, const char *system_id, const char *password);
void session_set_system_id(struct session *s, const char *system_id); /* for bind_resp; copied */
/* SMSC side, after SESSION_BIND_LATER: the verdict. */
void session_judge(struct session *s, uint32_t status);
/* Takes another interface_version than the peer said (clients send wrong constants). */
void session_set_peer_version(struct session *s, uint8_t version);

/*
 * Sends a request: pdu's command_id and body; its sequence is set here. 0, or
 * -EAGAIN when window or output is full (on_room follows), -ENOTCONN when it cannot send requests in this state,
 * -EMSGSIZE when it cannot be encoded or is over max_pdu. After session_room() > 0 it never says -EAGAIN.
 */
__attribute__((warn_unused_result)) int session_send(struct session *s, struct pdu *pdu, uint64_t cookie);
/*
 * Sends a request that has no response (alert_notification): it takes no place in the window. As session_send(), but
 * on_room does not follow an -EAGAIN.
 */
__attribute__((warn_unused_result)) int session_tell(struct session *s, struct pdu *pdu);
bool session_can_tell(const struct session *s); /* it may send, and its output has room for the largest PDU */
/* How many session_send() would take now: 0 also while there is no room for the largest PDU in the output. */
uint32_t session_room(const struct session *s);
uint32_t session_outstanding(const struct session *s);
/* Another limit of our outstanding requests, 1..10000; those beyond it stay. conf->window_out is for the next one. */
void session_set_window(struct session *s, uint32_t window);
/* on_room follows once session_room() is not 0. */
void session_want_room(struct session *s);

/*
 * Answers a request: command_id is the request's (the RESP bit is set here), sequence its own. id may be empty (then a
 * lone NUL where the body asks for one); tlvs may be empty. With status != 0 the body follows smpp.md 2. Answers after
 * our unbind are still sent; an answer to an ended session is dropped.
 */
void session_answer(struct session *s, uint32_t command_id, uint32_t sequence, uint32_t status, struct view id,
		    struct view tlvs);
/* Answers with a PDU that has a body of its own (query_sm_resp, submit_multi_resp); resp->sequence is set by the
 * caller. */
void session_answer_pdu(struct session *s, const struct pdu *resp);

/* When the oldest of our outstanding requests was sent; INT64_MAX: nothing is outstanding. */
int64_t session_oldest_us(const struct session *s);

/* Stops reading from the peer, or goes on, as the owner wishes; its timers wait meanwhile. */
void session_hold(struct session *s, bool hold);

/* Ends it: END_WE_UNBOUND, END_CONFIG, END_SHUTDOWN unbind first (answers outstanding, at most 5 s); others close. */
void session_end(struct session *s, enum end_reason reason);

/* Ends it at once, whatever the reason. */
void session_abort(struct session *s, enum end_reason reason);

enum session_role session_role(const struct session *s);
enum session_state session_state(const struct session *s);
const char *session_state_name(enum session_state st);
bool session_can_send(const struct session *s);	       /* ESME side: BOUND_TX/TRX; SMSC side: BOUND_RX/TRX */
uint8_t session_peer_version(const struct session *s); /* interface_version, or sc_interface_version
	of the bind response (0x33 without one), as judged: 0x33 or >= 0x34 */
const struct net_addr *session_peer(const struct session *s);
int64_t session_since_us(const struct session *s); /* bound since; 0 when not bound */
int64_t session_idle_us(const struct session *s);  /* since the last octet came in */
/* "bank#12" or "mobile/1": what log lines begin with; set by the owner, "peer address" before. */
const char *session_name(const struct session *s);
void session_set_name(struct session *s, const char *name);
/* What went wrong below END_IO_ERROR and the like, for the owner's log line; "" otherwise. */
const char *session_error(const struct session *s);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" when the connection is plain. */
void session_tls_info(const struct session *s, char out[CONN_TLS_INFO]);
bool session_is_secure(const struct session *s);
/* The peer has shown a certificate that was verified and carries the name (common name or a DNS name). */
bool session_peer_named(const struct session *s, const char *name);
/* Octets over the connection. */
uint64_t session_octets_in(const struct session *s);
uint64_t session_octets_out(const struct session *s);
/* The peer's requests that we have not answered yet. */
uint32_t session_unanswered(const struct session *s);
/* Probes a bind now: enquire_link at once; dead (END_DISPLACED) if nothing comes within ms. */
void session_probe(struct session *s, int64_t ms);
/* A probe is out and nothing has come since. */
bool session_probing(const struct session *s);

#endif
