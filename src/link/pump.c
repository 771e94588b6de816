/*
 * pump.c - the pump: in LOOP_PUMP it pulls from above what a carrier's windows, pace and output take, and sends it over
 * the bind with the fewest outstanding. Knows no messages: cookies only.
 *
 * Carriers without work are in no list and cost nothing. One that has work but cannot send is hungry: what was in the
 * way (an answer, room in the output, the end of a pause) wakes it.
 */
#include "link/carrier_priv.h"

#define PUMP_TURN  1000u /* messages of one carrier in one turn */
#define PUMP_EXACT 8	 /* with more binds than these, PUMP_CHUNK messages are sent before the next is chosen */
#define PUMP_CHUNK 4u

void carrier_wake(struct carrier *c)
{
	c->woken = true;
	if (list_empty(&c->awake)) {
		list_append(&c->cs->awake, &c->awake);
		loop_wake_in(c->cs->loop, 0);
	}
}

static void pump_rest(struct carrier *c, bool hungry)
{
	list_remove(&c->awake);
	c->hungry = hungry;
}

/*
 * The bind with the fewest outstanding; of many the best of PUMP_EXACT, each time of others, so that a text costs the
 * same over a thousand binds as over four.
 */
static struct carrier_bind *pump_pick(struct carrier *c)
{
	struct carrier_bind *best = NULL;
	uint32_t least = UINT32_MAX;

	for (size_t looks = 0; looks < c->nbinds && (looks < PUMP_EXACT || best == NULL); looks++) {
		if (c->look >= c->nbinds)
			c->look = 0;
		struct carrier_bind *b = &c->binds[c->nbinds > PUMP_EXACT ? c->look++ : looks];
		if (b->session == NULL || b->leaving)
			continue;
		uint32_t outstanding = session_outstanding(b->session);
		if (outstanding < least && session_room(b->session) > 0) {
			best = b;
			least = outstanding;
		}
	}
	return best;
}

/* 3.3, which our bind may say, has none. */
static bool pump_takes_tlvs(const struct carrier *c, const struct session *s)
{
	if (c->conf->interface_version < 0x34)
		return false;
	switch (c->conf->send_tlv) {
	case CARRIER_TLV_YES:
		return true;
	case CARRIER_TLV_NO:
		return false;
	default:
		return session_peer_version(s) >= 0x34;
	}
}

bool carrier_ready(struct carrier *c)
{
	int64_t wait_us;

	return c->told_up && !c->cs->shutting && pump_pick(c) != NULL &&
	       pace_there(&c->pace, loop_now_us(c->cs->loop), c->in_flight, 1, &wait_us) > 0;
}

enum pumped { PUMPED, PUMP_DRY, PUMP_STUCK, PUMP_SHORT /* of tokens: c->needs */ };

/* The bind on which texts are out that were sent before there was an order: it may be any of them; else b. */
static struct carrier_bind *pump_in_unknown_order(struct carrier *c, struct carrier_bind *b)
{
	for (size_t i = 0; c->order_us != 0 && i < c->nbinds; i++) {
		struct carrier_bind *before = &c->binds[i];
		if (before->session != NULL && session_can_send(before->session) &&
		    session_oldest_us(before->session) <= c->order_us)
			return before;
	}
	c->order_us = 0;
	return b;
}

/* The bind that a text must go over because one before it to the same number is outstanding there; else b. */
static struct carrier_bind *pump_in_order(struct carrier *c, struct view number, int64_t now, struct carrier_bind *b,
					  struct order_place *place)
{
	unsigned last;
	int64_t sent_us;

	if (!order_last(c->order, number, now, place, &last, &sent_us))
		return pump_in_unknown_order(c, b);
	if (c->binds[last].session == NULL)
		return b;
	struct carrier_bind *before = &c->binds[last];
	bool answered = session_oldest_us(before->session) > sent_us;
	bool same_form = pump_takes_tlvs(c, before->session) == pump_takes_tlvs(c, b->session);
	return answered || !same_form || !session_can_send(before->session) ? b : before;
}

/* Sends the next message over b, which has room, or over the bind that its order asks for. */
static enum pumped pump_one(struct carrier *c, struct carrier_bind *b)
{
	struct pdu pdu = {.command_id = SUBMIT_SM};
	int64_t now = loop_now_us(c->cs->loop);
	uint32_t room = pace_room(&c->pace, now);
	uint64_t cookie;

	c->needs = 0;
	if (!c->cs->ops->on_pull(c, pump_takes_tlvs(c, b->session), room, &c->needs, &pdu, &cookie, c->cs->arg))
		return c->needs > room ? PUMP_SHORT : PUMP_DRY;
	if (c->order != NULL) {
		struct order_place place;
		struct carrier_bind *asked = pump_in_order(c, pdu.sm.dst.addr, now, b, &place);
		if (asked != b && session_room(asked->session) == 0) {
			c->cs->ops->on_unpull(c, cookie, c->cs->arg);
			return PUMP_STUCK;
		}
		b = asked;
		order_note(c->order, &place, (unsigned)(b - c->binds), now);
	}
	if (session_role(b->session) == SESSION_SMSC)
		accept_to_deliver_sm(&pdu);
	if (session_send(b->session, &pdu, cookie) != 0) {
		/* room was there, so it is the message */
		c->cs->ops->on_unsendable(c, cookie, c->cs->arg);
		return PUMPED;
	}
	pace_spend(&c->pace, 1);
	c->in_flight++;
	c->stats.submitted++;
	return PUMPED;
}

