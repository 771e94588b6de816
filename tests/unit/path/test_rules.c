/*
 * test_rules.c - routing rules: which one wins, each condition, hours over midnight, countries, prices, shares, ported
 * numbers, what explain says, reload. A random check compares with rules that are looked at in the plainest way.
 */
#include "path/route.h"

#include <stdlib.h>

#include "path/country.h"
#include "samples.h"
#include "unit.h"

#define DAY_MS	86400000ll
#define HOUR_MS 3600000ll
#define NOON_MS (20000 * DAY_MS + 4 * HOUR_MS) /* 12:00 in China */

static int carrier_number(const char *name, void *arg)
{
	(void)arg;
	static const char *const names[] = {"移动", "联通", "电信", "备用"};
	for (int i = 0; i < 4; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static int account_number(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "shop") == 0 ? 1 : -1;
}

static int64_t price[4];

static int64_t carrier_price(int carrier, void *arg)
{
	(void)arg;
	return price[carrier];
}

static const struct routes_names names = {carrier_number, account_number, carrier_price, NULL};

#define LIST(...)                                                                                                      \
	(struct conf_list)                                                                                             \
	{                                                                                                              \
		(char *[]){__VA_ARGS__}, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)                              \
	}
#define RULE(number, ...)                                                                                              \
	(struct route_conf)                                                                                            \
	{                                                                                                              \
		.where = {"路由.conf", number}, __VA_ARGS__                                                            \
	}

static struct operator_conf operators[] = {
	{{"operators.conf", 1}, "移动", {(char *[]){"86138", "86139", "8613"}, 3}},
	{{"operators.conf", 2}, "联通", {(char *[]){"86130", "861381"}, 2}},
	{{"operators.conf", 3}, "电信", {(char *[]){"86133"}, 1}},
};

static struct routes *routes;

static struct routes_conf conf_of(const struct route_conf *rules, size_t n)
{
	return (struct routes_conf){rules, n, operators, 3, NULL};
}

static void use(const struct route_conf *rules, size_t n)
{
	char *errors = NULL;
	struct routes_conf conf = conf_of(rules, n);
	routes_free(routes);
	routes = routes_new(&conf, &names, &errors);
	if (!routes)
		print_error("%s", errors);
	assert_non_null(routes);
}
#define USE(rules) use(rules, sizeof(rules) / sizeof((rules)[0]))

static int reset(void **state)
{
	(void)state;
	routes_free(routes);
	routes = NULL;
	memset(price, 0, sizeof(price));
	return 0;
}

static struct number to;
static struct route_query query;

static struct route_query *ask(const char *digits)
{
	to = (struct number){.n = (uint8_t)strlen(digits)};
	snprintf(to.digits, sizeof(to.digits), "%s", digits);
	query = (struct route_query){.to = &to,
				     .account = 0,
				     .class_id = CLASS_NOTICE,
				     .source = view_of("10690001"),
				     .now_ms = NOON_MS,
				     .operator_ = ROUTE_NO_OPERATOR};
	return &query;
}

/* The line of the rule that wins, -1: none. Both ways must agree. */
static int line, looked;

static void on_step(const struct route_step *step, void *arg)
{
	(void)arg;
	assert_string_equal(step->file, "路由.conf");
	looked++;
	if (step->holds)
		line = step->line;
	else
		assert_true(*step->why != '\0');
}

static int wins(const struct route_query *q)
{
	line = -1;
	looked = 0;
	const struct route *route = routes_decide(routes, q);
	bool found = routes_explain(routes, q, on_step, NULL);
	assert_int_equal(found, route != NULL);
	assert_int_equal(found, line >= 0);
	return line;
}

/* Other rules in place of those that hold. */
static int use_anew(const struct routes_conf *conf, char **errors)
{
	struct routes *copy = routes_copy(routes);
	int result = routes_build(copy, conf, &names, errors);
	if (result == 0)
		result = routes_take(routes, copy);
	routes_free(copy);
	return result;
}

/* --- which rule wins --- */

