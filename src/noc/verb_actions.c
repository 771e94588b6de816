/*
 * verb_actions.c - who did what at the console: the latest from memory, what is older from the archive of records. Must
 * not know sockets, nor how an archive is searched.
 */
#include "noc/verb.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "noc/actions.h"
#include "noc/find.h"
#include "noc/since.h"
#include "noc/status.h"
#include "noc/table.h"

#define SHOWN_MS (24 * 3600 * 1000) /* when no time is named */
#define SHOWN	 10000u		    /* of the archive */
#define VALUE	 512

struct asked {
	struct find find;
	struct table *table;
	int64_t since_ms;
};

static struct table *table(void)
{
	return table_new("TIME WHO COMMAND OUTCOME");
}

static void put_action(const struct action *what, void *arg)
{
	char stamp[STATUS_STAMP], who[128];

	table_text(arg, status_time(what->at_ms, false, stamp));
	table_text(arg, actions_who(what, who));
	table_text(arg, what->command);
	table_text(arg, what->outcome);
}

/* --- in the thread --- */

/* "2026-11-22T11:40:01.123+08:00" as status_time() has it. */
static void put_time(struct table *t, const char *at)
{
	const char *zone = strlen(at) > 19 ? at + 19 + strcspn(at + 19, "+-Z") : "";

	if (strlen(zone) == 6)
		table_cell(t, "%.10s %.8s %.3s%.2s", at, at + 11, zone, zone + 4);
	else
		table_text(t, at);
}

static bool on_record(void *arg, const struct search_hit *hit)
{
	static const char *const fields[] = {"who", "why", "status"};
	struct asked *x = arg;
	char v[VALUE];

	put_time(x->table, cdr_get(&hit->line, "at", v, sizeof(v)) > 0 ? v : "-");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		table_text(x->table, cdr_get(&hit->line, fields[i], v, sizeof(v)) > 0 ? v : "-");
	return true;
}

static void work(struct find *f)
{
	(void)find_search(f, on_record); /* f->why says whether it failed */
}

/* --- in the loop --- */

static void answer(struct find *f)
{
	struct asked *x = (struct asked *)f;

	actions_each(f->from->actions, x->since_ms, put_action, x->table);
	table_print(x->table, console_later_out(f->later));
	console_finish(f->later, f->why);
}

static void asked_free(struct find *f)
{
	table_free(((struct asked *)f)->table);
}

int verb_actions(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	int64_t now_ms = loop_wall_ms(from->loop), since_ms = now_ms - SHOWN_MS;
	int64_t oldest_ms = actions_oldest_ms(from->actions);

	if (call->n != 0 && (call->n != 2 || strcmp(call->words[0], "--since") != 0))
		return console_fail(call, "usage: actions [--since TIME]");
	if (call->n == 2 && !since_parse(call->words[1], now_ms, &since_ms))
		return console_fail(call, "\"%.40s\" is no time in the past: " SINCE_FORMS, call->words[1]);
	if (find_possible(from) && (oldest_ms == 0 || since_ms < oldest_ms)) {
		struct asked *x = mem_zalloc(sizeof(*x));
		x->find.query = (struct search_query){.from_ms = since_ms,
						      .to_ms = oldest_ms ? oldest_ms - 1 : now_ms,
						      .kind = "action",
						      .limit = SHOWN};
		x->find.work = work;
		x->find.answer = answer;
		x->find.memory_too = true;
		x->find.free = asked_free;
		x->table = table();
		x->since_ms = since_ms;
		return find_start(&x->find, call);
	}
	struct table *t = table();
	actions_each(from->actions, since_ms, put_action, t);
	table_print(t, call->out);
	table_free(t);
	return 0;
}
