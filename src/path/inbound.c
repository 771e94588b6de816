/*
 * inbound.c - replies in the words of the account. Must not know accounts' binds, keywords, or where frames are kept.
 */
#include "path/inbound.h"

#include <string.h>

#include "path/dialect.h"
#include "path/marks.h"
#include "path/parts.h"
#include "path/pass.h"
#include "path/record.h"

#define TEXT_MAX	  65535u
#define SHORT_MESSAGE_MAX 254u /* [S 5.2.21] */
#define DCS_GBK		  15u

struct speaking {
	const struct inbound *in;
	struct pdu pdu; /* all but the text */
	struct marks marks;
	struct dialect_said said;
	bool (*part)(void *arg, struct view frame);
	void *arg;
};

static uint8_t said_text[TEXT_MAX], tlv_mem[PDU_MAX_DEFAULT], user_mem[MARKS_HEADER_MAX + TEXT_MAX], frame[RECORD_MAX];

/* A carrier that wants GBK sends GBK; an app need not know it. */
static enum dialect_encoding encoding_for(const struct inbound *in, uint8_t data_coding)
{
	bool gbk = data_coding == DCS_GBK && in->carrier->encoding == DIALECT_TO_GBK;
	return gbk ? DIALECT_TO_UCS2 : DIALECT_AS_IS;
}

static void say(struct speaking *x, uint8_t data_coding)
{
	const struct inbound *in = x->in;
	x->said = (struct dialect_said){DIALECT_STAYS, data_coding, x->marks.text};
	if (!in->account || x->marks.foreign)
		return;
	const struct dialect d = {(enum charset)in->carrier->dcs0, (enum charset)in->account->dcs0,
				  encoding_for(in, data_coding), DIALECT_OPEN};
	if (!dialect_same(&d))
		dialect_say(&d, data_coding, x->marks.text, marks_on_air(&x->marks), said_text, sizeof(said_text),
			    &x->said);
	if (x->said.form == DIALECT_LOST)
		x->said = (struct dialect_said){DIALECT_STAYS, data_coding, x->marks.text};
}

static bool encode(struct speaking *x, const struct pdu *pdu)
{
	size_t n = pdu_encode(pdu, frame, sizeof(frame));
	return n && x->part(x->arg, (struct view){frame, (uint32_t)n});
}

/* As one deliver_sm. */
static bool give_whole(struct speaking *x)
{
	struct pdu pdu = x->pdu;
	struct tlv_out o = {tlv_mem, pdu.tlvs.n, sizeof(tlv_mem), false};
	uint32_t header = x->marks.header.n, n = x->said.text.n;
	if (header)
		memcpy(user_mem, x->marks.header.p, header);
	if (n)
		memcpy(user_mem + header, x->said.text.p, n);
	struct view user = {user_mem, header + n};
	pdu.sm.short_message = user;
	if (x->marks.sar)
		marks_put_sar(&o, &x->marks.concat);
	if (user.n > SHORT_MESSAGE_MAX) {
		tlv_put(&o, TLV_MESSAGE_PAYLOAD, user.p, user.n);
		pdu.sm.short_message = (struct view){NULL, 0};
	}
	pdu.tlvs = (struct view){o.p, o.n};
	return !o.full && encode(x, &pdu);
}

/* Cut as the account wants it. ends: total of them. */
static bool give_parts(struct speaking *x, uint32_t total, const uint32_t *ends)
{
	uint32_t tlvs_n = x->pdu.tlvs.n;
	for (uint32_t i = 0, from = 0; i < total; from = ends[i++]) {
		struct tlv_out o = {tlv_mem, tlvs_n, sizeof(tlv_mem), false};
		struct parts_mark mark = {(enum split_mode)x->in->account->long_mode, x->in->ref, (uint8_t)total,
					  (uint8_t)(i + 1)};
		struct pdu pdu = x->pdu;
		parts_put(&pdu, (struct view){x->said.text.p + from, ends[i] - from}, &mark, user_mem, &o);
		pdu.tlvs = (struct view){o.p, o.n};
		if (o.full || !encode(x, &pdu))
			return false;
	}
	return true;
}

/* Into how many parts; 1 when it stays whole, also when it would be more than there may be. */
static uint32_t cut(const struct speaking *x, uint32_t ends[SPLIT_MAX])
{
	const struct account_conf *app = x->in->account;
	if (!app || app->long_mode == SPLIT_PAYLOAD || x->marks.part || x->marks.header.n)
		return 1;
	enum charset c = charset_of_dcs(x->said.data_coding, (enum charset)app->dcs0);
	uint32_t total = split_plan(c, x->said.text, (enum split_mode)app->long_mode, ends);
	return total ? total : 1;
}

/* What may pass of the carrier's TLVs, and ours. */
static bool set_tlvs(struct speaking *x, const struct pdu *pdu, bool same)
{
	const struct inbound *in = x->in;
	const struct pass pass = {&in->carrier->relay_tlvs, in->account ? &in->account->relay_tlvs : NULL};
	struct view own = in->own;
	x->pdu.tlvs = pass_tlvs(pdu->tlvs, &pass, !same, tlv_mem, sizeof(tlv_mem));
	if (own.n == 0)
		return true;
	if (x->pdu.tlvs.n + own.n > sizeof(tlv_mem))
		return false;
	memcpy(tlv_mem + x->pdu.tlvs.n, own.p, own.n);
	x->pdu.tlvs = (struct view){tlv_mem, x->pdu.tlvs.n + own.n};
	return true;
}

bool inbound_frames(const struct inbound *in, const struct pdu *pdu, bool (*part)(void *arg, struct view frame),
		    void *arg)
{
	struct speaking x = {.in = in, .pdu = *pdu, .part = part, .arg = arg};
	uint8_t unused[MARKS_HEADER_MAX];
	uint32_t ends[SPLIT_MAX];
	if (!marks_read(pdu, SPLIT_PAYLOAD, true, unused, &x.marks)) /* as it came */
		return false;
	say(&x, pdu->sm.data_coding);
	uint32_t total = cut(&x, ends);
	bool same = x.said.form == DIALECT_STAYS && total == 1;
	if (!set_tlvs(&x, pdu, same))
		return false;
	if (same)
		return encode(&x, &x.pdu);
	x.pdu.command_id = DELIVER_SM;
	x.pdu.sm.data_coding = x.said.data_coding;
	return total > 1 ? give_parts(&x, total, ends) : give_whole(&x);
}
