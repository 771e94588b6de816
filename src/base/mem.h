/*
 * mem.h - allocation: start-up and per-connection memory through mem_*, which end the process with a clear message when
 * there is none; per-message memory through pools and size classes, which say no (NULL) so that the peer can be told.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *mem_zalloc(size_t n);           /* zeroed, never NULL */
void *mem_realloc(void *p, size_t n); /* never NULL for n > 0 */
char *mem_strdup(const char *s);      /* NULL for NULL */
char *mem_strndup(const void *s, size_t n);
void mem_free(void *p);

/*
 * A pool of objects of one size, in chunks that never move. Handles are index and generation: a handle to an object
 * that was given back is stale and pool_get() says NULL. Handle 0 is never valid.
 */
struct pool;
struct pool *pool_new(size_t item_size, uint32_t max_items);
void pool_free(struct pool *p);
void *pool_take(struct pool *p, uint64_t *handle); /* zeroed; NULL at max_items or without memory */
void pool_give(struct pool *p, uint64_t handle);   /* a stale handle is a programming error: abort */
void *pool_get(const struct pool *p, uint64_t handle);
uint32_t pool_count(const struct pool *p);

/*
 * Variable-sized octet blocks in size classes of 32 octets up to 1 KiB, malloc above. n must be given back on free.
 */
struct slab;
struct slab *slab_new(void);
void slab_destroy(struct slab *s); /* frees all memory, given back or not */
void *slab_alloc(struct slab *s, size_t n); /* not zeroed; NULL without memory */
void slab_free(struct slab *s, void *p, size_t n);
size_t slab_bytes(const struct slab *s); /* held by callers now, rounded to classes */

#endif
