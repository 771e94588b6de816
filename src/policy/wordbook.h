/*
 * wordbook.h - the words of all filters as they are searched: their lists, the set made of them, and how often each
 * word was hit. Made at once, or in a thread that knows nothing else; lists of files that have not changed are shared
 * with the book before. The set and the lists do not change once made; hits are counted in the loop's thread only.
 */
#ifndef POLICY_WORDBOOK_H
#define POLICY_WORDBOOK_H

#include "policy/wordset.h"

struct wordbook_source {	 /* of one filter, by its number; borrowed during the call */
	const char *path;	 /* NULL: no file */
	struct conf_where where; /* who names the file */
	struct wordlist *words;	 /* of the configuration; NULL: none */
};

struct wordbook;
struct wordbook_job;

/* Whether a book of these sources would be the same one: no file has changed, and no list. b may be NULL. */
bool wordbook_same(const struct wordbook *b, const struct wordbook_source *sources, size_t n);
/* Whether a book of these sources is made in no time: no file, and few words. */
bool wordbook_quick(const struct wordbook_source *sources, size_t n);
/*
 * Made here and now, in any thread; NULL with faults (conf_fault()). before (may be NULL): whose lists are taken over,
 * and its hits, when the book begins.
 */
struct wordbook *wordbook_make(const struct wordbook_source *sources, size_t n, struct wordbook *before, char **errors);
void wordbook_begin(struct wordbook *b); /* it takes the place of the book before; later calls do nothing */
/* The same in a thread of its own (here, when there can be none). */
struct wordbook_job *wordbook_start(const struct wordbook_source *sources, size_t n, struct wordbook *before);
/*
 * False: it is not done yet. True: the job is gone; *book is the new one, or NULL, with faults in *errors. The hits of
 * words that stay are those of the book before until now.
 */
bool wordbook_finish(struct wordbook_job *job, struct wordbook **book, char **errors);
void wordbook_abandon(struct wordbook_job *job); /* its result is dropped; NULL does no harm */

struct wordbook *wordbook_hold(struct wordbook *b); /* one more holder; NULL is NULL */
void wordbook_drop(struct wordbook *b);		    /* the last one frees it; NULL does no harm */
void wordbook_retire(struct wordbook *b);	    /* the same, where it must not take long */

const struct wordset *wordbook_set(const struct wordbook *b);
uint64_t wordbook_text(struct wordbook *b); /* a number for the text that is judged now */
/* Counts a word once per text; false: it has been. */
bool wordbook_hit(struct wordbook *b, size_t word, uint64_t text);
uint64_t wordbook_hits(const struct wordbook *b, size_t word);

#endif
