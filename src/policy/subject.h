/*
 * subject.h - what a policy sees of a message, and what it may answer. The common words of the rooms in policy/. Pure.
 */
#ifndef POLICY_SUBJECT_H
#define POLICY_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "policy/class.h"
#include "smpp/view.h"

/* Policies by number. The number stands in journal records: new ones come at the end, none is ever used again. */
enum policy_id {
	POLICY_NONE,	     /* of a verdict: no policy refused */
	POLICY_OPTED_OUT,    /* the number has said stop */
	POLICY_SIGNATURE,    /* 【…】 that the account may use */
	POLICY_TEMPLATE,     /* an approved template of account and signature */
	POLICY_MUST_MATCH,   /* a hotline, the last day of an offer */
	POLICY_LINK,	     /* hosts of links */
	POLICY_PERSONAL,     /* resident ids and bank cards */
	POLICY_WORDS,	     /* sensitive words */
	POLICY_OPT_OUT_TEXT, /* 拒收请回复R */
	POLICY_SEGMENTS,     /* how long a text may be */
	POLICY_WINDOW,	     /* hours of contact */
	POLICY_DEAD,	     /* the number does not exist */
	POLICY_CONSENT,	     /* consent to promotional texts */
	POLICY_FIRST,	     /* the first contact must not be promotional */
	POLICY_CAP,	     /* how often a number is contacted */
	POLICY_SIMILAR,	     /* similar text too soon */
	POLICY_CAMPAIGN,     /* the campaign was cancelled */
	POLICY_SOURCE,	     /* sender codes of the account and the class */
	POLICIES
};

enum policy_effect {
	POLICY_PASS,
	POLICY_CHANGED, /* it may go: the text is another one now */
	POLICY_REFUSE,	/* subject.detail says what of it */
	POLICY_REVIEW,	/* held until the operator has read it; subject.detail says why */
	POLICY_WAIT,	/* it may go later: subject.due_ms says when */
};

#define POLICY_DETAIL_MAX 160u
#define POLICY_TEXT_MAX	  65536u /* octets of UTF-8: 255 parts of Chinese text, and room to change it */
#define POLICY_NO_CARRIER ((size_t)-1)
#define SUBJECT_LETTERS	  1024u

/* The text folded (policy/fold.h), which several policies go by: made by the first that needs it. */
struct subject_letters {
	bool known;	 /* they are those of the text */
	bool whole;	 /* else the text has more of them than there is room */
	uint32_t text_n; /* of the text that they were made of */
	uint32_t n;
	uint32_t cp[SUBJECT_LETTERS], at[SUBJECT_LETTERS]; /* at: octets of the text before it */
};

struct policy_subject {
	size_t account; /* number */
	size_t carrier; /* number of the one that would take it now; POLICY_NO_CARRIER: not known */
	const char *account_name;
	enum class_id class_id;
	struct view number; /* of the recipient: digits with country code */
	struct view source; /* sender code */
	struct view campaign, consent_ref;
	int64_t now_ms, due_ms, expiry_ms; /* UTC; due_ms: not to leave before; 0 now */
	uint64_t seed;			   /* another one for each message: spreads what is held */

	/* The whole text in UTF-8. A policy that answers POLICY_CHANGED writes into it: text_n <= text_cap. */
	char *text;
	uint32_t text_n, text_cap;
	bool changed; /* it is another one than the app's */
	bool fixed;   /* it cannot be changed (parts that the app has cut itself): refuse instead */
	bool binary;  /* it is no text: text_n is 0 */
	bool valid;   /* it is known to be UTF-8 throughout */
	bool asking;  /* somebody only asks what would be said: nothing is counted or logged */

	/* Room for its letters, not known yet; NULL: each policy folds the text by itself. */
	struct subject_letters *letters;
	/* Found by POLICY_SIGNATURE for those after it: the name between 【 and 】, inside text; n 0: none. */
	struct view signature;
	/* For people, set with POLICY_REFUSE, _CHANGED, _REVIEW: what of the text it was about. UTF-8, ends with NUL.
	 */
	char detail[POLICY_DETAIL_MAX];
};

/* Numbers of accounts and carriers by name, for what is built from a configuration; -1: there is none. */
struct policy_names {
	const void *arg;
	int (*account)(const void *arg, const char *name);
	int (*carrier)(const void *arg, const char *name);
	size_t accounts_n, carriers_n;
};

/* --- subject.c --- */

/* Writes subject.detail, cut at the end of a character when it is too long, without controls and quotation marks. */
__attribute__((format(printf, 2, 3))) void subject_detail(struct policy_subject *s, const char *fmt, ...);
/*
 * Puts with in place of the n octets at `at`; the signature's view stays on the signature. with must not lie in the
 * text. False: the text is fixed, or there is no room; nothing has changed.
 */
__attribute__((warn_unused_result)) bool subject_replace(struct policy_subject *s, uint32_t at, uint32_t n,
							 struct view with);
/* The letters of the text; NULL: it has more than there is room, or there is none. */
const struct subject_letters *subject_letters(const struct policy_subject *s);

#endif
