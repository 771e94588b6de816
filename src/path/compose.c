/*
 * compose.c - texts that we send ourselves (answers, confirmations). Must not know accounts, carriers or the store.
 */
#include "path/compose.h"

#include "base/text.h"
#include "path/parts.h"

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

unsigned compose_parts(const struct compose *c, bool (*part)(void *arg, struct view frame), void *arg)
{
	uint8_t text[TEXT_MAX], user[PARTS_USER_MAX], frame[FRAME_MAX], tlv_mem[PARTS_TLV_MAX];
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
		struct parts_mark mark = {mode, c->ref, (uint8_t)total, (uint8_t)(i + 1)};
		struct pdu pdu;
		start(c, used, &pdu);
		parts_put(&pdu, (struct view){text + from, ends[i] - from}, &mark, user, &tlvs);
		pdu.tlvs = (struct view){tlvs.p, tlvs.n};
		size_t size = pdu_encode(&pdu, frame, sizeof(frame));
		if (!size || !part(arg, (struct view){frame, (uint32_t)size}))
			return 0;
	}
	return total;
}
