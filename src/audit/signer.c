/*
 * signer.c - Ed25519 and SM2 by OpenSSL: keys out of PEM and DER, fingerprints, signatures. Must not know what is
 * signed.
 */
#include "audit/signer.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct signer {
	EVP_PKEY *key;
	enum signer_type type;
	uint8_t der[SIGNER_PUBLIC_MAX];
	size_t der_n;
	char fingerprint[SIGNER_FINGERPRINT + 1];
};

static const struct {
	const char *name, *openssl, *md; /* md: NULL when the algorithm has its own */
	enum seal_digest fingerprint;
	const char *identity;
} types[SIGNER_TYPES] = {
	[SIGNER_ED25519] = {"ed25519", "ED25519", NULL, SEAL_SHA256, NULL},
	[SIGNER_SM2] = {"sm2", "SM2", "SM3", SEAL_SM3, "1234567812345678"},
};

const char *signer_type_name(enum signer_type t)
{
	return types[t].name;
}

static void take_fingerprint(struct signer *s)
{
	static const char digits[] = "0123456789abcdef";
	struct digest *d = digest_new(types[s->type].fingerprint);
	uint8_t out[DIGEST_OCTETS];

	digest_of(d, (struct digest_piece[]){{s->der, s->der_n}}, 1, out);
	digest_free(d);
	for (size_t i = 0; i < DIGEST_OCTETS; i++) {
		s->fingerprint[2 * i] = digits[out[i] >> 4];
		s->fingerprint[2 * i + 1] = digits[out[i] & 15];
	}
}

/* Takes the key; NULL, and it is freed: it is of no type that we sign with. */
static struct signer *from_key(EVP_PKEY *key)
{
	struct signer *s = mem_zalloc(sizeof(*s));
	uint8_t *p = s->der;
	int n = key ? i2d_PUBKEY(key, NULL) : -1;
	bool known = false;

	for (int i = 0; i < SIGNER_TYPES && key && !known; i++) {
		known = EVP_PKEY_is_a(key, types[i].openssl) == 1;
		s->type = (enum signer_type)i;
	}
	s->key = key;
	if (!known || n <= 0 || (size_t)n > sizeof(s->der)) {
		signer_free(s);
		ERR_clear_error();
		return NULL;
	}
	s->der_n = (size_t)i2d_PUBKEY(key, &p);
	take_fingerprint(s);
	return s;
}

/* A key with a password is none for a daemon: nobody is asked. */
static int no_password(char *out, int cap, int writing, void *arg)
{
	(void)out;
	(void)cap;
	(void)writing;
	(void)arg;
	return -1;
}

static struct signer *read_file(const char *file, bool private, char **why)
{
	FILE *f = fopen(file, "re");
	EVP_PKEY *key = NULL;
	struct signer *s;

	if (!f) {
		if (asprintf(why, "%s: %s", file, strerror(errno)) < 0)
			*why = NULL;
		return NULL;
	}
	if (!private)
		key = PEM_read_PUBKEY(f, NULL, no_password, NULL);
	if (!key) {
		rewind(f);
		key = PEM_read_PrivateKey(f, NULL, no_password, NULL);
	}
	fclose(f);
	s = from_key(key);
	if (!s && asprintf(why,
			   "%s: no %s key of Ed25519 or SM2 in PEM without a password; make one with "
			   "smppevidence keygen FILE",
			   file, private ? "private" : "public") < 0)
		*why = NULL;
	ERR_clear_error();
	return s;
}

struct signer *signer_private(const char *file, char **why)
{
	return read_file(file, true, why);
}

struct signer *signer_public(const char *file, char **why)
{
	return read_file(file, false, why);
}

struct signer *signer_public_der(const uint8_t *p, size_t n)
{
	const uint8_t *at = p;
	struct signer *s = from_key(n <= SIGNER_PUBLIC_MAX ? d2i_PUBKEY(NULL, &at, (long)n) : NULL);

	ERR_clear_error();
	if (s && (s->der_n != n || memcmp(s->der, p, n) != 0)) {
		signer_free(s);
		return NULL;
	}
	return s;
}

struct signer *signer_make(enum signer_type t)
{
	return from_key(EVP_PKEY_Q_keygen(NULL, NULL, types[t].openssl));
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	EVP_PKEY_free(s->key);
	mem_free(s);
}

enum signer_type signer_type(const struct signer *s)
{
	return s->type;
}

const char *signer_fingerprint(const struct signer *s)
{
	return s->fingerprint;
}

size_t signer_der(const struct signer *s, uint8_t out[SIGNER_PUBLIC_MAX])
{
	memcpy(out, s->der, s->der_n);
	return s->der_n;
}

static int write_pem(const struct signer *s, bool private, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	int result = bio ? (private ? PEM_write_bio_PKCS8PrivateKey(bio, s->key, NULL, NULL, 0, NULL, NULL)
				    : PEM_write_bio_PUBKEY(bio, s->key))
			 : 0;
	long n = result == 1 ? BIO_get_mem_data(bio, &p) : 0;

	if (n > 0)
		buf_put(out, p, (size_t)n);
	BIO_free(bio);
	ERR_clear_error();
	return n > 0 ? 0 : -1;
}

int signer_write_private(const struct signer *s, struct buf *out)
{
	return write_pem(s, true, out);
}

int signer_write_public(const struct signer *s, struct buf *out)
{
	return write_pem(s, false, out);
}

/* The context of one signature; NULL: OpenSSL refuses. */
static EVP_MD_CTX *begin(const struct signer *s, bool sign)
{
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = EVP_PKEY_CTX_new_from_pkey(NULL, s->key, NULL);
	const char *identity = types[s->type].identity, *md = types[s->type].md;
	bool good = m && p;

	if (good && identity)
		good = EVP_PKEY_CTX_set1_id(p, identity, (int)strlen(identity)) > 0;
	if (good)
		EVP_MD_CTX_set_pkey_ctx(m, p);
	if (good)
		good = (sign ? EVP_DigestSignInit_ex(m, NULL, md, NULL, NULL, s->key, NULL)
			     : EVP_DigestVerifyInit_ex(m, NULL, md, NULL, NULL, s->key, NULL)) == 1;
	if (good)
		return m;
	EVP_MD_CTX_free(m);
	EVP_PKEY_CTX_free(p);
	ERR_clear_error();
	return NULL;
}

/* The context of the key belongs to us: set_pkey_ctx() does not take it. */
static void end(EVP_MD_CTX *m)
{
	EVP_PKEY_CTX *p = EVP_MD_CTX_get_pkey_ctx(m);

	EVP_MD_CTX_free(m);
	EVP_PKEY_CTX_free(p);
	ERR_clear_error();
}

size_t signer_sign(const struct signer *s, const void *p, size_t n, uint8_t signature[SIGNER_MAX])
{
	EVP_MD_CTX *m = begin(s, true);
	size_t octets = SIGNER_MAX;

	if (!m)
		return 0;
	if (EVP_DigestSign(m, signature, &octets, p, n) != 1)
		octets = 0;
	end(m);
	return octets;
}

bool signer_verify(const struct signer *s, const void *p, size_t n, const uint8_t *signature, size_t octets)
{
	EVP_MD_CTX *m = begin(s, false);
	bool good;

	if (!m)
		return false;
	good = EVP_DigestVerify(m, signature, octets, p, n) == 1;
	end(m);
	return good;
}
