/*
 * verb_reload.c - the operator has the configuration read again. Must not know what is in it.
 */
#include <stdlib.h>
#include <string.h>

#include "noc/verb.h"

int verb_reload(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	bool check = call->n == 1;
	char *errors = NULL;

	if (check && strcmp(call->words[0], "--check") != 0)
		return console_fail(call, "usage: reload [--check]");
	if (!from->reload)
		return console_fail(call, "this gateway has no configuration to read again");
	struct buf changes = {0};
	int result = from->reload(from->reload_arg, check, &changes, &errors);
	if (result == 0)
		buf_put(call->out, buf_data(&changes), buf_len(&changes));
	else
		buf_puts(call->out, errors ? errors : "");
	buf_free(&changes);
	free(errors);
	if (result == 0)
		return 0;
	call->keep_out = true;
	return console_fail(call, "refused: the configuration has faults, nothing is changed");
}
