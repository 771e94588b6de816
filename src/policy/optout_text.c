/*
 * optout_text.c - the words that say how to stop promotional texts, near the end of each. Must not know what a reply
 * with these words does (keyword.c).
 */
#include "policy/optout_text.h"

#include "base/mem.h"
#include "base/text.h"
#include "policy/signature.h"

#define TEXT_OCTETS 96u	 /* of such words, as they stand in the configuration */
#define TAIL_OCTETS 160u /* of a text that are looked at */
#define TAIL	    40u	 /* characters at its end, folded, in which the words must begin and end */

static const char *const missings[] = {"reject", "append", NULL};

const struct conf_row optout_text_rows[] = {
	{"account", CONF_STRING, offsetof(struct optout_text_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"carrier", CONF_STRING, offsetof(struct optout_text_conf, scope.carrier), "", 0, 63, "", true,
	 "Carrier that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct optout_text_conf, scope.classes), "", 0, 6, "[ \"promo\" ]", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"texts", CONF_LIST, offsetof(struct optout_text_conf, texts), "", 1, 100, NULL, true,
	 "Words of which one must stand near the end; blanks, width, case and punctuation do not matter.", NULL},
	{"on_missing", CONF_CHOICE, offsetof(struct optout_text_conf, on_missing), "", 0, 0, "reject", true,
	 "What becomes of a text without such words: it is refused, or they are appended.", missings},
	{"append", CONF_STRING, offsetof(struct optout_text_conf, append), "", 0, TEXT_OCTETS, "", true,
	 "What is appended; empty for the first of texts.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct words {
	struct view written; /* as they stand in the configuration, from the first character on that is not dropped */
	struct view folded;  /* owned */
};

struct rule {
	struct words *texts;
	size_t texts_n;
	struct view append; /* n 0: a text without such words is refused */
};

struct optout_text {
	struct scope *scope;
	struct rule *rules; /* by row */
	size_t rules_n;
	bool any_carrier;
};

/* --- folding: blanks and punctuation go, width and case are made equal --- */

static bool dropped(int32_t c)
{
	return c < 0 || text_kind(c) != TEXT_SOLID;
}

/* Never more octets than it is given. */
static uint32_t fold(struct view text, char *out)
{
	uint32_t n = 0;
	for (size_t pos = 0; pos < text.n;) {
		size_t from = pos;
		int32_t c = text_get((const char *)text.p, text.n, &pos), folded = text_fold_one(c);
		if (dropped(c) || dropped(folded))
			continue;
		if (folded != c)
			n += (uint32_t)text_put(folded, out + n);
		for (; folded == c && from < pos; from++)
			out[n++] = (char)text.p[from];
	}
	return n;
}

static bool continues(char octet)
{
	return ((uint8_t)octet & 0xc0) == 0x80;
}

/* The last characters of a text, folded. */
static struct view fold_tail(struct view text, char out[TAIL_OCTETS])
{
	uint32_t from = text.n > TAIL_OCTETS ? text.n - TAIL_OCTETS : 0;
	while (from > 0 && from < text.n && continues((char)text.p[from]))
		from++;
	uint32_t n = fold((struct view){text.p + from, text.n - from}, out), at = n;
	for (uint32_t characters = 0; at > 0 && characters < TAIL; characters++) {
		do
			at--;
		while (at > 0 && continues(out[at]));
	}
	return (struct view){(const uint8_t *)out + at, n - at};
}

static bool has_words(const struct rule *rule, struct view tail)
{
	for (size_t i = 0; i < rule->texts_n; i++) {
		if (memmem(tail.p, tail.n, rule->texts[i].folded.p, rule->texts[i].folded.n))
			return true;
	}
	return false;
}

static bool ends_with(struct view text, struct view words)
{
	return words.n <= text.n && memcmp(text.p + text.n - words.n, words.p, words.n) == 0;
}

/*
 * Whether the words stand there as they do in the configuration: almost all texts have them so, at their end. Only so
 * many octets are looked at that they are among the last characters, folded, too.
 */
static bool has_as_written(const struct rule *rule, struct view text)
{
	uint32_t from = text.n > TAIL ? text.n - TAIL : 0;
	struct view tail = {text.p + from, text.n - from};
	for (size_t i = 0; i < rule->texts_n; i++) {
		struct view words = rule->texts[i].written;
		if (ends_with(tail, words) || memmem(tail.p, tail.n, words.p, words.n))
			return true;
	}
	return false;
}

/* The octets of text before the words at its end; -1 when it does not end with them. */
static int64_t cut_words(struct view text, const struct words *w)
{
	struct view words = w->folded;
	uint32_t end = text.n, left = words.n;
	if (ends_with(text, w->written))
		return (int64_t)text.n - w->written.n;
	while (end > 0 && left > 0) {
		uint32_t at = end - 1;
		while (at > 0 && continues((char)text.p[at]))
			at--;
		size_t pos = at;
		int32_t c = text_get((const char *)text.p, end, &pos);
		char one[4];
		if (!dropped(c) && !dropped(c = text_fold_one(c))) {
			uint32_t n = (uint32_t)text_put(c, one);
			if (n > left || memcmp(words.p + left - n, one, n) != 0)
				return -1;
			left -= n;
		}
		end = at;
	}
	return left ? -1 : (int64_t)end;
}

/* --- rows --- */

static uint32_t characters(struct view v)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < v.n; i++)
		n += !continues((char)v.p[i]);
	return n;
}

static struct view without_dropped(struct view text)
{
	uint32_t from = 0;
	for (size_t pos = 0; pos < text.n; from = (uint32_t)pos) {
		int32_t c = text_get((const char *)text.p, text.n, &pos);
		if (!dropped(c) && !dropped(text_fold_one(c)))
			break;
	}
	return (struct view){text.p + from, text.n - from};
}

static bool add_text(struct rule *rule, const struct optout_text_conf *conf, const char *text, char **errors)
{
	char *folded = mem_zalloc(strlen(text) + 1);
	struct view words = {(const uint8_t *)folded, fold(view_of(text), folded)};
	rule->texts[rule->texts_n++] = (struct words){without_dropped(view_of(text)), words};
	if (words.n > 0 && characters(words) <= TAIL)
		return true;
	conf_fault(errors, &conf->scope.where,
		   "opt_out_texts: \"%s\" has %u characters without blanks and punctuation; 1 to %u can be found", text,
		   characters(words), TAIL);
	return false;
}

static bool build_rule(struct rule *rule, const struct optout_text_conf *conf, char **errors)
{
	char buf[TAIL_OCTETS];
	bool good = true;
	rule->texts = mem_zalloc((conf->texts.n + 1) * sizeof(*rule->texts));
	for (size_t i = 0; i < conf->texts.n; i++)
		good = add_text(rule, conf, conf->texts.at[i], errors) && good;
	if (!conf->on_missing || !good)
		return good;
	rule->append = view_of(*conf->append ? conf->append : conf->texts.at[0]);
	if (has_words(rule, fold_tail(rule->append, buf)))
		return true;
	conf_fault(errors, &conf->scope.where, "opt_out_texts: append \"%s\" holds none of texts", conf->append);
	return false;
}

struct optout_text *optout_text_new(const struct optout_text_conf *rows, size_t n, const struct policy_names *names,
				    char **errors)
{
	struct optout_text *x = mem_zalloc(sizeof(*x));
	bool good = true;
	x->rules = mem_zalloc((n + 1) * sizeof(*x->rules));
	x->rules_n = n;
	x->scope = scope_new("opt_out_texts", rows, sizeof(*rows), n, true, names, errors);
	for (size_t i = 0; i < n; i++)
		good = build_rule(&x->rules[i], &rows[i], errors) && good;
	for (size_t i = 0; i < n; i++)
		x->any_carrier = x->any_carrier || *rows[i].scope.carrier;
	if (good && x->scope)
		return x;
	optout_text_free(x);
	return NULL;
}

void optout_text_free(struct optout_text *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->rules_n; i++) {
		for (size_t j = 0; j < x->rules[i].texts_n; j++)
			mem_free((void *)x->rules[i].texts[j].folded.p);
		mem_free(x->rules[i].texts);
	}
	mem_free(x->rules);
	scope_free(x->scope);
	mem_free(x);
}

