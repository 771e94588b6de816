/*
 * verb_reload.c - the operator has the configuration read again. Must not know what is in it.
 */
#include <stdlib.h>
#include <string.h>

#include "noc/form.h"
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
	if (from->reload(from->reload_arg, check, call->out, &errors) == 0)
		return 0;
	form_restart(call->out);
	buf_puts(call->out, errors ? errors : "");
	call->keep_out = true;
	free(errors);
	return console_fail(call, "refused: the configuration has faults, nothing is changed");
}
