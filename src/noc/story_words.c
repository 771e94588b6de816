/*
 * story_words.c - what one record of the archive says, as a sentence. Must not know times, order, or other records.
 */
#include "noc/story.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/label.h"

#define FIELD_MAX 2048u

/* before, the field's value, after; nothing when the record does not have it. */
static bool say(struct buf *out, const struct cdr_line *l, const char *before, const char *field, const char *after)
{
	char value[FIELD_MAX];

	if (cdr_get(l, field, value, sizeof(value)) <= 0)
		return false;
	buf_puts(out, before);
	label_cell(out, value); /* others' words: nothing that a terminal would obey */
	buf_puts(out, after);
	return true;
}

static bool is(const struct cdr_line *l, const char *field, const char *wanted)
{
	char value[FIELD_MAX];

	return cdr_get(l, field, value, sizeof(value)) >= 0 && strcmp(value, wanted) == 0;
}

static bool has(const struct cdr_line *l, const char *field)
{
	char value[8];

	return cdr_get(l, field, value, sizeof(value)) > 0;
}

static long number_of(const struct cdr_line *l, const char *field)
{
	char value[32];

	return cdr_get(l, field, value, sizeof(value)) > 0 ? strtol(value, NULL, 10) : 0;
}

/* A text as it is, or how long it is. */
static void say_text(struct buf *out, struct view text, bool whole)
{
	size_t n = 0;

	if (text.n == 0)
		return;
	for (uint32_t i = 0; i < text.n; i++)
		n += (text.p[i] & 0xC0) != 0x80;
	if (!whole) {
		buf_printf(out, ", text of %zu character%s (--unmask shows it)", n, n == 1 ? "" : "s");
		return;
	}
	buf_puts(out, ": ");
	char *copy = mem_strndup((const char *)text.p, text.n);
	label_cell(out, copy);
	mem_free(copy);
}

static void say_attempt(struct buf *out, const struct cdr_line *l)
{
	say(out, l, "attempt ", "attempt", "");
	if (has(l, "part")) {
		say(out, l, ", part ", "part", "");
		say(out, l, " of ", "parts", "");
	}
	buf_puts(out, ": ");
}

static void say_accepted(struct buf *out, const struct cdr_line *l)
{
	if (!say(out, l, "accepted from ", "account", ""))
		buf_puts(out, "made by the gateway");
	say(out, l, " (", "how", ")");
	if (number_of(l, "parts") > 1) {
		if (!say(out, l, ", part ", "part", " of a text in"))
			buf_puts(out, ",");
		say(out, l, " ", "parts", " parts");
	}
	if (number_of(l, "segments") > 1)
		say(out, l, ", ", "segments", " segments");
	say(out, l, ", campaign ", "campaign", "");
	say(out, l, " variant ", "variant", "");
	say(out, l, ", group ", "group", "");
	say(out, l, ", consent ", "consent", "");
	say(out, l, ", operator ", "operator", "");
	say(out, l, ", not before ", "due", "");
}

static void say_refused(struct buf *out, const struct cdr_line *l)
{
	buf_puts(out, "refused");
	say(out, l, " with ", "status", "");
	say(out, l, " by policy ", "verdict", "");
	say(out, l, ": ", "why", "");
}

static const struct {
	const char *why, *words;
} waits[] = {
	{"schedule", "for its schedule"},
	{"hours", "by the hours of contact"},
	{"review", "until somebody has read it (review list)"},
	{"campaign", "at the gate of its campaign"},
	{"brake", "by a brake (brake list)"},
	{"no_route_now", "because no route holds at this hour"},
};

static void say_held(struct buf *out, const struct cdr_line *l)
{
	bool known = false;

	buf_puts(out, "held");
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]) && !known; i++) {
		known = is(l, "why", waits[i].why);
		if (known)
			buf_printf(out, " %s", waits[i].words);
	}
	if (!known)
		say(out, l, ": ", "why", "");
	say(out, l, ", until ", "due", "");
	say(out, l, ", policy ", "verdict", "");
}

static void say_submitted(struct buf *out, const struct cdr_line *l)
{
	bool taken = !has(l, "status") || is(l, "status", "ESME_ROK");

	say_attempt(out, l);
	say(out, l, "", "carrier", taken ? " took it" : " refused it");
	if (!taken)
		say(out, l, " with ", "status", "");
	say(out, l, " as ", "carrier_id", "");
	say(out, l, " (", "fault", ")");
	say(out, l, ", answered after ", "answer_ms", " ms");
	if (number_of(l, "wait_ms") > 0)
		say(out, l, ", had waited ", "wait_ms", " ms");
	say(out, l, ", over ", "bind", "");
}

