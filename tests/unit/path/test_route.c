/*
 * test_route.c - the digits trie against a linear search, faults, and the shipped table of China's operators against
 * the ranges of its source, written in another way.
 */
#include "path/route.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

#define PREFIXES 10000
#define CARRIERS 40

static const struct conf_where here = {"smppgw.conf", 7};

static int carrier_number(const char *name, void *arg)
{
	(void)arg;
	char *end;
	long n = strtol(name, &end, 10);
	return *name && !*end && n < CARRIERS ? (int)n : -1;
}

static struct number number_of(const char *digits)
{
	struct number n = {.n = (uint8_t)strlen(digits)};
	snprintf(n.digits, sizeof(n.digits), "%s", digits);
	return n;
}

static int64_t carrier_price(int carrier, void *arg)
{
	(void)arg;
	return carrier * 10;
}

static int account_number(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "shop") == 0 ? 1 : -1;
}

static struct routes *build(const struct route_conf *routes, size_t n, const struct operator_conf *operators, size_t m,
			    char **errors)
{
	static const struct routes_names by = {carrier_number, account_number, carrier_price, NULL};
	return routes_new(&(struct routes_conf){routes, n, operators, m, NULL}, &by, errors);
}

static char *lists[CARRIERS][1];
static char names[CARRIERS][8];

static struct conf_list list_of(unsigned carrier)
{
	snprintf(names[carrier], sizeof(names[carrier]), "%u", carrier);
	lists[carrier][0] = names[carrier];
	return (struct conf_list){lists[carrier], 1};
}

static struct route_conf hand(char *prefix, struct conf_list carriers)
{
	return (struct route_conf){.where = here, .prefix = prefix, .operator= "", .carriers = carriers};
}

static struct route_conf of_operator(char *name, struct conf_list carriers)
{
	return (struct route_conf){.where = here, .prefix = "", .operator= name, .carriers = carriers};
}

/* --- against a model --- */

static char prefixes[PREFIXES][12];
static unsigned carrier_of[PREFIXES];

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Different prefixes, many of them beginning with each other. */
static void make_prefixes(uint64_t *seed)
{
	size_t n = 0;
	while (n < PREFIXES) {
		for (; n < PREFIXES; n++) {
			unsigned len = 1 + sample_below(seed, 9);
			for (unsigned k = 0; k < len; k++)
				prefixes[n][k] = (char)('0' + sample_below(seed, 4));
			prefixes[n][len] = '\0';
		}
		qsort(prefixes, n, sizeof(prefixes[0]), by_text);
		size_t kept = 1;
		for (size_t i = 1; i < n; i++) {
			if (strcmp(prefixes[i], prefixes[kept - 1]) != 0)
				memmove(prefixes[kept++], prefixes[i], sizeof(prefixes[0]));
		}
		n = kept;
	}
}

static int linear(const char *digits)
{
	int best = -1;
	size_t best_n = 0;
	for (int i = 0; i < PREFIXES; i++) {
		size_t n = strlen(prefixes[i]);
		if (n > best_n && strncmp(prefixes[i], digits, n) == 0) {
			best = i;
			best_n = n;
		}
	}
	return best;
}

static void test_model(void **state)
{
	(void)state;
	static struct route_conf routes[PREFIXES];
	uint64_t seed = 3;
	char *errors = NULL;
	unsigned found = 0;
	make_prefixes(&seed);
	for (size_t i = 0; i < PREFIXES; i++) {
		carrier_of[i] = sample_below(&seed, CARRIERS);
		routes[i] = hand(prefixes[i], list_of(carrier_of[i]));
	}
	struct routes *r = build(routes, PREFIXES, NULL, 0, &errors);
	assert_non_null(r);
	assert_null(errors);
	assert_int_equal(routes_count(r), CARRIERS); /* routes with equal carriers are one */
	for (int i = 0; i < 20000; i++) {
		char digits[NUMBER_MAX + 1];
		unsigned len = 3 + sample_below(&seed, NUMBER_MAX - 2);
		for (unsigned k = 0; k < len; k++)
			digits[k] = (char)('0' + sample_below(&seed, i % 3 ? 4 : 10));
		digits[len] = '\0';
		struct number n = number_of(digits);
		const struct route *route = routes_find(r, &n);
		int want = linear(digits);
		assert_int_equal(route != NULL, want >= 0);
		if (!route)
			continue;
		found++;
		assert_int_equal(route->n, 1);
		assert_int_equal(route->carriers[0], carrier_of[want]);
		assert_ptr_equal(routes_at(r, route->number), route);
	}
	assert_in_range(found, 5000, 19999);
	routes_free(r);
}

