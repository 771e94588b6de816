/*
 * tree.h - the Merkle tree of RFC 6962, 2.1, made leaf by leaf with the roots of its whole subtrees only: 32 octets a
 * level. Knows no records: a leaf is the digest of whatever is proven.
 */
#ifndef AUDIT_TREE_H
#define AUDIT_TREE_H

#include "audit/digest.h"

#define TREE_LEVELS 48u /* 2^48 leaves */

/* The way from a leaf to the root: what it is digested with, from below. */
struct tree_path {
	uint64_t leaf; /* from 0; set it before the first tree_add() */
	unsigned n;
	uint8_t nodes[TREE_LEVELS][DIGEST_OCTETS];
};

struct tree {
	uint64_t count;				   /* leaves */
	uint8_t whole[TREE_LEVELS][DIGEST_OCTETS]; /* one for each 1 in count: the subtree of so many leaves */
	struct tree_path *followed;		   /* borrowed */
	size_t following;
};

/* Begins an empty tree. paths are filled while leaves are added (NULL, 0: none). */
void tree_begin(struct tree *t, struct tree_path *paths, size_t n);
/* The leaf's data is given, not its digest. Hot. */
void tree_add(struct tree *t, struct digest *d, const void *data, size_t n);
/* The root of what was added; of nothing: the digest of no octets. */
void tree_root(const struct tree *t, struct digest *d, uint8_t root[DIGEST_OCTETS]);
/* All leaves were added: the followed paths get what is on their right hand. */
void tree_finish(struct tree *t, struct digest *d);
/* The root that a leaf's data and its path in a tree of count leaves lead to; false: no path of such a leaf. */
__attribute__((warn_unused_result)) bool tree_climb(const struct tree_path *path, uint64_t count, struct digest *d,
						    const void *data, size_t n, uint8_t root[DIGEST_OCTETS]);

#endif
