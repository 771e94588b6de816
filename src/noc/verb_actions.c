/*
 * verb_actions.c - who did what at the console: the latest from memory, older ones from the archive of records. Must
 * not know sockets.
 */
#include "noc/verb.h"

#include <string.h>

#include "noc/actions.h"
#include "noc/since.h"
#include "noc/status.h"
#include "noc/table.h"

#define SHOWN_MS (24 * 3600 * 1000) /* when no time is named */

static void put_action(const struct action *what, void *arg)
{
	char stamp[STATUS_STAMP];

	table_text(arg, status_time(what->at_ms, false, stamp));
	table_text(arg, *what->user ? what->user : "-");
	table_cell(arg, "%ld", (long)what->uid);
	table_text(arg, *what->token ? what->token : "-");
	table_text(arg, what->command);
	table_text(arg, what->outcome);
}

int verb_actions(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	int64_t now_ms = loop_wall_ms(from->loop), since_ms = now_ms - SHOWN_MS;
	struct table *t;

	if (call->n != 0 && (call->n != 2 || strcmp(call->words[0], "--since") != 0))
		return console_fail(call, "usage: actions [--since TIME]");
	if (call->n == 2 && !since_parse(call->words[1], now_ms, &since_ms))
		return console_fail(call, "\"%.40s\" is no time in the past: " SINCE_FORMS, call->words[1]);
	t = table_new("TIME USER +UID TOKEN COMMAND OUTCOME");
	actions_each(from->actions, since_ms, put_action, t);
	table_print(t, call->out);
	table_free(t);
	return 0;
}
