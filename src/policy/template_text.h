/*
 * template_text.h - one template: literal text and placeholders, folded; whether a text is made of it. Pure.
 */
#ifndef POLICY_TEMPLATE_TEXT_H
#define POLICY_TEMPLATE_TEXT_H

#include <stdbool.h>
#include "smpp/view.h"

#define TEMPLATE_CHARACTERS 2048u /* most of a text, folded, and of a template */
#define TEMPLATE_TOKENS	    65u	  /* placeholders, and literals between them */
#define TEMPLATE_ANY_MAX    32u	  /* characters of {变量} */

enum template_kind { TEMPLATE_LITERAL, TEMPLATE_ANY, TEMPLATE_DIGITS, TEMPLATE_DATE, TEMPLATE_AMOUNT };

struct template_token {
	uint8_t kind;	   /* enum template_kind */
	uint32_t from;	   /* literal: its first character in the template's characters */
	uint32_t n;	   /* literal: characters */
	uint16_t min, max; /* placeholder: characters that it stands for */
};

struct template_text {
	int32_t *characters; /* of all literals, one behind the other; owned */
	uint32_t characters_n;
	struct template_token *tokens; /* owned */
	uint32_t tokens_n;
};

/*
 * Width, case and blanks are folded away, and punctuation at the end. Returns characters; 0 too when there are more
 * than TEMPLATE_CHARACTERS, then *overlong. Octets that are no UTF-8 become U+FFFD.
 */
uint32_t template_fold(struct view text, int32_t out[TEMPLATE_CHARACTERS], bool *overlong);

/*
 * Reads a template. NULL, or why it is none (static text). {变量} stands for 1 to 32 characters of any kind, {数字} for
 * digits, {日期} for a date or time, {金额} for an amount; {变量:8} for at most 8, {数字:4-8} for 4 to 8. "{{" is a {.
 */
const char *template_read(struct view text, struct template_text *out);
void template_clear(struct template_text *t);

/* Whether the folded text is made of the template. Work: at most tokens times characters. */
bool template_fits(const struct template_text *t, const int32_t *text, uint32_t n);

#endif
