/*
 * test_senders.c - which code an account may use for a class, what a carrier gets instead of it, and the way back.
 */
#include "path/senders.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

#define FITS CODE_EXTENSION_FITS

static const struct conf_where here = {"smppgw.conf", 7};
static char *bank_sources[] = {"106901", "贷款提醒"}, *shop_sources[] = {"1069555"};
static const struct account_conf accounts[] = {
	{.system_id = "bank", .sources = {bank_sources, 2}},
	{.system_id = "shop", .sources = {shop_sources, 1}},
	{.system_id = "free"},
};
enum { BANK, SHOP, FREE };

static int account_by_name(const char *name, void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		if (strcmp(accounts[i].system_id, name) == 0)
			return i;
	}
	return -1;
}

static int carrier_by_name(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, "mobile") == 0 ? 0 : strcmp(name, "unicom") == 0 ? 1 : -1;
}

static struct senders *build(const struct code_conf *codes, size_t n, const struct sender_conf *pools, size_t m,
			     char **errors)
{
	struct senders_setup setup = {.accounts = accounts,
				      .codes = codes,
				      .senders = pools,
				      .accounts_n = 3,
				      .codes_n = n,
				      .senders_n = m,
				      .account_number = account_by_name,
				      .carrier_number = carrier_by_name};
	*errors = NULL;
	return senders_new(&setup, errors);
}

static struct conf_list words(char **at, size_t n)
{
	return (struct conf_list){at, n};
}

/* want: the source that it leaves with, or a piece of the reason. */
static void judge(const struct senders *s, size_t account, enum class_id class_id, const char *src, bool good,
		  const char *want)
{
	struct view source;
	const char *why = senders_judge(s, account, class_id, view_of(src), &source);
	if (good) {
		assert_null(why);
		assert_view(source, want);
	} else {
		assert_non_null(why);
		assert_non_null(strstr(why, want));
	}
}

static void test_sources(void **state)
{
	(void)state;
	char *errors;
	struct senders *s = build(NULL, 0, NULL, 0, &errors);
	assert_null(errors);
	judge(s, BANK, CLASS_OTP, "106901", true, "106901");
	judge(s, BANK, CLASS_PROMO, "10690188", true, "10690188");
	judge(s, BANK, CLASS_OTP, "", true, "106901");
	judge(s, BANK, CLASS_OTP, "10690123456789012345", true, "10690123456789012345");
	judge(s, BANK, CLASS_OTP, "106901234567890123456", false, "longer than 20");
	judge(s, BANK, CLASS_OTP, "10690", false, "none of the account's codes");
	judge(s, BANK, CLASS_OTP, "1069555", false, "none of the account's codes");
	judge(s, BANK, CLASS_OTP, "1069017a", false, "more than digits");
	judge(s, BANK, CLASS_OTP, "贷款提醒", true, "贷款提醒"); /* a name, as it stands in sources */
	judge(s, BANK, CLASS_OTP, "贷款提醒1", false, "none of the account's codes");
	judge(s, SHOP, CLASS_OTP, "贷款提醒", false, "none of the account's codes");
	judge(s, FREE, CLASS_OTP, "95588", true, "95588");
	judge(s, FREE, CLASS_OTP, "", true, "");
	judge(s, MSG_NO_ACCOUNT, CLASS_OTP, "95588", true, "95588");
	senders_free(s);
}

