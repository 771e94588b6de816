/*
 * compose.c - texts that we send ourselves (answers, confirmations). Must not know accounts, carriers or the store.
 */
#include "path/compose.h"

#include "base/text.h"
#include "smpp/pdu.h"
#include "smpp/udh.h"

#define TEXT_MAX  40000u /* octets in the target alphabet: 255 parts of 134 and more */
#define FRAME_MAX 1024u	 /* one part with header */

/* data_coding 0 when the alphabet there has every character, else UCS-2. */
static long encode(const struct compose *c, enum charset *used, uint8_t *out)
{
	struct view text = view_of(c->utf8);
	if (charset_fits(CHARSET_UTF8, text, c->dcs0)) {
		*used = c->dcs0;
		return charset_convert(CHARSET_UTF8, text, c->dcs0, false, out, TEXT_MAX);
	}
	*used = CHARSET_UCS2;
	return charset_convert(CHARSET_UTF8, text, CHARSET_UCS2, false, out, TEXT_MAX);
}

static void start(const struct compose *c, enum charset used, struct pdu *pdu)
{
	*pdu = (struct pdu){.command_id = SUBMIT_SM};
	pdu->sm.src = (struct pdu_addr){0, 1, view_of(c->source)};
	pdu->sm.dst = (struct pdu_addr){1, 1, {(const uint8_t *)c->to->digits, c->to->n}};
	pdu->sm.registered_delivery = c->registered_delivery;
	pdu->sm.data_coding = used == CHARSET_UCS2 ? 8 : 0;
}

/* The user data and TLVs of one part by the carrier's mode. user has 256 octets. */
static void put_part(const struct compose *c, struct view text, unsigned total, unsigned seq, uint8_t *user,
		     struct tlv_out *tlvs, struct pdu *pdu)
{
	struct udh_concat concat = {c->ref, (uint8_t)total, (uint8_t)seq, c->mode != SPLIT_UDH8, c->mode == SPLIT_SAR};
	uint32_t n = 0;
	if (total > 1 && c->mode == SPLIT_SAR) {
		tlv_put_int(tlvs, TLV_SAR_MSG_REF_NUM, c->ref, 2);
		tlv_put_int(tlvs, TLV_SAR_TOTAL_SEGMENTS, total, 1);
		tlv_put_int(tlvs, TLV_SAR_SEGMENT_SEQNUM, seq, 1);
	} else if (total > 1) {
		n = udh_write(&concat, user);
		pdu->sm.esm_class |= ESM_UDHI;
	}
	memcpy(user + n, text.p, text.n);
	pdu->sm.short_message = (struct view){user, n + text.n};
}

unsigned compose_parts(const struct compose *c, bool (*part)(void *arg, struct view frame), void *arg)
{
	uint8_t text[TEXT_MAX], user[512], frame[FRAME_MAX], tlv_mem[64];
	uint32_t ends[SPLIT_MAX];
	enum charset used;
	if (!text_valid(c->utf8, strlen(c->utf8)))
		return 0;
	long n = encode(c, &used, text);
	if (n <= 0)
		return 0;
	/* a payload has no parts for us to count, but not every carrier takes one for an answer: parts by UDH are safe
	 */
	enum split_mode mode = c->mode == SPLIT_PAYLOAD ? SPLIT_UDH8 : c->mode;
	uint32_t total = split_plan(used, (struct view){text, (uint32_t)n}, mode, ends);
	for (uint32_t i = 0, from = 0; i < total; from = ends[i++]) {
		struct tlv_out tlvs = {tlv_mem, 0, sizeof(tlv_mem), false};
		struct compose with = *c;
		struct pdu pdu;
		with.mode = mode;
		start(c, used, &pdu);
		put_part(&with, (struct view){text + from, ends[i] - from}, total, i + 1, user, &tlvs, &pdu);
		pdu.tlvs = (struct view){tlvs.p, tlvs.n};
		size_t size = pdu_encode(&pdu, frame, sizeof(frame));
		if (!size || !part(arg, (struct view){frame, (uint32_t)size}))
			return 0;
	}
	return total;
}
