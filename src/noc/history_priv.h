/*
 * history_priv.h - what the files history*.c share. Nobody else includes it.
 */
#ifndef NOC_HISTORY_PRIV_H
#define NOC_HISTORY_PRIV_H

#include "noc/history.h"

#define HISTORY_HOURS 25		   /* the last day touches so many */
#define HISTORY_RING  (HISTORY_HOURS * 60) /* minutes that have a slot */
#define HISTORY_TENS  7			   /* spans of ten seconds, the one under way too */
#define HISTORY_LATE  17		   /* minutes of latencies, the one under way too */
#define HISTORY_FULL  HISTORY_COLUMNS	   /* columns of an object with latencies */
#define HISTORY_PLAIN TALLY_WHATS	   /* ... of others: counters only */

/* A distribution of latencies as it stood at a moment: counts modulo 2^32, good for differences. */
struct history_shot {
	uint32_t bucket[TALLY_TIMES][HISTOGRAM_BUCKETS];
};

struct history_latencies {
	struct history_shot look;		/* at the last look */
	struct history_shot minute;		/* when the minute under way began */
	struct history_shot tens[HISTORY_TENS]; /* when spans of ten seconds began */
	struct history_shot late[HISTORY_LATE]; /* when minutes of the monotonic clock began */
};

struct history_object {
	char *name;
	enum tally_dim dim;
	unsigned width;		 /* columns of a slot */
	uint64_t live;		 /* the look that saw it last */
	uint64_t submits, flaps; /* at the last look, since the process started */
	uint64_t sums[HISTORY_SPANS][TALLY_WHATS];
	uint64_t hour_flaps;
	uint64_t now[HISTORY_GAUGES];
	uint32_t *seconds;		/* [HISTORY_SECONDS][width]; NULL: nothing yet */
	uint32_t *hours[HISTORY_HOURS]; /* [60][width]; NULL: nothing in that hour */
	struct history_latencies *late; /* NULL: nothing was measured yet */
};

struct history_seat { /* of a place in the tally */
	uint32_t serial;
	bool tried; /* in this minute, and no room was found */
	struct history_object *o;
	uint64_t last[TALLY_WHATS];
};

struct history_kind {			 /* a dimension */
	struct history_object **objects; /* by name */
	size_t n, cap;
	struct history_seat *seats; /* by place */
	size_t seats_n;
};

struct history {
	struct history_kind kinds[TALLY_DIMS];
	uint64_t looks;
	int64_t second;	  /* number of the one under way, monotonic */
	int64_t begun_ms; /* monotonic: when it began */
	int64_t minute;	  /* UTC; 0: no look yet */
	int64_t wall_ms;  /* of the last look */
	bool known_seconds[HISTORY_SECONDS];
	bool known_minutes[HISTORY_RING];
	uint64_t left_out;
};

/* Found by name, or made; NULL: there is no room. */
struct history_object *history_object_of(struct history *h, enum tally_dim d, const char *name);
uint32_t *history_slot(const struct history_object *o, int64_t minute); /* NULL: all 0 */
uint32_t *history_slot_made(struct history_object *o, int64_t minute);
static inline size_t history_second_at(int64_t second)
{
	return (size_t)(second % HISTORY_SECONDS);
}
static inline size_t history_minute_at(int64_t minute)
{
	return (size_t)(minute % HISTORY_RING);
}
#define HISTORY_15M_MINUTES  16
#define HISTORY_FLAP_MINUTES 60
#define HISTORY_NAME_MAX     512u /* octets */
/* Adds v to a column of a slot as the column adds up: counters in sum, states and latencies as the greatest. */
void history_gather(uint32_t *slot, unsigned column, uint64_t v);
/* Latencies in a slot: in units of 10 us, 0 for nothing measured. */
void history_gather_times(uint32_t *slot, enum tally_time what, const struct history_quantiles *q);
/* The quantiles of what came between two moments; false: nothing did. */
bool history_between(const struct history_shot *from, const struct history_shot *to, enum tally_time what,
		     struct history_quantiles *out);

#endif
