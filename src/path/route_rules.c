/*
 * route_rules.c - rules out of the configuration: read, checked, put into the trie; and whether a rule's conditions
 * hold. Must not know the order in which rules are looked at, but for what is never reached.
 */
#include "path/route_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "path/country.h"

#define S(text) ((text) ? (text) : "")

struct build {
	struct routes *r;
	struct rules *set;
	const struct routes_conf *conf;
	const struct routes_names *names;
	char **errors;
	bool good;
	struct trie_item *items;
	size_t items_n, items_cap;
	const struct operator_conf *operators[ROUTE_MAX_OPERATORS]; /* by number */
	uint8_t *rule_operator;					    /* by rule: its operator and 1; 0: none */
	const char *file;					    /* the last rule's, whose text stands at file_at */
	uint32_t file_at;
};

#define FAULT(b, where, ...)                                                                                           \
	do {                                                                                                           \
		(b)->good = false;                                                                                     \
		conf_fault((b)->errors, where, __VA_ARGS__);                                                           \
	} while (0)

/* --- texts for people --- */

static uint32_t keep_text(struct rules *set, const char *first, const char *second)
{
	size_t a = strlen(first), b = strlen(second), need = set->texts_n + a + b + 1;
	if (need > set->texts_cap) {
		set->texts_cap = need * 2;
		set->texts = mem_realloc(set->texts, set->texts_cap);
	}
	uint32_t at = (uint32_t)set->texts_n;
	memcpy(set->texts + at, first, a);
	memcpy(set->texts + at + a, second, b + 1);
	set->texts_n = need;
	return at;
}

static uint32_t keep_key(struct rules *set, const struct route_conf *conf)
{
	if (*S(conf->operator))
		return keep_text(set, "operator ", conf->operator);
	if (*S(conf->prefix))
		return keep_text(set, "prefix ", conf->prefix);
	if (conf->country.n == 0)
		return keep_text(set, "any number", "");
	uint32_t at = keep_text(set, "country ", conf->country.at[0]);
	for (size_t i = 1; i < conf->country.n; i++) {
		set->texts_n--; /* the NUL */
		keep_text(set, " ", conf->country.at[i]);
	}
	return at;
}

static void keep_info(struct build *b, size_t i, const struct route_conf *conf)
{
	struct rule_info *info = &b->set->infos[i];
	const char *file = S(conf->where.file);
	if (!b->file || strcmp(b->file, file) != 0) {
		b->file = file;
		b->file_at = keep_text(b->set, file, "");
	}
	info->file = b->file_at;
	info->line = conf->where.line;
	info->name = keep_text(b->set, S(conf->name), "");
	info->key = keep_key(b->set, conf);
}

/* --- prefixes --- */

static void add_item(struct build *b, const char *digits, uint8_t rank, uint32_t value, size_t more)
{
	if (b->items_n == b->items_cap) {
		b->items_cap = b->items_cap ? b->items_cap * 2 : 64;
		b->items = mem_realloc(b->items, b->items_cap * sizeof(*b->items));
	}
	struct trie_item *item = &b->items[b->items_n++];
	*item = (struct trie_item){.rank = rank, .value = value, .more = (uint16_t)more};
	memcpy(item->digits, digits, strlen(digits));
}

static bool good_prefix(struct build *b, const char *prefix, const struct conf_where *where)
{
	size_t n = strlen(prefix);
	if (n <= NUMBER_MAX && strspn(prefix, "0123456789") == n)
		return true;
	FAULT(b, where, "prefix \"%s\" must be at most %u digits without + or 00", prefix, NUMBER_MAX);
	return false;
}

static void add_countries(struct build *b, const struct route_conf *conf, uint32_t rule)
{
	for (size_t i = 0; i < conf->country.n; i++) {
		const char *name = conf->country.at[i], *code;
		bool iso = *name < '0' || *name > '9';
		size_t at = 0, found = 0;
		for (; (code = country_code(name, &at)); found++)
			add_item(b, code, RANK_HAND, rule, iso ? strlen(code) : 0);
		if (!found)
			FAULT(b, &conf->where,
			      "route: country \"%s\" is no ISO name of two letters and no calling code", name);
	}
}

