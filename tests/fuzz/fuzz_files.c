/*
 * fuzz_files.c - any octets as a file that an operator gives us: words, templates, holidays, and lines of ported
 * numbers, opt-outs, expectations of routes. The first octet says which.
 *
 * What must hold: a file is taken or its faults name it and a line; a line is taken or there are words why not; numbers
 * and fields that are read lie in the line, and a number reads back as itself.
 */
#include <string.h>

#include "path/country.h"
#include "path/list_line.h"
#include "path/ported_line.h"
#include "path/ported_table.h"
#include "path/route_test.h"
#include "policy/calendar.h"
#include "policy/templates.h"
#include "policy/wordlist.h"
#include "quiet.h"
#include "scratch.h"

static const struct conf_where where = {"gw.conf", 3};

static int no_account(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : -1;
}

static const struct policy_names names = {NULL, no_account, NULL, 1, 0};

static void faults(const void *made, char *errors)
{
	MUST(!made == (errors != NULL));
	MUST(made || (*errors && strchr(errors, ':') && errors[strlen(errors) - 1] == '\n'));
	free(errors);
}

static void as_words(char *file)
{
	char *errors = NULL;
	struct wordlist *l = wordlist_read(file, &where, &errors);
	faults(l, errors);
	for (size_t i = 0; i < wordlist_count(l); i++) {
		struct word w = wordlist_at(l, i);
		MUST(w.n >= 1 && w.n <= WORD_MAX && w.text);
	}
	MUST(!l || wordlist_same(l, l));
	wordlist_drop(l);
}

static void as_templates(char *file)
{
	static char empty[] = "", name[] = "登录";
	const struct templates_conf row = {.scope = {.where = where, .account = empty},
					   .signature = empty,
					   .name = name,
					   .text = empty,
					   .file = file};
	char *errors = NULL;
	struct templates *x = templates_new(&row, 1, &names, &errors);
	faults(x, errors);
	templates_free(x);
}

static void as_calendar(char *file)
{
	const struct calendar_conf conf = {where, file, 480};
	char *errors = NULL;
	struct calendar *c = calendar_new(&conf, &errors);
	faults(c, errors);
	for (int64_t day = 20400; c && day < 20800; day += 7)
		MUST(calendar_kind(c, day) < DAY_KINDS);
	calendar_free(c);
}

/* --- lines --- */

static void check_number(const struct number *n)
{
	struct number again;
	MUST(n->n >= 3 && n->n <= NUMBER_MAX && strlen(n->digits) == n->n && strspn(n->digits, "0123456789") == n->n);
	MUST(!number_parse_text(n->digits, &again) || strcmp(again.digits, n->digits) == 0 || n->n == 11 ||
	     memcmp(n->digits, "00", 2) == 0);
	(void)number_is_phone(n);
	(void)country_code_of(n);
	MUST(ported_bucket(n) < (int)PORTED_BUCKETS);
}

static bool inside(struct view part, struct view whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void as_ported_line(struct view line)
{
	struct number number;
	struct view name;
	const char *why = NULL;
	enum ported_line kind = ported_line_read(line, &number, &name, &why);
	MUST(kind != PORTED_LINE_BAD || (why && *why));
	if (kind != PORTED_LINE_ROW)
		return;
	MUST(name.n > 0 && inside(name, line));
	check_number(&number);
}

static void as_list_line(struct view line)
{
	struct list_line l;
	const char *why = NULL;
	int64_t ms;
	enum list_line_kind kind = list_line_read(line, LIST_LINE_FIELDS, &l, &why);
	MUST(kind != LIST_LINE_BAD || (why && *why));
	if (kind != LIST_LINE_ROW)
		return;
	MUST(l.n <= LIST_LINE_FIELDS);
	check_number(&l.number);
	for (size_t i = 0; i < l.n; i++) {
		MUST(inside(l.field[i], line));
		(void)list_line_time(l.field[i], &ms);
	}
}

/* --- expectations of routes --- */

static struct routes *routes;
static struct senders *senders;
static char mobile[] = "移动", unicom[] = "联通", empty_text[] = "";
static const struct carrier_conf carriers[] = {{.name = mobile, .price = 40}, {.name = unicom, .price = 60}};

static int carrier_by_name(const char *name, void *arg)
{
	(void)arg;
	return strcmp(name, mobile) == 0 ? 0 : strcmp(name, unicom) == 0 ? 1 : -1;
}

static int account_by_name(const char *name, void *arg)
{
	return no_account(arg, name);
}

static bool on_account(const char *system_id, struct route_test_account *out, void *arg)
{
	*out = (struct route_test_account){0, CLASS_NOTICE, false};
	return no_account(arg, system_id) == 0;
}

static const struct carrier_conf *on_carrier(size_t number, void *arg)
{
	(void)arg;
	MUST(number < 2);
	return &carriers[number];
}

static void make_routes(void)
{
	static char bank[] = "bank", code[] = "10690001", p1[] = "86138", p2[] = "86130", rule[] = "主用";
	static char *codes[] = {code}, *first[] = {p1}, *second[] = {p2}, *both[] = {mobile, unicom};
	static const struct account_conf account = {.system_id = bank, .sources = {codes, 1}};
	static const struct routes_names by = {carrier_by_name, account_by_name, NULL, NULL};
	static struct operator_conf operators[] = {{{"gw.conf", 1}, mobile, {first, 1}},
						   {{"gw.conf", 2}, unicom, {second, 1}}};
	static struct route_conf rows[] = {{.where = {"gw.conf", 9},
					    .operator= mobile,
					    .prefix = empty_text,
					    .account = empty_text,
					    .carriers = {both, 2},
					    .name = rule}};
	struct senders_setup setup = {&account, NULL, NULL, 1, 0, 0, account_by_name, carrier_by_name, NULL};
	char *errors = NULL;
	routes = routes_new(&(struct routes_conf){rows, 1, operators, 2, NULL}, &by, &errors);
	MUST(routes);
	senders = senders_new(&setup, &errors);
	MUST(senders);
}

static void as_route_line(struct view line)
{
	static struct class_rule rules[CLASSES];
	static char said[ROUTE_TEST_TEXT_MAX];
	if (!routes)
		make_routes();
	const struct route_test_world w = {routes, senders, rules, on_account, on_carrier, NULL, NULL};
	said[0] = '\0';
	enum route_test_result r = route_test_line(&w, line, said);
	MUST(strlen(said) < sizeof(said) && (r == ROUTE_TEST_PASSED || r == ROUTE_TEST_EMPTY || *said));
}

static void each_line(struct view text, void (*fn)(struct view line))
{
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		fn(take_view(&text, end ? (uint32_t)(end - text.p) : text.n));
		(void)take_octet(&text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const files[])(char *file) = {as_words, as_templates, as_calendar};
	static void (*const lines[])(struct view line) = {as_ported_line, as_list_line, as_route_line};
	char file[96];
	if (size < 1 || size > 4096)
		return 0;
	struct view text = {data + 1, (uint32_t)size - 1};
	be_quiet();
	if (data[0] % 6 < 3) {
		snprintf(file, sizeof(file), "%s", scratch_file("file.txt", text.p, text.n));
		files[data[0] % 6](file);
	} else {
		each_line(text, lines[data[0] % 6 - 3]);
	}
	return 0;
}
