/* test_text.c - UTF-8 and folding of replies. */
#include "unit.h"
#include "base/text.h"

static void test_every_scalar(void **state)
{
	char out[4];

	(void)state;
	for (int32_t c = 0; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		size_t n = text_put(c, out), pos = 0;
		assert_int_equal(n, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
		assert_int_equal(text_get(out, n, &pos), c);
		assert_int_equal(pos, n);
		for (size_t cut = 1; cut < n; cut++) {
			pos = 0;
			assert_int_equal(text_get(out, cut, &pos), -1);
			assert_int_equal(pos, 1);
		}
	}
}

static void test_invalid(void **state)
{
	static const char *const bad[] = {"\x80",	  "\xc0\x80",	      "\xc1\xbf",	  "\xe0\x9f\xbf",
					  "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
					  "\xff",	  "\xe4\xb8",	      "\xe4\x41\xad"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_valid(bad[i], strlen(bad[i])));
	assert_true(text_valid("银行😀é", strlen("银行😀é")));
	assert_true(text_valid("", 0));
}

static void test_cut(void **state)
{
	const char *s = "a银é😀z"; /* 1 3 2 4 1 */
	static const size_t cut[] = {0, 1, 1, 1, 4, 4, 6, 6, 6, 6, 10, 11, 11};

	(void)state;
	for (size_t max = 0; max < sizeof(cut) / sizeof(cut[0]); max++)
		assert_int_equal(text_cut(s, strlen(s), max), cut[max]);
	assert_int_equal(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
}

static void check_fold(const char *in, const char *want)
{
	char out[200];

	size_t n = text_fold(in, strlen(in), out, sizeof(out) - 1);
	out[n] = '\0';
	assert_string_equal(out, want);
}

static void test_fold(void **state)
{
	(void)state;
	check_fold("　ｔｄ。", "TD");
	check_fold(" 退订！", "退订");
	check_fold("回复 1", "回复 1");
	check_fold("回复　 \t１。", "回复 1");
	check_fold("“Ｔ”", "T");
	check_fold("【退订】", "退订");
	check_fold("t.", "T");
	check_fold("N\r\n", "N");
	check_fold("tui ding", "TUI DING");
	check_fold("退,订", "退,订");
	check_fold("退，订", "退,订");
	check_fold("\xef\xbb\xbf退\xe2\x80\x8b订", "退订");
	check_fold("……", "");
	check_fold("", "");
	check_fold("。。。", "");
	check_fold("éa", "ÉA");
	check_fold("T\xff\xfe"
		   "D",
		   "TD");
	check_fold("退订😀", "退订😀");
	check_fold("0000", "0000");
	check_fold("《ＱＸ》、", "QX");
}

static void test_fold_cap_and_place(void **state)
{
	char out[8], place[] = "　ｔｄ退订。";

	(void)state;
	assert_int_equal(text_fold("退订短信", 12, out, 7), 6);
	assert_memory_equal(out, "退订", 6);
	assert_int_equal(text_fold("退订", 6, out, 0), 0);
	assert_int_equal(text_fold("ab c", 4, out, 3), 2);
	assert_int_equal(text_fold(place, strlen(place), place, strlen(place)), 8);
	assert_memory_equal(place, "TD退订", 8);
}

static void test_low_kinds(void **state)
{
	(void)state;
	for (int32_t c = 0; c < 256; c++)
		assert_int_equal(text_kind(c), text_kind_any(c));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_low_kinds), cmocka_unit_test(test_every_scalar),
	cmocka_unit_test(test_invalid),	  cmocka_unit_test(test_cut),
	cmocka_unit_test(test_fold),	  cmocka_unit_test(test_fold_cap_and_place),
};
UNIT_MAIN(cases)
