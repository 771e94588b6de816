/*
 * order.h - texts to one number stay in order: while one of them is outstanding on a bind, the next goes over the same
 * bind, because a carrier may read two connections in any order. Private to src/link; knows numbers by hash only.
 */
#ifndef LINK_ORDER_H
#define LINK_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include "smpp/view.h"

struct order;
/* outstanding: how many texts may be, over all binds. */
struct order *order_new(uint32_t outstanding);
void order_free(struct order *o);
struct order_place { /* of a number in the table: from order_last() to order_note() */
	uint32_t slot;
	uint16_t print;
};
/*
 * On which bind (its index) the last text to this number went, and when (us, good for an hour); false when none is
 * remembered. Numbers may be taken for each other: then one of them keeps to a bind without need.
 */
bool order_last(const struct order *o, struct view number, int64_t now_us, struct order_place *place, unsigned *bind,
		int64_t *sent_us);
void order_note(struct order *o, const struct order_place *place, unsigned bind, int64_t now_us);

#endif
