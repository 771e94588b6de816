/*
 * route.c - looking for the rule that wins, the table of routes, the names of operators. Must not know messages, nor
 * whether a carrier is up.
 */
#include "path/route_priv.h"

#include <string.h>

#include "base/mem.h"
#include "path/country.h"

/* --- the table of routes --- */

/* Looks for it from the first-th on; the caller knows that it is none of those before. */
static int intern(struct routes *r, size_t first, const struct route *want)
{
	for (size_t i = first; i < r->n; i++) {
		const struct route *have = &r->table[i];
		if (have->n == want->n && have->choose == want->choose && have->floor == want->floor &&
		    memcmp(have->carriers, want->carriers, want->n * sizeof(want->carriers[0])) == 0 &&
		    memcmp(have->weights, want->weights, want->n * sizeof(want->weights[0])) == 0)
			return have->number;
	}
	if (r->n > UINT16_MAX)
		return -1;
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 16;
		r->table = mem_realloc(r->table, r->cap * sizeof(*r->table));
	}
	r->table[r->n] = *want;
	r->table[r->n].number = (uint16_t)r->n;
	return (int)r->n++;
}

int routes_intern(struct routes *r, const struct route *want)
{
	return intern(r, 0, want);
}

int routes_without(struct routes *r, uint16_t number, uint8_t without)
{
	const struct route *from = &r->table[number];
	struct route left = {.choose = from->choose, .floor = from->floor};
	for (unsigned i = 0; i < from->n; i++) {
		if (without & 1u << i)
			continue;
		left.carriers[left.n] = from->carriers[i];
		left.weights[left.n++] = from->weights[i];
	}
	return left.n ? routes_intern(r, &left) : -1;
}

uint16_t routes_together(struct routes *r, uint16_t number, uint64_t text)
{
	const struct route *from = &r->table[number];
	struct route together = {.choose = ROUTE_ORDER, .n = from->n};
	unsigned first = 0, sum = 0, n = 0;
	if (from->choose != ROUTE_WEIGHT || from->n < 2)
		return number;
	for (unsigned i = 0; i < from->n; i++)
		sum += from->weights[i];
	uint64_t at = sum ? (text ^ text >> 29) / 2 % sum : 0;
	while (sum && at >= from->weights[first])
		at -= from->weights[first++];
	together.carriers[n++] = from->carriers[first];
	for (unsigned i = 0; i < from->n; i++) {
		if (i != first)
			together.carriers[n++] = from->carriers[i];
	}
	for (unsigned i = 0; i < n; i++)
		together.weights[i] = 1;
	return (uint16_t)routes_intern(r, &together);
}

size_t routes_count(const struct routes *r)
{
	return r->n;
}

const struct route *routes_at(const struct routes *r, size_t i)
{
	return &r->table[i];
}

/* --- building --- */

struct routes *routes_copy(const struct routes *r)
{
	struct routes *copy = mem_zalloc(sizeof(*copy));
	copy->table = mem_zalloc((r->n ? r->n : 1) * sizeof(*copy->table));
	if (r->n)
		memcpy(copy->table, r->table, r->n * sizeof(*copy->table));
	copy->n = copy->cap = copy->copied = r->n;
	for (size_t i = 0; i < r->operators_n; i++)
		copy->operators[i] = mem_strdup(r->operators[i]);
	copy->operators_n = r->operators_n;
	return copy;
}

int routes_build(struct routes *copy, const struct routes_conf *conf, const struct routes_names *names, char **errors)
{
	copy->set = rules_build(copy, conf, names, errors);
	return copy->set ? 0 : -1;
}

/*
 * r may have got routes since it was copied: those that the copy has added are added behind them, and its rules are
 * told the numbers. Only what was added since is looked through: neither had them before.
 */
