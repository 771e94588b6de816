/*
 * phone.h - a phone number that is looked for in records, however it was written: 13800138000, 8613800138000,
 * +8613800138000 are one. Pure.
 */
#ifndef AUDIT_PHONE_H
#define AUDIT_PHONE_H

#include <stdbool.h>
#include "audit/sieve.h"
#include "smpp/view.h"

#define PHONE_FORMS 5u

struct phone {
	char digits[32];	     /* without +, 00 and 86 */
	char masks[PHONE_FORMS][32]; /* as cores have them */
	size_t n;
	uint64_t keys[PHONE_FORMS];
};
void phone_set(struct phone *p, const char *number);
bool phone_is(const struct phone *p, struct view number);    /* the same number */
bool phone_masks(const struct phone *p, const char *masked); /* a mask that it may have */
bool phone_in(const struct phone *p, struct view line);	     /* one of them stands in a line */
bool phone_may_be(const struct phone *p, const struct sieve_block *b);

#endif
