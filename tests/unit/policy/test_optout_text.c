/*
 * test_optout_text.c - 拒收请回复R near the end of promotional texts: recognised, appended, one carrier's for
 * another's.
 */
#include "policy/optout_text.h"

#include "text_rig.h"

static struct rig rig;
static struct optout_text *build(const char *text)
{
	rig_read(&rig, "opt_out_texts", optout_text_rows, sizeof(struct optout_text_conf), text);
	return optout_text_new(rig.rows, rig.n, &rig_names, &rig.errors);
}

static const char rows[] =
	"opt_out_texts: (\n"
	" { texts = [ \"拒收请回复R\", \"回T退订\" ]; },\n"
	" { account = \"loan\"; texts = [ \"拒收请回复R\" ]; on_missing = \"append\"; },\n"
	" { account = \"loan\"; carrier = \"unicom\"; texts = [ \"回TD退订\" ]; on_missing = \"append\";\n"
	"   append = \"，回TD退订\"; } );\n";

static const struct {
	const char *text;
	bool has;
} texts[] = {
	{"理财新客专享，拒收请回复R", true},
	{"理财新客专享 拒收请回复 R", true},
	{"理财新客专享，拒收请回复Ｒ", true},
	{"理财新客专享（拒收，请回复：r）。", true},
	{"理财新客专享，拒 收 请 回 复 “R”", true},
	{"理财新客专享，回T退订", true},
	{"理财新客专享，回t退订。【招商银行】", true},
	{"理财新客专享，回\xe2\x80\x8bT退订", true},
	{"回T退订：理财新客专享活动已开始", true}, /* forty characters count as near the end */
	{"回T退订。理财新客专享活动已经开始，年化利率百分之三点四五，名额有限先到先得，详情请到各网点咨询，或者致电客服"
	 "热线",
	 false},
	{"理财新客专享，退订回T", false},
	{"理财新客专享，拒收请回复", false},
	{"理财新客专享", false},
	{"", false},
	{"\xff\xfe\x80", false},
};

static void test_words(void **state)
{
	(void)state;
	struct rig_text t;
	struct optout_text *x = build(rows);
	assert_non_null(x);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct policy_subject *s = rig_text(&t, CLASS_PROMO, texts[i].text);
		enum policy_effect effect = optout_text_judge(x, s);
		if (effect != (texts[i].has ? POLICY_PASS : POLICY_REFUSE))
			fail_msg("\"%s\": %d", texts[i].text, effect);
		assert_string_equal(s->detail, texts[i].has ? "" : "it does not say near its end how to stop it");
	}
	assert_true(optout_text_concerns(x, BANK, CLASS_PROMO));
	assert_false(optout_text_concerns(x, BANK, CLASS_OTP)); /* promo is the default */
	assert_int_equal(optout_text_judge(x, rig_text(&t, CLASS_OTP, "您的验证码是123456")), POLICY_PASS);
	optout_text_free(x);
	rig_end(&rig);
}

static const struct {
	size_t carrier;
	const char *text, *after; /* after NULL: as it was */
} appended[] = {
	{POLICY_NO_CARRIER, "信用贷上新。", "信用贷上新。拒收请回复R"},
	{MOBILE, "信用贷上新。", "信用贷上新。拒收请回复R"},
	{UNICOM, "信用贷上新", "信用贷上新，回TD退订"},
	{UNICOM, "信用贷上新，拒收请回复R", "信用贷上新，，回TD退订"}, /* what the row for all had appended goes */
	{UNICOM, "信用贷上新，拒收请回复Ｒ", "信用贷上新，拒收请回复Ｒ，回TD退订"}, /* the app's own words stay */
	{MOBILE, "信用贷上新，回TD退订", "信用贷上新拒收请回复R"},
	{POLICY_NO_CARRIER, "信用贷上新，回TD退订", NULL}, /* of one carrier's row: judged when that is known */
	{UNICOM, "信用贷上新，回td退订！", NULL},
	{MOBILE, "信用贷上新。【招联金融】", "信用贷上新。拒收请回复R【招联金融】"},
	{MOBILE, "", "拒收请回复R"},
};

static void test_append(void **state)
{
	(void)state;
	struct rig_text t;
	struct optout_text *x = build(rows);
	assert_non_null(x);
	for (size_t i = 0; i < sizeof(appended) / sizeof(appended[0]); i++) {
		struct policy_subject *s = rig_text(&t, CLASS_PROMO, appended[i].text);
		s->account = LOAN;
		s->carrier = appended[i].carrier;
		assert_int_equal(optout_text_judge(x, s), appended[i].after ? POLICY_CHANGED : POLICY_PASS);
		assert_text(s, appended[i].after ? appended[i].after : appended[i].text);
		assert_int_equal(optout_text_judge(x, s), POLICY_PASS); /* once is enough */
	}
	struct policy_subject *s = rig_text(&t, CLASS_PROMO, "信用贷上新");
	s->account = LOAN;
	s->fixed = true;
	assert_int_equal(optout_text_judge(x, s), POLICY_REFUSE);
	assert_text(s, "信用贷上新");
	assert_string_equal(s->detail, "it does not say how to stop it, and its text cannot be changed");
	optout_text_free(x);
	rig_end(&rig);
}

