/*
 * test_metrics.c - the registry as Prometheus text: exact lines, escaping, histograms. tests/system/stats.sh asks
 * promtool.
 */
#include "unit.h"

#include <stdlib.h>

#include "base/mem.h"
#include "noc/metrics.h"

struct carrier_like {
	uint64_t submitted, lag;
	uint64_t ended[2];
	struct histogram response;
};

static const struct stats_row rows[] = {
	{"smppgw_test_submitted_total", "Messages submitted to \"it\" \\ here.", STATS_COUNTER,
	 offsetof(struct carrier_like, submitted), NULL, NULL},
	{"smppgw_test_ended_total", "Ends.", STATS_COUNTER, offsetof(struct carrier_like, ended[0]), "reason", "peer"},
	{"smppgw_test_ended_total", "Ends.", STATS_COUNTER, offsetof(struct carrier_like, ended[1]), "reason", "we"},
	{"smppgw_test_lag_seconds", "Lag.", STATS_GAUGE, offsetof(struct carrier_like, lag), NULL, NULL},
	{"smppgw_test_response_seconds", "Response time.", STATS_HISTOGRAM, offsetof(struct carrier_like, response),
	 NULL, NULL},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct carrier_like mobile, unicom;

/* The registry, whole. */
static void print(struct stats *s, struct buf *out)
{
	struct metrics *m = metrics_new(s);

	while (metrics_some(m, out))
		;
	metrics_free(m);
}

static char *printed(void)
{
	struct stats *s = stats_new();
	struct buf out = {0};

	stats_add(s, rows, ROWS, &mobile, "carrier", "移动", NULL);
	stats_add(s, rows, ROWS, &unicom, "carrier", "a\"b\\c\nd\xff", NULL);
	print(s, &out);
	metrics_print_process(&(struct process){1, 2500000, 4096, 5, 1024, 1795000000250000}, &out);
	stats_free(s);
	char *text = mem_strndup(buf_data(&out), buf_len(&out));
	buf_free(&out);
	return text;
}

static void fill(void)
{
	memset(&mobile, 0, sizeof(mobile));
	memset(&unicom, 0, sizeof(unicom));
	mobile.submitted = 7;
	mobile.lag = 1500;
	mobile.ended[1] = 3;
	histogram_add(&mobile.response, 400);
	histogram_add(&mobile.response, 3000);
	histogram_add(&mobile.response, 3000);
	histogram_add(&mobile.response, 90000000);
}

static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = text; (p = strstr(p, line)) != NULL; p += n) {
		if ((p == text || p[-1] == '\n') && p[n] == '\n')
			return true;
	}
	return false;
}

static size_t count(const char *text, const char *part)
{
	const char *end = text + strlen(text), *p = text;
	size_t n = 0, length = strlen(part);

	for (; (p = memmem(p, (size_t)(end - p), part, length)) != NULL; p += length)
		n++;
	return n;
}

static void test_lines(void **state)
{
	static const char *const lines[] = {
		"# HELP smppgw_test_submitted_total Messages submitted to \"it\" \\\\ here.",
		"# TYPE smppgw_test_submitted_total counter",
		"smppgw_test_submitted_total{carrier=\"移动\"} 7",
		"smppgw_test_submitted_total{carrier=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\"} 0",
		"smppgw_test_ended_total{carrier=\"移动\",reason=\"peer\"} 0",
		"smppgw_test_ended_total{carrier=\"移动\",reason=\"we\"} 3",
		"# TYPE smppgw_test_lag_seconds gauge",
		"smppgw_test_lag_seconds{carrier=\"移动\"} 0.001500",
		"# TYPE smppgw_test_response_seconds histogram",
		"smppgw_test_response_seconds_bucket{carrier=\"移动\",le=\"0.0005\"} 1",
		"smppgw_test_response_seconds_bucket{carrier=\"移动\",le=\"0.0025\"} 1",
		"smppgw_test_response_seconds_bucket{carrier=\"移动\",le=\"0.005\"} 3",
		"smppgw_test_response_seconds_bucket{carrier=\"移动\",le=\"60\"} 3",
		"smppgw_test_response_seconds_bucket{carrier=\"移动\",le=\"+Inf\"} 4",
		"smppgw_test_response_seconds_sum{carrier=\"移动\"} 90.006400",
		"smppgw_test_response_seconds_count{carrier=\"移动\"} 4",
		"process_cpu_seconds_total 2.500000",
		"process_resident_memory_bytes 4096",
		"process_open_fds 5",
		"process_max_fds 1024",
		"process_start_time_seconds 1795000000.250000",
	};

	(void)state;
	fill();
	char *text = printed();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!has_line(text, lines[i]))
			fail_msg("no line %s in:\n%s", lines[i], text);
	}
	assert_int_equal(text[strlen(text) - 1], '\n');
	mem_free(text);
}

