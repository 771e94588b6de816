/*
 * redis_out.c - commands that wait to be written, in chunks: whatever waits, adding one and taking one cost the same,
 * and nothing that waits is moved. Must not know who writes them, or when.
 */
#include "base/redis_out.h"

#include <string.h>
#include "base/mem.h"

/* Octets of a chunk with what malloc puts in front: such memory is kept and used again, larger blocks go back to the
 * system each time. */
#define REDIS_CHUNK ((size_t)64 << 10)

struct redis_chunk {
	struct redis_chunk *next;
	size_t size, put, got; /* octets in all, written so far, read so far */
	uint8_t data[];	       /* commands: a size_t of octets, then those */
};

static struct redis_chunk *redis_chunk_new(size_t least)
{
	size_t usual = REDIS_CHUNK - sizeof(struct redis_chunk), size = least > usual ? least : usual;
	struct redis_chunk *c = mem_realloc(NULL, sizeof(*c) + size);

	*c = (struct redis_chunk){.size = size};
	return c;
}

void redis_out_put(struct redis_out *o, const uint8_t *cmd, size_t n)
{
	struct redis_chunk *c = o->last;

	if (c == NULL || c->size - c->put < sizeof(n) + n) {
		c = redis_chunk_new(sizeof(n) + n);
		if (o->last != NULL)
			o->last->next = c;
		else
			o->first = c;
		o->last = c;
	}
	memcpy(c->data + c->put, &n, sizeof(n));
	memcpy(c->data + c->put + sizeof(n), cmd, n);
	c->put += sizeof(n) + n;
	o->octets += n;
}

bool redis_out_empty(const struct redis_out *o)
{
	return o->first == NULL;
}

const uint8_t *redis_out_first(const struct redis_out *o, size_t *n)
{
	const struct redis_chunk *c = o->first;

	if (c == NULL)
		return NULL;
	memcpy(n, c->data + c->got, sizeof(*n));
	return c->data + c->got + sizeof(*n);
}

static void redis_out_free_first(struct redis_out *o)
{
	struct redis_chunk *c = o->first;

	o->first = c->next;
	if (o->first == NULL)
		o->last = NULL;
	mem_free(c);
}

void redis_out_drop(struct redis_out *o)
{
	struct redis_chunk *c = o->first;
	size_t n;

	redis_out_first(o, &n);
	c->got += sizeof(n) + n;
	o->octets -= n;
	if (c->got == c->put)
		redis_out_free_first(o);
}

void redis_out_clear(struct redis_out *o)
{
	while (o->first != NULL)
		redis_out_free_first(o);
	o->octets = 0;
}
