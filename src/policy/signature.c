/*
 * signature.c - names in 【】 at one end of a text. Must not know what carriers have registered beyond the rows, nor
 * what others do by the signature.
 */
#include "policy/signature.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"

#define OPEN	 "\xe3\x80\x90" /* 【 */
#define CLOSE	 "\xe3\x80\x91" /* 】 */
#define MARK_N	 3u
#define NAME_MAX 64 /* characters */

static const char *const places[] = {"start", "end", "any", NULL};
static const char *const missings[] = {"reject", "prepend", NULL};

const struct conf_row signature_rows[] = {
	{"account", CONF_STRING, offsetof(struct signature_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct signature_conf, scope.classes), "", 0, 6, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"names", CONF_LIST, offsetof(struct signature_conf, names), "", 1, 10000, NULL, true,
	 "Signatures that the account may use, without their brackets.", NULL},
	{"position", CONF_CHOICE, offsetof(struct signature_conf, position), "", 0, 0, "start", true,
	 "Where the signature must stand: at the start, at the end, or at either.", places},
	{"on_missing", CONF_CHOICE, offsetof(struct signature_conf, on_missing), "", 0, 0, "reject", true,
	 "What becomes of a text without a signature: it is refused, or the default is put before it.", missings},
	{"default", CONF_STRING, offsetof(struct signature_conf, name), "", 0, 192, "", true,
	 "Signature that is put before a text that has none; empty for the first of names.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct rule {
	const struct view *names; /* by the row's order */
	size_t names_n;
	char *own;     /* 【name】 */
	bool prepends; /* it is put before a text without signature; else such a text is refused */
	enum signature_place place;
};

struct signature {
	struct scope *scope;
	struct rule *rules; /* by row */
	size_t rules_n;
};

/* --- finding one --- */

static bool marks(struct view v, uint32_t at, const char *mark)
{
	return v.n >= at + MARK_N && memcmp(v.p + at, mark, MARK_N) == 0;
}

/* The name behind 【 at `at`; n 0 when there is none that ends. */
static struct view name_at(struct view text, uint32_t at)
{
	size_t pos = at + MARK_N, characters = 0;
	while (pos < text.n && characters++ <= NAME_MAX) {
		bool mark = text.p[pos] == (uint8_t)OPEN[0];
		if (mark && marks(text, (uint32_t)pos, CLOSE))
			return (struct view){text.p + at + MARK_N, (uint32_t)pos - at - MARK_N};
		if (mark && marks(text, (uint32_t)pos, OPEN))
			break;
		text_get((const char *)text.p, text.n, &pos);
	}
	return (struct view){NULL, 0};
}

static uint32_t start_of(struct view text)
{
	uint32_t from = 0;
	for (size_t pos = 0; pos < text.n; from = (uint32_t)pos) {
		int32_t c = text_get((const char *)text.p, text.n, &pos);
		if (!text_is_blank(c) && !text_is_unseen(c))
			break;
	}
	return from;
}

/* Where the character that ends at `end` begins. */
static uint32_t before(struct view text, uint32_t end)
{
	uint32_t at = end - 1;
	while (at > 0 && end - at < 4 && (text.p[at] & 0xc0) == 0x80)
		at--;
	return at;
}

static uint32_t end_of(struct view text)
{
	uint32_t end = text.n;
	while (end > 0) {
		size_t at = before(text, end);
		int32_t c = text_get((const char *)text.p, end, &at);
		if (!text_is_blank(c) && !text_is_unseen(c))
			break;
		end = before(text, end);
	}
	return end;
}

/* The name whose 】 ends at `end`. */
static struct view name_before(struct view text, uint32_t end)
{
	if (end < 2 * MARK_N || !marks(text, end - MARK_N, CLOSE))
		return (struct view){NULL, 0};
	uint32_t at = end - MARK_N, characters = 0;
	while (at > 0 && characters++ <= NAME_MAX) {
		at = before(text, at);
		if (marks(text, at, OPEN))
			return (struct view){text.p + at + MARK_N, end - 2 * MARK_N - at};
		if (marks(text, at, CLOSE))
			break;
	}
	return (struct view){NULL, 0};
}

struct view signature_find(struct view text, enum signature_place *place)
{
	uint32_t from = marks(text, 0, OPEN) ? 0 : start_of(text);
	struct view name = marks(text, from, OPEN) ? name_at(text, from) : (struct view){NULL, 0};
	if (place)
		*place = name.n ? SIGNATURE_START : SIGNATURE_END;
	return name.n ? name : name_before(text, end_of(text));
}

struct view signature_split(struct view text, struct view *rest)
{
	enum signature_place place;
	struct view name = signature_find(text, &place);
	*rest = text;
	if (name.n == 0)
		return name;
	uint32_t from = (uint32_t)(name.p - text.p), behind = from + name.n + MARK_N;
	*rest = place == SIGNATURE_END ? (struct view){text.p, from - MARK_N}
				       : (struct view){text.p + behind, text.n - behind};
	return name;
}

struct view signature_without(struct view text)
{
	struct view rest;
	(void)signature_split(text, &rest);
	return rest;
}

/* --- rows --- */

static bool check_name(const struct signature_conf *conf, const char *name, char **errors)
{
	struct view v = view_of(name);
	size_t characters = 0;
	for (size_t pos = 0; pos < v.n; characters++) {
		if (marks(v, (uint32_t)pos, OPEN) || marks(v, (uint32_t)pos, CLOSE)) {
			conf_fault(errors, &conf->scope.where, "signatures: \"%s\": names stand here without 【】",
				   name);
			return false;
		}
		text_get(name, v.n, &pos);
	}
	if (characters >= 1 && characters <= NAME_MAX)
		return true;
	conf_fault(errors, &conf->scope.where, "signatures: \"%s\" has %zu characters; a name has 1 to %d", name,
		   characters, NAME_MAX);
	return false;
}

static bool allowed(const struct rule *rule, struct view name)
{
	for (size_t i = 0; i < rule->names_n; i++) {
		if (view_eq(rule->names[i], name))
			return true;
	}
	return false;
}

static char *bracketed(const char *name)
{
	size_t n = strlen(name);
	char *s = mem_zalloc(n + 2 * MARK_N + 1);
	memcpy(s, OPEN, MARK_N);
	memcpy(s + MARK_N, name, n);
	memcpy(s + MARK_N + n, CLOSE, MARK_N);
	return s;
}

static bool build_rule(struct rule *rule, const struct signature_conf *conf, char **errors)
{
	struct view *names = mem_zalloc((conf->names.n + 1) * sizeof(*names));
	bool good = true;
	for (size_t i = 0; i < conf->names.n; i++) {
		names[i] = view_of(conf->names.at[i]);
		good = check_name(conf, conf->names.at[i], errors) && good;
	}
	*rule = (struct rule){names, conf->names.n, NULL, conf->on_missing != 0, (enum signature_place)conf->position};
	if (*conf->name && !allowed(rule, view_of(conf->name))) {
		conf_fault(errors, &conf->scope.where, "signatures: default \"%s\" is not one of names", conf->name);
		good = false;
	}
	if (conf->on_missing && rule->place == SIGNATURE_END) {
		conf_fault(errors, &conf->scope.where,
			   "signatures: on_missing = \"prepend\" puts it at the start, but position is \"end\"");
		good = false;
	}
	if (good)
		rule->own = bracketed(*conf->name ? conf->name : conf->names.at[0]);
	return good;
}

struct signature *signature_new(const struct signature_conf *rows, size_t n, const struct policy_names *names,
				char **errors)
{
	struct signature *x = mem_zalloc(sizeof(*x));
	bool good = true;
	x->rules = mem_zalloc((n + 1) * sizeof(*x->rules));
	x->rules_n = n;
	x->scope = scope_new("signatures", rows, sizeof(*rows), n, true, names, errors);
	for (size_t i = 0; i < n; i++)
		good = build_rule(&x->rules[i], &rows[i], errors) && good;
	if (good && x->scope)
		return x;
	signature_free(x);
	return NULL;
}

void signature_free(struct signature *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->rules_n; i++) {
		mem_free((void *)x->rules[i].names);
		mem_free(x->rules[i].own);
	}
	mem_free(x->rules);
	scope_free(x->scope);
	mem_free(x);
}

