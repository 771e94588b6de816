/*
 * memo.c - the latest records of messages that no store keeps. Must not know what a record says, nor what the hash is
 * of.
 *
 * Entries stand one behind the other in a ring; places are counted from the beginning of time and never go back, so
 * that an older place than the ring reaches says by itself that its entry is gone. A table of heads has the place of
 * the newest entry of each hash, an entry that of the one before it: nothing is ever taken out.
 */
#include "path/memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define RING_LEAST 65536u
#define ALIGN	   16u
#define PER_HEAD   512u /* octets of the ring to one head: about an entry */

struct head {
	uint64_t before; /* place + 1 of the one before it in the chain; 0: none */
	uint64_t id;
	int64_t at_ms;
	uint32_t hash, n;
};

struct memo {
	uint8_t *ring;
	size_t asked, size;
	uint64_t end;	 /* place behind the newest entry */
	size_t at;	 /* where in the ring that is: its remainder by size, which takes long to divide by; or size */
	uint64_t *heads; /* place + 1 of the newest entry; 0: none */
	uint32_t mask;
};

/* The largest power of two that is not above n. */
static size_t power_below(size_t n)
{
	size_t p = 1;
	while (p <= n / 2)
		p *= 2;
	return p;
}

struct memo *memo_new(size_t bytes)
{
	struct memo *r = mem_zalloc(sizeof(*r));
	r->asked = bytes;
	r->size = (bytes < RING_LEAST ? RING_LEAST : bytes) / ALIGN * ALIGN;
	size_t heads = power_below(r->size / PER_HEAD);
	r->mask = (uint32_t)heads - 1;
	r->ring = malloc(r->size);
	r->heads = calloc(heads, sizeof(*r->heads));
	if (!r->ring || !r->heads) {
		memo_free(r);
		return NULL;
	}
	return r;
}

void memo_free(struct memo *r)
{
	if (!r)
		return;
	free(r->ring);
	free(r->heads);
	mem_free(r);
}

size_t memo_size(const struct memo *r)
{
	return r->asked;
}

void memo_put(struct memo *r, uint32_t hash, const struct memo_entry *e)
{
	size_t n = (sizeof(struct head) + e->rec.n + ALIGN - 1) / ALIGN * ALIGN;
	if (n > r->size / 4)
		return;
	if (r->at + n > r->size) { /* an entry does not go around the end */
		r->end += r->size - r->at;
		r->at = 0;
	}
	uint8_t *to = r->ring + r->at;
	uint64_t *head = &r->heads[hash & r->mask];
	const struct head h = {.before = *head, .id = e->id, .at_ms = e->at_ms, .hash = hash, .n = e->rec.n};
	memcpy(to, &h, sizeof(h));
	memcpy(to + sizeof(h), e->rec.p, e->rec.n);
	*head = r->end + 1;
	r->end += n;
	r->at += n;
}

/* Whether what was written at a place has not been overwritten. */
static bool is_there(const struct memo *r, uint64_t place)
{
	return place + r->size >= r->end;
}

void memo_each(const struct memo *r, uint32_t hash, bool (*fn)(void *arg, const struct memo_entry *e), void *arg)
{
	for (uint64_t next = r->heads[hash & r->mask]; next && is_there(r, next - 1);) {
		const uint8_t *p = r->ring + (next - 1) % r->size;
		struct head h;
		memcpy(&h, p, sizeof(h));
		const struct memo_entry e = {h.id, h.at_ms, {p + sizeof(h), h.n}};
		if (h.hash == hash && !fn(arg, &e))
			return;
		next = h.before;
	}
}
