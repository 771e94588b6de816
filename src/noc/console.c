/*
 * console.c - the sockets of the console: accept, bounds, times, answers. Must not know any command.
 */
#include "noc/console.h"

#include <errno.h>
#include <fcntl.h>
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
#include "base/text.h"
#include "noc/actions.h"
#include "noc/form.h"
#include "noc/request.h"

#define CONSOLE_REST_MS	     1000
#define CONSOLE_MAX_PROGRESS 16384 /* octets that a peer has not read */

struct console {
	struct loop *loop;
	struct event *listener;
	int fd;
	struct console_about about;
	struct list peers, laters;
	unsigned count;
	struct timer again; /* accepting rests: no file descriptor was left */
	struct buf answer;
};

struct peer {
	struct list link;
	struct loop_defer freeing;
	struct timer deadline; /* of the request; with a wrong token: of the answer */
	struct console *console;
	struct bufferevent *bev;
	struct rights_peer who;
	struct console_later *later; /* its answer comes in a later turn */
	struct buf held;	     /* its answer is held back: it has shown a wrong token */
	char *line;		     /* its request, while the token in it is compared; else NULL */
	size_t line_n;
	bool answered;
};

/* What an answer needs to be told and recorded; also when the request's line has gone. */
struct asked {
	const struct console_about *about; /* NULL: the console has gone */
	bool json;
	bool acts;    /* it is recorded */
	bool refused; /* who asks has no right to it */
	struct action action;
};

/* An answer that is not there yet. Owned by the command until console_finish(); peer is NULL when nobody waits. */
struct console_later {
	struct list link;  /* in the console's laters */
	struct loop *loop; /* NULL: the console has gone, or there was none */
	struct peer *peer;
	struct asked asked;
	struct buf text;
	char message[CONSOLE_MAX_MESSAGE];
	bool starting; /* fn has not returned */
	bool done, failed, keep_out;
};

int console_fail(struct console_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(call->message, sizeof(call->message), fmt, ap);
	va_end(ap);
	return -1;
}

