/*
 * stats.h - counters, gauges and histograms as rows in tables; whoever counts owns plain integers, this room knows
 * where they are and prints them (Prometheus text, plain table, JSON are made by noc/ from the walk here).
 */
#ifndef BASE_STATS_H
#define BASE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/histogram.h"

enum stats_type { STATS_COUNTER, STATS_GAUGE, STATS_HISTOGRAM };

struct stats_row {
	/* Prometheus name: smppgw_..._total for counters, unit suffix (_bytes, _seconds). Whatever is named _seconds or
	 * _seconds_total is counted in us and printed in seconds. */
	const char *name;
	const char *help; /* one sentence */
	enum stats_type type;
	size_t offset;	   /* of a uint64_t (counter, gauge) or struct histogram in the counted object */
	const char *label; /* a fixed second label of this row (label="value"), both NULL when it has none */
	const char *value;
};

/* The registry. */
struct stats;
struct stats *stats_new(void);
void stats_free(struct stats *s);
/*
 * Adds an object to be counted: rows[n] (static) at object (borrowed until stats_drop), labelled label="value" (label
 * may be NULL: no label; value is copied; label must be static). before(object) may be NULL; it is called before a
 * walk reads gauges.
 */
void stats_add(struct stats *s, const struct stats_row *rows, size_t n, void *object, const char *label,
	       const char *value, void (*before)(void *object));
/* Forgets all that was added for object; harmless when there is nothing. Not inside a call of a walk, but between its
 * steps. */
void stats_drop(struct stats *s, const void *object);

struct stats_sample {
	const struct stats_row *row;
	const char *label, *label_value; /* of the object; NULL when none */
	const void *at;			 /* const uint64_t * or const struct histogram * */
};
typedef void (*stats_walk_fn)(const struct stats_sample *sample, void *arg);
/*
 * Every sample, grouped by row name (all objects of one name together), names in the order of their first stats_add().
 */
void stats_walk(struct stats *s, stats_walk_fn fn, void *arg);

/*
 * The same in steps, with whatever happens between them: before() is called for all first; each sample that is there at
 * the beginning and not dropped meanwhile is told once. Must be freed before the registry is.
 */
#define STATS_WALK_HISTOGRAM 16 /* samples that one of a histogram counts as */
struct stats_walk;
struct stats_walk *stats_walk_new(struct stats *s);
/* Tells of about n samples, or calls before() of so many objects; false: all is told. */
bool stats_walk_some(struct stats_walk *w, size_t n, stats_walk_fn fn, void *arg);
void stats_walk_free(struct stats_walk *w); /* NULL is none */

#endif
