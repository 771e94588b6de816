/*
 * test_fault.c - what carriers' errors are about: every status, the words of China's operators, and that the
 * documentation has the same tables.
 */
#include "policy/fault.h"

#include <stdlib.h>

#include "smpp/status.h"
#include "unit.h"

static const char *const names[FAULTS] = {
	[FAULT_TEMPORARY] = "temporary", [FAULT_FLOW] = "flow",		  [FAULT_CARRIER] = "carrier",
	[FAULT_NETWORK] = "network",	 [FAULT_PHONE] = "phone",	  [FAULT_NUMBER] = "number",
	[FAULT_CONTENT] = "content",	 [FAULT_SIGNATURE] = "signature", [FAULT_BLOCKED] = "blocked",
	[FAULT_FREQUENCY] = "frequency", [FAULT_SESSION] = "session",	  [FAULT_PERMANENT] = "permanent",
};

static void test_names(void **state)
{
	(void)state;
	static const char *const strangers[] = {"", "Temporary", "temporar", "temporaryx", "fault", "号码"};
	enum fault f;
	for (int i = 0; i < FAULTS; i++) {
		assert_string_equal(fault_name((enum fault)i), names[i]);
		assert_string_equal(fault_names[i], names[i]);
		assert_true(fault_by_name(view_of(names[i]), &f));
		assert_int_equal(f, i);
	}
	assert_null(fault_names[FAULTS]);
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_false(fault_by_name(view_of(strangers[i]), &f));
}

/* Codes of smpp.md 5 that do not go by their letter R. */
static const struct {
	uint32_t status;
	enum fault fault;
} exceptions[] = {
	{0x0B, FAULT_NUMBER},	{0x0A, FAULT_CARRIER},	{0x48, FAULT_CARRIER},	{0x49, FAULT_CARRIER},
	{0x50, FAULT_CARRIER},	{0x51, FAULT_CARRIER},	{0x15, FAULT_CARRIER},	{0x100, FAULT_CARRIER},
	{0x102, FAULT_CARRIER}, {0x103, FAULT_CARRIER}, {0x03, FAULT_CARRIER},	{0xC0, FAULT_CARRIER},
	{0xC1, FAULT_CARRIER},	{0xC2, FAULT_CARRIER},	{0xC3, FAULT_CARRIER},	{0xC4, FAULT_CARRIER},
	{0x01, FAULT_CONTENT},	{0x43, FAULT_CONTENT},	{0x104, FAULT_CONTENT}, {0x45, FAULT_PERMANENT},
};
static const uint32_t temporary[] = {0x08, 0x14, 0x58, 0x64, 0xFF};
static const uint32_t session[] = {0x04, 0x05, 0x0D, 0x0E, 0x0F, 0x53};

static enum fault expected(uint32_t status)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		if (exceptions[i].status == status)
			return exceptions[i].fault;
	}
	for (size_t i = 0; i < sizeof(temporary) / sizeof(temporary[0]); i++) {
		if (temporary[i] == status)
			return FAULT_TEMPORARY;
	}
	for (size_t i = 0; i < sizeof(session) / sizeof(session[0]); i++) {
		if (session[i] == status)
			return FAULT_SESSION;
	}
	return FAULT_PERMANENT;
}