struct console_later *console_later(struct console_call *call)
{
	if (!call->later) {
		call->later = mem_zalloc(sizeof(*call->later));
		call->later->starting = true;
		if (form_is_json(call->out))
			form_want_json(&call->later->text);
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

bool console_later_waits(const struct console_later *l)
{
	return l->starting || l->peer;
}

static void later_free(struct console_later *l)
{
	if (!l)
		return;
	buf_free(&l->text);
	mem_free(l);
}

/* Who has no right could fill the disk with refusals. */
static bool is_kept_back(const struct asked *asked)
{
	static struct log_limit limit = {.what = "event=action_refused"};

	return asked->refused && !log_peer_may(&limit);
}

/* A copy (mem_free()) without what is left of characters that a bound has cut. */
static char *whole_text(const char *text)
{
	size_t n = strlen(text), to = 0;
	char *copy = mem_strndup(text, n);

	for (size_t at = 0, from = 0; at < n; from = at) {
		if (text_get(text, n, &at) < 0)
			continue;
		memcpy(copy + to, text + from, at - from);
		to += at - from;
	}
	copy[to] = '\0';
	return copy;
}

/* The whole answer, as it goes to the peer; why NULL: `ok`; text NULL: none. */
static void put_answer(struct asked *asked, int64_t wall_ms, const char *why, const struct buf *text, struct buf *out)
{
	static const struct buf nothing;
	char *error = why ? whole_text(why) : NULL;

	if (error)
		buf_printf(out, "error %s\n", error);
	else
		buf_puts(out, "ok\n");
	if (asked->json)
		form_take(text ? text : &nothing, error, out);
	else if (text && buf_len(text))
		buf_put(out, buf_data(text), buf_len(text));
	if (asked->acts && asked->about && asked->about->actions && !is_kept_back(asked)) {
		asked->action.at_ms = wall_ms;
		snprintf(asked->action.outcome, sizeof(asked->action.outcome), "%s", error ? error : "ok");
		actions_put(asked->about->actions, &asked->action);
	}
	mem_free(error);
}

/* --- one request --- */

static void note(struct asked *asked, const struct request *r, const struct rights_peer *peer)
{
	struct buf masked = {0};

	asked->json = r->json;
	asked->acts = r->command && r->needs > CONSOLE_READ;
	if (!asked->acts)
		return;
	request_masked(r, &masked);
	asked->action.uid = peer->uid;
	snprintf(asked->action.token, sizeof(asked->action.token), "%s", peer->token ? peer->token : "");
	snprintf(asked->action.command, sizeof(asked->action.command), "%.*s",
		 (int)text_cut((char *)buf_data(&masked), buf_len(&masked), sizeof(asked->action.command) - 1),
		 (const char *)buf_data(&masked));
	buf_free(&masked);
}

static int refuse_token(const struct console_about *about, const char *token, const struct rights_peer *peer,
			struct console_call *call)
{
	static struct log_limit limit;
	unsigned more;
	char name[40];

	about->stats->wrong_tokens++;
	snprintf(name, sizeof(name), "%.*s", (int)text_cut(token, strcspn(token, ":"), 32), token);
	if (log_limit(&limit, 5, &more))
		log_warn("-", "event=wrong_token name=\"%s\" uid=%ld kept_back=%u", name, (long)peer->uid, more);
	console_fail(call, "the token is wrong; a token is NAME:SECRET, as in the configuration's console_tokens");
	return CONSOLE_WRONG_TOKEN;
}

/* Raises the peer by its token: 0, CONSOLE_PROVING, or why not in call's message. */
static int show_token(const struct console_about *about, const struct console_asker *asker, const char *token,
		      int64_t wall_ms, struct rights_peer *peer, struct console_call *call)
{
	if (!token)
		return 0;
	if (asker->wrong_token)
		return refuse_token(about, token, peer, call);
	switch (rights_show_token(about->rights, token, wall_ms, peer)) {
	case RIGHTS_TRUE:
		return 0;
	case RIGHTS_BUSY:
		return console_fail(call, "too many tokens are being tried; try again in a second");
	case RIGHTS_COSTS:
		break;
	}
	if (!asker->again)
		return refuse_token(about, token, peer, call);
	rights_prove(about->rights, token, asker->again, asker->arg);
	return CONSOLE_PROVING;
}

static int refuse_right(const struct console_about *about, const struct request *r, const struct rights_peer *peer,
			struct console_call *call)
{
	struct buf holders = {0};

	rights_holders(about->rights, r->needs, &holders);
	console_fail(call, "%s%s%s needs the right to %s; uid %ld has %s. Who has it: %.*s", r->command->name,
		     r->sub ? " " : "", r->sub ? r->sub->name : "", console_right_name(r->needs), (long)peer->uid,
		     peer->right == CONSOLE_NONE ? "no right" : console_right_name(peer->right), (int)buf_len(&holders),
		     (const char *)buf_data(&holders));
	buf_free(&holders);
	return -1;
}

/* Everything that is judged before the command runs, and then the command. */
static int run(const struct console_about *about, const struct rights_peer *peer, struct request *r, int result,
	       struct console_call *call)
{
	const char *sub_words[CONSOLE_MAX_WORDS + 1];
	char who[48];

	if (r->command && peer->right < r->needs)
		return refuse_right(about, r, peer, call);
	if (result < 0)
		return -1; /* the message is there */
	if (peer->token)
		snprintf(who, sizeof(who), "token:%s", peer->token);
	else
		snprintf(who, sizeof(who), "uid:%ld", (long)peer->uid);
	call->words = r->words;
	call->n = r->n;
	call->uid = peer->uid;
	call->who = who;
	call->right = peer->right;
	if (r->sub && r->n == (r->command->before ? 1 : 0)) { /* the one that need not be named */
		memcpy(sub_words, r->words, r->n * sizeof(sub_words[0]));
		sub_words[call->n++] = r->sub->name;
		call->words = sub_words;
	}
	return r->command->fn(call);
}

int console_answer(const struct console_about *about, const struct console_asker *asker, int64_t wall_ms, char *line,
		   size_t n, struct buf *out, struct console_later **later)
{
	struct buf text = {0};
	struct console_call call = {.arg = about->arg, .table = about->table, .out = &text};
	struct asked asked = {.about = about};
	struct rights_peer peer = asker->who;
	struct request request;
	int result = request_read(about->table, line, n, &request, call.message, sizeof(call.message)), shown;

	*later = NULL;
	if (request.json)
		form_want_json(&text);
	if ((shown = show_token(about, asker, request.token, wall_ms, &peer, &call)) == CONSOLE_PROVING) {
		buf_free(&text);
		return shown;
	}
	note(&asked, &request, &peer);
	if (shown < 0) {
		result = shown;
		asked.refused = true;
	} else {
		asked.refused = request.command && peer.right < request.needs;
		result = run(about, &peer, &request, result, &call);
	}
	struct console_later *l = call.later;
	if (result == CONSOLE_LATER && !l->done) {
		l->starting = false;
		l->asked = asked;
		*later = l;
	} else if (result == CONSOLE_LATER) {
		result = l->failed ? -1 : 0;
		put_answer(&asked, wall_ms, l->failed ? l->message : NULL, l->failed && !l->keep_out ? NULL : &l->text,
			   out);
		later_free(l);
	} else {
		put_answer(&asked, wall_ms, result == 0 ? NULL : call.message,
			   result == 0 || call.keep_out ? &text : NULL, out);
		later_free(l);
	}
	buf_free(&text);
	return result;
}

/* --- peers --- */

static void peer_reap(void *arg)
{
	struct peer *p = arg;

	buf_free(&p->held);
	mem_free(p);
}

/* There may be a token in it. */
static void peer_forget_line(struct peer *p)
{
	if (p->line)
		explicit_bzero(p->line, p->line_n);
	mem_free(p->line);
	p->line = NULL;
}

static void peer_end(struct peer *p)
{
	struct console *c = p->console;

	if (!p->bev)
		return;
	if (p->later)
		p->later->peer = NULL;
	rights_forget(c->about.rights, p);
	peer_forget_line(p);
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
		p->console->about.stats->commands++;
	else
		p->console->about.stats->refused++;
}

static void peer_refuse(struct peer *p, const char *why)
{
	peer_count(p, false);
	buf_printf(&p->console->answer, "error %s\n", why);
	peer_send_answer(p);
}

/* What became of the request; the answer, if there is one, is in the console's. */
static void peer_take_result(struct peer *p, int result)
{
	struct console *c = p->console;

	loop_timer_clear(c->loop, &p->deadline);
	switch (result) {
	case CONSOLE_PROVING:
		break;
	case CONSOLE_LATER:
		p->later->peer = p;
		p->later->loop = c->loop;
		list_append(&c->laters, &p->later->link);
		break;
	case CONSOLE_WRONG_TOKEN:
		buf_put(&p->held, buf_data(&c->answer), buf_len(&c->answer));
		buf_consume(&c->answer, buf_len(&c->answer), 65536);
		loop_timer(c->loop, &p->deadline, CONSOLE_WRONG_TOKEN_MS);
		break;
	default:
		peer_count(p, result == 0);
		peer_send_answer(p);
	}
}

static void peer_ask_again(bool right, void *arg);

/* Its line is there; wrong: so is the token in it, as was found out. */
static void peer_ask(struct peer *p, bool wrong)
{
	struct console *c = p->console;
	const struct console_asker asker = {p->who, wrong, peer_ask_again, p};
	char line[CONSOLE_MAX_REQUEST + 1];
	size_t n = p->line_n;

	memcpy(line, p->line, n);
	int result = console_answer(&c->about, &asker, loop_wall_ms(c->loop), line, n, &c->answer, &p->later);
	explicit_bzero(line, sizeof(line));
	if (result != CONSOLE_PROVING)
		peer_forget_line(p);
	peer_take_result(p, result);
}

static void peer_ask_again(bool right, void *arg)
{
	peer_ask(arg, !right);
}

/* A whole line is there: n octets of it, or the end of the stream behind n octets. */
static void peer_request(struct peer *p, size_t n)
{
	p->line = mem_zalloc(n + 1);
	p->line_n = n;
	evbuffer_remove(bufferevent_get_input(p->bev), p->line, n);
	if (n > 0 && p->line[n - 1] == '\r')
		p->line_n--;
	peer_ask(p, false);
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

int console_give(struct console_later *l, const int *fds, size_t n, const char *line)
{
	char text[64];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int) * CONSOLE_MAX_GIVEN)];
	} control = {0};
	int fd = l->peer ? bufferevent_getfd(l->peer->bev) : -1;

	/* behind what is to be written already: that would come later than the sockets */
	if (fd < 0 || n > CONSOLE_MAX_GIVEN || evbuffer_get_length(bufferevent_get_output(l->peer->bev)) > 0)
		return -1;
	snprintf(text, sizeof(text), "progress %s\n", line);
	struct iovec octets = {.iov_base = text, .iov_len = strlen(text)};
	struct msghdr message = {.msg_iov = &octets, .msg_iovlen = 1};
	if (n > 0) {
		message.msg_control = control.room;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(head), fds, sizeof(int) * n);
	}
	if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)octets.iov_len)
		return -1;
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
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
	if (l->loop)
		list_remove(&l->link);
	put_answer(&l->asked, l->loop ? loop_wall_ms(l->loop) : 0, error, error && !l->keep_out ? NULL : &l->text,
		   p ? &p->console->answer : &nobody);
	later_free(l);
	buf_free(&nobody);
	if (!p)
		return;
	p->later = NULL;
	peer_count(p, !error);
	peer_send_answer(p);
}

