/*
 * submit.c - what is wrong with a submit_sm or a data_sm, and what it asks for. Must not know the store, queues or an
 * account's state.
 */
#include "path/submit.h"

#include "smpp/smpp_time.h"
#include "smpp/udh.h"

#define ADDRESS_MAX	  20u  /* characters of an address in a submit_sm */
#define SHORT_MESSAGE_MAX 254u /* [S 5.2.21] */

static uint32_t fault(uint32_t status, const char *words, const char **why)
{
	*why = words;
	return status;
}

/* Single fields, in the order of the PDU (smpp.md 3, 5, 7). */
static uint32_t check_fields(const struct pdu *pdu, const char **why)
{
	const struct pdu_sm *sm = &pdu->sm;
	struct view text;
	if ((sm->esm_class & ESM_UDHI) && sm->short_message.n && udh_length(sm->short_message) == 0)
		return fault(ESME_RINVESMCLASS, "UDHI is set, but the text does not begin with a user data header",
			     why);
	if (sm->priority_flag > 3)
		return fault(ESME_RINVPRTFLG, "priority_flag over 3", why);
	if ((sm->registered_delivery & 3) == 3)
		return fault(ESME_RINVREGDLVFLG, "registered_delivery has reserved bits", why);
	if (sm->replace_if_present_flag > 1)
		return fault(ESME_RINVREPFLAG, "replace_if_present_flag over 1", why);
	if (sm->sm_default_msg_id != 0)
		return fault(ESME_RINVDFTMSGID, "no canned texts here", why);
	if (!pdu_text(pdu, &text))
		return fault(ESME_RINVMSGLEN, "both short_message and message_payload", why);
	return ESME_ROK;
}

static uint32_t read_schedule(struct view schedule, int64_t max_ms, int64_t now_ms, int64_t *due_ms, const char **why)
{
	enum smpp_time_kind kind;
	int64_t at = 0;
	*due_ms = 0;
	if (schedule.n == 0)
		return ESME_ROK;
	if (smpp_time_parse(schedule, now_ms, &at, &kind) < 0)
		return fault(ESME_RINVSCHED, "schedule_delivery_time cannot be read", why);
	*due_ms = kind != SMPP_TIME_NONE && at > now_ms ? at : 0;
	if (*due_ms > now_ms + max_ms)
		return fault(ESME_RINVSCHED, "schedule_delivery_time too far ahead", why);
	return ESME_ROK;
}

uint32_t submit_times(struct view schedule, struct view validity, const struct submit_limits *limits,
		      int64_t validity_ms, int64_t now_ms, const struct submit_times *keep, struct submit_times *out,
		      const char **why)
{
	enum smpp_time_kind kind = SMPP_TIME_NONE;
	int64_t at = 0;
	uint32_t status = read_schedule(schedule, limits->schedule_max_ms, now_ms, &out->due_ms, why);
	if (status)
		return status;
	if (keep && schedule.n == 0)
		out->due_ms = keep->due_ms;
	int64_t from = out->due_ms > now_ms ? out->due_ms : now_ms;
	if (validity.n && smpp_time_parse(validity, now_ms, &at, &kind) < 0)
		return fault(ESME_RINVEXPIRY, "validity_period cannot be read", why);
	out->expiry_ms = kind != SMPP_TIME_NONE ? at : keep ? keep->expiry_ms : from + validity_ms;
	if (out->expiry_ms <= from)
		return fault(ESME_RINVEXPIRY, "validity_period is over before the message could be sent", why);
	return ESME_ROK;
}

static int64_t validity_of(const struct submit_limits *limits, enum class_id class_id)
{
	int64_t of_class = limits->rules ? limits->rules[class_id].validity_ms : 0;
	return of_class > 0 ? of_class : limits->validity_ms;
}

static enum submit_mode mode_of(uint8_t esm_class)
{
	static const enum submit_mode modes[] = {SUBMIT_STORE, SUBMIT_DATAGRAM, SUBMIT_FORWARD, SUBMIT_STORE};
	return modes[esm_class & ESM_MODE_MASK];
}

uint32_t submit_judge(const struct pdu *pdu, const struct submit_limits *limits, enum class_id default_class,
		      int64_t now_ms, struct submit *out, const char **why)
{
	*why = "";
	uint32_t status = check_fields(pdu, why);
	if (status)
		return status;
	if (!number_parse(pdu->sm.dst, &out->to))
		return fault(ESME_RINVDSTADR, "destination is not a phone number", why);
	if (!class_resolve(pdu->tlvs, pdu->sm.service_type, default_class, &out->class_id))
		return fault(ESME_RINVOPTPARAMVAL, "message_class names no class", why);
	out->mode = mode_of(pdu->sm.esm_class);
	struct submit_times times;
	status = submit_times(pdu->sm.schedule, pdu->sm.validity, limits, validity_of(limits, out->class_id), now_ms,
			      NULL, &times, why);
	out->due_ms = times.due_ms;
	out->expiry_ms = times.expiry_ms;
	return status;
}

/* --- data_sm --- */

/* What only a data_sm may carry (smpp.md 4), and what becomes a field of the submit_sm. */
static const uint16_t data_tags[] = {
	TLV_DEST_NETWORK_TYPE,	TLV_DEST_BEARER_TYPE,	  TLV_DEST_TELEMATICS_ID, TLV_SOURCE_NETWORK_TYPE,
	TLV_SOURCE_BEARER_TYPE, TLV_SOURCE_TELEMATICS_ID, TLV_QOS_TIME_TO_LIVE,	  TLV_SET_DPF,
};

static bool only_in_data(uint16_t tag)
{
	for (size_t i = 0; i < sizeof(data_tags) / sizeof(data_tags[0]); i++) {
		if (data_tags[i] == tag)
			return true;
	}
	return false;
}

static struct view submit_tlvs(struct view from, bool payload_stays, uint8_t *mem, uint32_t cap)
{
	struct tlv_out o = {mem, 0, cap, false};
	struct tlv t;
	uint32_t pos = 0;
	while (tlv_next(from, &pos, &t)) {
		if (!only_in_data(t.tag) && (payload_stays || t.tag != TLV_MESSAGE_PAYLOAD))
			tlv_put(&o, t.tag, t.value.p, t.value.n);
	}
	return (struct view){o.p, o.n};
}

uint32_t submit_from_data(const struct pdu *data, struct submit_scratch *scratch, struct pdu *out, const char **why)
{
	struct view text;
	uint32_t ttl;
	*why = "";
	if (data->sm.src.addr.n > ADDRESS_MAX)
		return fault(ESME_RINVSRCADR, "source over 20 characters", why);
	if (data->sm.dst.addr.n > ADDRESS_MAX)
		return fault(ESME_RINVDSTADR, "destination over 20 characters", why);
	if (!tlv_find(data->tlvs, TLV_MESSAGE_PAYLOAD, &text))
		return fault(ESME_RMISSINGOPTPARAM, "data_sm without message_payload", why);
	*out = *data;
	out->command_id = SUBMIT_SM;
	out->frame = (struct view){NULL, 0};
	bool fits = text.n <= SHORT_MESSAGE_MAX;
	if (fits)
		out->sm.short_message = text;
	out->tlvs = submit_tlvs(data->tlvs, !fits, scratch->tlvs, sizeof(scratch->tlvs));
	if (tlv_find_int(data->tlvs, TLV_QOS_TIME_TO_LIVE, &ttl)) {
		smpp_time_format_relative((int64_t)ttl * 1000, scratch->validity);
		out->sm.validity = view_of(scratch->validity);
	}
	return ESME_ROK;
}
