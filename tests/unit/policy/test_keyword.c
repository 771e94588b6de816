/*
 * test_keyword.c - what a phone's reply means: keywords in all widths, cases and dressings.
 */
#include "policy/keyword.h"

#include <stdlib.h>

#include "unit.h"

static struct keywords *rows; /* the built-in ones */

static int setup(void **state)
{
	char *errors = NULL;
	(void)state;
	rows = keywords_new(NULL, 0, true, &errors);
	return rows == NULL || errors != NULL;
}

static int teardown(void **state)
{
	(void)state;
	keywords_free(rows);
	return 0;
}

static const struct keyword_conf *match(struct keywords *k, const char *account, const char *code,
					const char *signature, const char *text)
{
	const struct keyword_subject s = {account, code, view_of(signature), view_of(text)};
	return keywords_match(k, &s);
}

static enum keyword_action action_of(const char *text)
{
	const struct keyword_conf *k = match(rows, "bank", "10690001", "", text);
	return k ? (enum keyword_action)k->action : KEYWORD_NONE;
}

/* Rows of the test; n of them must be good. */
static struct keywords *make(const struct keyword_conf *mine, size_t n, bool builtin)
{
	char *errors = NULL;
	struct keywords *k = keywords_new(mine, n, builtin, &errors);
	if (errors)
		print_error("%s", errors);
	assert_non_null(k);
	return k;
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
		"退訂",
		"回T",
		"回复 R",
		"T退订",
		"拒收R",
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
		/* blanks and marks inside, too */
		"退 订",
		"退。订",
		"T D",
		"T。",
		"ｔｄ",
		"【退订】",
		"《退-订》",
		"“ Ｔ ” ",
		"拒 收！",
		"Q.X",
		"回复TD",
		"回复“退订”",
		/* what leads to the word in the text, copied with it */
		"回TT",
		"回N。",
		"回 退订",
		"回复QX",
		"回复取消",
		"回覆TD",
		"回復TD",
		"请回复R",
		"拒收请回复R",
		"拒收请回复：ｒ",
		"，拒收回T",
		"回T退订",
		"【示例银行】回TD退订",
		"回复【退订】",
		/* with a signature */
		"【示例银行】退订",
		" 【示例银行】 TD。",
		"T【示例银行】",
		"【示例银行】Ｒ",
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

static void test_other_builtins(void **state)
{
	(void)state;
	static const char *const complaints[] = {"投诉", "骚扰", "举报", "投诉！！", "【投 诉】", "骚扰。", NULL};
	static const char *const helps[] = {"帮助", "help", "ＨＥＬＰ", "?", "？", "？？？", " ? ", "h e l p", NULL};
	check(complaints, KEYWORD_COMPLAINT);
	check(helps, KEYWORD_HELP);
}

static void test_neither(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",	  " ",	"。",  "1",    "2",	   "我要退订", "不退订", "RR",
		"R吧",	  "N1", "TTT", "QX了", "取消订单", "拒收吗",   "恢复吗", "！",
		"Thanks", "to", "No",  "ok",   "回复",	   "你好",     "😀",	 NULL,
	};
	check(texts, KEYWORD_NONE);
}

/* Words that lead to a keyword lead to it only when it is all there is behind them. */
static void test_led(void **state)
{
	(void)state;
	static const char *const sentences[] = {
		"回复取消订单", "回复退订吧？不", "回复一下什么时候放款", "回电",     "回N1",
		"回复T恤尺码",	"回复不了",	  "请回复TA的电话",	  "请回复我", "回复回复T",
		"回",		"拒收请回复",	  "回复您：R型号",	  "回头再说", NULL,
	};
	check(sentences, KEYWORD_NONE);
	assert_int_equal(action_of("回复恢复"), KEYWORD_OPT_IN);
	assert_int_equal(action_of("回复投诉"), KEYWORD_COMPLAINT);
	assert_int_equal(action_of("请回复“帮助”"), KEYWORD_HELP);
	/* rows of the file, by their rank; neither their starts nor their patterns */
	char *one[] = {"1"}, *stop[] = {"停"}, *starts[] = {"停"}, *n[] = {"N"};
	struct keyword_conf mine[] = {
		{.words = {one, 1}, .action = KEYWORD_CONFIRM},
		{.words = {stop, 1},
		 .starts = {starts, 1},
		 .pattern = (char *)(uintptr_t) "^停",
		 .action = KEYWORD_OPT_OUT},
		{.words = {n, 1}, .action = KEYWORD_NONE},
	};
	struct keywords *k = make(mine, 3, true);
	assert_ptr_equal(match(k, "", "", "", "回复1"), &mine[0]);
	assert_ptr_equal(match(k, "", "", "", "回停"), &mine[1]);
	assert_ptr_equal(match(k, "", "", "", "停了吧"), &mine[1]);
	assert_null(match(k, "", "", "", "回复停了吧"));
	assert_null(match(k, "", "", "", "回N"));
	assert_int_equal(match(k, "", "", "", "回T")->action, KEYWORD_OPT_OUT);
	keywords_free(k);
}

