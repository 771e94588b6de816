/*
 * compose.c - a UTF-8 text into the user data of one or more PDUs. Knows no sockets. A character is never cut.
 */
#include "tools/compose.h"

#include "base/text.h"
#include "smpp/tlv.h"
#include "smpp/udh.h"

#define UCS2_DATA_CODING 8

const char *compose_text(struct compose *c, const char *utf8, size_t n, bool payload, uint8_t ref)
{
	struct view from = {(const uint8_t *)utf8, (uint32_t)n};
	struct view encoded;
	long octets;

	if (n > COMPOSE_MAX)
		return "the text is longer than 65,535 octets";
	if (!text_valid(utf8, n))
		return "the text is not UTF-8; check the terminal's locale";
	c->charset = charset_fits(CHARSET_UTF8, from, CHARSET_GSM7) ? CHARSET_GSM7 : CHARSET_UCS2;
	octets = charset_convert(CHARSET_UTF8, from, c->charset, false, c->octets, sizeof(c->octets));
	if (octets < 0)
		return "the text is longer than 65,535 octets when encoded";
	c->n = (uint32_t)octets;
	c->ref = ref;
	encoded = (struct view){c->octets, c->n};
	c->mode = payload && c->n > split_single(c->charset) ? SPLIT_PAYLOAD : SPLIT_UDH8;
	c->parts = split_plan(c->charset, encoded, c->mode, c->ends);
	return c->parts ? NULL : "the text needs more than 255 parts";
}

void compose_part(struct compose *c, uint32_t i, struct pdu *pdu, struct tlv_out *tlvs)
{
	uint32_t from = i ? c->ends[i - 1] : 0;
	struct view text = {c->octets + from, c->ends[i] - from};

	pdu->sm.data_coding = c->charset == CHARSET_UCS2 ? UCS2_DATA_CODING : 0;
	if (c->mode == SPLIT_PAYLOAD) {
		tlv_put(tlvs, TLV_MESSAGE_PAYLOAD, text.p, text.n);
		pdu->sm.short_message = (struct view){NULL, 0};
	} else if (c->parts > 1) {
		struct udh_concat concat = {.ref = c->ref, .total = (uint8_t)c->parts, .seq = (uint8_t)(i + 1)};
		uint32_t header = udh_write(&concat, c->part);

		memcpy(c->part + header, text.p, text.n);
		pdu->sm.esm_class |= ESM_UDHI;
		pdu->sm.short_message = (struct view){c->part, header + text.n};
	} else {
		pdu->sm.short_message = text;
	}
}

const char *compose_charset(const struct compose *c)
{
	return charset_name(c->charset);
}
