/*
 * phrase.h - patterns that are nothing but words: "利率|优惠", "截至.*日". Whether they stand in a text is found
 * without a machine for regular expressions, many times as fast. Pure.
 */
#ifndef POLICY_PHRASE_H
#define POLICY_PHRASE_H

#include <stdbool.h>

#include "smpp/view.h"

struct phrase;

/*
 * Of a pattern that PCRE2 takes, with PCRE2_UTF and no other option that matters here. NULL: it is more than words, |
 * between them, and .* before, between or behind them, or there may be nothing to find.
 */
struct phrase *phrase_new(const char *pattern);
void phrase_free(struct phrase *p);

/* Whether the pattern matches somewhere in the text, which is UTF-8; the dot stands for every character but \n. */
bool phrase_stands(const struct phrase *p, struct view text);

#endif
