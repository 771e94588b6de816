/*
 * test_route_test.c - expectations of routing: each form that holds and each that does not, hours, ported numbers,
 * prices, sender codes, lines that cannot be read.
 */
#include "path/route_test.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

#define LIST(...)                                                                                                      \
	(struct conf_list)                                                                                             \
	{                                                                                                              \
		(char *[]){__VA_ARGS__}, sizeof((char *[]){__VA_ARGS__}) / sizeof(char *)                              \
	}

static const struct conf_where here = {"网关.conf", 9};
static const struct carrier_conf carriers[] = {
	{.name = "移动", .price = 40}, {.name = "联通", .price = 60}, {.name = "电信", .price = 50}};
static char *bank_sources[] = {"10690001"};
static const struct account_conf accounts[] = {
	{.system_id = "bank", .sources = {bank_sources, 1}},
	{.system_id = "shop"},
};
static struct operator_conf operators[] = {
	{{"网关.conf", 1}, "移动", {(char *[]){"86138"}, 1}},
	{{"网关.conf", 2}, "联通", {(char *[]){"86130"}, 1}},
	{{"网关.conf", 3}, "电信", {(char *[]){"86133"}, 1}},
};

static struct routes *routes;
static struct senders *senders;
static struct class_rule rules[CLASSES];
static enum route_test_ported ported_state;
static int ported_operator;
static char said[ROUTE_TEST_TEXT_MAX];

static int carrier_by_name(const char *name, void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		if (strcmp(carriers[i].name, name) == 0)
			return i;
	}
	return -1;
}

static int account_by_name(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "shop") == 0 ? 1 : -1;
}

static bool on_account(const char *system_id, struct route_test_account *out, void *arg)
{
	int number = account_by_name(system_id, arg);
	*out = (struct route_test_account){(size_t)number, number ? CLASS_PROMO : CLASS_NOTICE, number == 1};
	return number >= 0;
}

static const struct carrier_conf *on_carrier(size_t number, void *arg)
{
	(void)arg;
	return &carriers[number];
}

static enum route_test_ported on_ported(const struct number *to, struct ported_entry *out, void *arg)
{
	(void)to;
	(void)arg;
	*out = (struct ported_entry){.operator_ = ported_operator};
	return ported_state;
}

static int set_up(void **state)
{
	static const struct routes_names by = {carrier_by_name, account_by_name, NULL, NULL};
	struct route_conf rows[] = {
		{.where = here,
		 .operator= "移动",
		 .class_names = LIST("promo"),
		 .hours = LIST("08:00-21:00"),
		 .carriers = LIST("移动", "电信"),
		 .choose = ROUTE_WEIGHT,
		 .weights = LIST("70", "30"),
		 .name = "营销"},
		{.where = here,
		 .operator= "移动",
		 .class_names = LIST("otp", "notice", "collect", "remind"),
		 .carriers = LIST("移动", "联通"),
		 .name = "移动 主用"},
		{.where = here, .operator= "联通", .carriers = LIST("联通")},
		{.where = here, .operator= "电信", .carriers = LIST("电信")},
	};
	struct code_conf codes[] = {
		{here, "bank", "106900019", LIST("otp"), CODE_EXTENSION_FITS},
		{here, "bank", "10690001", {NULL, 0}, 3},
	};
	struct sender_conf pools[] = {{.where = here,
				       .carrier = "电信",
				       .account = "",
				       .from = "10690001",
				       .to = LIST("1065912345678901234")}};
	struct senders_setup setup = {accounts, codes, pools, 2, 2, 1, account_by_name, carrier_by_name, NULL};
	char *errors = NULL;
	(void)state;
	routes = routes_new(&(struct routes_conf){rows, 4, operators, 3, NULL}, &by, &errors);
	senders = senders_new(&setup, &errors);
	if (errors)
		print_error("%s", errors);
	assert_null(errors);
	assert_true(classes_build(NULL, 0, rules, &errors));
	rules[CLASS_COLLECT].max_price = 50;
	rules[CLASS_REMIND].max_price = 10;
	ported_state = ROUTE_TEST_KNOWN;
	ported_operator = ROUTE_NO_OPERATOR;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	routes_free(routes);
	senders_free(senders);
	return 0;
}

static enum route_test_result check(const char *line)
{
	struct route_test_world w = {routes, senders, rules, on_account, on_carrier, on_ported, NULL};
	*said = '\0';
	return route_test_line(&w, sample_view(line), said);
}

