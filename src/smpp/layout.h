/*
 * layout.h - the mandatory fields of every PDU as rows (smpp.md 3), read by the decoder and the encoder.
 * Private to src/smpp.
 */
#ifndef SMPP_LAYOUT_H
#define SMPP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smpp/command.h"

enum field_kind {
	FIELD_INT,	 /* count octets -> so many uint8_t, one behind the other */
	FIELD_STRING,	 /* C-octet string -> struct view without its NUL */
	FIELD_TIME,	 /* the same, empty or exactly max - 1 characters */
	FIELD_ADDR,	 /* ton, npi, C-octet string -> struct pdu_addr */
	FIELD_TEXT,	 /* length octet and so many octets -> struct view */
	FIELD_DESTS,	 /* count octet -> uint8_t at count, and so many dest_address entries -> struct view of them */
	FIELD_UNSUCCESS, /* the same with unsuccess_sme entries */
};

struct field {
	uint8_t kind;	 /* enum field_kind */
	uint8_t max;	 /* octets of the string with its NUL, or of the text */
	uint8_t status;	 /* command_status when it is over max or lacks its NUL */
	bool lax;	 /* decoding takes more than max, up to the NUL: the user judges the value */
	uint16_t offset; /* of the member in struct pdu */
	uint16_t count;	 /* of the counting member in struct pdu; FIELD_INT: how many */
};

enum body_shape {
	BODY_NONE,
	BODY_ROWS, /* as fields says */
	/* straight code instead of rows, for nearly all that passes: */
	BODY_SUBMIT,  /* submit_sm */
	BODY_DELIVER, /* the same, but its times are unused: whatever stands there is no reason to refuse a receipt */
	BODY_ID,      /* a message_id: submit_sm_resp, deliver_sm_resp, data_sm_resp */
};

struct layout {
	bool known;
	bool bare_error; /* a response that is its header alone when command_status is not 0 */
	uint8_t shape;	 /* enum body_shape */
	uint8_t nfields; /* BODY_ROWS only */
	const struct field *fields;
};

/* Octets of a field with its NUL, or of the text. */
#define SERVICE_TYPE_MAX 6
#define ADDRESS_MAX	 21
#define MESSAGE_ID_MAX	 65
#define TIME_MAX	 17
#define TEXT_MAX	 254 /* 255 is forbidden [S 5.2.21] */

/* Ids up to submit_multi index the table by themselves; the two of the 0x100 block follow. */
#define LAYOUT_0X100	(SUBMIT_MULTI + 1)
#define LAYOUT_SLOT(id) ((id)-ALERT_NOTIFICATION + LAYOUT_0X100)
#define LAYOUT_SLOTS	(LAYOUT_SLOT(DATA_SM) + 1)

extern const struct layout layout_table[2][LAYOUT_SLOTS]; /* requests, responses */

/* The layout of a command id of 3.4; NULL when unknown. Static. Here, because every PDU asks. */
static inline const struct layout *layout_of(uint32_t command_id)
{
	uint32_t slot = command_id & ~COMMAND_RESP;

	if (slot >= LAYOUT_0X100) {
		if (slot < ALERT_NOTIFICATION || slot > DATA_SM)
			return NULL;
		slot = LAYOUT_SLOT(slot);
	}
	const struct layout *row = &layout_table[(command_id & COMMAND_RESP) != 0][slot];
	return row->known ? row : NULL;
}

#endif
