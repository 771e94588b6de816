/*
 * verb_totals.c - what a day's records add up to by account and carrier. Must not know sockets, nor how it is counted.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/totals.h"
#include "base/mem.h"
#include "noc/find.h"
#include "noc/table.h"

struct totals_ask {
	struct find find;
	char day[16];
	struct table *table;
	struct totals_row sum;
	unsigned rows;
};

static void put_row(struct totals_ask *x, const char *account, const char *carrier, const struct totals_row *r)
{
	const int64_t counts[] = {r->accepted, r->refused, r->sent, r->segments, r->delivered, r->failed};

	table_text(x->table, account);
	table_text(x->table, carrier);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		table_cell(x->table, "%" PRId64, counts[i]);
	table_cell(x->table, "%s%" PRId64 ".%03" PRId64, r->price < 0 ? "-" : "",
		   (r->price < 0 ? -r->price : r->price) / 1000, (r->price < 0 ? -r->price : r->price) % 1000);
}

static void on_row(void *arg, const struct totals_row *r)
{
	struct totals_ask *x = arg;

	x->rows++;
	x->sum.accepted += r->accepted;
	x->sum.refused += r->refused;
	x->sum.sent += r->sent;
	x->sum.segments += r->segments;
	x->sum.delivered += r->delivered;
	x->sum.failed += r->failed;
	x->sum.price += r->price;
	put_row(x, *r->account ? r->account : "-", *r->carrier ? r->carrier : "-", r);
}

static void work(struct find *f)
{
	struct totals_ask *x = (struct totals_ask *)f;

	if (totals_run(f->query.directory, x->day, -1, on_row, x, &f->stop, &f->why) < 0 && !f->why)
		f->why = strdup("the records cannot be read");
}

static void answer(struct find *f)
{
	struct totals_ask *x = (struct totals_ask *)f;
	char why[64];

	if (x->rows == 0) {
		snprintf(why, sizeof(why), "there are no records of %s", x->day);
		console_finish(x->find.later, why);
		return;
	}
	put_row(x, "all", "all", &x->sum);
	table_print(x->table, console_later_out(x->find.later));
	console_finish(x->find.later, NULL);
}

static void totals_free(struct find *f)
{
	table_free(((struct totals_ask *)f)->table);
}

/* "20260501", "2026-05-01", or NULL: today, as local clocks show it. */
static bool read_day(const char *text, int64_t now_ms, char out[16])
{
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm tm = {0};
	const char *end = text;

	if (!text) {
		localtime_r(&seconds, &tm);
		strftime(out, 16, "%Y-%m-%d", &tm);
		return true;
	}
	end = strptime(text, strchr(text, '-') ? "%Y-%m-%d" : "%Y%m%d", &tm);
	if (!end || *end != '\0' || tm.tm_year < 100)
		return false;
	strftime(out, 16, "%Y-%m-%d", &tm);
	return true;
}

int verb_totals(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct totals_ask *x = mem_zalloc(sizeof(*x));

	x->find.work = work;
	x->find.answer = answer;
	x->find.free = totals_free;
	if (!read_day(call->n ? call->words[0] : NULL, loop_wall_ms(from->loop), x->day)) {
		find_drop(&x->find);
		return console_fail(call, "\"%.40s\" is no day: 20260501 or 2026-05-01", call->words[0]);
	}
	x->table = table_new("ACCOUNT CARRIER +ACCEPTED +REFUSED +SENT +SEGMENTS +DELIVERED +FAILED +YUAN");
	return find_start(&x->find, call);
}
