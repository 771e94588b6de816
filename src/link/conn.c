/*
 * conn.c - connections over sockets: non-blocking reads and gathered writes. Knows libevent; knows no SMPP, and not how
 * a connection comes about (conn_connect.c).
 *
 * A read goes into a buffer that all connections share; only what the owner did not consume is kept per connection.
 * Output gathers during the turn and leaves in one write in LOOP_WRITE; buffers that have become empty go back to a
 * small store of the hub, so that busy connections do not allocate and idle ones hold nothing.
 */
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/resolver.h"
#include "link/conn_priv.h"

#define CONN_SPARE_MAX 262144 /* octets: an output buffer that is larger is freed, not kept */
#define CONN_SMALL     4096   /* octets of left input that are copied in front of the next read */
#define CONN_IN_KEEP   512    /* octets of input memory that an idle connection may keep */
#define CONN_LINGER_MS 5000

static void conn_read(struct conn *c);
static void conn_offer_hook(void *arg);
static void conn_write_hook(void *arg);

struct conn_hub *conn_hub_new(struct loop *loop, size_t max_output, size_t read_budget)
{
	struct conn_hub *hub = mem_zalloc(sizeof(*hub));

	hub->loop = loop;
	hub->max_output = max_output;
	hub->read_budget = read_budget;
	hub->keepalive_s = NET_KEEPALIVE_S;
	hub->user_timeout_ms = NET_USER_TIMEOUT_MS;
	hub->scratch = mem_zalloc(CONN_SMALL + read_budget);
	list_init(&hub->dirty);
	list_init(&hub->again);
	hub->offer_hook = (struct loop_hook){.fn = conn_offer_hook, .arg = hub};
	hub->write_hook = (struct loop_hook){.fn = conn_write_hook, .arg = hub};
	loop_hook(loop, LOOP_STORE, &hub->offer_hook);
	loop_hook(loop, LOOP_WRITE, &hub->write_hook);
	return hub;
}

void conn_hub_free(struct conn_hub *hub)
{
	if (hub == NULL)
		return;
	loop_unhook(hub->loop, &hub->offer_hook);
	loop_unhook(hub->loop, &hub->write_hook);
	resolver_free(hub->resolver);
	while (hub->spares > 0)
		buf_free(&hub->spare[--hub->spares]);
	mem_free(hub->scratch);
	mem_free(hub);
}

struct loop *conn_hub_loop(const struct conn_hub *hub)
{
	return hub->loop;
}

void conn_hub_set_tcp(struct conn_hub *hub, int64_t keepalive_s, int64_t user_timeout_ms)
{
	hub->keepalive_s = keepalive_s;
	hub->user_timeout_ms = user_timeout_ms;
}

size_t conn_hub_max_output(const struct conn_hub *hub)
{
	return hub->max_output;
}

/* Output memory: taken when the first octet is put in, given back when the last one has left. */
static void conn_take_spare(struct conn *c)
{
	if (c->out.mem == NULL && c->hub->spares > 0)
		c->out = c->hub->spare[--c->hub->spares];
}

static void conn_give_spare(struct conn *c)
{
	if (c->out.mem == NULL)
		return;
	c->out.start = c->out.end = 0;
	if (c->hub->spares < CONN_SPARES && c->out.cap <= CONN_SPARE_MAX)
		c->hub->spare[c->hub->spares++] = c->out;
	else
		buf_free(&c->out);
	memset(&c->out, 0, sizeof(c->out));
}

static void conn_reap(void *arg)
{
	struct conn *c = arg;

	if (!c->ops->on_closed(c->arg, c->reason)) {
		loop_defer(c->hub->loop, &c->defer, conn_reap, c);
		return;
	}
	conn_tls_free(c->tls);
	tls_release(c->secure);
	mem_free(c);
}

/* Kept input is of no use any more. */
static void conn_drop_kept(struct conn *c)
{
	if (!c->offering)
		buf_free(&c->in);
}

/* The one place where a connection ends. */
void conn_end(struct conn *c, enum end_reason reason)
{
	if (c->phase == CONN_ENDED)
		return;
	if (c->phase != CONN_FLUSHING && c->phase != CONN_LINGERING)
		c->reason = reason;
	c->phase = CONN_ENDED;
	conn_connect_over(c);
	if (c->fd >= 0) {
		event_del(&c->on_read);
		event_del(&c->on_write);
		close(c->fd);
		c->fd = -1;
	}
	loop_timer_clear(c->hub->loop, &c->timer);
	list_remove(&c->dirty);
	list_remove(&c->again);
	conn_give_spare(c);
	conn_drop_kept(c);
	loop_defer(c->hub->loop, &c->defer, conn_reap, c);
}

