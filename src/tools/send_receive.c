/*
 * send_receive.c - shows what comes in: receipts, notifications, replies of phones.
 */
#include "tools/send.h"

#include <stdio.h>

#include "smpp/command.h"
#include "smpp/receipt.h"
#include "tools/readable.h"

void send_receive_show_tlv(struct view tlvs, uint16_t tag)
{
	struct view s;

	if (tlv_find_str(tlvs, tag, &s))
		printf(" %s=%.*s", tlv_row(tag)->name, (int)s.n, (const char *)s.p);
}

/* Which of several receipts with one id it is: by part when it says so, else by the destination that it is from. */
static void tell_apart(const struct sender *x, const struct pdu *pdu, struct send_receipt *r)
{
	uint32_t total, number;

	if (tlv_find_int(pdu->tlvs, TLV_SAR_TOTAL_SEGMENTS, &total) &&
	    tlv_find_int(pdu->tlvs, TLV_SAR_SEGMENT_SEQNUM, &number) && number >= 1 && number <= total &&
	    total <= 255) {
		r->total = (uint8_t)total;
		r->which = (uint8_t)(number - 1);
		return;
	}
	for (unsigned i = 0; i < x->conf.to.n; i++) {
		if (view_eq(pdu->sm.src.addr, view_of(x->conf.to.item[i])))
			r->which = (uint8_t)i;
	}
}

static void show_receipt(struct sender *x, const struct pdu *pdu)
{
	char scratch[512];
	struct receipt r = {0};
	struct send_receipt settled = {.which = 0};
	struct view id;
	uint32_t number;
	enum message_state state = STATE_UNKNOWN;
	bool notice = (pdu->sm.esm_class & ESM_TYPE_MASK) == ESM_INTERMEDIATE, known;

	receipt_parse_pdu(pdu, scratch, sizeof(scratch), &r);
	if (!tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &id))
		id = r.id;
	known = receipt_stat_state(r.stat, &state);
	if (r.stat.n == 0 && tlv_find_int(pdu->tlvs, TLV_MESSAGE_STATE, &number)) {
		state = (enum message_state)number;
		r.stat = view_of(receipt_stat_name(state));
		known = true;
	}
	tell_apart(x, pdu, &settled);
	printf("%s  %-12s id=%.*s stat=%.*s err=%.*s", send_now_text(), notice ? "on its way" : "receipt", (int)id.n,
	       (const char *)id.p, (int)r.stat.n, (const char *)r.stat.p, (int)r.err.n, (const char *)r.err.p);
	if (settled.total)
		printf(" part=%u/%u", settled.which + 1u, settled.total);
	if (x->conf.to.n > 1)
		printf(" to=%.*s", (int)pdu->sm.src.addr.n, (const char *)pdu->sm.src.addr.p);
	if (x->sent_us)
		printf(" after=%.3fs", (double)(engine_clock_us() - x->sent_us) / 1e6);
	printf(" submitted=%.*s done=%.*s", (int)r.submit_date.n, (const char *)r.submit_date.p, (int)r.done_date.n,
	       (const char *)r.done_date.p);
	send_receive_show_tlv(pdu->tlvs, TLV_VERDICT);
	send_receive_show_tlv(pdu->tlvs, TLV_CARRIER_STATUS);
	send_receive_show_tlv(pdu->tlvs, TLV_VIA);
	printf("\n");
	if (notice || (known && !receipt_state_final(state)))
		return;
	settled.good = known && state == STATE_DELIVERED;
	snprintf(settled.id, sizeof(settled.id), "%.*s", (int)id.n, (const char *)id.p);
	send_message_receipt(x, &settled);
}

static void show_reply(const struct pdu *pdu)
{
	static char text[262144];
	long n = readable_text(pdu, CHARSET_GSM7, text, sizeof(text));
	struct view octets;
	struct buf out = {0};

	printf("%s  message      from=%.*s to=%.*s", send_now_text(), (int)pdu->sm.src.addr.n,
	       (const char *)pdu->sm.src.addr.p, (int)pdu->sm.dst.addr.n, (const char *)pdu->sm.dst.addr.p);
	send_receive_show_tlv(pdu->tlvs, TLV_ORIGINAL_MESSAGE_ID);
	if (n >= 0) {
		buf_puts(&out, " text=");
		readable_json(&out, text, (size_t)n);
	} else if (pdu_text(pdu, &octets)) {
		buf_puts(&out, " hex=");
		readable_hex(&out, octets.p, octets.n);
	}
	printf("%.*s\n", (int)buf_len(&out), (const char *)buf_data(&out));
	buf_free(&out);
}

void send_receive(struct sender *x, const struct pdu *pdu)
{
	if (pdu->command_id == ALERT_NOTIFICATION)
		printf("%s  alert        from=%.*s to=%.*s: the phone can be reached again\n", send_now_text(),
		       (int)pdu->alert.src.addr.n, (const char *)pdu->alert.src.addr.p, (int)pdu->alert.esme.addr.n,
		       (const char *)pdu->alert.esme.addr.p);
	else if (receipt_recognise(pdu, false))
		show_receipt(x, pdu);
	else
		show_reply(pdu);
}
