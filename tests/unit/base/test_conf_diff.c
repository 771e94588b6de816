/* test_conf_diff.c - two reads compared: by name, by place, secrets, what needs a restart; taken over; copied. */
#include <stdlib.h>
#include <unistd.h>
#include "base/conf.h"
#include "base/mem.h"
#include "unit.h"

struct store {
	struct conf_where where;
	char *redis, *password;
	int64_t deadline;
	double share;
};
struct carrier {
	struct conf_where where;
	char *name, *label;
	int bind;
	bool paused;
	int64_t tps;
	struct conf_list prefixes;
};
struct route {
	struct conf_where where;
	char *prefix;
	struct conf_list carriers;
};

static const char *const binds[] = {"transceiver", "pair", NULL};
#define AT(type, field) offsetof(struct type, field)
static const struct conf_row store_rows[] = {
	{"redis", CONF_STRING, AT(store, redis), "", 1, 200, NULL, false, "Address.", NULL},
	{"password", CONF_SECRET, AT(store, password), "", 0, 200, "", true, "Password.", NULL},
	{"deadline", CONF_INT, AT(store, deadline), "ms", 10, 60000, "1000", true, "Longest wait.", NULL},
	{"share", CONF_FLOAT, AT(store, share), "", 0, 1, "0.25", true, "A share.", NULL},
	{.key = NULL},
};
static const struct conf_row carrier_rows[] = {
	{"name", CONF_STRING, AT(carrier, name), "", 1, 32, NULL, false, "Name.", NULL},
	{"label", CONF_STRING, AT(carrier, label), "", 0, 200, "", false, "Shown.", NULL},
	{"bind", CONF_CHOICE, AT(carrier, bind), "", 0, 0, "transceiver", true, "Kind.", binds},
	{"paused", CONF_BOOL, AT(carrier, paused), "", 0, 0, "false", true, "Paused.", NULL},
	{"tps", CONF_INT, AT(carrier, tps), "messages/s", 0, 1000000, "0", true, "Limit.", NULL},
	{"prefixes", CONF_LIST, AT(carrier, prefixes), "", 0, 100, "", true, "Prefixes.", NULL},
	{.key = NULL},
};
static const struct conf_row route_rows[] = {
	{"prefix", CONF_STRING, AT(route, prefix), "", 0, 20, "", true, "Prefix.", NULL},
	{"carriers", CONF_LIST, AT(route, carriers), "", 1, 8, NULL, true, "Carriers.", NULL},
	{.key = NULL},
};
static const struct conf_section sections[] = {
	{"store", false, sizeof(struct store), store_rows},
	{"carriers", true, sizeof(struct carrier), carrier_rows},
	{"routes", true, sizeof(struct route), route_rows},
	{.rows = NULL},
};

static struct conf *read_text(const char *text)
{
	char file[] = "/tmp/test_conf_diff.XXXXXX", *errors = NULL;
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	struct conf *c = conf_read(file, sections, &errors);
	unlink(file);
	if (c == NULL)
		fail_msg("%s", errors);
	return c;
}

static char said[4096];

static void note(const struct conf_change *change, void *arg)
{
	size_t used = strlen(said);
	(void)arg;
	snprintf(said + used, sizeof(said) - used, "%s%s\n", change->text, change->restart ? " (restart)" : "");
}

