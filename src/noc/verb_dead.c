/*
 * verb_dead.c - what the operator may ask and say about numbers that carriers have called dead. Must not know sockets,
 * nor how they are learnt.
 */
#include <string.h>

#include "noc/lists_out.h"

static const struct lists_place dead = {LISTS_DEAD, {NULL, 0}};

static int dead_verb_list(struct console_call *call)
{
	return lists_out_scan(call, &dead, "-", LISTS_OUT_SHOWN);
}

static int dead_verb_export(struct console_call *call)
{
	return lists_out_scan(call, &dead, call->words[1], UINT64_MAX);
}

static int dead_verb_check(struct console_call *call)
{
	struct number number;
	if (!lists_out_number(call, call->words[1], &number))
		return -1;
	return lists_out_find(call, &dead, &number, "the number is not known to be dead");
}

static int dead_verb_remove(struct console_call *call)
{
	struct number number;
	if (!lists_out_number(call, call->words[1], &number))
		return -1;
	struct lists_one one = {.place = dead,
				.number = &number,
				.in = false,
				.channel = "console",
				.value = view_of(""),
				.text = view_of("")};
	return lists_out_change(call, &one, "it lives from now on, its failures are forgotten",
				"it was not known to be dead; its failures are forgotten");
}

int verb_dead(struct console_call *call)
{
	static const struct {
		const char *name;
		size_t n;
		int (*fn)(struct console_call *call);
	} subs[] = {
		{"list", 1, dead_verb_list},
		{"check", 2, dead_verb_check},
		{"remove", 2, dead_verb_remove},
		{"export", 2, dead_verb_export},
	};
	for (size_t i = 0; i < sizeof(subs) / sizeof(subs[0]); i++) {
		if (strcmp(subs[i].name, call->words[0]) == 0 && call->n == subs[i].n)
			return subs[i].fn(call);
	}
	return console_fail(call, "usage: dead list | check NUMBER | remove NUMBER | export FILE|-");
}
