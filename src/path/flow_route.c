/*
 * flow_route.c - which way a message goes: the rule that holds for it now, less the carriers that have failed and those
 * that would cost too much; decided when it is accepted, and again before it is sent when the rules, the hour, or what
 * is known of its number have changed. Part of the order of life. Must not know which carrier takes first (lanes.h),
 * nor what a carrier said.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "smpp/udh.h"

#define WALK_SLICE 1000u /* messages looked at in one turn after a change: about a millisecond */
#define WALK_MS	   1
#define HOURS_LATE 100	   /* ms: a timer may be early */
#define HOURS_MAX  3600000 /* ms */

/* --- which carriers are left --- */

/* What a submit has cost; nothing when its carrier did not take it, or is not known since a restart. */
static int64_t cost_of(const struct flow *f, const struct msg *m)
{
	bool taken = m->cid_len && !m->announced && m->carrier != MSG_NO_CARRIER;
	return taken ? carrier_conf(carriers_at(f->carriers, m->carrier))->price : 0;
}

/* What m has cost so far: every submit that a carrier took. */
static int64_t spent(const struct flow *f, const struct msg *m, int64_t parts)
{
	int64_t sum = cost_of(f, m) * parts;
	for (const struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k))
		sum += cost_of(f, k) * (k->part ? 1 : parts);
	return sum;
}

/* Bits of home's carriers where one more submit of m would cost too much. */
static uint8_t too_dear(const struct flow *f, const struct msg *m)
{
	const struct route *home = routes_at(f->routes, m->home);
	int64_t parts = m->parts ? m->parts : 1, max = f->rules[m->class_id].max_price;
	int64_t left = max - (max ? spent(f, m, parts) : 0);
	uint8_t dear = 0;
	for (unsigned i = 0; max && i < home->n; i++) {
		if (carrier_conf(carriers_at(f->carriers, home->carriers[i]))->price * parts > left)
			dear |= (uint8_t)(1u << i);
	}
	return dear;
}

/* The bit of a carrier in m's home; 0: it is not there. */
static uint8_t bit_of(const struct flow *f, const struct msg *m, uint16_t carrier)
{
	const struct route *home = routes_at(f->routes, m->home);
	for (unsigned i = 0; i < home->n; i++) {
		if (home->carriers[i] == carrier)
			return (uint8_t)(1u << i);
	}
	return 0;
}

/* Carriers that took it and could not deliver it. */
static uint8_t failed_at(const struct flow *f, const struct msg *m)
{
	uint8_t bits = 0;
	for (const struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k))
		bits |= k->kin_kind == KIN_PAST && k->final_state ? bit_of(f, m, k->carrier) : 0;
	return bits;
}

/* Gives m the lane of home's carriers without these and without those that are too dear; false: none is left. */
static bool leave_out(struct flow *f, struct msg *m, uint8_t closed)
{
	int route = routes_without(f->routes, m->home, (uint8_t)(closed | too_dear(f, m)));
	if (route < 0)
		return false;
	flow_grow_lanes(f);
	m->route = (uint16_t)route;
	return true;
}

/* --- the next carrier --- */

bool flow_next_carrier(struct flow *f, struct msg *m)
{
	if (m->kin_kind == KIN_PART || m->ends_ms <= loop_now_ms(f->loop))
		return false;
	m->tried |= bit_of(f, m, m->carrier);
	if (!leave_out(f, m, m->tried))
		return false;
	f->counters.resent++;
	return true;
}

bool flow_same_carriers(struct flow *f, struct msg *m)
{
	return leave_out(f, m, m->tried);
}

bool flow_all_carriers(struct flow *f, struct msg *m)
{
	m->tried = failed_at(f, m);
	return leave_out(f, m, m->tried);
}

static int decide_msg(struct flow *f, const struct msg *m);

/* --- the wrong network --- */

static void on_learnt(void *arg, bool stored)
{
	(void)arg;
	if (!stored)
		log_peer_warn("-", "event=ported_not_stored action=\"learnt again when a carrier says so again\"");
}

/*
 * m's carrier says that its number is with another network (now_at: its operator, or NULL when it does not say): that
 * is learnt, and m goes there, once. A part never does, its text goes on as a whole.
 */
