/*
 * metrics.c - Prometheus text. Must not know any metric but the process's own.
 */
#include "noc/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "noc/label.h"

/* Upper bounds, us and as the le label has them. */
static const struct {
	int64_t us;
	const char *le;
} bounds[] = {
	{500, "0.0005"},
	{1000, "0.001"},
	{2500, "0.0025"},
	{5000, "0.005"},
	{10000, "0.01"},
	{25000, "0.025"},
	{50000, "0.05"},
	{100000, "0.1"},
	{250000, "0.25"},
	{500000, "0.5"},
	{1000000, "1"},
	{2500000, "2.5"},
	{5000000, "5"},
	{10000000, "10"},
	{30000000, "30"},
	{60000000, "60"},
	/* of what may take hours: a text that waits, a phone that is off */
	{300000000, "300"},
	{900000000, "900"},
	{3600000000, "3600"},
	{7200000000, "7200"},
};
#define BOUNDS_SHORT 16u

static const char *const of_hours[] = {"_wait_seconds", "_receipt_seconds"};

static const char *const type_names[] = {"counter", "gauge", "histogram"};

struct walk {
	struct buf *out;
	const char *name; /* of the last sample */
};

static bool metrics_ends(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

static void metrics_head(struct buf *out, const char *name, const char *help, const char *type)
{
	buf_printf(out, "# HELP %s ", name);
	label_help(out, help);
	buf_printf(out, "\n# TYPE %s %s\n", name, type);
}

static void metrics_label(struct buf *out, const char *label, const char *value, const char **before)
{
	if (!label)
		return;
	buf_printf(out, "%s%s=\"", *before, label);
	label_prometheus(out, value ? value : "");
	buf_puts(out, "\"");
	*before = ",";
}

/* "name_suffix{labels} ": everything of a line but the value. */
static void metrics_series(struct buf *out, const struct stats_sample *s, const char *suffix, const char *le)
{
	const char *before = "{";

	buf_printf(out, "%s%s", s->row->name, suffix);
	metrics_label(out, s->label, s->label_value, &before);
	metrics_label(out, s->row->label, s->row->value, &before);
	metrics_label(out, le ? "le" : NULL, le, &before);
	buf_puts(out, *before == ',' ? "} " : " ");
}

static void metrics_seconds(struct buf *out, uint64_t us)
{
	buf_printf(out, "%" PRIu64 ".%06u\n", us / 1000000, (unsigned)(us % 1000000));
}

static void metrics_number(struct buf *out, const struct stats_sample *s)
{
	uint64_t v = *(const uint64_t *)s->at;

	metrics_series(out, s, "", NULL);
	if (metrics_ends(s->row->name, "_seconds") || metrics_ends(s->row->name, "_seconds_total"))
		metrics_seconds(out, v);
	else
		buf_printf(out, "%" PRIu64 "\n", v);
}

static void metrics_histogram(struct buf *out, const struct stats_sample *s)
{
	const struct histogram *h = s->at;
	size_t n = BOUNDS_SHORT;

	for (size_t i = 0; i < sizeof(of_hours) / sizeof(of_hours[0]); i++) {
		if (metrics_ends(s->row->name, of_hours[i]))
			n = sizeof(bounds) / sizeof(bounds[0]);
	}
	for (size_t i = 0; i < n; i++) {
		metrics_series(out, s, "_bucket", bounds[i].le);
		buf_printf(out, "%" PRIu64 "\n", histogram_below(h, bounds[i].us));
	}
	metrics_series(out, s, "_bucket", "+Inf");
	buf_printf(out, "%" PRIu64 "\n", h->count);
	metrics_series(out, s, "_sum", NULL);
	metrics_seconds(out, h->sum_us);
	metrics_series(out, s, "_count", NULL);
	buf_printf(out, "%" PRIu64 "\n", h->count);
}

static void metrics_sample(const struct stats_sample *s, void *arg)
{
	struct walk *w = arg;

	if (!w->name || strcmp(w->name, s->row->name) != 0)
		metrics_head(w->out, s->row->name, s->row->help, type_names[s->row->type]);
	w->name = s->row->name;
	if (s->row->type == STATS_HISTOGRAM)
		metrics_histogram(w->out, s);
	else
		metrics_number(w->out, s);
}

void metrics_print(const struct stats *stats, struct buf *out)
{
	struct walk w = {.out = out};

	stats_walk(stats, metrics_sample, &w);
}

void metrics_print_process(const struct process *p, struct buf *out)
{
	metrics_head(out, "process_cpu_seconds_total", "User and system CPU time spent in seconds.", "counter");
	buf_puts(out, "process_cpu_seconds_total ");
	metrics_seconds(out, p->cpu_us);
	metrics_head(out, "process_resident_memory_bytes", "Resident memory size in bytes.", "gauge");
	buf_printf(out, "process_resident_memory_bytes %" PRIu64 "\n", p->resident);
	metrics_head(out, "process_open_fds", "Number of open file descriptors.", "gauge");
	buf_printf(out, "process_open_fds %" PRIu64 "\n", p->open_fds);
	metrics_head(out, "process_max_fds", "Maximum number of open file descriptors.", "gauge");
	buf_printf(out, "process_max_fds %" PRIu64 "\n", p->max_fds);
	metrics_head(out, "process_start_time_seconds", "Start time of the process since 1970 in seconds.", "gauge");
	buf_puts(out, "process_start_time_seconds ");
	metrics_seconds(out, p->start_us);
}
