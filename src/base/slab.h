/*
 * slab.h - variable-sized octet blocks in size classes of 32 octets up to 1 KiB, malloc above. n must be given back on
 * free. Blocks are aligned to 16.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slab;
struct slab *slab_new(void);
void slab_destroy(struct slab *s);		   /* frees all memory, given back or not */
void *slab_alloc(struct slab *s, size_t n);	   /* not zeroed; NULL without memory */
void slab_free(struct slab *s, void *p, size_t n); /* NULL does no harm */
/* Whether what was made for n octets has room for the other, and the other way round. */
bool slab_fits(size_t n, size_t other);
size_t slab_bytes(const struct slab *s); /* held by callers now, rounded to classes */

#endif
