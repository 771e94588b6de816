/*
 * verb_settled.c - the answer to the operator's order about what is held: how many messages it were, when all are
 * settled. Must not know what holds them, nor sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"

struct verb_settling {
	struct console_later *later;
	uint64_t id;
	const char *held, *how;
};

struct verb_settling *verb_settling(struct console_call *call, uint64_t id, const char *held, const char *how)
{
	struct verb_settling *s = mem_zalloc(sizeof(*s));

	*s = (struct verb_settling){console_later(call), id, held, how};
	return s;
}

bool verb_settled(struct verb_settling *s, unsigned n)
{
	bool found = !s->id || n;
	char none[100];

	snprintf(none, sizeof(none), "no message %" PRIu64 " is held %s shows which are", s->id, s->held);
	if (found)
		buf_printf(console_later_out(s->later), "%u message%s %s\n", n, n == 1 ? "" : "s", s->how);
	console_finish(s->later, found ? NULL : none);
	mem_free(s);
	return found;
}
