/*
 * verify_priv.h - what the files of verify share: one run over one archive. Included by verify*.c only.
 */
#ifndef AUDIT_VERIFY_PRIV_H
#define AUDIT_VERIFY_PRIV_H

#include "audit/hours.h"
#include "audit/lines.h"
#include "audit/record.h"
#include "audit/statement.h"
#include "audit/tree.h"
#include "audit/verify.h"

struct verify_run {
	const struct verify_query *q;
	struct digest *digest[SEAL_DIGESTS];
	bool broken;
	uint64_t octets;
	struct verify_node node;
	/* Where the node's chain has come to; chained: head and next hold. */
	bool chained;
	uint64_t next; /* number of the record that must come */
	uint8_t head[DIGEST_OCTETS];
	enum seal_digest with; /* what the chain is made with here */
	struct record_values values;
	/* The node's last statement; n 0: none yet. */
	char last_line[STATEMENT_LINE_MAX];
	uint32_t last_n;
	enum seal_digest last_digest; /* that it names itself */
	uint64_t stated_to;	      /* the last record that a statement which holds has signed */
	const struct hour *unstated;  /* is over, and its last records have no statement yet; NULL: none */
};

/* Tells a finding; text as printf(). */
__attribute__((format(printf, 6, 7))) void verify_tell(struct verify_run *v, enum verify_fault fault, const char *file,
						       uint64_t line, uint64_t record, const char *fmt, ...);
/* Anchors that the chain's value is, after a record of the hour. NULL: those of the hour are not judged, it is broken.
 */
void verify_anchors_meet(struct verify_run *v, const struct hour *h, const uint8_t chain[DIGEST_OCTETS]);

/* One hour: its records and its statements. v->chained is false behind one that is broken. */
void verify_hour(struct verify_run *v, const struct hour *h);
/* Whether the line is the record that must come. */
bool verify_fits(struct verify_run *v, const struct cdr_line *l, uint8_t chain[DIGEST_OCTETS]);

/* The line at an octet of the file is not the record that must come: finds out why, and tells. */
void verify_explain(struct verify_run *v, const char *file, uint64_t at, uint64_t line);

/* Whether a number and a text are those that the record commits to. */
void verify_personal(struct verify_run *v, const char *file, uint64_t line, const struct cdr_line *l);

#endif
