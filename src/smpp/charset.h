/*
 * charset.h - the alphabets of SMS (smpp.md 8): GSM 03.38 with extension table, UCS-2/UTF-16BE, Latin-1, ASCII, UTF-8,
 * GBK. Everything converts through Unicode scalar values. Functions never read or write past the sizes given.
 */
#ifndef SMPP_CHARSET_H
#define SMPP_CHARSET_H

#include "smpp/view.h"

enum charset { CHARSET_GSM7, CHARSET_LATIN1, CHARSET_ASCII, CHARSET_UTF8, CHARSET_UCS2, CHARSET_BINARY, CHARSET_GBK };

/* "gsm7", "latin1", "ascii", "utf8", "ucs2", "binary", "gbk"; and back, -1 when unknown. */
const char *charset_name(enum charset c);
int charset_by_name(const char *name);

/*
 * The alphabet that a data_coding means, dcs0 being what 0x00 means with this peer (smpp.md 8). GSM's class groups
 * (0x10-0x1F, 0xC0-0xFF) are read as 3GPP TS 23.038 has them, 0x0F as GBK; what is reserved or relayed untouched is
 * CHARSET_BINARY.
 */
enum charset charset_of_dcs(uint8_t data_coding, enum charset dcs0);

/*
 * Reads one character at *pos of s in the charset, advances *pos past it. Returns the scalar value, or -1 for octets
 * that are no character (advances by the smallest unit; lone surrogates give -1). GSM7: one septet per octet, 0x1B
 * with its second octet is one character, -1 (past both) where the extension table is empty. CHARSET_BINARY gives each
 * octet as -1. Bad UTF-8 (overlong forms and surrogates too) costs one octet, and so does half a pair of GBK.
 */
int32_t charset_get(enum charset c, struct view s, uint32_t *pos);

/*
 * Writes one scalar value; returns octets written (1-4), 0 when the charset lacks it or cap is too small.
 */
uint32_t charset_put(enum charset c, int32_t scalar, uint8_t *out, uint32_t cap);

/* Whether every character of s (in from) exists in to; invalid octets count as missing. False: convert would fail. */
bool charset_fits(enum charset from, struct view s, enum charset to);

/*
 * Converts. Returns octets written into out, or -1 when a character does not exist in the target, is invalid, or cap
 * is too small (need never more than 4 * s.n). With lossy, what is missing or invalid becomes '?' (U+FFFD where the
 * target has it), for logs and receipts only. A byte order mark FE FF in front of CHARSET_UCS2 is dropped; nothing else
 * is guessed. out and s must not overlap.
 */
long charset_convert(enum charset from, struct view s, enum charset to, bool lossy, uint8_t *out, uint32_t cap);

/* Septets, octets or code units that s (already in c) takes on the air: the unit that c's part limits count. */
uint32_t charset_units(enum charset c, struct view s);

#endif
