/*
 * test_classes.c - rules per message class: built in, the operator's, faults in them.
 */
#include "policy/classes.h"

#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

static const struct conf_where here = {"gw.conf", 9};

static const struct class_rule builtin[CLASSES] = {
	[CLASS_OTP] = {600000, false, 0, 0, 100}, [CLASS_ALERT] = {0, false, 0, 0, 100},
	[CLASS_NOTICE] = {0, false, 0, 5, 100},	  [CLASS_REMIND] = {0, false, 0, 5, 100},
	[CLASS_COLLECT] = {0, true, 0, 3, 100},	  [CLASS_PROMO] = {0, true, 0, 3, 100},
};

static void assert_rule(const struct class_rule *got, const struct class_rule *want)
{
	assert_int_equal(got->validity_ms, want->validity_ms);
	assert_int_equal(got->hold_in_doubt, want->hold_in_doubt);
	assert_int_equal(got->max_price, want->max_price);
	assert_int_equal(got->floor, want->floor);
	assert_int_equal(got->ceiling, want->ceiling);
}

static void test_built_in(void **state)
{
	(void)state;
	struct class_rule rules[CLASSES];
	char *errors = NULL;
	assert_true(classes_build(NULL, 0, rules, &errors));
	assert_null(errors);
	for (int i = 0; i < CLASSES; i++)
		assert_rule(&rules[i], &builtin[i]);
}

/* Every class with every choice: what a row does not give stays, and so do the other classes. */
static void test_every_row(void **state)
{
	(void)state;
	static const int64_t validities[] = {CLASS_VALIDITY_BUILTIN, 0, 1, 2592000};
	static const int64_t prices[] = {0, 1, 1000000};
	for (int i = 0; i < CLASSES; i++) {
		for (int n = 0; n < 4 * 3 * 3; n++) {
			struct class_conf c = {here,
					       (char *)class_name((enum class_id)i),
					       validities[n % 4],
					       n / 4 % 3,
					       prices[n / 12],
					       n % 3 ? n : CLASS_FLOOR_BUILTIN,
					       100 - n};
			struct class_rule rules[CLASSES], want = builtin[i];
			char *errors = NULL;
			assert_true(classes_build(&c, 1, rules, &errors));
			assert_null(errors);
			if (n % 4)
				want.validity_ms = c.validity * 1000;
			if (c.in_doubt)
				want.hold_in_doubt = c.in_doubt == CLASS_DOUBT_HOLD;
			want.max_price = c.max_price;
			want.ceiling = (uint8_t)c.ceiling;
			if (n % 3)
				want.floor = (uint8_t)n;
			for (int j = 0; j < CLASSES; j++)
				assert_rule(&rules[j], j == i ? &want : &builtin[j]);
		}
	}
}

static void test_faults(void **state)
{
	(void)state;
	static const char *const strangers[] = {"OTP", "otp ", "sms", "notices", "验证码"};
	struct class_rule rules[CLASSES];
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		struct class_conf c = {here, (char *)strangers[i], 5, CLASS_DOUBT_HOLD, 7, 0, 100};
		char *errors = NULL, want[200];
		assert_false(classes_build(&c, 1, rules, &errors));
		snprintf(want, sizeof(want),
			 "gw.conf:9: classes: \"%s\" is none of otp, alert, notice, remind, collect, promo\n",
			 strangers[i]);
		assert_string_equal(errors, want);
		free(errors);
		for (int j = 0; j < CLASSES; j++)
			assert_rule(&rules[j], &builtin[j]);
	}
	struct class_conf both[] = {
		{here, "promo", 5, 0, 0, 3, 100}, {here, "otp", 5, 0, 0, 0, 100}, {here, "promo", 6, 0, 0, 3, 100}};
	char *errors = NULL;
	assert_false(classes_build(both, 3, rules, &errors));
	assert_string_equal(errors, "gw.conf:9: classes names promo twice\n");
	free(errors);
	errors = NULL;
	struct class_conf floors[] = {{here, "promo", 5, 0, 0, 50, 100}, {here, "otp", 5, 0, 0, 40, 30}};
	assert_false(classes_build(floors, 2, rules, &errors));
	assert_string_equal(errors,
			    "gw.conf:9: classes: the floor of otp (40 %) is over its ceiling (30 %)\n"
			    "gw.conf:9: classes: the floors are 103 % together; at most 90 % leaves room for urgent "
			    "ones\n");
	free(errors);
}

/* A row of the file that gives only its name changes nothing; the others change what they give. */
static void test_file(void **state)
{
	(void)state;
	static const struct conf_section sections[] = {{"classes", true, sizeof(struct class_conf), class_rows},
						       {NULL, false, 0, NULL}};
	static const char text[] =
		"classes: ( { name = \"otp\"; }, { name = \"alert\"; validity = 0; in_doubt = \"hold\"; },"
		" { name = \"promo\"; max_price = 100; in_doubt = \"resend\";"
		" floor = 10; ceiling = 60; } );\n";
	char file[] = "/tmp/test_classes.XXXXXX", *errors = NULL;
	struct class_rule rules[CLASSES];
	size_t n;
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	struct conf *c = conf_read(file, sections, &errors);
	unlink(file);
	if (!c)
		print_error("%s", errors);
	assert_non_null(c);
	const struct class_conf *confs = conf_get(c, "classes", &n);
	assert_int_equal(n, 3);
	assert_true(classes_build(confs, n, rules, &errors));
	assert_null(errors);
	assert_rule(&rules[CLASS_OTP], &builtin[CLASS_OTP]);
	assert_rule(&rules[CLASS_NOTICE], &builtin[CLASS_NOTICE]);
	assert_rule(&rules[CLASS_ALERT], &(struct class_rule){0, true, 0, 0, 100});
	assert_rule(&rules[CLASS_PROMO], &(struct class_rule){0, false, 100, 10, 60});
	conf_free(c);
}

/* doc/configuration.md states what is built in. */
static void test_documented(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"| otp | first | not stopped | 600 s | resend |\n",
		"| alert | then | not stopped | `messages.validity` | resend |\n",
		"| notice, remind | then, each sure of 5 % | not stopped | `messages.validity` | resend |\n",
		"| collect | then, sure of 3 % | not stopped | `messages.validity` | hold |\n",
		"| promo | last, sure of 3 % | stopped by an opt-out | `messages.validity` | hold |\n",
	};
	const char *top = getenv("SMPPGW_SRC");
	char file[4096], line[1000];
	unsigned found = 0;
	snprintf(file, sizeof(file), "%s/doc/configuration.md", top ? top : ".");
	FILE *f = fopen(file, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		for (unsigned i = 0; i < 5; i++) {
			if (strcmp(line, lines[i]) == 0)
				found |= 1u << i;
		}
	}
	fclose(f);
	assert_int_equal(found, 0x1F);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_built_in), cmocka_unit_test(test_every_row),  cmocka_unit_test(test_faults),
	cmocka_unit_test(test_file),	 cmocka_unit_test(test_documented),
};

UNIT_MAIN(cases)
