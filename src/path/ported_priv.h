/*
 * ported_priv.h - what ported.c and ported_load.c share. Nobody else includes it.
 */
#ifndef PATH_PORTED_PRIV_H
#define PATH_PORTED_PRIV_H

#include "path/ported.h"
#include "path/ported_table.h"
#include "path/store_ported.h"

#define PORTED_NAMES 250u /* operators that occur in tables */

struct ported_set { /* one table with its counts */
	struct ported_table *table;
	uint64_t at[PORTED_NAMES], not_at[PORTED_NAMES];
};

struct ported_stats {
	uint64_t numbers, octets, ready; /* gauges */
	uint64_t learnt, loads, rows, bad;
};

struct ported {
	struct ported_setup setup;
	struct timer tick;
	struct ported_set *set;	 /* in force; never NULL */
	struct ported_set *next; /* being read, beside it */
	enum ported_state state;
	struct store_ported_meta meta; /* what `set` shows, or what is being read */
	unsigned bucket, asked;	       /* reading: the next one to ask for; not answered yet */
	bool known;		       /* has been read once */
	bool failed, following, again;
	bool others; /* other nodes have changed numbers */
	int64_t began_ms, followed_ms;
	char *names[PORTED_NAMES];
	int8_t operators[PORTED_NAMES]; /* by name: its number in routes, -1 none */
	size_t names_n, mapped;		/* mapped: routes_operators() when operators[] was made */
	struct ported_job *job;
	struct ported_stats counters;
};

struct ported_set *ported_set_new(void);
void ported_set_free(struct ported_set *set);
/* The number of a name, added when it is new; -1: too many, or it cannot stand in a table. */
int ported_name(struct ported *p, const char *name, size_t n);
/* Puts that a number is served by the operator with this name's number. */
bool ported_set_at(struct ported_set *set, const struct number *number, int name);
/* A row as the store has it, into a set; the number's bucket, or -1 when it is none. */
int ported_take_row(struct ported *p, struct ported_set *set, struct view number, struct view value);
/* Another table is in force, of this epoch; the old one is freed. */
void ported_replace(struct ported *p, struct ported_set *set, unsigned which, uint64_t epoch);
/* What is in memory may not be what is stored: it is read anew. */
void ported_read_again(struct ported *p);

/* Once a second, while a file is loaded. */
void ported_job_tick(struct ported_job *job);
void ported_job_stop(struct ported_job *job); /* the gateway leaves; the store has gone */

#endif
