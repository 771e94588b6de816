/*
 * certs.c - certificates for tests, made when they run.
 */
#include "certs.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "unit.h"

static char folder[64];

const char *certs_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/smppgw-certs.XXXXXX");
	assert_non_null(mkdtemp(folder));
	return folder;
}

void certs_gone(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

char *certs_path(const char *file)
{
	static char paths[8][128];
	static unsigned at;
	char *path = paths[at++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, file);
	return path;
}

static FILE *open_file(const char *file, const char *suffix, const char *mode)
{
	char name[64];

	snprintf(name, sizeof(name), "%s.%s", file, suffix);
	FILE *f = fopen(certs_path(name), mode);
	assert_non_null(f);
	return f;
}

static void extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(certificate, e, -1), 1);
	X509_EXTENSION_free(e);
}

static EVP_PKEY *read_key(const char *file)
{
	FILE *f = open_file(file, "key", "r");
	EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);

	fclose(f);
	assert_non_null(key);
	return key;
}

static X509 *read_certificate(const char *file)
{
	FILE *f = open_file(file, "pem", "r");
	X509 *certificate = PEM_read_X509(f, NULL, NULL, NULL);

	fclose(f);
	assert_non_null(certificate);
	return certificate;
}

/* By its CA, or by itself. */
static void sign(X509 *certificate, EVP_PKEY *own, const char *issuer)
{
	EVP_PKEY *key = own;

	if (issuer != NULL) {
		key = read_key(issuer);
		X509 *ca = read_certificate(issuer);
		X509_set_issuer_name(certificate, X509_get_subject_name(ca));
		X509_free(ca);
	} else {
		X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	}
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	if (key != own)
		EVP_PKEY_free(key);
}

static void make(const struct cert_wish *w, bool is_ca)
{
	static long serial = 1;
	char text[128];
	X509 *certificate = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");

	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
	X509_gmtime_adj(X509_getm_notBefore(certificate), w->begins);
	X509_gmtime_adj(X509_getm_notAfter(certificate), w->ends);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
				   (const unsigned char *)w->name, -1, -1, 0);
	snprintf(text, sizeof(text), "DNS:%s", w->name);
	if (!is_ca)
		extend(certificate, NID_subject_alt_name, text);
	else
		extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
	sign(certificate, key, w->issuer);
	FILE *f = open_file(w->file, "pem", "w");
	assert_int_equal(PEM_write_X509(f, certificate), 1);
	fclose(f);
	f = open_file(w->file, "key", "w");
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_int_equal(PEM_write_PrivateKey(f, key, w->password != NULL ? EVP_aes_128_cbc() : NULL,
					      (const unsigned char *)w->password,
					      w->password != NULL ? (int)strlen(w->password) : 0, NULL, NULL),
			 1);
	fclose(f);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

void certs_make(const struct cert_wish *w)
{
	make(w, w->issuer == NULL);
}

void certs_make_ca(const struct cert_wish *w)
{
	make(w, true);
}

static void revoke_cert(X509_CRL *list, const char *file)
{
	X509 *certificate = read_certificate(file);
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *at = X509_gmtime_adj(NULL, -30);

	X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
	X509_REVOKED_set_revocationDate(entry, at);
	assert_int_equal(X509_CRL_add0_revoked(list, entry), 1);
	ASN1_TIME_free(at);
	X509_free(certificate);
}

void certs_revoke(const char *file, const char *ca, const char *const *revoked, long begins, long ends)
{
	static long number = 1;
	X509_CRL *list = X509_CRL_new();
	X509 *issuer = read_certificate(ca);
	EVP_PKEY *key = read_key(ca);
	ASN1_TIME *from = X509_gmtime_adj(NULL, begins), *to = X509_gmtime_adj(NULL, ends);
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	X509_CRL_set_version(list, 1);
	X509_CRL_set_issuer_name(list, X509_get_subject_name(issuer));
	X509_CRL_set1_lastUpdate(list, from);
	if (ends != 0)
		X509_CRL_set1_nextUpdate(list, to);
	ASN1_INTEGER_set(n, number++);
	assert_int_equal(X509_CRL_add1_ext_i2d(list, NID_crl_number, n, 0, 0), 1);
	for (; *revoked != NULL; revoked++)
		revoke_cert(list, *revoked);
	assert_true(X509_CRL_sign(list, key, EVP_sha256()) > 0);
	FILE *f = open_file(file, "pem", "w");
	assert_int_equal(PEM_write_X509_CRL(f, list), 1);
	fclose(f);
	ASN1_INTEGER_free(n);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	EVP_PKEY_free(key);
	X509_free(issuer);
	X509_CRL_free(list);
}

void certs_sign(const char *file, long ends)
{
	certs_make(&(struct cert_wish){file, "gw.example", "ca", -60, ends, NULL});
}

void certs_make_files(struct certs_files *files, long ends)
{
	certs_folder();
	certs_make(&(struct cert_wish){"ca", "测试根", NULL, -60, 8640000, NULL});
	certs_sign("gw", ends);
	snprintf(files->certificate, sizeof(files->certificate), "%s.pem", certs_path("gw"));
	snprintf(files->key, sizeof(files->key), "%s.key", certs_path("gw"));
	snprintf(files->ca, sizeof(files->ca), "%s.pem", certs_path("ca"));
}

int certs_remove_all(void **state)
{
	(void)state;
	certs_gone();
	return 0;
}
