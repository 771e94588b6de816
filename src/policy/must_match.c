/*
 * must_match.c - patterns that texts must match. The only room that knows PCRE2 beside the keywords of replies.
 */
#include "policy/must_match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "policy/phrase.h"

/* Bounds of one match: what takes more is a pattern that backtracks without end, and stops the whole gateway. */
#define MATCH_LIMIT 100000u
#define DEPTH_LIMIT 1000u
#define HEAP_LIMIT  1024u /* KiB */

const struct conf_row must_match_rows[] = {
	{"account", CONF_STRING, offsetof(struct must_match_conf, scope.account), "", 0, 15, "", true,
	 "Account that the row is for; empty for all.", NULL},
	{"classes", CONF_LIST, offsetof(struct must_match_conf, scope.classes), "", 0, 6, "", true,
	 "Classes of messages that the row is for; empty for all.", NULL},
	{"campaign", CONF_STRING, offsetof(struct must_match_conf, campaign), "", 0, 64, "", true,
	 "Campaign that the row is for; empty for all.", NULL},
	{"pattern", CONF_STRING, offsetof(struct must_match_conf, pattern), "", 1, 2000, NULL, true,
	 "Regular expression (PCRE2) that must match somewhere in the text.", NULL},
	{"when", CONF_STRING, offsetof(struct must_match_conf, when), "", 0, 2000, "", true,
	 "Only texts that match this regular expression must match pattern; empty for every text.", NULL},
	{"explain", CONF_STRING, offsetof(struct must_match_conf, explain), "", 0, 150, "", true,
	 "What people are told when the text does not match.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct pattern {
	pcre2_code *code;      /* NULL: there is none */
	struct phrase *phrase; /* says the same of texts that are UTF-8; NULL: the pattern is more than words */
};

struct rule {
	const struct must_match_conf *conf;
	struct view campaign;
	struct pattern pattern, when;
};

struct must_match {
	struct scope *scope;
	struct rule *rules; /* by row */
	size_t rules_n;
	pcre2_match_context *context;
	pcre2_match_data *found; /* scratch of a match */
};

/* Whether a dot stands for all but \n, as phrases have it: libraries can be built with another end of lines. */
static bool dots_end_at_newlines(void)
{
	uint32_t newline = 0;
	return pcre2_config(PCRE2_CONFIG_NEWLINE, &newline) >= 0 && newline == PCRE2_NEWLINE_LF;
}

/* False with a fault when the text is no pattern. Interpreted, not compiled to machine code: the sandbox lets no memory
 * be written and then run, and a pattern that is more than words costs at most half a microsecond more. */
static bool compile(struct pattern *p, const struct must_match_conf *conf, const char *key, const char *text,
		    char **errors)
{
	int code;
	size_t offset;
	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &code, &offset, NULL);
	if (p->code) {
		p->phrase = dots_end_at_newlines() ? phrase_new(text) : NULL;
		return true;
	}
	PCRE2_UCHAR why[200] = "";
	pcre2_get_error_message(code, why, sizeof(why));
	conf_fault(errors, &conf->scope.where, "must_match: %s \"%s\" is no regular expression, at octet %zu: %s", key,
		   text, offset, (const char *)why);
	return false;
}

static void drop(struct pattern *p)
{
	pcre2_code_free(p->code);
	phrase_free(p->phrase);
}

static bool build_rule(struct rule *rule, const struct must_match_conf *conf, char **errors)
{
	*rule = (struct rule){.conf = conf, .campaign = view_of(conf->campaign)};
	bool good = compile(&rule->pattern, conf, "pattern", conf->pattern, errors);
	return (!*conf->when || compile(&rule->when, conf, "when", conf->when, errors)) && good;
}

static void build_context(struct must_match *x)
{
	x->context = pcre2_match_context_create(NULL);
	x->found = pcre2_match_data_create(1, NULL);
	if (!x->context || !x->found)
		return;
	pcre2_set_match_limit(x->context, MATCH_LIMIT);
	pcre2_set_depth_limit(x->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(x->context, HEAP_LIMIT);
}

struct must_match *must_match_new(const struct must_match_conf *rows, size_t n, const struct policy_names *names,
				  char **errors)
{
	struct must_match *x = mem_zalloc(sizeof(*x));
	bool good = true;
	x->rules = mem_zalloc((n + 1) * sizeof(*x->rules));
	x->rules_n = n;
	x->scope = scope_new("must_match", rows, sizeof(*rows), n, false, names, errors);
	for (size_t i = 0; i < n; i++)
		good = build_rule(&x->rules[i], &rows[i], errors) && good;
	build_context(x);
	if (good && x->scope && x->context && x->found)
		return x;
	must_match_free(x);
	return NULL;
}

void must_match_free(struct must_match *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->rules_n; i++) {
		drop(&x->rules[i].pattern);
		drop(&x->rules[i].when);
	}
	pcre2_match_data_free(x->found);
	pcre2_match_context_free(x->context);
	mem_free(x->rules);
	scope_free(x->scope);
	mem_free(x);
}

bool must_match_concerns(const struct must_match *x, size_t account, enum class_id class_id)
{
	return scope_at(x->scope, account, class_id).n > 0;
}

struct matching { /* one text */
	const struct must_match *policy;
	const struct policy_subject *subject;
	bool valid; /* as UTF-8: known once a match has not complained */
};

/* PCRE2's answer: >= 0 found, PCRE2_ERROR_NOMATCH, or another error: it gave up, or the text is not UTF-8. */
static int match(struct matching *m, const struct pattern *p)
{
	const struct policy_subject *s = m->subject;
	if (p->phrase && m->valid) {
		bool stands = phrase_stands(p->phrase, (struct view){(const uint8_t *)s->text, s->text_n});
		return stands ? 0 : PCRE2_ERROR_NOMATCH;
	}
	int got = pcre2_match(p->code, (PCRE2_SPTR)s->text, s->text_n, 0, m->valid ? PCRE2_NO_UTF_CHECK : 0,
			      m->policy->found, m->policy->context);
	m->valid = m->valid || got >= PCRE2_ERROR_NOMATCH;
	return got;
}

static bool concerned(struct matching *m, const struct rule *rule)
{
	if (rule->campaign.n && !view_eq(rule->campaign, m->subject->campaign))
		return false;
	return !rule->when.code || match(m, &rule->when) != PCRE2_ERROR_NOMATCH;
}

enum policy_effect must_match_judge(const struct must_match *x, struct policy_subject *s)
{
	struct scope_list list = scope_at(x->scope, s->account, s->class_id);
	struct matching m = {x, s, s->valid};
	for (size_t i = 0; i < list.n; i++) {
		const struct rule *rule = &x->rules[list.at[i]];
		if (!concerned(&m, rule))
			continue;
		int got = match(&m, &rule->pattern);
		if (got >= 0)
			continue;
		if (got != PCRE2_ERROR_NOMATCH)
			subject_detail(s, "the pattern of line %d gave up on it", rule->conf->scope.where.line);
		else if (*rule->conf->explain)
			subject_detail(s, "%s", rule->conf->explain);
		else
			subject_detail(s, "it does not match the pattern of line %d", rule->conf->scope.where.line);
		return POLICY_REFUSE;
	}
	return POLICY_PASS;
}
