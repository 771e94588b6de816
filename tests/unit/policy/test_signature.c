/*
 * test_signature.c - signatures 【…】: found, allowed, at their place, put before a text that has none.
 */
#include "policy/signature.h"

#include "text_rig.h"

static const struct {
	const char *text, *name;
	enum signature_place place;
	const char *without;
} findings[] = {
	{"【招商银行】您的验证码是123456", "招商银行", SIGNATURE_START, "您的验证码是123456"},
	{"  　【招商银行】您好", "招商银行", SIGNATURE_START, "您好"},
	{"\xef\xbb\xbf【招商银行】您好", "招商银行", SIGNATURE_START, "您好"},
	{"您好【招商银行】", "招商银行", SIGNATURE_END, "您好"},
	{"您好【招商银行】 \n", "招商银行", SIGNATURE_END, "您好"},
	{"【招商银行】您好【掌上生活】", "招商银行", SIGNATURE_START, "您好【掌上生活】"},
	{"【】您好【招商银行】", "招商银行", SIGNATURE_END, "【】您好"},
	{"【招商银行】", "招商银行", SIGNATURE_START, ""},
	{"您【招商银行】好", "", SIGNATURE_END, "您【招商银行】好"},
	{"【招商银行", "", SIGNATURE_END, "【招商银行"},
	{"招商银行】您好", "", SIGNATURE_END, "招商银行】您好"},
	{"【招商【银行】您好", "", SIGNATURE_END, "【招商【银行】您好"},
	{"[招商银行]您好", "", SIGNATURE_END, "[招商银行]您好"},
	{"】", "", SIGNATURE_END, "】"},
	{"", "", SIGNATURE_END, ""},
	{"  ", "", SIGNATURE_END, "  "},
};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		enum signature_place place;
		struct view text = view_of(findings[i].text), name = signature_find(text, &place);
		assert_view(name, findings[i].name);
		if (name.n)
			assert_int_equal(place, findings[i].place);
		assert_view(signature_without(text), findings[i].without);
	}
}

/* A name has at most 64 characters. */
static void test_long_name(void **state)
{
	(void)state;
	char text[400];
	for (int n = 63; n <= 66; n++) {
		size_t at = (size_t)sprintf(text, "【");
		for (int i = 0; i < n; i++)
			at += (size_t)sprintf(text + at, "行");
		sprintf(text + at, "】您好");
		assert_int_equal(signature_find(view_of(text), NULL).n, n <= 64 ? 3 * n : 0);
	}
}

static struct rig rig;
static struct signature *build(const char *text)
{
	rig_read(&rig, "signatures", signature_rows, sizeof(struct signature_conf), text);
	return signature_new(rig.rows, rig.n, &rig_names, &rig.errors);
}

static const char rows[] = "signatures: (\n"
			   " { account = \"bank\"; names = [ \"招商银行\", \"掌上生活\" ]; },\n"
			   " { account = \"bank\"; classes = [ \"promo\" ]; names = [ \"招商银行\", \"掌上生活\" ];\n"
			   "   default = \"掌上生活\"; on_missing = \"prepend\"; position = \"any\"; },\n"
			   " { account = \"loan\"; names = [ \"招联金融\" ]; position = \"end\"; } );\n";