/* --- rules --- */

static void test_default_and_reserve(void **state)
{
	(void)state;
	char *both[] = {"1", "0"}, *same[] = {"1", "0"}, *other[] = {"0", "1"};
	struct route_conf routes[] = {
		hand("86", (struct conf_list){both, 2}),
		hand("", list_of(5)),
		hand("85", (struct conf_list){same, 2}),
		hand("84", (struct conf_list){other, 2}),
	};
	char *errors = NULL;
	struct routes *r = build(routes, 4, NULL, 0, &errors);
	assert_non_null(r);
	struct number n = number_of(SAMPLE_TO), hk = number_of("85291234567"), vn = number_of("8491234567"),
		      us = number_of("12025550123"), eight = number_of("800");
	assert_int_equal(routes_find(r, &n)->carriers[0], 1);
	assert_int_equal(routes_find(r, &n)->carriers[1], 0);
	assert_ptr_equal(routes_find(r, &n), routes_find(r, &hk));     /* equal lists share a lane */
	assert_ptr_not_equal(routes_find(r, &n), routes_find(r, &vn)); /* another order is another route */
	assert_int_equal(routes_find(r, &us)->carriers[0], 5);
	assert_int_equal(routes_find(r, &eight)->carriers[0], 5);
	routes_free(r);
	r = build(routes, 1, NULL, 0, &errors);
	assert_null(routes_find(r, &us));
	routes_free(r);
	r = build(NULL, 0, NULL, 0, &errors);
	assert_null(routes_find(r, &n));
	assert_int_equal(routes_count(r), 0);
	routes_free(r);
	routes_free(NULL);
}

static void test_operators(void **state)
{
	(void)state;
	char *mobile[] = {"86138", "86139"}, *unicom[] = {"86130"};
	struct operator_conf operators[] = {{here, "移动", {mobile, 2}}, {here, "联通", {unicom, 1}}};
	for (int order = 0; order < 2; order++) {
		/* a prefix by hand beats the operator's, whichever stands first */
		struct route_conf by_hand = hand("86139", list_of(9)), op = of_operator("移动", list_of(1));
		struct route_conf routes[] = {order ? by_hand : op, order ? op : by_hand};
		char *errors = NULL;
		struct routes *r = build(routes, 2, operators, 2, &errors);
		assert_non_null(r);
		struct number a = number_of("8613800138000"), b = number_of("8613900138000"),
			      c = number_of("8613000138000");
		assert_int_equal(routes_find(r, &a)->carriers[0], 1);
		assert_int_equal(routes_find(r, &b)->carriers[0], 9);
		assert_null(routes_find(r, &c));
		routes_free(r);
	}
}

static void fault(const struct route_conf *routes, size_t n, const struct operator_conf *operators, size_t m,
		  const char *want)
{
	char *errors = NULL;
	assert_null(build(routes, n, operators, m, &errors));
	assert_non_null(errors);
	if (!strstr(errors, want))
		print_error("%s", errors);
	assert_non_null(strstr(errors, want));
	free(errors);
}

static void test_faults(void **state)
{
	(void)state;
	char *unknown[] = {"联通"}, *mobile[] = {"86138"}, *plus[] = {"+86138"};
	struct operator_conf good = {here, "移动", {mobile, 1}}, bad = {{"operators.conf", 3}, "坏", {plus, 1}};
	struct operator_conf twice[] = {good, {{"smppgw.conf", 9}, "移动", {mobile, 1}}};
	struct route_conf route = hand("86", list_of(1)), again[] = {route, route};
	fault(again, 2, NULL, 0,
	      "smppgw.conf:7: route is never reached: the one at smppgw.conf:7 takes all messages of prefix \"86\"");
	route.carriers = (struct conf_list){unknown, 1};
	fault(&route, 1, NULL, 0, "smppgw.conf:7: route names carrier \"联通\", which is not in carriers");
	static char *const prefixes_bad[] = {"+86", "86 138", "86a", "８６", "123456789012345678901"};
	for (size_t i = 0; i < sizeof(prefixes_bad) / sizeof(prefixes_bad[0]); i++) {
		route = hand(prefixes_bad[i], list_of(1));
		fault(&route, 1, NULL, 0, "must be at most 20 digits without + or 00");
	}
	route = of_operator("电信", list_of(1));
	fault(&route, 1, &good, 1, "smppgw.conf:7: route names operator \"电信\", which is not in operators");
	route = of_operator("移动", list_of(1));
	route.prefix = "86";
	fault(&route, 1, &good, 1, "a route has one of prefix, operator and country, not two of them");
	route = of_operator("坏", list_of(1));
	fault(&route, 1, &bad, 1, "operators.conf:3: prefix \"+86138\"");
	struct route_conf ops[] = {of_operator("移动", list_of(1)), of_operator("移动", list_of(2))};
	fault(ops, 2, &good, 1,
	      "route is never reached: the one at smppgw.conf:7 takes all messages of operator \"移动\"");
	fault(ops, 1, twice, 2, "smppgw.conf:9: operator \"移动\" is there already");
}

