/*
 * campaign_page.c - the fields of a campaign's hash, gathered and printed. Must not know where they come from.
 */
#include "noc/campaign_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/status.h"
#include "noc/table.h"
#include "policy/wilson.h"

#define HOUR_DIGITS 10u
#define RATE_ROOM   48u

struct row {			    /* a variant, or a variant in an hour */
	char hour[HOUR_DIGITS + 1]; /* "": all of them */
	char variant[CAMPAIGN_VARIANT_MAX + 1];
	int64_t n[CAMPAIGN_COUNTERS];
};

struct campaign_page {
	struct row *rows;
	size_t n, cap;
	char *text[STORE_CAMPAIGN_FIELDS];
	struct campaign_control control;
};

struct campaign_page *campaign_page_new(void)
{
	return mem_zalloc(sizeof(struct campaign_page));
}

void campaign_page_free(struct campaign_page *p)
{
	if (!p)
		return;
	for (int i = 0; i < STORE_CAMPAIGN_FIELDS; i++)
		mem_free(p->text[i]);
	mem_free(p->rows);
	mem_free(p);
}

/* --- reading --- */

static struct row *row_of(struct campaign_page *p, struct view variant, struct view hour)
{
	for (size_t i = 0; i < p->n; i++) {
		if (view_eq(variant, view_of(p->rows[i].variant)) && view_eq(hour, view_of(p->rows[i].hour)))
			return &p->rows[i];
	}
	if (variant.n > CAMPAIGN_VARIANT_MAX)
		return NULL;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->rows = mem_realloc(p->rows, p->cap * sizeof(*p->rows));
	}
	struct row *r = &p->rows[p->n++];
	memset(r, 0, sizeof(*r));
	memcpy(r->variant, variant.p, variant.n);
	if (hour.n)
		memcpy(r->hour, hour.p, hour.n);
	return r;
}

static bool last_part(struct view *v, struct view *part)
{
	uint32_t at = v->n;
	while (at > 0 && v->p[at - 1] != '/')
		at--;
	if (at == 0)
		return false;
	*part = (struct view){v->p + at, v->n - at};
	v->n = at - 1;
	return true;
}

static bool is_hour(struct view v)
{
	uint32_t i = 0;
	while (i < v.n && v.p[i] >= '0' && v.p[i] <= '9')
		i++;
	return v.n == HOUR_DIGITS && i == v.n;
}

static void take_counter(struct campaign_page *p, struct view name, struct view value)
{
	struct view counter, hour = {NULL, 0}, rest;
	char text[24];
	if (!last_part(&name, &counter))
		return;
	rest = name;
	if (last_part(&rest, &hour) && is_hour(hour))
		name = rest;
	else
		hour = (struct view){NULL, 0};
	for (int k = 0; k < CAMPAIGN_COUNTERS; k++) {
		if (!view_eq(counter, view_of(campaign_counter_name((enum campaign_counter)k))))
			continue;
		struct row *r = row_of(p, name, hour);
		snprintf(text, sizeof(text), "%.*s", (int)value.n, (const char *)value.p);
		if (r)
			r->n[k] = strtoll(text, NULL, 10);
		return;
	}
}

void campaign_page_field(struct campaign_page *p, struct view name, struct view value)
{
	for (int i = 0; i < STORE_CAMPAIGN_FIELDS; i++) {
		if (!view_eq(name, view_of(store_campaign_field_name((enum store_campaign_field)i))))
			continue;
		mem_free(p->text[i]);
		p->text[i] = mem_strndup(value.p, value.n);
		return;
	}
	take_counter(p, name, value);
}

bool campaign_page_empty(const struct campaign_page *p)
{
	return p->n == 0;
}

const struct campaign_control *campaign_page_control(struct campaign_page *p)
{
	struct view fields[STORE_CAMPAIGN_FIELDS];
	for (int i = 0; i < STORE_CAMPAIGN_FIELDS; i++)
		fields[i] = p->text[i] ? view_of(p->text[i]) : (struct view){NULL, 0};
	campaign_control_read(fields, &p->control);
	return &p->control;
}

