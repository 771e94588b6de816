/*
 * test_caps.c - rows of frequency caps: for whom each is, what counts together, faults.
 */
#include "policy/caps.h"

#include <stdlib.h>

#include "unit.h"

static int account_number(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "loan") == 0 ? 1 : -1;
}

static const struct policy_names names = {NULL, account_number, NULL, 2, 0};

static char *promo[] = {"promo"}, *otp[] = {"otp"}, *wrong[] = {"advert"};
#define PROMO                                                                                                          \
	{                                                                                                              \
		promo, 1                                                                                               \
	}
#define OTP                                                                                                            \
	{                                                                                                              \
		otp, 1                                                                                                 \
	}
#define ALL                                                                                                            \
	{                                                                                                              \
		NULL, 0                                                                                                \
	}
#define ROW(line, account, classes, name, scope, limit, window)                                                        \
	{                                                                                                              \
		{{"gw.conf", line}, account, NULL, classes}, name, scope, limit, window                                \
	}

static const struct cap_conf rows[] = {
	ROW(1, "", PROMO, "promo-week", CAP_ACCOUNT, 2, 604800), ROW(2, "bank", OTP, "otp", CAP_GLOBAL, 1, 60),
	ROW(3, "", ALL, "everything", CAP_GLOBAL, 20, 86400),	 ROW(4, "bank", OTP, "otp", CAP_GLOBAL, 5, 3600),
	ROW(5, "bank", OTP, "otp", CAP_GLOBAL, 10, 86400),
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void test_for_whom(void **state)
{
	(void)state;
	char *errors = NULL;
	struct caps *c = caps_new(rows, ROWS, &names, &errors);
	assert_non_null(c);
	assert_null(errors);

	struct scope_list list = caps_for(c, 0, CLASS_OTP);
	assert_int_equal(list.n, 4);
	static const int64_t limits[] = {1, 5, 10};
	for (size_t i = 0; i < 3; i++) { /* those of one name stand together */
		const struct cap *cap = caps_at(c, list.at[i]);
		assert_string_equal(cap->name, "otp");
		assert_int_equal(cap->scope, CAP_GLOBAL);
		assert_int_equal(cap->limit, limits[i]);
		assert_int_equal(cap->keep_ms, 86400000);
		assert_int_equal(cap->group, caps_at(c, list.at[0])->group);
	}
	assert_string_equal(caps_at(c, list.at[3])->name, "everything");
	assert_int_not_equal(caps_at(c, list.at[3])->group, caps_at(c, list.at[0])->group);

	list = caps_for(c, 1, CLASS_OTP);
	assert_int_equal(list.n, 1);
	list = caps_for(c, 1, CLASS_PROMO);
	assert_int_equal(list.n, 2);
	assert_string_equal(caps_at(c, list.at[0])->name, "promo-week");
	assert_int_equal(caps_at(c, list.at[0])->window_ms, 604800000);
	assert_true(caps_concerns(c, 7, CLASS_NOTICE)); /* an account that came later */
	caps_free(c);

	c = caps_new(rows, 2, &names, &errors);
	assert_false(caps_concerns(c, 0, CLASS_NOTICE));
	assert_true(caps_concerns(c, 0, CLASS_OTP));
	assert_false(caps_concerns(c, 1, CLASS_OTP));
	caps_free(c);
	caps_free(NULL);
}

static void fails(const struct cap_conf *bad, size_t n, const char *want)
{
	char *errors = NULL;
	assert_null(caps_new(bad, n, &names, &errors));
	assert_non_null(errors);
	if (!strstr(errors, want))
		fail_msg("\"%s\" is not in: %s", want, errors);
	free(errors);
}

static void test_faults(void **state)
{
	(void)state;
	static const struct conf_list none = {NULL, 0};
	struct cap_conf bad[] = {rows[0], rows[0]};
	bad[1].limit = 5;
	bad[1].to.where.line = 9;
	bad[1].to.account = "bank";
	fails(bad, 2, "gw.conf:9: caps: the row promo-week at gw.conf:1 counts other messages");
	bad[1].to.account = "";
	bad[1].scope = CAP_SIGNATURE;
	fails(bad, 2, "counts other messages");
	bad[1].scope = CAP_ACCOUNT;
	bad[1].to.classes = none;
	fails(bad, 2, "counts other messages");
	bad[0].name = "营销:周";
	fails(bad, 1, "is not of letters");
	bad[0].name = "a}b";
	fails(bad, 1, "is not of letters");
	bad[0] = rows[0];
	bad[0].to.account = "nobody";
	fails(bad, 1, "there is no account \"nobody\"");
	bad[0].to.account = "";
	bad[0].to.classes = (struct conf_list){wrong, 1};
	fails(bad, 1, "\"advert\" is none of");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_for_whom),
	cmocka_unit_test(test_faults),
};
UNIT_MAIN(cases)
