/*
 * tap_hide.c - blanks what must not stand in a capture. Changes octets of a copy in place; lengths stay, so that the
 * PDU can still be read.
 */
#include "link/tap_hide.h"

#include <string.h>

#include "smpp/pdu.h"
#include "smpp/udh.h"

static const char text_word[] = "ext:"; /* Text: or text: */

static void blank(uint8_t *p, size_t n)
{
	if (n > 0)
		memset(p, '*', n);
}

/* system_id, NUL, password, NUL: a PDU that ends before that has the password at its end. */
static void hide_password(uint8_t *p, size_t n)
{
	uint8_t *end = p + n, *from = memchr(p + PDU_HEADER, '\0', n - PDU_HEADER);

	if (from == NULL) {
		blank(p + PDU_HEADER, n - PDU_HEADER);
		return;
	}
	from++;
	uint8_t *to = memchr(from, '\0', (size_t)(end - from));
	blank(from, (size_t)((to != NULL ? to : end) - from));
}

/* A view of p's own octets, to be written. */
static uint8_t *own(uint8_t *p, struct view v)
{
	return p + (v.p - p);
}

static void hide_text(uint8_t *p, const struct pdu *pdu, struct view text)
{
	uint32_t keep = pdu->command_id != REPLACE_SM && (pdu->sm.esm_class & ESM_UDHI) != 0 ? udh_length(text) : 0;
	bool receipt = pdu->command_id == DELIVER_SM && (pdu->sm.esm_class & ESM_TYPE_MASK & ~ESM_DELIVERY_ACK) != 0;

	if (text.n == 0)
		return;
	if (receipt) {
		const uint8_t *word = memmem(text.p, text.n, text_word, sizeof(text_word) - 1);
		keep = word != NULL ? (uint32_t)(word - text.p) + sizeof(text_word) - 1 : text.n;
	}
	if (keep < text.n)
		blank(own(p, text) + keep, text.n - keep);
}

static void hide_texts(uint8_t *p, size_t n)
{
	struct pdu pdu;
	struct view payload = {0};
	uint32_t fault = pdu_decode(p, n, &pdu), id = pdu.command_id;
	bool sm = id == SUBMIT_SM || id == DELIVER_SM || id == DATA_SM || id == SUBMIT_MULTI;

	if (!sm && id != REPLACE_SM)
		return;
	if (fault != ESME_ROK) { /* who knows where its text is */
		blank(p + PDU_HEADER, n - PDU_HEADER);
		return;
	}
	hide_text(p, &pdu, sm ? pdu.sm.short_message : pdu.replace.short_message);
	if (sm && tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &payload))
		hide_text(p, &pdu, payload);
}

void tap_hide(uint8_t *p, size_t n, bool texts)
{
	if (n <= PDU_HEADER)
		return;
	uint32_t id = (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7];
	if (id == BIND_TRANSMITTER || id == BIND_RECEIVER || id == BIND_TRANSCEIVER || id == OUTBIND)
		hide_password(p, n);
	else if (texts)
		hide_texts(p, n);
}
