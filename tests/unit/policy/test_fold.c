/*
 * test_fold.c - text as the eye reads it: width, case, forms, traditional characters, and all that is put between.
 */
#include "policy/fold.h"

#include "base/text.h"
#include "unit.h"

/* Folds a whole text, by pieces of `cap`, into UTF-8. */
static void fold_all(const char *in, size_t cap, char *out)
{
	uint32_t cp[256], at[256];
	size_t pos = 0, n = strlen(in), len = 0;
	while (pos < n) {
		size_t before = pos, k = fold_text(in, n, &pos, cp, at, cap);
		assert_true(pos > before && k <= pos - before);
		for (size_t i = 0; i < k; i++) {
			assert_true(at[i] >= before && at[i] < pos && (i == 0 || at[i] >= at[i - 1]));
			len += text_put((int32_t)cp[i], out + len);
		}
	}
	out[len] = '\0';
}

static void check(const char *in, const char *want)
{
	char out[2000];
	for (size_t cap = FOLD_MAX; cap <= 256; cap += 11) {
		fold_all(in, cap, out);
		assert_string_equal(out, want);
	}
}

static void test_width_and_case(void **state)
{
	(void)state;
	check("ｌｏａｎ", "LOAN");
	check("Loan", "LOAN");
	check("１２３ｘ", "123X");
	check("ｶﾞﾝﾀﾞﾑ", "カンタム"); /* the marks of half-width kana are marks */
	check("αβγ", "ΑΒΓ");
	check("straße", "STRASSE");
	check("привет", "ПРИВЕТ");
}

static void test_dropped(void **state)
{
	(void)state;
	check("贷 款", "贷款");
	check("贷*款", "贷款");
	check("贷　款。", "贷款");
	check("贷\xe2\x80\x8b款\xef\xbb\xbf", "贷款");
	check("贷\xcc\xb6款\xcc\xb6", "贷款"); /* struck through */
	check("贷、·…—～￥％＃＠款", "贷款");
	check("贷★☆→①②款", "贷12款");
	check("贷😀款👨‍👩‍👧", "贷款");
	check("贷\xef\xb8\x8f\xe2\x83\xa3款", "贷款");
	check("贷™©®℃款", "贷款");
	check("贷丨款ー", "贷款");
	check("贷ˉˇ款", "贷款");
	check("贷\xee\x80\x80款", "贷款"); /* private use */
	check("贷\xf3\xa0\x80\x81\xf4\x80\x80\x80款", "贷款");
	check("贷\x01\x7f\r\n\t款", "贷款");
	check("贷\xff\xe6款", "贷款");		       /* no UTF-8 */
	check("\xe3\x85\xa4贷\xe1\x85\x9f款", "贷款"); /* fillers of Hangul */
	check("。，！ ", "");
	check("", "");
}

static void test_traditional(void **state)
{
	(void)state;
	check("貸款", "贷款");
	check("髮發後裏裡鐘鍾電", "发发后里里钟钟电");
	check("銀行臺灣體驗賭場", "银行台湾体验赌场");
	check("发展", "发展");
	check("一丁七", "一丁七");
	check("々〇", "々〇");
}

static void test_forms(void **state)
{
	(void)state;
	check("⼀⾦", "一金"); /* radicals */
	check("豈更", "岂更"); /* compatibility ideographs */
	check("㈠㊀", "一一");
	check("Ⓛⓞⓐⓝ", "LOAN");
	check("𝐋𝗈𝓪𝕟", "LOAN");
	check("🅻🄾🅐🇳", "LOAN");
	check("ﬁﬂ", "FIFL");
	check("㎏", "KG");
	check("lóàn", "LOAN");
	check("dài kuǎn", "DAIKUAN");
	check("ǆ", "DZ");
	check("한국어", "한국어");
}

static void test_digits(void **state)
{
	(void)state;
	check("138 0013-8000", "13800138000");
	check("①❷➂⒋⑸６", "123456");
	check("٣३𝟘", "330");
	check("⑩", "10");
	check("½", "12");
	check("三十", "三十");
}

/* Every character: the table agrees with itself, and folding twice changes nothing. */
static void test_every_character(void **state)
{
	(void)state;
	unsigned kept = 0;
	for (uint32_t c = 0; c < 0x110000; c++) {
		uint32_t once[FOLD_MAX], twice[FOLD_MAX];
		unsigned n = fold_one(c, once);
		char text[4];
		assert_true(n <= FOLD_MAX);
		kept += n > 0;
		for (unsigned i = 0; i < n; i++) {
			assert_true(once[i] >= '0' && once[i] < 0x40000 && (once[i] < 0xd800 || once[i] > 0xdfff));
			assert_int_equal(fold_one(once[i], twice), 1);
			assert_int_equal(twice[0], once[i]);
		}
		if (c < 0xd800 || c > 0xdfff)
			assert_true(n <= text_put((int32_t)c, text));
		if (c >= 0x4e00 && c <= 0x9fa5 && c != 0x4e28 && c != 0x4e36)
			assert_int_equal(n, 1);
	}
	assert_true(kept > 100000);
}

static void test_offsets(void **state)
{
	(void)state;
	const char *text = "a 貸㎏*款";
	static const uint32_t want[] = {'A', 0x8d37, 'K', 'G', 0x6b3e}, from[] = {0, 2, 5, 5, 9};
	uint32_t cp[8], at[8];
	size_t pos = 0;
	assert_int_equal(fold_text(text, strlen(text), &pos, cp, at, 8), 5);
	assert_int_equal(pos, strlen(text));
	assert_memory_equal(cp, want, sizeof(want));
	assert_memory_equal(at, from, sizeof(from));
	pos = 0;
	assert_int_equal(fold_text(text, strlen(text), &pos, cp, at, 3), 1);
	assert_int_equal(pos, 1);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_width_and_case), cmocka_unit_test(test_dropped), cmocka_unit_test(test_traditional),
	cmocka_unit_test(test_forms),	       cmocka_unit_test(test_digits),  cmocka_unit_test(test_every_character),
	cmocka_unit_test(test_offsets),
};
UNIT_MAIN(cases)
