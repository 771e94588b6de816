/*
 * test_wordset.c - words in folded text: against a search that tries every word at every place.
 */
#include "policy/wordset.h"

#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "unit.h"

static uint64_t seed = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 11) % n;
}

struct made { /* words that live as long as the test */
	uint32_t *cps;
	struct wordset_entry *entries;
	size_t n;
	struct wordset *set;
};

/* n words of 1 to longest characters out of an alphabet of Chinese ones; filters 0 to 3. */
static struct made make_words(size_t n, uint32_t longest, uint32_t alphabet)
{
	struct made m = {mem_zalloc(n * longest * sizeof(uint32_t)), mem_zalloc(n * sizeof(*m.entries)), n, NULL};
	for (size_t i = 0; i < n; i++) {
		struct word *w = &m.entries[i].word;
		uint32_t *cp = m.cps + i * longest;
		*w = (struct word){cp, 1 + random_below(longest), "词", ""};
		for (uint32_t k = 0; k < w->n; k++)
			cp[k] = 0x4e00 + random_below(alphabet);
		m.entries[i].filters = (uint64_t)1 << random_below(4);
	}
	m.set = wordset_new(m.entries, n);
	return m;
}

static void made_free(struct made *m)
{
	wordset_free(m->set);
	mem_free(m->entries);
	mem_free(m->cps);
}

#define TEXT 200
struct found {
	const struct wordset *set;
	const uint32_t *cp;
	size_t n, hits, last_at, last_n;
	uint8_t *seen; /* by word and place */
	uint64_t mask;
};

static void on_word(void *arg, size_t word, size_t at)
{
	struct found *f = arg;
	const struct wordset_entry *e = wordset_at(f->set, word);
	assert_true(e->filters & f->mask);
	assert_true(at + e->word.n <= f->n);
	assert_memory_equal(f->cp + at, e->word.cp, e->word.n * sizeof(uint32_t));
	assert_true(at > f->last_at || f->hits == 0 || e->word.n < f->last_n);
	assert_int_equal(f->seen[word * TEXT + at], 0);
	f->seen[word * TEXT + at] = 1;
	f->last_at = at;
	f->last_n = e->word.n;
	f->hits++;
}

static size_t naive(const struct wordset *set, const uint32_t *cp, size_t n, size_t stop, uint64_t mask)
{
	size_t hits = 0;
	for (size_t i = 0; i < stop; i++) {
		for (size_t w = 0; w < wordset_count(set); w++) {
			const struct wordset_entry *e = wordset_at(set, w);
			hits += (e->filters & mask) && e->word.n <= n - i &&
				memcmp(cp + i, e->word.cp, e->word.n * sizeof(uint32_t)) == 0;
		}
	}
	return hits;
}

static void check_model(size_t words, uint32_t longest, uint32_t alphabet)
{
	struct made m = make_words(words, longest, alphabet);
	uint32_t cp[TEXT];
	size_t all = 0;
	for (int round = 0; round < 60; round++) {
		size_t n = random_below(TEXT + 1), stop = random_below(4) ? n : random_below((uint32_t)n + 1);
		uint64_t mask = random_below(3) ? 15 : random_below(16);
		for (size_t i = 0; i < n; i++)
			cp[i] = 0x4e00 + random_below(alphabet + 1);
		struct found f = {.set = m.set, .cp = cp, .n = n, .mask = mask};
		f.seen = mem_zalloc(wordset_count(m.set) * TEXT);
		wordset_search(m.set, cp, n, stop, mask, on_word, &f);
		assert_int_equal(f.hits, naive(m.set, cp, n, stop, mask));
		all += f.hits;
		mem_free(f.seen);
	}
	assert_true(all > 0);
	made_free(&m);
}

static void test_model(void **state)
{
	(void)state;
	check_model(1, 1, 1);
	check_model(1, 3, 1);
	check_model(12, 12, 1); /* each word is in the others */
	check_model(50, 8, 2);
	check_model(200, 5, 4);
	check_model(300, 2, 40);
	check_model(500, 64, 3);
	check_model(1000, 6, 20);
}

