/*
 * dialect.h - the same text in the words of another peer: what data_coding 0 means on either side, and which alphabet a
 * carrier wants (smpp.md 8). Through Unicode and without loss: a character that the alphabet lacks makes the text
 * data_coding 8, never a question mark. Pure.
 */
#ifndef PATH_DIALECT_H
#define PATH_DIALECT_H

#include "smpp/charset.h"

/* carrier_conf.encoding: what texts leave as. */
enum dialect_encoding {
	DIALECT_AS_IS,	 /* only data_coding 0 is converted, where the two sides differ */
	DIALECT_TO_UCS2, /* all text as data_coding 8 */
	DIALECT_TO_GBK,	 /* as data_coding 15, else 8 */
	DIALECT_TO_GSM7, /* as data_coding 0, which is gsm7 there, else 8 */
	DIALECT_TO_UTF8, /* as data_coding 0, which is utf8 there, else 8 */
};

/* What becomes of one text. */
enum dialect_form {
	DIALECT_OPEN,	 /* not decided yet */
	DIALECT_STAYS,	 /* octets and data_coding as they are */
	DIALECT_DEFAULT, /* data_coding 0, in the alphabet that this is on the other side */
	DIALECT_UCS2,	 /* data_coding 8 */
	DIALECT_GBK,	 /* data_coding 15 */
	DIALECT_LATIN1,	 /* data_coding 3: the same octets, by a name that needs no agreement */
	DIALECT_ASCII,	 /* data_coding 1: likewise */
	DIALECT_LOST,	 /* it has no form that fits */
};

struct dialect {
	enum charset from, to; /* data_coding 0 at the one who says it, and at the one who hears it */
	enum dialect_encoding encoding;
	enum dialect_form form; /* DIALECT_OPEN, or decided before: a text that was cut must be the same again */
};

/* Whether no text is changed between the two: the hot path. */
static inline bool dialect_same(const struct dialect *d)
{
	return d->form == DIALECT_STAYS || (d->from == d->to && d->encoding == DIALECT_AS_IS);
}

struct dialect_said {
	enum dialect_form form;
	uint8_t data_coding;
	struct view text;
};

/* The most octets of text behind a header in one part: 140 on the air, septets for GSM 03.38 (smpp.md 9). */
uint32_t dialect_room(enum charset c, uint32_t header);
/*
 * Says text (without a header) in the other's words, into mem. header: octets of the header that a part has or gets,
 * the result fits behind it; negative: it is no part, and fits into cap. What is no text (binary, reserved and class
 * data_codings) or not valid stays as it is. Out borrows text or mem.
 */
void dialect_say(const struct dialect *d, uint8_t data_coding, struct view text, int header, uint8_t *mem, uint32_t cap,
		 struct dialect_said *out);

#endif
