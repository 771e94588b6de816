/*
 * lists_priv.h - what lists.c (the base, single changes, imports), lists_read.c and lists_audit.c share. Nobody else
 * includes it.
 */
#ifndef PATH_LISTS_PRIV_H
#define PATH_LISTS_PRIV_H

#include "base/list.h"
#include "base/loop.h"
#include "path/lists.h"

struct lists {
	struct lists_setup setup;
	struct list jobs;
};

/* Something under way; the first member of what each kind of it needs. */
struct lists_job {
	struct list link;
	struct lists *lists;
	const struct lists_ops *ops;
	void *arg;
	struct timer timer;
	unsigned in_flight; /* answers of the store that are awaited */
	bool failed;	    /* ends when none is awaited any more */
	int64_t began_ms, told_ms;
	struct lists_report report;
	/* What is next; called in a later turn, and after an answer. Must not be called when failed. */
	void (*step)(struct lists_job *job);
	void (*free)(struct lists_job *job); /* what it has besides itself */
};

extern const char lists_away[], lists_failed[], lists_scope_bad[]; /* reasons */

/* Takes job, zeroed and allocated, into the list; its first step comes in a later turn. */
void lists_job_begin(struct lists *l, struct lists_job *job, const struct lists_ops *ops, void *arg);
/* Tells the end and frees it. error: NULL, or why. */
void lists_job_end(struct lists_job *job, const char *error);
/* A command has been sent, or not (sent < 0: it fails). */
void lists_job_sent(struct lists_job *job, int sent);
/* An answer has come. True: go on (in this call, or by lists_job_next()); false: it has failed, and may be gone. */
bool lists_job_answered(struct lists_job *job, bool ok);
/* The next step in a later turn. */
void lists_job_next(struct lists_job *job);

/* Gives the names of all scopes: global, the accounts', those that have been used; to be freed by lists_names_free().
 */
struct lists_names {
	char **at;
	size_t n, cap;
};
void lists_names_add(struct lists_names *names, struct view name); /* once */
void lists_names_known(const struct lists *l, struct lists_names *names);
void lists_names_free(struct lists_names *names);

#endif
