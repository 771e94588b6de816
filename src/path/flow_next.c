/*
 * flow_next.c - which message a carrier takes next: lanes that it takes from now, the class by urgency, floors and
 * ceilings, the account by its turn. Part of the order of life, between the queue and flow_send.c. Must not know how a
 * message got its route, nor what is sent.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"

#define HEALTH_TICK_MS 1000

struct side { /* what this file knows of a carrier */
	struct flow *flow;
	size_t carrier;
	struct share share;
	int64_t tps;	    /* that share was told with the rules; -1: they are others now */
	struct timer timer; /* until a ceiling lets a class go on */
	uint64_t lost;	    /* binds, as far as health has been told */
	size_t turn;	    /* in its lanes: where it looked last */
	bool stuck;	    /* it could send, and could take nothing when it looked: nobody waits for it */
};

/* --- who takes --- */

static bool is_up(void *arg, size_t carrier)
{
	return carrier_up(carriers_at(((struct flow *)arg)->carriers, carrier));
}

static bool is_ready(void *arg, size_t carrier)
{
	const struct flow *f = arg;
	return !f->sides[carrier]->stuck && carrier_ready(carriers_at(f->carriers, carrier));
}

static int64_t price_of(void *arg, size_t carrier)
{
	return carrier_conf(carriers_at(((struct flow *)arg)->carriers, carrier))->price;
}

static void wake_lane(struct flow *f, size_t lane)
{
	const uint16_t *takers;
	unsigned n = lanes_takers(f->taking, lane, &takers);
	for (unsigned i = 0; i < n; i++)
		carrier_wake(carriers_at(f->carriers, takers[i]));
}

void flow_cannot_take(struct flow *f, size_t carrier)
{
	const uint16_t *lanes, *takers;
	size_t n = lanes_of(f->taking, carrier, &lanes);
	if (f->sides[carrier]->stuck)
		return;
	f->sides[carrier]->stuck = true;
	for (size_t i = 0; i < n; i++) {
		unsigned sharing = queue_classes(f->queue, lanes[i]) ? lanes_takers(f->taking, lanes[i], &takers) : 0;
		for (unsigned k = 0; k < sharing; k++) {
			if (takers[k] != carrier)
				carrier_wake(carriers_at(f->carriers, takers[k]));
		}
	}
}

void flow_wake_next_turn(struct flow *f, size_t carrier)
{
	loop_timer(f->loop, &f->sides[carrier]->timer, 0);
}

void flow_find_takers(struct flow *f)
{
	lanes_update(f->taking, carriers_count(f->carriers), (unsigned)f->conf.health->probe);
	for (size_t lane = 0; lane < f->lanes; lane++) {
		if (queue_depth(f->queue, lane))
			wake_lane(f, lane);
	}
}

void flow_grow_lanes(struct flow *f)
{
	size_t n = routes_count(f->routes);
	if (n == f->lanes)
		return;
	queue_grow(f->queue, n);
	f->lanes = n;
	flow_find_takers(f);
}

uint16_t flow_taker(const struct flow *f, size_t lane)
{
	uint16_t first = lanes_first(f->taking, lane);
	return first != LANES_NOBODY ? first : routes_at(f->routes, lane)->carriers[0];
}

bool flow_takes(const struct flow *f, size_t lane, size_t carrier)
{
	const uint16_t *takers;
	unsigned n = lanes_takers(f->taking, lane, &takers);
	while (n > 0 && takers[n - 1] != carrier)
		n--;
	return n > 0;
}

static void on_health(void *arg, size_t carrier, enum health_state now, enum health_cause why)
{
	struct flow *f = arg;
	f->counters.health[now]++;
	log_warn(carrier_name(carriers_at(f->carriers, carrier)), "event=health state=%s why=%s action=\"%s\"",
		 health_state_name(now), health_cause_name(why),
		 now == HEALTH_AWAY	 ? "messages go by other carriers while there are any"
		 : now == HEALTH_PROVING ? "it is tried with a few messages"
					 : "it takes its messages again");
	flow_find_takers(f);
}

static void on_ceiling(struct timer *t)
{
	struct side *s = LIST_OF(t, struct side, timer);
	carrier_wake(carriers_at(s->flow->carriers, s->carrier));
}

static void on_health_tick(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, health_timer);
	int64_t now_ms = loop_now_us(f->loop) / 1000;
	for (size_t i = 0; i < f->sides_n; i++) {
		for (uint64_t lost = carrier_stats(carriers_at(f->carriers, i))->binds_lost; f->sides[i]->lost < lost;
		     f->sides[i]->lost++)
			health_link_lost(f->health, i, now_ms);
	}
	health_tick(f->health, now_ms);
	loop_timer(f->loop, t, HEALTH_TICK_MS);
}

void flow_next_init(struct flow *f)
{
	static const struct lanes_ops ops = {is_up, is_ready, price_of};
	f->health = health_new(f->conf.health, on_health, f);
	f->taking = lanes_new(f->routes, f->health, &ops, f);
	f->health_timer.fn = on_health_tick;
	loop_timer(f->loop, &f->health_timer, HEALTH_TICK_MS);
	flow_next_grow(f);
}

