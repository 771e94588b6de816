/*
 * test_menu.c - menus in replies: 回复1查利率; trees, where they lead, what is wrong with them, texts with values.
 */
#include "path/menu.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

static char empty[] = "";

static struct menu_conf row(char *account, char *source, char *key, char *text)
{
	return (struct menu_conf){.where = {"smppgw.conf", 1},
				  .menu = empty,
				  .account = account,
				  .source = source,
				  .node = empty,
				  .parent = empty,
				  .key = key,
				  .action = MENU_TEXT,
				  .text = text,
				  .missing = empty,
				  .unknown = empty,
				  .webhook = empty,
				  .fallback = empty,
				  .deadline = 1000};
}

static char *back_words[] = {"#", "返回"}, *repeat_words[] = {"*", "重复"};
static const struct conf_list back = {back_words, 2}, repeat = {repeat_words, 2};
static const struct menu_words words = {&back, &repeat};

/* The root that a reply chooses, by who is nowhere. */
static const struct menu_conf *find(const struct menu_conf *rows, size_t n, const char *account, const char *code,
				    const char *text)
{
	struct menus *m = menus_new(rows, n, &words);
	struct menu_move move = menus_move(m, account, code, NULL, 0, sample_view(text));
	menus_free(m);
	assert_int_equal(move.step, move.node ? MENU_ENTER : MENU_NONE);
	assert_null(move.place); /* without children */
	return move.node;
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
		const struct menu_conf *m = find(rows, n, table[i].account, table[i].code, table[i].text);
		if (m != (table[i].row < 0 ? NULL : &rows[table[i].row]))
			print_error("row %zu\n", i);
		assert_ptr_equal(m, table[i].row < 0 ? NULL : &rows[table[i].row]);
	}
	assert_null(find(NULL, 0, "bank", "10690001", "1"));
}

/* A key as long as one may be is not chosen by a longer text that begins with it. */
static void test_long_keys(void **state)
{
	(void)state;
	char key[] = "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子"; /* 21 characters, 63 octets */
	char more[sizeof(key) + 400];
	assert_int_equal(strlen(key), 63);
	struct menu_conf m = row("", "", key, "文");
	assert_non_null(find(&m, 1, "bank", "1069", key));
	static const char *const rest[] = {"丑", "1", "é", "😀", "一二三四五六七八九十"};
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		snprintf(more, sizeof(more), "%s%s", key, rest[i]);
		assert_null(find(&m, 1, "bank", "1069", more));
	}
	snprintf(more, sizeof(more), "%s！", key);
	assert_non_null(find(&m, 1, "bank", "1069", more));
	/* nothing but marks, more of them than a key has */
	memset(more, '#', 300);
	more[300] = '\0';
	assert_null(find(&m, 1, "bank", "1069", more));
}

/* --- trees --- */

enum { MAIN, RATE, LOAN, HOUSE, CAR, BOOK, STAFF, STOP, UP, OTHER, TREE };

static struct menu_conf tree[TREE];
static char *start_words[] = {"菜单", "0"};

static struct menu_conf node(char *name, char *parent, char *key, int action)
{
	struct menu_conf m = row(empty, empty, key, name);
	m.menu = "主";
	m.node = name;
	m.parent = parent;
	m.action = action;
	return m;
}

/* 主菜单: 1 利率 (1 贷款 (1 房贷, 2 车贷), 9 上一级), 2 预约, 3 人工, 4 退订 */
static void plant(void)
{
	tree[MAIN] = node("主菜单", empty, empty, MENU_TEXT);
	tree[MAIN].start = (struct conf_list){start_words, 2};
	tree[RATE] = node("利率", "主菜单", "1", MENU_TEXT);
	tree[LOAN] = node("贷款", "利率", "1", MENU_TEXT);
	tree[HOUSE] = node("房贷", "贷款", "1", MENU_TEXT);
	tree[CAR] = node("车贷", "贷款", "2", MENU_TEXT);
	tree[BOOK] = node("预约", "主菜单", "2", MENU_WEBHOOK);
	tree[BOOK].webhook = "预约";
	tree[STAFF] = node("人工", "主菜单", "3", MENU_FORWARD);
	tree[STAFF].end = true;
	tree[STOP] = node("停", "主菜单", "4", MENU_OPT_OUT);
	tree[UP] = node("上一级", "贷款", "9", MENU_BACK);
	tree[OTHER] = row("", "", "1", "别的");
}

