/*
 * test_complete.c - what may come next in a line, and what of a request may be shown, by a table of commands.
 */
#include "unit.h"

#include "base/log.h"
#include "base/mem.h"
#include "noc/complete.h"
#include "noc/request.h"
#include "noc/words.h"

static const struct console_sub subs[] = {
	{"list", "[ACCOUNT]", 0, 1, CONSOLE_READ, "Lists."},
	{"resend", "ID|--all|--carrier CARRIER", 1, 2, CONSOLE_OPERATE, "Sends."},
	{"add", "SCOPE NUMBER [TEXT]", 2, 3, CONSOLE_OPERATE, "Adds."},
	{0},
};
static const struct console_sub door_subs[] = {
	{"show", "", 0, 0, CONSOLE_READ, "Shows."},
	{"tps", "N|default", 1, 1, CONSOLE_OPERATE, "Sets."},
	{0},
};
static const struct console_command table[] = {
	{.name = "say", .args = "ACCOUNT SOURCE NUMBER [CLASS] [TEXT]", .max = 5, .right = CONSOLE_OPERATE},
	{.name = "usage", .args = "[DAY] [ACCOUNT]", .max = 2, .right = CONSOLE_READ},
	{.name = "cancel",
	 .args = "--account ACCOUNT --id ID|--group KEY|--to NUMBER",
	 .max = 4,
	 .right = CONSOLE_OPERATE},
	{.name = "load", .args = "FILE [--replace]", .max = 2, .right = CONSOLE_OPERATE},
	{.name = "key", .args = "SECRET", .max = 1, .right = CONSOLE_ADMIN},
	{.name = "forget", .args = "NUMBER", .max = 1, .right = CONSOLE_ADMIN, .forgets = true},
	{.name = "list", .subs = subs},
	{.name = "door", .before = "CARRIER", .sub = "show", .subs = door_subs},
	{.name = NULL},
};

static struct buf got;

static void on_word(void *arg, const char *word)
{
	(void)arg;
	buf_printf(&got, "%s ", word);
}

static void on_kind(void *arg, const char *kind)
{
	(void)arg;
	buf_printf(&got, "<%s> ", kind);
}

/* line: words; a blank at its end begins another. */
static void next(const char *line, const char *want)
{
	static const struct complete_ops ops = {on_word, on_kind};
	const char *words[16], *why;
	char copy[200];
	size_t len = strlen(line);

	snprintf(copy, sizeof(copy), "%s", line);
	int n = words_split(copy, len, words, 15, &why);
	assert_true(n >= 0);
	if (len == 0 || line[len - 1] == ' ')
		words[n++] = "";
	got.end = got.start;
	complete_words(table, words, (size_t)n, &ops, NULL);
	buf_put(&got, "", 1);
	assert_string_equal(buf_data(&got), want);
}

static void test_complete(void **state)
{
	(void)state;
	next("", "say usage cancel load key forget list door ");
	next("sa", "say usage cancel load key forget list door "); /* who asks knows what has begun */
	next("say ", "<ACCOUNT> ");
	next("say 银行 1069 138 ", "<CLASS> <TEXT> ");
	next("say 银行 1069 138 promo ", "<TEXT> ");
	next("usage ", "<DAY> <ACCOUNT> ");
	next("cancel ", "--account --id --group --to ");
	next("cancel --account ", "<ACCOUNT> ");
	next("cancel --account 银行 --", "--id --group --to ");
	next("cancel --account 银行 --to ", "<NUMBER> ");
	next("load ", "<FILE> --replace ");
	next("load --replace ", "<FILE> ");
	next("load /x --replace ", "");
	next("list ", "list resend add ");
	next("list resend ", "<ID> --all --carrier ");
	next("list resend --carrier ", "<CARRIER> ");
	next("list frob ", "");
	next("door ", "<CARRIER> ");
	next("door 移动 ", "show tps ");
	next("door 移动 tps ", "<N> default ");
	next("frob x ", "");
	buf_free(&got);
	got = (struct buf){0};
}

static void masked(const char *line, const char *want)
{
	struct request r;
	struct buf out = {0};
	char copy[200], why[200];

	snprintf(copy, sizeof(copy), "%s", line);
	(void)request_read(table, copy, strlen(copy), &r, why, sizeof(why));
	request_masked(&r, &out);
	buf_put(&out, "", 1);
	assert_string_equal(buf_data(&out), want);
	buf_free(&out);
}

static void test_masked(void **state)
{
	(void)state;
	log_set_mask(true);
	masked("--token 张三:密 say 银行 1069 13800138000 promo \"您的 余额\"",
	       "say 银行 1069 138****8000 promo len=5");
	masked("list add global 13800138000 来电", "list add global 138****8000 len=2");
	masked("cancel --account 银行 --to +8613800138000", "cancel --account 银行 --to 138****8000");
	masked("cancel --account 银行 --id 121742046112301017", "cancel --account 银行 --id 121742046112301017");
	masked("key 很秘密", "key ***");
	masked("door 移动 tps 50", "door 移动 tps 50");
	log_set_mask(false);
	masked("list add global 13800138000 来电", "list add global 13800138000 来电");
	masked("forget 13800138000", "forget 138****8000"); /* what is kept of it would bring the number back */
}

static void refused(const char *line, const char *want)
{
	struct request r;
	char copy[200], why[300];

	snprintf(copy, sizeof(copy), "%s", line);
	assert_int_equal(request_read(table, copy, strlen(copy), &r, why, sizeof(why)), -1);
	assert_string_equal(why, want);
}

static void test_usage(void **state)
{
	(void)state;
	refused("list", "usage: list list [ACCOUNT] | resend ID|--all|--carrier CARRIER | add SCOPE NUMBER [TEXT]");
	refused("list add global", "usage: list add SCOPE NUMBER [TEXT]");
	refused("door", "usage: door CARRIER show | tps N|default");
	refused("--json", "empty request; try help");
	refused("--token", "no option --token of a request; there are --json and --token TOKEN");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_complete),
	cmocka_unit_test(test_masked),
	cmocka_unit_test(test_usage),
};

UNIT_MAIN(cases)
