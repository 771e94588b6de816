/*
 * template_text.c - reading one template, and matching one text. All ways to read a text are followed at once, as a set
 * of places that are reached, so that no text takes long. Must not know accounts, nor how templates are found.
 */
#include "policy/template_text.h"

#include <stdlib.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/text.h"

static int32_t fold_one(int32_t c)
{
	if (c >= TEXT_PLAIN_FIRST && c <= TEXT_PLAIN_LAST)
		return c;
	c = c < 0 ? 0xfffd : text_fold_one(c);
	switch (c) {
	case 0x3002: /* 。 and its half-width form */
	case 0xff61:
		return 0x3002;
	case 0x201c: /* quotation marks are typed as they come */
	case 0x201d:
		return '"';
	case 0x2018:
	case 0x2019:
		return '\'';
	default:
		return c;
	}
}

static bool is_nothing(int32_t c)
{
	return c >= 0 && text_kind(c) & (TEXT_BLANK | TEXT_UNSEEN);
}

static uint32_t trim(const int32_t *text, uint32_t n)
{
	while (n > 0 && text_is_punctuation(text[n - 1]))
		n--;
	return n;
}

uint32_t template_fold(struct view text, int32_t out[TEMPLATE_CHARACTERS], bool *overlong)
{
	uint32_t n = 0;
	*overlong = false;
	for (size_t pos = 0; pos < text.n;) {
		int32_t c = text_get((const char *)text.p, text.n, &pos);
		if (c > ' ' && c < 0x7f)
			c -= c >= 'a' && c <= 'z' ? 0x20 : 0; /* most of what is not Chinese */
		else if (is_nothing(c))
			continue;
		else
			c = fold_one(c);
		if (n == TEMPLATE_CHARACTERS) {
			*overlong = true;
			return 0;
		}
		out[n++] = c;
	}
	return trim(out, n);
}

/* --- reading --- */

static const struct {
	const char *name;
	enum template_kind kind;
	uint16_t max;
} placeholders[] = {
	{"变量", TEMPLATE_ANY, TEMPLATE_ANY_MAX},
	{"数字", TEMPLATE_DIGITS, 20},
	{"日期", TEMPLATE_DATE, 24},
	{"金额", TEMPLATE_AMOUNT, 20},
};

/* ":8" or ":4-8" behind a name; false when it is neither. */
static bool read_bounds(struct view v, struct template_token *token)
{
	char s[16], *end;
	if (v.n == 0)
		return true;
	if (v.p[0] != ':' || v.n < 2 || v.n >= sizeof(s))
		return false;
	memcpy(s, v.p + 1, v.n - 1);
	s[v.n - 1] = '\0';
	unsigned long first = strtoul(s, &end, 10), last = first;
	bool two = *end == '-';
	if (s[0] < '0' || s[0] > '9' || (two && (end[1] < '0' || end[1] > '9')))
		return false;
	if (two)
		last = strtoul(end + 1, &end, 10);
	if (*end || first < 1 || last < first || last > 200)
		return false;
	token->min = two ? (uint16_t)first : 1;
	token->max = (uint16_t)last;
	return true;
}

static bool read_placeholder(struct view inside, struct template_token *token)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		struct view name = view_of(placeholders[i].name);
		if (inside.n < name.n || memcmp(inside.p, name.p, name.n) != 0)
			continue;
		*token = (struct template_token){
			.kind = (uint8_t)placeholders[i].kind, .min = 1, .max = placeholders[i].max};
		return read_bounds((struct view){inside.p + name.n, inside.n - name.n}, token);
	}
	return false;
}

struct reading {
	struct template_token tokens[TEMPLATE_TOKENS];
	int32_t characters[TEMPLATE_CHARACTERS];
	uint32_t tokens_n, characters_n;
};

/* The literal token that a character belongs to: the last one, or a new one. False: there are too many. */
static bool add_character(struct reading *r, int32_t c)
{
	if (is_nothing(c))
		return true;
	if (r->characters_n == TEMPLATE_CHARACTERS)
		return false;
	if (r->tokens_n == 0 || r->tokens[r->tokens_n - 1].kind != TEMPLATE_LITERAL) {
		if (r->tokens_n == TEMPLATE_TOKENS)
			return false;
		r->tokens[r->tokens_n++] = (struct template_token){.from = r->characters_n};
	}
	r->characters[r->characters_n++] = fold_one(c);
	r->tokens[r->tokens_n - 1].n++;
	return true;
}