static bool peer_has_asked(const struct peer *p)
{
	return p->answered || p->later || p->line || buf_len(&p->held);
}

static void peer_on_read(struct bufferevent *bev, void *arg)
{
	struct peer *p = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	if (peer_has_asked(p)) {
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

	if ((what & BEV_EVENT_EOF) && peer_has_asked(p))
		return;
	if ((what & BEV_EVENT_EOF) && n > 0) {
		peer_request(p, n);
		return;
	}
	if (!peer_has_asked(p))
		peer_count(p, false);
	peer_end(p);
}

static void peer_on_deadline(struct timer *t)
{
	struct peer *p = LIST_OF(t, struct peer, deadline);

	if (!buf_len(&p->held)) {
		peer_refuse(p, "no request within 5 s");
		return;
	}
	buf_put(&p->console->answer, buf_data(&p->held), buf_len(&p->held));
	peer_count(p, false);
	peer_send_answer(p);
}

static void console_take(struct console *c, int fd, const struct rights_peer *who)
{
	struct peer *p = mem_zalloc(sizeof(*p));

	p->console = c;
	p->who = *who;
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
		struct rights_peer who = rights_of_peer(c->about.rights, fd);
		if (c->count < CONSOLE_MAX_CONNECTIONS - (who.right < CONSOLE_OPERATE ? CONSOLE_KEPT_FREE : 0)) {
			console_take(c, fd, &who);
			continue;
		}
		c->about.stats->refused++;
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

struct console *console_new(struct loop *loop, int fd, const struct console_about *about)
{
	struct console *c = mem_zalloc(sizeof(*c));

	c->loop = loop;
	c->fd = fd;
	c->about = *about;
	list_init(&c->peers);
	list_init(&c->laters);
	c->again.fn = console_on_again;
	c->listener = event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, console_on_accept, c);
	if (!c->listener || event_add(c->listener, NULL) != 0) {
		fprintf(stderr, "smppgw: the console cannot start: out of memory\n");
		abort();
	}
	return c;
}

/* Nobody hears its answer, nobody keeps book of it. */
static void later_orphan(struct console_later *l)
{
	list_remove(&l->link);
	l->loop = NULL;
	l->asked.about = NULL;
}

void console_free(struct console *c)
{
	if (!c)
		return;
	LIST_EACH_SAFE(node, tmp, &c->peers)
		peer_end(LIST_OF(node, struct peer, link));
	LIST_EACH_SAFE(node, tmp, &c->laters)
		later_orphan(LIST_OF(node, struct console_later, link));
	loop_timer_clear(c->loop, &c->again);
	event_free(c->listener);
	close(c->fd);
	buf_free(&c->answer);
	mem_free(c);
}
