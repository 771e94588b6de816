/*
 * test_recipient.c - which of the rules about the recipient are asked for a message.
 */
#include "policy/recipient.h"

#include <stdlib.h>

#include "unit.h"

#define BIT(name)  POLICY_BIT(POLICY_##name)
#define EVERYTHING UINT32_MAX

static int account_number(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "loan") == 0 ? 1 : -1;
}

static const struct policy_names names = {NULL, account_number, NULL, 2, 0};
static char *promo[] = {"promo"}, *late[] = {"remind", "promo"};

static const struct cap_conf caps[] = {{{{"gw.conf", 1}, "bank", NULL, {promo, 1}}, "week", CAP_ACCOUNT, 2, 604800}};
static const struct similar_conf similars[] = {{{{"gw.conf", 2}, "bank", NULL, {promo, 1}}, 13, 86400, 10}};
static const struct consent_conf consents[] = {{{{"gw.conf", 3}, "bank", NULL, {promo, 1}}, true},
					       {{{"gw.conf", 4}, "loan", NULL, {promo, 1}}, false}};
static const struct first_contact_conf firsts[] = {{{{"gw.conf", 5}, "bank", NULL, {NULL, 0}}, 365}};
static const struct dead_conf dead = {{{"gw.conf", 6}, NULL, NULL, {late, 2}}, 3, 30, 90};
static const struct recipient_conf conf = {caps, similars, consents, firsts, &dead, 1, 1, 2, 1};

static struct recipient *rules(const struct recipient_conf *c)
{
	char *errors = NULL;
	struct recipient *r = recipient_new(c, &names, &errors);
	if (!r)
		fail_msg("%s", errors);
	return r;
}

static char text[] = "【平安理财】本周新发90天稳健理财，年化收益3.5%，1万元起购，拒收请回复R";

static struct policy_subject subject(size_t account, enum class_id class_id)
{
	return (struct policy_subject){.account = account,
				       .account_name = account ? "loan" : "bank",
				       .class_id = class_id,
				       .number = view_of("8613800138000"),
				       .signature = view_of("平安理财"),
				       .now_ms = 1792000000000,
				       .text = text,
				       .text_n = (uint32_t)strlen(text)};
}

static void test_nothing_configured(void **state)
{
	(void)state;
	struct recipient *r = rules(&(struct recipient_conf){.caps_n = 0});
	struct recipient_ask ask;
	for (enum class_id c = 0; c < CLASSES; c++) {
		struct policy_subject s = subject(0, c);
		assert_int_equal(recipient_ask_for(r, &s, 1, BIT(DEAD) | BIT(CAP) | BIT(CONSENT),
						   EVERYTHING & ~BIT(OPTED_OUT), &ask),
				 false);
		for (enum policy_id id = 0; id < POLICIES; id++)
			assert_int_equal(recipient_concerns(r, id, 0, c), id == POLICY_OPTED_OUT && c == CLASS_PROMO);
	}
	struct policy_subject s = subject(0, CLASS_PROMO);
	assert_true(recipient_ask_for(r, &s, 7, EVERYTHING, 0, &ask));
	assert_int_equal(ask.enforce, BIT(OPTED_OUT));
	assert_int_equal(ask.dry, 0);
	assert_false(ask.printed || ask.meets || ask.look);
	assert_null(recipient_dead(r));
	recipient_free(r);
	recipient_free(NULL);
}