static void test_rank(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .carriers = LIST("备用")),
		RULE(2, .operator= "移动", .carriers = LIST("移动")),
		RULE(3, .prefix = "86138", .class_names = LIST("otp"), .carriers = LIST("联通")),
		RULE(4, .country = LIST("CN"), .carriers = LIST("电信")),
		RULE(5, .operator= "联通", .account = "shop", .carriers = LIST("联通")),
		RULE(6, .operator= "联通", .carriers = LIST("电信")),
	};
	USE(rules);
	assert_int_equal(wins(ask("8613800138000")),
			 2); /* the rule by hand does not hold: the same prefix's operator */
	assert_int_equal(looked, 2);
	ask("8613800138000")->class_id = CLASS_OTP;
	assert_int_equal(wins(&query), 3);
	assert_int_equal(wins(ask("8613200138000")), 2); /* 8613 */
	assert_int_equal(wins(ask("8613811138000")), 6); /* 861381: the longest */
	ask("8613811138000")->account = 1;
	assert_int_equal(wins(&query), 5);
	assert_int_equal(wins(ask("8615000138000")), 4);
	assert_int_equal(wins(ask("8613300138000")), 2); /* 86133 has no rule: the operator of 8613 */
	assert_int_equal(wins(ask("12025550123")), 1);
	assert_int_equal(routes_operator_of(routes, ask("8613300138000")->to), 2);
	assert_int_equal(routes_operator_of(routes, ask("8613811138000")->to), 1);
	assert_int_equal(routes_operator_of(routes, ask("12025550123")->to), -1);
}

static void test_next_shorter(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .prefix = "86", .account = "shop", .carriers = LIST("移动")),
		RULE(2, .prefix = "8613", .class_names = LIST("promo", "remind"), .carriers = LIST("联通")),
	};
	USE(rules);
	assert_int_equal(wins(ask("8613800138000")), -1);
	assert_int_equal(looked, 2);
	ask("8613800138000")->account = 1;
	assert_int_equal(wins(&query), 1);
	query.class_id = CLASS_REMIND;
	assert_int_equal(wins(&query), 2);
	query.to = NULL;
}

/* --- conditions --- */

static void test_source(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .source = LIST("10690", "+8610"), .carriers = LIST("移动")),
		RULE(2, .carriers = LIST("联通")),
	};
	static const struct {
		const char *source;
		int line;
	} rows[] = {{"10690", 1}, {"1069", 2},	 {"106900011", 1}, {"", 2},    {"银行", 2},
		    {"8610", 1},  {"+86101", 1}, {"+10690", 1},	   {"861", 2}, {"110690", 2}};
	USE(rules);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask("8613800138000")->source = view_of(rows[i].source);
		assert_int_equal(wins(&query), rows[i].line);
	}
}

static void test_hours(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .hours = LIST("22:00-06:30", "12:00-13:00"), .carriers = LIST("移动")),
		RULE(2, .carriers = LIST("联通")),
	};
	USE(rules);
	unsigned night = 0;
	for (unsigned minute = 0; minute < 1440; minute++) {
		bool in = minute >= 1320 || minute < 390 || (minute >= 720 && minute < 780);
		ask("8613800138000")->now_ms = 20000 * DAY_MS + minute * 60000ll - 8 * HOUR_MS;
		assert_int_equal(wins(&query), in ? 1 : 2);
		query.now_ms += 59999;
		assert_int_equal(wins(&query), in ? 1 : 2);
		night += in;
		/* the next change is the first minute at which the verdict is another, or the same at a span's end */
		int64_t next = routes_next_change_ms(routes, query.now_ms);
		assert_true(next > query.now_ms && next <= query.now_ms + DAY_MS);
		query.now_ms = next - 1;
		assert_int_equal(wins(&query), in ? 1 : 2);
		query.now_ms = next;
		assert_int_equal(wins(&query), in ? 2 : 1);
	}
	assert_int_equal(night, 120 + 390 + 60);
	struct routing_conf utc = {{"路由.conf", 9}, 0};
	struct routes_conf conf = conf_of(rules, 2);
	char *errors = NULL;
	conf.routing = &utc;
	assert_int_equal(use_anew(&conf, &errors), 0);
	assert_int_equal(wins(ask("8613800138000")), 1); /* 04:00 UTC */
	USE(((struct route_conf[]){RULE(1, .hours = LIST("00:00-24:00"), .carriers = LIST("移动"))}));
	assert_int_equal(wins(ask("8613800138000")), 1);
	USE(((struct route_conf[]){RULE(1, .carriers = LIST("移动"))}));
	assert_true(routes_next_change_ms(routes, NOON_MS) == INT64_MAX);
}

