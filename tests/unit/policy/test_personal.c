/*
 * test_personal.c - resident ids and bank cards in texts: what is one, masked, refused; against a simple search.
 */
#include "policy/personal.h"

#include "text_rig.h"

static struct rig rig;
static struct personal *build(const char *text)
{
	rig_read(&rig, "personal", personal_rows, sizeof(struct personal_conf), text);
	return personal_new(rig.rows, rig.n, &rig_names, &rig.errors);
}

static const char rows[] =
	"personal: ( { account = \"bank\"; resident_id = \"mask\"; bank_card = \"mask\"; },"
	" { account = \"bank\"; classes = [ \"promo\" ]; resident_id = \"refuse\"; bank_card = \"mask\"; },"
	" { account = \"loan\"; bank_card = \"refuse\"; },"
	" { account = \"shop\"; } );";

static const struct {
	const char *text, *after; /* after NULL: nothing is found */
} masked[] = {
	/* resident ids: of the standard's example, and ones with X */
	{"身份证11010519491231002X已登记", "身份证110***********002X已登记"},
	{"身份证11010519491231002x。", "身份证110***********002x。"},
	{"身份证１１０１０５１９４９１２３１００２Ｘ。", "身份证１１０***********００２Ｘ。"},
	{"110105 19491231 002X", "110*** ******** 002X"},
	{"110-105-1949-1231-002-X", "110-***-****-****-002-X"},
	{"440524188001010049", NULL}, /* born 1880 */
	{"110105194912310021", NULL}, /* the check digit is wrong, and it begins with 1 */
	{"11010519491331002X", NULL},
	{"110105194912310029", NULL},
	{"111010519491231002X", NULL}, /* inside a longer number */
	{"11010519491231002", NULL},
	{"身份证:53010219200508011X.", "身份证:530***********011X."},
	/* cards */
	{"卡号6225880212345678", NULL}, /* not Luhn */
	{"卡号4111111111111111到账", "卡号411111******1111到账"},
	{"卡号4111 1111 1111 1111到账", "卡号4111 11** **** 1111到账"},
	{"卡号4111-1111-1111-1111", "卡号4111-11**-****-1111"},
	{"卡号４１１１１１１１１１１１１１１１", "卡号４１１１１１******１１１１"},
	{"卡号6222 0210 0111 6245 702，", "卡号6222 02** **** ***5 702，"},
	{"378282246310005", "378282*****0005"},
	{"尾号1234 4111111111111111", "尾号1234 411111******1111"},
	{"4111111111111111 95555", "411111******1111 95555"},
	{"41111111111111112222", NULL}, /* twenty digits */
	{"14111111111111111", NULL},
	{"4111 1111 11 111111", NULL}, /* groups of fewer than four */
	{"4111   1111 1111 1111", NULL},
	{"2026050112304567", NULL}, /* begins as a day does */
	{"订单号2026050111111115", NULL},
	{"138-0013-8000 10086", NULL},
	{"您的验证码是123456，5分钟内有效", NULL},
	{"两张卡4111111111111111和6222021001116245702", "两张卡411111******1111和622202*********5702"},
	{"11010519491231002X4111111111111111", "110***********002X411111******1111"},
	/* what stays of the id is the end of a card number then */
	{"卡41011 111111-1111 11010519491231002X", "卡41011 1*****-***1 110***********002X"},
	{"", NULL},
	{"4111111111111111\xff", "411111******1111\xff"},
	/* behind digits that are too few */
	{"10.5%和4111111111111111", "10.5%和411111******1111"},
	{"5/1:4111111111111111", "5/1:411111******1111"},
	{"第2 4111111111111111", "第2 411111******1111"},
	{"20260501\xe4"
	 "4111111111111111",
	 "20260501\xe4"
	 "411111******1111"},
};

static void test_masked(void **state)
{
	(void)state;
	struct rig_text t;
	struct personal *x = build(rows);
	assert_non_null(x);
	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		struct policy_subject *s = rig_text(&t, CLASS_NOTICE, masked[i].text);
		enum policy_effect effect = personal_judge(x, s);
		assert_text(s, masked[i].after ? masked[i].after : masked[i].text);
		assert_int_equal(effect, masked[i].after ? POLICY_CHANGED : POLICY_PASS);
		assert_true(!masked[i].after || strstr(s->detail, "was masked"));
		assert_null(strpbrk(s->detail, "0123456789"));
	}
	personal_free(x);
	rig_end(&rig);
}

static void test_refused(void **state)
{
	(void)state;
	struct rig_text t;
	struct personal *x = build(rows);
	struct policy_subject *s = rig_text(&t, CLASS_PROMO, "卡4111111111111111，证11010519491231002X");
	assert_int_equal(personal_judge(x, s), POLICY_REFUSE);
	assert_string_equal(s->detail, "it holds a resident id");
	s = rig_text(&t, CLASS_NOTICE, "卡4111111111111111");
	s->fixed = true;
	assert_int_equal(personal_judge(x, s), POLICY_REFUSE);
	assert_text(s, "卡4111111111111111");
	assert_string_equal(s->detail, "it holds a bank card number");
	s = rig_text(&t, CLASS_NOTICE, "证370101199001010000，卡4111111111111111");
	s->account = LOAN;
	assert_int_equal(personal_judge(x, s), POLICY_REFUSE);
	s = rig_text(&t, CLASS_NOTICE, "证11010519491231002X");
	s->account = LOAN;
	assert_int_equal(personal_judge(x, s), POLICY_PASS);
	s->account = SHOP;
	assert_int_equal(personal_judge(x, s), POLICY_PASS);
	assert_true(personal_concerns(x, LOAN, CLASS_OTP));
	assert_false(personal_concerns(x, SHOP, CLASS_OTP)); /* a row that does nothing */
	personal_free(x);
	rig_end(&rig);
}

