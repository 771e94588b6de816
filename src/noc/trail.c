/*
 * trail.c - values of the last steps, in a ring. Must not know what they count.
 */
#include "noc/trail.h"

#define RING (TRAIL_STEPS + 1)

int64_t trail_step(int64_t now_ms)
{
	return now_ms / TRAIL_STEP_MS + 1;
}

void trail_note(struct trail *t, int64_t step, uint64_t value)
{
	if (t->last == 0) {
		t->first = t->last = step;
		t->at[step % RING] = value;
		return;
	}
	/* of steps that nobody has looked at, all that is known is how they ended; more than a ring of them are one */
	int64_t from = step - t->last > RING ? step - RING : t->last;
	for (int64_t k = from + 1; k <= step; k++)
		t->at[k % RING] = value;
	t->last = step;
}

uint64_t trail_before(const struct trail *t, int64_t steps)
{
	int64_t at = t->last - steps > t->first ? t->last - steps : t->first;
	return t->at[at % RING];
}

uint64_t trail_count(struct trail *t, int64_t step, uint64_t value, int64_t steps)
{
	trail_note(t, step, value);
	uint64_t before = trail_before(t, steps);
	return value > before ? value - before : 0;
}
