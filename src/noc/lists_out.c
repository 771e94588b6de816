/*
 * lists_out.c - printing lists of numbers for people. Must not know sockets, nor how lists are kept.
 */
#include "noc/lists_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/status.h"
#include "noc/table.h"

struct answer { /* one command that waits */
	struct console_later *later;
	struct table *table; /* NULL: lines */
	char *file;
	const char *none, *changed, *same;
	uint64_t most, shown;
	bool consents; /* values are reference,time,source */
};

struct lists *lists_out_of(const struct console_call *call)
{
	return flow_lists(((const struct snapshot_source *)call->arg)->flow);
}

bool lists_out_number(struct console_call *call, const char *word, struct number *out)
{
	if (number_parse_text(word, out))
		return true;
	console_fail(call, "\"%.40s\" is no phone number", word);
	return false;
}

bool lists_out_account(struct console_call *call, const char *word)
{
	const struct snapshot_source *from = call->arg;
	if (accounts_find(flow_accounts(from->flow), view_of(word)))
		return true;
	console_fail(call, "no account %.100s; accounts lists them", word);
	return false;
}

static struct answer *answer_new(struct console_call *call, const char *header)
{
	struct answer *a = mem_zalloc(sizeof(*a));
	a->later = console_later(call);
	a->table = header ? table_new(header) : NULL;
	a->most = UINT64_MAX;
	return a;
}

static void answer_free(struct answer *a)
{
	table_free(a->table);
	mem_free(a->file);
	mem_free(a);
}

static void finish(struct answer *a, const char *error)
{
	if (a->table && !error && a->shown)
		table_print(a->table, console_later_out(a->later));
	console_finish(a->later, error);
	answer_free(a);
}

/* A job that could not begin. */
static int begun(struct console_call *call, struct answer *a, int result, const char *why)
{
	if (result == 0)
		return CONSOLE_LATER;
	console_fail(call, "%s%s%s", a->file ? a->file : "", a->file ? ": " : "", why);
	answer_free(a);
	return -1;
}

static void on_progress(void *arg, const struct lists_report *r)
{
	struct answer *a = arg;
	if (r->percent)
		console_progress(a->later, "%u %%, %" PRIu64 " rows, %" PRIu64 " bad lines", r->percent, r->rows,
				 r->bad);
	else
		console_progress(a->later, "%" PRIu64 " rows", r->rows ? r->rows : r->lines);
}

/* --- one number --- */

static void on_changed(void *arg, const char *error, const struct lists_report *r)
{
	struct answer *a = arg;
	if (!error)
		buf_printf(console_later_out(a->later), "%s\n", r->changed ? a->changed : a->same);
	finish(a, error);
}

int lists_out_change(struct console_call *call, const struct lists_one *one, const char *changed, const char *same)
{
	static const struct lists_ops ops = {.done = on_changed};
	const char *why;
	struct answer *a = answer_new(call, NULL);
	a->changed = changed;
	a->same = same;
	int result = lists_change(lists_out_of(call), one, &ops, a, &why);
	return begun(call, a, result, why);
}

/* --- import --- */

static void print_faults(const struct answer *a, const struct lists_report *r, struct buf *out)
{
	for (uint64_t i = 0; i < r->bad && i < LISTS_FAULTS_KEPT; i++)
		buf_printf(out, "%s:%" PRIu64 ": %s\n", a->file, r->faults[i].line, r->faults[i].why);
	if (r->bad > LISTS_FAULTS_KEPT)
		buf_printf(out, "... and %" PRIu64 " more\n", r->bad - LISTS_FAULTS_KEPT);
}

static void on_imported(void *arg, const char *error, const struct lists_report *r)
{
	struct answer *a = arg;
	struct buf *out = console_later_out(a->later);
	buf_printf(out, "%" PRIu64 " rows in %.1f s, %" PRIu64 " of them new, %" PRIu64 " bad lines\n", r->rows,
		   (double)r->ms / 1000.0, r->changed, r->bad);
	print_faults(a, r, out);
	console_later_keep(a->later);
	finish(a, error);
}

int lists_out_import(struct console_call *call, const struct lists_place *place, const char *file)
{
	static const struct lists_ops ops = {.progress = on_progress, .done = on_imported};
	const char *why;
	if (*file != '/')
		return console_fail(call, "FILE must be given from the root (/...): the gateway reads it");
	struct answer *a = answer_new(call, NULL);
	a->file = mem_strdup(file);
	int result = lists_import(lists_out_of(call), place, file, &ops, a, &why);
	return begun(call, a, result, why);
}

/* --- all numbers --- */

static void put_view(struct buf *out, struct view v)
{
	buf_put(out, v.p, v.n);
}

static void on_row(void *arg, const struct lists_place *place, const struct lists_row *row)
{
	struct answer *a = arg;
	struct buf *out = console_later_out(a->later);
	if (a->shown++ >= a->most)
		return;
	put_view(out, row->number);
	buf_puts(out, ",");
	put_view(out, place->kind == LISTS_OPTOUT ? place->name : row->value);
	buf_puts(out, "\n");
}

static void on_scanned(void *arg, const char *error, const struct lists_report *r)
{
	struct answer *a = arg;
	struct buf *out = console_later_out(a->later);
	if (a->file)
		buf_printf(out, "%" PRIu64 " rows in %s\n", r->rows, a->file);
	else if (a->shown > a->most)
		buf_printf(out, "... and %" PRIu64 " more; export gives all\n", a->shown - a->most);
	finish(a, error);
}

