/*
 * http_client.c - targets with their connections and those who wait for one; deadlines; who is called back. What goes
 * over a connection is http_link's. Must not know what is asked, nor evhttp.
 *
 * A connection (struct conn) is made for a call: name, address after address, TLS, request; then it is kept for the
 * next call. What a link tells comes from inside libevent; it is taken up by a timer without delay, outside of it.
 */
#include "base/http_client.h"

#include <event2/http.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/http_link.h"
#include "base/mem.h"
#include "base/resolver.h"

#define CLIENT_CALLS   1000000 /* open at a time; targets bound theirs far below */
#define CLIENT_IDLE_MS 30000   /* a connection that nobody uses is closed after that */

struct http_client {
	struct loop *loop;
	struct resolver *resolver;
	struct list targets;
	struct pool *calls;
};

struct http_target {
	struct list link;
	struct http_client *client;    /* NULL: only tried */
	char *host, *path, *line_host; /* line_host: what the header Host says */
	int64_t port;
	SSL_CTX *tls; /* NULL: http */
	int64_t connections_max, waiting_max, answer_max;
	struct list conns, waiting; /* struct conn, struct call */
	int64_t conns_n, waiting_n;
};

struct call {
	struct list link; /* target.waiting while it has no connection */
	uint64_t handle;
	struct http_target *target;
	struct conn *conn;
	http_fn fn;
	void *arg;
	uint64_t token;
	struct timer late;
	struct http_request request; /* all of it owned */
	bool again;		     /* it has been made a second time */
};

struct conn {
	struct list link;
	struct http_target *target;
	struct call *call; /* NULL: idle, or its call was cancelled after its end */
	struct resolver_query *asking;
	struct net_addr at[RESOLVER_ADDRESSES];
	size_t at_n, next; /* next: the address to try when this one fails */
	struct http_link *http;
	bool kept; /* a call has been answered over it before */
	struct timer work, idle;
	bool ended; /* what follows is how the call ended; strings owned */
	struct http_link_end end;
};

static void serve(struct http_target *t);

/* --- calls --- */

static void request_copy(struct http_request *to, const struct http_request *from)
{
	struct http_header *headers = mem_zalloc((from->headers_n + 1) * sizeof(*headers));

	for (size_t i = 0; i < from->headers_n; i++)
		headers[i] =
			(struct http_header){mem_strdup(from->headers[i].name), mem_strdup(from->headers[i].value)};
	*to = (struct http_request){.body = from->body != NULL ? mem_strndup(from->body, from->n) : NULL,
				    .n = from->n,
				    .type = mem_strdup(from->type != NULL ? from->type : ""),
				    .headers = headers,
				    .headers_n = from->headers_n,
				    .deadline_ms = from->deadline_ms};
}

static void request_free(struct http_request *r)
{
	for (size_t i = 0; i < r->headers_n; i++) {
		mem_free((void *)r->headers[i].name);
		mem_free((void *)r->headers[i].value);
	}
	mem_free((void *)r->headers);
	mem_free((void *)r->body);
	mem_free((void *)r->type);
}

static void call_free(struct call *call)
{
	struct http_client *c = call->target->client;

	loop_timer_clear(c->loop, &call->late);
	request_free(&call->request);
	pool_give(c->calls, call->handle);
}

/* The one end of a call: nothing of it is left when its owner is told, who may do anything. */
static void call_end(struct call *call, const struct http_answer *answer)
{
	http_fn fn = call->fn;
	void *arg = call->arg;
	uint64_t token = call->token;

	call_free(call);
	fn(arg, token, answer);
}

static void call_fail(struct call *call, enum http_end end, const char *why)
{
	char copy[HTTP_WHY];

	snprintf(copy, sizeof(copy), "%s", why);
	call_end(call, &(struct http_answer){.end = end, .why = copy, .type = "", .body = ""});
}

/* --- connections --- */

static void end_free(struct conn *c)
{
	if (!c->ended)
		return;
	mem_free((void *)c->end.answer.why);
	mem_free((void *)c->end.answer.type);
	mem_free((void *)c->end.answer.body);
	c->ended = false;
}

static void conn_free(struct conn *c)
{
	struct http_target *t = c->target;

	loop_timer_clear(t->client->loop, &c->work);
	loop_timer_clear(t->client->loop, &c->idle);
	if (c->asking != NULL)
		resolver_drop(c->asking);
	http_link_free(c->http);
	end_free(c);
	list_remove(&c->link);
	t->conns_n--;
	mem_free(c);
}