/* The signature that others know stays where it is when words go before it. */
static void test_signature_moves(void **state)
{
	(void)state;
	struct rig_text t;
	struct optout_text *x = build(rows);
	struct policy_subject *s = rig_text(&t, CLASS_PROMO, "信用贷上新。【招联金融】");
	s->account = LOAN;
	s->signature = (struct view){(const uint8_t *)strstr(t.text, "招联"), 12};
	assert_int_equal(optout_text_judge(x, s), POLICY_CHANGED);
	assert_view(s->signature, "招联金融");
	optout_text_free(x);
	rig_end(&rig);
}

static void test_without(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"理财新客专享，拒收请回复R", "理财新客专享，"},
		{"理财新客专享（拒收 请回复：Ｒ）。", "理财新客专享（"},
		{"理财新客专享回t退订", "理财新客专享"},
		{"拒收请回复R", ""},
		{"理财新客专享", "理财新客专享"},
		{"回T退订，理财", "回T退订，理财"},
		{"", ""},
	};
	struct rig_text t;
	struct optout_text *x = build(rows);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct policy_subject *s = rig_text(&t, CLASS_PROMO, pairs[i][0]);
		assert_view(optout_text_without(x, s, view_of(pairs[i][0])), pairs[i][1]);
		s->class_id = CLASS_OTP;
		assert_view(optout_text_without(x, s, view_of(pairs[i][0])), pairs[i][0]);
	}
	optout_text_free(x);
	rig_end(&rig);
}

/* Latin letters of full width, so that no words stand there as in the configuration. */
static const char *widened(struct view text, char *out)
{
	char *p = out;
	for (uint32_t i = 0; i < text.n; i++) {
		if (text.p[i] >= 'A' && text.p[i] <= 'Z')
			p += sprintf(p, "\xef\xbc%c", 0xa1 + text.p[i] - 'A');
		else
			*p++ = (char)text.p[i];
	}
	*p = '\0';
	return out;
}

/* What is found by a quick look, and what by folding, is the same. */
static void test_as_written(void **state)
{
	(void)state;
	static const char *const pieces[] = {"拒收请回复R", "回 T", "退订",	 "，",	 "。", " ",    "TD",
					     "R",	    "T",    "回T，退订", "收请", "理", "财新", "\xe2\x80\x8b"};
	struct rig_text a, b;
	struct optout_text *x =
		build("opt_out_texts: ( { texts = [ \"，拒收请回复R\", \"回T，退订\", \" TD。\" ]; } );");
	unsigned passed = 0;
	char text[400], wide[800], want[800];
	srand(20261123);
	for (int round = 0; round < 5000; round++) {
		text[0] = '\0';
		for (int n = rand() % 7; n > 0; n--)
			strcat(text, pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
		widened(view_of(text), wide);
		struct policy_subject *s = rig_text(&a, CLASS_PROMO, text), *w = rig_text(&b, CLASS_PROMO, wide);
		struct view without = optout_text_without(x, s, view_of(text));
		assert_view(optout_text_without(x, w, view_of(wide)), widened(without, want));
		enum policy_effect effect = optout_text_judge(x, s);
		assert_int_equal(optout_text_judge(x, w), effect);
		passed += effect == POLICY_PASS;
	}
	assert_in_range(passed, 1000, 4000);
	optout_text_free(x);
	rig_end(&rig);
}

/* Whose answer is another one for another carrier. */
static void test_by_carrier(void **state)
{
	(void)state;
	struct optout_text *x = build(rows);
	assert_non_null(x);
	assert_true(optout_text_any_carrier(x));
	assert_true(optout_text_by_carrier(x, LOAN, CLASS_PROMO));
	assert_false(optout_text_by_carrier(x, LOAN, CLASS_OTP));
	assert_false(optout_text_by_carrier(x, BANK, CLASS_PROMO));
	optout_text_free(x);
	rig_end(&rig);
	x = build("opt_out_texts: ( { texts = [ \"拒收请回复R\" ]; } );\n");
	assert_non_null(x);
	assert_false(optout_text_any_carrier(x));
	assert_false(optout_text_by_carrier(x, LOAN, CLASS_PROMO));
	optout_text_free(x);
	rig_end(&rig);
}

static void test_faults(void **state)
{
	(void)state;
	assert_null(build("opt_out_texts: (\n"
			  " { texts = [ \"。，\" ]; },\n"
			  " { account = \"loan\"; carrier = \"telecom\"; texts = [ \"回T退订\" ]; },\n"
			  " { account = \"bank\"; texts = [ \"回T退订\" ]; on_missing = \"append\"; append = "
			  "\"退订回T\"; } );\n"));
	rig_faults(&rig, "FILE:3: opt_out_texts: there is no carrier \"telecom\"\n"
			 "FILE:2: opt_out_texts: \"。，\" has 0 characters without blanks and punctuation; "
			 "1 to 40 can be found\n"
			 "FILE:4: opt_out_texts: append \"退订回T\" holds none of texts\n");
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_words),	cmocka_unit_test(test_append),	   cmocka_unit_test(test_signature_moves),
	cmocka_unit_test(test_without), cmocka_unit_test(test_as_written), cmocka_unit_test(test_by_carrier),
	cmocka_unit_test(test_faults),
};

UNIT_MAIN(cases)