static void trim_end(struct reading *r)
{
	struct template_token *last = r->tokens_n ? &r->tokens[r->tokens_n - 1] : NULL;
	if (!last || last->kind != TEMPLATE_LITERAL)
		return;
	uint32_t n = trim(r->characters + last->from, last->n);
	r->characters_n -= last->n - n;
	last->n = n;
	if (n == 0)
		r->tokens_n--;
}

static const char *read_all(struct view text, struct reading *r)
{
	static const char too_long[] = "it is too long, or has too many placeholders";
	for (size_t pos = 0; pos < text.n;) {
		bool doubled = pos + 1 < text.n && text.p[pos] == '{' && text.p[pos + 1] == '{';
		if (text.p[pos] != '{' || doubled) {
			pos += doubled;
			if (!add_character(r, text_get((const char *)text.p, text.n, &pos)))
				return too_long;
			continue;
		}
		const uint8_t *close = memchr(text.p + pos, '}', text.n - pos);
		if (!close)
			return "a { has no } behind it (a { of the text itself is written {{)";
		if (r->tokens_n == TEMPLATE_TOKENS)
			return too_long;
		struct view inside = {text.p + pos + 1, (uint32_t)(close - text.p) - (uint32_t)pos - 1};
		if (!read_placeholder(inside, &r->tokens[r->tokens_n++]))
			return "placeholders are {变量} {数字} {日期} {金额}, or with a length: {变量:8} {数字:4-8}";
		pos = (size_t)(close - text.p) + 1;
	}
	trim_end(r);
	return r->characters_n ? NULL : "it has no text of its own";
}

const char *template_read(struct view text, struct template_text *out)
{
	struct reading *r = mem_zalloc(sizeof(*r));
	const char *why = read_all(text, r);
	*out = (struct template_text){0};
	if (!why) {
		out->characters = mem_zalloc(r->characters_n * sizeof(*out->characters));
		out->tokens = mem_zalloc(r->tokens_n * sizeof(*out->tokens));
		memcpy(out->characters, r->characters, r->characters_n * sizeof(*out->characters));
		memcpy(out->tokens, r->tokens, r->tokens_n * sizeof(*out->tokens));
		out->characters_n = r->characters_n;
		out->tokens_n = r->tokens_n;
	}
	mem_free(r);
	return why;
}

void template_clear(struct template_text *t)
{
	mem_free(t->characters);
	mem_free(t->tokens);
}

/* --- matching --- */

static bool is_digit(int32_t c)
{
	return c >= '0' && c <= '9';
}

static bool among(const int32_t *set, int32_t c)
{
	for (; *set; set++) {
		if (*set == c)
			return true;
	}
	return false;
}

static bool stands_for(enum template_kind kind, int32_t c)
{
	static const int32_t of_dates[] = {
		'-',	'/',	'.',	':',	'~',	0x5e74, 0x6708, 0x65e5,
		0x53f7, 0x65f6, 0x70b9, 0x5206, 0x79d2, 0x534a, 0x81f3, 0}; /* 年月日号时点分秒半至 */
	static const int32_t of_amounts[] = {',',    '.',    '-',    0xa5,   0xffe5, 0x5143,
					     0x4e07, 0x4ebf, 0x89d2, 0x5206, 0}; /* ¥￥元万亿角分 */
	switch (kind) {
	case TEMPLATE_DIGITS:
		return is_digit(c);
	case TEMPLATE_DATE:
		return is_digit(c) || among(of_dates, c);
	case TEMPLATE_AMOUNT:
		return is_digit(c) || among(of_amounts, c);
	case TEMPLATE_ANY:
	case TEMPLATE_LITERAL:
	default:
		return true;
	}
}

struct places { /* in the text that are reached, ascending */
	uint16_t at[TEMPLATE_CHARACTERS + 1];
	uint32_t n;
};
_Static_assert(TEMPLATE_CHARACTERS <= UINT16_MAX, "a place is one of 16 bits");
_Static_assert(sizeof(wchar_t) == sizeof(int32_t), "wmemchr() looks through characters");

