/*
 * pool.h - a pool of objects of one size, in chunks that never move. Handles are index and generation: a handle to an
 * object that was given back is stale and pool_get() says NULL. Handle 0 is never valid. Objects are aligned to 8.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;
struct pool *pool_new(size_t item_size, uint32_t max_items);
void pool_free(struct pool *p);
void *pool_take(struct pool *p, uint64_t *handle); /* zeroed; NULL at max_items or without memory */
void pool_give(struct pool *p, uint64_t handle);   /* a stale handle is a programming error: abort */
void *pool_get(const struct pool *p, uint64_t handle);
uint32_t pool_count(const struct pool *p); /* taken now */
size_t pool_bytes(const struct pool *p);   /* memory held from the system; it is kept for the next objects */
/* Every taken object, any order; fn may give back the one it was called for. */
void pool_each(struct pool *p, void (*fn)(void *item, uint64_t handle, void *arg), void *arg);
/* The same for the next n places from *at on, which starts at 0; false when there are no more. What is taken meanwhile
 * may be missed. */
bool pool_slice(struct pool *p, uint32_t *at, uint32_t n, void (*fn)(void *item, uint64_t handle, void *arg),
		void *arg);

#endif
