/*
 * verify_anchor.c - heads of the chain that are kept elsewhere, out of whatever text they stand in: lines of the log,
 * statements, Redis, paper. Must not know the archive.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/octets.h"
#include "audit/verify.h"
#include "base/mem.h"

#define DIGITS (2 * DIGEST_OCTETS)

/* What stands behind a name as name=value, name="value" or "name":value, with its length; NULL: no such name. */
static const char *value_of(const char *line, size_t n, const char *name, size_t *length)
{
	size_t name_n = strlen(name);

	for (const char *p = line, *end = line + n; (p = memmem(p, (size_t)(end - p), name, name_n)); p += name_n) {
		const char *at = p + name_n;

		if (p > line && p[-1] != ' ' && p[-1] != '"' && p[-1] != '\t')
			continue;
		if (at < end && *at == '"')
			at++;
		if (at == end || (*at != '=' && *at != ':'))
			continue;
		at++;
		while (at < end && (*at == '"' || *at == ' '))
			at++;
		for (*length = 0; at + *length < end && !strchr("\" ,}\t\r", at[*length]);)
			++*length;
		return at;
	}
	return NULL;
}

static bool digest_in(const char *line, size_t n, uint8_t out[DIGEST_OCTETS])
{
	static const char *const names[] = {"chain", "head"};
	size_t length;

	for (size_t i = 0; i < 2; i++) {
		const char *at = value_of(line, n, names[i], &length);

		if (at && octets_unhex(at, length, out, DIGEST_OCTETS))
			return true;
	}
	while (n > 0 && strchr(" \t\r", line[n - 1]))
		n--;
	return n == DIGITS && octets_unhex(line, n, out, DIGEST_OCTETS);
}

static uint64_t number_in(const char *line, size_t n, const char *name, uint64_t none)
{
	size_t length;
	const char *at = value_of(line, n, name, &length);
	char text[24];

	if (!at || length == 0 || length >= sizeof(text))
		return none;
	memcpy(text, at, length);
	text[length] = '\0';
	return text[strspn(text, "0123456789")] == '\0' ? strtoull(text, NULL, 10) : none;
}

static void read_line(struct verify_anchors *a, const char *line, size_t n)
{
	struct verify_anchor x = {.node = -1};
	uint64_t first, count;
	const char *hour;
	size_t length;

	if (!digest_in(line, n, x.chain))
		return;
	x.node = (int)number_in(line, n, "node", (uint64_t)-1);
	first = number_in(line, n, "first", 0);
	count = number_in(line, n, "count", 0);
	x.record = number_in(line, n, "last", first && count ? first + count - 1 : 0);
	hour = value_of(line, n, "hour", &length);
	if (hour && length < sizeof(x.hour))
		memcpy(x.hour, hour, length);
	a->anchor = mem_realloc(a->anchor, (a->n + 1) * sizeof(*a->anchor));
	a->anchor[a->n++] = x;
}

size_t verify_anchors_read(struct verify_anchors *a, const char *text, size_t n)
{
	size_t before = a->n;

	while (n > 0) {
		const char *newline = memchr(text, '\n', n);
		size_t length = newline ? (size_t)(newline - text) : n;

		read_line(a, text, length);
		text += length + (newline != NULL);
		n -= length + (newline != NULL);
	}
	return a->n - before;
}

void verify_anchors_free(struct verify_anchors *a)
{
	mem_free(a->anchor);
	*a = (struct verify_anchors){0};
}
