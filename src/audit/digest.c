/*
 * digest.c - digests by OpenSSL's providers: the algorithm is fetched once, the context is used again and again, since
 * fetching costs more than the digest of a record. Must not know what is digested.
 */
#include "audit/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct digest {
	EVP_MD *algorithm;
	EVP_MD_CTX *context;
};

static const struct {
	const char *name, *openssl;
} rows[SEAL_DIGESTS] = {
	[SEAL_SHA256] = {"sha256", "SHA2-256"},
	[SEAL_SM3] = {"sm3", "SM3"},
};

const char *digest_name(enum seal_digest d)
{
	return rows[d].name;
}

bool digest_by_name(const char *name, enum seal_digest *out)
{
	for (int i = 0; i < SEAL_DIGESTS; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*out = (enum seal_digest)i;
			return true;
		}
	}
	return false;
}

static void fail(const char *what)
{
	fprintf(stderr, "smppgw: OpenSSL refuses the digest %s; check its configuration (openssl.cnf)\n", what);
	abort();
}

struct digest *digest_new(enum seal_digest d)
{
	struct digest *x = mem_zalloc(sizeof(*x));

	x->algorithm = EVP_MD_fetch(NULL, rows[d].openssl, NULL);
	x->context = EVP_MD_CTX_new();
	if (!x->algorithm || !x->context || EVP_MD_get_size(x->algorithm) != (int)DIGEST_OCTETS)
		fail(rows[d].name);
	return x;
}

void digest_free(struct digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->context);
	EVP_MD_free(d->algorithm);
	mem_free(d);
}

void digest_of(struct digest *d, const struct digest_piece *pieces, size_t n, uint8_t out[DIGEST_OCTETS])
{
	if (EVP_DigestInit_ex2(d->context, d->algorithm, NULL) != 1)
		fail("at its start");
	for (size_t i = 0; i < n; i++)
		EVP_DigestUpdate(d->context, pieces[i].p, pieces[i].n);
	EVP_DigestFinal_ex(d->context, out, NULL);
}
