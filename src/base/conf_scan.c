/*
 * conf_scan.c - finds the whole numbers in a configuration file that do not fit what libconfig makes of them: it keeps
 * the lower 32 bits of a number without the suffix L, so that a limit of 4294967297 would silently be 1. Knows
 * strings, comments and number tokens; knows no keys.
 */
#include "base/conf_scan.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "base/conf.h"

struct conf_scan {
	const char *at, *end;
	struct conf_where where;
	char **errors;
};

static void conf_scan_line_comment(struct conf_scan *s)
{
	while (s->at < s->end && *s->at != '\n')
		s->at++;
}

static void conf_scan_block_comment(struct conf_scan *s)
{
	for (s->at += 2; s->at < s->end && !(s->at[0] == '*' && s->at + 1 < s->end && s->at[1] == '/'); s->at++)
		s->where.line += *s->at == '\n';
	s->at += s->end - s->at < 2 ? s->end - s->at : 2;
}

static void conf_scan_string(struct conf_scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++) {
		if (*s->at == '\\' && s->at + 1 < s->end)
			s->at++;
		s->where.line += *s->at == '\n';
	}
	if (s->at < s->end)
		s->at++;
}

static bool conf_scan_is_float(const char *digits, size_t n)
{
	if (n > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'))
		return false;
	return memchr(digits, '.', n) != NULL || memchr(digits, 'e', n) != NULL || memchr(digits, 'E', n) != NULL;
}

/* The value of decimal or hexadecimal digits; UINT64_MAX when there are too many. */
static uint64_t conf_scan_value(const char *digits, size_t n)
{
	bool hex = n > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
	unsigned base = hex ? 16 : 10;
	uint64_t v = 0;

	for (size_t i = hex ? 2 : 0; i < n && isxdigit((unsigned char)digits[i]); i++) {
		unsigned c = (unsigned char)digits[i];
		unsigned digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
		if (v > (UINT64_MAX - digit) / base)
			return UINT64_MAX;
		v = v * base + digit;
	}
	return v;
}

static void conf_scan_number(struct conf_scan *s, bool negative)
{
	const char *digits = s->at;

	while (s->at < s->end && (isalnum((unsigned char)*s->at) || *s->at == '.'))
		s->at++;

	size_t n = (size_t)(s->at - digits), whole = n;
	if (conf_scan_is_float(digits, n))
		return;
	while (whole > 0 && digits[whole - 1] == 'L')
		whole--;
	uint64_t limit = whole < n ? (uint64_t)INT64_MAX : INT32_MAX;
	uint64_t v = conf_scan_value(digits, whole);
	if (v <= limit + negative)
		return;
	if (v <= (uint64_t)INT64_MAX)
		conf_fault(s->errors, &s->where, "a number above %d needs an L behind it: %.*sL", INT32_MAX, (int)whole,
			   digits);
	else
		conf_fault(s->errors, &s->where, "%.*s is too large a number", (int)(whole < 60 ? whole : 60), digits);
}

static void conf_scan_run(struct conf_scan *s)
{
	while (s->at < s->end) {
		char c = *s->at, next = s->end - s->at > 1 ? s->at[1] : '\0';
		if (c == '#' || (c == '/' && next == '/')) {
			conf_scan_line_comment(s);
		} else if (c == '/' && next == '*') {
			conf_scan_block_comment(s);
		} else if (c == '"') {
			conf_scan_string(s);
		} else if (isalpha((unsigned char)c) || c == '*') {
			while (s->at < s->end && (isalnum((unsigned char)*s->at) || strchr("-_*", *s->at) != NULL))
				s->at++;
		} else if (isdigit((unsigned char)c)) {
			conf_scan_number(s, s->at[-1] == '-');
		} else {
			s->where.line += c == '\n';
			s->at++;
		}
	}
}

void conf_scan_numbers(const char *path, char **errors)
{
	struct buf text = {0};
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return;
	buf_puts(&text, "\n"); /* so that every octet has one before it */
	while ((n = fread(buf_room(&text, 65536), 1, 65536, f)) > 0)
		buf_filled(&text, n);
	fclose(f);

	struct conf_scan s = {
		.at = (const char *)buf_data(&text) + 1,
		.end = (const char *)buf_data(&text) + buf_len(&text),
		.where = {.file = path, .line = 1},
		.errors = errors,
	};
	conf_scan_run(&s);
	buf_free(&text);
}
