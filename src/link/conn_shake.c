/*
 * conn_shake.c - the TLS handshake of a connection: when it begins, goes on, ends. Knows no SMPP; OpenSSL is
 * conn_tls.c's.
 *
 * A handshake costs as much as hundreds of PDUs: a turn does CONN_SHAKES steps of them, others wait for the next turn,
 * so that a crowd of new connections does not hold up the traffic.
 */
#include <errno.h>
#include <event2/event.h>
#include "link/conn_priv.h"

#define CONN_SHAKES 8

static void conn_shake_done(struct conn *c)
{
	bool ours = !tls_is_server(c->secure);

	tls_release(c->secure);
	c->secure = NULL;
	loop_timer_clear(c->hub->loop, &c->timer);
	if (conn_tls_waits(c->tls) > 0)
		conn_wants_write(c);
	conn_opened(c);
	/* what the peer sent together with its last words of the handshake is in OpenSSL's memory */
	if (conn_tls_more(c->tls))
		conn_offer_later(c);
	if (ours)
		c->ops->on_connected(c->arg);
}

static void conn_shake_failed(struct conn *c, int step, int error)
{
	if (step == CONN_TLS_LEFT)
		conn_end(c, END_PEER_CLOSED);
	else if (error == EPROTO)
		conn_linger(c, END_TLS_FAILED); /* it gets our alert */
	else
		conn_fail(c, END_IO_ERROR, error);
}

void conn_shake(struct conn *c)
{
	if (c->hub->shakes >= CONN_SHAKES) {
		conn_wants_write(c); /* comes back in the next turn */
		return;
	}
	c->hub->shakes++;
	int step = conn_tls_shake(c->tls);
	int error = errno;
	if (step > 0)
		conn_shake_done(c);
	else if (step < 0)
		conn_shake_failed(c, step, error);
	else if (conn_tls_waits(c->tls) > 0)
		conn_wants_write(c);
}

void conn_shake_begin(struct conn *c)
{
	c->phase = CONN_SHAKING;
	c->tls = conn_tls_new(c->secure, c->fd);
	if (c->tls == NULL) {
		conn_fail(c, END_TLS_FAILED, ENOMEM);
		return;
	}
	event_add(&c->on_read, NULL);
	if (!tls_is_server(c->secure))
		conn_wants_write(c); /* the first word is ours */
}

void conn_shake_late(struct conn *c)
{
	c->why = "TLS: the handshake was not completed in time";
	conn_end(c, END_TLS_FAILED);
}

void conn_secure(struct conn *c, struct tls_context *tls)
{
	if (tls == NULL || c->phase == CONN_ENDED)
		return;
	c->secure = tls_hold(tls);
	if (c->phase == CONN_OPEN)
		conn_shake_begin(c);
}

bool conn_is_secure(const struct conn *c)
{
	return c->tls != NULL && c->secure == NULL;
}

void conn_tls_info(const struct conn *c, char out[CONN_TLS_INFO])
{
	out[0] = '\0';
	if (conn_is_secure(c))
		conn_tls_describe(c->tls, out, CONN_TLS_INFO);
}

bool conn_peer_named(const struct conn *c, const char *name)
{
	return conn_is_secure(c) && conn_tls_named(c->tls, name);
}
