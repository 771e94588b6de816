/*
 * http_link.h - one HTTP connection: a request at a time, and how it ended. For http_client.c only, which knows pools,
 * names and deadlines. Calls back from inside libevent: who is called must not free the link there.
 */
#ifndef BASE_HTTP_LINK_H
#define BASE_HTTP_LINK_H

#include "base/http_client.h"
#include "base/loop.h"
#include "base/net.h"

struct http_link;
struct ssl_st;

struct http_link_end {
	struct http_answer answer; /* borrowed for the call */
	bool silent;		   /* not an octet of an answer came */
};

struct http_link_ops {
	void (*on_end)(void *arg, const struct http_link_end *end); /* of the request; once for each */
	void (*on_gone)(void *arg); /* the connection closed while nothing was asked; perhaps more than once */
};

/* Connects with the first request. ssl: taken over, NULL: no TLS. answer_max as in http_target_conf. */
struct http_link *http_link_new(struct loop *loop, const struct net_addr *to, struct ssl_st *ssl, int64_t answer_max,
				const struct http_link_ops *ops, void *arg);
void http_link_free(struct http_link *l); /* nobody is called back; not from inside a callback. NULL does no harm */

struct http_line {	  /* what a request is made of besides itself; borrowed for the call */
	const char *host; /* header Host */
	const char *path; /* with its query */
};
/* Nothing is asked on the link now. on_end may come from inside the call. */
void http_link_send(struct http_link *l, const struct http_line *line, const struct http_request *request);
bool http_link_alive(const struct http_link *l); /* connected, and fit for a next request */

#endif
