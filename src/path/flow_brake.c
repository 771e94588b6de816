/*
 * flow_brake.c - brakes in the order of life: how texts end is told to the watch, what is braked waits here until the
 * operator has released it. What is braked stands in the store: all nodes follow it, and it holds over a restart. Must
 * not know when a brake trips (brake.h).
 */
#include "path/flow_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define SLICE 300u /* messages let go in a turn */

struct braked { /* by the store */
	struct brake_place place;
	char name[128];
	char why[200]; /* with its time in front, as it stands in the store */
	bool seen;     /* by the reading that is under way */
};

struct braking {
	struct flow *flow;
	struct brakes *watch;
	struct braked *at;
	size_t n, cap;
	bool reading, again; /* the store is being read; and is to be read once more */
	struct list waiting; /* messages */
	uint64_t let;	     /* of these that are still to be looked at after a release */
	struct timer timer;
	struct braking_counters {
		uint64_t tripped, held;
	} counters;
};

static const struct stats_row stat_rows[] = {
	{"smppgw_brakes_total", "Brakes that have tripped: texts of a class stopped for an account or carrier.",
	 STATS_COUNTER, offsetof(struct braking_counters, tripped), NULL, NULL},
	{"smppgw_braked", "Texts that wait until a brake is released.", STATS_GAUGE,
	 offsetof(struct braking_counters, held), NULL, NULL},
};

/* --- names --- */

static int account_number_of(const void *arg, const char *name)
{
	const struct account *a = accounts_find(((const struct flow *)arg)->accounts, view_of(name));
	return a ? (int)account_number(a) : -1;
}

static int carrier_number_of(const void *arg, const char *name)
{
	const struct carrier *c = carriers_find(((const struct flow *)arg)->carriers, name);
	return c ? (int)carrier_number(c) : -1;
}

static void print_place(const struct flow *f, const struct brake_place *p, char out[128])
{
	snprintf(out, 128, "%s/%s/%s",
		 p->account == BRAKE_ANY ? "-" : account_name(accounts_at(f->accounts, p->account)),
		 p->carrier == BRAKE_ANY ? "-" : carrier_name(carriers_at(f->carriers, p->carrier)),
		 class_name(p->class_id));
}

/* "bank/-/promo"; false when an account, carrier or class is not there. */
static bool read_place(const struct flow *f, struct view name, struct brake_place *out)
{
	char text[128], *carrier, *class;
	snprintf(text, sizeof(text), "%.*s", (int)name.n, (const char *)name.p);
	carrier = strchr(text, '/');
	class = carrier ? strchr(carrier + 1, '/') : NULL;
	if (!class)
		return false;
	*carrier++ = *class ++ = '\0';
	int account = strcmp(text, "-") == 0 ? -2 : account_number_of(f, text);
	int number = strcmp(carrier, "-") == 0 ? -2 : carrier_number_of(f, carrier);
	out->account = account == -2 ? BRAKE_ANY : (size_t)account;
	out->carrier = number == -2 ? BRAKE_ANY : (size_t)number;
	return account != -1 && number != -1 && class_by_name(view_of(class), &out->class_id);
}

/* --- what is braked --- */

static bool stops(const struct braking *b, const struct msg *m, size_t carrier)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct brake_place *p = &b->at[i].place;
		if (p->class_id == (enum class_id)m->class_id &&
		    (p->account == BRAKE_ANY || p->account == m->account) &&
		    (p->carrier == BRAKE_ANY || p->carrier == carrier))
			return true;
	}
	return false;
}

static void look_again(struct braking *b)
{
	b->let = b->counters.held;
	loop_timer(b->flow->loop, &b->timer, 0);
}

static void on_value(void *arg, struct view name, struct view value)
{
	struct braking *b = arg;
	struct brake_place place;
	size_t i = 0;
	while (i < b->n && !view_eq(name, view_of(b->at[i].name)))
		i++;
	if (i == b->n) {
		if (name.n >= sizeof(b->at[0].name) || !read_place(b->flow, name, &place))
			return;
		if (b->n == b->cap) {
			b->cap = b->cap ? 2 * b->cap : 8;
			b->at = mem_realloc(b->at, b->cap * sizeof(*b->at));
		}
		struct braked *x = &b->at[b->n++];
		*x = (struct braked){.place = place};
		snprintf(x->name, sizeof(x->name), "%.*s", (int)name.n, (const char *)name.p);
		snprintf(x->why, sizeof(x->why), "%.*s", (int)value.n, (const char *)value.p);
		const char *why = strchr(x->why, ',');
		log_warn("-", "event=braked what=%s why=\"%s\" action=\"its texts wait; smppgwctl brake release %s\"",
			 x->name, why ? why + 1 : x->why, x->name);
	}
	b->at[i].seen = true;
}

static void on_read(void *arg, bool ok)
{
	struct braking *b = arg;
	size_t n = 0;
	b->reading = false;
	for (size_t i = 0; i < b->n; i++) {
		if (b->at[i].seen || !ok) {
			b->at[n++] = b->at[i];
			continue;
		}
		log_info("-", "event=brake_released what=%s", b->at[i].name);
		brakes_release(b->watch, &b->at[i].place);
	}
	if (n < b->n)
		look_again(b);
	b->n = n;
	if (b->again)
		flow_brakes_changed(b->flow);
}

void flow_brakes_changed(struct flow *f)
{
	static const struct store_hash_reader reader = {on_value, on_read};
	struct braking *b = f->braking;
	b->again = b->reading;
	if (b->reading)
		return;
	for (size_t i = 0; i < b->n; i++)
		b->at[i].seen = false;
	b->reading = store_brake_list(f->store, &reader, b) == 0;
}

/* --- what waits --- */

