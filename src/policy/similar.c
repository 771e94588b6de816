/*
 * similar.c - prints of texts, and the rows of who must wait between two similar ones. Must not know who remembers
 * prints.
 *
 * A print is a SimHash: each character, and each two and three that stand together, votes on each of 64 bits by its own
 * hash; the majority decides. A name or a product of three characters changes few of the votes of a text. Codes,
 * amounts, dates and the ends of links differ from one recipient to the next: each such run counts as one and the same
 * mark.
 */
#include "policy/similar.h"

#include "base/mem.h"
#include "policy/fold.h"

#define CHARS_MAX 1024u /* of a text that are read: more than any text has */
#define MARK	  '0'	/* a code, an amount, the end of a link */
#define WORD_LONG 6u	/* Latin letters: a longer run is no word of a text */

const struct conf_row similar_rows[] = {
	{"account", CONF_STRING, offsetof(struct similar_conf, to.account), "", 0, 15, "", true,
	 "system_id of the account that the row is for; empty for every one.", NULL},
	{"classes", CONF_LIST, offsetof(struct similar_conf, to.classes), "", 0, CLASSES, "[ \"promo\" ]", true,
	 "Classes that the row is for; empty for all.", NULL},
	{"distance", CONF_INT, offsetof(struct similar_conf, distance), "bits", 0, 24, "13", true,
	 "Texts are similar when their prints of 64 bits differ in so many and fewer.", NULL},
	{"age", CONF_INT, offsetof(struct similar_conf, age), "s", 1, 31536000, "86400", true,
	 "How long after a text a similar one is refused.", NULL},
	{"keep", CONF_INT, offsetof(struct similar_conf, keep), "texts", 1, 100, "10", true,
	 "How many texts of the account are remembered per number: the youngest.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct similar {
	struct scope *scope;
	struct similar_rule *rules;
};

static struct similar_rule rule_of(const struct similar_conf *rows, size_t n, size_t i)
{
	struct similar_rule rule = {.distance = (unsigned)rows[i].distance, .age_ms = rows[i].age * 1000};
	for (size_t k = 0; k < n; k++) {
		if (rows[k].keep > rule.keep)
			rule.keep = (unsigned)rows[k].keep;
		if (rows[k].age * 1000 > rule.remember_ms)
			rule.remember_ms = rows[k].age * 1000;
	}
	return rule;
}

struct similar *similar_new(const struct similar_conf *rows, size_t n, const struct policy_names *names, char **errors)
{
	struct similar *x = mem_zalloc(sizeof(*x));
	x->rules = mem_zalloc((n + 1) * sizeof(*x->rules));
	for (size_t i = 0; i < n; i++)
		x->rules[i] = rule_of(rows, n, i);
	x->scope = scope_new("similar", rows, sizeof(*rows), n, true, names, errors);
	if (x->scope)
		return x;
	similar_free(x);
	return NULL;
}

void similar_free(struct similar *x)
{
	if (!x)
		return;
	scope_free(x->scope);
	mem_free(x->rules);
	mem_free(x);
}

const struct similar_rule *similar_for(const struct similar *x, size_t account, enum class_id class_id)
{
	struct scope_list list = scope_at(x->scope, account, class_id);
	return list.n ? &x->rules[list.at[0]] : NULL;
}

bool similar_concerns(const struct similar *x, size_t account, enum class_id class_id)
{
	return similar_for(x, account, class_id) != NULL;
}

/* --- the print --- */

static bool digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool latin(uint32_t c)
{
	return digit(c) || (c >= 'A' && c <= 'Z');
}

/* Runs of Latin letters and digits that are no word become one mark; returns how many characters are left in out. */
static size_t mask(const uint32_t *c, size_t n, uint32_t *out)
{
	size_t left = 0;
	for (size_t i = 0; i < n;) {
		size_t end = i;
		bool digits = false;
		if (!latin(c[i])) {
			out[left++] = c[i++];
			continue;
		}
		for (; end < n && latin(c[end]); end++)
			digits |= digit(c[end]);
		if (digits || end - i > WORD_LONG) {
			out[left++] = MARK;
			i = end;
			continue;
		}
		while (i < end)
			out[left++] = c[i++];
	}
	return left;
}

/* Spreads a few characters over 64 bits. */
static uint64_t spread(uint64_t x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15u;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9u;
	return x ^ x >> 32;
}

/* 64 counters side by side: plane p holds bit p of each. */
#define PLANES 12u
struct votes {
	uint64_t plane[PLANES];
	unsigned n, planes; /* all that are to come, and the planes that they need */
};
_Static_assert(3 * CHARS_MAX < 1u << PLANES, "three votes of each character are counted");

/* Adds ballots that count 1 << p each. */
static inline void carry_up(struct votes *v, unsigned p, uint64_t ballot)
{
	for (; p < v->planes; p++) {
		uint64_t carry = v->plane[p] & ballot;
		v->plane[p] ^= ballot;
		ballot = carry;
	}
}

/* Adds two to plane p at once; returns what carries over. */
static inline uint64_t add_two(struct votes *v, unsigned p, uint64_t a, uint64_t b)
{
	uint64_t both = a ^ b, carry = (a & b) | (both & v->plane[p]);
	v->plane[p] ^= both;
	return carry;
}

/*
 * The ballots of a character, of it and the next, of it and the next two: what counts 1, and what counts 2. left: from
 * it on; the last two have fewer.
 */
static inline uint64_t ballots(const uint32_t *c, size_t left, uint64_t *two)
{
	uint64_t run = c[0], a = spread(run), b = 0, d = 0; /* 21 bits each */
	if (left > 1)
		b = spread(run = run << 21 | c[1]);
	if (left > 2)
		d = spread(run << 21 | c[2]);
	uint64_t either = a ^ b;
	*two = (a & b) | (either & d);
	return either ^ d;
}

/* Two characters: what counts 8. */
static inline uint64_t vote_two(struct votes *v, const uint32_t *c)
{
	uint64_t two[3], four[2];
	uint64_t one = ballots(c, 3, &two[0]), other = ballots(c + 1, 3, &two[1]);
	two[2] = add_two(v, 0, one, other);
	four[0] = add_two(v, 1, two[0], two[1]);
	four[1] = v->plane[1] & two[2];
	v->plane[1] ^= two[2];
	return add_two(v, 2, four[0], four[1]);
}

static void vote(struct votes *v, const uint32_t *c, size_t n)
{
	size_t i = 0;
	v->n = (unsigned)(n > 1 ? 3 * n - 3 : n);
	v->planes = 32u - (unsigned)__builtin_clz(v->n);
	for (; i + 4 + 2 <= n; i += 4) {
		uint64_t eight = vote_two(v, c + i);
		carry_up(v, 4, add_two(v, 3, eight, vote_two(v, c + i + 2)));
	}
	for (; i < n; i++) {
		uint64_t two, one = ballots(c + i, n - i, &two);
		carry_up(v, 0, one);
		carry_up(v, 1, two);
	}
}

/* The counters that are over half of the votes. */
static uint64_t majority(const struct votes *v)
{
	uint64_t over = 0, equal = UINT64_MAX;
	unsigned half = v->n / 2;
	for (unsigned p = v->planes; p-- > 0;) {
		uint64_t bit = half >> p & 1u ? UINT64_MAX : 0;
		over |= equal & v->plane[p] & ~bit;
		equal &= ~(v->plane[p] ^ bit);
	}
	return over;
}

bool similar_print_of(const uint32_t *letters, size_t n, uint64_t *out)
{
	uint32_t c[CHARS_MAX];
	struct votes v = {.n = 0};
	size_t left = mask(letters, n < CHARS_MAX ? n : CHARS_MAX, c);
	if (left < SIMILAR_LEAST)
		return false;
	vote(&v, c, left);
	*out = majority(&v);
	return true;
}

bool similar_print(const char *text, size_t n, uint64_t *out)
{
	uint32_t c[CHARS_MAX], from[CHARS_MAX];
	size_t pos = 0;
	return similar_print_of(c, fold_text(text, n, &pos, c, from, CHARS_MAX), out);
}

unsigned similar_distance(uint64_t a, uint64_t b)
{
	return (unsigned)__builtin_popcountll(a ^ b);
}
