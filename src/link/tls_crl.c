/*
 * tls_crl.c - revocation lists: reads them, has OpenSSL check peers by them, and says in plain words whom they keep
 * out. Knows OpenSSL; knows no sockets, no accounts and no carriers.
 *
 * OpenSSL is told to look at the whole chain, and a list that is missing is forgiven above the peer's own certificate:
 * so a file with the list of the issuer alone does its work, and more lists in it check more.
 */
#include "link/tls_crl.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/mem.h"
#include "link/tls_priv.h"

#define CRL_WHY	   1536 /* octets of the words */
#define CRL_NAME   128	/* of a name in them */
#define CRL_SERIAL 48
#define CRL_WHOSE  256
#define CRL_SOON_S 86400 /* before it runs out, a list is warned of */

/* Where OpenSSL keeps for us: with a context the file's name, with a connection the words. */
static pthread_once_t crl_once = PTHREAD_ONCE_INIT;
static int crl_file_index, crl_why_index;

static void crl_free_kept(void *of, void *kept, CRYPTO_EX_DATA *data, int index, long number, void *arg)
{
	(void)of;
	(void)data;
	(void)index;
	(void)number;
	(void)arg;
	mem_free(kept);
}

static void crl_indexes(void)
{
	crl_file_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, crl_free_kept);
	crl_why_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, crl_free_kept);
}

/* --- words --- */

/* What a stranger has written into a name cannot look like anything else of a log line. */
static void crl_name(const X509_NAME *of, char out[CRL_NAME])
{
	int at = X509_NAME_get_index_by_NID(of, NID_commonName, -1);
	unsigned char *text = NULL;
	int n = at >= 0 ? ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(of, at))) : -1;

	snprintf(out, CRL_NAME, "%.*s", n > 0 ? n : 7, n > 0 ? (const char *)text : "no name");
	OPENSSL_free(text);
	for (char *p = out; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == '"' || *p == '\\' || *p == 0x7f)
			*p = '?';
	}
}

static void crl_serial(const X509 *certificate, char out[CRL_SERIAL])
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
	size_t at = 0;

	out[0] = '\0';
	for (int i = 0; i < serial->length && at + 3 < CRL_SERIAL; i++)
		at += (size_t)snprintf(out + at, CRL_SERIAL - at, "%02X", serial->data[i]);
}

