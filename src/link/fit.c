/*
 * fit.c - how wide the windows of a carrier's binds must be. Pure: told the time; knows no sessions.
 *
 * The latency that counts is the mean of a second, smoothed over a few: one slow answer widens little. A carrier that
 * is slower than its tps answers later the more it is given, so its window grows to FIT_MAX and no further.
 */
#include "link/fit.h"

#define FIT_US	   1000000
#define FIT_SPARE  1.5
#define FIT_LEAST  20	/* answers that make a mean */
#define FIT_WEIGHT 0.25 /* of the newest second */
#define FIT_WIDE   0.8	/* of the window: needed below it ends a warning */

bool fit_answer(struct fit *f, int64_t now_us, int64_t sent_us)
{
	if (f->begun_us == 0)
		f->begun_us = sent_us > 0 ? sent_us : 1;
	f->sum_us += now_us - sent_us;
	f->n++;
	bool first = f->mean_us <= 0;
	int64_t span = now_us - f->begun_us;
	if (f->n < FIT_LEAST || (!first && span < FIT_US))
		return false;
	double mean = (double)f->sum_us / f->n, rate = span > 0 ? f->n * (double)FIT_US / (double)span : f->n;
	f->mean_us = first ? mean : f->mean_us + (mean - f->mean_us) * FIT_WEIGHT;
	f->rate = first ? rate : f->rate + (rate - f->rate) * FIT_WEIGHT;
	if (f->mean_us < 1)
		f->mean_us = 1;
	f->sum_us = 0;
	f->n = 0;
	f->begun_us = now_us;
	return true;
}

uint32_t fit_needed(const struct fit *f, int64_t tps, uint32_t binds)
{
	if (f->mean_us <= 0 || binds == 0)
		return 0;
	double rate = tps > 0 ? (double)tps : f->rate;
	double needed = rate * f->mean_us / FIT_US / binds * FIT_SPARE;
	return needed < (double)UINT32_MAX - 1 ? (uint32_t)needed + 1 : UINT32_MAX;
}

uint32_t fit_window(uint32_t needed)
{
	if (needed < FIT_MIN)
		return FIT_MIN;
	return needed < FIT_MAX ? needed : FIT_MAX;
}

bool fit_warn(struct fit *f, uint32_t needed, uint32_t window)
{
	bool was = f->small;

	if (needed > window)
		f->small = true;
	else if (needed < (double)window * FIT_WIDE)
		f->small = false;
	return f->small && !was;
}
