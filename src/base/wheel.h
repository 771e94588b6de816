/*
 * wheel.h - all timers of the process: a hierarchical wheel with a resolution of 1 ms. Pure: told the time, reads no clock.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include "base/list.h"
#include <stdint.h>

struct timer { /* embedded by its owner; zero it before first use */
	struct list link;
	int64_t due_ms; /* 0: not set */
	void (*fn)(struct timer *t);
};

struct wheel;
struct wheel *wheel_new(int64_t now_ms);
void wheel_free(struct wheel *w); /* timers left in it are forgotten, not called */
/* (Re)sets the timer to fire once at due_ms or in the first turn after. fn may set it again. O(1). */
void wheel_set(struct wheel *w, struct timer *t, int64_t due_ms);
void wheel_clear(struct wheel *w, struct timer *t); /* harmless when not set */
static inline bool wheel_isset(const struct timer *t)
{
	return t->due_ms != 0;
}
/*
 * Fires what is due at now_ms, at most budget timers (the rest next time); returns how many fired. Callbacks may set,
 * clear and free any timer, their own too.
 */
unsigned wheel_run(struct wheel *w, int64_t now_ms, unsigned budget);
/* A lower bound of the next due time, INT64_MAX when empty. Never later than the truth. */
int64_t wheel_next(const struct wheel *w);
unsigned long wheel_count(const struct wheel *w);

#endif