static struct menu_move go(const struct menus *m, int at, unsigned wrong, const char *text)
{
	return menus_move(m, "bank", "1069", at < 0 ? NULL : &tree[at], wrong, sample_view(text));
}

static void test_tree(void **state)
{
	(void)state;
	static const struct {
		int at;
		const char *text;
		int node, place; /* -1: none */
	} table[] = {
		{-1, "菜单", MAIN, MAIN},
		{-1, " ０。", MAIN, MAIN},
		{-1, "1", OTHER, -1},
		{-1, "2", -1, -1},
		{MAIN, "1", RATE, RATE},
		{MAIN, "１", RATE, RATE},
		{RATE, "1", LOAN, LOAN},
		{LOAN, "1", HOUSE, LOAN},
		{LOAN, " 2 ", CAR, LOAN},
		{LOAN, "9", RATE, RATE},
		{LOAN, "#", RATE, RATE},
		{LOAN, "＃", RATE, RATE},
		{LOAN, "返回", RATE, RATE},
		{RATE, "#", MAIN, MAIN},
		{MAIN, "#", MAIN, MAIN},
		{LOAN, "*", LOAN, LOAN},
		{LOAN, "＊ ", LOAN, LOAN},
		{LOAN, "重 复", -2, 0},
		{LOAN, "重复！", LOAN, LOAN},
		{LOAN, "0", MAIN, MAIN},
		{MAIN, "2", BOOK, MAIN},
		{MAIN, "3", STAFF, -1},
		{MAIN, "4", STOP, -1},
		{-1, "#", -1, -1},
		{-1, "*", -1, -1},
	};
	plant();
	struct menus *m = menus_new(tree, TREE, &words);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct menu_move move = go(m, table[i].at, 1, table[i].text);
		if (table[i].node == -2) {
			assert_int_equal(move.step, MENU_UNKNOWN);
			continue;
		}
		if (move.node != (table[i].node < 0 ? NULL : &tree[table[i].node]))
			print_error("row %zu\n", i);
		assert_ptr_equal(move.node, table[i].node < 0 ? NULL : &tree[table[i].node]);
		assert_ptr_equal(move.place, table[i].place < 0 ? NULL : &tree[table[i].place]);
		assert_int_equal(move.step, table[i].node < 0 ? MENU_NONE : MENU_ENTER);
		assert_int_equal(move.wrong, 0);
	}
	menus_free(m);
}

static void test_top(void **state)
{
	(void)state;
	plant();
	tree[UP].action = MENU_TOP;
	struct menus *m = menus_new(tree, TREE, &words);
	struct menu_move move = go(m, LOAN, 0, "9");
	assert_ptr_equal(move.node, &tree[MAIN]);
	assert_ptr_equal(move.place, &tree[MAIN]);
	menus_free(m);
}

static void test_unknown(void **state)
{
	(void)state;
	plant();
	struct menus *m = menus_new(tree, TREE, &words);
	struct menu_move move = go(m, LOAN, 0, "什么");
	assert_int_equal(move.step, MENU_UNKNOWN);
	assert_ptr_equal(move.node, &tree[LOAN]);
	assert_ptr_equal(move.place, &tree[LOAN]);
	assert_int_equal(move.wrong, 1);
	move = go(m, LOAN, 1, "7");
	assert_int_equal(move.step, MENU_UNKNOWN);
	assert_int_equal(move.wrong, 2);
	move = go(m, LOAN, 2, "1"); /* a choice starts anew */
	assert_int_equal(move.step, MENU_ENTER);
	assert_int_equal(move.wrong, 0);
	move = go(m, LOAN, 2, "算了");
	assert_int_equal(move.step, MENU_LOST);
	assert_null(move.place);
	menus_free(m);
}

