/*
 * steps_parts.c - what a script can say of long texts in parts, of alerts and of learnt ids. Needs what carriers have
 * kept; sends receipts of single parts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"

/* -- what carriers do with parts -- */

static struct label *find_label(struct world *w, const struct step *s, const char *name)
{
	struct label *l = labels_find(&w->labels, name);

	if (l == NULL)
		step_fail(s, "there is no message %s", name);
	return l;
}

/* The last submit of a part that the carrier has taken; else the last that waits for an answer. */
static struct got *last_part(const struct smsc *c, const struct label *l, unsigned seq, bool taken)
{
	struct got *found = NULL;

	LIST_EACH(node, &c->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (g->whole == l && g->seq == seq && (taken ? g->took : !g->answered))
			found = g;
	}
	return found;
}

static bool do_part_mood(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	c->part_mood.seq = (uint8_t)strtoul(s->args[1], NULL, 10);
	c->part_mood.left = (unsigned)step_number(s, "next", 1);
	c->part_mood.silent = strcmp(s->args[2], "none") == 0;
	return c->part_mood.silent || steps_read_status(s, s->args[2], &c->part_mood.status);
}

struct telling {
	struct world *w;
	struct smsc *smsc;
	struct label *label;
};

static bool part_receipt(const struct step *s, const char *part, void *arg)
{
	const struct telling *x = arg;
	struct got *g = last_part(x->smsc, x->label, (unsigned)strtoul(part, NULL, 10), true);
	struct peer *p = smsc_peer(x->smsc, (uint32_t)step_number(s, "bind", 0));
	char cid[80], text[256];
	struct pdu pdu = {.command_id = smsc_request(x->smsc, false)};

	if ((g == NULL || p == NULL) && step_number(s, "maybe", 0) != 0)
		return true;
	if ((g == NULL || p == NULL) && step_number(s, "maybe", 0) != 0)
		return true;
	if (g == NULL)
		return step_fail(s, "%s has taken no part %s of %s", x->smsc->name, part, x->label->name);
	if (p == NULL)
		return step_fail(s, "%s has no such bind", x->smsc->name);
	smsc_receipt_id(x->smsc, g->cid, cid);
	smsc_receipt_text(cid, s->args[3], step_option(s, "err", "000"), text, sizeof(text));
	pdu.sm.src.addr = view_of(g->to);
	pdu.sm.dst.addr = view_of(g->from);
	pdu.sm.esm_class = (uint8_t)step_number(s, "esm", ESM_RECEIPT);
	pdu.sm.short_message = view_of(text);
	smsc_deliver(x->smsc, p, &pdu);
	if (strstr(s->args[1], "..") != NULL)
		world_pass(x->w, 2);
	return true;
}

static bool do_part_receipt(struct world *w, struct step *s)
{
	struct telling x = {w, steps_find_smsc(w, s, s->args[0]), find_label(w, s, s->args[2])};

	return x.smsc != NULL && x.label != NULL && script_each(s, s->args[1], part_receipt, &x);
}

/* The receipt of a part that has no answer yet, with the id that the answer will bring. */
static bool do_early_part_receipt(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct label *l = find_label(w, s, s->args[2]);
	struct peer *p = c != NULL ? smsc_peer(c, 0) : NULL;
	char cid[80], text[256];
	struct pdu pdu = {.command_id = 0};

	if (l == NULL || p == NULL || c->in_response != ID_TEXT)
		return step_fail(s, "no such bind, or the ids are no text");
	pdu.command_id = smsc_request(c, false);
	snprintf(cid, sizeof(cid), "M%llu", (unsigned long long)c->next_id);
	smsc_receipt_text(cid, s->args[3], step_option(s, "err", "000"), text, sizeof(text));
	pdu.sm.src.addr = view_of(l->to);
	pdu.sm.dst.addr = view_of(l->from);
	pdu.sm.esm_class = ESM_RECEIPT;
	pdu.sm.short_message = view_of(text);
	smsc_deliver(c, p, &pdu);
	return true;
}

static bool do_part_answer(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct label *l = find_label(w, s, s->args[2]);
	struct got *g = c != NULL && l != NULL ? last_part(c, l, (unsigned)strtoul(s->args[1], NULL, 10), false) : NULL;
	uint32_t status;

	if (g == NULL)
		return step_number(s, "maybe", 0) || step_fail(s, "no such part waits for an answer");
	if (!steps_read_status(s, s->args[3], &status))
		return false;
	smsc_answer(c, g, status);
	return true;
}

