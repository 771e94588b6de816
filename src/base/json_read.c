/*
 * json_read.c - reads JSON by one descent, and keeps one member of the outermost object. Must not know what it means.
 */
#include "base/json_read.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define NAME_MAX_ 64u /* octets of a member's name that are compared */

struct reader {
	const char *p, *end;
	unsigned depth;
};

struct sink { /* a string's characters; out NULL: thrown away */
	char *out;
	size_t n, cap;
	bool full; /* something did not fit: nothing behind it is kept */
};

static bool read_value(struct reader *r, struct sink *string, enum json_kind *kind);

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
		r->p++;
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static void keep(struct sink *s, int32_t c)
{
	char octets[4];
	size_t n = text_put(c, octets);
	if (!s->out || s->full || s->n + n + 1 > s->cap) {
		s->full = true;
		return;
	}
	memcpy(s->out + s->n, octets, n);
	s->n += n;
}

static bool read_hex(struct reader *r, int32_t *out)
{
	*out = 0;
	if (r->end - r->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef";
		char c = *r->p++;
		const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
		if (!c || !at)
			return false;
		*out = *out * 16 + (int32_t)(at - digits);
	}
	return true;
}

/* Behind "\u": one character, perhaps of two halves. */
static bool read_unicode(struct reader *r, struct sink *s)
{
	int32_t c, low;
	if (!read_hex(r, &c))
		return false;
	if (c >= 0xDC00 && c <= 0xDFFF)
		return false;
	if (c >= 0xD800 && c <= 0xDBFF) {
		if (r->end - r->p < 2 || r->p[0] != '\\' || r->p[1] != 'u')
			return false;
		r->p += 2;
		if (!read_hex(r, &low) || low < 0xDC00 || low > 0xDFFF)
			return false;
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
	}
	if (c == 0) /* strings end with one here */
		return false;
	keep(s, c);
	return true;
}

static bool read_escape(struct reader *r, struct sink *s)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	if (r->p == r->end)
		return false;
	char c = *r->p++;
	if (c == 'u')
		return read_unicode(r, s);
	const char *at = c ? strchr(names, c) : NULL;
	if (!at)
		return false;
	keep(s, values[at - names]);
	return true;
}

static bool read_string(struct reader *r, struct sink *s)
{
	s->n = 0;
	s->full = false;
	if (!take(r, '"'))
		return false;
	while (r->p < r->end && *r->p != '"') {
		if (*r->p == '\\') {
			r->p++;
			if (!read_escape(r, s))
				return false;
			continue;
		}
		size_t at = 0;
		int32_t c = text_get(r->p, (size_t)(r->end - r->p), &at);
		if (c < 0x20)
			return false;
		r->p += at;
		keep(s, c);
	}
	if (s->out)
		s->out[s->n] = '\0';
	return take(r, '"');
}

static bool read_digits(struct reader *r)
{
	const char *from = r->p;
	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > from;
}

static bool read_number(struct reader *r)
{
	if (*r->p == '-')
		r->p++;
	if (r->p < r->end && *r->p == '0')
		r->p++;
	else if (!read_digits(r))
		return false;
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (!read_digits(r))
			return false;
	}
	if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
		r->p++;
		if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
			r->p++;
		return read_digits(r);
	}
	return true;
}

static bool read_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return false;
	r->p += n;
	return true;
}

static bool read_array(struct reader *r)
{
	struct sink none = {NULL, 0, 0, false};
	enum json_kind kind;
	r->p++;
	if (take(r, ']'))
		return true;
	do {
		if (!read_value(r, &none, &kind))
			return false;
	} while (take(r, ','));
	return take(r, ']');
}

/* wanted NULL: no member is kept. */
static bool read_object(struct reader *r, const char *wanted, struct sink *s, enum json_kind *kind)
{
	char name[NAME_MAX_];
	struct sink none = {NULL, 0, 0, false};
	enum json_kind other;
	r->p++;
	if (take(r, '}'))
		return true;
	do {
		struct sink key = {name, 0, sizeof(name), false};
		if (!read_string(r, &key) || !take(r, ':'))
			return false;
		bool is_it = wanted && !key.full && strcmp(name, wanted) == 0;
		if (!read_value(r, is_it ? s : &none, is_it ? kind : &other))
			return false;
	} while (take(r, ','));
	return take(r, '}');
}

static bool read_value(struct reader *r, struct sink *string, enum json_kind *kind)
{
	bool good;
	skip_blanks(r);
	if (r->p == r->end || r->depth == JSON_DEPTH)
		return false;
	r->depth++;
	*kind = JSON_OTHER;
	switch (*r->p) {
	case '"':
		*kind = JSON_STRING;
		good = read_string(r, string);
		break;
	case '{':
		good = read_object(r, NULL, NULL, NULL);
		break;
	case '[':
		good = read_array(r);
		break;
	case 't':
		*kind = JSON_TRUE;
		good = read_word(r, "true");
		break;
	case 'f':
		*kind = JSON_FALSE;
		good = read_word(r, "false");
		break;
	case 'n':
		good = read_word(r, "null");
		break;
	default:
		good = read_number(r);
	}
	r->depth--;
	return good;
}

enum json_kind json_member(const char *text, size_t n, const char *name, char *out, size_t cap)
{
	struct reader r = {text, text + n, 1};
	struct sink s = {out, 0, cap, false};
	enum json_kind kind = JSON_ABSENT;
	*out = '\0';
	skip_blanks(&r);
	bool good = r.p < r.end && *r.p == '{' && read_object(&r, name, &s, &kind);
	skip_blanks(&r);
	if (!good || r.p != r.end)
		kind = JSON_BROKEN;
	if (kind != JSON_STRING)
		*out = '\0';
	return kind;
}