static void conn_on_end(void *arg, const struct http_link_end *end)
{
	struct conn *c = arg;
	const struct http_answer *a = &end->answer;

	end_free(c);
	c->end = *end;
	c->end.answer.why = mem_strdup(a->why);
	c->end.answer.type = mem_strdup(a->type);
	c->end.answer.body = mem_strndup(a->body, a->n);
	c->ended = true;
	if (c->call != NULL)
		loop_timer_clear(c->target->client->loop, &c->call->late);
	loop_timer(c->target->client->loop, &c->work, 0);
}

static void conn_on_gone(void *arg)
{
	struct conn *c = arg;

	loop_timer(c->target->client->loop, &c->work, 0);
}

static const struct http_link_ops link_ops = {conn_on_end, conn_on_gone};

/* TLS for one connection: whom the server must be. */
static SSL *target_ssl(const struct http_target *t)
{
	struct net_addr literal;
	SSL *ssl = SSL_new(t->tls);
	bool good = ssl != NULL;

	if (good && net_literal(t->host, 0, &literal)) {
		good = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), t->host) == 1;
	} else if (good) {
		SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		good = SSL_set_tlsext_host_name(ssl, t->host) == 1 && SSL_set1_host(ssl, t->host) == 1;
	}
	if (!good) { /* never without a name: OpenSSL would take every one then */
		fprintf(stderr, "smppgw: no TLS connection can be made: out of memory\n");
		abort();
	}
	return ssl;
}

static void conn_send(struct conn *c)
{
	const struct http_line line = {c->target->line_host, c->target->path};

	http_link_send(c->http, &line, &c->call->request);
}

static void conn_connect(struct conn *c)
{
	struct http_target *t = c->target;

	http_link_free(c->http);
	c->kept = false;
	c->http = http_link_new(t->client->loop, &c->at[c->next++], t->tls != NULL ? target_ssl(t) : NULL,
				t->answer_max, &link_ops, c);
	conn_send(c);
}

static void conn_on_addresses(const struct net_addr *at, size_t n, const char *why, void *arg)
{
	struct conn *c = arg;
	struct http_target *t = c->target;
	struct call *call = c->call;
	char text[HTTP_WHY];

	c->asking = NULL;
	if (n > 0) {
		memcpy(c->at, at, n * sizeof(*at));
		c->at_n = n;
		conn_connect(c);
		return;
	}
	snprintf(text, sizeof(text), "no address of %s: %s", t->host, why);
	conn_free(c);
	serve(t);
	call_fail(call, HTTP_NO_ADDRESS, text);
}

static void conn_ask(struct conn *c)
{
	struct http_target *t = c->target;

	c->at_n = c->next = 0;
	c->asking = resolver_ask(t->client->resolver, t->host, t->port, conn_on_addresses, c);
}

/* True when the call is not over: it is made again. */
static bool conn_again(struct conn *c)
{
	struct call *call = c->call;
	enum http_end end = c->end.answer.end;
	bool stale = c->kept && end == HTTP_LOST && c->end.silent && !call->again;
	bool next = end == HTTP_NO_CONNECT && c->next < c->at_n;

	if (!stale && !next)
		return false;
	/* time goes on where it stood: the deadline was set for the whole call */
	struct loop *loop = c->target->client->loop;
	int64_t left = call->request.deadline_ms - loop_now_ms(loop);
	loop_timer(loop, &call->late, left);
	end_free(c);
	if (next) {
		conn_connect(c);
		return true;
	}
	call->again = true;
	http_link_free(c->http);
	c->http = NULL;
	conn_ask(c);
	return true;
}

/* The link's call is over, or the link itself. */
static void conn_on_work(struct timer *timer)
{
	struct conn *c = LIST_OF(timer, struct conn, work);
	struct http_target *t = c->target;
	struct call *call = c->call;

	if (call != NULL && conn_again(c))
		return;
	struct http_link_end end = c->end;
	bool ended = c->ended;
	c->ended = false; /* its strings are end's now */
	c->call = NULL;
	c->kept = true;
	if (http_link_alive(c->http))
		loop_timer(t->client->loop, &c->idle, CLIENT_IDLE_MS);
	else
		conn_free(c);
	serve(t);
	if (call != NULL)
		call_end(call, &end.answer);
	if (!ended)
		return;
	mem_free((void *)end.answer.why);
	mem_free((void *)end.answer.type);
	mem_free((void *)end.answer.body);
}