static int by_hour_and_variant(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int hours = strcmp(x->hour, y->hour);
	return hours ? hours : strcmp(x->variant, y->variant);
}

/* --- printing: how it stands --- */

static void print_eta(const struct campaign_about *about, uint64_t left, struct buf *out)
{
	if (about->rate <= 0 || left == 0)
		return;
	char span[STATUS_STAMP];
	buf_printf(out, ", %.1f/s: done in about %s", about->rate,
		   status_span((int64_t)((double)left / about->rate * 1000), span));
}

static void print_trial(const struct campaign_control *k, struct buf *out)
{
	if (k->state == CAMPAIGN_COLLECTING)
		buf_printf(out, "trial of %g %%: texts are gathered for %" PRId64 " s\n", k->share, k->collect_s);
	else
		buf_printf(out,
			   "trial: %" PRIu64 " of %" PRIu64 " went, %" PRIu64 " of these ended, %" PRIu64
			   " delivered, %" PRIu64 " said stop or complained (floor %g %%, ceiling %g %%, wait %" PRId64
			   " s)\n",
			   k->let, k->trial, k->ended - k->base_ended, k->delivered - k->base_delivered,
			   k->out - k->base_out, k->floor, k->ceiling, k->wait_s);
}

static void print_state(const struct campaign_control *k, const struct campaign_about *about, struct buf *out)
{
	char stamp[STATUS_STAMP];
	uint64_t gone = k->sent + k->unsent, left = k->accepted > gone ? k->accepted - gone : 0;
	double pace = k->state == CAMPAIGN_RUNNING ? campaign_pace(k, about->now_ms) : 0;
	buf_printf(out, "campaign %s of %s: %s since %s, by %s\n", about->name, about->account,
		   campaign_state_name(k->state), status_time(k->since_ms, false, stamp), *k->by ? k->by : "-");
	if (*k->why)
		buf_printf(out, "%s\n", k->why);
	buf_printf(out, "%" PRIu64 " accepted, %" PRIu64 " sent (%.1f %%), %" PRIu64 " ended before, %" PRIu64 " wait",
		   k->accepted, k->sent, k->accepted ? 100 * (double)k->sent / (double)k->accepted : 0, k->unsent,
		   left);
	if (k->state == CAMPAIGN_RUNNING || k->state == CAMPAIGN_TRIAL)
		print_eta(about, left, out);
	buf_puts(out, "\n");
	if (about->here && about->waiting)
		buf_printf(out, "%" PRIu64 " wait at its gate on this node\n", about->waiting);
	if (pace > 0)
		buf_printf(out, "ramp: %.1f/s now, doubles every %" PRId64 " s, over at %g/s\n", pace, k->ramp_double_s,
			   k->ramp_to);
	if (k->state == CAMPAIGN_COLLECTING || k->state == CAMPAIGN_TRIAL || k->state == CAMPAIGN_WAITING)
		print_trial(k, out);
}

/* --- printing: tables --- */

static int64_t known_ends(const struct row *r)
{
	return r->n[CAMPAIGN_ENDED] - r->n[CAMPAIGN_UNSENT];
}

static const char *print_rate(int64_t k, int64_t n, char out[RATE_ROOM])
{
	if (n <= 0)
		return "-";
	struct wilson w = wilson_interval((uint64_t)(k > 0 ? k : 0), (uint64_t)n);
	snprintf(out, RATE_ROOM, "%.1f %% (%.1f-%.1f)", 100 * (double)k / (double)n, 100 * w.low, 100 * w.high);
	return out;
}

static void cells(struct table *t, const struct row *r, const enum campaign_counter *which, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_cell(t, "%" PRId64, r->n[which[i]]);
}
#define CELLS(t, r, which) cells(t, r, which, sizeof(which) / sizeof((which)[0]))

static size_t variants_of(const struct campaign_page *p)
{
	size_t n = 0; /* they are sorted first: their hour is "" */
	while (n < p->n && !*p->rows[n].hour)
		n++;
	return n;
}

