/*
 * route_test.c - reads an expectation, decides as a submit would be decided, and compares. Must not know files, the
 * order of a message's life, nor whether a carrier is up.
 */
#include "path/route_test.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/hours.h"
#include "smpp/status.h"

#define LINE_MAX_OCTETS 1000u
#define WORDS_MAX	8u
#define MINUTE_MS	60000
#define DAY_MS		86400000
#define ALWAYS		(-1)

enum expect { EXPECT_CARRIERS, EXPECT_RULE, EXPECT_NONE, EXPECT_REFUSED };

struct asked { /* a line, read */
	char text[LINE_MAX_OCTETS + 1];
	char *words[WORDS_MAX]; /* before the arrow */
	unsigned n;
	char *expected; /* behind it */
	enum expect expect;
	const char *names; /* of carriers, or the rule's */
	uint32_t status;
	int minute; /* of the day, or ALWAYS */
	struct route_test_account account;
	enum class_id class_id;
	bool has_number, has_ported;
	struct number to;
	struct ported_entry ported;
};

struct got { /* what the gateway does */
	uint32_t status;
	const char *why; /* static text */
	bool none;	 /* it has come to the rules, and none of them holds */
	bool any_order;
	struct route_step step; /* the rule that holds, or the last one that was looked at; key NULL: no rule was */
	struct route left;	/* its carriers, without those that are too dear */
};

struct probe {
	const struct route_test_world *w;
	const struct asked *q;
	char *said;
};

__attribute__((format(printf, 2, 3))) static enum route_test_result fail(char *said, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(said, ROUTE_TEST_TEXT_MAX, fmt, ap);
	va_end(ap);
	return ROUTE_TEST_FAILED;
}

