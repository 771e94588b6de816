/*
 * tls.c - TLS contexts from configuration: reads certificates and keys, says in plain words what is wrong with them,
 * and sets what is verified. Knows OpenSSL; knows no sockets, no accounts and no carriers.
 */
#include "link/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"
#include "link/tls_crl.h"
#include "link/tls_priv.h"

/* RFC 9325, 4.2: forward secrecy by elliptic curves, authenticated encryption; of TLS 1.2, 1.3 has no weak ones */
#define TLS_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define TLS_GROUPS  "X25519:P-256:P-384"
#define TLS_LEVEL   2		 /* of OpenSSL: 112 bits, RSA from 2048 bits on, no SHA-1 in signatures */
#define TLS_SOON_S  (14 * 86400) /* before it ends, a certificate is warned of */
#define TLS_READ    32768	 /* octets read at once: a whole record and more */

const char *const tls_versions[] = {"1.2", "1.3", NULL};

struct tls_context {
	unsigned references;
	bool server, asks_client;
	SSL_CTX *ssl;
	char *name;	 /* client: SNI and what is verified; NULL on the server side */
	bool name_is_ip; /* then it is no SNI */
	int64_t crl_ends;
	struct tls_context *next; /* what has come in its place; has a reference to it */
};

static bool tls_set(const char *s)
{
	return s != NULL && *s != '\0';
}

void tls_fault(struct tls_report *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(r->fault, sizeof(r->fault), fmt, args);
	va_end(args);
}

void tls_warn(struct tls_report *r, const char *fmt, ...)
{
	size_t n = strlen(r->warning);
	va_list args;

	if (n > 0)
		n += (size_t)snprintf(r->warning + n, sizeof(r->warning) - n, "; ");
	if (n >= sizeof(r->warning))
		return;
	va_start(args, fmt);
	vsnprintf(r->warning + n, sizeof(r->warning) - n, fmt, args);
	va_end(args);
}

const char *tls_ssl_error(char out[256])
{
	unsigned long code = ERR_get_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

	if (code == 0)
		snprintf(out, 256, "unknown error");
	else if (ERR_SYSTEM_ERROR(code))
		snprintf(out, 256, "%s", strerror(ERR_GET_REASON(code)));
	else
		snprintf(out, 256, "%s", reason != NULL ? reason : ERR_error_string(code, NULL));
	ERR_clear_error();
	return out;
}

static void tls_path(const struct conf_where *where, const char *file, char out[TLS_PATH])
{
	const char *slash = where != NULL && where->file != NULL ? strrchr(where->file, '/') : NULL;

	if (file[0] == '/' || slash == NULL)
		snprintf(out, TLS_PATH, "%s", file);
	else
		snprintf(out, TLS_PATH, "%.*s/%s", (int)(slash - where->file), where->file, file);
}

bool tls_readable(const char *path, const char *option, struct tls_report *r)
{
	FILE *f = fopen(path, "re");

	if (f != NULL) {
		fclose(f);
		return true;
	}
	tls_fault(r, "%s: cannot read %s: %s", option, path, strerror(errno));
	return false;
}

static int64_t tls_not_after(const X509 *certificate)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm);
}

const char *tls_date(int64_t seconds, char out[TLS_DATE])
{
	time_t at = (time_t)seconds;
	struct tm tm;

	out[0] = '\0';
	if (gmtime_r(&at, &tm) != NULL)
		strftime(out, TLS_DATE, "%Y-%m-%d %H:%M:%S", &tm);
	return out;
}

static void tls_warn_dates(const X509 *certificate, const char *path, struct tls_report *r)
{
	char date[TLS_DATE];
	int64_t end = tls_not_after(certificate), now = (int64_t)time(NULL);

	tls_date(end, date);
	if (end < now)
		tls_warn(r, "the certificate in %s expired at %s UTC: peers will refuse it", path, date);
	else if (end < now + TLS_SOON_S)
		tls_warn(r, "the certificate in %s expires at %s UTC: renew it", path, date);
	else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
		tls_warn(r, "the certificate in %s is not valid yet: peers will refuse it", path);
}

static void tls_warn_mode(const char *path, struct tls_report *r)
{
	struct stat st;

	if (stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0)
		tls_warn(r, "everybody may read the key %s: chmod 640", path);
}

/* A key with a password is not supported: nobody is there to type it. */
static int tls_no_password(char *buf, int size, int writes, void *arg)
{
	bool *asked = arg;

	(void)buf;
	(void)size;
	(void)writes;
	if (asked != NULL)
		*asked = true;
	return -1;
}

