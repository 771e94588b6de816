/*
 * phrase.c - words looked for in a text, one after the other. Must not know PCRE2, nor what a match means.
 *
 * The ways of a pattern (what stands between |) are rows of words; a way stands in a text when one line has its words
 * in their order, and the first place of each that is behind the one before is as good as any other.
 */
#include "policy/phrase.h"

#include <string.h>

#include "base/mem.h"

#define NOWHERE UINT32_MAX

struct way {
	uint32_t first, n; /* words */
};

struct phrase {
	uint8_t *octets;    /* of all words */
	struct view *words; /* none is empty */
	struct way *ways;
	uint32_t words_n, ways_n;
};

/* --- reading a pattern --- */

struct reading {
	struct phrase *phrase;
	const char *at;
	uint32_t octets_n;
	bool inside; /* a word that goes on */
};

static void end_word(struct reading *r)
{
	r->inside = false;
}

static void add_octet(struct reading *r, char octet)
{
	struct phrase *p = r->phrase;
	uint8_t *to = &p->octets[r->octets_n++];
	*to = (uint8_t)octet;
	if (!r->inside)
		p->words[p->words_n++] = (struct view){to, 0};
	p->words[p->words_n - 1].n++;
	r->inside = true;
}

/* False: it has no word, so that it stands anywhere. */
static bool end_way(struct reading *r)
{
	struct phrase *p = r->phrase;
	uint32_t first = p->ways_n ? p->ways[p->ways_n - 1].first + p->ways[p->ways_n - 1].n : 0;
	p->ways[p->ways_n++] = (struct way){first, p->words_n - first};
	end_word(r);
	return p->words_n > first;
}

/* A backslash and a mark are that mark; with a letter or digit they say more. */
static bool escapes(const char *at)
{
	return at[0] == '\\' && at[1] > ' ' && at[1] < 0x7f && !(at[1] >= '0' && at[1] <= '9') &&
	       !((at[1] | 0x20) >= 'a' && (at[1] | 0x20) <= 'z');
}

/* False: this is more than words. */
static bool read_next(struct reading *r)
{
	if (r->at[0] == '|') {
		r->at++;
		return end_way(r);
	}
	if (r->at[0] == '.' && r->at[1] == '*') {
		r->at += 2;
		end_word(r);
		return true;
	}
	if (escapes(r->at))
		r->at++;
	else if (strchr("\\^$.[|()?*+{", r->at[0]) || ((uint8_t)r->at[0] < ' ') || r->at[0] == 0x7f)
		return false;
	add_octet(r, *r->at++);
	return true;
}

static bool read_all(struct phrase *p, const char *pattern)
{
	struct reading r = {.phrase = p, .at = pattern};
	while (*r.at) {
		if (!read_next(&r))
			return false;
	}
	return end_way(&r);
}

struct phrase *phrase_new(const char *pattern)
{
	struct phrase *p = mem_zalloc(sizeof(*p));
	size_t n = strlen(pattern) + 1;
	p->octets = mem_zalloc(n);
	p->words = mem_zalloc(n * sizeof(*p->words));
	p->ways = mem_zalloc(n * sizeof(*p->ways));
	if (read_all(p, pattern))
		return p;
	phrase_free(p);
	return NULL;
}

void phrase_free(struct phrase *p)
{
	if (!p)
		return;
	mem_free(p->octets);
	mem_free(p->words);
	mem_free(p->ways);
	mem_free(p);
}

/* --- finding --- */

/* Behind the first place of a word in from..end; by its last octet: first octets of Chinese characters are few. */
static uint32_t behind_word(struct view word, struct view text, uint32_t from, uint32_t end)
{
	uint32_t last = word.n - 1;
	if (end - from < word.n)
		return NOWHERE;
	for (uint32_t at = from + last; at < end; at++) {
		const uint8_t *p = memchr(text.p + at, word.p[last], end - at);
		if (!p)
			return NOWHERE;
		at = (uint32_t)(p - text.p);
		if (memcmp(p - last, word.p, last) == 0)
			return at + 1;
	}
	return NOWHERE;
}

static bool stands_in_line(const struct view *words, uint32_t n, struct view text, uint32_t from, uint32_t end)
{
	for (uint32_t i = 0; i < n && from != NOWHERE; i++)
		from = behind_word(words[i], text, from, end);
	return from != NOWHERE;
}

/* No word has a \n in it. */
static bool way_stands(const struct view *words, uint32_t n, struct view text)
{
	uint32_t end = 0;
	for (uint32_t from = 0; n > 1 && from < text.n; from = end + 1) {
		const uint8_t *newline = memchr(text.p + from, '\n', text.n - from);
		end = newline ? (uint32_t)(newline - text.p) : text.n;
		if (stands_in_line(words, n, text, from, end))
			return true;
	}
	return n == 1 && stands_in_line(words, 1, text, 0, text.n);
}

bool phrase_stands(const struct phrase *p, struct view text)
{
	for (uint32_t i = 0; i < p->ways_n; i++) {
		if (way_stands(p->words + p->ways[i].first, p->ways[i].n, text))
			return true;
	}
	return false;
}
