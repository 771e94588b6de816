/*
 * keyword.h - what a phone user's reply means: keywords by row, matched over folded text (trimmed, width and case
 * folded).
 */
#ifndef POLICY_KEYWORD_H
#define POLICY_KEYWORD_H

#include "base/conf.h"
#include "smpp/view.h"

enum keyword_action { KEYWORD_NONE = -1, KEYWORD_OPT_OUT, KEYWORD_OPT_IN };

struct keyword_conf { /* section keywords: ( ... ) */
	struct conf_where where;
	struct conf_list words;	 /* exact, after folding */
	struct conf_list starts; /* the folded text begins with it */
	int action;		 /* enum keyword_action */
	char *reply;		 /* confirmation text, "" = none; {number} is not offered: the user knows it */
	bool forward;		 /* the app hears the reply too */
};
extern const struct conf_row keyword_rows[];

/* The built-in rows of smpp.md 16, used when the configuration has no keywords section. */
const struct keyword_conf *keyword_defaults(size_t *n);

/* The first row that matches the UTF-8 text, NULL when none does. */
const struct keyword_conf *keyword_match(const struct keyword_conf *rows, size_t n, struct view text);

#endif