bool optout_text_concerns(const struct optout_text *x, size_t account, enum class_id class_id)
{
	return scope_at(x->scope, account, class_id).n > 0;
}

bool optout_text_by_carrier(const struct optout_text *x, size_t account, enum class_id class_id)
{
	struct scope_list list = scope_at(x->scope, account, class_id);
	for (size_t i = 0; x->any_carrier && i < list.n; i++) {
		if (!scope_carrier(x->scope, list.at[i], POLICY_NO_CARRIER))
			return true;
	}
	return false;
}

bool optout_text_any_carrier(const struct optout_text *x)
{
	return x->any_carrier;
}

/* --- judging --- */

static const struct rule *rule_for(const struct optout_text *x, const struct policy_subject *s, struct scope_list list)
{
	for (size_t i = 0; i < list.n; i++) {
		if (scope_carrier(x->scope, list.at[i], s->carrier))
			return &x->rules[list.at[i]];
	}
	return NULL;
}

static bool has_any_words(const struct optout_text *x, struct scope_list list, struct view tail)
{
	for (size_t i = 0; i < list.n; i++) {
		if (has_words(&x->rules[list.at[i]], tail))
			return true;
	}
	return false;
}

/* The text up to a signature at its end. */
static struct view body_of(const struct policy_subject *s)
{
	struct view text = {(const uint8_t *)s->text, s->text_n};
	enum signature_place place;
	struct view name = signature_find(text, &place);
	return name.n && place == SIGNATURE_END ? signature_without(text) : text;
}

