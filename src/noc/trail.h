/*
 * trail.h - a counter or a gauge as it was over the last ten minutes, in steps of ten seconds: for whoever asks how
 * much has come lately. Told the step; knows no clock. Pure.
 */
#ifndef NOC_TRAIL_H
#define NOC_TRAIL_H

#include <stdint.h>

#define TRAIL_STEP_MS 10000
#define TRAIL_STEPS   60 /* ten minutes */
#define TRAIL_MINUTE  6	 /* steps */

struct trail { /* zeroed: nothing is known */
	uint64_t at[TRAIL_STEPS + 1];
	int64_t first, last; /* steps; 0: none yet */
};

/* The step of a time of a clock that does not go back; never 0. */
int64_t trail_step(int64_t now_ms);
/* It has this value now; step: not less than before. The first value of a step stands for it. */
void trail_note(struct trail *t, int64_t step, uint64_t value);
/* Its value so many steps (at most TRAIL_STEPS) before the last note; what is older than the first note was as then. */
uint64_t trail_before(const struct trail *t, int64_t steps);
/* Notes a counter, and tells how much has come in so many steps; 0 when it has begun anew. */
uint64_t trail_count(struct trail *t, int64_t step, uint64_t value, int64_t steps);

#endif
