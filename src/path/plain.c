/*
 * plain.c - texts of PDUs as UTF-8 and back. Must not know messages, accounts or what a text is read for.
 */
#include "path/plain.h"

#include "base/text.h"

#define SHORT_MESSAGE_MAX 254u /* octets [S 5.2.21] */
#define UTF8_GROWS	  4u   /* octets of UTF-8 of one octet, or of one unit of two, at most */

struct plain plain_read(const struct pdu *pdu, enum charset dcs0, char *out, uint32_t cap)
{
	uint8_t mem[MARKS_HEADER_MAX];
	struct marks marks;
	struct plain p = {0};
	enum charset from = charset_of_dcs(pdu->sm.data_coding, dcs0);
	if (!marks_read(pdu, SPLIT_UDH16, true, mem, &marks))
		return (struct plain){.binary = true};
	p.part = marks.part && marks.concat.total > 1;
	p.headed = marks.header.n > 0 || marks.foreign || p.part;
	p.concat = marks.concat;
	p.binary = from == CHARSET_BINARY || marks.foreign;
	if (p.binary)
		return p;
	struct view text = marks.text;
	if (text.n > cap / UTF8_GROWS && charset_convert(from, text, CHARSET_UTF8, true, (uint8_t *)out, cap) < 0)
		text.n = cap / UTF8_GROWS & ~1u; /* there is no room for all of it: its beginning */
	long n = charset_convert(from, text, CHARSET_UTF8, true, (uint8_t *)out, cap);
	p.n = n > 0 ? (uint32_t)n : 0;
	return p;
}

static struct view without_payload(struct view from, struct plain_scratch *scratch)
{
	struct tlv_out o = {scratch->tlvs, 0, sizeof(scratch->tlvs), false};
	tlv_put_all_but(&o, from, TLV_MESSAGE_PAYLOAD);
	return (struct view){o.p, o.n};
}

bool plain_write(struct pdu *pdu, enum charset dcs0, struct view utf8, struct plain_scratch *scratch)
{
	enum charset to = charset_of_dcs(pdu->sm.data_coding, dcs0);
	uint8_t data_coding = pdu->sm.data_coding;
	if (pdu->sm.esm_class & ESM_UDHI)
		return false;
	if (to == CHARSET_BINARY || !charset_fits(CHARSET_UTF8, utf8, to)) {
		to = CHARSET_UCS2;
		data_coding = 8;
	}
	long n = charset_convert(CHARSET_UTF8, utf8, to, false, scratch->text, sizeof(scratch->text));
	if (n < 0)
		return false;
	pdu->frame = (struct view){NULL, 0};
	pdu->sm.data_coding = data_coding;
	pdu->tlvs = without_payload(pdu->tlvs, scratch);
	pdu->sm.short_message = (struct view){NULL, 0};
	if (n <= (long)SHORT_MESSAGE_MAX) {
		pdu->sm.short_message = (struct view){scratch->text, (uint32_t)n};
		return true;
	}
	struct tlv_out o = {scratch->tlvs, pdu->tlvs.n, sizeof(scratch->tlvs), false};
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, scratch->text, (uint32_t)n);
	pdu->tlvs = (struct view){o.p, o.n};
	return !o.full;
}
