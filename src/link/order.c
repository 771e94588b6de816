/*
 * order.c - which bind a number's last text went over. Must not know binds, windows or messages.
 *
 * A table of fixed size: what is overwritten is old. It is asked only about texts that may still be outstanding, of
 * which there are fewer than the windows hold.
 */
#include "link/order.h"

#include "base/map.h"
#include "base/mem.h"

#define SLOTS 16384u /* a power of two, above binds x window of most carriers */

struct slot {
	uint32_t print; /* of the number; 0: free */
	uint32_t bind;
	int64_t sent_us;
};

struct order {
	struct slot slots[SLOTS];
};

struct order *order_new(void)
{
	return mem_zalloc(sizeof(struct order));
}

void order_free(struct order *o)
{
	mem_free(o);
}

static size_t place(struct view number, uint32_t *print)
{
	uint64_t h = map_hash(number.p, number.n);
	*print = (uint32_t)(h >> 32) | 1u;
	return (size_t)(h & (SLOTS - 1));
}

bool order_last(const struct order *o, struct view number, unsigned *bind, int64_t *sent_us)
{
	uint32_t print;
	const struct slot *s = &o->slots[place(number, &print)];
	if (s->print != print)
		return false;
	*bind = s->bind;
	*sent_us = s->sent_us;
	return true;
}

void order_note(struct order *o, struct view number, unsigned bind, int64_t sent_us)
{
	uint32_t print;
	struct slot *s = &o->slots[place(number, &print)];
	*s = (struct slot){print, bind, sent_us};
}
