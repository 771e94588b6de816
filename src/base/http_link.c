/*
 * http_link.c - one HTTP connection over evhttp, with OpenSSL under it for https. Must not know pools, names,
 * deadlines.
 *
 * evhttp would connect again by itself with the TLS state of the connection before, which cannot work: a link that
 * ended is never used again. How a request ended is told in one of three ways: the error callback and then a NULL
 * request, a request without status, or an answer. A connection that did not come about shows in either of the first
 * two; what tells it is that nothing was written yet.
 */
#include "base/http_link.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LINK_HEADERS   16384 /* octets of an answer's headers */
#define LINK_TIMEOUT_S 86400 /* deadlines are the owner's: evhttp's own must not come before */

struct http_link {
	struct evhttp_connection *connection;
	struct ssl_st *ssl; /* the bufferevent's, with a reference of ours; NULL: no TLS */
	const struct http_link_ops *ops;
	void *arg;
	char at[64]; /* whom it is connected to, for people */
	int64_t answer_max;
	bool gone;	/* closed, or never came about */
	bool asked;	/* a request is open */
	bool silent;	/* nothing came since it was made */
	bool connected; /* octets of a request were given to the connection: it has come about */
	bool failed;	/* error says how */
	enum evhttp_request_error error;
};

static void link_on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_link *l = arg;

	(void)input;
	if (info->n_added > 0)
		l->silent = false;
}

static void link_on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_link *l = arg;

	(void)output;
	if (info->n_added > 0)
		l->connected = true;
}

static void link_on_close(struct evhttp_connection *connection, void *arg)
{
	struct http_link *l = arg;

	(void)connection;
	l->gone = true;
	if (!l->asked)
		l->ops->on_gone(l->arg);
}

static void link_on_error(enum evhttp_request_error error, void *arg)
{
	struct http_link *l = arg;

	l->failed = true;
	l->error = error;
}

/* Why no connection came about. */
static void link_why_not(const struct http_link *l, char why[HTTP_WHY])
{
	long verified = l->ssl != NULL ? SSL_get_verify_result(l->ssl) : X509_V_OK;
	struct bufferevent *bev = evhttp_connection_get_bufferevent(l->connection);
	unsigned long error = l->ssl != NULL ? bufferevent_get_openssl_error(bev) : 0;
	const char *reason = ERR_reason_error_string(error);

	if (verified != X509_V_OK)
		snprintf(why, HTTP_WHY, "the certificate of %s was refused: %s", l->at,
			 X509_verify_cert_error_string(verified));
	else if (error != 0)
		snprintf(why, HTTP_WHY, "no TLS connection with %s: %s", l->at,
			 reason != NULL ? reason : "unknown error");
	else
		snprintf(why, HTTP_WHY, "no connection to %s", l->at);
}

static void link_fail(struct http_link *l, char why[HTTP_WHY], struct http_answer *a)
{
	l->gone = true;
	if (!l->connected) {
		a->end = HTTP_NO_CONNECT;
		link_why_not(l, why);
	} else if (l->failed && l->error == EVREQ_HTTP_DATA_TOO_LONG) {
		a->end = HTTP_TOO_LARGE;
		snprintf(why, HTTP_WHY, "the answer of %s is longer than %lld octets", l->at, (long long)l->answer_max);
	} else if (l->failed && l->error == EVREQ_HTTP_INVALID_HEADER) {
		a->end = HTTP_BROKEN;
		snprintf(why, HTTP_WHY, "what came from %s is no HTTP", l->at);
	} else {
		a->end = HTTP_LOST;
		snprintf(why, HTTP_WHY, "the connection to %s ended before the answer was whole", l->at);
	}
}

static void link_tell(struct http_link *l, const struct http_answer *answer)
{
	const struct http_link_end end = {*answer, l->silent};

	l->ops->on_end(l->arg, &end);
}