struct step { /* a placeholder (NULL: none), and the literal behind it (n 0: none) */
	const struct template_token *holder;
	const int32_t *literal;
	uint32_t literal_n;
	const int32_t *text;
	uint32_t n;
	bool last; /* the text must end with it */
};

static bool stands_at(const struct step *s, uint32_t i)
{
	return memcmp(s->text + i, s->literal, s->literal_n * sizeof(*s->text)) == 0;
}

static void step_literal(const struct places *from, struct places *to, const struct step *s)
{
	to->n = 0;
	for (uint32_t k = 0; k < from->n; k++) {
		uint32_t i = from->at[k];
		if (i + s->literal_n <= s->n && stands_at(s, i))
			to->at[to->n++] = (uint16_t)(i + s->literal_n);
	}
}

/* The first place >= i and < end where the literal begins; end: there is none. */
static uint32_t next_literal(const struct step *s, uint32_t i, uint32_t end)
{
	while (s->literal_n > 0 && i < end) {
		const wchar_t *first = wmemchr((const wchar_t *)s->text + i, (wchar_t)s->literal[0], (size_t)(end - i));
		if (!first)
			return end;
		i = (uint32_t)(first - (const wchar_t *)s->text);
		if (stands_at(s, i))
			return i;
		i++;
	}
	return i;
}

/*
 * The literal counts where the placeholder may end: the nearest reached place that is at least min before it is at most
 * max before it, with only characters of the kind between: none of them lies before `run`.
 */
static void step_placeholder(const struct places *from, struct places *to, const struct step *s)
{
	const struct template_token *t = s->holder;
	uint32_t first = from->at[0], end = from->at[from->n - 1] + t->max + 1u, run = first, seen = first, k = 0;
	to->n = 0;
	if (s->literal_n > s->n)
		return;
	if (end > s->n - s->literal_n + 1)
		end = s->n - s->literal_n + 1;
	uint32_t i = s->last && s->n - s->literal_n > first + t->min ? s->n - s->literal_n : first + t->min;
	for (i = next_literal(s, i, end); i < end; i = next_literal(s, i + 1, end)) {
		for (; t->kind != TEMPLATE_ANY && seen < i; seen++) {
			if (!stands_for((enum template_kind)t->kind, s->text[seen]))
				run = seen + 1;
		}
		while (k + 1 < from->n && from->at[k + 1] + t->min <= i)
			k++;
		if (from->at[k] >= run && i - from->at[k] <= t->max)
			to->at[to->n++] = (uint16_t)(i + s->literal_n);
	}
}

/* What follows from where its first and last literals are: most texts are not made of most templates. */
static bool may_fit(const struct template_text *t, const int32_t *text, uint32_t n)
{
	const struct template_token *first = &t->tokens[0], *last = &t->tokens[t->tokens_n - 1];
	if (t->characters_n > n)
		return false;
	if (first->kind == TEMPLATE_LITERAL && memcmp(text, t->characters, first->n * sizeof(*text)) != 0)
		return false;
	return last->kind != TEMPLATE_LITERAL ||
	       memcmp(text + n - last->n, t->characters + last->from, last->n * sizeof(*text)) == 0;
}

bool template_fits(const struct template_text *t, const int32_t *text, uint32_t n)
{
	struct places a, b, *from = &a, *to = &b;
	a.at[0] = 0;
	a.n = 1;
	if (!may_fit(t, text, n))
		return false;
	for (uint32_t i = 0; i < t->tokens_n && from->n; i++) {
		const struct template_token *token = &t->tokens[i], *next = token + 1;
		struct step s = {.text = text, .n = n};
		s.holder = token->kind == TEMPLATE_LITERAL ? NULL : token;
		if (s.holder && i + 1 < t->tokens_n && next->kind == TEMPLATE_LITERAL)
			token = &t->tokens[++i];
		if (token->kind == TEMPLATE_LITERAL) {
			s.literal = t->characters + token->from;
			s.literal_n = token->n;
		}
		s.last = i + 1 == t->tokens_n;
		if (s.holder)
			step_placeholder(from, to, &s);
		else
			step_literal(from, to, &s);
		struct places *other = from;
		from = to;
		to = other;
	}
	return from->n && from->at[from->n - 1] == n;
}
