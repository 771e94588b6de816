/*
 * digest.h - digests by OpenSSL, one context that is used again and again.
 */
#ifndef AUDIT_DIGEST_H
#define AUDIT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_OCTETS 32u
enum seal_digest { SEAL_SHA256, SEAL_SM3, SEAL_DIGESTS };

const char *digest_name(enum seal_digest d);
bool digest_by_name(const char *name, enum seal_digest *out);

struct digest;
struct digest *digest_new(enum seal_digest d); /* never NULL: ends the process when OpenSSL has none */
void digest_free(struct digest *d);
struct digest_piece {
	const void *p;
	size_t n;
};
void digest_of(struct digest *d, const struct digest_piece *pieces, size_t n, uint8_t out[DIGEST_OCTETS]);

#endif