/* Sends up to n messages. */
static enum pumped pump_many(struct carrier *c, uint32_t n)
{
	while (n > 0) {
		struct carrier_bind *b = pump_pick(c);
		if (b == NULL)
			return PUMP_STUCK;
		uint32_t chunk = c->nbinds > PUMP_EXACT ? PUMP_CHUNK : 1;
		do {
			enum pumped one = pump_one(c, b);
			if (one != PUMPED)
				return one;
			chunk--;
			n--;
		} while (chunk > 0 && n > 0 && b->session != NULL && session_room(b->session) > 0);
	}
	return PUMPED;
}

/* Every bind tells when it has room. */
static void pump_ask_room(struct carrier *c)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		if (c->binds[i].session != NULL)
			session_want_room(c->binds[i].session);
	}
	pump_rest(c, true);
}

/* Nothing may be sent now: when to look again. */
static void pump_wait(struct carrier *c, int64_t wait_us)
{
	struct loop *loop = c->cs->loop;

	if (wait_us == INT64_MAX) {
		pump_rest(c, true); /* an answer wakes it */
	} else if (c->pace.paused_until_us != 0) {
		pump_rest(c, true);
		loop_timer(loop, &c->pause_timer, wait_us / 1000 + 1);
	} else {
		loop_wake_in(loop, wait_us);
	}
}

/*
 * What was out on a bind that has ended is being told so, over several turns: until all of it is back in its place
 * nothing that came later may leave.
 */
static bool pump_loses(const struct carrier *c)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		const struct session *s = c->binds[i].session;
		if (s != NULL && session_state(s) == SESSION_ENDING && session_outstanding(s) > 0)
			return true;
	}
	return false;
}

static void pump_carrier(struct carrier *c)
{
	int64_t wait_us;

	if (!c->told_up || c->cs->shutting) {
		pump_rest(c, true);
		return;
	}
	if (c->needs > 0 && !c->woken) {
		wait_us = pace_wait(&c->pace, loop_now_us(c->cs->loop), c->needs);
		if (wait_us > 0) {
			loop_wake_in(c->cs->loop, wait_us);
			return;
		}
	}
	uint32_t n = pace_there(&c->pace, loop_now_us(c->cs->loop), c->in_flight, PUMP_TURN, &wait_us);
	if (n == 0) {
		pump_wait(c, wait_us);
		return;
	}
	if (pump_loses(c)) {
		pump_rest(c, true); /* those that are settled wake it */
		return;
	}
	c->woken = false;
	switch (pump_many(c, n)) {
	case PUMP_DRY:
		pump_rest(c, false);
		break;
	case PUMP_STUCK:
		pump_ask_room(c);
		break;
	case PUMP_SHORT:
		loop_wake_in(c->cs->loop, pace_wait(&c->pace, loop_now_us(c->cs->loop), c->needs));
		break;
	case PUMPED:
		if (c->told_up)
			loop_wake_in(c->cs->loop, 0);
		break;
	}
}

static void pump_turn(void *arg)
{
	struct carriers *cs = arg;

	LIST_EACH_SAFE(node, tmp, &cs->awake)
		pump_carrier(LIST_OF(node, struct carrier, awake));
}

static void pump_on_pause_over(struct timer *t)
{
	carrier_wake(LIST_OF(t, struct carrier, pause_timer));
}

static void pump_set_window(struct carrier *c, uint32_t window)
{
	c->window = window;
	c->sessions.window_out = window;
	for (size_t i = 0; i < c->nbinds; i++) {
		if (c->binds[i].session != NULL)
			session_set_window(c->binds[i].session, window);
	}
}

void pump_follow(struct carrier *c)
{
	const struct carrier_conf *conf = c->conf;
	struct pace_conf pace = {.tps = carrier_tps(c),
				 .burst = conf->burst,
				 .decrease = conf->decrease,
				 .increase = conf->increase,
				 .pause = conf->pause,
				 .pause_max = conf->pause_max};

	pace_set(&c->pace, &pace, loop_now_us(c->cs->loop));
	if (conf->window > 0)
		pump_set_window(c, (uint32_t)conf->window);
	else
		pump_set_window(c, fit_window(fit_needed(&c->fit, pace.tps, (uint32_t)conf->binds)));
}

void pump_make_order(struct carrier *c)
{
	uint32_t widest = c->conf->window > 0 ? (uint32_t)c->conf->window : FIT_MAX;

	c->order = order_new((uint32_t)c->wanted * widest);
	c->order_us = c->in_flight > 0 ? loop_now_us(c->cs->loop) : 0;
}