int routes_take(struct routes *r, struct routes *copy)
{
	size_t first = copy->copied, added = copy->n - first, had = r->n;
	bool same = true;
	uint16_t *number = mem_zalloc((added ? added : 1) * sizeof(*number));
	for (size_t i = 0; i < added; i++) {
		int lane = intern(r, first, &copy->table[first + i]);
		if (lane < 0) {
			r->n = had;
			mem_free(number);
			return -1;
		}
		number[i] = (uint16_t)lane;
		same = same && (size_t)lane == first + i;
	}
	if (!same)
		rules_renumber(copy->set, first, number);
	mem_free(number);
	for (size_t i = r->operators_n; i < copy->operators_n; i++)
		r->operators[i] = mem_strdup(copy->operators[i]);
	r->operators_n = copy->operators_n;
	struct rules *before = r->set;
	r->set = copy->set;
	copy->set = before;
	return 0;
}

struct routes *routes_new(const struct routes_conf *conf, const struct routes_names *names, char **errors)
{
	struct routes *r = mem_zalloc(sizeof(*r));
	if (routes_build(r, conf, names, errors) == 0)
		return r;
	routes_free(r);
	return NULL;
}

void routes_free(struct routes *r)
{
	if (!r)
		return;
	rules_free(r->set);
	for (size_t i = 0; i < r->operators_n; i++)
		mem_free(r->operators[i]);
	mem_free(r->table);
	mem_free(r);
}

/* --- looking --- */

struct search {
	const struct routes *r;
	const struct route_query *query;
	void (*fn)(const struct route_step *step, void *arg); /* NULL: nobody wants to know */
	void *arg;
	uint64_t seen; /* operators whose rules have been looked at, a bit each: no rule is looked at twice */
	int at;	       /* found: the operator that the number is at, or ROUTE_NO_OPERATOR */
};

static void tell(const struct search *s, uint32_t at, const char *why)
{
	const struct rules *set = s->r->set;
	const struct rule_info *info = &set->infos[at];
	struct route_step step = {.name = set->texts + info->name,
				  .file = set->texts + info->file,
				  .line = info->line,
				  .key = set->texts + info->key,
				  .route = &s->r->table[set->rules[at].lane],
				  .holds = !why,
				  .why = why ? why : "all its conditions hold"};
	s->fn(&step, s->arg);
}

/* Looks at one rule; why: what speaks against it already, NULL: nothing. */
static const struct route *look(const struct search *s, uint32_t at, const char *why)
{
	const struct rules *set = s->r->set;
	const struct rule *rule = &set->rules[at];
	if (!why)
		why = rules_judge(set, rule, s->query);
	if (s->fn)
		tell(s, at, why);
	return why ? NULL : &s->r->table[rule->lane];
}

static const struct route *look_at_operator(struct search *s, unsigned op, const char *why)
{
	const struct rules *set = s->r->set;
	const struct route *found = NULL;
	if ((why && !s->fn) || s->seen >> op & 1)
		return NULL;
	s->seen |= (uint64_t)1 << op;
	for (uint32_t i = set->operator0[op]; i < set->operator0[op + 1] && !found; i++)
		found = look(s, set->of_operator[i], why);
	return found;
}

/* What speaks against the rules of an operator whose prefix the number has. */
static const char *not_there(const struct route_query *q, unsigned op)
{
	if (q->operator_ != ROUTE_NO_OPERATOR)
		return "the number is ported to another operator";
	if (q->not_operators >> op & 1)
		return "the number is known not to be at this operator";
	return NULL;
}

/* more of a country's link: the length of its code, when longer codes that begin with it are other countries'. */
static bool elsewhere(const struct number *to, uint16_t more)
{
	const char *code = more ? country_code_of(to) : NULL;
	return code && strlen(code) != more;
}

static const struct route *look_at_prefix(struct search *s, const struct trie_link *link)
{
	const struct route_query *q = s->query;
	for (;; link++) {
		const struct route *found = NULL;
		if (link->rank == RANK_HAND)
			found = look(s, link->value, elsewhere(q->to, link->more) ? "another country" : NULL);
		else
			found = look_at_operator(s, link->value, not_there(q, link->value));
		if (found || link->last)
			return found;
	}
}