static void conn_on_idle(struct timer *timer)
{
	conn_free(LIST_OF(timer, struct conn, idle));
}

static struct conn *conn_new(struct http_target *t)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->target = t;
	c->work.fn = conn_on_work;
	c->idle.fn = conn_on_idle;
	list_append(&t->conns, &c->link);
	t->conns_n++;
	return c;
}

static void conn_give(struct conn *c, struct call *call)
{
	c->call = call;
	call->conn = c;
	loop_timer_clear(c->target->client->loop, &c->idle);
	if (c->http != NULL)
		conn_send(c);
	else
		conn_ask(c);
}

/* --- targets --- */

static struct conn *target_idle(const struct http_target *t)
{
	LIST_EACH(node, &t->conns) {
		struct conn *c = LIST_OF(node, struct conn, link);
		if (c->call == NULL && !c->ended && c->http != NULL && http_link_alive(c->http))
			return c;
	}
	return NULL;
}

/* Those who wait get the connections that are free, or that may be made. */
static void serve(struct http_target *t)
{
	while (!list_empty(&t->waiting)) {
		struct conn *c = target_idle(t);
		if (c == NULL && t->conns_n >= t->connections_max)
			return;
		struct call *call = LIST_OF(t->waiting.next, struct call, link);
		list_remove(&call->link);
		t->waiting_n--;
		conn_give(c != NULL ? c : conn_new(t), call);
	}
}

/* Takes the call from where it is: the line, or a connection, which is of no use to others in the middle of it. */
static void call_take_out(struct call *call)
{
	struct http_target *t = call->target;
	struct conn *c = call->conn;

	if (c == NULL) {
		list_remove(&call->link);
		t->waiting_n--;
	} else if (c->ended) {
		c->call = NULL; /* conn_on_work() comes */
	} else {
		conn_free(c);
		serve(t);
	}
}

static void call_on_late(struct timer *timer)
{
	struct call *call = LIST_OF(timer, struct call, late);
	bool waited = call->conn == NULL;

	call_take_out(call);
	call_fail(call, HTTP_LATE,
		  waited ? "no answer within the deadline: all connections were taken"
			 : "no answer within the deadline");
}

uint64_t http_send(struct http_target *t, const struct http_request *request, http_fn fn, void *arg, uint64_t token)
{
	struct http_client *c = t->client;
	uint64_t handle;

	if (t->waiting_n >= t->waiting_max && target_idle(t) == NULL && t->conns_n >= t->connections_max)
		return 0;
	struct call *call = pool_take(c->calls, &handle);
	if (call == NULL)
		return 0;
	call->handle = handle;
	call->target = t;
	call->fn = fn;
	call->arg = arg;
	call->token = token;
	call->late.fn = call_on_late;
	request_copy(&call->request, request);
	call->request.deadline_ms += loop_now_ms(c->loop); /* from here on a time, not a span */
	loop_timer(c->loop, &call->late, request->deadline_ms);
	list_append(&t->waiting, &call->link);
	t->waiting_n++;
	serve(t);
	return handle;
}

void http_cancel(struct http_client *c, uint64_t handle)
{
	struct call *call = pool_get(c->calls, handle);

	if (call == NULL)
		return;
	call_take_out(call);
	call_free(call);
}

size_t http_open(const struct http_client *c)
{
	return pool_count(c->calls);
}

/* --- making targets --- */

static SSL_CTX *target_tls(const char *ca, char why[HTTP_WHY])
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	bool own = ca != NULL && *ca != '\0';

	if (tls == NULL || SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1) {
		snprintf(why, HTTP_WHY, "OpenSSL cannot be used");
	} else if (own && SSL_CTX_load_verify_file(tls, ca) != 1) {
		snprintf(why, HTTP_WHY, "ca: %s cannot be read, or holds no certificate in PEM form", ca);
	} else if (!own && SSL_CTX_set_default_verify_paths(tls) != 1) {
		snprintf(why, HTTP_WHY, "the system's certificates cannot be used; name a file with ca");
	} else {
		SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
		return tls;
	}
	ERR_clear_error();
	SSL_CTX_free(tls);
	return NULL;
}

/* "[::1]" is the address ::1. */
static char *bare_host(const char *host)
{
	size_t n = strlen(host);
	bool bracketed = n > 2 && host[0] == '[' && host[n - 1] == ']';

	return bracketed ? mem_strndup(host + 1, n - 2) : mem_strdup(host);
}

