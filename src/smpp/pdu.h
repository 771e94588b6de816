/*
 * pdu.h - SMPP 3.4 PDUs: octets <-> structs, both ways, all of smpp.md 3. No allocation, no I/O, no globals.
 * Decoding gives views into the input; encoding writes into the caller's buffer.
 */
#ifndef SMPP_PDU_H
#define SMPP_PDU_H

#include "smpp/command.h"
#include "smpp/status.h"
#include "smpp/tlv.h"
#include "smpp/view.h"

#define PDU_HEADER	16u
#define PDU_MAX_DEFAULT 70000u /* octets; a 65,535 octet message_payload and the rest */
#define PDU_MAX_DESTS	254u
#define PDU_DEST_SME	1u /* struct pdu_dest.flag */
#define PDU_DEST_LIST	2u
#define PDU_DEST_MAX	21u /* octets of an address or a list name with its NUL, in a list */

struct pdu_addr {
	uint8_t ton, npi;
	struct view addr; /* without the NUL */
};

struct pdu_bind { /* bind_transmitter, bind_receiver, bind_transceiver [S 4.1] */
	struct view system_id, password, system_type;
	uint8_t interface_version;
	struct pdu_addr range; /* addr_ton, addr_npi, address_range */
};

struct pdu_id { /* bind_*_resp: system_id; submit_sm_resp, deliver_sm_resp, data_sm_resp: message_id */
	struct view id;
};

struct pdu_outbind {
	struct view system_id, password;
};

struct pdu_sm { /* submit_sm, deliver_sm, data_sm (fields that data_sm lacks are 0), submit_multi (dst empty) */
	struct view service_type;
	struct pdu_addr src, dst;
	uint8_t esm_class, protocol_id, priority_flag;
	uint8_t registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id;
	uint8_t ndests;	      /* submit_multi only */
	struct view schedule; /* "" or 16 characters, unjudged: see smpp_time.h; in deliver_sm unused, anything */
	struct view validity;
	struct view short_message; /* sm_length octets; payload stays in tlvs: see pdu_text() */
	struct view dests;	   /* submit_multi: the raw entries, walk with pdu_next_dest() */
};

struct pdu_dest {	      /* one entry of submit_multi [S 4.5.1] */
	uint8_t flag;	      /* 1 SME address, 2 distribution list */
	struct pdu_addr addr; /* flag 1 */
	struct view list;     /* flag 2 */
};

struct pdu_multi_resp {
	struct view id;
	uint8_t no_unsuccess;
	struct view unsuccess; /* raw entries, walk with pdu_next_unsuccess() */
};

struct pdu_unsuccess {
	struct pdu_addr addr;
	uint32_t status;
};

struct pdu_query {
	struct view id;
	struct pdu_addr src;
};

struct pdu_query_resp {
	struct view id, final_date;
	uint8_t message_state, error_code;
};

struct pdu_cancel {
	struct view service_type, id;
	struct pdu_addr src, dst;
};

struct pdu_replace {
	struct view id;
	struct pdu_addr src;
	struct view schedule, validity;
	uint8_t registered_delivery, sm_default_msg_id;
	struct view short_message;
};

struct pdu_alert {
	struct pdu_addr src, esme;
};

struct pdu {
	uint32_t command_id, command_status, sequence;
	bool has_body; /* decoded: the mandatory body was there (a response may lack it); false when the PDU has none.
			  The encoder does not look at it. */
	union {
		struct pdu_bind bind;
		struct pdu_id resp;
		struct pdu_outbind outbind;
		struct pdu_sm sm;
		struct pdu_multi_resp multi_resp;
		struct pdu_query query;
		struct pdu_query_resp query_resp;
		struct pdu_cancel cancel;
		struct pdu_replace replace;
		struct pdu_alert alert;
	};
	struct view tlvs;  /* the raw TLV area: read with tlv_find(), write with struct tlv_out */
	struct view frame; /* of a decoded request: its octets, when none of them was left out. Who changes what the
			      request says empties it. The encoder does not look at it. */
};

