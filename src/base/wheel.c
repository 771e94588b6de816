/*
 * wheel.c - a hierarchical timer wheel. Knows no clock and no events; it is told the time.
 *
 * Level 0 has a slot per ms of the present block of 256 ms; each higher level has 64 slots, each as long as the whole
 * level below. A timer stands in the level of the highest digit in which its due time differs from tick, so that its
 * slot always lies ahead of tick's digit. When tick enters a slot of a higher level, the slot's timers move down
 * ("settle") before time goes on; this is done in steps, and wheel time waits meanwhile, so that a slot with a million
 * timers costs many short turns and not one long one.
 */
#include "base/wheel.h"

#include <stdbool.h>
#include "base/mem.h"

#define WHEEL_BITS0   8
#define WHEEL_BITS    6
#define WHEEL_LEVELS  7 /* 8 + 6 * 6 = 44 bits of ms: 557 years */
#define WHEEL_SLOTS0  (1 << WHEEL_BITS0)
#define WHEEL_SLOTS_N (1 << WHEEL_BITS)
#define WHEEL_TIMED   (WHEEL_SLOTS0 + (WHEEL_LEVELS - 1) * WHEEL_SLOTS_N)
#define WHEEL_FIRING  WHEEL_TIMED	/* taken from their slot, to be fired now */
#define WHEEL_LATE    (WHEEL_TIMED + 1) /* set for a time that has passed: fired by the next wheel_run() */
#define WHEEL_HEADS   (WHEEL_TIMED + 2)
#define WHEEL_LAST    (((int64_t)1 << (WHEEL_BITS0 + (WHEEL_LEVELS - 1) * WHEEL_BITS)) - 1)

/* How many timers one wheel_run() moves down at most: at 4 million timers about 1 ms. */
#define WHEEL_MOVES 4096
#define WHEEL_ASK   32u /* timers between two questions whether there is time for more */

struct wheel {
	int64_t tick; /* the next ms to look at; everything due before is fired, FIRING or LATE */
	unsigned long count;
	struct list head[WHEEL_HEADS];
	uint64_t used[(WHEEL_HEADS + 63) / 64]; /* bit per head: not empty */
};

struct wheel *wheel_new(int64_t now_ms)
{
	struct wheel *w = mem_zalloc(sizeof(*w));

	w->tick = now_ms + 1;
	for (unsigned i = 0; i < WHEEL_HEADS; i++)
		list_init(&w->head[i]);
	return w;
}

void wheel_free(struct wheel *w)
{
	mem_free(w);
}

static bool wheel_used(const struct wheel *w, unsigned slot)
{
	return (w->used[slot / 64] >> (slot % 64) & 1) != 0;
}

static void wheel_put(struct wheel *w, unsigned slot, struct timer *t)
{
	list_append(&w->head[slot], &t->link);
	w->used[slot / 64] |= (uint64_t)1 << (slot % 64);
}

static void wheel_take(struct wheel *w, struct timer *t)
{
	const struct list *head = t->link.next;

	if (head == t->link.prev) { /* the only one: its neighbour is the head */
		unsigned slot = (unsigned)(head - w->head);
		w->used[slot / 64] &= ~((uint64_t)1 << (slot % 64));
	}
	list_remove(&t->link);
}

/* Appends all timers of one head to another. */
static void wheel_splice(struct wheel *w, unsigned from, unsigned to)
{
	struct list *f = &w->head[from], *t = &w->head[to];

	if (list_empty(f))
		return;
	f->next->prev = t->prev;
	t->prev->next = f->next;
	f->prev->next = t;
	t->prev = f->prev;
	list_init(f);
	w->used[from / 64] &= ~((uint64_t)1 << (from % 64));
	w->used[to / 64] |= (uint64_t)1 << (to % 64);
}

/* How far a time is shifted right to get its digit in level. */
static unsigned wheel_shift(unsigned level)
{
	return level == 0 ? 0 : WHEEL_BITS0 + (level - 1) * WHEEL_BITS;
}

/* The slot of level in which time t lies. */
static unsigned wheel_slot(unsigned level, int64_t t)
{
	if (level == 0)
		return (unsigned)(t & (WHEEL_SLOTS0 - 1));
	return WHEEL_SLOTS0 + (level - 1) * WHEEL_SLOTS_N + (unsigned)(t >> wheel_shift(level) & (WHEEL_SLOTS_N - 1));
}

static void wheel_place(struct wheel *w, struct timer *t)
{
	if (t->due_ms < w->tick) {
		wheel_put(w, WHEEL_LATE, t);
		return;
	}

	uint64_t differ = (uint64_t)(t->due_ms ^ w->tick);
	unsigned level = 0;
	if (differ >= WHEEL_SLOTS0)
		level = 1 + ((63 - (unsigned)__builtin_clzll(differ)) - WHEEL_BITS0) / WHEEL_BITS;
	wheel_put(w, wheel_slot(level, t->due_ms), t);
}

