/*
 * wilson.h - what a share of so many tries really says: Wilson's score interval, and whether one share is better than
 * another. Pure.
 */
#ifndef POLICY_WILSON_H
#define POLICY_WILSON_H

#include <stdint.h>

struct wilson {
	double low, high; /* 0..1: where the true share lies in 95 of 100 cases */
};

/* The interval of 95 % of k out of n; k over n counts as n. n 0: nothing is known, 0..1. */
struct wilson wilson_interval(uint64_t k, uint64_t n);

enum wilson_verdict {
	WILSON_NOT_SHOWN, /* the difference may be chance */
	WILSON_FIRST,	  /* the first share is higher */
	WILSON_SECOND,
};

struct wilson_comparison {
	enum wilson_verdict verdict;
	double low, high; /* of the difference, first less second: Newcombe's interval */
	double p;	  /* of the test of two proportions, two-sided: how often chance alone differs as much */
};

/*
 * Compares k1 of n1 with k2 of n2. A verdict is given only when both agree: the interval of the difference (Newcombe,
 * of Wilson's intervals) leaves out 0, and p is below 0.05. pairs (1..): how many comparisons are looked at together;
 * p must be below 0.05 / pairs then, and the intervals are as much wider (Bonferroni).
 */
struct wilson_comparison wilson_compare(uint64_t k1, uint64_t n1, uint64_t k2, uint64_t n2, unsigned pairs);

#endif
