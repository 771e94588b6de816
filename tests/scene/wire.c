/*
 * wire.c - an in-memory network: link/conn.h for simulated loops, and the test's side of it. Knows no SMPP.
 */
#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"

#define WIRE_FD_FIRST  1048576 /* no file descriptor of this process */
#define WIRE_LINGER_MS 5000
#define WIRE_TICK_MS   1

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
	bool held, choked, offer_again;
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

static void wire_read_hook(void *arg);
static void wire_write_hook(void *arg);

static void wire_on_tick(struct timer *t)
{
	(void)t; /* the turn is what was wanted */
}

static void wire_move(struct conn_hub *hub)
{
	if (!wheel_isset(&hub->tick))
		loop_timer(hub->loop, &hub->tick, WIRE_TICK_MS);
}

/* The hub. */

static struct conn_hub *newest_hub;

struct conn_hub *wire_hub(void)
{
	return newest_hub;
}

struct conn_hub *conn_hub_new(struct loop *loop, size_t max_output, size_t read_budget)
{
	struct conn_hub *hub = mem_zalloc(sizeof(*hub));

	hub->loop = loop;
	hub->max_output = max_output;
	hub->read_budget = read_budget;
	list_init(&hub->wires);
	list_init(&hub->listeners);
	list_init(&hub->served);
	hub->tick.fn = wire_on_tick;
	hub->next_fd = WIRE_FD_FIRST;
	hub->next_port = 40000;
	hub->read_hook = (struct loop_hook){ .fn = wire_read_hook, .arg = hub };
	hub->write_hook = (struct loop_hook){ .fn = wire_write_hook, .arg = hub };
	loop_hook(loop, LOOP_STORE, &hub->read_hook);
	loop_hook(loop, LOOP_WRITE, &hub->write_hook);
	newest_hub = hub;
	return hub;
}

struct loop *conn_hub_loop(const struct conn_hub *hub)
{
	return hub->loop;
}

size_t conn_hub_max_output(const struct conn_hub *hub)
{
	return hub->max_output;
}

static void wire_destroy(struct wire *w)
{
	list_remove(&w->link);
	buf_free(&w->to);
	buf_free(&w->from);
	mem_free(w);
}

static void served_free(struct served *s)
{
	LIST_EACH_SAFE (node, tmp, &s->waiting)
		mem_free(LIST_OF(node, struct dialled, link));
	list_remove(&s->link);
	mem_free(s);
}

void conn_hub_free(struct conn_hub *hub)
{
	if (hub == NULL)
		return;
	loop_unhook(hub->loop, &hub->read_hook);
	loop_unhook(hub->loop, &hub->write_hook);
	loop_timer_clear(hub->loop, &hub->tick);
	LIST_EACH_SAFE (node, tmp, &hub->wires) {
		struct wire *w = LIST_OF(node, struct wire, link);
		if (w->conn != NULL) {
			fprintf(stderr, "wire: the hub is freed while a connection is open\n");
			abort();
		}
		wire_destroy(w);
	}
	LIST_EACH_SAFE (served, next, &hub->served)
		served_free(LIST_OF(served, struct served, link));
	if (newest_hub == hub)
		newest_hub = NULL;
	mem_free(hub);
}

/* The gateway's side. */

static void conn_reap(void *arg)
{
	struct conn *c = arg;

	c->ops->on_closed(c->arg, c->reason);
	mem_free(c);
}

static void conn_end(struct conn *c, enum end_reason reason)
{
	if (c->phase == WIRE_ENDED)
		return;
	if (c->phase != WIRE_FINISHING && c->phase != WIRE_LINGERING)
		c->reason = reason;
	c->phase = WIRE_ENDED;
	loop_timer_clear(c->hub->loop, &c->timer);
	if (c->wire != NULL) {
		c->wire->conn = NULL;
		c->wire->closed_by_gateway = c->wire->news = true;
		c->wire = NULL;
	}
	buf_free(&c->in);
	buf_free(&c->out);
	loop_defer(c->hub->loop, &c->defer, conn_reap, c);
	wire_move(c->hub);
}

static void conn_on_timer(struct timer *t)
{
	struct conn *c = LIST_OF(t, struct conn, timer);

	if (c->phase == WIRE_CONNECTING)
		c->error = "timed out";
	conn_end(c, c->phase == WIRE_CONNECTING ? END_CONNECT_FAILED : c->reason);
}

static struct conn *conn_make(struct conn_hub *hub, const struct conn_ops *ops, void *arg)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->hub = hub;
	c->ops = ops;
	c->arg = arg;
	c->timer.fn = conn_on_timer;
	c->error = "";
	c->last_input_us = loop_now_us(hub->loop);
	return c;
}

