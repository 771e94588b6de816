/*
 * health.c - carriers' health by counting over a sliding window of ten slices. Must not know routes, queues or links.
 *
 *   GOOD ── too many refused, too few delivered, link lost too often ──► AWAY ── its time is over ──► PROVING
 *     ▲                                                                    ▲                            │
 *     └──────────────────────────── went well ─────────────────────────────┼──── went badly (longer) ───┘
 *
 * Two limits each, so that a carrier near one of them does not go to and fro. What is counted in PROVING is only what
 * has happened since: a fifth of the samples is enough to go back to GOOD or AWAY.
 */
#include "path/health.h"

#include <string.h>

#include "base/mem.h"

#define SLICES	     10
#define PROVING_PART 5 /* of conf.samples */

const struct conf_row health_rows[] = {
	{"window", CONF_INT, offsetof(struct health_conf, window), "s", 10, 86400, "300", true,
	 "How long what a carrier does counts for its health.", NULL},
	{"samples", CONF_INT, offsetof(struct health_conf, samples), "", 5, 1000000, "50", true,
	 "Submits, or receipts, in the window before a carrier is judged by them.", NULL},
	{"delivery_low", CONF_INT, offsetof(struct health_conf, delivery_low), "%", 0, 100, "30", true,
	 "A carrier is left when fewer of its receipts say delivered; 0: never.", NULL},
	{"delivery_high", CONF_INT, offsetof(struct health_conf, delivery_high), "%", 0, 100, "50", true,
	 "A carrier that is being tried is trusted again from here on.", NULL},
	{"refused_high", CONF_INT, offsetof(struct health_conf, refused_high), "%", 1, 100, "50", true,
	 "A carrier is left when it refuses more submits for reasons of its own; 100: never.", NULL},
	{"refused_low", CONF_INT, offsetof(struct health_conf, refused_low), "%", 0, 100, "20", true,
	 "A carrier that is being tried is trusted again up to here.", NULL},
	{"flaps", CONF_INT, offsetof(struct health_conf, flaps), "", 0, 100000, "5", true,
	 "A carrier is left when it has lost its links so often in the window; 0: never.", NULL},
	{"away", CONF_INT, offsetof(struct health_conf, away), "s", 1, 86400, "60", true,
	 "How long a carrier is left; doubles while it goes on badly.", NULL},
	{"away_max", CONF_INT, offsetof(struct health_conf, away_max), "s", 1, 86400, "1800", true,
	 "Longest time for which a carrier is left.", NULL},
	{"probe", CONF_INT, offsetof(struct health_conf, probe), "%", 1, 50, "5", true,
	 "Part of the messages that a carrier gets while it is being tried.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct counts {
	uint64_t submits, refused, receipts, delivered, flaps;
};

struct patient {
	struct counts slice[SLICES], sum;
	int64_t slice_no;      /* now_ms / length of a slice, of the newest one */
	int64_t slice_ends_ms; /* until then it is the newest */
	unsigned slice_at;     /* its place */
	enum health_state state;
	enum health_cause why;
	int64_t until_ms, away_ms;
};

struct health {
	const struct health_conf *conf;
	struct patient *at;
	size_t n;
	void (*on_change)(void *arg, size_t carrier, enum health_state now, enum health_cause why);
	void *arg;
};

void health_check(const struct health_conf *conf, char **errors)
{
	if (conf->delivery_low > conf->delivery_high)
		conf_fault(errors, &conf->where, "health.delivery_low is over health.delivery_high");
	if (conf->refused_low > conf->refused_high)
		conf_fault(errors, &conf->where, "health.refused_low is over health.refused_high");
	if (conf->away > conf->away_max)
		conf_fault(errors, &conf->where, "health.away is over health.away_max");
}

struct health *health_new(const struct health_conf *conf,
			  void (*on_change)(void *arg, size_t carrier, enum health_state now, enum health_cause why),
			  void *arg)
{
	struct health *h = mem_zalloc(sizeof(*h));
	h->conf = conf;
	h->on_change = on_change;
	h->arg = arg;
	return h;
}

void health_free(struct health *h)
{
	if (!h)
		return;
	mem_free(h->at);
	mem_free(h);
}

static void forget(struct patient *p)
{
	memset(p->slice, 0, sizeof(p->slice));
	memset(&p->sum, 0, sizeof(p->sum));
}

void health_use(struct health *h, const struct health_conf *conf)
{
	bool same = conf->window == h->conf->window;
	h->conf = conf;
	for (size_t i = 0; i < h->n && !same; i++) {
		forget(&h->at[i]);
		h->at[i].slice_no = h->at[i].slice_ends_ms = 0;
	}
}

void health_grow(struct health *h, size_t carriers)
{
	if (carriers <= h->n)
		return;
	h->at = mem_realloc(h->at, carriers * sizeof(*h->at));
	memset(h->at + h->n, 0, (carriers - h->n) * sizeof(*h->at));
	h->n = carriers;
}

/* --- the window --- */

static void subtract(struct counts *sum, const struct counts *slice)
{
	sum->submits -= slice->submits;
	sum->refused -= slice->refused;
	sum->receipts -= slice->receipts;
	sum->delivered -= slice->delivered;
	sum->flaps -= slice->flaps;
}

static void turn_slices(const struct health *h, struct patient *p, int64_t now_ms)
{
	int64_t ms = h->conf->window * 1000 / SLICES, no = now_ms / ms;
	for (int i = 0; i < SLICES && p->slice_no < no; i++) {
		struct counts *old = &p->slice[(no - i) % SLICES];
		if (no - i <= p->slice_no)
			break;
		subtract(&p->sum, old);
		memset(old, 0, sizeof(*old));
	}
	p->slice_no = no > p->slice_no ? no : p->slice_no;
	p->slice_at = (unsigned)(p->slice_no % SLICES);
	p->slice_ends_ms = (no + 1) * ms;
}

static struct counts *slice_now(const struct health *h, struct patient *p, int64_t now_ms)
{
	if (now_ms >= p->slice_ends_ms)
		turn_slices(h, p, now_ms);
	return &p->slice[p->slice_at];
}

/* --- judging --- */

static unsigned percent(uint64_t part, uint64_t of)
{
	return of ? (unsigned)(part * 100 / of) : 0;
}

static enum health_cause ill(const struct health_conf *conf, const struct patient *p, uint64_t samples)
{
	const struct counts *s = &p->sum;
	if (conf->delivery_low && s->receipts >= samples && percent(s->delivered, s->receipts) < conf->delivery_low)
		return HEALTH_DELIVERY;
	if (conf->refused_high < 100 && s->submits >= samples && percent(s->refused, s->submits) > conf->refused_high)
		return HEALTH_REFUSED;
	return conf->flaps && s->flaps >= (uint64_t)conf->flaps ? HEALTH_FLAPS : HEALTH_NO_CAUSE;
}

/* What it was left for is better than the other limit, by enough samples; no link was lost for half a window. */
static bool well(const struct health_conf *conf, const struct patient *p, uint64_t samples)
{
	const struct counts *s = &p->sum;
	bool delivers = !conf->delivery_low || percent(s->delivered, s->receipts) >= conf->delivery_high;
	bool takes = percent(s->refused, s->submits) <= conf->refused_low;
	if (p->why == HEALTH_DELIVERY)
		return s->receipts >= samples && delivers && takes;
	return s->submits >= samples && takes && (s->receipts < samples || delivers);
}

static void change(struct health *h, struct patient *p, enum health_state state, enum health_cause why)
{
	p->state = state;
	p->why = why;
	forget(p);
	h->on_change(h->arg, (size_t)(p - h->at), state, why);
}

static void leave(struct health *h, struct patient *p, int64_t now_ms, enum health_cause why)
{
	int64_t max = h->conf->away_max * 1000;
	p->away_ms = p->away_ms ? p->away_ms * 2 : h->conf->away * 1000;
	p->away_ms = p->away_ms < max ? p->away_ms : max;
	p->until_ms = now_ms + p->away_ms;
	change(h, p, HEALTH_AWAY, why);
}

static void judge(struct health *h, struct patient *p, int64_t now_ms)
{
	uint64_t samples = (uint64_t)h->conf->samples;
	enum health_cause why;
	switch (p->state) {
	case HEALTH_GOOD:
		why = ill(h->conf, p, samples);
		if (why != HEALTH_NO_CAUSE)
			leave(h, p, now_ms, why);
		return;
	case HEALTH_PROVING:
		samples = samples / PROVING_PART ? samples / PROVING_PART : 1;
		why = ill(h->conf, p, samples);
		if (p->sum.flaps)
			why = HEALTH_FLAPS;
		if (why != HEALTH_NO_CAUSE) {
			leave(h, p, now_ms, why);
		} else if (well(h->conf, p, samples)) {
			p->away_ms = 0;
			change(h, p, HEALTH_GOOD, HEALTH_NO_CAUSE);
		}
		return;
	default:
		return; /* what still comes of before does not change when it is tried again */
	}
}

void health_submitted(struct health *h, size_t carrier, int64_t now_ms, bool refused)
{
	struct patient *p = &h->at[carrier];
	struct counts *slice = slice_now(h, p, now_ms);
	slice->submits++;
	p->sum.submits++;
	slice->refused += refused;
	p->sum.refused += refused;
	if (refused || p->state == HEALTH_PROVING)
		judge(h, p, now_ms);
}

void health_ended(struct health *h, size_t carrier, int64_t now_ms, bool delivered)
{
	struct patient *p = &h->at[carrier];
	struct counts *slice = slice_now(h, p, now_ms);
	slice->receipts++;
	p->sum.receipts++;
	slice->delivered += delivered;
	p->sum.delivered += delivered;
	if (!delivered || p->state == HEALTH_PROVING)
		judge(h, p, now_ms);
}

void health_link_lost(struct health *h, size_t carrier, int64_t now_ms)
{
	struct patient *p = &h->at[carrier];
	slice_now(h, p, now_ms)->flaps++;
	p->sum.flaps++;
	judge(h, p, now_ms);
}

void health_tick(struct health *h, int64_t now_ms)
{
	for (size_t i = 0; i < h->n; i++) {
		struct patient *p = &h->at[i];
		slice_now(h, p, now_ms);
		if (p->state == HEALTH_AWAY && now_ms >= p->until_ms)
			change(h, p, HEALTH_PROVING, p->why);
	}
}

/* --- looking --- */

enum health_state health_state(const struct health *h, size_t carrier)
{
	return h->at[carrier].state;
}

int health_delivery(const struct health *h, size_t carrier)
{
	const struct counts *s = &h->at[carrier].sum;
	return s->receipts >= (uint64_t)h->conf->samples ? (int)percent(s->delivered, s->receipts) : -1;
}

void health_look(const struct health *h, size_t carrier, struct health_view *out)
{
	const struct patient *p = &h->at[carrier];
	*out = (struct health_view){p->state,	    p->why,	     p->sum.submits,
				    p->sum.refused, p->sum.receipts, p->sum.delivered,
				    p->sum.flaps,   p->until_ms,     health_delivery(h, carrier)};
}

const char *health_state_name(enum health_state s)
{
	static const char *const names[HEALTH_STATES] = {"good", "away", "proving"};
	return names[s];
}

const char *health_cause_name(enum health_cause c)
{
	static const char *const names[] = {"-", "delivery", "refused", "flaps"};
	return names[c];
}
