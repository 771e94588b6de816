/*
 * conn_tls.h - one connection's TLS over its socket, with the manners of recv() and send(). Private to the files of a
 * connection.
 */
#ifndef LINK_CONN_TLS_H
#define LINK_CONN_TLS_H

#include <sys/types.h>
#include "link/tls.h"

struct conn_tls;

/* fd is borrowed. The context's lists of who is revoked, and those of what comes in its place, hold for the peer. NULL
 * when memory is exhausted. */
struct conn_tls *conn_tls_new(struct tls_context *context, int fd);
void conn_tls_free(struct conn_tls *t); /* NULL is none */

#define CONN_TLS_LEFT (-2)
/* Goes on with the handshake: 1 done, 0 the peer is waited for, -1 failed with errno as conn_tls_read(), CONN_TLS_LEFT
 * when the peer closed the connection before it said anything. */
int conn_tls_shake(struct conn_tls *t);
/*
 * As recv(): octets, 0 the peer has closed, -1 with errno: EAGAIN, EPROTO for what is wrong with TLS (conn_tls_error()
 * says it), others of the socket. conn_tls_more(): the room was too small, and the socket's event will not tell.
 */
ssize_t conn_tls_read(struct conn_tls *t, void *p, size_t n);
bool conn_tls_more(const struct conn_tls *t);
/* As send(), but takes 0 octets when the socket is full. What is taken and not written yet: conn_tls_waits(); it leaves
 * with the next call, which may be of 0 octets. */
ssize_t conn_tls_write(struct conn_tls *t, const void *p, size_t n);
size_t conn_tls_waits(const struct conn_tls *t);
/* Everything is written: tells the peer that nothing follows, as far as the socket takes it. */
void conn_tls_bye(struct conn_tls *t);

const char *conn_tls_error(const struct conn_tls *t); /* "" without one */
/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; "" before the handshake is done. */
void conn_tls_describe(const struct conn_tls *t, char *out, size_t size);
/* The peer has shown a certificate that was verified and whose common name or a DNS name is name. */
bool conn_tls_named(const struct conn_tls *t, const char *name);

#endif
