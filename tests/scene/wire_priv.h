/*
 * wire_priv.h - what the two files of the in-memory network share: wire.c (the hub, octets on their way, the test's
 * side) and wire_conn.c (the gateway's side). Private to them.
 */
#ifndef SCENE_WIRE_PRIV_H
#define SCENE_WIRE_PRIV_H

#include "base/buf.h"
#include "wire.h"

enum wire_phase { WIRE_CONNECTING, WIRE_OPEN, WIRE_FINISHING, WIRE_LINGERING, WIRE_ENDED };

struct wire {
	struct list link; /* hub.wires */
	struct conn_hub *hub;
	struct conn *conn; /* the gateway's side; NULL before it is accepted and after it has ended */
	int fd;
	struct net_addr peer;
	struct buf to, from; /* towards the gateway; from it */
	size_t fragment, sockets_take;
	bool stalled, black_hole, closed_by_test, dropped, closed_by_gateway, news, freed;
	void (*on_data)(struct wire *w, void *arg);
	void *on_data_arg;
	const char *certificate; /* the name in the far end's certificate; NULL: it has none */
};

struct conn {
	struct conn_hub *hub;
	struct wire *wire;
	enum wire_phase phase;
	enum end_reason reason;
	const struct conn_ops *ops;
	void *arg;
	struct net_addr peer;
	struct buf in, out;
	struct timer timer; /* connecting, finishing */
	struct loop_defer defer;
	bool held, choked, offer_again, secure;
	int64_t last_input_us;
	uint64_t octets_in, octets_out;
	const char *error;
};

struct served {
	struct list link;
	int64_t port;
	bool swallows;
	void (*on_dial)(struct wire *w, void *arg);
	void *arg;
	struct list waiting; /* struct dialled */
};

struct dialled {
	struct list link;
	struct wire *wire;
};

struct conn_listener {
	struct list link;
	struct conn_hub *hub;
	int64_t port;
	void (*on_accept)(int fd, const struct net_addr *peer, void *arg);
	void *arg;
};

struct conn_hub {
	struct loop *loop;
	size_t max_output, read_budget;
	struct list wires, listeners, served;
	struct loop_hook read_hook, write_hook;
	struct timer tick;
	int next_fd;
	uint16_t next_port;
	char unknown_host[256];
};

/* wire.c */
void wire_move(struct conn_hub *hub); /* something is under way: a turn is wanted */
struct wire *wire_make(struct conn_hub *hub);
struct served *wire_served(struct conn_hub *hub, int64_t port);
void wire_address(struct net_addr *out, const char *from, int64_t port);
int64_t wire_port(const struct net_addr *a);

/* wire_conn.c */
void wire_conn_end(struct conn *c, enum end_reason reason);
void wire_conn_establish(struct conn *c);
bool wire_conn_read(struct conn *c); /* one read; false when there was nothing to read, or nobody reads */

#endif
