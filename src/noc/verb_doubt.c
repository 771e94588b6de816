/*
 * verb_doubt.c - what the operator may ask about submits whose answer did not come, and how he settles them; both in
 * steps, for there may be very many. Must not know sockets.
 */
#include "noc/verb.h"

#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/listing.h"
#include "noc/status.h"

#define DOUBTS_SHOWN 1000u /* at most; the rest is counted */

struct listed { /* a list that is being made */
	struct listing_rows rows;
	struct flow_doubts *doubts;
	const struct carrier *carrier; /* NULL: all */
};

static void put_doubt(struct table *t, const struct flow_doubt *d)
{
	char id[IDS_DIGITS + 1], number[32], stamp[STATUS_STAMP];

	ids_print(d->id, id);
	table_text(t, id);
	table_text(t, status_time(d->since_ms, false, stamp));
	table_text(t, d->carrier);
	table_text(t, d->account);
	table_text(t, d->class_name);
	table_text(t, log_number(d->number.p, d->number.n, number));
	table_text(t, d->held ? "held" : "sent again");
}

static enum listing_row next_doubt(void *job, bool is_shown)
{
	struct listed *l = job;
	struct flow_doubt d;

	if (!flow_doubts_next(l->doubts, &d))
		return LISTING_END;
	if (l->carrier && strcmp(carrier_name(l->carrier), d.carrier) != 0)
		return LISTING_PASSED;
	if (is_shown)
		put_doubt(l->rows.table, &d);
	return LISTING_MEANT;
}

static void end_list(void *job)
{
	struct listed *l = job;

	flow_doubts_end(l->doubts);
	table_free(l->rows.table);
	mem_free(l);
}

static int list(struct console_call *call, const struct carrier *c)
{
	static const struct listing_steps steps = {listing_rows_some, end_list};
	const struct snapshot_source *from = call->arg;
	struct listed *l = mem_zalloc(sizeof(*l));

	l->doubts = flow_doubts_begin(from->flow);
	l->rows = (struct listing_rows){.table = table_new("ID SINCE CARRIER ACCOUNT CLASS NUMBER STATE"),
					.most = DOUBTS_SHOWN,
					.next = next_doubt};
	l->carrier = c;
	return listing_start(call, from->loop, &steps, l);
}

static void on_settled(void *arg, unsigned n)
{
	(void)verb_settled(arg, n);
}

static int settle(struct console_call *call, uint64_t id, const struct carrier *c, bool resend)
{
	const struct snapshot_source *from = call->arg;

	flow_doubts_settle(from->flow, id, c, resend, on_settled,
			   verb_settling(call, id, "in doubt; doubt list", resend ? "sent again" : "ended as UNKNOWN"));
	return CONSOLE_LATER;
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