static void add_rule_prefixes(struct build *b, const struct route_conf *conf, uint32_t rule)
{
	bool prefix = *S(conf->prefix), operator= * S(conf->operator), country = conf->country.n > 0;
	if (prefix + operator+ country> 1) {
		FAULT(b, &conf->where, "a route has one of prefix, operator and country, not two of them");
		return;
	}
	if (country) {
		add_countries(b, conf, rule);
		return;
	}
	if (!operator) {
		if (good_prefix(b, S(conf->prefix), &conf->where))
			add_item(b, S(conf->prefix), RANK_HAND, rule, 0);
		return;
	}
	int op = routes_operator(b->r, conf->operator);
	if (op >= 0 && b->operators[op])
		b->rule_operator[rule] = (uint8_t)(op + 1);
	else
		FAULT(b, &conf->where, "route names operator \"%s\", which is not in operators", conf->operator);
}

/* --- operators --- */

static void add_operator(struct build *b, const struct operator_conf *conf)
{
	int op = routes_operator(b->r, conf->name);
	if (op < 0 && b->r->operators_n == ROUTE_MAX_OPERATORS) {
		FAULT(b, &conf->where,
		      "operator \"%s\" is one more than %u, counting those that were there since the start; restart "
		      "to forget old ones",
		      conf->name, ROUTE_MAX_OPERATORS);
		return;
	}
	if (op < 0) {
		op = (int)b->r->operators_n;
		b->r->operators[b->r->operators_n++] = mem_strdup(conf->name);
	}
	if (b->operators[op]) {
		FAULT(b, &conf->where, "operator \"%s\" is there already", conf->name);
		return;
	}
	b->operators[op] = conf;
	b->set->known |= (uint64_t)1 << op;
	for (size_t i = 0; i < conf->prefixes.n; i++) {
		if (good_prefix(b, conf->prefixes.at[i], &conf->where))
			add_item(b, conf->prefixes.at[i], RANK_OPERATOR, (uint32_t)op, 0);
	}
}

/* Rules of each operator side by side, in the order of the file. */
static void group_by_operator(struct build *b)
{
	struct rules *set = b->set;
	uint32_t at = 0;
	set->of_operator = mem_zalloc((set->n ? set->n : 1) * sizeof(*set->of_operator));
	for (unsigned op = 0; op < ROUTE_MAX_OPERATORS; op++) {
		set->operator0[op] = at;
		for (uint32_t i = 0; op < b->r->operators_n && i < set->n; i++) {
			if (b->rule_operator[i] == op + 1)
				set->of_operator[at++] = i;
		}
	}
	set->operator0[ROUTE_MAX_OPERATORS] = at;
}

/* --- conditions --- */

static void read_account(struct build *b, const struct route_conf *conf, struct rule *rule)
{
	rule->account = ROUTE_NO_ACCOUNT;
	if (!*S(conf->account))
		return;
	int account = b->names->account ? b->names->account(conf->account, b->names->arg) : -1;
	rule->account = (uint16_t)(account < 0 ? 0 : account);
	if (account < 0)
		FAULT(b, &conf->where, "route names account \"%s\", which is not in accounts", conf->account);
}

static void read_classes(struct build *b, const struct route_conf *conf, struct rule *rule)
{
	enum class_id class_id;
	rule->classes = conf->class_names.n ? 0 : RULE_ANY_CLASS;
	for (size_t i = 0; i < conf->class_names.n; i++) {
		if (class_by_name(view_of(conf->class_names.at[i]), &class_id))
			rule->classes |= (uint8_t)(1u << class_id);
		else
			FAULT(b, &conf->where,
			      "route: class \"%s\" is none of otp, alert, notice, remind, collect, promo",
			      conf->class_names.at[i]);
	}
}

static void read_sources(struct build *b, const struct route_conf *conf, struct rule *rule)
{
	struct rules *set = b->set;
	size_t n = conf->source.n;
	rule->source0 = (uint32_t)set->sources_n;
	rule->sources = (uint8_t)n;
	if (n)
		set->sources = mem_realloc(set->sources, (set->sources_n + n) * sizeof(*set->sources));
	for (size_t i = 0; i < n; i++) {
		const char *text = conf->source.at[i] + (*conf->source.at[i] == '+');
		struct rule_source *source = &set->sources[set->sources_n++];
		*source = (struct rule_source){.n = 0};
		if (!*text || strlen(text) > RULE_SOURCE_MAX) {
			FAULT(b, &conf->where, "route: source \"%s\" must have 1 to %u characters", conf->source.at[i],
			      RULE_SOURCE_MAX);
			continue;
		}
		source->n = (uint8_t)strlen(text);
		memcpy(source->text, text, source->n);
	}
}