static void test_countries(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .country = LIST("US"), .carriers = LIST("移动")),
		RULE(2, .country = LIST("KZ", "no"), .carriers = LIST("联通")),
		RULE(3, .country = LIST("7"), .carriers = LIST("电信")),
		RULE(4, .country = LIST("CA"), .account = "shop", .carriers = LIST("备用")),
	};
	USE(rules);
	assert_int_equal(wins(ask("12025550123")), 1);
	assert_int_equal(wins(ask("12045550123")), -1); /* Winnipeg is not in the United States */
	ask("12045550123")->account = 1;
	assert_int_equal(wins(&query), 4);
	assert_int_equal(wins(ask("79161234567")), 3);
	assert_int_equal(wins(ask("77011234567")), 2);
	assert_int_equal(wins(ask("4791234567")), 2);
	assert_int_equal(wins(ask("8613800138000")), -1);
	size_t at = 0;
	assert_string_equal(country_code("cn", &at), "86");
	assert_null(country_code("cn", &at));
	assert_string_equal(country_code_of(ask("85291234567")->to), "852");
	assert_string_equal(country_names("852"), "HK");
	assert_null(country_code_of(ask("99999")->to));
	assert_null(country_names("8"));
}

/* Every code of the table is found by its digits and by each of its names; no code of one is hidden by order. */
static void test_country_table(void **state)
{
	(void)state;
	unsigned codes = 0;
	for (unsigned n = 1; n < 10000; n++) {
		char digits[24];
		snprintf(digits, sizeof(digits), "%u", n);
		const char *countries = country_names(digits);
		if (!countries)
			continue;
		codes++;
		for (const char *p = countries; *p; p += p[2] ? 3 : 2) {
			char name[3] = {p[0], p[1], '\0'};
			size_t at = 0;
			const char *code;
			bool found = false;
			while ((code = country_code(name, &at)))
				found |= strcmp(code, digits) == 0;
			assert_true(found);
		}
		snprintf(digits, sizeof(digits), "%u00000000", n);
		assert_non_null(country_code_of(ask(digits)->to));
	}
	assert_in_range(codes, 250, 400);
}

/* --- carriers --- */

static void test_carriers(void **state)
{
	(void)state;
	price[0] = 30;
	price[1] = 45;
	price[2] = 60;
	struct route_conf rules[] = {
		RULE(1, .prefix = "1", .carriers = LIST("联通", "移动"), .max_price = 44),
		RULE(2, .prefix = "2", .carriers = LIST("移动")),
		RULE(3, .prefix = "3", .carriers = LIST("移动", "电信"), .weights = LIST("70", "30"),
		     .choose = ROUTE_WEIGHT),
		RULE(4, .prefix = "4", .carriers = LIST("移动", "电信"), .choose = ROUTE_WEIGHT),
		RULE(5, .prefix = "5", .carriers = LIST("移动", "电信"), .choose = ROUTE_PRICE, .floor = 90),
		RULE(6, .prefix = "6", .carriers = LIST("移动", "电信")),
	};
	USE(rules);
	const struct route *dear = routes_decide(routes, ask("100"));
	assert_int_equal(dear->n, 1);
	assert_int_equal(dear->carriers[0], 0);
	assert_int_equal(routes_decide(routes, ask("200"))->number, dear->number); /* equal content, one lane */
	const struct route *weighed = routes_decide(routes, ask("300"));
	assert_int_equal(weighed->weights[0], 70);
	assert_int_equal(weighed->weights[1], 30);
	assert_int_equal(weighed->choose, ROUTE_WEIGHT);
	assert_int_equal(routes_decide(routes, ask("400"))->weights[1], 1);
	const struct route *cheap = routes_decide(routes, ask("500"));
	assert_int_equal(cheap->choose, ROUTE_PRICE);
	assert_int_equal(cheap->floor, 90);
	unsigned numbers = 0;
	for (int i = 3; i <= 6; i++) {
		char digits[16];
		snprintf(digits, sizeof(digits), "%d00", i);
		numbers |= 1u << routes_decide(routes, ask(digits))->number;
	}
	assert_int_equal(__builtin_popcount(numbers), 4); /* same carriers, chosen in another way */
	uint16_t number = weighed->number;
	int left = routes_without(routes, number, 1);
	assert_true(left >= 0);
	assert_int_equal(routes_at(routes, (size_t)left)->carriers[0], 2);
	assert_int_equal(routes_at(routes, (size_t)left)->weights[0], 30);
	assert_int_equal(routes_at(routes, (size_t)left)->choose, ROUTE_WEIGHT);
	assert_int_equal(routes_without(routes, number, 3), -1);
}

