/*
 * session_in.c - what comes in over a session: frames, the table of what is legal in which state, requests, responses,
 * bad input (smpp.md 6, 13). Nothing is copied: PDUs are decoded in the input buffer.
 */
#include <stdio.h>
#include <string.h>
#include "link/session_priv.h"

#define HEX_OCTETS   64 /* octets of a malformed PDU in the log */
#define HEX_PROTOCOL 8	/* of the first one, before a bind */

#define ST(state) (1u << SESSION_##state)
#define ST_BOUND  (ST(BOUND_TX) | ST(BOUND_RX) | ST(BOUND_TRX))
#define ST_SENDS  (ST(BOUND_TX) | ST(BOUND_TRX)) /* an ESME bound so may submit */
#define ST_HEARS  (ST(BOUND_RX) | ST(BOUND_TRX)) /* an ESME bound so is delivered to */
#define ST_LIVE	  (ST(OPEN) | ST(BINDING) | ST_BOUND | ST(UNBINDING))

static void take_work(struct session *s, const struct pdu *pdu);
static void take_alert(struct session *s, const struct pdu *pdu);
static void take_bind(struct session *s, const struct pdu *pdu);
static void take_unbind(struct session *s, const struct pdu *pdu);
static void take_enquire_link(struct session *s, const struct pdu *pdu);
static void take_outbind(struct session *s, const struct pdu *pdu);
static void refuse_state(struct session *s, const struct pdu *pdu);

/* In which states a request is legal, by our role (smpp.md 2). A session that waits to unbind counts as UNBINDING. */
static const struct rule {
	uint32_t command;
	unsigned smsc, esme;
	void (*take)(struct session *s, const struct pdu *pdu);
} rules[] = {
	{SUBMIT_SM, ST_SENDS, 0, take_work},
	{DELIVER_SM, 0, ST_HEARS | ST(UNBINDING), take_work},
	{ENQUIRE_LINK, ST_LIVE, ST_LIVE, take_enquire_link},
	{DATA_SM, ST_BOUND, ST_HEARS | ST(UNBINDING), take_work},
	{SUBMIT_MULTI, ST_SENDS, 0, take_work},
	{QUERY_SM, ST_SENDS, 0, take_work},
	{CANCEL_SM, ST_SENDS, 0, take_work},
	{REPLACE_SM, ST_SENDS, 0, take_work},
	{BIND_TRANSCEIVER, ST(OPEN), 0, take_bind},
	{BIND_TRANSMITTER, ST(OPEN), 0, take_bind},
	{BIND_RECEIVER, ST(OPEN), 0, take_bind},
	{UNBIND, ST_BOUND | ST(UNBINDING), ST_BOUND | ST(UNBINDING), take_unbind},
	{ALERT_NOTIFICATION, 0, ST_HEARS, take_alert},
	{OUTBIND, ST(OPEN), 0, take_outbind},
};

static bool is_bind(uint32_t command)
{
	return command == BIND_TRANSCEIVER || command == BIND_TRANSMITTER || command == BIND_RECEIVER;
}

static const struct rule *rule_of(uint32_t command)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].command == command)
			return &rules[i];
	}
	return NULL;
}

/* Log lines. */

/*
 * Before a bind, whatever comes may be one that has lost its framing, and any of its octets the password's. The first
 * ones of a connection tell which protocol it speaks.
 */
static bool may_be_lost_bind(const struct session *s, const struct pdu *pdu)
{
	return s->role == SESSION_SMSC && !session_is_bound(s) && s->state != SESSION_UNBINDING &&
	       !is_bind(pdu->command_id) && pdu->command_id != OUTBIND;
}

/*
 * The octets of a PDU for the log. Of a bind only what stands before the password: the header and system_id; of a bind
 * that does not get so far the header only.
 */
