/*
 * verb_debug.c - what the operator may ask about numbers that are watched (path/flow_watch.h). Must not know what is
 * logged of them.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "noc/since.h"
#include "noc/table.h"
#include "path/flow_watch.h"

#define FOR_DEFAULT 600000 /* ms */
#define FOR_MAX	    86400000

static struct flow *flow_of(const struct console_call *call)
{
	const struct snapshot_source *from = call->arg;

	return from->flow;
}

static int list(struct console_call *call)
{
	struct flow_watched rows[FLOW_WATCHED_MAX];
	size_t n = flow_watch_list(flow_of(call), rows);
	struct table *t = table_new("watched:NUMBER +SECONDS_LEFT PDUS +LINES WHO");
	char masked[32];

	for (size_t i = 0; i < n; i++) {
		table_text(t, log_masked(rows[i].number.digits, rows[i].number.n, masked));
		table_cell(t, "%" PRId64, rows[i].left_ms / 1000);
		table_text(t, rows[i].pdus ? "yes" : "no");
		table_cell(t, "%" PRIu64, rows[i].lines);
		table_text(t, rows[i].who);
	}
	table_print(t, call->out);
	table_free(t);
	return 0;
}

static int on(struct console_call *call, const struct number *number)
{
	int64_t for_ms = FOR_DEFAULT;
	bool pdus = false;

	for (size_t i = 2; i < call->n; i++) {
		const char *option = call->words[i];
		if (strcmp(option, "--pdu") == 0) {
			pdus = true;
		} else if (strcmp(option, "--for") == 0 && i + 1 < call->n) {
			const char *word = call->words[++i];
			if (!since_length(word, &for_ms) || for_ms < 1000 || for_ms > FOR_MAX)
				return console_fail(
					call, "--for takes seconds or 90s, 30m, 2h, at most a day, not %.100s", word);
		} else {
			return console_fail(call, "no option %.100s; there are --for TIME and --pdu", option);
		}
	}
	if (!flow_watch_start(flow_of(call), number, for_ms, pdus, call->who))
		return console_fail(call,
				    "%u numbers are watched already; debug list shows them, debug NUMBER off ends one",
				    FLOW_WATCHED_MAX);
	buf_printf(call->out, "every step of its messages is logged as event=watch, for %" PRId64 " s%s\n",
		   for_ms / 1000, log_on(LOG_LEVEL_INFO) ? "" : "; not now: the log's level is above info");
	return 0;
}

int verb_debug(struct console_call *call)
{
	const char *sub = call->words[1];
	struct number number;

	if (strcmp(call->words[0], "list") == 0)
		return call->n == 2 ? list(call) : console_fail(call, "usage: debug list");
	if (!number_parse_text(call->words[0], &number))
		return console_fail(call, "%.100s is no number", call->words[0]);
	if (strcmp(sub, "on") == 0)
		return on(call, &number);
	if (strcmp(sub, "off") != 0)
		return console_fail(call,
				    "usage: debug NUMBER on [--for TIME] [--pdu] | debug NUMBER off | debug list");
	if (!flow_watch_stop(flow_of(call), &number))
		return console_fail(call, "the number is not watched; debug list shows those that are");
	buf_printf(call->out, "not watched any more\n");
	return 0;
}