/* --- the shipped table --- */

/* smpp.md 16, from the ministry's list: ranges by operator, exceptions of four and five digits included. */
static const struct {
	const char *operator, * ranges;
} china[] = {
	{"mobile", "1340-1348 135-139 147 148 150 151 152 157 158 159 172 178 182 183 184 187 188 195 197 198 165 1703 "
		   "1705 1706"},
	{"unicom", "130 131 132 145 146 155 156 166 175 176 185 186 196 167 1704 1707 1708 1709 171"},
	{"telecom", "133 149 153 173 177 180 181 189 190 191 193 199 13492 13493 13499 17400-17405 162 1700 1701 1702"},
	{"broadnet", "192"},
	{"satellite", "1619 17406-17409 17410-17412 1749"},
};

/* Index into china of a number's first five digits, -1 when nobody has it. */
static int range_owner(unsigned five)
{
	int best = -1;
	size_t best_n = 0;
	for (size_t i = 0; i < sizeof(china) / sizeof(china[0]); i++) {
		for (const char *p = china[i].ranges; *p; p += strspn(p, " ")) {
			char *end;
			unsigned long first = strtoul(p, &end, 10), last = first;
			size_t n = (size_t)(end - p);
			if (*end == '-')
				last = strtoul(end + 1, &end, 10);
			unsigned head = n == 5 ? five : n == 4 ? five / 10 : five / 100;
			if (head >= first && head <= last && n > best_n) {
				best = (int)i;
				best_n = n;
			}
			p = end;
		}
	}
	return best;
}

static int operator_number(const char *name, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < sizeof(china) / sizeof(china[0]); i++) {
		if (strcmp(china[i].operator, name) == 0)
			return (int)i;
	}
	return -1;
}

static void test_china(void **state)
{
	(void)state;
	static const struct conf_section sections[] = {
		{"operators", true, sizeof(struct operator_conf), operator_rows},
		{NULL, false, 0, NULL},
	};
	const char *top = getenv("SMPPGW_SRC");
	char file[4096], *errors = NULL;
	size_t n;
	snprintf(file, sizeof(file), "%s/etc/operators-cn.conf", top ? top : ".");
	struct conf *c = conf_read(file, sections, &errors);
	if (!c)
		print_error("%s", errors);
	assert_non_null(c);
	const struct operator_conf *operators = conf_get(c, "operators", &n);
	assert_int_equal(n, sizeof(china) / sizeof(china[0]));
	struct route_conf routes[8];
	char *carriers[8][1];
	for (size_t i = 0; i < n; i++) {
		carriers[i][0] = operators[i].name;
		routes[i] = of_operator(operators[i].name, (struct conf_list){carriers[i], 1});
	}
	static const struct routes_names by = {.carrier = operator_number};
	struct routes *r = routes_new(&(struct routes_conf){routes, n, operators, n, NULL}, &by, &errors);
	if (!r)
		print_error("%s", errors);
	assert_non_null(r);
	unsigned owned = 0;
	for (unsigned five = 13000; five <= 19999; five++) {
		char digits[16];
		snprintf(digits, sizeof(digits), "86%u138000", five);
		struct number number = number_of(digits);
		const struct route *route = routes_find(r, &number);
		int want = range_owner(five);
		if (want != (route ? route->carriers[0] : -1))
			print_error("%u\n", five);
		assert_int_equal(route ? route->carriers[0] : -1, want);
		owned += route != NULL;
	}
	assert_in_range(owned, 5000, 6500);
	routes_free(r);
	conf_free(c);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_model),	  cmocka_unit_test(test_default_and_reserve),
	cmocka_unit_test(test_operators), cmocka_unit_test(test_faults),
	cmocka_unit_test(test_china),
};

UNIT_MAIN(cases)
