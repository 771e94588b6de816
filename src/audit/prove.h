/*
 * prove.h - makes a proof (proof.h) out of an archive's directory: the records of a message, or one record, each with
 * its way to the last statement of its hour. Reads each hour concerned once, in memory that does not grow with it.
 */
#ifndef AUDIT_PROVE_H
#define AUDIT_PROVE_H

#include "audit/proof.h"

struct prove_query { /* borrowed */
	const char *directory;
	struct box *box; /* opens what is encrypted; NULL: that stays closed */
	uint64_t id;	 /* of a message; 0: record of the node */
	uint64_t record;
	unsigned node;
	bool number, text;	    /* reveal them */
	const char *known;	    /* a text that is not kept, revealed where a record commits to it; NULL */
	struct signer *const *keys; /* public ones, put in as far as statements are signed with them */
	size_t n_keys;
};
struct prove_told {
	uint64_t found;	   /* records */
	uint64_t unstated; /* of these, left out: no statement is about them yet */
	uint64_t known;	   /* records that commit to the text that was given */
	uint64_t closed;   /* values that were to be revealed and are erased, or cannot be opened */
};
/* The proof; NULL with *why (free()): the archive cannot be read, or has no such record with a statement. */
struct proof *prove(const struct prove_query *q, struct prove_told *told, char **why);

#endif
