/*
 * test_label.c - texts in Prometheus, JSON and tables; tables aligned by what a terminal shows.
 */
#include "unit.h"

#include "base/buf.h"
#include "noc/json.h"
#include "noc/label.h"
#include "noc/table.h"

static struct buf out;

static const char *taken(void)
{
	static char text[4096];
	size_t n = buf_len(&out);

	assert_true(n < sizeof(text));
	memcpy(text, buf_data(&out), n);
	text[n] = '\0';
	buf_consume(&out, n, 0);
	buf_free(&out);
	return text;
}

static void test_prometheus(void **state)
{
	(void)state;
	label_prometheus(&out, "移动");
	assert_string_equal(taken(), "移动");
	label_prometheus(&out, "a\\b\"c\nd");
	assert_string_equal(taken(), "a\\\\b\\\"c\\nd");
	label_prometheus(&out, "x\xffy\xe7\xa7");
	assert_string_equal(taken(), "x\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBD");
	label_help(&out, "a \"b\" \\ \n");
	assert_string_equal(taken(), "a \"b\" \\\\ \\n");
}

static void test_json_text(void **state)
{
	(void)state;
	label_json(&out, "银行\"一\"\\\t\n\x7f\x01");
	assert_string_equal(taken(), "\"银行\\\"一\\\"\\\\\\u0009\\u000a\\u007f\\u0001\"");
	label_json(&out, "\xc0\xaf");
	assert_string_equal(taken(), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

/* Every octet below 0x80 in every form, between two others. */
static void test_each_octet(void **state)
{
	char text[4] = "a?z", wanted[16];

	(void)state;
	for (int c = 1; c < 0x80; c++) {
		text[1] = (char)c;
		const char *plain = text;
		label_prometheus(&out, text);
		snprintf(wanted, sizeof(wanted), c == '\\' || c == '"' ? "a\\%cz" : "a%cz", c);
		assert_string_equal(taken(), c == '\n' ? "a\\nz" : wanted);
		label_help(&out, text);
		snprintf(wanted, sizeof(wanted), c == '\\' ? "a\\%cz" : "a%cz", c);
		assert_string_equal(taken(), c == '\n' ? "a\\nz" : wanted);
		label_json(&out, text);
		snprintf(wanted, sizeof(wanted),
			 c < 0x20 || c == 0x7f	 ? "\"a\\u%04xz\""
			 : c == '\\' || c == '"' ? "\"a\\%cz\""
						 : "\"a%cz\"",
			 (unsigned)c);
		assert_string_equal(taken(), wanted);
		assert_int_equal(label_cell(&out, text), 3);
		assert_string_equal(taken(), c < 0x20 || c == 0x7f ? "a?z" : plain);
	}
}

static void test_cell(void **state)
{
	(void)state;
	assert_int_equal(label_cell(&out, "abc"), 3);
	assert_int_equal(label_cell(&out, "中国移动"), 8);
	assert_int_equal(label_cell(&out, "ＡＢ"), 4);
	assert_int_equal(label_cell(&out, "é"), 1);
	assert_int_equal(label_cell(&out, "e\xcc\x81"), 1); /* e and a combining acute */
	assert_int_equal(label_cell(&out, "📱"), 2);
	taken();
	assert_int_equal(label_cell(&out, "a\x1b[31m\xc2\x85"), 7);
	assert_string_equal(taken(), "a?[31m?");
}

static void test_table(void **state)
{
	struct table *t = table_new("NAME +SENT BOUND_SINCE");

	(void)state;
	table_text(t, "移动");
	table_cell(t, "%d", 7);
	table_text(t, "昨天");
	table_text(t, "unicom");
	table_cell(t, "%d", 123456);
	table_text(t, "-");
	table_text(t, "a row that is not full is left out");
	table_print(t, &out);
	assert_string_equal(taken(), "NAME                                  SENT  BOUND SINCE\n"
				     "移动                                     7  昨天\n"
				     "unicom                              123456  -\n");
	table_free(t);
}

static void test_table_empty(void **state)
{
	struct table *t = table_new("A +B");

	(void)state;
	table_print(t, &out);
	assert_string_equal(taken(), "A  B\n");
	table_text(t, "长");
	table_text(t, "1");
	table_print(t, &out);
	assert_string_equal(taken(), "A   B\n长  1\n");
	table_free(t);
}

static void test_json(void **state)
{
	struct json j = {.out = &out};

	(void)state;
	json_open(&j, NULL, '{');
	json_open(&j, "empty", '[');
	json_close(&j, ']');
	json_open(&j, "list", '[');
	json_u64(&j, NULL, 1);
	json_open(&j, NULL, '{');
	json_text(&j, "name", "联通");
	json_text(&j, "none", NULL);
	json_close(&j, '}');
	json_ms(&j, NULL, 1234);
	json_ms(&j, NULL, 999);
	json_ms(&j, NULL, -5);
	json_close(&j, ']');
	json_bool(&j, "up", true);
	json_u64(&j, "big", UINT64_MAX);
	json_close(&j, '}');
	assert_string_equal(taken(), "{\"empty\":[],\"list\":[1,{\"name\":\"联通\",\"none\":null},1.234,0.999,0.000],"
				     "\"up\":true,\"big\":18446744073709551615}");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_prometheus), cmocka_unit_test(test_json_text), cmocka_unit_test(test_each_octet),
	cmocka_unit_test(test_cell),	   cmocka_unit_test(test_table),     cmocka_unit_test(test_table_empty),
	cmocka_unit_test(test_json),
};

UNIT_MAIN(cases)