/* --- ported numbers --- */

static void test_ported(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .operator= "移动", .carriers = LIST("移动")),
		RULE(2, .operator= "电信", .class_names = LIST("promo"), .carriers = LIST("备用")),
		RULE(3, .operator= "电信", .carriers = LIST("电信"), .account = "bank"),
		RULE(4, .prefix = "8613", .carriers = LIST("联通")),
		RULE(5, .carriers = LIST("备用")),
	};
	USE(rules);
	int mobile = routes_operator(routes, "移动"), unicom = routes_operator(routes, "联通"),
	    telecom = routes_operator(routes, "电信");
	assert_int_equal(wins(ask("8613800138000")), 1);
	ask("8613800138000")->operator_ = telecom;
	assert_int_equal(wins(&query), 3);
	assert_int_equal(looked, 2);
	query.class_id = CLASS_PROMO;
	assert_int_equal(wins(&query), 2);
	query.class_id = CLASS_NOTICE;
	query.account = 1; /* no rule of its operator holds: as any number, but not by another operator's rules */
	assert_int_equal(wins(&query), 4);
	assert_int_equal(looked, 4);
	ask("8613800138000")->operator_ = unicom; /* which has no rule */
	assert_int_equal(wins(&query), 4);
	ask("8613800138000")->not_operators = (uint64_t)1 << mobile;
	assert_int_equal(wins(&query), 4);
	ask("8613800138000")->not_operators = (uint64_t)1 << unicom;
	assert_int_equal(wins(&query), 1);
	ask("12025550123")->operator_ = mobile; /* also a number of no known prefix */
	assert_int_equal(wins(&query), 1);
	assert_int_equal(routes_operator(routes, "铁通"), -1);
	assert_string_equal(routes_operator_name(routes, (size_t)telecom), "电信");
}

/* --- explain --- */

static char said[1024];

static void say_step(const struct route_step *step, void *arg)
{
	size_t n = strlen(said);
	assert_ptr_equal(arg, said);
	snprintf(said + n, sizeof(said) - n, "%s%s:%d [%s] %s\n", step->name, *step->name ? " " : "", step->line,
		 step->key, step->why);
}

static void test_explain(void **state)
{
	(void)state;
	struct route_conf rules[] = {
		RULE(1, .prefix = "861380", .name = "银行", .account = "shop", .carriers = LIST("移动")),
		RULE(2, .prefix = "86138", .class_names = LIST("otp"), .carriers = LIST("移动")),
		RULE(3, .operator= "移动", .source = LIST("1065"), .carriers = LIST("移动")),
		RULE(4, .country = LIST("CN", "HK"), .hours = LIST("20:00-21:00"), .carriers = LIST("移动")),
		RULE(5, .name = "其余", .carriers = LIST("备用")),
	};
	USE(rules);
	*said = '\0';
	assert_true(routes_explain(routes, ask("8613800138000"), say_step, said));
	assert_string_equal(said, "银行 :1 [prefix 861380] another account\n"
				  ":2 [prefix 86138] another class\n"
				  ":3 [operator 移动] another source address\n"
				  ":4 [country CN HK] outside its hours\n"
				  "其余 :5 [any number] all its conditions hold\n");
	*said = '\0';
	ask("8613800138000")->operator_ = routes_operator(routes, "电信");
	assert_true(routes_explain(routes, &query, say_step, said));
	assert_non_null(strstr(said, ":3 [operator 移动] the number is ported to another operator\n"));
	*said = '\0';
	ask("8613800138000")->not_operators = 1;
	assert_true(routes_explain(routes, &query, say_step, said));
	assert_non_null(strstr(said, ":3 [operator 移动] the number is known not to be at this operator\n"));
	*said = '\0';
	assert_true(routes_explain(routes, ask("12045550123"), say_step, said));
	assert_string_equal(said, "其余 :5 [any number] all its conditions hold\n");
}

