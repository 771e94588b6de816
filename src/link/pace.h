/*
 * pace.h - how fast a carrier may be sent to (smpp.md 12). Pure: told the time; knows no sessions and no messages.
 *
 * The agreed rate: never more than tps + burst in a second. The learnt limit lies below it after the carrier said that
 * we are too fast: `decrease` percent of what went well; then it grows by a fixed step a second, `increase` percent of
 * tps and at least 1, until it is tps again: after 100 / increase seconds at the latest, when nothing is throttled
 * meanwhile. Without tps the step is that part of the rate at the decrease, and the limit is lifted at twice that rate.
 */
#ifndef LINK_PACE_H
#define LINK_PACE_H

#include "link/throttle.h"

#define PACE_FREE	   UINT32_MAX
#define PACE_CONGESTED	   80 /* congestion_state from which on the limit does not grow */
#define PACE_CONGESTED_BAD 90 /* ... and from which on it is lowered */

struct pace_conf {
	int64_t tps, burst;	    /* messages/s, messages; tps 0: no limit; burst 0: a hundredth of tps */
	int64_t decrease, increase; /* percent: 1..99, 1..100 */
	int64_t pause, pause_max;   /* ms */
};

struct pace { /* pace.c alone writes it */
	struct pace_conf conf;
	struct throttle agreed;	    /* tps and burst */
	struct throttle learnt;	    /* after throttling; counts only while limit is not 0 */
	double limit, limit_end;    /* messages/s; the limit is lifted when it has grown to limit_end */
	double step;		    /* how much it grows a second */
	bool searching;		    /* no tps, and the limit is a guess from less than a second: it grows by half */
	int64_t raised_us;	    /* when it grew last, or was kept from growing */
	int64_t lowered_us;	    /* answers to what was sent before do not lower it again */
	int64_t paused_until_us;    /* 0: no pause */
	int64_t resumed_us;	    /* answers to what was sent before belong to the round before */
	int64_t pause_ms;	    /* the last pause; 0: no round of throttling is under way */
	uint32_t allowed;	    /* in flight; PACE_FREE: no limit but the windows */
	int64_t second;		    /* that good counts in */
	uint32_t good, good_before; /* good answers in this second and the one before */
};

void pace_init(struct pace *p, const struct pace_conf *conf, int64_t now_us);
/* Other numbers from now on: tokens, pause and limit stay, but for a limit that is above the new tps. */
void pace_set(struct pace *p, const struct pace_conf *conf, int64_t now_us);
/* How many may be sent now with so many in flight, at most max; 0 with *wait_us > 0: not before that (INT64_MAX: until
 * an answer). */
uint32_t pace_there(struct pace *p, int64_t now_us, uint32_t in_flight, uint32_t max, int64_t *wait_us);
/* Tokens now, of the rate and of the learnt limit; UINT32_MAX: waiting brings no more (no limit, or full). */
uint32_t pace_room(struct pace *p, int64_t now_us);
/* us until n tokens are there, or as many as can be; 0 when they are. */
int64_t pace_wait(struct pace *p, int64_t now_us, uint32_t n);
void pace_spend(struct pace *p, uint32_t n);
/* An answer that does not say "slow down" to what was sent at sent_us; window: all that may be in flight. */
void pace_good(struct pace *p, int64_t now_us, int64_t sent_us, uint32_t window);
/* A throttled answer: the pause in ms when a new one begins, else 0. */
int64_t pace_throttled(struct pace *p, int64_t now_us, int64_t sent_us);
/* An answer with a congestion_state (0..99). True when the limit was lowered. */
bool pace_congested(struct pace *p, int64_t now_us, int64_t sent_us, uint32_t state);
/* Lengthens or shortens the pause that has just begun. */
void pace_pause(struct pace *p, int64_t now_us, int64_t ms);
/* The learnt limit in messages/s; 0: none. */
double pace_limit(struct pace *p, int64_t now_us);

#endif
