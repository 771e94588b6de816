/*
 * personal.c - numbers in texts that are nobody else's business. Must not know how numbers are masked in logs.
 */
#include "policy/personal.h"

#include <endian.h>

#include "base/mem.h"
#include "base/text.h"

static const char *const actions[] = {"off", "mask", "refuse", NULL};

const struct conf_row personal_rows[] = {
	{"account", CONF_STRING, offsetof(struct personal_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct personal_conf, scope.classes), "", 0, 6, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"resident_id", CONF_CHOICE, offsetof(struct personal_conf, resident_id), "", 0, 0, "off", true,
	 "What becomes of a text with a resident id: nothing, the number is masked, or the text is refused.", actions},
	{"bank_card", CONF_CHOICE, offsetof(struct personal_conf, bank_card), "", 0, 0, "off", true,
	 "What becomes of a text with a bank card number: nothing, the number is masked, or the text is refused.",
	 actions},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct personal {
	struct scope *scope;
	const struct personal_conf *rows;
};

struct personal *personal_new(const struct personal_conf *rows, size_t n, const struct policy_names *names,
			      char **errors)
{
	struct personal *x = mem_zalloc(sizeof(*x));
	x->rows = rows;
	x->scope = scope_new("personal", rows, sizeof(*rows), n, true, names, errors);
	if (x->scope)
		return x;
	personal_free(x);
	return NULL;
}

void personal_free(struct personal *x)
{
	if (!x)
		return;
	scope_free(x->scope);
	mem_free(x);
}

static const struct personal_conf *row_for(const struct personal *x, size_t account, enum class_id class_id)
{
	struct scope_list list = scope_at(x->scope, account, class_id);
	return list.n ? &x->rows[list.at[0]] : NULL;
}

bool personal_concerns(const struct personal *x, size_t account, enum class_id class_id)
{
	const struct personal_conf *row = row_for(x, account, class_id);
	return row && (row->resident_id || row->bank_card);
}

/* --- runs of digits --- */

#define DIGITS_MAX 19u /* of the longest number that is looked for */
#define DIGITS_MIN 15u
#define ID_DIGITS  18u
#define GROUP_MIN  4u /* digits of a card's groups but the last: dates and phone numbers have shorter ones */
#define APART_MAX  2u /* blanks or hyphens between two groups */
#define RUN_MAX	   64u

struct digit {
	uint32_t at;	/* octets from the start of the text */
	uint8_t value;	/* 10: X */
	bool new_group; /* something stands before it, or it is the first */
};

/* Digits that stand together, apart by little; a longer run is looked at in pieces that overlap. */
struct run {
	struct digit digits[RUN_MAX];
	uint32_t n;
	uint32_t next;	  /* where reading goes on */
	bool ends_inside; /* more digits follow: the last group may be longer */
};

static int value_of(int32_t c)
{
	c = text_fold_one(c);
	return c >= '0' && c <= '9' ? c - '0' : c == 'X' ? 10 : -1;
}

static bool stands_between(int32_t c)
{
	static const int32_t hyphens[] = {'-', 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xff0d, 0xfe63};
	for (size_t i = 0; i < sizeof(hyphens) / sizeof(hyphens[0]); i++) {
		if (c == hyphens[i])
			return true;
	}
	return text_is_blank(c);
}

/* X belongs to the run only at its end, and ends it. */
static void read_run(struct view text, uint32_t from, struct run *run)
{
	unsigned apart = 0;
	run->n = 0;
	run->ends_inside = false;
	run->next = from;
	for (size_t pos = from; pos < text.n;) {
		uint32_t at = (uint32_t)pos;
		int32_t c = text_get((const char *)text.p, text.n, &pos);
		int value = value_of(c);
		if (c >= 0 && text_is_unseen(c))
			continue;
		if (value < 0 && stands_between(c) && ++apart <= APART_MAX)
			continue;
		if (value < 0 || (value == 10 && run->n == 0) || apart > APART_MAX)
			return;
		if (run->n == RUN_MAX) {
			run->ends_inside = true;
			return;
		}
		run->digits[run->n] = (struct digit){at, (uint8_t)value, run->n == 0 || apart > 0};
		run->n++;
		run->next = (uint32_t)pos;
		apart = 0;
		if (value == 10)
			return;
	}
}

/* --- what a number is --- */

static unsigned two(const struct digit *d)
{
	return d[0].value * 10u + d[1].value;
}

static bool day_was(const struct digit *d)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year = two(d) * 100 + two(d + 2), month = two(d + 4), day = two(d + 6);
	return year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/* GB 11643: ISO 7064 MOD 11-2 over region, birthday, order. */
static bool is_resident_id(const struct digit *d)
{
	static const uint8_t weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1};
	unsigned sum = 0;
	for (unsigned i = 0; i < ID_DIGITS; i++)
		sum += weights[i] * (unsigned)d[i].value;
	return d[0].value >= 1 && d[0].value <= 9 && sum % 11 == 1 && day_was(d + 6);
}

