/*
 * conn_connect.c - connections that we ask for: the name, its address, the attempt. Knows libevent; knows no SMPP, and
 * nothing of octets.
 */
#include <errno.h>
#include <event2/event.h>
#include "link/conn_priv.h"

struct conn *conn_connect(struct conn_hub *hub, const char *host, int64_t port, int64_t timeout_ms,
			  const struct conn_ops *ops, void *arg)
{
	struct conn *c = conn_new(hub, ops, arg);

	c->phase = CONN_CONNECTING;
	if (net_resolve(host, port, &c->peer, &c->why) != 0) {
		conn_end(c, END_RESOLVE_FAILED);
		return c;
	}
	int fd = net_connect(&c->peer);
	if (fd < 0) {
		conn_fail(c, END_CONNECT_FAILED, errno);
		return c;
	}
	conn_watch(c, fd);
	event_add(&c->on_write, NULL);
	loop_timer(hub->loop, &c->timer, timeout_ms);
	return c;
}

void conn_connect_writable(struct conn *c)
{
	int error = net_connected(c->fd);

	if (error != 0) {
		conn_fail(c, END_CONNECT_FAILED, error);
		return;
	}
	loop_timer_clear(c->hub->loop, &c->timer);
	conn_opened(c);
	c->ops->on_connected(c->arg);
}

void conn_connect_late(struct conn *c)
{
	conn_fail(c, END_CONNECT_FAILED, ETIMEDOUT);
}
