/*
 * marks.c - the mark of a part translated. Must not know alphabets, messages, or how a text is cut.
 */
#include "path/marks.h"

#define IE_CONCAT8  0x00
#define IE_CONCAT16 0x08
#define SAR_ON_AIR  6 /* octets of the header that an SMSC makes of SAR TLVs */

static bool is_mark(uint8_t id)
{
	return id == IE_CONCAT8 || id == IE_CONCAT16;
}

static bool has_other(struct view header)
{
	struct udh_ie ie;
	uint32_t pos = 0;
	while (udh_next(header, &pos, &ie)) {
		if (!is_mark(ie.id))
			return true;
	}
	return header.n && pos != header.n;
}

/* The header with an 8-bit mark first, and all else that it had. */
static void remake(struct marks *x, uint8_t mem[MARKS_HEADER_MAX])
{
	struct udh_concat mark = x->concat;
	struct udh_ie ie;
	uint32_t pos = 0;
	mark.ref16 = mark.sar = false;
	uint32_t n = udh_write(&mark, mem);
	while (udh_next(x->header, &pos, &ie)) {
		if (is_mark(ie.id))
			continue;
		if (n + 2 + ie.value.n > UINT8_MAX)
			return; /* no room: it stays as it was */
		mem[n] = ie.id;
		mem[n + 1] = (uint8_t)ie.value.n;
		memcpy(mem + n + 2, ie.value.p, ie.value.n);
		n += 2 + ie.value.n;
	}
	mem[0] = (uint8_t)(n - 1);
	x->header = (struct view){mem, n};
	x->concat = mark;
	x->sar = false;
	x->changed = true;
}

bool marks_read(const struct pdu *pdu, enum split_mode mode, bool tlvs, uint8_t mem[MARKS_HEADER_MAX],
		struct marks *out)
{
	*out = (struct marks){0};
	if (!pdu_text(pdu, &out->text))
		return false;
	bool udhi = pdu->sm.esm_class & ESM_UDHI;
	if (!udhi && pdu->tlvs.n == 0)
		return true;
	uint32_t n = udhi ? udh_length(out->text) : 0;
	out->header = (struct view){out->text.p, n};
	out->foreign = (udhi && n == 0 && out->text.n) || has_other(out->header);
	out->part = udh_concat_pdu(pdu, &out->concat);
	out->sar = out->part && out->concat.sar;
	if (n)
		out->text = (struct view){out->text.p + n, out->text.n - n};
	if (!out->part)
		return true;
	if (out->sar && (!tlvs || mode == SPLIT_UDH8 || mode == SPLIT_UDH16)) {
		remake(out, mem);
	} else if (!out->sar && mode == SPLIT_UDH8 && out->concat.ref16) {
		remake(out, mem);
	} else if (!out->sar && mode == SPLIT_SAR && tlvs && !out->foreign) {
		out->header = (struct view){NULL, 0};
		out->sar = out->concat.sar = out->concat.ref16 = true;
		out->changed = true;
	}
	return true;
}

int marks_on_air(const struct marks *x)
{
	return x->sar ? SAR_ON_AIR : x->header.n ? (int)x->header.n : -1;
}

void marks_put_sar(struct tlv_out *o, const struct udh_concat *c)
{
	tlv_put_int(o, TLV_SAR_MSG_REF_NUM, c->ref, 2);
	tlv_put_int(o, TLV_SAR_TOTAL_SEGMENTS, c->total, 1);
	tlv_put_int(o, TLV_SAR_SEGMENT_SEQNUM, c->seq, 1);
}
