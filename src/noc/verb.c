/*
 * verb.c - what the operator may ask. Must not know sockets; shows snapshots, and does what is asked through the
 * headers of the rooms below.
 */
#include "noc/verb.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "noc/status.h"
#include "noc/table.h"

static int verb_help(struct console_call *call)
{
	struct table *t = table_new("COMMAND RIGHT WHAT_IT_DOES");

	for (const struct console_command *c = call->table; c->name; c++) {
		table_cell(t, "%s%s%s", c->name, *c->args ? " " : "", c->args);
		table_text(t, console_right_name(c->right));
		table_text(t, c->help);
	}
	table_print(t, call->out);
	table_free(t);
	return 0;
}

static int verb_status(struct console_call *call)
{
	struct snapshot s;

	if (call->n == 1 && strcmp(call->words[0], "json") != 0)
		return console_fail(call, "usage: status [json]");
	snapshot_take(call->arg, VERB_MAX_SESSIONS, NULL, &s);
	if (call->n == 1)
		status_json(&s, call->out);
	else
		status_text(&s, call->out);
	snapshot_free(&s);
	return 0;
}

static const char *verb_name(const struct console_call *call)
{
	return call->n > 0 ? call->words[0] : NULL;
}

static bool verb_knows_carrier(const struct console_call *call, const char *name)
{
	const struct snapshot_source *from = call->arg;

	return carriers_find(flow_carriers(from->flow), name) != NULL;
}

static bool verb_knows_account(const struct console_call *call, const char *name)
{
	const struct snapshot_source *from = call->arg;

	return accounts_find(flow_accounts(from->flow), view_of(name)) != NULL;
}

static int verb_carriers(struct console_call *call)
{
	const char *name = verb_name(call);
	struct snapshot s;

	if (name && !verb_knows_carrier(call, name))
		return console_fail(call, "no carrier %.100s; carriers lists them", name);
	snapshot_take(call->arg, 0, NULL, &s);
	status_carriers(&s, name, call->out);
	snapshot_free(&s);
	return 0;
}

static int verb_accounts(struct console_call *call)
{
	const char *name = verb_name(call);
	struct snapshot s;

	if (name && !verb_knows_account(call, name))
		return console_fail(call, "no account %.100s; accounts lists them", name);
	snapshot_take(call->arg, 0, NULL, &s);
	status_accounts(&s, name, call->out);
	snapshot_free(&s);
	return 0;
}

static int verb_binds(struct console_call *call)
{
	const char *name = verb_name(call);
	struct snapshot s;

	if (name && !verb_knows_carrier(call, name) && !verb_knows_account(call, name))
		return console_fail(call, "no account or carrier %.100s; accounts and carriers list them", name);
	/* one owner's binds are all listed: their number is bounded by the configuration */
	snapshot_take(call->arg, name ? SIZE_MAX : VERB_MAX_SESSIONS, name, &s);
	status_sessions(&s, call->out);
	snapshot_free(&s);
	return 0;
}

static int verb_queue(struct console_call *call)
{
	struct snapshot s;

	snapshot_take(call->arg, 0, NULL, &s);
	status_queue(&s, call->out);
	snapshot_free(&s);
	return 0;
}

static int verb_version(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;

	buf_printf(call->out, "smppgw %s\n", from->version);
	return 0;
}

static int verb_log_level(struct console_call *call)
{
	int level = log_level_by_name(call->words[0]);

	if (level < 0)
		return console_fail(call, "no level %.100s; there are error, warn, info, debug", call->words[0]);
	log_set_level((enum log_level)level);
	buf_printf(call->out, "log level %s, until the next start\n", call->words[0]);
	return 0;
}

