/*
 * udh.h - user data headers (3GPP TS 23.040 9.2.3.24) and SAR TLVs: which part of which long message this is.
 */
#ifndef SMPP_UDH_H
#define SMPP_UDH_H

#include "smpp/pdu.h"

struct udh_concat {
	uint16_t ref;
	uint8_t total, seq; /* 1 <= seq <= total */
	bool ref16;	    /* 16-bit reference: IE 0x08, or SAR (then sar too) */
	bool sar;
};

/* Octets of the UDH at the start of user data (UDHL + 1), 0 when it would overrun. */
uint32_t udh_length(struct view user_data);

/*
 * One information element; walks with *pos = 0 first; false at the end or at a broken IE. Afterwards *pos is
 * udh_length() exactly when all were whole (0 stands for an empty header, UDHL 0). out->value borrows user_data.
 */
struct udh_ie {
	uint8_t id;
	struct view value;
};
bool udh_next(struct view user_data, uint32_t *pos, struct udh_ie *out);

/*
 * The concatenation IE of user data that has a UDH; the last one when there are more. False when there is none or it is
 * bad (length, seq 0, seq > total), or when the header is broken: the part is then delivered as it is.
 */
bool udh_concat(struct view user_data, struct udh_concat *out);

/*
 * Concatenation of a submit_sm, submit_multi, deliver_sm or data_sm, by UDH (UDHI set), else by the SAR trio (all three
 * needed, else ignored). False for other PDUs.
 */
bool udh_concat_pdu(const struct pdu *pdu, struct udh_concat *out);

/* Writes 05 00 03 ref total seq (6 octets) or 06 08 04 hi lo total seq (7) by ref16; returns the length. */
uint32_t udh_write(const struct udh_concat *c, uint8_t out[7]);

#endif
