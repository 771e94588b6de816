/*
 * test_scope.c - whom rows are for: every combination of names against a plain search.
 */
#include "policy/scope.h"

#include "text_rig.h"

static char *accounts[] = {"", "bank", "loan"}, *carriers[] = {"", "mobile", "unicom"};
static char *otp[] = {"otp"}, *both[] = {"promo", "otp"};
static const struct conf_list classes[] = {{NULL, 0}, {otp, 1}, {both, 2}};

#define ROWS 27u /* of 3 accounts, 3 carriers, 3 lists of classes */

static struct scope_conf rows[ROWS];

static void make_rows(void)
{
	for (unsigned i = 0; i < ROWS; i++)
		rows[i] = (struct scope_conf){
			{"gw.conf", (int)i + 1}, accounts[i % 3], carriers[i / 3 % 3], classes[i / 9]};
}

static bool plain_fits(unsigned i, size_t account, enum class_id class_id)
{
	static const bool in[3][CLASSES] = {{true, true, true, true, true, true}, {true}, {true, [CLASS_PROMO] = true}};
	return (i % 3 == 0 || account == i % 3 - 1) && in[i / 9][class_id];
}

static unsigned plain_weight(unsigned i)
{
	return (i % 3 > 0) * 4u + (i / 3 % 3 > 0) * 2u + (i / 9 > 0);
}

/* All rows that fit, the most particular first, equals in their order; an account that came later has those for all. */
static void test_lists(void **state)
{
	(void)state;
	char *errors = NULL;
	make_rows();
	struct scope *s = scope_new("rows", rows, sizeof(rows[0]), ROWS, false, &rig_names, &errors);
	assert_non_null(s);
	for (size_t account = 0; account < 5; account++) {
		for (int c = 0; c < CLASSES; c++) {
			struct scope_list list = scope_at(s, account, (enum class_id)c);
			size_t fitting = 0;
			for (unsigned i = 0; i < ROWS; i++) {
				fitting += plain_fits(i, account, (enum class_id)c);
				assert_int_equal(scope_row_fits(s, i, account, (enum class_id)c),
						 plain_fits(i, account, (enum class_id)c));
			}
			assert_int_equal(list.n, fitting);
			for (size_t i = 0; i < list.n; i++) {
				assert_true(plain_fits(list.at[i], account, (enum class_id)c));
				if (i == 0)
					continue;
				unsigned a = plain_weight(list.at[i - 1]), b = plain_weight(list.at[i]);
				assert_true(a > b || (a == b && list.at[i - 1] < list.at[i]));
			}
		}
	}
	for (uint32_t i = 0; i < ROWS; i++) {
		assert_int_equal(scope_carrier(s, i, MOBILE), i / 3 % 3 != 2);
		assert_int_equal(scope_carrier(s, i, UNICOM), i / 3 % 3 != 1);
		assert_int_equal(scope_carrier(s, i, POLICY_NO_CARRIER), i / 3 % 3 == 0);
	}
	scope_free(s);
}

/* Where one row can hold, those that overlap and are equally particular are a fault, and no others. */
static void test_one_choice(void **state)
{
	(void)state;
	make_rows();
	for (unsigned i = 0; i < ROWS; i++) {
		for (unsigned j = 0; j < ROWS; j++) {
			struct scope_conf two[2] = {rows[i], rows[j]};
			char *errors = NULL, want[200];
			bool same = i % 9 == j % 9 && (i / 9 > 0) == (j / 9 > 0); /* otp is in both lists of classes */
			struct scope *s = scope_new("rows", two, sizeof(two[0]), 2, true, &rig_names, &errors);
			assert_int_equal(s == NULL, same);
			snprintf(want, sizeof(want),
				 "gw.conf:%u: rows: the row at gw.conf:%u is for the same account and class; only one "
				 "can hold\n",
				 j + 1, i + 1);
			assert_string_equal(errors ? errors : "", same ? want : "");
			free(errors);
			scope_free(s);
		}
	}
}

static void test_none(void **state)
{
	(void)state;
	char *errors = NULL;
	struct scope *s = scope_new("rows", NULL, sizeof(rows[0]), 0, true, &rig_names, &errors);
	assert_non_null(s);
	assert_int_equal(scope_at(s, BANK, CLASS_OTP).n, 0);
	assert_int_equal(scope_at(s, 77, CLASS_PROMO).n, 0);
	scope_free(s);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_lists),
	cmocka_unit_test(test_one_choice),
	cmocka_unit_test(test_none),
};

UNIT_MAIN(cases)