static void test_classes(void **state)
{
	(void)state;
	char *otp[] = {"otp"}, *bulk[] = {"promo", "collect"}, *errors;
	const struct code_conf codes[] = {
		{here, "bank", "10690101", words(otp, 1), 0},
		{here, "bank", "10690102", words(bulk, 2), 4},
		{here, "bank", "10690103", {0}, 2},
	};
	struct senders *s = build(codes, 3, NULL, 0, &errors);
	assert_null(errors);
	judge(s, BANK, CLASS_OTP, "10690101", true, "10690101");
	judge(s, BANK, CLASS_OTP, "", true, "10690101");
	judge(s, BANK, CLASS_OTP, "106901011", false, "extension");
	judge(s, BANK, CLASS_PROMO, "10690101", false, "other classes");
	judge(s, BANK, CLASS_PROMO, "106901015", false, "other classes"); /* nor on an extension of the OTP code */
	judge(s, BANK, CLASS_PROMO, "106901", false, "codes of its own");
	judge(s, BANK, CLASS_PROMO, "1069010", false, "codes of its own");
	judge(s, BANK, CLASS_PROMO, "106901021234", true, "106901021234");
	judge(s, BANK, CLASS_PROMO, "1069010212345", false, "extension");
	judge(s, BANK, CLASS_COLLECT, "", true, "10690102");
	judge(s, BANK, CLASS_NOTICE, "", true, "106901");
	judge(s, BANK, CLASS_NOTICE, "10690103", true, "10690103");
	judge(s, BANK, CLASS_NOTICE, "10690103123", false, "extension");
	judge(s, BANK, CLASS_NOTICE, "10690102", false, "other classes");
	judge(s, SHOP, CLASS_PROMO, "", true, "1069555");
	senders_free(s);
	const struct code_conf only[] = {{here, "shop", "1069555", words(otp, 1), FITS}};
	s = build(only, 1, NULL, 0, &errors);
	judge(s, SHOP, CLASS_OTP, "", true, "1069555");
	judge(s, SHOP, CLASS_PROMO, "", false, "no code for the class");
	senders_free(s);
}

static struct number number_of(uint64_t n)
{
	struct number to;
	to.n = (uint8_t)snprintf(to.digits, sizeof(to.digits), "86138%08llu", (unsigned long long)n % 100000000);
	return to;
}

static int leave(const struct senders *s, size_t carrier, size_t account, enum class_id class_id, const char *source,
		 uint64_t number, char out[SENDER_MAX + 1])
{
	struct number to = number_of(number);
	struct sender m = {carrier, account, class_id, view_of(source), &to};
	return senders_out(s, &m, out);
}

#define NUMBERS 12000

/* Each number keeps its code; the codes share the numbers; a code more takes from all and moves nothing else. */
static void test_pool(void **state)
{
	(void)state;
	char *two[] = {"10657100", "10657201"}, *three[] = {"10657100", "10657201", "10659302"}, *errors;
	const struct sender_conf small = {here, "mobile", "", {0}, "106901", words(two, 2), SENDER_KEEP};
	const struct sender_conf large = {here, "mobile", "", {0}, "106901", words(three, 3), SENDER_KEEP};
	struct senders *s = build(NULL, 0, &small, 1, &errors), *again = build(NULL, 0, &small, 1, &errors);
	struct senders *l = build(NULL, 0, &large, 1, &errors);
	unsigned got[3] = {0}, moved = 0;
	char a[SENDER_MAX + 1], b[SENDER_MAX + 1];
	for (uint64_t i = 0; i < NUMBERS; i++) {
		assert_int_equal(leave(s, 0, BANK, CLASS_OTP, "10690177", i, a), 10);
		assert_int_equal(leave(again, 0, BANK, CLASS_PROMO, "10690177", i, b), 10);
		assert_string_equal(a, b);
		assert_string_equal(a + 8, "77");
		assert_int_equal(senders_back(s, 0, view_of(a), b), 8);
		assert_string_equal(b, "10690177");
		assert_int_equal(leave(l, 0, BANK, CLASS_OTP, "10690177", i, b), 10);
		if (strcmp(a, b) != 0) {
			moved++;
			assert_memory_equal(b, three[2], 8);
		}
		for (unsigned k = 0; k < 3; k++)
			got[k] += memcmp(b, three[k], 8) == 0;
	}
	for (unsigned k = 0; k < 3; k++)
		assert_in_range(got[k], NUMBERS / 3 - 400, NUMBERS / 3 + 400);
	assert_int_equal(moved, got[2]);
	/* what every version and node gives this number */
	assert_int_equal(leave(s, 0, BANK, CLASS_OTP, "106901", 1380, a), 8);
	assert_string_equal(a, "10657100");
	assert_int_equal(leave(s, 1, BANK, CLASS_OTP, "106901", 1380, a), 0);
	assert_int_equal(leave(s, 0, SHOP, CLASS_OTP, "1069555", 1380, a), 0);
	senders_free(s);
	senders_free(again);
	senders_free(l);
}

