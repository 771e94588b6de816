/*
 * lanes.c - who takes from which lane. Must not know messages, links or why a carrier is not well.
 *
 * Sharing by weight: each taker has a clock that its messages advance by 1/weight; who is ahead of another that could
 * take waits for it. Who cannot take now (window full, pace, pause) holds nobody up, and gets no more than its part
 * when it can again: its clock is set forward.
 */
#include "path/lanes.h"

#include <string.h>

#include "base/mem.h"

#define AT_ONCE_MAX 32u /* messages by which a taker may be ahead when many wait */
#define AT_ONCE_OF  8u	/* ... one for so many that wait */

struct taker {
	uint16_t carrier;
	double step;  /* 1/weight */
	double clock; /* messages taken, by weight */
};

struct lane_takers {
	struct taker at[ROUTE_MAX_CARRIERS];
	uint16_t carriers[ROUTE_MAX_CARRIERS];
	unsigned n;
};

struct lanes {
	const struct routes *routes;
	const struct health *health;
	const struct lanes_ops *ops;
	void *arg;
	struct lane_takers *lane;
	size_t n;
	uint16_t **of; /* by carrier: its lanes */
	size_t *of_n;
	size_t carriers;
	unsigned probe;
};

struct lanes *lanes_new(const struct routes *routes, const struct health *health, const struct lanes_ops *ops,
			void *arg)
{
	struct lanes *l = mem_zalloc(sizeof(*l));
	l->routes = routes;
	l->health = health;
	l->ops = ops;
	l->arg = arg;
	return l;
}

void lanes_free(struct lanes *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->carriers; i++)
		mem_free(l->of[i]);
	mem_free(l->of);
	mem_free(l->of_n);
	mem_free(l->lane);
	mem_free(l);
}

/* --- choosing --- */

struct candidate {
	uint16_t carrier;
	uint16_t weight;
	enum health_state health;
};

/* Those that are up; with choose = price the cheapest first, and none whose delivery is under the floor while another
 * is over it. */
static unsigned candidates(const struct lanes *l, const struct route *r, struct candidate out[ROUTE_MAX_CARRIERS])
{
	unsigned n = 0, good = 0;
	bool over[ROUTE_MAX_CARRIERS];
	for (unsigned i = 0; i < r->n; i++) {
		uint16_t c = r->carriers[i];
		if (!l->ops->up(l->arg, c))
			continue;
		int delivery = health_delivery(l->health, c);
		unsigned at = n++;
		while (r->choose == ROUTE_PRICE && at > 0 &&
		       l->ops->price(l->arg, out[at - 1].carrier) > l->ops->price(l->arg, c)) {
			out[at] = out[at - 1];
			over[at] = over[at - 1];
			at--;
		}
		out[at] = (struct candidate){c, r->weights[i], health_state(l->health, c)};
		over[at] = r->choose != ROUTE_PRICE || delivery < 0 || delivery >= (int)r->floor;
	}
	for (unsigned i = 0; i < n; i++)
		good += over[i];
	unsigned kept = 0;
	for (unsigned i = 0; i < n; i++) {
		if (good == 0 || over[i])
			out[kept++] = out[i];
	}
	return kept;
}

static void add(struct lane_takers *t, uint16_t carrier, double weight)
{
	t->carriers[t->n] = carrier;
	t->at[t->n++] = (struct taker){carrier, 1 / weight, 0};
}

/* The best health that any of them has: GOOD before PROVING before AWAY. */
static enum health_state best_health(const struct candidate *c, unsigned n)
{
	static const enum health_state order[] = {HEALTH_GOOD, HEALTH_PROVING, HEALTH_AWAY};
	for (unsigned o = 0; o < 3; o++) {
		for (unsigned i = 0; i < n; i++) {
			if (c[i].health == order[o])
				return order[o];
		}
	}
	return HEALTH_AWAY;
}

/* Whose weight is 0 takes only what no other can: they are left out while one of the best has a weight. */
static unsigned drop_reserves(struct candidate *c, unsigned n)
{
	enum health_state best = best_health(c, n);
	unsigned weighty = 0, kept = 0;
	for (unsigned i = 0; i < n; i++)
		weighty += c[i].weight > 0 && c[i].health == best;
	for (unsigned i = 0; i < n; i++) {
		if (c[i].weight > 0 || !weighty)
			c[kept++] = c[i];
	}
	for (unsigned i = 0; i < kept && !weighty; i++)
		c[i].weight = 1;
	return kept;
}

