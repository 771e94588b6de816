/*
 * verify.h - proves an archive's directory whole, without the gateway: each record against the chain, each hour against
 * its signed statements, hours against each other, the end against anchors that lie elsewhere. Streams the files in
 * constant memory; changes nothing. Blocking.
 *
 * What was deleted at the beginning (retention) is no fault: an archive holds from its first statement on.
 */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "audit/signer.h"
#include "base/buf.h"

enum verify_fault {
	VERIFY_CHANGED,	    /* a record is not what the chain says */
	VERIFY_MISSING,	    /* records were taken out */
	VERIFY_INSERTED,    /* a line that does not belong there */
	VERIFY_ORDER,	    /* records stand in another order */
	VERIFY_TRUNCATED,   /* the end of a file, or of the archive, was cut off */
	VERIFY_REWRITTEN,   /* the chain holds in itself, but a statement has signed another one */
	VERIFY_STATEMENT,   /* a statement is missing, changed, or about other records */
	VERIFY_SIGNATURE,   /* it is wrong */
	VERIFY_UNSIGNED,    /* a statement has no signature, though keys were given */
	VERIFY_UNKNOWN_KEY, /* signed with a key that is none of those given */
	VERIFY_ANCHOR,	    /* what an anchor names is not in the archive */
	VERIFY_PERSONAL,    /* a number or text is not the one that its record commits to */
	VERIFY_UNREADABLE,  /* a file cannot be read */
	VERIFY_FAULTS
};
const char *verify_fault_name(enum verify_fault f);

struct verify_finding { /* good for the call */
	enum verify_fault fault;
	const char *file; /* "": the archive as a whole */
	uint64_t line;	  /* 0: the file as a whole */
	uint64_t record;  /* the first one that is concerned; 0: none */
	const char *text;
};

/* A head of the chain that somebody has kept elsewhere: the log, Redis, paper. */
struct verify_anchor {
	uint8_t chain[DIGEST_OCTETS];
	int node;	  /* -1: any */
	char hour[40];	  /* name of the hour; "": not known */
	uint64_t record;  /* the last one it stands for; 0: not known */
	bool found, past; /* past: of an hour before the archive's first one */
};
struct verify_anchors {
	struct verify_anchor *anchor;
	size_t n;
};
/*
 * Adds what a text names: lines of the log (event=evidence_hour), statements, JSON of Redis, or bare digests: any
 * line with 64 hex digits behind "chain" or "head", or alone. Returns how many.
 */
size_t verify_anchors_read(struct verify_anchors *a, const char *text, size_t n);
void verify_anchors_free(struct verify_anchors *a);

struct verify_node { /* what was found of a node */
	unsigned node;
	uint64_t first, last, records, hours, statements, signatures;
	uint64_t erased, closed; /* records without personal data any more; with encrypted ones that no key was for */
	uint64_t opened;	 /* numbers and texts that were compared with what their record commits to */
	uint64_t tail;		 /* records behind the last statement that holds */
	bool from_start;	 /* the archive has the node's first record */
	char head[2 * DIGEST_OCTETS + 1];
	char last_hour[40], stated[40]; /* the last hour; when the last statement was made */
};

struct box;
struct verify_query {
	const char *directory;
	int64_t from_ms, to_ms; /* hours that reach into it; 0: no limit */
	struct signer *const *keys;
	size_t n_keys;			/* 0: signatures are not looked at */
	struct verify_anchors *anchors; /* NULL: none */
	struct box *box;		/* opens what is encrypted; NULL: that is only counted */
	void (*on_fault)(void *arg, const struct verify_finding *f);
	void (*on_node)(void *arg, const struct verify_node *n);
	void *arg;
};
/* 0: whole; 1: broken; -1: the directory cannot be read, *why (free()). At most one finding for an hour's records. */
__attribute__((warn_unused_result)) int verify_archive(const struct verify_query *q, uint64_t *octets, char **why);

#endif