static struct wire *wire_by_fd(struct conn_hub *hub, int fd)
{
	LIST_EACH (node, &hub->wires) {
		struct wire *w = LIST_OF(node, struct wire, link);
		if (w->fd == fd)
			return w;
	}
	fprintf(stderr, "wire: no connection has the descriptor %d\n", fd);
	abort();
}

struct conn *conn_accepted(struct conn_hub *hub, int fd, const struct net_addr *peer, const struct conn_ops *ops,
			   void *arg)
{
	struct conn *c = conn_make(hub, ops, arg);

	c->peer = *peer;
	c->phase = WIRE_OPEN;
	c->wire = wire_by_fd(hub, fd);
	c->wire->conn = c;
	return c;
}

void conn_refuse(struct conn_hub *hub, int fd)
{
	struct wire *w = wire_by_fd(hub, fd);

	w->closed_by_gateway = w->news = true;
	wire_move(hub);
}

static void wire_address(struct net_addr *out, const char *from, int64_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&out->ss;

	memset(out, 0, sizeof(*out));
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, from, &in->sin_addr) != 1)
		inet_pton(AF_INET, "127.0.0.1", &in->sin_addr);
	out->len = sizeof(*in);
}

static struct wire *wire_make(struct conn_hub *hub)
{
	struct wire *w = mem_zalloc(sizeof(*w));

	w->hub = hub;
	w->fd = hub->next_fd++;
	list_append(&hub->wires, &w->link);
	return w;
}

static struct served *served_at(struct conn_hub *hub, int64_t port)
{
	LIST_EACH (node, &hub->served) {
		struct served *s = LIST_OF(node, struct served, link);
		if (s->port == port)
			return s;
	}
	return NULL;
}

struct conn *conn_connect(struct conn_hub *hub, const char *host, int64_t port, int64_t timeout_ms,
			  const struct conn_ops *ops, void *arg)
{
	struct conn *c = conn_make(hub, ops, arg);
	struct served *s = served_at(hub, port);

	wire_address(&c->peer, host, port);
	if (strcmp(host, hub->unknown_host) == 0) {
		c->error = "unknown host";
		conn_end(c, END_RESOLVE_FAILED);
	} else if (s == NULL) {
		c->error = "Connection refused";
		conn_end(c, END_CONNECT_FAILED);
	} else {
		loop_timer(hub->loop, &c->timer, timeout_ms);
		if (!s->swallows) {
			c->wire = wire_make(hub);
			c->wire->peer = c->peer;
			c->wire->conn = c;
			wire_move(hub);
		}
	}
	return c;
}

/* The connection is there: the test's side first, then the gateway's. */
static void conn_establish(struct conn *c)
{
	struct served *s = NULL;

	LIST_EACH (node, &c->hub->served) {
		struct served *each = LIST_OF(node, struct served, link);
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&c->peer.ss;
		if (each->port == ntohs(in->sin_port))
			s = each;
	}
	if (s == NULL || s->swallows) {
		c->error = "Connection refused";
		conn_end(c, END_CONNECT_FAILED);
		return;
	}
	loop_timer_clear(c->hub->loop, &c->timer);
	c->phase = WIRE_OPEN;
	c->last_input_us = loop_now_us(c->hub->loop);
	if (s->on_dial != NULL) {
		s->on_dial(c->wire, s->arg);
	} else {
		struct dialled *d = mem_zalloc(sizeof(*d));
		d->wire = c->wire;
		list_append(&s->waiting, &d->link);
	}
	if (c->phase == WIRE_OPEN)
		c->ops->on_connected(c->arg);
}

size_t conn_free(const struct conn *c)
{
	size_t waits = buf_len(&c->out);

	return c->phase == WIRE_OPEN && waits < c->hub->max_output ? c->hub->max_output - waits : 0;
}

uint8_t *conn_room(struct conn *c, size_t n)
{
	return n > conn_free(c) ? NULL : buf_room(&c->out, n);
}

void conn_filled(struct conn *c, size_t n)
{
	buf_filled(&c->out, n);
	if (buf_len(&c->out) > c->hub->max_output / 2)
		c->choked = true;
}

size_t conn_output(const struct conn *c)
{
	return buf_len(&c->out);
}

bool conn_choked(const struct conn *c)
{
	return c->choked;
}

void conn_hold(struct conn *c, bool hold)
{
	if (c->held && !hold)
		wire_move(c->hub);
	c->offer_again = c->offer_again || (c->held && !hold && buf_len(&c->in) > 0);
	c->held = hold;
}

void conn_close(struct conn *c, enum end_reason reason)
{
	conn_end(c, reason);
}

