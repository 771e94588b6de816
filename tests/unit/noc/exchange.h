/*
 * exchange.h - a client in the test's own process: sends octets to a socket of the loop, turns the loop until the other
 * side ends the stream, returns what came.
 */
#ifndef TESTS_UNIT_NOC_EXCHANGE_H
#define TESTS_UNIT_NOC_EXCHANGE_H

#include <stddef.h>

#include "base/loop.h"

#define EXCHANGE_LIMIT_MS 20000 /* after which a test gives up and fails */

/* A connected socket to a unix path, or to a port of 127.0.0.1 (path NULL). -1 when it fails. */
int exchange_connect(const char *path, int port);
/* Sends text on fd; half_close ends our side then. What was received until the end, owned by the caller; closes fd. */
char *exchange_on(struct loop *l, int fd, const char *text, size_t n, bool half_close);
/* Turns the loop until done(arg) says true, at most EXCHANGE_LIMIT_MS. Whether it did. */
bool exchange_until(struct loop *l, bool (*done)(void *arg), void *arg);
/* A listening socket on a free port of 127.0.0.1. */
int exchange_listen(int *port);

#endif
