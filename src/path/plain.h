/*
 * plain.h - the text of a submit_sm as people read it (UTF-8), and another text in its place. Pure but for the scratch.
 */
#ifndef PATH_PLAIN_H
#define PATH_PLAIN_H

#include "path/marks.h"
#include "smpp/charset.h"
#include "smpp/pdu.h"

struct plain {
	bool binary; /* it is no text: n is 0 */
	bool part;   /* of a text that the app has cut itself: concat says which */
	bool headed; /* it has a header of its own: the text cannot be another one */
	struct udh_concat concat;
	uint32_t n; /* octets of UTF-8 */
};
/*
 * Reads the user data of pdu behind its header, data_coding 0 as dcs0. Characters that are none are left out; at most
 * cap octets, cut at a character.
 */
struct plain plain_read(const struct pdu *pdu, enum charset dcs0, char *out, uint32_t cap);

struct plain_scratch {
	uint8_t text[PDU_MAX_DEFAULT];
	uint8_t tlvs[PDU_MAX_DEFAULT];
};
/*
 * Puts a text into pdu, which then borrows the scratch: in its own alphabet when that has every character, else as
 * data_coding 8; in short_message, a long one in message_payload. False when it does not fit a PDU, or pdu has a
 * header.
 */
bool plain_write(struct pdu *pdu, enum charset dcs0, struct view utf8, struct plain_scratch *scratch);

#endif
