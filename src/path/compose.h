/*
 * compose.h - a text of ours as submit_sm frames: the alphabet it needs, cut into parts. Pure but for the buffer.
 */
#ifndef PATH_COMPOSE_H
#define PATH_COMPOSE_H

#include "path/number.h"
#include "smpp/charset.h"
#include "smpp/split.h"

struct compose {
	const char *source; /* our code */
	const struct number *to;
	const char *utf8;
	enum charset dcs0; /* what data_coding 0 means at the carrier */
	enum split_mode mode;
	uint16_t ref; /* of the parts, unique per source and destination for a while */
	uint8_t registered_delivery;
};

/*
 * Calls part(arg, frame) for each part in order; frame is borrowed for the call. Returns the number of parts, or 0 when
 * the text is not valid UTF-8, empty, or over 255 parts; part() returning false stops and gives 0 too.
 */
unsigned compose_parts(const struct compose *c, bool (*part)(void *arg, struct view frame), void *arg);

#endif
