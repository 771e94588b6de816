/*
 * test_opts.c - the option table: every type's good and bad values, defaults, short names, operands.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/opts.h"

struct values {
	bool flag, yesno;
	const char *text;
	int64_t number, time;
	struct opts_span span;
	uint32_t percent;
	int choice;
	struct opts_address address;
	struct opts_list list;
	const char *secret;
};

#define AT(field) offsetof(struct values, field)
static const struct opts_row rows[] = {
	{"flag", OPTS_FLAG, AT(flag), .help = "a flag"},
	{"yesno", OPTS_YESNO, AT(yesno), "yes", .help = "yes or no"},
	{"text", OPTS_TEXT, AT(text), "默认", .help = "a text", .letter = 't'},
	{"number", OPTS_NUMBER, AT(number), "5", .help = "a number", .min = 1, .max = 1000},
	{"time", OPTS_TIME, AT(time), "1s", .help = "a time"},
	{"span", OPTS_SPAN, AT(span), "100ms", .help = "a span"},
	{"percent", OPTS_PERCENT, AT(percent), "0", .help = "a percentage"},
	{"choice", OPTS_CHOICE, AT(choice), "text", .choices = "text|tlv|both", .help = "a choice"},
	{"address", OPTS_ADDRESS, AT(address), .help = "an address"},
	{"list", OPTS_LIST, AT(list), .help = "a list"},
	{"secret", OPTS_SECRET, AT(secret), .help = "a secret"},
};
static const struct opts_about about = {"prog", "", "Does nothing.", "0  done"};
static const struct opts_about with_operands = {"prog", "WORD...", "Does nothing.", "0  done"};

/* What is printed is not looked at here: it goes nowhere while the parser runs. */
static int parse_as(const struct opts_about *who, struct values *v, int argc, char **argv)
{
	int out = dup(1), err = dup(2), null = open("/dev/null", O_WRONLY), result;

	fflush(stdout);
	dup2(null, 1);
	dup2(null, 2);
	memset(v, 0, sizeof(*v));
	result = opts_parse(who, rows, sizeof(rows) / sizeof(rows[0]), v, argc, argv);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(null);
	return result;
}

#define PARSE(v, ...)                                                                                                  \
	({                                                                                                             \
		char *argv_[] = {"prog", __VA_ARGS__, NULL};                                                           \
		parse_as(&about, v, (int)(sizeof(argv_) / sizeof(argv_[0])) - 1, argv_);                               \
	})

static void test_defaults(void **state)
{
	struct values v;
	char *argv[] = {"prog", NULL};

	(void)state;
	assert_int_equal(parse_as(&about, &v, 1, argv), 1);
	assert_false(v.flag);
	assert_true(v.yesno);
	assert_string_equal(v.text, "默认");
	assert_int_equal(v.number, 5);
	assert_int_equal(v.time, 1000000);
	assert_int_equal(v.span.min, 100000);
	assert_int_equal(v.span.max, 100000);
	assert_int_equal(v.choice, 0);
	assert_int_equal(v.address.port, 0);
	assert_int_equal(v.list.n, 0);
}

static void test_values(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--flag", "--yesno", "no", "-t", "您好", "--number=0x10", "--choice", "both"), 9);
	assert_true(v.flag);
	assert_false(v.yesno);
	assert_string_equal(v.text, "您好");
	assert_int_equal(v.number, 16);
	assert_int_equal(v.choice, 2);
	assert_true(PARSE(&v, "--list", "甲", "--list", "乙", "--num", "7") > 0);
	assert_int_equal(v.list.n, 2);
	assert_string_equal(v.list.item[1], "乙");
	assert_int_equal(v.number, 7);
}

