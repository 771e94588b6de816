/*
 * conf_scan.c - reads a configuration file as libconfig's scanner does, for what that does not tell: whole numbers that
 * do not fit (it keeps the lower 32 bits of a number without the suffix L, so that a limit of 4294967297 would silently
 * be 1), and included files that cannot be read (it ends the process when one is a folder). Knows strings, comments,
 * number tokens and @include; knows no keys.
 */
#include "base/conf_scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/buf.h"
#include "base/conf.h"

#define CONF_SCAN_NAME 512u

struct conf_files { /* that @include reaches */
	const char *folder;
	char **errors;
	struct buf seen; /* paths, each with its NUL */
	bool good;
};

struct conf_scan {
	const char *at, *end;
	struct conf_where where;
	char **errors;
	struct conf_files *files; /* NULL: numbers are looked at, and no files */
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
	if (s->files != NULL || conf_scan_is_float(digits, n))
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

static void conf_scan_file(struct conf_files *f, const char *path);

static void conf_scan_fault(struct conf_scan *s, const char *name, const char *path, int error)
{
	s->files->good = false;
	if (*name == '/')
		conf_fault(s->errors, &s->where,
			   "@include \"%s\": a name from the root cannot be used; write it from the folder %s, as "
			   "\"sub/file.conf\" or \"../file.conf\"",
			   name, s->files->folder);
	else
		conf_fault(s->errors, &s->where,
			   "@include \"%s\": cannot open %s: %s; names are looked for from that folder, "
			   "also in included files",
			   name, path, strerror(error));
}

/* Each once: a file that includes itself ends at libconfig's depth. */
static bool conf_scan_is_new(struct conf_files *f, const char *path)
{
	for (size_t at = 0; at < buf_len(&f->seen);) {
		const char *p = (const char *)buf_data(&f->seen) + at;
		if (strcmp(p, path) == 0)
			return false;
		at += strlen(p) + 1;
	}
	buf_put(&f->seen, path, strlen(path) + 1);
	return true;
}

/* At a line's start: `@include "name"`, as libconfig's scanner sees it. The name's end is left to the run. */
static void conf_scan_include(struct conf_scan *s)
{
	static const char word[] = "@include";
	char name[CONF_SCAN_NAME], path[2 * CONF_SCAN_NAME];
	const char *at = s->at;
	size_t n = 0;

	while (at < s->end && (*at == ' ' || *at == '\t'))
		at++;
	if ((size_t)(s->end - at) < sizeof(word) || memcmp(at, word, sizeof(word) - 1) != 0)
		return;
	at += sizeof(word) - 1;
	const char *blanks = at;
	while (at < s->end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == blanks || at == s->end || *at != '"')
		return;
	for (at++; at < s->end && *at != '"' && *at != '\0' && n < sizeof(name) - 1; at++) {
		at += *at == '\\' && s->end - at > 1;
		name[n++] = *at;
	}
	name[n] = '\0';
	if (at == s->end)
		return; /* the parser tells that it has no end */
	int length = snprintf(path, sizeof(path), "%s/%s", s->files->folder, name);
	struct stat st;
	if (length >= (int)sizeof(path) || *at != '"')
		conf_scan_fault(s, name, path, *at == '\0' ? EINVAL : ENAMETOOLONG);
	else if (*name == '/' || stat(path, &st) != 0)
		conf_scan_fault(s, name, path, errno);
	else if (!S_ISREG(st.st_mode))
		conf_scan_fault(s, name, path, S_ISDIR(st.st_mode) ? EISDIR : ENOTSUP);
	else if (conf_scan_is_new(s->files, path))
		conf_scan_file(s->files, path);
}

static void conf_scan_run(struct conf_scan *s)
{
	while (s->at < s->end) {
		if (s->files != NULL && s->at[-1] == '\n')
			conf_scan_include(s);
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

/* A line break stands before it, so that every octet has one before it. False, with errno: it cannot be read. */
static bool conf_scan_load(const char *path, struct buf *text)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		return false;
	buf_puts(text, "\n");
	while ((n = fread(buf_room(text, 65536), 1, 65536, f)) > 0)
		buf_filled(text, n);
	int error = ferror(f) ? errno : 0;
	fclose(f);
	errno = error;
	return error == 0;
}

static void conf_scan_text(const struct buf *text, const char *path, char **errors, struct conf_files *files)
{
	struct conf_scan s = {
		.at = (const char *)buf_data(text) + 1,
		.end = (const char *)buf_data(text) + buf_len(text),
		.where = {.file = path, .line = 1},
		.errors = errors,
		.files = files,
	};
	conf_scan_run(&s);
}

void conf_scan_numbers(const char *path, char **errors)
{
	struct buf text = {0};

	if (conf_scan_load(path, &text))
		conf_scan_text(&text, path, errors, NULL);
	buf_free(&text);
}

static void conf_scan_file(struct conf_files *f, const char *path)
{
	struct buf text = {0};
	struct conf_where where = {.file = path, .line = 0};

	if (conf_scan_load(path, &text)) {
		conf_scan_text(&text, path, f->errors, f);
	} else {
		f->good = false;
		conf_fault(f->errors, &where, "cannot be read: %s", strerror(errno));
	}
	buf_free(&text);
}

bool conf_scan_includes(const char *path, const char *folder, char **errors)
{
	struct conf_files f = {.folder = folder, .errors = errors, .good = true};

	conf_scan_file(&f, path);
	buf_free(&f.seen);
	return f.good;
}
