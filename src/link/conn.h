/*
 * conn.h - a connection: bytes in, bytes out, over a socket. Knows no SMPP. Output gathers in the turn and leaves in
 * one write in stage LOOP_WRITE. Scenes replace this file with an in-memory network of the same contract.
 */
#ifndef LINK_CONN_H
#define LINK_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/loop.h"
#include "base/net.h"
#include "link/reason.h"
#include "link/tls.h"

#define CONN_TLS_INFO 64 /* octets */

/* What connections of one loop share: the list of those with output, bounds. */
struct conn_hub;
struct conn_hub *conn_hub_new(struct loop *loop, size_t max_output /* octets per connection */,
			      size_t read_budget /* octets per connection and turn */);
/* How a dead peer is noticed, as net_tune() has it; for connections from now on. At first 60 s and 30,000 ms. */
void conn_hub_set_tcp(struct conn_hub *hub, int64_t keepalive_s, int64_t user_timeout_ms);
struct loop *conn_hub_loop(const struct conn_hub *hub);
size_t conn_hub_max_output(const struct conn_hub *hub);
void conn_hub_free(struct conn_hub *hub); /* all connections must be closed and reaped */

struct conn;
struct conn_ops {
	void (*on_connected)(void *arg); /* conn_connect() only */
	/*
	 * Input: n octets at p, borrowed for the call. Returns how many were consumed; the rest is offered again with
	 * more. After a conn_close() in the call the value does not matter.
	 */
	size_t (*on_input)(void *arg, const uint8_t *p, size_t n);
	/* Ended, in a turn's reap, never from inside a call of the owner's. true: the owner is done with it, and must
	 * drop its pointer; conn is freed then. false: it is asked again in the next turn. Nothing else is called after
	 * conn_close(). */
	bool (*on_closed)(void *arg, enum end_reason reason);
	void (*on_drained)(void *arg); /* output went from over a quarter of its bound to under it; may be NULL */
	/* conn_connect() to a name with several addresses: why one of them did not get the connection; may be NULL. For
	 * the log: must not end the connection. */
	void (*on_tried)(void *arg, const struct net_addr *address, const char *why);
};

/*
 * Input is not offered while more than half of the output bound waits, until less than a quarter does: who does not
 * read is not read from.
 */

/* Takes fd. Never NULL. */
struct conn *conn_accepted(struct conn_hub *hub, int fd, const struct net_addr *peer, const struct conn_ops *ops,
			   void *arg);
/*
 * Right after conn_accepted() or conn_connect(): TLS goes over it. The handshake comes before on_connected() and the
 * first input; until it is done there is no room for output. A handshake that fails is END_TLS_FAILED; conn_connect()'s
 * timeout covers it, the owner of an accepted connection ends it with conn_finish(). tls NULL: plain.
 */
void conn_secure(struct conn *c, struct tls_context *tls);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" when it is plain, or the handshake is not done. */
void conn_tls_info(const struct conn *c, char out[CONN_TLS_INFO]);
/* The handshake is done. */
bool conn_is_secure(const struct conn *c);
/* The peer's certificate was verified and its common name or one of its DNS names is name. */
bool conn_peer_named(const struct conn *c, const char *name);
/* Closes an accepted fd that is not wanted. */
void conn_refuse(struct conn_hub *hub, int fd);
/*
 * Starts a connection; failure is told by on_closed. Never NULL. host: an address or a name, which is asked for anew
 * each time and whose addresses are tried one after the other. timeout_ms for the attempt, name and all addresses.
 */
struct conn *conn_connect(struct conn_hub *hub, const char *host, int64_t port, int64_t timeout_ms,
			  const struct conn_ops *ops, void *arg);

/*
 * Room for n more octets of output, NULL when that would pass the bound (or the connection is ending). What is filled
 * leaves at the end of the turn.
 */
uint8_t *conn_room(struct conn *c, size_t n);
void conn_filled(struct conn *c, size_t n);
/* Octets of output that wait, and how many more conn_room() would give. */
size_t conn_output(const struct conn *c);
size_t conn_free(const struct conn *c);
/* Whether input is not offered because the peer does not read. */
bool conn_choked(const struct conn *c);

/* Stops / goes on reading; going on offers again what was not consumed (in this or the next turn). */
void conn_hold(struct conn *c, bool hold);

/* Ends it: output is dropped. Harmless when it is ending already (the first reason stays). */
void conn_close(struct conn *c, enum end_reason reason);
/* Ends it after what waits is written (at most 5 s), half-closing so that the peer reads it. Input is dropped from
 * now. */
void conn_finish(struct conn *c, enum end_reason reason);

/* While we connect: the address tried last. */
const struct net_addr *conn_peer(const struct conn *c);
/* Our end of it; nothing (len 0) when it has none yet, or no more. */
void conn_local(const struct conn *c, struct net_addr *out);
/* loop_now_us() of the last octet received. */
int64_t conn_last_input_us(const struct conn *c);
/* Of the owner's octets, not of TLS's. */
uint64_t conn_octets_in(const struct conn *c);
uint64_t conn_octets_out(const struct conn *c);
/* What went wrong below END_IO_ERROR, END_TLS_FAILED, END_CONNECT_FAILED, END_RESOLVE_FAILED; "" otherwise. */
const char *conn_error(const struct conn *c);

/* A listening socket that hands over accepted connections (the owner calls conn_accepted()). */
struct conn_listener;
struct conn_listen_conf { /* borrowed for the listener's life; all but address and port may change */
	const char *address;
	int64_t port;
	bool proxy;			   /* each connection begins with a PROXY header (link/proxy.h) */
	const struct net_cidr *proxy_from; /* who may send one; others are refused */
	size_t proxy_froms;
	int64_t header_ms; /* how long the header may take */
};
struct conn_listen_ops {
	/* Takes fd. peer: with proxy the balancer's client. */
	void (*on_accept)(int fd, const struct net_addr *peer, void *arg);
	/* A connection was closed for its PROXY header; peer: the balancer. */
	void (*on_refused)(const struct net_addr *peer, enum end_reason reason, const char *why, void *arg);
};
struct conn_listener *conn_listen(struct conn_hub *hub, const struct conn_listen_conf *conf,
				  const struct conn_listen_ops *ops, void *arg,
				  const char **why /* static or errno text when NULL is returned */);
void conn_unlisten(struct conn_listener *l);

#endif
