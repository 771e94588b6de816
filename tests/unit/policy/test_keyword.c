/*
 * test_keyword.c - what a phone's reply means: keywords in all widths, cases and dressings.
 */
#include "policy/keyword.h"

#include "unit.h"

static const struct keyword_conf *rows;
static size_t n_rows;

static int setup(void **state)
{
	(void)state;
	rows = keyword_defaults(&n_rows);
	return n_rows == 0;
}

static enum keyword_action action_of(const char *text)
{
	const struct keyword_conf *k = keyword_match(rows, n_rows, view_of(text));
	return k ? (enum keyword_action)k->action : KEYWORD_NONE;
}

static void check(const char *const *texts, enum keyword_action want)
{
	for (; *texts; texts++) {
		if (action_of(*texts) != want)
			print_error("\"%s\"\n", *texts);
		assert_int_equal(action_of(*texts), want);
	}
}

/* smpp.md 16: the list, and what phones make of it. */
static void test_opt_out(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"T",
		"TD",
		"R",
		"N",
		"TT",
		"QX",
		"退订",
		"取消",
		"拒收",
		"t",
		"td",
		"r",
		"n",
		"Tt",
		"qx",
		"Ｔ",
		"ＴＤ",
		"ｔｄ",
		"Ｒ",
		"ｒ",
		" TD",
		"TD ",
		"TD\r\n",
		"　退订　",
		"\t退订",
		"退订。",
		"“退订”",
		"【退订】",
		"TD!",
		"TD！！",
		"-TD-",
		"\xEF\xBB\xBF"
		"TD",
		"T\xE2\x80\x8B"
		"D",
		"退订吧",
		"退订 谢谢",
		"退订短信",
		"TD谢谢",
		"td123",
		"ＴＤ吧",
		NULL,
	};
	check(texts, KEYWORD_OPT_OUT);
}

static void test_opt_in(void **state)
{
	(void)state;
	static const char *const texts[] = {"恢复", " 恢复。", "「恢复」", NULL};
	check(texts, KEYWORD_OPT_IN);
}

static void test_neither(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",	  " ",	"。",  "1",    "2",	   "我要退订", "不退订", "RR",
		"R吧",	  "N1", "TTT", "QX了", "取消订单", "拒收吗",   "恢复吗", "T D",
		"Thanks", "to", "No",  "ok",   "回复R",	   "你好",     "😀",	 NULL,
	};
	check(texts, KEYWORD_NONE);
}

static void test_octets(void **state)
{
	(void)state;
	/* octets that are no UTF-8 do not count; the text may hold NUL */
	assert_int_equal(action_of("\xFFTD\xC0"), KEYWORD_OPT_OUT);
	const struct keyword_conf *k = keyword_match(rows, n_rows, (struct view){(const uint8_t *)"TD\0", 3});
	assert_non_null(k);
	assert_null(keyword_match(rows, n_rows, (struct view){NULL, 0}));
	assert_null(keyword_match(NULL, 0, view_of("TD")));
}

/* A long reply is opted out by its start only. */
static void test_long(void **state)
{
	(void)state;
	char text[3000];
	strcpy(text, "退订");
	for (int i = 0; i < 900; i++)
		strcat(text, "请");
	assert_int_equal(action_of(text), KEYWORD_OPT_OUT);
	memcpy(text, "还款", 6);
	assert_int_equal(action_of(text), KEYWORD_NONE);
}

/* A word of a file may be as long as one likes: a longer reply that begins with it is not it. */
static void test_long_words(void **state)
{
	(void)state;
	for (size_t chars = 80; chars <= 90; chars++) {
		char word[400] = "", text[420];
		for (size_t i = 0; i < chars; i++)
			strcat(word, "订");
		char *words[] = {word};
		struct keyword_conf row = {.words = {words, 1}, .action = KEYWORD_OPT_OUT};
		snprintf(text, sizeof(text), "%s", word);
		if (chars <= 85) /* 255 octets: what is compared */
			assert_non_null(keyword_match(&row, 1, view_of(text)));
		strcat(text, "单");
		assert_null(keyword_match(&row, 1, view_of(text)));
		memset(text, 0, sizeof(text));
		memcpy(text, word, strlen(word) - 3);
		assert_null(keyword_match(&row, 1, view_of(text)));
	}
}

/* The first row that fits; words and starts of a file fold like the text; an empty word fits nothing. */
static void test_rows(void **state)
{
	(void)state;
	char *stop[] = {" ｓｔｏｐ。", ""}, *starts[] = {"。", "ｓｔ"};
	struct keyword_conf mine[] = {
		{.words = {stop, 2}, .action = KEYWORD_OPT_OUT},
		{.starts = {starts, 2}, .action = KEYWORD_OPT_IN},
	};
	assert_ptr_equal(keyword_match(mine, 2, view_of("Stop")), &mine[0]);
	assert_ptr_equal(keyword_match(mine, 2, view_of("start")), &mine[1]);
	assert_null(keyword_match(mine, 2, view_of("退订")));
	assert_null(keyword_match(mine, 2, view_of("。")));
	assert_null(keyword_match(mine, 2, view_of("")));
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(n_rows, 2);
	for (size_t i = 0; i < n_rows; i++) {
		assert_true(rows[i].forward);
		assert_true(strlen(rows[i].reply) > 0);
		/* a confirmation must not read like an order of the user */
		assert_int_equal(action_of(rows[i].reply), KEYWORD_NONE);
	}
}

#define CASE(test) cmocka_unit_test_setup(test, setup)
static const struct CMUnitTest cases[] = {
	CASE(test_opt_out), CASE(test_opt_in),	   CASE(test_neither), CASE(test_octets),
	CASE(test_long),    CASE(test_long_words), CASE(test_rows),    CASE(test_defaults),
};

UNIT_MAIN(cases)