bool flow_brake_holds(struct flow *f, struct msg *m, size_t carrier)
{
	struct braking *b = f->braking;
	if (b->n == 0 || m->kin_kind != KIN_NONE || m->internal || !stops(b, m, carrier))
		return false;
	flow_unannounce(f, m);
	if (!m->ranked)
		queue_rank(f->queue, m);
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	flow_tell_held(f, m, WAIT_BRAKE);
	m->braked = true;
	b->counters.held++;
	list_append(&b->waiting, &m->link);
	return true;
}

void flow_brake_left(struct flow *f, struct msg *m)
{
	if (!m->braked)
		return;
	m->braked = false;
	f->braking->counters.held--;
}

/* Something was released: each is looked at once, those still braked come back to the end of the list. */
static void on_timer(struct timer *t)
{
	struct braking *b = LIST_OF(t, struct braking, timer);
	for (unsigned n = 0; n < SLICE && b->let > 0 && !list_empty(&b->waiting); n++) {
		struct msg *m = LIST_OF(b->waiting.next, struct msg, link);
		b->let--;
		list_remove(&m->link);
		flow_brake_left(b->flow, m);
		loop_timer_clear(b->flow->loop, &m->timer);
		flow_enqueue(b->flow, m);
	}
	if (b->let > 0 && !list_empty(&b->waiting))
		loop_timer(b->flow->loop, t, 0);
}

/* --- what is watched --- */

void flow_brake_ended(struct flow *f, const struct msg *m, enum finish how)
{
	bool told = how == FINISH_DELIVERED || how == FINISH_FAILED || how == FINISH_NO_RECEIPT;
	if (!told || m->internal || !brakes_any(f->braking->watch))
		return;
	struct brake_place of = {m->account == MSG_NO_ACCOUNT ? BRAKE_ANY : m->account,
				 m->carrier == MSG_NO_CARRIER ? BRAKE_ANY : m->carrier, (enum class_id)m->class_id};
	brakes_ended(f->braking->watch, &of, loop_now_us(f->loop) / 1000, how == FINISH_DELIVERED);
}

void flow_brake_reply(struct flow *f, size_t account, enum campaign_reply kind)
{
	if (kind != CAMPAIGN_REPLY_ANY)
		brakes_out(f->braking->watch, account, loop_now_us(f->loop) / 1000);
}

void flow_brakes_tick(struct flow *f)
{
	brakes_tick(f->braking->watch, loop_now_us(f->loop) / 1000);
}

struct tripping {
	struct braking *braking;
	struct brake_place place;
};

static void on_set(void *arg, bool ok, bool done)
{
	struct tripping *t = arg;
	struct braking *b = t->braking;
	if (ok && done)
		b->counters.tripped++;
	if (!ok) /* not known to be braked: it shall trip again */
		brakes_release(b->watch, &t->place);
	flow_brakes_changed(b->flow);
	mem_free(t);
}

static void on_trip(void *arg, const struct brake_place *place, const char *why)
{
	struct braking *b = arg;
	struct flow *f = b->flow;
	char name[128], value[200];
	print_place(f, place, name);
	int n = snprintf(value, sizeof(value), "%lld,%s", (long long)loop_wall_ms(f->loop), why);
	struct tripping *t = mem_zalloc(sizeof(*t));
	*t = (struct tripping){b, *place};
	if (store_brake_set(f->store, view_of(name), (struct view){(const uint8_t *)value, (uint32_t)n}, on_set, t) < 0)
		on_set(t, false, false);
}

/* --- the operator --- */

void flow_brakes_each(const struct flow *f, void (*fn)(void *arg, const struct flow_brake *what), void *arg)
{
	const struct braking *b = f->braking;
	for (size_t i = 0; i < b->n; i++) {
		const char *why = strchr(b->at[i].why, ',');
		struct flow_brake x = {b->at[i].name, why ? why + 1 : b->at[i].why, strtoll(b->at[i].why, NULL, 10)};
		fn(arg, &x);
	}
}

uint64_t flow_brakes_held(const struct flow *f)
{
	return f->braking->counters.held;
}

struct releasing {
	struct flow *flow;
	void (*fn)(void *arg, bool ok, bool done);
	void *arg;
};

static void on_released(void *arg, bool ok, bool done)
{
	struct releasing *r = arg;
	flow_brakes_changed(r->flow);
	r->fn(r->arg, ok, done);
	mem_free(r);
}

int flow_brake_release(struct flow *f, const char *name, void (*fn)(void *arg, bool ok, bool done), void *arg)
{
	struct releasing *r = mem_zalloc(sizeof(*r));
	*r = (struct releasing){f, fn, arg};
	log_info("-", "event=brake_release by=operator what=%s", name);
	if (store_brake_release(f->store, view_of(name), on_released, r) == 0)
		return 0;
	mem_free(r);
	return -1;
}

/* --- all of it --- */

void flow_brake_init(struct flow *f)
{
	struct braking *b = mem_zalloc(sizeof(*b));
	b->flow = f;
	b->watch = brakes_new(on_trip, b);
	b->timer.fn = on_timer;
	list_init(&b->waiting);
	f->braking = b;
	flow_brake_set(f);
	stats_add(f->stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &b->counters, NULL, NULL, NULL);
}

void flow_brake_set(struct flow *f)
{
	struct brake_names names = {account_number_of, carrier_number_of, f};
	brakes_set(f->braking->watch, f->conf.brakes, f->conf.brakes_n, &names);
}

void flow_brake_free(struct flow *f)
{
	struct braking *b = f->braking;
	loop_timer_clear(f->loop, &b->timer);
	stats_drop(f->stats, &b->counters);
	brakes_free(b->watch);
	mem_free(b->at);
	mem_free(b);
}
