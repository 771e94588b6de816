/*
 * http.h - a small HTTP server over evhttp: a table of pages, GET and HEAD only, one request per connection. Knows no
 * page.
 */
#ifndef NOC_HTTP_H
#define NOC_HTTP_H

#include "base/buf.h"
#include "base/loop.h"
#include "noc/making.h"
#include "noc/query.h"

#define HTTP_MAX_CONNECTIONS 64

struct http_page {
	const char *path; /* exact; the table ends with NULL */
	const char *type; /* Content-Type */
	/* Writes the body; returns the HTTP status. asked: the query string, checked. */
	int (*fn)(void *arg, const struct query *asked, struct buf *out);
	const char *help;		  /* one line, for the list at /help */
	const struct making_steps *steps; /* NULL: fn makes it at once; else fn is NULL, and the status 200 */
};

/* A page that is the same for the life of the process: a browser keeps it and asks whether it is still the same. */
struct http_document {
	const char *type;   /* Content-Type */
	const char *policy; /* Content-Security-Policy */
	const char *etag;   /* in double quotes */
	const uint8_t *body;
	size_t length;
	const char *help;
};

struct http_stats {
	uint64_t requests; /* answered with a page */
	uint64_t refused;  /* answered with 400, 403, 404, 405 by us */
};

struct http;
/* Takes fd, a listening non-blocking socket. pages and stats are borrowed for life. Never NULL. */
struct http *http_new(struct loop *loop, int fd, const struct http_page *pages, void *arg, struct http_stats *stats);
void http_free(struct http *h);
/* What stands at / (borrowed for life); the list of pages is at /help in any case, and at / too without a front. */
void http_front(struct http *h, const struct http_document *front);

/*
 * Whether a Host header names an address or localhost, with or without a port. A browser that was lured to our port by
 * a name of the attacker's (DNS rebinding) sends that name.
 */
bool http_host_allowed(const char *host);

#endif