bool signature_concerns(const struct signature *x, size_t account, enum class_id class_id)
{
	return scope_at(x->scope, account, class_id).n > 0;
}

/* --- judging --- */

/* Whether a bracket stands anywhere but around the signature. */
static bool stray_bracket(struct view text, struct view signature)
{
	const uint8_t *end = text.p + text.n, *p = text.p;
	for (; text.n && (p = memchr(p, (uint8_t)OPEN[0], (size_t)(end - p))); p++) {
		uint32_t at = (uint32_t)(p - text.p);
		bool own = signature.n && (p + MARK_N == signature.p || p == signature.p + signature.n);
		if (!own && (marks(text, at, OPEN) || marks(text, at, CLOSE)))
			return true;
	}
	return false;
}

static enum policy_effect judge_missing(const struct rule *rule, struct policy_subject *s)
{
	if (!rule->prepends) {
		subject_detail(s, "it has no signature 【…】 at %s",
			       rule->place == SIGNATURE_START ? "its start"
			       : rule->place == SIGNATURE_END ? "its end"
							      : "its start or end");
		return POLICY_REFUSE;
	}
	if (!subject_replace(s, 0, 0, view_of(rule->own))) {
		subject_detail(s, "it has no signature, and its text cannot be changed");
		return POLICY_REFUSE;
	}
	s->signature = (struct view){(const uint8_t *)s->text + MARK_N, (uint32_t)strlen(rule->own) - 2 * MARK_N};
	subject_detail(s, "%s was put before it", rule->own);
	return POLICY_CHANGED;
}

