/*
 * verb.c - what the operator may ask. Must not know sockets; shows snapshots, and does what is asked through the
 * headers of the rooms below.
 */
#include "noc/verb.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "noc/api.h"
#include "noc/form.h"
#include "noc/request.h"
#include "noc/status.h"
#include "noc/table.h"

static int verb_status(struct console_call *call)
{
	struct snapshot s;
	bool json = form_is_json(call->out);

	if (call->n == 1 && strcmp(call->words[0], "json") != 0)
		return console_fail(call, "usage: status [json]");
	snapshot_take(call->arg, VERB_MAX_SESSIONS, NULL, &s);
	if (json)
		form_open(call->out, "");
	if (json || call->n == 1)
		status_json(&s, call->out);
	else
		status_text(&s, call->out);
	if (json)
		form_close(call->out);
	snapshot_free(&s);
	return 0;
}

/* What the dashboard shows: one line of JSON, whatever form was asked for. */
static int verb_now(struct console_call *call)
{
	bool json = form_is_json(call->out);

	if (json)
		form_open(call->out, "");
	api_now(call->arg, call->out);
	if (json)
		form_close(call->out);
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

/* A part of the status as a table, or as an object of its own with the keys of status.json. */
static void show_part(struct console_call *call, const struct snapshot *s, const char *name,
		      void (*text)(const struct snapshot *s, const char *name, struct buf *out),
		      void (*json)(const struct snapshot *s, const char *name, struct buf *out))
{
	if (!form_is_json(call->out)) {
		text(s, name, call->out);
		return;
	}
	form_open(call->out, "");
	json(s, name, call->out);
	form_close(call->out);
}

static int verb_carriers(struct console_call *call)
{
	const char *name = verb_name(call);
	struct snapshot s;

	if (name && !verb_knows_carrier(call, name))
		return console_fail(call, "no carrier %.100s; carriers lists them", name);
	snapshot_take(call->arg, 0, NULL, &s);
	show_part(call, &s, name, status_carriers, status_json_carriers);
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
	show_part(call, &s, name, status_accounts, status_json_accounts);
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

static int verb_top(struct console_call *call)
{
	return console_fail(call, "top is a screen of smppgwctl itself; ask with that");
}

static int verb_passwd(struct console_call *call)
{
	return console_fail(call, "passwd is smppgwctl's own; a password has no business here");
}

static int verb_version(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;

	buf_printf(call->out, "smppgw %s\n", from->version);
	return 0;
}

static int set_level(struct console_call *call, const char *name)
{
	int level = log_level_by_name(name);

	if (level < 0)
		return console_fail(call, "no level %.100s; there are error, warn, info, debug", name);
	log_set_level((enum log_level)level);
	buf_printf(call->out, "log level %s, until the next start\n", name);
	return 0;
}

static int verb_log_level(struct console_call *call)
{
	return set_level(call, call->words[0]);
}

static int verb_log(struct console_call *call)
{
	static const char *const names[] = {"error", "warn", "info", "debug"};

	if (strcmp(call->words[0], "level") == 0)
		return set_level(call, call->words[1]);
	buf_printf(call->out, "log level %s\n", names[log_level()]);
	return 0;
}

/* --- the table --- */

static const struct console_sub alarms_subs[] = {
	{"list", "", 0, 0, CONSOLE_READ, "Lists those that are raised, the worst first, and what to do."},
	{"--all", "", 0, 0, CONSOLE_READ, "Lists every alarm of every object with its value and threshold."},
	{"ack", "ALARM OBJECT", 2, 2, CONSOLE_OPERATE,
	 "You have it in hand: it is told no more until it is cleared. OBJECT: as the list has it."},
	{0},
};

static const struct console_sub brake_subs[] = {
	{"list", "", 0, 0, CONSOLE_READ, "Lists what has been braked by itself (section brakes), since when and why."},
	{"release", "ACCOUNT/CARRIER/CLASS", 1, 1, CONSOLE_OPERATE, "Lets it go on; the name is as the list has it."},
	{0},
};

static const struct console_sub campaign_subs[] = {
	{"list", "[ACCOUNT]", 0, 1, CONSOLE_READ,
	 "Lists the 50 that changed last: state, since when, by whom, counts."},
	{"show", "ACCOUNT CAMPAIGN", 2, 2, CONSOLE_READ, "Shows what became of its texts, by variant and by hour."},
	{"pause", "ACCOUNT CAMPAIGN", 2, 2, CONSOLE_OPERATE, "Nothing of it leaves any more; what comes waits."},
	{"resume", "ACCOUNT CAMPAIGN", 2, 2, CONSOLE_OPERATE, "It goes on as it was."},
	{"cancel", "ACCOUNT CAMPAIGN", 2, 2, CONSOLE_OPERATE,
	 "Ends its texts that no carrier has, refuses new ones; this cannot be taken back."},
	{"trial", "ACCOUNT CAMPAIGN SIZE [--floor PERCENT] [--ceiling PERCENT] [--wait SECONDS]", 3, 9, CONSOLE_OPERATE,
	 "Sends SIZE texts (or a part: 5%), then waits for how they do."},
	{"ramp", "ACCOUNT CAMPAIGN PACE|off [--double SECONDS] [--to PACE]", 3, 7, CONSOLE_OPERATE,
	 "Sends so many texts a second, doubling each --double seconds up to --to."},
	{0},
};

static const struct console_sub capture_subs[] = {
	{"start",
	 "FILE [--carrier CARRIER|--account ACCOUNT|--number NUMBER|--session SESSION] [--count N] [--size MB] "
	 "[--for TIME] [--no-text]",
	 1, 10, CONSOLE_ADMIN,
	 "Captures PDUs to a new file, which the gateway makes; at most 100 MB and 10m if not said."},
	{"stop", "", 0, 0, CONSOLE_ADMIN, "Ends it."},
	{"show", "", 0, 0, CONSOLE_READ, "Shows the one that runs, or the last one, and why it ended."},
	{0},
};

static const struct console_sub carrier_subs[] = {
	{"show", "", 0, 0, CONSOLE_READ, "Shows its state, window, rate and binds."},
	{"pause", "", 0, 0, CONSOLE_OPERATE, "Sends it nothing more; its binds stay."},
	{"resume", "", 0, 0, CONSOLE_OPERATE, "Undoes pause and drain."},
	{"drain", "", 0, 0, CONSOLE_OPERATE, "The same as pause; its binds end when all that is out is answered."},
	{"tps", "N|default", 1, 1, CONSOLE_OPERATE,
	 "Sets its rate in messages a second over all its binds; 0: no limit."},
	{0},
};

static const struct console_sub consent_subs[] = {
	{"import", "ACCOUNT FILE", 2, 2, CONSOLE_OPERATE, "Takes consents from a file, which the gateway reads."},
	{"export", "ACCOUNT FILE", 2, 2, CONSOLE_ADMIN,
	 "Writes all consents of an account into a file; -: the terminal."},
	{"add", "ACCOUNT NUMBER REFERENCE [SOURCE]", 3, 4, CONSOLE_OPERATE, "Keeps a consent to promotional texts."},
	{"withdraw", "ACCOUNT NUMBER", 2, 2, CONSOLE_OPERATE, "Takes a consent out: no promotional texts from now on."},
	{"check", "ACCOUNT NUMBER", 2, 2, CONSOLE_READ, "Tells whether there is a consent."},
	{"history", "ACCOUNT NUMBER", 2, 2, CONSOLE_READ, "Tells how it came and went."},
	{0},
};

static const struct console_sub credit_subs[] = {
	{"show", "", 0, 0, CONSOLE_READ, "Shows the balance, and how far down it may go."},
	{"add", "YUAN", 1, 1, CONSOLE_ADMIN, "Adds to the balance; a negative amount takes away."},
	{"set", "YUAN", 1, 1, CONSOLE_ADMIN, "Makes the balance that."},
	{0},
};

static const struct console_sub dead_subs[] = {
	{"list", "", 0, 0, CONSOLE_OPERATE, "Lists the first 1,000 numbers that carriers have said do not exist."},
	{"check", "NUMBER", 1, 1, CONSOLE_READ, "Tells whether a number is known to be dead."},
	{"remove", "NUMBER", 1, 1, CONSOLE_OPERATE, "Forgets a number with its failures."},
	{"export", "FILE", 1, 1, CONSOLE_ADMIN, "Writes all of them into a file; -: the terminal."},
	{0},
};

static const struct console_sub debug_subs[] = {
	{"on", "[--for TIME] [--pdu]", 0, 3, CONSOLE_OPERATE,
	 "Logs every step of its messages, for 10m if not said; --pdu: and their PDUs."},
	{"off", "", 0, 0, CONSOLE_OPERATE, "Ends it."},
	{"list", "", 0, 0, CONSOLE_OPERATE, "debug list (without a number): shows those that are watched."},
	{0},
};

static const struct console_sub doubt_subs[] = {
	{"list", "[--carrier CARRIER]", 0, 2, CONSOLE_READ, "Lists messages in doubt, oldest first."},
	{"resend", "ID|--all|--carrier CARRIER", 1, 2, CONSOLE_OPERATE,
	 "Sends held ones once more; the phone may get the text twice."},
	{"fail", "ID|--all|--carrier CARRIER", 1, 2, CONSOLE_OPERATE,
	 "Ends held ones; the app gets a receipt with UNKNOWN."},
	{0},
};

static const struct console_sub log_subs[] = {
	{"show", "", 0, 0, CONSOLE_READ, "Shows the level."},
	{"level", "LEVEL", 1, 1, CONSOLE_OPERATE, "Sets it: error, warn, info or debug, until the next start."},
	{0},
};

static const struct console_sub optout_subs[] = {
	{"add", "SCOPE NUMBER [TEXT]", 2, 3, CONSOLE_OPERATE, "No promotional texts of the scope from now on."},
	{"remove", "SCOPE NUMBER [TEXT]", 2, 3, CONSOLE_OPERATE, "Again from now on."},
	{"check", "NUMBER", 1, 1, CONSOLE_READ, "Tells the scopes that a number is out of."},
	{"history", "NUMBER", 1, 1, CONSOLE_READ, "Tells when, by which channel and why it went out and in."},
	{"list", "[SCOPE]", 0, 1, CONSOLE_OPERATE,
	 "Tells how many numbers each scope has; lists the first 1,000 of one."},
	{"import", "FILE [SCOPE]", 1, 2, CONSOLE_OPERATE, "Takes numbers from a file, which the gateway reads."},
	{"export", "FILE [SCOPE]", 1, 2, CONSOLE_ADMIN,
	 "Writes all of them, or those of a scope, into a file; -: the terminal."},
	{"audit", "", 0, 0, CONSOLE_OPERATE, "Compares the lists with their history."},
	{"last", "[N]", 0, 1, CONSOLE_OPERATE, "Lists the newest changes."},
	{0},
};

static const struct console_sub ported_subs[] = {
	{"load", "FILE [--replace]", 1, 2, CONSOLE_OPERATE,
	 "Loads lines \"number operator\" from a file, which the gateway reads; --replace: forgets all others."},
	{"get", "NUMBER", 1, 1, CONSOLE_READ, "Tells which operator serves a number."},
	{"set", "NUMBER OPERATOR", 2, 2, CONSOLE_OPERATE, "Says which operator serves it."},
	{"del", "NUMBER", 1, 1, CONSOLE_OPERATE, "Forgets it."},
	{"count", "", 0, 0, CONSOLE_READ, "Tells how many there are, by operator, and the memory that they take."},
	{0},
};

static const struct console_sub review_subs[] = {
	{"list", "[--account ACCOUNT]", 0, 2, CONSOLE_OPERATE, "Lists texts that wait to be read, with the texts."},
	{"approve", "ID|--all|--account ACCOUNT", 1, 2, CONSOLE_OPERATE, "Lets them go."},
	{"reject", "ID|--all|--account ACCOUNT", 1, 2, CONSOLE_OPERATE,
	 "Ends them; the app gets a receipt with DELETED."},
	{0},
};

static const struct console_sub erase_subs[] = {
	{"number", "NUMBER [--before TIME] [--masked] [--dry-run]", 1, 5, CONSOLE_ADMIN,
	 "Of a phone; --masked: also what looks the same masked, others' too."},
	{"id", "ID [--dry-run]", 1, 2, CONSOLE_ADMIN, "Of a message, and of the replies to it."},
	{"before", "TIME [--dry-run]", 1, 2, CONSOLE_ADMIN, "Of whoever, older than that."},
	{0},
};

static const struct console_sub route_subs[] = {
	{"test", "FILE", 1, 1, CONSOLE_OPERATE,
	 "Checks expectations of where messages go, a line each, against the configuration that runs."},
	{0},
};

#define READ	.right = CONSOLE_READ
#define OPERATE .right = CONSOLE_OPERATE

const struct console_command verb_table[] = {
	{.name = "help",
	 .args = "[COMMAND]",
	 .max = 1,
	 READ,
	 .fn = verb_help,
	 .help = "Lists the commands, or tells about one.",
	 .examples = "help campaign\n"},
	{.name = "status",
	 .args = "[json]",
	 .max = 1,
	 READ,
	 .fn = verb_status,
	 .help = "Shows store, messages, carriers, accounts, binds.",
	 .examples = "status\n--json status\n"},
	{.name = "now",
	 READ,
	 .fn = verb_now,
	 .help = "Prints as JSON what the dashboard shows: sums, ratios, latencies, alarms.",
	 .examples = "now\n"},
	{.name = "carriers",
	 .args = "[CARRIER]",
	 .max = 1,
	 READ,
	 .fn = verb_carriers,
	 .help = "Shows carriers: state, window, queue, outcomes.",
	 .examples = "carriers mobile\n"},
	{.name = "accounts",
	 .args = "[ACCOUNT]",
	 .max = 1,
	 READ,
	 .fn = verb_accounts,
	 .help = "Shows accounts: binds, requests, what waits.",
	 .examples = "accounts bank\n"},
	{.name = "binds",
	 .args = "[ACCOUNT|CARRIER]",
	 .max = 1,
	 READ,
	 .fn = verb_binds,
	 .help = "Lists binds, all or those of one account or carrier.",
	 .examples = "binds mobile\n"},
	{.name = "lockouts",
	 READ,
	 .fn = verb_lockouts,
	 .help = "Lists addresses and accounts that are locked after failed binds, and for how long.",
	 .examples = "lockouts\n"},
	{.name = "unlock",
	 .args = "ADDRESS|ACCOUNT",
	 .min = 1,
	 .max = 1,
	 OPERATE,
	 .fn = verb_unlock,
	 .help = "Forgets the failed binds of an address or account, so that it may try again.",
	 .examples = "unlock 203.0.113.7\n"},
	{.name = "queue", READ, .fn = verb_queue, .help = "Shows messages by state, by carrier and by account."},
	{.name = "alarms",
	 .fn = verb_alarms,
	 .sub = "list",
	 .subs = alarms_subs,
	 .help = "Shows what needs a hand, and takes note that somebody has it in hand.",
	 .examples = "alarms\nalarms ack carrier_down mobile\n"},
	{.name = "trace",
	 .args = "ID|NUMBER [--since TIME] [--limit N] [--unmask]",
	 .min = 1,
	 .max = 6,
	 READ,
	 .fn = verb_trace,
	 .help = "Tells the whole life of a message, or of the last ones to a number; --unmask needs the right to "
		 "operate.",
	 .examples = "trace 121742046112301017\ntrace 13800138000 --limit 20\n"},
	{.name = "cdr",
	 .args = "[--id ID] [--number NUMBER] [--account ACCOUNT] [--carrier CARRIER] [--campaign CAMPAIGN] [--kind "
		 "KIND] "
		 "[--state STATE] [--verdict POLICY] [--from TIME] [--to TIME] [--limit N] [--csv|--json-lines] "
		 "[--unmask]",
	 .max = 26,
	 READ,
	 .fn = verb_cdr,
	 .help = "Lists records that fit, newest first; --unmask needs the right to operate.",
	 .examples = "cdr --account bank --kind ended --from 1h\ncdr --carrier mobile --kind attempt --csv --limit "
		     "10000\n"},
	{.name = "erase",
	 .fn = verb_erase,
	 .subs = erase_subs,
	 .forgets = true,
	 .help = "Takes numbers and texts out of the records for ever; --dry-run: only counts.",
	 .examples = "erase number 13800138000 --dry-run\nerase before 180d\n"},
	{.name = "totals",
	 .args = "[DAY]",
	 .max = 1,
	 READ,
	 .fn = verb_totals,
	 .help = "Shows what the records of a day (20260501) add up to by account and carrier.",
	 .examples = "totals\ntotals 20260501\n"},
	{.name = "explain",
	 .args = "ACCOUNT SOURCE NUMBER [CLASS] [TEXT]",
	 .min = 3,
	 .max = 5,
	 READ,
	 .fn = verb_explain,
	 .help = "Tells every rule and policy that a message would meet, and what each says; sends nothing.",
	 .examples = "explain bank 10690001 13800138000 promo 【银行】优惠，拒收请回复R\n"},
	{.name = "route",
	 .fn = verb_route,
	 .subs = route_subs,
	 .help = "Checks where messages go.",
	 .examples = "route test /etc/smppgw/routes.test\n"},
	{.name = "carrier",
	 .fn = verb_carrier,
	 .before = "CARRIER",
	 .sub = "show",
	 .subs = carrier_subs,
	 .help = "Stops, drains, goes on with one carrier, or changes its rate, until the next start.",
	 .examples = "carrier mobile pause\ncarrier mobile tps 50\n"},
	{.name = "doubt",
	 .fn = verb_doubt,
	 .subs = doubt_subs,
	 .help = "Lists or settles messages whose submit a carrier did not answer.",
	 .examples = "doubt list\ndoubt resend --carrier mobile\n"},
	{.name = "review",
	 .fn = verb_review,
	 .subs = review_subs,
	 .help = "Lists texts that a policy holds until somebody has read them; lets them go, or ends them.",
	 .examples = "review list --account shop\nreview approve --all\n"},
	{.name = "deadletters",
	 .args = "ACCOUNT [--since TIME]",
	 .min = 1,
	 .max = 3,
	 READ,
	 .fn = verb_deadletters,
	 .help = "Lists receipts and replies that the app refused or did not take in time.",
	 .examples = "deadletters bank --since 2h\n"},
	{.name = "replay",
	 .args = "ACCOUNT --since TIME",
	 .min = 3,
	 .max = 3,
	 OPERATE,
	 .fn = verb_replay,
	 .help = "Puts dead letters back to the end of the account's backlog.",
	 .examples = "replay bank --since 2h\n"},
	{.name = "cancel",
	 .args = "--account ACCOUNT --id ID|--group KEY|--campaign CAMPAIGN|--to NUMBER",
	 .min = 4,
	 .max = 4,
	 OPERATE,
	 .fn = verb_cancel,
	 .help = "Takes back messages of an account that no carrier has.",
	 .examples = "cancel --account shop --campaign 双十一\n"},
	{.name = "campaign",
	 .fn = verb_campaign,
	 .subs = campaign_subs,
	 .help = "Shows what became of campaigns by variant; pauses, resumes, cancels, tries out, slows down one.",
	 .examples = "campaign list shop\ncampaign trial shop 双十一 5% --floor 90\n"},
	{.name = "brake",
	 .fn = verb_brake,
	 .subs = brake_subs,
	 .help = "Lists what has been braked by itself; lets it go on.",
	 .examples = "brake release shop/mobile/promo\n"},
	{.name = "ported",
	 .fn = verb_ported,
	 .subs = ported_subs,
	 .help = "Loads, shows or changes which operator serves a ported number.",
	 .examples = "ported load /var/lib/smppgw/ported.csv\nported get 13800138000\n"},
	{.name = "optout",
	 .fn = verb_optout,
	 .subs = optout_subs,
	 .help = "Keeps the lists of numbers that have said stop, and their history.",
	 .examples = "optout check 13800138000\noptout add shop 13800138000 来电要求\n"},
	{.name = "consent",
	 .fn = verb_consent,
	 .subs = consent_subs,
	 .help = "Keeps the archive of consents to promotional texts.",
	 .examples = "consent add shop 13800138000 合同2026-17 门店\n"},
	{.name = "dead",
	 .fn = verb_dead,
	 .subs = dead_subs,
	 .help = "Shows or forgets numbers that carriers have said do not exist.",
	 .examples = "dead check 13800138000\n"},
	{.name = "credit",
	 .fn = verb_credit,
	 .before = "ACCOUNT",
	 .sub = "show",
	 .subs = credit_subs,
	 .help = "Shows or changes the balance of a prepaid account.",
	 .examples = "credit bank add 1000\n"},
	{.name = "usage",
	 .args = "[DAY] [ACCOUNT]",
	 .max = 2,
	 READ,
	 .fn = verb_usage,
	 .help = "Shows messages, parts and price of a day (20260501) by account and carrier.",
	 .examples = "usage 20260501 bank\n"},
	{.name = "words",
	 .args = "[N]",
	 .max = 1,
	 READ,
	 .fn = verb_words,
	 .help = "Shows the sensitive words that are found most, at most N.",
	 .examples = "words 50\n"},
	{.name = "reload",
	 .args = "[--check]",
	 .max = 1,
	 OPERATE,
	 .fn = verb_reload,
	 .help = "Reads the configuration again and applies it, whole or not at all; --check: only tells what would "
		 "change.",
	 .examples = "reload --check\n"},
	{.name = "handover",
	 .args = "FORM NODE",
	 .min = 2,
	 .max = 2,
	 .right = CONSOLE_ADMIN,
	 .fn = verb_handover,
	 .help = "What smppgwd --takeover asks: the listening sockets, and that this process ends; not for people."},
	{.name = "actions",
	 .args = "[--since TIME]",
	 .max = 2,
	 READ,
	 .fn = verb_actions,
	 .help = "Lists who did what at the console, of the last day, or since a time.",
	 .examples = "actions --since 2h\n"},
	{.name = "log",
	 .fn = verb_log,
	 .subs = log_subs,
	 .help = "Shows or sets the level of the log.",
	 .examples = "log level debug\n"},
	{.name = "log-level",
	 .args = "LEVEL",
	 .min = 1,
	 .max = 1,
	 OPERATE,
	 .fn = verb_log_level,
	 .help = "The same as log level."},
	{.name = "top",
	 .args = "[--once] [--iterations N] [--interval TIME]",
	 .max = 5,
	 READ,
	 .fn = verb_top,
	 .help = "Shows carriers, accounts and binds live, each second; smppgwctl does that by itself.",
	 .examples = "top\ntop --once\n"},
	{.name = "passwd",
	 .args = "[--method sha512|yescrypt] [--token]",
	 .max = 3,
	 READ,
	 .fn = verb_passwd,
	 .help = "Reads a password and prints the hash for the configuration; smppgwctl does that by itself.",
	 .examples = "passwd\npasswd --token\n"},
	{.name = "complete",
	 .args = "WORD...",
	 .min = 1,
	 .max = CONSOLE_MAX_WORDS,
	 READ,
	 .fn = verb_complete,
	 .help = "Lists what may come next in a command line, for the shell.",
	 .examples = "complete campaign pa\n"},
	{.name = "debug",
	 .fn = verb_debug,
	 .before = "NUMBER",
	 .sub = "list",
	 .subs = debug_subs,
	 .help = "Watches a number: every step of the messages from and to it is a line of the log.",
	 .examples = "debug 13800138000 on --for 30m --pdu\ndebug list\n"},
	{.name = "capture",
	 .fn = verb_capture,
	 .sub = "show",
	 .subs = capture_subs,
	 .help = "Captures PDUs to a pcap file for tshark or Wireshark, also those of TLS links.",
	 .examples = "capture start /var/lib/smppgw/unicom.pcap --carrier unicom --for 5m\n"
		     "capture start /var/lib/smppgw/one.pcap --number 13800138000 --no-text\n"},
	{.name = "version", READ, .fn = verb_version, .help = "Shows the version."},
	{.name = NULL},
};