void conn_fail(struct conn *c, enum end_reason reason, int error)
{
	if (c->phase != CONN_ENDED)
		c->error = error;
	conn_end(c, reason);
}

void conn_offer_later(struct conn *c)
{
	list_remove(&c->again);
	list_append(&c->hub->again, &c->again);
	loop_wake_in(c->hub->loop, 0);
}

static bool conn_tls_has_more(const struct conn *c)
{
	return c->tls != NULL && conn_tls_more(c->tls);
}

static bool conn_reads(const struct conn *c)
{
	return !c->held && !c->choked && c->phase == CONN_OPEN;
}

/* Reading goes on when nothing keeps it back: kept input first. */
static void conn_resume(struct conn *c)
{
	if (!conn_reads(c))
		return;
	if (buf_len(&c->in) > 0 || conn_tls_has_more(c))
		conn_offer_later(c);
	if (c->read_off) {
		c->read_off = false;
		event_add(&c->on_read, NULL);
	}
}

static size_t conn_offer(struct conn *c, const uint8_t *p, size_t n)
{
	c->offering = true;
	size_t used = c->ops->on_input(c->arg, p, n);
	c->offering = false;

	if (c->phase != CONN_OPEN)
		conn_drop_kept(c);
	return c->phase == CONN_ENDED || used > n ? n : used;
}

/* Of c->in; a connection that its owner has ended or finished meanwhile has none. */
static void conn_consume(struct conn *c, size_t used)
{
	if (c->phase == CONN_OPEN)
		buf_consume(&c->in, used, CONN_IN_KEEP);
}

static void conn_offer_hook(void *arg)
{
	struct conn_hub *hub = arg;

	struct list now;

	if (list_empty(&hub->again))
		return;
	/* each once a turn, even when it is put in again */
	list_init(&now);
	list_put(&hub->again, &now);
	list_remove(&hub->again);
	while (!list_empty(&now)) {
		struct conn *c = LIST_OF(now.next, struct conn, again);
		list_remove(&c->again);
		if (conn_reads(c) && buf_len(&c->in) > 0) {
			size_t used = conn_offer(c, buf_data(&c->in), buf_len(&c->in));
			conn_consume(c, used);
		}
		if (conn_reads(c) && conn_tls_has_more(c))
			conn_read(c);
	}
}

/* Of the last turn's octets OpenSSL may hold more than there was room for; and it may have something to say itself. */
static ssize_t conn_read_tls(struct conn *c, uint8_t *at)
{
	ssize_t got = conn_tls_read(c->tls, at, c->hub->read_budget);
	int error = errno;

	if (conn_tls_more(c->tls))
		conn_offer_later(c);
	if (conn_tls_waits(c->tls) > 0 && !c->blocked && list_empty(&c->dirty))
		list_append(&c->hub->dirty, &c->dirty);
	errno = error;
	return got;
}

/* The peer may hear why, when the socket takes it now. */
static void conn_tls_broken(struct conn *c)
{
	(void)conn_tls_write(c->tls, NULL, 0);
	conn_fail(c, END_TLS_FAILED, EPROTO);
}

/* Nothing was read: for now, or for good. */
static void conn_read_ended(struct conn *c, ssize_t got)
{
	if (got == 0)
		conn_end(c, END_PEER_CLOSED);
	else if (errno == EPROTO && c->tls != NULL)
		conn_tls_broken(c);
	else if (errno != EAGAIN && errno != EINTR)
		conn_fail(c, END_IO_ERROR, errno);
}

/* Reads once. Small rests of the last time are put before the new octets in the shared buffer; large ones grow in
 * place. */