static void print_ends(const struct campaign_page *p, struct buf *out)
{
	static const enum campaign_counter first[] = {CAMPAIGN_ACCEPTED, CAMPAIGN_REFUSED, CAMPAIGN_SENT,
						      CAMPAIGN_DELIVERED};
	static const enum campaign_counter then[] = {CAMPAIGN_FAILED,	  CAMPAIGN_EXPIRED, CAMPAIGN_NO_RECEIPT,
						     CAMPAIGN_TAKEN_BACK, CAMPAIGN_STOPPED, CAMPAIGN_OTHER,
						     CAMPAIGN_SEGMENTS};
	struct table *t =
		table_new("variants: VARIANT +ACCEPTED +REFUSED +SENT +DELIVERED +OF_ENDED_(95_%) +FAILED +EXPIRED "
			  "+NO_RECEIPT +CANCELLED +STOPPED +OTHER +SEGMENTS +YUAN");
	char rate[RATE_ROOM];
	for (size_t i = 0; i < variants_of(p); i++) {
		const struct row *r = &p->rows[i];
		table_text(t, r->variant);
		CELLS(t, r, first);
		table_text(t, print_rate(r->n[CAMPAIGN_DELIVERED], known_ends(r), rate));
		CELLS(t, r, then);
		table_cell(t, "%.3f", (double)r->n[CAMPAIGN_COST] / 1000);
	}
	buf_puts(out, "\n");
	table_print(t, out);
	table_free(t);
}

static void print_readers(const struct campaign_page *p, struct buf *out)
{
	static const enum campaign_counter which[] = {CAMPAIGN_REPLIED, CAMPAIGN_OPTED_OUT, CAMPAIGN_COMPLAINED};
	struct table *t =
		table_new("readers: VARIANT +REPLIED +OF_DELIVERED_(95_%) +STOP +OF_DELIVERED_(95_%) +COMPLAINED "
			  "+OF_DELIVERED_(95_%)");
	char rate[RATE_ROOM];
	for (size_t i = 0; i < variants_of(p); i++) {
		const struct row *r = &p->rows[i];
		table_text(t, r->variant);
		for (size_t k = 0; k < sizeof(which) / sizeof(which[0]); k++) {
			table_cell(t, "%" PRId64, r->n[which[k]]);
			table_text(t, print_rate(r->n[which[k]], r->n[CAMPAIGN_DELIVERED], rate));
		}
	}
	buf_puts(out, "\n");
	table_print(t, out);
	table_free(t);
}

static void print_latency(const struct campaign_page *p, struct buf *out)
{
	struct table *t = table_new("latency: VARIANT +MEAN_S +5_S +30_S +2_MIN +10_MIN +1_H +6_H +LATER");
	for (size_t i = 0; i < variants_of(p); i++) {
		const struct row *r = &p->rows[i];
		int64_t n = r->n[CAMPAIGN_DELIVERED];
		table_text(t, r->variant);
		table_cell(t, "%.1f", n ? (double)r->n[CAMPAIGN_LATENCY_MS] / 1000 / (double)n : 0);
		for (unsigned k = 0; k < CAMPAIGN_LATENCIES; k++)
			table_cell(t, "%" PRId64, r->n[CAMPAIGN_LATENCY + k]);
	}
	buf_puts(out, "\ndelivered within\n");
	table_print(t, out);
	table_free(t);
}

static void print_failures(const struct campaign_page *p, struct buf *out)
{
	struct table *t = table_new("failures: VARIANT FAILED +TEXTS");
	bool any = false;
	for (size_t i = 0; i < variants_of(p); i++) {
		for (int k = 0; k < FAULTS; k++) {
			if (!p->rows[i].n[CAMPAIGN_FAULT + k])
				continue;
			any = true;
			table_text(t, p->rows[i].variant);
			table_text(t, fault_name((enum fault)k));
			table_cell(t, "%" PRId64, p->rows[i].n[CAMPAIGN_FAULT + k]);
		}
	}
	if (any)
		buf_puts(out, "\n");
	if (any)
		table_print(t, out);
	table_free(t);
}

