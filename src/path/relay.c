/*
 * relay.c - from the app's frame to the carrier's. Must not know binds, queues or routes.
 *
 * What is ours to decide is set (registered_delivery, times, mode); what is the app's passes (text, data_coding, UDH,
 * addresses), in the carrier's words where they differ (dialect.h, marks.h); TLVs pass by lists (pass.h).
 */
#include "path/relay.h"

#include "path/address.h"
#include "smpp/smpp_time.h"

#define RECEIPT_TEXT	  20u  /* characters of the text that a receipt shows */
#define SHORT_MESSAGE_MAX 254u /* [S 5.2.21] */

/* --- options --- */

static void check_encoding(const struct carrier_conf *conf, char **errors)
{
	static const struct {
		enum dialect_encoding encoding;
		enum charset dcs0;
	} needs[] = {{DIALECT_TO_GSM7, CHARSET_GSM7}, {DIALECT_TO_UTF8, CHARSET_UTF8}};
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (conf->encoding == (int)needs[i].encoding && conf->dcs0 != (int)needs[i].dcs0)
			conf_fault(errors, &conf->where, "carrier %s: encoding %s needs dcs0 = \"%s\"", conf->name,
				   charset_name(needs[i].dcs0), charset_name(needs[i].dcs0));
	}
}

void relay_check_carrier(const struct carrier_conf *conf, char **errors)
{
	check_encoding(conf, errors);
	address_check(conf, errors);
	pass_check(&conf->relay_tlvs, &conf->where, "carrier", conf->name, errors);
}

void relay_check_account(const struct account_conf *conf, char **errors)
{
	pass_check(&conf->relay_tlvs, &conf->where, "account", conf->system_id, errors);
}

/* --- addresses, data_sm --- */

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

/* --- texts --- */

bool relay_words(const struct pdu *pdu, const struct relay_peer *peer, struct relay_scratch *scratch,
		 struct relay_words *out)
{
	const struct dialect d = {peer->app_dcs0, peer->dcs0, peer->encoding, peer->form};
	scratch->why = NULL;
	scratch->form = DIALECT_STAYS;
	if (!marks_read(pdu, peer->long_mode, peer->tlvs, scratch->header, &out->marks)) {
		scratch->why = "both short_message and message_payload";
		return false;
	}
	out->said = (struct dialect_said){DIALECT_STAYS, pdu->sm.data_coding, out->marks.text};
	if (dialect_same(&d) || out->marks.foreign || (peer->part && pdu->sm.data_coding == 8))
		return true;
	dialect_say(&d, pdu->sm.data_coding, out->marks.text, marks_on_air(&out->marks),
		    scratch->text + MARKS_HEADER_MAX, RELAY_TEXT_MAX, &out->said);
	scratch->form = out->said.form;
	if (out->said.form == DIALECT_LOST)
		scratch->why = "the part does not fit in the carrier's alphabet";
	return out->said.form != DIALECT_LOST;
}

/* Header and text in one, in scratch. */
static struct view joined(const struct relay_words *w, struct relay_scratch *scratch)
{
	uint8_t *at = scratch->text + MARKS_HEADER_MAX;
	struct view header = w->marks.header, text = w->said.text;
	if (text.n && text.p != at)
		memmove(at, text.p, text.n);
	if (header.n)
		memcpy(at - header.n, header.p, header.n);
	return (struct view){at - header.n, header.n + text.n};
}

/* In the place where its length belongs; false: nowhere, it must be cut. */
static bool put_text(struct pdu *pdu, const struct relay_words *w, const struct relay_peer *peer,
		     struct relay_scratch *scratch)
{
	bool long_text = w->marks.header.n + w->said.text.n > SHORT_MESSAGE_MAX;
	struct tlv_out o = {scratch->tlvs, 0, sizeof(scratch->tlvs), false};
	struct view user = w->marks.header.n ? joined(w, scratch) : w->said.text;
	if (peer->tlvs)
		o.n = pass_tlvs(pdu->tlvs, &peer->pass, true, o.p, o.cap).n;
	if (peer->tlvs && w->marks.sar)
		marks_put_sar(&o, &w->marks.concat);
	if (peer->tlvs && long_text)
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, user.p, user.n);
	pdu->tlvs = (struct view){o.p, o.n};
	pdu->sm.short_message = peer->tlvs && long_text ? (struct view){NULL, 0} : user;
	pdu->sm.data_coding = w->said.data_coding;
	if (w->marks.changed)
		pdu->sm.esm_class = (uint8_t)((pdu->sm.esm_class & ~ESM_UDHI) | (w->marks.header.n ? ESM_UDHI : 0));
	return !o.full && (peer->tlvs || !long_text);
}

