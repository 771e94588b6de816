/*
 * trie.h - digit prefixes in little memory: what stands at each prefix that a number begins with. Read only once it is
 * built. Knows nothing of what the values mean.
 */
#ifndef PATH_TRIE_H
#define PATH_TRIE_H

#include "path/number.h"

struct trie_item { /* one value at one prefix; several may stand at the same */
	char digits[NUMBER_MAX + 1];
	uint8_t rank;  /* values of one prefix stand by rank, then in the order of the items */
	uint16_t more; /* the caller's, with the value */
	uint32_t value;
	uint32_t order; /* set by trie_new() */
};

struct trie_link { /* the values of one prefix follow each other; the last one has `last` */
	uint32_t value;
	uint16_t more;
	uint8_t rank;
	bool last;
};

struct trie;
/* Sorts the items (digits only, made sure of by the caller) and builds; they may go afterwards. */
struct trie *trie_new(struct trie_item *items, size_t n);
void trie_free(struct trie *t);
/* The values at each prefix of the number that has any, shortest prefix first; returns how many prefixes. */
#define TRIE_MAX_HITS (NUMBER_MAX + 1)
unsigned trie_walk(const struct trie *t, const struct number *number, const struct trie_link *hits[TRIE_MAX_HITS]);
size_t trie_octets(const struct trie *t); /* of memory */

#endif
