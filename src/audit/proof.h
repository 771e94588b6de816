/*
 * proof.h - a proof: records with all that leads from them to signed statements, in one text that needs nothing else
 * but trust in a public key. Its form, and whether it holds. Knows no archive.
 *
 * {"smppevidence":1,"about":"id 100012345678901234"|"record 17 of node 1","keys":[
 * {"fingerprint":"<hex>","public":"<base64 of DER>"}],"statements":[
 * "<a statement's line, as a string>"],"records":[
 * {"core":"<the record's core, as a string>","before":"<chain before it>","statement":0,"path":["<node>",...]
 * ,"salt":"<hex>","number":"...","text":"..."}]}
 *
 * - chain = digest(before, core); leaf = digest(0x00, chain); place in the tree = the core's n - the statement's first;
 *   path: the nodes beside the way up (RFC 6962, 2.1.1), from below; the way ends at the statement's root.
 * - salt, number, text are there when they were revealed: digest(salt, "number" or "text", 0, value) begins with the
 *   core's number_hash, text_hash.
 * The text has no freedom of form: it is read and written again, and must come out the same.
 */
#ifndef AUDIT_PROOF_H
#define AUDIT_PROOF_H

#include "audit/record.h"
#include "audit/signer.h"
#include "audit/statement.h"
#include "audit/tree.h"
#include "audit/verify.h"

#define PROOF_MAX (64u << 20) /* octets of a proof */

struct proof_text { /* owned; p NULL: none */
	char *p;
	size_t n;
};
struct proof_record {
	struct proof_text core;
	uint8_t before[DIGEST_OCTETS];
	uint64_t n;	    /* out of the core */
	unsigned statement; /* index */
	struct tree_path path;
	bool salted; /* number or text are revealed */
	uint8_t salt[RECORD_SALT];
	struct proof_text number, text;
};
struct proof {
	uint64_t id;	 /* 0: it is about a record */
	uint64_t record; /* of the node */
	unsigned node;
	struct signer **keys;	       /* owned */
	struct proof_text *statements; /* lines */
	struct proof_record *records;  /* by statement, then by n */
	size_t n_keys, n_statements, n_records;
};

/* Appends its text. */
void proof_write(const struct proof *p, struct buf *out);
/* NULL with *why (free()): where the text has not the form. */
struct proof *proof_read(const char *text, size_t n, char **why);
void proof_free(struct proof *p);
/* Grow it; the pointers are good until the next of the same kind. */
struct proof_record *proof_add_record(struct proof *p);
unsigned proof_add_statement(struct proof *p, struct view line); /* its index; one that is there already is not added */
void proof_add_key(struct proof *p, const struct signer *key);	 /* borrowed; one that is there already is not added */

struct proof_found {
	bool whole, trusted; /* trusted: all statements are signed by keys that were given */
	uint64_t opened;     /* numbers and texts that the records commit to */
};
typedef void proof_told(void *arg, enum verify_fault what, long record, const char *text);
/*
 * Whether it holds. keys: who is trusted; n 0: the proof's own keys are believed (they prove no origin). unsigned_too:
 * statements without signature are no fault. Each fault goes to told, with the record's index, or -1.
 */
struct proof_found proof_check(const struct proof *p, struct signer *const *keys, size_t n, bool unsigned_too,
			       proof_told *told, void *arg);
/* A record's line as cdr_get() takes it. */
struct cdr_line proof_line(const struct proof_record *r);
#endif
