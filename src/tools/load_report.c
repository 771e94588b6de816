/*
 * load_report.c - what a run showed: lines for people, or one JSON object. Knows no sockets.
 */
#include "tools/load.h"

#include <stdio.h>
#include <unistd.h>

#include "smpp/status.h"
#include "tools/readable.h"

static const struct {
	const char *name;
	double q;
} quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};
#define QUANTILES (sizeof(quantiles) / sizeof(quantiles[0]))

static double seconds(const struct load *l)
{
	int64_t us = l->answered_us - l->began_us;

	return us > 0 ? (double)us / 1e6 : 1e-6;
}

static double seconds_all(const struct load *l)
{
	int64_t us = (l->receipt_us > l->answered_us ? l->receipt_us : l->answered_us) - l->began_us;

	return us > 0 ? (double)us / 1e6 : 1e-6;
}

static double cpu_per_message(const struct load *l)
{
	uint64_t n = load_book_counts(l->book)->submitted;

	return n ? (double)l->cpu_us / (double)n : 0;
}

static int64_t quantile(const struct load_book_latency *d, double q)
{
	int64_t us = histogram_quantile(&d->h, q);

	return us < d->max_us ? us : d->max_us; /* a bucket's upper bound may lie above the largest value */
}

static uint64_t missing(const struct load *l)
{
	return l->conf.receipts ? load_book_missing(l->book) : 0;
}

enum load_exit load_report_verdict(const struct load *l)
{
	const struct load_book_counts *c = load_book_counts(l->book);

	return missing(l) || c->unknown || c->duplicate || c->unmatched || c->disagreeing || c->ids_repeated ||
			       l->next < (uint64_t)l->conf.messages
		       ? LOAD_DIFFERENCES
		       : LOAD_ALL_MATCHED;
}

static void put_latency(struct buf *b, const char *name, const struct load_book_latency *d)
{
	if (d->h.count == 0)
		return;
	buf_printf(b, "%-10s", name);
	for (size_t i = 0; i < QUANTILES; i++)
		buf_printf(b, " %s %.2f ms ", quantiles[i].name, (double)quantile(d, quantiles[i].q) / 1e3);
	buf_printf(b, " max %.2f ms\n", (double)d->max_us / 1e3);
}

static void put_statuses(struct buf *b, const struct load *l)
{
	const struct load_book_status *st;

	for (unsigned i = 0; (st = load_book_status_at(l->book, i)); i++) {
		char text[256];

		esme_status_text(st->status, text);
		buf_printf(b, "%-10s %llu with %s\n", "", (unsigned long long)st->n, text);
	}
}

static void put_stats(struct buf *b, const struct load *l)
{
	const struct load_book_stat *st;

	for (unsigned i = 0; (st = load_book_stat_at(l->book, i)); i++)
		buf_printf(b, "%s%s %llu", i ? ", " : "stat       ", *st->word ? st->word : "(none)",
			   (unsigned long long)st->n);
	if (load_book_stat_at(l->book, 0))
		buf_puts(b, "\n");
}

#define LLU(v) ((unsigned long long)(v))

static void put_people(struct buf *b, const struct load *l)
{
	const struct load_book_counts *c = load_book_counts(l->book);

	buf_printf(b, "submitted  %llu of %lld in %.2f s: %.0f messages/s answered, %.0f/s to the last receipt\n",
		   LLU(c->submitted), (long long)l->conf.messages, seconds(l), (double)c->accepted / seconds(l),
		   (double)c->accepted / seconds_all(l));
	buf_printf(b, "accepted   %llu\nrefused    %llu\n", LLU(c->accepted), LLU(c->refused));
	put_statuses(b, l);
	buf_printf(b, "unknown    %llu without an answer; reconnects %llu; ids given twice %llu\n", LLU(c->unknown),
		   LLU(l->reconnects), LLU(c->ids_repeated));
	if (l->conf.receipts)
		buf_printf(b,
			   "receipts   matched %llu, missing %llu, duplicate %llu, unknown %llu, disagreeing %llu, "
			   "intermediate %llu, for parts %llu, before the response %llu; other deliver_sm %llu\n",
			   LLU(c->matched), LLU(missing(l)), LLU(c->duplicate), LLU(c->unmatched), LLU(c->disagreeing),
			   LLU(c->intermediate), LLU(c->parts), LLU(c->early), LLU(l->replies));
	put_stats(b, l);
	put_latency(b, "response", load_book_responses(l->book));
	put_latency(b, "receipt", load_book_receipts(l->book));
	if (l->conf.rate > 0)
		put_latency(b, "sent late", &l->lag);
	buf_printf(b, "cpu        %.2f us per message in smppload\n", cpu_per_message(l));
}