static void conn_read(struct conn *c)
{
	struct conn_hub *hub = c->hub;
	size_t kept = buf_len(&c->in);
	bool shared = kept <= CONN_SMALL;
	uint8_t *at = shared ? hub->scratch + kept : buf_room(&c->in, hub->read_budget);
	ssize_t got = c->tls == NULL ? recv(c->fd, at, hub->read_budget, 0) : conn_read_tls(c, at);

	if (got <= 0) {
		conn_read_ended(c, got);
		return;
	}
	c->last_input_us = loop_now_us(hub->loop);
	c->octets_in += (uint64_t)got;
	if (!shared) {
		buf_filled(&c->in, (size_t)got);
		size_t used = conn_offer(c, buf_data(&c->in), buf_len(&c->in));
		conn_consume(c, used);
		return;
	}
	if (kept > 0) {
		memcpy(hub->scratch, buf_data(&c->in), kept);
		buf_consume(&c->in, kept, CONN_IN_KEEP);
	}
	size_t used = conn_offer(c, hub->scratch, kept + (size_t)got);
	if (c->phase == CONN_OPEN)
		buf_put(&c->in, hub->scratch + used, kept + (size_t)got - used);
}

/* A connection that is being finished: what still comes is dropped until the peer closes. */
static void conn_drop_input(struct conn *c)
{
	ssize_t got = recv(c->fd, c->hub->scratch, c->hub->read_budget, 0);

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		conn_end(c, c->reason);
}

static void conn_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	struct loop *loop = c->hub->loop;

	(void)fd;
	(void)what;
	if (c->phase == CONN_SHAKING) {
		conn_shake(c);
	} else if (c->phase == CONN_FLUSHING || c->phase == CONN_LINGERING) {
		conn_drop_input(c);
	} else if (c->held || c->choked) {
		/* only now: most holds are over before more octets come */
		event_del(&c->on_read);
		c->read_off = true;
	} else {
		conn_read(c);
	}
	loop_yield(loop);
}

void conn_opened(struct conn *c)
{
	c->phase = CONN_OPEN;
	net_tune(c->fd, c->hub->keepalive_s, c->hub->user_timeout_ms);
	c->last_input_us = loop_now_us(c->hub->loop);
	event_add(&c->on_read, NULL);
}

static void conn_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	c->blocked = false;
	if (c->phase == CONN_SHAKING)
		conn_shake(c);
	else if (list_empty(&c->dirty))
		list_append(&c->hub->dirty, &c->dirty);
}

void conn_wants_write(struct conn *c)
{
	c->blocked = true;
	event_add(&c->on_write, NULL);
}

static void conn_on_timer(struct timer *t)
{
	struct conn *c = LIST_OF(t, struct conn, timer);

	if (c->phase == CONN_CONNECTING)
		conn_connect_late(c);
	else if (c->phase == CONN_SHAKING)
		conn_shake_late(c);
	else
		conn_end(c, c->reason);
}

struct conn *conn_new(struct conn_hub *hub, const struct conn_ops *ops, void *arg)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->hub = hub;
	c->fd = -1;
	c->ops = ops;
	c->arg = arg;
	c->timer.fn = conn_on_timer;
	list_init(&c->dirty);
	list_init(&c->again);
	c->last_input_us = loop_now_us(hub->loop);
	return c;
}

void conn_watch(struct conn *c, int fd)
{
	struct event_base *base = loop_base(c->hub->loop);

	c->fd = fd;
	event_assign(&c->on_read, base, fd, EV_READ | EV_PERSIST, conn_on_readable, c);
	event_assign(&c->on_write, base, fd, EV_WRITE, conn_on_writable, c);
}

struct conn *conn_accepted(struct conn_hub *hub, int fd, const struct net_addr *peer, const struct conn_ops *ops,
			   void *arg)
{
	struct conn *c = conn_new(hub, ops, arg);

	c->peer = *peer;
	conn_watch(c, fd);
	conn_opened(c);
	return c;
}

void conn_refuse(struct conn_hub *hub, int fd)
{
	(void)hub;
	close(fd);
}

size_t conn_free(const struct conn *c)
{
	size_t waits = buf_len(&c->out);

	return c->phase == CONN_OPEN && waits < c->hub->max_output ? c->hub->max_output - waits : 0;
}

uint8_t *conn_room(struct conn *c, size_t n)
{
	if (n > conn_free(c))
		return NULL;
	conn_take_spare(c);
	return buf_room(&c->out, n);
}

void conn_filled(struct conn *c, size_t n)
{
	buf_filled(&c->out, n);
	if (!c->blocked && list_empty(&c->dirty))
		list_append(&c->hub->dirty, &c->dirty);
	if (buf_len(&c->out) > c->hub->max_output / 2)
		c->choked = true;
}

size_t conn_output(const struct conn *c)
{
	return buf_len(&c->out) + (c->tls != NULL ? conn_tls_waits(c->tls) : 0);
}