void conn_finish(struct conn *c, enum end_reason reason)
{
	if (c->phase == WIRE_CONNECTING)
		conn_end(c, reason);
	if (c->phase != WIRE_OPEN)
		return;
	c->reason = reason;
	c->phase = WIRE_FINISHING;
	loop_timer(c->hub->loop, &c->timer, WIRE_LINGER_MS);
	wire_move(c->hub);
}

const struct net_addr *conn_peer(const struct conn *c)
{
	return &c->peer;
}

int64_t conn_last_input_us(const struct conn *c)
{
	return c->last_input_us;
}

uint64_t conn_octets_in(const struct conn *c)
{
	return c->octets_in;
}

uint64_t conn_octets_out(const struct conn *c)
{
	return c->octets_out;
}

const char *conn_error(const struct conn *c)
{
	return c->error;
}

struct conn_listener *conn_listen(struct conn_hub *hub, const char *address, int64_t port,
				  void (*on_accept)(int fd, const struct net_addr *peer, void *arg), void *arg,
				  const char **why)
{
	(void)address;
	LIST_EACH (node, &hub->listeners) {
		if (LIST_OF(node, struct conn_listener, link)->port == port) {
			*why = "Address already in use";
			return NULL;
		}
	}
	struct conn_listener *l = mem_zalloc(sizeof(*l));
	l->hub = hub;
	l->port = port;
	l->on_accept = on_accept;
	l->arg = arg;
	list_append(&hub->listeners, &l->link);
	return l;
}

void conn_unlisten(struct conn_listener *l)
{
	if (l == NULL)
		return;
	list_remove(&l->link);
	mem_free(l);
}

/* Octets on their way. */

static void conn_offer(struct conn *c)
{
	size_t n = buf_len(&c->in);
	/* as over a socket, the octets lie somewhere else the next time: a view that was kept shows */
	uint8_t *copy = mem_zalloc(n + 1);

	memcpy(copy, buf_data(&c->in), n);
	size_t used = c->ops->on_input(c->arg, copy, n);
	mem_free(copy);
	if (c->phase == WIRE_OPEN)
		buf_consume(&c->in, used < n ? used : n, 0);
}

/* One read; false when there was nothing to read, or nobody reads. */
static bool conn_read(struct conn *c)
{
	struct wire *w = c->wire;

	if (c->phase != WIRE_OPEN || c->held || c->choked)
		return false;
	if (c->offer_again) {
		c->offer_again = false;
		conn_offer(c);
		return true;
	}
	size_t n = buf_len(&w->to);
	if (n == 0)
		return false;
	if (n > c->hub->read_budget)
		n = c->hub->read_budget;
	if (w->fragment != 0 && n > w->fragment)
		n = w->fragment;
	buf_put(&c->in, buf_data(&w->to), n);
	buf_consume(&w->to, n, 0);
	c->octets_in += n;
	c->last_input_us = loop_now_us(c->hub->loop);
	conn_offer(c);
	return true;
}

static void wire_read(struct wire *w)
{
	struct conn *c = w->conn;

	if (c->phase == WIRE_CONNECTING) {
		conn_establish(c);
		return;
	}
	if (w->dropped) {
		c->error = "Connection reset by peer";
		conn_end(c, END_IO_ERROR);
		return;
	}
	if (c->phase == WIRE_OPEN)
		while (c->phase == WIRE_OPEN && conn_read(c))
			;
	else
		buf_consume(&w->to, buf_len(&w->to), 0);
	if (w->conn == NULL || !w->closed_by_test || buf_len(&w->to) > 0 || c->held || c->choked)
		return;
	conn_end(c, c->phase == WIRE_OPEN ? END_PEER_CLOSED : c->reason);
}

static void wire_read_hook(void *arg)
{
	struct conn_hub *hub = arg;

	LIST_EACH_SAFE (node, tmp, &hub->wires) {
		struct wire *w = LIST_OF(node, struct wire, link);
		if (w->conn != NULL)
			wire_read(w);
	}
}

static void wire_write(struct wire *w)
{
	struct conn *c = w->conn;
	size_t waits = buf_len(&c->out), quarter = c->hub->max_output / 4, n = waits;

	if (w->stalled) {
		size_t taken = buf_len(&w->from);
		size_t room = w->sockets_take > taken ? w->sockets_take - taken : 0;
		n = n < room ? n : room;
	}
	if (n > 0) {
		c->octets_out += n;
		if (!w->black_hole) {
			buf_put(&w->from, buf_data(&c->out), n);
			w->news = true;
		}
		buf_consume(&c->out, n, 0);
	}
	if (c->phase == WIRE_FINISHING && buf_len(&c->out) == 0) {
		c->phase = WIRE_LINGERING;
		w->closed_by_gateway = w->news = true;
	}
	if (buf_len(&c->out) >= quarter)
		return;
	if (c->choked) {
		c->choked = false;
		c->offer_again = c->offer_again || buf_len(&c->in) > 0;
		wire_move(c->hub);
	}
	if (waits >= quarter && c->phase == WIRE_OPEN && c->ops->on_drained != NULL)
		c->ops->on_drained(c->arg);
}

