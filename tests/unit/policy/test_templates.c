/*
 * test_templates.c - approved templates: placeholders, whose they are, files, many of them, none that takes long.
 */
#include "policy/optout_text.h"
#include "policy/template_text.h"
#include "policy/templates.h"

#include <time.h>

#include "text_rig.h"

/* --- one template, one text --- */

static const struct {
	const char *template, *text;
	bool fits;
} pairs[] = {
	{"您的验证码是{变量}，{变量}分钟内有效。", "您的验证码是123456，5分钟内有效。", true},
	{"您的验证码是{变量}，{变量}分钟内有效。", "您的验证码是 １２３４５６ , 5 分钟内有效", true},
	{"您的验证码是{变量}，{变量}分钟内有效。", "您的验证码是123456，5分钟有效。", false},
	{"您的验证码是{变量}，{变量}分钟内有效。", "尊敬的您的验证码是123456，5分钟内有效。", false},
	{"您的验证码是{变量}，{变量}分钟内有效。", "您的验证码是123456，5分钟内有效。点击领奖", false},
	{"您的验证码是{变量}，{变量}分钟内有效。", "您的验证码是，5分钟内有效。", false},
	{"{变量}您好", "张三您好", true},
	{"{变量}您好", "您好", false},
	{"{变量}您好", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二您好", true},
	{"{变量}您好", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三您好", false},
	{"{变量:2}您好", "张三您好", true},
	{"{变量:2}您好", "张三丰您好", false},
	{"码{数字}", "码123456", true},
	{"码{数字}", "码１２３", true},
	{"码{数字}", "码12a", false},
	{"码{数字:4-6}！", "码1234", true},
	{"码{数字:4-6}！", "码123", false},
	{"码{数字:4-6}！", "码1234567", false},
	{"于{日期}到期", "于2026年5月1日到期", true},
	{"于{日期}到期", "于2026-05-01 10:30到期", true},
	{"于{日期}到期", "于明天到期", false},
	{"还款{金额}，谢谢", "还款￥1,234.56元，谢谢", true},
	{"还款{金额}，谢谢", "还款3万元，谢谢", true},
	{"还款{金额}，谢谢", "还款若干元，谢谢", false},
	{"{数字}{数字}元", "12元", true},
	{"{数字}{数字}元", "1元", false},
	{"{变量}a{变量}a{变量}", "aaaaa", true},
	{"{变量}a{变量}a{变量}", "aaaa", false},
	{"大括号{{变量}", "大括号{变量}", true},
	{"大括号{{变量}", "大括号张三", false},
	{"“VIP”专享", "\"vip\"专享", true},
	{"验证码", "验证码！。", true},
	{"验证码", "验证", false},
	{"验证码", "", false},
};

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		static int32_t text[TEMPLATE_CHARACTERS];
		struct template_text t;
		bool overlong;
		assert_null(template_read(view_of(pairs[i].template), &t));
		uint32_t n = template_fold(view_of(pairs[i].text), text, &overlong);
		if (template_fits(&t, text, n) != pairs[i].fits)
			fail_msg("\"%s\" and \"%s\"", pairs[i].template, pairs[i].text);
		template_clear(&t);
	}
}

/* Slow and plain: the first token any way it can be, then the rest. */
static bool plain_fits(const char *template, const char *text)
{
	if (!*template)
		return !*text;
	if (*template == '?') { /* 1 to 3 characters */
		for (int n = 1; n <= 3 && text[n - 1]; n++) {
			if (plain_fits(template + 1, text + n))
				return true;
		}
		return false;
	}
	if (*template == '#') { /* 2 to 4 digits */
		for (int n = 1; n <= 4 && text[n - 1] >= '0' && text[n - 1] <= '9'; n++) {
			if (n >= 2 && plain_fits(template + 1, text + n))
				return true;
		}
		return false;
	}
	return *template == *text && plain_fits(template + 1, text + 1);
}

/* Random templates over few characters against the plain way. */
static void test_model(void **state)
{
	(void)state;
	unsigned seed = 99, fitting = 0;
	for (int round = 0; round < 60000; round++) {
		char shape[10], text[12], written[100] = "";
		int32_t folded[TEMPLATE_CHARACTERS];
		struct template_text t;
		bool overlong;
		seed = seed * 1103515245u + 12345u;
		unsigned r = seed >> 8, shape_n = 1 + r % 6, text_n = r / 6 % 9;
		for (unsigned i = 0; i < shape_n; i++) {
			seed = seed * 1103515245u + 12345u;
			shape[i] = "AB1?#"[(seed >> 16) % 5];
			sprintf(written + strlen(written),
				shape[i] == '?'	  ? "{变量:3}"
				: shape[i] == '#' ? "{数字:2-4}"
						  : "%c",
				shape[i]);
		}
		shape[shape_n] = '\0';
		for (unsigned i = 0; i < text_n; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = "AB1"[(seed >> 16) % 3];
		}
		text[text_n] = '\0';
		if (template_read(view_of(written), &t))
			continue; /* no text of its own */
		uint32_t n = template_fold(view_of(text), folded, &overlong);
		bool fits = template_fits(&t, folded, n);
		fitting += fits;
		if (fits != plain_fits(shape, text))
			fail_msg("\"%s\" and \"%s\": %d", shape, text, fits);
		template_clear(&t);
	}
	assert_true(fitting > 500);
}

