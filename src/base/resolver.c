/*
 * resolver.c - names are asked for in threads of their own, a question each. Knows libevent; knows no SMPP and no
 * connections.
 *
 * Why getaddrinfo() in threads and not evdns: every other program of the host uses getaddrinfo(). It follows
 * nsswitch.conf, /etc/hosts, search domains, a changed resolv.conf, falls back to TCP for long answers, and orders the
 * addresses of a name by RFC 6724; evdns reads its files once and speaks plain DNS over UDP only. A name is asked for
 * a few times a minute at most, so that a thread for each question costs nothing; a name service that hangs holds up
 * only those who ask the same of it.
 *
 * A thread touches its question and the desk, under the desk's lock, and nothing else of the process. The desk lives
 * until the resolver and the last thread have left it. At most RESOLVER_THREADS ask at once; the others wait in line.
 */
#include "base/resolver.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/mem.h"

#define RESOLVER_THREADS 16
#define RESOLVER_STACK	 524288 /* octets; the name service's own modules need some */

struct desk { /* what threads and loop share */
	pthread_mutex_t lock;
	struct list answered; /* struct resolver_query */
	unsigned users;	      /* threads, and the resolver */
	bool open;	      /* the resolver is there */
	int bell;	      /* an eventfd: rung when an answer lies on the desk */
};

struct resolver_query {
	struct list link; /* resolver.waiting, desk.answered, or none: a thread has it */
	struct desk *desk;
	char *host;
	int64_t port;
	struct net_addr at[RESOLVER_ADDRESSES];
	int n; /* -1: why */
	const char *why;
	/* of the loop alone */
	bool asked;	/* it is a thread's, or answered */
	resolver_fn fn; /* NULL: dropped */
	void *arg;
};

struct resolver {
	struct desk *desk;
	struct list waiting;
	unsigned threads;
	struct event on_bell;
};

static void query_free(struct resolver_query *q)
{
	mem_free(q->host);
	mem_free(q);
}

/* The desk's lock is held; it is not after the call. */
static void desk_leave(struct desk *d)
{
	bool last = --d->users == 0;

	pthread_mutex_unlock(&d->lock);
	if (!last)
		return;
	LIST_EACH_SAFE(node, tmp, &d->answered)
		query_free(LIST_OF(node, struct resolver_query, link));
	pthread_mutex_destroy(&d->lock);
	close(d->bell);
	mem_free(d);
}

static void *resolver_thread(void *arg)
{
	struct resolver_query *q = arg;
	struct desk *d = q->desk;
	const uint64_t one = 1;

	q->n = net_resolve_all(q->host, q->port, 0, q->at, RESOLVER_ADDRESSES, &q->why);
	pthread_mutex_lock(&d->lock);
	list_append(&d->answered, &q->link);
	if (d->open && write(d->bell, &one, sizeof(one)) < 0) {
		/* the counter is full: it has been rung */
	}
	desk_leave(d);
	return NULL;
}

/* False: no thread can be had now. */
static bool resolver_start(struct resolver *r, struct resolver_query *q)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, RESOLVER_STACK);
	/* signals are the loop's; but a refused system call is a signal to the thread that has made it */
	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&r->desk->lock);
	r->desk->users++;
	pthread_mutex_unlock(&r->desk->lock);
	int rc = pthread_create(&thread, &attr, resolver_thread, q);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (rc == 0) {
		r->threads++;
		return true;
	}
	pthread_mutex_lock(&r->desk->lock);
	desk_leave(r->desk);
	return false;
}

/* Puts an answer on the desk that no thread has given. */
static void resolver_fail(struct resolver *r, struct resolver_query *q)
{
	q->n = -1;
	q->why = "no thread could be started to ask for the name";
	r->threads++; /* given back when the answer is taken */
	pthread_mutex_lock(&r->desk->lock);
	list_append(&r->desk->answered, &q->link);
	pthread_mutex_unlock(&r->desk->lock);
	event_active(&r->on_bell, EV_READ, 0);
}

static void resolver_next(struct resolver *r)
{
	while (r->threads < RESOLVER_THREADS && !list_empty(&r->waiting)) {
		struct resolver_query *q = LIST_OF(r->waiting.next, struct resolver_query, link);
		list_remove(&q->link);
		q->asked = true;
		if (!resolver_start(r, q))
			resolver_fail(r, q);
	}
}

static struct resolver_query *desk_take(struct desk *d)
{
	struct resolver_query *q = NULL;

	pthread_mutex_lock(&d->lock);
	if (!list_empty(&d->answered)) {
		q = LIST_OF(d->answered.next, struct resolver_query, link);
		list_remove(&q->link);
	}
	pthread_mutex_unlock(&d->lock);
	return q;
}

static void resolver_on_bell(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	struct resolver_query *q;
	uint64_t rung;

	(void)what;
	if (read(fd, &rung, sizeof(rung)) < 0) {
		/* answers without a thread do not ring */
	}
	while ((q = desk_take(r->desk)) != NULL) {
		r->threads--;
		if (q->fn != NULL)
			q->fn(q->at, q->n > 0 ? (size_t)q->n : 0, q->n > 0 ? NULL : q->why, q->arg);
		query_free(q);
	}
	resolver_next(r);
}

struct resolver *resolver_new(struct loop *loop)
{
	struct resolver *r = mem_zalloc(sizeof(*r));
	struct desk *d = mem_zalloc(sizeof(*d));

	pthread_mutex_init(&d->lock, NULL);
	list_init(&d->answered);
	d->users = 1;
	d->open = true;
	d->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (d->bell < 0) {
		fprintf(stderr, "cannot make an eventfd for the resolver: %s\n", strerror(errno));
		exit(1);
	}
	r->desk = d;
	list_init(&r->waiting);
	event_assign(&r->on_bell, loop_base(loop), d->bell, EV_READ | EV_PERSIST, resolver_on_bell, r);
	event_add(&r->on_bell, NULL);
	return r;
}

void resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	event_del(&r->on_bell);
	LIST_EACH_SAFE(node, tmp, &r->waiting)
		query_free(LIST_OF(node, struct resolver_query, link));
	pthread_mutex_lock(&r->desk->lock);
	r->desk->open = false;
	desk_leave(r->desk);
	mem_free(r);
}

struct resolver_query *resolver_ask(struct resolver *r, const char *host, int64_t port, resolver_fn fn, void *arg)
{
	struct resolver_query *q = mem_zalloc(sizeof(*q));

	q->desk = r->desk;
	q->host = mem_strdup(host);
	q->port = port;
	q->fn = fn;
	q->arg = arg;
	list_append(&r->waiting, &q->link);
	resolver_next(r);
	return q;
}

void resolver_drop(struct resolver_query *q)
{
	q->fn = NULL;
	if (q->asked)
		return; /* freed when it is answered */
	list_remove(&q->link);
	query_free(q);
}
