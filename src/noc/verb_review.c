/*
 * verb_review.c - texts that a policy holds until somebody has read them: listed, let go, refused, in steps, for there
 * may be very many. Must not know sockets, nor why a policy holds a text.
 */
#include "noc/verb.h"

#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/listing.h"
#include "noc/status.h"

#define REVIEWS_SHOWN 200u /* at most; the rest is counted */

struct listed { /* a list that is being made */
	struct listing_rows rows;
	struct flow_reviews *reviews;
	const struct account *account; /* NULL: all; they live as long as the flow */
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

static void put_review(struct table *t, const struct flow_review *r)
{
	char id[IDS_DIGITS + 1], number[32], stamp[STATUS_STAMP], until[STATUS_STAMP];

	ids_print(r->id, id);
	table_text(t, id);
	table_text(t, status_time(r->since_ms, false, stamp));
	table_text(t, status_time(r->until_ms, false, until));
	table_text(t, r->account);
	table_text(t, r->class_name);
	table_text(t, log_number(r->number.p, r->number.n, number));
	table_text(t, r->policy);
	if (r->parts)
		table_cell(t, "%u/%u", r->part, r->parts);
	else
		table_text(t, "-");
	put_text(t, r->text);
}

static enum listing_row next_review(void *job, bool is_shown)
{
	struct listed *l = job;
	struct flow_review r;
	const struct account *whose;

	if (!flow_reviews_next(l->reviews, &whose))
		return LISTING_END;
	if (l->account && whose != l->account)
		return LISTING_PASSED;
	if (is_shown) {
		flow_reviews_read(l->reviews, &r);
		put_review(l->rows.table, &r);
	}
	return LISTING_MEANT;
}

static void end_list(void *job)
{
	struct listed *l = job;

	flow_reviews_end(l->reviews);
	table_free(l->rows.table);
	mem_free(l);
}

static int list(struct console_call *call, const struct account *a)
{
	static const struct listing_steps steps = {listing_rows_some, end_list};
	const struct snapshot_source *from = call->arg;
	struct listed *l = mem_zalloc(sizeof(*l));

	l->reviews = flow_reviews_begin(from->flow);
	l->account = a;
	l->rows = (struct listing_rows){.table = table_new("ID SINCE UNTIL ACCOUNT CLASS NUMBER POLICY PART TEXT"),
					.most = REVIEWS_SHOWN,
					.next = next_review};
	return listing_start(call, from->loop, &steps, l);
}

static void on_approved(void *arg, unsigned n)
{
	if (verb_settled(arg, n))
		log_info("-", "event=review what=approve messages=%u by=console", n);
}

static void on_rejected(void *arg, unsigned n)
{
	if (verb_settled(arg, n))
		log_info("-", "event=review what=reject messages=%u by=console", n);
}

static int settle(struct console_call *call, uint64_t id, const struct account *a, bool go)
{
	const struct snapshot_source *from = call->arg;

	flow_review_settle(from->flow, id, a, go, go ? on_approved : on_rejected,
			   verb_settling(call, id, "for review; review list", go ? "approved" : "ended as DELETED"));
	return CONSOLE_LATER;
}

int verb_review(struct console_call *call)
{
	static const char usage[] =
		"usage: review list [--account NAME] | review approve|reject ID|--all|--account NAME";
	const struct snapshot_source *from = call->arg;
	const char *what = call->words[0], *which = call->n > 1 ? call->words[1] : "--all";
	const struct account *a = NULL;
	uint64_t id = 0;
	bool lists = strcmp(what, "list") == 0, go = strcmp(what, "approve") == 0;

	if ((!lists && !go && strcmp(what, "reject") != 0) || (!lists && call->n < 2))
		return console_fail(call, "%s", usage);
	if (strcmp(which, "--account") == 0) {
		if (call->n != 3)
			return console_fail(call, "%s", usage);
		a = accounts_find(flow_accounts(from->flow), view_of(call->words[2]));
		if (!a)
			return console_fail(call, "no account %.100s; accounts lists them", call->words[2]);
	} else if (call->n > 2 || (strcmp(which, "--all") != 0 && (lists || !ids_parse(which, strlen(which), &id)))) {
		return console_fail(call, "%s", usage);
	}
	return lists ? list(call, a) : settle(call, id, a, go);
}
