/*
 * tlv.c - optional parameters: the table of tags in ascending order, reading an area, building one. Knows no PDU:
 * which tag may stand where is not judged, since a receiver has to ignore what it does not expect [S 3.3].
 */
#include "smpp/tlv.h"

#include "smpp/cursor.h"

#define TLV_HEAD   4u /* tag and length */
#define TLV_WIDEST 65535u

#define INT(tag, name, width)                                                                                          \
	{                                                                                                              \
		tag, name, TLV_INT, width, width, false                                                                \
	}
#define STR(tag, name, min, max)                                                                                       \
	{                                                                                                              \
		tag, name, TLV_CSTRING, min, max, false                                                                \
	}
#define OCT(tag, name, min, max)                                                                                       \
	{                                                                                                              \
		tag, name, TLV_OCTETS, min, max, false                                                                 \
	}
#define MANY(tag, name, type, min, max)                                                                                \
	{                                                                                                              \
		tag, name, type, min, max, true                                                                        \
	}

static const struct tlv_row rows[] = {
	INT(TLV_DEST_ADDR_SUBUNIT, "dest_addr_subunit", 1),
	INT(TLV_DEST_NETWORK_TYPE, "dest_network_type", 1),
	INT(TLV_DEST_BEARER_TYPE, "dest_bearer_type", 1),
	INT(TLV_DEST_TELEMATICS_ID, "dest_telematics_id", 2),
	INT(TLV_SOURCE_ADDR_SUBUNIT, "source_addr_subunit", 1),
	INT(TLV_SOURCE_NETWORK_TYPE, "source_network_type", 1),
	INT(TLV_SOURCE_BEARER_TYPE, "source_bearer_type", 1),
	INT(TLV_SOURCE_TELEMATICS_ID, "source_telematics_id", 1), /* its twin has 2 */
	INT(TLV_QOS_TIME_TO_LIVE, "qos_time_to_live", 4),
	INT(TLV_PAYLOAD_TYPE, "payload_type", 1),
	STR(TLV_ADDITIONAL_STATUS_INFO_TEXT, "additional_status_info_text", 1, 256),
	STR(TLV_RECEIPTED_MESSAGE_ID, "receipted_message_id", 1, 65),
	INT(TLV_MS_MSG_WAIT_FACILITIES, "ms_msg_wait_facilities", 1),
	INT(TLV_PRIVACY_INDICATOR, "privacy_indicator", 1),
	OCT(TLV_SOURCE_SUBADDRESS, "source_subaddress", 2, 23),
	OCT(TLV_DEST_SUBADDRESS, "dest_subaddress", 2, 23),
	INT(TLV_USER_MESSAGE_REFERENCE, "user_message_reference", 2),
	INT(TLV_USER_RESPONSE_CODE, "user_response_code", 1),
	INT(TLV_SOURCE_PORT, "source_port", 2),
	INT(TLV_DESTINATION_PORT, "destination_port", 2),
	INT(TLV_SAR_MSG_REF_NUM, "sar_msg_ref_num", 2),
	INT(TLV_LANGUAGE_INDICATOR, "language_indicator", 1),
	INT(TLV_SAR_TOTAL_SEGMENTS, "sar_total_segments", 1),
	INT(TLV_SAR_SEGMENT_SEQNUM, "sar_segment_seqnum", 1),
	INT(TLV_SC_INTERFACE_VERSION, "sc_interface_version", 1),
	MANY(TLV_CALLBACK_NUM_PRES_IND, "callback_num_pres_ind", TLV_INT, 1, 1),
	MANY(TLV_CALLBACK_NUM_ATAG, "callback_num_atag", TLV_OCTETS, 0, 65),
	INT(TLV_NUMBER_OF_MESSAGES, "number_of_messages", 1),
	MANY(TLV_CALLBACK_NUM, "callback_num", TLV_OCTETS, 4, 19),
	INT(TLV_DPF_RESULT, "dpf_result", 1),
	INT(TLV_SET_DPF, "set_dpf", 1),
	INT(TLV_MS_AVAILABILITY_STATUS, "ms_availability_status", 1),
	OCT(TLV_NETWORK_ERROR_CODE, "network_error_code", 3, 3),
	OCT(TLV_MESSAGE_PAYLOAD, "message_payload", 0, TLV_WIDEST),
	INT(TLV_DELIVERY_FAILURE_REASON, "delivery_failure_reason", 1),
	INT(TLV_MORE_MESSAGES_TO_SEND, "more_messages_to_send", 1),
	INT(TLV_MESSAGE_STATE, "message_state", 1),
	INT(TLV_CONGESTION_STATE, "congestion_state", 1), /* 5.0 */
	INT(TLV_USSD_SERVICE_OP, "ussd_service_op", 1),
	/* 5.0 */
	INT(0x0600, "broadcast_channel_indicator", 1),
	OCT(0x0601, "broadcast_content_type", 3, 3),
	OCT(0x0602, "broadcast_content_type_info", 1, 255),
	INT(0x0603, "broadcast_message_class", 1),
	INT(0x0604, "broadcast_rep_num", 2),
	OCT(0x0605, "broadcast_frequency_interval", 3, 3),
	MANY(0x0606, "broadcast_area_identifier", TLV_OCTETS, 1, TLV_WIDEST),
	MANY(0x0607, "broadcast_error_status", TLV_INT, 4, 4),
	INT(0x0608, "broadcast_area_success", 1),
	OCT(0x0609, "broadcast_end_time", 16, 17),
	OCT(0x060A, "broadcast_service_group", 1, 255),
	OCT(0x060B, "billing_identification", 1, 1024),
	STR(0x060D, "source_network_id", 1, 65),
	STR(0x060E, "dest_network_id", 1, 65),
	OCT(0x060F, "source_node_id", 6, 6),
	OCT(0x0610, "dest_node_id", 6, 6),
	INT(0x0611, "dest_addr_np_resolution", 1),
	OCT(0x0612, "dest_addr_np_information", 10, 10),
	OCT(0x0613, "dest_addr_np_country", 1, 5),
	INT(TLV_DISPLAY_TIME, "display_time", 1),
	INT(TLV_SMS_SIGNAL, "sms_signal", 2),
	INT(TLV_MS_VALIDITY, "ms_validity", 1),
	{TLV_ALERT_ON_MESSAGE_DELIVERY, "alert_on_message_delivery", TLV_EMPTY, 0, 1, false}, /* 1 octet in 5.0 */
	INT(TLV_ITS_REPLY_TYPE, "its_reply_type", 1),
	OCT(TLV_ITS_SESSION_INFO, "its_session_info", 2, 2),
	/* ours */
	STR(TLV_MESSAGE_CLASS, "message_class", 1, 16),
	STR(TLV_CAMPAIGN, "campaign", 1, 64),
	STR(TLV_VARIANT, "variant", 1, 16),
	STR(TLV_CONSENT_REF, "consent_ref", 1, 64),
	STR(TLV_GROUP_KEY, "group_key", 1, 64),
	STR(TLV_VERDICT, "verdict", 1, 256),
	STR(TLV_CARRIER_STATUS, "carrier_status", 1, 65),
	STR(TLV_VIA, "via", 1, 65),
	STR(TLV_ORIGINAL_MESSAGE_ID, "original_message_id", 1, 65),
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

const struct tlv_row *tlv_row(uint16_t tag)
{
	size_t low = 0, high = NROWS;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (rows[middle].tag == tag)
			return &rows[middle];
		if (rows[middle].tag < tag)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct tlv_row *tlv_at(unsigned i)
{
	return i < NROWS ? &rows[i] : NULL;
}

/* The tag and the length of the TLV at *pos, in one number; *pos goes behind it. False when there is no whole one. */
static inline bool step(struct view area, uint32_t *pos, uint32_t *head)
{
	uint32_t left = area.n - *pos;

	if (left < TLV_HEAD)
		return false;
	*head = octets_u32(area.p + *pos);
	if ((*head & TLV_WIDEST) > left - TLV_HEAD)
		return false;
	*pos += TLV_HEAD + (*head & TLV_WIDEST);
	return true;
}

bool tlv_next(struct view area, uint32_t *pos, struct tlv *out)
{
	uint32_t head, n;

	do {
		if (!step(area, pos, &head))
			return false;
	} while (head == 0);
	n = head & TLV_WIDEST;
	out->tag = (uint16_t)(head >> 16);
	out->value = (struct view){area.p + *pos - n, n};
	return true;
}

struct tlv_extent tlv_extent(struct view area)
{
	uint32_t pos = 0, intact = 0, head;

	while (step(area, &pos, &head)) {
		if (head != 0)
			intact = pos;
	}
	return (struct tlv_extent){.intact = intact, .left = area.n - pos};
}

uint32_t tlv_check(struct view area)
{
	return tlv_extent(area).left >= TLV_HEAD ? ESME_RINVOPTPARSTREAM : ESME_ROK;
}

static inline bool find(struct view area, uint16_t tag, struct view *value)
{
	uint32_t pos = 0, head;

	while (step(area, &pos, &head)) {
		uint32_t n = head & TLV_WIDEST;
		if (head >> 16 != tag)
			continue;
		*value = (struct view){area.p + pos - n, n};
		if (head != 0)
			return true;
	}
	return false;
}

bool tlv_find(struct view area, uint16_t tag, struct view *value)
{
	return find(area, tag, value);
}

bool tlv_find_int(struct view area, uint16_t tag, uint32_t *value)
{
	const struct tlv_row *row;
	struct view v;

	if (!find(area, tag, &v))
		return false;
	row = tlv_row(tag);
	if (row && (v.n < row->min || v.n > row->max))
		return false;
	switch (v.n) {
	case 1:
		*value = v.p[0];
		return true;
	case 2:
		*value = octets_u16(v.p);
		return true;
	case 4:
		*value = octets_u32(v.p);
		return true;
	default:
		return false;
	}
}

bool tlv_find_str(struct view area, uint16_t tag, struct view *value)
{
	const uint8_t *nul;

	if (!find(area, tag, value))
		return false;
	nul = value->n > 0 ? memchr(value->p, 0, value->n) : NULL;
	if (nul)
		value->n = (uint32_t)(nul - value->p);
	return true;
}

/* Writes tag and length and makes room for n octets of value, which the caller fills; NULL and full when none is. */
static inline uint8_t *tlv_open(struct tlv_out *o, uint16_t tag, uint32_t n)
{
	uint8_t *head = o->p + o->n;

	if (o->full || n > TLV_WIDEST || o->cap - o->n < TLV_HEAD || o->cap - o->n - TLV_HEAD < n) {
		o->full = true;
		return NULL;
	}
	octets_put_u32(head, (uint32_t)tag << 16 | n);
	o->n += TLV_HEAD + n;
	return head + TLV_HEAD;
}

void tlv_put(struct tlv_out *o, uint16_t tag, const void *value, uint32_t n)
{
	uint8_t *to = tlv_open(o, tag, n);

	if (to && n > 0)
		memcpy(to, value, n);
}

void tlv_put_int(struct tlv_out *o, uint16_t tag, uint32_t value, unsigned width)
{
	uint8_t *to;

	if ((width != 1 && width != 2 && width != 4) || (width < 4 && value >> (8 * width) != 0)) {
		o->full = true;
		return;
	}
	to = tlv_open(o, tag, width);
	for (unsigned i = width; to && i > 0; i--, value >>= 8)
		to[i - 1] = (uint8_t)value;
}

void tlv_put_str(struct tlv_out *o, uint16_t tag, struct view s)
{
	uint32_t before = o->n;
	uint8_t *to = s.n < TLV_WIDEST ? tlv_open(o, tag, s.n + 1) : NULL;

	if (!to || !octets_copy_string(to, s.p, s.n)) {
		o->n = before;
		o->full = true;
		return;
	}
	to[s.n] = 0;
}

void tlv_put_words(struct tlv_out *o, uint16_t tag, struct view a, struct view b)
{
	uint32_t n = a.n + (b.n > 0) + b.n, at = o->n;
	uint8_t *to = a.n < TLV_WIDEST && b.n < TLV_WIDEST ? tlv_open(o, tag, n + 1) : NULL;

	if (!to || !octets_copy_string(to, a.p, a.n) || !octets_copy_string(to + n - b.n, b.p, b.n)) {
		o->n = at;
		o->full = true;
		return;
	}
	if (b.n > 0)
		to[a.n] = ' ';
	to[n] = 0;
}

void tlv_put_all_but(struct tlv_out *o, struct view area, uint16_t tag)
{
	struct tlv t;
	uint32_t pos = 0;

	while (tlv_next(area, &pos, &t)) {
		if (t.tag != tag)
			tlv_put(o, t.tag, t.value.p, t.value.n);
	}
}
