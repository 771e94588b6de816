/*
 * test_address.c - numbers and codes in a carrier's form and back; phone numbers in an app's.
 */
#include "path/address.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

static struct carrier_conf conf_with(char **source, size_t source_n, char **dest, size_t dest_n)
{
	struct carrier_conf conf = {
		.name = "mobile", .source_ton = -1, .source_npi = -1, .dest_ton = -1, .dest_npi = -1};
	conf.source_rewrite = (struct conf_list){source, source_n};
	conf.dest_rewrite = (struct conf_list){dest, dest_n};
	return conf;
}

static struct pdu submit_to(const char *src, const char *dst)
{
	struct pdu pdu = sample_submit();
	pdu.sm.src.addr = sample_view(src);
	pdu.sm.dst = (struct pdu_addr){1, 1, sample_view(dst)};
	return pdu;
}

static void test_rules(void **state)
{
	(void)state;
	static const struct {
		const char *rules[3], *in, *out, *back; /* back: NULL: the number in normal form */
	} table[] = {
		{{"86=>0086"}, "13800138000", "008613800138000", NULL},
		{{"86=>0086"}, "+8613800138000", "008613800138000", NULL},
		{{"86=>0086"}, "008613800138000", "008613800138000", NULL},
		{{"86=>0086"}, "85291234567", "85291234567", "85291234567"},
		{{"86 =>"}, "8613800138000", "13800138000", NULL},
		{{" => 9"}, "8613800138000", "98613800138000", NULL},
		{{"86138=>A", "86=>+86"}, "13800138000", "A00138000", NULL},
		{{"86138=>A", "86=>+86"}, "13900138000", "+8613900138000", NULL},
		{{"=>00"}, "85291234567", "0085291234567", "85291234567"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char *rules[3] = {(char *)table[i].rules[0], (char *)table[i].rules[1], NULL};
		struct carrier_conf conf = conf_with(NULL, 0, rules, table[i].rules[1] ? 2 : 1);
		struct pdu pdu = submit_to(SAMPLE_CODE, table[i].in), out;
		struct address_room room, room2;
		struct number n;
		const char *why = NULL;
		assert_true(address_leave(&conf, &pdu, &room, &why));
		assert_view(pdu.sm.dst.addr, table[i].out);
		assert_view(pdu.sm.src.addr, SAMPLE_CODE);
		/* its receipt */
		struct pdu receipt = submit_to(table[i].out, SAMPLE_CODE);
		const struct pdu *back = address_come(&conf, &receipt, &room2, &out);
		assert_true(number_parse_text(table[i].in, &n));
		assert_view(back->sm.src.addr, table[i].back ? table[i].back : n.digits);
		assert_view(back->sm.dst.addr, SAMPLE_CODE);
	}
}

/* A rule that takes 86 away: what comes in full already is not given another. */
static void test_back_once(void **state)
{
	(void)state;
	char *dest[] = {"86=>"}, *source[] = {"106=>86106"};
	struct carrier_conf conf = conf_with(source, 1, dest, 1);
	struct address_room room;
	struct pdu out, full = submit_to("8613800138000", "8610690001"), bare = submit_to("13800138000", "10690001");
	const struct pdu *back = address_come(&conf, &full, &room, &out);
	assert_view(back->sm.src.addr, "8613800138000");
	assert_view(back->sm.dst.addr, "10690001");
	back = address_come(&conf, &bare, &room, &out);
	assert_view(back->sm.src.addr, "8613800138000");
	assert_view(back->sm.dst.addr, "10690001");
	struct pdu alert = {.command_id = ALERT_NOTIFICATION};
	alert.alert.src.addr = sample_view("13800138000");
	alert.alert.esme.addr = sample_view("8610690001");
	back = address_come(&conf, &alert, &room, &out);
	assert_view(back->alert.src.addr, "8613800138000");
	assert_view(back->alert.esme.addr, "10690001");
	struct carrier_conf none = conf_with(NULL, 0, NULL, 0);
	assert_ptr_equal(address_come(&none, &full, &room, &out), &full);
}

static void test_source_and_kinds(void **state)
{
	(void)state;
	char *source[] = {"106900=>8610690", "银行=>BANK"};
	struct carrier_conf conf = conf_with(source, 2, NULL, 0);
	struct address_room room;
	const char *why = NULL;
	struct pdu pdu = submit_to("10690001", "13800138000");
	conf.source_ton = 5;
	conf.dest_npi = 0;
	assert_true(address_leave(&conf, &pdu, &room, &why));
	assert_view(pdu.sm.src.addr, "861069001");
	assert_view(pdu.sm.dst.addr, "13800138000");
	assert_int_equal(pdu.sm.src.ton, 5);
	assert_int_equal(pdu.sm.src.npi, sample_submit().sm.src.npi);
	assert_int_equal(pdu.sm.dst.ton, 1);
	assert_int_equal(pdu.sm.dst.npi, 0);
	pdu = submit_to("银行", "13800138000");
	assert_true(address_leave(&conf, &pdu, &room, &why));
	assert_view(pdu.sm.src.addr, "BANK");
}

static void test_too_long(void **state)
{
	(void)state;
	char *rule[] = {"=>0000000000"};
	struct carrier_conf conf = conf_with(NULL, 0, rule, 1);
	struct address_room room;
	const char *why = NULL;
	struct pdu pdu = submit_to("1069", "85291234567"); /* 21 */
	assert_false(address_leave(&conf, &pdu, &room, &why));
	assert_non_null(why);
	pdu = submit_to("1069", "8529123456"); /* 20 */
	assert_true(address_leave(&conf, &pdu, &room, &why));
	assert_view(pdu.sm.dst.addr, "00000000008529123456");
	conf = conf_with(rule, 1, NULL, 0);
	pdu = submit_to("10690001000", "13800138000");
	why = NULL;
	assert_false(address_leave(&conf, &pdu, &room, &why));
	assert_non_null(why);
}

static void test_check(void **state)
{
	(void)state;
	static const char *const bad[] = {"86", "=>", " => ", "", "86=0086", "123456789012345678901=>1"};
	static const char *const good[] = {"86=>0086", "86 => 0086", "86=>", "=>86", "=>+"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *errors = NULL, *rules[] = {(char *)bad[i]};
		struct carrier_conf conf = conf_with(NULL, 0, rules, 1);
		conf.where = (struct conf_where){"网关.conf", 7};
		address_check(&conf, &errors);
		assert_non_null(errors);
		assert_non_null(strstr(errors, "dest_rewrite"));
		free(errors);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *errors = NULL, *rules[] = {(char *)good[i]};
		struct carrier_conf conf = conf_with(rules, 1, rules, 1);
		address_check(&conf, &errors);
		assert_null(errors);
	}
}

static void test_show(void **state)
{
	(void)state;
	static const struct {
		uint8_t ton;
		const char *in, *shown[3];
	} table[] = {
		{1, "8613800138000", {"8613800138000", "13800138000", "+8613800138000"}},
		{0, "13800138000", {"8613800138000", "13800138000", "+8613800138000"}},
		{0, "+8613800138000", {"8613800138000", "13800138000", "+8613800138000"}},
		{0, "008613800138000", {"8613800138000", "13800138000", "+8613800138000"}},
		{0, "+85291234567", {"85291234567", "85291234567", "+85291234567"}},
		{1, "85291234567", {"85291234567", "85291234567", "+85291234567"}},
		{0, "10086", {"10086", "10086", "10086"}},
		{5, "银行", {"银行", "银行", "银行"}},
		{0, "", {"", "", ""}},
		{1, "12345678901234567890", {"12345678901234567890", "12345678901234567890", "12345678901234567890"}},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (int form = ADDRESS_INTERNATIONAL; form <= ADDRESS_PLUS; form++) {
			struct pdu_addr addr = {table[i].ton, 1, sample_view(table[i].in)};
			char room[NUMBER_MAX + 2];
			address_show((enum address_form)form, &addr, room);
			assert_view(addr.addr, table[i].shown[form]);
			if (strcmp(table[i].shown[form], "13800138000") == 0)
				assert_int_equal(addr.ton, 2);
			assert_true(addr.addr.n <= NUMBER_MAX);
		}
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_rules),	 cmocka_unit_test(test_back_once), cmocka_unit_test(test_source_and_kinds),
	cmocka_unit_test(test_too_long), cmocka_unit_test(test_check),	   cmocka_unit_test(test_show),
};

UNIT_MAIN(cases)
