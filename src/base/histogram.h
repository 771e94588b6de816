/*
 * histogram.h - latencies in log-linear buckets of microseconds: 1 us .. 2.4 h, relative error <= 1/16. Longer ones
 * count in the last bucket.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS 480
struct histogram {
	uint64_t count, sum_us;
	uint64_t bucket[HISTOGRAM_BUCKETS];
};
void histogram_add(struct histogram *h, int64_t us); /* negative counts as 0 */
/* The same in two steps, for a value that counts in several: its bucket, and what it adds there. */
unsigned histogram_bucket(int64_t us);
static inline void histogram_count(struct histogram *h, unsigned bucket, int64_t us)
{
	h->count++;
	h->sum_us += us > 0 ? (uint64_t)us : 0;
	h->bucket[bucket]++;
}
/* The q-quantile (0..1) in us, upper bound of its bucket; 0 when empty. */
int64_t histogram_quantile(const struct histogram *h, double q);
/* Several of them at once, qs in ascending order. */
void histogram_quantiles(const struct histogram *h, const double *qs, int64_t *out, unsigned n);
/* How many samples were <= us (for Prometheus' cumulative buckets); a bucket that us divides is left out. */
uint64_t histogram_below(const struct histogram *h, int64_t us);
/* The same for several, us in ascending order. */
void histogram_belows(const struct histogram *h, const int64_t *us, uint64_t *out, size_t n);
void histogram_merge(struct histogram *into, const struct histogram *from);

#endif
