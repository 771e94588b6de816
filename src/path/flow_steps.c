/*
 * flow_steps.c - what concerns very many messages is done in steps, over as many turns as do not get long by it. Of
 * several such things each has its step in turn, so that a short one does not wait for the end of a long one. Must not
 * know what is done.
 */
#include "path/flow_priv.h"

#define STEPS_LEAST 16u /* in a turn, all together, however long it is already */

/* One step of the one whose turn it is. */
static void step(struct flow *f)
{
	struct steps *s = LIST_OF(f->steps.next, struct steps, link);
	list_remove(&s->link);
	list_append(&f->steps, &s->link);
	if (s->some(s))
		return;
	list_remove(&s->link);
	s->done(s);
}

static void on_steps(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, steps_timer);
	for (unsigned n = 0; !list_empty(&f->steps) && (n < STEPS_LEAST || !loop_is_long(f->loop)); n++)
		step(f);
	if (!list_empty(&f->steps))
		loop_timer(f->loop, t, 0);
}

void flow_steps_start(struct flow *f, struct steps *s)
{
	for (unsigned n = 0; n < STEPS_LEAST || !loop_is_long(f->loop); n++) {
		if (!s->some(s)) {
			s->done(s);
			return;
		}
	}
	list_append(&f->steps, &s->link);
	f->steps_timer.fn = on_steps;
	if (!wheel_isset(&f->steps_timer))
		loop_timer(f->loop, &f->steps_timer, 0);
}

void flow_steps_stop(struct steps *s)
{
	list_remove(&s->link);
}
