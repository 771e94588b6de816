/*
 * submit.c - what is wrong with a submit_sm or a data_sm, and what it asks for. Must not know the store, queues or an
 * account's state.
 */
#include "path/submit.h"

#include "smpp/smpp_time.h"
#include "smpp/udh.h"

#define ADDRESS_MAX	  20u  /* characters of an address in a submit_sm */
#define SHORT_MESSAGE_MAX 254u /* [S 5.2.21] */

/* Checks of single fields, a row each, in the order of the PDU (smpp.md 3, 5, 7). */
static bool bad_udh(const struct pdu_sm *sm)
{
	return (sm->esm_class & ESM_UDHI) && sm->short_message.n && udh_length(sm->short_message) == 0;
}

static bool bad_priority(const struct pdu_sm *sm)
{
	return sm->priority_flag > 3;
}

static bool bad_registered(const struct pdu_sm *sm)
{
	return (sm->registered_delivery & 3) == 3;
}

static bool bad_replace(const struct pdu_sm *sm)
{
	return sm->replace_if_present_flag > 1;
}

static bool bad_default_message(const struct pdu_sm *sm)
{
	return sm->sm_default_msg_id != 0;
}

static const struct {
	bool (*bad)(const struct pdu_sm *sm);
	uint32_t status;
	const char *why;
} fields[] = {
	{bad_udh, ESME_RINVESMCLASS, "UDHI is set, but the text does not begin with a user data header"},
	{bad_priority, ESME_RINVPRTFLG, "priority_flag over 3"},
	{bad_registered, ESME_RINVREGDLVFLG, "registered_delivery has reserved bits"},
	{bad_replace, ESME_RINVREPFLAG, "replace_if_present_flag over 1"},
	{bad_default_message, ESME_RINVDFTMSGID, "no canned texts here"},
};

static uint32_t check_fields(const struct pdu *pdu, const char **why)
{
	struct view text;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].bad(&pdu->sm)) {
			*why = fields[i].why;
			return fields[i].status;
		}
	}
	if (!pdu_text(pdu, &text)) {
		*why = "both short_message and message_payload";
		return ESME_RINVMSGLEN;
	}
	return ESME_ROK;
}

static uint32_t read_schedule(struct view schedule, int64_t max_ms, int64_t now_ms, int64_t *due_ms, const char **why)
{
	enum smpp_time_kind kind;
	int64_t at = 0;
	if (smpp_time_parse(schedule, now_ms, &at, &kind) < 0) {
		*why = "schedule_delivery_time cannot be read";
		return ESME_RINVSCHED;
	}
	*due_ms = kind != SMPP_TIME_NONE && at > now_ms ? at : 0;
	if (*due_ms > now_ms + max_ms) {
		*why = "schedule_delivery_time too far ahead";
		return ESME_RINVSCHED;
	}
	return ESME_ROK;
}

uint32_t submit_times(struct view schedule, struct view validity, const struct submit_limits *limits,
		      int64_t validity_ms, int64_t now_ms, const struct submit_times *keep, struct submit_times *out,
		      const char **why)
{
	enum smpp_time_kind kind;
	int64_t at = 0;
	uint32_t status = read_schedule(schedule, limits->schedule_max_ms, now_ms, &out->due_ms, why);
	if (status)
		return status;
	if (keep && schedule.n == 0)
		out->due_ms = keep->due_ms;
	int64_t from = out->due_ms > now_ms ? out->due_ms : now_ms;
	if (smpp_time_parse(validity, now_ms, &at, &kind) < 0) {
		*why = "validity_period cannot be read";
		return ESME_RINVEXPIRY;
	}
	out->expiry_ms = kind != SMPP_TIME_NONE ? at : keep ? keep->expiry_ms : from + validity_ms;
	if (out->expiry_ms <= from) {
		*why = "validity_period is over before the message could be sent";
		return ESME_RINVEXPIRY;
	}
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
	if (!number_parse(pdu->sm.dst, &out->to)) {
		*why = "destination is not a phone number";
		return ESME_RINVDSTADR;
	}
	if (!class_resolve(pdu->tlvs, pdu->sm.service_type, default_class, &out->class_id)) {
		*why = "message_class names no class";
		return ESME_RINVOPTPARAMVAL;
	}
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
	if (data->sm.src.addr.n > ADDRESS_MAX) {
		*why = "source over 20 characters";
		return ESME_RINVSRCADR;
	}
	if (data->sm.dst.addr.n > ADDRESS_MAX) {
		*why = "destination over 20 characters";
		return ESME_RINVDSTADR;
	}
	if (!tlv_find(data->tlvs, TLV_MESSAGE_PAYLOAD, &text)) {
		*why = "data_sm without message_payload";
		return ESME_RMISSINGOPTPARAM;
	}
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