#define PASSES(line)                                                                                                   \
	do {                                                                                                           \
		if (check(line) != ROUTE_TEST_PASSED)                                                                  \
			fail_msg("%s: %s", line, said);                                                                \
	} while (0)
#define FAILS(line, why)                                                                                               \
	do {                                                                                                           \
		assert_int_equal(check(line), ROUTE_TEST_FAILED);                                                      \
		if (!strstr(said, why))                                                                                \
			fail_msg("%s: \"%s\" is not in \"%s\"", line, why, said);                                      \
	} while (0)

static void test_carriers(void **state)
{
	(void)state;
	PASSES("bank - 13800138000 notice => 移动,联通");
	PASSES("bank\t-\t+86-138-0013-8000\t-\t=>  移动 , 联通 # 账户的类别\r");
	PASSES("bank - 13300138000 otp => 电信");
	FAILS("bank - 13800138000 notice => 联通,移动", "expected 联通,移动, got 移动,联通 at 00:00; rule 移动 主用, "
							"operator 移动 (网关.conf:9)");
	FAILS("bank - 13800138000 notice => 移动", "got 移动,联通");
	FAILS("bank - 13800138000 notice => 移动,联通,电信", "got 移动,联通");
	FAILS("bank - 13800138000 notice => 移动,移动", "got 移动,联通");
	FAILS("bank - 13300138000 notice => 移动", "got 电信 at 00:00; rule operator 电信");
	FAILS("bank - 85291234567 notice => 移动", "got none at 00:00: no rule holds");
}

static void test_weight(void **state)
{
	(void)state;
	PASSES("shop - 13800138000 promo at 12:00 => 移动,电信");
	PASSES("shop - 13800138000 - at 12:00 => 电信,移动");
	FAILS("shop - 13800138000 promo at 12:00 => 移动,移动", "got 移动,电信; rule 营销");
}

static void test_rule(void **state)
{
	(void)state;
	PASSES("bank - 13800138000 notice => rule 移动 主用");
	FAILS("bank - 13800138000 notice => rule 移动", "got 移动,联通");
	FAILS("bank 9 13800138000 notice => rule 移动 主用", "got refused 0x0A");
}

static void test_hours(void **state)
{
	(void)state;
	PASSES("shop - 13800138000 promo at 08:00 => rule 营销");
	PASSES("shop - 13800138000 promo at 20:59 => rule 营销");
	PASSES("shop - 13800138000 promo at 21:00 => none");
	PASSES("shop - 13800138000 promo at 00:00 => none");
	PASSES("shop - 13800138000 promo at 07:59 => none");
	FAILS("shop - 13800138000 promo at 07:59 => rule 营销", "got none: no rule holds");
	/* without a time: at every hour of the day */
	FAILS("shop - 13800138000 promo => rule 营销", "got none at 00:00");
	FAILS("shop - 13800138000 promo => none", "got 移动,电信 at 08:00; rule 营销");
}

static void test_none_and_refused(void **state)
{
	(void)state;
	PASSES("bank - 85291234567 notice => none");
	PASSES("bank - 85291234567 notice => refused ESME_RINVDSTADR");
	PASSES("bank 10690001 13800138000 otp => refused 0x0A");
	PASSES("bank 10690001 13800138000 otp => refused 10");
	PASSES("bank 106900011234 13800138000 notice => refused ESME_RINVSRCADR");
	PASSES("bank - 号码 notice => refused 0x0B");
	FAILS("bank - 号码 notice => none",
	      "got refused 0x0B ESME_RINVDSTADR at 00:00: the destination is not a phone");
	FAILS("bank 10690001 13800138000 otp => none", "got refused 0x0A ESME_RINVSRCADR");
	FAILS("bank - 13800138000 notice => none", "got 移动,联通");
	FAILS("bank - 13800138000 notice => refused 0x0A", "got 移动,联通");
}

/* The one carrier has no code that leaves room for two digits more. */
static void test_extension(void **state)
{
	(void)state;
	PASSES("bank 106900011 13300138000 notice => 电信");
	PASSES("bank 1069000112 13300138000 notice => refused 0x0A");
	PASSES("bank 1069000112 13800138000 notice => 移动,联通");
}

static void test_price(void **state)
{
	(void)state;
	PASSES("bank - 13800138000 collect => 移动");
	FAILS("bank - 13800138000 collect => 移动,联通", "got 移动 at");
	PASSES("bank - 13800138000 remind => refused ESME_RSUBMITFAIL");
	FAILS("bank - 13800138000 remind => 移动", "dearer than max_price");
}

