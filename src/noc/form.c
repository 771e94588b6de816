/*
 * form.c - marks in an answer where members begin and end; makes one object of it. Must not know commands or tables.
 */
#include "noc/form.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "noc/json.h"

#define MARK_DIGITS 16
#define MARK_SIZE   (1 + MARK_DIGITS)
#define MEMBERS	    32 /* of one answer */
#define MEMBER_NAME 64

enum mark { WANTED = 0x02, OPENED = 0x1e, NAMED = 0x1f, CLOSED = 0x1d };

/* What a mark is followed by: texts from outside cannot know it. */
static const char *form_secret(void)
{
	static char digits[MARK_DIGITS + 1];
	uint64_t v;

	if (!*digits) {
		if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != (ssize_t)sizeof(v))
			v = (uintptr_t)&v * UINT64_C(0x9E3779B97F4A7C15);
		snprintf(digits, sizeof(digits), "%016" PRIx64, v);
	}
	return digits;
}

static void put_mark(struct buf *out, enum mark m)
{
	char c = (char)m;

	buf_put(out, &c, 1);
	buf_put(out, form_secret(), MARK_DIGITS);
}

static bool is_mark(const uint8_t *p, size_t n, enum mark m)
{
	return n >= MARK_SIZE && p[0] == (uint8_t)m && memcmp(p + 1, form_secret(), MARK_DIGITS) == 0;
}

void form_want_json(struct buf *out)
{
	put_mark(out, WANTED);
}

bool form_is_json(const struct buf *out)
{
	return buf_len(out) && is_mark(buf_data(out), buf_len(out), WANTED);
}

void form_open(struct buf *out, const char *name)
{
	char named = NAMED;

	put_mark(out, OPENED);
	buf_puts(out, name);
	buf_put(out, &named, 1);
}

void form_close(struct buf *out)
{
	put_mark(out, CLOSED);
}

struct member {
	char name[MEMBER_NAME];
	const uint8_t *value;
	size_t n;
};

struct answer { /* an answer in its parts, which it borrows */
	struct member members[MEMBERS];
	unsigned n;
	struct buf lines;	    /* what is outside of members */
	const struct member *whole; /* NULL, or the whole object */
};

/* Where the next mark of a kind begins; n when there is none. */
static size_t find_mark(const uint8_t *p, size_t n, size_t at, enum mark m)
{
	while (at < n) {
		const uint8_t *q = memchr(p + at, (int)m, n - at);
		if (!q)
			return n;
		at = (size_t)(q - p);
		if (is_mark(q, n - at, m))
			return at;
		at++;
	}
	return n;
}

/* p: n octets behind the opening mark: the name, NAMED, the value. */
static void take_member(struct answer *a, const uint8_t *p, size_t n)
{
	const uint8_t *named = memchr(p, NAMED, n);
	unsigned same = 0;

	if (!named || a->n == MEMBERS)
		return;
	struct member *m = &a->members[a->n++];
	snprintf(m->name, sizeof(m->name), "%.*s", (int)(named - p), (const char *)p);
	m->value = named + 1;
	m->n = n - (size_t)(named + 1 - p);
	if (!*m->name)
		a->whole = m;
	size_t len = strlen(m->name);
	for (unsigned i = 0; i + 1 < a->n; i++) {
		const char *other = a->members[i].name;
		same += strncmp(other, m->name, len) == 0 && (!other[len] || other[len] == '_');
	}
	if (same)
		snprintf(m->name + len, sizeof(m->name) - len, "_%u", same + 1);
}

static void take_parts(const struct buf *from, struct answer *a)
{
	const uint8_t *p = buf_data(from);
	size_t n = buf_len(from), at = form_is_json(from) ? MARK_SIZE : 0;

	while (at < n) {
		size_t open = find_mark(p, n, at, OPENED);
		buf_put(&a->lines, p + at, open - at);
		if (open == n)
			return;
		at = find_mark(p, n, open, CLOSED);
		take_member(a, p + open + MARK_SIZE, at - open - MARK_SIZE);
		at += MARK_SIZE;
	}
}

/* Lines that only part what stands above and below are left out. */
static void put_lines(struct json *j, const struct buf *lines)
{
	char *text = mem_strndup(buf_data(lines), buf_len(lines)), *rest = text, *line;

	json_open(j, "lines", '[');
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line)
			json_text(j, NULL, line);
	}
	json_close(j, ']');
	mem_free(text);
}

void form_take(const struct buf *from, const char *error, struct buf *to)
{
	struct answer a = {.n = 0};
	struct json j = {.out = to};

	take_parts(from, &a);
	if (a.whole && !error) {
		size_t n = a.whole->n;
		while (n && a.whole->value[n - 1] == '\n')
			n--;
		buf_put(to, a.whole->value, n);
	} else {
		json_open(&j, NULL, '{');
		if (error)
			json_text(&j, "error", error);
		for (unsigned i = 0; i < a.n; i++) {
			if (&a.members[i] != a.whole)
				json_raw(&j, a.members[i].name, a.members[i].value, a.members[i].n);
		}
		put_lines(&j, &a.lines);
		json_close(&j, '}');
	}
	buf_puts(to, "\n");
	buf_free(&a.lines);
}
