/*
 * console.c - the sockets of the console: accept, rights, bounds, times. Must not know any command.
 */
#include "noc/console.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "noc/words.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59 /* Linux 4.13 */
#endif
#define CONSOLE_MAX_GROUPS   256 /* of a peer that are looked at */
#define CONSOLE_REST_MS	     1000
#define CONSOLE_MAX_PROGRESS 16384 /* octets that a peer has not read */

struct console {
	struct loop *loop;
	struct event *listener;
	int fd;
	gid_t group;
	const struct console_command *table;
	void *arg;
	struct console_stats *stats;
	struct list peers;
	unsigned count;
	struct timer again; /* accepting rests: no file descriptor was left */
	struct buf answer;
};

struct peer {
	struct list link;
	struct loop_defer freeing;
	struct timer deadline; /* of the request */
	struct console *console;
	struct bufferevent *bev;
	struct console_who who;
	struct console_later *later; /* its answer comes in a later turn */
	bool answered;
};

/* An answer that is not there yet. Owned by the command until console_finish(); peer is NULL when nobody waits. */
struct console_later {
	struct peer *peer;
	const struct console_command *command;
	uid_t uid;
	struct buf text;
	char message[256];
	bool starting; /* fn has not returned */
	bool done, failed, keep_out;
};

static const char *const right_names[] = {"read", "operate", "admin"};

const char *console_right_name(enum console_right r)
{
	return right_names[r];
}

int console_fail(struct console_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call->message, sizeof(call->message), fmt, ap);
	va_end(ap);
	return -1;
}

/* Everything that is judged before the command runs. */
static const struct console_command *console_judge(struct console_call *call, enum console_right right, char *line,
						   size_t n, const char **words)
{
	const char *why;
	int count = words_split(line, n, words, CONSOLE_MAX_WORDS, &why);

	if (count < 0) {
		console_fail(call, "%s", why);
		return NULL;
	}
	if (count == 0) {
		console_fail(call, "empty request; try help");
		return NULL;
	}
	for (const struct console_command *c = call->table; c->name; c++) {
		if (strcmp(c->name, words[0]) != 0)
			continue;
		call->words = words + 1;
		call->n = (size_t)count - 1;
		if (call->n < c->min || call->n > c->max)
			console_fail(call, "usage: %s%s%s", c->name, *c->args ? " " : "", c->args);
		else if (right < c->right)
			console_fail(call, "%s needs the right to %s; you have %s", c->name,
				     console_right_name(c->right), console_right_name(right));
		else
			return c;
		return NULL;
	}
	console_fail(call, "no command %.100s; try help", words[0]);
	return NULL;
}

struct console_later *console_later(struct console_call *call)
{
	if (!call->later) {
		call->later = mem_zalloc(sizeof(*call->later));
		call->later->starting = true;
	}
	return call->later;
}

struct buf *console_later_out(struct console_later *l)
{
	return &l->text;
}

void console_later_keep(struct console_later *l)
{
	l->keep_out = true;
}

static void later_free(struct console_later *l)
{
	if (!l)
		return;
	buf_free(&l->text);
	mem_free(l);
}

/* The whole answer, as it goes to the peer; error NULL: `ok`; text NULL: none. */
static void put_answer(const struct console_command *command, uid_t uid, const char *error, const struct buf *text,
		       struct buf *out)
{
	if (error)
		buf_printf(out, "error %s\n", error);
	else
		buf_puts(out, "ok\n");
	if (text && buf_len(text))
		buf_put(out, buf_data(text), buf_len(text));
	if (command && command->right > CONSOLE_READ)
		log_info("-", "event=console command=%s uid=%ld outcome=%s", command->name, (long)uid,
			 error ? error : "ok");
}

int console_answer(const struct console_command *table, void *arg, const struct console_who *who, char *line, size_t n,
		   struct buf *out, struct console_later **later)
{
	const char *words[CONSOLE_MAX_WORDS];
	struct buf text = {0};
	struct console_call call = {.arg = arg, .table = table, .uid = who->uid, .out = &text};
	const struct console_command *command = console_judge(&call, who->right, line, n, words);
	int result = command ? command->fn(&call) : -1;
	struct console_later *l = call.later;