static bool other_network(struct flow *f, struct msg *m, const char *now_at)
{
	struct pdu pdu;
	struct number to;
	struct ported_entry was;
	char masked[32];
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &to))
		return false;
	ported_find(f->ported, &to, &was);
	int op = m->guessed ? m->guessed - 1 : was.operator_ >= 0 ? was.operator_ : routes_operator_of(f->routes, &to);
	const char *not_at = op >= 0 ? routes_operator_name(f->routes, (size_t)op) : NULL;
	int learnt = now_at   ? ported_learn(f->ported, &to, now_at, on_learnt, f)
		     : not_at ? ported_learn_not(f->ported, &to, not_at, on_learnt, f)
			      : -1;
	log_peer_info(m->carrier == MSG_NO_CARRIER ? "-" : carrier_name(carriers_at(f->carriers, m->carrier)),
		      "event=wrong_network id=%llu number=%s operator=%s now_at=%s", (unsigned long long)m->id,
		      log_number(to.digits, to.n, masked), not_at ? not_at : "-", now_at ? now_at : "-");
	if (learnt < 0 || m->rerouted || m->kin_kind == KIN_PART || m->ends_ms <= loop_now_ms(f->loop))
		return false;
	int home = decide_msg(f, m);
	if (home < 0 || home == m->home || !flow_set_way(f, m, (uint16_t)home))
		return false;
	m->tried |= bit_of(f, m, m->carrier);
	if (!leave_out(f, m, m->tried))
		return false;
	m->rerouted = true;
	f->counters.rerouted++;
	return true;
}

bool flow_elsewhere(struct flow *f, struct msg *m, const struct retry_reading *r)
{
	return (r->fault == FAULT_NETWORK && other_network(f, m, r->operator_name)) || flow_next_carrier(f, m);
}

/* What was guessed is known now. */
void flow_network_right(struct flow *f, struct msg *m)
{
	struct pdu pdu;
	struct number to;
	if (!m->guessed)
		return;
	msg_pdu(m, NULL, &pdu);
	if (number_parse(pdu.sm.dst, &to) &&
	    ported_learn(f->ported, &to, routes_operator_name(f->routes, (size_t)m->guessed - 1), on_learnt, f) < 0)
		on_learnt(f, false);
	m->guessed = 0;
}

/* --- deciding --- */

bool flow_affordable(const struct flow *f, uint16_t route, enum class_id class_id)
{
	const struct route *r = routes_at(f->routes, route);
	int64_t max = f->rules[class_id].max_price;
	bool any = max == 0;
	for (unsigned i = 0; i < r->n && !any; i++)
		any = carrier_conf(carriers_at(f->carriers, r->carriers[i]))->price <= max;
	return any;
}

void flow_query_of(const struct flow *f, const struct flow_way *w, struct route_query *q)
{
	struct ported_entry ported = {.operator_ = ROUTE_NO_OPERATOR};
	ported_find(f->ported, w->to, &ported);
	*q = (struct route_query){
		.to = w->to,
		.account = w->account == MSG_NO_ACCOUNT ? ROUTE_NO_ACCOUNT : w->account,
		.class_id = w->class_id,
		.source = w->source,
		.now_ms = loop_wall_ms(f->loop),
		.operator_ = ported.operator_,
		.not_operators = ported.not_operators,
	};
}

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3u; /* FNV-1a */
	return h;
}

/* The same for all parts that an app has made of one text, on every node and after a restart; 0: it is no part. */
static uint64_t text_of(const struct flow_way *w)
{
	struct udh_concat concat;
	if (!w->part || !udh_concat_pdu(w->part, &concat) || concat.total < 2)
		return 0;
	const uint8_t mark[] = {(uint8_t)(concat.ref >> 8), (uint8_t)concat.ref, concat.total};
	uint64_t h = mix(0xcbf29ce484222325u, w->to->digits, w->to->n);
	return mix(mix(h, w->source.p, w->source.n), mark, sizeof(mark)) | 1u;
}

int flow_decide(struct flow *f, const struct flow_way *w)
{
	struct route_query q;
	flow_query_of(f, w, &q);
	const struct route *route = routes_guess(f->routes, &q);
	f->guessed = f->operator_ = route ? q.operator_ : ROUTE_NO_OPERATOR;
	if (!route)
		route = routes_decide_at(f->routes, &q, &f->operator_);
	if (!route)
		return -1;
	uint64_t text = route->choose == ROUTE_WEIGHT ? text_of(w) : 0;
	uint16_t number = text ? routes_together(f->routes, route->number, text) : route->number;
	if (text)
		flow_grow_lanes(f);
	return number;
}

/* The same for a message that is there. -1 also when its number cannot be read. */
static int decide_msg(struct flow *f, const struct msg *m)
{
	struct pdu pdu;
	struct number to;
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &to))
		return -1;
	struct flow_way w = {&to, m->account, (enum class_id)m->class_id, pdu.sm.src.addr, &pdu};
	return flow_decide(f, &w);
}

/* Bits of the carriers in the route `to` that are set in bits for the route `from`. */
static uint8_t move_bits(const struct flow *f, uint8_t bits, uint16_t from, uint16_t to)
{
	const struct route *a = routes_at(f->routes, from), *b = routes_at(f->routes, to);
	uint8_t out = 0;
	for (unsigned i = 0; i < a->n; i++) {
		for (unsigned k = 0; (bits & 1u << i) && k < b->n; k++)
			out |= (uint8_t)((a->carriers[i] == b->carriers[k]) << k);
	}
	return out;
}

