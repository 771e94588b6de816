/*
 * relay.c - from the app's frame to the carrier's. Must not know binds, queues or routes.
 *
 * What is ours to decide is set (registered_delivery, times, mode); what is the app's passes (text, data_coding, UDH,
 * addresses); our vendor TLVs and tags that 3.4 does not have stay here (smpp.md 4).
 */
#include "path/relay.h"

#include "smpp/smpp_time.h"
#include "smpp/udh.h"

#define OURS_FIRST	  0x3E00u
#define OURS_LAST	  0x3EFFu
#define RECEIPT_TEXT	  20u  /* characters of the text that a receipt shows */
#define SHORT_MESSAGE_MAX 254u /* [S 5.2.21] */

static bool is_relayed(const struct tlv *t)
{
	return (t->tag < OURS_FIRST || t->tag > OURS_LAST) && tlv_row(t->tag);
}

struct view relay_tlvs(struct view from, uint8_t *out, uint32_t cap)
{
	struct tlv_out o = {out, 0, cap, false};
	struct tlv t;
	uint32_t pos = 0;
	while (tlv_next(from, &pos, &t)) {
		if (is_relayed(&t))
			tlv_put(&o, t.tag, t.value.p, t.value.n);
	}
	return (struct view){o.p, o.n};
}

/* Numbers under TON 1 carry neither + nor 00 [S 5.2.5]; others are passed as the app wrote them. */
static void relay_number(struct pdu_addr *a, struct relay_scratch *scratch)
{
	bool marked = a->addr.n > 2 && (a->addr.p[0] == '+' || (a->addr.p[0] == '0' && a->addr.p[1] == '0'));
	if (!marked || !number_parse(*a, &scratch->to))
		return;
	*a = (struct pdu_addr){1, 1, {(const uint8_t *)scratch->to.digits, scratch->to.n}};
}

/* A data_sm has its text in a TLV, and no fields for times. */
static bool make_data_sm(struct pdu *pdu, struct relay_scratch *scratch)
{
	struct tlv_out o = {scratch->tlvs, pdu->tlvs.n, sizeof(scratch->tlvs), false};
	struct view text = pdu->sm.short_message;
	if (pdu->tlvs.n && pdu->tlvs.p != scratch->tlvs)
		memcpy(scratch->tlvs, pdu->tlvs.p, pdu->tlvs.n);
	pdu->command_id = DATA_SM;
	pdu->sm.short_message = (struct view){NULL, 0};
	if (text.n)
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, text.p, text.n);
	pdu->tlvs = (struct view){o.p, o.n};
	return !o.full;
}

/* Which part it is stands in TLVs, which the peer does not take: in a header instead (smpp.md 9). */
static void sar_to_header(struct pdu *pdu, struct relay_scratch *scratch)
{
	struct udh_concat concat;
	struct view text = pdu->sm.short_message;
	if (!udh_concat_pdu(pdu, &concat) || !concat.sar || text.n + 6 > SHORT_MESSAGE_MAX)
		return;
	concat.sar = concat.ref16 = false;
	uint32_t n = udh_write(&concat, scratch->user);
	if (text.n)
		memcpy(scratch->user + n, text.p, text.n);
	pdu->sm.short_message = (struct view){scratch->user, n + text.n};
	pdu->sm.esm_class |= ESM_UDHI;
}

bool relay_fill(const struct msg *m, int64_t now_ms, const struct relay_peer *peer, struct relay_scratch *scratch,
		struct pdu *pdu)
{
	struct view text;
	msg_pdu(m, NULL, pdu);
	pdu->command_id = SUBMIT_SM;
	pdu->command_status = 0;
	pdu->sm.esm_class = (uint8_t)(pdu->sm.esm_class & ~ESM_MODE_MASK);
	pdu->sm.registered_delivery = (uint8_t)((pdu->sm.registered_delivery & 0x1C) | 1);
	pdu->sm.replace_if_present_flag = 0;
	pdu->sm.schedule = (struct view){NULL, 0};
	if (pdu->sm.validity.n) {
		int64_t left = m->expiry_ms - now_ms;
		smpp_time_format_relative(left > 1000 ? left : 1000, scratch->validity);
		pdu->sm.validity = view_of(scratch->validity);
	}
	relay_number(&pdu->sm.dst, scratch);
	if (!peer->tlvs) {
		if (!pdu_text(pdu, &text) || text.n > SHORT_MESSAGE_MAX)
			return false;
		pdu->sm.short_message = text;
		sar_to_header(pdu, scratch);
		pdu->tlvs = (struct view){NULL, 0};
	} else if (pdu->tlvs.n) {
		pdu->tlvs = relay_tlvs(pdu->tlvs, scratch->tlvs, sizeof(scratch->tlvs));
	}
	return !peer->data_sm || make_data_sm(pdu, scratch);
}

size_t relay_shorten(const struct msg *m, uint8_t *buf, size_t cap)
{
	struct pdu pdu;
	struct view text;
	uint8_t mem[1024];
	msg_pdu(m, NULL, &pdu);
	if (!pdu_text(&pdu, &text) || (pdu.sm.esm_class & ESM_UDHI))
		text.n = 0;
	pdu.sm.short_message = (struct view){text.p, text.n < 2 * RECEIPT_TEXT ? text.n : 2 * RECEIPT_TEXT};
	if (tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &text)) {
		/* the rest of the TLVs are few and short: keep those that a receipt returns */
		struct tlv_out o = {mem, 0, sizeof(mem), false};
		struct tlv t;
		uint32_t pos = 0;
		while (tlv_next(pdu.tlvs, &pos, &t)) {
			if (t.tag != TLV_MESSAGE_PAYLOAD)
				tlv_put(&o, t.tag, t.value.p, t.value.n);
		}
		pdu.tlvs = (struct view){o.p, o.n};
	}
	return pdu_encode(&pdu, buf, cap);
}
