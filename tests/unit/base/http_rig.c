/*
 * http_rig.c - servers for tests of HTTP clients.
 */
#include "http_rig.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "base/mem.h"
#include "certs.h"
#include "unit.h"

static void copy(char *out, size_t cap, const char *from)
{
	snprintf(out, cap, "%s", from ? from : "");
}

static void note(struct rig *r, struct evhttp_request *req)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(req);
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	struct rig_request *last = &r->last;

	memset(last, 0, sizeof(*last));
	r->requests++;
	copy(last->method, sizeof(last->method), evhttp_request_get_command(req) == EVHTTP_REQ_POST ? "POST" : "GET");
	copy(last->path, sizeof(last->path), evhttp_request_get_uri(req));
	copy(last->host, sizeof(last->host), evhttp_find_header(in, "Host"));
	copy(last->type, sizeof(last->type), evhttp_find_header(in, "Content-Type"));
	copy(last->id, sizeof(last->id), evhttp_find_header(in, "X-Smppgw-Id"));
	copy(last->signature, sizeof(last->signature), evhttp_find_header(in, "X-Smppgw-Signature"));
	copy(last->own, sizeof(last->own), evhttp_find_header(in, "X-Own"));
	evbuffer_copyout(body, last->body, sizeof(last->body) - 1);
}

static void reply(struct evhttp_request *req, int status, const void *p, size_t n)
{
	struct evbuffer *out = evbuffer_new();

	evhttp_add_header(evhttp_request_get_output_headers(req), "Content-Type", "text/plain; charset=utf-8");
	evbuffer_add(out, p, n);
	evhttp_send_reply(req, status, NULL, out);
	evbuffer_free(out);
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct rig *r = arg;

	note(r, req);
	const char *path = r->last.path;
	if (strncmp(path, "/slow", 5) == 0) {
		r->held[r->held_n++] = req;
	} else if (strncmp(path, "/status", 7) == 0) {
		int status = *r->status;
		if (r->status[1] != 0)
			r->status++;
		reply(req, status, "状态", 6);
	} else if (strncmp(path, "/large", 6) == 0) {
		char *body = mem_zalloc(r->size + 1);
		memset(body, 'x', r->size);
		reply(req, 200, body, r->size);
		mem_free(body);
	} else if (strncmp(path, "/none", 5) == 0) {
		reply(req, 404, "没有", 6);
	} else {
		if (strncmp(path, "/close", 6) == 0)
			evhttp_add_header(evhttp_request_get_output_headers(req), "Connection", "close");
		reply(req, 200, r->last.body, strlen(r->last.body));
	}
}

static struct bufferevent *on_connection(struct event_base *base, void *arg)
{
	struct rig *r = arg;

	r->connections++;
	if (!r->tls)
		return bufferevent_socket_new(base, -1, 0);
	return bufferevent_openssl_socket_new(base, -1, SSL_new(r->tls), BUFFEREVENT_SSL_ACCEPTING,
					      BEV_OPT_CLOSE_ON_FREE);
}

/* --- the raw server --- */

static void raw_end(struct bufferevent *bev, const struct rig *r)
{
	const struct linger hard = {1, 0};

	if (r->reset)
		setsockopt(bufferevent_getfd(bev), SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	bufferevent_free(bev);
}

static void raw_on_write(struct bufferevent *bev, void *arg)
{
	const struct rig *r = arg;

	if (r->closes)
		raw_end(bev, r);
}

static void raw_on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)arg;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		bufferevent_free(bev);
}

static void raw_on_read(struct bufferevent *bev, void *arg)
{
	const struct rig *r = arg;
	struct evbuffer *in = bufferevent_get_input(bev);

	evbuffer_drain(in, evbuffer_get_length(in));
	if (r->octets) {
		bufferevent_setcb(bev, raw_on_read, raw_on_write, raw_on_event, arg);
		bufferevent_write(bev, r->octets, strlen(r->octets));
	} else if (r->closes) {
		raw_end(bev, r);
	}
}

