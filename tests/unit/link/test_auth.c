/*
 * test_auth.c - passwords: plain and crypt(3), what is remembered.
 */
#include <crypt.h>
#include <stdlib.h>
#include "unit.h"
#include "link/auth.h"

static struct view v(const char *s)
{
	return view_of(s);
}

static void plain_passwords(void **state)
{
	static const struct {
		const char *secret, *said;
		bool same;
	} rows[] = {
		{"secret", "secret", true},	{"secret", "Secret", false},	 {"secret", "secre", false},
		{"secret", "secrets", false},	{"secret", "", false},		 {"", "", true},
		{"密码一二", "密码一二", true}, {"密码一二", "密码一三", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct auth a = {.secret = rows[i].secret};
		assert_int_equal(auth_compare(&a, v(rows[i].said)), rows[i].same ? AUTH_RIGHT : AUTH_WRONG);
	}
}

static void octets_that_are_no_string(void **state)
{
	struct auth a = {.secret = "secret"};
	static char long_one[300];

	(void)state;
	assert_int_equal(auth_compare(&a, (struct view){(const uint8_t *)"secret\0x", 8}), AUTH_WRONG);
	memset(long_one, 'a', sizeof(long_one) - 1);
	assert_int_equal(auth_compare(&a, v(long_one)), AUTH_WRONG);
	struct auth b = {.secret = long_one};
	assert_int_equal(auth_compare(&b, v(long_one)), AUTH_WRONG);
}

static void hashes_of_every_method(void **state)
{
	static const char *const settings[] = {
		"$1$abcdefgh$",
		"$5$rounds=1000$abcdefgh$",
		"$6$rounds=1000$abcdefgh$",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct crypt_data data;
		memset(&data, 0, sizeof(data));
		char *hash = strdup(crypt_r("geheim", settings[i], &data));
		struct auth a = {.secret = hash};
		assert_true(auth_is_hash(hash));
		assert_int_equal(auth_compare(&a, v("geheim")), AUTH_COSTS);
		assert_false(auth_matches(hash, v("falsch")));
		assert_true(auth_matches(hash, v("geheim")));
		assert_int_equal(auth_compare(&a, v("geheim")), AUTH_COSTS);
		auth_prove(&a, v("geheim"));
		/* proven now: no more crypt for this one, but for others still */
		assert_int_equal(auth_compare(&a, v("geheim")), AUTH_RIGHT);
		assert_int_equal(auth_compare(&a, v("falsch")), AUTH_COSTS);
		auth_free(&a);
		assert_int_equal(auth_compare(&a, v("geheim")), AUTH_COSTS);
		free(hash);
	}
}

static void a_hash_that_is_none_matches_nothing(void **state)
{
	static const char *const bad[] = {"$", "$9$x$y", "$6$", "$6$rounds=", "$*0"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(auth_matches(bad[i], v("")));
		assert_false(auth_matches(bad[i], v("*0")));
		assert_false(auth_matches(bad[i], v("*1")));
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(plain_passwords),
	cmocka_unit_test(octets_that_are_no_string),
	cmocka_unit_test(hashes_of_every_method),
	cmocka_unit_test(a_hash_that_is_none_matches_nothing),
};

UNIT_MAIN(cases)
