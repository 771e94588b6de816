/*
 * flow_last.c - the last message that went to a number from a code, for the reply that answers it. Part of the order of
 * life. Must not know replies, nor where it is kept.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "policy/signature.h"

#define EDGE	   160u /* octets of UCS-2 in whose head a signature is looked for, and in whose tail */
#define TEXT_MAX   4096u
#define NAME_UNITS 60u /* of UCS-2, of signatures that are known by their first ones */

static struct view tlv_word(const struct pdu *pdu, uint16_t tag)
{
	struct view v;
	return pdu->tlvs.n && tlv_find_str(pdu->tlvs, tag, &v) ? v : FLOW_NOTHING;
}

static size_t to_utf8(enum charset from, struct view text, char *out, size_t cap)
{
	long n = charset_convert(from, text, CHARSET_UTF8, true, (uint8_t *)out, (uint32_t)cap);
	return n > 0 ? (size_t)n : 0;
}

/* Of UCS-2 that begins with 【 the octets up to the 】 behind a name; 0: it is not so simple. */
static uint32_t leading_signature(struct view text)
{
	static const uint8_t open[] = {0x30, 0x10}, close[] = {0x30, 0x11};
	if (text.n < 2 || memcmp(text.p, open, 2) != 0)
		return 0;
	for (uint32_t i = 2; i + 2 <= text.n && i <= NAME_UNITS * 2 && memcmp(text.p + i, open, 2) != 0; i += 2) {
		if (memcmp(text.p + i, close, 2) == 0)
			return i > 2 ? i + 2 : 0;
	}
	return 0;
}

/* The text in UTF-8; of UCS-2, which nearly all are, its two ends: that is where a signature stands. */
static size_t read_ends(enum charset from, struct view text, char out[TEXT_MAX])
{
	uint32_t leading = from == CHARSET_UCS2 ? leading_signature(text) : 0;
	if (leading)
		text.n = leading;
	if (from != CHARSET_UCS2 || text.n <= 2 * EDGE) {
		text.n = text.n < TEXT_MAX / 4 ? text.n : TEXT_MAX / 4;
		return to_utf8(from, text, out, TEXT_MAX);
	}
	text.n -= text.n % 2;
	size_t n = to_utf8(from, (struct view){text.p, EDGE}, out, TEXT_MAX);
	return n + to_utf8(from, (struct view){text.p + text.n - EDGE, EDGE}, out + n, TEXT_MAX - n);
}

static struct view signature_of(const struct flow *f, const struct msg *m, const struct pdu *pdu, char *room)
{
	struct view text;
	const struct account_conf *conf = account_conf(accounts_at(f->accounts, m->account));
	enum charset from = charset_of_dcs(pdu->sm.data_coding, (enum charset)conf->dcs0);
	if (from == CHARSET_BINARY || !pdu_text(pdu, &text))
		return FLOW_NOTHING;
	uint32_t skip = pdu->sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
	size_t n = read_ends(from, (struct view){text.p + skip, text.n - skip}, room);
	return signature_find((struct view){(const uint8_t *)room, (uint32_t)n}, NULL);
}

/* Of a text that the app has cut itself its first part stands for all. */
static bool is_later_part(const struct pdu *pdu)
{
	struct udh_concat c;
	return ((pdu->sm.esm_class & ESM_UDHI) || pdu->tlvs.n) && udh_concat_pdu(pdu, &c) && c.seq > 1;
}

void flow_note_last(struct flow *f, struct msg *m)
{
	struct msg *whole = msg_whole(f->msgs, m);
	char room[TEXT_MAX];
	struct pdu pdu;
	struct number to;
	int64_t age = f->conf.reply->last_age;
	if (age == 0 || m->part > 1 || whole->internal || whole->mo || whole->account == MSG_NO_ACCOUNT)
		return;
	msg_pdu(whole, NULL, &pdu);
	if (is_later_part(&pdu) || !number_parse(pdu.sm.dst, &to))
		return;
	const struct store_last last = {
		.id = msg_app_id(whole),
		.account = view_of(account_name(accounts_at(f->accounts, whole->account))),
		.signature = signature_of(f, whole, &pdu, room),
		.class_name = view_of(class_name((enum class_id)whole->class_id)),
		.campaign = tlv_word(&pdu, TLV_CAMPAIGN),
		.variant = tlv_word(&pdu, TLV_VARIANT),
		.group = tlv_word(&pdu, TLV_GROUP_KEY),
	};
	if (store_last_put(f->store, loop_wall_ms(f->loop), age, (struct view){(const uint8_t *)to.digits, to.n},
			   pdu.sm.src.addr, &last) < 0)
		log_debug("-", "event=last_not_noted id=%llu reason=\"store away\"", (unsigned long long)last.id);
}