static const char *hex_of(const struct session *s, const uint8_t *p, uint32_t n, const struct pdu *pdu,
			  char out[2 * HEX_OCTETS + 3])
{
	uint32_t show = n;

	if (may_be_lost_bind(s, pdu))
		show = s->spoken ? 0 : HEX_PROTOCOL;
	else if (is_bind(pdu->command_id) || pdu->command_id == OUTBIND)
		show = PDU_HEADER + (pdu->bind.system_id.n < HEX_OCTETS ? pdu->bind.system_id.n : 0);
	if (show > n)
		show = n;
	if (show > HEX_OCTETS)
		show = HEX_OCTETS;
	for (uint32_t i = 0; i < show; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
	snprintf(out + 2 * show, 3, "%s", show < n ? ".." : "");
	return out;
}

static void log_malformed(struct session *s, const uint8_t *p, uint32_t n, const struct pdu *pdu, uint32_t status)
{
	char hex[2 * HEX_OCTETS + 3];
	uint32_t sequence = may_be_lost_bind(s, pdu) && !command_known(pdu->command_id) ? 0 : pdu->sequence;

	log_peer_warn(s->name, "event=malformed command=%s sequence=%u status=%s octets=%u hex=%s",
		      command_name(pdu->command_id), sequence, status_name(status), n, hex_of(s, p, n, pdu, hex));
}

static void log_unsolicited(struct session *s, const struct pdu *pdu)
{
	s->stats->unsolicited++;
	log_peer_info(s->name, "event=unsolicited command=%s sequence=%u status=0x%x", command_name(pdu->command_id),
		      pdu->sequence, pdu->command_status);
}

static void log_wrong_state(struct session *s, const struct pdu *pdu)
{
	s->stats->wrong_state++;
	log_peer_info(s->name, "event=wrong_state command=%s sequence=%u state=%s", command_name(pdu->command_id),
		      pdu->sequence, session_state_name(s->state));
}

/* Requests. */

static void take_work(struct session *s, const struct pdu *pdu)
{
	if (++s->unanswered >= s->conf->window_in)
		session_set_hold(s, HOLD_WINDOW, true);
	s->ops->on_request(s, pdu, s->arg);
}

/* It has no answer, so it is not counted as unanswered. */
static void take_alert(struct session *s, const struct pdu *pdu)
{
	s->ops->on_request(s, pdu, s->arg);
}

static void take_enquire_link(struct session *s, const struct pdu *pdu)
{
	int64_t now = session_now(s);

	if (now - s->enquires_second_us >= 1000 * SESSION_US_PER_MS) {
		s->enquires_second_us = now;
		s->enquires = 0;
	}
	session_put_header(s, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, pdu->sequence);
	if (++s->enquires < SESSION_ENQUIRES || s->state == SESSION_ENDING)
		return;
	session_set_hold(s, HOLD_FLOOD, true);
	session_time_arm(s);
}

static void take_bind(struct session *s, const struct pdu *pdu)
{
	s->bind_command = pdu->command_id;
	s->bind_sequence = pdu->sequence;
	session_set_peer_version(s, pdu->bind.interface_version);
	uint32_t status = s->ops->on_bind(s, pdu, s->arg);
	if (s->state != SESSION_OPEN)
		return;
	if (status == SESSION_BIND_LATER)
		session_set_hold(s, HOLD_JUDGE, true);
	else
		session_answer_bind(s, status);
}

/* Only as the first PDU of a connection that the peer made: it says who binds here (smpp.md 6). */
static void take_outbind(struct session *s, const struct pdu *pdu)
{
	if (s->spoken || s->ops->on_outbind == NULL)
		refuse_state(s, pdu);
	else
		s->ops->on_outbind(s, pdu, s->arg);
}

static void take_unbind(struct session *s, const struct pdu *pdu)
{
	if (s->unbind_sequence != 0 || s->peer_unbinds) {
		/* both at once, or again: ours is still to be answered */
		session_put_header(s, UNBIND | COMMAND_RESP, ESME_ROK, pdu->sequence);
		return;
	}
	s->state = SESSION_UNBINDING;
	s->leaving = false;
	s->peer_unbinds = true;
	s->peer_unbind_sequence = pdu->sequence;
	s->leave_until_us = session_now(s) + SESSION_LEAVE_US;
	session_answered(s);
	session_time_arm(s);
}

static void refuse_state(struct session *s, const struct pdu *pdu)
{
	bool again = is_bind(pdu->command_id) && s->role == SESSION_SMSC && session_is_bound(s);

	log_wrong_state(s, pdu);
	if (command_has_resp(pdu->command_id))
		session_put_header(s, pdu->command_id | COMMAND_RESP, again ? ESME_RALYBND : ESME_RINVBNDSTS,
				   pdu->sequence);
}

/* Ten malformed PDUs in a row: what the peer sends is not what it means. */
static void count_malformed(struct session *s)
{
	s->stats->malformed++;
	if (++s->malformed_row < SESSION_MALFORMED || s->state == SESSION_ENDING)
		return;
	session_release(s);
	if (session_is_bound(s))
		session_put_header(s, UNBIND, ESME_ROK, window_number(session_window(s)));
	session_finish(s, END_MALFORMED);
}

static void refuse_malformed(struct session *s, const uint8_t *p, uint32_t n, const struct pdu *pdu, uint32_t status)
{
	log_malformed(s, p, n, pdu, status);
	if (is_bind(pdu->command_id) && s->role == SESSION_SMSC && s->state == SESSION_OPEN) {
		s->bind_command = pdu->command_id;
		s->bind_sequence = pdu->sequence;
		session_answer_bind(s, status);
	} else if (command_has_resp(pdu->command_id)) {
		session_put_header(s, pdu->command_id | COMMAND_RESP, status, pdu->sequence);
	}
	count_malformed(s);
}

static void take_unknown(struct session *s, const uint8_t *p, uint32_t n, const struct pdu *pdu)
{
	s->stats->unknown_command++;
	log_malformed(s, p, n, pdu, ESME_RINVCMDID);
	/* an unknown response is not answered, so that two peers cannot nack each other for ever */
	if ((pdu->command_id & COMMAND_RESP) == 0)
		session_put_header(s, GENERIC_NACK, ESME_RINVCMDID, pdu->sequence);
}

static void take_request(struct session *s, const uint8_t *p, uint32_t n, const struct pdu *pdu, uint32_t status)
{
	const struct rule *rule = rule_of(pdu->command_id);
	enum session_state state = s->leaving && pdu->command_id != UNBIND ? SESSION_UNBINDING : s->state;
	unsigned legal = s->role == SESSION_SMSC ? rule->smsc : rule->esme;

	if ((legal & 1u << state) == 0) {
		refuse_state(s, pdu);
		return;
	}
	if (status == ESME_RINVOPTPARSTREAM && pdu->command_id == DELIVER_SM) {
		/* a receipt or a reply with broken TLVs is still one: the mandatory part is used */
		log_malformed(s, p, n, pdu, status);
		s->stats->malformed++;
		status = ESME_ROK;
	}
	if (status != ESME_ROK) {
		refuse_malformed(s, p, n, pdu, status);
		return;
	}
	s->malformed_row = 0;
	rule->take(s, pdu);
}

/* Responses. */

static void take_bind_resp(struct session *s, const struct pdu *pdu)
{
	uint32_t version = 0;

	s->bind_sequence = 0;
	if (pdu->command_status != ESME_ROK || pdu->command_id == GENERIC_NACK) {
		s->refused = true;
		s->ops->on_refused(s, pdu->command_status, s->arg);
		session_close(s, END_BIND_REFUSED);
		return;
	}
	tlv_find_int(pdu->tlvs, TLV_SC_INTERFACE_VERSION, &version);
	session_become_bound(s, (uint8_t)version);
	s->ops->on_bound(s, s->arg);
}

static void take_settling(struct session *s, const struct pdu *pdu)
{
	uint64_t cookie;
	int64_t sent_us;
	enum session_outcome outcome = pdu->command_id == GENERIC_NACK ? SESSION_NACKED : SESSION_ANSWERED;

	switch (s->out != NULL ? window_settle(s->out, pdu->sequence, &cookie, &sent_us) : WINDOW_UNKNOWN) {
	case WINDOW_UNKNOWN:
		log_unsolicited(s, pdu);
		return;
	case WINDOW_LATE:
		outcome = SESSION_LATE;
		break;
	case WINDOW_ANSWERED:
		break;
	}
	s->ops->on_settled(s, cookie, outcome, pdu, sent_us, s->arg);
	if (s->leaving && s->state != SESSION_ENDING)
		session_answered(s);
}

static void take_response(struct session *s, const struct pdu *pdu)
{
	bool nack = pdu->command_id == GENERIC_NACK;

	if (nack)
		s->stats->nacks++;
	if (s->state == SESSION_BINDING && pdu->sequence == s->bind_sequence) {
		take_bind_resp(s, pdu);
	} else if (s->unbind_sequence != 0 && pdu->sequence == s->unbind_sequence) {
		session_close(s, s->end_reason);
	} else if (s->enquire_sequence != 0 && pdu->sequence == s->enquire_sequence) {
		s->enquire_sequence = 0;
	} else {
		take_settling(s, pdu);
	}
}

/* Frames. */

static void take_frame(struct session *s, const uint8_t *p, uint32_t n)
{
	struct pdu pdu;
	uint32_t status = pdu_decode(p, n, &pdu);

	session_tap(s, false, p, n);
	s->stats->pdus_in++;
	if (status == ESME_RINVCMDID) {
		take_unknown(s, p, n, &pdu);
	} else if ((pdu.command_id & COMMAND_RESP) == 0) {
		take_request(s, p, n, &pdu, status);
	} else {
		s->malformed_row = 0;
		take_response(s, &pdu);
	}
	s->spoken = true;
}

/* Framing is lost: a nack with the sequence number if it is there, and the end. */
static void take_bad_length(struct session *s, const uint8_t *p, size_t n)
{
	struct pdu pdu = {.command_id = 0};
	uint32_t shown = n < HEX_OCTETS ? (uint32_t)n : HEX_OCTETS;

	if (n >= PDU_HEADER) {
		pdu.command_id = (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7];
		pdu.sequence = (uint32_t)p[12] << 24 | (uint32_t)p[13] << 16 | (uint32_t)p[14] << 8 | p[15];
	}
	s->stats->malformed++;
	session_tap(s, false, p, n < PDU_HEADER ? n : PDU_HEADER); /* what follows may be anything */
	log_malformed(s, p, shown, &pdu, ESME_RINVCMDLEN);
	session_put_header(s, GENERIC_NACK, ESME_RINVCMDLEN, pdu.sequence);
	session_finish(s, END_BAD_LENGTH);
}

/* A PDU has been begun: since when is told to the partial-PDU timer. whole: a PDU was completed in this call. */
static void note_partial(struct session *s, size_t left, bool whole)
{
	if (left == 0) {
		s->partial_us = 0;
	} else if (s->partial_us == 0 || whole) {
		s->partial_us = session_now(s);
		if (s->armed_us > s->partial_us + s->conf->partial_ms * SESSION_US_PER_MS)
			session_time_arm(s);
	}
}

size_t session_in_octets(void *arg, const uint8_t *p, size_t n)
{
	struct session *s = arg;
	size_t used = 0;

	if (s->enquire_us != 0 || s->probe_until_us != 0) { /* any octet is a sign of life */
		s->enquire_us = s->probe_until_us = 0;
		session_time_arm(s);
	}
	while (s->holds == 0 && used < n) {
		uint32_t need;
		if (pdu_frame(p + used, n - used, s->conf->max_pdu, &need) != ESME_ROK) {
			take_bad_length(s, p + used, n - used);
			return n;
		}
		if (need > n - used)
			break;
		take_frame(s, p + used, need);
		if (s->state == SESSION_ENDING)
			return n;
		used += need;
	}
	note_partial(s, s->holds == 0 ? n - used : 0, used > 0);
	session_offer_room(s);
	return used;
}
