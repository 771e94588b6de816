/*
 * lists.h - what the operator does with the lists of numbers: opt-outs, consents, dead numbers: changed, imported,
 * exported, looked up, audited. The truth is in Redis (store_lists.h); files are read and written in slices, a little
 * per turn, with a bounded number of writes under way.
 */
#ifndef PATH_LISTS_H
#define PATH_LISTS_H

#include "path/number.h"
#include "path/store_lists.h"

#define LISTS_NAME_MAX	  319u /* octets of a scope or account */
#define LISTS_VALUE_MAX	  255u /* octets of "reference,time,source" */
#define LISTS_FAULTS_KEPT 10u

struct lists;

struct lists_setup { /* borrowed for the object's life */
	struct loop *loop;
	struct store *store;
	/* Whether an account, or the account of a scope, stands in the configuration ("global" is not asked for). */
	bool (*known)(void *arg, struct view account);
	/* The accounts' names by number; NULL past the last. */
	const char *(*account)(void *arg, size_t i);
	/* A number is out of a scope, or in again: from now on in this process too. */
	void (*opted)(void *arg, struct view scope, const struct number *number, bool out);
	void *arg;
};
struct lists *lists_new(const struct lists_setup *setup);
/* After the store has been freed, whose last answers it takes: what is under way ends with an error. */
void lists_free(struct lists *l);

/* Whether it is "global", "<account>" or "<account>/<signature>" of an account that is known. */
bool lists_scope_good(const struct lists *l, struct view scope);

struct lists_report {
	uint64_t lines, rows, changed,
		bad;	  /* rows: stored, or found; changed: of them, not so before; bad: lines left out */
	unsigned percent; /* of the file's octets */
	int64_t ms;
	struct {
		uint64_t line;
		const char *why; /* static text */
	} faults[LISTS_FAULTS_KEPT];
};

/* What is told of something under way; views are good for the call. Members that it does not need may be NULL. */
struct lists_ops {
	void (*progress)(void *arg, const struct lists_report *r); /* about once a second */
	void (*row)(void *arg, const struct lists_place *place, const struct lists_row *row);
	void (*event)(void *arg, const struct lists_event *e);
	/* error: NULL, or a sentence */
	void (*done)(void *arg, const char *error, const struct lists_report *r);
};

/*
 * All below: 0 and ops->done() comes once, later; -1 with *why (static text) when it cannot begin. place, views and
 * names are copied.
 */
#define LISTS_MUST __attribute__((warn_unused_result))

/* One number; in: put in, else taken out. value: of a consent. */
struct lists_one {
	struct lists_place place;
	const struct number *number;
	bool in;
	const char *channel;
	struct view value, text;
};
LISTS_MUST int lists_change(struct lists *l, const struct lists_one *one, const struct lists_ops *ops, void *arg,
			    const char **why);

/*
 * A file: opt-outs "number[,scope[,time]]" (place.name: the scope of lines that name none; may be empty), consents
 * "number,reference[,time[,source]]". One row() never; faults in the report.
 */
LISTS_MUST int lists_import(struct lists *l, const struct lists_place *place, const char *file,
			    const struct lists_ops *ops, void *arg, const char **why);

/*
 * Every number of a place (place.name empty: of all scopes of opt-outs) is given to row(), or written to a file: a new
 * one that takes the place of the old when it is whole. A number may come twice.
 */
LISTS_MUST int lists_scan(struct lists *l, const struct lists_place *place, const char *file,
			  const struct lists_ops *ops, void *arg, const char **why);
/* Where the number stands: row() for each place that has it, of opt-outs all scopes (place.name empty). */
LISTS_MUST int lists_find(struct lists *l, const struct lists_place *place, const struct number *number,
			  const struct lists_ops *ops, void *arg, const char **why);
/* How many numbers each scope has: row() with the count in value, as digits. */
LISTS_MUST int lists_count(struct lists *l, const struct lists_place *place, const struct lists_ops *ops, void *arg,
			   const char **why);
/* event() for each entry about the number (in order); number NULL: the newest `newest` entries, of whoever. */
LISTS_MUST int lists_history(struct lists *l, const struct lists_place *place, const struct number *number,
			     unsigned newest, const struct lists_ops *ops, void *arg, const char **why);

/* --- lists_audit.c: the sets of opt-outs against their history --- */

struct lists_scope_audit {
	const char *scope;
	uint64_t numbers, without_history, without_set; /* without_set: out by the history, and not in the set */
};
#define LISTS_EXAMPLES 10u
struct lists_audit_ops {
	void (*progress)(void *arg, uint64_t entries, uint64_t numbers);
	void (*scope)(void *arg, const struct lists_scope_audit *a);
	/* At most LISTS_EXAMPLES of each kind. */
	void (*example)(void *arg, const char *scope, struct view number, bool without_history);
	void (*done)(void *arg, const char *error);
};
LISTS_MUST int lists_audit(struct lists *l, const struct lists_audit_ops *ops, void *arg, const char **why);

#endif
