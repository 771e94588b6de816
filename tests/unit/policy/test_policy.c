/*
 * test_policy.c - which policy holds for whom: the most particular row wins; what is enforced, tried, let go or refused
 * when nobody knows; verdicts are counted.
 */
#include "policy/policy.h"

#include <stdlib.h>

#include "base/stats.h"
#include "smpp/status.h"
#include "unit.h"

static const char *const accounts[] = {"bank", "loan", NULL};
static const char *const carriers[] = {"mobile", "unicom", NULL};

static int number(const void *arg, const char *name, const char *const *list)
{
	(void)arg;
	for (int i = 0; list[i]; i++) {
		if (strcmp(list[i], name) == 0)
			return i;
	}
	return -1;
}

static int account_number(const void *arg, const char *name)
{
	return number(arg, name, accounts);
}

static int carrier_number(const void *arg, const char *name)
{
	return number(arg, name, carriers);
}

static const struct policy_names names = {
	.account = account_number, .carrier = carrier_number, .accounts_n = 2, .carriers_n = 2};

enum { DEFAULT, OFF, DRY, ON };
enum { BUILT_IN, OPEN, CLOSED };

static struct policy *make(const struct policy_mode_conf *rows, size_t n)
{
	char *errors = NULL;
	struct policy_conf conf = {.modes = rows, .modes_n = n};
	struct policy *p = policy_new(&conf, &names, NULL, &errors);
	assert_null(errors);
	assert_non_null(p);
	return p;
}

static struct policy_mode_conf row(const char *account, const char *class_name, const char *carrier, int mode, int fail)
{
	return (struct policy_mode_conf){.where = {"t.conf", 1},
					 .policy = (char *)(uintptr_t) "opted_out",
					 .account = (char *)(uintptr_t)account,
					 .class_name = (char *)(uintptr_t)class_name,
					 .carrier = (char *)(uintptr_t)carrier,
					 .mode = mode,
					 .fail = fail};
}

static void test_built_in(void **state)
{
	(void)state;
	struct policy *p = make(NULL, 0);
	for (int c = 0; c < CLASSES; c++) {
		struct policy_asks asks = policy_asks(p, 0, (enum class_id)c, 0);
		uint32_t bit = c == CLASS_PROMO ? POLICY_BIT(POLICY_OPTED_OUT) : 0;
		assert_int_equal(asks.enforce & POLICY_BIT(POLICY_OPTED_OUT), bit);
		assert_int_equal(asks.dry, 0);
		/* a stop that cannot be asked about holds; what is urgent goes */
		assert_int_equal(policy_fails_open(p, POLICY_OPTED_OUT, 0, (enum class_id)c, 0), c != CLASS_PROMO);
	}
	/* an account that is not there has no rules */
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 7, CLASS_PROMO, 0), POLICY_OFF);
	policy_free(p);
}

static void test_particular(void **state)
{
	(void)state;
	const struct policy_mode_conf rows[] = {
		row("bank", "", "", DRY, BUILT_IN),	  row("", "promo", "", OFF, BUILT_IN),
		row("", "", "unicom", ON, OPEN),	  row("bank", "promo", "unicom", OFF, CLOSED),
		row("bank", "notice", "", DEFAULT, OPEN), row("loan", "alert", "", OFF, BUILT_IN),
		row("loan", "alert", "", ON, BUILT_IN),
	};
	struct policy *p = make(rows, sizeof(rows) / sizeof(rows[0]));
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 0, CLASS_PROMO, 0), POLICY_DRY_RUN);
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 0, CLASS_PROMO, 1), POLICY_OFF);
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 0, CLASS_NOTICE, 1), POLICY_DRY_RUN);
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 1, CLASS_PROMO, 0), POLICY_OFF);
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 1, CLASS_PROMO, 1), POLICY_ON);
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 1, CLASS_PROMO, POLICY_NO_CARRIER), POLICY_OFF);
	assert_int_equal(policy_mode(p, POLICY_OPTED_OUT, 1, CLASS_ALERT, 0), POLICY_ON); /* the later of equals */
	assert_true(policy_fails_open(p, POLICY_OPTED_OUT, 1, CLASS_PROMO, 1));
	assert_false(policy_fails_open(p, POLICY_OPTED_OUT, 0, CLASS_PROMO, 1));
	struct policy_asks asks = policy_asks(p, 0, CLASS_PROMO, 0);
	assert_int_equal(asks.enforce, 0);
	assert_int_equal(asks.dry, POLICY_BIT(POLICY_OPTED_OUT));
	policy_free(p);
}