static EVP_PKEY *tls_read_key(const char *path, const char *option, struct tls_report *r)
{
	char why[256];
	bool asked = false;
	FILE *f = fopen(path, "re");
	EVP_PKEY *key = f != NULL ? PEM_read_PrivateKey(f, NULL, tls_no_password, &asked) : NULL;

	if (f != NULL)
		fclose(f);
	if (key == NULL && asked)
		tls_fault(
			r,
			"%s: the key in %s has a password, which is not supported; write it without one: openssl pkey "
			"-in %s -out NEW",
			option, path, path);
	else if (key == NULL)
		tls_fault(r, "%s: %s holds no private key in PEM form: %s", option, path, tls_ssl_error(why));
	ERR_clear_error();
	return key;
}

static bool tls_use_own(SSL_CTX *ssl, const struct tls_conf *conf, const struct conf_where *where, struct tls_report *r)
{
	char certificate[TLS_PATH], key_path[TLS_PATH], why[256];
	const char *key_file = tls_set(conf->key) ? conf->key : conf->certificate;
	const char *key_option = tls_set(conf->key) ? "tls.key" : "tls.certificate";

	tls_path(where, conf->certificate, certificate);
	tls_path(where, key_file, key_path);
	if (!tls_readable(certificate, "tls.certificate", r) || !tls_readable(key_path, key_option, r))
		return false;
	if (SSL_CTX_use_certificate_chain_file(ssl, certificate) != 1) {
		tls_fault(r, "tls.certificate: %s holds no usable certificate in PEM form: %s", certificate,
			  tls_ssl_error(why));
		return false;
	}
	EVP_PKEY *key = tls_read_key(key_path, key_option, r);
	if (key == NULL)
		return false;
	bool fits = X509_check_private_key(SSL_CTX_get0_certificate(ssl), key) == 1 &&
		    SSL_CTX_use_PrivateKey(ssl, key) == 1;
	EVP_PKEY_free(key);
	if (!fits) {
		tls_fault(r, "%s: the key in %s does not belong to the certificate in %s: %s", key_option, key_path,
			  certificate, tls_ssl_error(why));
		return false;
	}
	tls_warn_dates(SSL_CTX_get0_certificate(ssl), certificate, r);
	tls_warn_mode(key_path, r);
	return true;
}

static bool tls_use_ca(SSL_CTX *ssl, const char *file, const char *option, const struct conf_where *where,
		       struct tls_report *r)
{
	char path[TLS_PATH], why[256];

	tls_path(where, file, path);
	if (!tls_readable(path, option, r))
		return false;
	if (SSL_CTX_load_verify_file(ssl, path) == 1)
		return true;
	tls_fault(r, "%s: %s holds no usable certificate in PEM form: %s", option, path, tls_ssl_error(why));
	return false;
}

/* After the mode of verification is set. */
static bool tls_use_crl(struct tls_context *t, const struct tls_conf *conf, const char *option,
			const struct conf_where *where, struct tls_report *r)
{
	char path[TLS_PATH];

	if (!tls_set(conf->crl))
		return true;
	tls_path(where, conf->crl, path);
	return tls_crl_use(t->ssl, path, option, &t->crl_ends, r);
}

static struct tls_context *tls_new(const SSL_METHOD *method, const struct tls_conf *conf, struct tls_report *r)
{
	struct tls_context *t = mem_zalloc(sizeof(*t));
	char why[256];

