/*
 * flow_leave.c - the end of a gateway: carriers are drained, links unbind, what is owed is stored. With a successor at
 * the door in two steps: first carriers answer what they have while apps go on submitting, then, quickly, the apps are
 * sent away. Must not know who asks, nor what becomes of sockets.
 */
#include "path/flow_priv.h"

#include "base/log.h"

#define LEAVE_MS      10000 /* for what is out to be answered */
#define LEAVE_POLL_MS 50
#define DRAIN_MS      5000 /* for carriers to answer, while apps are served */
#define DRAIN_POLL_MS 10
/* Where a successor waits: apps that have not answered by then are cut off; what they got unanswered goes out again. */
#define YIELD_ABORT_MS 400
#define YIELD_MS       800

/* What is announced to a carrier that does not get it now is taken back first: it would be in doubt after the start. */
static bool is_settled(const struct flow *f)
{
	uint64_t n = 0;
	for (size_t i = 0; i < carriers_count(f->carriers); i++)
		n += f->unsettled[i];
	return n == 0;
}

/* Nothing is on its way, and nothing is owed to the store: what a carrier took and the store does not know would go out
 * again after the start. */
static bool is_quiet(const struct flow *f)
{
	const uint64_t *n = f->counters.by_state;
	bool owed = flow_owes_writes(f);
	return n[MSG_STORING] + n[MSG_SENT] + n[MSG_CLOSING] == 0 && is_settled(f) && !owed && list_empty(&f->steps) &&
	       credit_quiet(f->credit) && campaigns_quiet(f->campaigns) && flow_events_quiet(f);
}

static void send_away(struct flow *f)
{
	carriers_shutdown(f->carriers);
	accounts_shutdown(f->accounts);
}

static void on_leave_timer(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, leave_timer);
	int64_t now = loop_wall_ms(f->loop);
	bool late = now >= f->leave_until_ms, yields = f->abort_ms != 0;
	bool idle = accounts_idle(f->accounts) && carriers_idle(f->carriers);
	if (!late && !(is_quiet(f) && idle)) {
		if (yields && now >= f->abort_ms && !idle)
			send_away(f); /* the second time: at once */
		loop_timer(f->loop, t, yields ? DRAIN_POLL_MS : LEAVE_POLL_MS);
		return;
	}
	log_info("-", "event=left messages_kept=%u in_time=%s", msgs_count(f->msgs), late ? "no" : "yes");
	f->on_idle(f->on_idle_arg);
}

static void leave(struct flow *f, int64_t ms, int64_t abort_ms)
{
	f->phase = FLOW_LEAVING;
	f->leave_until_ms = loop_wall_ms(f->loop) + ms;
	f->abort_ms = abort_ms ? loop_wall_ms(f->loop) + abort_ms : 0;
	f->leave_timer.fn = on_leave_timer;
	loop_timer_clear(f->loop, &f->drain_timer);
	log_info("-", "event=leaving messages=%u", msgs_count(f->msgs));
	send_away(f);
	loop_timer(f->loop, &f->leave_timer, abort_ms ? DRAIN_POLL_MS : LEAVE_POLL_MS);
}

void flow_shutdown(struct flow *f, void (*on_idle)(void *arg), void *arg)
{
	if (f->phase == FLOW_LEAVING)
		return;
	f->on_idle = on_idle;
	f->on_idle_arg = arg;
	leave(f, LEAVE_MS, 0);
}

void flow_yield(struct flow *f, void (*on_idle)(void *arg), void *arg)
{
	if (f->phase == FLOW_LEAVING)
		return;
	f->on_idle = on_idle;
	f->on_idle_arg = arg;
	leave(f, YIELD_MS, YIELD_ABORT_MS);
}

static void on_drain_timer(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, drain_timer);
	uint64_t sent = f->counters.by_state[MSG_SENT];
	bool late = loop_wall_ms(f->loop) >= f->drain_until_ms;
	if (!late && sent > 0) {
		loop_timer(f->loop, t, DRAIN_POLL_MS);
		return;
	}
	log_info("-", "event=drained unanswered=%llu", (unsigned long long)sent);
	f->on_dry(f->on_dry_arg);
}

bool flow_drain(struct flow *f, void (*on_dry)(void *arg), void *arg)
{
	if (f->draining || f->phase == FLOW_LEAVING)
		return false;
	f->draining = true;
	f->on_dry = on_dry;
	f->on_dry_arg = arg;
	f->drain_until_ms = loop_wall_ms(f->loop) + DRAIN_MS;
	f->drain_timer.fn = on_drain_timer;
	log_info("-", "event=draining unanswered=%llu", (unsigned long long)f->counters.by_state[MSG_SENT]);
	loop_timer(f->loop, &f->drain_timer, DRAIN_POLL_MS);
	return true;
}

void flow_drain_stop(struct flow *f)
{
	if (!f->draining || f->phase == FLOW_LEAVING)
		return;
	f->draining = false;
	loop_timer_clear(f->loop, &f->drain_timer);
	log_info("-", "event=drain_stopped");
	for (size_t i = 0; i < carriers_count(f->carriers); i++)
		carrier_wake(carriers_at(f->carriers, i));
}