/* Each character of ASCII as its form of full width, which is folded the long way. */
static void test_fold_ascii(void **state)
{
	(void)state;
	int32_t a[TEMPLATE_CHARACTERS], b[TEMPLATE_CHARACTERS];
	bool overlong;
	for (int c = 1; c < 0x80; c++) {
		char ascii[4] = {(char)c, 'z'}, wide[8] = "z";
		bool seen = c > ' ' && c < 0x7f;
		if (seen)
			snprintf(wide, sizeof(wide), "%c%c%cz", 0xef, c < 0x60 ? 0xbc : 0xbd, 0x80 + (c - 0x20) % 0x40);
		uint32_t n = template_fold(view_of(ascii), a, &overlong);
		assert_int_equal(template_fold(view_of(wide), b, &overlong), n);
		assert_int_equal(n, seen ? 2 : 1);
		assert_memory_equal(a, b, n * sizeof(*a));
	}
}

static void test_bad(void **state)
{
	(void)state;
	static const char *const bad[] = {"{变量}",
					  "",
					  "。",
					  "您好{",
					  "您好{变量",
					  "您好{姓名}",
					  "您好{变量:0}",
					  "您好{变量:}",
					  "您好{变量:5-4}",
					  "您好{变量:201}",
					  "您好{变量:4-}",
					  "您好{}"};
	struct template_text t;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(template_read(view_of(bad[i]), &t));
	static char text[20000];
	for (int i = 0; i < 66; i++)
		strcat(text, "行{变量}");
	assert_non_null(template_read(view_of(text), &t));
}

/* --- accounts and signatures --- */

static struct rig rig;
static struct templates *build(const char *text)
{
	rig_read(&rig, "templates", templates_rows, sizeof(struct templates_conf), text);
	return templates_new(rig.rows, rig.n, &rig_names, &rig.errors);
}

static const char rows[] =
	"templates: (\n"
	" { account = \"bank\"; classes = [ \"otp\" ]; signature = \"招商银行\"; name = \"验证码\";\n"
	"   text = \"您的验证码是{数字:4-8}，{数字}分钟内有效。\"; },\n"
	" { account = \"bank\"; classes = [ \"otp\", \"promo\" ]; text = \"【掌上生活】{变量}专享优惠\"; },\n"
	" { account = \"loan\"; text = \"您的账单{金额}已出。回T退订\"; } );\n";

static const struct {
	size_t account;
	enum class_id class_id;
	const char *text;
	bool passes;
} verdicts[] = {
	{BANK, CLASS_OTP, "【招商银行】您的验证码是123456，5分钟内有效。", true},
	{BANK, CLASS_OTP, "您的验证码是123456，5分钟内有效。【招商银行】", true},
	{BANK, CLASS_OTP, "【掌上生活】您的验证码是123456，5分钟内有效。", false},
	{BANK, CLASS_OTP, "您的验证码是123456，5分钟内有效。", false},
	{BANK, CLASS_OTP, "【掌上生活】张先生专享优惠", true},
	{BANK, CLASS_PROMO, "【掌上生活】张先生专享优惠", true},
	{BANK, CLASS_PROMO, "【掌上生活】张先生专享优惠，拒收请回复 R", true},
	{BANK, CLASS_OTP, "【掌上生活】张先生专享优惠，拒收请回复R", false},
	{BANK, CLASS_PROMO, "【招商银行】张先生专享优惠", false},
	{BANK, CLASS_PROMO, "【招商银行】您的验证码是123456，5分钟内有效。", false},
	{BANK, CLASS_NOTICE, "什么都行", true}, /* no row */
	{LOAN, CLASS_PROMO, "您的账单123.45元已出，回T退订", false},
	{LOAN, CLASS_PROMO, "您的账单123.45元已出。回T退订", true},
	{LOAN, CLASS_REMIND, "【招联金融】您的账单123.45元已出。回T退订。", true},
	{SHOP, CLASS_PROMO, "什么都行", true},
	{BANK, CLASS_OTP, "", false},
	{BANK, CLASS_OTP, "\xff\xfe", false},
};

static void test_verdicts(void **state)
{
	(void)state;
	struct rig_text t;
	struct rig words_rig;
	struct templates *x = build(rows);
	assert_non_null(x);
	rig_read(&words_rig, "opt_out_texts", optout_text_rows, sizeof(struct optout_text_conf),
		 "opt_out_texts: ( { texts = [ \"拒收请回复R\", \"回T退订\" ]; } );");
	struct optout_text *words = optout_text_new(words_rig.rows, words_rig.n, &rig_names, &words_rig.errors);
	templates_leave_out(x, words);
	assert_int_equal(templates_count(x), 3);
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct policy_subject *s = rig_text(&t, verdicts[i].class_id, verdicts[i].text);
		s->account = verdicts[i].account;
		if (templates_judge(x, s) != (verdicts[i].passes ? POLICY_PASS : POLICY_REFUSE))
			fail_msg("\"%s\"", verdicts[i].text);
	}
	struct policy_subject *s = rig_text(&t, CLASS_OTP, "【招商银行】您好");
	assert_int_equal(templates_judge(x, s), POLICY_REFUSE);
	assert_string_equal(s->detail, "no approved template of the account and signature 【招商银行】 has this text");
	templates_free(x);
	optout_text_free(words);
	rig_end(&words_rig);
	rig_end(&rig);
}

