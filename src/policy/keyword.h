/*
 * keyword.h - what a phone user's reply means: rows of keywords, the most specific one that matches the folded text.
 * Pure. A word matches whatever its width, case, blanks and punctuation: "退 订", "T。", "ｔｄ", "【退订】".
 */
#ifndef POLICY_KEYWORD_H
#define POLICY_KEYWORD_H

#include "base/conf.h"
#include "smpp/view.h"

enum keyword_action {
	KEYWORD_OPT_OUT,
	KEYWORD_OPT_IN,
	KEYWORD_HELP,
	KEYWORD_COMPLAINT, /* an opt-out, and somebody must look at it */
	KEYWORD_CONFIRM,   /* told as an event with the message that it answers */
	KEYWORD_CANCEL,	   /* the series of that message that still waits is taken back */
	KEYWORD_NONE,	   /* no keyword: for what a row further down would take */
};
const char *keyword_action_name(enum keyword_action a);

enum keyword_scope { KEYWORD_OF_ACCOUNT, KEYWORD_OF_SIGNATURE, KEYWORD_OF_ALL };

struct keyword_conf { /* section keywords: ( ... ) */
	struct conf_where where;
	char *account;		 /* "" : every one */
	char *signature;	 /* of the message that is answered, with or without 【】; "" : any or none */
	char *code;		 /* that the reply was sent to, or its beginning; "" : any */
	struct conf_list words;	 /* equal, both folded */
	struct conf_list starts; /* the folded text begins with it */
	char *pattern;		 /* PCRE2, in the text in capitals, half width, without blanks and marks at its ends */
	int action;		 /* enum keyword_action */
	int scope;		 /* enum keyword_scope, of opt-outs and opt-ins */
	char *reply;		 /* text back to the phone, "" = none */
	bool forward;		 /* the app hears the reply too */
};
extern const struct conf_row keyword_rows[];

struct keywords;
/*
 * The rows in the order in which they are asked: by code and account, account, code, signature, general; among equals
 * the longer code, then as they stand. builtin: the built-in rows (smpp.md 16) come behind them all. NULL with faults
 * (conf_fault()). Borrows the rows.
 */
struct keywords *keywords_new(const struct keyword_conf *rows, size_t n, bool builtin, char **errors);
void keywords_free(struct keywords *k);

struct keyword_subject {
	const char *account, *code;
	struct view signature; /* of the message that is answered; n 0: none, or not known */
	struct view text;      /* UTF-8 */
};
/* The first row that matches, NULL when none does, or the row's action is none. Allocates nothing. */
const struct keyword_conf *keywords_match(struct keywords *k, const struct keyword_subject *s);
/* How often a pattern was given up: it needed more than KEYWORD_STEPS steps for a text. */
uint64_t keywords_given_up(const struct keywords *k);

#define KEYWORD_STEPS 20000u

#endif