static void choose(const struct lanes *l, const struct route *r, struct lane_takers *t)
{
	struct candidate c[ROUTE_MAX_CARRIERS];
	bool all = r->choose == ROUTE_WEIGHT, found = false;
	unsigned n = candidates(l, r, c);
	n = all ? drop_reserves(c, n) : n;
	enum health_state best = best_health(c, n);
	t->n = 0;
	for (unsigned i = 0; i < n && (all || !found); i++) {
		bool proving = c[i].health == HEALTH_PROVING && best == HEALTH_GOOD;
		double weight = all ? c[i].weight : 1;
		if (c[i].health == best)
			add(t, c[i].carrier, weight * (100.0 - (all ? 0 : l->probe)));
		else if (proving)
			add(t, c[i].carrier, weight * l->probe);
		found |= c[i].health == best;
	}
}

static bool same_takers(const struct lane_takers *a, const struct lane_takers *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		if (a->at[i].carrier != b->at[i].carrier || a->at[i].step < b->at[i].step ||
		    a->at[i].step > b->at[i].step)
			return false;
	}
	return true;
}

/* --- the tables --- */

static void grow(struct lanes *l, size_t lanes, size_t carriers)
{
	if (lanes > l->n) {
		l->lane = mem_realloc(l->lane, lanes * sizeof(*l->lane));
		memset(l->lane + l->n, 0, (lanes - l->n) * sizeof(*l->lane));
		l->n = lanes;
	}
	if (carriers > l->carriers) {
		l->of = mem_realloc(l->of, carriers * sizeof(*l->of));
		l->of_n = mem_realloc(l->of_n, carriers * sizeof(*l->of_n));
		memset(l->of + l->carriers, 0, (carriers - l->carriers) * sizeof(*l->of));
		l->carriers = carriers;
	}
	for (size_t i = 0; i < l->carriers; i++) {
		l->of[i] = mem_realloc(l->of[i], (l->n + 1) * sizeof(**l->of));
		l->of_n[i] = 0;
	}
}

void lanes_update(struct lanes *l, size_t carriers, unsigned probe)
{
	l->probe = probe;
	grow(l, routes_count(l->routes), carriers);
	for (size_t lane = 0; lane < l->n; lane++) {
		struct lane_takers now = {.n = 0};
		choose(l, routes_at(l->routes, lane), &now);
		if (!same_takers(&now, &l->lane[lane]))
			l->lane[lane] = now;
		for (unsigned i = 0; i < now.n; i++) {
			uint16_t c = now.carriers[i];
			l->of[c][l->of_n[c]++] = (uint16_t)lane;
		}
	}
}

uint16_t lanes_first(const struct lanes *l, size_t lane)
{
	const struct lane_takers *t = &l->lane[lane];
	const struct taker *best = &t->at[0];
	for (unsigned i = 1; i < t->n; i++)
		best = t->at[i].step < best->step ? &t->at[i] : best;
	return t->n ? best->carrier : LANES_NOBODY;
}

unsigned lanes_takers(const struct lanes *l, size_t lane, const uint16_t **carriers)
{
	*carriers = l->lane[lane].carriers;
	return l->lane[lane].n;
}

size_t lanes_of(const struct lanes *l, size_t carrier, const uint16_t **lanes)
{
	if (carrier >= l->carriers)
		return 0;
	*lanes = l->of[carrier];
	return l->of_n[carrier];
}

/* --- turns --- */

static struct taker *taker_of(struct lane_takers *t, size_t carrier)
{
	for (unsigned i = 0; i < t->n; i++) {
		if (t->at[i].carrier == carrier)
			return &t->at[i];
	}
	return NULL;
}

bool lanes_turn(struct lanes *l, size_t lane, size_t carrier, uint64_t waiting)
{
	struct lane_takers *t = &l->lane[lane];
	struct taker *me = t->n > 1 ? taker_of(t, carrier) : NULL;
	uint64_t at_once = waiting / AT_ONCE_OF;
	if (!me)
		return true;
	double step = me->step;
	for (unsigned i = 0; i < t->n; i++)
		step = t->at[i].step < step ? t->at[i].step : step;
	double ahead = me->clock - step * (double)(at_once < AT_ONCE_MAX ? at_once : AT_ONCE_MAX);
	for (unsigned i = 0; i < t->n; i++) {
		struct taker *other = &t->at[i];
		if (other == me || other->clock >= ahead)
			continue;
		if (l->ops->ready(l->arg, other->carrier))
			return false;
		other->clock = ahead;
	}
	return true;
}

void lanes_took(struct lanes *l, size_t lane, size_t carrier, unsigned n)
{
	struct lane_takers *t = &l->lane[lane];
	struct taker *me = t->n > 1 ? taker_of(t, carrier) : NULL;
	if (me)
		me->clock += me->step * n;
}
