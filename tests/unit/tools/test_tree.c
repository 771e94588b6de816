/*
 * test_tree.c - JSON as a tree: all kinds, names, escapes, what is broken, what is deep.
 */
#include "unit.h"

#include <string.h>

#include "tools/tree.h"

static struct tree *read_text(const char *text)
{
	return tree_read(text, strlen(text));
}

static void test_all_kinds(void **state)
{
	struct tree *t = read_text(
		" {\"名\" : \"移动\\n\\u8054\\u901a\\ud83d\\ude00\\\"\", \"n\":-1.5e2 ,\"t\":true,\"f\":false,"
		"\"z\":null,\"a\":[1, {\"b\":2}, []],\"n\":7}\n");
	const struct tree_node *root = tree_root(t), *a = tree_member(root, "a");

	(void)state;
	assert_non_null(t);
	assert_string_equal(tree_text(root, "名", "-"), "移动\n联通😀\"");
	assert_true(tree_number(root, "n", -1) > 6.9 && tree_number(root, "n", -1) < 7.1); /* the last of a name */
	assert_true(tree_bool(root, "t"));
	assert_false(tree_bool(root, "f"));
	assert_string_equal(tree_text(root, "z", "无"), "无");
	assert_string_equal(tree_text(root, "n", "无"), "无");
	assert_int_equal(tree_count(a), 3);
	assert_true(tree_number(tree_at(a, 0), NULL, 0) > 0.9);
	assert_true(tree_number(tree_at(a, 1), "b", 0) > 1.9);
	assert_int_equal(tree_count(tree_at(a, 2)), 0);
	assert_null(tree_at(a, 3));
	assert_string_equal(tree_name(tree_first(root)), "名");
	tree_free(t);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_null(tree_root(NULL));
	assert_null(tree_member(NULL, "x"));
	assert_int_equal(tree_count(NULL), 0);
	assert_string_equal(tree_text(NULL, "x", "无"), "无");
	assert_null(tree_next(NULL));
	tree_free(NULL);
}

static void test_broken(void **state)
{
	static const char *const texts[] = {
		"",	  "{",	     "[1,",	    "{\"a\"}", "{\"a\":}", "{a:1}", "[1 2]",
		"\"移动", "\"\\x\"", "\"\\u12g4\"", "tru",     "1-2-",	   "{} {}", "[}",
	};
	char deep[2 * TREE_DEPTH + 8];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tree *t = read_text(texts[i]);
		if (t)
			print_error("taken: %s\n", texts[i]);
		assert_null(t);
	}
	memset(deep, '[', TREE_DEPTH + 2);
	memset(deep + TREE_DEPTH + 2, ']', TREE_DEPTH + 2);
	assert_null(tree_read(deep, 2 * (TREE_DEPTH + 2)));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_all_kinds),
	cmocka_unit_test(test_nothing),
	cmocka_unit_test(test_broken),
};

UNIT_MAIN(cases)