/* The first row that fits; nothing is cut; codes that leave no room are passed over. */
static void test_rows(void **state)
{
	(void)state;
	char *otp[] = {"otp"}, *one[] = {"10657100"}, *two[] = {"10655111"}, *any[] = {"1069000"}, *errors,
	     *longs[] = {"10659123456", "106598"};
	const struct sender_conf rows[] = {
		{here, "mobile", "bank", words(otp, 1), "106901", words(one, 1), SENDER_KEEP},
		{here, "mobile", "bank", {0}, "106901", words(two, 1), SENDER_KEEP},
		{here, "mobile", "", {0}, "", words(any, 1), SENDER_DROP},
		{here, "unicom", "", {0}, "1069555", words(longs, 2), SENDER_KEEP},
	};
	struct senders *s = build(NULL, 0, rows, 4, &errors);
	char out[SENDER_MAX + 1];
	assert_null(errors);
	assert_int_equal(leave(s, 0, BANK, CLASS_OTP, "1069017", 1, out), 9);
	assert_string_equal(out, "106571007");
	assert_int_equal(leave(s, 0, BANK, CLASS_PROMO, "1069017", 1, out), 9);
	assert_string_equal(out, "106551117");
	assert_int_equal(leave(s, 0, SHOP, CLASS_OTP, "1069555123", 1, out), 7);
	assert_string_equal(out, "1069000");
	assert_int_equal(leave(s, 0, BANK, CLASS_OTP, "10690112345678901234", 1, out), -1); /* 22 digits */
	for (uint64_t i = 0; i < 50; i++) {
		assert_int_equal(leave(s, 1, SHOP, CLASS_OTP, "106955512345678901", i, out), 17);
		assert_string_equal(out, "10659812345678901");
	}
	assert_int_equal(senders_back(s, 1, view_of("10659812345678901"), out), 18);
	assert_string_equal(out, "106955512345678901");
	assert_int_equal(senders_back(s, 0, view_of("106571007"), out), 7);
	assert_string_equal(out, "1069017");
	assert_int_equal(senders_back(s, 1, view_of("106571007"), out), 0);
	assert_int_equal(senders_back(s, 0, view_of("1069555"), out), 0);
	senders_free(s);
}

static void refuse(const struct code_conf *code, const struct sender_conf *pools, size_t n, const char *want)
{
	char *errors;
	assert_null(build(code, code ? 1 : 0, pools, n, &errors));
	assert_non_null(errors);
	assert_non_null(strstr(errors, want));
	free(errors);
}

static void test_faults(void **state)
{
	(void)state;
	char *vip[] = {"vip"}, *one[] = {"10657100"}, *longer[] = {"106571001"}, *both[] = {"10657100", "106571001"};
	refuse(&(struct code_conf){here, "nobody", "106901", {0}, FITS}, NULL, 0, "not in accounts");
	refuse(&(struct code_conf){here, "bank", "106902", {0}, FITS}, NULL, 0, "add one to its sources");
	refuse(&(struct code_conf){here, "free", "106902", {0}, FITS}, NULL, 0, "add one to its sources");
	refuse(&(struct code_conf){here, "bank", "106901", words(vip, 1), FITS}, NULL, 0, "\"vip\" is none of");
	refuse(NULL, &(struct sender_conf){here, "telecom", "", {0}, "1", words(one, 1), 0}, 1, "not in carriers");
	refuse(NULL, &(struct sender_conf){here, "", "nobody", {0}, "1", words(one, 1), 0}, 1, "not in accounts");
	refuse(NULL, &(struct sender_conf){here, "", "", words(vip, 1), "1", words(one, 1), 0}, 1, "is none of");
	refuse(NULL, &(struct sender_conf){here, "", "", {0}, "1", words(both, 2), 0}, 1, "begin alike");
	const struct sender_conf clash[] = {
		{here, "", "", {0}, "106901", words(one, 1), 0},
		{here, "mobile", "", {0}, "1069555", words(longer, 1), 0},
	};
	refuse(NULL, clash, 2, "code 106571001 and one of line 7 begin alike");
	char *otp[] = {"otp"}, *errors;
	const struct sender_conf good[] = {
		{here, "mobile", "", words(otp, 1), "106901", words(one, 1), 0},
		{here, "mobile", "", {0}, "106901", words(one, 1), 0},
		{here, "unicom", "", {0}, "1069555", words(longer, 1), 0},
	};
	senders_free(build(NULL, 0, good, 3, &errors));
	assert_null(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_sources), cmocka_unit_test(test_classes), cmocka_unit_test(test_pool),
	cmocka_unit_test(test_rows),	cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
