/*
 * fold.h - text as the eye reads it, for finding words in it: one width, capital letters without accents, compatibility
 * forms as what they stand for, traditional Chinese as simplified; blanks, punctuation, symbols, marks, controls and
 * whatever has no width dropped. Digits of all scripts become 0 to 9. "貸 款", "贷*款" and "贷款" are the same then,
 * and so are "ｌｏａｎ", "Ⓛⓞⓐⓝ" and "LOAN". Pure; one look into a table per character (fold_table.h).
 */
#ifndef POLICY_FOLD_H
#define POLICY_FOLD_H

#include <stddef.h>
#include <stdint.h>

#define FOLD_MAX 3u /* characters that one can become ("㎏" is two); never more than it has octets */

/* Folds one character into out; returns how many there are, 0: it is dropped. */
unsigned fold_one(uint32_t c, uint32_t out[FOLD_MAX]);
/*
 * Folds UTF-8 text (n octets at s) from *pos on, until its end or until fewer than FOLD_MAX places are left in the cap
 * (>= FOLD_MAX) of `out`; *pos is where to go on then. at: for each character in `out` the offset in s of
 * the one that it came from. Octets that are no UTF-8 are dropped. Returns how many characters are in `out`: never more
 * than octets were read.
 */
size_t fold_text(const char *s, size_t n, size_t *pos, uint32_t *out, uint32_t *at, size_t cap);

#endif
