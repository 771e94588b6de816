/*
 * conn_connect.c - connections that we ask for: the name, its addresses one after the other, the first that answers.
 * Knows libevent; knows no SMPP, and nothing of octets.
 *
 * A name is asked for anew with every connection (base/resolver.h says how). Its addresses are tried in the order that
 * the name service gives; the next one when one has failed, or has not answered for DIAL_NEXT_MS: it is tried beside
 * it then, and the first that takes the connection has it.
 */
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/resolver.h"
#include "link/conn_priv.h"

#define DIAL_NEXT_MS 2000

struct dial_try { /* one address */
	struct conn *conn;
	struct net_addr address;
	int fd; /* -1: not tried yet, or failed */
	struct event on_write;
};

struct conn_dial {		      /* of a connection in phase CONN_CONNECTING */
	struct resolver_query *query; /* NULL: answered, or the host is an address */
	struct dial_try tries[RESOLVER_ADDRESSES];
	size_t n, next;	  /* addresses; the first that was not tried yet */
	size_t under_way; /* tries whose fd is open */
	int error;	  /* of the last that failed */
	struct timer next_timer;
	struct conn *conn;
	struct loop_defer defer;
};

static void dial_next(struct conn *c);

/* Why an address did not get the connection, where there is more than one: with one, the end says it. */
static void dial_tell(struct conn *c, const struct dial_try *t, const char *why)
{
	if (c->dial->n > 1 && c->ops->on_tried != NULL)
		c->ops->on_tried(c->arg, &t->address, why);
}

static void dial_close(struct conn_dial *d, struct dial_try *t)
{
	event_del(&t->on_write);
	close(t->fd);
	t->fd = -1;
	d->under_way--;
}

static void dial_free(void *arg)
{
	mem_free(arg);
}

void conn_connect_over(struct conn *c)
{
	struct conn_dial *d = c->dial;

	if (d == NULL)
		return;
	c->dial = NULL;
	if (d->query != NULL)
		resolver_drop(d->query);
	for (size_t i = 0; i < d->next; i++) {
		if (d->tries[i].fd >= 0)
			dial_close(d, &d->tries[i]);
	}
	loop_timer_clear(c->hub->loop, &d->next_timer);
	/* this may be a call from one of its events */
	loop_defer(c->hub->loop, &d->defer, dial_free, d);
}

/* It took the connection: the others are not wanted any more. */
static void dial_won(struct dial_try *t)
{
	struct conn *c = t->conn;
	struct conn_dial *d = c->dial;
	int fd = t->fd;

	event_del(&t->on_write);
	t->fd = -1;
	d->under_way--;
	c->peer = t->address;
	for (size_t i = 0; i < d->next; i++) {
		if (d->tries[i].fd >= 0)
			dial_tell(c, &d->tries[i], "slower than the address that is taken");
	}
	conn_connect_over(c);
	conn_watch(c, fd);
	if (c->secure != NULL) {
		conn_shake_begin(c);
		return;
	}
	loop_timer_clear(c->hub->loop, &c->timer);
	conn_opened(c);
	c->ops->on_connected(c->arg);
}

static void dial_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct dial_try *t = arg;
	struct conn *c = t->conn;
	int error = net_connected((int)fd);

	(void)what;
	if (error == 0) {
		dial_won(t);
		return;
	}
	c->dial->error = error;
	dial_close(c->dial, t);
	dial_tell(c, t, strerror(error));
	dial_next(c);
}

/* False: it has failed at once. */
static bool dial_begin(struct conn *c, struct dial_try *t)
{
	struct conn_dial *d = c->dial;

	c->peer = t->address;
	t->fd = net_connect(&t->address);
	if (t->fd < 0) {
		d->error = errno;
		dial_tell(c, t, strerror(errno));
		return false;
	}
	d->under_way++;
	event_assign(&t->on_write, loop_base(c->hub->loop), t->fd, EV_WRITE, dial_on_writable, t);
	event_add(&t->on_write, NULL);
	return true;
}

/* The next address; the end when none is left and none is under way. */
static void dial_next(struct conn *c)
{
	struct conn_dial *d = c->dial;
	bool begun = false;

	while (!begun && d->next < d->n)
		begun = dial_begin(c, &d->tries[d->next++]);
	if (d->under_way == 0)
		conn_fail(c, END_CONNECT_FAILED, d->error);
	else if (d->next < d->n)
		loop_timer(c->hub->loop, &d->next_timer, DIAL_NEXT_MS);
}

static void dial_on_timer(struct timer *t)
{
	dial_next(LIST_OF(t, struct conn_dial, next_timer)->conn);
}

static void dial_to(struct conn *c, const struct net_addr *at, size_t n)
{
	struct conn_dial *d = c->dial;

	d->n = n;
	for (size_t i = 0; i < n; i++)
		d->tries[i] = (struct dial_try){.conn = c, .address = at[i], .fd = -1};
	dial_next(c);
}

static void dial_on_resolved(const struct net_addr *at, size_t n, const char *why, void *arg)
{
	struct conn *c = arg;

	c->dial->query = NULL;
	if (n > 0) {
		dial_to(c, at, n);
	} else {
		c->why = why;
		conn_end(c, END_RESOLVE_FAILED);
	}
}

void conn_connect_late(struct conn *c)
{
	struct conn_dial *d = c->dial;

	if (d->query != NULL) {
		c->why = "the name service did not answer in time";
		conn_end(c, END_RESOLVE_FAILED);
		return;
	}
	for (size_t i = 0; i < d->next; i++) {
		if (d->tries[i].fd >= 0)
			dial_tell(c, &d->tries[i], strerror(ETIMEDOUT));
	}
	conn_fail(c, END_CONNECT_FAILED, ETIMEDOUT);
}

struct conn *conn_connect(struct conn_hub *hub, const char *host, int64_t port, int64_t timeout_ms,
			  const struct conn_ops *ops, void *arg)
{
	struct conn *c = conn_new(hub, ops, arg);
	struct net_addr literal;

	c->phase = CONN_CONNECTING;
	c->dial = mem_zalloc(sizeof(*c->dial));
	c->dial->conn = c;
	c->dial->next_timer.fn = dial_on_timer;
	loop_timer(hub->loop, &c->timer, timeout_ms);
	if (net_literal(host, port, &literal)) {
		dial_to(c, &literal, 1);
		return c;
	}
	if (hub->resolver == NULL)
		hub->resolver = resolver_new(hub->loop);
	c->dial->query = resolver_ask(hub->resolver, host, port, dial_on_resolved, c);
	return c;
}