static void wire_write_hook(void *arg)
{
	struct conn_hub *hub = arg;

	LIST_EACH_SAFE (node, tmp, &hub->wires) {
		struct wire *w = LIST_OF(node, struct wire, link);
		if (w->conn != NULL && w->conn->phase != WIRE_CONNECTING)
			wire_write(w);
		if (w->freed && w->conn == NULL) {
			wire_destroy(w);
			continue;
		}
		if (!w->news || w->stalled || w->black_hole)
			continue;
		w->news = false;
		if (w->on_data != NULL)
			w->on_data(w, w->on_data_arg);
	}
}

/* The test's side. */

struct wire *wire_dial(struct conn_hub *hub, int64_t port, const char *from)
{
	LIST_EACH (node, &hub->listeners) {
		struct conn_listener *l = LIST_OF(node, struct conn_listener, link);
		if (l->port != port)
			continue;
		struct wire *w = wire_make(hub);
		wire_address(&w->peer, from != NULL ? from : "127.0.0.1", hub->next_port++);
		l->on_accept(w->fd, &w->peer, l->arg);
		return w;
	}
	return NULL;
}

static struct served *served_make(struct conn_hub *hub, int64_t port)
{
	struct served *s = served_at(hub, port);

	if (s == NULL) {
		s = mem_zalloc(sizeof(*s));
		s->port = port;
		list_init(&s->waiting);
		list_append(&hub->served, &s->link);
	}
	s->swallows = false;
	return s;
}

void wire_serve(struct conn_hub *hub, int64_t port, void (*on_dial)(struct wire *w, void *arg), void *arg)
{
	struct served *s = served_make(hub, port);

	s->on_dial = on_dial;
	s->arg = arg;
}

void wire_serve_nothing(struct conn_hub *hub, int64_t port)
{
	served_make(hub, port)->swallows = true;
}

void wire_unserve(struct conn_hub *hub, int64_t port)
{
	struct served *s = served_at(hub, port);

	if (s != NULL)
		served_free(s);
}

struct wire *wire_accept(struct conn_hub *hub, int64_t port)
{
	struct served *s = served_at(hub, port);

	if (s == NULL || list_empty(&s->waiting))
		return NULL;
	struct dialled *d = LIST_OF(s->waiting.next, struct dialled, link);
	struct wire *w = d->wire;
	list_remove(&d->link);
	mem_free(d);
	return w;
}

void wire_unknown_host(struct conn_hub *hub, const char *host)
{
	snprintf(hub->unknown_host, sizeof(hub->unknown_host), "%s", host);
}

void wire_send(struct wire *w, const void *p, size_t n)
{
	if (w->closed_by_test || w->dropped || w->conn == NULL)
		return;
	buf_put(&w->to, p, n);
	wire_move(w->hub);
}

void wire_fragment(struct wire *w, size_t octets)
{
	w->fragment = octets;
}

size_t wire_unread(const struct wire *w)
{
	return buf_len(&w->to) + (w->conn != NULL ? buf_len(&w->conn->in) : 0);
}

const uint8_t *wire_data(const struct wire *w)
{
	return buf_data(&w->from);
}

size_t wire_received(const struct wire *w)
{
	return buf_len(&w->from);
}

void wire_take(struct wire *w, size_t n)
{
	buf_consume(&w->from, n, 0);
}

void wire_on_data(struct wire *w, void (*fn)(struct wire *w, void *arg), void *arg)
{
	w->on_data = fn;
	w->on_data_arg = arg;
}

void wire_stall(struct wire *w, size_t sockets_take)
{
	w->stalled = true;
	w->sockets_take = sockets_take;
}

void wire_read_on(struct wire *w)
{
	w->stalled = false;
	w->news = w->news || buf_len(&w->from) > 0;
	wire_move(w->hub);
}

void wire_black_hole(struct wire *w)
{
	w->black_hole = true;
	buf_free(&w->to);
}

void wire_close(struct wire *w)
{
	w->closed_by_test = true;
	wire_move(w->hub);
}

void wire_drop(struct wire *w)
{
	w->dropped = true;
	wire_move(w->hub);
}

bool wire_closed(const struct wire *w)
{
	return w->closed_by_gateway;
}

void wire_free(struct wire *w)
{
	if (w->conn == NULL) {
		wire_destroy(w);
		return;
	}
	w->freed = true;
	w->on_data = NULL;
	wire_drop(w);
}
