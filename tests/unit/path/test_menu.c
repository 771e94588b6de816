/*
 * test_menu.c - menus in replies: 回复1查利率.
 */
#include "path/menu.h"

#include "samples.h"
#include "unit.h"

static char empty[] = "";

static struct menu_conf row(char *account, char *source, char *key, char *text)
{
	return (struct menu_conf){{"smppgw.conf", 1}, account, source, key, MENU_TEXT, text, empty};
}

static void test_find(void **state)
{
	(void)state;
	struct menu_conf rows[] = {
		row("bank", "10690001", "1", "甲"), row("bank", "1069", "1", "乙"),
		row("bank", "", "查利率", "丙"),    row("", "", "1", "丁"),
		row("shop", "", "还 款", "戊"),	    row("", "", "abc", "己"),
	};
	size_t n = sizeof(rows) / sizeof(rows[0]);
	static const struct {
		const char *account, *code, *text;
		int row;
	} table[] = {
		{"bank", "10690001", "1", 0},	 {"bank", "1069000188", "1", 0},   {"bank", "10690002", "1", 1},
		{"bank", "95588", "1", 3},	 {"shop", "10690001", "1", 3},	   {"bank", "10690001", " １。", 0},
		{"bank", "10690001", "“1”", 0},	 {"bank", "10690001", "1\r\n", 0}, {"bank", "10690001", "11", -1},
		{"bank", "10690001", "1 1", -1}, {"bank", "10690001", "", -1},	   {"bank", "10690001", "。", -1},
		{"bank", "", "查利率！", 2},	 {"shop", "", "查利率", -1},	   {"shop", "", "还款", -1},
		{"shop", "", "还   款", 4},	 {"shop", "", "还　款", 4},	   {"bank", "", "ＡｂＣ", 5},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct menu_conf *m =
			menu_find(rows, n, table[i].account, table[i].code, sample_view(table[i].text));
		if (m != (table[i].row < 0 ? NULL : &rows[table[i].row]))
			print_error("row %zu\n", i);
		assert_ptr_equal(m, table[i].row < 0 ? NULL : &rows[table[i].row]);
	}
	assert_null(menu_find(NULL, 0, "bank", "10690001", sample_view("1")));
}

/* A key as long as one may be is not chosen by a longer text that begins with it. */
static void test_long_keys(void **state)
{
	(void)state;
	char key[] = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子"; /* 21 characters, 63 octets */
	char more[sizeof(key) + 400];
	assert_int_equal(strlen(key), 63);
	struct menu_conf m = row("", "", key, "文");
	assert_non_null(menu_find(&m, 1, "bank", "1069", sample_view(key)));
	static const char *const rest[] = {"丑", "1", "é", "😀", "一二三四五六七八九十"};
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		snprintf(more, sizeof(more), "%s%s", key, rest[i]);
		assert_null(menu_find(&m, 1, "bank", "1069", sample_view(more)));
	}
	snprintf(more, sizeof(more), "%s！", key);
	assert_non_null(menu_find(&m, 1, "bank", "1069", sample_view(more)));
}

static void check_name(const struct menu_conf *m, struct menu_values *have, const char *want)
{
	struct view name;
	assert_true(menu_next_name(m, have, &name));
	assert_view(name, want);
}

static void test_values(void **state)
{
	(void)state;
	struct menu_conf m = row("", "", "1", "尊敬的{name}，今日年利率{rate}，{name}再见");
	struct menu_values have = {0};
	struct view name;
	char out[MENU_TEXT_MAX];
	check_name(&m, &have, "name");
	menu_put_value(&have, true, sample_view("张三"));
	check_name(&m, &have, "rate");
	menu_put_value(&have, true, sample_view("3.45%"));
	check_name(&m, &have, "name");
	menu_put_value(&have, true, sample_view("张三"));
	assert_false(menu_next_name(&m, &have, &name));
	assert_true(menu_expand(&m, &have, out));
	assert_string_equal(out, "尊敬的张三，今日年利率3.45%，张三再见");
}