/* --- reload --- */

static void test_reload(void **state)
{
	(void)state;
	struct route_conf before[] = {
		RULE(1, .prefix = "86", .carriers = LIST("移动", "联通")),
		RULE(2, .carriers = LIST("备用")),
	};
	struct route_conf after[] = {
		RULE(1, .carriers = LIST("电信")),
		RULE(2, .prefix = "86", .carriers = LIST("备用")),
	};
	struct route_conf bad[] = {
		RULE(1, .carriers = LIST("电信", "移动")),
		RULE(2, .prefix = "86", .carriers = LIST("铁通")),
	};
	struct operator_conf others[] = {{{"operators.conf", 1}, "广电", {(char *[]){"86192"}, 1}}};
	struct routes_conf conf;
	char *errors = NULL;
	USE(before);
	uint16_t china = routes_decide(routes, ask("8613800138000"))->number,
		 other = routes_decide(routes, ask("12025550123"))->number;
	int unicom = routes_operator(routes, "联通");
	size_t lanes = routes_count(routes);
	conf = conf_of(bad, 2);
	conf.operators = others;
	conf.operators_n = 1;
	assert_int_equal(use_anew(&conf, &errors), -1);
	assert_non_null(strstr(errors, "路由.conf:2: route names carrier \"铁通\""));
	free(errors);
	errors = NULL;
	assert_int_equal(routes_count(routes), lanes);
	assert_int_equal(routes_operator(routes, "广电"), -1);
	assert_int_equal(routes_decide(routes, ask("8613800138000"))->number, china);
	conf.routes = after;
	assert_int_equal(use_anew(&conf, &errors), 0);
	assert_int_equal(routes_decide(routes, ask("8613800138000"))->number, other); /* the lane that has it */
	assert_int_equal(routes_at(routes, china)->n, 2);			      /* messages in it are not lost */
	assert_int_equal(routes_operator(routes, "联通"), unicom);
	assert_false(routes_operator_known(routes, (size_t)unicom));
	assert_true(routes_operator_known(routes, (size_t)routes_operator(routes, "广电")));
	assert_false(routes_operator_known(routes, 60));
}

/* While new rules are built the old ones serve, and may add routes of their own. */
static void test_reload_meanwhile(void **state)
{
	(void)state;
	struct route_conf before[] = {
		RULE(1, .prefix = "86", .carriers = LIST("移动", "联通", "电信")),
		RULE(2, .carriers = LIST("备用")),
	};
	struct route_conf after[] = {
		RULE(1, .prefix = "86", .carriers = LIST("备用", "移动")),
		RULE(2, .prefix = "861", .carriers = LIST("联通", "电信")),
		RULE(3, .carriers = LIST("备用")),
	};
	struct routes_conf conf = conf_of(after, 3);
	char *errors = NULL;
	USE(before);
	uint16_t china = routes_decide(routes, ask("8613800138000"))->number,
		 other = routes_decide(routes, ask("12025550123"))->number;
	struct routes *copy = routes_copy(routes);
	assert_int_equal(routes_build(copy, &conf, &names, &errors), 0);
	assert_int_equal(wins(ask("8613800138000")), 1);
	assert_int_equal(routes_decide(routes, ask("8613800138000"))->number, china);
	/* the first carrier fails: what waits gets the route without it, which the new rules have, too */
	int without = routes_without(routes, china, 1), more = routes_without(routes, china, 3);
	assert_int_equal(without, 2);
	assert_int_equal(more, 3);
	assert_int_equal(routes_take(routes, copy), 0);
	routes_free(copy);
	assert_int_equal(wins(ask("8613800138000")), 2);
	assert_int_equal(routes_decide(routes, &query)->number, without);
	assert_int_equal(routes_decide(routes, ask("8620800138000"))->number, 4); /* behind what was added meanwhile */
	assert_int_equal(routes_at(routes, 4)->carriers[1], routes_at(routes, china)->carriers[0]);
	assert_int_equal(routes_decide(routes, ask("12025550123"))->number, other);
	assert_int_equal(routes_at(routes, (size_t)more)->n, 1);
	for (size_t i = 0; i < routes_count(routes); i++)
		assert_int_equal(routes_at(routes, i)->number, i);
}

