/*
 * map.h - a hash table from a 64-bit hash to a 64-bit value (a pool handle, a pointer). Keys live in the values: the
 * caller compares. Grows step by step, so that no single put takes long at millions of entries (budget: no pause above
 * 1 ms at 4 million).
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

/* Whether value is the one whose key is looked for. */
typedef bool (*map_eq_fn)(uint64_t value, const void *key);

struct map *map_new(void);
void map_free(struct map *m);
/* The same in steps, each a few thousand entries: true while there is more. The map must not be used otherwise. */
bool map_free_step(struct map *m);
/* Adds; the caller has made sure that no equal key is in. 0, or -1 without memory. */
__attribute__((warn_unused_result)) int map_put(struct map *m, uint64_t hash, uint64_t value);
/* Finds the value with that hash for which eq(value, key). */
bool map_find(const struct map *m, uint64_t hash, map_eq_fn eq, const void *key, uint64_t *value);
/* Takes out; false when it was not in. */
bool map_remove(struct map *m, uint64_t hash, map_eq_fn eq, const void *key, uint64_t *value);
size_t map_count(const struct map *m);
/* Every value once, any order; fn must not change the map. */
void map_each(const struct map *m, void (*fn)(uint64_t value, void *arg), void *arg);

/* A good 64-bit hash of octets, seeded once per process against chosen keys. */
uint64_t map_hash(const void *p, size_t n);
uint64_t map_hash_u64(uint64_t v);

#endif
