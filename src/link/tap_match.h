/*
 * tap_match.h - which PDUs a capture wants: all, those of a carrier, an account, a session, or those about a phone
 * number and their answers.
 */
#ifndef LINK_TAP_MATCH_H
#define LINK_TAP_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TAP_NAME	64 /* octets, with the NUL */
#define TAP_FILTER_TEXT 96

enum tap_by { TAP_ALL, TAP_CARRIER, TAP_ACCOUNT, TAP_SESSION, TAP_NUMBER };
struct tap_filter {
	enum tap_by by;
	char name[TAP_NAME]; /* TAP_NUMBER: digits, with or without the country code */
};
/* "carrier 移动"; "number 138****8000"; "all". Returns out. */
const char *tap_filter_text(const struct tap_filter *f, char out[TAP_FILTER_TEXT]);

/* Whether two numbers mean one phone: the digits of one are the end of the other's, at least 7 of them. */
bool tap_same_number(const char *digits, const void *other, size_t n);

struct tap_match;
struct tap_match *tap_match_new(const struct tap_filter *f); /* copies; never NULL */
void tap_match_free(struct tap_match *m);
/* Of a frame of the session; out: we wrote it. Remembers requests, so that their answers match. */
bool tap_match(struct tap_match *m, const char *name, uint64_t session, bool out, const uint8_t *p, size_t n);

#endif