/* UnionPay, Visa, Mastercard, American Express, JCB, Diners, and China's old ranges: what years and orders do not. */
static bool begins_as_card(const struct digit *d)
{
	unsigned first = d[0].value, four = two(d) * 100 + two(d + 2);
	return (first >= 3 && first <= 6) || first == 9 || (four >= 2221 && four <= 2720);
}

static bool is_card(const struct digit *d, uint32_t n)
{
	unsigned sum = 0, group = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && d[i].new_group && group < GROUP_MIN)
			return false;
		group = d[i].new_group ? 1 : group + 1;
		unsigned v = d[i].value;
		if (v > 9)
			return false;
		if ((n - i) % 2 == 0)
			v = v * 2 > 9 ? v * 2 - 9 : v * 2;
		sum += v;
	}
	return sum % 10 == 0 && begins_as_card(d);
}

struct found {
	const char *what;
	uint32_t from, n;	     /* digits of the run */
	uint32_t keep_from, keep_to; /* digits that stay, before and behind what is masked */
	enum personal_action action;
};

/* Whether the digits from..from+n are whole groups. */
static bool whole_groups(const struct run *run, uint32_t from, uint32_t n)
{
	return run->digits[from].new_group && (from + n < run->n ? run->digits[from + n].new_group : !run->ends_inside);
}

/* X as the last digit: what is a number without it may be followed by a word. */
static bool number_at(const struct personal_conf *conf, const struct run *run, uint32_t from, struct found *f)
{
	for (uint32_t n = DIGITS_MAX; n >= DIGITS_MIN; n--) {
		if (from + n > run->n ||
		    !(whole_groups(run, from, n) ||
		      (from + n + 1 == run->n && run->digits[from + n].value == 10 && run->digits[from].new_group)))
			continue;
		bool id = n == ID_DIGITS && is_resident_id(run->digits + from);
		if (id && conf->resident_id) {
			*f = (struct found){"a resident id", from, n, 3, 4, (enum personal_action)conf->resident_id};
			return true;
		}
		if (!id && conf->bank_card && is_card(run->digits + from, n)) {
			*f = (struct found){"a bank card number", from, n, 6, 4, (enum personal_action)conf->bank_card};
			return true;
		}
	}
	return false;
}

/* --- judging --- */

struct judging {
	struct policy_subject *subject;
	uint32_t removed; /* octets: the text is shorter by them than when the run was read */
	enum policy_effect effect;
	const char *masked;
};

static void refuse(struct judging *j, const struct found *f)
{
	subject_detail(j->subject, "it holds %s", f->what);
	j->effect = POLICY_REFUSE;
}

/* A full-width digit becomes one octet. */
static void mask(struct judging *j, const struct run *run, const struct found *f)
{
	struct policy_subject *s = j->subject;
	for (uint32_t i = f->keep_from; i < f->n - f->keep_to; i++) {
		uint32_t at = run->digits[f->from + i].at - j->removed, n = (uint8_t)s->text[at] < 0x80 ? 1 : 3;
		if (!subject_replace(s, at, n, view_of("*"))) {
			refuse(j, f);
			return;
		}
		j->removed += n - 1;
	}
	j->masked = f->what;
	j->effect = POLICY_CHANGED;
}

/* Returns the digits that are done with: nothing begins before the last number that was found has ended. */
static uint32_t judge_run(const struct personal_conf *conf, const struct run *run, struct judging *j)
{
	struct found f;
	uint32_t done = 0;
	for (uint32_t i = 0; i + DIGITS_MIN <= run->n && j->effect != POLICY_REFUSE;) {
		if (!run->digits[i].new_group || !number_at(conf, run, i, &f)) {
			i++;
			continue;
		}
		if (f.action == PERSONAL_REFUSE || j->subject->fixed)
			refuse(j, &f);
		else
			mask(j, run, &f);
		i += f.n;
		done = i;
	}
	return done;
}

