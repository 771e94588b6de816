/*
 * verb_route.c - expectations of routing, checked against the configuration that runs. Must not know sockets, nor what
 * decides a route.
 */
#include "noc/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_line(void *arg, const char *text)
{
	buf_printf(console_later_out(arg), "%s\n", text);
}

static void on_done(void *arg, const struct flow_route_count *n)
{
	char why[80];
	buf_printf(console_later_out(arg), "%u passed, %u failed, %u skipped\n", n->passed, n->failed, n->skipped);
	snprintf(why, sizeof(why), "%u expectation%s not hold", n->failed, n->failed == 1 ? " does" : "s do");
	console_later_keep(arg);
	console_finish(arg, n->failed ? why : NULL);
}

int verb_route(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	char *why = NULL;
	if (strcmp(call->words[0], "test") != 0)
		return console_fail(call, "usage: route test FILE");
	if (*call->words[1] != '/')
		return console_fail(call, "FILE must be given from the root (/...): the gateway reads it");
	if (flow_route_test(from->flow, call->words[1], on_line, on_done, console_later(call), &why) == 0)
		return CONSOLE_LATER;
	console_fail(call, "%s", why ? why : "out of memory");
	free(why);
	return -1;
}
