/*
 * parts.c - long texts in parts. Must not know carriers' binds, nor what becomes of a part.
 */
#include "path/parts.h"

#include "smpp/udh.h"

#define SHORT_ENOUGH 140u /* octets: fits alone in every alphabet */
#define FRAME_MAX    4096u

void parts_put(struct pdu *pdu, struct view text, const struct parts_mark *mark, uint8_t *user, struct tlv_out *tlvs)
{
	struct udh_concat concat = {mark->ref, mark->total, mark->seq, mark->mode != SPLIT_UDH8,
				    mark->mode == SPLIT_SAR};
	uint32_t n = 0;
	if (mark->total > 1 && mark->mode == SPLIT_SAR) {
		tlv_put_int(tlvs, TLV_SAR_MSG_REF_NUM, mark->ref, 2);
		tlv_put_int(tlvs, TLV_SAR_TOTAL_SEGMENTS, mark->total, 1);
		tlv_put_int(tlvs, TLV_SAR_SEGMENT_SEQNUM, mark->seq, 1);
	} else if (mark->total > 1) {
		n = udh_write(&concat, user);
		pdu->sm.esm_class |= ESM_UDHI;
	}
	memcpy(user + n, text.p, text.n);
	pdu->sm.short_message = (struct view){user, n + text.n};
}

/* A peer without TLVs takes neither a SAR trio nor a payload. */
enum split_mode parts_mode(const struct relay_peer *peer)
{
	return (peer->long_mode == SPLIT_SAR || peer->long_mode == SPLIT_PAYLOAD) && !peer->tlvs ? SPLIT_UDH8
												 : peer->long_mode;
}

/* The plan for a text; 1 when it stays whole. */
static uint32_t plan(const struct pdu *pdu, const struct relay_peer *peer, struct view *text, uint32_t ends[SPLIT_MAX])
{
	struct udh_concat concat;
	*text = (struct view){NULL, 0};
	if (!pdu_text(pdu, text) || text->n <= SHORT_ENOUGH || (pdu->sm.esm_class & ESM_UDHI) ||
	    parts_mode(peer) == SPLIT_PAYLOAD || udh_concat_pdu(pdu, &concat)) {
		ends[0] = text->n;
		return 1;
	}
	return split_plan(charset_of_dcs(pdu->sm.data_coding, peer->dcs0), *text, parts_mode(peer), ends);
}

unsigned parts_count(const struct pdu *pdu, const struct relay_peer *peer)
{
	uint32_t ends[SPLIT_MAX];
	struct view text;
	return plan(pdu, peer, &text, ends);
}

/* The message's TLVs that each part carries: all but the text, and what says which part it is. */
static void copy_tlvs(struct view from, struct tlv_out *to)
{
	struct tlv t;
	uint32_t pos = 0;
	while (tlv_next(from, &pos, &t)) {
		if (t.tag != TLV_MESSAGE_PAYLOAD && t.tag != TLV_SAR_MSG_REF_NUM && t.tag != TLV_SAR_TOTAL_SEGMENTS &&
		    t.tag != TLV_SAR_SEGMENT_SEQNUM)
			tlv_put(to, t.tag, t.value.p, t.value.n);
	}
}

bool parts_make(const struct msg *m, const struct relay_peer *peer, struct relay_scratch *scratch, uint16_t ref,
		bool (*part)(void *arg, unsigned seq, unsigned total, struct view frame), void *arg)
{
	uint8_t user[PARTS_USER_MAX], frame[FRAME_MAX], tlv_mem[2048];
	uint32_t ends[SPLIT_MAX];
	struct relay_words words;
	struct pdu pdu, whole;
	struct view text;
	msg_pdu(m, NULL, &whole);
	if (!relay_words(&whole, peer, scratch, &words))
		return false;
	const struct view tlvs_of_all = whole.tlvs;
	whole.sm.data_coding = words.said.data_coding;
	whole.sm.short_message = words.said.text;
	whole.tlvs = (struct view){NULL, 0};
	uint32_t total = plan(&whole, peer, &text, ends);
	for (uint32_t i = total; i-- > 0;) {
		struct tlv_out tlvs = {tlv_mem, 0, sizeof(tlv_mem), false};
		struct parts_mark mark = {parts_mode(peer), ref, (uint8_t)total, (uint8_t)(i + 1)};
		uint32_t from = i ? ends[i - 1] : 0;
		pdu = whole;
		copy_tlvs(tlvs_of_all, &tlvs);
		parts_put(&pdu, (struct view){text.p + from, ends[i] - from}, &mark, user, &tlvs);
		pdu.tlvs = (struct view){tlvs.p, tlvs.n};
		size_t n = pdu_encode(&pdu, frame, sizeof(frame));
		if (n == 0 || !part(arg, i + 1, total, (struct view){frame, (uint32_t)n}))
			return false;
	}
	return true;
}
