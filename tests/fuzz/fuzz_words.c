/*
 * fuzz_words.c - any octets as words and as a text: the words that are found are those that a plain search of the
 * folded text finds. The input's lines up to the first blank one are words, the rest is the text; no line: all text.
 */
#include <stdlib.h>
#include <string.h>

#include "must.h"
#include "base/mem.h"
#include "base/text.h"
#include "policy/fold.h"
#include "policy/wordset.h"

#define WORDS_MAX 64u
#define TEXT_MAX  2048u

struct found {
	const struct wordset *set;
	const uint32_t *cp;
	size_t n, hits;
};

static void on_word(void *arg, size_t word, size_t at)
{
	struct found *f = arg;
	const struct word *w = &wordset_at(f->set, word)->word;
	MUST(w->n <= f->n - at && memcmp(f->cp + at, w->cp, w->n * sizeof(*w->cp)) == 0);
	f->hits++;
}

static size_t count(const struct wordset *set, const uint32_t *cp, size_t n)
{
	size_t hits = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < wordset_count(set); k++) {
			const struct word *w = &wordset_at(set, k)->word;
			hits += w->n <= n - i && memcmp(cp + i, w->cp, w->n * sizeof(*cp)) == 0;
		}
	}
	return hits;
}

/* The text folded in small pieces is the text folded at once, and every character comes from where it says. */
static size_t fold(const char *s, size_t n, uint32_t *cp)
{
	uint32_t at[TEXT_MAX], some[8], some_at[8], one[FOLD_MAX];
	size_t pos = 0, len = fold_text(s, n, &pos, cp, at, TEXT_MAX), all = 0;
	MUST(pos == n && len <= n);
	for (pos = 0; pos < n;) {
		size_t k = fold_text(s, n, &pos, some, some_at, 8);
		MUST(all + k <= len && memcmp(cp + all, some, k * sizeof(*cp)) == 0);
		MUST(memcmp(at + all, some_at, k * sizeof(*at)) == 0);
		all += k;
	}
	MUST(all == len);
	for (size_t i = 0; i < len; i++) {
		size_t from = at[i], index = i;
		int32_t c = text_get(s, n, &from);
		while (index > 0 && at[index - 1] == at[i])
			index--;
		MUST(c >= 0 && i - index < fold_one((uint32_t)c, one) && one[i - index] == cp[i]);
	}
	return len;
}

/* The words in the lines of the input; what is left of it is the text. */
static struct wordlist *read_words(const char **s, size_t *n)
{
	char lines[WORDS_MAX][256], *at[WORDS_MAX], *errors = NULL;
	struct conf_list list = {at, 0};
	struct conf_where where = {"fuzz", 1};
	const char *end;
	while (list.n < WORDS_MAX && (end = memchr(*s, '\n', *n)) != NULL) {
		size_t len = (size_t)(end - *s), kept = len < 255 ? len : 255;
		memcpy(lines[list.n], *s, kept);
		lines[list.n][kept] = '\0';
		*s += len + 1;
		*n -= len + 1;
		if (len == 0)
			break;
		at[list.n] = lines[list.n];
		list.n++;
	}
	struct wordlist *l = wordlist_of(&list, &where, &errors);
	MUST((l == NULL) == (errors != NULL));
	free(errors);
	return l;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	uint32_t cp[TEXT_MAX];
	struct wordset_entry entries[WORDS_MAX];
	struct wordlist *l = read_words(&s, &size);
	size_t n = wordlist_count(l);
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct wordset_entry){wordlist_at(l, i), 1};
	struct wordset *set = wordset_new(entries, n);
	struct found f = {.set = set, .cp = cp};
	f.n = fold(s, size < TEXT_MAX - FOLD_MAX ? size : TEXT_MAX - FOLD_MAX, cp);
	wordset_search(set, cp, f.n, f.n, 1, on_word, &f);
	MUST(f.hits == count(set, cp, f.n));
	wordset_free(set);
	wordlist_drop(l);
	return 0;
}
