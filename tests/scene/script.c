/*
 * script.c - reads scenes: words, quotes, blocks, patterns. Knows no SMPP and no gateway.
 */
#include "script.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

#define LINE_MAX_ 8192

/* Cuts a line into words; text in double quotes is one word. False when a quote is not closed or there are too many. */
static bool cut(struct step *s, char *line)
{
	char *p = line;

	for (;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (*p == '\0' || *p == '#')
			return true;
		if (s->n == SCRIPT_WORDS)
			return step_fail(s, "more than %u words", SCRIPT_WORDS);
		char *from = p;
		if (*p == '"') {
			from = ++p;
			p = strchr(p, '"');
			if (p == NULL)
				return step_fail(s, "a quote is not closed");
			s->quoted[s->n] = true;
		} else {
			while (*p != '\0' && !isspace((unsigned char)*p))
				p++;
		}
		s->words[s->n++] = mem_strndup(from, (size_t)(p - from));
		if (*p != '\0')
			p++;
	}
}

static bool read_block(FILE *f, struct step *s, int *line)
{
	char text[LINE_MAX_];
	size_t n = 0;

	while (fgets(text, sizeof(text), f) != NULL) {
		++*line;
		if (strncmp(text, "end", 3) == 0 && isspace((unsigned char)text[3]))
			return true;
		size_t more = strlen(text);
		s->block = mem_realloc(s->block, n + more + 1);
		memcpy(s->block + n, text, more + 1);
		n += more;
	}
	return step_fail(s, "the block has no line \"end\"");
}

static bool opens_block(const struct step *s, const char *const *openers)
{
	for (; *openers != NULL; openers++) {
		if (s->n == 1 && strcmp(s->words[0], *openers) == 0)
			return true;
	}
	return false;
}

static bool read_steps(FILE *f, const char *file, const char *const *openers, struct script *out)
{
	char text[LINE_MAX_];
	int line = 0;

	while (fgets(text, sizeof(text), f) != NULL) {
		out->steps = mem_realloc(out->steps, (out->n + 1) * sizeof(*out->steps));
		struct step *s = &out->steps[out->n];
		memset(s, 0, sizeof(*s));
		s->file = file;
		s->line = ++line;
		s->block = mem_strdup("");
		out->n++;
		if (!cut(s, text))
			return false;
		if (s->n == 0) {
			mem_free(s->block);
			out->n--;
		} else if (opens_block(s, openers) && !read_block(f, s, &line)) {
			return false;
		}
	}
	return true;
}

bool script_read(const char *file, const char *const *openers, struct script *out)
{
	FILE *f = fopen(file, "r");

	*out = (struct script){0};
	if (f == NULL) {
		fprintf(stderr, "%s: cannot be read\n", file);
		return false;
	}
	bool good = read_steps(f, file, openers, out);
	fclose(f);
	return good;
}

void script_free(struct script *s)
{
	for (size_t i = 0; i < s->n; i++) {
		for (size_t j = 0; j < s->steps[i].n; j++)
			mem_free(s->steps[i].words[j]);
		mem_free(s->steps[i].block);
	}
	mem_free(s->steps);
	*s = (struct script){0};
}

static bool is_capitals(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!isupper((unsigned char)p[i]))
			return false;
	}
	return n > 1;
}

bool step_matches(struct step *s, const char *pattern)
{
	size_t at = 0, args = 0;

	for (const char *p = pattern; *p != '\0'; at++) {
		size_t n = strcspn(p, " ");
		if (at == s->n)
			return false;
		if (is_capitals(p, n) && args < SCRIPT_ARGS)
			s->args[args++] = s->words[at];
		else if (s->quoted[at] || strlen(s->words[at]) != n || memcmp(s->words[at], p, n) != 0)
			return false;
		p += n + (p[n] == ' ');
	}
	s->rest = at;
	return true;
}

bool step_fail(const struct step *s, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", s->file, s->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return false;
}

const char *step_option(const struct step *s, const char *name, const char *fallback)
{
	for (size_t i = s->rest; i + 1 < s->n; i += 2) {
		if (strcmp(s->words[i], name) == 0)
			return s->words[i + 1];
	}
	return fallback;
}

long step_number(const struct step *s, const char *name, long fallback)
{
	const char *word = step_option(s, name, NULL);

	return word != NULL ? strtol(word, NULL, 0) : fallback;
}

static bool is_among(const char *word, const char *names)
{
	size_t n = strlen(word);

	for (const char *p = names; *p != '\0';) {
		size_t m = strcspn(p, " ");
		if (m == n && memcmp(p, word, n) == 0)
			return true;
		p += m + (p[m] == ' ');
	}
	return false;
}

bool step_options_ok(const struct step *s, const char *names)
{
	for (size_t i = s->rest; i < s->n; i += 2) {
		if (!is_among(s->words[i], names))
			return step_fail(s, "\"%s\" is no option of this step; there %s", s->words[i],
					 *names != '\0' ? names : "are none");
		if (i + 1 == s->n)
			return step_fail(s, "\"%s\" needs a value", s->words[i]);
	}
	return true;
}

int64_t script_ms(const char *word)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
	char *end;
	long long v = strtoll(word, &end, 10);

	for (size_t i = 0; end != word && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit) == 0)
			return v * units[i].ms;
	}
	return -1;
}

bool script_status(const char *word, uint32_t *status)
{
	char *end;

	*status = 0;
	if (strcmp(word, "ok") == 0)
		return true;
	if (strncmp(word, "0x", 2) != 0)
		return false;
	*status = (uint32_t)strtoul(word, &end, 16);
	return *end == '\0';
}

bool script_each(const struct step *s, const char *word, bool (*fn)(const struct step *s, const char *word, void *arg),
		 void *arg)
{
	const char *dots = strstr(word, "..");
	size_t stem = 0;
	char name[64];

	if (dots == NULL)
		return fn(s, word, arg);
	while (stem < (size_t)(dots - word) && !isdigit((unsigned char)word[stem]))
		stem++;
	long from = strtol(word + stem, NULL, 10), to = strtol(dots + 2 + stem, NULL, 10);
	if (strncmp(word, dots + 2, stem) != 0 || from > to)
		return step_fail(s, "\"%s\" is no range like b1..b20", word);
	for (long i = from; i <= to; i++) {
		snprintf(name, sizeof(name), "%.*s%ld", (int)stem, word, i);
		if (!fn(s, name, arg))
			return false;
	}
	return true;
}
