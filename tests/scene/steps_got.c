/*
 * steps_got.c - what a script can expect of the messages that carriers get. Knows no apps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "steps.h"

#define SECOND_US 1000000

static const char *describe(const struct got *g)
{
	static char text[400];

	if (g == NULL)
		return "nothing";
	if (g->label != NULL)
		snprintf(text, sizeof(text), "%s to %s", g->label->name, g->to);
	else
		snprintf(text, sizeof(text), "\"%.250s\" from %s to %s", g->text, g->from, g->to);
	return text;
}

static struct got *first_unseen(const struct smsc *c, bool only_taken)
{
	LIST_EACH(node, &c->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (!g->seen && (!only_taken || g->took))
			return g;
	}
	return NULL;
}

struct getting {
	struct smsc *smsc;
	bool only_taken; /* what the carrier refused does not count */
};

static bool got_one(const struct step *s, const char *name, void *arg)
{
	const struct getting *x = arg;
	struct got *g = first_unseen(x->smsc, x->only_taken);

	if (g == NULL || g->label == NULL || strcmp(g->label->name, name) != 0)
		return step_fail(s, "%s got %s, expected %s", x->smsc->name, describe(g), name);
	g->seen = true;
	return true;
}

static bool each_word(const struct step *s, bool (*fn)(const struct step *s, const char *word, void *arg), void *arg)
{
	for (size_t i = s->rest; i < s->n; i++) {
		if (!script_each(s, s->words[i], fn, arg))
			return false;
	}
	return true;
}

static bool got_all(struct world *w, struct step *s, bool only_taken)
{
	struct getting x = {steps_find_smsc(w, s, s->args[0]), only_taken};

	return x.smsc != NULL && each_word(s, got_one, &x);
}

static bool expect_got(struct world *w, struct step *s)
{
	return got_all(w, s, false);
}

static bool expect_took(struct world *w, struct step *s)
{
	return got_all(w, s, true);
}

static bool expect_got_nothing(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct got *g = c != NULL ? first_unseen(c, false) : NULL;

	if (c == NULL)
		return false;
	return g == NULL || step_fail(s, "%s got %s, expected nothing", c->name, describe(g));
}

static bool expect_got_count(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned long want = strtoul(s->args[1], NULL, 10), n = 0;

	if (c == NULL)
		return false;
	for (struct got *g = first_unseen(c, false); g != NULL; g = first_unseen(c, false), n++)
		g->seen = true;
	return n == want || step_fail(s, "%s got %lu, expected %lu", c->name, n, want);
}

static bool got_somewhere(const struct step *s, const char *name, void *arg)
{
	const struct getting *x = arg;

	LIST_EACH(node, &x->smsc->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (g->seen || g->label == NULL || strcmp(g->label->name, name) != 0)
			continue;
		g->seen = true;
		return true;
	}
	return step_fail(s, "%s did not get %s", x->smsc->name, name);
}

/* The same messages, in whatever order: over several binds they need not arrive as they left. */
static bool expect_got_any_order(struct world *w, struct step *s)
{
	struct getting x = {steps_find_smsc(w, s, s->args[0]), false};

	return x.smsc != NULL && each_word(s, got_somewhere, &x);
}

/* What differs between carriers: alphabet, TLVs, TON and NPI ("5/0/1/1": of the source, of the destination). */
static bool peer_fits(const struct step *s, const struct got *g)
{
	const char *tags = step_option(s, "tlvs", g->tags);
	char kinds[20];

	snprintf(kinds, sizeof(kinds), "%u/%u/%u/%u", g->kinds[0], g->kinds[1], g->kinds[2], g->kinds[3]);
	if (step_number(s, "dcs", g->data_coding) != g->data_coding)
		return step_fail(s, "its data_coding is %u", g->data_coding);
	if (strcmp(tags, g->tags) != 0)
		return step_fail(s, "its TLVs are %s", g->tags);
	return strcmp(step_option(s, "kinds", kinds), kinds) == 0 || step_fail(s, "its TON and NPI are %s", kinds);
}

static bool fields_fit(const struct step *s, const struct got *g)
{
	const char *from = step_option(s, "from", g->from), *validity = step_option(s, "validity", g->validity);
	const char *service = step_option(s, "service", g->service_type), *to = step_option(s, "to", g->to);

	if (strcmp(from, g->from) != 0)
		return step_fail(s, "its source is %s, not %s", g->from, from);
	if (strcmp(to, g->to) != 0)
		return step_fail(s, "its destination is %s, not %s", g->to, to);
	if (strcmp(validity, g->validity) != 0)
		return step_fail(s, "its validity is \"%s\", not \"%s\"", g->validity, validity);
	if (strcmp(service, g->service_type) != 0)
		return step_fail(s, "its service_type is \"%s\", not \"%s\"", g->service_type, service);
	if (step_number(s, "registered", g->registered_delivery) != g->registered_delivery)
		return step_fail(s, "its registered_delivery is %u", g->registered_delivery);
	if (step_number(s, "esm", g->esm_class) != g->esm_class)
		return step_fail(s, "its esm_class is 0x%02x", g->esm_class);
	if (step_number(s, "bind", (long)g->bind) != (long)g->bind)
		return step_fail(s, "it came over bind %u", g->bind);
	if (step_number(s, "payload", g->has_payload) != g->has_payload)
		return step_fail(s, "it has %s message_payload", g->has_payload ? "a" : "no");
	return peer_fits(s, g);
}

