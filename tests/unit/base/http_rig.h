/*
 * http_rig.h - servers for tests of HTTP clients, on the client's own loop: one made with evhttp, with or without TLS,
 * and one that answers with given octets, whatever it is asked.
 */
#ifndef UNIT_BASE_HTTP_RIG_H
#define UNIT_BASE_HTTP_RIG_H

#include "base/loop.h"

struct evhttp_request;

#define RIG_BODY    65536
#define RIG_HEADERS 8

struct rig_request { /* what the server was asked last */
	char method[8], path[128], body[RIG_BODY];
	char host[128], type[128], id[128], signature[256], own[128]; /* own: X-Own */
};

struct rig {
	struct loop *loop;
	struct evhttp *server;
	struct evconnlistener *raw;
	unsigned port, raw_port;
	struct ssl_ctx_st *tls;
	unsigned requests, connections;
	struct rig_request last;
	/* What the server does, which the test may change at any time. Paths: /echo the body comes back; /slow no
	 * answer; /large size octets; /close the answer and the connection's end; /status what status[] says, one after
	 * the other, the last one for ever; /none 404. */
	size_t size;
	const int *status;
	struct evhttp_request *held[16]; /* of /slow */
	unsigned held_n;
	/* The raw server: the octets of its answer, NULL: none; then it closes (reset: with RST), or stays. */
	const char *octets;
	bool closes, reset;
	unsigned raw_connections;
	/* Answers that the test has counted; rig_run() ends when they are as many as it waits for. */
	unsigned answers, wanted;
	struct timer too_late;
	bool late;
};

/* certificate: NULL, or the name (certs.h) of the server's certificate. */
void rig_start(struct rig *r, const char *certificate);
void rig_stop(struct rig *r);  /* the loop too */
void rig_count(struct rig *r); /* one answer more */
/* Turns until `answers` answers have been counted in all; fails the test after 20 s. */
void rig_run(struct rig *r, unsigned answers);
/* Turns until *value is at least n. */
void rig_until(struct rig *r, const unsigned *value, unsigned n);
/* "http://127.0.0.1:PORT/path", good until the next call; scheme "http" or "https", host a name or an address. */
const char *rig_url(const struct rig *r, const char *scheme, const char *host, unsigned port, const char *path);

#endif