static void read_hours(struct build *b, const struct route_conf *conf, struct rule *rule)
{
	struct rules *set = b->set;
	size_t n = conf->hours.n;
	rule->hour0 = (uint32_t)set->hours_n;
	rule->hours = (uint8_t)n;
	if (n)
		set->hours = mem_realloc(set->hours, (set->hours_n + n) * sizeof(*set->hours));
	for (size_t i = 0; i < n; i++) {
		if (!hours_parse(conf->hours.at[i], &set->hours[set->hours_n++]))
			FAULT(b, &conf->where, "route: hours \"%s\" must be like \"08:00-21:00\"", conf->hours.at[i]);
	}
}

static bool unconditional(const struct rule *rule)
{
	return rule->account == ROUTE_NO_ACCOUNT && rule->classes == RULE_ANY_CLASS && !rule->sources && !rule->hours;
}

/* --- carriers --- */

static uint16_t weight_of(struct build *b, const struct route_conf *conf, size_t i)
{
	if (i >= conf->weights.n)
		return 1;
	char *end;
	const char *text = conf->weights.at[i];
	long weight = strtol(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && weight <= ROUTE_MAX_WEIGHT)
		return (uint16_t)weight;
	FAULT(b, &conf->where, "route: weight \"%s\" is no whole number from 0 to %d", text, ROUTE_MAX_WEIGHT);
	return 1;
}

static void check_choice(struct build *b, const struct route_conf *conf)
{
	if (conf->weights.n && conf->choose != ROUTE_WEIGHT)
		FAULT(b, &conf->where, "route: weights need choose = \"weight\"");
	if (conf->weights.n && conf->weights.n != conf->carriers.n)
		FAULT(b, &conf->where, "route: %zu weights for %zu carriers; give one to each", conf->weights.n,
		      conf->carriers.n);
	if (conf->floor && conf->choose != ROUTE_PRICE)
		FAULT(b, &conf->where, "route: floor needs choose = \"price\"");
}

static void read_carriers(struct build *b, const struct route_conf *conf, struct rule *rule)
{
	struct route route = {.choose = (uint8_t)conf->choose, .floor = (uint8_t)conf->floor};
	bool found = true;
	check_choice(b, conf);
	for (size_t i = 0; i < conf->carriers.n && i < ROUTE_MAX_CARRIERS; i++) {
		int c = b->names->carrier(conf->carriers.at[i], b->names->arg);
		uint16_t weight = weight_of(b, conf, i);
		if (c < 0) {
			FAULT(b, &conf->where, "route names carrier \"%s\", which is not in carriers",
			      conf->carriers.at[i]);
			found = false;
			continue;
		}
		if (conf->max_price && b->names->price && b->names->price(c, b->names->arg) > conf->max_price)
			continue;
		route.carriers[route.n] = (uint16_t)c;
		route.weights[route.n++] = weight;
	}
	if (found && !route.n)
		FAULT(b, &conf->where, "route: max_price = %lld leaves no carrier", (long long)conf->max_price);
	int lane = b->good ? routes_intern(b->r, &route) : 0;
	if (lane < 0)
		FAULT(b, &conf->where, "more than %u different lists of carriers", UINT16_MAX + 1u);
	rule->lane = (uint16_t)lane;
}

/* --- all together --- */

static void add_rule(struct build *b, uint32_t i)
{
	const struct route_conf *conf = &b->conf->routes[i];
	struct rule *rule = &b->set->rules[i];
	keep_info(b, i, conf);
	read_account(b, conf, rule);
	read_classes(b, conf, rule);
	read_sources(b, conf, rule);
	read_hours(b, conf, rule);
	read_carriers(b, conf, rule);
	add_rule_prefixes(b, conf, i);
}

