/*
 * opening.c - when a message may leave. Must not know who asks, nor what is done with the answer.
 */
#include "policy/opening.h"

#include "policy/opening_priv.h"
#include "policy/zone.h"

#define DAY_MS	   INT64_C(86400000)
#define HORIZON_MS (SPANS_DAYS * DAY_MS)

struct query { /* whom the rules are asked for */
	const struct opening *o;
	size_t account, carrier;
	enum class_id class_id;
	struct scope_list rows;
	bool builtin;			 /* what is built in holds beside the rows */
	const struct opening_rule *slot; /* asked for too; NULL: none */
	struct zones zones;		 /* of the number */
	int16_t unknown;		 /* what zones shows when the country is not known */
};

struct answer {
	bool open;
	int64_t same_ms;  /* until then it is the same */
	int64_t opens_ms; /* closed: when all are open, INT64_MAX: not within SPANS_DAYS; open: the moment asked for */
	int64_t ends_ms;  /* of that opening */
	int64_t spread_ms;
	const struct opening_rule *refuses, *closed; /* the first closed rule that refuses; the first closed one */
};

/* --- which rules --- */

static bool builtin_holds(const struct query *q)
{
	if (!class_promotional(q->class_id))
		return false;
	for (size_t i = 0; i < q->rows.n; i++) {
		if (q->o->windows[q->rows.at[i]].names_class)
			return false;
	}
	return true;
}

static void ask_about(struct query *q, const struct opening *o, size_t account, enum class_id class_id, size_t carrier)
{
	*q = (struct query){.o = o, .account = account, .carrier = carrier, .class_id = class_id};
	q->rows = scope_at(o->window_scope, account, class_id);
	q->builtin = builtin_holds(q);
}

/* A number's clocks are ascending and static; `unknown` is the query's own, so the query must not move. */
static void ask_for_number(struct query *q, struct view number)
{
	q->zones = zone_of(number);
	q->unknown = (int16_t)calendar_zone(q->o->calendar);
	if (!q->zones.n)
		q->zones = (struct zones){&q->unknown, 1};
}

/* The next rule of a query; *i is 0 at first. NULL: no more. */
static const struct opening_rule *next_rule(const struct query *q, size_t *i)
{
	while (*i < q->rows.n) {
		uint32_t row = q->rows.at[(*i)++];
		if (scope_carrier(q->o->window_scope, row, q->carrier))
			return &q->o->windows[row];
	}
	size_t rest = (*i)++ - q->rows.n;
	if (rest == 0 && q->builtin)
		return &q->o->builtin;
	if (rest == 0)
		rest = (*i)++ - q->rows.n;
	return rest == 1 ? q->slot : NULL;
}

static bool any_rule(const struct query *q)
{
	size_t i = 0;
	return next_rule(q, &i) != NULL;
}

static int zone_to_show(const struct query *q, const struct opening_rule *rule)
{
	return rule && rule->own_zone ? rule->zone : q->zones.minutes[0];
}

/* --- when --- */

/* One rule in all zones that count. *edge_ms as spans_open(): the earliest end, or the latest of the openings. */
static bool rule_open(const struct query *q, const struct opening_rule *rule, int64_t at_ms, int64_t *edge_ms)
{
	const int16_t *zones = rule->own_zone ? &rule->zone : q->zones.minutes;
	size_t n = rule->own_zone ? 1 : q->zones.n;
	int64_t ends = INT64_MAX, opens = INT64_MIN;
	for (size_t i = 0; i < n; i++) {
		int64_t edge;
		if (spans_open(rule->spans, q->o->calendar, zones[i], at_ms, &edge))
			ends = edge < ends ? edge : ends;
		else
			opens = edge > opens ? edge : opens;
	}
	*edge_ms = opens == INT64_MIN ? ends : opens;
	return opens == INT64_MIN;
}

/* All rules at a moment. same_ms: the first edge of any, a day at most; opens_ms: closed: not before; ends_ms: open:
 * the end. */
