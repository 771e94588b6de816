/*
 * test_must_match.c - patterns that texts must match: hotline, last day of an offer; bad ones, and ones without end.
 */
#include "policy/must_match.h"

#include <time.h>

#include "text_rig.h"

static struct rig rig;
static struct must_match *build(const char *text)
{
	rig_read(&rig, "must_match", must_match_rows, sizeof(struct must_match_conf), text);
	return must_match_new(rig.rows, rig.n, &rig_names, &rig.errors);
}

static const char rows[] =
	"must_match: (\n"
	" { account = \"bank\"; classes = [ \"promo\" ]; when = \"利率|优惠\";\n"
	"   pattern = \"\\\\d{4}年\\\\d{1,2}月\\\\d{1,2}日(前|止)\"; explain = \"优惠须写明截止日期\"; },\n"
	" { account = \"bank\"; pattern = \"95555\"; },\n"
	" { account = \"loan\"; campaign = \"spring\"; pattern = \"^【\"; explain = \"spring texts begin with 【\"; } "
	");\n";

static const struct {
	size_t account;
	enum class_id class_id;
	const char *campaign, *text, *detail; /* detail NULL: passes */
} verdicts[] = {
	{BANK, CLASS_PROMO, "", "贷款利率3.5%，2026年12月31日前有效，详询95555", NULL},
	{BANK, CLASS_PROMO, "", "贷款利率3.5%，详询95555", "优惠须写明截止日期"},
	{BANK, CLASS_PROMO, "", "理财新客专享，详询95555", NULL},
	{BANK, CLASS_PROMO, "", "理财新客专享", "it does not match the pattern of line 4"},
	{BANK, CLASS_OTP, "", "贷款利率3.5%，详询95555", NULL},
	{BANK, CLASS_OTP, "", "验证码123456", "it does not match the pattern of line 4"},
	{BANK, CLASS_OTP, "", "", "it does not match the pattern of line 4"},
	{LOAN, CLASS_PROMO, "spring", "您好", "spring texts begin with 【"},
	{LOAN, CLASS_PROMO, "spring", "【招联金融】您好", NULL},
	{LOAN, CLASS_PROMO, "autumn", "您好", NULL},
	{SHOP, CLASS_PROMO, "spring", "您好", NULL},
};

static void test_verdicts(void **state)
{
	(void)state;
	struct rig_text t;
	struct must_match *x = build(rows);
	assert_non_null(x);
	assert_true(must_match_concerns(x, BANK, CLASS_OTP));
	assert_false(must_match_concerns(x, SHOP, CLASS_PROMO));
	for (size_t k = 0; k < 2 * sizeof(verdicts) / sizeof(verdicts[0]); k++) {
		size_t i = k / 2;
		struct policy_subject *s = rig_text(&t, verdicts[i].class_id, verdicts[i].text);
		s->account = verdicts[i].account;
		s->campaign = view_of(verdicts[i].campaign);
		s->valid = k % 2; /* words are looked for without PCRE2 then */
		assert_int_equal(must_match_judge(x, s), verdicts[i].detail ? POLICY_REFUSE : POLICY_PASS);
		assert_string_equal(s->detail, verdicts[i].detail ? verdicts[i].detail : "");
	}
	must_match_free(x);
	rig_end(&rig);
}

/* Characters, not octets; digits of any width. */
static void test_utf(void **state)
{
	(void)state;
	struct rig_text t;
	struct must_match *x = build("must_match: ( { pattern = \"^.{4}：\\\\d+$\"; } );");
	assert_non_null(x);
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, "验证码是：12")), POLICY_PASS);
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, "验证码是：１２")), POLICY_PASS);
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, "验证码：12")), POLICY_REFUSE);
	struct policy_subject *s = rig_text(&t, CLASS_OTP, "验证码是：12\xff");
	assert_int_equal(must_match_judge(x, s), POLICY_REFUSE);
	assert_string_equal(s->detail, "the pattern of line 1 gave up on it");
	must_match_free(x);
	rig_end(&rig);
}

/* Words in a text that is not known to be UTF-8, and is not. */
static void test_words(void **state)
{
	(void)state;
	struct rig_text t;
	struct must_match *x = build("must_match: ( { pattern = \"好\"; when = \"截至.*日\"; } );");
	assert_non_null(x);
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, "截至1日")), POLICY_REFUSE);
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, "截至\n1日")), POLICY_PASS);
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, "好截至1日")), POLICY_PASS);
	struct policy_subject *s = rig_text(&t, CLASS_OTP, "好截至1日\xff");
	assert_int_equal(must_match_judge(x, s), POLICY_REFUSE);
	assert_string_equal(s->detail, "the pattern of line 1 gave up on it");
	must_match_free(x);
	rig_end(&rig);
}

/* A pattern that would take ages gives up soon; as `when` it does not let the text through. */
static void test_no_end(void **state)
{
	(void)state;
	struct rig_text t;
	char text[3000] = "";
	struct timespec a, b;
	for (int i = 0; i < 900; i++)
		strcat(text, "啊");
	struct must_match *x = build("must_match: ( { pattern = \"^(啊+)+$\"; when = \"啊\"; },"
				     " { pattern = \"好\"; when = \"^(啊+)+$\"; } );");
	assert_non_null(x);
	strcat(text, "!");
	clock_gettime(CLOCK_MONOTONIC, &a);
	struct policy_subject *s = rig_text(&t, CLASS_OTP, text);
	assert_int_equal(must_match_judge(x, s), POLICY_REFUSE);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(b.tv_sec - a.tv_sec < 2);
	assert_string_equal(s->detail, "the pattern of line 1 gave up on it");
	must_match_free(x);
	rig_end(&rig);
	x = build("must_match: ( { pattern = \"好\"; when = \"^(啊+)+$\"; } );");
	assert_int_equal(must_match_judge(x, rig_text(&t, CLASS_OTP, text)), POLICY_REFUSE);
	must_match_free(x);
	rig_end(&rig);
}

static void test_faults(void **state)
{
	(void)state;
	assert_null(build("must_match: (\n { pattern = \"(利率\"; },\n { pattern = \"利率\"; when = \"[a\"; } );\n"));
	rig_faults(&rig,
		   "FILE:2: must_match: pattern \"(利率\" is no regular expression, at octet 7: missing closing "
		   "parenthesis\n"
		   "FILE:3: must_match: when \"[a\" is no regular expression, at octet 2: missing terminating ] for "
		   "character class\n");
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_verdicts), cmocka_unit_test(test_utf),	cmocka_unit_test(test_words),
	cmocka_unit_test(test_no_end),	 cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
