/*
 * ids.h - message ids: 18 decimal digits without leading zero, unique across nodes and restarts (design.md 6), and
 * random numbers for jitter.
 *
 * Layout: 13 digits of milliseconds since 2020-01-01 UTC plus 10^12, 2 digits of node, 3 digits of counter; good until
 * the year 2305, 1,000 ids per ms and node. The maker never hands out an id twice, also when the clock steps back or a
 * ms is used up (it goes on from the last id, into the next ms), and after a restart within the same ms (the first id
 * of a maker lies 1 ms ahead of the clock). Before the first ids_next() a node tells the ids of its journal by
 * ids_seen().
 */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDS_DIGITS   18
#define IDS_MAX_NODE 99

struct ids {
	unsigned node;
	uint64_t last;
};

void ids_init(struct ids *g, unsigned node);
/* wall_ms: UTC ms since 1970. Ascending for one maker. */
uint64_t ids_next(struct ids *g, int64_t wall_ms);
/* The ms since 1970 (a little ahead of the clock at times, see above) and the node inside an id. */
int64_t ids_time_ms(uint64_t id);
unsigned ids_node(uint64_t id);
/* Tells the maker of an id in use (journal scan), so that it goes on above it; ids of other nodes do not matter. */
void ids_seen(struct ids *g, uint64_t id);
/* 18 digits and NUL. */
void ids_print(uint64_t id, char out[IDS_DIGITS + 1]);
/* False unless exactly 18 digits without leading zero. */
bool ids_parse(const void *p, size_t n, uint64_t *id);

/* xorshift64*, not for secrets; seeded from the kernel, or by the caller for scenes. */
struct rng {
	uint64_t s;
};
void rng_seed(struct rng *r, uint64_t seed); /* 0: from getrandom() */
uint64_t rng_next(struct rng *r);
/* 0 <= v < n */
uint64_t rng_below(struct rng *r, uint64_t n);

#endif