/* The hot path: the same alphabets, and no part of the app's that could be marked otherwise. */
static bool stays_whole(const struct pdu *pdu, const struct relay_peer *peer)
{
	const struct dialect d = {peer->app_dcs0, peer->dcs0, peer->encoding, peer->form};
	struct view sar;
	return peer->tlvs && dialect_same(&d) && !(pdu->sm.esm_class & ESM_UDHI) &&
	       (pdu->tlvs.n == 0 || !tlv_find(pdu->tlvs, TLV_SAR_MSG_REF_NUM, &sar));
}

bool relay_text(struct pdu *pdu, const struct relay_peer *peer, struct relay_scratch *scratch)
{
	struct relay_words w;
	bool whole = stays_whole(pdu, peer);
	scratch->why = NULL;
	scratch->form = DIALECT_STAYS;
	if (!whole && !relay_words(pdu, peer, scratch, &w))
		return false;
	if (!whole && (w.said.form != DIALECT_STAYS || w.marks.changed || !peer->tlvs))
		return put_text(pdu, &w, peer, scratch);
	if (pdu->tlvs.n)
		pdu->tlvs = pass_tlvs(pdu->tlvs, &peer->pass, false, scratch->tlvs, sizeof(scratch->tlvs));
	return true;
}

/* --- all of it --- */

bool relay_fill(const struct msg *m, int64_t now_ms, const struct relay_peer *peer, struct relay_scratch *scratch,
		struct pdu *pdu)
{
	msg_pdu(m, NULL, pdu);
	pdu->command_id = SUBMIT_SM;
	pdu->command_status = 0;
	pdu->sm.esm_class = (uint8_t)(pdu->sm.esm_class & ~ESM_MODE_MASK);
	pdu->sm.registered_delivery = (uint8_t)((pdu->sm.registered_delivery & 0x1C) | 1);
	pdu->sm.replace_if_present_flag = 0;
	pdu->sm.schedule = (struct view){NULL, 0};
	if (pdu->sm.validity.n) {
		int64_t left = m->ends_ms - now_ms;
		smpp_time_format_relative(left > 1000 ? left : 1000, scratch->validity);
		pdu->sm.validity = view_of(scratch->validity);
	}
	relay_number(&pdu->sm.dst, scratch);
	return relay_text(pdu, peer, scratch) && (!peer->data_sm || make_data_sm(pdu, scratch));
}

/* A frame that ends with short_message, with n octets of it: it need not be encoded anew. */
static size_t cut_frame(struct view frame, struct view text, uint32_t n, uint8_t *buf, size_t cap)
{
	uint32_t head = (uint32_t)(text.p - frame.p), all = head + n; /* head's last octet is sm_length */
	if (all > cap)
		return 0;
	memcpy(buf, frame.p, all);
	buf[head - 1] = (uint8_t)n;
	for (int i = 0; i < 4; i++)
		buf[i] = (uint8_t)(all >> (24 - 8 * i));
	return all;
}

size_t relay_shorten(const struct msg *m, uint8_t *buf, size_t cap)
{
	struct record rec;
	struct pdu pdu;
	struct view text;
	uint8_t mem[1024];
	msg_pdu(m, &rec, &pdu);
	if (pdu.sm.short_message.n && pdu.sm.short_message.p + pdu.sm.short_message.n == rec.frame.p + rec.frame.n) {
		uint32_t most = pdu.sm.esm_class & ESM_UDHI ? 0 : 2 * RECEIPT_TEXT, n = pdu.sm.short_message.n;
		return cut_frame(rec.frame, pdu.sm.short_message, n < most ? n : most, buf, cap);
	}
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
