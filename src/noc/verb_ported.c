/*
 * verb_ported.c - what the operator may ask and say about ported numbers. Must not know sockets, nor how numbers are
 * kept.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/table.h"

static struct ported *ported_of(const struct console_call *call)
{
	return flow_ported(((const struct snapshot_source *)call->arg)->flow);
}

static bool read_number(struct console_call *call, struct number *out)
{
	if (number_parse_text(call->words[1], out))
		return true;
	console_fail(call, "\"%.40s\" is no phone number", call->words[1]);
	return false;
}

/* --- load --- */

static void on_progress(void *arg, const struct ported_report *r)
{
	console_progress(arg, "%u %%, %" PRIu64 " rows, %" PRIu64 " rows/s, %" PRIu64 " bad lines", r->percent, r->rows,
			 r->per_second, r->bad);
}

static void print_faults(const struct ported_report *r, struct buf *out)
{
	for (uint64_t i = 0; i < r->bad && i < PORTED_FAULTS_KEPT; i++)
		buf_printf(out, "line %" PRIu64 ": %s\n", r->faults[i].line, r->faults[i].why);
	if (r->bad > PORTED_FAULTS_KEPT)
		buf_printf(out, "... and %" PRIu64 " more\n", r->bad - PORTED_FAULTS_KEPT);
	for (unsigned i = 0; i < r->unknown_n; i++)
		buf_printf(out, "not in operators: %s\n", r->unknown[i]);
}

static void on_loaded(void *arg, const char *error, const struct ported_report *r)
{
	struct buf *out = console_later_out(arg);
	char why[250];
	if (!error) {
		buf_printf(out, "%" PRIu64 " rows loaded in %.1f s, %" PRIu64 " bad lines\n", r->rows,
			   (double)r->ms / 1000.0, r->bad);
		print_faults(r, out);
		console_finish(arg, NULL);
		return;
	}
	/* an error is one line: the first fault must do */
	int n = snprintf(why, sizeof(why), "%s", error);
	if (r->bad)
		n += snprintf(why + n, sizeof(why) - (size_t)n, "; %" PRIu64 " bad lines, the first is %" PRIu64 ": %s",
			      r->bad, r->faults[0].line, r->faults[0].why);
	if (r->unknown_n && n < (int)sizeof(why))
		snprintf(why + n, sizeof(why) - (size_t)n, "; not in operators: %s", r->unknown[0]);
	console_finish(arg, why);
}

static int ported_verb_load(struct console_call *call)
{
	static const struct ported_load_ops ops = {on_progress, on_loaded};
	const char *file = NULL;
	char *why = NULL;
	bool replace = false;
	for (size_t i = 1; i < call->n; i++) {
		if (strcmp(call->words[i], "--replace") == 0)
			replace = true;
		else if (!file)
			file = call->words[i];
		else
			return console_fail(call, "usage: ported load FILE [--replace]");
	}
	if (!file)
		return console_fail(call, "usage: ported load FILE [--replace]");
	if (*file != '/')
		return console_fail(call, "FILE must be given from the root (/...): the gateway reads it");
	if (ported_load(ported_of(call), file, replace, &ops, console_later(call), &why) == 0)
		return CONSOLE_LATER;
	console_fail(call, "%s", why ? why : "out of memory");
	free(why);
	return -1;
}

/* --- single numbers --- */

static int ported_verb_get(struct console_call *call)
{
	char text[PORTED_TEXT_MAX];
	struct number number;
	struct ported_status status;
	ported_status(ported_of(call), &status);
	if (!read_number(call, &number))
		return -1;
	if (ported_text(ported_of(call), &number, text))
		buf_printf(call->out, "%s %s\n", number.digits, text);
	else
		buf_printf(call->out, "%s goes by its prefix%s\n", number.digits,
			   status.state == PORTED_READY ? "" : " (ported numbers are still being read)");
	return 0;
}

static void on_stored(void *arg, bool stored)
{
	if (stored)
		buf_puts(console_later_out(arg), "stored\n");
	console_finish(arg, stored ? NULL : "it takes effect here, but Redis has not stored it; say it again");
}

static int judge(struct console_call *call, int result)
{
	if (result == 0)
		return CONSOLE_LATER;
	if (result < 0)
		return console_fail(call,
				    "this cannot be kept: a number has at most %u digits, an operator's name at "
				    "most %u characters without blanks, commas, semicolons and !",
				    15u, PORTED_NAME_MAX);
	return console_fail(call,
			    "it takes effect here, but the store (Redis) is away or has not been read yet: say it "
			    "again");
}

static int ported_verb_set(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct number number;
	if (!read_number(call, &number))
		return -1;
	if (!flow_operator_known(from->flow, call->words[2]))
		return console_fail(call, "no operator %.40s; they are in the configuration's section operators",
				    call->words[2]);
	return judge(call, ported_learn(ported_of(call), &number, call->words[2], on_stored, console_later(call)));
}

static int ported_verb_del(struct console_call *call)
{
	struct number number;
	if (!read_number(call, &number))
		return -1;
	return judge(call, ported_forget(ported_of(call), &number, on_stored, console_later(call)));
}

/* --- count --- */

static void on_operator(const char *name, uint64_t at, uint64_t not_at, void *arg)
{
	struct table *t = arg;
	table_text(t, name);
	table_cell(t, "%" PRIu64, at);
	table_cell(t, "%" PRIu64, not_at);
}

static int ported_verb_count(struct console_call *call)
{
	struct ported_status s;
	struct table *t = table_new("OPERATOR +SERVED_THERE +NOT_THERE");
	ported_status(ported_of(call), &s);
	buf_printf(call->out, "%" PRIu64 " numbers, %" PRIu64 " octets of memory, %s", s.numbers, s.octets,
		   ported_state_name(s.state));
	if (s.state == PORTED_READING)
		buf_printf(call->out, " (%u %%)", s.percent);
	buf_puts(call->out, s.loading_file ? ", a file is being loaded\n" : "\n");
	ported_each_operator(ported_of(call), on_operator, t);
	table_print(t, call->out);
	table_free(t);
	return 0;
}

int verb_ported(struct console_call *call)
{
	static const struct {
		const char *name;
		size_t min, max;
		int (*fn)(struct console_call *call);
	} subs[] = {
		{"load", 2, 3, ported_verb_load}, {"get", 2, 2, ported_verb_get},     {"set", 3, 3, ported_verb_set},
		{"del", 2, 2, ported_verb_del},	  {"count", 1, 1, ported_verb_count},
	};
	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (strcmp(subs[i].name, call->words[0]) == 0 && call->n >= subs[i].min && call->n <= subs[i].max)
			return subs[i].fn(call);
	}
	return console_fail(call,
			    "usage: ported load FILE [--replace] | get NUMBER | set NUMBER OPERATOR | del NUMBER | "
			    "count");
}
