/*
 * resolver.h - addresses of names without waiting: the loop goes on while the name service is asked.
 */
#ifndef BASE_RESOLVER_H
#define BASE_RESOLVER_H

#include "base/loop.h"
#include "base/net.h"

#define RESOLVER_ADDRESSES 16 /* of one name; more are left out */

struct resolver;
struct resolver_query; /* one question under way */

/* The loop has an event base. Never NULL: ends the process when it can have no descriptor. */
struct resolver *resolver_new(struct loop *loop);
/* Questions under way are dropped; their threads end by themselves. */
void resolver_free(struct resolver *r);

/*
 * n addresses in the order in which they should be tried (RFC 6724, as the host's name service has it), n >= 1; or n 0
 * and why, static text. Called once, in a later turn, never from inside resolver_ask(). The query is freed after it.
 */
typedef void (*resolver_fn)(const struct net_addr *at, size_t n, const char *why, void *arg);

/* Asks anew each time: nothing is remembered here. Never NULL. port 0..65535. */
struct resolver_query *resolver_ask(struct resolver *r, const char *host, int64_t port, resolver_fn fn, void *arg);
/* The answer is not wanted any more: fn is not called. q is gone. */
void resolver_drop(struct resolver_query *q);

#endif
