/*
 * compose.h - a text of ours as a submit_sm frame, as the account's app would submit it. Pure but for the buffer.
 */
#ifndef PATH_COMPOSE_H
#define PATH_COMPOSE_H

#include "path/number.h"
#include "smpp/charset.h"

#define COMPOSE_MAX 42000u /* octets of the longest frame */

struct compose {
	const char *source; /* our code */
	const struct number *to;
	const char *utf8;
	enum charset dcs0; /* what data_coding 0 means with the account */
	uint8_t registered_delivery;
};

/*
 * Writes the frame into buf (COMPOSE_MAX octets): data_coding 0 when every character is there, else 8; a long text in
 * message_payload, uncut. Octets, or 0 when the text is not valid UTF-8, empty, or would be over 255 parts.
 */
size_t compose_text(const struct compose *c, uint8_t *buf);

#endif
