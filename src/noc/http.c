/*
 * http.c - serves a table of pages over evhttp. Must not know what the pages show.
 *
 * evhttp of libevent 2.1 does not bound its connections, and says nothing at the end of one that sent no request. So
 * the bufferevents given to it are remembered, and when HTTP_MAX_CONNECTIONS of them are, accepting rests until some
 * are seen to be gone: a bufferevent that lives has an event on the base.
 *
 * Its timeout begins anew with each octet. So that nobody keeps a place by an octet now and then, the whole request and
 * the whole answer have a time, too, which is looked at when octets come or go.
 */
#include "noc/http.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"

#define HTTP_TIMEOUT_S	 5     /* without an octet read or written */
#define HTTP_REQUEST_MS	 5000  /* for the whole request, from the connection on */
#define HTTP_ANSWER_MS	 10000 /* for the whole answer, from the connection on */
#define HTTP_MAX_HEADERS 8192  /* octets */
#define HTTP_MAX_HOST	 80    /* octets; an address with a port is shorter */
#define HTTP_LOOK_MS	 100   /* between looks whether a connection has gone */
#define HTTP_REST_MS	 1000  /* without accepting, when no file descriptor is left */

/* Of a connection; free when bev is NULL. */
struct http_place {
	struct http *http;
	struct bufferevent *bev; /* may be gone: compared only, but by what it calls itself */
	int64_t began_ms;
};

struct http {
	struct loop *loop;
	struct evhttp *server;
	struct evconnlistener *listener; /* owned by server */
	const struct http_page *pages;
	const struct http_document *front; /* NULL: none */
	void *arg;
	struct http_stats *stats;
	struct buf body;
	struct http_place places[HTTP_MAX_CONNECTIONS];
	size_t taken;
	struct timer again;
	struct makings *makings; /* pages whose requests wait for them */
};

/* Splits "host", "host:port", "[v6]", "[v6]:port"; false when it is none of them. */
static bool http_split_host(const char *text, char host[HTTP_MAX_HOST])
{
	const char *start = text, *end, *rest;

	if (*text == '[') {
		start = text + 1;
		end = strchr(start, ']');
		if (!end)
			return false;
		rest = end + 1;
	} else {
		end = start + strcspn(start, ":");
		rest = end;
	}
	if (*rest == ':')
		rest += 1 + strspn(rest + 1, "0123456789");
	size_t n = (size_t)(end - start);
	if (*rest != '\0' || n == 0 || n >= HTTP_MAX_HOST)
		return false;
	memcpy(host, start, n);
	host[n] = '\0';
	return true;
}

bool http_host_allowed(const char *text)
{
	char host[HTTP_MAX_HOST];
	uint8_t address[16];

	if (!http_split_host(text, host))
		return false;
	if (*text == '[')
		return inet_pton(AF_INET6, host, address) == 1;
	return strcasecmp(host, "localhost") == 0 || inet_pton(AF_INET, host, address) == 1;
}

#define HTTP_TEXT      "text/plain; charset=utf-8"
#define HTTP_BARE      "default-src 'none'; frame-ancestors 'none'" /* of what loads nothing */
#define HTTP_KEEP_NONE "no-store"
#define HTTP_KEEP_ASK  "no-cache" /* keep, and ask each time whether it is still good */

