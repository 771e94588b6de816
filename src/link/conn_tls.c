/*
 * conn_tls.c - one connection's TLS: handshake, records in, records out, the goodbye. Knows OpenSSL and a socket; knows
 * no turns, no SMPP.
 *
 * OpenSSL reads from the socket and writes into memory, so that the records of a turn leave in few writes. At most
 * TLS_CHUNK octets are encrypted before the socket has taken what was encrypted before: a peer that does not read
 * costs no more memory than that.
 */
#include "link/conn_tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "base/buf.h"
#include "base/mem.h"
#include "link/tls_crl.h"

#define TLS_CHUNK 65536		  /* octets encrypted at once */
#define TLS_MOST  (4 * TLS_CHUNK) /* octets that OpenSSL may want to say beside them, before nobody listens */
#define TLS_KEEP  4096		  /* octets of memory that an idle connection may keep */

struct conn_tls {
	SSL *ssl;
	struct tls_context *context; /* the newest that it was judged by */
	int fd;
	struct buf out; /* records that wait for the socket */
	bool shaken, more;
	int dead;    /* errno of what ended it; 0: it lives */
	char *error; /* NULL: none */
};

/* OpenSSL's end of out. */

static int out_write(BIO *bio, const char *p, int n)
{
	struct conn_tls *t = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (buf_len(&t->out) > TLS_MOST)
		return -1;
	buf_put(&t->out, p, (size_t)n);
	return n;
}

static long out_ctrl(BIO *bio, int command, long number, void *p)
{
	(void)bio;
	(void)number;
	(void)p;
	return command == BIO_CTRL_FLUSH;
}

static BIO *out_new(struct conn_tls *t)
{
	static BIO_METHOD *method;

	if (method == NULL) {
		method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "conn_tls");
		if (method == NULL || BIO_meth_set_write(method, out_write) != 1 ||
		    BIO_meth_set_ctrl(method, out_ctrl) != 1)
			return NULL;
	}
	BIO *bio = BIO_new(method);
	if (bio == NULL)
		return NULL;
	BIO_set_data(bio, t);
	BIO_set_init(bio, 1);
	return bio;
}

struct conn_tls *conn_tls_new(struct tls_context *context, int fd)
{
	struct conn_tls *t = mem_zalloc(sizeof(*t));
	BIO *in = BIO_new_socket(fd, BIO_NOCLOSE), *out = out_new(t);

	t->fd = fd;
	t->context = tls_hold(context);
	t->ssl = tls_connection(context);
	if (t->ssl != NULL && in != NULL && out != NULL) {
		SSL_set_bio(t->ssl, in, out);
		return t;
	}
	BIO_free(in);
	BIO_free(out);
	conn_tls_free(t);
	return NULL;
}

void conn_tls_free(struct conn_tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	tls_release(t->context);
	buf_free(&t->out);
	mem_free(t->error);
	mem_free(t);
}

/* Writes what waits; -1 with errno when the socket is broken. */
static int tls_flush(struct conn_tls *t)
{
	size_t n = buf_len(&t->out);
	ssize_t sent = n > 0 ? send(t->fd, buf_data(&t->out), n, MSG_NOSIGNAL) : 0;

	if (sent > 0)
		buf_consume(&t->out, (size_t)sent, TLS_KEEP);
	return sent < 0 && errno != EAGAIN && errno != EINTR ? -1 : 0;
}

static void tls_note(struct conn_tls *t, const char *what, const char *why)
{
	size_t n = strlen(what) + (why != NULL ? strlen(why) : 0) + sizeof("TLS: : ");

	mem_free(t->error);
	t->error = mem_zalloc(n);
	snprintf(t->error, n, "TLS: %s%s%s", what, why != NULL ? ": " : "", why != NULL ? why : "");
}

/* What is wrong, in words; OpenSSL's queue of errors has the cause first. */
static void tls_say(struct conn_tls *t)
{
	unsigned long code = ERR_get_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
	const char *revoked = tls_crl_why(t->ssl);
	long verdict = SSL_get_verify_result(t->ssl);

	if (reason == NULL)
		reason = "the peer broke the rules of TLS";
	if (revoked != NULL)
		tls_note(t, revoked, NULL);
	else if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK)
		tls_note(t, reason, X509_verify_cert_error_string(verdict));
	else
		tls_note(t, reason, NULL);
	ERR_clear_error();
}

/* After a call that OpenSSL said no to: 1 try again later, 0 the peer has closed, -1 failed with errno. */
static int tls_judge(struct conn_tls *t, int result)
{
	int error = errno;

	switch (SSL_get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return 1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		if (ERR_peek_error() == 0 && error == 0)
			return 0;
		errno = t->dead = error != 0 ? error : EIO;
		return -1;
	default:
		tls_say(t);
		errno = t->dead = EPROTO;
		return -1;
	}
}

