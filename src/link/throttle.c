/*
 * throttle.c - a token bucket. Pure arithmetic; knows nothing of who spends.
 */
#include "link/throttle.h"

#define US_PER_S 1000000.0

void throttle_init(struct throttle *t, int64_t tps, int64_t burst, int64_t now_us)
{
	if (burst <= 0)
		burst = tps / 100 > 1 ? tps / 100 : 1;
	t->rate = (double)tps / US_PER_S;
	t->burst = (double)burst;
	t->tokens = t->burst;
	t->at_us = now_us;
}

static void throttle_fill(struct throttle *t, int64_t now_us)
{
	if (now_us <= t->at_us)
		return;
	t->tokens += (double)(now_us - t->at_us) * t->rate;
	if (t->tokens > t->burst)
		t->tokens = t->burst;
	t->at_us = now_us;
}

void throttle_set(struct throttle *t, int64_t tps, int64_t burst, int64_t now_us)
{
	bool limited = t->rate > 0;

	if (limited)
		throttle_fill(t, now_us);
	double tokens = t->tokens;
	throttle_init(t, tps, burst, now_us);
	if (limited && tokens < t->tokens)
		t->tokens = tokens;
}

bool throttle_full(struct throttle *t, int64_t now_us)
{
	if (t->rate <= 0)
		return true;
	throttle_fill(t, now_us);
	return t->tokens >= t->burst;
}

uint32_t throttle_there(struct throttle *t, int64_t now_us, uint32_t max)
{
	if (t->rate <= 0)
		return max;
	throttle_fill(t, now_us);
	if (t->tokens >= (double)max)
		return max;
	return t->tokens > 0 ? (uint32_t)t->tokens : 0;
}

void throttle_spend(struct throttle *t, uint32_t n)
{
	if (t->rate > 0)
		t->tokens -= (double)n;
}

int64_t throttle_wait(struct throttle *t, int64_t now_us, uint32_t n)
{
	if (t->rate <= 0)
		return 0;
	throttle_fill(t, now_us);
	double want = (double)n < t->burst ? (double)n : t->burst;
	if (t->tokens >= want)
		return 0;
	return (int64_t)((want - t->tokens) / t->rate) + 1;
}
