/*
 * outcome.c - reads receipts: id, state, final or not. Must not know messages, nor what becomes of them.
 */
#include "path/outcome.h"

#include <stdio.h>
#include <strings.h>

#define MINUTES_PER_QUARTER 15
#define NETWORK_ERROR	    3u /* octets of network_error_code: kind of network, code [S 5.3.2.31] */
#define ERR_ROOM	    8u /* of the scratch, for a code as text */

/* Words that the specification lacks but whose meaning is plain; Kannel takes the first three as here. */
static const struct {
	const char *word;
	enum message_state state;
} words[] = {
	{"ACKED", STATE_ACCEPTED},   {"BUFFRED", STATE_ENROUTE},    {"BUFFERD", STATE_ENROUTE},
	{"BUFFERED", STATE_ENROUTE}, {"DELIVERD", STATE_DELIVERED}, {"REJECT", STATE_REJECTED},
};

/* An unknown word is a failure (smpp.md 11 rule 5). */
static enum message_state state_of(struct view stat)
{
	enum message_state state;
	if (receipt_stat_state(stat, &state))
		return state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (stat.n == strlen(words[i].word) && strncasecmp((const char *)stat.p, words[i].word, stat.n) == 0)
			return words[i].state;
	}
	return STATE_UNDELIVERABLE;
}

static bool is_success(const struct carrier_conf *conf, struct view stat)
{
	for (size_t i = 0; i < conf->success.n; i++) {
		if (stat.n == strlen(conf->success.at[i]) &&
		    strncasecmp((const char *)stat.p, conf->success.at[i], stat.n) == 0)
			return true;
	}
	return false;
}

/* State by TLV, else by stat word. TLV value 0 says nothing on a 3.4 link. False when nothing is said. */
static bool read_state(const struct carrier_conf *conf, const struct pdu *pdu, struct view stat,
		       enum message_state *state)
{
	uint32_t tlv;
	bool by_tlv = tlv_find_int(pdu->tlvs, TLV_MESSAGE_STATE, &tlv) && tlv >= STATE_ENROUTE && tlv <= STATE_SKIPPED;
	if (by_tlv)
		*state = (enum message_state)tlv;
	else if (is_success(conf, stat))
		*state = STATE_DELIVERED;
	else
		*state = stat.n ? state_of(stat) : STATE_UNKNOWN;
	return by_tlv || stat.n;
}

/* The err of a receipt that has none in its text: the network's code, three digits or more. */
static struct view network_error(const struct pdu *pdu, char room[ERR_ROOM])
{
	struct view v;
	if (!tlv_find(pdu->tlvs, TLV_NETWORK_ERROR_CODE, &v) || v.n != NETWORK_ERROR)
		return (struct view){0};
	int n = snprintf(room, ERR_ROOM, "%03u", (unsigned)v.p[1] << 8 | v.p[2]);
	return (struct view){(const uint8_t *)room, (uint32_t)n};
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
		  struct smpp_time_read *last, struct outcome *out)
{
	struct receipt text;
	bool ack = conf->ack_receipts && (pdu->sm.esm_class & ESM_TYPE_MASK) == ESM_DELIVERY_ACK;
	if (!ack && !receipt_recognise(pdu, conf->receipt_by_text))
		return false;
	receipt_parse_pdu(pdu, scratch, OUTCOME_SCRATCH - ERR_ROOM, &text);
	*out = (struct outcome){.stat = cut(text.stat), .err = cut(text.err)};
	if (out->err.n == 0)
		out->err = network_error(pdu, scratch + OUTCOME_SCRATCH - ERR_ROOM);
	if (!tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &out->id) || out->id.n == 0)
		out->id = text.id;
	else if (text.id.n && !view_eq(text.id, out->id))
		out->other_id = text.id;
	bool said = read_state(conf, pdu, text.stat, &out->state);
	out->final = is_final(conf, pdu, out->state, said);
	out->submit_date = text.submit_date;
	if (smpp_time_read_receipt(last, text.done_date, (int)(conf->zone / MINUTES_PER_QUARTER), &out->done_ms) < 0)
		out->done_ms = 0;
	out->from = pdu->sm.src;
	return true;
}

bool outcome_number(const struct outcome *o, struct number *out)
{
	return number_parse(o->from, out);
}

int64_t outcome_submit_ms(const struct carrier_conf *conf, const struct outcome *o)
{
	int64_t ms;
	return smpp_time_parse_receipt(o->submit_date, (int)(conf->zone / MINUTES_PER_QUARTER), &ms) < 0 ? 0 : ms;
}
