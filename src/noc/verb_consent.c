/*
 * verb_consent.c - what the operator may ask and say about consents to promotional texts. Must not know sockets, nor
 * how the archive is kept.
 */
#include <stdio.h>
#include <string.h>

#include "noc/lists_out.h"

static struct lists_place place_of(const struct console_call *call)
{
	return (struct lists_place){LISTS_CONSENT, view_of(call->words[1])};
}

/* "ACCOUNT NUMBER REFERENCE [SOURCE]" */
static int consent_verb_add(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	const char *ref = call->words[3], *source = call->n > 4 ? call->words[4] : "console";
	char value[LISTS_VALUE_MAX + 1];
	struct number number;
	if (!lists_out_number(call, call->words[2], &number))
		return -1;
	if (strchr(ref, ',') || strchr(source, ',') || strlen(ref) + strlen(source) > LISTS_VALUE_MAX - 24)
		return console_fail(call, "reference and source have no commas and at most %u octets together",
				    LISTS_VALUE_MAX - 24);
	snprintf(value, sizeof(value), "%s,%lld,%s", ref, (long long)loop_wall_ms(from->loop), source);
	struct lists_one one = {.place = place_of(call),
				.number = &number,
				.in = true,
				.channel = source,
				.value = view_of(value),
				.text = view_of("")};
	return lists_out_change(call, &one, "kept", "it stood there before");
}

static int consent_verb_withdraw(struct console_call *call)
{
	struct number number;
	if (!lists_out_number(call, call->words[2], &number))
		return -1;
	struct lists_one one = {.place = place_of(call),
				.number = &number,
				.in = false,
				.channel = "console",
				.value = view_of(""),
				.text = view_of("")};
	return lists_out_change(call, &one, "withdrawn: no promotional texts from now on", "there was no consent");
}

static int consent_verb_check(struct console_call *call)
{
	struct number number;
	struct lists_place place = place_of(call);
	if (!lists_out_number(call, call->words[2], &number))
		return -1;
	return lists_out_find(call, &place, &number, "there is no consent");
}

static int consent_verb_history(struct console_call *call)
{
	struct number number;
	struct lists_place place = place_of(call);
	if (!lists_out_number(call, call->words[2], &number))
		return -1;
	return lists_out_history(call, &place, &number, 0);
}

static int consent_verb_import(struct console_call *call)
{
	struct lists_place place = place_of(call);
	return lists_out_import(call, &place, call->words[2]);
}

static int consent_verb_export(struct console_call *call)
{
	struct lists_place place = place_of(call);
	return lists_out_scan(call, &place, call->words[2], UINT64_MAX);
}

int verb_consent(struct console_call *call)
{
	static const struct {
		const char *name;
		size_t min, max;
		int (*fn)(struct console_call *call);
	} subs[] = {
		{"import", 3, 3, consent_verb_import}, {"export", 3, 3, consent_verb_export},
		{"add", 4, 5, consent_verb_add},       {"withdraw", 3, 3, consent_verb_withdraw},
		{"check", 3, 3, consent_verb_check},   {"history", 3, 3, consent_verb_history},
	};
	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (strcmp(subs[i].name, call->words[0]) != 0 || call->n < subs[i].min || call->n > subs[i].max)
			continue;
		return lists_out_account(call, call->words[1]) ? subs[i].fn(call) : -1;
	}
	return console_fail(call, "usage: consent import ACCOUNT FILE | export ACCOUNT FILE|- | add ACCOUNT NUMBER "
				  "REFERENCE [SOURCE] | withdraw|check|history ACCOUNT NUMBER");
}