void wheel_set(struct wheel *w, struct timer *t, int64_t due_ms)
{
	if (t->due_ms != 0)
		wheel_take(w, t);
	else
		w->count++;
	if (due_ms < 1)
		due_ms = 1;
	t->due_ms = due_ms < WHEEL_LAST ? due_ms : WHEEL_LAST;
	wheel_place(w, t);
}

void wheel_clear(struct wheel *w, struct timer *t)
{
	if (t->due_ms == 0)
		return;
	wheel_take(w, t);
	t->due_ms = 0;
	w->count--;
}

/* Moves the timers of the higher slots that tick has just entered down; false when there are more than *moves. */
static bool wheel_settle(struct wheel *w, unsigned *moves)
{
	if ((w->tick & (WHEEL_SLOTS0 - 1)) != 0)
		return true;
	for (unsigned level = WHEEL_LEVELS - 1; level > 0; level--) {
		unsigned slot = wheel_slot(level, w->tick);
		while (wheel_used(w, slot)) {
			if ((*moves)-- == 0) {
				*moves = 0;
				return false;
			}
			struct timer *t = LIST_OF(w->head[slot].next, struct timer, link);
			wheel_take(w, t);
			wheel_place(w, t);
		}
	}
	return true;
}

/* The first used slot from slot on, below end; end when there is none. Both lie in one level. */
static unsigned wheel_scan(const struct wheel *w, unsigned slot, unsigned end)
{
	while (slot < end) {
		uint64_t word = w->used[slot / 64] >> (slot % 64);
		if (word != 0) {
			unsigned found = slot + (unsigned)__builtin_ctzll(word);
			return found < end ? found : end;
		}
		slot = (slot / 64 + 1) * 64;
	}
	return end;
}

/*
 * The earliest time at which a slot ahead must be fired or settled; INT64_MAX when there is none. Needs a settled
 * wheel.
 */
static int64_t wheel_ahead(const struct wheel *w)
{
	unsigned slot = wheel_scan(w, wheel_slot(0, w->tick), WHEEL_SLOTS0);

	if (slot < WHEEL_SLOTS0)
		return (w->tick & ~(int64_t)(WHEEL_SLOTS0 - 1)) + (int64_t)slot;
	for (unsigned level = 1; level < WHEEL_LEVELS; level++) {
		unsigned first = WHEEL_SLOTS0 + (level - 1) * WHEEL_SLOTS_N;
		slot = wheel_scan(w, wheel_slot(level, w->tick) + 1, first + WHEEL_SLOTS_N);
		if (slot < first + WHEEL_SLOTS_N) {
			unsigned above = wheel_shift(level + 1);
			return (w->tick >> above << above) + ((int64_t)(slot - first) << wheel_shift(level));
		}
	}
	return INT64_MAX;
}

int64_t wheel_next(const struct wheel *w)
{
	if (w->count == 0)
		return INT64_MAX;
	if (wheel_used(w, WHEEL_FIRING) || wheel_used(w, WHEEL_LATE))
		return w->tick - 1;
	if ((w->tick & (WHEEL_SLOTS0 - 1)) == 0) {
		for (unsigned level = 1; level < WHEEL_LEVELS; level++) {
			if (wheel_used(w, wheel_slot(level, w->tick)))
				return w->tick;
		}
	}
	return wheel_ahead(w);
}

static void wheel_fire(struct wheel *w)
{
	struct timer *t = LIST_OF(w->head[WHEEL_FIRING].next, struct timer, link);

	wheel_take(w, t);
	t->due_ms = 0;
	w->count--;
	t->fn(t);
}

unsigned wheel_run_while(struct wheel *w, int64_t now_ms, unsigned budget, bool (*more)(void *arg), void *arg)
{
	unsigned fired = 0, moves = WHEEL_MOVES;

	wheel_splice(w, WHEEL_LATE, WHEEL_FIRING);
	while (fired < budget) {
		if (wheel_used(w, WHEEL_FIRING)) {
			wheel_fire(w);
			fired++;
			if (fired % WHEEL_ASK == 0 && !more(arg))
				break;
			continue;
		}
		if (w->tick > now_ms || !wheel_settle(w, &moves))
			break;

		int64_t next = wheel_ahead(w);
		if (next > now_ms) {
			w->tick = now_ms + 1;
			break;
		}
		w->tick = next;
		if (!wheel_settle(w, &moves))
			break;
		wheel_splice(w, wheel_slot(0, next), WHEEL_FIRING);
		w->tick++;
	}
	return fired;
}

static bool wheel_always(void *arg)
{
	(void)arg;
	return true;
}

unsigned wheel_run(struct wheel *w, int64_t now_ms, unsigned budget)
{
	return wheel_run_while(w, now_ms, budget, wheel_always, NULL);
}

unsigned long wheel_count(const struct wheel *w)
{
	return w->count;
}