/* Whose prefix is the longest of these; ROUTE_NO_OPERATOR: none is an operator's. */
static int operator_among(const struct trie_link *const *hits, unsigned n)
{
	for (; n > 0; n--) {
		for (const struct trie_link *link = hits[n - 1];; link++) {
			if (link->rank == RANK_OPERATOR)
				return (int)link->value;
			if (link->last)
				break;
		}
	}
	return ROUTE_NO_OPERATOR;
}

static const struct route *decide(struct search *s)
{
	const struct route_query *q = s->query;
	const struct trie_link *hits[TRIE_MAX_HITS];
	const struct route *found = NULL;
	s->at = q->operator_;
	if (q->operator_ >= 0 && (size_t)q->operator_ < s->r->operators_n)
		found = look_at_operator(s, (unsigned)q->operator_, NULL);
	if (found)
		return found;
	unsigned n = trie_walk(s->r->set->trie, q->to, hits);
	if (s->at == ROUTE_NO_OPERATOR)
		s->at = operator_among(hits, n);
	for (; n > 0 && !found; n--)
		found = look_at_prefix(s, hits[n - 1]);
	return found;
}

const struct route *routes_decide_at(const struct routes *r, const struct route_query *q, int *at)
{
	struct search s = {.r = r, .query = q};
	const struct route *route = decide(&s);
	*at = s.at;
	return route;
}

const struct route *routes_decide(const struct routes *r, const struct route_query *q)
{
	int at;
	return routes_decide_at(r, q, &at);
}

bool routes_explain(const struct routes *r, const struct route_query *q,
		    void (*fn)(const struct route_step *step, void *arg), void *arg)
{
	return decide(&(struct search){.r = r, .query = q, .fn = fn, .arg = arg}) != NULL;
}

const struct route *routes_guess(const struct routes *r, struct route_query *q)
{
	int prefix = q->not_operators ? routes_operator_of(r, q->to) : -1;
	if (q->operator_ != ROUTE_NO_OPERATOR || prefix < 0 || !(q->not_operators >> prefix & 1))
		return NULL;
	for (size_t i = 0; i < r->operators_n; i++) {
		if ((q->not_operators >> i & 1) || !routes_operator_known(r, i))
			continue;
		q->operator_ = (int)i;
		const struct route *route = routes_decide(r, q);
		if (route)
			return route;
	}
	q->operator_ = ROUTE_NO_OPERATOR;
	return NULL;
}

const struct route *routes_find(const struct routes *r, const struct number *number)
{
	struct route_query q = {
		.to = number, .account = ROUTE_NO_ACCOUNT, .class_id = CLASS_NOTICE, .operator_ = ROUTE_NO_OPERATOR};
	return routes_decide(r, &q);
}

int routes_zone(const struct routes *r)
{
	return r->set->zone;
}

int64_t routes_next_change_ms(const struct routes *r, int64_t now_ms)
{
	int64_t next = INT64_MAX;
	for (size_t i = 0; i < r->set->hours_n; i++) {
		const struct hours_span *span = &r->set->hours[i];
		int64_t from = hours_next_ms(now_ms, r->set->zone, span->from);
		int64_t to = hours_next_ms(now_ms, r->set->zone, span->to);
		next = from < next ? from : next;
		next = to < next ? to : next;
	}
	return next;
}

/* --- operators --- */

int routes_operator(const struct routes *r, const char *name)
{
	for (size_t i = 0; i < r->operators_n; i++) {
		if (strcmp(r->operators[i], name) == 0)
			return (int)i;
	}
	return -1;
}

int routes_operator_of(const struct routes *r, const struct number *number)
{
	const struct trie_link *hits[TRIE_MAX_HITS];
	unsigned n = trie_walk(r->set->trie, number, hits);
	return operator_among(hits, n);
}

const char *routes_operator_name(const struct routes *r, size_t i)
{
	return r->operators[i];
}

size_t routes_operators(const struct routes *r)
{
	return r->operators_n;
}

bool routes_operator_known(const struct routes *r, size_t i)
{
	return i < r->operators_n && r->set->known >> i & 1;
}

size_t routes_octets(const struct routes *r)
{
	return sizeof(*r) + r->cap * sizeof(*r->table) + rules_octets(r->set);
}
