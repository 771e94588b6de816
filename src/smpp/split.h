/*
 * split.h - where to cut a long text into parts (smpp.md 9). Pure arithmetic on octets of the target encoding.
 */
#ifndef SMPP_SPLIT_H
#define SMPP_SPLIT_H

#include "smpp/charset.h"

#define SPLIT_MAX 255u

enum split_mode { SPLIT_UDH8, SPLIT_UDH16, SPLIT_SAR, SPLIT_PAYLOAD };

/*
 * The most octets of text that a single message / one part may carry (160/153/152, 140/134/133, 140/134/132).
 * CHARSET_GSM7 counts its unpacked septets; ASCII, Latin-1, UTF-8, GBK and binary count as
 * 8-bit. SPLIT_SAR has the limits
 * of SPLIT_UDH8, as the SMSC puts such a header on the air (70/67 for Chinese). SPLIT_PAYLOAD: one message_payload.
 */
uint32_t split_single(enum charset c);
uint32_t split_part(enum charset c, enum split_mode mode);

/*
 * The end offset of the part that begins at from (a border of characters): at most limit octets of text, usually
 * split_part(); never between an escape and its second octet, never between two surrogates or inside UTF-8's sequences,
 * not before a combining mark when that can be helped. Always > from for from < text.n: only there, with a limit
 * smaller than one character, a part exceeds it.
 */
uint32_t split_next(enum charset c, struct view text, uint32_t from, uint32_t limit);

/*
 * How many parts text needs: 1 when it fits alone (or mode is SPLIT_PAYLOAD), else counted after the rules above.
 * 0 when it would be more than SPLIT_MAX, or more than a payload holds (answer ESME_RINVMSGLEN). ends (may be NULL)
 * gets the end offset of each part; with 0 it is undefined.
 */
uint32_t split_plan(enum charset c, struct view text, enum split_mode mode, uint32_t ends[SPLIT_MAX]);

#endif
