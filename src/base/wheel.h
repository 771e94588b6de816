/*
 * wheel.h - all timers of the process: a hierarchical wheel with a resolution of 1 ms. Pure: told the time, reads no
 * clock.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include "base/list.h"
#include <stdint.h>

/* Times are ms > 0 on any one clock; a time further than 557 years is taken as that. */
struct timer { /* embedded by its owner; zero it before first use */
	struct list link;
	int64_t due_ms; /* 0: not set */
	void (*fn)(struct timer *t);
};

struct wheel;
struct wheel *wheel_new(int64_t now_ms);
void wheel_free(struct wheel *w); /* timers left in it are neither called nor touched: their owners may be gone */
/*
 * (Re)sets the timer to fire once: in the first wheel_run() at or after due_ms; when due_ms has passed already, in the
 * next wheel_run(). fn may set it again. O(1). Timers of one ms fire in no particular order.
 */
void wheel_set(struct wheel *w, struct timer *t, int64_t due_ms);
void wheel_clear(struct wheel *w, struct timer *t); /* harmless when not set */
static inline bool wheel_isset(const struct timer *t)
{
	return t->due_ms != 0;
}
/*
 * Fires what is due at now_ms, at most budget timers (the rest next time); returns how many fired. Callbacks may set,
 * clear and free any timer, their own too. Where very many timers share a far time, the step towards it is spread over
 * several runs, in which wheel_next() says "now".
 */
unsigned wheel_run(struct wheel *w, int64_t now_ms, unsigned budget);
/* The same, as long as there is time: more() is asked now and then, and false leaves the rest for the next time. */
unsigned wheel_run_while(struct wheel *w, int64_t now_ms, unsigned budget, bool (*more)(void *arg), void *arg);
/*
 * A lower bound of the time at which wheel_run() has work, INT64_MAX when empty. Not above the last now_ms: work is
 * left.
 */
int64_t wheel_next(const struct wheel *w);
unsigned long wheel_count(const struct wheel *w);

#endif
