/* test_stats.c - histograms against sorted samples; the registry's walk. */
#include <stdlib.h>
#include "unit.h"
#include "base/ids.h"
#include "base/stats.h"

enum { SAMPLES = 50000 };

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void test_histogram_error(void **state)
{
	static int64_t sample[SAMPLES];
	static struct histogram h;
	struct rng r;
	uint64_t sum = 0;

	(void)state;
	rng_seed(&r, 3);
	memset(&h, 0, sizeof(h));
	assert_int_equal(histogram_quantile(&h, 0.5), 0);
	for (int i = 0; i < SAMPLES; i++) {
		sample[i] = (int64_t)rng_below(&r, UINT64_C(1) << (1 + rng_below(&r, 32)));
		sum += (uint64_t)sample[i];
		histogram_add(&h, sample[i]);
	}
	qsort(sample, SAMPLES, sizeof(sample[0]), by_value);
	assert_int_equal(h.count, SAMPLES);
	assert_true(h.sum_us == sum);
	for (int i = 0; i < SAMPLES; i++) {
		int64_t got = histogram_quantile(&h, (i + 0.5) / SAMPLES);
		assert_true(got >= sample[i]);
		assert_true(got - sample[i] <= sample[i] / 16);
	}
	assert_int_equal(histogram_quantile(&h, 0), sample[0]);
	assert_true(histogram_quantile(&h, 1) >= sample[SAMPLES - 1]);
	assert_true(histogram_quantile(&h, 7) >= sample[SAMPLES - 1]);
	static const double qs[] = {0, 0.25, 0.25, 0.5, 0.999, 1};
	int64_t all[6];
	histogram_quantiles(&h, qs, all, 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal(all[i], histogram_quantile(&h, qs[i]));
}

static void test_histogram_borders(void **state)
{
	static struct histogram h, twice;

	(void)state;
	memset(&h, 0, sizeof(h));
	memset(&twice, 0, sizeof(twice));
	histogram_add(&h, -5);
	histogram_add(&h, 0);
	histogram_add(&h, 31);
	histogram_add(&h, 32);
	histogram_add(&h, 33);
	histogram_add(&h, INT64_MAX);
	assert_int_equal(histogram_below(&h, -1), 0);
	assert_int_equal(histogram_below(&h, 0), 2);
	assert_int_equal(histogram_below(&h, 30), 2);
	assert_int_equal(histogram_below(&h, 31), 3);
	assert_int_equal(histogram_below(&h, 32), 3); /* 32 and 33 share a bucket */
	assert_int_equal(histogram_below(&h, 33), 5);
	assert_int_equal(histogram_below(&h, INT64_MAX), 6);
	assert_int_equal(h.bucket[HISTOGRAM_BUCKETS - 1], 1);
	histogram_merge(&twice, &h);
	histogram_merge(&twice, &h);
	assert_int_equal(twice.count, 12);
	assert_int_equal(histogram_below(&twice, 33), 10);
	static const int64_t bounds[] = {-1, 0, 0, 30, 31, 32, 33, 5000, INT64_MAX};
	uint64_t below[9];
	histogram_belows(&h, bounds, below, 9);
	for (int i = 0; i < 9; i++)
		assert_int_equal(below[i], histogram_below(&h, bounds[i]));
}

struct account {
	uint64_t accepted, refused, queued;
};
struct process {
	uint64_t bytes, refused_all;
	struct histogram latency;
};

#define AT(type, field) offsetof(struct type, field)
static const struct stats_row account_rows[] = {
	{"smppgw_messages_total", "Messages.", STATS_COUNTER, AT(account, accepted), "outcome", "accepted"},
	{"smppgw_messages_total", "Messages.", STATS_COUNTER, AT(account, refused), "outcome", "refused"},
	{"smppgw_queued", "Waiting messages.", STATS_GAUGE, AT(account, queued), NULL, NULL},
};
static const struct stats_row process_rows[] = {
	{"smppgw_memory_bytes", "Memory.", STATS_GAUGE, AT(process, bytes), NULL, NULL},
	{"smppgw_messages_total", "Messages.", STATS_COUNTER, AT(process, refused_all), "outcome", "all"},
	{"smppgw_latency_seconds", "Latency.", STATS_HISTOGRAM, AT(process, latency), NULL, NULL},
};

static char out[2000];
static void print_sample(const struct stats_sample *s, void *arg)
{
	char line[200];

	assert_ptr_equal(arg, out);
	snprintf(line, sizeof(line), "%s %s=%s %s=%s %llu\n", s->row->name + 7, s->label != NULL ? s->label : "",
		 s->label_value != NULL ? s->label_value : "", s->row->label != NULL ? s->row->label : "",
		 s->row->value != NULL ? s->row->value : "", (unsigned long long)*(const uint64_t *)s->at);
	strcat(out, line);
}

static void read_gauge(void *object)
{
	struct process *p = object;

	p->bytes++;
}

static void test_walk(void **state)
{
	struct account bank = {1, 2, 3}, lender = {4, 5, 6};
	static struct process process = {.bytes = 100, .refused_all = 7};
	char name[] = "银行";
	struct stats *s = stats_new();

	(void)state;
	histogram_add(&process.latency, 20);
	stats_add(s, account_rows, 3, &bank, "account", name, NULL);
	stats_add(s, process_rows, 3, &process, NULL, NULL, read_gauge);
	stats_add(s, account_rows, 3, &lender, "account", "贷款", NULL);
	memset(name, 'x', 6); /* the label's value was copied */
	out[0] = '\0';
	stats_walk(s, print_sample, out);
	assert_string_equal(out, "messages_total account=银行 outcome=accepted 1\n"
				 "messages_total account=贷款 outcome=accepted 4\n"
				 "messages_total account=银行 outcome=refused 2\n"
				 "messages_total account=贷款 outcome=refused 5\n"
				 "messages_total = outcome=all 7\n"
				 "queued account=银行 = 3\n"
				 "queued account=贷款 = 6\n"
				 "memory_bytes = = 101\n"
				 "latency_seconds = = 1\n");
	stats_drop(s, &bank);
	stats_drop(s, &process);
	stats_drop(s, &process);
	out[0] = '\0';
	stats_walk(s, print_sample, out);
	assert_string_equal(out, "messages_total account=贷款 outcome=accepted 4\n"
				 "messages_total account=贷款 outcome=refused 5\n"
				 "queued account=贷款 = 6\n");
	stats_free(s);
}

/* A walk of some samples at a time says what one says that is not interrupted, however few they are. */
static void test_walk_in_steps(void **state)
{
	struct account bank = {1, 2, 3}, lender = {4, 5, 6}, shop = {7, 8, 9};
	static struct process process = {.bytes = 100, .refused_all = 7};
	static char whole[sizeof(out)];
	struct stats *s = stats_new();

	(void)state;
	stats_add(s, account_rows, 3, &bank, "account", "银行", NULL);
	stats_add(s, process_rows, 3, &process, NULL, NULL, read_gauge);
	stats_add(s, account_rows, 3, &lender, "account", "贷款", NULL);
	stats_add(s, account_rows, 3, &shop, "account", "商城", NULL);
	out[0] = '\0';
	stats_walk(s, print_sample, out);
	strcpy(whole, out);
	for (size_t n = 1; n < 20; n++) {
		struct stats_walk *w = stats_walk_new(s);
		size_t steps = 1, lines = 0;
		process.bytes = 100;
		out[0] = '\0';
		while (stats_walk_some(w, n, print_sample, out))
			steps++;
		stats_walk_free(w);
		assert_string_equal(out, whole);
		for (const char *p = out; (p = strchr(p, '\n')) != NULL; p++)
			lines++;
		assert_true(steps >= lines / n);
		assert_int_equal(process.bytes, 101); /* before() once */
	}
	stats_free(s);
}

static bool has_twice(const char *text)
{
	char copy[sizeof(out)], *rest = copy, *line;

	strcpy(copy, text);
	while ((line = strsep(&rest, "\n")) != NULL && rest != NULL) {
		char with_end[220];
		snprintf(with_end, sizeof(with_end), "%s\n", line);
		const char *first = strstr(text, with_end);
		if (first != NULL && strstr(first + 1, with_end) != NULL)
			return true;
	}
	return false;
}

/* Objects go and come between the steps, wherever the walk stands: the others are told once each. */
static void test_walk_and_changes(void **state)
{
	enum { N = 4 };
	static const char *const names[N] = {"甲", "乙", "丙", "丁"};
	static struct process process;
	char line[200];

	(void)state;
	for (size_t gone = 0; gone < N; gone++) {
		for (size_t when = 0; when < 40; when++) {
			struct account all[N] = {{0}}, late = {0};
			struct stats *s = stats_new();
			for (size_t i = 0; i < N; i++)
				stats_add(s, account_rows, 3, &all[i], "account", names[i], NULL);
			struct stats_walk *w = stats_walk_new(s), *idle = stats_walk_new(s);
			bool more = true;
			out[0] = '\0';
			for (size_t i = 0; more; i++) {
				if (i == when) {
					stats_drop(s, &all[gone]);
					stats_add(s, account_rows, 3, &late, "account", "新", NULL);
					stats_add(s, process_rows, 1, &process, NULL, NULL, NULL);
				}
				more = stats_walk_some(w, 1, print_sample, out);
			}
			assert_false(has_twice(out));
			for (size_t i = 0; i < N; i++) {
				snprintf(line, sizeof(line), "queued account=%s = 0\n", names[i]);
				if (i != gone)
					assert_non_null(strstr(out, line));
			}
			stats_walk_free(w);
			stats_walk_free(idle);
			stats_free(s);
		}
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_histogram_error), cmocka_unit_test(test_histogram_borders), cmocka_unit_test(test_walk),
	cmocka_unit_test(test_walk_in_steps),	cmocka_unit_test(test_walk_and_changes),
};
UNIT_MAIN(cases)
