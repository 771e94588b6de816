/*
 * verb_review.c - texts that a policy holds until somebody has read them: listed, let go, refused. Must not know
 * sockets, nor why a policy holds a text.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "noc/status.h"
#include "noc/table.h"

#define REVIEWS_SHOWN 200u /* at most; the rest is counted */

struct listing {
	struct table *table;
	const char *account; /* NULL: all */
	unsigned n;
};

/* The text is what the operator is asked about: it is shown whole, but for line ends. */
static void put_text(struct table *t, struct view text)
{
	char line[1025];
	uint32_t n = text.n < sizeof(line) - 1 ? text.n : (uint32_t)sizeof(line) - 1;
	for (uint32_t i = 0; i < n; i++)
		line[i] = (char)(text.p[i] < ' ' ? ' ' : text.p[i]);
	line[n] = '\0';
	table_text(t, line);
}

static void list_one(const struct flow_review *r, void *arg)
{
	struct listing *l = arg;
	char id[IDS_DIGITS + 1], number[32], stamp[STATUS_STAMP], until[STATUS_STAMP];

	if ((l->account && strcmp(l->account, r->account) != 0) || l->n++ >= REVIEWS_SHOWN)
		return;
	ids_print(r->id, id);
	table_text(l->table, id);
	table_text(l->table, status_time(r->since_ms, false, stamp));
	table_text(l->table, status_time(r->until_ms, false, until));
	table_text(l->table, r->account);
	table_text(l->table, r->class_name);
	table_text(l->table, log_number(r->number.p, r->number.n, number));
	table_text(l->table, r->policy);
	if (r->parts)
		table_cell(l->table, "%u/%u", r->part, r->parts);
	else
		table_text(l->table, "-");
	put_text(l->table, r->text);
}

static int list(struct console_call *call, const struct account *a)
{
	const struct snapshot_source *from = call->arg;
	struct listing l = {table_new("ID SINCE UNTIL ACCOUNT CLASS NUMBER POLICY PART TEXT"),
			    a ? account_name(a) : NULL, 0};

	flow_reviews_each(from->flow, list_one, &l);
	table_print(l.table, call->out);
	table_free(l.table);
	if (l.n > REVIEWS_SHOWN)
		buf_printf(call->out, "and %u more\n", l.n - REVIEWS_SHOWN);
	return 0;
}

static int settle(struct console_call *call, uint64_t id, const struct account *a, bool go)
{
	const struct snapshot_source *from = call->arg;
	unsigned n = flow_review_settle(from->flow, id, a, go);

	if (id && n == 0)
		return console_fail(call, "no message %" PRIu64 " is held for review; review list shows which are", id);
	log_info("-", "event=review what=%s messages=%u by=console", go ? "approve" : "reject", n);
	buf_printf(call->out, "%u message%s %s\n", n, n == 1 ? "" : "s", go ? "approved" : "ended as DELETED");
	return 0;
}

int verb_review(struct console_call *call)
{
	static const char usage[] =
		"usage: review list [--account NAME] | review approve|reject ID|--all|--account NAME";
	const struct snapshot_source *from = call->arg;
	const char *what = call->words[0], *which = call->n > 1 ? call->words[1] : "--all";
	const struct account *a = NULL;
	uint64_t id = 0;
	bool listing = strcmp(what, "list") == 0, go = strcmp(what, "approve") == 0;

	if ((!listing && !go && strcmp(what, "reject") != 0) || (!listing && call->n < 2))
		return console_fail(call, "%s", usage);
	if (strcmp(which, "--account") == 0) {
		if (call->n != 3)
			return console_fail(call, "%s", usage);
		a = accounts_find(flow_accounts(from->flow), view_of(call->words[2]));
		if (!a)
			return console_fail(call, "no account %.100s; accounts lists them", call->words[2]);
	} else if (call->n > 2 || (strcmp(which, "--all") != 0 && (listing || !ids_parse(which, strlen(which), &id)))) {
		return console_fail(call, "%s", usage);
	}
	return listing ? list(call, a) : settle(call, id, a, go);
}
