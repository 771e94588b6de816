/*
 * verb_handover.c - a process that is to succeed this one asks for its sockets. Must not know how it leaves.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "noc/verb.h"

int verb_handover(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	const char *form = call->words[0], *node = call->words[1];

	if (call->uid != 0 && call->uid != geteuid())
		return console_fail(call, "only root and uid %ld may take this gateway over", (long)geteuid());
	if (strcmp(form, CONSOLE_HANDOVER_FORM) != 0)
		return console_fail(
			call,
			"this gateway (version %s) hands over in form %s, not %s: stop it, then start the other "
			"one",
			from->version, CONSOLE_HANDOVER_FORM, form);
	if (strtoul(node, NULL, 10) != from->node)
		return console_fail(call, "this gateway is node %u, not %s: another journal, another configuration",
				    from->node, node);
	if (!from->hand_over)
		return console_fail(call, "this gateway hands nothing over");
	return from->hand_over(from->reload_arg, console_later(call), call->message) == 0 ? CONSOLE_LATER : -1;
}