	memset(r, 0, sizeof(*r));
	ERR_clear_error();
	t->references = 1;
	t->ssl = SSL_CTX_new(method);
	if (t->ssl != NULL && SSL_CTX_get_security_level(t->ssl) < TLS_LEVEL)
		SSL_CTX_set_security_level(t->ssl, TLS_LEVEL);
	if (t->ssl == NULL || SSL_CTX_set_cipher_list(t->ssl, TLS_CIPHERS) != 1 ||
	    SSL_CTX_set1_groups_list(t->ssl, TLS_GROUPS) != 1 ||
	    SSL_CTX_set_min_proto_version(t->ssl, conf->min_version == 1 ? TLS1_3_VERSION : TLS1_2_VERSION) != 1) {
		tls_fault(r, "tls: OpenSSL refuses its settings: %s", tls_ssl_error(why));
		tls_release(t);
		return NULL;
	}
	/* a peer that just closes is no attack here: PDUs have lengths */
	SSL_CTX_set_options(t->ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
					    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_num_tickets(t->ssl, 0);
	SSL_CTX_set_session_cache_mode(t->ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(t->ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_default_passwd_cb(t->ssl, tls_no_password);
	SSL_CTX_set_read_ahead(t->ssl, 1);
	SSL_CTX_set_default_read_buffer_len(t->ssl, TLS_READ);
	return t;
}

struct tls_context *tls_server_new(const struct tls_conf *conf, const struct conf_where *where, struct tls_report *r)
{
	struct tls_context *t = tls_new(TLS_server_method(), conf, r);
	char path[TLS_PATH];

	if (t == NULL)
		return NULL;
	t->server = true;
	t->asks_client = tls_set(conf->ca);
	if (!tls_use_own(t->ssl, conf, where, r) ||
	    (t->asks_client && !tls_use_ca(t->ssl, conf->ca, "tls.client_ca", where, r))) {
		tls_release(t);
		return NULL;
	}
	if (t->asks_client) {
		tls_path(where, conf->ca, path);
		SSL_CTX_set_client_CA_list(t->ssl, SSL_load_client_CA_file(path));
		SSL_CTX_set_verify(t->ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	}
	if (!tls_use_crl(t, conf, "tls.client_crl", where, r)) {
		tls_release(t);
		return NULL;
	}
	ERR_clear_error();
	return t;
}

static bool tls_is_ip(const char *name)
{
	uint8_t address[16];

	return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

struct tls_context *tls_client_new(const struct tls_conf *conf, const char *host, const struct conf_where *where,
				   struct tls_report *r)
{
	struct tls_context *t = tls_new(TLS_client_method(), conf, r);
	const char *name = tls_set(conf->name) ? conf->name : host != NULL ? host : "";
	size_t n = strlen(name);
	char why[256];

	if (t == NULL)
		return NULL;
	if (n == 0 && conf->verify) { /* OpenSSL would take every name then */
		tls_fault(r, "tls.name: without host there is no name to verify: set it");
		tls_release(t);
		return NULL;
	}
	bool bracketed = n > 2 && name[0] == '[' && name[n - 1] == ']';
	t->name = bracketed ? mem_strndup(name + 1, n - 2) : mem_strdup(name);
	t->name_is_ip = tls_is_ip(t->name);
	bool good = !tls_set(conf->certificate) || tls_use_own(t->ssl, conf, where, r);
	if (good && tls_set(conf->ca))
		good = tls_use_ca(t->ssl, conf->ca, "tls.ca", where, r);
	else if (good && conf->verify && SSL_CTX_set_default_verify_paths(t->ssl) != 1) {
		tls_fault(r, "tls.ca: the system's certificates cannot be used: %s", tls_ssl_error(why));
		good = false;
	}
	SSL_CTX_set_verify(t->ssl, conf->verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
	if (!good || !tls_use_crl(t, conf, "tls.crl", where, r)) {
		tls_release(t);
		return NULL;
	}
	if (!conf->verify)
		tls_warn(r, "tls.verify is false: whoever is on the way can pose as the peer");
	ERR_clear_error();
	return t;
}

static void tls_keep(struct tls_fresh *f, struct tls_context *context, const struct tls_report *r)
{
	*f = (struct tls_fresh){
		.read = true,
		.context = context,
		.fault = tls_set(r->fault) ? mem_strdup(r->fault) : NULL,
		.warning = tls_set(r->warning) ? mem_strdup(r->warning) : NULL,
	};
}

void tls_read_server(struct tls_fresh *f, const struct tls_conf *conf, const struct conf_where *where)
{
	struct tls_report r = {.fault = ""};

	tls_keep(f, tls_set(conf->certificate) ? tls_server_new(conf, where, &r) : NULL, &r);
}

void tls_read_client(struct tls_fresh *f, const struct tls_conf *conf, const char *host, const struct conf_where *where)
{
	struct tls_report r = {.fault = ""};

	tls_keep(f, conf->enable ? tls_client_new(conf, host, where, &r) : NULL, &r);
}

void tls_forget_fresh(struct tls_fresh *f)
{
	tls_release(f->context);
	mem_free(f->fault);
	mem_free(f->warning);
	*f = (struct tls_fresh){.read = false};
}

struct tls_context *tls_hold(struct tls_context *t)
{
	if (t != NULL)
		t->references++;
	return t;
}

void tls_release(struct tls_context *t)
{
	while (t != NULL && --t->references == 0) {
		struct tls_context *next = t->next;
		SSL_CTX_free(t->ssl);
		mem_free(t->name);
		mem_free(t);
		t = next;
	}
}

void tls_replace(struct tls_context **slot, struct tls_context *fresh)
{
	if (*slot != NULL && fresh != NULL)
		(*slot)->next = tls_hold(fresh);
	tls_release(*slot);
	*slot = fresh;
}

char *tls_revoked(struct tls_context **t, const SSL *ssl)
{
	struct tls_context *now = *t;

	if (now->next == NULL)
		return NULL;
	while (now->next != NULL)
		now = now->next;
	tls_hold(now);
	tls_release(*t);
	*t = now;
	return tls_crl_revokes(now->ssl, ssl);
}

static void tls_tell(const struct tls_report *r, const struct conf_where *where, const char *what, char **errors,
		     char **warnings)
{
	if (errors != NULL && r->fault[0] != '\0')
		conf_fault(errors, where, "%s: %s", what, r->fault);
	if (warnings != NULL && r->warning[0] != '\0')
		conf_fault(warnings, where, "warning: %s: %s", what, r->warning);
}

void tls_check_server(const struct tls_conf *conf, const struct conf_where *where, const char *what, char **errors,
		      char **warnings)
{
	struct tls_report r = {.fault = ""};

	if (tls_set(conf->crl) && !tls_set(conf->ca))
		tls_fault(&r, "tls.client_crl is set but tls.client_ca is not: no certificate is asked for");
	else if (tls_set(conf->certificate))
		tls_release(tls_server_new(conf, where, &r));
	else if (tls_set(conf->key) || tls_set(conf->ca))
		tls_fault(&r, "%s is set but tls.certificate is not: TLS would be off",
			  tls_set(conf->key) ? "tls.key" : "tls.client_ca");
	tls_tell(&r, where, what, errors, warnings);
}

void tls_check_client(const struct tls_conf *conf, const char *host, const struct conf_where *where, const char *what,
		      char **errors, char **warnings)
{
	struct tls_report r = {.fault = ""};
	bool any = tls_set(conf->ca) || tls_set(conf->name) || tls_set(conf->certificate) || tls_set(conf->key) ||
		   tls_set(conf->crl);

	if (!conf->enable && any)
		tls_fault(
			&r,
			"there are tls options but tls.enable is not true: passwords and texts would go in the clear");
	else if (conf->enable && tls_set(conf->key) && !tls_set(conf->certificate))
		tls_fault(&r, "tls.key is set but tls.certificate is not");
	else if (conf->enable && tls_set(conf->crl) && !conf->verify)
		tls_fault(&r, "tls.crl has no effect while tls.verify is false");
	else if (conf->enable)
		tls_release(tls_client_new(conf, host, where, &r));
	tls_tell(&r, where, what, errors, warnings);
}

int64_t tls_expires(const struct tls_context *t)
{
	const X509 *own = SSL_CTX_get0_certificate(t->ssl);

	return own != NULL ? tls_not_after(own) : 0;
}

int64_t tls_crl_ends(const struct tls_context *t)
{
	return t->crl_ends;
}

bool tls_same_certificate(const struct tls_context *a, const struct tls_context *b)
{
	const X509 *x = SSL_CTX_get0_certificate(a->ssl), *y = SSL_CTX_get0_certificate(b->ssl);

	return x == NULL || y == NULL ? x == y : X509_cmp(x, y) == 0;
}

bool tls_is_server(const struct tls_context *t)
{
	return t->server;
}

bool tls_asks_client(const struct tls_context *t)
{
	return t->asks_client;
}

/* Whom the server must be. */
static bool tls_set_name(SSL *ssl, const struct tls_context *t)
{
	if (t->name_is_ip)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), t->name) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return *t->name == '\0' || (SSL_set_tlsext_host_name(ssl, t->name) == 1 && SSL_set1_host(ssl, t->name) == 1);
}

SSL *tls_connection(const struct tls_context *t)
{
	SSL *ssl = SSL_new(t->ssl);

	if (ssl == NULL)
		return NULL;
	if (t->server) {
		SSL_set_accept_state(ssl);
		return ssl;
	}
	SSL_set_connect_state(ssl);
	if (tls_set_name(ssl, t))
		return ssl;
	SSL_free(ssl);
	return NULL;
}