	*later = NULL;
	if (result == CONSOLE_LATER && !l->done) {
		l->starting = false;
		l->command = command;
		l->uid = who->uid;
		*later = l;
	} else if (result == CONSOLE_LATER) {
		result = l->failed ? -1 : 0;
		put_answer(command, who->uid, l->failed ? l->message : NULL,
			   l->failed && !l->keep_out ? NULL : &l->text, out);
		later_free(l);
	} else {
		put_answer(command, who->uid, result == 0 ? NULL : call.message,
			   result == 0 || call.keep_out ? &text : NULL, out);
		later_free(l);
	}
	buf_free(&text);
	return result;
}

static void peer_reap(void *arg)
{
	mem_free(arg);
}

static void peer_end(struct peer *p)
{
	struct console *c = p->console;

	if (!p->bev)
		return;
	if (p->later)
		p->later->peer = NULL;
	loop_timer_clear(c->loop, &p->deadline);
	bufferevent_free(p->bev);
	p->bev = NULL;
	list_remove(&p->link);
	c->count--;
	loop_defer(c->loop, &p->freeing, peer_reap, p);
}

/* Sends what is in the console's answer; the stream ends when it is written. */
static void peer_send_answer(struct peer *p)
{
	struct console *c = p->console;
	const struct timeval limit = {.tv_sec = CONSOLE_TIMEOUT_MS / 1000};

	p->answered = true;
	loop_timer_clear(c->loop, &p->deadline);
	bufferevent_set_timeouts(p->bev, NULL, &limit);
	bufferevent_write(p->bev, buf_data(&c->answer), buf_len(&c->answer));
	buf_consume(&c->answer, buf_len(&c->answer), 65536);
	bufferevent_enable(p->bev, EV_WRITE);
}

static void peer_count(struct peer *p, bool ok)
{
	if (ok)
		p->console->stats->commands++;
	else
		p->console->stats->refused++;
}

static void peer_refuse(struct peer *p, const char *why)
{
	peer_count(p, false);
	buf_printf(&p->console->answer, "error %s\n", why);
	peer_send_answer(p);
}

/* A whole line is there: n octets of it, or the end of the stream behind n octets. */
static void peer_request(struct peer *p, size_t n)
{
	struct console *c = p->console;
	char line[CONSOLE_MAX_REQUEST + 1];

	evbuffer_remove(bufferevent_get_input(p->bev), line, n);
	if (n > 0 && line[n - 1] == '\r')
		n--;
	int result = console_answer(c->table, c->arg, &p->who, line, n, &c->answer, &p->later);
	if (result == CONSOLE_LATER) {
		p->later->peer = p;
		loop_timer_clear(c->loop, &p->deadline);
		return;
	}
	peer_count(p, result == 0);
	peer_send_answer(p);
}

void console_progress(struct console_later *l, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (!l->peer || evbuffer_get_length(bufferevent_get_output(l->peer->bev)) > CONSOLE_MAX_PROGRESS)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	evbuffer_add_printf(bufferevent_get_output(l->peer->bev), "progress %s\n", text);
}

void console_finish(struct console_later *l, const char *error)
{
	struct peer *p = l->peer;
	struct buf nobody = {0};

	if (l->starting) {
		l->done = true;
		l->failed = error != NULL;
		snprintf(l->message, sizeof(l->message), "%s", error ? error : "");
		return;
	}
	put_answer(l->command, l->uid, error, error && !l->keep_out ? NULL : &l->text,
		   p ? &p->console->answer : &nobody);
	later_free(l);
	buf_free(&nobody);
	if (!p)
		return;
	p->later = NULL;
	peer_count(p, !error);
	peer_send_answer(p);
}

