/*
 * wordset.c - words sorted, those with the same first two characters together (a bucket). Must not know filters but as
 * bits, nor text that is not folded.
 *
 * Nearly every place of a text begins no word: a map of bits says so, asked by a hash of the two characters there, for
 * words of two, and by a hash of three, for longer ones. Else a hash table has the bucket. There the last word that is
 * not behind the text in the order of the alphabet is looked for: each word that the text begins with is that one, or a
 * prefix of it, and each word knows the longest of its prefixes (`up`).
 */
#include "policy/wordset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CP_BITS	     21 /* of a character */
#define NONE	     UINT32_MAX
#define BITS_PER_KEY 16u

struct bucket {
	uint64_t key; /* pair_of(); 0: the place is empty */
	uint64_t filters;
	uint32_t first, n; /* words */
};

struct wordset {
	struct wordset_entry *entries;
	uint32_t *up, *cps;
	size_t n;
	uint64_t *bits;
	struct bucket *buckets;
	unsigned bits_shift, buckets_shift; /* of a 64-bit hash */
	bool singles;			    /* there are words of one character */
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

static inline uint64_t hash_three(uint64_t hash, uint32_t third)
{
	return (hash ^ hash >> 32 ^ third) * 0xd6e8feb86659fd93u;
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

static void set_bit(struct wordset *s, uint64_t hash)
{
	uint64_t bit = hash >> s->bits_shift;
	s->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

/* 0 or 1 */
static inline uint64_t has_bit(const struct wordset *s, uint64_t hash)
{
	uint64_t bit = hash >> s->bits_shift;
	return s->bits[bit / 64] >> bit % 64 & 1;
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
	set_bit(s, e->word.n > 2 ? hash_three(hash, e->word.cp[2]) : hash);
	b->filters |= e->filters;
	b->n++;
	s->singles |= e->word.n == 1;
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
	unsigned bits_log = log_of(s->n * BITS_PER_KEY), buckets_log = log_of(keys * 2);
	s->bits_shift = 64 - bits_log;
	s->buckets_shift = 64 - buckets_log;
	s->bits = mem_zalloc(((size_t)1 << bits_log) / 8);
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
	mem_free(s->bits);
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

size_t wordset_search(const struct wordset *s, const uint32_t *cp, size_t n, size_t stop, uint64_t mask, wordset_fn fn,
		      void *arg)
{
	struct search q = {cp, n, mask, fn, arg, 0};
	for (size_t i = 0; i < stop; i++) {
		uint64_t key = pair_of(cp[i], i + 1 < n ? cp[i + 1] : 0), hash = hash_of(key);
		/* one branch for both: which of them may be is hard to foresee */
		uint64_t may = has_bit(s, hash) | has_bit(s, hash_three(hash, i + 2 < n ? cp[i + 2] : 0));
		if (may)
			look(s, key, &q, i);
		if (s->singles && i + 1 < n && has_bit(s, hash_of(pair_of(cp[i], 0))))
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