static void test_places(void **state)
{
	(void)state;
	char place[MENU_PLACE_MAX];
	unsigned wrong = 9;
	plant();
	tree[RATE].account = "bank";
	tree[LOAN].source = "10690001";
	struct menus *m = menus_new(tree, TREE, &words);
	menu_print_place(&tree[RATE], 2, place);
	assert_string_equal(place, "2/主/利率");
	assert_ptr_equal(menus_place(m, "bank", "1069", view_of(place), &wrong), &tree[RATE]);
	assert_int_equal(wrong, 2);
	assert_null(menus_place(m, "shop", "1069", view_of(place), &wrong));
	menu_print_place(&tree[LOAN], 0, place);
	assert_ptr_equal(menus_place(m, "bank", "1069000188", view_of(place), &wrong), &tree[LOAN]);
	assert_null(menus_place(m, "bank", "1069", view_of(place), &wrong));
	char too_long[MENU_PLACE_MAX + 20];
	memset(too_long, '1', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	const char *const no_places[] = {"",	     "0",	  "0/",		"0/主/没有", "0/别/利率",
					 "/主/利率", "0/主/房贷", "0/主/利率/", too_long};
	for (size_t i = 0; i < sizeof(no_places) / sizeof(no_places[0]); i++)
		assert_null(menus_place(m, "bank", "1069", view_of(no_places[i]), &wrong));
	menus_free(m);
}

/* Rows whose parents lead nowhere are never chosen. */
static void test_circles(void **state)
{
	(void)state;
	char *errors = NULL;
	plant();
	tree[RATE].parent = "贷款"; /* whose parent it is */
	tree[RATE].start = (struct conf_list){start_words, 1};
	struct menus *m = menus_new(tree, TREE, &words);
	assert_ptr_equal(go(m, -1, 0, "菜单").node, &tree[MAIN]);
	assert_int_equal(go(m, MAIN, 0, "1").step, MENU_UNKNOWN);
	menus_free(m);
	assert_false(menus_check(tree, TREE, &errors));
	assert_non_null(strstr(errors, "the parents of node \"利率\" lead in a circle"));
	assert_non_null(strstr(errors, "the parents of node \"贷款\" lead in a circle"));
	free(errors);
}

static void expect_fault(const char *fault)
{
	char *errors = NULL;
	assert_false(menus_check(tree, TREE, &errors));
	if (!strstr(errors, fault))
		fail_msg("\"%s\" is not in \"%s\"", fault, errors);
	free(errors);
	plant();
}

static void test_check(void **state)
{
	(void)state;
	static char *more[] = {"5", "１。"};
	char *errors = NULL;
	plant();
	assert_true(menus_check(tree, TREE, &errors));
	assert_null(errors);
	tree[LOAN].parent = "没有";
	expect_fault("menu \"主\" has no node \"没有\"");
	tree[CAR].node = "房贷";
	expect_fault("there is another node \"房贷\" at line 1");
	tree[BOOK].keys = (struct conf_list){more, 2};
	expect_fault("under \"主菜单\" the key \"1\" chooses the row at line 1 already");
	tree[CAR].node = "房/贷";
	expect_fault("may not hold slashes");
	tree[MAIN].start.n = 0;
	expect_fault("needs a key, keys or start");
	tree[BOOK].webhook = empty;
	expect_fault("needs webhook, the name of one");
	/* equal keys for other accounts or codes, or in another tree */
	tree[BOOK].key = "1";
	tree[BOOK].account = "bank";
	assert_true(menus_check(tree, TREE, &errors));
}

/* --- texts --- */

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
	cmocka_unit_test(test_tree),	cmocka_unit_test(test_top),
	cmocka_unit_test(test_unknown), cmocka_unit_test(test_places),
	cmocka_unit_test(test_circles), cmocka_unit_test(test_check),
	cmocka_unit_test(test_values),	cmocka_unit_test(test_value_with_braces),
	cmocka_unit_test(test_missing), cmocka_unit_test(test_bounds),
	cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
