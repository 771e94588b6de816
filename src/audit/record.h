/*
 * record.h - what evidence asks of a record's line (cdr.h): its number, its place in the chain, whether its personal
 * data is what it commits to.
 */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

#include "audit/cdr.h"
#include "audit/digest.h"

#define RECORD_SALT 16u /* octets */
#define RECORD_HASH 16u /* octets of a digest that a core has of a value */

/* 0: none. */
uint64_t record_number(const struct cdr_line *l);
/* The chain's value as it stands in the line; false: none. */
__attribute__((warn_unused_result)) bool record_chain(const struct cdr_line *l, uint8_t chain[DIGEST_OCTETS]);
/* digest(before, core) */
void record_follow(const struct cdr_line *l, const uint8_t before[DIGEST_OCTETS], struct digest *d,
		   uint8_t chain[DIGEST_OCTETS]);
/* Whether the core's field ("number_hash") is the digest of salt, the value's name and the value. */
bool record_commits(const struct cdr_line *l, const char *name, const uint8_t salt[RECORD_SALT], struct view value,
		    struct digest *d);
bool record_has(const struct cdr_line *l, const char *field); /* of the core */

enum record_state {
	RECORD_BARE,   /* no personal data was written to it */
	RECORD_ERASED, /* it was, and is erased */
	RECORD_CLOSED, /* it is encrypted, and the key is not here */
	RECORD_OPEN,
	RECORD_BROKEN, /* what stands there has none of the forms */
};
struct record_values { /* zero it before first use; used again and again */
	bool has_salt, has_number, has_text;
	uint8_t salt[RECORD_SALT];
	struct buf number, text, box;
};
struct box;
/* box: opens what is encrypted; NULL: that stays closed. */
enum record_state record_open(const struct cdr_line *l, struct box *box, struct record_values *out);
void record_values_free(struct record_values *v);

#endif
