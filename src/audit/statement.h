/*
 * statement.h - the form of a statement (sealer.h): a line of JSON with all its members in one order and no blanks, so
 * that it reads back only as it was written. Knows no archive files.
 */
#ifndef AUDIT_STATEMENT_H
#define AUDIT_STATEMENT_H

#include "audit/digest.h"
#include "audit/signer.h"
#include "base/buf.h"
#include "smpp/view.h"

#define STATEMENT_HOUR_MAX 40u /* octets of an hour's name with NUL: letters, digits and "-+._" */
#define STATEMENT_LINE_MAX 1024u

struct statement {
	bool hour; /* the hour is over; false: a checkpoint */
	unsigned node;
	char name[STATEMENT_HOUR_MAX]; /* of the hour */
	uint64_t first, count;	       /* records of the hour so far */
	uint8_t before[DIGEST_OCTETS], chain[DIGEST_OCTETS], root[DIGEST_OCTETS], previous[DIGEST_OCTETS];
	char at[STATEMENT_HOUR_MAX]; /* local time with zone */
	enum seal_digest digest;
	char key[SIGNER_FINGERPRINT + 1]; /* "": not signed */
	uint8_t signature[SIGNER_MAX];
	size_t signature_n;
	size_t signed_n; /* octets of the line that are signed */
};

/* Appends the line without its line break, signed when there is a key (key and signature in s are not looked at). */
void statement_write(const struct statement *s, const struct signer *key, struct buf *out);
/* False: no statement. line: without line break. */
__attribute__((warn_unused_result)) bool statement_read(struct view line, struct statement *out);
/* Whether the line's signature is the key's. */
bool statement_signed_by(const struct statement *s, struct view line, const struct signer *key);
void statement_digest(struct view line, struct digest *d, uint8_t out[DIGEST_OCTETS]);

#endif
