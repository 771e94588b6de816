/*
 * listener.c - a listening socket that hands accepted connections to its owner. Knows no SMPP.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/mem.h"
#include "link/conn.h"
#include "link/proxied.h"

#define LISTENER_BACKLOG 1024
#define LISTENER_BATCH	 64 /* connections accepted in one turn */
#define LISTENER_LEAST	 8  /* of them, however long the turn is */
#define LISTENER_LOW_PORT                                                                                              \
	"Permission denied; the right to ports below 1024 is only had from the start on: restart it, as root with "    \
	"process.user"
#define LISTENER_PAUSE_MS 200 /* without file descriptors: how long nothing is accepted */

struct conn_listener {
	struct loop *loop;
	int fd;
	struct event on_read;
	struct timer timer;
	const struct conn_listen_conf *conf;
	const struct conn_listen_ops *ops;
	void *arg;
	struct proxied *proxied;
};

/* Level-triggered: without a pause the loop would turn without end when there are no file descriptors left. */
static void listener_pause(struct conn_listener *l, int error)
{
	static struct log_limit limit = {.what = "accept_failed"};
	unsigned suppressed;

	event_del(&l->on_read);
	loop_timer(l->loop, &l->timer, LISTENER_PAUSE_MS);
	if (log_limit(&limit, 1, &suppressed))
		log_error("-",
			  "event=accept_failed error=\"%s\" suppressed=%u advice=\"raise the limit of open "
			  "files\"",
			  strerror(error), suppressed);
}

static void listener_on_timer(struct timer *t)
{
	struct conn_listener *l = LIST_OF(t, struct conn_listener, timer);

	event_add(&l->on_read, NULL);
}

static void listener_on_readable(evutil_socket_t listening, short what, void *arg)
{
	struct conn_listener *l = arg;
	struct net_addr peer;

	(void)what;
	for (int i = 0; i < LISTENER_BATCH && !(i >= LISTENER_LEAST && loop_is_long(l->loop)); i++) {
		int fd = net_accept((int)listening, &peer);
		if (fd >= 0 && l->conf->proxy)
			proxied_take(l->proxied, fd, &peer);
		else if (fd >= 0)
			l->ops->on_accept(fd, &peer, l->arg);
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			listener_pause(l, errno);
		if (fd < 0 && errno != ECONNABORTED && errno != EINTR)
			break;
	}
	loop_yield(l->loop);
}

struct conn_listener *conn_listen(struct conn_hub *hub, const struct conn_listen_conf *conf,
				  const struct conn_listen_ops *ops, void *arg, const char **why)
{
	struct net_addr at;

	if (net_resolve(conf->address, conf->port, &at, why) != 0)
		return NULL;
	int fd = net_listen(&at, LISTENER_BACKLOG);
	if (fd < 0) {
		*why = errno == EACCES ? LISTENER_LOW_PORT : strerror(errno);
		return NULL;
	}
	struct conn_listener *l = mem_zalloc(sizeof(*l));
	l->loop = conn_hub_loop(hub);
	l->fd = fd;
	l->timer.fn = listener_on_timer;
	l->ops = ops;
	l->arg = arg;
	l->conf = conf;
	l->proxied = proxied_new(l->loop, conf, ops, arg);
	event_assign(&l->on_read, loop_base(l->loop), fd, EV_READ | EV_PERSIST, listener_on_readable, l);
	event_add(&l->on_read, NULL);
	return l;
}

void conn_unlisten(struct conn_listener *l)
{
	if (l == NULL)
		return;
	event_del(&l->on_read);
	loop_timer_clear(l->loop, &l->timer);
	proxied_free(l->proxied);
	close(l->fd);
	mem_free(l);
}