enum policy_effect signature_judge(const struct signature *x, struct policy_subject *s)
{
	struct view text = {(const uint8_t *)s->text, s->text_n};
	enum signature_place place;
	struct scope_list list = scope_at(x->scope, s->account, s->class_id);
	s->signature = signature_find(text, &place);
	if (list.n == 0)
		return POLICY_PASS;

	const struct rule *rule = &x->rules[list.at[0]];
	if (stray_bracket(text, s->signature)) {
		subject_detail(s, "【 or 】 stands outside of the signature");
		return POLICY_REFUSE;
	}
	if (s->signature.n == 0)
		return judge_missing(rule, s);
	if (rule->place != SIGNATURE_ANY && rule->place != place) {
		subject_detail(s, "the signature 【%.*s】 stands at the %s", (int)s->signature.n,
			       (const char *)s->signature.p, places[place]);
		return POLICY_REFUSE;
	}
	if (allowed(rule, s->signature))
		return POLICY_PASS;
	subject_detail(s, "the account has no signature 【%.*s】", (int)s->signature.n, (const char *)s->signature.p);
	return POLICY_REFUSE;
}

const char *signature_put(const struct signature *x, size_t account, enum class_id class_id, const char *utf8,
			  char *out, size_t cap)
{
	struct scope_list list = scope_at(x->scope, account, class_id);
	if (list.n == 0 || signature_find(view_of(utf8), NULL).n > 0)
		return utf8;
	const struct rule *rule = &x->rules[list.at[0]];
	bool end = rule->place == SIGNATURE_END;
	if (strlen(rule->own) + strlen(utf8) >= cap)
		return utf8;
	snprintf(out, cap, "%s%s", end ? utf8 : rule->own, end ? rule->own : utf8);
	return out;
}