static void put_json_latency(struct buf *b, const char *name, const struct load_book_latency *d)
{
	buf_printf(b, ",\"%s_us\":{", name);
	for (size_t i = 0; i < QUANTILES; i++)
		buf_printf(b, "\"%s\":%lld,", quantiles[i].name, (long long)quantile(d, quantiles[i].q));
	buf_printf(b, "\"max\":%lld,\"mean\":%.1f}", (long long)d->max_us,
		   d->h.count ? (double)d->h.sum_us / (double)d->h.count : 0.0);
}

static void put_json_words(struct buf *b, const struct load *l)
{
	const struct load_book_status *status;
	const struct load_book_stat *stat;

	buf_puts(b, ",\"refused_by\":{");
	for (unsigned i = 0; (status = load_book_status_at(l->book, i)); i++)
		buf_printf(b, "%s\"0x%02X\":%llu", i ? "," : "", status->status, LLU(status->n));
	buf_puts(b, "},\"stats\":{");
	for (unsigned i = 0; (stat = load_book_stat_at(l->book, i)); i++) {
		buf_puts(b, i ? "," : "");
		readable_json(b, stat->word, strlen(stat->word));
		buf_printf(b, ":%llu", LLU(stat->n));
	}
	buf_puts(b, "}");
}

static void put_json(struct buf *b, const struct load *l)
{
	const struct load_book_counts *c = load_book_counts(l->book);
	const struct {
		const char *name;
		uint64_t n;
	} numbers[] = {
		{"messages", (uint64_t)l->conf.messages},
		{"submitted", c->submitted},
		{"accepted", c->accepted},
		{"refused", c->refused},
		{"unknown", c->unknown},
		{"ids_repeated", c->ids_repeated},
		{"reconnects", l->reconnects},
		{"matched", c->matched},
		{"missing", missing(l)},
		{"duplicate", c->duplicate},
		{"unknown_receipts", c->unmatched},
		{"disagreeing", c->disagreeing},
		{"intermediate", c->intermediate},
		{"parts", c->parts},
		{"early", c->early},
		{"other", l->replies},
	};

	buf_puts(b, "{");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		buf_printf(b, "\"%s\":%llu,", numbers[i].name, LLU(numbers[i].n));
	buf_printf(b, "\"seconds\":%.3f,\"seconds_all\":%.3f,\"rate\":%.1f,\"rate_all\":%.1f,\"cpu_us\":%.3f",
		   seconds(l), seconds_all(l), (double)c->accepted / seconds(l), (double)c->accepted / seconds_all(l),
		   cpu_per_message(l));
	put_json_words(b, l);
	put_json_latency(b, "response", load_book_responses(l->book));
	put_json_latency(b, "receipt", load_book_receipts(l->book));
	put_json_latency(b, "late", &l->lag);
	buf_printf(b, ",\"exit\":%d}\n", l->exit);
}

void load_report(const struct load *l)
{
	struct buf b = {0};

	if (l->conf.json)
		put_json(&b, l);
	else
		put_people(&b, l);
	fwrite(buf_data(&b), 1, buf_len(&b), stdout);
	buf_free(&b);
}

void load_report_progress(const struct load *l)
{
	const struct load_book_counts *c = load_book_counts(l->book);

	fprintf(stderr, "%.0fs submitted=%llu accepted=%llu refused=%llu unknown=%llu matched=%llu outstanding=%llu\n",
		l->started ? (double)(engine_clock_us() - l->began_us) / 1e6 : 0.0, LLU(c->submitted), LLU(c->accepted),
		LLU(c->refused), LLU(c->unknown), LLU(c->matched), LLU(l->outstanding));
}