static void raw_on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *at, int n, void *arg)
{
	struct rig *r = arg;
	struct bufferevent *bev = bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);

	(void)at;
	(void)n;
	r->raw_connections++;
	bufferevent_setcb(bev, raw_on_read, NULL, raw_on_event, r);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static unsigned port_of(evutil_socket_t fd)
{
	struct sockaddr_in at;
	socklen_t n = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	return ntohs(at.sin_port);
}

static void start_raw(struct rig *r)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

	r->raw = evconnlistener_new_bind(loop_base(r->loop), raw_on_accept, r, LEV_OPT_CLOSE_ON_FREE, 16,
					 (struct sockaddr *)&at, sizeof(at));
	assert_non_null(r->raw);
	r->raw_port = port_of(evconnlistener_get_fd(r->raw));
}

/* --- both --- */

static void use_certificate(struct rig *r, const char *name)
{
	char file[64];

	r->tls = SSL_CTX_new(TLS_server_method());
	snprintf(file, sizeof(file), "%s.pem", name);
	assert_int_equal(SSL_CTX_use_certificate_chain_file(r->tls, certs_path(file)), 1);
	snprintf(file, sizeof(file), "%s.key", name);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(r->tls, certs_path(file), SSL_FILETYPE_PEM), 1);
}

static void on_too_late(struct timer *t)
{
	struct rig *r = LIST_OF(t, struct rig, too_late);

	r->late = true;
	loop_stop(r->loop);
}

void rig_start(struct rig *r, const char *certificate)
{
	memset(r, 0, sizeof(*r));
	r->loop = loop_new();
	r->too_late.fn = on_too_late;
	if (certificate)
		use_certificate(r, certificate);
	r->server = evhttp_new(loop_base(r->loop));
	evhttp_set_bevcb(r->server, on_connection, r);
	evhttp_set_gencb(r->server, on_request, r);
	struct evhttp_bound_socket *s = evhttp_bind_socket_with_handle(r->server, "127.0.0.1", 0);
	assert_non_null(s);
	r->port = port_of(evhttp_bound_socket_get_fd(s));
	start_raw(r);
}

void rig_stop(struct rig *r)
{
	evconnlistener_free(r->raw);
	evhttp_free(r->server);
	/* what the server's connections put off until a next turn */
	event_base_loop(loop_base(r->loop), EVLOOP_NONBLOCK);
	loop_free(r->loop);
	SSL_CTX_free(r->tls);
}

void rig_count(struct rig *r)
{
	if (++r->answers == r->wanted)
		loop_stop(r->loop);
}

void rig_run(struct rig *r, unsigned answers)
{
	r->wanted = answers;
	loop_timer(r->loop, &r->too_late, 20000);
	if (r->answers < answers)
		assert_int_equal(loop_run(r->loop), 0);
	loop_timer_clear(r->loop, &r->too_late);
	assert_false(r->late);
	assert_int_equal(r->answers, answers);
	r->wanted = 0;
}

struct until {
	struct loop_hook hook;
	struct rig *rig;
	const unsigned *value;
	unsigned n;
};

static void look(void *arg)
{
	const struct until *u = arg;

	if (*u->value >= u->n)
		loop_stop(u->rig->loop);
}

void rig_until(struct rig *r, const unsigned *value, unsigned n)
{
	struct until u = {.hook = {.fn = look}, .rig = r, .value = value, .n = n};

	u.hook.arg = &u;
	loop_hook(r->loop, LOOP_LOG, &u.hook);
	loop_timer(r->loop, &r->too_late, 20000);
	assert_int_equal(loop_run(r->loop), 0);
	loop_timer_clear(r->loop, &r->too_late);
	loop_unhook(r->loop, &u.hook);
	assert_false(r->late);
}

const char *rig_url(const struct rig *r, const char *scheme, const char *host, unsigned port, const char *path)
{
	static char url[256];

	(void)r;
	snprintf(url, sizeof(url), "%s://%s:%u%s", scheme, host, port, path);
	return url;
}
