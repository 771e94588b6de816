/*
 * verb_carrier.c - what the operator may do to one carrier: stop it, drain it, go on, another rate. Must not know
 * sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noc/form.h"
#include "noc/status.h"

#define TPS_MAX 1000000

static const struct {
	const char *word;
	enum carrier_command command;
	const char *answer;
} commands[] = {
	{"resume", CARRIER_RUN, "is sent to"},
	{"pause", CARRIER_PAUSED, "is sent nothing; its binds stay"},
	{"drain", CARRIER_DRAINED, "is sent nothing; its binds end when all that is out is answered"},
};

static int command(struct console_call *call, struct carrier *c, const char *word, const char *who)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].word, word) != 0)
			continue;
		carrier_set_command(c, commands[i].command, who);
		buf_printf(call->out, "%s %s, until the next start or command\n", carrier_name(c), commands[i].answer);
		return 0;
	}
	return console_fail(call, "no command %.100s for a carrier; there are show, pause, resume, drain, tps", word);
}

static int rate(struct console_call *call, struct carrier *c, const char *word, const char *who)
{
	char *end;
	long long tps = strtoll(word, &end, 10);

	if (strcmp(word, "default") == 0)
		tps = -1;
	else if (end == word || *end != '\0' || tps < 0 || tps > TPS_MAX)
		return console_fail(call, "tps is a number from 0 (no limit) to %d, or default; not %.100s", TPS_MAX,
				    word);
	carrier_set_tps(c, tps, who);
	buf_printf(call->out, "%s: tps %" PRId64 "%s\n", carrier_name(c), carrier_tps(c),
		   tps < 0 ? ", as configured" : ", until the next start or reload");
	return 0;
}

static int show(struct console_call *call, const struct carrier *c)
{
	struct snapshot s;

	snapshot_take(call->arg, SIZE_MAX, carrier_name(c), &s);
	if (form_is_json(call->out)) {
		form_open(call->out, "");
		status_json_carrier_binds(&s, carrier_name(c), call->out);
		form_close(call->out);
		snapshot_free(&s);
		return 0;
	}
	status_carriers(&s, carrier_name(c), call->out);
	for (size_t i = 0; i < s.carriers_n; i++) {
		const struct snapshot_carrier *x = &s.carriers[i];
		if (strcmp(x->name, carrier_name(c)) != 0)
			continue;
		buf_printf(call->out,
			   "\nwindow per bind %" PRIu64 ", needed %" PRIu64 "   tps %" PRIu64 "%s, limit %" PRIu64
			   " (0: none)\n\n",
			   x->window_each, x->window_needed, x->tps, x->tps_live ? " (live)" : "", x->limit);
	}
	status_sessions(&s, call->out);
	snapshot_free(&s);
	return 0;
}

int verb_carrier(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct carrier *c = carriers_find(flow_carriers(from->flow), call->words[0]);
	const char *word = call->n > 1 ? call->words[1] : "show";
	bool rated = strcmp(word, "tps") == 0;

	if (c == NULL)
		return console_fail(call, "no carrier %.100s; carriers lists them", call->words[0]);
	if (rated)
		return rate(call, c, call->words[2], call->who);
	return strcmp(word, "show") == 0 ? show(call, c) : command(call, c, word, call->who);
}
