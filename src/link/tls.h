/*
 * tls.h - TLS contexts from configuration: certificates, keys, what is verified. A context is what new connections are
 * made with; it can be replaced at any time, connections that are up keep theirs. Knows OpenSSL; knows no sockets and
 * no SMPP.
 *
 * TLS 1.2 and 1.3, ciphers with forward secrecy and authenticated encryption only, no compression, no renegotiation,
 * no resumption: every connection verifies its peer anew.
 */
#ifndef LINK_TLS_H
#define LINK_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/conf.h"

struct tls_conf {	   /* part of a section's struct */
	bool enable;	   /* client side; a server has TLS when certificate is set */
	char *certificate; /* PEM file: own certificate and its chain; "" none (client side) */
	char *key;	   /* PEM file, not protected by a password; "" it stands in certificate */
	char *ca;	   /* PEM file: who signs the peer's certificates. Client: "" those of the system; server: "" no
			      client certificate is asked for, else one is required */
	char *crl;	   /* PEM file: revocation lists of who signs the peer's certificates; "" none are looked at */
	char *name;	   /* client: sent as SNI and verified; "" the host that is connected to */
	bool verify;	   /* client: the peer's certificate must be valid and carry name */
	int min_version;   /* enum: 0 TLS 1.2, 1 TLS 1.3 */
};
extern const char *const tls_versions[]; /* choices of min_version */

struct tls_context;

struct tls_report { /* "" when there is nothing to say */
	char fault[1024], warning[1024];
};

/*
 * File names are relative to the folder of where->file (where NULL: to the working directory). NULL with *report's
 * fault when a file cannot be read, is no PEM, or the key does not fit the certificate. A certificate or a revocation
 * list that has expired or soon will, a key that everybody may read, and verify = false are warnings. Has one
 * reference: tls_release().
 */
struct tls_context *tls_server_new(const struct tls_conf *conf, const struct conf_where *where,
				   struct tls_report *report);
struct tls_context *tls_client_new(const struct tls_conf *conf, const char *host, const struct conf_where *where,
				   struct tls_report *report);

/*
 * The same with what it has to say, kept until it is used: read in any thread, taken in the loop's. A context belongs
 * to one thread at a time.
 */
struct tls_fresh {
	bool read;
	struct tls_context *context; /* NULL: none is wanted, or there is a fault */
	char *fault, *warning;	     /* NULL: none */
};
void tls_read_server(struct tls_fresh *f, const struct tls_conf *conf, const struct conf_where *where);
void tls_read_client(struct tls_fresh *f, const struct tls_conf *conf, const char *host,
		     const struct conf_where *where);
void tls_forget_fresh(struct tls_fresh *f); /* it is as one that was not read; a context that was taken is NULL there */

struct tls_context *tls_hold(struct tls_context *t); /* one more reference; NULL is NULL */
void tls_release(struct tls_context *t);	     /* NULL is none */
/*
 * fresh, whose reference it takes, comes in the place of *slot; either may be NULL. Connections that were made with the
 * old one go on, but for peers that are revoked by the lists of the new one: tls_revoked().
 */
void tls_replace(struct tls_context **slot, struct tls_context *fresh);

/*
 * Checks a section's TLS options with their files: faults and warnings as conf_fault() lines; what is the owner's name
 * in them ("carrier mobile"). errors or warnings may be NULL.
 */
void tls_check_server(const struct tls_conf *conf, const struct conf_where *where, const char *what, char **errors,
		      char **warnings);
void tls_check_client(const struct tls_conf *conf, const char *host, const struct conf_where *where, const char *what,
		      char **errors, char **warnings);

/* Of a context's own certificate: when it ends (UTC seconds since 1970), 0 without one. */
int64_t tls_expires(const struct tls_context *t);
/* When the first of its revocation lists runs out (UTC seconds since 1970), 0 without one. */
int64_t tls_crl_ends(const struct tls_context *t);
/* Both have the same own certificate, or none. */
bool tls_same_certificate(const struct tls_context *a, const struct tls_context *b);
bool tls_is_server(const struct tls_context *t);
bool tls_asks_client(const struct tls_context *t); /* a client certificate is required */

/* A new connection's TLS state, for conn_tls.c: an SSL with name and verification set; NULL when memory is exhausted.
 * Keeps the OpenSSL context alive by itself. */
struct ssl_st *tls_connection(const struct tls_context *t);
/*
 * *t is what a connection was made with, or the last call has left there. When another one has come in its place that
 * one is put there instead, with its reference. What is wrong with the peer by its lists, in words to be freed; NULL:
 * nothing, or there is no newer one. Cheap to ask.
 */
char *tls_revoked(struct tls_context **t, const struct ssl_st *ssl);

#endif
