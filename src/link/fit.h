/*
 * fit.h - how wide the windows of a carrier's binds must be for its rate: tps x mean latency of its answers, and half
 * as much to spare, over the binds that send. Pure: told the time; knows no sessions.
 */
#ifndef LINK_FIT_H
#define LINK_FIT_H

#include <stdbool.h>
#include <stdint.h>

#define FIT_MIN 10u /* requests per bind: what a window that sizes itself keeps to */
#define FIT_MAX 1000u

struct fit {		/* zeroed at first; fit.c alone writes it */
	int64_t sum_us; /* latencies since begun_us */
	uint32_t n;
	int64_t begun_us; /* 0: nothing measured yet */
	double mean_us;	  /* latency; 0: none yet */
	double rate;	  /* answers a second */
	bool small;	  /* told that the window is too small */
};

/* An answer to what was sent at sent_us. True when the means are new: at most once a second, from a few answers. */
bool fit_answer(struct fit *f, int64_t now_us, int64_t sent_us);
/* Requests per bind that tps (0: the rate that was measured) takes with so many binds; 0: not known yet. */
uint32_t fit_needed(const struct fit *f, int64_t tps, uint32_t binds);
/* What a window that sizes itself becomes for it. */
uint32_t fit_window(uint32_t needed);
/* A fixed window: true when it has just turned out to be too small; again only after it was wide enough. */
bool fit_warn(struct fit *f, uint32_t needed, uint32_t window);

#endif
