/*
 * tree.c - the Merkle tree of RFC 6962, 2.1: a leaf joins what stands left of it as a 1 is added to a number in binary.
 * Must not know what its leaves are, nor keep them.
 */
#include "audit/tree.h"

#include <string.h>

static const uint8_t leaf_mark = 0x00, node_mark = 0x01;

static void digest_leaf(struct digest *d, const void *data, size_t n, uint8_t out[DIGEST_OCTETS])
{
	digest_of(d, (struct digest_piece[]){{&leaf_mark, 1}, {data, n}}, 2, out);
}

/* out may be left or right. */
static void digest_node(struct digest *d, const uint8_t *left, const uint8_t *right, uint8_t out[DIGEST_OCTETS])
{
	digest_of(d, (struct digest_piece[]){{&node_mark, 1}, {left, DIGEST_OCTETS}, {right, DIGEST_OCTETS}}, 3, out);
}

void tree_begin(struct tree *t, struct tree_path *paths, size_t n)
{
	t->count = 0;
	t->followed = paths;
	t->following = n;
	for (size_t i = 0; i < n; i++)
		paths[i].n = 0;
}

/* The subtree number `at` of its level is whole; who follows the one beside it takes it. */
static void tell(struct tree *t, unsigned level, uint64_t at, const uint8_t node[DIGEST_OCTETS])
{
	for (size_t i = 0; i < t->following; i++) {
		struct tree_path *path = &t->followed[i];

		if ((path->leaf >> level ^ 1) == at) {
			memcpy(path->nodes[level], node, DIGEST_OCTETS);
			path->n = level + 1;
		}
	}
}

void tree_add(struct tree *t, struct digest *d, const void *data, size_t n)
{
	uint8_t node[DIGEST_OCTETS];
	unsigned level = 0;

	digest_leaf(d, data, n, node);
	tell(t, 0, t->count, node);
	for (; t->count >> level & 1; level++) {
		digest_node(d, t->whole[level], node, node);
		tell(t, level + 1, t->count >> (level + 1), node);
	}
	memcpy(t->whole[level], node, DIGEST_OCTETS);
	t->count++;
}

/* The root of what the whole subtrees below a level hold; false: nothing. */
static bool root_below(const struct tree *t, unsigned top, struct digest *d, uint8_t root[DIGEST_OCTETS])
{
	bool any = false;

	for (unsigned level = 0; level < top; level++) {
		if (!(t->count >> level & 1))
			continue;
		if (any)
			digest_node(d, t->whole[level], root, root);
		else
			memcpy(root, t->whole[level], DIGEST_OCTETS);
		any = true;
	}
	return any;
}

void tree_root(const struct tree *t, struct digest *d, uint8_t root[DIGEST_OCTETS])
{
	if (!root_below(t, TREE_LEVELS, d, root))
		digest_of(d, NULL, 0, root);
}

/* Whether the subtree beside the leaf's one at a level is there: 0 no, 1 whole, -1 in part. */
static int sibling(uint64_t leaf, unsigned level, uint64_t count)
{
	uint64_t at = leaf >> level ^ 1;

	if (at << level >= count)
		return 0;
	return (at + 1) << level <= count ? 1 : -1;
}

void tree_finish(struct tree *t, struct digest *d)
{
	for (size_t i = 0; i < t->following; i++) {
		struct tree_path *path = &t->followed[i];
		unsigned n = 0;

		for (unsigned level = 0; level < TREE_LEVELS && t->count >> level; level++) {
			int there = sibling(path->leaf, level, t->count);

			if (there > 0)
				memmove(path->nodes[n++], path->nodes[level], DIGEST_OCTETS);
			else if (there < 0 && root_below(t, level, d, path->nodes[n]))
				n++;
		}
		path->n = n;
	}
}

bool tree_climb(const struct tree_path *path, uint64_t count, struct digest *d, const void *data, size_t n,
		uint8_t root[DIGEST_OCTETS])
{
	unsigned used = 0;

	if (path->leaf >= count || count >> TREE_LEVELS)
		return false;
	digest_leaf(d, data, n, root);
	for (unsigned level = 0; level < TREE_LEVELS && count >> level; level++) {
		if (!sibling(path->leaf, level, count))
			continue;
		if (used == path->n)
			return false;
		if (path->leaf >> level & 1)
			digest_node(d, path->nodes[used++], root, root);
		else
			digest_node(d, root, path->nodes[used++], root);
	}
	return used == path->n;
}
