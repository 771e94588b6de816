/*
 * words.c - a request line as words. Must not know what they mean.
 */
#include "noc/words.h"

#include <stdbool.h>

#include "base/text.h"

struct cut {
	char *line;
	size_t n, at, put; /* read at, write put <= at */
	const char *why;
};

static bool words_clean(const char *line, size_t n, const char **why)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)line[i];
		if ((c < ' ' && c != '\t') || c == 0x7f) {
			*why = "control character in the request";
			return false;
		}
	}
	if (!text_valid(line, n)) {
		*why = "the request is not UTF-8";
		return false;
	}
	return true;
}

static bool words_blank(const struct cut *c)
{
	return c->line[c->at] == ' ' || c->line[c->at] == '\t';
}

/* Copies a quoted word; at stands behind the opening quote. */
static bool words_quoted(struct cut *c)
{
	while (c->at < c->n && c->line[c->at] != '"') {
		if (c->line[c->at] == '\\' && c->at + 1 < c->n &&
		    (c->line[c->at + 1] == '"' || c->line[c->at + 1] == '\\'))
			c->at++;
		c->line[c->put++] = c->line[c->at++];
	}
	if (c->at >= c->n) {
		c->why = "quote without end";
		return false;
	}
	c->at++;
	if (c->at < c->n && !words_blank(c)) {
		c->why = "no blank behind a closing quote";
		return false;
	}
	return true;
}

static bool words_plain(struct cut *c)
{
	while (c->at < c->n && !words_blank(c)) {
		if (c->line[c->at] == '"') {
			c->why = "quote inside a word";
			return false;
		}
		c->line[c->put++] = c->line[c->at++];
	}
	return true;
}

int words_split(char *line, size_t n, const char **words, size_t max, const char **why)
{
	struct cut c = {.line = line, .n = n};
	size_t count = 0;

	if (!words_clean(line, n, why))
		return -1;
	for (;;) {
		while (c.at < n && words_blank(&c))
			c.at++;
		if (c.at >= n)
			return (int)count;
		if (count == max) {
			*why = "too many words";
			return -1;
		}
		bool quoted = line[c.at] == '"';
		if (quoted)
			c.at++;
		words[count++] = line + c.put;
		if (!(quoted ? words_quoted(&c) : words_plain(&c))) {
			*why = c.why;
			return -1;
		}
		/* the octet after a word was a blank, a quote or the one behind the line: put <= at */
		line[c.put++] = '\0';
		if (c.at < n)
			c.at++;
	}
}
