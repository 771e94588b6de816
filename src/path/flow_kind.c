/*
 * flow_kind.c - what the kind of a carrier changes in a message's life: whose id its receipts quote, whether they come
 * at all, and how its own requests are answered. Part of the order of life, beside flow_send.c and flow_receipt.c. Must
 * not know binds or queues.
 */
#include "path/flow_priv.h"

#include <stdio.h>

static bool quotes_ours(const struct carrier *c)
{
	const struct carrier_conf *conf = carrier_conf(c);
	return conf->mode == CARRIER_MODE_ACCEPT && conf->accept_id == CARRIER_ID_OURS;
}

/* Our id of a submit: the message's, and which part it is. */
static size_t our_id(const struct flow *f, struct msg *m, char out[IDFORM_MAX])
{
	unsigned long long id = msg_whole(f->msgs, m)->id;
	int n = m->part ? snprintf(out, IDFORM_MAX, "%llu-%u", id, m->part) : snprintf(out, IDFORM_MAX, "%llu", id);
	return (size_t)n;
}

__attribute__((noinline)) static void put_our_id(struct flow *f, struct msg *m, struct pdu *pdu)
{
	char id[IDFORM_MAX];
	struct relay_scratch *scratch = &f->relay;
	struct tlv_out o = {scratch->tlvs, pdu->tlvs.n, sizeof(scratch->tlvs), false};
	if (pdu->tlvs.n && pdu->tlvs.p != scratch->tlvs)
		memcpy(scratch->tlvs, pdu->tlvs.p, pdu->tlvs.n);
	tlv_put_str(&o, TLV_RECEIPTED_MESSAGE_ID, (struct view){(const uint8_t *)id, (uint32_t)our_id(f, m, id)});
	pdu->tlvs = (struct view){o.p, o.n};
}

void flow_dress(struct flow *f, const struct carrier *c, struct msg *m, bool with_tlvs, struct pdu *pdu)
{
	if (carrier_conf(c)->ack_final)
		pdu->sm.registered_delivery = 0;
	if (with_tlvs && quotes_ours(c))
		put_our_id(f, m, pdu);
}

size_t flow_id_quoted(const struct flow *f, const struct carrier *c, struct msg *m, const struct pdu *resp,
		      char out[IDFORM_MAX])
{
	if (quotes_ours(c))
		return our_id(f, m, out);
	return resp->has_body ? idform_canonical(resp->resp.id, out) : 0;
}

bool flow_ack_is_final(struct flow *f, const struct carrier *c, struct msg *m)
{
	if (!carrier_conf(c)->ack_final)
		return false;
	const struct words words = {.done_ms = loop_wall_ms(f->loop)};
	health_ended(f->health, carrier_number(c), loop_now_us(f->loop) / 1000, true);
	flow_finish(f, m, FINISH_DELIVERED, STATE_DELIVERED, &words);
	return true;
}

/* One that has bound in to us gets an id, as from any SMSC. */
__attribute__((noinline)) static void answer_with_id(struct flow *f, struct session *s, uint32_t command,
						     uint32_t sequence)
{
	char id[IDS_DIGITS + 1];
	ids_print(ids_next(&f->ids, loop_wall_ms(f->loop)), id);
	session_answer(s, command, sequence, ESME_ROK, (struct view){(const uint8_t *)id, IDS_DIGITS}, FLOW_NOTHING);
}

void flow_answer_carrier(struct flow *f, uint64_t session, uint32_t command, uint32_t sequence, uint32_t status)
{
	struct session *s = session ? session_get(f->sessions, session) : NULL;
	f->refusing = NULL;
	if (!s)
		return;
	if (status == ESME_ROK && session_role(s) == SESSION_SMSC)
		answer_with_id(f, s, command, sequence);
	else
		session_answer(s, command, sequence, status, FLOW_NOTHING, FLOW_NOTHING);
}