static int64_t crl_seconds(const ASN1_TIME *t)
{
	struct tm tm;

	return t != NULL && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

/* "the certificate of smsc.example (serial 0A1B)" */
static void crl_whose(const X509 *who, char out[CRL_WHOSE])
{
	char name[CRL_NAME], serial[CRL_SERIAL];

	crl_name(X509_get_subject_name(who), name);
	crl_serial(who, serial);
	snprintf(out, CRL_WHOSE, "the certificate of %s (serial %s)", name, serial);
}

static void crl_say_revoked(const X509 *who, X509_CRL *list, const char *file, char out[CRL_WHY])
{
	X509_REVOKED *entry = NULL;
	char whose[CRL_WHOSE], date[TLS_DATE] = "?";

	crl_whose(who, whose);
	if (list != NULL && X509_CRL_get0_by_cert(list, &entry, (X509 *)(uintptr_t)who) == 1)
		tls_date(crl_seconds(X509_REVOKED_get0_revocationDate(entry)), date);
	snprintf(out, CRL_WHY, "%s was revoked at %s UTC by its issuer (%s): ask the peer for its new certificate",
		 whose, date, file);
}

/* NULL: it was no list that said no. */
static char *crl_words(X509_STORE_CTX *store, int error, const char *file)
{
	const X509 *who = X509_STORE_CTX_get_current_cert(store);
	X509_CRL *list = X509_STORE_CTX_get0_current_crl(store);
	char issuer[CRL_NAME], date[TLS_DATE], start[CRL_WHOSE], out[CRL_WHY];

	if (who == NULL)
		return NULL;
	crl_name(X509_get_issuer_name(who), issuer);
	crl_whose(who, start);
	switch (error) {
	case X509_V_ERR_CERT_REVOKED:
		crl_say_revoked(who, list, file, out);
		break;
	case X509_V_ERR_CRL_HAS_EXPIRED:
		tls_date(list != NULL ? crl_seconds(X509_CRL_get0_nextUpdate(list)) : 0, date);
		snprintf(out, sizeof(out),
			 "%s cannot be judged: the revocation list of %s ran out at %s UTC (%s): fetch a newer one, "
			 "then "
			 "smppgwctl reload",
			 start, issuer, date, file);
		break;
	case X509_V_ERR_CRL_NOT_YET_VALID:
		snprintf(out, sizeof(out),
			 "%s cannot be judged: the revocation list of %s is not valid yet (%s): look at the clock",
			 start, issuer, file);
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
		snprintf(out, sizeof(out),
			 "%s cannot be judged: there is no revocation list of %s for it in %s: add it, then smppgwctl "
			 "reload",
			 start, issuer, file);
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
	case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
	case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
		snprintf(out, sizeof(out), "%s cannot be judged: the revocation list of %s in %s is refused: %s", start,
			 issuer, file, X509_verify_cert_error_string(error));
		break;
	default:
		return NULL;
	}
	return mem_strdup(out);
}

/* --- the check --- */

static int crl_judge(int good, X509_STORE_CTX *store)
{
	int error = X509_STORE_CTX_get_error(store);

	if (good)
		return 1;
	if (error == X509_V_ERR_UNABLE_TO_GET_CRL && X509_STORE_CTX_get_error_depth(store) > 0) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	const char *file = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), crl_file_index);
	char *words = crl_words(store, error, file), *before = SSL_get_ex_data(ssl, crl_why_index);
	if (words == NULL)
		return 0;
	mem_free(before);
	if (SSL_set_ex_data(ssl, crl_why_index, words) != 1)
		mem_free(words);
	return 0;
}

const char *tls_crl_why(const SSL *ssl)
{
	pthread_once(&crl_once, crl_indexes);
	return SSL_get_ex_data(ssl, crl_why_index);
}

/* Whether it stands in a list of the issuer, whose signature is the issuer's. */
static bool crl_lists(X509_CRL *list, X509 *certificate, X509 *issuer)
{
	X509_REVOKED *entry = NULL;

	return X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) == 0 &&
	       X509_CRL_get0_by_cert(list, &entry, certificate) == 1 &&
	       X509_CRL_verify(list, X509_get0_pubkey(issuer)) == 1;
}

char *tls_crl_revokes(const SSL_CTX *context, const SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
	int n = chain != NULL ? sk_X509_num(chain) : 0;
	char out[CRL_WHY];

	for (int i = 0; i < sk_X509_OBJECT_num(all); i++) {
		X509_CRL *list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(all, i));
		for (int j = 0; list != NULL && j < n; j++) {
			X509 *who = sk_X509_value(chain, j), *issuer = sk_X509_value(chain, j + 1 < n ? j + 1 : j);
			if (!crl_lists(list, who, issuer))
				continue;
			crl_say_revoked(who, list, SSL_CTX_get_ex_data(context, crl_file_index), out);
			ERR_clear_error();
			return mem_strdup(out);
		}
	}
	ERR_clear_error();
	return NULL;
}

/* --- reading --- */

