/*
 * route.c - the digits trie and the table of routes. Must not know messages, nor whether a carrier is up.
 *
 * A trie node is ten 32-bit indexes and the route that ends there: 100,000 prefixes of China's ranges are about a
 * million octets and a look-up touches one node per digit.
 */
#include "path/route.h"

#include <string.h>

#include "base/mem.h"

const struct conf_row operator_rows[] = {
	{"name", CONF_STRING, offsetof(struct operator_conf, name), "", 1, 32, NULL, true,
	 "Name of the operator, used by routes.", NULL},
	{"prefixes", CONF_LIST, offsetof(struct operator_conf, prefixes), "", 0, 100000, "", true,
	 "Number prefixes with country code, digits only.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

const struct conf_row route_rows[] = {
	{"prefix", CONF_STRING, offsetof(struct route_conf, prefix), "", 0, 20, "", true,
	 "Number prefix with country code, digits only; empty for the default route.", NULL},
	{"operator", CONF_STRING, offsetof(struct route_conf, operator), "", 0, 32, "", true,
	 "Operator whose prefixes this route is for, instead of one prefix.", NULL},
	{"carriers", CONF_LIST, offsetof(struct route_conf, carriers), "", 1, ROUTE_MAX_CARRIERS, NULL, true,
	 "Carriers in order of preference; the next one is used while the first is down.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct node {
	uint32_t child[10]; /* 0: none; the root is 0 and nobody's child */
	uint16_t route;	    /* number + 1; 0: no prefix ends here */
	bool by_hand;	    /* prefix given in the route itself, beats one that came with an operator */
};

struct routes {
	struct node *nodes;
	size_t n, cap;
	struct route *table;
	size_t routes;
};

static void add_node(struct routes *r)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->nodes = mem_realloc(r->nodes, r->cap * sizeof(*r->nodes));
	}
	memset(&r->nodes[r->n++], 0, sizeof(*r->nodes));
}

/* Puts a prefix in; false with a fault when it is not digits or is there already at the same rank. */
static bool add_prefix(struct routes *r, const char *prefix, uint16_t route, bool by_hand,
		       const struct conf_where *where, char **errors)
{
	uint32_t at = 0;
	for (const char *p = prefix; *p; p++) {
		if (*p < '0' || *p > '9' || p - prefix >= (long)NUMBER_MAX) {
			conf_fault(errors, where, "prefix \"%s\" must be at most %u digits without + or 00", prefix,
				   NUMBER_MAX);
			return false;
		}
		unsigned d = (unsigned)(*p - '0');
		if (!r->nodes[at].child[d]) {
			add_node(r);
			r->nodes[at].child[d] = (uint32_t)(r->n - 1);
		}
		at = r->nodes[at].child[d];
	}
	struct node *node = &r->nodes[at];
	if (node->route && node->by_hand == by_hand) {
		conf_fault(errors, where, "prefix \"%s\" has a route already", prefix);
		return false;
	}
	if (!node->route || by_hand) {
		node->route = (uint16_t)(route + 1);
		node->by_hand = by_hand;
	}
	return true;
}

/* The number of the route with just these carriers, added when it is new. */
static uint16_t intern(struct routes *r, const struct route *want)
{
	for (size_t i = 0; i < r->routes; i++) {
		const struct route *have = &r->table[i];
		if (have->n == want->n &&
		    memcmp(have->carriers, want->carriers, want->n * sizeof(want->carriers[0])) == 0)
			return have->number;
	}
	r->table = mem_realloc(r->table, (r->routes + 1) * sizeof(*r->table));
	r->table[r->routes] = *want;
	r->table[r->routes].number = (uint16_t)r->routes;
	return (uint16_t)r->routes++;
}

static bool read_carriers(const struct route_conf *conf, int (*number)(const char *, void *), void *arg,
			  struct route *out, char **errors)
{
	bool good = true;
	*out = (struct route){.n = 0};
	for (size_t i = 0; i < conf->carriers.n; i++) {
		int c = number(conf->carriers.at[i], arg);
		if (c < 0) {
			conf_fault(errors, &conf->where, "route names carrier \"%s\", which is not in carriers",
				   conf->carriers.at[i]);
			good = false;
			continue;
		}
		out->carriers[out->n++] = (uint16_t)c;
	}
	return good;
}

static bool add_operator(struct routes *r, const struct route_conf *conf, uint16_t route,
			 const struct operator_conf *operators, size_t m, char **errors)
{
	for (size_t i = 0; i < m; i++) {
		if (strcmp(operators[i].name, conf->operator) != 0)
			continue;
		bool good = true;
		for (size_t k = 0; k < operators[i].prefixes.n; k++)
			good &= add_prefix(r, operators[i].prefixes.at[k], route, false, &operators[i].where, errors);
		return good;
	}
	conf_fault(errors, &conf->where, "route names operator \"%s\", which is not in operators", conf->operator);
	return false;
}

static bool add_route(struct routes *r, const struct route_conf *conf, const struct operator_conf *operators, size_t m,
		      int (*number)(const char *, void *), void *arg, char **errors)
{
	struct route route;
	if (!read_carriers(conf, number, arg, &route, errors))
		return false;
	uint16_t at = intern(r, &route);
	if (*conf->operator&& * conf->prefix) {
		conf_fault(errors, &conf->where, "a route has prefix or operator, not both");
		return false;
	}
	if (*conf->operator)
		return add_operator(r, conf, at, operators, m, errors);
	return add_prefix(r, conf->prefix, at, true, &conf->where, errors);
}

/* A second operator of a name would never be looked at. */
static bool check_operators(const struct operator_conf *operators, size_t m, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < m; i++) {
		for (size_t k = 0; k < i; k++) {
			if (strcmp(operators[i].name, operators[k].name) != 0)
				continue;
			conf_fault(errors, &operators[i].where, "operator \"%s\" is there already", operators[i].name);
			good = false;
			break;
		}
	}
	return good;
}

struct routes *routes_new(const struct route_conf *routes, size_t n, const struct operator_conf *operators, size_t m,
			  int (*carrier_number)(const char *name, void *arg), void *arg, char **errors)
{
	struct routes *r = mem_zalloc(sizeof(*r));
	bool good = check_operators(operators, m, errors);
	add_node(r);
	for (size_t i = 0; i < n; i++)
		good &= add_route(r, &routes[i], operators, m, carrier_number, arg, errors);
	if (good)
		return r;
	routes_free(r);
	return NULL;
}

void routes_free(struct routes *r)
{
	if (!r)
		return;
	mem_free(r->nodes);
	mem_free(r->table);
	mem_free(r);
}

const struct route *routes_find(const struct routes *r, const struct number *number)
{
	uint32_t at = 0;
	uint16_t best = r->nodes[0].route;
	for (unsigned i = 0; i < number->n; i++) {
		at = r->nodes[at].child[number->digits[i] - '0'];
		if (!at)
			break;
		if (r->nodes[at].route)
			best = r->nodes[at].route;
	}
	return best ? &r->table[best - 1] : NULL;
}

int routes_without(struct routes *r, uint16_t number, uint8_t without)
{
	const struct route *from = &r->table[number];
	struct route left = {.n = 0};
	for (unsigned i = 0; i < from->n; i++) {
		if (!(without & 1u << i))
			left.carriers[left.n++] = from->carriers[i];
	}
	return left.n ? intern(r, &left) : -1;
}

size_t routes_count(const struct routes *r)
{
	return r->routes;
}

const struct route *routes_at(const struct routes *r, size_t i)
{
	return &r->table[i];
}