static void print_hours(const struct campaign_page *p, struct buf *out)
{
	static const enum campaign_counter which[] = {CAMPAIGN_ACCEPTED,  CAMPAIGN_REFUSED,   CAMPAIGN_SENT,
						      CAMPAIGN_DELIVERED, CAMPAIGN_FAILED,    CAMPAIGN_REPLIED,
						      CAMPAIGN_OPTED_OUT, CAMPAIGN_COMPLAINED};
	struct table *t =
		table_new("hours: HOUR VARIANT +ACCEPTED +REFUSED +SENT +DELIVERED +FAILED +REPLIED +STOP +COMPLAINED");
	for (size_t i = variants_of(p); i < p->n; i++) {
		const char *h = p->rows[i].hour;
		table_cell(t, "%.4s-%.2s-%.2s %.2s", h, h + 4, h + 6, h + 8);
		table_text(t, p->rows[i].variant);
		CELLS(t, &p->rows[i], which);
	}
	buf_puts(out, "\n");
	table_print(t, out);
	table_free(t);
}

/* --- printing: which is better --- */

static const struct metric {
	const char *name;
	enum campaign_counter k[2];
	bool of_ends;	 /* of those that ended after they were sent; else of those delivered */
	const char *won; /* said of the higher one */
} metrics[] = {
	{"delivered", {CAMPAIGN_DELIVERED, CAMPAIGN_DELIVERED}, true, "is better than"},
	{"replied", {CAMPAIGN_REPLIED, CAMPAIGN_REPLIED}, false, "is better than"},
	{"stop or complaint", {CAMPAIGN_OPTED_OUT, CAMPAIGN_COMPLAINED}, false, "is worse than"},
};

static uint64_t metric_k(const struct metric *m, const struct row *r)
{
	int64_t k = r->n[m->k[0]] + (m->k[1] != m->k[0] ? r->n[m->k[1]] : 0);
	return k > 0 ? (uint64_t)k : 0;
}

static uint64_t metric_n(const struct metric *m, const struct row *r)
{
	int64_t n = m->of_ends ? known_ends(r) : r->n[CAMPAIGN_DELIVERED];
	return n > 0 ? (uint64_t)n : 0;
}

static void print_pair(const struct metric *m, const struct row *a, const struct row *b, unsigned pairs,
		       struct buf *out)
{
	uint64_t na = metric_n(m, a), nb = metric_n(m, b);
	if (na == 0 || nb == 0)
		return;
	struct wilson_comparison c = wilson_compare(metric_k(m, a), na, metric_k(m, b), nb, pairs);
	const struct row *first = c.verdict == WILSON_SECOND ? b : a, *second = c.verdict == WILSON_SECOND ? a : b;
	if (c.verdict == WILSON_NOT_SHOWN)
		buf_printf(out, "%s: no difference shown between %s and %s", m->name, a->variant, b->variant);
	else
		buf_printf(out, "%s: %s %s %s", m->name, first->variant, m->won, second->variant);
	double low = c.verdict == WILSON_SECOND ? -c.high : c.low, high = c.verdict == WILSON_SECOND ? -c.low : c.high;
	buf_printf(out, " (%+.1f to %+.1f points, p = %.4f)\n", 100 * low, 100 * high, c.p);
}

static void print_comparison(const struct campaign_page *p, struct buf *out)
{
	size_t n = variants_of(p);
	unsigned pairs = (unsigned)(n * (n - 1) / 2);
	if (n < 2)
		return;
	buf_puts(out, "\n");
	for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
		for (size_t i = 0; i < n; i++) {
			for (size_t k = i + 1; k < n; k++)
				print_pair(&metrics[m], &p->rows[i], &p->rows[k], pairs, out);
		}
	}
}

void campaign_page_print(struct campaign_page *p, const struct campaign_about *about, struct buf *out)
{
	if (p->n)
		qsort(p->rows, p->n, sizeof(*p->rows), by_hour_and_variant);
	print_state(campaign_page_control(p), about, out);
	if (p->n == 0)
		return;
	print_ends(p, out);
	print_readers(p, out);
	print_latency(p, out);
	print_failures(p, out);
	print_comparison(p, out);
	print_hours(p, out);
}
