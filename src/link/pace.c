/*
 * pace.c - how fast a carrier may be sent to: the agreed rate, pauses after throttling, and the way back (smpp.md 12).
 * Pure: told the time; knows no sessions.
 *
 * A round of throttling begins with a throttled answer to something sent since the last pause ended; other throttled
 * answers belong to the round that is under way. After the pause one message is in flight, and each good answer allows
 * one more, which doubles what is in flight in each round trip: a carrier that still throttles sees one message and not
 * a window full. When the whole window is open again, or answers have been good for PACE_STEADY_US, the round is over.
 *
 * The limit falls to a part of what went well in a second and grows by a fixed step (additive increase, multiplicative
 * decrease). Without an agreed rate, and when throttling comes before a second is full, what went well is a guess far
 * too low (a few messages of a burst): the limit then grows by half each second until throttling comes again.
 */
#include "link/pace.h"

#define PACE_US		1000000
#define PACE_HANDFUL_US 5000
#define PACE_SEARCH	0.5 /* a second, while the limit is a guess */
#define PACE_STEADY_US	2000000
#define PACE_LIFT	2.0 /* without tps the limit ends at this multiple of the rate at the decrease */
#define PACE_LIFT_GUESS 1e6 /* a guess ends at this */

void pace_init(struct pace *p, const struct pace_conf *conf, int64_t now_us)
{
	*p = (struct pace){.conf = *conf, .allowed = PACE_FREE, .resumed_us = now_us};
	throttle_init(&p->agreed, conf->tps, conf->burst, now_us);
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

/* The limit has changed: lifted at its end, else the bucket follows it. */
static void pace_follow(struct pace *p, int64_t now_us)
{
	if (p->limit >= p->limit_end)
		p->limit = 0;
	else
		throttle_set(&p->learnt, (int64_t)(p->limit + 0.5), 0, now_us);
}

/* During a pause the limit stays: it grows from the pause's end. */
static void pace_raise(struct pace *p, int64_t now_us)
{
	if (p->paused_until_us != 0)
		return;
	while (p->limit > 0 && now_us - p->raised_us >= PACE_US) {
		double more = p->searching ? p->limit * PACE_SEARCH : p->step;
		p->limit += more > 1 ? more : 1;
		p->raised_us += PACE_US;
		pace_follow(p, now_us);
	}
}

void pace_set(struct pace *p, const struct pace_conf *conf, int64_t now_us)
{
	bool same_rate = conf->tps == p->conf.tps && conf->burst == p->conf.burst;

	p->conf = *conf;
	if (!same_rate)
		throttle_set(&p->agreed, conf->tps, conf->burst, now_us);
	if (p->limit <= 0 || conf->tps == 0)
		return;
	p->searching = false;
	p->step = (double)(conf->tps * conf->increase) / 100;
	p->limit_end = (double)conf->tps;
	pace_follow(p, now_us);
}

/* Tokens worth waiting for: a turn for a handful at high rates, not for each; at most 5 ms' worth, or one. */
static int64_t pace_wait_handful(struct throttle *t, int64_t now_us)
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
		*wait_us = pace_wait_handful(&p->agreed, now_us);
	} else if (p->limit > 0) {
		n = throttle_there(&p->learnt, now_us, n);
		if (n == 0)
			*wait_us = pace_wait_handful(&p->learnt, now_us);
	}
	return n;
}

static uint32_t pace_room_of(struct throttle *t, int64_t now_us)
{
	return throttle_full(t, now_us) ? UINT32_MAX : throttle_there(t, now_us, UINT32_MAX);
}

uint32_t pace_room(struct pace *p, int64_t now_us)
{
	uint32_t room = pace_room_of(&p->agreed, now_us);

	if (p->limit > 0) {
		uint32_t learnt = pace_room_of(&p->learnt, now_us);
		room = learnt < room ? learnt : room;
	}
	return room;
}

int64_t pace_wait(struct pace *p, int64_t now_us, uint32_t n)
{
	int64_t wait = throttle_wait(&p->agreed, now_us, n);

	if (p->limit > 0) {
		int64_t learnt = throttle_wait(&p->learnt, now_us, n);
		wait = learnt > wait ? learnt : wait;
	}
	return wait;
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

/*
 * The rate that turned out to be too fast, in messages/s: what went well in the last second, and not more than what was
 * allowed. *guess: less than a second was seen. 0: nothing is known.
 */
static double pace_too_fast(struct pace *p, int64_t now_us, bool *guess)
{
	pace_count_second(p, now_us);
	double good = p->good > p->good_before ? p->good : p->good_before;
	double allowed = p->limit > 0 ? p->limit : (double)p->conf.tps;

	*guess = p->good_before == 0 || p->resumed_us > (p->second - 1) * PACE_US;
	if (good <= 0 || (p->limit > 0 && *guess))
		return allowed;
	return allowed > 0 && allowed < good ? allowed : good;
}

static void pace_lower(struct pace *p, int64_t now_us)
{
	bool fresh = p->limit <= 0, guess;
	double rate = pace_too_fast(p, now_us, &guess);

	p->lowered_us = now_us;
	p->raised_us = now_us;
	if (rate <= 0)
		return;
	p->searching = fresh && guess && p->conf.tps == 0;
	p->limit = rate * (double)p->conf.decrease / 100;
	if (p->limit < 1)
		p->limit = 1;
	p->step = (p->conf.tps > 0 ? (double)p->conf.tps : rate) * (double)p->conf.increase / 100;
	if (p->conf.tps > 0)
		p->limit_end = (double)p->conf.tps;
	else
		p->limit_end = p->searching ? PACE_LIFT_GUESS : rate * PACE_LIFT + 1;
	if (fresh)
		throttle_init(&p->learnt, 1, 1, now_us);
	pace_follow(p, now_us);
}

int64_t pace_throttled(struct pace *p, int64_t now_us, int64_t sent_us)
{
	if (p->paused_until_us != 0 || sent_us < p->resumed_us)
		return 0;
	pace_lower(p, now_us);
	if (p->pause_ms == 0)
		p->pause_ms = p->conf.pause;
	else
		p->pause_ms = p->pause_ms * 2 < p->conf.pause_max ? p->pause_ms * 2 : p->conf.pause_max;
	p->allowed = 1;
	pace_pause(p, now_us, p->pause_ms);
	return p->pause_ms;
}

bool pace_congested(struct pace *p, int64_t now_us, int64_t sent_us, uint32_t state)
{
	if (state < PACE_CONGESTED)
		return false;
	pace_raise(p, now_us);
	p->raised_us = now_us;
	if (state < PACE_CONGESTED_BAD || p->paused_until_us != 0 || sent_us < p->lowered_us)
		return false;
	pace_lower(p, now_us);
	return p->limit > 0;
}

void pace_pause(struct pace *p, int64_t now_us, int64_t ms)
{
	p->paused_until_us = now_us + ms * 1000;
}

double pace_limit(struct pace *p, int64_t now_us)
{
	pace_raise(p, now_us);
	return p->limit;
}
