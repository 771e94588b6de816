/*
 * sealer.h - the evidence over records: the chain, the Merkle tree of an hour, statements about both, signed. Pure but
 * for the key's file. Knows no archive files.
 *
 * chain[n] = digest(chain[n-1], core of record n); chain[0] is 32 zero octets.
 * A leaf of the tree is digest(0x00, chain[n]), a node digest(0x01, left, right), shaped as RFC 6962, 2.1: the root of
 * an hour commits to each of its records, a proof of one record is its core, the chain before it, and log2(n) nodes.
 *
 * A statement is a line of JSON in the .seal file: {"statement":"checkpoint"|"hour", "node", "hour", "first", "count",
 * "before" (the chain before first), "chain" (after the last), "root", "previous" (digest of the statement before it,
 * of whatever hour, as that one names it; zeros for the first of all), "at", "digest", "key" (fingerprint), "signature"
 * (base64)}, the last two absent without a key. Signed is the line up to the comma before "signature". Its form:
 * statement.h.
 */
#ifndef AUDIT_SEALER_H
#define AUDIT_SEALER_H

#include "audit/digest.h"
#include "base/buf.h"

struct sealer_conf {
	enum seal_digest digest;
	const char *key; /* PEM file; "" or NULL: statements are not signed */
	unsigned node;
};

struct sealer;
struct sealer *sealer_new(const struct sealer_conf *conf, char **why); /* NULL with *why (free()) */
void sealer_free(struct sealer *s);
bool sealer_signs(const struct sealer *s);
const char *sealer_fingerprint(const struct sealer *s); /* of the key; "": nothing is signed */
/*
 * Before the first sealer_begin(). chain: of the last record before the hour that begins next (within an hour that goes
 * on: sealer_again() tells the rest); previous: digest of the last statement's line, without its line break.
 */
void sealer_resume(struct sealer *s, const uint8_t chain[DIGEST_OCTETS], const uint8_t previous[DIGEST_OCTETS]);
/* A new hour starts; first: number of its first record. hour_name: of its files, letters, digits and "-+._"
 * (statement.h). */
void sealer_begin(struct sealer *s, const char *hour_name, uint64_t first);
/* A record: its place in the chain goes to chain. Hot. */
void sealer_add(struct sealer *s, const void *core, size_t n, uint8_t chain[DIGEST_OCTETS]);
/* A record of the begun hour that an earlier run has written: only its place is needed, in order. */
void sealer_again(struct sealer *s, const uint8_t chain[DIGEST_OCTETS]);
/* Appends a statement about the begun hour so far, with its line break. last: the hour is over. */
void sealer_state(struct sealer *s, int64_t at_ms, bool last, struct buf *out);
uint64_t sealer_count(const struct sealer *s); /* records of this hour */
void sealer_head(const struct sealer *s, uint8_t chain[DIGEST_OCTETS]);

#endif
