/*
 * submit.c - what is wrong with a submit_sm, and what it asks for. Must not know the store, queues or an account's
 * state.
 */
#include "path/submit.h"

#include "smpp/smpp_time.h"
#include "smpp/udh.h"

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

static uint32_t read_times(const struct pdu_sm *sm, const struct submit_limits *limits, int64_t now_ms,
			   struct submit *out, const char **why)
{
	enum smpp_time_kind kind;
	int64_t at = 0;
	if (smpp_time_parse(sm->schedule, now_ms, &at, &kind) < 0) {
		*why = "schedule_delivery_time cannot be read";
		return ESME_RINVSCHED;
	}
	out->due_ms = kind != SMPP_TIME_NONE && at > now_ms ? at : 0;
	if (out->due_ms > now_ms + limits->schedule_max_ms) {
		*why = "schedule_delivery_time too far ahead";
		return ESME_RINVSCHED;
	}
	int64_t from = out->due_ms ? out->due_ms : now_ms;
	if (smpp_time_parse(sm->validity, now_ms, &at, &kind) < 0) {
		*why = "validity_period cannot be read";
		return ESME_RINVEXPIRY;
	}
	out->expiry_ms = kind == SMPP_TIME_NONE ? from + limits->validity_ms : at;
	if (out->expiry_ms <= from) {
		*why = "validity_period is over before the message could be sent";
		return ESME_RINVEXPIRY;
	}
	return ESME_ROK;
}

static enum submit_mode mode_of(uint8_t esm_class)
{
	static const enum submit_mode modes[] = {SUBMIT_STORE, SUBMIT_DATAGRAM, SUBMIT_FORWARD, SUBMIT_STORE};
	return modes[esm_class & ESM_MODE_MASK];
}

uint32_t submit_judge(const struct pdu *pdu, const struct submit_limits *limits, const struct routes *routes,
		      enum class_id default_class, int64_t now_ms, struct submit *out, const char **why)
{
	*why = "";
	uint32_t status = check_fields(pdu, why);
	if (status)
		return status;
	if (!number_parse(pdu->sm.dst, &out->to)) {
		*why = "destination is not a phone number";
		return ESME_RINVDSTADR;
	}
	out->route = routes_find(routes, &out->to);
	if (!out->route) {
		*why = "no route for this number; add one to routes";
		return ESME_RINVDSTADR;
	}
	if (!class_resolve(pdu->tlvs, pdu->sm.service_type, default_class, &out->class_id)) {
		*why = "message_class names no class";
		return ESME_RINVOPTPARAMVAL;
	}
	out->mode = mode_of(pdu->sm.esm_class);
	return read_times(&pdu->sm, limits, now_ms, out, why);
}
