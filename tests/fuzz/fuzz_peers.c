/*
 * fuzz_peers.c - any octets as the text of an app for a carrier that differs, and of a phone for an app: what leaves
 * can be encoded and read again, says which part it is as before, and a text that was changed says what it said. The
 * first six octets choose the peers.
 */
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "path/inbound.h"
#include "path/parts.h"
#include "path/relay.h"
#include "smpp/udh.h"

#define TEXT_MAX 4000u

static struct relay_scratch scratch;
static uint8_t frame[80000], tlv_mem[8000];

static struct pdu pdu_with(const uint8_t *choice, struct view text)
{
	struct pdu pdu = {.command_id = SUBMIT_SM, .has_body = true};
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	pdu.sm.src.addr = view_of("10690001");
	pdu.sm.dst.addr = view_of("8613800138000");
	pdu.sm.data_coding = choice[0];
	pdu.sm.esm_class = choice[1] & 1 ? ESM_UDHI : 0;
	if (choice[1] & 2) {
		tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 0x1234, 2);
		tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 3, 1);
		tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 2, 1);
	}
	if (text.n > 254 || (choice[1] & 4))
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, text.p, text.n);
	else
		pdu.sm.short_message = text;
	pdu.tlvs = (struct view){o.p, o.n};
	return pdu;
}

static bool same_part(const struct pdu *a, const struct pdu *b)
{
	struct udh_concat x, y;
	bool is = udh_concat_pdu(a, &x);
	if (is != udh_concat_pdu(b, &y))
		return false;
	return !is || (x.seq == y.seq && x.total == y.total && (uint8_t)x.ref == (uint8_t)y.ref);
}

/* In UTF-8; n of both, or UINT32_MAX for what is no text. */
static uint32_t words_of(const struct pdu *pdu, enum charset dcs0, uint8_t *out)
{
	struct view text;
	MUST(pdu_text(pdu, &text));
	uint32_t skip = pdu->sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
	if (skip)
		text = (struct view){text.p + skip, text.n - skip};
	long n = charset_convert(charset_of_dcs(pdu->sm.data_coding, dcs0), text, CHARSET_UTF8, false, out,
				 4 * TEXT_MAX);
	return n < 0 ? UINT32_MAX : (uint32_t)n;
}

static void check_relay(const uint8_t *choice, struct view text)
{
	static uint8_t was[4 * TEXT_MAX], is[4 * TEXT_MAX];
	const struct relay_peer peer = {.tlvs = choice[1] & 8,
					.dcs0 = (enum charset)(choice[2] % 7),
					.app_dcs0 = (enum charset)(choice[3] % 7),
					.encoding = (enum dialect_encoding)(choice[4] % 3),
					.long_mode = (enum split_mode)(choice[5] % 4)};
	struct pdu sent = pdu_with(choice, text), pdu = sent, again;
	bool good = relay_text(&pdu, &peer, &scratch);
	if (scratch.why)
		return;
	MUST(parts_count(&pdu, &peer) <= SPLIT_MAX);
	uint32_t was_n = words_of(&sent, peer.app_dcs0, was);
	if (was_n != UINT32_MAX && scratch.form != DIALECT_STAYS)
		MUST(words_of(&pdu, peer.dcs0, is) == was_n && memcmp(was, is, was_n) == 0);
	if (!good)
		return;
	MUST(same_part(&sent, &pdu));
	size_t n = pdu_encode(&pdu, frame, sizeof(frame));
	MUST(n > 0 && pdu_decode(frame, n, &again) == ESME_ROK);
}

static bool take(void *arg, struct view part)
{
	struct pdu pdu;
	MUST(pdu_decode(part.p, part.n, &pdu) == ESME_ROK);
	MUST(++*(unsigned *)arg <= SPLIT_MAX);
	return true;
}

static void check_inbound(const uint8_t *choice, struct view text)
{
	struct carrier_conf carrier = {.dcs0 = choice[2] % 7, .encoding = choice[4] % 3};
	struct account_conf account = {.dcs0 = choice[3] % 7, .long_mode = choice[5] % 4};
	const struct inbound in = {&carrier, choice[1] & 16 ? NULL : &account, 7, {NULL, 0}};
	struct pdu pdu = pdu_with(choice, text);
	unsigned n = 0;
	pdu.command_id = DELIVER_SM;
	MUST(inbound_frames(&in, &pdu, take, &n) && n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 6 || size > TEXT_MAX)
		return 0;
	struct view text = {data + 6, (uint32_t)size - 6};
	check_relay(data, text);
	check_inbound(data, text);
	return 0;
}