/* --- reading --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The line without what is around it and without its comment. */
static char *trim(char *s)
{
	for (char *p = s; *p; p++) {
		if (*p == '#' && (p == s || is_blank(p[-1])))
			*p = '\0';
	}
	while (is_blank(*s))
		s++;
	for (size_t n = strlen(s); n > 0 && is_blank(s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

/* Cuts at blanks; false when there are more than WORDS_MAX. */
static bool cut(char *s, struct asked *q)
{
	for (char *p = s; *p;) {
		while (is_blank(*p))
			*p++ = '\0';
		if (!*p)
			break;
		if (q->n == WORDS_MAX)
			return false;
		q->words[q->n++] = p;
		while (*p && !is_blank(*p))
			p++;
	}
	return true;
}

static bool read_status(const char *word, uint32_t *out)
{
	char *end;
	unsigned long n = strtoul(word, &end, 0);
	*out = (uint32_t)n;
	if (*word >= '0' && *word <= '9' && !*end && n <= UINT32_MAX)
		return true;
	for (unsigned i = 0; status_at(i, out); i++) {
		if (strcmp(status_name(*out), word) == 0)
			return true;
	}
	return false;
}

static const char *behind(const char *s, const char *word)
{
	size_t n = strlen(word);
	if (strncmp(s, word, n) != 0 || !is_blank(s[n]))
		return NULL;
	for (s += n; is_blank(*s); s++)
		;
	return s;
}

static const char *read_expected(struct asked *q)
{
	const char *rest;
	q->names = q->expected;
	if (!*q->expected)
		return "nothing is expected behind =>";
	if (strcmp(q->expected, "none") == 0) {
		q->expect = EXPECT_NONE;
	} else if ((rest = behind(q->expected, "rule"))) {
		q->expect = EXPECT_RULE;
		q->names = rest;
	} else if ((rest = behind(q->expected, "refused"))) {
		q->expect = EXPECT_REFUSED;
		return read_status(rest, &q->status) ? NULL
						     : "no such status; such as 0x0A or ESME_RINVSRCADR is expected";
	}
	return NULL;
}

static const char *read_minute(const char *word, int *minute)
{
	struct hours_span span;
	char text[12];
	snprintf(text, sizeof(text), "%.5s-24:00", word);
	if (strlen(word) != 5 || !hours_parse(text, &span))
		return "the time behind at is not HH:MM";
	*minute = span.from;
	return NULL;
}

static const char *read_ported(const struct routes *routes, const char *word, struct ported_entry *out)
{
	int op = routes_operator(routes, word + (*word == '!'));
	if (op < 0 || !routes_operator_known(routes, (size_t)op))
		return "the operator behind ported is not in operators";
	out->operator_ = *word == '!' ? ROUTE_NO_OPERATOR : op;
	out->not_operators = *word == '!' ? (uint64_t)1 << op : 0;
	return NULL;
}

/* at HH:MM and ported OPERATOR, in any order. */
static const char *read_options(const struct route_test_world *w, struct asked *q)
{
	const char *why = NULL;
	for (unsigned i = 4; i < q->n && !why; i += 2) {
		if (i + 1 == q->n)
			return "there is a word too many before =>, or one too few";
		if (strcmp(q->words[i], "at") == 0) {
			why = read_minute(q->words[i + 1], &q->minute);
		} else if (strcmp(q->words[i], "ported") == 0) {
			why = read_ported(w->routes, q->words[i + 1], &q->ported);
			q->has_ported = true;
		} else {
			return "behind the class only \"at HH:MM\" and \"ported OPERATOR\" may stand";
		}
	}
	return why;
}

static const char *read_names(const struct route_test_world *w, struct asked *q)
{
	struct pdu_addr dst = {0, 0, view_of(q->words[2])};
	if (!w->account(q->words[0], &q->account, w->arg))
		return "the account is not in accounts";
	q->class_id = q->account.class_id;
	if (strcmp(q->words[3], "-") != 0 && !class_by_name(view_of(q->words[3]), &q->class_id))
		return "the class is none of otp, alert, notice, remind, collect, promo";
	q->has_number = number_parse(dst, &q->to);
	return NULL;
}

/* NULL, or why the line cannot be read. An empty line: n is 0 and expected NULL. */
static const char *read_line(const struct route_test_world *w, struct view line, struct asked *q)
{
	*q = (struct asked){.minute = ALWAYS, .ported = {.operator_ = ROUTE_NO_OPERATOR}};
	if (line.n > LINE_MAX_OCTETS)
		return "the line is longer than 1000 octets";
	if (line.n)
		memcpy(q->text, line.p, line.n);
	if (!text_valid(q->text, line.n) || strlen(q->text) != line.n)
		return "the line is not UTF-8";
	char *begin = trim(q->text), *arrow = strstr(begin, "=>");
	if (!*begin)
		return NULL;
	if (!arrow)
		return "there is no => in it";
	*arrow = '\0';
	q->expected = trim(arrow + 2);
	if (!cut(begin, q) || q->n < 4)
		return "ACCOUNT SOURCE DEST CLASS [at HH:MM] [ported OPERATOR] stands before =>";
	const char *why = read_expected(q);
	if (!why)
		why = read_names(w, q);
	return why ? why : read_options(w, q);
}

/* --- deciding --- */

static void on_step(const struct route_step *step, void *arg)
{
	((struct got *)arg)->step = *step;
}

static void refuse(const struct probe *p, struct got *g, uint32_t status, const char *why)
{
	g->status = p->q->account.plain ? status_plain(status) : status;
	g->why = why;
}

/* The carriers of the rule that the class can pay for (flow_affordable() and flow_set_way() of a submit in one part).
 */
static void leave_out_dear(const struct probe *p, struct got *g)
{
	const struct route *all = g->step.route;
	int64_t max = p->w->rules[p->q->class_id].max_price;
	g->any_order = all->choose == ROUTE_WEIGHT;
	for (unsigned i = 0; i < all->n; i++) {
		if (max == 0 || p->w->carrier(all->carriers[i], p->w->arg)->price <= max)
			g->left.carriers[g->left.n++] = all->carriers[i];
	}
}

/* Whether any carrier of the rule has a code that leaves room for the source's extension. */
static bool source_fits(const struct probe *p, const struct got *g, struct view source)
{
	char out[SENDER_MAX + 1];
	struct sender s = {0, p->q->account.number, p->q->class_id, source, &p->q->to};
	for (unsigned i = 0; i < g->step.route->n; i++) {
		s.carrier = g->step.route->carriers[i];
		if (senders_out(p->w->senders, &s, out) >= 0)
			return true;
	}
	return false;
}

/* In the order of a submit: the number, the source, the rules, the price, the codes of the carriers. */
static void decide(const struct probe *p, const struct ported_entry *ported, int64_t now_ms, struct got *g)
{
	const struct asked *q = p->q;
	struct view source = strcmp(q->words[1], "-") == 0 ? view_of("") : view_of(q->words[1]);
	*g = (struct got){.why = ""};
	if (!q->has_number) {
		refuse(p, g, ESME_RINVDSTADR, "the destination is not a phone number");
		return;
	}
	const char *wrong = senders_judge(p->w->senders, q->account.number, q->class_id, source, &source);
	if (wrong) {
		refuse(p, g, ESME_RINVSRCADR, wrong);
		return;
	}
	struct route_query query = {&q->to, (uint16_t)q->account.number, q->class_id,	       source,
				    now_ms, ported->operator_,		 ported->not_operators};
	routes_guess(p->w->routes, &query);
	g->none = !routes_explain(p->w->routes, &query, on_step, g);
	if (g->none) {
		refuse(p, g, ESME_RINVDSTADR, "no rule holds for the number");
		return;
	}
	leave_out_dear(p, g);
	if (!g->left.n)
		refuse(p, g, ESME_RSUBMITFAIL, "every carrier of the rule is dearer than max_price of the class");
	else if (!source_fits(p, g, source))
		refuse(p, g, ESME_RINVSRCADR, "no carrier of the rule has a code that leaves room for the extension");
}

/* --- comparing --- */

static const char *name_of(const struct probe *p, const struct got *g, unsigned i)
{
	return p->w->carrier(g->left.carriers[i], p->w->arg)->name;
}

/* The carriers of an expectation, one after the other; *at moves on. n 0: the list is over. */
static struct view next_name(const char **at)
{
	const char *begin = *at + strspn(*at, ", \t\r"), *end = begin + strcspn(begin, ", \t\r");
	*at = end;
	return (struct view){(const uint8_t *)begin, (uint32_t)(end - begin)};
}

static bool is_name(struct view name, const char *other)
{
	return strlen(other) == name.n && memcmp(other, name.p, name.n) == 0;
}

static bool same_carriers(const struct probe *p, const struct got *g)
{
	const char *at = p->q->names;
	unsigned n = 0, seen = 0;
	for (struct view name = next_name(&at); name.n; name = next_name(&at), n++) {
		for (unsigned i = 0; i < g->left.n; i++) {
			if ((g->any_order || i == n) && is_name(name, name_of(p, g, i)))
				seen |= 1u << i;
		}
	}
	return n == g->left.n && seen == (1u << n) - 1;
}

static bool holds(const struct probe *p, const struct got *g)
{
	switch (p->q->expect) {
	case EXPECT_CARRIERS:
		return !g->status && same_carriers(p, g);
	case EXPECT_RULE:
		return !g->status && strcmp(g->step.name, p->q->names) == 0;
	case EXPECT_NONE:
		return g->none;
	case EXPECT_REFUSED:
		break;
	}
	return g->status == p->q->status;
}

static void put_rule(const struct got *g, char *out, size_t cap)
{
	const struct route_step *s = &g->step;
	*out = '\0';
	if (s->key)
		snprintf(out, cap, "; rule %s%s%s (%s:%d): %s", s->name, *s->name ? ", " : "", s->key, s->file, s->line,
			 s->why);
}

static void put_carriers(const struct probe *p, const struct got *g, char *out, size_t cap)
{
	size_t n = 0;
	*out = '\0';
	for (unsigned i = 0; i < g->left.n && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? "," : "", name_of(p, g, i));
}

static enum route_test_result differs(const struct probe *p, const struct got *g, int minute)
{
	char at[16] = "", names[ROUTE_MAX_CARRIERS * 40], rule[300];
	if (p->q->minute == ALWAYS && minute >= 0)
		snprintf(at, sizeof(at), " at %02d:%02d", minute / 60, minute % 60);
	put_rule(g, rule, sizeof(rule));
	put_carriers(p, g, names, sizeof(names));
	if (!g->status)
		return fail(p->said, "expected %s, got %s%s%s", p->q->expected, names, at, rule);
	if (g->none)
		return fail(p->said, "expected %s, got none%s: no rule holds%s", p->q->expected, at, rule);
	return fail(p->said, "expected %s, got refused 0x%02X %s%s: %s%s", p->q->expected, g->status,
		    status_name(g->status), at, g->why, rule);
}

static enum route_test_result check_at(const struct probe *p, const struct ported_entry *ported, int64_t now_ms,
				       bool say_time)
{
	struct got g;
	decide(p, ported, now_ms, &g);
	if (holds(p, &g))
		return ROUTE_TEST_PASSED;
	return differs(p, &g, say_time ? (int)hours_minute(now_ms, routes_zone(p->w->routes)) : -1);
}

/* At the line's minute, or at each at which a rule's hours begin or end. */
static enum route_test_result check(const struct probe *p, const struct ported_entry *ported)
{
	const struct routes *r = p->w->routes;
	int64_t midnight = DAY_MS - (int64_t)routes_zone(r) * MINUTE_MS, next = routes_next_change_ms(r, midnight);
	if (p->q->minute != ALWAYS)
		return check_at(p, ported, midnight + p->q->minute * MINUTE_MS, false);
	enum route_test_result result = check_at(p, ported, midnight, next != INT64_MAX);
	for (; next < midnight + DAY_MS && result == ROUTE_TEST_PASSED; next = routes_next_change_ms(r, next))
		result = check_at(p, ported, next, true);
	return result;
}

enum route_test_result route_test_line(const struct route_test_world *w, struct view line,
				       char said[ROUTE_TEST_TEXT_MAX])
{
	struct asked q;
	struct probe p = {w, &q, said};
	const char *why = read_line(w, line, &q);
	if (why)
		return fail(said, "%s", why);
	if (!q.expected)
		return ROUTE_TEST_EMPTY;
	struct ported_entry ported = q.ported;
	if (!q.has_ported && q.has_number && w->ported && w->ported(&q.to, &ported, w->arg) == ROUTE_TEST_NOT_READ) {
		fail(said, "skipped: ported numbers have not been read yet; try again when ported count says ready");
		return ROUTE_TEST_SKIPPED;
	}
	return check(&p, &ported);
}
