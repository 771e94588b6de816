/*
 * fake_http.c - base/http_client.h without a network: servers answer as the script told them, after simulated time.
 * Must not know what is asked.
 */
#include "fake_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/http_client.h"
#include "base/loop.h"
#include "base/mem.h"

struct http_client {
	struct loop *loop;
	struct list targets, calls;
	uint64_t last;
};

struct http_target {
	struct list link;
	struct http_client *client;
	char *server;
	int64_t room, open;
};

struct call {
	struct list link;
	uint64_t handle;
	struct http_target *target;
	http_fn fn;
	void *arg;
	uint64_t token;
	struct timer timer;
	bool late; /* the timer is the deadline */
	struct fake_answer answer;
	char *body, *type;
};

struct told { /* an answer that a server will give */
	struct list link;
	char *server;
	struct fake_answer answer;
};

struct asked {
	struct list link;
	char *server, *body, *id, *signature;
};

static struct list all_told, all_asked;
static bool begun;

static void free_told(struct told *t)
{
	list_remove(&t->link);
	mem_free(t->server);
	mem_free((void *)(uintptr_t)t->answer.body);
	mem_free((void *)(uintptr_t)t->answer.type);
	mem_free(t);
}

static void free_asked(struct asked *a)
{
	list_remove(&a->link);
	mem_free(a->server);
	mem_free(a->body);
	mem_free(a->id);
	mem_free(a->signature);
	mem_free(a);
}

void fake_http_start(void)
{
	fake_http_stop();
	list_init(&all_told);
	list_init(&all_asked);
	begun = true;
}

void fake_http_stop(void)
{
	if (!begun)
		return;
	LIST_EACH_SAFE(node, next, &all_told) {
		free_told(LIST_OF(node, struct told, link));
	}
	LIST_EACH_SAFE(node, next, &all_asked) {
		free_asked(LIST_OF(node, struct asked, link));
	}
}

void fake_http_tell(const char *server, const struct fake_answer *answer)
{
	struct told *t = mem_zalloc(sizeof(*t));

	t->server = mem_strdup(server);
	t->answer = *answer;
	t->answer.body = mem_strdup(answer->body);
	t->answer.type = mem_strdup(answer->type);
	list_append(&all_told, &t->link);
}

const struct fake_asked *fake_http_take(const char *server)
{
	static struct asked last;
	static struct fake_asked out;

	mem_free(last.body);
	mem_free(last.id);
	mem_free(last.signature);
	last = (struct asked){.body = NULL};
	LIST_EACH(node, &all_asked) {
		struct asked *a = LIST_OF(node, struct asked, link);
		if (strcmp(a->server, server) != 0)
			continue;
		last = *a;
		list_remove(&a->link);
		mem_free(a->server);
		mem_free(a);
		out = (struct fake_asked){last.body, last.id, last.signature};
		return &out;
	}
	return NULL;
}

/* The server's answer to one more request. One that is told again and again is replaced by the next that was told. */
static struct fake_answer next_answer(const char *server)
{
	struct told *found = NULL;

	LIST_EACH_SAFE(node, next, &all_told) {
		struct told *t = LIST_OF(node, struct told, link);
		if (strcmp(t->server, server) != 0)
			continue;
		if (found != NULL)
			free_told(found);
		found = t;
		if (t->answer.times > 0)
			break;
	}
	struct fake_answer a = {.status = 200, .type = "text/plain", .body = ""};
	if (found == NULL)
		return (struct fake_answer){.status = 200, .type = mem_strdup(a.type), .body = mem_strdup("")};
	a = found->answer;
	a.type = mem_strdup(a.type);
	a.body = mem_strdup(a.body);
	if (found->answer.times > 0 && --found->answer.times == 0)
		free_told(found);
	return a;
}

/* --- base/http_client.h --- */

struct http_client *http_client_new(struct loop *loop)
{
	struct http_client *c = mem_zalloc(sizeof(*c));

	c->loop = loop;
	list_init(&c->targets);
	list_init(&c->calls);
	return c;
}

static void call_free(struct call *call)
{
	loop_timer_clear(call->target->client->loop, &call->timer);
	list_remove(&call->link);
	call->target->open--;
	mem_free(call->body);
	mem_free(call->type);
	mem_free(call);
}

