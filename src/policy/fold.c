/*
 * fold.c - the look into the table of folding, and UTF-8 read for it. Must not know words or filters.
 */
#include "policy/fold.h"

#include "base/text.h"
#include "policy/fold_table.h"

/* What c folds to: 0 dropped; FOLD_MORE_FIRST and on: a row of fold_more[]. */
static inline uint32_t fold_value(uint32_t c)
{
	if (c < FOLD_HIGH_FIRST)
		return fold_low[c];
	if (c >= FOLD_HIGH_END)
		return 0;
	uint32_t page = fold_high_page[(c - FOLD_HIGH_FIRST) / FOLD_PAGE], to = fold_high[page][c % FOLD_PAGE];
	return to == 1 ? c : to;
}

static unsigned fold_put(uint32_t to, uint32_t out[FOLD_MAX])
{
	unsigned n = 0;
	if (to - FOLD_MORE_FIRST >= FOLD_MORE_ROWS) {
		out[0] = to;
		return to != 0;
	}
	const uint32_t *more = fold_more[to - FOLD_MORE_FIRST];
	while (n < FOLD_MAX && more[n]) {
		out[n] = more[n];
		n++;
	}
	return n;
}

unsigned fold_one(uint32_t c, uint32_t out[FOLD_MAX])
{
	return fold_put(fold_value(c), out);
}

/* The character at *pos, 0 for octets that are none. The two kinds that texts are made of are read here. */
static inline uint32_t fold_read(const char *s, size_t n, size_t *pos)
{
	const uint8_t *p = (const uint8_t *)s + *pos;
	if (p[0] < 0x80) {
		*pos += 1;
		return p[0];
	}
	if (p[0] > 0xe0 && p[0] < 0xf0 && p[0] != 0xed && n - *pos >= 3 && (p[1] & 0xc0) == 0x80 &&
	    (p[2] & 0xc0) == 0x80) {
		*pos += 3;
		return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	}
	int32_t c = text_get(s, n, pos);
	return c < 0 ? 0 : (uint32_t)c;
}

size_t fold_text(const char *s, size_t n, size_t *pos, uint32_t *out, uint32_t *at, size_t cap)
{
	size_t len = 0, p = *pos;
	while (p < n && cap - len >= FOLD_MAX) {
		uint32_t from = (uint32_t)p, to = fold_value(fold_read(s, n, &p));
		if (__builtin_expect(to - FOLD_MORE_FIRST < FOLD_MORE_ROWS, 0)) {
			unsigned k = fold_put(to, out + len);
			for (unsigned i = 0; i < k; i++)
				at[len + i] = from;
			len += k;
			continue;
		}
		/* what is dropped is written over by the next one: no branch */
		out[len] = to;
		at[len] = from;
		len += to != 0;
	}
	*pos = p;
	return len;
}