/* -- what carriers have got -- */

static struct got *first_unseen(const struct smsc *c)
{
	LIST_EACH(node, &c->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (!g->seen)
			return g;
	}
	return NULL;
}

static bool form_fits(const struct step *s, const struct got *g)
{
	const char *have = g->sar ? "sar" : g->ref16 ? "udh16" : "udh8", *want = step_option(s, "form", have);

	return strcmp(want, have) == 0 || step_fail(s, "part %u is marked by %s, not %s", g->seq, have, want);
}

static bool got_part(const struct step *s, const char *part, void *arg)
{
	const struct telling *x = arg;
	struct got *g = first_unseen(x->smsc);

	if (g == NULL)
		return step_fail(s, "%s got nothing, expected part %s of %s", x->smsc->name, part, x->label->name);
	g->seen = true;
	if (g->whole != x->label || g->seq != strtoul(part, NULL, 10))
		return step_fail(s, "%s got part %u of %s, expected part %s of %s", x->smsc->name, g->seq,
				 g->whole != NULL ? g->whole->name : "none", part, x->label->name);
	if (step_number(s, "dcs", g->data_coding) != g->data_coding)
		return step_fail(s, "its data_coding is %u", g->data_coding);
	return form_fits(s, g);
}

/* The next that it got are these parts, in this order. */
static bool expect_part(struct world *w, struct step *s)
{
	struct telling x = {w, steps_find_smsc(w, s, s->args[0]), find_label(w, s, s->args[2])};

	return x.smsc != NULL && x.label != NULL && script_each(s, s->args[1], got_part, &x);
}

struct pile { /* what carriers have taken of a message */
	const struct got *parts[256];
	unsigned total;
};

static bool add_taken(const struct step *s, const struct smsc *c, const struct label *l, struct pile *p)
{
	LIST_EACH(node, &c->got) {
		const struct got *g = LIST_OF(node, struct got, link);
		if (g->whole != l || !g->took)
			continue;
		if (p->parts[g->seq] != NULL)
			return step_fail(s, "part %u of %s was taken twice", g->seq, l->name);
		if (p->total > 0 && p->total != g->total)
			return step_fail(s, "part %u of %s is one of %u, not of %u", g->seq, l->name, g->total,
					 p->total);
		p->parts[g->seq] = g;
		p->total = g->total;
	}
	return true;
}

/* How many octets of the text that is left, at rest, this part is; in another alphabet: of its words. -1: it is not. */
static long is_next(const struct got *g, const char *rest, size_t left, bool words)
{
	const void *part = words ? (const void *)g->text : g->octets;
	size_t n = words ? strlen(g->text) : g->octets_n;

	return n <= left && memcmp(rest, part, n) == 0 ? (long)n : -1;
}

/* The first part that does not go on where the last one ended; 0: all do, one after the other up to the end. */
static unsigned first_unfit(const struct label *l, const struct pile *p, bool words)
{
	const char *text = words ? l->words : (const char *)l->text;
	size_t at = 0, all = words ? strlen(l->words) : l->text_n;

	for (unsigned i = 1; i <= p->total; i++) {
		long n = is_next(p->parts[i], text + at, all - at, words);
		if (n < 0)
			return i;
		at += (size_t)n;
	}
	return at == all ? 0 : p->total + 1;
}

/* Put together, parts say what was submitted, under one reference. */
static bool fits(const struct step *s, const struct label *l, const struct pile *p)
{
	for (unsigned i = 1; i <= p->total; i++) {
		const struct got *g = p->parts[i];
		if (g == NULL)
			return step_fail(s, "part %u of %u of %s was not taken", i, p->total, l->name);
		if (g->ref != p->parts[1]->ref || strcmp(g->from, p->parts[1]->from) != 0)
			return step_fail(s, "part %u of %s has a reference or source of its own", i, l->name);
	}
	if (first_unfit(l, p, false) == 0 || (l->words != NULL && first_unfit(l, p, true) == 0))
		return true;
	return step_fail(s, "part %u of %u of %s does not go on where the last one ended",
			 first_unfit(l, p, l->words != NULL), p->total, l->name);
}

static bool is_whole(const struct step *s, const char *name, void *arg)
{
	struct world *w = arg;
	const char *at = step_option(s, "at", NULL);
	struct label *l = find_label(w, s, name);
	struct pile p = {0};

	if (l == NULL)
		return false;
	LIST_EACH(node, &w->smscs) {
		struct smsc *c = LIST_OF(node, struct smsc, link);
		if ((at == NULL || strcmp(at, c->name) == 0) && !add_taken(s, c, l, &p))
			return false;
	}
	unsigned want = (unsigned)step_number(s, "parts", p.total);
	return (p.total == want || step_fail(s, "%s went in %u parts, not %u", name, p.total, want)) && fits(s, l, &p);
}

