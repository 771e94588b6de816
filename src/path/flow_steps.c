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

/* --- over a list --- */

static bool sweep_some(struct steps *steps)
{
	struct sweep *s = LIST_OF(steps, struct sweep, steps);
	struct msg *m = msg_walk_next(s->over, &s->walk);
	if (m)
		s->n += s->settle(s, m);
	return m != NULL;
}

static void swept(struct steps *steps)
{
	flow_wave_settle(&LIST_OF(steps, struct sweep, steps)->asked.wave, NULL, ESME_ROK);
}

/* The one end: all is done, or the gateway leaves. */
static void tell(struct wave *w)
{
	struct sweep *s = (struct sweep *)w;
	flow_steps_stop(&s->steps);
	walk_end(&s->walk);
	s->done(s->arg, s->n);
	flow_asked_free(&s->asked);
}

struct sweep *flow_sweep(struct flow *f, size_t size, void (*done)(void *arg, unsigned n), void *arg)
{
	static const struct pdu nothing;
	struct sweep *s = (struct sweep *)flow_ask(f, size, 0, &nothing);
	s->asked.wave.done = tell;
	list_init(&s->steps.link);
	s->done = done;
	s->arg = arg;
	return s;
}

void flow_sweep_start(struct sweep *s, struct walk_list *over, bool (*settle)(struct sweep *s, struct msg *m))
{
	s->steps.some = sweep_some;
	s->steps.done = swept;
	s->over = over;
	s->settle = settle;
	walk_begin(over, &s->walk);
	flow_steps_start(s->asked.wave.flow, &s->steps);
}