/* Of all lists in the file, or NULL with a fault. */
static STACK_OF(X509_CRL) * crl_read(const char *path, const char *option, struct tls_report *r)
{
	STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
	FILE *f = fopen(path, "re");
	X509_CRL *list;
	char why[256];

	while (f != NULL && (list = PEM_read_X509_CRL(f, NULL, NULL, NULL)) != NULL) {
		if (sk_X509_CRL_push(lists, list) <= 0)
			mem_none("a revocation list");
	}
	bool whole = f != NULL && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	if (f != NULL)
		fclose(f);
	if (whole && sk_X509_CRL_num(lists) > 0) {
		ERR_clear_error();
		return lists;
	}
	if (whole)
		tls_fault(r,
			  "%s: %s holds no revocation list in PEM form; from DER: openssl crl -inform DER -in %s -out "
			  "NEW",
			  option, path, path);
	else
		tls_fault(r, "%s: %s cannot be read as revocation lists in PEM form: %s", option, path,
			  tls_ssl_error(why));
	ERR_clear_error();
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	return NULL;
}

/* When the newest of the file's lists by the same issuer runs out; 0: never. */
static int64_t crl_ends(STACK_OF(X509_CRL) * lists, int at)
{
	const X509_CRL *one = sk_X509_CRL_value(lists, at);
	int64_t ends = crl_seconds(X509_CRL_get0_nextUpdate(one));

	for (int i = 0; i < sk_X509_CRL_num(lists) && ends != 0; i++) {
		const X509_CRL *other = sk_X509_CRL_value(lists, i);
		int64_t its = crl_seconds(X509_CRL_get0_nextUpdate(other));
		if ((its == 0 || its > ends) &&
		    X509_NAME_cmp(X509_CRL_get_issuer(one), X509_CRL_get_issuer(other)) == 0)
			ends = its;
	}
	return ends;
}

static void crl_warn(const X509_CRL *list, int64_t ends, const char *path, struct tls_report *r)
{
	char issuer[CRL_NAME], date[TLS_DATE];
	int64_t now = (int64_t)time(NULL);

	crl_name(X509_CRL_get_issuer(list), issuer);
	if (ends < now)
		tls_warn(
			r,
			"the revocation list of %s in %s ran out at %s UTC: until a newer one is there, peers with its "
			"certificates are refused",
			issuer, path, tls_date(ends, date));
	else if (ends < now + CRL_SOON_S)
		tls_warn(r, "the revocation list of %s in %s runs out at %s UTC: fetch a newer one", issuer, path,
			 tls_date(ends, date));
}

/* Adds a list, in order: the search would sort it in the loop's thread with the first handshake. */
static bool crl_add(X509_STORE *store, X509_CRL *list)
{
	X509_REVOKED *entry = NULL;
	ASN1_INTEGER *none = ASN1_INTEGER_new();

	if (none != NULL)
		(void)X509_CRL_get0_by_serial(list, &entry, none);
	ASN1_INTEGER_free(none);
	return X509_STORE_add_crl(store, list) == 1;
}

bool tls_crl_use(SSL_CTX *context, const char *path, const char *option, int64_t *ends, struct tls_report *r)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	bool good = true;
	char why[256];

	*ends = 0;
	pthread_once(&crl_once, crl_indexes);
	if (!tls_readable(path, option, r))
		return false;
	ERR_clear_error();
	STACK_OF(X509_CRL) *lists = crl_read(path, option, r);
	if (lists == NULL)
		return false;
	for (int i = 0; i < sk_X509_CRL_num(lists) && good; i++) {
		X509_CRL *list = sk_X509_CRL_value(lists, i);
		int64_t its = crl_ends(lists, i);
		if (its != 0 && its == crl_seconds(X509_CRL_get0_nextUpdate(list)))
			crl_warn(list, its, path, r);
		if (its != 0 && (*ends == 0 || its < *ends))
			*ends = its;
		good = crl_add(store, list);
	}
	sk_X509_CRL_pop_free(lists, X509_CRL_free);
	char *file = mem_strdup(path);
	if (!good || SSL_CTX_set_ex_data(context, crl_file_index, file) != 1) {
		mem_free(file);
		tls_fault(r, "%s: the lists in %s cannot be used: %s", option, path, tls_ssl_error(why));
		return false;
	}
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), crl_judge);
	return true;
}