static const struct {
	size_t account;
	enum class_id class_id;
	const char *text;
	enum policy_effect effect;
	const char *after; /* NULL: as it was */
	const char *name, *detail;
} verdicts[] = {
	{BANK, CLASS_OTP, "【招商银行】验证码123456", POLICY_PASS, NULL, "招商银行", ""},
	{BANK, CLASS_OTP, "【掌上生活】验证码123456", POLICY_PASS, NULL, "掌上生活", ""},
	{BANK, CLASS_OTP, "【招行】验证码123456", POLICY_REFUSE, NULL, "招行", "the account has no signature 【招行】"},
	{BANK, CLASS_OTP, "验证码123456", POLICY_REFUSE, NULL, "", "it has no signature 【…】 at its start"},
	{BANK, CLASS_OTP, "", POLICY_REFUSE, NULL, "", "it has no signature 【…】 at its start"},
	{BANK, CLASS_OTP, "验证码123456【招商银行】", POLICY_REFUSE, NULL, "招商银行",
	 "the signature 【招商银行】 stands at the end"},
	{BANK, CLASS_OTP, "【招商银行】【掌上生活】您好", POLICY_REFUSE, NULL, "招商银行",
	 "【 or 】 stands outside of the signature"},
	{BANK, CLASS_OTP, "【招商银行】您好【", POLICY_REFUSE, NULL, "招商银行",
	 "【 or 】 stands outside of the signature"},
	{BANK, CLASS_OTP, "【】您好", POLICY_REFUSE, NULL, "", "【 or 】 stands outside of the signature"},
	{BANK, CLASS_PROMO, "理财新客专享", POLICY_CHANGED, "【掌上生活】理财新客专享", "掌上生活",
	 "【掌上生活】 was put before it"},
	{BANK, CLASS_PROMO, "理财新客专享【招商银行】", POLICY_PASS, NULL, "招商银行", ""},
	{BANK, CLASS_PROMO, "理财【新客】专享", POLICY_REFUSE, NULL, "", "【 or 】 stands outside of the signature"},
	{LOAN, CLASS_REMIND, "您的账单已出【招联金融】", POLICY_PASS, NULL, "招联金融", ""},
	{LOAN, CLASS_REMIND, "【招联金融】您的账单已出", POLICY_REFUSE, NULL, "招联金融",
	 "the signature 【招联金融】 stands at the start"},
	{SHOP, CLASS_OTP, "【小店】您好", POLICY_PASS, NULL, "小店", ""}, /* no row: others know it all the same */
	{SHOP, CLASS_OTP, "您好", POLICY_PASS, NULL, "", ""},
};

static void test_verdicts(void **state)
{
	(void)state;
	struct rig_text t;
	struct signature *x = build(rows);
	assert_non_null(x);
	assert_true(signature_concerns(x, BANK, CLASS_OTP) && signature_concerns(x, LOAN, CLASS_PROMO));
	assert_false(signature_concerns(x, SHOP, CLASS_OTP));
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct policy_subject *s = rig_text(&t, verdicts[i].class_id, verdicts[i].text);
		s->account = verdicts[i].account;
		assert_int_equal(signature_judge(x, s), verdicts[i].effect);
		assert_text(s, verdicts[i].after ? verdicts[i].after : verdicts[i].text);
		assert_view(s->signature, verdicts[i].name);
		assert_string_equal(s->detail, verdicts[i].detail);
	}
	signature_free(x);
	rig_end(&rig);
}

/* A text that may not be changed, or has no room, is refused. */
static void test_fixed(void **state)
{
	(void)state;
	struct rig_text t;
	struct signature *x = build(rows);
	struct policy_subject *s = rig_text(&t, CLASS_PROMO, "理财新客专享");
	s->fixed = true;
	assert_int_equal(signature_judge(x, s), POLICY_REFUSE);
	assert_text(s, "理财新客专享");
	assert_string_equal(s->detail, "it has no signature, and its text cannot be changed");
	s = rig_text(&t, CLASS_PROMO, "理财新客专享");
	s->text_cap = 6 * 3 + 6 * 3 - 1;
	assert_int_equal(signature_judge(x, s), POLICY_REFUSE);
	s->text_cap++;
	assert_int_equal(signature_judge(x, s), POLICY_CHANGED);
	assert_text(s, "【掌上生活】理财新客专享");
	signature_free(x);
	rig_end(&rig);
}

