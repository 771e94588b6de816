/*
 * verb_cancel.c - the operator takes back messages of an account that no carrier has. The answer comes when their ends
 * are stored. Must not know sockets.
 */
#include "noc/verb.h"

#include <string.h>

#include "base/ids.h"
#include "path/number.h"

static bool read_what(struct console_call *call, const char *option, const char *value, struct flow_cancel *what,
		      struct number *to)
{
	struct view v = view_of(value);

	if (strcmp(option, "--group") == 0 && v.n)
		what->group = v;
	else if (strcmp(option, "--campaign") == 0 && v.n)
		what->campaign = v;
	else if (strcmp(option, "--to") == 0 && number_parse_text(value, to))
		what->to = to;
	else if (strcmp(option, "--id") != 0 || !ids_parse(v.p, v.n, &what->id)) {
		console_fail(call,
			     "\"%.20s %.70s\": --id has 18 digits, --group and --campaign a name, --to a phone number",
			     option, value);
		return false;
	}
	return true;
}

static void on_cancelled(void *arg, unsigned cancelled, unsigned too_late)
{
	buf_printf(console_later_out(arg), "%u cancelled, %u too late%s\n", cancelled, too_late,
		   too_late ? ": a carrier has them" : "");
	console_finish(arg, NULL);
}

int verb_cancel(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct flow_cancel what = {.account = NULL};
	struct number to;

	if (call->n != 4 || strcmp(call->words[0], "--account") != 0)
		return console_fail(call, "usage: cancel --account ACCOUNT --id ID|--group KEY|--campaign NAME|"
					  "--to NUMBER");
	what.account = accounts_find(flow_accounts(from->flow), view_of(call->words[1]));
	if (!what.account)
		return console_fail(call, "no account %.100s; accounts lists them", call->words[1]);
	if (!read_what(call, call->words[2], call->words[3], &what, &to))
		return -1;
	if (flow_cancel(from->flow, &what, on_cancelled, console_later(call)) < 0)
		return console_fail(call, "the store (Redis) is away; try again when smppgwctl status says that it "
					  "is up");
	return CONSOLE_LATER;
}