void flow_next_grow(struct flow *f)
{
	size_t n = carriers_count(f->carriers);
	health_grow(f->health, n);
	f->sides = mem_realloc(f->sides, (n + 1) * sizeof(*f->sides));
	for (; f->sides_n < n; f->sides_n++) {
		struct side *s = mem_zalloc(sizeof(*s));
		s->flow = f;
		s->carrier = f->sides_n;
		s->timer.fn = on_ceiling;
		share_init(&s->share);
		f->sides[f->sides_n] = s;
	}
	for (size_t i = 0; i < n; i++)
		f->sides[i]->tps = -1;
	for (size_t i = 0; i < accounts_count(f->accounts); i++)
		queue_set_share(f->queue, i, (unsigned)account_conf(accounts_at(f->accounts, i))->share);
}

void flow_next_free(struct flow *f)
{
	for (size_t i = 0; i < f->sides_n; i++) {
		loop_timer_clear(f->loop, &f->sides[i]->timer);
		mem_free(f->sides[i]);
	}
	mem_free(f->sides);
	loop_timer_clear(f->loop, &f->health_timer);
	lanes_free(f->taking);
	health_free(f->health);
}

/* --- into the queue --- */

static void go_in(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_QUEUED);
	flow_set_timer_to_end(f, m);
}

void flow_enqueue(struct flow *f, struct msg *m)
{
	if (m->unchecked) {
		flow_recheck(f, m);
		return;
	}
	if ((m->campaign && flow_campaign_holds(f, m)) || flow_brake_holds(f, m, BRAKE_ANY))
		return;
	if (!flow_on_its_way(f, m))
		return;
	go_in(f, m);
	if (!m->tried)
		m->home = m->route;
	if (m->ranked) /* again after an error, or after hours without a route: before all that came later */
		queue_put_back(f->queue, m);
	else
		queue_put(f->queue, m);
	wake_lane(f, m->route);
}

void flow_put_near(struct flow *f, struct msg *m, struct msg *near)
{
	go_in(f, m);
	if (near)
		queue_put_near(f->queue, m, near);
	else
		queue_put_back(f->queue, m);
	wake_lane(f, m->route);
}

void flow_put_back(struct flow *f, struct msg *m)
{
	if (flow_on_its_way(f, m)) /* rules may have changed while its carrier had it */
		flow_put_near(f, m, NULL);
}

void flow_untake(struct flow *f, struct msg *m)
{
	go_in(f, m);
	queue_untake(f->queue, m);
}

/* --- out of it --- */

/* The classes that wait where it is this carrier's turn. */
static uint8_t waiting_for(struct flow *f, size_t carrier, const uint16_t *lanes, size_t n)
{
	uint8_t waiting = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t there = queue_classes(f->queue, lanes[i]);
		if ((there & ~waiting) && lanes_turn(f->taking, lanes[i], carrier, queue_depth(f->queue, lanes[i])))
			waiting |= there;
	}
	return waiting;
}

static size_t lane_for(struct flow *f, struct side *s, const uint16_t *lanes, size_t n, enum class_id class_id)
{
	if (n == 1)
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = (s->turn + 1 + i) % n;
		if ((queue_classes(f->queue, lanes[at]) & 1u << class_id) &&
		    lanes_turn(f->taking, lanes[at], s->carrier, queue_depth(f->queue, lanes[at])))
			return at;
	}
	return n; /* not reached: the class waits where it is this carrier's turn */
}

struct msg *flow_take_next(struct flow *f, size_t carrier, struct flow_taking *t)
{
	struct side *s = f->sides[carrier];
	const uint16_t *lanes;
	size_t n = lanes_of(f->taking, carrier, &lanes);
	int64_t wait_us, now_us = loop_now_us(f->loop);
	t->waiting = waiting_for(f, carrier, lanes, n);
	if (!t->waiting)
		return NULL;
	int64_t tps = carrier_tps(carriers_at(f->carriers, carrier));
	if (s->tps != tps)
		share_use(&s->share, f->rules, tps, now_us);
	s->tps = tps;
	int class_id = share_choose(&s->share, t->waiting, now_us, &wait_us);
	if (class_id < 0) {
		loop_timer(f->loop, &s->timer, wait_us / 1000 + 1);
		flow_cannot_take(f, carrier);
		return NULL;
	}
	size_t at = lane_for(f, s, lanes, n, (enum class_id)class_id);
	t->lane = lanes[at];
	t->turn = at;
	return queue_take(f->queue, t->lane, (enum class_id)class_id);
}

void flow_took(struct flow *f, size_t carrier, const struct flow_taking *t, const struct msg *m, unsigned n)
{
	struct side *s = f->sides[carrier];
	const uint16_t *takers;
	s->turn = t->turn;
	s->stuck = false;
	share_spend(&s->share, f->rules, t->waiting, (enum class_id)m->class_id, n);
	lanes_took(f->taking, t->lane, carrier, n);
	if (n > 1)
		queue_charge(f->queue, m, n - 1);
	if (lanes_takers(f->taking, t->lane, &takers) > 1 && queue_depth(f->queue, t->lane))
		wake_lane(f, t->lane); /* it may be another's turn now */
}
