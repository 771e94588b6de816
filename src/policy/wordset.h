/*
 * wordset.h - finds words of a large set in folded text, all at once. Does not change once made; may be read in any
 * thread.
 */
#ifndef POLICY_WORDSET_H
#define POLICY_WORDSET_H

#include "policy/wordlist.h"

struct wordset_entry {
	struct word word;
	uint64_t filters; /* bit i: it stands in filter i */
};

struct wordset;
/*
 * Makes a set of n entries. Equal words become one, with the filters of all and the text of the first. Texts and
 * categories are borrowed for the set's life.
 */
struct wordset *wordset_new(const struct wordset_entry *entries, size_t n);
void wordset_free(struct wordset *s); /* NULL does no harm */

/* Words have numbers from 0 on, in the order of their characters. */
size_t wordset_count(const struct wordset *s);
const struct wordset_entry *wordset_at(const struct wordset *s, size_t word);
bool wordset_find(const struct wordset *s, const struct word *word, size_t *number);

/*
 * Calls fn for every word of the filters in mask that begins in cp[0..stop) and lies within cp[0..n): by place, at one
 * place the longest first. n - stop >= WORD_MAX, or stop == n: then none is missed. Returns what it cost, beside one
 * look per character: how many words were compared.
 */
typedef void (*wordset_fn)(void *arg, size_t word, size_t at);
size_t wordset_search(const struct wordset *s, const uint32_t *cp, size_t n, size_t stop, uint64_t mask, wordset_fn fn,
		      void *arg);

#endif
