/*
 * test_number.c - phone numbers in all the ways that apps and carriers write them.
 */
#include "path/number.h"

#include "samples.h"
#include "unit.h"

static const struct {
	const char *in, *out; /* out NULL: no number */
} table[] = {
	{"8613800138000", "8613800138000"},
	{"+8613800138000", "8613800138000"},
	{"008613800138000", "8613800138000"},
	{"13800138000", "8613800138000"},
	{"138 0013 8000", "8613800138000"},
	{"138-0013-8000", "8613800138000"},
	{"+86 138-0013 8000", "8613800138000"},
	{" 13800138000 ", "8613800138000"},
	{"19900000000", "8619900000000"},
	{"13000000000", "8613000000000"},
	/* no Chinese mobile: 12x is none, ten digits are none */
	{"12800138000", "12800138000"},
	{"1380013800", "1380013800"},
	{"138001380000", "138001380000"},
	/* other countries */
	{"+13800138000", "13800138000"},
	{"0013800138000", "13800138000"},
	{"+85291234567", "85291234567"},
	{"0085291234567", "85291234567"},
	{"85291234567", "85291234567"},
	{"+447700900123", "447700900123"},
	/* short codes, landlines */
	{"10086", "10086"},
	{"95588", "95588"},
	{"110", "110"},
	{"02112345678", "02112345678"},
	{"0000", "0000"},
	{"00123", "123"},
	/* at most 20 digits; the access code does not count */
	{"12345678901234567890", "12345678901234567890"},
	{"+12345678901234567890", "12345678901234567890"},
	{"0012345678901234567890", "12345678901234567890"},
	{"123456789012345678901", NULL},
	{"00123456789012345678901", NULL},
	{"000123456789012345678901234567890", NULL},
	{"", NULL},
	{"+", NULL},
	{" - ", NULL},
	{"12", NULL},
	{"0012", "0012"},
	{"++8613800138000", NULL},
	{"86+13800138000", NULL},
	{"8613800138000a", NULL},
	{"(021)12345678", NULL},
	{"１３８００１３８０００", NULL},
	{"中国移动", NULL},
	{"13800138000\n", NULL},
	{"138*0138000", NULL},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct number n;
		bool good = number_parse_text(table[i].in, &n);
		if (good != (table[i].out != NULL))
			print_error("\"%s\"\n", table[i].in);
		assert_int_equal(good, table[i].out != NULL);
		if (!good)
			continue;
		assert_string_equal(n.digits, table[i].out);
		assert_int_equal(n.n, strlen(table[i].out));
	}
}

/* From a PDU it is the same, whatever TON and NPI say; an address is no string: octets behind it do not count. */
static void test_addresses(void **state)
{
	(void)state;
	for (unsigned ton = 0; ton < 8; ton++) {
		struct number n;
		struct pdu_addr addr = {(uint8_t)ton, 1, {(const uint8_t *)"138001380001234", 11}};
		assert_true(number_parse(addr, &n));
		assert_string_equal(n.digits, "8613800138000");
	}
	struct number n;
	assert_false(number_parse((struct pdu_addr){0, 0, {NULL, 0}}, &n));
	assert_false(number_parse((struct pdu_addr){0, 0, {(const uint8_t *)"138\00038000", 9}}, &n));
}

/* What came out means the same number with + in front, and all ways of writing a Chinese number agree. */
static void test_agreement(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int i = 0; i < 20000; i++) {
		char bare[12], text[32];
		struct number want, have;
		snprintf(bare, sizeof(bare), "1%u%04u%05u", 3 + sample_below(&seed, 7), sample_below(&seed, 10000),
			 sample_below(&seed, 100000));
		assert_true(number_parse_text(bare, &want));
		static const char *const ways[] = {"+86%s", "0086%s", "86%s", " 86 %s"};
		for (size_t k = 0; k < sizeof(ways) / sizeof(ways[0]); k++) {
			snprintf(text, sizeof(text), "%.*s%s", (int)(strlen(ways[k]) - 2), ways[k], bare);
			assert_true(number_parse_text(text, &have));
			assert_string_equal(have.digits, want.digits);
		}
		snprintf(text, sizeof(text), "+%s", want.digits);
		assert_true(number_parse_text(text, &have));
		assert_string_equal(have.digits, want.digits);
	}
}

static struct pdu_addr addr(const char *text)
{
	return (struct pdu_addr){0, 0, sample_view(text)};
}

static void test_same(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{"1069", "1069", true},
		{"1069", "+1069", true},
		{"1069", "10690", false},
		{"", "", true},
		{"", "1069", false},
		{"银行", "银行", true},
		{"BANK", "bank", false},
		{"13800138000", "+8613800138000", true},
		{"13800138000", "008613800138000", true},
		{"13800138000", "13800138001", false},
		{"12", "12", true},
		{"12", "+12", false},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(number_same(addr(pairs[i].a), addr(pairs[i].b)), pairs[i].same);
		assert_int_equal(number_same(addr(pairs[i].b), addr(pairs[i].a)), pairs[i].same);
	}
	struct pdu_addr international = addr("1069");
	international.ton = international.npi = 1;
	assert_true(number_same(international, addr("1069")));
}

/* Who may read a text: mobile numbers of China, whole numbers of other countries; no short codes, no service numbers.
 */
static void test_phones(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool phone;
	} all[] = {
		{"13800138000", true},	 {"+8613800138000", true},  {"8619912345678", true}, {"85291234567", true},
		{"+14155550100", true},	 {"8612800138000", false},  {"8610690001", false},   {"10690001", false},
		{"106900012345", false}, {"95588", false},	    {"955889999", false},    {"10086", false},
		{"861380013800", false}, {"86138001380001", false}, {"1234567", false},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct number n;
		assert_true(number_parse_text(all[i].text, &n));
		if (number_is_phone(&n) != all[i].phone)
			print_error("%s\n", all[i].text);
		assert_int_equal(number_is_phone(&n), all[i].phone);
	}
}

/* The same for every form of a number. */
static void test_tail(void **state)
{
	(void)state;
	static const char *const same[] = {"13800138000", "+8613800138000", "008613800138000", "138-0013-8000",
					   "8613800138000 "};
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_int_equal(number_tail(view_of(same[i])), 138000);
	assert_int_equal(number_tail(view_of("13899999999")), 9999999);
	assert_int_equal(number_tail(view_of("95588")), 95588);
	assert_int_equal(number_tail(view_of("9999999")), 9999999);
	assert_int_equal(number_tail(view_of("12345678")), 2345678);
	assert_int_equal(number_tail(view_of("1-2345678")), 2345678);
	assert_int_equal(number_tail(view_of("x2345678x")), 2345678);
	assert_int_equal(number_tail(view_of("abc")), 0);
	assert_int_equal(number_tail((struct view){NULL, 0}), 0);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_forms), cmocka_unit_test(test_addresses), cmocka_unit_test(test_agreement),
	cmocka_unit_test(test_same),  cmocka_unit_test(test_phones),	cmocka_unit_test(test_tail),
};

UNIT_MAIN(cases)