static void test_octets(void **state)
{
	(void)state;
	/* octets that are no UTF-8 do not count; the text may hold NUL */
	assert_int_equal(action_of("\xFFTD\xC0"), KEYWORD_OPT_OUT);
	struct keyword_subject subject = {"bank", "1069", view_of(""), {(const uint8_t *)"TD\0", 3}};
	assert_non_null(keywords_match(rows, &subject));
	subject.text = (struct view){NULL, 0};
	assert_null(keywords_match(rows, &subject));
	struct keywords *none = make(NULL, 0, false);
	assert_null(match(none, "bank", "1069", "", "TD"));
	keywords_free(none);
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
		char word[400] = "", text[420], one[] = "订";
		for (size_t i = 0; i < chars; i++)
			strcat(word, one);
		char *words[] = {word, one};
		struct keyword_conf row = {.words = {words, 2}, .action = KEYWORD_OPT_OUT};
		struct keywords *k = make(&row, 1, false);
		snprintf(text, sizeof(text), "%s", word);
		if (chars <= 85) /* 255 octets: what is compared */
			assert_non_null(match(k, "", "", "", text));
		strcat(text, "单");
		assert_null(match(k, "", "", "", text));
		memset(text, 0, sizeof(text));
		memcpy(text, word, strlen(word) - 3);
		assert_null(match(k, "", "", "", text));
		keywords_free(k);
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
	struct keywords *k = make(mine, 2, false);
	assert_ptr_equal(match(k, "", "", "", "S top!"), &mine[0]);
	assert_ptr_equal(match(k, "", "", "", "start"), &mine[1]);
	assert_ptr_equal(match(k, "", "", "", "。！"), &mine[1]);
	assert_null(match(k, "", "", "", "退订"));
	assert_null(match(k, "", "", "", ""));
	keywords_free(k);
}

/* Code and account, account, code, signature, general; the built-in rows last; in each the order of the file. */
static void test_order(void **state)
{
	(void)state;
	char *t[] = {"T"};
	char bank[] = "bank", code[] = "1069", longer[] = "106900", sign[] = "【某某 银行】";
	struct keyword_conf mine[] = {
		{.words = {t, 1}, .action = KEYWORD_CONFIRM},
		{.words = {t, 1}, .signature = sign, .action = KEYWORD_CONFIRM},
		{.words = {t, 1}, .code = code, .action = KEYWORD_CONFIRM},
		{.words = {t, 1}, .account = bank, .action = KEYWORD_CONFIRM},
		{.words = {t, 1}, .account = bank, .code = code, .action = KEYWORD_CONFIRM},
		{.words = {t, 1}, .account = bank, .code = longer, .action = KEYWORD_CONFIRM},
		{.words = {t, 1}, .action = KEYWORD_HELP},
	};
	struct keywords *k = make(mine, 7, true);
	assert_ptr_equal(match(k, "bank", "10690001", "某某银行", "t"), &mine[5]);
	assert_ptr_equal(match(k, "bank", "10691", "某某银行", "t"), &mine[4]);
	assert_ptr_equal(match(k, "bank", "955", "某某银行", "t"), &mine[3]);
	assert_ptr_equal(match(k, "loan", "1069", "某某银行", "t"), &mine[2]);
	assert_ptr_equal(match(k, "loan", "955", "【某某银行】", "t"), &mine[1]);
	assert_ptr_equal(match(k, "loan", "955", "别家", "t"), &mine[0]);
	assert_ptr_equal(match(k, "loan", "955", "", "t"), &mine[0]);
	assert_int_equal(match(k, "loan", "955", "", "td")->action, KEYWORD_OPT_OUT);
	keywords_free(k);
}

