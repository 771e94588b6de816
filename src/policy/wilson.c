/*
 * wilson.c - shares and their uncertainty. Must not know what is counted.
 */
#include "policy/wilson.h"

#include <math.h>

#define SURE  0.95
#define STEPS 60 /* of halving: far below what a double tells apart */

/* Two-sided: how often a normal variable is further from 0 than z. */
static double tail(double z)
{
	return erfc(fabs(z) / sqrt(2.0));
}

/* The z whose tail is p, by halving; p in (0, 1). */
static double quantile(double p)
{
	double low = 0, high = 40;
	for (int i = 0; i < STEPS; i++) {
		double middle = (low + high) / 2;
		if (tail(middle) > p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

static double share(uint64_t k, uint64_t n)
{
	return k < n ? (double)k / (double)n : 1.0;
}

static struct wilson interval(uint64_t k, uint64_t n, double z)
{
	if (n == 0)
		return (struct wilson){0, 1};
	double count = (double)n, p = share(k, n), z2 = z * z / count;
	double middle = (p + z2 / 2) / (1 + z2);
	double half = z / (1 + z2) * sqrt(p * (1 - p) / count + z2 / count / 4);
	struct wilson w = {middle - half, middle + half};
	/* exact at the ends, where rounding would leave a little */
	w.low = k == 0 || w.low < 0 ? 0 : w.low;
	w.high = k >= n || w.high > 1 ? 1 : w.high;
	return w;
}

struct wilson wilson_interval(uint64_t k, uint64_t n)
{
	return interval(k, n, quantile(1 - SURE));
}

/* Of the test with a pooled share; 1 when there is nothing to tell apart. */
static double test(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2)
{
	double all = (double)n1 + (double)n2;
	double pooled = (share(k1, n1) * (double)n1 + share(k2, n2) * (double)n2) / all;
	double error = sqrt(pooled * (1 - pooled) * (1 / (double)n1 + 1 / (double)n2));
	return error > 0 ? tail((share(k1, n1) - share(k2, n2)) / error) : 1;
}

struct wilson_comparison wilson_compare(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2, unsigned pairs)
{
	double alpha = (1 - SURE) / (pairs ? pairs : 1);
	if (n1 == 0 || n2 == 0)
		return (struct wilson_comparison){WILSON_NOT_SHOWN, -1, 1, 1};
	double z = quantile(alpha), p1 = share(k1, n1), p2 = share(k2, n2);
	struct wilson a = interval(k1, n1, z), b = interval(k2, n2, z);
	struct wilson_comparison c = {.p = test(k1, n1, k2, n2)};
	c.low = p1 - p2 - sqrt((p1 - a.low) * (p1 - a.low) + (b.high - p2) * (b.high - p2));
	c.high = p1 - p2 + sqrt((a.high - p1) * (a.high - p1) + (p2 - b.low) * (p2 - b.low));
	if (c.p < alpha && c.low > 0)
		c.verdict = WILSON_FIRST;
	else if (c.p < alpha && c.high < 0)
		c.verdict = WILSON_SECOND;
	return c;
}
