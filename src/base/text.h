/*
 * text.h - UTF-8 text of people: validity, counting, cutting, folding (width, case, blanks, punctuation).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int32_t text_get_any(const char *s, size_t n, size_t *pos); /* text_get() of what is not most of all texts */

/* Reads one scalar at *pos; -1 for an invalid octet (advances 1). What Chinese texts are made of is read here. */
static inline int32_t text_get(const char *s, size_t n, size_t *pos)
{
	const uint8_t *p = (const uint8_t *)s + *pos;
	if (*pos < n && p[0] < 0x80) {
		*pos += 1;
		return p[0];
	}
	if (n - *pos >= 3 && p[0] > 0xe0 && p[0] < 0xf0 && p[0] != 0xed && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80) {
		*pos += 3;
		return (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	}
	return text_get_any(s, n, pos);
}
/* Writes a scalar; returns octets. */
size_t text_put(int32_t scalar, char out[4]);
bool text_valid(const char *s, size_t n);
/* The longest prefix of at most max octets that ends at a character's border. */
size_t text_cut(const char *s, size_t n, size_t max);
/*
 * Folds for matching: full-width to half-width, Latin letters to upper case, leading and trailing blanks and
 * punctuation (ASCII, CJK and full-width) dropped, inner runs of blanks to one space. Returns octets written (never
 * more than cap; cut at a border). Invalid octets, controls and characters without width (U+200B, BOM) are dropped.
 * The result is never longer than n; out may be s.
 */
size_t text_fold(const char *s, size_t n, char *out, size_t cap);

/* The rules of text_fold() by character, for who folds in another way. */
enum text_kind { TEXT_SOLID = 0, TEXT_BLANK = 1, TEXT_UNSEEN = 2, TEXT_PUNCTUATION = 4 };
extern const uint8_t text_kind_low[256];
uint8_t text_kind_any(int32_t c);

/* Most of what comes is Chinese, and none of what is not solid reaches into it. */
#define TEXT_PLAIN_FIRST 0x3100
#define TEXT_PLAIN_LAST	 0xfdff

/* One of enum text_kind. */
static inline uint8_t text_kind(int32_t c)
{
	if (c >= TEXT_PLAIN_FIRST && c <= TEXT_PLAIN_LAST)
		return TEXT_SOLID;
	if (c >= 0xff00)
		return c >= 0xff5f && c <= 0xff65 ? TEXT_PUNCTUATION : TEXT_SOLID;
	return (uint32_t)c < 256 ? text_kind_low[c] : text_kind_any(c);
}

static inline bool text_is_blank(int32_t c)
{
	return text_kind(c) == TEXT_BLANK;
}

/* Controls, joiners, marks of direction: nothing to see. */
static inline bool text_is_unseen(int32_t c)
{
	return text_kind(c) == TEXT_UNSEEN;
}

static inline bool text_is_punctuation(int32_t c)
{
	return text_kind(c) == TEXT_PUNCTUATION;
}

/* Width and case. */
static inline int32_t text_fold_one(int32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xff01 - '!';
	if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7))
		c -= 0x20;
	return c;
}

#endif