int lists_out_scan(struct console_call *call, const struct lists_place *place, const char *file, uint64_t most)
{
	static const struct lists_ops ops = {.progress = on_progress, .row = on_row, .done = on_scanned};
	bool here = strcmp(file, "-") == 0;
	const char *why;
	if (!here && *file != '/')
		return console_fail(call, "FILE must be given from the root (/...), or be -: the gateway writes it");
	struct answer *a = answer_new(call, NULL);
	a->most = most;
	a->file = here ? NULL : mem_strdup(file);
	int result = lists_scan(lists_out_of(call), place, here ? NULL : file, &ops, a, &why);
	return begun(call, a, result, why);
}

/* --- one number, or how many --- */

static void put_cell(struct table *t, struct view v)
{
	char text[512];
	snprintf(text, sizeof(text), "%.*s", (int)v.n, v.n ? (const char *)v.p : "");
	table_text(t, text);
}

/* What stands behind the last comma of v, which is cut off; all of it when there is none. */
static struct view take_last(struct view *v)
{
	const uint8_t *comma = v->n ? memrchr(v->p, ',', v->n) : NULL;
	struct view last = comma ? (struct view){comma + 1, (uint32_t)(v->p + v->n - comma - 1)} : *v;
	v->n = comma ? (uint32_t)(comma - v->p) : 0;
	return last;
}

static void put_time(struct table *t, struct view ms)
{
	char digits[24], stamp[STATUS_STAMP];
	snprintf(digits, sizeof(digits), "%.*s", (int)ms.n, ms.n ? (const char *)ms.p : "");
	table_text(t, *digits ? status_time(strtoll(digits, NULL, 10), false, stamp) : "-");
}

/* A value of the store for people: consents are reference,time,source; dead numbers until,failures,class. */
static void put_value(struct table *t, enum lists_kind kind, struct view value)
{
	struct view last = take_last(&value), middle = take_last(&value);
	if (kind == LISTS_CONSENT) {
		put_cell(t, value);
		put_time(t, middle);
	} else {
		put_time(t, value);
		put_cell(t, middle);
	}
	put_cell(t, last);
}

static void on_found(void *arg, const struct lists_place *place, const struct lists_row *row)
{
	struct answer *a = arg;
	a->shown++;
	if (place->kind == LISTS_OPTOUT) {
		put_cell(a->table, place->name);
		return;
	}
	put_cell(a->table, row->number);
	put_value(a->table, place->kind, row->value);
}

static void on_found_all(void *arg, const char *error, const struct lists_report *r)
{
	struct answer *a = arg;
	if (!error && r->rows == 0)
		buf_printf(console_later_out(a->later), "%s\n", a->none);
	finish(a, error);
}

int lists_out_find(struct console_call *call, const struct lists_place *place, const struct number *number,
		   const char *none)
{
	static const struct lists_ops ops = {.row = on_found, .done = on_found_all};
	static const char *const headers[] = {"OUT_OF", "NUMBER REFERENCE SINCE SOURCE",
					      "NUMBER UNTIL +FAILURES CLASS"};
	const char *why;
	struct answer *a = answer_new(call, headers[place->kind]);
	a->none = none;
	int result = lists_find(lists_out_of(call), place, number, &ops, a, &why);
	return begun(call, a, result, why);
}

static void on_count(void *arg, const struct lists_place *place, const struct lists_row *row)
{
	struct answer *a = arg;
	a->shown++;
	put_cell(a->table, place->name);
	put_cell(a->table, row->value);
}

static void on_counted(void *arg, const char *error, const struct lists_report *r)
{
	(void)r;
	finish(arg, error);
}

int lists_out_count(struct console_call *call, const struct lists_place *place)
{
	static const struct lists_ops ops = {.row = on_count, .done = on_counted};
	const char *why;
	struct answer *a = answer_new(call, "SCOPE +NUMBERS");
	int result = lists_count(lists_out_of(call), place, &ops, a, &why);
	return begun(call, a, result, why);
}

/* --- history --- */

static void on_event(void *arg, const struct lists_event *e)
{
	struct answer *a = arg;
	char stamp[STATUS_STAMP];
	a->shown++;
	table_text(a->table, status_time(e->at_ms, false, stamp));
	put_cell(a->table, e->number);
	put_cell(a->table, e->what);
	put_cell(a->table, e->name);
	put_cell(a->table, e->channel);
	put_cell(a->table, e->text);
}

static void on_history(void *arg, const char *error, const struct lists_report *r)
{
	struct answer *a = arg;
	if (!error && r->rows == 0)
		buf_puts(console_later_out(a->later), "no entries\n");
	finish(a, error);
}

int lists_out_history(struct console_call *call, const struct lists_place *place, const struct number *number,
		      unsigned newest)
{
	static const struct lists_ops ops = {.progress = on_progress, .event = on_event, .done = on_history};
	const char *why;
	struct answer *a = answer_new(call, place->kind == LISTS_OPTOUT ? "TIME NUMBER WHAT SCOPE CHANNEL TEXT"
									: "TIME NUMBER WHAT ACCOUNT SOURCE REFERENCE");
	int result = lists_history(lists_out_of(call), place, number, newest, &ops, a, &why);
	return begun(call, a, result, why);
}
