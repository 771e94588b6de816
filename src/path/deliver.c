/*
 * deliver.c - builds what apps receive. Must not know binds, windows or the store.
 */
#include "path/deliver.h"

#include "base/ids.h"
#include "path/address.h"
#include "policy/policy.h"
#include "smpp/charset.h"
#include "smpp/receipt.h"
#include "smpp/split.h"

#define MINUTES_PER_QUARTER 15
#define ERR_MAX		    64u	 /* octets of err: that the receipt fits into short_message */
#define SHORT_MESSAGE_MAX   254u /* [S 5.2.21] */

/* Sent by the app, returned in its receipt (design.md 6). */
static const uint16_t returned_tags[] = {
	TLV_USER_MESSAGE_REFERENCE, TLV_MESSAGE_CLASS, TLV_CAMPAIGN, TLV_VARIANT, TLV_CONSENT_REF, TLV_GROUP_KEY,
};

/* The text as the receipt may show it: only when all of its start is printable ASCII, else nothing (never half a
 * character). */
static struct view excerpt(const struct pdu *pdu, enum charset dcs0, char *out, uint32_t cap)
{
	struct view text, none = {NULL, 0};
	uint32_t pos = 0, n = 0;
	if (!pdu_text(pdu, &text) || (pdu->sm.esm_class & ESM_UDHI))
		return none;
	enum charset c = charset_of_dcs(pdu->sm.data_coding, dcs0);
	while (pos < text.n && n < cap) {
		int32_t scalar = charset_get(c, text, &pos);
		if (scalar < 0x20 || scalar > 0x7E)
			return none;
		out[n++] = (char)scalar;
	}
	return (struct view){(const uint8_t *)out, n};
}

/* Which part of a long text a receipt is for. */
static void put_part(struct tlv_out *o, const struct pdu *sent)
{
	static const uint16_t tags[] = {TLV_SAR_TOTAL_SEGMENTS, TLV_SAR_SEGMENT_SEQNUM};
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		struct view v;
		if (tlv_find(sent->tlvs, tags[i], &v))
			tlv_put(o, tags[i], v.p, v.n);
	}
}

/* Up to three decimal digits; returns how many. */
static uint32_t print_small(uint8_t v, uint8_t out[3])
{
	uint32_t n = 0;
	if (v >= 100)
		out[n++] = (uint8_t)('0' + v / 100);
	if (v >= 10)
		out[n++] = (uint8_t)('0' + v / 10 % 10);
	out[n++] = (uint8_t)('0' + v % 10);
	return n;
}

/* A note tells of what is not the message's own end. */
static enum message_state state_of(const struct msg *m, const struct record *rec)
{
	return (enum message_state)(m->note ? rec->final_state : m->final_state);
}

static struct view receipt_tlvs(const struct msg *m, const struct record *rec, const struct pdu *sent,
				struct deliver_scratch *scratch)
{
	struct tlv_out o = {scratch->tlvs, 0, sizeof(scratch->tlvs), false};
	tlv_put_str(&o, TLV_RECEIPTED_MESSAGE_ID, (struct view){(const uint8_t *)scratch->id, IDS_DIGITS});
	tlv_put_int(&o, TLV_MESSAGE_STATE, state_of(m, rec), 1);
	if (m->note && !(rec->flags & RECORD_INTERMEDIATE))
		put_part(&o, sent);
	for (size_t i = 0; sent->tlvs.n && i < sizeof(returned_tags) / sizeof(returned_tags[0]); i++) {
		struct view v;
		if (tlv_find(sent->tlvs, returned_tags[i], &v))
			tlv_put(&o, returned_tags[i], v.p, v.n);
	}
	if (rec->stat.n + rec->err.n)
		tlv_put_words(&o, TLV_CARRIER_STATUS, rec->stat, rec->err);
	uint8_t attempt[3];
	struct view attempts = {attempt, print_small(m->attempts, attempt)};
	if (rec->via.n)
		tlv_put_words(&o, TLV_VIA, rec->via, attempts);
	if (rec->verdict && policy_name((enum policy_id)rec->verdict))
		tlv_put_str(&o, TLV_VERDICT, view_of(policy_name((enum policy_id)rec->verdict)));
	return (struct view){o.p, o.n};
}