static void expect_diff(const char *before, const char *after, const char *want)
{
	struct conf *a = read_text(before), *b = read_text(after);
	size_t lines = 0;

	said[0] = '\0';
	size_t n = conf_diff(a, b, note, NULL);
	assert_string_equal(said, want);
	for (const char *p = said; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(n, lines);
	conf_free(a);
	conf_free(b);
}

#define STORE "store: { redis = \"本机:6379\"; };\n"

static void test_values(void **state)
{
	(void)state;
	expect_diff(STORE, STORE, "");
	expect_diff(STORE, "\n\n" STORE, "");
	expect_diff(STORE, "store: { redis = \"另一台:6379\"; deadline = 500; share = 0.5; password = \"机密\"; };\n",
		    "store: redis \"本机:6379\" -> \"另一台:6379\" (restart)\nstore: password changed\n"
		    "store: deadline 1000 -> 500 ms\nstore: share 0.25 -> 0.5\n");
	expect_diff(STORE "carriers: ( { name = \"移动\"; } );\n",
		    STORE "carriers: ( { name = \"移动\"; bind = \"pair\"; paused = true; tps = 100; "
			  "prefixes = [ \"138\" ]; } );\n",
		    "carriers 移动: bind transceiver -> pair\ncarriers 移动: paused false -> true\n"
		    "carriers 移动: tps 0 -> 100 messages/s\ncarriers 移动: prefixes [] -> [138]\n");
}

static void test_names(void **state)
{
	(void)state;
	expect_diff(STORE "carriers: ( { name = \"移动\"; }, { name = \"联通\"; tps = 5; } );\n",
		    STORE "carriers: ( { name = \"联通\"; tps = 6; }, { name = \"电信\"; } );\n",
		    "carriers 联通: tps 5 -> 6 messages/s\n+ carriers 电信\n- carriers 移动\n");
	/* the order of names does not matter */
	expect_diff(STORE "carriers: ( { name = \"移动\"; }, { name = \"联通\"; } );\n",
		    STORE "carriers: ( { name = \"联通\"; }, { name = \"移动\"; } );\n", "");
	/* a name twice: by place */
	expect_diff(STORE "carriers: ( { name = \"移动\"; }, { name = \"移动\"; tps = 1; } );\n",
		    STORE "carriers: ( { name = \"移动\"; }, { name = \"移动\"; tps = 2; } );\n",
		    "carriers #2: tps 1 -> 2 messages/s\n");
}

static void test_places(void **state)
{
	(void)state;
	const char *two = STORE "routes: ( { prefix = \"86138\"; carriers = [ \"移动\" ]; }, "
				"{ carriers = [ \"联通\" ]; } );\n";
	expect_diff(two, two, "");
	expect_diff(two,
		    STORE "routes: ( { prefix = \"86139\"; carriers = [ \"移动\" ]; }, "
			  "{ prefix = \"86138\"; carriers = [ \"移动\" ]; }, { carriers = [ \"联通\" ]; } );\n",
		    "+ routes #1\n");
	expect_diff(two, STORE "routes: ( { carriers = [ \"联通\" ]; } );\n", "- routes #1\n");
	expect_diff(two,
		    STORE "routes: ( { prefix = \"86138\"; carriers = [ \"移动\", \"联通\" ]; }, "
			  "{ carriers = [ \"联通\" ]; } );\n",
		    "routes #1: carriers [移动] -> [移动, 联通]\n");
	expect_diff(two, STORE, "- routes #1\n- routes #2\n");
}

static void test_long_lists(void **state)
{
	(void)state;
#define MANY                                                                                                           \
	"\"8613800\", \"8613801\", \"8613802\", \"8613803\", \"8613804\", \"8613805\", \"8613806\", \"8613807\", "     \
	"\"8613808\""
	expect_diff(STORE "carriers: ( { name = \"移动\"; prefixes = [ " MANY " ]; } );\n",
		    STORE "carriers: ( { name = \"移动\"; prefixes = [ " MANY ", \"8613900\" ]; } );\n",
		    "carriers 移动: prefixes +8613900 (1 added, 0 removed)\n");
	expect_diff(STORE "carriers: ( { name = \"移动\"; prefixes = [ \"86139\", " MANY " ]; } );\n",
		    STORE "carriers: ( { name = \"移动\"; prefixes = [ " MANY ", \"86139\" ]; } );\n",
		    "carriers 移动: prefixes in another order\n");
	expect_diff(STORE "carriers: ( { name = \"移动\"; prefixes = [ " MANY " ]; } );\n",
		    STORE "carriers: ( { name = \"移动\"; } );\n",
		    "carriers 移动: prefixes -8613800 -8613801 -8613802 -8613803 -8613804 (0 added, 9 removed)\n");
}

static void test_carry(void **state)
{
	(void)state;
	struct conf *running = read_text("store: { redis = \"一:1\"; deadline = 11; };\n"
					 "carriers: ( { name = \"移动\"; label = \"旧\"; tps = 1; } );\n");
	struct conf *next = read_text("store: { redis = \"二:2\"; deadline = 22; };\n"
				      "carriers: ( { name = \"联通\"; label = \"新\"; }, "
				      "{ name = \"移动\"; label = \"新\"; tps = 2; } );\n");
	conf_carry(next, running);
	conf_free(running);
	const struct store *s = conf_get(next, "store", NULL);
	const struct carrier *c = conf_get(next, "carriers", NULL);
	assert_string_equal(s->redis, "一:1");
	assert_int_equal(s->deadline, 22);
	assert_string_equal(c[0].label, "新");
	assert_string_equal(c[1].label, "旧");
	assert_int_equal(c[1].tps, 2);
	conf_free(next);
}

static void test_copy(void **state)
{
	(void)state;
	struct conf *conf = read_text(STORE "carriers: ( { name = \"移动\"; tps = 7; prefixes = [ \"138\", \"139\" ]; "
					    "} );\n");
	struct carrier *c = conf_copy(carrier_rows, sizeof(*c), conf_get(conf, "carriers", NULL));
	conf_free(conf);
	assert_string_equal(c->name, "移动");
	assert_int_equal(c->tps, 7);
	assert_int_equal(c->prefixes.n, 2);
	assert_string_equal(c->prefixes.at[1], "139");
	assert_int_equal(c->where.line, 2);
	conf_copy_free(carrier_rows, c);
	conf_copy_free(carrier_rows, NULL);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_values),	   cmocka_unit_test(test_names), cmocka_unit_test(test_places),
	cmocka_unit_test(test_long_lists), cmocka_unit_test(test_carry), cmocka_unit_test(test_copy),
};

UNIT_MAIN(cases)
