/*
 * certs.c - certificates for tests, made when they run.
 */
#include "certs.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
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

/* By its CA, or by itself. */
static void sign(X509 *certificate, EVP_PKEY *own, const char *issuer)
{
	EVP_PKEY *key = own;

	if (issuer != NULL) {
		FILE *f = open_file(issuer, "key", "r");
		key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		fclose(f);
		f = open_file(issuer, "pem", "r");
		X509 *ca = PEM_read_X509(f, NULL, NULL, NULL);
		fclose(f);
		X509_set_issuer_name(certificate, X509_get_subject_name(ca));
		X509_free(ca);
	} else {
		X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	}
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	if (key != own)
		EVP_PKEY_free(key);
}

void certs_make(const struct cert_wish *w)
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
	if (w->issuer != NULL)
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
