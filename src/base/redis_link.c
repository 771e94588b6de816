/*
 * redis_link.c - libevent below hiredis: events of one context's socket, and what waits to be written to it. Must not
 * know what commands and replies are about, nor when a connection is up.
 *
 * hiredis moves all that is left of its output to the front after each write, and grows it as one piece: fine for a
 * turn's commands, and milliseconds a turn for the tens of megabytes that gather while Redis is behind. So hiredis has
 * what the socket may take soon, and the rest waits here; a command is copied once more only then.
 */
#include "base/redis_link.h"

#include <event2/event.h>
#include <hiredis/sds.h>
#include <string.h>
#include "base/loop.h"
#include "base/mem.h"
#include "base/redis_out.h"

#define REDIS_LINK_SOON	 ((size_t)256 << 10) /* hiredis gets no more while it has so many octets */
#define REDIS_LINK_SMALL 64

struct redis_link {
	redisAsyncContext *ac;
	const struct redis_link_ops *ops;
	struct event *reads, *writes; /* persistent */
	struct event *rest;	      /* the next turn */
	bool resting;		      /* reads is not added, rest is */
	bool writing;		      /* writes is added: the socket was full */
	bool gathering;		      /* commands are gathered: the write comes with redis_link_write() */
	struct redis_out out;	      /* what hiredis has not been given yet */
};

/* -- what is written -- */

static int redis_link_give(struct redis_link *link, const uint8_t *cmd, size_t n)
{
	char small[REDIS_LINK_SMALL];

	/* hiredis looks at the octet behind a command of one word; such a command is short */
	if (n < sizeof(small)) {
		memcpy(small, cmd, n);
		small[n] = '\0';
		cmd = (const uint8_t *)small;
	}
	link->gathering = true;
	int rc = redisAsyncFormattedCommand(link->ac, link->ops->on_reply, NULL, (const char *)cmd, n);
	link->gathering = false;
	return rc == REDIS_OK ? 0 : -1;
}

static bool redis_link_has_enough(const struct redis_link *link)
{
	return sdslen(link->ac->c.obuf) >= REDIS_LINK_SOON;
}

int redis_link_send(struct redis_link *link, const uint8_t *cmd, size_t n)
{
	if (redis_out_empty(&link->out) && !redis_link_has_enough(link))
		return redis_link_give(link, cmd, n);
	redis_out_put(&link->out, cmd, n);
	return 0;
}

/* Gives hiredis of what waits as much as may be written soon, and writes once. The context may be freed by it. */
static void redis_link_pass(struct redis_link *link)
{
	const uint8_t *cmd;
	size_t n;

	while (!redis_link_has_enough(link) && (cmd = redis_out_first(&link->out, &n)) != NULL &&
	       redis_link_give(link, cmd, n) == 0)
		redis_out_drop(&link->out);
	redisAsyncHandleWrite(link->ac);
}

void redis_link_write(struct redis_link *link)
{
	if (!link->writing)
		redis_link_pass(link);
}

size_t redis_link_octets(const struct redis_link *link)
{
	return sdslen(link->ac->c.obuf) + link->out.octets;
}

/* -- what is read -- */

void redis_link_rest(struct redis_link *link)
{
	link->resting = true;
	event_del(link->reads);
	event_add(link->rest, &(struct timeval){0});
}

bool redis_link_rests(const struct redis_link *link)
{
	return link->resting;
}

void redis_link_go_on(struct redis_link *link)
{
	link->resting = false;
	event_add(link->reads, NULL);
}

/* -- events -- */

static void redis_link_readable(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *link = arg;

	(void)fd;
	(void)what;
	redisAsyncHandleRead(link->ac); /* may free link */
}

static void redis_link_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	redis_link_pass(arg); /* may free link */
}

static void redis_link_next_turn(evutil_socket_t fd, short what, void *arg)
{
	struct redis_link *link = arg;

	(void)fd;
	(void)what;
	link->ops->on_rest(link->ac); /* may free link */
}

/* -- what hiredis asks of its event loop -- */

static void redis_link_add_read(void *arg)
{
	struct redis_link *link = arg;

	if (!link->resting && !event_pending(link->reads, EV_READ, NULL))
		event_add(link->reads, NULL);
}

static void redis_link_del_read(void *arg)
{
	struct redis_link *link = arg;

	event_del(link->reads);
}

static void redis_link_add_write(void *arg)
{
	struct redis_link *link = arg;

	if (link->gathering || link->writing)
		return;
	event_add(link->writes, NULL);
	link->writing = true;
}

static void redis_link_del_write(void *arg)
{
	struct redis_link *link = arg;

	if (!redis_out_empty(&link->out)) { /* hiredis has written all it had, and gets more */
		redis_link_add_write(link);
		return;
	}
	if (!link->writing)
		return;
	event_del(link->writes);
	link->writing = false;
}

static void redis_link_cleanup(void *arg)
{
	struct redis_link *link = arg;

	memset(&link->ac->ev, 0, sizeof(link->ac->ev));
	event_free(link->reads);
	event_free(link->rest);
	event_free(link->writes);
	redis_out_clear(&link->out);
	mem_free(link);
}

struct redis_link *redis_link_new(struct loop *loop, redisAsyncContext *ac, const struct redis_link_ops *ops)
{
	struct redis_link *link = mem_zalloc(sizeof(*link));

	link->ac = ac;
	link->ops = ops;
	link->reads = event_new(loop_base(loop), ac->c.fd, EV_READ | EV_PERSIST, redis_link_readable, link);
	link->writes = event_new(loop_base(loop), ac->c.fd, EV_WRITE | EV_PERSIST, redis_link_writable, link);
	link->rest = evtimer_new(loop_base(loop), redis_link_next_turn, link);
	ac->ev.data = link;
	ac->ev.addRead = redis_link_add_read;
	ac->ev.delRead = redis_link_del_read;
	ac->ev.addWrite = redis_link_add_write;
	ac->ev.delWrite = redis_link_del_write;
	ac->ev.cleanup = redis_link_cleanup;
	return link;
}
