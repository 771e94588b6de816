/*
 * proxied.h - connections that a balancer has made, until their PROXY header is read. Private to the listener.
 */
#ifndef LINK_PROXIED_H
#define LINK_PROXIED_H

#include "link/conn.h"

struct proxied;
struct proxied *proxied_new(struct loop *loop, const struct conn_listen_conf *conf, const struct conn_listen_ops *ops,
			    void *arg);
/* Takes fd: on_accept with the client's address when the header is there, else on_refused and closed. */
void proxied_take(struct proxied *p, int fd, const struct net_addr *balancer);
/* Closes those whose header is not there yet; nothing is called. */
void proxied_free(struct proxied *p);

#endif