/* --- faults --- */

static void fault(struct route_conf first, const struct route_conf *second, const char *want)
{
	struct route_conf rules[2] = {first, second ? *second : first};
	struct routes_conf conf = conf_of(rules, second ? 2 : 1);
	char *errors = NULL;
	assert_null(routes_new(&conf, &names, &errors));
	assert_non_null(errors);
	if (!strstr(errors, want))
		print_error("got: %swanted: %s\n", errors, want);
	assert_non_null(strstr(errors, want));
	free(errors);
}

static void test_faults(void **state)
{
	(void)state;
	struct conf_list one = LIST("移动"), two = LIST("移动", "联通");
	price[0] = 31;
	fault(RULE(3, .account = "铁通", .carriers = one), NULL,
	      "路由.conf:3: route names account \"铁通\", which is not in accounts");
	fault(RULE(3, .class_names = LIST("otp", "验证码"), .carriers = one), NULL, "class \"验证码\" is none of otp");
	fault(RULE(3, .hours = LIST("8:00-21:00"), .carriers = one), NULL, "hours \"8:00-21:00\" must be like");
	fault(RULE(3, .hours = LIST("08:00-08:00"), .carriers = one), NULL, "must be like");
	fault(RULE(3, .hours = LIST("08:00-24:01"), .carriers = one), NULL, "must be like");
	fault(RULE(3, .hours = LIST("24:00-08:00"), .carriers = one), NULL, "must be like");
	fault(RULE(3, .hours = LIST("08:60-09:00"), .carriers = one), NULL, "must be like");
	fault(RULE(3, .country = LIST("中国"), .carriers = one), NULL, "country \"中国\" is no ISO name");
	fault(RULE(3, .country = LIST("XX"), .carriers = one), NULL, "country \"XX\" is no ISO name");
	fault(RULE(3, .country = LIST("CN"), .prefix = "86", .carriers = one), NULL,
	      "a route has one of prefix, operator and country");
	fault(RULE(3, .source = LIST(""), .carriers = one), NULL, "source \"\" must have 1 to 21 characters");
	fault(RULE(3, .source = LIST("1234567890123456789012"), .carriers = one), NULL, "must have 1 to 21 characters");
	fault(RULE(3, .carriers = one, .weights = LIST("1")), NULL, "weights need choose = \"weight\"");
	fault(RULE(3, .carriers = two, .choose = ROUTE_WEIGHT, .weights = LIST("1")), NULL, "1 weights for 2 carriers");
	fault(RULE(3, .carriers = one, .choose = ROUTE_WEIGHT, .weights = LIST("1.5")), NULL,
	      "weight \"1.5\" is no whole number");
	fault(RULE(3, .carriers = one, .choose = ROUTE_WEIGHT, .weights = LIST("1001")), NULL,
	      "weight \"1001\" is no whole number from 0 to 1000");
	fault(RULE(3, .carriers = one, .floor = 80), NULL, "floor needs choose = \"price\"");
	fault(RULE(3, .carriers = one, .max_price = 30), NULL, "max_price = 30 leaves no carrier");
	struct route_conf again = RULE(4, .prefix = "86", .class_names = LIST("otp"), .carriers = one);
	fault(RULE(3, .country = LIST("86"), .carriers = one), &again,
	      "路由.conf:4: route is never reached: the one at 路由.conf:3 takes all messages of prefix \"86\"");
	again = RULE(4, .country = LIST("US"), .carriers = one);
	fault(RULE(3, .country = LIST("US"), .carriers = one), &again, "is never reached");
}

/* --- against the plainest way of looking --- */

struct plain {
	char prefix[8];
	int class_id, account, operator_; /* -1: any, none */
};

static bool holds(const struct plain *p, const struct route_query *q)
{
	return (p->class_id < 0 || p->class_id == (int)q->class_id) && (p->account < 0 || p->account == q->account);
}

