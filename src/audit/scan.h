/*
 * scan.h - reads a text that has one form only, from its start on: each step takes what must come there, or says no.
 */
#ifndef AUDIT_SCAN_H
#define AUDIT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct scan {
	const char *p, *end;
};

bool scan_word(struct scan *s, const char *word);
/* Decimal digits without leading zeros, at most max. */
bool scan_number(struct scan *s, uint64_t max, uint64_t *out);
/* The rest of a string and its closing quote, of letters, digits and "-+._:/=" only; not empty, shorter than cap. */
bool scan_plain(struct scan *s, char *out, size_t cap);
/* Digits of so many octets in hex, and the closing quote. */
bool scan_hex(struct scan *s, uint8_t *out, size_t n);
/* The rest of a JSON string as base/json_put.h writes it, and its closing quote; appends what it stands for. */
bool scan_string(struct scan *s, struct buf *out);

#endif