static char *target_path(const struct evhttp_uri *uri)
{
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	bool rooted = path != NULL && *path != '\0';
	size_t n = (rooted ? strlen(path) : 1) + (query != NULL ? strlen(query) + 1 : 0) + 1;
	char *out = mem_zalloc(n);

	snprintf(out, n, "%s%s%s", rooted ? path : "/", query != NULL ? "?" : "", query != NULL ? query : "");
	return out;
}

/* False with why when the URL is not one of ours. */
static bool target_read(struct http_target *t, const struct evhttp_uri *uri, bool *tls, char why[HTTP_WHY])
{
	const char *scheme = uri != NULL ? evhttp_uri_get_scheme(uri) : NULL;
	const char *host = uri != NULL ? evhttp_uri_get_host(uri) : NULL;

	if (scheme == NULL || host == NULL || *host == '\0' ||
	    (strcasecmp(scheme, "http") != 0 && strcasecmp(scheme, "https") != 0)) {
		snprintf(why, HTTP_WHY, "url: must be http://host:port/path or https://host:port/path");
		return false;
	}
	if (evhttp_uri_get_userinfo(uri) != NULL || evhttp_uri_get_fragment(uri) != NULL) {
		snprintf(why, HTTP_WHY, "url: must have no user and no # part");
		return false;
	}
	*tls = strcasecmp(scheme, "https") == 0;
	int port = evhttp_uri_get_port(uri), usual = *tls ? 443 : 80;
	t->port = port > 0 ? port : usual;
	t->host = bare_host(host);
	t->path = target_path(uri);
	size_t n = strlen(host) + 8;
	t->line_host = mem_zalloc(n);
	if (t->port == usual)
		snprintf(t->line_host, n, "%s", host);
	else
		snprintf(t->line_host, n, "%s:%d", host, port);
	return true;
}

static void target_release(struct http_target *t)
{
	SSL_CTX_free(t->tls);
	mem_free(t->host);
	mem_free(t->path);
	mem_free(t->line_host);
	mem_free(t);
}

static struct http_target *target_make(const struct http_target_conf *conf, char why[HTTP_WHY])
{
	struct http_target *t = mem_zalloc(sizeof(*t));
	struct evhttp_uri *uri = evhttp_uri_parse(conf->url);
	bool tls = false;
	bool good = target_read(t, uri, &tls, why);

	if (uri != NULL)
		evhttp_uri_free(uri);
	if (good && tls) {
		t->tls = target_tls(conf->ca, why);
		good = t->tls != NULL;
	}
	if (!good) {
		target_release(t);
		return NULL;
	}
	t->connections_max = conf->connections;
	t->waiting_max = conf->waiting;
	t->answer_max = conf->answer_max;
	list_init(&t->conns);
	list_init(&t->waiting);
	return t;
}

bool http_target_ok(const struct http_target_conf *conf, char why[HTTP_WHY])
{
	struct http_target *t = target_make(conf, why);

	if (t == NULL)
		return false;
	target_release(t);
	return true;
}

struct http_target *http_target_new(struct http_client *c, const struct http_target_conf *conf, char why[HTTP_WHY])
{
	struct http_target *t = target_make(conf, why);

	if (t == NULL)
		return NULL;
	t->client = c;
	list_append(&c->targets, &t->link);
	return t;
}

void http_target_free(struct http_target *t)
{
	if (t == NULL)
		return;
	LIST_EACH_SAFE(node, next, &t->waiting) {
		call_free(LIST_OF(node, struct call, link));
	}
	LIST_EACH_SAFE(node, next, &t->conns) {
		struct conn *c = LIST_OF(node, struct conn, link);
		if (c->call != NULL)
			call_free(c->call);
		conn_free(c);
	}
	list_remove(&t->link);
	target_release(t);
}

/* --- the client --- */

struct http_client *http_client_new(struct loop *loop)
{
	struct http_client *c = mem_zalloc(sizeof(*c));

	c->loop = loop;
	c->resolver = resolver_new(loop);
	c->calls = pool_new(sizeof(struct call), CLIENT_CALLS);
	list_init(&c->targets);
	return c;
}

void http_client_free(struct http_client *c)
{
	if (c == NULL)
		return;
	LIST_EACH_SAFE(node, next, &c->targets) {
		http_target_free(LIST_OF(node, struct http_target, link));
	}
	resolver_free(c->resolver);
	pool_free(c->calls);
	mem_free(c);
}
