/*
 * throttle.h - a token bucket: tps tokens a second, at most burst gathered. Pure: told the time. In no window of one
 * second does it give more than tps + burst, unless more than burst are spent at once: that leaves a debt.
 */
#ifndef LINK_THROTTLE_H
#define LINK_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct throttle {
	double rate;  /* tokens per us; 0: no limit */
	double burst; /* tokens */
	double tokens;
	int64_t at_us; /* when tokens was true */
};

/* tps 0: no limit. burst 0: one second's hundredth, at least 1. Starts full. */
void throttle_init(struct throttle *t, int64_t tps, int64_t burst, int64_t now_us);
/* Another rate from now on: keeps the tokens that are there, as far as they go into the bucket. A bucket that had no
 * limit starts full. */
void throttle_set(struct throttle *t, int64_t tps, int64_t burst, int64_t now_us);
/* Whole tokens there now, at most max. */
uint32_t throttle_there(struct throttle *t, int64_t now_us, uint32_t max);
/* No more can gather: the bucket is full, or has no limit. */
bool throttle_full(struct throttle *t, int64_t now_us);
void throttle_spend(struct throttle *t, uint32_t n);
/* us until n tokens are there, or as many as the bucket holds; 0 when they are. */
int64_t throttle_wait(struct throttle *t, int64_t now_us, uint32_t n);

#endif
