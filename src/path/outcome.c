/*
 * outcome.c - reads receipts: id, state, final or not. Must not know messages, nor what becomes of them.
 */
#include "path/outcome.h"

#include "smpp/smpp_time.h"

#define MINUTES_PER_QUARTER 15

/*
 * State by TLV, else by stat word; an unknown word is a failure (smpp.md 11 rule 5). TLV value 0 says nothing on a 3.4
 * link.
 */
static enum message_state read_state(const struct pdu *pdu, struct view stat)
{
	uint32_t tlv;
	enum message_state state;
	if (tlv_find_int(pdu->tlvs, TLV_MESSAGE_STATE, &tlv) && tlv >= STATE_ENROUTE && tlv <= STATE_SKIPPED)
		return (enum message_state)tlv;
	if (stat.n == 0)
		return STATE_UNKNOWN;
	return receipt_stat_state(stat, &state) ? state : STATE_UNDELIVERABLE;
}

static bool is_final(const struct carrier_conf *conf, const struct pdu *pdu, enum message_state state, bool said)
{
	if ((pdu->sm.esm_class & ESM_TYPE_MASK) == ESM_INTERMEDIATE || !said)
		return false;
	if (state == STATE_ACCEPTED)
		return conf->acceptd_final;
	if (state == STATE_UNKNOWN)
		return conf->unknown_final;
	return receipt_state_final(state);
}

/* A word of any length would burst the record and our receipt. */
static struct view cut(struct view word)
{
	return (struct view){word.p, word.n < OUTCOME_WORD_MAX ? word.n : OUTCOME_WORD_MAX};
}

bool outcome_read(const struct carrier_conf *conf, const struct pdu *pdu, char scratch[OUTCOME_SCRATCH],
		  struct outcome *out)
{
	struct receipt text = {0};
	uint32_t tlv;
	if (!receipt_recognise(pdu, conf->receipt_by_text))
		return false;
	receipt_parse_pdu(pdu, scratch, OUTCOME_SCRATCH, &text);
	*out = (struct outcome){.stat = cut(text.stat), .err = cut(text.err)};
	if (!tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &out->id) || out->id.n == 0)
		out->id = text.id;
	else if (text.id.n && !view_eq(text.id, out->id))
		out->other_id = text.id;
	out->state = read_state(pdu, text.stat);
	bool said = text.stat.n || tlv_find_int(pdu->tlvs, TLV_MESSAGE_STATE, &tlv);
	out->final = is_final(conf, pdu, out->state, said);
	if (smpp_time_parse_receipt(text.done_date, (int)(conf->zone / MINUTES_PER_QUARTER), &out->done_ms) < 0)
		out->done_ms = 0;
	out->has_number = number_parse(pdu->sm.src, &out->number);
	return true;
}
