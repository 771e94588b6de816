/*
 * window.c - outstanding requests of one direction. Knows sequence numbers and cookies, nothing of PDUs or clocks.
 *
 * A request lies at its sequence number modulo the ring's size, which is at least twice the outstanding requests: a
 * number whose place is still taken by an older request is skipped. The ring starts small and doubles on use, so an
 * idle bind costs little. Requests that timed out move to a second ring that only they share: a late answer is matched
 * until as many later timeouts have come.
 */
#include "link/window.h"

#include "base/mem.h"

#define WINDOW_FIRST   16u /* places of a new ring */
#define WINDOW_SEQ_MAX 0x7FFFFFFFu

struct slot {
	uint64_t cookie;
	int64_t sent_us;
	uint32_t sequence; /* 0: free */
};

struct window {
	uint32_t size, used;
	uint32_t cap;	   /* places in ring, a power of two */
	uint32_t next;	   /* the next sequence number */
	uint32_t tail;	   /* at or before the oldest outstanding one, in order of sending */
	struct slot *ring; /* NULL until the first request */
	struct slot *late; /* late_cap places; NULL until the first timeout */
	uint32_t late_cap;
};

static uint32_t window_after(uint32_t sequence)
{
	return sequence == WINDOW_SEQ_MAX ? 1 : sequence + 1;
}

struct window *window_new(uint32_t size)
{
	struct window *w = mem_zalloc(sizeof(*w));

	w->size = size > 0 ? size : 1;
	w->next = w->tail = 1;
	return w;
}

void window_free(struct window *w)
{
	if (w == NULL)
		return;
	mem_free(w->ring);
	mem_free(w->late);
	mem_free(w);
}

void window_start_at(struct window *w, uint32_t sequence)
{
	w->next = w->tail = sequence;
}

/* Room for as many late answers as two windows; those that are known stay. */
static void window_keep_late(struct window *w)
{
	struct slot *old = w->late;
	uint32_t old_cap = w->late_cap;

	if (old == NULL)
		w->late_cap = WINDOW_FIRST;
	while (w->late_cap < w->size * 2)
		w->late_cap *= 2;
	if (old != NULL && w->late_cap == old_cap)
		return;
	w->late = mem_zalloc(w->late_cap * sizeof(*w->late));
	for (uint32_t i = 0; i < old_cap; i++) {
		if (old[i].sequence != 0)
			w->late[old[i].sequence & (w->late_cap - 1)] = old[i];
	}
	mem_free(old);
}

void window_resize(struct window *w, uint32_t size)
{
	w->size = size > 0 ? size : 1;
	if (w->late != NULL)
		window_keep_late(w);
}

uint32_t window_room(const struct window *w)
{
	return w->used < w->size ? w->size - w->used : 0;
}

uint32_t window_used(const struct window *w)
{
	return w->used;
}

static struct slot *window_place(const struct window *w, uint32_t sequence)
{
	return &w->ring[sequence & (w->cap - 1)];
}

/* Keeps the ring at least twice as large as what is in it; places that differed before differ in the larger ring
 * too. Apart: rare. */
__attribute__((noinline)) static void window_grow(struct window *w)
{
	struct slot *old = w->ring;
	uint32_t old_cap = w->cap;

	w->cap = w->ring != NULL ? w->cap * 2 : WINDOW_FIRST;
	w->ring = mem_zalloc(w->cap * sizeof(*w->ring));
	for (uint32_t i = 0; i < old_cap; i++) {
		if (old[i].sequence != 0)
			*window_place(w, old[i].sequence) = old[i];
	}
	mem_free(old);
}

uint32_t window_number(struct window *w)
{
	while (w->ring != NULL && window_place(w, w->next)->sequence != 0)
		w->next = window_after(w->next);
	uint32_t sequence = w->next;
	w->next = window_after(sequence);
	return sequence;
}

uint32_t window_take(struct window *w, uint64_t cookie, int64_t now_us)
{
	if (w->used >= w->size)
		return 0;
	if (w->ring == NULL || w->used >= w->cap / 2)
		window_grow(w);
	uint32_t sequence = window_number(w);
	if (w->used == 0)
		w->tail = sequence;
	*window_place(w, sequence) = (struct slot){.cookie = cookie, .sent_us = now_us, .sequence = sequence};
	w->used++;
	return sequence;
}

static struct slot *window_find(const struct window *w, uint32_t sequence)
{
	if (w->ring == NULL || sequence == 0)
		return NULL;
	struct slot *slot = window_place(w, sequence);
	return slot->sequence == sequence ? slot : NULL;
}

static void window_release(struct window *w, struct slot *slot)
{
	slot->sequence = 0;
	w->used--;
}

void window_untake(struct window *w, uint32_t sequence)
{
	struct slot *slot = window_find(w, sequence);

	if (slot == NULL)
		return;
	window_release(w, slot);
	w->next = sequence;
}

enum window_match window_settle(struct window *w, uint32_t sequence, uint64_t *cookie, int64_t *sent_us)
{
	struct slot *slot = window_find(w, sequence);

	if (slot != NULL) {
		*cookie = slot->cookie;
		*sent_us = slot->sent_us;
		window_release(w, slot);
		return WINDOW_ANSWERED;
	}
	slot = w->late != NULL ? &w->late[sequence & (w->late_cap - 1)] : NULL;
	if (slot == NULL || sequence == 0 || slot->sequence != sequence)
		return WINDOW_UNKNOWN;
	*cookie = slot->cookie;
	*sent_us = slot->sent_us;
	slot->sequence = 0;
	return WINDOW_LATE;
}

/* The oldest outstanding request; NULL when there is none. Each number is passed once, so this costs O(1) a request. */
static struct slot *window_oldest(struct window *w)
{
	if (w->used == 0)
		return NULL;
	struct slot *slot = window_find(w, w->tail);
	while (slot == NULL) {
		w->tail = window_after(w->tail);
		slot = window_find(w, w->tail);
	}
	return slot;
}

int64_t window_oldest_us(struct window *w)
{
	const struct slot *slot = window_oldest(w);

	return slot != NULL ? slot->sent_us : INT64_MAX;
}

bool window_expire(struct window *w, int64_t limit_us, uint64_t *cookie)
{
	struct slot *slot = window_oldest(w);

	if (slot == NULL || slot->sent_us > limit_us)
		return false;
	if (w->late == NULL)
		window_keep_late(w);
	w->late[slot->sequence & (w->late_cap - 1)] = *slot;
	*cookie = slot->cookie;
	window_release(w, slot);
	return true;
}

bool window_drain(struct window *w, uint64_t *cookie)
{
	struct slot *slot = window_oldest(w);

	if (slot == NULL)
		return false;
	*cookie = slot->cookie;
	window_release(w, slot);
	return true;
}
