/*
 * verb_optout.c - what the operator may ask and say about numbers that have said stop. Must not know sockets, nor how
 * the lists are kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/lists_out.h"
#include "noc/table.h"

#define AUDIT_LAST     10u /* changes shown by an audit that names no count */
#define AUDIT_LAST_MAX 1000u

static const struct lists_place everywhere = {LISTS_OPTOUT, {NULL, 0}};

static bool read_scope(struct console_call *call, const char *word)
{
	if (lists_scope_good(lists_out_of(call), view_of(word)))
		return true;
	console_fail(call, "no scope %.100s: a scope is global, an account, or account/signature without 【】", word);
	return false;
}

/* "SCOPE NUMBER [TEXT]" */
static int change(struct console_call *call, bool out)
{
	struct number number;
	if (!read_scope(call, call->words[1]) || !lists_out_number(call, call->words[2], &number))
		return -1;
	struct lists_one one = {.place = {LISTS_OPTOUT, view_of(call->words[1])},
				.number = &number,
				.in = out,
				.channel = "console",
				.text = view_of(call->n > 3 ? call->words[3] : "")};
	return lists_out_change(call, &one, out ? "out from now on" : "in again from now on",
				out ? "it was out before" : "it was not out");
}

static int optout_verb_add(struct console_call *call)
{
	return change(call, true);
}

static int optout_verb_remove(struct console_call *call)
{
	return change(call, false);
}

static int optout_verb_check(struct console_call *call)
{
	struct number number;
	if (!lists_out_number(call, call->words[1], &number))
		return -1;
	return lists_out_find(call, &everywhere, &number, "the number is out of nothing");
}

static int optout_verb_history(struct console_call *call)
{
	struct number number;
	if (!lists_out_number(call, call->words[1], &number))
		return -1;
	return lists_out_history(call, &everywhere, &number, 0);
}

static int optout_verb_list(struct console_call *call)
{
	if (call->n == 1)
		return lists_out_count(call, &everywhere);
	if (!read_scope(call, call->words[1]))
		return -1;
	return lists_out_scan(call, &(struct lists_place){LISTS_OPTOUT, view_of(call->words[1])}, "-", LISTS_OUT_SHOWN);
}

/* The scope behind FILE, if there is one. */
static bool read_place(struct console_call *call, struct lists_place *out)
{
	*out = (struct lists_place){LISTS_OPTOUT, view_of(call->n > 2 ? call->words[2] : "")};
	return call->n == 2 || read_scope(call, call->words[2]);
}

static int optout_verb_import(struct console_call *call)
{
	struct lists_place place;
	return read_place(call, &place) ? lists_out_import(call, &place, call->words[1]) : -1;
}

static int optout_verb_export(struct console_call *call)
{
	struct lists_place place;
	return read_place(call, &place) ? lists_out_scan(call, &place, call->words[1], UINT64_MAX) : -1;
}

/* --- audit --- */

struct audit {
	struct console_later *later;
	struct table *scopes;
	struct buf examples;
	struct lists *lists;
};

static void on_audit_progress(void *arg, uint64_t entries, uint64_t numbers)
{
	struct audit *a = arg;
	console_progress(a->later, "%" PRIu64 " entries of the history, %" PRIu64 " numbers", entries, numbers);
}

static void on_scope(void *arg, const struct lists_scope_audit *s)
{
	struct audit *a = arg;
	table_text(a->scopes, s->scope);
	table_cell(a->scopes, "%" PRIu64, s->numbers);
	table_cell(a->scopes, "%" PRIu64, s->without_history);
	table_cell(a->scopes, "%" PRIu64, s->without_set);
}

static void on_example(void *arg, const char *scope, struct view number, bool without_history)
{
	struct audit *a = arg;
	buf_printf(&a->examples, "%.*s of %s: %s\n", (int)number.n, (const char *)number.p, scope,
		   without_history ? "in the set, not in the history" : "out by the history, not in the set");
}

static void on_audited(void *arg, const char *error)
{
	struct audit *a = arg;
	struct buf *out = console_later_out(a->later);
	if (!error) {
		table_print(a->scopes, out);
		buf_put(out, buf_data(&a->examples), buf_len(&a->examples));
	}
	console_finish(a->later, error);
	table_free(a->scopes);
	buf_free(&a->examples);
	mem_free(a);
}

static int optout_verb_audit(struct console_call *call)
{
	static const struct lists_audit_ops ops = {on_audit_progress, on_scope, on_example, on_audited};
	const char *why;
	struct audit *a = mem_zalloc(sizeof(*a));
	a->later = console_later(call);
	a->scopes = table_new("SCOPE +NUMBERS +WITHOUT_HISTORY +MISSING");
	if (lists_audit(lists_out_of(call), &ops, a, &why) == 0)
		return CONSOLE_LATER;
	table_free(a->scopes);
	mem_free(a);
	return console_fail(call, "%s", why);
}

static int optout_verb_last(struct console_call *call)
{
	unsigned long n = call->n > 1 ? strtoul(call->words[1], NULL, 10) : AUDIT_LAST;
	if (n == 0 || n > AUDIT_LAST_MAX)
		return console_fail(call, "\"%.20s\" is no count from 1 to %u", call->words[1], AUDIT_LAST_MAX);
	return lists_out_history(call, &everywhere, NULL, (unsigned)n);
}

int verb_optout(struct console_call *call)
{
	static const struct {
		const char *name;
		size_t min, max;
		int (*fn)(struct console_call *call);
	} subs[] = {
		{"add", 3, 4, optout_verb_add},	      {"remove", 3, 4, optout_verb_remove},
		{"check", 2, 2, optout_verb_check},   {"history", 2, 2, optout_verb_history},
		{"list", 1, 2, optout_verb_list},     {"import", 2, 3, optout_verb_import},
		{"export", 2, 3, optout_verb_export}, {"audit", 1, 1, optout_verb_audit},
		{"last", 1, 2, optout_verb_last},
	};
	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (strcmp(subs[i].name, call->words[0]) == 0 && call->n >= subs[i].min && call->n <= subs[i].max)
			return subs[i].fn(call);
	}
	return console_fail(call, "usage: optout add|remove SCOPE NUMBER [TEXT] | check NUMBER | history NUMBER | list "
				  "[SCOPE] | import FILE [SCOPE] | export FILE|- [SCOPE] | audit | last [N]");
}