/* Of eight octets the highest bit of each that is a digit, or may be the first octet of a full-width one. */
static inline uint64_t may_be_digits(uint64_t x)
{
	const uint64_t ones = 0x0101010101010101u, low = ones * 0x7f;
	uint64_t digit = x ^ ones * '0', wide = x ^ ones * 0xef;
	digit |= (digit & low) + ones * 0x76; /* over 9 */
	wide |= (wide & low) + low;
	return ~(digit & wide) & ~low;
}

static bool is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

static bool digit_at(struct view text, uint32_t i)
{
	const uint8_t *p = text.p + i;
	return is_digit(p[0]) || (p[0] == 0xef && i + 2 < text.n && p[1] == 0xbc && p[2] >= 0x90 && p[2] <= 0x99);
}

/* Where the next digit is; text.n: there is none. */
static uint32_t next_digit(struct view text, uint32_t from)
{
	uint32_t i = from;
	for (uint64_t x; text.n - i >= sizeof(x); i += (uint32_t)sizeof(x)) {
		memcpy(&x, text.p + i, sizeof(x));
		for (x = may_be_digits(le64toh(x)); x; x &= x - 1) {
			uint32_t at = i + (uint32_t)__builtin_ctzll(x) / 8;
			if (digit_at(text, at))
				return at;
		}
	}
	while (i < text.n && !digit_at(text, i))
		i++;
	return i;
}

/*
 * The end of digits at `at` that are too few and stand alone, as nearly all do: behind them is Chinese, or a mark or
 * letter that no number goes on with. `at`: they have to be read.
 */
static uint32_t lone_end(struct view text, uint32_t at)
{
	uint32_t end = at;
	while (end < text.n && is_digit(text.p[end]))
		end++;
	if (end - at >= DIGITS_MIN)
		return at;
	if (end == text.n)
		return end;
	uint8_t c = text.p[end];
	bool alone = c < 0x80 ? c > ' ' && c < 0x7f && c != '-' && (c | 0x20) != 'x' : c >= 0xe4 && c <= 0xe9;
	return alone ? end : at;
}

/*
 * Behind a run. One that was too long to be read at once goes on with the first group that may begin a number which it
 * does not hold; else behind the group that it ends in.
 */
static uint32_t behind(struct view text, const struct run *run, uint32_t done, uint32_t removed)
{
	if (!run->ends_inside)
		return run->next - removed;
	uint32_t i = run->n - DIGITS_MAX + 1;
	for (i = i > done ? i : done; i < run->n; i++) {
		if (run->digits[i].new_group)
			return run->digits[i].at - removed;
	}
	size_t at, pos = run->next - removed;
	do
		at = pos;
	while (pos < text.n && value_of(text_get((const char *)text.p, text.n, &pos)) >= 0);
	return (uint32_t)at;
}

/* The whole text once. */
static void judge_text(const struct personal_conf *conf, struct judging *j)
{
	struct policy_subject *s = j->subject;
	struct run run;
	for (uint32_t at = 0; j->effect != POLICY_REFUSE;) {
		struct view text = {(const uint8_t *)s->text, s->text_n};
		at = next_digit(text, at);
		if (at == text.n)
			return;
		uint32_t end = lone_end(text, at);
		if (end > at) {
			at = end;
			continue;
		}
		read_run(text, at, &run);
		j->removed = 0;
		uint32_t done = judge_run(conf, &run, j);
		text.n = s->text_n;
		at = behind(text, &run, done, j->removed);
	}
}

/* The digits that stay of a masked number may be one with those beside it: again, until nothing is found. */
enum policy_effect personal_judge(const struct personal *x, struct policy_subject *s)
{
	const struct personal_conf *conf = row_for(x, s->account, s->class_id);
	enum policy_effect effect = POLICY_PASS;
	if (!conf || s->text_n < DIGITS_MIN)
		return POLICY_PASS;
	for (;;) {
		struct judging j = {.subject = s, .effect = POLICY_PASS};
		judge_text(conf, &j);
		if (j.effect == POLICY_PASS)
			return effect;
		effect = j.effect;
		if (effect == POLICY_REFUSE)
			return effect;
		subject_detail(s, "%s was masked", j.masked);
	}
}
