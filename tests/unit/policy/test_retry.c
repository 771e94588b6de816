/*
 * test_retry.c - what is done about carriers' errors: built-in rows, the operator's, faults in them, pauses.
 */
#include "policy/retry.h"

#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

static const struct retry_limits limits = {5000, 300000, 12};
#define HERE                                                                                                           \
	{                                                                                                              \
		"gw.conf", 7                                                                                           \
	}

static int carrier_number(const char *name, void *arg)
{
	static const char *const names[] = {"移动", "unicom", "telecom"};
	assert_ptr_equal(arg, &limits);
	for (int i = 0; i < 3; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -1;
}

static struct retries *build(const struct retry_conf *rows, size_t n, const struct error_conf *errs, size_t m)
{
	char *errors = NULL;
	struct retries *r = retries_new(rows, n, errs, m, &limits, carrier_number, (void *)&limits, &errors);
	if (!r)
		print_error("%s", errors);
	assert_non_null(r);
	assert_null(errors);
	return r;
}

static const struct {
	enum retry_action submit, receipt;
} builtin[FAULTS] = {
	[FAULT_TEMPORARY] = {RETRY_SAME, RETRY_NEXT}, [FAULT_CARRIER] = {RETRY_NEXT, RETRY_NEXT},
	[FAULT_PHONE] = {RETRY_SAME, RETRY_FAIL},     [FAULT_NUMBER] = {RETRY_FAIL, RETRY_FAIL},
	[FAULT_CONTENT] = {RETRY_FAIL, RETRY_FAIL},   [FAULT_BLOCKED] = {RETRY_FAIL, RETRY_FAIL},
	[FAULT_SESSION] = {RETRY_NEXT, RETRY_NEXT},   [FAULT_PERMANENT] = {RETRY_FAIL, RETRY_FAIL},
	[FAULT_FLOW] = {RETRY_SAME, RETRY_SAME},      [FAULT_NETWORK] = {RETRY_NEXT, RETRY_NEXT},
	[FAULT_SIGNATURE] = {RETRY_NEXT, RETRY_NEXT}, [FAULT_FREQUENCY] = {RETRY_FAIL, RETRY_FAIL},
};

static void assert_builtin(const struct retries *r, enum fault f)
{
	const struct retry_row *row = retries_row(r, f);
	assert_int_equal(row->submit, builtin[f].submit);
	assert_int_equal(row->receipt, builtin[f].receipt);
	assert_int_equal(row->pause_ms, 5000);
	assert_int_equal(row->pause_max_ms, 300000);
	assert_int_equal(row->attempts, 12);
}

static void test_built_in(void **state)
{
	(void)state;
	struct retries *r = build(NULL, 0, NULL, 0);
	for (int f = 0; f < FAULTS; f++)
		assert_builtin(r, (enum fault)f);
	for (uint32_t s = 1; s < 0x500; s++)
		assert_int_equal(retries_of_status(r, s % 3, s), fault_of_status(s));
	assert_int_equal(retries_of_receipt(r, 0, STATE_UNDELIVERABLE, view_of("MBBLACK"), view_of("")), FAULT_BLOCKED);
	assert_int_equal(retries_of_receipt(r, 0, STATE_REJECTED, view_of("REJECTD"), view_of("012")), FAULT_CARRIER);
	assert_int_equal(retries_of_receipt(r, 0, STATE_EXPIRED, (struct view){0}, (struct view){0}), FAULT_PHONE);
	retries_free(r);
}

/* Every class with every pair of actions: only that class changes. */
static void test_every_action(void **state)
{
	(void)state;
	for (int f = 0; f < FAULTS; f++) {
		for (int both = 0; both < 16; both++) {
			struct retry_conf row = {HERE, f, both / 4, both % 4, 0, 0, 0};
			struct retries *r = build(&row, 1, NULL, 0);
			const struct retry_row *got = retries_row(r, (enum fault)f);
			assert_int_equal(got->submit, row.submit ? row.submit - 1 : (int)builtin[f].submit);
			assert_int_equal(got->receipt, row.receipt ? row.receipt - 1 : (int)builtin[f].receipt);
			for (int other = 0; other < FAULTS; other++) {
				if (other != f)
					assert_builtin(r, (enum fault)other);
			}
			retries_free(r);
		}
	}
	assert_string_equal(retry_action_name(RETRY_FAIL), "fail");
	assert_string_equal(retry_action_name(RETRY_SAME), "same");
	assert_string_equal(retry_action_name(RETRY_NEXT), "next");
}

static void test_numbers(void **state)
{
	(void)state;
	const struct retry_conf rows[] = {
		{HERE, FAULT_PHONE, 0, 0, 60000, 600000, 3},
		{HERE, FAULT_CARRIER, 0, 0, 1, 0, 0},
		{HERE, FAULT_TEMPORARY, 0, 0, 900000, 0, 0}, /* longer than messages.retry_max: that follows */
		{HERE, FAULT_SESSION, 0, 0, 0, 5000, 250},
	};
	struct retries *r = build(rows, 4, NULL, 0);
	const struct retry_row *row = retries_row(r, FAULT_PHONE);
	assert_int_equal(row->pause_ms, 60000);
	assert_int_equal(row->pause_max_ms, 600000);
	assert_int_equal(row->attempts, 3);
	row = retries_row(r, FAULT_CARRIER);
	assert_int_equal(row->pause_ms, 1);
	assert_int_equal(row->pause_max_ms, 300000);
	assert_int_equal(row->attempts, 12);
	row = retries_row(r, FAULT_TEMPORARY);
	assert_int_equal(row->pause_ms, 900000);
	assert_int_equal(row->pause_max_ms, 900000);
	row = retries_row(r, FAULT_SESSION);
	assert_int_equal(row->pause_ms, 5000);
	assert_int_equal(row->pause_max_ms, 5000);
	assert_int_equal(row->attempts, 250);
	retries_free(r);
}

static void test_pauses(void **state)
{
	(void)state;
	const struct retry_row row = {.pause_ms = 5000, .pause_max_ms = 300000};
	static const int64_t want[] = {5000, 10000, 20000, 40000, 80000, 160000, 300000, 300000};
	for (unsigned attempt = 1; attempt <= 8; attempt++) {
		int64_t most = 0;
		for (uint64_t random = 0; random < 40000; random += 7) {
			int64_t p = retry_pause_ms(&row, attempt, random);
			assert_true(p >= want[attempt - 1] && p <= want[attempt - 1] + want[attempt - 1] / 8);
			most = p > most ? p : most;
		}
		assert_true(most > want[attempt - 1] + want[attempt - 1] / 10);
	}
	const struct retry_row widest = {.pause_ms = 86400000, .pause_max_ms = 86400000};
	assert_in_range(retry_pause_ms(&widest, 4000000000u, UINT64_MAX), 86400000, 97200000);
	const struct retry_row least = {.pause_ms = 1, .pause_max_ms = 1};
	assert_int_equal(retry_pause_ms(&least, 1, UINT64_MAX), 1);
	assert_int_equal(retry_pause_ms(&least, 250, 0), 1);
}

/* --- section errors --- */

static const struct error_conf errs[] = {
	{HERE, "", "0x45", "", "", FAULT_CARRIER, "", ""},
	{HERE, "", "69", "", "", FAULT_CONTENT, "", ""}, /* the same status: comes too late */
	{HERE, "", "", "MA:*", "", FAULT_CARRIER, "", ""},
	{HERE, "", "", "UNDELIV", "012", FAULT_NUMBER, "", ""},
	{HERE, "unicom", "0x45", "", "", FAULT_BLOCKED, "", ""},
	{HERE, "unicom", "1024", "", "", FAULT_NUMBER, "", ""},
	{HERE, "unicom", "", "", "1F", FAULT_TEMPORARY, "", ""},
	{HERE, "移动", "", "MK:0017", "", FAULT_SESSION, "", ""},
	{HERE, "telecom", "", "*", "", FAULT_PERMANENT, "", ""},
	{HERE, "", "", "拒收", "", FAULT_BLOCKED, "", ""},
};

static enum fault of_receipt(const struct retries *r, size_t carrier, const char *stat, const char *err)
{
	return retries_of_receipt(r, carrier, STATE_UNDELIVERABLE, view_of(stat), view_of(err));
}

static void test_error_rows(void **state)
{
	(void)state;
	struct retries *r = build(NULL, 0, errs, sizeof(errs) / sizeof(errs[0]));
	/* rows with a carrier win, wherever they stand; rows of other carriers do not count */
	assert_int_equal(retries_of_status(r, 0, 0x45), FAULT_CARRIER);
	assert_int_equal(retries_of_status(r, 1, 0x45), FAULT_BLOCKED);
	assert_int_equal(retries_of_status(r, 1, 0x400), FAULT_NUMBER);
	assert_int_equal(retries_of_status(r, 0, 0x400), FAULT_PERMANENT);
	/* what no row has is as built in; rows for receipts do not touch submits */
	assert_int_equal(retries_of_status(r, 2, 0x0B), FAULT_NUMBER);
	assert_int_equal(retries_of_status(r, 2, 0x58), FAULT_TEMPORARY);
	/* stat: whole, beginning, any case */
	assert_int_equal(of_receipt(r, 0, "ma:0054", ""), FAULT_CARRIER);
	assert_int_equal(of_receipt(r, 0, "MA", ""), FAULT_PHONE);
	assert_int_equal(of_receipt(r, 0, "MK:0017", "000"), FAULT_SESSION);
	assert_int_equal(of_receipt(r, 1, "MK:0017", "000"), FAULT_PHONE);
	assert_int_equal(of_receipt(r, 1, "拒收", "000"), FAULT_BLOCKED);
	/* stat and err together: both */
	assert_int_equal(of_receipt(r, 0, "UNDELIV", "012"), FAULT_NUMBER);
	assert_int_equal(of_receipt(r, 0, "UNDELIV", "0120"), FAULT_PHONE);
	assert_int_equal(of_receipt(r, 0, "UNDELIV", ""), FAULT_PHONE);
	assert_int_equal(of_receipt(r, 0, "REJECTD", "012"), FAULT_PHONE);
	/* err alone, any case; before rows for all carriers */
	assert_int_equal(of_receipt(r, 1, "MA:0054", "1f"), FAULT_TEMPORARY);
	assert_int_equal(of_receipt(r, 1, "", "1F"), FAULT_TEMPORARY);
	assert_int_equal(of_receipt(r, 0, "", "1F"), FAULT_PHONE);
	/* every failure of a carrier, with words or without */
	assert_int_equal(of_receipt(r, 2, "MK:0001", "1"), FAULT_PERMANENT);
	assert_int_equal(of_receipt(r, 2, "", ""), FAULT_PERMANENT);
	assert_int_equal(retries_of_receipt(r, 2, STATE_EXPIRED, (struct view){0}, (struct view){0}), FAULT_PERMANENT);
	retries_free(r);
}

/* Every class can be given to a status and to a word. */
static void test_every_class(void **state)
{
	(void)state;
	for (int f = 0; f < FAULTS; f++) {
		const struct error_conf rows[] = {{HERE, "", "0xFFFFFFFF", "", "", f, "", ""},
						  {HERE, "", "", "X", "", f, "", ""}};
		struct retries *r = build(NULL, 0, rows, 2);
		assert_int_equal(retries_of_status(r, 0, 0xFFFFFFFF), f);
		assert_int_equal(of_receipt(r, 0, "x", ""), f);
		retries_free(r);
	}
}

static void refused(const struct retry_conf *rows, size_t n, const struct error_conf *es, size_t m,
		    const char *const *want)
{
	char *errors = NULL;
	assert_null(retries_new(rows, n, es, m, &limits, carrier_number, (void *)&limits, &errors));
	assert_non_null(errors);
	size_t lines = 0;
	for (const char *p = errors; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	for (; *want; want++, lines--) {
		if (!strstr(errors, *want))
			print_error("\"%s\" is not in:\n%s", *want, errors);
		assert_non_null(strstr(errors, *want));
	}
	assert_int_equal(lines, 0);
	assert_memory_equal(errors, "gw.conf:7: ", 11);
	free(errors);
}

/* What else a row says: the answer for an app that waits, and who has the number now. */
static void test_readings(void **state)
{
	(void)state;
	const struct error_conf rows[] = {
		{HERE, "unicom", "0x45", "", "", FAULT_NETWORK, "0x0B", "移动"},
		{HERE, "", "", "NP:1243", "", FAULT_NETWORK, "", "unicom"},
	};
	struct retries *r = build(NULL, 0, rows, 2);
	struct retry_reading got = retries_read_status(r, 1, 0x45);
	assert_int_equal(got.fault, FAULT_NETWORK);
	assert_int_equal(got.answer, 0x0B);
	assert_string_equal(got.operator_name, "移动");
	got = retries_read_status(r, 0, 0x45);
	assert_int_equal(got.fault, FAULT_PERMANENT);
	assert_int_equal(got.answer, 0);
	assert_null(got.operator_name);
	got = retries_read_receipt(r, 2, STATE_UNDELIVERABLE, view_of("np:1243"), view_of("000"));
	assert_int_equal(got.fault, FAULT_NETWORK);
	assert_string_equal(got.operator_name, "unicom");
	got = retries_read_receipt(r, 2, STATE_UNDELIVERABLE, view_of("MB:1049"), view_of("000"));
	assert_int_equal(got.fault, FAULT_NETWORK);
	assert_null(got.operator_name);
	retries_free(r);
}

static void test_faults(void **state)
{
	(void)state;
	static const char *const bad_status[] = {"0", "0x", "-1", "0x100000000", "abc", " 1", "0x45 ", "69a", "+1"};
	for (size_t i = 0; i < sizeof(bad_status) / sizeof(bad_status[0]); i++) {
		struct error_conf e = {HERE, "", (char *)bad_status[i], "", "", FAULT_PHONE, "", ""};
		refused(NULL, 0, &e, 1, (const char *const[]){"is no status like 0x45", NULL});
	}
	const struct error_conf bad[] = {
		{HERE, "联通", "1", "", "", FAULT_PHONE, "", ""},  {HERE, "", "", "", "", FAULT_PHONE, "", ""},
		{HERE, "unicom", "", "", "", FAULT_PHONE, "", ""}, {HERE, "", "1", "X", "", FAULT_PHONE, "", ""},
		{HERE, "", "1", "", "1", FAULT_PHONE, "", ""},	   {HERE, "", "", "M*K", "", FAULT_PHONE, "", ""},
	};
	refused(NULL, 0, bad, 1, (const char *const[]){"carrier \"联通\", which is not in carriers", NULL});
	refused(NULL, 0, bad + 1, 1, (const char *const[]){"needs status", NULL});
	refused(NULL, 0, bad + 2, 1, (const char *const[]){"needs status", NULL});
	refused(NULL, 0, bad + 3, 1, (const char *const[]){"has both status", NULL});
	refused(NULL, 0, bad + 4, 1, (const char *const[]){"has both status", NULL});
	refused(NULL, 0, bad + 5, 1, (const char *const[]){"only stand at the end", NULL});
	const struct error_conf odd[] = {
		{HERE, "", "0x45", "", "", FAULT_PHONE, "失败", ""},
		{HERE, "", "", "X", "", FAULT_PHONE, "0x45", ""},
		{HERE, "", "", "X", "", FAULT_CARRIER, "", "unicom"},
	};
	refused(NULL, 0, odd, 1, (const char *const[]){"answer \"失败\" is no status", NULL});
	refused(NULL, 0, odd + 1, 1, (const char *const[]){"only a row with status can have", NULL});
	refused(NULL, 0, odd + 2, 1, (const char *const[]){"only a row of class network can have", NULL});
	const struct retry_conf rows[] = {{HERE, FAULT_PHONE, 0, 0, 0, 0, 0},
					  {HERE, FAULT_PHONE, 0, 0, 0, 0, 0},
					  {HERE, FAULT_CARRIER, 0, 0, 200, 100, 0},
					  {HERE, FAULT_SESSION, 0, 0, 0, 4999, 0}};
	refused(rows, 2, NULL, 0, (const char *const[]){"names class phone twice", NULL});
	refused(rows + 2, 1, NULL, 0, (const char *const[]){"pause (200 ms) is longer than pause_max (100 ms)", NULL});
	refused(rows + 3, 1, NULL, 0,
		(const char *const[]){"pause (5000 ms) is longer than pause_max (4999 ms)", NULL});
	/* all of them at once */
	refused(rows, 4, bad, 2,
		(const char *const[]){"phone twice", "(200 ms)", "(4999 ms)", "联通", "needs status", NULL});
}

/* --- as the configuration file has it --- */

static const struct conf_section sections[] = {
	{"retry", true, sizeof(struct retry_conf), retry_rows},
	{"errors", true, sizeof(struct error_conf), error_rows},
	{NULL, false, 0, NULL},
};

static struct conf *read_file(const char *text, char **errors)
{
	char file[] = "/tmp/test_retry.XXXXXX";
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	*errors = NULL;
	struct conf *c = conf_read(file, sections, errors);
	unlink(file);
	return c;
}

/* The shipped table, as an operator includes it behind rows of his own: no row is hidden by one before it. */
static void test_shipped(void **state)
{
	(void)state;
	static const char text[] = "errors: ( { stat = \"MA:0022\"; class = \"flow\"; },\n"
				   "@include \"errors-cn.conf\"\n);\n";
	const char *top = getenv("SMPPGW_SRC");
	char folder[] = "/tmp/test_retry.XXXXXX", table[4096], link[64], file[64], *errors = NULL;
	assert_non_null(mkdtemp(folder));
	assert_non_null(realpath(top ? top : ".", table));
	strcat(table, "/etc/errors-cn.conf");
	snprintf(link, sizeof(link), "%s/errors-cn.conf", folder);
	snprintf(file, sizeof(file), "%s/gw.conf", folder);
	assert_int_equal(symlink(table, link), 0);
	FILE *f = fopen(file, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	struct conf *c = conf_read(file, sections, &errors);
	unlink(link);
	unlink(file);
	rmdir(folder);
	if (!c)
		print_error("%s", errors);
	assert_non_null(c);
	size_t n;
	const struct error_conf *es = conf_get(c, "errors", &n);
	struct retries *r = build(NULL, 0, es, n);
	assert_in_range(n, 45, 200);
	assert_int_equal(of_receipt(r, 0, "MA:0022", ""), FAULT_FLOW);
	assert_int_equal(of_receipt(r, 0, "MA:0023", ""), FAULT_BLOCKED); /* built in */
	for (size_t i = 0; i < n; i++) {
		if (strcmp(es[i].stat, "MA:0022") == 0)
			continue;
		char word[80];
		snprintf(word, sizeof(word), "%s", es[i].stat);
		if (word[strlen(word) - 1] == '*')
			strcpy(word + strlen(word) - 1, "7777");
		if ((int)of_receipt(r, 0, word, "000") != es[i].fault)
			print_error("%s:%d: %s\n", es[i].where.file, es[i].where.line, es[i].stat);
		assert_int_equal(of_receipt(r, 0, word, "000"), es[i].fault);
		assert_string_equal(es[i].carrier, "");
		assert_string_equal(es[i].status, "");
	}
	retries_free(r);
	conf_free(c);
}

static void test_file(void **state)
{
	(void)state;
	char *errors;
	size_t n, m;
	struct conf *c =
		read_file("retry: ( { class = \"phone\"; receipt = \"next\"; pause = 60000; attempts = 3; },\n"
			  "         { class = \"carrier\"; submit = \"fail\"; } );\n"
			  "errors: ( { status = \"0x45\"; class = \"carrier\"; },\n"
			  "          { carrier = \"移动\"; stat = \"MA:*\"; err = \"5\"; class = \"permanent\"; } );\n",
			  &errors);
	if (!c)
		print_error("%s", errors);
	assert_non_null(c);
	const struct retry_conf *rows = conf_get(c, "retry", &n);
	const struct error_conf *es = conf_get(c, "errors", &m);
	struct retries *r = build(rows, n, es, m);
	conf_free(c); /* nothing of it is kept */
	const struct retry_row *row = retries_row(r, FAULT_PHONE);
	assert_int_equal(row->submit, RETRY_SAME);
	assert_int_equal(row->receipt, RETRY_NEXT);
	assert_int_equal(row->pause_ms, 60000);
	assert_int_equal(row->pause_max_ms, 300000);
	assert_int_equal(row->attempts, 3);
	row = retries_row(r, FAULT_CARRIER);
	assert_int_equal(row->submit, RETRY_FAIL);
	assert_int_equal(row->receipt, RETRY_NEXT);
	assert_builtin(r, FAULT_TEMPORARY);
	assert_int_equal(retries_of_status(r, 2, 0x45), FAULT_CARRIER);
	assert_int_equal(of_receipt(r, 0, "MA:0001", "5"), FAULT_PERMANENT);
	assert_int_equal(of_receipt(r, 1, "MA:0001", "5"), FAULT_PHONE);
	retries_free(r);
	/* every name of a class is known to both sections, and no other */
	for (int f = 0; f <= FAULTS; f++) {
		char text[200];
		const char *name = f < FAULTS ? fault_name((enum fault)f) : "空号";
		snprintf(text, sizeof(text),
			 "retry: ( { class = \"%s\"; } ); errors: ( { stat = \"X\"; class = \"%s\"; } );", name, name);
		c = read_file(text, &errors);
		assert_int_equal(c != NULL, f < FAULTS);
		if (c) {
			assert_int_equal(((struct retry_conf *)conf_get(c, "retry", NULL))->fault, f);
			assert_int_equal(((struct error_conf *)conf_get(c, "errors", NULL))->fault, f);
		}
		conf_free(c);
		free(errors);
	}
}

/* doc/configuration.md has a line per class with what is done. */
static void test_documented(void **state)
{
	(void)state;
	const char *top = getenv("SMPPGW_SRC");
	char file[4096], line[1000];
	bool found[FAULTS] = {false};
	snprintf(file, sizeof(file), "%s/doc/configuration.md", top ? top : ".");
	FILE *f = fopen(file, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		for (int i = 0; i < FAULTS; i++) {
			char head[40], tail[40];
			snprintf(head, sizeof(head), "| %s | ", fault_name((enum fault)i));
			snprintf(tail, sizeof(tail), " | %s | %s |\n", retry_action_name(builtin[i].submit),
				 retry_action_name(builtin[i].receipt));
			size_t n = strlen(line), m = strlen(tail);
			if (strncmp(line, head, strlen(head)) == 0 && n > m && strcmp(line + n - m, tail) == 0)
				found[i] = true;
		}
	}
	fclose(f);
	for (int i = 0; i < FAULTS; i++) {
		if (!found[i])
			print_error("doc/configuration.md lacks class %s with %s and %s\n", fault_name((enum fault)i),
				    retry_action_name(builtin[i].submit), retry_action_name(builtin[i].receipt));
		assert_true(found[i]);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_built_in), cmocka_unit_test(test_every_action), cmocka_unit_test(test_numbers),
	cmocka_unit_test(test_pauses),	 cmocka_unit_test(test_error_rows),   cmocka_unit_test(test_every_class),
	cmocka_unit_test(test_readings), cmocka_unit_test(test_shipped),      cmocka_unit_test(test_faults),
	cmocka_unit_test(test_file),	 cmocka_unit_test(test_documented),
};

UNIT_MAIN(cases)
