/*
 * http_client.h - asks HTTP and HTTPS servers without waiting: a target is a URL with its own few connections, which
 * are kept for the next request. HTTP/1.1 through libevent's evhttp. Redirections are not followed, proxies are not
 * used. Knows nothing of what is asked. Scenes replace this file with a server in memory of the same contract.
 *
 * https: TLS 1.2 or 1.3; the certificate must be valid, signed by one of the system's authorities (or of those in ca),
 * and carry the host's name.
 */
#ifndef BASE_HTTP_CLIENT_H
#define BASE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct http_client;
struct http_target;

#define HTTP_WHY 256u /* octets of a reason with its NUL */

struct http_target_conf {    /* strings are borrowed for the call */
	const char *url;     /* "http://host:port/path?query", "https://..."; no user, no fragment */
	const char *ca;	     /* https: PEM file of the authorities; "" those of the system */
	int64_t connections; /* at most, >= 1 */
	int64_t waiting;     /* requests without a connection, at most; 0: none waits */
	int64_t answer_max;  /* octets of an answer's body, at most */
};

/* The loop has an event base. */
struct http_client *http_client_new(struct loop *loop);
/* Targets and open requests go with it; nobody is called back. Not from inside a callback. NULL does no harm. */
void http_client_free(struct http_client *c);

/* NULL with the reason in why: no such form of URL, no such file, no certificate in it. */
struct http_target *http_target_new(struct http_client *c, const struct http_target_conf *conf, char why[HTTP_WHY]);
/* Open requests are not called back; allowed in callbacks. NULL does no harm. */
void http_target_free(struct http_target *t);
/* Whether http_target_new() would make it. */
bool http_target_ok(const struct http_target_conf *conf, char why[HTTP_WHY]);

enum http_end {
	HTTP_ANSWERED,	 /* whatever the status is */
	HTTP_NO_ADDRESS, /* the host's name has none */
	HTTP_NO_CONNECT, /* nobody listens, or TLS does not come about */
	HTTP_LOST,	 /* the connection ended before the answer was whole */
	HTTP_BROKEN,	 /* what came is no HTTP */
	HTTP_TOO_LARGE,	 /* the answer is longer than answer_max */
	HTTP_LATE,	 /* the deadline is over */
};

struct http_answer { /* borrowed for the call */
	enum http_end end;
	const char *why;  /* a sentence when end is not HTTP_ANSWERED, else "" */
	int status;	  /* of an answer, else 0 */
	const char *type; /* Content-Type of an answer, "" when it has none */
	const char *body; /* n octets and a NUL */
	size_t n;
};
typedef void (*http_fn)(void *arg, uint64_t token, const struct http_answer *answer);

struct http_header {
	const char *name, *value; /* no control characters */
};

struct http_request {	  /* copied in the call */
	const char *body; /* NULL: GET; else POST, n octets */
	size_t n;
	const char *type; /* Content-Type of body */
	const struct http_header *headers;
	size_t headers_n;
	int64_t deadline_ms; /* over name, connection, TLS, waiting in line and answer; > 0 */
};

/*
 * Returns a handle; fn is called once, in a later turn or stage, never from inside this call. 0: too many wait, fn is
 * not called. A request on a kept connection that ends without an octet of an answer is made once more on a new one:
 * the server may have closed it before it saw the request. So a server can, rarely, see a request twice.
 */
__attribute__((warn_unused_result)) uint64_t http_send(struct http_target *t, const struct http_request *request,
						       http_fn fn, void *arg, uint64_t token);
/* fn is not called any more; a stale handle does no harm. */
void http_cancel(struct http_client *c, uint64_t handle);
/* Requests that have not been called back. */
size_t http_open(const struct http_client *c);

#endif