/* The fields of the message that it got last. */
static bool expect_last(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL || list_empty(&c->got))
		return step_fail(s, "%s got nothing yet", s->args[0]);
	return fields_fit(s, LIST_OF(c->got.prev, struct got, link));
}

static bool expect_text(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct got *g = c != NULL ? first_unseen(c, false) : NULL;

	if (c == NULL)
		return false;
	if (g == NULL || strcmp(g->text, s->args[1]) != 0 || strcmp(g->to, s->args[2]) != 0)
		return step_fail(s, "%s got %s, expected \"%s\" to %s", c->name, describe(g), s->args[1], s->args[2]);
	g->seen = true;
	return fields_fit(s, g);
}

/* A long text of the gateway's: parts in order, put together. */
static bool expect_parts(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned total = (unsigned)strtoul(s->args[1], NULL, 10);
	char text[4096] = "";
	uint16_t ref = 0;

	if (c == NULL)
		return false;
	for (unsigned i = 1; i <= total; i++) {
		struct got *g = first_unseen(c, false);
		if (g == NULL || !g->part || g->seq != i || g->total != total || (i > 1 && g->ref != ref))
			return step_fail(s, "%s got %s, expected part %u of %u", c->name, describe(g), i, total);
		ref = g->ref;
		g->seen = true;
		size_t n = strlen(text);
		snprintf(text + n, sizeof(text) - n, "%s", g->text);
		if (strcmp(g->to, s->args[3]) != 0)
			return step_fail(s, "part %u went to %s, not %s", i, g->to, s->args[3]);
	}
	return strcmp(text, s->args[2]) == 0 || step_fail(s, "the parts say \"%s\"", text);
}

/* The most of its submits within any second. */
static bool expect_rate(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned long limit = strtoul(s->args[1], NULL, 10), most = 0;

	if (c == NULL)
		return false;
	LIST_EACH(node, &c->got) {
		const struct got *first = LIST_OF(node, struct got, link);
		unsigned long n = 0;
		for (const struct list *at = node; at != &c->got; at = at->next) {
			const struct got *g = LIST_OF(at, struct got, link);
			if (g->at_us >= first->at_us + SECOND_US)
				break;
			n++;
		}
		most = n > most ? n : most;
	}
	return most <= limit || step_fail(s, "%s got %lu within a second, more than %lu", c->name, most, limit);
}

static bool expect_window(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned want = (unsigned)strtoul(s->args[1], NULL, 10);

	if (c == NULL)
		return false;
	return c->most_outstanding == want ||
	       step_fail(s, "most outstanding at %s on one bind: %u, expected %u", c->name, c->most_outstanding, want);
}

struct sending {
	struct world *w;
	unsigned most;
};

/* Submits that a carrier may have: it took them, or was never heard of them. */
static bool sent_of(const struct step *s, const char *name, void *arg)
{
	const struct sending *x = arg;
	const struct label *l = labels_find(&x->w->labels, name);
	unsigned n = 0;

	if (l == NULL)
		return step_fail(s, "there is no message %s", name);
	LIST_EACH(node, &x->w->smscs) {
		LIST_EACH(got, &LIST_OF(node, struct smsc, link)->got) {
			const struct got *g = LIST_OF(got, struct got, link);
			n += g->label == l && (g->took || !g->answered);
		}
	}
	return n <= x->most || step_fail(s, "carriers may have %s %u times", name, n);
}

static bool expect_sent(struct world *w, struct step *s)
{
	struct sending x = {w, (unsigned)step_number(s, "most", 1)};

	return script_each(s, s->args[0], sent_of, &x);
}

bool steps_carrier_end(const struct smsc *c, const struct step *last)
{
	const struct got *g = first_unseen(c, true);

	if (g != NULL)
		return step_fail(last, "at the end %s has got %s, which no step expected", c->name, describe(g));
	LIST_EACH(node, &c->peers) {
		if (LIST_OF(node, struct peer, link)->bad_frames > 0)
			return step_fail(last, "%s got a malformed PDU", c->name);
	}
	return c->nacks == 0 || step_fail(last, "%s got a generic_nack", c->name);
}

const struct step_row steps_got[] = {
	{"expect carrier NAME got nothing", "", STEP_LOOKS, expect_got_nothing},
	{"expect carrier NAME got count COUNT", "", STEP_LOOKS, expect_got_count},
	{"expect carrier NAME got parts COUNT TEXT to NUMBER", "", STEP_LOOKS, expect_parts},
	{"expect carrier NAME got text TEXT to NUMBER", "from registered esm dcs tlvs kinds", STEP_LOOKS, expect_text},
	{"expect carrier NAME got in any order", NULL, STEP_LOOKS, expect_got_any_order},
	{"expect carrier NAME got", NULL, STEP_LOOKS, expect_got},
	{"expect carrier NAME took", NULL, STEP_LOOKS, expect_took},
	{"expect carrier NAME last", "from to validity service registered esm bind payload dcs tlvs kinds", STEP_LOOKS,
	 expect_last},
	{"expect carrier NAME never over COUNT a second", "", STEP_LOOKS, expect_rate},
	{"expect carriers have MESSAGES", "most", STEP_LOOKS, expect_sent},
	{"expect carrier NAME window COUNT", "", STEP_LOOKS, expect_window},
	{NULL, NULL, STEP_LOOKS, NULL},
};
