/*
 * verb_backlog.c - what the operator may ask about what apps did not take: dead letters, and putting them back. Answers
 * come from the store, in later turns. Must not know sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/since.h"
#include "noc/status.h"
#include "noc/table.h"

static const char store_away[] = "the store (Redis) is away; try again when smppgwctl status says that it is up";

/* ACCOUNT [--since TIME]; false with the call's message. */
static bool read_words(struct console_call *call, struct account **account, int64_t *since_ms)
{
	const struct snapshot_source *from = call->arg;

	*since_ms = 0;
	*account = accounts_find(flow_accounts(from->flow), view_of(call->words[0]));
	if (!*account) {
		console_fail(call, "no account %.100s; accounts lists them", call->words[0]);
		return false;
	}
	if (call->n == 1)
		return true;
	if (call->n != 3 || strcmp(call->words[1], "--since") != 0) {
		console_fail(call, "behind the account goes --since TIME");
		return false;
	}
	if (since_parse(call->words[2], loop_wall_ms(from->loop), since_ms))
		return true;
	console_fail(call, "\"%.40s\" is no time in the past: " SINCE_FORMS, call->words[2]);
	return false;
}

static void on_replayed(void *arg, uint64_t moved, const char *error)
{
	char why[200];

	if (!error) {
		buf_printf(console_later_out(arg), "%" PRIu64 " dead letters put back to the backlog\n", moved);
		console_finish(arg, NULL);
		return;
	}
	snprintf(why, sizeof(why), "%" PRIu64 " dead letters put back, then: %s", moved, error);
	console_finish(arg, why);
}

int verb_replay(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct account *account;
	int64_t since_ms;

	if (!read_words(call, &account, &since_ms))
		return -1;
	if (flow_replay(from->flow, account, since_ms, on_replayed, console_later(call)) < 0)
		return console_fail(call, "%s", store_away);
	return CONSOLE_LATER;
}

struct listing {
	struct console_later *later;
	struct table *table;
};

static void on_letter(void *arg, const struct dead_letter *d)
{
	struct listing *l = arg;
	char text[STATUS_STAMP], number[32], id[IDS_DIGITS + 1];

	ids_print(d->id, id);
	table_text(l->table, status_time(d->at_ms, false, text));
	table_text(l->table, id);
	table_text(l->table, d->reply ? "reply" : "receipt");
	table_text(l->table, log_number(d->number.p, d->number.n, number));
	table_cell(l->table, "%.*s", (int)d->why.n, d->why.n ? (const char *)d->why.p : "");
}

static void on_letters(void *arg, bool ok, bool more)
{
	struct listing *l = arg;
	struct buf *out = console_later_out(l->later);

	table_print(l->table, out);
	table_free(l->table);
	if (more)
		buf_printf(out, "... and more; a later --since lists those\n");
	console_finish(l->later, ok ? NULL : store_away);
	mem_free(l);
}

int verb_deadletters(struct console_call *call)
{
	static const struct dead_reader reader = {on_letter, on_letters};
	const struct snapshot_source *from = call->arg;
	struct account *account;
	int64_t since_ms;

	if (!read_words(call, &account, &since_ms))
		return -1;
	struct listing *l = mem_zalloc(sizeof(*l));
	*l = (struct listing){console_later(call), table_new("SINCE ID KIND PHONE WHY")};
	if (flow_deadletters(from->flow, account, since_ms, &reader, l) == 0)
		return CONSOLE_LATER;
	table_free(l->table);
	mem_free(l);
	return console_fail(call, "%s", store_away);
}