static void test_faults(void **state)
{
	(void)state;
	struct policy_mode_conf rows[] = {
		row("nobody", "", "", ON, BUILT_IN),
		row("", "spam", "", ON, BUILT_IN),
		row("", "", "nowhere", ON, BUILT_IN),
		row("", "", "", ON, BUILT_IN),
	};
	static const char *const words[] = {"no account \"nobody\"", "\"spam\" is no class", "no carrier \"nowhere\"",
					    "no policy \"typo\""};
	rows[3].policy = (char *)(uintptr_t) "typo";
	struct policy_conf conf = {.modes = rows, .modes_n = 4};
	char *errors = NULL;
	assert_null(policy_new(&conf, &names, NULL, &errors));
	assert_non_null(errors);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_non_null(strstr(errors, words[i]));
	assert_non_null(strstr(errors, "t.conf:1:"));
	free(errors);
}

struct looking {
	const char *family, *policy;
	uint64_t value;
	unsigned seen;
};

static void find_counter(const struct stats_sample *sample, void *arg)
{
	struct looking *x = arg;
	if (strcmp(sample->row->name, x->family) != 0 || strcmp(sample->row->value, x->policy) != 0)
		return;
	x->seen++;
	x->value = *(const uint64_t *)sample->at;
}

static uint64_t counted(struct stats *stats, const char *family, const char *policy)
{
	struct looking x = {family, policy, 0, 0};
	stats_walk(stats, find_counter, &x);
	assert_int_equal(x.seen, 1);
	return x.value;
}

static void test_decide(void **state)
{
	(void)state;
	struct stats *stats = stats_new();
	struct policy *p = make(NULL, 0);
	policy_stats(stats);
	uint32_t out = POLICY_BIT(POLICY_OPTED_OUT), cap = POLICY_BIT(POLICY_CAP), dead = POLICY_BIT(POLICY_DEAD);
	struct policy_asks asked = {.enforce = out | cap, .dry = dead, .open = cap};
	assert_int_equal(policy_decide(p, &asked, 0).id, POLICY_NONE);
	assert_int_equal(policy_decide(p, &asked, dead).id, POLICY_NONE);
	struct policy_verdict v = policy_decide(p, &asked, dead | cap | out);
	assert_int_equal(v.id, POLICY_OPTED_OUT); /* the first of the table */
	assert_int_equal(v.status, SGW_OPTED_OUT);
	assert_string_equal(v.name, "opted_out");
	assert_int_equal(policy_decide(p, &asked, cap).status, SGW_FREQUENCY_CAP);
	assert_int_equal(counted(stats, "smppgw_policy_dry_run_total", "dead_number"), 2);
	assert_int_equal(counted(stats, "smppgw_policy_refused_total", "opted_out"), 1);
	assert_int_equal(counted(stats, "smppgw_policy_refused_total", "cap"), 1);
	/* nobody knows: what is closed refuses; else it goes, and that is counted for each */
	assert_int_equal(policy_unknown(p, &asked).id, POLICY_OPTED_OUT);
	asked.open |= out;
	assert_int_equal(policy_unknown(p, &asked).id, POLICY_NONE);
	assert_int_equal(counted(stats, "smppgw_policy_closed_total", "opted_out"), 1);
	assert_int_equal(counted(stats, "smppgw_policy_open_total", "opted_out"), 1);
	assert_int_equal(counted(stats, "smppgw_policy_open_total", "cap"), 1);
	policy_free(p);
	stats_free(stats);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(policy_verdict_of(POLICY_NONE).name, "");
	assert_int_equal(policy_verdict_of(POLICY_NONE).status, ESME_ROK);
	assert_null(policy_name(POLICIES));
	assert_int_equal(policy_sign((struct view){NULL, 0}), 0);
	assert_int_not_equal(policy_sign(view_of("招商银行")), 0);
	assert_int_not_equal(policy_sign(view_of("招商银行")), policy_sign(view_of("工商银行")));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_built_in), cmocka_unit_test(test_particular), cmocka_unit_test(test_faults),
	cmocka_unit_test(test_decide),	 cmocka_unit_test(test_names),
};

UNIT_MAIN(cases)