bool flow_set_way(struct flow *f, struct msg *m, uint16_t home)
{
	m->tried = m->tried ? move_bits(f, m->tried, m->home, home) : 0;
	m->guessed = (uint8_t)(f->guessed == ROUTE_NO_OPERATOR ? 0 : f->guessed + 1);
	m->op = f->operator_ == ROUTE_NO_OPERATOR ? MSG_NO_OPERATOR : (uint8_t)(f->operator_ + 1);
	m->epoch = f->epoch;
	m->home = m->route = home;
	if (!m->tried && f->rules[m->class_id].max_price == 0)
		return true;
	return leave_out(f, m, m->tried);
}

/* No rule holds for it at this hour: it waits for one that does, when there will be one in time. */
static void wait_for_hours(struct flow *f, struct msg *m)
{
	int64_t next = routes_next_change_ms(f->routes, loop_wall_ms(f->loop));
	flow_unannounce(f, m);
	if (next >= msg_expiry_ms(m, f->loop)) {
		flow_finish(f, m, FINISH_NO_ROUTE, 0, NULL);
		return;
	}
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer(f, m, next + HOURS_LATE);
	flow_tell_held(f, m, WAIT_ROUTE);
}

bool flow_on_its_way(struct flow *f, struct msg *m)
{
	if (m->epoch == f->epoch || m->kin_kind == KIN_PART)
		return true;
	int home = decide_msg(f, m);
	f->counters.decided_again++;
	if (home >= 0 && flow_set_way(f, m, (uint16_t)home))
		return true;
	if (home >= 0 && m->tried && flow_all_carriers(f, m))
		return true;
	if (home >= 0)
		flow_finish(f, m, FINISH_NO_ROUTE, 0, NULL);
	else
		wait_for_hours(f, m);
	return false;
}

void flow_recall(struct flow *f, struct msg *m)
{
	int home = decide_msg(f, m);
	m->home = m->route = home >= 0 ? (uint16_t)home : 0;
	m->epoch = home >= 0 ? f->epoch : (uint16_t)(f->epoch - 1); /* asked again before it is sent */
	m->attempts = m->cid_len ? 1 : 0;
	for (const struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		bool once = k->kin_kind == KIN_DOUBT || (k->kin_kind == KIN_PAST && k->part <= 1);
		m->attempts = (uint8_t)(m->attempts + once); /* the parts of one submit are one */
	}
	if (home < 0)
		return;
	m->tried = failed_at(f, m);
	if (m->tried && leave_out(f, m, m->tried))
		return;
	m->tried = 0;
	if (m->attempts && !leave_out(f, m, 0))
		m->route = m->home;
}

/* --- changes --- */

/* One that waits in the queue, when another lane is its own now. */
static void move_one(struct msg *m, void *arg)
{
	struct flow *f = arg;
	if (f->hours_changed)
		flow_due_changed(f, m);
	if (m->state != MSG_QUEUED || m->epoch == f->epoch || m->kin_kind == KIN_PART)
		return;
	struct msg *beside = queue_neighbour(f->queue, m); /* its place is found at once, however many wait */
	flow_withdraw(f, m);
	if (flow_on_its_way(f, m))
		flow_put_near(f, m, beside && queue_same_line(beside, m) ? beside : NULL);
}

static void on_walk(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, walk_timer);
	if (msgs_slice(f->msgs, &f->walked, WALK_SLICE, move_one, f))
		loop_timer(f->loop, t, WALK_MS);
	else
		f->hours_changed = false;
}

static void await_hours(struct flow *f);

static void on_hours(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, hours_timer);
	if (loop_wall_ms(f->loop) >= f->hours_ms)
		flow_routes_changed(f);
	else
		await_hours(f);
}

/* Clocks are set: it is looked at again at least every hour. */
static void await_hours(struct flow *f)
{
	int64_t wait = f->hours_ms - loop_wall_ms(f->loop);
	f->hours_timer.fn = on_hours;
	if (f->hours_ms == INT64_MAX)
		loop_timer_clear(f->loop, &f->hours_timer);
	else
		loop_timer(f->loop, &f->hours_timer, wait < HOURS_MAX ? wait + HOURS_LATE : HOURS_MAX);
}

void flow_routes_changed(struct flow *f)
{
	f->epoch++;
	flow_grow_lanes(f);
	flow_find_takers(f);
	f->walked = 0;
	f->walk_timer.fn = on_walk;
	on_walk(&f->walk_timer); /* at once: nothing that comes now goes before what waits */
	f->hours_ms = routes_next_change_ms(f->routes, loop_wall_ms(f->loop));
	await_hours(f);
}
