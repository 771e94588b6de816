/*
 * wire_conn.c - the gateway's side of the in-memory network: link/conn.h for simulated loops. Knows no SMPP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "wire_priv.h"

#define WIRE_LINGER_MS 5000

static void conn_reap(void *arg)
{
	struct conn *c = arg;

	if (!c->ops->on_closed(c->arg, c->reason)) {
		loop_defer(c->hub->loop, &c->defer, conn_reap, c);
		return;
	}
	mem_free(c);
}

void wire_conn_end(struct conn *c, enum end_reason reason)
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
	wire_conn_end(c, c->phase == WIRE_CONNECTING ? END_CONNECT_FAILED : c->reason);
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
	LIST_EACH(node, &hub->wires) {
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

void conn_secure(struct conn *c, struct tls_context *tls)
{
	c->secure = tls != NULL;
}

bool conn_is_secure(const struct conn *c)
{
	return c->secure && c->phase != WIRE_CONNECTING;
}

void conn_tls_info(const struct conn *c, char out[CONN_TLS_INFO])
{
	snprintf(out, CONN_TLS_INFO, "%s", conn_is_secure(c) ? "TLSv1.3 simulated" : "");
}

bool conn_peer_named(const struct conn *c, const char *name)
{
	const char *shown = c->wire != NULL ? c->wire->certificate : NULL;

	return conn_is_secure(c) && shown != NULL && strcmp(shown, name) == 0;
}

void wire_set_certificate(struct wire *w, const char *name)
{
	w->certificate = name;
}

void conn_refuse(struct conn_hub *hub, int fd)
{
	struct wire *w = wire_by_fd(hub, fd);

	w->closed_by_gateway = w->news = true;
	wire_move(hub);
}

struct conn *conn_connect(struct conn_hub *hub, const char *host, int64_t port, int64_t timeout_ms,
			  const struct conn_ops *ops, void *arg)
{
	struct conn *c = conn_make(hub, ops, arg);
	struct served *s = wire_served(hub, port);

	wire_address(&c->peer, host, port);
	if (strcmp(host, hub->unknown_host) == 0) {
		c->error = "unknown host";
		wire_conn_end(c, END_RESOLVE_FAILED);
	} else if (s == NULL) {
		c->error = "Connection refused";
		wire_conn_end(c, END_CONNECT_FAILED);
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
void wire_conn_establish(struct conn *c)
{
	struct served *s = wire_served(c->hub, wire_port(&c->peer));

	if (s == NULL || s->swallows) {
		c->error = "Connection refused";
		wire_conn_end(c, END_CONNECT_FAILED);
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
	wire_conn_end(c, reason);
}

void conn_finish(struct conn *c, enum end_reason reason)
{
	if (c->phase == WIRE_CONNECTING)
		wire_conn_end(c, reason);
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

/* All of the gateway's ends have one address. */
void conn_local(const struct conn *c, struct net_addr *out)
{
	(void)c;
	if (!net_literal("10.0.0.1", 2775, out))
		out->len = 0;
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

void conn_hub_set_tcp(struct conn_hub *hub, int64_t keepalive_s, int64_t user_timeout_ms)
{
	/* nothing of TCP is simulated */
	(void)hub;
	(void)keepalive_s;
	(void)user_timeout_ms;
}

struct conn_listener *conn_listen(struct conn_hub *hub, const struct conn_listen_conf *conf,
				  const struct conn_listen_ops *ops, void *arg, const char **why)
{
	int64_t port = conf->port;

	LIST_EACH(node, &hub->listeners) {
		if (LIST_OF(node, struct conn_listener, link)->port == port) {
			*why = "Address already in use";
			return NULL;
		}
	}
	struct conn_listener *l = mem_zalloc(sizeof(*l));
	l->hub = hub;
	l->port = port;
	l->on_accept = ops->on_accept;
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

static void conn_offer(struct conn *c)
{
	size_t n = buf_len(&c->in);
	/* as over a socket, the octets lie somewhere else the next time: a view that was kept shows */
	uint8_t *copy = mem_zalloc(n + 1);

	if (n > 0)
		memcpy(copy, buf_data(&c->in), n);
	size_t used = c->ops->on_input(c->arg, copy, n);
	mem_free(copy);
	if (c->phase == WIRE_OPEN)
		buf_consume(&c->in, used < n ? used : n, 0);
}

bool wire_conn_read(struct conn *c)
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