void pump_init(struct carrier *c)
{
	list_init(&c->awake);
	c->pause_timer.fn = pump_on_pause_over;
	c->tps_live = -1;
	if (c->nbinds > 1)
		pump_make_order(c);
	pace_init(&c->pace, &(struct pace_conf){0}, loop_now_us(c->cs->loop));
	pump_follow(c);
}

void pump_start(struct carriers *cs)
{
	list_init(&cs->awake);
	cs->pump_hook = (struct loop_hook){.fn = pump_turn, .arg = cs};
	loop_hook(cs->loop, LOOP_PUMP, &cs->pump_hook);
}

void pump_free(struct carrier *c)
{
	list_remove(&c->awake);
	order_free(c->order);
	loop_timer_clear(c->cs->loop, &c->pause_timer);
}

static bool pump_means_slow_down(const struct carrier *c, uint32_t status)
{
	for (size_t i = 0; i < c->nthrottled; i++) {
		if (c->throttled[i] == status)
			return true;
	}
	return false;
}

static void pump_slow_down(struct carrier *c, const struct pdu *resp, int64_t now, int64_t sent_us)
{
	int64_t ms = pace_throttled(&c->pace, now, sent_us);

	c->stats.throttled++;
	if (ms == 0)
		return;
	ms = carriers_jitter(c->cs, ms);
	pace_pause(&c->pace, now, ms);
	c->stats.pauses++;
	log_peer_info(c->conf->name, "event=paused status=%s pause_ms=%lld limit=%u", status_name(resp->command_status),
		      (long long)ms, carrier_limit(c));
}

/* All that may be in flight over the binds that are up; counted only while the pace asks for it, after a pause. */
static uint32_t pump_window(const struct carrier *c)
{
	uint32_t senders = 0;

	if (c->pace.allowed == PACE_FREE)
		return 0;
	for (size_t i = 0; i < c->nbinds; i++)
		senders += c->binds[i].bound && c->binds[i].kind != CARRIER_RX;
	return senders * c->window;
}

/* congestion_state may stand in any response (SMPP 5.0). */
static void pump_congestion(struct carrier *c, const struct pdu *resp, int64_t now, int64_t sent_us)
{
	uint32_t state;

	if (resp->tlvs.n == 0 || !tlv_find_int(resp->tlvs, TLV_CONGESTION_STATE, &state) ||
	    !pace_congested(&c->pace, now, sent_us, state))
		return;
	c->stats.congested++;
	log_peer_info(c->conf->name, "event=congested state=%u limit=%u", state, carrier_limit(c));
}

/* The windows follow the latency, or their owner is told that they do not fit. */
static void pump_fit(struct carrier *c, int64_t now, int64_t sent_us)
{
	if (!fit_answer(&c->fit, now, sent_us))
		return;
	int64_t tps = carrier_tps(c);
	uint32_t needed = fit_needed(&c->fit, tps, (uint32_t)c->conf->binds);
	if (c->conf->window == 0) {
		bool wider = fit_window(needed) > c->window;
		pump_set_window(c, fit_window(needed));
		if (wider)
			carrier_wake(c);
	} else if (tps > 0 && fit_warn(&c->fit, needed, c->window)) {
		c->stats.window_too_small++;
		log_peer_warn(c->conf->name,
			      "event=window_too_small window=%u needed=%u tps=%lld latency_ms=%.0f advice=\"set "
			      "window = %u if the carrier allows it, or more binds\"",
			      c->window, needed, (long long)tps, c->fit.mean_us / 1000, needed);
	}
}

/* An answer of the carrier, whatever it says. */
static bool pump_answered(struct carrier *c, const struct pdu *resp, int64_t sent_us)
{
	int64_t now = loop_now_us(c->cs->loop);
	bool throttled = pump_means_slow_down(c, resp->command_status);

	histogram_add(&c->stats.response, now - sent_us);
	pump_fit(c, now, sent_us);
	if (resp->command_status == ESME_ROK)
		c->stats.answered_ok++;
	else
		c->stats.answered_error++;
	if (throttled)
		pump_slow_down(c, resp, now, sent_us);
	else
		pace_good(&c->pace, now, sent_us, pump_window(c));
	pump_congestion(c, resp, now, sent_us);
	return throttled;
}

void pump_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		  int64_t sent_us)
{
	bool throttled = false;

	if (outcome != SESSION_LATE && c->in_flight > 0)
		c->in_flight--;
	switch (outcome) {
	case SESSION_ANSWERED:
		throttled = pump_answered(c, resp, sent_us);
		break;
	case SESSION_NACKED:
		c->stats.answered_error++;
		break;
	case SESSION_TIMEOUT:
	case SESSION_LOST:
		c->stats.lost++;
		break;
	case SESSION_LATE:
		break;
	}
	c->cs->ops->on_settled(c, cookie, outcome, resp, throttled, c->cs->arg);
	operate_settled(c);
	if (c->hungry)
		carrier_wake(c);
}
