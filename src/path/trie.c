/*
 * trie.c - the digits trie. A node says by ten bits which digits follow, and where its children begin; children of a
 * node stand side by side. Built level by level from the sorted prefixes: twelve octets a node, eight a value, so that
 * 100,000 prefixes fit into a processor's cache.
 */
#include "path/trie.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define NO_LINK UINT32_MAX

struct node {
	uint32_t child; /* index of the first */
	uint32_t link;	/* NO_LINK: no prefix ends here */
	uint16_t digits;
};

struct trie {
	struct node *nodes;
	size_t n, cap;
	struct trie_link *links;
	size_t links_n;
};

struct range { /* of items that share their first `depth` digits: what a node is built from */
	size_t from, to;
	unsigned depth;
};

static int by_prefix(const void *a, const void *b)
{
	const struct trie_item *x = a, *y = b;
	int c = strcmp(x->digits, y->digits);
	if (c)
		return c;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void add_node(struct trie *t, struct range **ranges, struct range range)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->nodes = mem_realloc(t->nodes, t->cap * sizeof(*t->nodes));
		*ranges = mem_realloc(*ranges, t->cap * sizeof(**ranges));
	}
	(*ranges)[t->n] = range;
	t->nodes[t->n++] = (struct node){0, NO_LINK, 0};
}

/* The values of the prefix that ends at a node; returns the first item behind them. */
static size_t add_links(struct trie *t, size_t node, const struct trie_item *items, struct range range)
{
	size_t i = range.from;
	if (i == range.to || items[i].digits[range.depth])
		return i;
	t->nodes[node].link = (uint32_t)t->links_n;
	for (; i < range.to && !items[i].digits[range.depth]; i++)
		t->links[t->links_n++] = (struct trie_link){items[i].value, items[i].more, items[i].rank, false};
	t->links[t->links_n - 1].last = true;
	return i;
}

static void build_node(struct trie *t, size_t node, const struct trie_item *items, struct range **ranges)
{
	struct range range = (*ranges)[node];
	size_t i = add_links(t, node, items, range);
	t->nodes[node].child = (uint32_t)t->n;
	while (i < range.to) {
		char digit = items[i].digits[range.depth];
		size_t from = i;
		while (i < range.to && items[i].digits[range.depth] == digit)
			i++;
		t->nodes[node].digits |= (uint16_t)(1u << (digit - '0'));
		add_node(t, ranges, (struct range){from, i, range.depth + 1});
	}
}

struct trie *trie_new(struct trie_item *items, size_t n)
{
	struct trie *t = mem_zalloc(sizeof(*t));
	struct range *ranges = NULL;
	for (size_t i = 0; i < n; i++)
		items[i].order = (uint32_t)i;
	if (n)
		qsort(items, n, sizeof(*items), by_prefix);
	t->links = mem_zalloc((n ? n : 1) * sizeof(*t->links));
	add_node(t, &ranges, (struct range){0, n, 0});
	for (size_t node = 0; node < t->n; node++)
		build_node(t, node, items, &ranges);
	mem_free(ranges);
	t->cap = t->n;
	t->nodes = mem_realloc(t->nodes, t->cap * sizeof(*t->nodes));
	return t;
}

void trie_free(struct trie *t)
{
	if (!t)
		return;
	mem_free(t->nodes);
	mem_free(t->links);
	mem_free(t);
}

/* How many of ten bits are set: pairs, then fours, then all. Processors of every age run this. */
static unsigned bits_set(unsigned v)
{
	v -= v >> 1 & 0x155;
	v = (v & 0x333) + (v >> 2 & 0x333);
	return (v + (v >> 4) + (v >> 8)) & 0xf;
}

unsigned trie_walk(const struct trie *t, const struct number *number, const struct trie_link *hits[TRIE_MAX_HITS])
{
	const struct node *at = t->nodes;
	unsigned n = 0;
	for (unsigned i = 0;; i++) {
		if (at->link != NO_LINK)
			hits[n++] = &t->links[at->link];
		if (i == number->n)
			return n;
		unsigned bit = 1u << (number->digits[i] - '0');
		if (!(at->digits & bit))
			return n;
		at = &t->nodes[at->child + bits_set(at->digits & (bit - 1))];
	}
}

size_t trie_octets(const struct trie *t)
{
	return t->cap * sizeof(*t->nodes) + t->links_n * sizeof(*t->links);
}