/* The rule that wins among n; ranks are worked out from the sentence in route.h. */
static int plain_decide(const struct plain *p, int n, const struct route_query *q)
{
	for (int i = 0; i < n; i++) {
		if (q->operator_ >= 0 && p[i].operator_ == q->operator_ && holds(&p[i], q))
			return i;
	}
	int best = -1;
	unsigned best_rank = 0;
	for (int i = 0; i < n; i++) {
		size_t prefixes = p[i].operator_ >= 0 ? operators[p[i].operator_].prefixes.n : 1;
		bool other = p[i].operator_ >= 0 && (q->operator_ >= 0 || (q->not_operators >> p[i].operator_ & 1));
		for (size_t k = 0; k < prefixes && holds(&p[i], q) && !other; k++) {
			const char *prefix =
				p[i].operator_ >= 0 ? operators[p[i].operator_].prefixes.at[k] : p[i].prefix;
			unsigned rank = 2 * (unsigned)strlen(prefix) + (p[i].operator_ < 0) + 1;
			if (strncmp(prefix, q->to->digits, strlen(prefix)) == 0 && rank > best_rank) {
				best = i;
				best_rank = rank;
			}
		}
	}
	return best;
}

#define RANDOM_RULES 12
static void test_model(void **state)
{
	(void)state;
	static const char *const prefixes[] = {"", "86", "861", "8613", "86138", "861381", "8613812"};
	static char *accounts[] = {"bank", "shop"}, *carriers[] = {"移动"};
	uint64_t seed = 11;
	unsigned found = 0, built = 0;
	for (int round = 0; round < 3000; round++) {
		struct plain plain[RANDOM_RULES];
		struct route_conf rules[RANDOM_RULES];
		char *classes[RANDOM_RULES][1], *errors = NULL;
		for (int i = 0; i < RANDOM_RULES; i++) {
			struct plain *p = &plain[i];
			snprintf(p->prefix, sizeof(p->prefix), "%s", prefixes[sample_below(&seed, 7)]);
			p->class_id = sample_below(&seed, 4) ? (int)sample_below(&seed, CLASSES) : -1;
			p->account = (int)sample_below(&seed, 3) - 1;
			p->operator_ = (int)sample_below(&seed, 5) - 2;
			p->operator_ = p->operator_ < 0 ? -1 : p->operator_;
			classes[i][0] =
				p->class_id < 0 ? NULL : (char *)(uintptr_t)class_name((enum class_id)p->class_id);
			rules[i] = RULE(i + 1, .carriers = {carriers, 1}, .class_names = {classes[i], p->class_id >= 0},
					.account = p->account < 0 ? "" : accounts[p->account],
					.prefix = p->operator_ < 0 ? p->prefix : "",
					.operator= p->operator_<0 ? "" : operators[p->operator_].name);
		}
		struct routes_conf conf = conf_of(rules, RANDOM_RULES);
		routes_free(routes);
		routes = routes_new(&conf, &names, &errors);
		free(errors);
		if (!routes) /* a rule was never reached */
			continue;
		built++;
		for (int i = 0; i < 40; i++) {
			char digits[16];
			snprintf(digits, sizeof(digits), "%s%u", prefixes[sample_below(&seed, 7)],
				 1000 + sample_below(&seed, 9000));
			ask(digits)->class_id = (enum class_id)sample_below(&seed, CLASSES);
			query.account = (uint16_t)sample_below(&seed, 2);
			query.operator_ = sample_below(&seed, 2) ? (int)sample_below(&seed, 3) : ROUTE_NO_OPERATOR;
			query.not_operators = sample_below(&seed, 8);
			int want = plain_decide(plain, RANDOM_RULES, &query);
			assert_int_equal(wins(&query), want < 0 ? -1 : want + 1);
			found += want >= 0;
		}
	}
	assert_true(built > 100);
	assert_true(found > 1000);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_teardown(test_rank, reset),
	cmocka_unit_test_teardown(test_next_shorter, reset),
	cmocka_unit_test_teardown(test_source, reset),
	cmocka_unit_test_teardown(test_hours, reset),
	cmocka_unit_test_teardown(test_countries, reset),
	cmocka_unit_test_teardown(test_country_table, reset),
	cmocka_unit_test_teardown(test_carriers, reset),
	cmocka_unit_test_teardown(test_ported, reset),
	cmocka_unit_test_teardown(test_explain, reset),
	cmocka_unit_test_teardown(test_reload, reset),
	cmocka_unit_test_teardown(test_reload_meanwhile, reset),
	cmocka_unit_test_teardown(test_faults, reset),
	cmocka_unit_test_teardown(test_model, reset),
};

UNIT_MAIN(cases)