/* Each part was taken once, by one carrier or several. */
static bool expect_whole(struct world *w, struct step *s)
{
	return script_each(s, s->args[0], is_whole, w);
}

/* -- at apps -- */

/* Takes the receipts of a message's parts out of an inbox: bits of those that there are, and of all that there should
 * be. A receipt of the whole stands for all. */
static void collect(struct app *a, const struct label *l, uint64_t *have, uint64_t *all)
{
	LIST_EACH_SAFE(node, tmp, &a->inbox) {
		struct delivery *d = LIST_OF(node, struct delivery, link);
		unsigned part = 1, parts = 1;
		if (d->label != l)
			continue;
		if (d->part[0] != '\0')
			sscanf(d->part, "%u/%u", &part, &parts);
		if (d->esm_type == ESM_RECEIPT && !d->silent && d->answered == ESME_ROK && parts < 64) {
			*have |= 1ull << part;
			*all |= (1ull << (parts + 1)) - 2;
		}
		delivery_free(d);
	}
}

static bool ended_in_parts(const struct step *s, const char *name, void *arg)
{
	struct world *w = arg;
	struct label *l = find_label(w, s, name);
	uint64_t have = 0, all = 0;

	if (l == NULL)
		return false;
	l->told = true;
	LIST_EACH(node, &w->apps)
		collect(LIST_OF(node, struct app, link), l, &have, &all);
	if (!l->answered || l->status != ESME_ROK)
		return true; /* nobody has promised anything */
	return (all != 0 && have == all) || step_fail(s, "%s has receipts for parts 0x%llx of 0x%llx", name,
						      (unsigned long long)have, (unsigned long long)all);
}

/* The app has taken a receipt for each part of every message that was acknowledged, or one for the whole. What
 * carriers got besides is of no interest. */
static bool expect_part_ends(struct world *w, struct step *s)
{
	LIST_EACH(node, &w->smscs) {
		LIST_EACH(got, &LIST_OF(node, struct smsc, link)->got)
			LIST_OF(got, struct got, link)->seen = true;
	}
	return script_each(s, s->args[0], ended_in_parts, w);
}

/* -- alerts, ids -- */

static bool do_alert(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct peer *p = c != NULL ? smsc_peer(c, 0) : NULL;
	struct pdu pdu = {.command_id = ALERT_NOTIFICATION};

	if (p == NULL)
		return step_fail(s, "%s has no bind that receives", s->args[0]);
	pdu.alert.src = (struct pdu_addr){1, 1, view_of(s->args[1])};
	pdu.alert.esme = (struct pdu_addr){0, 1, view_of(s->args[2])};
	peer_send(p, &pdu);
	return true;
}

static bool expect_id_form(struct world *w, struct step *s)
{
	struct carrier *c = carriers_find(flow_carriers(w->flow), s->args[0]);
	const char *have = c != NULL ? flow_carrier_id_form(w->flow, c) : "no carrier";

	return strcmp(have, s->args[1]) == 0 || step_fail(s, "the ids of %s: %s, not %s", s->args[0], have, s->args[1]);
}

const struct step_row steps_parts[] = {
	{"carrier NAME answers part NUMBER STATUS", "next", STEP_ACTS, do_part_mood},
	{"carrier NAME now answers part NUMBER of MESSAGE STATUS", "maybe", STEP_ACTS, do_part_answer},
	{"carrier NAME receipt part NUMBERS of MESSAGE STAT", "maybe err bind esm", STEP_ACTS, do_part_receipt},
	{"carrier NAME early receipt part NUMBER of MESSAGE STAT", "err", STEP_ACTS, do_early_part_receipt},
	{"carrier NAME alerts of NUMBER for CODE", "", STEP_ACTS, do_alert},
	{"expect carrier NAME got part NUMBERS of MESSAGE", "form dcs", STEP_LOOKS, expect_part},
	{"expect MESSAGES whole", "at parts", STEP_LOOKS, expect_whole},
	{"expect MESSAGES ended in parts", "", STEP_LOOKS, expect_part_ends},
	{"expect carrier NAME ids FORM", "", STEP_LOOKS, expect_id_form},
	{NULL, NULL, STEP_LOOKS, NULL},
};
