/*
 * readable.c - the text and TLVs of a PDU as UTF-8, hexadecimal and JSON. Never cuts a character. Knows no sockets.
 */
#include "tools/readable.h"

#include <stdio.h>

#include "base/text.h"
#include "smpp/tlv.h"
#include "smpp/udh.h"

long readable_text(const struct pdu *pdu, enum charset dcs0, char *out, uint32_t cap)
{
	enum charset from = charset_of_dcs(pdu->sm.data_coding, dcs0);
	struct view text;

	if (!pdu_text(pdu, &text) || from == CHARSET_BINARY)
		return -1;
	if (pdu->sm.esm_class & ESM_UDHI) {
		uint32_t header = udh_length(text);

		text.p += header;
		text.n -= header;
	}
	return charset_convert(from, text, CHARSET_UTF8, false, (uint8_t *)out, cap);
}

void readable_json(struct buf *b, const void *p, size_t n)
{
	const char *s = p;
	size_t pos = 0;

	buf_puts(b, "\"");
	while (pos < n) {
		size_t at = pos;
		int32_t c = text_get(s, n, &pos);

		if (c < 0)
			buf_puts(b, "\\ufffd");
		else if (c < 0x20 || (c >= 0x7F && c < 0xA0))
			buf_printf(b, "\\u%04x", (unsigned)c);
		else if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", (char)c);
		else
			buf_put(b, s + at, pos - at);
	}
	buf_puts(b, "\"");
}

void readable_hex(struct buf *b, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *octets = p;
	uint8_t *to = buf_room(b, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = (uint8_t)digits[octets[i] >> 4];
		to[2 * i + 1] = (uint8_t)digits[octets[i] & 15];
	}
	buf_filled(b, 2 * n);
}

static void json_tlv(struct buf *b, struct view area, const struct tlv *t)
{
	const struct tlv_row *row = tlv_row(t->tag);
	uint32_t number;
	struct view s;

	if (row)
		buf_printf(b, "\"%s\":", row->name);
	else
		buf_printf(b, "\"0x%04x\":", t->tag);
	if (row && row->type == TLV_INT && tlv_find_int(area, t->tag, &number)) {
		buf_printf(b, "%u", number);
	} else if (row && row->type == TLV_CSTRING && tlv_find_str(area, t->tag, &s)) {
		readable_json(b, s.p, s.n);
	} else {
		buf_puts(b, "\"");
		readable_hex(b, t->value.p, t->value.n);
		buf_puts(b, "\"");
	}
}

void readable_json_tlvs(struct buf *b, struct view tlvs)
{
	uint32_t pos = 0;
	const char *comma = "";
	struct tlv t;

	buf_puts(b, "{");
	while (tlv_next(tlvs, &pos, &t)) {
		if (t.tag == TLV_MESSAGE_PAYLOAD)
			continue; /* readable_text() has it */
		buf_puts(b, comma);
		json_tlv(b, tlvs, &t);
		comma = ",";
	}
	buf_puts(b, "}");
}
