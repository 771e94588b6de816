/*
 * steps_dial.c - carriers that come to the gateway: they bind in as an ESME, or call with outbind. Knows no apps.
 */
#include <stdlib.h>
#include <string.h>

#include "steps.h"

#define GATEWAY_PORT 2775

static bool bind_command(const struct step *s, uint32_t *command_id)
{
	static const struct {
		const char *name;
		uint32_t command_id;
	} kinds[] = {
		{"transceiver", BIND_TRANSCEIVER},
		{"transmitter", BIND_TRANSMITTER},
		{"receiver", BIND_RECEIVER},
	};
	const char *kind = step_option(s, "as", "transceiver");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		*command_id = kinds[i].command_id;
		if (strcmp(kinds[i].name, kind) == 0)
			return true;
	}
	return step_fail(s, "%s is no kind of bind", kind);
}

static bool expect_bind_status(const struct step *s, const struct smsc *c, const char *word)
{
	uint32_t status;

	if (strcmp(word, "none") == 0)
		return !c->bind_answered || step_fail(s, "its bind was answered %s", steps_status(c->bind_answer));
	if (!steps_read_status(s, word, &status))
		return false;
	if (!c->bind_answered)
		return step_fail(s, "its bind was not answered, expected %s", word);
	return c->bind_answer == status ||
	       step_fail(s, "its bind was answered %s, not %s", steps_status(c->bind_answer), word);
}

static bool do_bind_in(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct pdu bind = {.command_id = 0};

	if (c == NULL || !bind_command(s, &bind.command_id))
		return false;
	bind.bind.system_id = view_of(step_option(s, "id", "aggregat"));
	bind.bind.password = view_of(step_option(s, "password", "kommrein"));
	bind.bind.interface_version = (uint8_t)step_number(s, "version", 0x34);
	if (!smsc_bind_in(c, wire_hub(), GATEWAY_PORT, step_option(s, "from", NULL), &bind))
		return step_fail(s, "the gateway does not listen");
	world_pass(w, WORLD_MOMENT_MS);
	return expect_bind_status(s, c, step_option(s, "answer", "ok"));
}

static bool do_keep_in(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c != NULL)
		smsc_keep_in(c, (unsigned)strtoul(s->args[1], NULL, 10));
	return c != NULL;
}

static bool expect_bind(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	return c != NULL && expect_bind_status(s, c, s->args[1]);
}

static bool do_outbind(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct pdu outbind = {.command_id = OUTBIND};

	if (c == NULL)
		return false;
	outbind.outbind.system_id = view_of(step_option(s, "id", "centre"));
	outbind.outbind.password = view_of(step_option(s, "password", "weckruf"));
	return smsc_outbind(c, wire_hub(), GATEWAY_PORT, step_option(s, "from", NULL), &outbind,
			    step_number(s, "enquire", 0) != 0) ||
	       step_fail(s, "the gateway does not listen");
}

static bool expect_closed(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	unsigned want = (unsigned)strtoul(s->args[1], NULL, 10);

	if (c == NULL)
		return false;
	return c->closed == want ||
	       step_fail(s, "the gateway has closed %u connections of %s, not %u", c->closed, c->name, want);
}

/* A request that an SMSC gets from an ESME, but that one who carries messages on for us has no use for. */
static bool do_ask(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);
	struct peer *p = c != NULL ? smsc_peer(c, 0) : NULL;
	struct pdu pdu = {.command_id = QUERY_SM};

	if (p == NULL)
		return step_fail(s, "%s has no bind", s->args[0]);
	pdu.query.id = view_of("100000000000000000");
	peer_send(p, &pdu);
	return true;
}

/* Connections open, nobody there. */
static bool do_vanish(struct world *w, struct step *s)
{
	struct smsc *c = steps_find_smsc(w, s, s->args[0]);

	if (c == NULL)
		return false;
	LIST_EACH(node, &c->peers) {
		struct peer *p = LIST_OF(node, struct peer, link);
		wire_black_hole(p->wire);
		p->bound = false;
	}
	return true;
}

const struct step_row steps_dial[] = {
	{"carrier NAME vanishes", "", STEP_ACTS, do_vanish},
	{"carrier NAME binds in", "as id password version from answer", STEP_ACTS, do_bind_in},
	{"carrier NAME keeps COUNT binds in", "", STEP_ACTS, do_keep_in},
	{"carrier NAME calls with outbind", "id password from enquire", STEP_ACTS, do_outbind},
	{"carrier NAME asks with query_sm", "", STEP_ACTS, do_ask},
	{"expect carrier NAME bind STATUS", "", STEP_LOOKS, expect_bind},
	{"expect carrier NAME closed COUNT", "", STEP_LOOKS, expect_closed},
	{NULL, NULL, STEP_LOOKS, NULL},
};