static void look_at(const struct query *q, int64_t at_ms, struct answer *a)
{
	const struct opening_rule *rule;
	size_t i = 0;
	*a = (struct answer){.open = true, .same_ms = at_ms + DAY_MS, .opens_ms = at_ms, .ends_ms = INT64_MAX};
	while ((rule = next_rule(q, &i))) {
		int64_t edge;
		bool open = rule_open(q, rule, at_ms, &edge);
		if (edge < a->same_ms)
			a->same_ms = edge;
		if (open) {
			a->ends_ms = edge < a->ends_ms ? edge : a->ends_ms;
			continue;
		}
		a->open = false;
		a->opens_ms = edge > a->opens_ms ? edge : a->opens_ms;
		if (!a->closed)
			a->closed = rule;
		if (rule->refuse && !a->refuses)
			a->refuses = rule;
		if (rule->spread_ms > a->spread_ms)
			a->spread_ms = rule->spread_ms;
	}
}

/* The same, and when closed the first moment at which all are open, with the end of that. */
static void look_from(const struct query *q, int64_t at_ms, struct answer *a)
{
	look_at(q, at_ms, a);
	struct answer then = *a;
	while (!then.open && then.opens_ms <= at_ms + HORIZON_MS)
		look_at(q, then.opens_ms, &then);
	if (a->open)
		return;
	a->opens_ms = then.open ? then.opens_ms : INT64_MAX;
	a->ends_ms = then.ends_ms;
}

/* Any 64 bits to others: ids that follow each other do not give moments that do. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* A moment from `from`, before `to`, before the end of the validity (0: none), within the spread. */
static int64_t spread_out(int64_t from, int64_t to, int64_t spread_ms, int64_t expiry_ms, uint64_t seed)
{
	int64_t room = to - from < spread_ms ? to - from : spread_ms;
	if (expiry_ms && expiry_ms - from < room)
		room = expiry_ms - from;
	return room > 0 ? from + (int64_t)(mix(seed) % (uint64_t)room) : from;
}

/* --- when a message arrives --- */

bool opening_concerns(const struct opening *o, size_t account, enum class_id class_id)
{
	struct query q;
	ask_about(&q, o, account, class_id, POLICY_NO_CARRIER);
	return q.rows.n > 0 || q.builtin || scope_at(o->slot_scope, account, class_id).n > 0;
}

static enum policy_effect refuse(const struct query *q, struct policy_subject *s, const struct answer *a, int64_t at_ms)
{
	const struct opening_rule *rule = a->refuses ? a->refuses : a->closed;
	char at[CALENDAR_STAMP], opens[CALENDAR_STAMP];
	int zone = zone_to_show(q, rule);
	calendar_stamp(at_ms, zone, at);
	if (a->opens_ms == INT64_MAX)
		subject_detail(s, "window %s is closed at %s and not open together with all others within %d days",
			       rule->name, at, SPANS_DAYS);
	else if (a->refuses)
		subject_detail(s, "window %s is closed at %s, it opens at %s", rule->name, at,
			       calendar_stamp(a->opens_ms, zone, opens));
	else
		subject_detail(s, "window %s opens at %s, the message is valid until %s", rule->name,
			       calendar_stamp(a->opens_ms, zone, opens), calendar_stamp(s->expiry_ms, zone, at));
	return POLICY_REFUSE;
}

static enum policy_effect wait_for(const struct query *q, struct policy_subject *s, const struct opening_rule *rule,
				   int64_t opens_ms, int64_t due_ms)
{
	char opens[CALENDAR_STAMP];
	subject_detail(s, "%s %s opens at %s", rule == q->slot ? "slot" : "window", rule->name,
		       calendar_stamp(opens_ms, zone_to_show(q, rule), opens));
	s->due_ms = due_ms;
	return POLICY_WAIT;
}

/* The row of slots for the message: the first that names its campaign, else the first for every campaign. */
static const struct opening_rule *slot_of(const struct opening *o, const struct policy_subject *s)
{
	struct scope_list rows = scope_at(o->slot_scope, s->account, s->class_id);
	const struct opening_rule *any = NULL;
	for (size_t i = 0; i < rows.n; i++) {
		const struct opening_rule *slot = &o->slots[rows.at[i]];
		if (!*slot->campaign)
			any = any ? any : slot;
		else if (view_eq(view_of(slot->campaign), s->campaign))
			return slot;
	}
	return any;
}

/*
 * A slot that begins soon enough, while the windows are open: POLICY_PASS in *effect when it is now. False: there is
 * none.
 */