static void http_add(struct evhttp_request *req, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

static void http_add_common(struct evhttp_request *req, const char *policy, const char *keep)
{
	http_add(req, "Cache-Control", keep);
	http_add(req, "Content-Security-Policy", policy);
	http_add(req, "Cross-Origin-Resource-Policy", "same-origin");
	http_add(req, "Referrer-Policy", "no-referrer");
	http_add(req, "X-Content-Type-Options", "nosniff");
	http_add(req, "X-Frame-Options", "DENY");
	http_add(req, "Connection", "close");
}

/* Headers of n octets to come; returns where those go, NULL when none do: to HEAD only their length is said. */
static struct evbuffer *http_begin_body(struct evhttp_request *req, const char *type, size_t n)
{
	char length[24];

	snprintf(length, sizeof(length), "%zu", n);
	http_add(req, "Content-Type", type);
	http_add(req, "Content-Length", length);
	return evhttp_request_get_command(req) != EVHTTP_REQ_HEAD ? evbuffer_new() : NULL;
}

static void http_end_body(struct evhttp_request *req, int status, struct evbuffer *out)
{
	evhttp_send_reply(req, status, NULL, out);
	if (out)
		evbuffer_free(out);
}

static void http_send(struct evhttp_request *req, int status, const char *type, const void *body, size_t n)
{
	struct evbuffer *out = http_begin_body(req, type, n);

	if (out)
		evbuffer_add(out, body, n);
	http_end_body(req, status, out);
}

static void http_reply(struct http *h, struct evhttp_request *req, int status, const char *type)
{
	http_add_common(req, HTTP_BARE, HTTP_KEEP_NONE);
	http_send(req, status, type, buf_data(&h->body), buf_len(&h->body));
	buf_consume(&h->body, buf_len(&h->body), 65536);
}

static void http_reply_document(struct http *h, struct evhttp_request *req, const struct http_document *d)
{
	const char *known = evhttp_find_header(evhttp_request_get_input_headers(req), "If-None-Match");

	h->stats->requests++;
	http_add_common(req, d->policy, HTTP_KEEP_ASK);
	http_add(req, "ETag", d->etag);
	if (known && strstr(known, d->etag))
		evhttp_send_reply(req, HTTP_NOTMODIFIED, NULL, NULL);
	else
		http_send(req, 200, d->type, d->body, d->length);
}

static void http_refuse(struct http *h, struct evhttp_request *req, int status, const char *text)
{
	h->stats->refused++;
	buf_printf(&h->body, "%s\n", text);
	http_reply(h, req, status, HTTP_TEXT);
}

static void http_list_pages(const struct http *h, struct buf *out)
{
	if (h->front)
		buf_printf(out, "%-14s %s\n", "/", h->front->help);
	buf_printf(out, "%-14s %s\n", "/help", "this list");
	for (const struct http_page *p = h->pages; p->path; p++)
		buf_printf(out, "%-14s %s\n", p->path, p->help);
}

/* Whom the request is for must be an address or localhost: its Host header, and its target when that names a host. */
static bool http_addressed(struct http *h, struct evhttp_request *req)
{
	const char *host = evhttp_find_header(evhttp_request_get_input_headers(req), "Host");
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *target = uri ? evhttp_uri_get_host(uri) : NULL;

	if ((host && !http_host_allowed(host)) || (target && *target && !http_host_allowed(target))) {
		http_refuse(h, req, 403, "Host must be an IP address or localhost.");
		return false;
	}
	return true;
}

/* --- pages that are made over turns --- */

static void http_forget_page(const void *body, size_t n, void *page)
{
	(void)body;
	(void)n;
	making_release(page);
}

static const struct http_page *http_page_of(const struct http *h, struct evhttp_request *req)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;

	for (const struct http_page *p = h->pages; path && p->path; p++) {
		if (strcmp(p->path, path) == 0)
			return p;
	}
	return NULL;
}

/* Whoever has asked may have gone: then evhttp drops the answer. */
static void http_on_whole(void *arg, void *who, struct making_page *made)
{
	struct evhttp_request *req = who;
	size_t n = buf_len(&made->body);

	http_add_common(req, HTTP_BARE, HTTP_KEEP_NONE);
	struct evbuffer *out = http_begin_body(req, http_page_of(arg, req)->type, n);
	if (out && evbuffer_add_reference(out, buf_data(&made->body), n, http_forget_page, made) == 0)
		making_hold(made);
	http_end_body(req, 200, out);
}

static void http_answer(struct http *h, struct evhttp_request *req, const struct http_page *page)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	struct query asked;
	const char *why = query_parse(&asked, evhttp_uri_get_query(uri));

	if (why) {
		http_refuse(h, req, 400, why);
		return;
	}
	h->stats->requests++;
	if (page->steps) {
		makings_ask(h->makings, page->steps, h->arg, req);
		return;
	}
	int status = page->fn(h->arg, &asked, &h->body);
	http_reply(h, req, status, page->type);
}

static void http_on_request(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	enum evhttp_cmd_type method = evhttp_request_get_command(req);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;

	if (!http_addressed(h, req))
		return;
	if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
		evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", "GET, HEAD");
		http_refuse(h, req, 405, "Only GET and HEAD.");
		return;
	}
	if (path && h->front && strcmp(path, "/") == 0) {
		http_reply_document(h, req, h->front);
		return;
	}
	if (path && (strcmp(path, "/help") == 0 || strcmp(path, "/") == 0)) {
		h->stats->requests++;
		http_list_pages(h, &h->body);
		http_reply(h, req, 200, HTTP_TEXT);
		return;
	}
	const struct http_page *page = http_page_of(h, req);
	if (page)
		http_answer(h, req, page);
	else
		http_refuse(h, req, 404, "No such page; /help lists them.");
}

struct look {
	const struct http *http;
	bool alive[HTTP_MAX_CONNECTIONS];
};

static void http_is_alive(struct look *look, const void *bev)
{
	for (size_t i = 0; i < HTTP_MAX_CONNECTIONS; i++)
		look->alive[i] |= bev == look->http->places[i].bev;
}

static int http_look_at(const struct event_base *base, const struct event *ev, void *arg)
{
	(void)base;
	http_is_alive(arg, event_get_callback_arg(ev));
	return 0;
}