static void fill_receipt(const struct msg *m, const struct account_conf *conf, uint8_t peer_version,
			 struct deliver_scratch *scratch, struct pdu *pdu)
{
	const struct record *rec;
	const struct pdu *sent = msg_look(m, &rec);
	char text[20];
	ids_print(rec->app_id ? rec->app_id : m->id, scratch->id);
	struct receipt_out r = {
		.id = {(const uint8_t *)scratch->id, IDS_DIGITS},
		.state = state_of(m, rec),
		.dlvrd = state_of(m, rec) == STATE_DELIVERED,
		.submit_ms = rec->accept_ms,
		.done_ms = rec->done_ms,
		.zone_quarters = (int)(conf->zone / MINUTES_PER_QUARTER),
		.written = &scratch->date,
		.err = {rec->err.p, rec->err.n < ERR_MAX ? rec->err.n : ERR_MAX},
		.text = excerpt(sent, (enum charset)conf->dcs0, text, sizeof(text)),
	};
	size_t n = receipt_format(&r, scratch->text, sizeof(scratch->text));
	*pdu = (struct pdu){.command_id = DELIVER_SM};
	pdu->sm.service_type = sent->sm.service_type;
	pdu->sm.src = sent->sm.dst;
	pdu->sm.dst = sent->sm.src;
	pdu->sm.esm_class = rec->flags & RECORD_INTERMEDIATE ? ESM_INTERMEDIATE : ESM_RECEIPT;
	pdu->sm.short_message = (struct view){(const uint8_t *)scratch->text, (uint32_t)n};
	if (peer_version >= 0x34)
		pdu->tlvs = receipt_tlvs(m, rec, sent, scratch);
}

/* What a deliver_sm does not use [S 4.6.1]: a carrier may put anything there, an app may read it strictly. */
static void empty_unused(struct pdu *pdu)
{
	pdu->sm.schedule = pdu->sm.validity = (struct view){NULL, 0};
	pdu->sm.replace_if_present_flag = 0;
	pdu->sm.sm_default_msg_id = 0;
	pdu->sm.registered_delivery = 0;
}

/* An app without TLVs gets as much of a long text as short_message holds. */
static void fill_mo(const struct msg *m, const struct account_conf *conf, uint8_t peer_version,
		    struct deliver_scratch *scratch, struct pdu *pdu)
{
	struct view text;
	msg_pdu(m, NULL, pdu);
	pdu->command_id = DELIVER_SM;
	pdu->command_status = 0;
	empty_unused(pdu);
	address_show((enum address_form)conf->number_form, &pdu->sm.src, scratch->number);
	if (peer_version >= 0x34)
		return;
	if (pdu_text(pdu, &text)) {
		enum charset c = charset_of_dcs(pdu->sm.data_coding, (enum charset)conf->dcs0);
		if (text.n > SHORT_MESSAGE_MAX)
			text.n = split_next(c, text, 0, SHORT_MESSAGE_MAX);
		pdu->sm.short_message = text;
	}
	pdu->tlvs = (struct view){NULL, 0};
}

/* The same as a data_sm: its text is in message_payload. False when the TLVs have no room for it. */
static bool to_data_sm(struct deliver_scratch *scratch, struct pdu *pdu)
{
	struct tlv_out o = {scratch->data, 0, sizeof(scratch->data), false};
	struct tlv t;
	struct view text;
	uint32_t pos = 0;
	if (!pdu_text(pdu, &text))
		return false;
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, text.p, text.n);
	while (tlv_next(pdu->tlvs, &pos, &t)) {
		if (t.tag != TLV_MESSAGE_PAYLOAD)
			tlv_put(&o, t.tag, t.value.p, t.value.n);
	}
	if (o.full)
		return false;
	pdu->command_id = DATA_SM;
	pdu->sm.short_message = (struct view){NULL, 0};
	pdu->tlvs = (struct view){o.p, o.n};
	return true;
}

void deliver_fill(const struct msg *m, const struct account_conf *conf, uint8_t peer_version,
		  struct deliver_scratch *scratch, struct pdu *pdu)
{
	if (m->mo)
		fill_mo(m, conf, peer_version, scratch, pdu);
	else
		fill_receipt(m, conf, peer_version, scratch, pdu);
	if (conf->deliver == ACCOUNT_WITH_DATA_SM && peer_version >= 0x34 && !to_data_sm(scratch, pdu))
		pdu->command_id = DELIVER_SM;
}