bool conn_choked(const struct conn *c)
{
	return c->choked;
}

/* Everything is written: a connection that is being finished is half-closed, so that the peer reads it all. */
static void conn_flushed(struct conn *c)
{
	conn_give_spare(c);
	if (c->phase != CONN_FLUSHING)
		return;
	if (c->tls != NULL)
		conn_tls_bye(c->tls);
	if (shutdown(c->fd, SHUT_WR) != 0)
		conn_end(c, c->reason);
	else
		c->phase = CONN_LINGERING;
}

static ssize_t conn_send(struct conn *c)
{
	size_t waits = buf_len(&c->out);

	if (c->tls != NULL)
		return conn_tls_write(c->tls, waits > 0 ? buf_data(&c->out) : NULL, waits);
	return waits > 0 ? send(c->fd, buf_data(&c->out), waits, MSG_NOSIGNAL) : 0;
}

static void conn_write(struct conn *c)
{
	size_t waits = buf_len(&c->out), quarter = c->hub->max_output / 4;
	ssize_t sent = conn_send(c);

	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		conn_fail(c, errno == EPROTO ? END_TLS_FAILED : END_IO_ERROR, errno);
		return;
	}
	if (sent > 0) {
		c->octets_out += (uint64_t)sent;
		buf_consume(&c->out, (size_t)sent, SIZE_MAX);
	}
	if (conn_output(c) > 0) {
		conn_wants_write(c);
	} else {
		conn_flushed(c);
	}
	if (c->choked && buf_len(&c->out) < quarter) {
		c->choked = false;
		conn_resume(c);
	}
	if (waits >= quarter && buf_len(&c->out) < quarter && c->phase == CONN_OPEN && c->ops->on_drained != NULL)
		c->ops->on_drained(c->arg);
}

static void conn_write_hook(void *arg)
{
	struct conn_hub *hub = arg;
	struct list now;

	hub->shakes = 0;
	if (list_empty(&hub->dirty))
		return;
	/* what on_drained() adds leaves in the next turn */
	list_init(&now);
	list_put(&hub->dirty, &now);
	list_remove(&hub->dirty);
	while (!list_empty(&now)) {
		struct conn *c = LIST_OF(now.next, struct conn, dirty);
		list_remove(&c->dirty);
		conn_write(c);
	}
	if (!list_empty(&hub->dirty))
		loop_wake_in(hub->loop, 0);
}

void conn_hold(struct conn *c, bool hold)
{
	if (c->held == hold)
		return;
	c->held = hold;
	conn_resume(c);
}

void conn_close(struct conn *c, enum end_reason reason)
{
	conn_end(c, reason);
}

void conn_finish(struct conn *c, enum end_reason reason)
{
	if (c->phase == CONN_CONNECTING)
		conn_end(c, reason);
	if (c->phase == CONN_SHAKING)
		conn_shake_late(c);
	if (c->phase != CONN_OPEN)
		return;
	c->reason = reason;
	c->phase = CONN_FLUSHING;
	conn_drop_kept(c);
	if (c->read_off) {
		c->read_off = false;
		event_add(&c->on_read, NULL);
	}
	if (!c->blocked && list_empty(&c->dirty))
		list_append(&c->hub->dirty, &c->dirty);
	loop_timer(c->hub->loop, &c->timer, CONN_LINGER_MS);
}

void conn_linger(struct conn *c, enum end_reason reason)
{
	c->reason = reason;
	c->phase = CONN_LINGERING;
	list_remove(&c->dirty);
	conn_give_spare(c);
	if (shutdown(c->fd, SHUT_WR) != 0)
		conn_end(c, reason);
	else
		loop_timer(c->hub->loop, &c->timer, CONN_LINGER_MS);
}

const struct net_addr *conn_peer(const struct conn *c)
{
	return &c->peer;
}

void conn_local(const struct conn *c, struct net_addr *out)
{
	*out = (struct net_addr){.len = sizeof(out->ss)};
	if (c->fd < 0 || getsockname(c->fd, (struct sockaddr *)&out->ss, &out->len) != 0)
		*out = (struct net_addr){.len = 0};
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
	if (c->why != NULL)
		return c->why;
	if (c->tls != NULL && *conn_tls_error(c->tls) != '\0')
		return conn_tls_error(c->tls);
	return c->error != 0 ? strerror(c->error) : "";
}