static bool try_slot(struct query *q, struct policy_subject *s, int64_t at_ms, enum policy_effect *effect)
{
	struct answer a;
	const struct opening_rule *slot = slot_of(q->o, s);
	if (!slot)
		return false;
	q->slot = slot;
	look_from(q, at_ms, &a);
	bool good = a.opens_ms <= at_ms + slot->within_ms && (s->expiry_ms == 0 || a.opens_ms < s->expiry_ms);
	*effect = POLICY_PASS;
	if (good && !a.open)
		*effect = wait_for(q, s, slot, a.opens_ms,
				   spread_out(a.opens_ms, a.ends_ms, slot->spread_ms, s->expiry_ms, s->seed));
	q->slot = NULL;
	return good;
}

enum policy_effect opening_judge(const struct opening *o, struct policy_subject *s)
{
	struct query q;
	struct answer a;
	enum policy_effect effect;
	int64_t at_ms = s->due_ms > s->now_ms ? s->due_ms : s->now_ms;
	ask_about(&q, o, s->account, s->class_id, s->carrier);
	ask_for_number(&q, s->number);
	look_at(&q, at_ms, &a);
	if (a.refuses) {
		look_from(&q, at_ms, &a);
		return refuse(&q, s, &a, at_ms);
	}
	if (try_slot(&q, s, at_ms, &effect))
		return effect;
	if (a.open)
		return POLICY_PASS;
	look_from(&q, at_ms, &a);
	if (a.opens_ms == INT64_MAX || (s->expiry_ms && a.opens_ms >= s->expiry_ms))
		return refuse(&q, s, &a, at_ms);
	return wait_for(&q, s, a.closed, a.opens_ms,
			spread_out(a.opens_ms, a.ends_ms, a.spread_ms, s->expiry_ms, s->seed));
}

/* --- before it leaves --- */

__attribute__((noinline)) static bool has_rule(const struct opening *o, size_t account, enum class_id class_id,
					       size_t carrier)
{
	struct query q;
	ask_about(&q, o, account, class_id, carrier);
	return any_rule(&q);
}

bool opening_matters(const struct opening *o, size_t account, enum class_id class_id, size_t carrier)
{
	if (!class_promotional(class_id) && scope_at(o->window_scope, account, class_id).n == 0)
		return false; /* nearly always, and asked for every message that leaves */
	return has_rule(o, account, class_id, carrier);
}

static struct opening_cell *cell_of(const struct opening *o, const struct opening_ask *ask)
{
	uint64_t key = ((uint64_t)ask->account * CLASSES + ask->class_id) * 1009 + ask->carrier;
	return &o->cells[mix(key) & (OPENING_CACHE - 1)];
}

static bool cell_holds(const struct opening_cell *cell, const struct opening_ask *ask)
{
	return cell->account == ask->account && cell->carrier == ask->carrier && cell->class_id == ask->class_id &&
	       ask->now_ms >= cell->from_ms && ask->now_ms < cell->to_ms;
}

static void fill_cell(const struct opening *o, const struct opening_ask *ask, struct opening_cell *cell)
{
	struct query q;
	struct answer a;
	ask_about(&q, o, ask->account, ask->class_id, ask->carrier);
	ask_for_number(&q, ask->number);
	look_from(&q, ask->now_ms, &a);
	*cell = (struct opening_cell){.account = ask->account,
				      .carrier = ask->carrier,
				      .class_id = (uint8_t)ask->class_id,
				      .from_ms = ask->now_ms,
				      .to_ms = a.same_ms,
				      .open = a.open,
				      .opens_ms = a.opens_ms,
				      .ends_ms = a.ends_ms,
				      .spread_ms = a.spread_ms};
}

bool opening_open(const struct opening *o, const struct opening_ask *ask, int64_t *opens_ms)
{
	struct opening_cell other, *cell = zone_is_china(ask->number) ? cell_of(o, ask) : &other;
	if (cell == &other || !cell_holds(cell, ask))
		fill_cell(o, ask, cell);
	if (cell->open)
		return true;
	*opens_ms = cell->opens_ms == INT64_MAX
			    ? 0
			    : spread_out(cell->opens_ms, cell->ends_ms, cell->spread_ms, 0, ask->seed);
	return false;
}