static void tls_begin(void)
{
	ERR_clear_error();
	errno = 0;
}

int conn_tls_shake(struct conn_tls *t)
{
	tls_begin();
	int result = SSL_do_handshake(t->ssl);
	int verdict = result == 1 ? 1 : tls_judge(t, result);
	int error = errno;

	/* also an alert that tells the peer why */
	if (tls_flush(t) != 0 && verdict >= 0 && result != 1)
		return -1;
	t->shaken = result == 1;
	t->more = t->shaken && SSL_has_pending(t->ssl);
	if (t->shaken)
		return 1;
	if (verdict > 0)
		return 0;
	if (verdict == 0 && BIO_number_read(SSL_get_rbio(t->ssl)) == 0)
		return CONN_TLS_LEFT;
	if (verdict == 0)
		tls_note(t, "the peer closed the connection during the handshake", NULL);
	errno = verdict == 0 ? EPROTO : error;
	return -1;
}

/* A reload may have brought a newer list: whoever stands in it is out, with the next octet either way. */
static void tls_look_again(struct conn_tls *t)
{
	char *why = t->dead == 0 && t->shaken ? tls_revoked(&t->context, t->ssl) : NULL;

	if (why == NULL)
		return;
	tls_note(t, why, NULL);
	mem_free(why);
	t->dead = EPROTO;
}

ssize_t conn_tls_read(struct conn_tls *t, void *p, size_t n)
{
	size_t got = 0;

	t->more = false;
	tls_look_again(t);
	if (t->dead != 0) {
		errno = t->dead;
		return -1;
	}
	do {
		size_t room = n - got;
		tls_begin();
		int result = SSL_read(t->ssl, (char *)p + got, room > INT32_MAX ? INT32_MAX : (int)room);
		if (result <= 0) {
			int verdict = tls_judge(t, result);
			if (got == 0 && verdict > 0)
				errno = EAGAIN;
			if (got == 0)
				return verdict == 0 ? 0 : -1;
			t->more = verdict <= 0; /* it is told with the next call */
			return (ssize_t)got;
		}
		got += (size_t)result;
	} while (got < n && SSL_has_pending(t->ssl));
	t->more = SSL_has_pending(t->ssl);
	return (ssize_t)got;
}

bool conn_tls_more(const struct conn_tls *t)
{
	return t->more;
}

/* Encrypts up to TLS_CHUNK of n octets; how many, -1 with errno. */
static ssize_t tls_encrypt(struct conn_tls *t, const uint8_t *p, size_t n)
{
	tls_begin();
	int result = SSL_write(t->ssl, p, n > TLS_CHUNK ? TLS_CHUNK : (int)n);

	if (result > 0)
		return result;
	if (tls_judge(t, result) >= 0)
		errno = EPIPE;
	return -1;
}

ssize_t conn_tls_write(struct conn_tls *t, const void *p, size_t n)
{
	size_t taken = 0;

	if (n > 0)
		tls_look_again(t);
	if (n > 0 && t->dead != 0) {
		errno = t->dead;
		return -1;
	}
	if (tls_flush(t) != 0)
		return -1;
	while (taken < n && buf_len(&t->out) == 0) {
		ssize_t more = tls_encrypt(t, (const uint8_t *)p + taken, n - taken);
		if (more < 0)
			return -1;
		taken += (size_t)more;
		if (tls_flush(t) != 0)
			return -1;
	}
	return (ssize_t)taken;
}

size_t conn_tls_waits(const struct conn_tls *t)
{
	return buf_len(&t->out);
}

void conn_tls_bye(struct conn_tls *t)
{
	if (t->dead != 0 || !t->shaken)
		return;
	tls_begin();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
	(void)tls_flush(t);
}

const char *conn_tls_error(const struct conn_tls *t)
{
	return t->error != NULL ? t->error : "";
}

void conn_tls_describe(const struct conn_tls *t, char *out, size_t size)
{
	if (t->shaken)
		snprintf(out, size, "%s %s", SSL_get_version(t->ssl), SSL_get_cipher_name(t->ssl));
	else
		out[0] = '\0';
}

bool conn_tls_named(const struct conn_tls *t, const char *name)
{
	X509 *peer = t->shaken ? SSL_get0_peer_certificate(t->ssl) : NULL;

	if (peer == NULL || (SSL_get_verify_mode(t->ssl) & SSL_VERIFY_PEER) == 0)
		return false;
	return X509_check_host(peer, name, 0, X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS,
			       NULL) == 1;
}
