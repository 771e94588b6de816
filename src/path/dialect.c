/*
 * dialect.c - which alphabet a text leaves in, and the text in it. Must not know messages, headers, or who the peers
 * are.
 */
#include "path/dialect.h"

#define AIR	    140u /* octets of one part, header and all */
#define CANDIDATES  5u
#define DCS_DEFAULT 0u
#define DCS_ASCII   1u
#define DCS_LATIN1  3u
#define DCS_UCS2    8u
#define DCS_GBK	    15u

uint32_t dialect_room(enum charset c, uint32_t header)
{
	uint32_t octets = header < AIR ? AIR - header : 0;
	if (c == CHARSET_GSM7)
		return octets * 8 / 7;
	return c == CHARSET_UCS2 ? octets & ~1u : octets;
}

/* Texts that may be said otherwise; what has a message class, or no alphabet that we know, is not touched. */
static bool may_change(const struct dialect *d, uint8_t data_coding)
{
	switch (data_coding) {
	case DCS_DEFAULT:
		return d->from != CHARSET_BINARY && (d->from != d->to || d->encoding != DIALECT_AS_IS);
	case DCS_ASCII:
	case DCS_LATIN1:
	case DCS_GBK:
		return d->encoding != DIALECT_AS_IS;
	case DCS_UCS2:
		return d->encoding != DIALECT_AS_IS && d->encoding != DIALECT_TO_UCS2;
	default:
		return false;
	}
}

static enum dialect_form wanted(enum dialect_encoding encoding)
{
	static const enum dialect_form forms[] = {[DIALECT_AS_IS] = DIALECT_DEFAULT,
						  [DIALECT_TO_UCS2] = DIALECT_UCS2,
						  [DIALECT_TO_GBK] = DIALECT_GBK,
						  [DIALECT_TO_GSM7] = DIALECT_DEFAULT,
						  [DIALECT_TO_UTF8] = DIALECT_DEFAULT};
	return forms[encoding];
}

/* The form under which the octets of data_coding 0 mean the same to everyone. */
static enum dialect_form by_name(enum charset c)
{
	switch (c) {
	case CHARSET_LATIN1:
		return DIALECT_LATIN1;
	case CHARSET_ASCII:
		return DIALECT_ASCII;
	case CHARSET_UCS2:
		return DIALECT_UCS2;
	case CHARSET_GBK:
		return DIALECT_GBK;
	default:
		return DIALECT_LOST;
	}
}

static uint8_t coding_of(enum dialect_form form, uint8_t data_coding)
{
	static const uint8_t codings[] = {
		[DIALECT_DEFAULT] = DCS_DEFAULT, [DIALECT_UCS2] = DCS_UCS2,   [DIALECT_GBK] = DCS_GBK,
		[DIALECT_LATIN1] = DCS_LATIN1,	 [DIALECT_ASCII] = DCS_ASCII,
	};
	return form == DIALECT_STAYS || form == DIALECT_LOST || form == DIALECT_OPEN ? data_coding : codings[form];
}

/*
 * The octets that fit. An SMSC whose data_coding 0 is Latin-1 or ASCII puts it on the air as GSM 03.38: a part that
 * fits that fits.
 */
static uint32_t room_of(enum dialect_form form, enum charset from, enum charset to, struct view text, uint32_t header)
{
	bool septets = form == DIALECT_DEFAULT && (to == CHARSET_LATIN1 || to == CHARSET_ASCII) &&
		       charset_fits(from, text, CHARSET_GSM7);
	return dialect_room(septets ? CHARSET_GSM7 : to, header);
}

/* True when text has this form and it fits. */
static bool try_form(const struct dialect *d, enum dialect_form form, uint8_t data_coding, struct view text, int header,
		     uint8_t *mem, uint32_t cap, struct dialect_said *out)
{
	enum charset from = charset_of_dcs(data_coding, d->from);
	enum charset to = charset_of_dcs(coding_of(form, data_coding), d->to);
	uint32_t room = header < 0 ? cap : room_of(form, from, to, text, (uint32_t)header);
	if (form == DIALECT_LOST || to == CHARSET_BINARY)
		return false;
	*out = (struct dialect_said){form, coding_of(form, data_coding), text};
	if (form == DIALECT_STAYS || (from == to && out->data_coding == data_coding)) {
		out->form = DIALECT_STAYS;
		return true;
	}
	if (form == DIALECT_LATIN1 || form == DIALECT_ASCII)
		return from == to;
	long n = charset_convert(from, text, to, false, mem, room < cap ? room : cap);
	out->text = (struct view){mem, n < 0 ? 0 : (uint32_t)n};
	return n >= 0;
}

void dialect_say(const struct dialect *d, uint8_t data_coding, struct view text, int header, uint8_t *mem, uint32_t cap,
		 struct dialect_said *out)
{
	enum charset from = charset_of_dcs(data_coding, d->from);
	bool understood = data_coding != DCS_DEFAULT || d->from == d->to;
	const enum dialect_form order[CANDIDATES] = {d->form ? d->form : wanted(d->encoding), DIALECT_UCS2,
						     understood ? DIALECT_STAYS : DIALECT_DEFAULT, by_name(from),
						     DIALECT_LOST};
	*out = (struct dialect_said){DIALECT_STAYS, data_coding, text};
	bool decided = d->form != DIALECT_OPEN && from != CHARSET_BINARY;
	if (d->form == DIALECT_STAYS || !(decided || may_change(d, data_coding)) ||
	    !charset_fits(from, text, CHARSET_UCS2))
		return;
	for (unsigned i = 0; i < CANDIDATES; i++) {
		if (try_form(d, order[i], data_coding, text, header, mem, cap, out))
			return;
	}
	*out = (struct dialect_said){DIALECT_LOST, data_coding, text};
}
