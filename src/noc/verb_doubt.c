/*
 * verb_doubt.c - what the operator may ask about submits whose answer did not come, and how he settles them; both
 * in steps, for there may be very many. Must not
 * know sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/listing.h"
#include "noc/status.h"
#include "noc/table.h"

#define DOUBTS_SHOWN 1000u /* at most; the rest is counted */
#define DOUBTS_STEP  50	   /* rows of a step */

struct listed { /* a list that is being made */
	struct flow_doubts *doubts;
	struct table *table;
	const struct carrier *carrier; /* NULL: all */
	unsigned n;
	bool all_seen;
};

static void list_one(struct listed *l, const struct flow_doubt *d)
{
	char id[IDS_DIGITS + 1], number[32], stamp[STATUS_STAMP];

	if ((l->carrier && strcmp(carrier_name(l->carrier), d->carrier) != 0) || l->n++ >= DOUBTS_SHOWN)
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

/* False: none is left. */
static bool see_some(struct listed *l)
{
	struct flow_doubt d;

	for (unsigned i = 0; i < DOUBTS_STEP; i++) {
		if (!flow_doubts_next(l->doubts, &d))
			return false;
		list_one(l, &d);
	}
	return true;
}

static bool list_some(void *job, struct buf *out)
{
	struct listed *l = job;

	if (!l->all_seen) {
		l->all_seen = !see_some(l);
		return true;
	}
	if (table_print_some(l->table, out, DOUBTS_STEP))
		return true;
	if (l->n > DOUBTS_SHOWN)
		buf_printf(out, "and %u more\n", l->n - DOUBTS_SHOWN);
	return false;
}

static void end_list(void *job)
{
	struct listed *l = job;

	flow_doubts_end(l->doubts);
	table_free(l->table);
	mem_free(l);
}

static int list(struct console_call *call, const struct carrier *c)
{
	static const struct listing_steps steps = {list_some, end_list};
	const struct snapshot_source *from = call->arg;
	struct listed *l = mem_zalloc(sizeof(*l));

	l->doubts = flow_doubts_begin(from->flow);
	l->table = table_new("ID SINCE CARRIER ACCOUNT CLASS NUMBER STATE");
	l->carrier = c;
	return listing_start(call, from->loop, &steps, l);
}

struct settled {
	struct console_later *later;
	uint64_t id;
	bool resend;
};

static void on_settled(void *arg, unsigned n)
{
	struct settled *s = arg;
	char none[100];

	snprintf(none, sizeof(none), "no message %" PRIu64 " is held in doubt; doubt list shows which are", s->id);
	buf_printf(console_later_out(s->later), "%u message%s %s\n", n, n == 1 ? "" : "s",
		   s->resend ? "sent again" : "ended as UNKNOWN");
	console_finish(s->later, s->id && n == 0 ? none : NULL);
	mem_free(s);
}

static int settle(struct console_call *call, uint64_t id, const struct carrier *c, bool resend)
{
	const struct snapshot_source *from = call->arg;
	struct settled *s = mem_zalloc(sizeof(*s));

	*s = (struct settled){console_later(call), id, resend};
	flow_doubts_settle(from->flow, id, c, resend, on_settled, s);
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