/* --- files, and many --- */

static void write_lines(const char *path, int n, const char *fmt)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "\xef\xbb\xbf# 模板\n\n");
	for (int i = 0; i < n; i++)
		fprintf(f, fmt, i, i);
	assert_int_equal(fclose(f), 0);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* 10,000 templates that begin and end alike: each fits its own text, a miss does not try them all. */
static void test_many(void **state)
{
	(void)state;
	char file[] = "/tmp/test_templates.XXXXXX", conf[300], text[400];
	struct rig_text t;
	close(mkstemp(file));
	write_lines(file, 10000, "尊敬的{变量}，您在第%d号网点办理的业务（%d）已于{日期}受理，详询客服。\n");
	snprintf(conf, sizeof(conf), "templates: ( { account = \"bank\"; file = \"%s\"; } );", file);
	struct templates *x = build(conf);
	assert_non_null(x);
	assert_int_equal(templates_count(x), 10000);
	for (int i = 0; i < 10000; i += 7) {
		snprintf(text, sizeof(text), "尊敬的张先生，您在第%d号网点办理的业务(%d)已于5月1日受理，详询客服。", i,
			 i);
		assert_int_equal(templates_judge(x, rig_text(&t, CLASS_OTP, text)), POLICY_PASS);
	}
	int64_t before = now_ns();
	for (int i = 0; i < 10000; i += 7) {
		snprintf(text, sizeof(text), "尊敬的张先生，您在第%d号网点办理的业务(%d)已于5月1日受理，详询客服。", i,
			 i + 1);
		assert_int_equal(templates_judge(x, rig_text(&t, CLASS_OTP, text)), POLICY_REFUSE);
	}
	assert_true((now_ns() - before) / (10000 / 7) < 500000); /* all of them would take more than a millisecond */
	templates_free(x);
	rig_end(&rig);
	unlink(file);
}

/* Placeholders side by side over a text that nearly fits: work is tokens times characters. */
static void test_no_end(void **state)
{
	(void)state;
	static char written[4000], text[8000];
	static int32_t folded[TEMPLATE_CHARACTERS];
	struct template_text t;
	bool overlong;
	for (int i = 0; i < 32; i++)
		strcat(written, "{变量:200}啊");
	strcat(written, "好");
	for (int i = 0; i < 2000; i++)
		strcat(text, "啊");
	assert_null(template_read(view_of(written), &t));
	uint32_t n = template_fold(view_of(text), folded, &overlong);
	assert_int_equal(n, 2000);
	int64_t before = now_ns();
	assert_false(template_fits(&t, folded, n));
	assert_true(now_ns() - before < INT64_C(500000000));
	template_clear(&t);
	for (int i = 0; i < 49; i++)
		strcat(text, "啊");
	assert_int_equal(template_fold(view_of(text), folded, &overlong), 0);
	assert_true(overlong);
}

static void test_faults(void **state)
{
	(void)state;
	char file[] = "/tmp/test_templates.XXXXXX", conf[300], want[700];
	close(mkstemp(file));
	FILE *f = fopen(file, "w");
	fputs("您好{变量}\n{变量}\n【招商银行】您好\n\xff您好\n", f);
	fclose(f);
	snprintf(conf, sizeof(conf),
		 "templates: (\n { name = \"空\"; },\n { name = \"一\"; text = \"您好{姓名}\"; },\n"
		 " { file = \"/nowhere/t.txt\"; },\n { file = \"%s\"; signature = \"招联\"; } );\n",
		 file);
	assert_null(build(conf));
	snprintf(want, sizeof(want),
		 "FILE:2: templates: a row has text, or file, or both\n"
		 "FILE:3: templates: text of \"一\": placeholders are {变量} {数字} {日期} {金额}, or with a length: "
		 "{变量:8} {数字:4-8}\n"
		 "FILE:4: templates: cannot read /nowhere/t.txt: No such file or directory\n"
		 "%s:2: templates: it has no text of its own\n"
		 "%s:3: templates: it has another signature than the row\n"
		 "%s:4: templates: it is not UTF-8\n",
		 file, file, file);
	rig_faults(&rig, want);
	rig_end(&rig);
	unlink(file);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_pairs),	   cmocka_unit_test(test_model),    cmocka_unit_test(test_bad),
	cmocka_unit_test(test_fold_ascii), cmocka_unit_test(test_verdicts), cmocka_unit_test(test_many),
	cmocka_unit_test(test_no_end),	   cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
