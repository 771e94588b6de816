/*
 * order.c - which bind a number's last text went over. Must not know binds, windows or messages.
 *
 * A small table, so that it stays in the cache: what is overwritten is old, and it is asked only about texts that may
 * still be outstanding.
 */
#include "link/order.h"

#include <string.h>

#include "base/mem.h"

#define SLOTS_MIN 1024u
#define SLOTS_MAX 65536u
#define SPARE	  4u /* slots for each text that may be outstanding */

struct slot {
	uint16_t print, bind; /* print 0: free */
	uint32_t sent_us;     /* the low bits: a text is outstanding for minutes at most */
};

struct order {
	uint32_t mask;
	struct slot slots[];
};

struct order *order_new(uint32_t outstanding)
{
	uint32_t n = SLOTS_MIN;
	while (n < SLOTS_MAX && n / SPARE < outstanding)
		n *= 2;
	struct order *o = mem_zalloc(sizeof(*o) + n * sizeof(o->slots[0]));
	o->mask = n - 1;
	return o;
}

void order_free(struct order *o)
{
	mem_free(o);
}

/* Nobody gains by making two numbers meet, so a cheap hash will do. */
static struct order_place place_of(const struct order *o, struct view number)
{
	uint64_t v = 0, head = 0;
	if (number.n >= sizeof(v)) {
		memcpy(&head, number.p, sizeof(head));
		memcpy(&v, number.p + number.n - sizeof(v), sizeof(v));
	} else if (number.n > 0) {
		memcpy(&v, number.p, number.n);
		head = v;
	}
	v = (v ^ (head << 29 | head >> 35) ^ number.n) * UINT64_C(0x9E3779B97F4A7C15);
	v ^= v >> 32;
	v *= UINT64_C(0xD6E8FEB86659FD93);
	return (struct order_place){(uint32_t)(v >> 40) & o->mask, (uint16_t)((v >> 16 & 0xFFFFu) | 1u)};
}

bool order_last(const struct order *o, struct view number, int64_t now_us, struct order_place *place, unsigned *bind,
		int64_t *sent_us)
{
	*place = place_of(o, number);
	const struct slot *s = &o->slots[place->slot];
	if (s->print != place->print)
		return false;
	*bind = s->bind;
	*sent_us = now_us - (int64_t)((uint32_t)now_us - s->sent_us);
	return true;
}

void order_note(struct order *o, const struct order_place *place, unsigned bind, int64_t now_us)
{
	o->slots[place->slot] = (struct slot){place->print, (uint16_t)bind, (uint32_t)now_us};
}