static void test_times(void **state)
{
	static const struct {
		const char *s;
		int64_t us; /* -1: refused */
	} cases[] = {{"500us", 500},   {"100ms", 100000},  {"1.5s", 1500000}, {"2", 2000000}, {"0", 0},
		     {"1m", 60000000}, {"2h", 7200000000}, {"ms", -1},	      {"", -1},	      {"1x", -1},
		     {"-1s", -1},      {"1ms-", -1},	   {"1e99", -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct values v;
		int at = PARSE(&v, "--time", (char *)cases[i].s);

		assert_int_equal(at, cases[i].us < 0 ? OPTS_WRONG : 3);
		if (cases[i].us >= 0)
			assert_int_equal(v.time, cases[i].us);
	}
}

static void test_spans(void **state)
{
	struct values v;

	(void)state;
	assert_true(PARSE(&v, "--span", "50ms-2s") > 0);
	assert_int_equal(v.span.min, 50000);
	assert_int_equal(v.span.max, 2000000);
	assert_int_equal(PARSE(&v, "--span", "2s-50ms"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--span", "2s-"), OPTS_WRONG);
}

static void test_percents(void **state)
{
	struct values v;

	(void)state;
	assert_true(PARSE(&v, "--percent", "0.5") > 0);
	assert_int_equal(v.percent, 5000);
	assert_true(PARSE(&v, "--percent", "100") > 0);
	assert_int_equal(v.percent, 1000000);
	assert_int_equal(PARSE(&v, "--percent", "100.1"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--percent", "nan"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--percent", "5%"), OPTS_WRONG);
}

static void test_addresses(void **state)
{
	struct values v;

	(void)state;
	assert_true(PARSE(&v, "--address", "127.0.0.1:2775") > 0);
	assert_string_equal(v.address.host, "127.0.0.1");
	assert_int_equal(v.address.port, 2775);
	assert_true(PARSE(&v, "--address", "[::1]:0") > 0);
	assert_string_equal(v.address.host, "::1");
	assert_int_equal(PARSE(&v, "--address", "127.0.0.1"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--address", ":2775"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--address", "a:65536"), OPTS_WRONG);
}

static void test_wrong(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--unknown"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "-x"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--number"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--number", "0"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--number", "1001"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--number", "7x"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--choice", "tex"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "--yesno", "maybe"), OPTS_WRONG);
	assert_int_equal(PARSE(&v, "operand"), OPTS_WRONG);
}

static void test_operands(void **state)
{
	char *argv[] = {"prog", "--flag", "status", "--flag", NULL};
	struct values v;

	(void)state;
	assert_int_equal(parse_as(&with_operands, &v, 4, argv), 2); /* options end at the first operand */
}

/* The value is there, and gone from the arguments, which everybody can list. */
static void expect_secret(const char *given, const char *want, const char *left)
{
	char name[] = "prog", option[100];
	char *argv[] = {name, option, NULL};
	struct values v;

	snprintf(option, sizeof(option), "--secret=%s", given);
	assert_int_equal(parse_as(&about, &v, 2, argv), want != NULL ? 2 : OPTS_WRONG);
	if (want == NULL)
		return;
	assert_string_equal(v.secret, want);
	assert_string_equal(option, left);
}

static void test_secrets(void **state)
{
	char path[] = "/tmp/test_opts.XXXXXX", given[64], left[64];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "密码1\n", 8), 8);
	close(fd);
	snprintf(given, sizeof(given), "file:%s", path);
	snprintf(left, sizeof(left), "--secret=%.*s", (int)strlen(given), "**************************************");
	expect_secret("geheim", "geheim", "--secret=******");
	expect_secret("", "", "--secret=");
	expect_secret(given, "密码1", left);
	setenv("TEST_OPTS_SECRET", "密码2", 1);
	expect_secret("env:TEST_OPTS_SECRET", "密码2", "--secret=********************");
	unlink(path);
	expect_secret(given, NULL, NULL);
	expect_secret("env:TEST_OPTS_NONE", NULL, NULL);
}

static void test_help(void **state)
{
	struct values v;

	(void)state;
	assert_int_equal(PARSE(&v, "--help"), OPTS_DONE);
	assert_int_equal(PARSE(&v, "-h"), OPTS_DONE);
	assert_int_equal(PARSE(&v, "--version"), OPTS_DONE);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_defaults), cmocka_unit_test(test_values),	  cmocka_unit_test(test_times),
	cmocka_unit_test(test_spans),	 cmocka_unit_test(test_percents), cmocka_unit_test(test_addresses),
	cmocka_unit_test(test_wrong),	 cmocka_unit_test(test_operands), cmocka_unit_test(test_help),
	cmocka_unit_test(test_secrets),
};

UNIT_MAIN(cases)
