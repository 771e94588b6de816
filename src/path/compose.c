/*
 * compose.c - texts that we send ourselves (answers, confirmations). Must not know accounts, carriers or the store.
 */
#include "path/compose.h"

#include "base/text.h"
#include "smpp/split.h"

#define TEXT_MAX	  40000u /* octets in the target alphabet: 255 parts of 134 and more */
#define SHORT_MESSAGE_MAX 254u	 /* [S 5.2.21] */

/* data_coding 0 when the alphabet there has every character, else UCS-2. */
static long encode(const struct compose *c, enum charset *used, uint8_t *out)
{
	struct view text = view_of(c->utf8);
	*used = charset_fits(CHARSET_UTF8, text, c->dcs0) ? c->dcs0 : CHARSET_UCS2;
	return charset_convert(CHARSET_UTF8, text, *used, false, out, TEXT_MAX);
}

size_t compose_text(const struct compose *c, uint8_t *buf)
{
	uint8_t text[TEXT_MAX], payload[TEXT_MAX + 4];
	struct tlv_out tlvs = {payload, 0, sizeof(payload), false};
	enum charset used;
	long n = text_valid(c->utf8, strlen(c->utf8)) ? encode(c, &used, text) : 0;
	if (n <= 0 || split_plan(used, (struct view){text, (uint32_t)n}, SPLIT_UDH16, NULL) == 0)
		return 0;
	struct pdu pdu = {.command_id = SUBMIT_SM};
	pdu.sm.src = (struct pdu_addr){0, 1, view_of(c->source)};
	pdu.sm.dst = (struct pdu_addr){1, 1, {(const uint8_t *)c->to->digits, c->to->n}};
	pdu.sm.registered_delivery = c->registered_delivery;
	pdu.sm.data_coding = used == CHARSET_UCS2 ? 8 : 0;
	if (n <= (long)SHORT_MESSAGE_MAX) {
		pdu.sm.short_message = (struct view){text, (uint32_t)n};
	} else {
		tlv_put(&tlvs, TLV_MESSAGE_PAYLOAD, text, (uint32_t)n);
		pdu.tlvs = (struct view){tlvs.p, tlvs.n};
	}
	return pdu_encode(&pdu, buf, COMPOSE_MAX);
}
