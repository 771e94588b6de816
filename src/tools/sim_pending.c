/*
 * sim_pending.c - a million timed records at little cost: a ring of one-millisecond buckets with a bitmap of those in
 * use; what is due later than one round of the ring stays in its bucket for another round. Knows no sessions.
 */
#include "tools/sim_pending.h"

#include <string.h>

#include "base/mem.h"

#define CHUNK 4096u  /* records */
#define RING  65536u /* buckets: one round is 65.5 s */
#define WORDS (RING / 64)

struct sim_pending {
	struct sim_message **chunks;
	uint32_t chunks_n, max, count;
	struct sim_fifo unused;
	uint32_t timed;
	int64_t at_ms; /* every bucket before this time has been emptied */
	struct sim_fifo ring[RING];
	uint64_t used[WORDS];
};

void sim_fifo_init(struct sim_fifo *f)
{
	*f = (struct sim_fifo){.head = SIM_NONE, .tail = SIM_NONE};
}

struct sim_message *sim_pending_at(const struct sim_pending *p, uint32_t i)
{
	return &p->chunks[i / CHUNK][i % CHUNK];
}

void sim_fifo_put(struct sim_pending *p, struct sim_fifo *f, uint32_t i)
{
	sim_pending_at(p, i)->next = SIM_NONE;
	if (f->head == SIM_NONE)
		f->head = i;
	else
		sim_pending_at(p, f->tail)->next = i;
	f->tail = i;
	f->count++;
}

uint32_t sim_fifo_take(struct sim_pending *p, struct sim_fifo *f)
{
	uint32_t i = f->head;

	if (i == SIM_NONE)
		return i;
	f->head = sim_pending_at(p, i)->next;
	f->count--;
	return i;
}

void sim_fifo_splice(struct sim_pending *p, struct sim_fifo *into, struct sim_fifo *from)
{
	if (from->head == SIM_NONE)
		return;
	if (into->head == SIM_NONE)
		into->head = from->head;
	else
		sim_pending_at(p, into->tail)->next = from->head;
	into->tail = from->tail;
	into->count += from->count;
	sim_fifo_init(from);
}

struct sim_pending *sim_pending_new(uint32_t max, int64_t now_ms)
{
	struct sim_pending *p = mem_zalloc(sizeof(*p));

	p->chunks = mem_zalloc((max / CHUNK + 1) * sizeof(*p->chunks));
	p->max = max;
	p->at_ms = now_ms;
	sim_fifo_init(&p->unused);
	for (uint32_t i = 0; i < RING; i++)
		sim_fifo_init(&p->ring[i]);
	return p;
}

void sim_pending_free(struct sim_pending *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->chunks_n; i++)
		mem_free(p->chunks[i]);
	mem_free(p->chunks);
	mem_free(p);
}

static void add_chunk(struct sim_pending *p)
{
	uint32_t first = p->chunks_n * CHUNK;

	p->chunks[p->chunks_n++] = mem_zalloc(CHUNK * sizeof(struct sim_message));
	for (uint32_t i = first; i < first + CHUNK && i < p->max; i++)
		sim_fifo_put(p, &p->unused, i);
}

uint32_t sim_pending_take(struct sim_pending *p)
{
	uint32_t i;

	if (p->count == p->max)
		return SIM_NONE;
	if (p->unused.head == SIM_NONE)
		add_chunk(p);
	i = sim_fifo_take(p, &p->unused);
	*sim_pending_at(p, i) = (struct sim_message){.taken = true};
	p->count++;
	return i;
}

void sim_pending_give(struct sim_pending *p, uint32_t i)
{
	struct sim_message *m = sim_pending_at(p, i);

	/* the most recently used record first: its cache lines are warm */
	m->taken = false;
	m->next = p->unused.head;
	if (p->unused.head == SIM_NONE)
		p->unused.tail = i;
	p->unused.head = i;
	p->unused.count++;
	p->count--;
}

uint32_t sim_pending_count(const struct sim_pending *p)
{
	return p->count;
}

uint32_t sim_pending_scan(const struct sim_pending *p, uint32_t i)
{
	for (; i < p->chunks_n * CHUNK; i++) {
		if (sim_pending_at(p, i)->taken)
			return i;
	}
	return SIM_NONE;
}

void sim_pending_time(struct sim_pending *p, uint32_t i, int64_t due_ms)
{
	uint32_t slot;

	if (due_ms < p->at_ms)
		due_ms = p->at_ms;
	sim_pending_at(p, i)->due_ms = due_ms;
	slot = (uint32_t)due_ms % RING;
	sim_fifo_put(p, &p->ring[slot], i);
	p->used[slot / 64] |= 1ull << slot % 64;
	p->timed++;
}

/* How many ms from at_ms to the next bucket in use; RING when none is. */
static uint32_t next_used(const struct sim_pending *p)
{
	uint32_t start = (uint32_t)p->at_ms % RING;
	uint64_t word = p->used[start / 64] >> start % 64;

	if (word)
		return (uint32_t)__builtin_ctzll(word);
	for (uint32_t i = 1; i <= WORDS; i++) {
		uint32_t at = (start / 64 + i) % WORDS;

		if (p->used[at])
			return i * 64 - start % 64 + (uint32_t)__builtin_ctzll(p->used[at]);
	}
	return RING;
}

uint32_t sim_pending_due(struct sim_pending *p, int64_t now_ms)
{
	while (p->timed > 0 && p->at_ms <= now_ms) {
		struct sim_fifo *f = &p->ring[(uint32_t)p->at_ms % RING];

		for (uint32_t left = f->count; left > 0; left--) {
			uint32_t i = sim_fifo_take(p, f);

			if (sim_pending_at(p, i)->due_ms <= now_ms) {
				p->timed--;
				return i;
			}
			sim_fifo_put(p, f, i); /* a later round's */
		}
		if (f->count == 0)
			p->used[(uint32_t)p->at_ms % RING / 64] &= ~(1ull << (uint32_t)p->at_ms % 64);
		p->at_ms++;
		p->at_ms += next_used(p);
	}
	if (p->timed == 0 || p->at_ms > now_ms + 1)
		p->at_ms = now_ms + 1;
	return SIM_NONE;
}

int64_t sim_pending_next(const struct sim_pending *p)
{
	return p->timed ? p->at_ms + next_used(p) : INT64_MAX;
}
