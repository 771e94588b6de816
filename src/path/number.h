/*
 * number.h - phone numbers in one form for routing, matching and opt-outs. Pure.
 */
#ifndef PATH_NUMBER_H
#define PATH_NUMBER_H

#include <stdbool.h>
#include <stdint.h>
#include "smpp/pdu.h"

#define NUMBER_MAX 20u /* digits; source_addr:c21 without its NUL */

struct number {
	char digits[NUMBER_MAX + 1]; /* with country code, no + and no 00; NUL-terminated */
	uint8_t n;
};

/*
 * Normalises: "+86138...", "0086138...", "86138..." and a bare 11-digit Chinese mobile number all give "86138...".
 * Other countries keep their digits. Blanks and hyphens are dropped. False when it is empty, has other characters, is
 * longer than NUMBER_MAX, or is shorter than 3 digits.
 */
__attribute__((warn_unused_result)) bool number_parse(struct pdu_addr addr, struct number *out);
/* The same for text from people. */
__attribute__((warn_unused_result)) bool number_parse_text(const char *s, struct number *out);
/* Whether two addresses mean the same: equal text, or the same number in another form. TON and NPI do not count. */
bool number_same(struct pdu_addr a, struct pdu_addr b);
/*
 * Whether somebody may read a text at it: a mobile number of China, or a whole number of another country. Short codes
 * and service numbers (95588, 10086, 1069...) are machines.
 */
bool number_is_phone(const struct number *n);
/*
 * The last NUMBER_TAIL digits of an address as a number: the same for every form of a phone number, and for others that
 * end alike.
 */
#define NUMBER_TAIL 7u
uint32_t number_tail(struct view addr);
/* For what is spread by number: the same at each start and on each node. */
uint64_t number_seed(const struct number *n);

#endif
