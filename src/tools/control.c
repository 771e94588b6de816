/*
 * control.c - command lines over a unix socket. Knows no commands. Answers are short: what a client does not read in
 * time ends its connection.
 */
#include "tools/control.h"

#include <errno.h>
#include <event2/event.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/net.h"

#define LINE_MAX_OCTETS 65536u

struct control {
	struct loop *loop;
	char *path;
	int fd;
	struct event *event;
	struct list clients;
	void (*on_line)(char *line, struct buf *out, void *arg);
	void *arg;
};

struct client {
	struct list link;
	struct control *control;
	int fd;
	struct event *event;
	struct buf in;
};

static void close_client(struct client *cl)
{
	list_remove(&cl->link);
	event_free(cl->event);
	close(cl->fd);
	buf_free(&cl->in);
	mem_free(cl);
}

/* False when the client has gone or does not read. */
static bool answer(struct client *cl, struct buf *out)
{
	while (buf_len(out) > 0) {
		ssize_t n = write(cl->fd, buf_data(out), buf_len(out));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		buf_consume(out, (size_t)n, 4096);
	}
	return true;
}

static bool take_lines(struct client *cl)
{
	struct buf out = {0};
	uint8_t *end;
	bool good = true;

	while (good && buf_len(&cl->in) > 0 && (end = memchr(buf_data(&cl->in), '\n', buf_len(&cl->in)))) {
		char *line = (char *)buf_data(&cl->in);
		size_t n = (size_t)(end - buf_data(&cl->in));

		*end = 0;
		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = 0;
		cl->control->on_line(line, &out, cl->control->arg);
		buf_consume(&cl->in, n + 1, 4096);
		good = answer(cl, &out);
	}
	buf_free(&out);
	return good && buf_len(&cl->in) < LINE_MAX_OCTETS;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct client *cl = arg;
	ssize_t n = read(fd, buf_room(&cl->in, 4096), 4096);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_filled(&cl->in, (size_t)n);
	if (n <= 0 || !take_lines(cl))
		close_client(cl);
}

static void on_client(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;
	struct client *cl;
	struct net_addr peer;
	int got = net_accept(fd, &peer);

	(void)what;
	if (got < 0)
		return;
	cl = mem_zalloc(sizeof(*cl));
	cl->control = c;
	cl->fd = got;
	cl->event = event_new(loop_base(c->loop), got, EV_READ | EV_PERSIST, on_readable, cl);
	list_append(&c->clients, &cl->link);
	event_add(cl->event, NULL);
}

struct control *control_open(struct loop *loop, const char *path,
			     void (*on_line)(char *line, struct buf *out, void *arg), void *arg)
{
	int fd = net_listen_unix(path, 0600);
	struct control *c;

	if (fd < 0)
		return NULL;
	c = mem_zalloc(sizeof(*c));
	c->loop = loop;
	c->path = mem_strdup(path);
	c->fd = fd;
	c->on_line = on_line;
	c->arg = arg;
	list_init(&c->clients);
	c->event = event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, on_client, c);
	event_add(c->event, NULL);
	return c;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	while (!list_empty(&c->clients))
		close_client(LIST_OF(c->clients.next, struct client, link));
	event_free(c->event);
	close(c->fd);
	unlink(c->path);
	mem_free(c->path);
	mem_free(c);
}
