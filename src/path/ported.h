/*
 * ported.h - ported numbers (携号转网): which operator serves a number whose prefix belongs to another, and at which it
 * is known not to be. The truth is in Redis, shared by all nodes (store_ported.h); here is a compact copy in memory,
 * read in the background once the node runs, and kept up by following the changes of others every few seconds. Until
 * it is read, nothing is known. A table that is loaded anew, here or by another node, is read beside the one in force
 * and takes its place at once: memory for both is needed meanwhile.
 */
#ifndef PATH_PORTED_H
#define PATH_PORTED_H

#include "path/route.h"
#include "path/store.h"

struct ported;

struct ported_setup { /* borrowed for the object's life */
	struct loop *loop;
	struct store *store;
	const struct routes *routes; /* names of operators; may be reloaded */
	bool (*ready)(void *arg);    /* whether reading may begin: the node runs */
	void (*changed)(void *arg);  /* another table is in force, or others have changed numbers */
	void *arg;
	struct stats *stats;
};
struct ported *ported_new(const struct ported_setup *setup);
/* After the store has been freed, whose last answers it takes. */
void ported_free(struct ported *p);

struct ported_entry {
	int operator_;		/* routes_operator() that serves it, or ROUTE_NO_OPERATOR */
	uint64_t not_operators; /* bit i: known not to be at operator i */
};
/* False when nothing is known that the present routes can use; *out says so then. */
bool ported_find(const struct ported *p, const struct number *number, struct ported_entry *out);

/*
 * Learnt, or set by the operator: effective at once, here, and in some seconds at the other nodes. learn: the number is
 * served by this operator. learn_not: it is not at this operator (others keep what they were). forget: nothing is known
 * any more. Returns 0; -1 when the name or the number cannot be kept; 1 when the store is away or has not been
 * read yet: known here only, and only until all is read again. fn (may be NULL) is told whether it is stored, only with
 * 0.
 */
typedef void (*ported_fn)(void *arg, bool stored);
__attribute__((warn_unused_result)) int ported_learn(struct ported *p, const struct number *number,
						     const char *operator_name, ported_fn fn, void *arg);
__attribute__((warn_unused_result)) int ported_learn_not(struct ported *p, const struct number *number,
							 const char *operator_name, ported_fn fn, void *arg);
__attribute__((warn_unused_result)) int ported_forget(struct ported *p, const struct number *number, ported_fn fn,
						      void *arg);

/* --- for people --- */

enum ported_state { PORTED_ABSENT /* not read yet */, PORTED_READING, PORTED_READY };
struct ported_status {
	enum ported_state state;
	uint64_t numbers;  /* and operators it is not at */
	uint64_t octets;   /* of memory */
	uint64_t epoch;	   /* of the table */
	unsigned percent;  /* PORTED_READING: of the buckets */
	bool loading_file; /* ported_load() is under way here */
};
void ported_status(const struct ported *p, struct ported_status *out);
const char *ported_state_name(enum ported_state s);
/* How many numbers are served by an operator, and known not to be there; for each name that occurs. */
void ported_each_operator(const struct ported *p, void (*fn)(const char *name, uint64_t at, uint64_t not_at, void *arg),
			  void *arg);
/* What is kept of a number, as it is stored: "mobile", "!unicom,telecom"; false: nothing. */
#define PORTED_TEXT_MAX 256u
bool ported_text(const struct ported *p, const struct number *number, char out[PORTED_TEXT_MAX]);

/* --- loading a file (ported_load.c) --- */

#define PORTED_FAULTS_KEPT 10u
#define PORTED_NAME_MAX	   32u
struct ported_report {
	uint64_t lines, rows, bad; /* rows: stored; bad: lines that were left out */
	unsigned percent;	   /* of the file's octets */
	uint64_t per_second;	   /* rows, since the start */
	int64_t ms;
	struct {
		uint64_t line;
		const char *why;			       /* static text */
	} faults[PORTED_FAULTS_KEPT];			       /* the first ones; n: bad, but at most this many */
	char unknown[PORTED_FAULTS_KEPT][PORTED_NAME_MAX + 1]; /* operators that are not in operators, once each */
	unsigned unknown_n;
};
struct ported_load_ops {
	void (*progress)(void *arg, const struct ported_report *r);		   /* once a second */
	void (*done)(void *arg, const char *error, const struct ported_report *r); /* error NULL: loaded */
};
/*
 * Reads a file of lines "number operator" in slices, a little per turn, and writes Redis. replace: what is not in the
 * file is forgotten, and all takes effect at once, at the end; else rows are added, and take effect as they are read.
 * 0, and done() comes later; -1: it cannot begin, why (owned by the caller, free()) says so.
 */
__attribute__((warn_unused_result)) int ported_load(struct ported *p, const char *file, bool replace,
						    const struct ported_load_ops *ops, void *arg, char **why);

#endif
