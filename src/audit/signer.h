/*
 * signer.h - keys that statements are signed with: Ed25519 (RFC 8032), or SM2 with SM3 and the usual identity
 * 1234567812345678 (GB/T 32918.2, GM/T 0009). Files are PEM: PKCS #8 and SubjectPublicKeyInfo, as openssl makes them.
 */
#ifndef AUDIT_SIGNER_H
#define AUDIT_SIGNER_H

#include "audit/digest.h"
#include "base/buf.h"

enum signer_type { SIGNER_ED25519, SIGNER_SM2, SIGNER_TYPES };
const char *signer_type_name(enum signer_type t);

#define SIGNER_MAX	   80u		       /* octets of a signature: 64, or up to 72 of DER */
#define SIGNER_PUBLIC_MAX  128u		       /* octets of a public key's SubjectPublicKeyInfo */
#define SIGNER_FINGERPRINT (2 * DIGEST_OCTETS) /* hex digits */

struct signer; /* a key, private or public */
/* NULL with *why (free()): "FILE: what is wrong; what to do". A private key's file opens as a public key, too. */
struct signer *signer_private(const char *file, char **why);
struct signer *signer_public(const char *file, char **why);
struct signer *signer_public_der(const uint8_t *p, size_t n); /* NULL: no such key, or not in its one form */
struct signer *signer_make(enum signer_type t);
void signer_free(struct signer *s);

enum signer_type signer_type(const struct signer *s);
/* Hex of the digest of its SubjectPublicKeyInfo (DER): SHA-256 for Ed25519, SM3 for SM2. */
const char *signer_fingerprint(const struct signer *s);
size_t signer_der(const struct signer *s, uint8_t out[SIGNER_PUBLIC_MAX]);
/* PEM. */
__attribute__((warn_unused_result)) int signer_write_private(const struct signer *s, struct buf *out);
__attribute__((warn_unused_result)) int signer_write_public(const struct signer *s, struct buf *out);

/* Octets of the signature; 0: OpenSSL refuses. */
__attribute__((warn_unused_result)) size_t signer_sign(const struct signer *s, const void *p, size_t n,
						       uint8_t signature[SIGNER_MAX]);
bool signer_verify(const struct signer *s, const void *p, size_t n, const uint8_t *signature, size_t octets);

#endif
