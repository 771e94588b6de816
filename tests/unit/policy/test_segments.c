/*
 * test_segments.c - parts of a text as they are billed: against split_plan() of the protocol, and the bound.
 */
#include "policy/segments.h"

#include "smpp/charset.h"
#include "smpp/split.h"
#include "text_rig.h"

static const char *repeat(char *out, const char *what, unsigned n)
{
	out[0] = '\0';
	char *p = out;
	for (unsigned i = 0; i < n; i++)
		p = stpcpy(p, what);
	return out;
}

static char text[200000];

/* Every length of several alphabets, against the splitter that carriers' texts go through. */
static void test_every_length(void **state)
{
	(void)state;
	static const char *const units[] = {"行", "a", "€", "😀", "a行", "[行", "Å"};
	static uint8_t out[400000];
	for (unsigned u = 0; u < 7; u++) {
		for (unsigned n = 0; n <= 500; n += n < 200 ? 1 : 7) {
			struct view v = view_of(repeat(text, units[u], n));
			bool gsm = charset_fits(CHARSET_UTF8, v, CHARSET_GSM7);
			for (int mode = SEGMENTS_CN; mode <= SEGMENTS_ALPHABET; mode++) {
				enum charset c = gsm && mode == SEGMENTS_ALPHABET ? CHARSET_GSM7 : CHARSET_UCS2;
				long got = charset_convert(CHARSET_UTF8, v, c, false, out, sizeof(out));
				assert_true(got >= 0);
				struct view wire = {out, (uint32_t)got};
				assert_int_equal(segments_count(v, (enum segments_mode)mode),
						 split_plan(c, wire, SPLIT_UDH8, NULL));
			}
		}
	}
}

static void test_edges(void **state)
{
	(void)state;
	static const struct {
		const char *unit;
		unsigned n, cn, alphabet;
	} rows[] = {
		{"行", 70, 1, 1},	 {"行", 71, 2, 2},	  {"行", 134, 2, 2}, {"行", 135, 3, 3},
		{"1", 70, 1, 1},	 {"1", 71, 2, 1},	  {"1", 160, 3, 1},  {"1", 161, 3, 2},
		{"1", 306, 5, 2},	 {"1", 307, 5, 3},	  {"😀", 35, 1, 1},   {"😀", 36, 2, 2},
		{"行", 17085, 255, 255}, {"行", 17086, 256, 256}, {"", 0, 1, 1},     {"\xff", 71, 2, 2},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct view v = view_of(repeat(text, rows[i].unit, rows[i].n));
		assert_int_equal(segments_count(v, SEGMENTS_CN), rows[i].cn);
		assert_int_equal(segments_count(v, SEGMENTS_ALPHABET), rows[i].alphabet);
	}
}

static void test_verdicts(void **state)
{
	(void)state;
	struct rig rig;
	struct rig_text t;
	rig_read(&rig, "segments", segments_rows, sizeof(struct segments_conf),
		 "segments: ( { max = 3; }, { account = \"bank\"; classes = [ \"promo\" ]; max = 1; },"
		 " { account = \"bank\"; max = 1; count = \"alphabet\"; } );");
	struct segments *x = segments_new(rig.rows, rig.n, &rig_names, &rig.errors);
	assert_non_null(x);
	assert_int_equal(segments_judge(x, rig_text(&t, CLASS_PROMO, repeat(text, "行", 70))), POLICY_PASS);
	struct policy_subject *s = rig_text(&t, CLASS_PROMO, repeat(text, "行", 71));
	assert_int_equal(segments_judge(x, s), POLICY_REFUSE);
	assert_string_equal(s->detail, "it takes 2 segments, and 1 are allowed");
	assert_int_equal(segments_judge(x, rig_text(&t, CLASS_PROMO, repeat(text, "a", 71))), POLICY_REFUSE);
	assert_int_equal(segments_judge(x, rig_text(&t, CLASS_OTP, repeat(text, "a", 160))), POLICY_PASS);
	assert_int_equal(segments_judge(x, rig_text(&t, CLASS_OTP, repeat(text, "a", 161))), POLICY_REFUSE);
	s = rig_text(&t, CLASS_OTP, repeat(text, "行", 201));
	s->account = LOAN;
	assert_int_equal(segments_judge(x, s), POLICY_PASS);
	s = rig_text(&t, CLASS_OTP, repeat(text, "行", 202));
	s->account = LOAN;
	assert_int_equal(segments_judge(x, s), POLICY_REFUSE);
	segments_free(x);
	rig_end(&rig);
}

/* The quick look never lets a text pass that has more segments. */
static void test_like_count(void **state)
{
	(void)state;
	static const char *const units[] = {"行", "a", "€", "😀", "{", "Å", "\xff"};
	struct rig rig;
	struct rig_text t;
	rig_read(&rig, "segments", segments_rows, sizeof(struct segments_conf),
		 "segments: ( { account = \"bank\"; max = 2; },"
		 " { account = \"bank\"; classes = [ \"promo\" ]; max = 3; count = \"alphabet\"; } );");
	struct segments *x = segments_new(rig.rows, rig.n, &rig_names, &rig.errors);
	unsigned refused = 0;
	srand(20261123);
	for (unsigned round = 0; round < 4000; round++) {
		char *p = text;
		unsigned kinds = 1 + (unsigned)rand() % 7;
		bool promo = rand() % 2, valid = kinds < 7;
		*p = '\0';
		for (unsigned n = (unsigned)rand() % 500; n > 0; n--)
			p = stpcpy(p, units[(unsigned)rand() % kinds]);
		unsigned segments = segments_count(view_of(text), promo ? SEGMENTS_ALPHABET : SEGMENTS_CN);
		struct policy_subject *s = rig_text(&t, promo ? CLASS_PROMO : CLASS_OTP, text);
		s->valid = valid;
		enum policy_effect want = segments > (promo ? 3 : 2) ? POLICY_REFUSE : POLICY_PASS;
		assert_int_equal(segments_judge(x, s), want);
		refused += want == POLICY_REFUSE;
	}
	assert_in_range(refused, 1000, 3000);
	segments_free(x);
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_every_length),
	cmocka_unit_test(test_edges),
	cmocka_unit_test(test_verdicts),
	cmocka_unit_test(test_like_count),
};

UNIT_MAIN(cases)
