/*
 * flow_clock.c - the wall clock is set while messages wait for a time of it: they wait for that time by the clock as it
 * is now, and have as much of their validity left behind it as before. Part of the order of life. Must not know why
 * they wait for it. Waits that are spans of time (a retry, a validity that runs) stay what they are.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"

#define LOOK_MS	 1000
#define SET_MS	 2000  /* less is a clock that is slewed, or a late turn */
#define SLICE	 1000u /* messages looked at per turn: well below a millisecond */
#define SLICE_MS 2

struct clock_watch {
	struct flow *flow;
	struct timer timer;
	int64_t apart_ms; /* of the wall clock and the monotonic one, at the last look */
	int64_t was_ms;	  /* what the clock would show had it not been set */
	int64_t by_ms;	  /* it was set by so much */
	uint32_t at;	  /* next place; while the messages are looked at */
	bool walking;
};

static void look_at(struct msg *m, void *arg)
{
	struct clock_watch *w = arg;
	struct loop *l = w->flow->loop;

	if (!flow_waits_for_time(m, w->was_ms))
		return;
	int64_t now_ms = loop_wall_ms(l), span_ms = msg_expiry_ms(m, l) - w->by_ms - m->due_ms;
	if (w->by_ms < 0) /* the hours may have been looked at by a clock that was ahead */
		flow_find_due(w->flow, m);
	msg_set_expiry(m, (m->due_ms > now_ms ? m->due_ms : now_ms) + span_ms, l);
	flow_wait_until_due(w->flow, m);
}

static void on_timer(struct timer *t)
{
	struct clock_watch *w = LIST_OF(t, struct clock_watch, timer);
	struct loop *l = w->flow->loop;
	int64_t apart = loop_wall_ms(l) - loop_now_ms(l), by = apart - w->apart_ms;

	if (by >= SET_MS || by <= -SET_MS) {
		log_warn("-", "event=clock_set by_s=%lld messages=%u", (long long)by / 1000, msgs_count(w->flow->msgs));
		w->was_ms = loop_wall_ms(l) - by;
		w->by_ms = by;
		w->at = 0;
		w->walking = true;
		flow_routes_changed(w->flow); /* theirs may have hours, too */
	}
	w->apart_ms = apart;
	if (w->walking)
		w->walking = msgs_slice(w->flow->msgs, &w->at, SLICE, look_at, w);
	loop_timer(l, t, w->walking ? SLICE_MS : LOOK_MS);
}

struct clock_watch *flow_clock_new(struct flow *f)
{
	struct clock_watch *w = mem_zalloc(sizeof(*w));

	w->flow = f;
	w->timer.fn = on_timer;
	w->apart_ms = loop_wall_ms(f->loop) - loop_now_ms(f->loop);
	loop_timer(f->loop, &w->timer, LOOK_MS);
	return w;
}

void flow_clock_free(struct clock_watch *w)
{
	if (!w)
		return;
	loop_timer_clear(w->flow->loop, &w->timer);
	mem_free(w);
}
