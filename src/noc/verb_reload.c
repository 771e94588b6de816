/*
 * verb_reload.c - the operator has the configuration read again. Must not know what is in it.
 */
#include <string.h>

#include "noc/verb.h"

static void on_reloaded(void *arg, int result, const struct buf *out, const char *errors)
{
	struct console_later *later = arg;

	if (result == 0) {
		buf_put(console_later_out(later), buf_data(out), buf_len(out));
		console_finish(later, NULL);
		return;
	}
	buf_puts(console_later_out(later), errors ? errors : "");
	console_later_keep(later);
	console_finish(later, "refused: the configuration has faults, nothing is changed");
}

int verb_reload(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	bool check = call->n == 1;

	if (check && strcmp(call->words[0], "--check") != 0)
		return console_fail(call, "usage: reload [--check]");
	if (!from->reload)
		return console_fail(call, "this gateway has no configuration to read again");
	from->reload(from->reload_arg, check, on_reloaded, console_later(call));
	return CONSOLE_LATER;
}