static void test_every_status(void **state)
{
	(void)state;
	static const uint32_t far[] = {0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
	for (uint32_t s = 1; s <= 0x1000; s++) {
		if (fault_of_status(s) != expected(s))
			print_error("0x%x\n", s);
		assert_int_equal(fault_of_status(s), expected(s));
	}
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		assert_int_equal(fault_of_status(far[i]), FAULT_PERMANENT);
}

static const struct {
	const char *stat;
	enum fault fault;
} words[] = {
	{"MK:0001", FAULT_NUMBER},    {"mk:0001", FAULT_NUMBER},       {"DB:0100", FAULT_NUMBER},
	{"CB:0001", FAULT_NUMBER},    {"MBBLACK", FAULT_BLOCKED},      {"mbblack", FAULT_BLOCKED},
	{"SC:0016", FAULT_BLOCKED},   {"DB:0141", FAULT_BLOCKED},      {"DB:0144", FAULT_BLOCKED},
	{"LIMIT", FAULT_FREQUENCY},   {"M:00181", FAULT_CONTENT},      {"DB:0139", FAULT_CONTENT},
	{"KEYWORD", FAULT_CONTENT},   {"-9000", FAULT_NETWORK},	       {"IB:0168", FAULT_NETWORK},
	{"ID:0043", FAULT_NETWORK},   {"CA:0054", FAULT_CARRIER},      {"DA:0052", FAULT_CARRIER},
	{"MA:0051", FAULT_CARRIER},   {"IB:0008", FAULT_FLOW},	       {"MB:1070", FAULT_FLOW},
	{"MK:0018", FAULT_TEMPORARY}, {"MK:0017", FAULT_PHONE},	       {"MK:0024", FAULT_PHONE},
	{"MI:0024", FAULT_PHONE},     {"MN:0059", FAULT_PHONE},	       {"MK:XXXX", FAULT_PHONE},
	{"DB:0102", FAULT_PHONE},     {"DND_REJECTED", FAULT_BLOCKED}, {"SC:0018", FAULT_SIGNATURE},
	{"-9221", FAULT_SIGNATURE},   {"SC:0017", FAULT_CONTENT},      {"-8412", FAULT_BLOCKED},
	{"-9999", FAULT_FLOW},	      {"NP:1243", FAULT_NETWORK},
};

/* Nobody knows what became of these, or lists contradict each other; bare digits are each aggregator's own. */
static const char *const undecided[] = {
	"MA:0054", "IA:0054", "IC:0151", "MC:0151", "DB:0318", "MH:0007", "MB:0069", "FAILED",	"12",	"0", "601",
	"MK",	   "MK0001",  "M:",	 "LIMITS",  "BLACKX",  "XBLACK",  "UNDELIV", "EXPIRED", "失败", ""};

static const struct {
	enum message_state state;
	enum fault fault;
} states[] = {
	{STATE_EXPIRED, FAULT_PHONE},	  {STATE_UNDELIVERABLE, FAULT_PHONE}, {STATE_REJECTED, FAULT_CARRIER},
	{STATE_DELETED, FAULT_PERMANENT}, {STATE_UNKNOWN, FAULT_PERMANENT},   {STATE_SKIPPED, FAULT_PERMANENT},
};

static void assert_receipt(enum message_state state, const char *stat, enum fault want)
{
	struct view word = {(const uint8_t *)stat, (uint32_t)strlen(stat)};
	if (fault_of_receipt(state, word) != want)
		print_error("%s, state %d\n", stat, state);
	assert_int_equal(fault_of_receipt(state, word), want);
}

static void test_words(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			assert_receipt(states[s].state, words[i].stat, words[i].fault);
		for (size_t i = 0; i < sizeof(undecided) / sizeof(undecided[0]); i++)
			assert_receipt(states[s].state, undecided[i], states[s].fault);
	}
}

/* Every row can be reached: no family stands before its members, no word twice. */
static void test_no_row_is_hidden(void **state)
{
	(void)state;
	struct fault_row row;
	size_t n = 0;
	for (size_t i = 0; fault_at(i, &row); i++) {
		char word[80];
		if (strncmp(row.text, "ESME_", 5) == 0)
			continue;
		snprintf(word, sizeof(word), "%s", row.text);
		if (word[strlen(word) - 1] == '*')
			strcpy(word + strlen(word) - 1, "7777");
		assert_receipt(STATE_DELETED, word, row.fault);
		struct fault_row other;
		for (size_t j = 0; j < i && fault_at(j, &other); j++)
			assert_string_not_equal(other.text, row.text);
		n++;
	}
	assert_true(n > 80);
	assert_false(fault_at(1000, &row));
}