/* One whose request waits for its page has no event. */
static void http_look_at_waiting(void *arg, void *who)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(who);

	if (connection)
		http_is_alive(arg, evhttp_connection_get_bufferevent(connection));
}

static void http_leave_place(struct http *h, size_t i)
{
	if (h->places[i].bev) {
		h->places[i].bev = NULL;
		h->taken--;
	}
}

/* Forgets the connections that have gone. */
static void http_look(struct http *h)
{
	struct look look = {.http = h};

	event_base_foreach_event(loop_base(h->loop), http_look_at, &look);
	makings_each(h->makings, http_look_at_waiting, &look);
	for (size_t i = 0; i < HTTP_MAX_CONNECTIONS; i++) {
		if (!look.alive[i])
			http_leave_place(h, i);
	}
}

static void http_rest(struct http *h, int64_t ms)
{
	evconnlistener_disable(h->listener); /* the others wait in the backlog */
	loop_timer(h->loop, &h->again, ms);
}

static void http_on_again(struct timer *t)
{
	struct http *h = LIST_OF(t, struct http, again);

	http_look(h);
	if (h->taken < HTTP_MAX_CONNECTIONS)
		evconnlistener_enable(h->listener);
	else
		http_rest(h, HTTP_LOOK_MS);
}

/* evhttp sees the end of the stream then, and frees what is to be freed. */
static void http_end_late(const struct http_place *p, int64_t limit_ms)
{
	if (loop_now_ms(p->http->loop) - p->began_ms >= limit_ms)
		(void)shutdown(bufferevent_getfd(p->bev), SHUT_RDWR);
}

static void http_on_octets_in(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	const struct http_place *p = arg;

	if (p->bev && bufferevent_get_input(p->bev) == in && info->n_added > 0)
		http_end_late(p, HTTP_REQUEST_MS);
}

static void http_on_octets_out(struct evbuffer *out, const struct evbuffer_cb_info *info, void *arg)
{
	const struct http_place *p = arg;

	if (p->bev && bufferevent_get_output(p->bev) == out && info->n_deleted > 0 && evbuffer_get_length(out) > 0)
		http_end_late(p, HTTP_ANSWER_MS);
}

/* Called by evhttp for each new connection, of which there is room for one at least. */
static struct bufferevent *http_on_connection(struct event_base *base, void *arg)
{
	struct http *h = arg;
	struct http_place *p = h->places;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);

	if (!bev)
		return NULL;
	for (size_t i = 0; i < HTTP_MAX_CONNECTIONS; i++) {
		if (h->places[i].bev == bev) /* one that has gone had the same address */
			http_leave_place(h, i);
	}
	while (p->bev)
		p++;
	*p = (struct http_place){.http = h, .bev = bev, .began_ms = loop_now_ms(h->loop)};
	evbuffer_add_cb(bufferevent_get_input(bev), http_on_octets_in, p);
	evbuffer_add_cb(bufferevent_get_output(bev), http_on_octets_out, p);
	if (++h->taken == HTTP_MAX_CONNECTIONS)
		http_rest(h, 0);
	return bev;
}

static void http_on_accept_error(struct evconnlistener *listener, void *arg)
{
	(void)listener;
	http_rest(arg, HTTP_REST_MS);
}

struct http *http_new(struct loop *loop, int fd, const struct http_page *pages, void *arg, struct http_stats *stats)
{
	struct http *h = mem_zalloc(sizeof(*h));

	h->loop = loop;
	h->pages = pages;
	h->again.fn = http_on_again;
	h->arg = arg;
	h->stats = stats;
	h->makings = makings_new(loop, http_on_whole, h);
	h->server = evhttp_new(loop_base(loop));
	h->listener =
		evconnlistener_new(loop_base(loop), NULL, NULL, LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, 0, fd);
	if (!h->server || !h->listener || !evhttp_bind_listener(h->server, h->listener)) {
		fprintf(stderr, "smppgw: the HTTP server cannot start: out of memory\n");
		abort();
	}
	evconnlistener_set_error_cb(h->listener, http_on_accept_error);
	evhttp_set_timeout(h->server, HTTP_TIMEOUT_S);
	evhttp_set_max_headers_size(h->server, HTTP_MAX_HEADERS);
	evhttp_set_max_body_size(h->server, 0);
	/* all methods, so that the answer is ours: 405, not evhttp's 501 */
	evhttp_set_allowed_methods(h->server, 0xFFFF);
	evhttp_set_bevcb(h->server, http_on_connection, h);
	evhttp_set_gencb(h->server, http_on_request, h);
	return h;
}

void http_front(struct http *h, const struct http_document *front)
{
	h->front = front;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	loop_timer_clear(h->loop, &h->again);
	makings_free(h->makings); /* the requests go with the server, too */
	h->listener = NULL;	  /* goes with the server */
	evhttp_free(h->server);
	buf_free(&h->body);
	mem_free(h);
}
