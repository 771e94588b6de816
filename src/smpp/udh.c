/*
 * udh.c - user data headers and SAR TLVs: reading and writing the place of a part in a long message. Pure functions of
 * octets; reassembly itself is not done here.
 */
#include "smpp/udh.h"

#define IE_CONCAT8  0x00
#define IE_CONCAT16 0x08

uint32_t udh_length(struct view user_data)
{
	if (user_data.n == 0 || user_data.p[0] + 1u > user_data.n)
		return 0;
	return user_data.p[0] + 1u;
}

bool udh_next(struct view user_data, uint32_t *pos, struct udh_ie *out)
{
	uint32_t end = udh_length(user_data);
	uint32_t at = *pos ? *pos : 1;

	if (at > end || end - at < 2 || end - at - 2 < user_data.p[at + 1])
		return false;
	out->id = user_data.p[at];
	out->value = (struct view){user_data.p + at + 2, user_data.p[at + 1]};
	*pos = at + 2 + out->value.n;
	return true;
}

/* Takes the place that a concatenation IE gives, all zeros when it is bad; leaves *out alone for other IEs. */
static void read_concat(const struct udh_ie *ie, struct udh_concat *out)
{
	const uint8_t *v = ie->value.p;
	struct udh_concat c = {0};

	if (ie->id != IE_CONCAT8 && ie->id != IE_CONCAT16)
		return;
	if (ie->id == IE_CONCAT8 && ie->value.n == 3)
		c = (struct udh_concat){.ref = v[0], .total = v[1], .seq = v[2]};
	else if (ie->id == IE_CONCAT16 && ie->value.n == 4)
		c = (struct udh_concat){.ref = (uint16_t)(v[0] << 8 | v[1]), .total = v[2], .seq = v[3], .ref16 = true};
	*out = c;
}

static bool sane(const struct udh_concat *c)
{
	return c->seq >= 1 && c->seq <= c->total;
}

bool udh_concat(struct view user_data, struct udh_concat *out)
{
	struct udh_concat last = {0};
	struct udh_ie ie;
	uint32_t pos = 0;

	while (udh_next(user_data, &pos, &ie))
		read_concat(&ie, &last);
	/* 23.040 9.2.3.24: a header whose elements do not fill it is ignored as a whole */
	if (pos != udh_length(user_data) || !sane(&last))
		return false;
	*out = last;
	return true;
}

static bool concat_of_sar(struct view tlvs, struct udh_concat *out)
{
	uint32_t ref, total, seq;
	struct udh_concat c;

	if (!tlv_find_int(tlvs, TLV_SAR_MSG_REF_NUM, &ref) || !tlv_find_int(tlvs, TLV_SAR_TOTAL_SEGMENTS, &total) ||
	    !tlv_find_int(tlvs, TLV_SAR_SEGMENT_SEQNUM, &seq))
		return false;
	if (ref > UINT16_MAX || total > UINT8_MAX || seq > UINT8_MAX)
		return false;
	c = (struct udh_concat){
		.ref = (uint16_t)ref, .total = (uint8_t)total, .seq = (uint8_t)seq, .ref16 = true, .sar = true};
	if (!sane(&c))
		return false;
	*out = c;
	return true;
}

static bool has_user_data(const struct pdu *pdu)
{
	return pdu->command_id == SUBMIT_SM || pdu->command_id == DELIVER_SM || pdu->command_id == DATA_SM ||
	       pdu->command_id == SUBMIT_MULTI;
}

bool udh_concat_pdu(const struct pdu *pdu, struct udh_concat *out)
{
	struct view text;

	if (!has_user_data(pdu))
		return false;
	if ((pdu->sm.esm_class & ESM_UDHI) && pdu_text(pdu, &text) && udh_concat(text, out))
		return true;
	return concat_of_sar(pdu->tlvs, out);
}

uint32_t udh_write(const struct udh_concat *c, uint8_t out[7])
{
	uint32_t n = 0;

	out[n++] = c->ref16 ? 6 : 5;
	out[n++] = c->ref16 ? IE_CONCAT16 : IE_CONCAT8;
	out[n++] = c->ref16 ? 4 : 3;
	if (c->ref16)
		out[n++] = (uint8_t)(c->ref >> 8);
	out[n++] = (uint8_t)(c->ref & 0xFF);
	out[n++] = c->total;
	out[n++] = c->seq;
	return n;
}