static void test_patterns(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *word;
		bool fits;
	} rows[] = {
		{"", "", true},
		{"", "MK:0001", true},
		{"*", "", true},
		{"*", "x", true},
		{"MK:*", "MK:", true},
		{"MK:*", "mk:0001", true},
		{"mk:*", "MK:0001", true},
		{"MK:*", "MK", false},
		{"MK:*", "XMK:1", false},
		{"MK:1", "MK:1", true},
		{"MK:1", "MK:11", false},
		{"MK:1", "MK:", false},
		{"MK:1", "", false},
		{"undeliv", "UNDELIV", true},
		{"拒收*", "拒收1", true},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(fault_word_fits(rows[i].pattern, view_of(rows[i].word)), rows[i].fits);
}

/* --- doc/configuration.md --- */

static char doc[100000];

/* The section on errors of carriers. */
static int read_doc(void **state)
{
	(void)state;
	const char *top = getenv("SMPPGW_SRC");
	char file[4096];
	snprintf(file, sizeof(file), "%s/doc/configuration.md", top ? top : ".");
	FILE *f = fopen(file, "r");
	if (!f)
		return -1;
	size_t n = fread(doc, 1, sizeof(doc) - 1, f);
	fclose(f);
	doc[n] = '\0';
	char *from = strstr(doc, "\n## Errors of carriers\n");
	char *to = from ? strstr(from + 4, "\n## ") : NULL;
	if (!to)
		return -1;
	*to = '\0';
	memmove(doc, from, strlen(from) + 1);
	return 0;
}

/* Whether a line of a table of built-in rows for this class has the word. */
static bool documented(const struct fault_row *row)
{
	char head[40], word[80];
	snprintf(head, sizeof(head), "\n| %s", fault_name(row->fault));
	snprintf(word, sizeof(word), " %s ", row->text);
	for (const char *p = doc; (p = strstr(p, head)) != NULL; p++) {
		char line[2000];
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p + 1, "\n"), p + 1);
		if (strstr(line, word))
			return true;
	}
	return false;
}

static bool built_in(const char *class_words, const char *word)
{
	struct fault_row row;
	for (size_t i = 0; fault_at(i, &row); i++) {
		const char *name = fault_name(row.fault);
		if (strcmp(row.text, word) == 0 && strncmp(class_words, name, strlen(name)) == 0)
			return true;
	}
	return false;
}

/* Checks the lines of the table with this head; counts the words. */
static size_t check_table(const char *head)
{
	size_t n = 0;
	char *at = strstr(doc, head);
	assert_non_null(at);
	at = strstr(at, "|---|---|\n") + 10;
	while (*at == '|') {
		char line[2000], *save;
		size_t len = strcspn(at, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, at);
		char *name = strtok_r(line, "|", &save) + 1, *list = strtok_r(NULL, "|", &save);
		for (char *w = strtok_r(list, " ", &save); w; w = strtok_r(NULL, " ", &save), n++) {
			if (!built_in(name, w))
				print_error("doc/configuration.md has %s as %s, fault.c has not\n", w, name);
			assert_true(built_in(name, w));
		}
		at += len + 1;
	}
	return n;
}

static void test_documented(void **state)
{
	(void)state;
	struct fault_row row;
	size_t n = 0;
	for (; fault_at(n, &row); n++) {
		if (!documented(&row))
			print_error("doc/configuration.md, Errors of carriers: %s is not there as %s\n", row.text,
				    fault_name(row.fault));
		assert_true(documented(&row));
	}
	assert_int_equal(check_table("| class | command_status |\n") + check_table("| class | stat |\n"), n);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_names),	 cmocka_unit_test(test_every_status),
	cmocka_unit_test(test_words),	 cmocka_unit_test(test_no_row_is_hidden),
	cmocka_unit_test(test_patterns), cmocka_unit_test_setup(test_documented, read_doc),
};

UNIT_MAIN(cases)
