/*
 * wordset.c - words sorted, those with the same first two characters together (a bucket). Must not know filters but as
 * bits, nor text that is not folded.
 *
 * Nearly every place of a text begins no word: a map says so, a row of 64 bits by a hash of the two characters there,
 * and in it a bit for words of two and another one, by the third character, for longer ones. Else a hash table has the
 * bucket. There the last word that is not behind the text in the order of the alphabet is looked for: each word that
 * the text begins with is that one, or a prefix of it, and each word knows the longest of its prefixes (`up`). Words of
 * one character have a bucket and a map of their own.
 */
#include "policy/wordset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CP_BITS	     21 /* of a character */
#define NONE	     UINT32_MAX
#define BITS_PER_KEY 16u
#define ROW_BITS     64u

struct bucket {
	uint64_t key; /* pair_of(); 0: the place is empty */
	uint64_t filters;
	uint32_t first, n; /* words */
};

#define SINGLE_ROWS 64u
struct map {
	uint64_t *rows;
	unsigned shift; /* of a 64-bit hash */
	/* Words of one character, by the lowest bits of it. */
	uint64_t singles[SINGLE_ROWS];
};

struct wordset {
	struct wordset_entry *entries;
	uint32_t *up, *cps;
	size_t n;
	struct map map;
	struct bucket *buckets;
	unsigned buckets_shift; /* of a 64-bit hash */
};

/* --- keys --- */

/* second 0: a word of one character. Never 0. */
static inline uint64_t pair_of(uint32_t first, uint32_t second)
{
	return (uint64_t)first << CP_BITS | second;
}

static inline uint64_t hash_of(uint64_t pair)
{
	return pair * 0x9e3779b97f4a7c15u;
}

/* Bits of a row of the map, for words of two characters and for longer ones. */
static inline unsigned bit_of_two(uint64_t hash)
{
	return hash >> 26 & (ROW_BITS - 1);
}

static inline unsigned bit_of_three(uint64_t hash, uint32_t third)
{
	return ((uint32_t)hash ^ third) * 0x9e3779b1u >> 26;
}

static uint64_t key_of(const struct word *w)
{
	return pair_of(w->cp[0], w->n > 1 ? w->cp[1] : 0);
}

/* A power of two, >= n. */
static unsigned log_of(size_t n)
{
	unsigned log = 6;
	while (((size_t)1 << log) < n)
		log++;
	return log;
}

/* --- making --- */

struct item { /* what is sorted: the first three characters, and who has them */
	uint64_t key;
	const struct wordset_entry *entry;
};

