/*
 * tls_crl.h - revocation lists of a TLS context: read from a PEM file, checked in each handshake, and in plain words
 * whom they keep out. Private to the files of TLS. RFC 5280, section 5; no delta and no indirect lists.
 */
#ifndef LINK_TLS_CRL_H
#define LINK_TLS_CRL_H

#include <openssl/ssl.h>
#include "link/tls.h"

/*
 * From now on a peer's certificate must not stand in the list of its issuer, which must be in the file and not have run
 * out. The same holds for the issuer's own certificate where the file has the list of who signed that. The context
 * verifies peers already: its mode stays. Several lists may stand in the file. *ends: when the first of them runs out
 * (UTC seconds since 1970), 0 when none says. False with *report's fault; what has run out or soon will is a warning.
 */
bool tls_crl_use(SSL_CTX *context, const char *path, const char *option, int64_t *ends, struct tls_report *report);

/* Why a list has kept this connection's peer out: who, which file, what to do. NULL when none has. */
const char *tls_crl_why(const SSL *ssl);
/* The same words, to be freed, when a list of the context has the peer of a connection that is up, or who has signed
 * its certificate; NULL when none has. A list that has run out counts: who is revoked stays so. */
char *tls_crl_revokes(const SSL_CTX *context, const SSL *ssl);

#endif
