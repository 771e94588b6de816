/*
 * text.h - UTF-8 text of people: validity, counting, cutting, folding (width, case, blanks, punctuation).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads one scalar at *pos; -1 for an invalid octet (advances 1). */
int32_t text_get(const char *s, size_t n, size_t *pos);
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
bool text_is_blank(int32_t c);
bool text_is_unseen(int32_t c); /* controls, joiners, marks of direction: nothing to see */
bool text_is_punctuation(int32_t c);
int32_t text_fold_one(int32_t c); /* width and case */

#endif
