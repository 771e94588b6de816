/*
 * fold_table.h - what each character folds to; written at build time by src/policy/make_fold.c. For fold.c only.
 */
#ifndef POLICY_FOLD_TABLE_H
#define POLICY_FOLD_TABLE_H

#include <stdint.h>

#define FOLD_MORE_FIRST 0xd800u /* to 0xdfff: no character, but a row of fold_more[] */
#define FOLD_MORE_ROWS	0x800u
#define FOLD_HIGH_FIRST 0x10000u /* characters of fold_high */
#define FOLD_HIGH_END	0x40000u
#define FOLD_PAGE	256u

extern const uint16_t fold_low[FOLD_HIGH_FIRST]; /* 0: dropped */
/* By (character - FOLD_HIGH_FIRST) / FOLD_PAGE: a page of fold_high[]. */
extern const uint8_t fold_high_page[(FOLD_HIGH_END - FOLD_HIGH_FIRST) / FOLD_PAGE];
extern const uint32_t fold_high[][FOLD_PAGE]; /* 0: dropped; 1: as it is */
/* Characters that fold to several, or from below FOLD_HIGH_FIRST to one above it: ends with 0. */
extern const uint32_t fold_more[][3];

#endif
