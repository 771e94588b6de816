/*
 * proxied.c - connections that a balancer has made, until their PROXY header is read. Knows no SMPP; what the header
 * says is proxy.c's.
 *
 * No octet behind the header is read: the descriptor is handed over as if the client had connected itself, so that TLS
 * or SMPP begins there. Few octets, a short time and a bounded number of connections: this comes before everything
 * that would tell who is there.
 */
#include "link/proxied.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "link/proxy.h"

#define PROXIED_MAX 1024 /* connections of one listener whose header is not there yet */

struct proxied {
	struct loop *loop;
	const struct conn_listen_conf *conf;
	const struct conn_listen_ops *ops;
	void *arg;
	struct list waiting; /* struct header_wait */
	size_t n;
};

struct header_wait {
	struct list link;
	struct proxied *proxied;
	int fd;
	struct net_addr balancer;
	struct event on_read;
	struct timer late;
	struct loop_defer defer;
	size_t n;
	uint8_t octets[PROXY_MAX];
};

static void wait_free(void *arg)
{
	mem_free(arg);
}

/* Nothing is waited for any more; the descriptor is the caller's. */
static int wait_over(struct header_wait *w)
{
	int fd = w->fd;

	event_del(&w->on_read);
	loop_timer_clear(w->proxied->loop, &w->late);
	list_remove(&w->link);
	w->proxied->n--;
	loop_defer(w->proxied->loop, &w->defer, wait_free, w); /* this may be a call from its event */
	return fd;
}

static void wait_refuse(struct header_wait *w, enum end_reason reason, const char *why)
{
	const struct proxied *p = w->proxied;

	close(wait_over(w));
	p->ops->on_refused(&w->balancer, reason, why, p->arg);
}

static void wait_on_late(struct timer *t)
{
	wait_refuse(LIST_OF(t, struct header_wait, late), END_PROXY_HEADER, "the PROXY header did not come in time");
}

static void wait_on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct header_wait *w = arg;
	const struct proxied *p = w->proxied;
	struct proxy_header header;
	enum proxy_verdict verdict = proxy_parse(w->octets, w->n, &header);

	(void)what;
	while (verdict == PROXY_MORE) {
		ssize_t got = recv(fd, w->octets + w->n, header.octets - w->n, 0);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			wait_refuse(w, got == 0 ? END_PEER_CLOSED : END_IO_ERROR,
				    got == 0 ? "closed before its PROXY header was there" : strerror(errno));
			return;
		}
		w->n += (size_t)got;
		verdict = proxy_parse(w->octets, w->n, &header);
	}
	if (verdict == PROXY_REFUSED)
		wait_refuse(w, END_PROXY_HEADER, header.why);
	else
		p->ops->on_accept(wait_over(w), header.local ? &w->balancer : &header.client, p->arg);
}

struct proxied *proxied_new(struct loop *loop, const struct conn_listen_conf *conf, const struct conn_listen_ops *ops,
			    void *arg)
{
	struct proxied *p = mem_zalloc(sizeof(*p));

	p->loop = loop;
	p->conf = conf;
	p->ops = ops;
	p->arg = arg;
	list_init(&p->waiting);
	return p;
}

/* A connection that is refused without a look at its octets. */
static const char *proxied_fault(const struct proxied *p, const struct net_addr *balancer)
{
	if (!net_cidr_match(p->conf->proxy_from, p->conf->proxy_froms, balancer))
		return "only balancers in proxy_from may connect here";
	if (p->n >= PROXIED_MAX)
		return "1024 connections wait for their PROXY header";
	return NULL;
}

void proxied_take(struct proxied *p, int fd, const struct net_addr *balancer)
{
	const char *why = proxied_fault(p, balancer);

	if (why != NULL) {
		close(fd);
		p->ops->on_refused(balancer, END_NOT_ALLOWED, why, p->arg);
		return;
	}
	struct header_wait *w = mem_zalloc(sizeof(*w));
	w->proxied = p;
	w->fd = fd;
	w->balancer = *balancer;
	w->late.fn = wait_on_late;
	list_append(&p->waiting, &w->link);
	p->n++;
	event_assign(&w->on_read, loop_base(p->loop), fd, EV_READ | EV_PERSIST, wait_on_readable, w);
	event_add(&w->on_read, NULL);
	loop_timer(p->loop, &w->late, p->conf->header_ms);
}

void proxied_free(struct proxied *p)
{
	if (p == NULL)
		return;
	while (!list_empty(&p->waiting))
		close(wait_over(LIST_OF(p->waiting.next, struct header_wait, link)));
	mem_free(p);
}
