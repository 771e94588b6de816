/*
 * verb_doubt.c - what the operator may ask about submits whose answer did not come, and how he settles them. Must not
 * know sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "noc/status.h"
#include "noc/table.h"

#define DOUBTS_SHOWN 1000u /* at most; the rest is counted */

struct listing {
	struct table *table;
	const char *carrier; /* NULL: all */
	unsigned n;
};

static void list_one(const struct flow_doubt *d, void *arg)
{
	struct listing *l = arg;
	char id[IDS_DIGITS + 1], number[32], stamp[STATUS_STAMP];

	if ((l->carrier && strcmp(l->carrier, d->carrier) != 0) || l->n++ >= DOUBTS_SHOWN)
		return;
	ids_print(d->id, id);
	table_text(l->table, id);
	table_text(l->table, status_time(d->since_ms, false, stamp));
	table_text(l->table, d->carrier);
	table_text(l->table, d->account);
	table_text(l->table, d->class_name);
	table_text(l->table, log_number(d->number.p, d->number.n, number));
	table_text(l->table, d->held ? "held" : "sent again");
}

static int list(struct console_call *call, const struct carrier *c)
{
	const struct snapshot_source *from = call->arg;
	struct listing l = {table_new("ID SINCE CARRIER ACCOUNT CLASS NUMBER STATE"), c ? carrier_name(c) : NULL, 0};

	flow_doubts_each(from->flow, list_one, &l);
	table_print(l.table, call->out);
	table_free(l.table);
	if (l.n > DOUBTS_SHOWN)
		buf_printf(call->out, "and %u more\n", l.n - DOUBTS_SHOWN);
	return 0;
}

static int settle(struct console_call *call, uint64_t id, const struct carrier *c, bool resend)
{
	const struct snapshot_source *from = call->arg;
	unsigned n = flow_doubts_settle(from->flow, id, c, resend);

	if (id && n == 0)
		return console_fail(call, "no message %" PRIu64 " is held in doubt; doubt list shows which are", id);
	buf_printf(call->out, "%u message%s %s\n", n, n == 1 ? "" : "s", resend ? "sent again" : "ended as UNKNOWN");
	return 0;
}

int verb_doubt(struct console_call *call)
{
	static const char usage[] = "usage: doubt list [--carrier NAME] | doubt resend|fail ID|--all|--carrier NAME";
	const struct snapshot_source *from = call->arg;
	const char *what = call->words[0], *which = call->n > 1 ? call->words[1] : "--all";
	const struct carrier *c = NULL;
	uint64_t id = 0;
	bool listing = strcmp(what, "list") == 0, resend = strcmp(what, "resend") == 0;

	if ((!listing && !resend && strcmp(what, "fail") != 0) || (!listing && call->n < 2))
		return console_fail(call, "%s", usage);
	if (strcmp(which, "--carrier") == 0) {
		if (call->n != 3)
			return console_fail(call, "%s", usage);
		c = carriers_find(flow_carriers(from->flow), call->words[2]);
		if (!c)
			return console_fail(call, "no carrier %.100s; carriers lists them", call->words[2]);
	} else if (call->n > 2 || (strcmp(which, "--all") != 0 && (listing || !ids_parse(which, strlen(which), &id)))) {
		return console_fail(call, "%s", usage);
	}
	return listing ? list(call, c) : settle(call, id, c, resend);
}
