/*
 * test_words.c - request lines as words.
 */
#include "unit.h"

#include "noc/words.h"

static const char *why;
static const char *words[8];
static char line[256];

static int cut(const char *text)
{
	size_t n = strlen(text);

	memset(line, 'X', sizeof(line)); /* what stands behind the line must not matter */
	memcpy(line, text, n);
	memset(words, 0, sizeof(words));
	why = NULL;
	return words_split(line, n, words, 8, &why);
}

static void test_plain(void **state)
{
	(void)state;
	assert_int_equal(cut(""), 0);
	assert_int_equal(cut(" \t "), 0);
	assert_int_equal(cut("status"), 1);
	assert_string_equal(words[0], "status");
	assert_int_equal(cut("  carriers \t 移动 "), 2);
	assert_string_equal(words[0], "carriers");
	assert_string_equal(words[1], "移动");
}

static void test_quoted(void **state)
{
	(void)state;
	assert_int_equal(cut("binds \"中国 移动\" x"), 3);
	assert_string_equal(words[1], "中国 移动");
	assert_string_equal(words[2], "x");
	assert_int_equal(cut("a \"\" \"\""), 3);
	assert_string_equal(words[1], "");
	assert_string_equal(words[2], "");
	assert_int_equal(cut("\"say \\\"好\\\" \\\\ \\n\""), 1);
	assert_string_equal(words[0], "say \"好\" \\ \\n");
	assert_int_equal(cut("a\\\\b"), 1);
	assert_string_equal(words[0], "a\\\\b"); /* only quotes make \ special */
}

static void test_refused(void **state)
{
	static const char *const bad[][2] = {
		{"a \"b", "quote without end"},
		{"a \"b\\\"", "quote without end"},
		{"\"", "quote without end"},
		{"a \"b\"c", "no blank behind a closing quote"},
		{"a b\"c\"", "quote inside a word"},
		{"a\x01", "control character in the request"},
		{"a\nb", "control character in the request"},
		{"a\x7f", "control character in the request"},
		{"a \xe7\xa7", "the request is not UTF-8"},
		{"1 2 3 4 5 6 7 8 9", "too many words"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(cut(bad[i][0]), -1);
		assert_string_equal(why, bad[i][1]);
	}
	assert_int_equal(cut("1 2 3 4 5 6 7 8"), 8);
	assert_string_equal(words[7], "8");
}

static void test_nul_inside(void **state)
{
	char text[] = "a\0b";

	(void)state;
	assert_int_equal(words_split(text, 3, words, 8, &why), -1);
	assert_string_equal(why, "control character in the request");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_plain),
	cmocka_unit_test(test_quoted),
	cmocka_unit_test(test_refused),
	cmocka_unit_test(test_nul_inside),
};

UNIT_MAIN(cases)