static void test_none(void **state)
{
	(void)state;
	static const uint32_t cp[] = {0x8d37, 0x6b3e};
	struct found f = {.n = 0};
	struct wordset *s = wordset_new(NULL, 0);
	struct word w = {cp, 2, "贷款", ""};
	size_t number;
	assert_int_equal(wordset_count(s), 0);
	assert_int_equal(wordset_search(s, cp, 2, 2, UINT64_MAX, on_word, &f), 0);
	assert_false(wordset_find(s, &w, &number));
	wordset_free(s);
	wordset_free(NULL);
}

/* Equal words are one, with the filters of both and the text of the first. */
static void test_equal(void **state)
{
	(void)state;
	static const uint32_t cp[] = {0x8d37, 0x6b3e};
	struct wordset_entry e[] = {{{cp, 2, "贷款", "一"}, 1}, {{cp, 1, "贷", ""}, 2}, {{cp, 2, "貸款", "二"}, 4}};
	struct wordset *s = wordset_new(e, 3);
	size_t number;
	assert_int_equal(wordset_count(s), 2);
	assert_true(wordset_find(s, &e[2].word, &number));
	assert_int_equal(number, 1);
	assert_int_equal(wordset_at(s, 1)->filters, 5);
	assert_string_equal(wordset_at(s, 1)->word.text, "贷款");
	assert_string_equal(wordset_at(s, 1)->word.category, "一");
	wordset_free(s);
}

static void ignore(void *arg, size_t word, size_t at)
{
	(void)word;
	(void)at;
	++*(size_t *)arg;
}

/* 20,000 words: made soon; random texts are compared with less than one per character,
 * and the worst text is bounded. */
static void test_many(void **state)
{
	(void)state;
	struct timespec begin, end;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	struct made m = make_words(20000, 8, 5000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	double ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
	printf("20,000 words: %.1f ms\n", ms);
	assert_true(ms < 2000); /* a bound for valgrind and a slow machine, not a budget */
	uint32_t cp[70];
	size_t hits = 0, cost = 0, number;
	for (int round = 0; round < 1000; round++) {
		for (size_t i = 0; i < 70; i++)
			cp[i] = 0x4e00 + random_below(5000);
		cost += wordset_search(m.set, cp, 70, 70, 15, ignore, &hits);
	}
	printf("words compared: %.2f per text of 70\n", (double)cost / 1000);
	assert_true(cost > 0 && cost < 70 * 1000);
	for (size_t i = 0; i < m.n; i++)
		assert_true(wordset_find(m.set, &m.entries[i].word, &number));
	made_free(&m);
}

/* A list that is made to be slow: one character, repeated. */
static void test_worst(void **state)
{
	(void)state;
	static uint32_t cp[64 + 1000];
	static struct wordset_entry e[20000];
	uint32_t *tails = mem_zalloc(20000 * 16 * sizeof(uint32_t));
	size_t hits = 0;
	for (size_t i = 0; i < sizeof(cp) / sizeof(cp[0]); i++)
		cp[i] = 0x4e00;
	for (uint32_t i = 0; i < 20000; i++) {
		uint32_t *w = tails + i * 16;
		e[i] = (struct wordset_entry){{i < 60 ? cp : w, i < 60 ? i + 3 : 16, "词", ""}, 1};
		for (uint32_t k = 0; k < 14; k++)
			w[k] = 0x4e00;
		w[14] = 0x4e00 + i / 150;
		w[15] = 0x5000 + i % 150;
	}
	struct wordset *s = wordset_new(e, 20000);
	size_t cost = wordset_search(s, cp, 1000, 1000, 1, ignore, &hits);
	assert_true(hits > 50 * 900);
	assert_true(cost <= 1000 * (15 + WORD_MAX));
	wordset_free(s);
	mem_free(tails);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_model), cmocka_unit_test(test_none),  cmocka_unit_test(test_equal),
	cmocka_unit_test(test_many),  cmocka_unit_test(test_worst),
};
UNIT_MAIN(cases)