static int compare_words(const struct word *a, const struct word *b)
{
	uint32_t n = a->n < b->n ? a->n : b->n;
	for (uint32_t i = 0; i < n; i++) {
		if (a->cp[i] != b->cp[i])
			return a->cp[i] < b->cp[i] ? -1 : 1;
	}
	return (a->n > b->n) - (a->n < b->n);
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	int order = compare_words(&x->entry->word, &y->entry->word);
	return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static struct item *sort(const struct wordset_entry *entries, size_t n)
{
	struct item *items = mem_zalloc(n * sizeof(*items));
	for (size_t i = 0; i < n; i++) {
		const struct word *w = &entries[i].word;
		items[i].key = key_of(w) << CP_BITS | (w->n > 2 ? w->cp[2] : 0);
		items[i].entry = &entries[i];
	}
	qsort(items, n, sizeof(*items), compare_items);
	return items;
}

/* Takes over the words in their order, equal ones as one, with their characters side by side. */
static void take_words(struct wordset *s, const struct item *items, size_t n)
{
	size_t octets = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		octets += items[i].entry->word.n * sizeof(uint32_t);
	s->cps = mem_zalloc(octets);
	s->entries = mem_zalloc(n * sizeof(*s->entries));
	for (size_t i = 0; i < n; i++) {
		struct wordset_entry *last = &s->entries[s->n - (s->n > 0)];
		const struct wordset_entry *e = items[i].entry;
		if (s->n && compare_words(&last->word, &e->word) == 0) {
			last->filters |= e->filters;
			continue;
		}
		struct wordset_entry *to = &s->entries[s->n++];
		*to = *e;
		to->word.cp = memcpy(s->cps + at, e->word.cp, e->word.n * sizeof(uint32_t));
		at += e->word.n;
	}
}

static struct bucket *place_of(const struct wordset *s, uint64_t key)
{
	size_t mask = ((size_t)1 << (64 - s->buckets_shift)) - 1, at = hash_of(key) >> s->buckets_shift;
	while (s->buckets[at].key != key && s->buckets[at].key != 0)
		at = (at + 1) & mask;
	return &s->buckets[at];
}

static bool begins_with(const uint32_t *text, size_t n, const struct word *w)
{
	return w->n <= n && memcmp(text, w->cp, w->n * sizeof(*text)) == 0;
}

static void add_to_map(struct map *m, const struct word *w, uint64_t hash)
{
	unsigned bit = w->n > 2 ? bit_of_three(hash, w->cp[2]) : bit_of_two(hash);
	if (w->n == 1)
		m->singles[w->cp[0] / ROW_BITS % SINGLE_ROWS] |= (uint64_t)1 << w->cp[0] % ROW_BITS;
	else
		m->rows[hash >> m->shift] |= (uint64_t)1 << bit;
}

static void add_to_bucket(struct wordset *s, uint32_t word)
{
	const struct wordset_entry *e = &s->entries[word];
	uint64_t key = key_of(&e->word), hash = hash_of(key);
	struct bucket *b = place_of(s, key);
	if (b->key == 0)
		*b = (struct bucket){.key = key, .first = word};
	uint32_t up = b->n ? word - 1 : NONE;
	while (up != NONE && !begins_with(e->word.cp, e->word.n, &s->entries[up].word))
		up = s->up[up];
	s->up[word] = up;
	add_to_map(&s->map, &e->word, hash);
	b->filters |= e->filters;
	b->n++;
}

struct wordset *wordset_new(const struct wordset_entry *entries, size_t n)
{
	struct wordset *s = mem_zalloc(sizeof(*s));
	struct item *items = sort(entries, n);
	size_t keys = 0;
	take_words(s, items, n);
	mem_free(items);
	for (size_t i = 0; i < s->n; i++)
		keys += i == 0 || key_of(&s->entries[i].word) != key_of(&s->entries[i - 1].word);
	unsigned map_log = log_of(s->n * BITS_PER_KEY / ROW_BITS), buckets_log = log_of(keys * 2);
	s->map.shift = 64 - map_log;
	s->buckets_shift = 64 - buckets_log;
	s->map.rows = mem_zalloc(((size_t)1 << map_log) * sizeof(*s->map.rows));
	s->buckets = mem_zalloc(((size_t)1 << buckets_log) * sizeof(*s->buckets));
	s->up = mem_zalloc(s->n * sizeof(*s->up));
	for (size_t i = 0; i < s->n; i++)
		add_to_bucket(s, (uint32_t)i);
	return s;
}

void wordset_free(struct wordset *s)
{
	if (!s)
		return;
	mem_free(s->entries);
	mem_free(s->up);
	mem_free(s->cps);
	mem_free(s->map.rows);
	mem_free(s->buckets);
	mem_free(s);
}

/* --- finding --- */

size_t wordset_count(const struct wordset *s)
{
	return s->n;
}

const struct wordset_entry *wordset_at(const struct wordset *s, size_t word)
{
	return &s->entries[word];
}

struct search {
	const uint32_t *cp;
	size_t n;
	uint64_t mask;
	wordset_fn fn;
	void *arg;
	size_t cost;
};

/* Whether the word is behind the text: its characters are, or the text ends in it. */
static bool behind(const struct word *w, const uint32_t *text, size_t n)
{
	for (uint32_t i = 0; i < w->n; i++) {
		if (i == n)
			return true;
		if (w->cp[i] != text[i])
			return w->cp[i] > text[i];
	}
	return false;
}

/* Tells the words of a bucket that begin at this place. */
static void look_in(const struct wordset *s, const struct bucket *b, struct search *q, size_t at)
{
	const uint32_t *text = q->cp + at;
	size_t n = q->n - at;
	uint32_t low = b->first, high = b->first + b->n; /* the first that is behind the text lies in low..high */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		q->cost++;
		if (behind(&s->entries[middle].word, text, n))
			high = middle;
		else
			low = middle + 1;
	}
	uint32_t word = low > b->first ? low - 1 : NONE;
	for (; word != NONE && !begins_with(text, n, &s->entries[word].word); q->cost++)
		word = s->up[word];
	for (; word != NONE; word = s->up[word]) {
		if (s->entries[word].filters & q->mask)
			q->fn(q->arg, word, at);
	}
}

static void look(const struct wordset *s, uint64_t key, struct search *q, size_t at)
{
	const struct bucket *b = place_of(s, key);
	if (b->key != 0 && (b->filters & q->mask))
		look_in(s, b, q, at);
}

/* 0 or 1: a word may begin with two characters, or with them and a third one. */
static inline uint64_t may_begin(const struct map *m, uint64_t pair, uint32_t third)
{
	uint64_t hash = hash_of(pair), row = m->rows[hash >> m->shift];
	return (row >> bit_of_two(hash) | row >> bit_of_three(hash, third)) & 1;
}

static inline uint64_t may_be_single(const struct map *m, uint32_t c)
{
	return m->singles[c / ROW_BITS % SINGLE_ROWS] >> c % ROW_BITS & 1;
}

/* The next place from i on where a word may begin, or end: places before it have two characters behind them. */
static size_t next_place(const struct map *m, const uint32_t *cp, size_t i, size_t end)
{
	/* one branch for all: which of them may be is hard to foresee */
	while (i < end && !(may_begin(m, pair_of(cp[i], cp[i + 1]), cp[i + 2]) | may_be_single(m, cp[i])))
		i++;
	return i;
}

size_t wordset_search(const struct wordset *s, const uint32_t *cp, size_t n, size_t stop, uint64_t mask, wordset_fn fn,
		      void *arg)
{
	struct search q = {cp, n, mask, fn, arg, 0};
	size_t whole = n < 2 ? 0 : n - 2, end = whole < stop ? whole : stop;
	for (size_t i = next_place(&s->map, cp, 0, end); i < stop; i = next_place(&s->map, cp, i + 1, end)) {
		if (i + 1 < n)
			look(s, pair_of(cp[i], cp[i + 1]), &q, i);
		if (may_be_single(&s->map, cp[i]))
			look(s, pair_of(cp[i], 0), &q, i);
	}
	return q.cost;
}

bool wordset_find(const struct wordset *s, const struct word *word, size_t *number)
{
	const struct bucket *b = place_of(s, key_of(word));
	uint32_t low = b->first, high = b->first + b->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_words(&s->entries[middle].word, word);
		if (order == 0) {
			*number = middle;
			return true;
		}
		if (order > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
