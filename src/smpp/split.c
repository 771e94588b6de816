/*
 * split.c - where a long text is cut into parts (smpp.md 9). Knows octets of the target encoding and nothing of
 * headers, references or PDUs.
 */
#include "smpp/split.h"
#include "smpp/gsm7.h"

#define PAYLOAD_MAX  65535u /* octets of a message_payload TLV */
#define MARK_RETREAT 16u    /* characters given up at most to keep a base and its marks together */
#define JOINER	     0x200D /* ties the characters on both sides */

/* Octets of a part by the header that the part carries; SAR parts leave room for the 8-bit header of the air. */
static const struct {
	uint32_t single, udh8, udh16;
} limits[] = {
	[CHARSET_GSM7] = {160, 153, 152}, [CHARSET_LATIN1] = {140, 134, 133}, [CHARSET_ASCII] = {140, 134, 133},
	[CHARSET_UTF8] = {140, 134, 133}, [CHARSET_UCS2] = {140, 134, 132},   [CHARSET_BINARY] = {140, 134, 133},
	[CHARSET_GBK] = {140, 134, 133},
};

/* Characters that belong to the one before: combining marks, variation selectors, joiners, skin tones. */
static const struct {
	int32_t first, last;
} marks[] = {
	{0x0300, 0x036F},   {0x0483, 0x0489},	{0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},
	{0x06D6, 0x06DC},   {0x0900, 0x0903},	{0x093A, 0x093C}, {0x093E, 0x094F}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
	{0x0E47, 0x0E4E},   {0x0F71, 0x0F84},	{0x0F8D, 0x0FBC}, {0x180B, 0x180D}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
	{JOINER, JOINER},   {0x20D0, 0x20FF},	{0x302A, 0x302F}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
	{0x1F3FB, 0x1F3FF}, {0xE0100, 0xE01EF},
};

uint32_t split_single(enum charset c)
{
	return limits[c].single;
}

uint32_t split_part(enum charset c, enum split_mode mode)
{
	switch (mode) {
	case SPLIT_UDH16:
		return limits[c].udh16;
	case SPLIT_PAYLOAD:
		return c == CHARSET_UCS2 ? PAYLOAD_MAX - 1 : PAYLOAD_MAX;
	case SPLIT_UDH8:
	case SPLIT_SAR:
	default:
		return limits[c].udh8;
	}
}

static bool is_mark(int32_t v)
{
	if (v < marks[0].first)
		return false;
	for (unsigned i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (v >= marks[i].first && v <= marks[i].last)
			return true;
	return false;
}

/* An odd run of escapes in front of the cut ends in one whose second octet would be cut off. */
static uint32_t whole_gsm7(struct view text, uint32_t from, uint32_t cut)
{
	uint32_t run = 0;

	while (cut - run > from && text.p[cut - run - 1] == GSM7_ESCAPE)
		run++;
	return cut - run % 2;
}

static uint32_t whole_ucs2(struct view text, uint32_t from, uint32_t cut)
{
	cut -= (cut - from) % 2;
	if (cut - from >= 2 && text.n - cut >= 2 && (text.p[cut - 2] & 0xFC) == 0xD8 && (text.p[cut] & 0xFC) == 0xDC)
		cut -= 2;
	return cut;
}

/* Back to the first octet of the sequence that the cut is in; octets that are no UTF-8 are cut anywhere. */
static uint32_t whole_utf8(struct view text, uint32_t from, uint32_t cut)
{
	for (uint32_t lead = cut; lead > from && cut - lead < 4; lead--) {
		uint32_t end = lead - 1;

		if ((text.p[lead - 1] & 0xC0) == 0x80)
			continue;
		if (charset_get(CHARSET_UTF8, text, &end) >= 0 && end > cut)
			return lead - 1;
		break;
	}
	return cut;
}

/* Its octets do not say which half they are: counted from the border before. */
static uint32_t whole_gbk(struct view text, uint32_t from, uint32_t cut)
{
	uint32_t end = from;

	for (uint32_t next = from; next <= cut; charset_get(CHARSET_GBK, text, &next))
		end = next;
	return end;
}

/* The last border of characters at or before cut, from <= cut < text.n. */
static uint32_t whole(enum charset c, struct view text, uint32_t from, uint32_t cut)
{
	switch (c) {
	case CHARSET_GSM7:
		return whole_gsm7(text, from, cut);
	case CHARSET_UCS2:
		return whole_ucs2(text, from, cut);
	case CHARSET_UTF8:
		return whole_utf8(text, from, cut);
	case CHARSET_GBK:
		return whole_gbk(text, from, cut);
	case CHARSET_LATIN1:
	case CHARSET_ASCII:
	case CHARSET_BINARY:
	default:
		return cut;
	}
}

/* Whether the characters on both sides of the border belong together. */
static bool tied(enum charset c, struct view text, uint32_t from, uint32_t cut)
{
	uint32_t next = cut, last = whole(c, text, from, cut - 1);

	return is_mark(charset_get(c, text, &next)) || charset_get(c, text, &last) == JOINER;
}

static uint32_t before_marks(enum charset c, struct view text, uint32_t from, uint32_t cut)
{
	uint32_t better = cut;

	for (unsigned i = 0; i < MARK_RETREAT && better > from; i++) {
		if (!tied(c, text, from, better))
			return better;
		better = whole(c, text, from, better - 1);
	}
	return cut;
}

uint32_t split_next(enum charset c, struct view text, uint32_t from, uint32_t limit)
{
	uint32_t cut;

	if (from >= text.n || text.n - from <= limit)
		return text.n;
	cut = whole(c, text, from, from + limit);
	if (cut == from) { /* a limit below one character: let it through rather than stand still */
		cut = from;
		charset_get(c, text, &cut);
		return cut;
	}
	return c == CHARSET_UCS2 || c == CHARSET_UTF8 ? before_marks(c, text, from, cut) : cut;
}

uint32_t split_plan(enum charset c, struct view text, enum split_mode mode, uint32_t ends[SPLIT_MAX])
{
	uint32_t part = split_part(c, mode);
	uint32_t count = 0, from = 0;

	if (text.n <= (mode == SPLIT_PAYLOAD ? PAYLOAD_MAX : split_single(c))) {
		if (ends)
			ends[0] = text.n;
		return 1;
	}
	if (mode == SPLIT_PAYLOAD)
		return 0;
	while (from < text.n) {
		if (count == SPLIT_MAX)
			return 0;
		from = split_next(c, text, from, part);
		if (ends)
			ends[count] = from;
		count++;
	}
	return count;
}
