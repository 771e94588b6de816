/*
 * segments.c - the parts of a text, counted. Must not know how a carrier's text is cut (path/parts): that depends on
 * the carrier; this is what the account was promised.
 */
#include "policy/segments.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "smpp/gsm7.h"
#include "smpp/split.h"

static const char *const counts[] = {"cn", "alphabet", NULL};

const struct conf_row segments_rows[] = {
	{"account", CONF_STRING, offsetof(struct segments_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct segments_conf, scope.classes), "", 0, 6, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"max", CONF_INT, offsetof(struct segments_conf, max), "segments", 1, SPLIT_MAX, NULL, true,
	 "Most segments that a text may take.", NULL},
	{"count", CONF_CHOICE, offsetof(struct segments_conf, count), "", 0, 0, "cn", true,
	 "cn: 70 characters, 67 in each part of a longer text; alphabet: 160 and 153 when GSM 03.38 has them all.",
	 counts},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct rule {
	unsigned max;
	enum segments_mode mode;
};

struct segments {
	struct scope *scope;
	struct rule *rules; /* by row */
};

struct segments *segments_new(const struct segments_conf *rows, size_t n, const struct policy_names *names,
			      char **errors)
{
	struct segments *x = mem_zalloc(sizeof(*x));
	x->rules = mem_zalloc((n + 1) * sizeof(*x->rules));
	x->scope = scope_new("segments", rows, sizeof(*rows), n, true, names, errors);
	for (size_t i = 0; i < n; i++)
		x->rules[i] = (struct rule){(unsigned)rows[i].max, (enum segments_mode)rows[i].count};
	if (x->scope)
		return x;
	segments_free(x);
	return NULL;
}

void segments_free(struct segments *x)
{
	if (!x)
		return;
	scope_free(x->scope);
	mem_free(x->rules);
	mem_free(x);
}

bool segments_concerns(const struct segments *x, size_t account, enum class_id class_id)
{
	return scope_at(x->scope, account, class_id).n > 0;
}

/* --- counting --- */

struct count { /* parts filled one after the other, and the units that the text would take alone */
	unsigned alone, single, part;
	unsigned parts, fill;
};

static struct count count_of(enum charset charset, unsigned unit)
{
	return (struct count){
		.single = split_single(charset) / unit, .part = split_part(charset, SPLIT_UDH8) / unit, .parts = 1};
}

static void add(struct count *c, unsigned units)
{
	c->alone += units;
	c->fill += units;
	if (c->fill > c->part) {
		c->parts++;
		c->fill = units;
	}
}

static unsigned parts_of(const struct count *c)
{
	return c->alone <= c->single ? 1 : c->parts;
}

unsigned segments_count(struct view text, enum segments_mode mode)
{
	struct count wide = count_of(CHARSET_UCS2, 2), narrow = count_of(CHARSET_GSM7, 1);
	bool gsm = mode == SEGMENTS_ALPHABET;
	for (size_t pos = 0; pos < text.n;) {
		int32_t c = text_get((const char *)text.p, text.n, &pos);
		int septets = gsm ? gsm7_septets(c) : -1;
		gsm = septets >= 0;
		if (gsm)
			add(&narrow, septets > 0x7f ? 2 : 1);
		add(&wide, c > 0xffff ? 2 : 1);
	}
	return parts_of(gsm ? &narrow : &wide);
}

/*
 * Units of a text that is UTF-8, eight octets at a time: one for each that begins a character, another one for each
 * that begins one of four octets.
 */
static unsigned units_of(const struct policy_subject *s)
{
	const uint64_t ones = 0x0101010101010101u;
	unsigned units = 0;
	for (uint32_t i = 0; i < s->text_n; i += 8) {
		uint64_t x = ones * 0x80; /* what is not of the text begins nothing */
		memcpy(&x, s->text + i, s->text_n - i < 8 ? s->text_n - i : 8);
		uint64_t within = x >> 7 & ~(x >> 6) & ones, four = x >> 7 & x >> 6 & x >> 5 & x >> 4 & ones;
		units += (unsigned)((ones - within + four) * ones >> 56);
	}
	return units;
}

/*
 * No fewer than the segments of so many units, whichever way they are counted. A pair of units stays together, so that
 * a part may have one unit less.
 */
static unsigned parts_at_most(unsigned units)
{
	struct count wide = count_of(CHARSET_UCS2, 2);
	return units <= wide.single ? 1 : (units + wide.part - 2) / (wide.part - 1);
}

/* Most texts have few octets, and those are never fewer than units. */
static bool surely_fits(const struct policy_subject *s, unsigned max)
{
	return parts_at_most(s->text_n) <= max || (s->valid && parts_at_most(units_of(s)) <= max);
}

enum policy_effect segments_judge(const struct segments *x, struct policy_subject *s)
{
	struct scope_list list = scope_at(x->scope, s->account, s->class_id);
	if (list.n == 0)
		return POLICY_PASS;
	const struct rule *rule = &x->rules[list.at[0]];
	if (surely_fits(s, rule->max))
		return POLICY_PASS;
	unsigned n = segments_count((struct view){(const uint8_t *)s->text, s->text_n}, rule->mode);
	if (n <= rule->max)
		return POLICY_PASS;
	subject_detail(s, "it takes %u segments, and %u are allowed", n, rule->max);
	return POLICY_REFUSE;
}
