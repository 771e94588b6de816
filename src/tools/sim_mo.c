/*
 * sim_mo.c - messages that phone users send: encoded, split, and kept until a bind has answered each part for good,
 * as a carrier keeps them. Knows no receipts.
 */
#include "tools/sim.h"

#include <errno.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/mem.h"
#include "smpp/command.h"
#include "smpp/status.h"
#include "tools/compose.h"

#define MO_MAX	100000u /* parts that wait */
#define MO_PART COMPOSE_PART

struct mo {
	struct list link; /* in waiting, while it is not out */
	uint64_t handle;
	uint8_t esm_class, data_coding, octets_n;
	uint8_t octets[MO_PART];
	char from[21], to[21];
};

struct sim_mos {
	struct pool *pool;
	struct list waiting;
	uint8_t ref;
	int64_t not_before_us; /* a part was refused for now */
};

struct sim_mos *sim_mos_new(void)
{
	struct sim_mos *mos = mem_zalloc(sizeof(*mos));

	mos->pool = pool_new(sizeof(struct mo), MO_MAX);
	list_init(&mos->waiting);
	return mos;
}

void sim_mos_free(struct sim_mos *mos)
{
	if (!mos)
		return;
	pool_free(mos->pool);
	mem_free(mos);
}

static void add_part(struct sim_mos *mos, struct compose *c, uint32_t i, const char *from, const char *to)
{
	struct pdu pdu = {.command_id = DELIVER_SM};
	struct tlv_out no_tlvs = {0};
	uint64_t handle;
	struct mo *mo = pool_take(mos->pool, &handle);

	compose_part(c, i, &pdu, &no_tlvs);
	mo->handle = handle;
	mo->esm_class = pdu.sm.esm_class;
	mo->data_coding = pdu.sm.data_coding;
	mo->octets_n = (uint8_t)pdu.sm.short_message.n;
	if (mo->octets_n)
		memcpy(mo->octets, pdu.sm.short_message.p, mo->octets_n);
	memcpy(mo->from, from, strlen(from) + 1);
	memcpy(mo->to, to, strlen(to) + 1);
	list_append(&mos->waiting, &mo->link);
}

const char *sim_mo_add(struct sim *sim, const char *from, const char *to, const char *utf8, unsigned *parts)
{
	struct sim_mos *mos = sim->mos;
	struct compose *c;
	const char *why;

	if (strlen(from) > 20 || strlen(to) > 20)
		return "an address has at most 20 digits";
	c = mem_zalloc(sizeof(*c));
	why = compose_text(c, utf8, strlen(utf8), false, mos->ref++);
	if (!why && pool_count(mos->pool) + c->parts > MO_MAX)
		why = "too many messages wait already";
	for (uint32_t i = 0; !why && i < c->parts; i++)
		add_part(mos, c, i, from, to);
	*parts = c->parts;
	mem_free(c);
	return why;
}

/* A number in international form, else a short or network code. */
static struct pdu_addr address(const char *s)
{
	bool international = strncmp(s, "86", 2) == 0 && strlen(s) == 13;

	return (struct pdu_addr){.ton = international, .npi = 1, .addr = view_of(s)};
}

void sim_mo_pump(struct sim *sim)
{
	struct sim_mos *mos = sim->mos;
	int64_t wait_us = mos->not_before_us - loop_now_us(sim->engine.loop);
	struct session *s;

	if (list_empty(&mos->waiting))
		return;
	if (wait_us > 0) {
		loop_wake_in(sim->engine.loop, wait_us);
		return;
	}
	while (!list_empty(&mos->waiting) && (s = sim_binds_receiver(sim))) {
		struct mo *mo = LIST_OF(mos->waiting.next, struct mo, link);
		struct pdu pdu = {.command_id = DELIVER_SM};

		pdu.sm.src = address(mo->from);
		pdu.sm.dst = address(mo->to);
		pdu.sm.esm_class = mo->esm_class;
		pdu.sm.data_coding = mo->data_coding;
		pdu.sm.short_message = (struct view){mo->octets, mo->octets_n};
		if (session_role(s) == SESSION_ESME)
			pdu.command_id = SUBMIT_SM;
		if (session_send(s, &pdu, SIM_MO_COOKIE | mo->handle) != 0)
			return;
		sim->counts.mo_sent++;
		list_remove(&mo->link);
	}
}

const char *sim_mo_alert(struct sim *sim, const char *number, const char *esme)
{
	struct pdu pdu = {.command_id = ALERT_NOTIFICATION};
	struct session *s = sim_binds_receiver(sim);

	if (!s)
		return "no bind can receive it now";
	pdu.alert.src = address(number);
	pdu.alert.esme = address(esme);
	switch (session_tell(s, &pdu)) {
	case 0:
		sim->counts.alerts++;
		return NULL;
	case -EMSGSIZE:
		return "an address has at most 64 digits";
	default:
		return "no bind can receive it now";
	}
}

void sim_mo_settled(struct sim *sim, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp)
{
	struct sim_mos *mos = sim->mos;
	struct mo *mo = pool_get(mos->pool, cookie & ~SIM_MO_COOKIE);
	bool final = outcome == SESSION_ANSWERED && status_retry(resp->command_status) != STATUS_TEMPORARY;

	if (!mo)
		return;
	if (!final && sim->conf.resend && !sim->ending) {
		list_append(&mos->waiting, &mo->link);
		mos->not_before_us = loop_now_us(sim->engine.loop) + sim->conf.resend_delay;
		return;
	}
	if (final && resp->command_status == ESME_ROK)
		sim->counts.mo_acked++;
	else
		sim->counts.mo_refused++;
	pool_give(mos->pool, mo->handle);
}