/* HELP and TYPE once per name, no series twice, buckets never fall. */
static void test_rules(void **state)
{
	uint64_t last = 0;
	size_t buckets = 0;

	(void)state;
	fill();
	for (int64_t us = 1; us < 70000000; us = us * 5 / 4 + 1)
		histogram_add(&unicom.response, us);
	char *text = printed();
	assert_int_equal(count(text, "# TYPE smppgw_test_ended_total "), 1);
	assert_int_equal(count(text, "# HELP "), count(text, "# TYPE "));
	assert_int_equal(count(text, "# TYPE "), 4 + 5);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (strncmp(line, "smppgw_test_response_seconds_bucket", 35) != 0)
			continue;
		char *value = strrchr(line, ' ');
		uint64_t now = strtoull(value + 1, NULL, 10);
		if (strstr(line, "le=\"0.0005\""))
			last = 0;
		assert_true(now >= last);
		last = now;
		buckets++;
	}
	assert_int_equal(buckets, 2 * 17);
	mem_free(text);
}

static void test_nothing(void **state)
{
	struct stats *s = stats_new();
	struct buf out = {0};

	(void)state;
	print(s, &out);
	assert_int_equal(buf_len(&out), 0);
	stats_free(s);
	buf_free(&out);
}

/* A thousand accounts: it takes some steps, each of a bounded length, and every family stands once. */
static void test_in_steps(void **state)
{
	enum { N = 1000 };
	static struct carrier_like all[N];
	struct stats *s = stats_new();
	struct metrics *m = metrics_new(s);
	struct buf out = {0};
	char name[32];
	size_t last = 0, longest = 0;
	size_t steps = 0;
	bool more;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "账号%zu", i);
		stats_add(s, rows, ROWS, &all[i], "account", name, NULL);
	}
	do {
		more = metrics_some(m, &out);
		if (buf_len(&out) - last > longest)
			longest = buf_len(&out) - last;
		last = buf_len(&out);
		steps++;
	} while (more);
	assert_true(steps >= 5);
	assert_true(longest < last / 4);
	metrics_free(m);
	char *text = mem_strndup(buf_data(&out), buf_len(&out));
	assert_int_equal(count(text, "# TYPE "), 4);
	assert_int_equal(count(text, "smppgw_test_submitted_total{account=\"账号"), N);
	assert_int_equal(count(text, "smppgw_test_response_seconds_sum{account=\"账号"), N);
	assert_true(has_line(text, "smppgw_test_lag_seconds{account=\"账号999\"} 0.000000"));
	mem_free(text);
	buf_consume(&out, buf_len(&out), 0);
	m = metrics_new(s); /* dropped and ended half-way */
	assert_true(metrics_some(m, &out));
	for (size_t i = 0; i < N; i += 2)
		stats_drop(s, &all[i]);
	assert_true(metrics_some(m, &out));
	metrics_free(m);
	buf_free(&out);
	stats_free(s);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_lines),
	cmocka_unit_test(test_rules),
	cmocka_unit_test(test_nothing),
	cmocka_unit_test(test_in_steps),
};

UNIT_MAIN(cases)
