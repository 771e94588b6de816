/* test_conf.c - configuration files by table: values, defaults, and every kind of fault with its place. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "base/conf.h"

struct top {
	struct conf_where where;
	int64_t node;
	char *title;
};
struct store {
	struct conf_where where;
	char *redis, *password;
	int64_t deadline;
	double share;
};
struct carrier {
	struct conf_where where;
	char *name, *cert, *key;
	int bind;
	bool paused;
	int64_t tps;
	struct conf_list prefixes;
};

static const char *const binds[] = {"transmitter", "receiver", "transceiver", NULL};
#define AT(type, field) offsetof(struct type, field)
static const struct conf_row top_rows[] = {
	{"node", CONF_INT, AT(top, node), "", 0, 99, NULL, false, "Number of this node.", NULL},
	{"title", CONF_STRING, AT(top, title), "", 0, 0, "短信网关", true, "Shown on the dashboard.", NULL},
	{.key = NULL},
};
static const struct conf_row store_rows[] = {
	{"redis", CONF_STRING, AT(store, redis), "", 1, 20, NULL, false, "Address of Redis.", NULL},
	{"password", CONF_SECRET, AT(store, password), "", 0, 8, "", false, "Password of Redis.", NULL},
	{"deadline", CONF_INT, AT(store, deadline), "ms", 10, 60000, "1000", true, "Longest wait.", NULL},
	{"share", CONF_FLOAT, AT(store, share), "", 0, 1, "0.25", true, "A share.", NULL},
	{.key = NULL},
};
static const struct conf_row carrier_rows[] = {
	{"name", CONF_STRING, AT(carrier, name), "", 1, 32, NULL, false, "Name of the carrier.", NULL},
	{"bind", CONF_CHOICE, AT(carrier, bind), "", 0, 0, "transceiver", true, "Kind of bind.", binds},
	{"paused", CONF_BOOL, AT(carrier, paused), "", 0, 0, "false", true, "Starts paused.", NULL},
	{"tps", CONF_INT, AT(carrier, tps), "messages/s", 0, 1000000, "0", true, "Limit.", NULL},
	{"tls.certificate", CONF_STRING, AT(carrier, cert), "", 0, 0, "", false, "Certificate.", NULL},
	{"tls.key", CONF_STRING, AT(carrier, key), "", 0, 0, "", false, "Key.", NULL},
	{"prefixes", CONF_LIST, AT(carrier, prefixes), "", 0, 3, "( \"138\", 139 )", true, "Prefixes.", NULL},
	{.key = NULL},
};
static const struct conf_section sections[] = {
	{"", false, sizeof(struct top), top_rows},
	{"store", false, sizeof(struct store), store_rows},
	{"carriers", true, sizeof(struct carrier), carrier_rows},
	{.rows = NULL},
};

static char dir[] = "/tmp/test_conf.XXXXXX";

static const char *write_file(const char *name, const char *text)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

static struct conf *read_good(const char *text)
{
	char *errors;
	struct conf *c = conf_read(write_file("gw.conf", text), sections, &errors);

	if (c == NULL)
		fail_msg("%s", errors);
	assert_null(errors);
	return c;
}

/* The faults of a file, with the folder's name cut off every line. */
static void check_faults(const char *text, const char *want)
{
	char *errors, got[4000] = "";
	struct conf *c = conf_read(write_file("gw.conf", text), sections, &errors);

	assert_null(c);
	assert_non_null(errors);
	for (char *line = strtok(errors, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		assert_memory_equal(line, dir, strlen(dir));
		strcat(got, line + strlen(dir) + 1);
		strcat(got, "\n");
	}
	free(errors);
	assert_string_equal(got, want);
}

#define SMALL "node = 1;\nstore: { redis = \"127.0.0.1:6379\"; };\n"

static void test_values(void **state)
{
	size_t n;

	(void)state;
	struct conf *c =
		read_good("node = 7;\n# 备注\nstore: {\n  redis = \"unix:/r\"; password = \"秘密\";\n"
			  "  deadline = 60000; share = 1;\n};\ncarriers: (\n"
			  "  { name = \"移动\"; bind = \"receiver\"; paused = true; tps = 3;\n"
			  "    tls: { certificate = \"c.pem\"; key = \"k.pem\"; };\n"
			  "    prefixes = ( \"134\", 135, \"电信\" ); },\n  { name = \"b\"; prefixes = [ ]; } );\n");
	struct top *top = conf_get(c, "", &n);
	assert_int_equal(n, 1);
	assert_int_equal(top->node, 7);
	assert_string_equal(top->title, "短信网关");
	struct store *store = conf_get(c, "store", &n);
	assert_int_equal(n, 1);
	assert_string_equal(store->redis, "unix:/r");
	assert_string_equal(store->password, "秘密");
	assert_int_equal(store->deadline, 60000);
	assert_true(store->share > 0.99);
	assert_int_equal(store->where.line, 3);
	struct carrier *carrier = conf_get(c, "carriers", &n);
	assert_int_equal(n, 2);
	assert_string_equal(carrier[0].name, "移动");
	assert_int_equal(carrier[0].bind, 1);
	assert_true(carrier[0].paused);
	assert_int_equal(carrier[0].tps, 3);
	assert_string_equal(carrier[0].cert, "c.pem");
	assert_string_equal(carrier[0].key, "k.pem");
	assert_int_equal(carrier[0].prefixes.n, 3);
	assert_string_equal(carrier[0].prefixes.at[1], "135");
	assert_string_equal(carrier[0].prefixes.at[2], "电信");
	assert_int_equal(carrier[0].where.line, 8);
	assert_int_equal(carrier[1].prefixes.n, 0);
	assert_int_equal(carrier[1].where.line, 11);
	conf_free(c);
}

static void test_defaults(void **state)
{
	size_t n;

	(void)state;
	struct conf *c = read_good("node = 1;\nstore: { redis = \"r\"; };\ncarriers: ( { name = \"m\"; } );\n");
	struct store *store = conf_get(c, "store", &n);
	assert_int_equal(store->deadline, 1000);
	assert_true(store->share > 0.249 && store->share < 0.251);
	assert_string_equal(store->password, "");
	struct carrier *carrier = conf_get(c, "carriers", &n);
	assert_int_equal(n, 1);
	assert_int_equal(carrier->bind, 2);
	assert_false(carrier->paused);
	assert_string_equal(carrier->cert, "");
	assert_int_equal(carrier->prefixes.n, 2);
	assert_string_equal(carrier->prefixes.at[0], "138");
	assert_string_equal(carrier->prefixes.at[1], "139");
	conf_free(c);
	c = read_good(SMALL);
	conf_get(c, "carriers", &n);
	assert_int_equal(n, 0);
	conf_free(c);
}

static void test_all_faults_with_places(void **state)
{
	(void)state;
	check_faults("node = 100;\n"
		     "title = 5;\n"
		     "stroe: { };\n"
		     "carriers: (\n"
		     "  { nmae = \"m\"; tps = \"10\"; },\n"
		     "  { name = \"\"; bind = \"trx\"; paused = 1; tps = -1;\n"
		     "    tls: { certificat = \"x\"; };\n"
		     "    prefixes = [ \"1\", \"2\", \"3\", \"4\" ]; },\n"
		     "  { name = \"c\"; tls = 5; prefixes = \"138\"; tps = 1.5; prefix = 1; },\n"
		     "  5,\n"
		     "  { name = \"d\"; prefixes = [ true ]; bind = 3; } );\n",
		     "gw.conf:1: node must be 0..99, not 100\n"
		     "gw.conf:2: title must be a string in quotes\n"
		     "gw.conf:3: stroe is not known; did you mean store?\n"
		     "gw.conf:1: store: redis is missing: Address of Redis.\n"
		     "gw.conf:5: carriers: name is missing: Name of the carrier.\n"
		     "gw.conf:5: carriers: tps must be a whole number, without quotes\n"
		     "gw.conf:5: carriers: nmae is not known; did you mean name?\n"
		     "gw.conf:6: carriers: name must have 1..32 octets, not 0\n"
		     "gw.conf:6: carriers: bind must be one of transmitter, receiver, transceiver, not \"trx\"\n"
		     "gw.conf:6: carriers: paused must be true or false, without quotes\n"
		     "gw.conf:6: carriers: tps must be 0..1000000 messages/s, not -1\n"
		     "gw.conf:8: carriers: prefixes must have 0..3 entries, not 4\n"
		     "gw.conf:7: carriers: tls.certificat is not known; did you mean certificate?\n"
		     "gw.conf:9: carriers: tps must be a whole number\n"
		     "gw.conf:9: carriers: prefixes must be a list of strings: [ \"...\", \"...\" ]\n"
		     "gw.conf:9: carriers: tls must be a group: tls: { ... };\n"
		     "gw.conf:9: carriers: prefix is not known; did you mean prefixes?\n"
		     "gw.conf:10: carriers has an entry (number 4) that is no group { ... }\n"
		     "gw.conf:11: carriers: bind must be one of transmitter, receiver, transceiver, in quotes\n"
		     "gw.conf:11: carriers: prefixes has an entry (number 1) that is no string; write it in quotes\n");
}

static void test_sections_of_wrong_shape(void **state)
{
	(void)state;
	check_faults("node = 1;\nstore: ( { redis = \"r\"; } );\ncarriers: { name = \"m\"; };\nzzzzzzzz = 1;\n",
		     "gw.conf:4: zzzzzzzz is not known\n"
		     "gw.conf:2: store must be a group: store: { ... };\n"
		     "gw.conf:3: carriers must be a list: carriers: ( { ... }, { ... } );\n");
}

static void test_syntax_and_duplicates(void **state)
{
	(void)state;
	check_faults("node = 1;\nstore: { redis = ; };\n", "gw.conf:2: syntax error\n");
	check_faults(SMALL "node = 2;\n", "gw.conf:3: duplicate setting name\n");
	check_faults(SMALL "store: { redis = \"x\"; };\n", "gw.conf:3: duplicate setting name\n");
}

static void test_utf8_and_secrets(void **state)
{
	(void)state;
	check_faults("node = 1;\nstore: { redis = \"\xd6\xd0\xb9\xfa\"; password = \"topsecret\"; };\n",
		     "gw.conf:2: store: redis is not UTF-8 text; save the file as UTF-8\n"
		     "gw.conf:2: store: password must have 0..8 octets, not 9\n");
}

static void test_large_numbers(void **state)
{
	(void)state;
	check_faults("node = 4294967297;\n/* 99999999999\n */ # 99999999999\n// 99999999999\n"
		     "title = \"99999999999 \\\" 9999999999999\";\n"
		     "store: { redis = \"r\"; deadline = -9223372036854775807L; share = 1.5e-1; };\n"
		     "carriers: ( { name = \"m\"; tps = 0x80000000; },\n"
		     "{ name = \"m\"; tps = 99999999999999999999L; } );\n",
		     "gw.conf:1: a number above 2147483647 needs an L behind it: 4294967297L\n"
		     "gw.conf:7: a number above 2147483647 needs an L behind it: 0x80000000L\n"
		     "gw.conf:8: 99999999999999999999 is too large a number\n"
		     "gw.conf:6: store: deadline must be 10..60000 ms, not -9223372036854775807\n"
		     "gw.conf:7: carriers: tps must be 0..1000000 messages/s, not -2147483648\n"
		     "gw.conf:8: carriers: tps must be 0..1000000 messages/s, not 9223372036854775807\n");
	check_faults(SMALL "carriers: ( { name = \"m\"; tps = 4294967297L; } );\n",
		     "gw.conf:3: carriers: tps must be 0..1000000 messages/s, not 4294967297\n");
}

static void test_include(void **state)
{
	size_t n;

	(void)state;
	write_file("carriers.inc", "carriers: (\n  { name = \"联通\"; tps = 9; }\n);\n");
	struct conf *c = read_good(SMALL "@include \"carriers.inc\"\n");
	struct carrier *carrier = conf_get(c, "carriers", &n);
	assert_int_equal(n, 1);
	assert_string_equal(carrier->name, "联通");
	assert_non_null(strstr(carrier->where.file, "/carriers.inc"));
	assert_int_equal(carrier->where.line, 2);
	conf_free(c);
	write_file("carriers.inc", "carriers: (\n  { name = \"联通\";\n    tsp = 9; }\n);\n");
	check_faults(SMALL "@include \"carriers.inc\"\n",
		     "carriers.inc:3: carriers: tsp is not known; did you mean tps?\n");
	write_file("carriers.inc", "carriers: (\n  { name = ; }\n);\n");
	check_faults(SMALL "@include \"carriers.inc\"\n", "carriers.inc:2: syntax error\n");
}

/* A sub-folder and the folder above can be named; what cannot be opened is told with its name, and what to do. */
static void test_include_names(void **state)
{
	size_t n;
	char path[200], text[600], want[900];

	(void)state;
	snprintf(path, sizeof(path), "%s/分", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file("分/通道.conf", "carriers: (\n  { name = \"联通\"; tps = 9; }\n);\n");
	struct conf *c = read_good(SMALL "@include \"分/通道.conf\"\n");
	struct carrier *carrier = conf_get(c, "carriers", &n);
	assert_int_equal(n, 1);
	assert_non_null(strstr(carrier->where.file, "/分/通道.conf"));
	conf_free(c);
	snprintf(text, sizeof(text), SMALL "@include \"../%s/分/通道.conf\"\n", strrchr(dir, '/') + 1);
	conf_free(read_good(text));
	snprintf(text, sizeof(text), SMALL "@include \"%s/分/通道.conf\"\n", dir);
	snprintf(want, sizeof(want),
		 "gw.conf:3: @include \"%s/分/通道.conf\": a name from the root cannot be used; write it from the "
		 "folder "
		 "%s, as \"sub/file.conf\" or \"../file.conf\"\n",
		 dir, dir);
	check_faults(text, want);
	snprintf(want, sizeof(want),
		 "gw.conf:3: @include \"absent.inc\": cannot open %s/absent.inc: No such file or directory; names are "
		 "looked for from that folder, also in included files\n",
		 dir);
	check_faults(SMALL "@include \"absent.inc\"\n", want);
	write_file("分/通道.conf", "\n\n@include \"不在.conf\"\n");
	snprintf(want, sizeof(want),
		 "分/通道.conf:3: @include \"不在.conf\": cannot open %s/不在.conf: No such file or directory; names "
		 "are "
		 "looked for from that folder, also in included files\n",
		 dir);
	check_faults(SMALL "@include \"分/通道.conf\"\n", want);
	snprintf(text, sizeof(text), "%s/分/通道.conf", dir);
	unlink(text);
	rmdir(path);
}

/* libconfig's scanner ends the process when it cannot read what it could open: a folder, named by mistake or by "". */
static void test_include_of_what_cannot_be_read(void **state)
{
	char path[200], want[600];

	(void)state;
	snprintf(path, sizeof(path), "%s/夹", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(
		want, sizeof(want),
		"gw.conf:3: @include \"夹\": cannot open %s/夹: Is a directory; names are looked for from that folder, "
		"also in included files\n"
		"gw.conf:4: @include \"\": cannot open %s/: Is a directory; names are looked for from that folder, "
		"also in included files\n",
		dir, dir);
	check_faults(SMALL " \t@include\t\"夹\"\n@include \"\"\n", want);
	write_file("carriers.inc", "# 运营商\n/* \n@include \"\" */ @include \"\"\n@include \"夹\"\n");
	snprintf(want, sizeof(want),
		 "carriers.inc:4: @include \"夹\": cannot open %s/夹: Is a directory; names are looked for from that "
		 "folder, also in included files\n",
		 dir);
	check_faults(SMALL "@include \"carriers.inc\"\n", want);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(want, sizeof(want),
		 "gw.conf:3: @include \"夹\": cannot open %s/夹: Operation not supported; names are looked for from "
		 "that "
		 "folder, also in included files\n",
		 dir);
	check_faults(SMALL "@include \"夹\"\n", want);
	unlink(path);
	/* what is no @include to libconfig is none here: in comments and strings, behind other words */
	write_file("carriers.inc", "// @include \"\"\n# @include \"\"\n/*\n@include \"\"\n*/\n");
	conf_free(read_good(SMALL "@include \"carriers.inc\"\n"));
	/* a file that includes itself ends at the parser's depth */
	write_file("carriers.inc", "@include \"carriers.inc\"\n@include \"carriers.inc\"\n");
	check_faults(SMALL "@include \"carriers.inc\"\n", "carriers.inc:1: include file nesting too deep\n");
}

static void test_unreadable(void **state)
{
	char *errors, want[200];

	(void)state;
	assert_null(conf_read("/nonexistent/gw.conf", sections, &errors));
	assert_string_equal(errors, "/nonexistent/gw.conf:1: cannot be read: No such file or directory\n");
	free(errors);
	assert_null(conf_read(dir, sections, &errors));
	snprintf(want, sizeof(want), "%s:1: cannot be read: Is a directory\n", dir);
	assert_string_equal(errors, want);
	free(errors);
}

static void test_same_and_fault(void **state)
{
	size_t n;

	(void)state;
	struct conf *a = read_good(SMALL "carriers: ( { name = \"m\"; tps = 1; prefixes = [ \"1\" ]; } );\n");
	struct conf *b = read_good("\n\n" SMALL "carriers: ( { tps = 1; prefixes = ( 1 ); name = \"m\"; },\n"
				   "{ tps = 2; prefixes = ( 1 ); name = \"m\"; },\n"
				   "{ tps = 1; prefixes = ( 2 ); name = \"m\"; },\n"
				   "{ tps = 1; prefixes = ( 1 ); name = \"m\"; tls: { key = \"k\"; }; } );\n");
	struct carrier *x = conf_get(a, "carriers", &n), *y = conf_get(b, "carriers", &n);
	assert_int_equal(n, 4);
	assert_true(conf_same(&sections[2], x, &y[0]));
	for (int i = 1; i < 4; i++)
		assert_false(conf_same(&sections[2], x, &y[i]));
	assert_true(conf_same(&sections[1], conf_get(a, "store", &n), conf_get(b, "store", &n)));

	char *errors = NULL, want[300];
	conf_fault(&errors, &y[1].where, "carrier %s is there twice", "m");
	conf_fault(&errors, &y[2].where, "again");
	snprintf(want, sizeof(want), "%s/gw.conf:6: carrier m is there twice\n%s/gw.conf:7: again\n", dir, dir);
	assert_string_equal(errors, want);
	free(errors);
	conf_free(a);
	conf_free(b);
}

static void test_print_rows(void **state)
{
	char text[4000];

	(void)state;
	fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	FILE *f = tmpfile();
	dup2(fileno(f), STDOUT_FILENO);
	conf_print_rows(sections);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	assert_non_null(strstr(text, "node\tint 0..99\t\trequired\tno\tNumber of this node.\n"));
	assert_non_null(strstr(text, "store.deadline\tint 10..60000\tms\t1000\tyes\tLongest wait.\n"));
	assert_non_null(strstr(text, "carriers.bind\tchoice transmitter|receiver|transceiver\t\ttransceiver\tyes\t"));
	assert_non_null(strstr(text, "carriers.tls.key\tstring\t\t\tno\tKey.\n"));
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/gw.conf", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/carriers.inc", dir);
	unlink(path);
	return rmdir(dir);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_values, make_dir),
	cmocka_unit_test(test_defaults),
	cmocka_unit_test(test_all_faults_with_places),
	cmocka_unit_test(test_sections_of_wrong_shape),
	cmocka_unit_test(test_syntax_and_duplicates),
	cmocka_unit_test(test_utf8_and_secrets),
	cmocka_unit_test(test_large_numbers),
	cmocka_unit_test(test_include),
	cmocka_unit_test(test_include_names),
	cmocka_unit_test(test_include_of_what_cannot_be_read),
	cmocka_unit_test(test_unreadable),
	cmocka_unit_test(test_same_and_fault),
	cmocka_unit_test_teardown(test_print_rows, remove_dir),
};
UNIT_MAIN(cases)