static void test_ported(void **state)
{
	(void)state;
	PASSES("bank - 13800138000 notice ported 电信 => 电信");
	PASSES("bank - 13800138000 notice at 12:00 ported 联通 => 联通");
	PASSES("bank - 13800138000 notice ported 联通 at 12:00 => 联通");
	PASSES("bank - 13800138000 notice ported !移动 => 联通");
	FAILS("bank - 13800138000 notice ported 铁通 => 移动", "not in operators");
	FAILS("bank - 13800138000 notice ported !铁通 => 移动", "not in operators");
	ported_operator = routes_operator(routes, "电信");
	PASSES("bank - 13800138000 notice => 电信");
	PASSES("bank - 13800138000 notice ported 移动 => 移动,联通");
	ported_state = ROUTE_TEST_NOT_READ;
	PASSES("bank - 13800138000 notice ported 移动 => 移动,联通");
	assert_int_equal(check("bank - 13800138000 notice => 电信"), ROUTE_TEST_SKIPPED);
	assert_non_null(strstr(said, "not been read"));
}

static void test_unreadable(void **state)
{
	static char line[1100];
	(void)state;
	FAILS("bank - 13800138000 otp", "there is no =>");
	FAILS("bank - 13800138000 otp =>  # 无", "nothing is expected");
	FAILS("bank 13800138000 otp => 移动", "ACCOUNT SOURCE DEST CLASS");
	FAILS("a b c d e f g h i => 移动", "ACCOUNT SOURCE DEST CLASS");
	FAILS("某账户 - 13800138000 otp => 移动", "the account is not in accounts");
	FAILS("bank - 13800138000 短信 => 移动", "the class is none of");
	FAILS("bank - 13800138000 otp at => 移动", "a word too many");
	FAILS("bank - 13800138000 otp at 24:00 => 移动", "is not HH:MM");
	FAILS("bank - 13800138000 otp at 9:00 => 移动", "is not HH:MM");
	FAILS("bank - 13800138000 otp at 12:000 => 移动", "is not HH:MM");
	FAILS("bank - 13800138000 otp 在 12:00 => 移动", "only \"at HH:MM\"");
	FAILS("bank - 13800138000 otp => refused 忙", "no such status");
	FAILS("bank - 13800138000 otp => refused 0x1FFFFFFFF", "no such status");
	FAILS("bank - 13800138000 otp => \xff", "not UTF-8");
	memset(line, 'x', sizeof(line) - 1);
	FAILS(line, "longer than 1000");
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(check(""), ROUTE_TEST_EMPTY);
	assert_int_equal(check("  \t\r"), ROUTE_TEST_EMPTY);
	assert_int_equal(check("# bank - 13800138000 otp => 移动"), ROUTE_TEST_EMPTY);
	assert_int_equal(check("   # 说明"), ROUTE_TEST_EMPTY);
}

/* Lines with octets changed, cut off and put in: never past an end, and what fails says why. */
static void test_mutations(void **state)
{
	static const char *const lines[] = {
		"bank - 13800138000 notice at 12:00 ported 联通 => 联通 # 备注",
		"shop - 13800138000 promo at 21:00 => none",
		"bank 10690001 13800138000 otp => refused ESME_RINVSRCADR",
		"bank - 13800138000 notice => rule 移动 主用",
	};
	static const char octets[] = " \t\r#=>,!:-0129am\xe7\xff";
	struct route_test_world w = {routes, senders, rules, on_account, on_carrier, on_ported, NULL};
	uint64_t seed = 11;
	unsigned failed = 0;
	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		char line[128];
		uint32_t n = (uint32_t)snprintf(line, sizeof(line), "%s", lines[i % 4]);
		for (unsigned k = sample_below(&seed, 4) + 1; k > 0; k--)
			line[sample_below(&seed, n)] = octets[sample_below(&seed, sizeof(octets))];
		n -= sample_below(&seed, 3) ? 0 : sample_below(&seed, n);
		uint8_t *exact = malloc(n);
		assert_non_null(exact);
		memcpy(exact, line, n);
		*said = '\0';
		if (route_test_line(&w, (struct view){exact, n}, said) == ROUTE_TEST_FAILED) {
			assert_true(*said);
			failed++;
		}
		free(exact);
	}
	assert_in_range(failed, 20000, 50000);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_mutations, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_carriers, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_weight, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_rule, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_hours, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_none_and_refused, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_extension, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_price, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_ported, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_unreadable, set_up, tear_down),
	cmocka_unit_test_setup_teardown(test_empty, set_up, tear_down),
};

UNIT_MAIN(cases)