static unsigned luhn(const char *s, int n)
{
	unsigned sum = 0;
	for (int i = 0; i < n; i++) {
		unsigned v = (unsigned)(s[n - 1 - i] - '0') << (i % 2);
		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10;
}

/* Numbers of every length, each last digit: exactly the one that Luhn asks for is found, from 15 to 19 digits. */
static void test_every_card(void **state)
{
	(void)state;
	struct rig_text t;
	struct personal *x = build("personal: ( { bank_card = \"refuse\"; } );");
	unsigned seed = 12345;
	for (int n = 13; n <= 22; n++) {
		for (int round = 0; round < 300; round++) {
			char text[40];
			for (int i = 0; i < n; i++) {
				seed = seed * 1103515245u + 12345u;
				text[i] = (char)('0' + (seed >> 16) % 10);
			}
			text[0] = "34569"[round % 5];
			text[n] = '\0';
			if (n == 18)
				text[6] = '9'; /* no year of birth: a resident id would not be a card */
			for (char last = '0'; last <= '9'; last++) {
				text[n - 1] = last;
				bool card = n >= 15 && n <= 19 && luhn(text, n) == 0;
				assert_int_equal(personal_judge(x, rig_text(&t, CLASS_OTP, text)),
						 card ? POLICY_REFUSE : POLICY_PASS);
			}
		}
	}
	personal_free(x);
	rig_end(&rig);
}

/* A card behind any number of groups before it, in a run that is longer than what is read at once. */
static void test_long_runs(void **state)
{
	(void)state;
	struct rig_text t;
	char text[2000], want[2000];
	struct personal *x = build("personal: ( { bank_card = \"mask\"; } );");
	for (int groups = 0; groups < 60; groups++) {
		text[0] = '\0';
		for (int i = 0; i < groups; i++)
			strcat(text, i % 7 == 3 ? "00000000000000000000000 " : "0000 ");
		strcpy(want, text);
		strcat(text, "4111 1111 1111 1111 1 22");
		strcat(want, "4111 11** **** 1111 1 22");
		struct policy_subject *s = rig_text(&t, CLASS_OTP, text);
		assert_int_equal(personal_judge(x, s), POLICY_CHANGED);
		assert_text(s, want);
	}
	memset(text, '4', sizeof(text)); /* one group without end */
	strcpy(text + 1900, "卡4111111111111111");
	struct policy_subject *s = rig_text(&t, CLASS_OTP, text);
	assert_int_equal(personal_judge(x, s), POLICY_CHANGED);
	memset(want, '4', sizeof(want));
	strcpy(want + 1900, "卡411111******1111");
	assert_text(s, want);
	personal_free(x);
	rig_end(&rig);
}

static void random_numbers(char *out)
{
	static const char *const pieces[] = {"4111111111111111",
					     "11010519491231002X",
					     "4111 1111",
					     "1111-1111",
					     "411111",
					     "1111111111",
					     "5",
					     "95555",
					     "2026",
					     "-",
					     " ",
					     "－",
					     "　",
					     "，",
					     ",",
					     ".",
					     "x",
					     "X",
					     "年",
					     "号",
					     "a",
					     "%",
					     "é",
					     "😀",
					     "\xe2\x80\x8b",
					     "\xe4",
					     "\xef\xbc",
					     "\t",
					     "\x7f",
					     "０",
					     "*",
					     "\n"};
	*out = '\0';
	for (int n = 1 + rand() % 12; n > 0; n--)
		strcat(out, pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))]);
}

/* Digits of full width for the others, or the other way round. */
static void change_width(const char *from, char *to, bool wide)
{
	while (*from) {
		bool was_wide =
			memcmp(from, "\xef\xbc", 2) == 0 && (uint8_t)from[2] >= 0x90 && (uint8_t)from[2] <= 0x99;
		if (wide && *from >= '0' && *from <= '9') {
			to += sprintf(to, "\xef\xbc%c", 0x90 + *from++ - '0');
		} else if (!wide && was_wide) {
			*to++ = (char)('0' + (uint8_t)from[2] - 0x90);
			from += 3;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

/* Digits of either width mean the same; those that are no number by a quick look are ASCII. */
static void test_both_widths(void **state)
{
	(void)state;
	struct rig_text a, b;
	char text[400], wide[1200], folded[1200], plain[400];
	struct personal *x = build("personal: ( { resident_id = \"mask\"; bank_card = \"mask\"; } );");
	unsigned found = 0;
	srand(20261123);
	for (int round = 0; round < 20000; round++) {
		random_numbers(text);
		change_width(text, wide, true);
		enum policy_effect effect = personal_judge(x, rig_text(&a, CLASS_OTP, text));
		assert_int_equal(personal_judge(x, rig_text(&b, CLASS_OTP, wide)), effect);
		a.text[a.s.text_n] = b.text[b.s.text_n] = '\0';
		change_width(a.text, plain, false);
		change_width(b.text, folded, false);
		assert_string_equal(plain, folded);
		found += effect == POLICY_CHANGED;
	}
	assert_in_range(found, 1000, 19000);
	personal_free(x);
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_masked),	  cmocka_unit_test(test_refused),     cmocka_unit_test(test_every_card),
	cmocka_unit_test(test_long_runs), cmocka_unit_test(test_both_widths),
};

UNIT_MAIN(cases)
