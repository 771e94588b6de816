/*
 * compose.h - a UTF-8 text into the user data of one or more PDUs: picks GSM 03.38 or UCS-2, splits with UDH.
 */
#ifndef TOOLS_COMPOSE_H
#define TOOLS_COMPOSE_H

#include "smpp/pdu.h"
#include "smpp/split.h"

#define COMPOSE_MAX  65535u /* octets of encoded text */
#define COMPOSE_PART 160u   /* octets of one part with its UDH */

struct compose {
	enum charset charset; /* CHARSET_GSM7 or CHARSET_UCS2 */
	enum split_mode mode; /* SPLIT_UDH8, or SPLIT_PAYLOAD */
	uint8_t ref;	      /* of the parts */
	uint32_t parts;
	uint32_t ends[SPLIT_MAX];
	uint32_t n;
	uint8_t octets[COMPOSE_MAX];
	uint8_t part[COMPOSE_PART]; /* the part that compose_part() made last */
};

/* NULL, or why the text cannot be sent (static text). payload: a long text goes whole, as message_payload. */
const char *compose_text(struct compose *c, const char *utf8, size_t n, bool payload, uint8_t ref);
/*
 * Sets data_coding, esm_class's UDHI bit and the user data of pdu->sm to part i (0..parts-1); a payload is appended to
 * tlvs, which the caller makes the PDU's. The views stay good until the next call.
 */
void compose_part(struct compose *c, uint32_t i, struct pdu *pdu, struct tlv_out *tlvs);
/* "gsm7" or "ucs2". */
const char *compose_charset(const struct compose *c);

#endif