/* Items of one prefix and rank follow each other: none may stand behind one that always holds. */
static void check_prefixes(struct build *b)
{
	for (size_t i = 1; i < b->items_n; i++) {
		const struct trie_item *first = &b->items[i - 1], *second = &b->items[i];
		if (first->rank != second->rank || strcmp(first->digits, second->digits) != 0)
			continue;
		if (first->rank == RANK_OPERATOR) {
			FAULT(b, &b->operators[second->value]->where,
			      "prefix \"%s\" belongs to operator \"%s\" already", second->digits,
			      b->operators[first->value]->name);
			continue;
		}
		const struct route_conf *taken = &b->conf->routes[first->value];
		if (unconditional(&b->set->rules[first->value]) && (!first->more || first->more == second->more))
			FAULT(b, &b->conf->routes[second->value].where,
			      "route is never reached: the one at %s:%d takes all messages of prefix \"%s\"",
			      S(taken->where.file), taken->where.line, second->digits);
	}
}

static void check_operators(struct build *b)
{
	const struct rules *set = b->set;
	for (unsigned op = 0; op < b->r->operators_n; op++) {
		for (uint32_t i = set->operator0[op]; i + 1 < set->operator0[op + 1]; i++) {
			const struct route_conf *taken = &b->conf->routes[set->of_operator[i]];
			if (!unconditional(&set->rules[set->of_operator[i]]))
				continue;
			FAULT(b, &b->conf->routes[set->of_operator[i + 1]].where,
			      "route is never reached: the one at %s:%d takes all messages of operator \"%s\"",
			      S(taken->where.file), taken->where.line, b->r->operators[op]);
		}
	}
}

struct rules *rules_build(struct routes *r, const struct routes_conf *conf, const struct routes_names *names,
			  char **errors)
{
	struct build b = {.r = r, .conf = conf, .names = names, .errors = errors, .good = true};
	struct rules *set = b.set = mem_zalloc(sizeof(*set));
	size_t n = conf->n ? conf->n : 1;
	set->n = conf->n;
	set->zone = conf->routing ? (int)conf->routing->zone : HOURS_CHINA;
	set->rules = mem_zalloc(n * sizeof(*set->rules));
	set->infos = mem_zalloc(n * sizeof(*set->infos));
	b.rule_operator = mem_zalloc(n);
	for (size_t i = 0; i < conf->operators_n; i++)
		add_operator(&b, &conf->operators[i]);
	for (size_t i = 0; i < conf->n; i++)
		add_rule(&b, (uint32_t)i);
	group_by_operator(&b);
	set->trie = trie_new(b.items, b.items_n);
	check_prefixes(&b);
	check_operators(&b);
	mem_free(b.items);
	mem_free(b.rule_operator);
	if (b.good)
		return set;
	rules_free(set);
	return NULL;
}

void rules_free(struct rules *set)
{
	if (!set)
		return;
	trie_free(set->trie);
	mem_free(set->rules);
	mem_free(set->infos);
	mem_free(set->texts);
	mem_free(set->sources);
	mem_free(set->hours);
	mem_free(set->of_operator);
	mem_free(set);
}

void rules_renumber(struct rules *set, size_t first, const uint16_t *number)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->rules[i].lane >= first)
			set->rules[i].lane = number[set->rules[i].lane - first];
	}
}

size_t rules_octets(const struct rules *set)
{
	return sizeof(*set) + trie_octets(set->trie) +
	       set->n * (sizeof(*set->rules) + sizeof(*set->infos) + sizeof(*set->of_operator)) + set->texts_cap +
	       set->sources_n * sizeof(*set->sources) + set->hours_n * sizeof(*set->hours);
}

/* --- whether a rule holds --- */

static bool source_fits(const struct rules *set, const struct rule *rule, struct view source)
{
	if (source.n && source.p[0] == '+')
		source = (struct view){source.p + 1, source.n - 1};
	for (unsigned i = 0; i < rule->sources; i++) {
		const struct rule_source *want = &set->sources[rule->source0 + i];
		if (source.n >= want->n && memcmp(source.p, want->text, want->n) == 0)
			return true;
	}
	return false;
}

const char *rules_judge(const struct rules *set, const struct rule *rule, const struct route_query *q)
{
	if (rule->account != ROUTE_NO_ACCOUNT && rule->account != q->account)
		return "another account";
	if (!(rule->classes >> q->class_id & 1))
		return "another class";
	if (rule->sources && !source_fits(set, rule, q->source))
		return "another source address";
	if (rule->hours && !hours_have(&set->hours[rule->hour0], rule->hours, hours_minute(q->now_ms, set->zone)))
		return "outside its hours";
	return NULL;
}
