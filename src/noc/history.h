/*
 * history.h - what happened in each of the last 60 seconds and the last 1440 minutes, for every carrier, operator,
 * account, class, campaign and reason that the tally counts, and for all together. Bounded memory; knows no Redis, no
 * flow: who has one feeds it (noc/watch.h) and keeps it (noc/history_keep.h).
 *
 * Seconds are of the monotonic clock, minutes of UTC. When the clock is set forward, the minutes between are not known;
 * set back by up to HISTORY_BACK minutes, the minute under way goes on until the clock has caught up; set back further,
 * what was noted for minutes that are now to come is forgotten.
 *
 * Memory: an object takes 2 KiB, and 2 KiB for each hour of the last 25 in which it did something; a carrier, a class
 * and "all" 5 KiB and 5 KiB, and 146 KiB for their latencies. So a carrier that is always busy takes 290 KiB, an
 * account 50 KiB. There are at most 256 carriers, 64 operators, 1024 accounts, 16 classes, 128 campaigns and 65
 * reasons; when there are more, those are forgotten first that are not counted any more.
 */
#ifndef NOC_HISTORY_H
#define NOC_HISTORY_H

#include "base/buf.h"
#include "path/tally.h"

#define HISTORY_SECONDS 60
#define HISTORY_MINUTES 1440
#define HISTORY_BACK	2

enum history_gauge { /* of "all" and carriers */
		     HISTORY_QUEUED,
		     HISTORY_OLDEST,	  /* s: how long the oldest of these waits */
		     HISTORY_OUTSTANDING, /* submits without answer */
		     HISTORY_SUBMITS,	  /* submits in this time; each part of a text is one */
		     HISTORY_FLAPS,	  /* binds lost in this time */
		     HISTORY_GAUGES
};

enum history_span {
	HISTORY_1M,  /* the last 60 seconds */
	HISTORY_15M, /* the minute under way and the 15 before */
	HISTORY_24H, /* the minute under way and the 1439 before */
	HISTORY_SPANS
};
const char *history_span_name(enum history_span s); /* "1m", "15m", "24h" */

struct history;
struct history_object;
struct history *history_new(void);
void history_free(struct history *h);

/* State of an object of TALLY_ALL (name "") or TALLY_CARRIER now; submits and flaps since the process started. */
struct history_state {
	const char *name;
	uint64_t gauges[HISTORY_GAUGES];
};
/*
 * A look: about once a second. now_ms: monotonic, wall_ms: UTC. carriers: their states; all: the state of all.
 */
void history_look(struct history *h, const struct tally *tally, int64_t now_ms, int64_t wall_ms,
		  const struct history_state *all, const struct history_state *carriers, size_t carriers_n);

/* --- reading; objects are good until the next look --- */

const struct history_object *history_find(const struct history *h, enum tally_dim d, const char *name);
/* Each that did something in the last day, in order of their names. */
void history_each(const struct history *h, enum tally_dim d,
		  void (*fn)(void *arg, const char *name, const struct history_object *o), void *arg);
/* o: NULL counts as one that did nothing, here and below. */
void history_sums(const struct history_object *o, enum history_span span, uint64_t out[TALLY_WHATS]);
/* Of the last look; of HISTORY_FLAPS the sum of an hour. */
uint64_t history_gauge(const struct history_object *o, enum history_gauge g);
double history_rate(const struct history *h, const struct history_object *o); /* submits/s, mean of 5 s */
struct history_quantiles {
	int64_t p50, p95, p99; /* us */
};
/* span: HISTORY_1M (60 to 70 s) or HISTORY_15M; false: nothing was measured. */
bool history_latency(const struct history *h, const struct history_object *o, enum history_span span,
		     enum tally_time what, struct history_quantiles *out);

/* A series, oldest first; HISTORY_UNKNOWN where nothing is known. */
#define HISTORY_UNKNOWN (-1)
enum history_quantile { HISTORY_P50, HISTORY_P95, HISTORY_P99, HISTORY_QUANTILES };
enum history_column { /* counters first, by their enum tally_what; gauges next, by enum history_gauge */
		      HISTORY_COLUMN_GAUGE = TALLY_WHATS,
		      HISTORY_COLUMN_TIME = HISTORY_COLUMN_GAUGE + HISTORY_GAUGES, /* us: HISTORY_COLUMN_OF() */
		      HISTORY_COLUMNS = HISTORY_COLUMN_TIME + TALLY_TIMES * HISTORY_QUANTILES
};
/* The column of a quantile (enum history_quantile) of an enum tally_time. */
#define HISTORY_COLUMN_OF(time, quantile)                                                                              \
	(HISTORY_COLUMN_TIME + (unsigned)(time)*HISTORY_QUANTILES + (unsigned)(quantile))
struct history_series {
	int64_t from_ms; /* UTC ms of the first point */
	unsigned points;
	int64_t v[HISTORY_MINUTES];
};
/* o: of dimension d, or NULL. */
void history_minutes(const struct history *h, enum tally_dim d, const struct history_object *o, unsigned column,
		     struct history_series *out);
void history_seconds(const struct history *h, enum tally_dim d, const struct history_object *o, unsigned column,
		     struct history_series *out);

/* --- keeping: a minute as octets --- */

int64_t history_minute(const struct history *h); /* the one under way: UTC minutes since 1970; 0: no look yet */
bool history_known(const struct history *h, int64_t minute);
/* Appends what is known of a minute. */
void history_save(const struct history *h, int64_t minute, struct buf *out);
/* Adds what was kept. False: these are not octets of history_save(), what could be read was added. */
bool history_load(struct history *h, int64_t minute, struct view octets);

struct history_stats {
	uint64_t objects, bytes;
	uint64_t left_out; /* objects that found no room */
};
void history_stats(const struct history *h, struct history_stats *out);

#endif
