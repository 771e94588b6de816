/*
 * wire.h - an in-memory network for simulated loops. wire.c and wire_conn.c implement link/conn.h by its contract (link
 * them instead of src/link/conn.c and listener.c); this header is the test's side of each connection.
 *
 * Octets travel once a turn: what the test sent is offered to the gateway in LOOP_STORE, what the gateway wrote arrives
 * at the test in LOOP_WRITE. While anything is under way the loop is asked for a turn within 1 ms, so that
 * loop_advance() carries traffic by itself.
 */
#ifndef SCENE_WIRE_H
#define SCENE_WIRE_H

#include "link/conn.h"

struct wire; /* the far end of one connection */

/* The hub that was made last and is not freed yet; NULL when there is none. For tests whose hub is made inside the
 * gateway. */
struct conn_hub *wire_hub(void);

/* Connections to the gateway's listeners. NULL when nobody listens on the port. from: "10.0.0.1", NULL =
 * "127.0.0.1". */
struct wire *wire_dial(struct conn_hub *hub, int64_t port, const char *from);

/*
 * Connections that the gateway makes: a far-end listener on a port. Without one they are refused (in the next turn).
 * They wait in order of arrival until wire_accept() takes them; on_dial, when not NULL, is told of each at once
 * instead.
 */
void wire_serve(struct conn_hub *hub, int64_t port, void (*on_dial)(struct wire *w, void *arg), void *arg);
/* The port swallows connection attempts: they time out. */
void wire_serve_nothing(struct conn_hub *hub, int64_t port);
void wire_unserve(struct conn_hub *hub, int64_t port);
struct wire *wire_accept(struct conn_hub *hub, int64_t port); /* NULL when none waits */
/* Host names that do not resolve. */
void wire_unknown_host(struct conn_hub *hub, const char *host);

/* The far end has a certificate with this name (borrowed): what the gateway sees where it speaks TLS. Handshakes take
 * no time here and never fail. */
void wire_set_certificate(struct wire *w, const char *name);

/* Octets to the gateway. */
void wire_send(struct wire *w, const void *p, size_t n);
/* How many octets the gateway reads at a time; 0 (at first): all there are, up to its read budget. */
void wire_fragment(struct wire *w, size_t octets);
/* Octets that the gateway has not consumed yet, in the wire or kept by the connection. */
size_t wire_unread(const struct wire *w);

/* Octets from the gateway that were not taken yet. */
const uint8_t *wire_data(const struct wire *w);
size_t wire_received(const struct wire *w);
void wire_take(struct wire *w, size_t n);
/* Called in LOOP_WRITE when octets have arrived or the gateway has closed; may send, close and drop, not free. */
void wire_on_data(struct wire *w, void (*fn)(struct wire *w, void *arg), void *arg);

/* Does not read: octets wait in the gateway's output, up to what the sockets between would take (octets). */
void wire_stall(struct wire *w, size_t sockets_take);
void wire_read_on(struct wire *w);
/* Connection open, nobody there: what the gateway sends vanishes, nothing comes. */
void wire_black_hole(struct wire *w);

void wire_close(struct wire *w);	/* orderly: the gateway reads what was sent, then the end */
void wire_drop(struct wire *w);		/* a reset: END_IO_ERROR */
bool wire_closed(const struct wire *w); /* the gateway has closed or half-closed; all it wrote has arrived */
void wire_free(struct wire *w);		/* drops it if it is open */

#endif