/* A value is text of others: braces in it are not names. */
static void test_value_with_braces(void **state)
{
	(void)state;
	struct menu_conf m = row("", "", "1", "{a}|{b}");
	struct menu_values have = {0};
	struct view name;
	char out[MENU_TEXT_MAX];
	menu_put_value(&have, true, sample_view("{b}{c}"));
	check_name(&m, &have, "b");
	menu_put_value(&have, true, sample_view("}"));
	assert_false(menu_next_name(&m, &have, &name));
	assert_true(menu_expand(&m, &have, out));
	assert_string_equal(out, "{b}{c}|}");
}

static void test_missing(void **state)
{
	(void)state;
	struct menu_conf m = row("", "", "1", "利率{rate}。");
	struct menu_values have = {0};
	char out[MENU_TEXT_MAX];
	menu_put_value(&have, false, (struct view){NULL, 0});
	assert_true(have.missing);
	assert_true(menu_expand(&m, &have, out));
	assert_string_equal(out, "利率。");
	m.missing = "请稍后再试。";
	assert_true(menu_expand(&m, &have, out));
	assert_string_equal(out, "请稍后再试。");
	m = row("", "", "1", "{rate}");
	assert_false(menu_expand(&m, &have, out));
	/* no UTF-8: as if it were missing, a phone gets no rubbish */
	have = (struct menu_values){0};
	menu_put_value(&have, true, sample_view("\xB3\xA4"));
	assert_true(have.missing);
	have = (struct menu_values){0};
	menu_put_value(&have, true, sample_view(""));
	assert_true(have.missing);
}

static void test_bounds(void **state)
{
	(void)state;
	char value[400], text[MENU_TEXT_MAX + 10], out[MENU_TEXT_MAX];
	struct menu_values have = {0};
	struct view name;
	for (size_t i = 0; i < 399; i += 3)
		memcpy(value + i, "利", 3);
	value[399] = '\0';
	struct menu_conf m = row("", "", "1", "{a}{b}{c}{d}{e}{f}{g}{h}");
	assert_null(menu_fault(&m));
	for (unsigned i = 0; i < MENU_VALUES; i++) {
		assert_true(menu_next_name(&m, &have, &name));
		menu_put_value(&have, true, sample_view(value));
		assert_int_equal(have.len[i], 255); /* 256 is no border */
	}
	assert_false(menu_next_name(&m, &have, &name));
	assert_true(menu_expand(&m, &have, out));
	assert_int_equal(strlen(out), 8 * 255);
	/* a text longer than there is room for ends at a character's border */
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "率", 4);
	m.text = text;
	have = (struct menu_values){0};
	assert_true(menu_expand(&m, &have, out));
	assert_int_equal(strlen(out), MENU_TEXT_MAX - 1 - (MENU_TEXT_MAX - 1) % 3);
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		char *text;
		const char *fault;
	} table[] = {
		{"今日利率{rate}", NULL},
		{"没有名字", NULL},
		{"", "needs a text"},
		{"利率{rate", "not closed"},
		{"{a}{", "not closed"},
		{"}{a}", NULL},
		{"{1}{2}{3}{4}{5}{6}{7}{8}", NULL},
		{"{1}{2}{3}{4}{5}{6}{7}{8}{9}", "at most 8"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct menu_conf m = row("", "", "1", table[i].text);
		const char *fault = menu_fault(&m);
		assert_int_equal(fault != NULL, table[i].fault != NULL);
		if (fault)
			assert_non_null(strstr(fault, table[i].fault));
	}
	struct menu_conf m = row("", "", "2", empty);
	m.action = MENU_FORWARD;
	assert_null(menu_fault(&m));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_find),	cmocka_unit_test(test_long_keys),
	cmocka_unit_test(test_values),	cmocka_unit_test(test_value_with_braces),
	cmocka_unit_test(test_missing), cmocka_unit_test(test_bounds),
	cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