void http_target_free(struct http_target *t)
{
	if (t == NULL)
		return;
	LIST_EACH_SAFE(node, next, &t->client->calls) {
		struct call *call = LIST_OF(node, struct call, link);
		if (call->target == t)
			call_free(call);
	}
	list_remove(&t->link);
	mem_free(t->server);
	mem_free(t);
}

void http_client_free(struct http_client *c)
{
	if (c == NULL)
		return;
	LIST_EACH_SAFE(node, next, &c->targets) {
		http_target_free(LIST_OF(node, struct http_target, link));
	}
	mem_free(c);
}

bool http_target_ok(const struct http_target_conf *conf, char why[HTTP_WHY])
{
	bool good = strncmp(conf->url, "http://", 7) == 0 || strncmp(conf->url, "https://", 8) == 0;

	snprintf(why, HTTP_WHY, "%s", good ? "" : "url: must be http://host:port/path or https://host:port/path");
	return good;
}

struct http_target *http_target_new(struct http_client *c, const struct http_target_conf *conf, char why[HTTP_WHY])
{
	if (!http_target_ok(conf, why))
		return NULL;
	struct http_target *t = mem_zalloc(sizeof(*t));
	const char *slash = strrchr(conf->url, '/');
	t->client = c;
	t->server = mem_strdup(slash + 1);
	t->room = conf->connections + conf->waiting;
	list_append(&c->targets, &t->link);
	return t;
}

static void on_timer(struct timer *timer)
{
	struct call *call = LIST_OF(timer, struct call, timer);
	struct fake_answer from = call->answer;
	struct http_answer a = {.why = "", .status = from.status, .type = call->type, .body = call->body};
	http_fn fn = call->fn;
	void *arg = call->arg;
	uint64_t token = call->token;

	a.n = strlen(a.body);
	if (call->late || from.refuses) {
		a = (struct http_answer){.end = call->late ? HTTP_LATE : HTTP_NO_CONNECT, .type = "", .body = ""};
		a.why = call->late ? "no answer within the deadline" : "no connection";
	}
	call->body = call->type = NULL;
	call_free(call);
	fn(arg, token, &a);
	mem_free((void *)(uintptr_t)from.body);
	mem_free((void *)(uintptr_t)from.type);
}

static void note(const struct http_target *t, const struct http_request *r)
{
	struct asked *a = mem_zalloc(sizeof(*a));

	a->server = mem_strdup(t->server);
	a->body = mem_strndup(r->body != NULL ? r->body : "", r->body != NULL ? r->n : 0);
	for (size_t i = 0; i < r->headers_n; i++) {
		if (strcmp(r->headers[i].name, "X-Smppgw-Id") == 0)
			a->id = mem_strdup(r->headers[i].value);
		else if (strcmp(r->headers[i].name, "X-Smppgw-Signature") == 0)
			a->signature = mem_strdup(r->headers[i].value);
	}
	list_append(&all_asked, &a->link);
}

uint64_t http_send(struct http_target *t, const struct http_request *request, http_fn fn, void *arg, uint64_t token)
{
	if (t->open >= t->room)
		return 0;
	struct call *call = mem_zalloc(sizeof(*call));
	call->handle = ++t->client->last;
	call->target = t;
	call->fn = fn;
	call->arg = arg;
	call->token = token;
	call->timer.fn = on_timer;
	call->answer = next_answer(t->server);
	call->body = (char *)(uintptr_t)call->answer.body;
	call->type = (char *)(uintptr_t)call->answer.type;
	call->late = call->answer.silent || call->answer.after_ms >= request->deadline_ms;
	t->open++;
	list_append(&t->client->calls, &call->link);
	if (!call->answer.refuses)
		note(t, request);
	loop_timer(t->client->loop, &call->timer, call->late ? request->deadline_ms : call->answer.after_ms);
	return call->handle;
}

void http_cancel(struct http_client *c, uint64_t handle)
{
	LIST_EACH_SAFE(node, next, &c->calls) {
		struct call *call = LIST_OF(node, struct call, link);
		if (call->handle == handle) {
			call_free(call);
			return;
		}
	}
}

size_t http_open(const struct http_client *c)
{
	size_t n = 0;

	LIST_EACH(node, &c->calls) {
		n++;
	}
	return n;
}
