/*
 * near.c - of some names the one that is most like a word. Must not know what they name.
 */
#include "base/near.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters must be changed, added, left out or swapped to make b of a; case does not count. */
static unsigned distance(const char *a, const char *b)
{
	uint8_t d[NEAR_MAX + 1][NEAR_MAX + 1]; /* d[i][j]: between the first i of a and the first j of b */
	size_t n = strlen(a), m = strlen(b);

	if (n > NEAR_MAX || m > NEAR_MAX)
		return UINT32_MAX;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = (uint8_t)i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			bool differ = strncasecmp(&a[i - 1], &b[j - 1], 1) != 0;
			unsigned v = least(d[i - 1][j] + 1u, d[i][j - 1] + 1u);
			v = least(v, d[i - 1][j - 1] + (unsigned)differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				v = least(v, d[i - 2][j - 2] + 1u);
			d[i][j] = (uint8_t)v;
		}
	}
	return d[n][m];
}

void near_start(struct near *n, const char *word)
{
	*n = (struct near){.word = word, .distance = strlen(word) < 4 ? 2 : 3};
}

void near_try(struct near *n, const char *name, size_t len)
{
	char text[NEAR_MAX + 1];

	if (len == 0 || len > NEAR_MAX)
		return;
	memcpy(text, name, len);
	text[len] = '\0';
	unsigned d = distance(n->word, text);
	if (d < n->distance) {
		n->distance = d;
		memcpy(n->best, text, len + 1);
	}
}

const char *near_best(const struct near *n)
{
	return n->best[0] != '\0' ? n->best : NULL;
}
