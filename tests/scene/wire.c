/*
 * wire.c - an in-memory network: the hub, octets on their way, the test's side. The gateway's side is wire_conn.c's.
 * Knows no SMPP.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "wire_priv.h"

#define WIRE_FD_FIRST 1048576 /* no file descriptor of this process */
#define WIRE_TICK_MS  1

static void wire_read_hook(void *arg);
static void wire_write_hook(void *arg);

static void wire_on_tick(struct timer *t)
{
	(void)t; /* the turn is what was wanted */
}

void wire_move(struct conn_hub *hub)
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
	hub->read_hook = (struct loop_hook){.fn = wire_read_hook, .arg = hub};
	hub->write_hook = (struct loop_hook){.fn = wire_write_hook, .arg = hub};
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
	LIST_EACH_SAFE(node, tmp, &s->waiting)
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
	LIST_EACH_SAFE(node, tmp, &hub->wires) {
		struct wire *w = LIST_OF(node, struct wire, link);
		if (w->conn != NULL) {
			fprintf(stderr, "wire: the hub is freed while a connection is open\n");
			abort();
		}
		wire_destroy(w);
	}
	LIST_EACH_SAFE(served, next, &hub->served)
		served_free(LIST_OF(served, struct served, link));
	if (newest_hub == hub)
		newest_hub = NULL;
	mem_free(hub);
}

void wire_address(struct net_addr *out, const char *from, int64_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&out->ss;

	memset(out, 0, sizeof(*out));
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, from, &in->sin_addr) != 1)
		inet_pton(AF_INET, "127.0.0.1", &in->sin_addr);
	out->len = sizeof(*in);
}

int64_t wire_port(const struct net_addr *a)
{
	return ntohs(((const struct sockaddr_in *)(const void *)&a->ss)->sin_port);
}

struct wire *wire_make(struct conn_hub *hub)
{
	struct wire *w = mem_zalloc(sizeof(*w));

	w->hub = hub;
	w->fd = hub->next_fd++;
	list_append(&hub->wires, &w->link);
	return w;
}

struct served *wire_served(struct conn_hub *hub, int64_t port)
{
	LIST_EACH(node, &hub->served) {
		struct served *s = LIST_OF(node, struct served, link);
		if (s->port == port)
			return s;
	}
	return NULL;
}

/* Octets on their way. */

static void wire_read(struct wire *w)
{
	struct conn *c = w->conn;

	if (c->phase == WIRE_CONNECTING) {
		wire_conn_establish(c);
		return;
	}
	if (w->dropped) {
		c->error = "Connection reset by peer";
		wire_conn_end(c, END_IO_ERROR);
		return;
	}
	if (c->phase == WIRE_OPEN)
		while (c->phase == WIRE_OPEN && wire_conn_read(c))
			;
	else
		buf_consume(&w->to, buf_len(&w->to), 0);
	if (w->conn == NULL || !w->closed_by_test || buf_len(&w->to) > 0 || c->held || c->choked)
		return;
	wire_conn_end(c, c->phase == WIRE_OPEN ? END_PEER_CLOSED : c->reason);
}

static void wire_read_hook(void *arg)
{
	struct conn_hub *hub = arg;

	LIST_EACH_SAFE(node, tmp, &hub->wires) {
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

	LIST_EACH_SAFE(node, tmp, &hub->wires) {
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
	LIST_EACH(node, &hub->listeners) {
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
	struct served *s = wire_served(hub, port);

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
	struct served *s = wire_served(hub, port);

	if (s != NULL)
		served_free(s);
}

struct wire *wire_accept(struct conn_hub *hub, int64_t port)
{
	struct served *s = wire_served(hub, port);

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
