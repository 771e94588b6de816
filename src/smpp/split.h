/*
 * split.h - where to cut a long text into parts (smpp.md 9). Pure arithmetic on octets of the target encoding.
 */
#ifndef SMPP_SPLIT_H
#define SMPP_SPLIT_H

#include "smpp/charset.h"

#define SPLIT_MAX 255u

enum split_mode { SPLIT_UDH8, SPLIT_UDH16, SPLIT_SAR, SPLIT_PAYLOAD };

/* The most octets of text that a single message / one part may carry (160/153/152, 140/134/133, 140/134/132). */
uint32_t split_single(enum charset c);
uint32_t split_part(enum charset c, enum split_mode mode);

/*
 * The end offset of the part that begins at from: at most split_part() octets, never between an escape and its second
 * octet, never between two surrogates, not before a combining mark when that can be helped. Always > from for
 * from < text.n.
 */
uint32_t split_next(enum charset c, struct view text, uint32_t from, uint32_t limit);

/*
 * How many parts text needs: 1 when it fits alone (or mode is SPLIT_PAYLOAD), else counted after the rules above.
 * 0 when it would be more than SPLIT_MAX (answer ESME_RINVMSGLEN). ends (may be NULL) gets the end offset of each part.
 */
uint32_t split_plan(enum charset c, struct view text, enum split_mode mode, uint32_t ends[SPLIT_MAX]);

#endif