static void link_on_done(struct evhttp_request *request, void *arg)
{
	struct http_link *l = arg;
	struct http_answer a = {.why = "", .type = "", .body = ""};
	char why[HTTP_WHY];

	l->asked = false;
	a.status = request != NULL ? evhttp_request_get_response_code(request) : 0;
	if (a.status != 0 && (a.status < 100 || a.status > 999)) { /* evhttp takes "-15" */
		l->failed = true;
		l->error = EVREQ_HTTP_INVALID_HEADER;
	}
	if (a.status < 100 || a.status > 999) {
		a.status = 0;
		a.why = why;
		link_fail(l, why, &a);
		link_tell(l, &a);
		return;
	}
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	const char *type = evhttp_find_header(evhttp_request_get_input_headers(request), "Content-Type");
	a.n = evbuffer_get_length(in);
	char *body = mem_strndup(evbuffer_pullup(in, -1), a.n);
	a.body = body;
	a.type = type != NULL ? type : "";
	link_tell(l, &a);
	mem_free(body);
}

static struct evhttp_connection *link_connection(struct loop *loop, const struct net_addr *to, struct ssl_st *ssl)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	struct event_base *base = loop_base(loop);
	struct bufferevent *bev = ssl != NULL
					  ? bufferevent_openssl_socket_new(base, -1, ssl, BUFFEREVENT_SSL_CONNECTING,
									   BEV_OPT_CLOSE_ON_FREE)
					  : bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);

	if (bev == NULL || getnameinfo((const struct sockaddr *)&to->ss, to->len, host, sizeof(host), port,
				       sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return NULL;
	return evhttp_connection_base_bufferevent_new(base, NULL, bev, host, (uint16_t)strtoul(port, NULL, 10));
}

struct http_link *http_link_new(struct loop *loop, const struct net_addr *to, struct ssl_st *ssl, int64_t answer_max,
				const struct http_link_ops *ops, void *arg)
{
	struct http_link *l = mem_zalloc(sizeof(*l));

	l->ops = ops;
	l->arg = arg;
	l->answer_max = answer_max;
	l->ssl = ssl;
	if (ssl != NULL)
		SSL_up_ref(ssl);
	net_print(to, l->at);
	l->connection = link_connection(loop, to, ssl);
	if (l->connection == NULL) {
		fprintf(stderr, "smppgw: no HTTP connection can be made: out of memory\n");
		abort();
	}
	evhttp_connection_set_timeout(l->connection, LINK_TIMEOUT_S);
	evhttp_connection_set_max_headers_size(l->connection, LINK_HEADERS);
	evhttp_connection_set_max_body_size(l->connection, (ev_ssize_t)answer_max);
	evhttp_connection_set_closecb(l->connection, link_on_close, l);
	struct bufferevent *bev = evhttp_connection_get_bufferevent(l->connection);
	evbuffer_add_cb(bufferevent_get_input(bev), link_on_input, l);
	evbuffer_add_cb(bufferevent_get_output(bev), link_on_output, l);
	return l;
}

void http_link_free(struct http_link *l)
{
	if (l == NULL)
		return;
	evhttp_connection_set_closecb(l->connection, NULL, NULL);
	evhttp_connection_free(l->connection);
	SSL_free(l->ssl);
	mem_free(l);
}

static void link_headers(struct evhttp_request *request, const struct http_line *line, const struct http_request *from)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(request);

	evhttp_add_header(out, "Host", line->host);
	evhttp_add_header(out, "User-Agent", "smppgw");
	if (from->body != NULL)
		evhttp_add_header(out, "Content-Type", from->type);
	for (size_t i = 0; i < from->headers_n; i++)
		evhttp_add_header(out, from->headers[i].name, from->headers[i].value);
}

void http_link_send(struct http_link *l, const struct http_line *line, const struct http_request *from)
{
	enum evhttp_cmd_type method = from->body != NULL ? EVHTTP_REQ_POST : EVHTTP_REQ_GET;
	struct evhttp_request *request = evhttp_request_new(link_on_done, l);

	if (request == NULL) {
		fprintf(stderr, "smppgw: no HTTP request can be made: out of memory\n");
		abort();
	}
	ERR_clear_error(); /* what others left there is no fault of this connection */
	evhttp_request_set_error_cb(request, link_on_error);
	link_headers(request, line, from);
	if (from->body != NULL)
		evbuffer_add(evhttp_request_get_output_buffer(request), from->body, from->n);
	l->asked = true;
	l->silent = true;
	l->failed = false;
	if (evhttp_make_request(l->connection, request, method, line->path) != 0 && l->asked)
		link_on_done(NULL, l);
}

bool http_link_alive(const struct http_link *l)
{
	return !l->gone;
}
