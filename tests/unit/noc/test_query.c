/*
 * test_query.c - query strings: pairs, escapes, and what is refused.
 */
#include "noc/query.h"

#include "unit.h"

static struct query q;

static void test_pairs(void **state)
{
	(void)state;
	assert_null(query_parse(&q, "dim=carrier&name=%E7%A7%BB%e5%8a%a8"));
	assert_int_equal(q.n, 2);
	assert_string_equal(query_get(&q, "dim"), "carrier");
	assert_string_equal(query_get(&q, "name"), "移动");
	assert_null(query_get(&q, "nam"));
	assert_null(query_parse(&q, NULL));
	assert_int_equal(q.n, 0);
	assert_null(query_parse(&q, ""));
	assert_null(query_get(&q, ""));
	assert_null(query_parse(&q, "name=%E5%95%86%E5%9F%8E%3A%E5%8F%8C+11&dim"));
	assert_string_equal(query_get(&q, "name"), "商城:双 11");
	assert_string_equal(query_get(&q, "dim"), "");
	assert_null(query_parse(&q, "a=b=c&%64im=x"));
	assert_string_equal(query_get(&q, "a"), "b=c");
	assert_string_equal(query_get(&q, "dim"), "x");
	assert_null(query_parse(&q, "name=%26%3d%25%2B"));
	assert_string_equal(query_get(&q, "name"), "&=%+");
}

static void test_refused(void **state)
{
	(void)state;
	static const char *const table[] = {
		"name=%",      "name=%4",   "name=%4g", "name=%g4",	     "name=%00",       "name=%0a",
		"name=%7f",    "name=\x01", "name=%ff", "name=%e7%a7",	     "name=%c0%80",    "%zz=1",
		"a=1&b=2&a=3", "a&a",	    "&&",	"a&b&c&d&e&f&g&h&i", "name=%ed%a0%80",
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_non_null(query_parse(&q, table[i]));
	assert_null(query_parse(&q, "a&b&c&d&e&f&g&h"));
	assert_int_equal(q.n, QUERY_PAIRS);
}

static void test_long(void **state)
{
	(void)state;
	char text[2 * QUERY_MAX];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_non_null(query_parse(&q, text));
	for (size_t n = 1; n < QUERY_MAX + 16; n++) {
		memset(text, 'x', n);
		text[n] = '\0';
		const char *why = query_parse(&q, text);
		assert_true(why || strlen(q.names[0]) == n);
	}
	/* the longest with the most pairs: everything has room */
	memset(text, 'x', QUERY_MAX - QUERY_PAIRS - 1);
	text[QUERY_MAX - QUERY_PAIRS - 1] = '\0';
	for (size_t i = 0; i < QUERY_PAIRS; i++) {
		text[3 * i] = (char)('a' + i);
		text[3 * i + 1] = '=';
		text[3 * i + 2] = i + 1 < QUERY_PAIRS ? '&' : 'x';
	}
	assert_null(query_parse(&q, text));
	assert_int_equal(q.n, QUERY_PAIRS);
	assert_true(q.values[QUERY_PAIRS - 1] + strlen(q.values[QUERY_PAIRS - 1]) < q.text + sizeof(q.text));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_pairs),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_long),
};
UNIT_MAIN(cases)
