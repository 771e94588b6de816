/*
 * tls_priv.h - what tls.c and tls_crl.c share: reports, files, dates in words. Nobody else includes it.
 */
#ifndef LINK_TLS_PRIV_H
#define LINK_TLS_PRIV_H

#include "link/tls.h"

#define TLS_PATH 1024
#define TLS_DATE 32

__attribute__((format(printf, 2, 3))) void tls_fault(struct tls_report *r, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) void tls_warn(struct tls_report *r, const char *fmt, ...);
/* The oldest error of OpenSSL's queue, which is the cause; the queue is empty afterwards. Returns out. */
const char *tls_ssl_error(char out[256]);
/* Whether the file can be opened; OpenSSL's own words for one that is not there are poor. */
bool tls_readable(const char *path, const char *option, struct tls_report *r);
/* "2026-11-23 08:00:00", UTC. Returns out. */
const char *tls_date(int64_t seconds, char out[TLS_DATE]);

#endif
