/*
 * verb_cdr.c - records of the archive that fit what is asked for, as a table, CSV or lines of JSON. Must not know
 * sockets, nor how an archive is searched.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "noc/form.h"
#include "noc/records.h"
#include "noc/story.h"
#include "noc/table.h"

#define LIMIT_DEFAULT 100u
#define LIMIT_MAX     10000u
#define VALUE_MAX     2048u

struct cdr_ask {
	struct find find;
	struct records_options o;
	bool json; /* the console's --json */
	struct buf out;
	struct table *table;
	uint64_t n;
};

/* --- in the thread: its own buffer and table --- */

static const char *value_of(const struct cdr_line *l, const char *name, char out[VALUE_MAX])
{
	return cdr_get(l, name, out, VALUE_MAX) > 0 ? out : "-";
}

static void put_row(struct cdr_ask *x, const struct search_hit *hit)
{
	static const char *const names[] = {"kind", "id", "account", "class", "number", "carrier", "state"};
	char v[VALUE_MAX];
	struct buf words = {0};

	table_text(x->table, value_of(&hit->line, "at", v));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (x->o.unmask && hit->number.n && strcmp(names[i], "number") == 0)
			table_cell(x->table, "%.*s", (int)hit->number.n, (const char *)hit->number.p);
		else
			table_text(x->table, value_of(&hit->line, names[i], v));
	}
	story_sentence(&hit->line, x->o.unmask ? hit->text : (struct view){NULL, 0}, true, &words);
	buf_put(&words, "", 1);
	table_text(x->table, (const char *)buf_data(&words));
	buf_free(&words);
}

static bool on_record(void *arg, const struct search_hit *hit)
{
	struct cdr_ask *x = arg;

	if (x->o.csv) {
		story_record_csv(&hit->line, hit->number, hit->text, x->o.unmask, &x->out);
	} else if (x->json || x->o.json_lines) {
		if (x->json && x->n)
			buf_puts(&x->out, ",");
		story_record_json(&hit->line, hit->number, hit->text, x->o.unmask, &x->out);
		buf_puts(&x->out, x->json ? "" : "\n");
	} else {
		put_row(x, hit);
	}
	x->n++;
	return true;
}

static void work(struct find *f)
{
	struct cdr_ask *x = (struct cdr_ask *)f;

	if (x->o.csv)
		story_csv_head(x->o.unmask, &x->out);
	(void)find_search(f, on_record); /* f->why says whether it failed */
}

/* --- in the loop --- */

static void answer(struct find *f)
{
	struct cdr_ask *x = (struct cdr_ask *)f;
	struct buf *out = console_later_out(x->find.later);

	if (x->json)
		form_open(out, "records");
	buf_puts(out, x->json ? "[" : "");
	if (x->table)
		table_print(x->table, out);
	else
		buf_put(out, buf_data(&x->out), buf_len(&x->out));
	buf_puts(out, x->json ? "]" : "");
	if (x->json)
		form_close(out);
	if (x->table && x->n == 0)
		buf_puts(out, "no record fits\n");
	else if (x->table && x->n == x->o.limit)
		buf_printf(out, "and perhaps more: --limit N shows more than %llu, --from and --to say of when\n",
			   (unsigned long long)x->n);
	console_finish(x->find.later, NULL);
}

static void cdr_free(struct find *f)
{
	struct cdr_ask *x = (struct cdr_ask *)f;

	table_free(x->table);
	buf_free(&x->out);
}

static const char *option(const char *name, const char *value)
{
	return value && *value ? name : "";
}

/* UTC; nothing for 0. */
static void put_time(const char *name, int64_t ms, char out[48])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (ms > 0 && gmtime_r(&s, &tm) && snprintf(out, 48, "%s", name) > 0)
		strftime(out + strlen(out), 48 - strlen(out), "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* The request as it is recorded: whose records, of when; no number, no name that an app has chosen. */
static bool may_unmask(struct console_call *call, const struct find *f)
{
	char command[320], id[40] = "", masked[32], from[48] = "", to[48] = "";
	const struct search_query *q = &f->query;
	bool number = q->number && *q->number;

	if (q->id)
		snprintf(id, sizeof(id), " --id %" PRIu64, q->id);
	put_time(" --from ", q->from_ms, from);
	put_time(" --to ", q->to_ms, to);
	snprintf(command, sizeof(command), "cdr%s%s%s%s%s%s%s%s%s%s%s --unmask", id, number ? " --number " : "",
		 number ? log_masked(q->number, strlen(q->number), masked) : "", option(" --account ", q->account),
		 q->account ? q->account : "", option(" --carrier ", q->carrier), q->carrier ? q->carrier : "",
		 option(" --kind ", q->kind), q->kind ? q->kind : "", from, to);
	return records_unmask(call, command);
}

int verb_cdr(struct console_call *call)
{
	struct cdr_ask *x = mem_zalloc(sizeof(*x));

	x->find.work = work;
	x->find.answer = answer;
	x->find.free = cdr_free;
	x->o = (struct records_options){.limit = LIMIT_DEFAULT, .limit_max = LIMIT_MAX};
	if (!records_read(call, &x->find, call->words, call->n,
			  " --id --number --account --carrier --campaign --kind --state --verdict --from --to --limit "
			  "--csv --json-lines --unmask ",
			  &x->o) ||
	    (x->o.unmask && !may_unmask(call, &x->find))) {
		find_drop(&x->find);
		return -1;
	}
	x->json = form_is_json(call->out);
	x->find.query.limit = x->o.limit;
	x->find.query.newest = true;
	x->find.query.follow = true;
	if (!x->o.csv && !x->json && !x->o.json_lines)
		x->table = table_new("TIME KIND ID ACCOUNT CLASS NUMBER CARRIER STATE WHAT");
	return find_start(&x->find, call);
}
