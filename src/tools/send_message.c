/*
 * send_message.c - the message that leaves, as submit_sm, submit_multi or data_sm, in one part or several; what its
 * answers and receipts say together. Knows no options.
 */
#include "tools/send.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "smpp/command.h"
#include "smpp/status.h"

#define INTERMEDIATE 0x10u /* registered_delivery */

static uint32_t command_of(const struct send_conf *c)
{
	if (c->to.n > 1)
		return SUBMIT_MULTI;
	return c->data_sm ? DATA_SM : SUBMIT_SM;
}

static bool fill_dests(struct sender *x)
{
	x->dests_n = 0;
	for (unsigned i = 0; i < x->conf.to.n; i++) {
		struct pdu_dest dest = {.flag = PDU_DEST_SME, .addr = esme_address(view_of(x->conf.to.item[i]))};

		if (!pdu_put_dest(x->dests, sizeof(x->dests), &x->dests_n, &dest))
			return false;
	}
	return true;
}

static int send_part(struct sender *x, uint32_t i)
{
	const struct send_conf *c = &x->conf;
	struct pdu pdu = {.command_id = command_of(c)};
	struct tlv_out o = {.p = x->tlvs, .n = x->tlvs_n, .cap = sizeof(x->tlvs)};

	pdu.sm.service_type = view_of(c->service_type);
	pdu.sm.src = esme_address(view_of(c->from));
	if (pdu.command_id != SUBMIT_MULTI)
		pdu.sm.dst = esme_address(view_of(c->to.item[0]));
	else if (!fill_dests(x))
		return -EMSGSIZE;
	pdu.sm.ndests = (uint8_t)c->to.n;
	pdu.sm.dests = (struct view){x->dests, x->dests_n};
	pdu.sm.registered_delivery =
		(uint8_t)((c->receipt || c->wait_receipt ? 1u : 0u) | (c->intermediate ? INTERMEDIATE : 0u));
	pdu.sm.replace_if_present_flag = c->replace_if_present;
	pdu.sm.schedule = view_of(x->schedule);
	pdu.sm.validity = view_of(x->validity);
	compose_part(&x->compose, i, &pdu, &o);
	if (pdu.command_id == DATA_SM && pdu.sm.short_message.n) {
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, pdu.sm.short_message.p, pdu.sm.short_message.n);
		pdu.sm.short_message.n = 0;
	}
	pdu.tlvs = (struct view){o.p, o.n};
	return o.full ? -EMSGSIZE : session_send(x->session, &pdu, i);
}

void send_message(struct sender *x)
{
	const struct send_conf *c = &x->conf;
	int err;

	printf("%s  %-12s from=%s to=%s", send_now_text(), command_name(command_of(c)), c->from, c->to.item[0]);
	for (unsigned i = 1; i < c->to.n; i++)
		printf(",%s", c->to.item[i]);
	printf(" encoding=%s parts=%u%s", compose_charset(&x->compose), x->compose.parts,
	       x->compose.mode == SPLIT_PAYLOAD ? " payload" : "");
	if (*x->schedule)
		printf(" schedule=%s", x->schedule);
	if (*x->validity)
		printf(" validity=%s", x->validity);
	printf("\n");
	x->sent_us = engine_clock_us();
	for (uint32_t i = 0; i < x->compose.parts; i++) {
		err = send_part(x, i);
		if (err != 0) {
			send_tell_unsent(x, "a part", err);
			return;
		}
		x->sent++;
	}
	if (c->wait_receipt)
		loop_timer(x->engine.loop, &x->deadline, c->wait_receipt / 1000);
}

/* --- receipts --- */

bool send_message_complete(const struct sender *x)
{
	for (uint32_t i = 0; i < x->sent; i++) {
		if (x->parts[i].got < x->parts[i].expected)
			return false;
	}
	return true;
}

/* False when no part has that id (yet). */
static bool settle(struct sender *x, const struct send_receipt *r)
{
	for (uint32_t i = 0; i < x->sent; i++) {
		struct send_part *part = &x->parts[i];
		uint8_t bit = (uint8_t)(1u << r->which % 8);

		if (!*part->id || strcmp(part->id, r->id) != 0)
			continue;
		if (r->total > 1)
			part->expected = r->total;
		if (part->seen[r->which / 8] & bit)
			continue; /* of a peer that gives the same id to several parts */
		part->seen[r->which / 8] |= bit;
		part->got++;
		if (!r->good)
			x->exit = SEND_FAILED;
		return true;
	}
	return false;
}

void send_message_receipt(struct sender *x, const struct send_receipt *r)
{
	if (settle(x, r))
		return;
	if (x->early_n == SPLIT_MAX || x->settled == x->sent)
		x->foreign++;
	else
		x->early[x->early_n++] = *r;
}

static void unpark(struct sender *x)
{
	for (uint32_t i = 0; i < x->early_n;) {
		if (settle(x, &x->early[i]))
			x->early[i] = x->early[--x->early_n];
		else
			i++;
	}
}

/* --- answers --- */

/* What a submit_multi_resp says of one destination. */
static uint32_t status_of_dest(const struct pdu *resp, struct view addr)
{
	struct pdu_unsuccess entry;
	uint32_t pos = 0;

	while (pdu_next_unsuccess(resp->multi_resp.unsuccess, &pos, &entry)) {
		if (view_eq(entry.addr.addr, addr))
			return entry.status;
	}
	return resp->command_status;
}

/* Shows each destination; how many were accepted. */
static uint32_t show_dests(struct sender *x, const struct pdu *resp)
{
	uint32_t accepted = 0, status;
	char text[256];

	for (unsigned i = 0; i < x->conf.to.n; i++) {
		status = status_of_dest(resp, view_of(x->conf.to.item[i]));
		accepted += status == ESME_ROK;
		esme_status_text(status, text);
		if (status == ESME_ROK)
			printf("              to=%s accepted\n", x->conf.to.item[i]);
		else
			printf("              to=%s refused status=%s\n", x->conf.to.item[i], text);
	}
	return accepted;
}

static void accepted(struct sender *x, struct send_part *part, const struct pdu *resp)
{
	bool multi = resp->command_id == (SUBMIT_MULTI | COMMAND_RESP);
	struct view id = multi ? resp->multi_resp.id : resp->resp.id;

	snprintf(part->id, sizeof(part->id), "%.*s", (int)id.n, (const char *)id.p);
	printf("%s  accepted     id=%s after=%.1fms\n", send_now_text(), part->id,
	       (double)(engine_clock_us() - x->sent_us) / 1e3);
	part->expected = 1;
	if (multi) {
		part->expected = show_dests(x, resp);
		if (part->expected < x->conf.to.n)
			x->exit = SEND_FAILED;
	}
	unpark(x);
}

void send_message_answered(struct sender *x, uint32_t i, const struct pdu *resp)
{
	if (resp->command_status == ESME_ROK && resp->command_id != GENERIC_NACK) {
		accepted(x, &x->parts[i], resp);
		return;
	}
	send_tell_refused(x, "the message", resp);
	if (resp->command_id == (SUBMIT_MULTI | COMMAND_RESP) && resp->has_body)
		show_dests(x, resp);
}
