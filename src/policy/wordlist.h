/*
 * wordlist.h - the words of one file, or of one list of the configuration: folded (policy/fold.h), and as they were
 * written. Does not change once made; may be held by many, in any thread.
 */
#ifndef POLICY_WORDLIST_H
#define POLICY_WORDLIST_H

#include "base/conf.h"

#define WORD_MAX 64u /* characters of a folded word */

struct word {
	const uint32_t *cp; /* folded; 1..WORD_MAX */
	uint32_t n;
	const char *text;     /* as it was written, UTF-8 */
	const char *category; /* "": none */
};

struct wordlist;

/*
 * Reads a file: a word a line, UTF-8, behind a tab its category; lines that are blank or begin with # are left out.
 * NULL with faults added to *errors (conf_fault(): path and line): it cannot be read (where: who names it), a line is
 * no UTF-8, nothing is left of a word once it is folded, or more than WORD_MAX characters.
 */
struct wordlist *wordlist_read(const char *path, const struct conf_where *where, char **errors);
/* The same from strings of the configuration. */
struct wordlist *wordlist_of(const struct conf_list *words, const struct conf_where *where, char **errors);
/* Whether the file at path is the one that was read: the same inode, size and time of change. */
bool wordlist_fresh(const struct wordlist *l, const char *path);
bool wordlist_same(const struct wordlist *a, const struct wordlist *b); /* the same words, written in the same way */

struct wordlist *wordlist_hold(struct wordlist *l); /* one more holder; NULL is NULL */
void wordlist_drop(struct wordlist *l);		    /* the last one frees it; NULL does no harm */

size_t wordlist_count(const struct wordlist *l);
/* Borrows from the list. */
struct word wordlist_at(const struct wordlist *l, size_t i);

#endif