const struct console_command verb_table[] = {
	{"help", "", 0, 0, CONSOLE_READ, verb_help, "Lists the commands."},
	{"status", "[json]", 0, 1, CONSOLE_READ, verb_status, "Shows store, messages, carriers, accounts, binds."},
	{"carriers", "[NAME]", 0, 1, CONSOLE_READ, verb_carriers, "Shows carriers: state, window, queue, outcomes."},
	{"accounts", "[NAME]", 0, 1, CONSOLE_READ, verb_accounts, "Shows accounts: binds, requests, what waits."},
	{"binds", "[NAME]", 0, 1, CONSOLE_READ, verb_binds, "Lists binds, all or those of one account or carrier."},
	{"queue", "", 0, 0, CONSOLE_READ, verb_queue, "Shows messages by state, by carrier and by account."},
	{"deadletters", "ACCOUNT [--since TIME]", 1, 3, CONSOLE_READ, verb_deadletters,
	 "Lists receipts and replies that the app refused or did not take in time."},
	{"replay", "ACCOUNT --since TIME", 3, 3, CONSOLE_OPERATE, verb_replay,
	 "Puts dead letters back to the end of the account's backlog."},
	{"cancel", "--account ACCOUNT --id ID|--group KEY|--campaign NAME|--to NUMBER", 4, 4, CONSOLE_OPERATE,
	 verb_cancel, "Takes back messages of an account that no carrier has."},
	{"campaign", "list|show|pause|resume|cancel|trial|ramp [ACCOUNT NAME] [...]", 1, 10, CONSOLE_OPERATE,
	 verb_campaign,
	 "Shows what became of campaigns by variant; pauses, resumes, cancels, tries out, slows down one."},
	{"brake", "list|release [ACCOUNT/CARRIER/CLASS]", 1, 2, CONSOLE_OPERATE, verb_brake,
	 "Lists what has been braked by itself; lets it go on."},
	{"carrier", "NAME show|pause|resume|drain|tps N|tps default", 1, 3, CONSOLE_OPERATE, verb_carrier,
	 "Stops, drains, goes on with one carrier, or changes its rate, until the next start."},
	{"consent",
	 "import ACCOUNT FILE|export ACCOUNT FILE|add ACCOUNT NUMBER REFERENCE [SOURCE]|withdraw|check|history ACCOUNT "
	 "NUMBER",
	 3, 5, CONSOLE_OPERATE, verb_consent, "Keeps the archive of consents to promotional texts."},
	{"dead", "list|check NUMBER|remove NUMBER|export FILE", 1, 2, CONSOLE_OPERATE, verb_dead,
	 "Shows or forgets numbers that carriers have said do not exist."},
	{"optout",
	 "add|remove SCOPE NUMBER [TEXT]|check|history NUMBER|list [SCOPE]|import FILE [SCOPE]|export FILE "
	 "[SCOPE]|audit|"
	 "last [N]",
	 1, 4, CONSOLE_OPERATE, verb_optout, "Keeps the lists of numbers that have said stop, and their history."},
	{"credit", "ACCOUNT [show|add YUAN|set YUAN]", 1, 3, CONSOLE_OPERATE, verb_credit,
	 "Shows or changes the balance of a prepaid account."},
	{"usage", "[DAY] [ACCOUNT]", 0, 2, CONSOLE_READ, verb_usage,
	 "Shows messages, parts and price of a day (20260501) by account and carrier."},
	{"doubt", "list|resend|fail [ID|--all|--carrier NAME]", 1, 3, CONSOLE_OPERATE, verb_doubt,
	 "Lists or settles messages whose submit a carrier did not answer."},
	{"explain", "ACCOUNT SOURCE DEST [CLASS] [TEXT]", 3, 5, CONSOLE_READ, verb_explain,
	 "Tells every rule and policy that a message would meet, and what each says; sends nothing."},
	{"ported", "load FILE [--replace]|get NUMBER|set NUMBER OPERATOR|del NUMBER|count", 1, 3, CONSOLE_OPERATE,
	 verb_ported, "Loads, shows or changes which operator serves a ported number."},
	{"reload", "[--check]", 0, 1, CONSOLE_OPERATE, verb_reload,
	 "Reads the configuration again and applies it, whole or not at all; --check: only tells what would change."},
	{"review", "list|approve|reject [ID|--all|--account NAME]", 1, 3, CONSOLE_OPERATE, verb_review,
	 "Lists texts that a policy holds until somebody has read them; lets them go, or ends them."},
	{"route", "test FILE", 2, 2, CONSOLE_OPERATE, verb_route,
	 "Checks expectations of where messages go, a line each, against the configuration that runs."},
	{"words", "[N]", 0, 1, CONSOLE_READ, verb_words, "Shows the sensitive words that are found most, at most N."},
	{"version", "", 0, 0, CONSOLE_READ, verb_version, "Shows the version."},
	{"log-level", "LEVEL", 1, 1, CONSOLE_OPERATE, verb_log_level, "Sets the log: error, warn, info or debug."},
	{NULL, NULL, 0, 0, CONSOLE_READ, NULL, NULL},
};
