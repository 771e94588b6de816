/*
 * flow_words.c - sensitive words that a thread reads after a reload: when they are ready they take effect between two
 * turns. Must not know what words mean.
 */
#include "path/flow_priv.h"

#define LOOK_MS 20 /* between two looks at what the thread has done */

static void on_timer(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, words_timer);
	if (!policy_settle(f->policy))
		loop_timer(f->loop, t, LOOK_MS);
}

void flow_words_watch(struct flow *f)
{
	f->words_timer.fn = on_timer;
	on_timer(&f->words_timer);
}

void flow_words_stop(struct flow *f)
{
	loop_timer_clear(f->loop, &f->words_timer);
}

const struct words *flow_words(const struct flow *f)
{
	return policy_words(f->policy);
}
