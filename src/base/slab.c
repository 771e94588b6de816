/*
 * slab.c - octet blocks of many sizes without malloc's 16-octet overhead and fragmentation: message texts, records.
 * Memory of the small classes is kept for the next blocks of the class.
 */
#include "base/slab.h"

#include <stdlib.h>
#include <string.h>
#include "base/list.h"
#include "base/mem.h"
#include "base/poison.h"

#define SLAB_STEP    32u
#define SLAB_CLASSES 32u /* up to 1,024 octets */
#define SLAB_CHUNK   65536u

struct slab_free_block {
	struct slab_free_block *next;
};

struct slab_class {
	struct slab_free_block *free;
	uint8_t *fresh;	   /* the rest of the newest chunk */
	size_t fresh_left; /* octets */
};

struct slab_chunk { /* begins every chunk and every large block; 16 octets keep the alignment */
	struct list link;
};

struct slab {
	struct slab_class class[SLAB_CLASSES];
	struct list chunks; /* of the small classes */
	struct list large;
	size_t bytes;
};

struct slab *slab_new(void)
{
	struct slab *s = mem_zalloc(sizeof(*s));

	list_init(&s->chunks);
	list_init(&s->large);
	return s;
}

void slab_destroy(struct slab *s)
{
	if (s == NULL)
		return;
	LIST_EACH_SAFE(node, tmp, &s->chunks) {
		UNPOISON(node, SLAB_CHUNK);
		free(LIST_OF(node, struct slab_chunk, link));
	}
	LIST_EACH_SAFE(node, tmp, &s->large)
		free(LIST_OF(node, struct slab_chunk, link));
	mem_free(s);
}

static unsigned slab_class_of(size_t n)
{
	return n == 0 ? 0 : (unsigned)((n - 1) / SLAB_STEP);
}

static void *slab_fresh(struct slab *s, struct slab_class *c, size_t size)
{
	if (c->fresh_left < size) {
		struct slab_chunk *chunk = malloc(SLAB_CHUNK);
		if (chunk == NULL)
			return NULL;
		list_append(&s->chunks, &chunk->link);
		c->fresh = (uint8_t *)(chunk + 1);
		c->fresh_left = SLAB_CHUNK - sizeof(*chunk);
		POISON(c->fresh, c->fresh_left);
	}

	void *p = c->fresh;
	c->fresh += size;
	c->fresh_left -= size;
	return p;
}

static void *slab_large(struct slab *s, size_t n)
{
	if (n > SIZE_MAX - sizeof(struct slab_chunk))
		return NULL;

	struct slab_chunk *block = malloc(sizeof(*block) + n);
	if (block == NULL)
		return NULL;
	list_append(&s->large, &block->link);
	s->bytes += n;
	return block + 1;
}

bool slab_fits(size_t n, size_t other)
{
	return n != 0 && other != 0 && n <= SLAB_STEP * SLAB_CLASSES && slab_class_of(n) == slab_class_of(other);
}

void *slab_alloc(struct slab *s, size_t n)
{
	unsigned class = slab_class_of(n);

	if (n > SLAB_STEP * SLAB_CLASSES)
		return slab_large(s, n);

	struct slab_class *c = &s->class[class];
	size_t size = (size_t)(class + 1) * SLAB_STEP;
	void *p = c->free;
	if (p != NULL) {
		UNPOISON(p, size);
		c->free = c->free->next;
		__builtin_prefetch(c->free); /* for the next one: what is free has been in no cache for long */
	} else {
		p = slab_fresh(s, c, size);
		if (p == NULL)
			return NULL;
		UNPOISON(p, size);
	}
	s->bytes += size;
	return p;
}

void slab_free(struct slab *s, void *p, size_t n)
{
	if (p == NULL)
		return;
	if (n > SLAB_STEP * SLAB_CLASSES) {
		struct slab_chunk *block = (struct slab_chunk *)p - 1;
		list_remove(&block->link);
		s->bytes -= n;
		free(block);
		return;
	}

	unsigned class = slab_class_of(n);
	struct slab_free_block *block = p;
	block->next = s->class[class].free;
	s->class[class].free = block;
	s->bytes -= (size_t)(class + 1) * SLAB_STEP;
	POISON(block, (size_t)(class + 1) * SLAB_STEP);
}

size_t slab_bytes(const struct slab *s)
{
	return s->bytes;
}