/* A row of an account says that a word is none there. */
static void test_none(void **state)
{
	(void)state;
	char *n[] = {"N"};
	char bank[] = "bank";
	struct keyword_conf mine[] = {{.words = {n, 1}, .account = bank, .action = KEYWORD_NONE}};
	struct keywords *k = make(mine, 1, true);
	assert_null(match(k, "bank", "1069", "", "n"));
	assert_int_equal(match(k, "loan", "1069", "", "n")->action, KEYWORD_OPT_OUT);
	assert_int_equal(match(k, "bank", "1069", "", "T")->action, KEYWORD_OPT_OUT);
	keywords_free(k);
}

static void test_patterns(void **state)
{
	(void)state;
	char one[] = "^(不要|别)再?发", two[] = "^第([0-9]+)号$", caps[] = "\\bstop\\b";
	struct keyword_conf mine[] = {
		{.pattern = one, .action = KEYWORD_OPT_OUT},
		{.pattern = two, .action = KEYWORD_CONFIRM},
		{.pattern = caps, .action = KEYWORD_OPT_OUT},
	};
	struct keywords *k = make(mine, 3, false);
	assert_ptr_equal(match(k, "", "", "", "不要再发了"), &mine[0]);
	assert_ptr_equal(match(k, "", "", "", "。别发了！"), &mine[0]);
	assert_null(match(k, "", "", "", "请不要再发了"));
	assert_ptr_equal(match(k, "", "", "", " 第１２号。"), &mine[1]);
	assert_null(match(k, "", "", "", "第号"));
	assert_ptr_equal(match(k, "", "", "", "please ｓｔｏｐ now"), &mine[2]);
	assert_null(match(k, "", "", "", "nonstopper"));
	assert_int_equal(keywords_given_up(k), 0);
	keywords_free(k);
}

/* A pattern that would take for ever is given up, and counted. */
static void test_given_up(void **state)
{
	(void)state;
	char slow[] = "^(a+)+$";
	struct keyword_conf mine[] = {{.pattern = slow, .action = KEYWORD_OPT_OUT}};
	struct keywords *k = make(mine, 1, false);
	char text[64];
	memset(text, 'a', 40);
	strcpy(text + 40, "b");
	assert_null(match(k, "", "", "", text));
	assert_int_equal(keywords_given_up(k), 1);
	keywords_free(k);
}

static void test_faults(void **state)
{
	(void)state;
	char bad[] = "^(T|", sign[] = "【】", good[] = "^T";
	char *empty[] = {""};
	struct keyword_conf mine[] = {
		{.where = {"gw.conf", 3}, .pattern = bad},
		{.where = {"gw.conf", 4}},
		{.where = {"gw.conf", 5}, .words = {empty, 1}},
		{.where = {"gw.conf", 6}, .pattern = good, .signature = sign},
	};
	char *errors = NULL;
	assert_null(keywords_new(mine, 4, true, &errors));
	assert_non_null(errors);
	assert_non_null(strstr(errors, "gw.conf:3: pattern \"^(T|\" of a keyword is faulty at octet 4: "));
	assert_non_null(strstr(errors, "gw.conf:4: a keyword row needs words, starts or a pattern"));
	assert_non_null(strstr(errors, "gw.conf:5: a keyword row needs words"));
	assert_null(strstr(errors, "gw.conf:6: signature"));
	free(errors);
}

/* No text of ours may read like an order of the user: two machines would go on and on. */
static void test_builtin_replies(void **state)
{
	(void)state;
	static const char *const words[] = {"T", "恢复", "投诉", "帮助"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const struct keyword_conf *k = match(rows, "", "", "", words[i]);
		assert_non_null(k);
		assert_true(k->forward);
		assert_true(strlen(k->reply) > 0);
		assert_int_equal(action_of(k->reply), KEYWORD_NONE);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
static const struct CMUnitTest cases[] = {
	CASE(test_opt_out),  CASE(test_opt_in),	    CASE(test_other_builtins),
	CASE(test_neither),  CASE(test_led),	    CASE(test_octets),
	CASE(test_long),     CASE(test_long_words), CASE(test_rows),
	CASE(test_order),    CASE(test_none),	    CASE(test_patterns),
	CASE(test_given_up), CASE(test_faults),	    CASE(test_builtin_replies),
};

UNIT_MAIN(cases)
