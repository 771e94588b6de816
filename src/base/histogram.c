/*
 * histogram.c - latencies in buckets whose width grows with the value. Values below 32 us have a bucket each; above,
 * each doubling is cut into 16 buckets.
 */
#include "base/histogram.h"

#include <math.h>

#define HISTOGRAM_SUB 16 /* buckets per doubling */

static unsigned histogram_index(uint64_t us)
{
	if (us < 2 * HISTOGRAM_SUB)
		return (unsigned)us;

	unsigned shift = 63 - (unsigned)__builtin_clzll(us) - 4; /* leaves 16..31 */
	unsigned index = shift * HISTOGRAM_SUB + (unsigned)(us >> shift);
	return index < HISTOGRAM_BUCKETS ? index : HISTOGRAM_BUCKETS - 1;
}

/* The largest value that counts in a bucket. */
static int64_t histogram_upper(unsigned index)
{
	if (index < 2 * HISTOGRAM_SUB)
		return index;

	unsigned shift = index / HISTOGRAM_SUB - 1;
	return ((int64_t)(index - shift * HISTOGRAM_SUB + 1) << shift) - 1;
}

unsigned histogram_bucket(int64_t us)
{
	return us > 0 ? histogram_index((uint64_t)us) : 0;
}

void histogram_add(struct histogram *h, int64_t us)
{
	histogram_count(h, histogram_bucket(us), us);
}

/* The rank of the sample that is the q-quantile, from 1; 0: there is none. */
static uint64_t histogram_rank(const struct histogram *h, double q)
{
	if (q >= 1 || h->count == 0)
		return h->count;
	uint64_t rank = q > 0 ? (uint64_t)ceil(q * (double)h->count) : 1;
	return rank > 1 ? rank : 1;
}

void histogram_quantiles(const struct histogram *h, const double *qs, int64_t *out, unsigned n)
{
	uint64_t seen = 0;
	unsigned i = 0;

	for (unsigned k = 0; k < n; k++) {
		uint64_t rank = histogram_rank(h, qs[k]);
		while (seen < rank && i < HISTOGRAM_BUCKETS)
			seen += h->bucket[i++];
		out[k] = i > 0 ? histogram_upper(i - 1) : 0;
	}
}

int64_t histogram_quantile(const struct histogram *h, double q)
{
	int64_t v;

	histogram_quantiles(h, &q, &v, 1);
	return v;
}

void histogram_belows(const struct histogram *h, const int64_t *us, uint64_t *out, size_t n)
{
	uint64_t seen = 0;
	unsigned i = 0;

	for (size_t k = 0; k < n; k++) {
		while (i < HISTOGRAM_BUCKETS && histogram_upper(i) <= us[k])
			seen += h->bucket[i++];
		out[k] = seen;
	}
}

uint64_t histogram_below(const struct histogram *h, int64_t us)
{
	uint64_t n;

	histogram_belows(h, &us, &n, 1);
	return n;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	into->count += from->count;
	into->sum_us += from->sum_us;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
}
