/*
 * pace.c - how fast a carrier may be sent to: the agreed rate, pauses after throttling, and the way back (smpp.md 12).
 * Pure: told the time; knows no sessions.
 *
 * A round of throttling begins with a throttled answer to something sent since the last pause ended; other throttled
 * answers belong to the round that is under way. After the pause one message is in flight, and each good answer allows
 * one more, which doubles what is in flight in each round trip: a carrier that still throttles sees one message and not
 * a window full. When the whole window is open again, or answers have been good for PACE_STEADY_US, the round is over.
 *
 * What went well in a second is the measure of the rate. When throttling comes before a second is full, that is a guess
 * far too low (a few messages of a burst), so the limit then grows by half each second until throttling comes again:
 * the rate lies below that, and the limit goes back to before its last step.
 */
#include "link/carrier_priv.h"

#define PACE_US		1000000
#define PACE_HANDFUL_US 5000
#define PACE_OF_GOOD	0.9  /* of the rate that went well, after throttling */
#define PACE_RAISE	0.05 /* a second */
#define PACE_SEARCH	0.5  /* a second, while the limit is a guess */
#define PACE_STEADY_US	2000000
#define PACE_LIFT	2.0 /* the learnt limit ends at this multiple of itself */
#define PACE_LIFT_GUESS 1e6 /* a guess ends at this */

void pace_init(struct pace *p, const struct carrier_conf *conf, int64_t now_us)
{
	throttle_init(&p->agreed, conf->tps, conf->burst, now_us);
	p->allowed = PACE_FREE;
}

static void pace_count_second(struct pace *p, int64_t now_us)
{
	int64_t second = now_us / PACE_US;

	if (second == p->second)
		return;
	p->good_before = second == p->second + 1 ? p->good : 0;
	p->good = 0;
	p->second = second;
}

static void pace_set_learnt(struct pace *p, int64_t now_us)
{
	double tokens = p->learnt.tokens;

	throttle_init(&p->learnt, (int64_t)(p->limit + 0.5), 0, now_us);
	if (tokens < p->learnt.tokens)
		p->learnt.tokens = tokens;
}

/* The learnt limit grows until it no longer matters. */
static void pace_raise(struct pace *p, int64_t now_us)
{
	while (p->limit > 0 && now_us - p->raised_us >= PACE_US) {
		double more = p->limit * (p->searching ? PACE_SEARCH : PACE_RAISE);
		p->limit += more > 1 ? more : 1;
		p->raised_us += PACE_US;
		if (p->limit >= p->limit_end)
			p->limit = 0;
		else
			pace_set_learnt(p, now_us);
	}
}

/* Tokens worth waiting for: a turn for a handful at high rates, not for each; at most 5 ms' worth, or one. */
static int64_t pace_wait(struct throttle *t, int64_t now_us)
{
	double handful = t->rate * PACE_HANDFUL_US;

	if (handful > t->burst / 2)
		handful = t->burst / 2;
	return throttle_wait(t, now_us, handful > 1 ? (uint32_t)handful : 1);
}

uint32_t pace_there(struct pace *p, int64_t now_us, uint32_t in_flight, uint32_t max, int64_t *wait_us)
{
	*wait_us = INT64_MAX;
	if (p->paused_until_us != 0) {
		if (now_us < p->paused_until_us) {
			*wait_us = p->paused_until_us - now_us;
			return 0;
		}
		p->paused_until_us = 0;
		p->resumed_us = now_us;
		p->raised_us = now_us;
	}
	if (in_flight >= p->allowed)
		return 0;
	if (max > p->allowed - in_flight)
		max = p->allowed - in_flight;
	pace_raise(p, now_us);
	uint32_t n = throttle_there(&p->agreed, now_us, max);
	if (n == 0) {
		*wait_us = pace_wait(&p->agreed, now_us);
	} else if (p->limit > 0) {
		n = throttle_there(&p->learnt, now_us, n);
		if (n == 0)
			*wait_us = pace_wait(&p->learnt, now_us);
	}
	return n;
}

void pace_spend(struct pace *p, uint32_t n)
{
	throttle_spend(&p->agreed, n);
	if (p->limit > 0)
		throttle_spend(&p->learnt, n);
}

void pace_good(struct pace *p, int64_t now_us, int64_t sent_us, uint32_t window)
{
	pace_count_second(p, now_us);
	p->good++;
	if (p->allowed == PACE_FREE || p->paused_until_us != 0 || sent_us < p->resumed_us)
		return;
	if (now_us - p->resumed_us >= PACE_STEADY_US)
		p->pause_ms = 0;
	if (++p->allowed < window)
		return;
	p->allowed = PACE_FREE;
	p->pause_ms = 0;
}

/* What went well until now is the measure of the next attempt. */
static void pace_learn(struct pace *p, int64_t now_us)
{
	pace_count_second(p, now_us);
	uint32_t good = p->good > p->good_before ? p->good : p->good_before;
	if (good == 0)
		return;
	p->searching = p->good_before == 0;
	p->limit_end = p->searching ? PACE_LIFT_GUESS : (double)good * PACE_LIFT + 1;
	p->limit = (double)good * PACE_OF_GOOD;
	if (p->limit < 1)
		p->limit = 1;
	p->raised_us = now_us;
	p->learnt.tokens = 1;
	pace_set_learnt(p, now_us);
}

/* Throttled again before it was over: too fast still. */
static void pace_lower(struct pace *p, int64_t now_us)
{
	if (p->limit <= 0)
		return;
	p->limit = p->searching ? p->limit / (1 + PACE_SEARCH) : p->limit * PACE_OF_GOOD;
	if (p->limit < 1)
		p->limit = 1;
	if (p->searching)
		p->limit_end = p->limit * PACE_LIFT + 1;
	p->searching = false;
	pace_set_learnt(p, now_us);
}

int64_t pace_throttled(struct pace *p, const struct carrier_conf *conf, int64_t now_us, int64_t sent_us)
{
	if (p->paused_until_us != 0 || sent_us < p->resumed_us)
		return 0;
	if (p->pause_ms == 0) {
		p->pause_ms = conf->pause;
		pace_learn(p, now_us);
	} else {
		pace_lower(p, now_us);
		p->pause_ms = p->pause_ms * 2 < conf->pause_max ? p->pause_ms * 2 : conf->pause_max;
	}
	p->allowed = 1;
	pace_pause(p, now_us, p->pause_ms);
	return p->pause_ms;
}

void pace_pause(struct pace *p, int64_t now_us, int64_t ms)
{
	p->paused_until_us = now_us + ms * 1000;
}
