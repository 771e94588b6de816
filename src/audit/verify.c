/*
 * verify.c - walks over an archive's hours, node by node: what must follow what, what is missing between files, what
 * anchors ask for. Must not know a record's form (verify_hour.c does).
 */
#include "audit/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/octets.h"
#include "audit/verify_priv.h"
#include "base/mem.h"

#define HOUR_MS	 3600000
#define GRACE_MS 600000 /* so long after an hour its last statement is there, however slow the disk */

static const char *const fault_names[VERIFY_FAULTS] = {
	[VERIFY_CHANGED] = "changed",	    [VERIFY_MISSING] = "missing",
	[VERIFY_INSERTED] = "inserted",	    [VERIFY_ORDER] = "out of order",
	[VERIFY_TRUNCATED] = "truncated",   [VERIFY_REWRITTEN] = "rewritten",
	[VERIFY_STATEMENT] = "statement",   [VERIFY_SIGNATURE] = "signature wrong",
	[VERIFY_UNSIGNED] = "not signed",   [VERIFY_UNKNOWN_KEY] = "unknown key",
	[VERIFY_ANCHOR] = "anchor",	    [VERIFY_PERSONAL] = "personal data",
	[VERIFY_UNREADABLE] = "unreadable",
};

const char *verify_fault_name(enum verify_fault f)
{
	return fault_names[f];
}

void verify_tell(struct verify_run *v, enum verify_fault fault, const char *file, uint64_t line, uint64_t record,
		 const char *fmt, ...)
{
	struct verify_finding f = {.fault = fault, .file = file, .line = line, .record = record};
	char text[512];
	va_list ap;

	v->broken = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f.text = text;
	v->q->on_fault(v->q->arg, &f);
}

void verify_anchors_meet(struct verify_run *v, const struct hour *h, const uint8_t chain[DIGEST_OCTETS])
{
	struct verify_anchors *a = v->q->anchors;

	for (size_t i = 0; a && i < a->n; i++) {
		if (!chain)
			a->anchor[i].past |= strcmp(a->anchor[i].hour, h->name) == 0;
		else if (memcmp(a->anchor[i].chain, chain, DIGEST_OCTETS) == 0 &&
			 (a->anchor[i].node < 0 || a->anchor[i].node == (int)h->node))
			a->anchor[i].found = true;
	}
}

static bool wanted(const struct verify_query *q, const struct hour *h)
{
	return (!q->to_ms || h->from_ms < q->to_ms) && (!q->from_ms || h->from_ms + HOUR_MS > q->from_ms);
}

/* Anchors of hours that are not looked at, or before the first one that is here, are past. */
static void anchors_before(struct verify_run *v, const struct hour *h)
{
	struct verify_anchors *a = v->q->anchors;

	for (size_t i = 0; a && i < a->n; i++) {
		struct hour of;

		if (a->anchor[i].node == (int)h->node && hours_read_name(a->anchor[i].hour, &of) &&
		    (of.from_ms < h->from_ms || !wanted(v->q, &of)))
			a->anchor[i].past = true;
	}
}

static bool hours_has(const struct hours *all, const struct verify_anchor *a)
{
	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->hour[i].name, a->hour) == 0)
			return true;
	}
	return false;
}

static void anchors_missed(struct verify_run *v, const struct hours *all)
{
	struct verify_anchors *a = v->q->anchors;
	char hex[2 * DIGEST_OCTETS + 1];

	for (size_t i = 0; a && i < a->n; i++) {
		const struct verify_anchor *x = &a->anchor[i];

		if (x->found || x->past)
			continue;
		octets_hex(x->chain, DIGEST_OCTETS, hex);
		if (x->hour[0] && !hours_has(all, x))
			verify_tell(
				v, VERIFY_TRUNCATED, "", 0, x->record,
				"the hour %s was there once (its head %.16s... is kept elsewhere); its files are gone",
				x->hour, hex);
		else
			verify_tell(
				v, VERIFY_ANCHOR, "", 0, x->record,
				"the head %s%s%s is kept elsewhere, and no chain in this archive comes to it: records "
				"were cut off, or all was made anew",
				hex, x->hour[0] ? " of the hour " : "", x->hour);
	}
}

static void begin_node(struct verify_run *v, const struct hour *h)
{
	v->node = (struct verify_node){.node = h->node};
	v->chained = false;
	v->next = 0;
	v->last_n = 0;
	v->stated_to = 0;
	v->unstated = NULL;
	anchors_before(v, h);
}

/* Who takes statements away, up to the last one, could write the records behind them anew. */
static void check_tail(struct verify_run *v, const struct hour *last)
{
	int64_t now_ms = (int64_t)time(NULL) * 1000;
	const struct hour *h = v->unstated && last->from_ms + GRACE_MS < now_ms ? v->unstated : NULL;
	char *path;

	if (!h && v->q->n_keys && !v->q->from_ms && v->node.records && !v->node.statements)
		h = last;
	if (!h || v->broken)
		return;
	path = hours_path(v->q->directory, h, "seal");
	verify_tell(v, VERIFY_UNSIGNED, path, 0, v->stated_to + 1,
		    "no statement is about the records from here on: statements were taken away, or never written");
	mem_free(path);
}

static void end_node(struct verify_run *v, const struct hour *last)
{
	struct verify_node *n = &v->node;

	check_tail(v, last);
	octets_hex(v->head, DIGEST_OCTETS, n->head);
	n->tail = n->last > v->stated_to ? n->last - v->stated_to : 0;
	if (n->tail > n->records)
		n->tail = n->records;
	v->q->on_node(v->q->arg, n);
}

static void walk(struct verify_run *v, const struct hours *all)
{
	const struct hour *before = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct hour *h = &all->hour[i];

		if (!wanted(v->q, h))
			continue;
		if (!before || before->node != h->node) {
			if (before)
				end_node(v, before);
			begin_node(v, h);
		}
		if (before && before->node == h->node && v->node.last > v->stated_to && !v->unstated)
			v->unstated = before;
		verify_hour(v, h);
		if (v->stated_to >= v->node.last)
			v->unstated = NULL;
		v->node.hours++;
		memcpy(v->node.last_hour, h->name, sizeof(h->name));
		before = h;
	}
	if (before)
		end_node(v, before);
}

int verify_archive(const struct verify_query *q, uint64_t *octets, char **why)
{
	struct verify_run *v = mem_zalloc(sizeof(*v));
	struct hours all;
	int result = hours_list(q->directory, &all);

	if (result < 0) {
		if (asprintf(why, "%s: %s", q->directory, strerror(errno)) < 0)
			*why = NULL;
	} else if (all.n == 0) {
		if (asprintf(why,
			     "%s: no archive: it has no YYYY-MM-DD/NODE-YYYYMMDDTHH+ZONE.jsonl or .csv; name "
			     "records.directory of the gateway",
			     q->directory) < 0)
			*why = NULL;
		result = -1;
	} else {
		v->q = q;
		hours_order(q->directory, &all);
		for (int i = 0; i < SEAL_DIGESTS; i++)
			v->digest[i] = digest_new((enum seal_digest)i);
		walk(v, &all);
		anchors_missed(v, &all);
		for (int i = 0; i < SEAL_DIGESTS; i++)
			digest_free(v->digest[i]);
		record_values_free(&v->values);
		*octets = v->octets;
		result = v->broken;
	}
	hours_free(&all);
	mem_free(v);
	return result;
}
