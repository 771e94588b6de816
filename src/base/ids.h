/*
 * ids.h - message ids: 18 decimal digits without leading zero, unique across nodes and restarts (design.md 6), and random
 * numbers for jitter.
 *
 * Layout, most significant first: milliseconds since 2020-01-01 UTC scaled with node and counter into
 * 100000000000000000..999999999999999999. The maker never hands out an id twice, also when the clock steps back (it goes on
 * from the last id) and after a restart within the same millisecond (it starts after the clock has moved on).
 */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDS_DIGITS 18
#define IDS_MAX_NODE 99

struct ids {
	unsigned node;
	uint64_t last;
};

void ids_init(struct ids *g, unsigned node);
/* wall_ms: UTC ms. Ascending for one maker. */
uint64_t ids_next(struct ids *g, int64_t wall_ms);
/* The ms since 1970 and the node inside an id. */
int64_t ids_time_ms(uint64_t id);
unsigned ids_node(uint64_t id);
/* Tells the maker of an id in use (journal scan), so that it goes on above it. */
void ids_seen(struct ids *g, uint64_t id);
/* 18 digits and NUL. */
void ids_print(uint64_t id, char out[IDS_DIGITS + 1]);
/* False unless exactly 18 digits without leading zero. */
bool ids_parse(const void *p, size_t n, uint64_t *id);

/* xorshift, seeded from the kernel, or by the caller for scenes. */
struct rng {
	uint64_t s;
};
void rng_seed(struct rng *r, uint64_t seed); /* 0: from getrandom() */
uint64_t rng_next(struct rng *r);
/* 0 <= v < n */
uint64_t rng_below(struct rng *r, uint64_t n);

#endif
