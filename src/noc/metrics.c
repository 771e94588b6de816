/*
 * metrics.c - Prometheus text. Must not know any metric but the process's own.
 */
#include "noc/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "noc/label.h"

/* Upper bounds in us, and as the le label has them; the last are of what may take hours: a text that waits, a phone
 * that is off. */
static const int64_t bounds[] = {500,	   1000,     2500,	5000,	   10000,      25000,	  50000,
				 100000,   250000,   500000,	1000000,   2500000,    5000000,	  10000000,
				 30000000, 60000000, 300000000, 900000000, 3600000000, 7200000000};
static const char *const bound_names[] = {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05",
					  "0.1",    "0.25",  "0.5",    "1",	"2.5",	"5",	 "10",
					  "30",	    "60",    "300",    "900",	"3600", "7200"};
#define BOUNDS	     (sizeof(bounds) / sizeof(bounds[0]))
#define BOUNDS_SHORT 16u

static const char *const of_hours[] = {"_wait_seconds", "_receipt_seconds"};

static const char *const type_names[] = {"counter", "gauge", "histogram"};

#define STEP 4000 /* samples: less than half a millisecond */

/* The family being printed, whose properties are found once. */
struct family {
	const char *name; /* NULL: none yet */
	size_t length;
	bool seconds;  /* counted in us, printed in seconds */
	size_t bounds; /* of histograms */
};

struct metrics {
	struct stats_walk *walk;
	struct buf *out; /* of the step */
	struct family family;
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

/* Pages have tens of thousands of lines: no printf for them. */
static void metrics_put(struct buf *out, const char *text, size_t n)
{
	memcpy(buf_room(out, n), text, n);
	buf_filled(out, n);
}

static void metrics_char(struct buf *out, char c)
{
	*buf_room(out, 1) = (uint8_t)c;
	buf_filled(out, 1);
}

/* The digits of v, at least `least` of them, and what follows. */
static void metrics_digits(struct buf *out, uint64_t v, unsigned least, char follows)
{
	char text[24], *p = text + sizeof(text);

	*--p = follows;
	for (; v > 0 || least > 0; v /= 10) {
		*--p = (char)('0' + v % 10);
		least -= least > 0;
	}
	metrics_put(out, p, (size_t)(text + sizeof(text) - p));
}

static void metrics_seconds(struct buf *out, uint64_t us)
{
	metrics_digits(out, us / 1000000, 1, '.');
	metrics_digits(out, us % 1000000, 6, '\n');
}

static void metrics_label(struct buf *out, const char *label, const char *value, char *before)
{
	if (!label)
		return;
	metrics_char(out, *before);
	metrics_put(out, label, strlen(label));
	metrics_put(out, "=\"", 2);
	label_prometheus(out, value ? value : "");
	metrics_char(out, '"');
	*before = ',';
}

/* "name_suffix{labels} ": everything of a line but the value. */
static void metrics_series(const struct metrics *m, const struct stats_sample *s, const char *suffix, const char *le)
{
	char before = '{';

	metrics_put(m->out, m->family.name, m->family.length);
	metrics_put(m->out, suffix, strlen(suffix));
	metrics_label(m->out, s->label, s->label_value, &before);
	metrics_label(m->out, s->row->label, s->row->value, &before);
	metrics_label(m->out, le ? "le" : NULL, le, &before);
	if (before == ',')
		metrics_char(m->out, '}');
	metrics_char(m->out, ' ');
}

static void metrics_number(const struct metrics *m, const struct stats_sample *s)
{
	uint64_t v = *(const uint64_t *)s->at;

	metrics_series(m, s, "", NULL);
	if (m->family.seconds)
		metrics_seconds(m->out, v);
	else
		metrics_digits(m->out, v, 1, '\n');
}

static void metrics_histogram(const struct metrics *m, const struct stats_sample *s)
{
	const struct histogram *h = s->at;
	uint64_t below[BOUNDS];

	histogram_belows(h, bounds, below, m->family.bounds);
	for (size_t i = 0; i < m->family.bounds; i++) {
		metrics_series(m, s, "_bucket", bound_names[i]);
		metrics_digits(m->out, below[i], 1, '\n');
	}
	metrics_series(m, s, "_bucket", "+Inf");
	metrics_digits(m->out, h->count, 1, '\n');
	metrics_series(m, s, "_sum", NULL);
	metrics_seconds(m->out, h->sum_us);
	metrics_series(m, s, "_count", NULL);
	metrics_digits(m->out, h->count, 1, '\n');
}

static void metrics_family(struct metrics *m, const struct stats_row *row)
{
	const char *name = row->name;
	bool hours = false;

	for (size_t i = 0; i < sizeof(of_hours) / sizeof(of_hours[0]); i++)
		hours = hours || metrics_ends(name, of_hours[i]);
	m->family = (struct family){
		.name = name,
		.length = strlen(name),
		.seconds = metrics_ends(name, "_seconds") || metrics_ends(name, "_seconds_total"),
		.bounds = hours ? BOUNDS : BOUNDS_SHORT,
	};
	metrics_head(m->out, name, row->help, type_names[row->type]);
}

static void metrics_sample(const struct stats_sample *s, void *arg)
{
	struct metrics *m = arg;
	const char *name = m->family.name;

	if (name != s->row->name && (!name || strcmp(name, s->row->name) != 0))
		metrics_family(m, s->row);
	if (s->row->type == STATS_HISTOGRAM)
		metrics_histogram(m, s);
	else
		metrics_number(m, s);
}

struct metrics *metrics_new(struct stats *stats)
{
	struct metrics *m = mem_zalloc(sizeof(*m));

	m->walk = stats_walk_new(stats);
	return m;
}

bool metrics_some(struct metrics *m, struct buf *out)
{
	m->out = out;
	return stats_walk_some(m->walk, STEP, metrics_sample, m);
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	stats_walk_free(m->walk);
	mem_free(m);
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