/*
 * Reads the header of a frame that may not be whole yet. Gives *need = command_length; PDU_HEADER while have < 4.
 * 0, or ESME_RINVCMDLEN when it is < 16 or > max_pdu (framing is lost: generic_nack, then close) [S 3.2].
 */
uint32_t pdu_frame(const uint8_t *buf, size_t have, uint32_t max_pdu, uint32_t *need);

/*
 * Decodes one whole frame of n = command_length octets. Always fills command_id, command_status, sequence.
 * Returns ESME_ROK, or the command_status that the answer must carry (smpp.md 13): ESME_RINVCMDID for an unknown
 * command (answer: generic_nack), ESME_RINVCMDLEN, ESME_RINVMSGLEN, ESME_RINVOPTPARSTREAM or a field's own status.
 * With ESME_RINVOPTPARSTREAM the mandatory part is whole and tlvs holds what was intact, so that a deliver_sm can
 * still be used. Tolerances of smpp.md 13 and 17: stray octets, missing or superfluous bodies of responses.
 * For a malformed response it returns ESME_ROK with has_body false: it is settled by command_status alone. When only
 * the TLVs of a successful response are broken, its body and the TLVs before the fault are kept.
 * After any other fault the fields before it are filled, for the log, and the rest is empty or 0.
 * An over-long system_id or password of a bind or outbind is decoded in full: it fails the bind by itself.
 * pdu borrows buf. tlvs ends with the last intact TLV: stray octets and zero padding are left out.
 */
__attribute__((warn_unused_result)) uint32_t pdu_decode(const uint8_t *buf, size_t n, struct pdu *pdu);

/*
 * Encodes pdu into buf. Returns the octets written (command_length), 0 when cap is too small or a field is over its
 * maximum (a programming error or a length the caller must check: fields are never cut), a C-octet string holds a NUL,
 * a time is neither empty nor 16 characters, or a list does not have as many entries as its count says. A response with
 * a non-zero command_status and a body in smpp.md 2's "none" class (generic_nack, bind_*_resp, submit_sm_resp) is
 * written as its header alone, unless there are TLVs. tlvs is written as it is.
 */
size_t pdu_encode(const struct pdu *pdu, uint8_t *buf, size_t cap);

/* Header-only PDUs: enquire_link(_resp), unbind(_resp), generic_nack, error responses. Writes 16 octets. */
void pdu_header(uint8_t *buf, uint32_t command_id, uint32_t status, uint32_t sequence);

/*
 * The user data of an sm: short_message, or message_payload when sm_length is 0. False when both are there and not
 * empty (answer ESME_RINVMSGLEN). Only for submit_sm, submit_multi, deliver_sm, data_sm.
 */
bool pdu_text(const struct pdu *pdu, struct view *text);

/* Walks submit_multi's destinations; *pos starts at 0; false at the end. */
bool pdu_next_dest(struct view dests, uint32_t *pos, struct pdu_dest *out);
bool pdu_next_unsuccess(struct view list, uint32_t *pos, struct pdu_unsuccess *out);

/* Appends one entry to a raw list being built in buf at *n; false when it does not fit or a field is too long. */
bool pdu_put_dest(uint8_t *buf, uint32_t cap, uint32_t *n, const struct pdu_dest *dest);
bool pdu_put_unsuccess(uint8_t *buf, uint32_t cap, uint32_t *n, const struct pdu_unsuccess *entry);

/* esm_class, SMSC -> ESME (smpp.md 7) */
#define ESM_TYPE_MASK	 0x3Cu
#define ESM_RECEIPT	 0x04u
#define ESM_DELIVERY_ACK 0x08u
#define ESM_INTERMEDIATE 0x20u
#define ESM_UDHI	 0x40u
#define ESM_MODE_MASK	 0x03u

#endif