static void test_all(void **state)
{
	(void)state;
	struct recipient *r = rules(&conf);
	struct policy_subject s = subject(0, CLASS_PROMO);
	struct recipient_ask ask;
	assert_true(recipient_ask_for(r, &s, 7, EVERYTHING, EVERYTHING, &ask));
	assert_int_equal(ask.enforce, RECIPIENT_POLICIES);
	assert_int_equal(ask.dry, 0); /* what is on is not in dry run */
	assert_true(ask.printed && !ask.meets);
	assert_int_equal(ask.id, 7);
	assert_int_equal(ask.now_ms, s.now_ms);
	assert_true(view_eq(ask.account_name, view_of("bank")) && view_eq(ask.signature, view_of("平安理财")));

	assert_true(recipient_ask_for(r, &s, 7, BIT(CAP), BIT(CONSENT) | BIT(WORDS), &ask));
	assert_int_equal(ask.enforce, BIT(CAP));
	assert_int_equal(ask.dry, BIT(CONSENT));
	assert_false(ask.printed); /* not asked: not made */

	s = subject(1, CLASS_PROMO);
	assert_true(recipient_ask_for(r, &s, 7, EVERYTHING, 0, &ask));
	assert_int_equal(ask.enforce, BIT(OPTED_OUT) | BIT(DEAD) | BIT(CONSENT));
	s = subject(0, CLASS_REMIND);
	assert_true(recipient_ask_for(r, &s, 7, EVERYTHING & ~BIT(OPTED_OUT), 0, &ask));
	assert_int_equal(ask.enforce, BIT(DEAD));
	assert_true(ask.meets);
	s = subject(1, CLASS_NOTICE);
	assert_false(recipient_ask_for(r, &s, 7, EVERYTHING & ~BIT(OPTED_OUT), 0, &ask));
	/* asked for nothing, but it makes the number known */
	s = subject(0, CLASS_OTP);
	assert_true(recipient_ask_for(r, &s, 7, 0, 0, &ask));
	assert_int_equal(ask.enforce | ask.dry, 0);
	assert_true(ask.meets);
	assert_int_equal(recipient_met_ms(r, 0), 365 * 86400000ll);
	assert_int_equal(recipient_met_ms(r, 1), 0);
	assert_int_equal(recipient_dead(r)->failures, 3);
	assert_int_equal(recipient_dead(r)->within_ms, 30 * 86400000ll);
	assert_int_equal(recipient_dead(r)->keep_ms, 90 * 86400000ll);
	recipient_free(r);
}

static void test_consent_ref(void **state)
{
	(void)state;
	struct recipient *r = rules(&conf);
	struct recipient_ask ask;
	struct policy_subject s = subject(0, CLASS_PROMO);
	s.consent_ref = view_of("合同-2026-0501");
	assert_false(recipient_ask_for(r, &s, 7, BIT(CONSENT), 0, &ask)); /* bank's word is enough */
	s = subject(1, CLASS_PROMO);
	s.consent_ref = view_of("合同-2026-0501");
	assert_true(recipient_ask_for(r, &s, 7, BIT(CONSENT), 0, &ask)); /* loan's is not */
	assert_int_equal(ask.enforce, BIT(CONSENT));
	recipient_free(r);
}

/* A text that cannot be compared is not. */
static void test_no_print(void **state)
{
	(void)state;
	struct recipient *r = rules(&conf);
	struct recipient_ask ask;
	struct policy_subject s = subject(0, CLASS_PROMO);
	s.text_n = 6;
	assert_false(recipient_ask_for(r, &s, 7, BIT(SIMILAR), 0, &ask));
	s = subject(0, CLASS_PROMO);
	s.binary = true;
	assert_false(recipient_ask_for(r, &s, 7, 0, BIT(SIMILAR), &ask));
	recipient_free(r);
}

static void test_faults(void **state)
{
	(void)state;
	struct consent_conf bad = {{{"gw.conf", 8}, "nobody", NULL, {NULL, 0}}, true};
	struct recipient_conf c = {.consents = &bad, .consents_n = 1};
	char *errors = NULL;
	assert_null(recipient_new(&c, &names, &errors));
	assert_non_null(strstr(errors, "gw.conf:8: consent: there is no account \"nobody\""));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_nothing_configured), cmocka_unit_test(test_all),	  cmocka_unit_test(test_consent_ref),
	cmocka_unit_test(test_no_print),	   cmocka_unit_test(test_faults),
};
UNIT_MAIN(cases)
