/*
 * words.h - policy: sensitive words. Filters with words out of files and the configuration, for accounts and classes;
 * all are looked for at once, in the text as the eye reads it (fold.h): width, case, traditional characters, and
 * whatever stands between the characters make no difference.
 *
 * A word that begins or ends with a letter of A to Z is not found inside a longer run of such letters, and one that
 * begins or ends with a digit not inside a longer number: "AV" is in "看av片", not in "HAVE"; "8964" is not in a phone
 * number. What stands between two letters in the text separates them.
 *
 * Files are read when the filters are built. A set of filters that takes the place of another one reads what has
 * changed in a thread; until that is done (words_settle()) the filters before hold.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include "base/conf.h"
#include "policy/subject.h"

#define WORDS_FILTERS 64u

struct words_conf { /* section filters: ( { name; file; words; action; account; classes } ) */
	struct conf_where where;
	char *name;
	char *file; /* "": none; relative to the folder of the configuration file */
	struct conf_list words;
	int action;			    /* enum words_action */
	struct conf_list accounts, classes; /* empty: all */
};
extern const struct conf_row words_rows[];

enum words_action { WORDS_BLOCK, WORDS_REVIEW, WORDS_LOG };

struct words;
/*
 * NULL with faults (conf_fault()). before NULL: everything is read and made before it returns. Else what is shared with
 * it costs nothing, and what is new is made in a thread, but for a few words without a file: `before` may be freed at
 * once; faults inside of files are known later then.
 */
struct words *words_new(const struct words_conf *rows, size_t n, const struct policy_names *names, struct words *before,
			char **errors);
/* The same faults, but for those inside of files, which are only looked for. */
bool words_check(const struct words_conf *rows, size_t n, const struct policy_names *names, char **errors);
void words_free(struct words *w);
/* To be called now and then (once a second does) by whoever owns it: a set that is ready takes its place. True: it has.
 */
bool words_settle(struct words *w);

/* Whether a filter looks into the texts of an account's class, now or when the set that is made is ready. */
bool words_concerns(const struct words *w, size_t account, enum class_id class_id);
/*
 * POLICY_REFUSE or POLICY_REVIEW, subject.detail says filter and word; else POLICY_PASS. Counts each word once per
 * text, and logs those that are only to be logged.
 */
enum policy_effect words_judge(const struct words *w, struct policy_subject *s);

struct words_hit {
	const char *word, *category; /* as they are written in the file; category "": none */
	const char *filter;	     /* the first that has it */
	uint64_t hits;		     /* texts, since the start or since the word came */
};
/* Every word that was hit. */
void words_hits_each(const struct words *w, void (*fn)(void *arg, const struct words_hit *hit), void *arg);

struct words_status {
	size_t filters, words;
	bool pending; /* a set is being made */
	const char
		*faults; /* why the last one was not: lines; "": none. Borrowed until the next call of words_settle() */
};
void words_status(const struct words *w, struct words_status *out);

struct stats;
void words_stats(struct stats *stats); /* registers the counters, which begin at 0: they outlive a reload */

#endif