/* A row for all accounts; the more particular one wins. */
static void test_particular(void **state)
{
	(void)state;
	struct rig_text t;
	struct signature *x = build("signatures: ( { names = [ \"招商局\" ]; },"
				    " { classes = [ \"otp\" ]; names = [ \"验证\" ]; },"
				    " { account = \"bank\"; names = [ \"招商银行\" ]; } );");
	assert_non_null(x);
	assert_int_equal(signature_judge(x, rig_text(&t, CLASS_OTP, "【招商银行】您好")), POLICY_PASS);
	assert_int_equal(signature_judge(x, rig_text(&t, CLASS_OTP, "【验证】您好")), POLICY_REFUSE);
	struct policy_subject *s = rig_text(&t, CLASS_OTP, "【验证】您好");
	s->account = SHOP;
	assert_int_equal(signature_judge(x, s), POLICY_PASS);
	s->class_id = CLASS_NOTICE;
	assert_int_equal(signature_judge(x, s), POLICY_REFUSE);
	s->account = 99; /* an account that came later */
	s->class_id = CLASS_OTP;
	assert_int_equal(signature_judge(x, s), POLICY_PASS);
	signature_free(x);
	rig_end(&rig);
}

/* A text of ours is signed with the account's own name at its place; it is left alone when that cannot be. */
static void test_put(void **state)
{
	(void)state;
	char out[60];
	struct signature *x = build(rows);
	assert_string_equal(signature_put(x, BANK, CLASS_ALERT, "您已退订", out, sizeof(out)), "【招商银行】您已退订");
	assert_string_equal(signature_put(x, BANK, CLASS_PROMO, "您已退订", out, sizeof(out)), "【掌上生活】您已退订");
	assert_string_equal(signature_put(x, LOAN, CLASS_ALERT, "您已退订", out, sizeof(out)), "您已退订【招联金融】");
	const char *same[] = {"【招行】您已退订", "一二三四五六七八九十一二三四"};
	for (size_t i = 0; i < 2; i++)
		assert_ptr_equal(signature_put(x, BANK, CLASS_ALERT, same[i], out, sizeof(out)), same[i]);
	assert_ptr_equal(signature_put(x, SHOP, CLASS_ALERT, same[1], out, sizeof(out)), same[1]);
	signature_free(x);
	rig_end(&rig);
}

static void test_faults(void **state)
{
	(void)state;
	assert_null(build(
		"signatures: (\n"
		" { account = \"bnak\"; names = [ \"招商银行\" ]; },\n"
		" { classes = [ \"sms\" ]; names = [ \"【招商银行】\", \"\" ]; },\n"
		" { names = [ \"招商银行\" ]; default = \"招行\"; },\n"
		" { account = \"loan\"; names = [ \"招联\" ]; position = \"end\"; on_missing = \"prepend\"; } );\n"));
	rig_faults(&rig,
		   "FILE:2: signatures: there is no account \"bnak\"\n"
		   "FILE:3: signatures: \"sms\" is none of otp, alert, notice, remind, collect, promo\n"
		   "FILE:3: signatures: \"【招商银行】\": names stand here without 【】\n"
		   "FILE:3: signatures: \"\" has 0 characters; a name has 1 to 64\n"
		   "FILE:4: signatures: default \"招行\" is not one of names\n"
		   "FILE:5: signatures: on_missing = \"prepend\" puts it at the start, but position is \"end\"\n");
	rig_end(&rig);
	assert_null(build("signatures: (\n"
			  " { account = \"bank\"; classes = [ \"otp\", \"alert\" ]; names = [ \"招商银行\" ]; },\n"
			  " { account = \"bank\"; classes = [ \"alert\" ]; names = [ \"掌上生活\" ]; } );\n"));
	rig_faults(&rig,
		   "FILE:3: signatures: the row at FILE:2 is for the same account and class; only one can hold\n");
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_find),   cmocka_unit_test(test_long_name),  cmocka_unit_test(test_verdicts),
	cmocka_unit_test(test_fixed),  cmocka_unit_test(test_particular), cmocka_unit_test(test_put),
	cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