static void peer_on_read(struct bufferevent *bev, void *arg)
{
	struct peer *p = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (p->answered || p->later) {
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	struct evbuffer_ptr eol = evbuffer_search_eol(in, NULL, NULL, EVBUFFER_EOL_LF);
	if (eol.pos >= 0 && eol.pos < CONSOLE_MAX_REQUEST)
		peer_request(p, (size_t)eol.pos);
	else if (eol.pos >= 0 || evbuffer_get_length(in) >= CONSOLE_MAX_REQUEST)
		peer_refuse(p, "the request is longer than 4096 octets");
}

static void peer_on_written(struct bufferevent *bev, void *arg)
{
	struct peer *p = arg;

	if (p->answered && evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		peer_end(p);
}

/* The peer has closed, or takes nothing of the answer. A half-closed peer that asked without a newline is answered. */
static void peer_on_event(struct bufferevent *bev, short what, void *arg)
{
	struct peer *p = arg;
	size_t n = evbuffer_get_length(bufferevent_get_input(bev));

	if ((what & BEV_EVENT_EOF) && (p->answered || p->later))
		return;
	if ((what & BEV_EVENT_EOF) && n > 0) {
		peer_request(p, n);
		return;
	}
	if (!p->answered && !p->later)
		peer_count(p, false);
	peer_end(p);
}

static void peer_on_deadline(struct timer *t)
{
	struct peer *p = LIST_OF(t, struct peer, deadline);

	peer_refuse(p, "no request within 5 s");
}

/* Whether the peer is in the group, as its main group or another. */
static bool console_in_group(int fd, gid_t main_group, gid_t group)
{
	gid_t groups[CONSOLE_MAX_GROUPS];
	socklen_t len = sizeof(groups);

	if (group == CONSOLE_NO_GROUP)
		return false;
	if (main_group == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++) {
		if (groups[i] == group)
			return true;
	}
	return false;
}

static struct console_who console_peer_is(int fd, gid_t group)
{
	struct console_who who = {CONSOLE_READ, (uid_t)-1};
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return who;
	who.uid = cred.uid;
	if (cred.uid == 0 || cred.uid == geteuid())
		who.right = CONSOLE_ADMIN;
	else if (console_in_group(fd, cred.gid, group))
		who.right = CONSOLE_OPERATE;
	return who;
}

static void console_take(struct console *c, int fd)
{
	struct peer *p = mem_zalloc(sizeof(*p));

	p->console = c;
	p->who = console_peer_is(fd, c->group);
	p->bev = bufferevent_socket_new(loop_base(c->loop), fd, BEV_OPT_CLOSE_ON_FREE);
	if (!p->bev) {
		close(fd);
		mem_free(p);
		return;
	}
	p->deadline.fn = peer_on_deadline;
	c->count++;
	list_append(&c->peers, &p->link);
	bufferevent_setcb(p->bev, peer_on_read, peer_on_written, peer_on_event, p);
	bufferevent_setwatermark(p->bev, EV_READ, 0, CONSOLE_MAX_REQUEST);
	bufferevent_enable(p->bev, EV_READ);
	loop_timer(c->loop, &p->deadline, CONSOLE_TIMEOUT_MS);
}

static void console_on_accept(evutil_socket_t listener, short what, void *arg)
{
	static const char full[] = "error too many connections to the console; try again\n";
	struct console *c = arg;
	int fd;

	(void)what;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (c->count < CONSOLE_MAX_CONNECTIONS) {
			console_take(c, fd);
			continue;
		}
		c->stats->refused++;
		(void)send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		event_del(c->listener);
		loop_timer(c->loop, &c->again, CONSOLE_REST_MS);
	}
}

static void console_on_again(struct timer *t)
{
	struct console *c = LIST_OF(t, struct console, again);

	event_add(c->listener, NULL);
}

struct console *console_new(struct loop *loop, int fd, gid_t group, const struct console_command *table, void *arg,
			    struct console_stats *stats)
{
	struct console *c = mem_zalloc(sizeof(*c));

	c->loop = loop;
	c->fd = fd;
	c->group = group;
	c->table = table;
	c->arg = arg;
	c->stats = stats;
	list_init(&c->peers);
	c->again.fn = console_on_again;
	c->listener = event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, console_on_accept, c);
	if (!c->listener || event_add(c->listener, NULL) != 0) {
		fprintf(stderr, "smppgw: the console cannot start: out of memory\n");
		abort();
	}
	return c;
}

void console_free(struct console *c)
{
	if (!c)
		return;
	LIST_EACH_SAFE(node, tmp, &c->peers)
		peer_end(LIST_OF(node, struct peer, link));
	loop_timer_clear(c->loop, &c->again);
	event_free(c->listener);
	close(c->fd);
	buf_free(&c->answer);
	mem_free(c);
}
