/*
 * pool.c - objects of one size behind handles that can go stale safely. Knows nothing of the objects. Memory grows by
 * chunks and is kept until the pool ends.
 */
#include "base/pool.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "base/poison.h"

#define POOL_CHUNK 65536u /* octets of a chunk, about */
#define POOL_LINE                                                                                                      \
	64u /* octets of a line of the cache: an item whose stride is some of them lies in no more than these */
#define POOL_END UINT32_MAX

struct pool_item {     /* header; the object follows */
	uint32_t gen;  /* odd while taken; the upper half of the handle */
	uint32_t next; /* index of the next free item, POOL_END at the end */
};

struct pool {
	uint8_t **chunk;
	size_t stride; /* octets from item to item, header included */
	size_t item_size;
	unsigned shift;	    /* items in a chunk: 1 << shift */
	uint32_t chunks;    /* in use */
	uint32_t chunk_cap; /* entries of chunk[] */
	uint32_t made;	    /* items that have been handed out at least once */
	uint32_t max, count, free_head;
};

struct pool *pool_new(size_t item_size, uint32_t max_items)
{
	struct pool *p = mem_zalloc(sizeof(*p));

	p->item_size = item_size;
	p->stride = sizeof(struct pool_item) + (item_size + 7) / 8 * 8;
	while (p->shift < 16 && (p->stride << (p->shift + 1)) <= POOL_CHUNK && (1u << p->shift) < max_items)
		p->shift++;
	p->max = max_items < POOL_END ? max_items : POOL_END - 1;
	p->free_head = POOL_END;
	return p;
}

void pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->chunks; i++) {
		UNPOISON(p->chunk[i], p->stride << p->shift);
		free(p->chunk[i]);
	}
	free(p->chunk);
	mem_free(p);
}

static struct pool_item *pool_item(const struct pool *p, uint32_t index)
{
	size_t at = (index & ((1u << p->shift) - 1)) * p->stride;

	return (struct pool_item *)(void *)(p->chunk[index >> p->shift] + at);
}

static bool pool_grow(struct pool *p)
{
	size_t size = p->stride << p->shift;

	if (p->chunks == p->chunk_cap) {
		uint32_t cap = p->chunk_cap > 0 ? p->chunk_cap * 2 : 8;
		uint8_t **list = realloc(p->chunk, cap * sizeof(*list));
		if (list == NULL)
			return false;
		p->chunk = list;
		p->chunk_cap = cap;
	}
	uint8_t *mem = aligned_alloc(POOL_LINE, (size + POOL_LINE - 1) / POOL_LINE * POOL_LINE);
	if (mem == NULL)
		return false;
	POISON(mem, size);
	p->chunk[p->chunks++] = mem;
	return true;
}

/* An item that was never handed out; its header is made here. POOL_END when there is no memory. */
static uint32_t pool_make(struct pool *p)
{
	if (p->made >> p->shift == p->chunks && !pool_grow(p))
		return POOL_END;

	struct pool_item *it = pool_item(p, p->made);
	UNPOISON(it, sizeof(*it));
	it->gen = 0;
	it->next = POOL_END;
	return p->made++;
}

void *pool_take(struct pool *p, uint64_t *handle)
{
	uint32_t index = p->free_head;

	if (p->count >= p->max)
		return NULL;
	if (index == POOL_END)
		index = pool_make(p);
	else
		p->free_head = pool_item(p, index)->next;
	if (index == POOL_END)
		return NULL;

	struct pool_item *it = pool_item(p, index);
	it->gen++;
	it->next = POOL_END;
	p->count++;
	*handle = (uint64_t)it->gen << 32 | index;
	UNPOISON(it + 1, p->stride - sizeof(*it));
	return memset(it + 1, 0, p->item_size);
}

/* The taken item of a handle, or NULL. */
static struct pool_item *pool_find(const struct pool *p, uint64_t handle)
{
	uint32_t index = (uint32_t)handle, gen = (uint32_t)(handle >> 32);

	if (index >= p->made || (gen & 1) == 0)
		return NULL;

	struct pool_item *it = pool_item(p, index);
	return it->gen == gen ? it : NULL;
}

void pool_give(struct pool *p, uint64_t handle)
{
	struct pool_item *it = pool_find(p, handle);

	if (it == NULL) {
		fprintf(stderr, "smppgw: a pooled object was given back twice: handle=%016llx\n",
			(unsigned long long)handle);
		abort();
	}
	it->gen++;
	it->next = p->free_head;
	p->free_head = (uint32_t)handle;
	p->count--;
	POISON(it + 1, p->stride - sizeof(*it));
}

void *pool_get(const struct pool *p, uint64_t handle)
{
	struct pool_item *it = pool_find(p, handle);

	return it == NULL ? NULL : it + 1;
}

uint32_t pool_count(const struct pool *p)
{
	return p->count;
}

size_t pool_bytes(const struct pool *p)
{
	return (size_t)p->chunks * (p->stride << p->shift);
}

bool pool_slice(struct pool *p, uint32_t *at, uint32_t n, void (*fn)(void *item, uint64_t handle, void *arg), void *arg)
{
	for (uint32_t end = n < p->made - *at ? *at + n : p->made; *at < end; ++*at) {
		struct pool_item *it = pool_item(p, *at);
		if ((it->gen & 1) != 0)
			fn(it + 1, (uint64_t)it->gen << 32 | *at, arg);
	}
	return *at < p->made;
}

void pool_each(struct pool *p, void (*fn)(void *item, uint64_t handle, void *arg), void *arg)
{
	uint32_t at = 0;

	while (pool_slice(p, &at, UINT32_MAX, fn, arg))
		;
}
