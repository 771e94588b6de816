/*
 * tlv.h - optional parameters [S 5.3]: reading them out of a PDU's TLV area, and building one.
 * The table has every tag of smpp.md 4, 5.0's that are met on 3.4 links, and our vendor tags (design.md 6).
 */
#ifndef SMPP_TLV_H
#define SMPP_TLV_H

#include "smpp/view.h"

enum tlv_tag {
	TLV_DEST_ADDR_SUBUNIT = 0x0005,
	TLV_DEST_NETWORK_TYPE = 0x0006,
	TLV_DEST_BEARER_TYPE = 0x0007,
	TLV_DEST_TELEMATICS_ID = 0x0008,
	TLV_SOURCE_ADDR_SUBUNIT = 0x000D,
	TLV_SOURCE_NETWORK_TYPE = 0x000E,
	TLV_SOURCE_BEARER_TYPE = 0x000F,
	TLV_SOURCE_TELEMATICS_ID = 0x0010,
	TLV_QOS_TIME_TO_LIVE = 0x0017,
	TLV_PAYLOAD_TYPE = 0x0019,
	TLV_ADDITIONAL_STATUS_INFO_TEXT = 0x001D,
	TLV_RECEIPTED_MESSAGE_ID = 0x001E,
	TLV_MS_MSG_WAIT_FACILITIES = 0x0030,
	TLV_PRIVACY_INDICATOR = 0x0201,
	TLV_SOURCE_SUBADDRESS = 0x0202,
	TLV_DEST_SUBADDRESS = 0x0203,
	TLV_USER_MESSAGE_REFERENCE = 0x0204,
	TLV_USER_RESPONSE_CODE = 0x0205,
	TLV_SOURCE_PORT = 0x020A,
	TLV_DESTINATION_PORT = 0x020B,
	TLV_SAR_MSG_REF_NUM = 0x020C,
	TLV_LANGUAGE_INDICATOR = 0x020D,
	TLV_SAR_TOTAL_SEGMENTS = 0x020E,
	TLV_SAR_SEGMENT_SEQNUM = 0x020F,
	TLV_SC_INTERFACE_VERSION = 0x0210,
	TLV_CALLBACK_NUM_PRES_IND = 0x0302,
	TLV_CALLBACK_NUM_ATAG = 0x0303,
	TLV_NUMBER_OF_MESSAGES = 0x0304,
	TLV_CALLBACK_NUM = 0x0381,
	TLV_DPF_RESULT = 0x0420,
	TLV_SET_DPF = 0x0421,
	TLV_MS_AVAILABILITY_STATUS = 0x0422,
	TLV_NETWORK_ERROR_CODE = 0x0423,
	TLV_MESSAGE_PAYLOAD = 0x0424,
	TLV_DELIVERY_FAILURE_REASON = 0x0425,
	TLV_MORE_MESSAGES_TO_SEND = 0x0426,
	TLV_MESSAGE_STATE = 0x0427,
	TLV_CONGESTION_STATE = 0x0428,
	TLV_USSD_SERVICE_OP = 0x0501,
	TLV_DISPLAY_TIME = 0x1201,
	TLV_SMS_SIGNAL = 0x1203,
	TLV_MS_VALIDITY = 0x1204,
	TLV_ALERT_ON_MESSAGE_DELIVERY = 0x130C,
	TLV_ITS_REPLY_TYPE = 0x1380,
	TLV_ITS_SESSION_INFO = 0x1383,
	/* ours */
	TLV_MESSAGE_CLASS = 0x3E00,
	TLV_CAMPAIGN = 0x3E01,
	TLV_VARIANT = 0x3E02,
	TLV_CONSENT_REF = 0x3E03,
	TLV_GROUP_KEY = 0x3E04,
	TLV_VERDICT = 0x3E05,
	TLV_CARRIER_STATUS = 0x3E06,
	TLV_VIA = 0x3E07,
	TLV_ORIGINAL_MESSAGE_ID = 0x3E08,
};

enum tlv_type { TLV_INT, TLV_CSTRING, TLV_OCTETS, TLV_EMPTY };

struct tlv_row {
	uint16_t tag;
	const char *name; /* as the specification writes it */
	enum tlv_type type;
	uint16_t min, max; /* octets of the value; for TLV_CSTRING with its NUL */
	bool repeats;	   /* may stand more than once (callback_num and its companions) */
};

/* The row of a tag, NULL when unknown. */
const struct tlv_row *tlv_row(uint16_t tag);

/* Walk the table, NULL past the end. */
const struct tlv_row *tlv_at(unsigned i);

/* One TLV in an area; value borrows the area. */
struct tlv {
	uint16_t tag;
	struct view value;
};

/*
 * Steps through a TLV area. *pos starts at 0. False at the end. 1-3 stray octets at the end end the walk, zero tags of
 * length 0 are skipped (smpp.md 13). An area that pdu_decode() has passed never overruns.
 */
bool tlv_next(struct view area, uint32_t *pos, struct tlv *out);

/* How far an area holds whole TLVs, and how many octets behind the last one are neither a TLV nor zero padding. */
struct tlv_extent {
	uint32_t intact, left;
};
struct tlv_extent tlv_extent(struct view area);

/* ESME_ROK, or ESME_RINVOPTPARSTREAM when a TLV overruns the area. */
uint32_t tlv_check(struct view area);

/* The first TLV with the tag [smpp.md 4: first wins]; false when absent. Linear: areas are short. */
bool tlv_find(struct view area, uint16_t tag, struct view *value);

/*
 * An integer TLV of 1, 2 or 4 octets; false when absent or of a wrong length (receiver then ignores it): for a known
 * tag any but its row's.
 */
bool tlv_find_int(struct view area, uint16_t tag, uint32_t *value);

/* A C-octet string TLV; takes it with or without its NUL. The view leaves the NUL out. */
bool tlv_find_str(struct view area, uint16_t tag, struct view *value);

/* Builds an area in the caller's buffer. The error sticks: check full at the end. */
struct tlv_out {
	uint8_t *p;
	uint32_t n, cap;
	bool full; /* something did not fit or could not be written; the area holds what came before it */
};

void tlv_put(struct tlv_out *o, uint16_t tag, const void *value, uint32_t n);
/* width 1, 2 or 4; a value that needs more is an error */
void tlv_put_int(struct tlv_out *o, uint16_t tag, uint32_t value, unsigned width);
/* Adds the NUL; a NUL inside is an error. */
void tlv_put_str(struct tlv_out *o, uint16_t tag, struct view s);
/* The same of two words as one string, with a blank in front of b when there is b. */
void tlv_put_words(struct tlv_out *o, uint16_t tag, struct view a, struct view b);
/* All of an area but one tag. */
void tlv_put_all_but(struct tlv_out *o, struct view area, uint16_t tag);

#endif