static void say_doubt(struct buf *out, const struct cdr_line *l)
{
	say_attempt(out, l);
	say(out, l, "no answer of ", "carrier", "");
	if (is(l, "why", "link_lost"))
		buf_puts(out, ", the link was lost: it may have it");
	else if (is(l, "why", "no_answer_in_time"))
		buf_puts(out, " in time: it may have it");
	else
		say(out, l, ": ", "why", "");
}

static void say_receipt(struct buf *out, const struct cdr_line *l)
{
	buf_puts(out, "receipt");
	say(out, l, " of ", "carrier", "");
	if (has(l, "part")) {
		say(out, l, " for part ", "part", "");
		say(out, l, " of ", "parts", "");
	}
	say(out, l, ": stat=", "stat", "");
	say(out, l, " err=", "err", "");
	say(out, l, " id=", "carrier_id", "");
	say(out, l, ", done ", "done", "");
	say(out, l, ", ", "fault", "");
	if (!is(l, "how", "final"))
		say(out, l, " (", "how", ")");
	say(out, l, ": ", "why", "");
}

static void say_ended(struct buf *out, const struct cdr_line *l)
{
	long attempts = number_of(l, "attempt");

	buf_puts(out, "ended");
	say(out, l, " as ", "state", "");
	say(out, l, " (", "how", ")");
	if (attempts > 0)
		buf_printf(out, " after %ld attempt%s", attempts, attempts == 1 ? "" : "s");
	say(out, l, ", at ", "carrier", "");
	say(out, l, ", stat=", "stat", "");
	say(out, l, " err=", "err", "");
	say(out, l, ", ", "fault", "");
	say(out, l, ", policy ", "verdict", "");
	say(out, l, ": ", "why", "");
	if (number_of(l, "price") > 0)
		buf_printf(out, ", %.3f yuan", (double)number_of(l, "price") / 1000);
}

static void say_reopened(struct buf *out, const struct cdr_line *l)
{
	buf_puts(out, "--- it goes on: this end");
	say(out, l, " (", "state", ")");
	say(out, l, " at ", "carrier", "");
	buf_puts(out, " was recorded and not stored when the gateway died");
}

static void say_told(struct buf *out, const struct cdr_line *l)
{
	if (is(l, "how", "app"))
		buf_puts(out, "the app has it");
	else if (is(l, "how", "backlog"))
		buf_puts(out, "for the app into its backlog: it was not bound, or took too few");
	else if (is(l, "how", "dead_letter") || is(l, "how", "dead_letters"))
		buf_puts(out, "the app did not take it: a dead letter (deadletters)");
	else
		say(out, l, "told: ", "how", "");
	say(out, l, ", ", "why", "");
}

static void say_reply(struct buf *out, const struct cdr_line *l)
{
	buf_puts(out, "reply of the phone");
	say(out, l, ", ", "how", "");
	say(out, l, ", through ", "carrier", "");
}

static void say_action(struct buf *out, const struct cdr_line *l)
{
	say(out, l, "", "who", " ");
	say(out, l, "did: ", "why", "");
	say(out, l, ", ", "status", "");
}

/* What is about the gateway: the kind, and what else it says. */
static void say_other(struct buf *out, const struct cdr_line *l)
{
	if (is(l, "kind", "start"))
		buf_puts(out, "--- the gateway was started");
	else if (is(l, "kind", "stop"))
		buf_puts(out, "--- the gateway was stopped");
	else
		say(out, l, "", "kind", "");
	say(out, l, " ", "how", "");
	say(out, l, ": ", "why", "");
}

void story_sentence(const struct cdr_line *l, struct view text, bool whole, struct buf *out)
{
	static void (*const words[CDR_KINDS])(struct buf * out, const struct cdr_line *l) = {
		[CDR_ACCEPTED] = say_accepted, [CDR_REFUSED] = say_refused,   [CDR_HELD] = say_held,
		[CDR_ATTEMPT] = say_submitted, [CDR_DOUBT] = say_doubt,	      [CDR_RECEIPT] = say_receipt,
		[CDR_ENDED] = say_ended,       [CDR_TOLD] = say_told,	      [CDR_REPLY] = say_reply,
		[CDR_ACTION] = say_action,     [CDR_REOPENED] = say_reopened,
	};
	char name[32];
	enum cdr_kind kind = CDR_KINDS;

	if (cdr_get(l, "kind", name, sizeof(name)) < 0 || !cdr_kind_by_name(name, &kind))
		kind = CDR_KINDS;
	if (kind < CDR_KINDS && words[kind])
		words[kind](out, l);
	else
		say_other(out, l);
	say_text(out, text, whole);
}
