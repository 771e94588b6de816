/*
 * template_index.c - anchors of templates in a hash table, looked up at each place of a text by a rolling hash. Must
 * not know whose templates they are.
 */
#include "policy/template_index.h"

#include <stdlib.h>

#include "base/mem.h"

#define FACTOR	   0x9e3779b97f4a7c15ull
#define SEEN_BITS  18 /* of the bitmap that keeps almost all places of a text from a look into the table */
#define TALLY_BITS 20

/* Lengths of anchors, in characters: the longest that a template has room for. */
static const uint32_t lengths[] = {6, 3, 1};
#define LENGTHS (sizeof(lengths) / sizeof(lengths[0]))

struct anchor {
	uint64_t hash;
	uint32_t template;
};

struct template_index {
	struct anchor *anchors; /* by hash */
	size_t n;
	/* The anchors whose hash begins with the bits b are anchors[from[b]] .. anchors[from[b + 1]]. */
	uint32_t *from;
	unsigned bits;
	bool used[LENGTHS];
	uint64_t seen[1u << (SEEN_BITS - 6)];
	uint32_t *turns, turn; /* by template: the last text that it was a candidate of */
};

/* --- rolling hash of the last `length` characters --- */

struct roll {
	uint64_t h, out; /* out: FACTOR to the power of length */
	uint32_t length;
};

static struct roll roll_of(uint32_t length)
{
	struct roll r = {0, 1, length};
	for (uint32_t i = 0; i < length; i++)
		r.out *= FACTOR;
	return r;
}

/* With the character at i; whole when there are length of them. */
static bool roll_in(struct roll *r, const int32_t *text, uint32_t i)
{
	r->h = r->h * FACTOR + (uint32_t)text[i];
	if (i >= r->length)
		r->h -= r->out * (uint32_t)text[i - r->length];
	return i + 1 >= r->length;
}

static uint64_t roll_hash(const struct roll *r)
{
	uint64_t h = (r->h ^ r->length) * 0xff51afd7ed558ccdull;
	return (h ^ h >> 32) * FACTOR;
}

/* --- building --- */

static uint32_t longest_literal(const struct template_text *t)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->tokens_n; i++) {
		if (t->tokens[i].kind == TEMPLATE_LITERAL && t->tokens[i].n > n)
			n = t->tokens[i].n;
	}
	return n;
}

static uint32_t length_for(const struct template_text *t)
{
	uint32_t i = 0, longest = longest_literal(t);
	while (lengths[i] > longest)
		i++;
	return i;
}

static uint32_t *tally_of(uint32_t *tally, uint64_t hash)
{
	return &tally[hash >> (64 - TALLY_BITS)];
}

/* Every piece of the template that could be its anchor, counted, or the rarest found. */
static uint64_t walk_pieces(const struct template_text *t, uint32_t length, uint32_t *tally, bool count)
{
	uint64_t rarest = 0;
	uint32_t least = UINT32_MAX;
	for (uint32_t i = 0; i < t->tokens_n; i++) {
		const struct template_token *token = &t->tokens[i];
		struct roll roll = roll_of(length);
		for (uint32_t j = 0; token->kind == TEMPLATE_LITERAL && j < token->n; j++) {
			if (!roll_in(&roll, t->characters + token->from, j))
				continue;
			uint64_t hash = roll_hash(&roll);
			if (count)
				++*tally_of(tally, hash);
			else if (*tally_of(tally, hash) < least) {
				least = *tally_of(tally, hash);
				rarest = hash;
			}
		}
	}
	return rarest;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = ((const struct anchor *)a)->hash, y = ((const struct anchor *)b)->hash;
	return (x > y) - (x < y);
}

static void note_seen(struct template_index *x, uint64_t hash)
{
	uint64_t bit = hash >> (64 - SEEN_BITS);
	x->seen[bit / 64] |= 1ull << bit % 64;
}

static bool is_seen(const struct template_index *x, uint64_t hash)
{
	uint64_t bit = hash >> (64 - SEEN_BITS);
	return x->seen[bit / 64] >> bit % 64 & 1;
}

static void fill_table(struct template_index *x)
{
	qsort(x->anchors, x->n, sizeof(*x->anchors), by_hash);
	x->bits = 1;
	while (((size_t)1 << x->bits) < 2 * x->n)
		x->bits++;
	size_t slots = (size_t)1 << x->bits;
	x->from = mem_zalloc((slots + 1) * sizeof(*x->from));
	for (size_t i = 0; i < x->n; i++) {
		note_seen(x, x->anchors[i].hash);
		x->from[(x->anchors[i].hash >> (64 - x->bits)) + 1]++;
	}
	for (size_t i = 0; i < slots; i++)
		x->from[i + 1] += x->from[i];
}

struct template_index *template_index_new(const struct template_text *templates, size_t n)
{
	struct template_index *x = mem_zalloc(sizeof(*x));
	uint32_t *tally = mem_zalloc(((size_t)1 << TALLY_BITS) * sizeof(*tally));
	x->n = n;
	x->anchors = mem_zalloc((n + 1) * sizeof(*x->anchors));
	x->turns = mem_zalloc((n + 1) * sizeof(*x->turns));
	for (size_t i = 0; i < n; i++)
		walk_pieces(&templates[i], lengths[length_for(&templates[i])], tally, true);
	for (size_t i = 0; i < n; i++) {
		uint32_t which = length_for(&templates[i]);
		x->used[which] = true;
		x->anchors[i].template = (uint32_t)i;
		x->anchors[i].hash = walk_pieces(&templates[i], lengths[which], tally, false);
	}
	mem_free(tally);
	fill_table(x);
	return x;
}

void template_index_free(struct template_index *x)
{
	if (!x)
		return;
	mem_free(x->anchors);
	mem_free(x->from);
	mem_free(x->turns);
	mem_free(x);
}

/* --- looking up --- */

static bool each_with(struct template_index *x, uint64_t hash, template_candidate_fn fn, void *arg)
{
	size_t slot = hash >> (64 - x->bits);
	for (uint32_t i = x->from[slot]; i < x->from[slot + 1]; i++) {
		uint32_t template = x->anchors[i].template;
		if (x->anchors[i].hash != hash || x->turns[template] == x->turn)
			continue;
		x->turns[template] = x->turn;
		if (!fn(arg, template))
			return false;
	}
	return true;
}

static void next_turn(struct template_index *x)
{
	if (++x->turn != 0)
		return;
	memset(x->turns, 0, x->n * sizeof(*x->turns));
	x->turn = 1;
}

bool template_index_each(struct template_index *x, const int32_t *text, uint32_t n, template_candidate_fn fn, void *arg)
{
	next_turn(x);
	for (size_t k = 0; k < LENGTHS; k++) {
		struct roll roll = roll_of(lengths[k]);
		for (uint32_t i = 0; x->used[k] && i < n; i++) {
			if (!roll_in(&roll, text, i))
				continue;
			uint64_t hash = roll_hash(&roll);
			if (is_seen(x, hash) && !each_with(x, hash, fn, arg))
				return false;
		}
	}
	return true;
}