/* How many octets at the end of body were appended by the row of another carrier (or for none yet). */
static uint32_t appended_before(const struct optout_text *x, struct scope_list list, struct view body)
{
	for (size_t i = 0; i < list.n; i++) {
		struct view append = x->rules[list.at[i]].append;
		if (append.n && append.n <= body.n && memcmp(body.p + body.n - append.n, append.p, append.n) == 0)
			return append.n;
	}
	return 0;
}

enum policy_effect optout_text_judge(const struct optout_text *x, struct policy_subject *s)
{
	char buf[TAIL_OCTETS];
	struct scope_list list = scope_at(x->scope, s->account, s->class_id);
	const struct rule *rule = rule_for(x, s, list);
	if (!rule)
		return POLICY_PASS;
	struct view body = body_of(s);
	if (has_as_written(rule, body))
		return POLICY_PASS;
	struct view tail = fold_tail(body, buf);
	if (has_words(rule, tail) || (s->carrier == POLICY_NO_CARRIER && has_any_words(x, list, tail)))
		return POLICY_PASS;
	if (rule->append.n == 0) {
		subject_detail(s, "it does not say near its end how to stop it");
		return POLICY_REFUSE;
	}
	uint32_t n = appended_before(x, list, body);
	if (!subject_replace(s, body.n - n, n, rule->append)) {
		subject_detail(s, "it does not say how to stop it, and its text cannot be changed");
		return POLICY_REFUSE;
	}
	subject_detail(s, "%.*s was appended", (int)rule->append.n, (const char *)rule->append.p);
	return POLICY_CHANGED;
}

struct view optout_text_without(const struct optout_text *x, const struct policy_subject *s, struct view text)
{
	struct scope_list list = scope_at(x->scope, s->account, s->class_id);
	for (size_t i = 0; i < list.n; i++) {
		const struct rule *rule = &x->rules[list.at[i]];
		for (size_t j = 0; j < rule->texts_n; j++) {
			int64_t n = cut_words(text, &rule->texts[j]);
			if (n >= 0)
				return (struct view){text.p, (uint32_t)n};
		}
	}
	return text;
}
