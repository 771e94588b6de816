/*
 * text.c - UTF-8 text of people. Knows Unicode ranges of the characters that Chinese phones send; knows no keyword.
 */
#include "base/text.h"

#include <string.h>

int32_t text_get_any(const char *s, size_t n, size_t *pos)
{
	static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
	const uint8_t *p = (const uint8_t *)s + *pos;
	size_t left = n - *pos, more;
	int32_t c;

	if (left == 0)
		return -1;
	*pos += 1;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xc2 && p[0] < 0xe0) {
		more = 1;
		c = p[0] & 0x1f;
	} else if (p[0] >= 0xe0 && p[0] < 0xf0) {
		more = 2;
		c = p[0] & 0x0f;
	} else if (p[0] >= 0xf0 && p[0] < 0xf5) {
		more = 3;
		c = p[0] & 0x07;
	} else {
		return -1;
	}
	if (left <= more)
		return -1;
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return -1;
	*pos += more;
	return c;
}

size_t text_put(int32_t scalar, char out[4])
{
	uint32_t c = (uint32_t)scalar;

	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (c >> 18 & 0x07));
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool text_valid(const char *s, size_t n)
{
	for (size_t pos = 0; pos < n;) {
		if (text_get(s, n, &pos) < 0)
			return false;
	}
	return true;
}

size_t text_cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;

	/* back over at most three continuation octets to where a character begins */
	size_t cut = max;
	while (cut > 0 && max - cut < 4 && ((uint8_t)s[cut] & 0xc0) == 0x80)
		cut--;
	return ((uint8_t)s[cut] & 0xc0) == 0x80 ? max : cut;
}

struct text_range {
	int32_t first, last;
};

static bool text_in(const struct text_range *ranges, size_t n, int32_t c)
{
	for (size_t i = 0; i < n && ranges[i].first <= c; i++) {
		if (c <= ranges[i].last)
			return true;
	}
	return false;
}

#define TEXT_IN(ranges, c) text_in(ranges, sizeof(ranges) / sizeof((ranges)[0]), c)

static bool text_has_blank(int32_t c)
{
	static const struct text_range blanks[] = {
		{'\t', '\r'},	  {' ', ' '},	    {0x85, 0x85},     {0xa0, 0xa0},	{0x1680, 0x1680},
		{0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
	};

	return TEXT_IN(blanks, c);
}

/* Controls, soft hyphen, joiners, direction marks, variation selectors, BOM: nothing to see. */
static bool text_has_unseen(int32_t c)
{
	static const struct text_range unseen[] = {
		{0x00, 0x08},	  {0x0e, 0x1f},	    {0x7f, 0x84},     {0x86, 0x9f},	{0xad, 0xad},
		{0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
	};

	return TEXT_IN(unseen, c);
}

static bool text_has_punctuation(int32_t c)
{
	static const struct text_range marks[] = {
		{0x21, 0x2f},	  {0x3a, 0x40},	    {0x5b, 0x60},     {0x7b, 0x7e},	{0xa1, 0xa1},
		{0xa7, 0xa7},	  {0xab, 0xab},	    {0xb6, 0xb7},     {0xbb, 0xbb},	{0xbf, 0xbf},
		{0x2010, 0x2027}, {0x2030, 0x205e}, {0x3001, 0x3003}, {0x3008, 0x3011}, {0x3014, 0x301f},
		{0x3030, 0x3030}, {0x303d, 0x303d}, {0x30fb, 0x30fb}, {0xfe10, 0xfe19}, {0xfe30, 0xfe6b},
		{0xff5f, 0xff65},
	};

	return TEXT_IN(marks, c);
}

uint8_t text_kind_any(int32_t c)
{
	/* the forms of marks that Chinese texts have */
	if (c >= 0xff00)
		return c >= 0xff5f && c <= 0xff65 ? TEXT_PUNCTUATION : TEXT_SOLID;
	if (c >= 0x3000 && c <= 0x3020)
		return c == 0x3000 ? TEXT_BLANK : text_has_punctuation(c) ? TEXT_PUNCTUATION : TEXT_SOLID;
	return text_has_blank(c)	 ? TEXT_BLANK
	       : text_has_unseen(c)	 ? TEXT_UNSEEN
	       : text_has_punctuation(c) ? TEXT_PUNCTUATION
					 : TEXT_SOLID;
}

/* The same for the first 256, as test_text compares. */
const uint8_t text_kind_low[256] = {
	2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 4, 0, 0, 0, 0, 0, 4, 0, 0, 0, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0,
	0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

size_t text_fold(const char *s, size_t n, char *out, size_t cap)
{
	size_t len = 0, solid = 0; /* solid: octets up to the last character that is no blank or punctuation */
	bool after_blank = false;

	for (size_t pos = 0; pos < n;) {
		int32_t c = text_get(s, n, &pos);
		if (c < 0 || text_is_unseen(c))
			continue;
		bool blank = text_is_blank(c);
		c = blank ? ' ' : text_fold_one(c);
		bool edge = blank || text_is_punctuation(c);
		if ((edge && solid == 0) || (blank && after_blank))
			continue;
		char one[4];
		size_t k = text_put(c, one);
		if (len + k > cap)
			break;
		memcpy(out + len, one, k);
		len += k;
		after_blank = blank;
		if (!edge)
			solid = len;
	}
	return solid;
}
