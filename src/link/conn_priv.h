/*
 * conn_priv.h - what the files of a connection share: conn.c (octets in and out, the end), conn_connect.c (how one that
 * we ask for comes about). Private to them.
 */
#ifndef LINK_CONN_PRIV_H
#define LINK_CONN_PRIV_H

#include <event2/event_struct.h>
#include "base/buf.h"
#include "link/conn.h"
#include "link/conn_tls.h"

#define CONN_SPARES 64 /* empty output buffers kept by the hub */

struct conn_hub {
	struct loop *loop;
	size_t max_output, read_budget;
	uint8_t *scratch;  /* CONN_SMALL + read_budget */
	struct list dirty; /* output was added in this turn */
	struct list again; /* kept input is to be offered again */
	struct loop_hook offer_hook, write_hook;
	struct buf spare[CONN_SPARES];
	unsigned spares;
	unsigned shakes;		      /* steps of TLS handshakes in this turn */
	int64_t keepalive_s, user_timeout_ms; /* as net_tune() */
	struct resolver *resolver;	      /* NULL until a name is connected to */
};

struct conn_dial; /* conn_connect.c: the attempt under way */

enum conn_phase { CONN_CONNECTING, CONN_SHAKING /* TLS */, CONN_OPEN, CONN_FLUSHING, CONN_LINGERING, CONN_ENDED };

struct conn {
	struct conn_hub *hub;
	int fd;
	enum conn_phase phase;
	enum end_reason reason;
	const struct conn_ops *ops;
	void *arg;
	struct net_addr peer;	    /* while connecting: the address tried last */
	struct conn_dial *dial;	    /* CONN_CONNECTING; else NULL */
	struct tls_context *secure; /* what the handshake will be made with; NULL: none will, or it has begun */
	struct conn_tls *tls;	    /* NULL: plain */
	struct event on_read, on_write;
	struct timer timer; /* the connection attempt; lingering */
	struct loop_defer defer;
	struct list dirty, again;
	struct buf in, out;
	bool offering; /* the owner looks at input: it stays until it is done */
	bool held;     /* by the owner */
	bool choked;   /* too much output waits */
	bool read_off; /* the read event was taken out while held or choked */
	bool blocked;  /* the socket takes no more: waits for on_write */
	int64_t last_input_us;
	uint64_t octets_in, octets_out;
	int error; /* errno */
	const char *why;
};

/* conn.c */
struct conn *conn_new(struct conn_hub *hub, const struct conn_ops *ops, void *arg);
void conn_watch(struct conn *c, int fd); /* takes fd */
void conn_opened(struct conn *c);
/* Drops what waits, and ends it when the peer has read what is written, or after 5 s. */
void conn_linger(struct conn *c, enum end_reason reason);
void conn_offer_later(struct conn *c); /* in this turn or the next: kept input, and what OpenSSL holds */
void conn_wants_write(struct conn *c); /* when the socket takes more */
/* The one place where a connection ends; with the errno that conn_error() tells. */
void conn_end(struct conn *c, enum end_reason reason);
void conn_fail(struct conn *c, enum end_reason reason, int error);

/* conn_connect.c: a connection in phase CONN_CONNECTING */
void conn_connect_late(struct conn *c); /* its time is over */
void conn_connect_over(struct conn *c); /* drops what is under way; harmless when nothing is */

/* conn_shake.c: a connection in phase CONN_SHAKING, and before */
void conn_shake_begin(struct conn *c); /* the socket is there; conn_opened() and on_connected() follow */
void conn_shake(struct conn *c);       /* the socket has something, or takes something */
void conn_shake_late(struct conn *c);  /* its time is over */

#endif
