/*
 * exchange.c - a client beside the server under test, on the same loop.
 */
#include "exchange.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/net.h"

struct exchange {
	struct loop *loop;
	struct buf got;
	struct timer limit;
	bool ended;
	bool (*done)(void *arg);
	void *arg;
};

int exchange_connect(const char *path, int port)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const void *to = path ? (const void *)&un : (const void *)&in;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (path)
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (fd < 0 || connect(fd, to, path ? sizeof(un) : sizeof(in)) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void exchange_on_read(evutil_socket_t fd, short what, void *arg)
{
	struct exchange *x = arg;
	ssize_t n = recv(fd, buf_room(&x->got, 4096), 4096, 0);

	(void)what;
	if (n > 0) {
		buf_filled(&x->got, (size_t)n);
		return;
	}
	x->ended = true; /* the end of the stream, or a reset behind it */
	loop_stop(x->loop);
}

static void exchange_on_limit(struct timer *t)
{
	loop_stop(LIST_OF(t, struct exchange, limit)->loop);
}

char *exchange_on(struct loop *l, int fd, const char *text, size_t n, bool half_close)
{
	struct exchange x = {.loop = l, .limit.fn = exchange_on_limit};
	struct event *ev = event_new(loop_base(l), fd, EV_READ | EV_PERSIST, exchange_on_read, &x);

	event_add(ev, NULL);
	if (send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		fprintf(stderr, "exchange: the request was not taken whole\n");
	if (half_close)
		shutdown(fd, SHUT_WR);
	loop_timer(l, &x.limit, EXCHANGE_LIMIT_MS);
	if (loop_run(l) != 0 || !x.ended)
		fprintf(stderr, "exchange: no end of the stream within %d ms\n", EXCHANGE_LIMIT_MS);
	loop_timer_clear(l, &x.limit);
	event_free(ev);
	close(fd);
	char *text_got = mem_strndup(buf_data(&x.got), buf_len(&x.got));
	buf_free(&x.got);
	return text_got;
}

static void exchange_look(void *arg)
{
	struct exchange *x = arg;

	x->ended = x->done(x->arg);
	if (x->ended)
		loop_stop(x->loop);
}

bool exchange_until(struct loop *l, bool (*done)(void *arg), void *arg)
{
	struct exchange x = {.loop = l, .limit.fn = exchange_on_limit, .done = done, .arg = arg};
	struct loop_hook hook = {.fn = exchange_look, .arg = &x};

	loop_hook(l, LOOP_LOG, &hook);
	loop_timer(l, &x.limit, EXCHANGE_LIMIT_MS);
	loop_wake_in(l, 0);
	if (loop_run(l) != 0)
		x.ended = false;
	loop_timer_clear(l, &x.limit);
	loop_unhook(l, &hook);
	return x.ended;
}

int exchange_listen(int *port)
{
	struct net_addr address;
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	void *to = &in;
	const char *why;

	if (net_resolve("127.0.0.1", 0, &address, &why) != 0)
		return -1;
	int fd = net_listen(&address, 64);
	if (fd >= 0 && getsockname(fd, to, &len) == 0)
		*port = ntohs(in.sin_port);
	return fd;
}
