/*
 * inherit.h - listening sockets that this process was given: by the service manager (LISTEN_FDS: what it keeps over a
 * restart, or a .socket unit), or by the gateway that it succeeds. net_listen() takes the one with its address instead
 * of opening another, so that nobody who connects meanwhile is refused: he waits in the socket's backlog. One set for
 * the process. Knows no service manager and no gateway.
 */
#ifndef BASE_INHERIT_H
#define BASE_INHERIT_H

#include <stddef.h>

#include "base/net.h"

#define INHERIT_MAX  64u
#define INHERIT_NAME 96u /* octets of inherit_name(), with the NUL */

/* $LISTEN_FDS and $LISTEN_PID, which it takes out of the environment; each() gets the names of $LISTEN_FDNAMES. */
void inherit_from_environment(void (*each)(const char *name, void *arg), void *arg);
/* Owns fd from now on; closes what is no listening TCP socket, or too many. */
void inherit_add(int fd);
/*
 * The one that listens at `at`, which the caller owns from now on, or -1. What listens at the same port of another
 * address is closed then: it could be in the way.
 */
int inherit_find(const struct net_addr *at);
/* All that listens is open: closes those that nobody has asked for. */
void inherit_end(void);

/* The TCP sockets of this process that listen, borrowed: how many of at most max. */
size_t inherit_listening(int *fds, size_t max);
/* "tcp-127.0.0.1-2775": its name where names are kept; false when it has none. */
bool inherit_name(int fd, char out[INHERIT_NAME]);

#endif
