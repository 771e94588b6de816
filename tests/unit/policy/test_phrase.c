/*
 * test_phrase.c - patterns of words only: which are, and what they find, against PCRE2 on random patterns and texts.
 */
#include "policy/phrase.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "unit.h"

static bool stands(const struct phrase *p, const char *text)
{
	return phrase_stands(p, view_of(text));
}

static void test_which(void **state)
{
	(void)state;
	static const char *const are[] = {"95555", "利率|优惠", "截至.*日", ".*日", "日.*", ".*.*日", "a b",
					  "a\\.b", "\\|",	"]",	    "}",    "-#/",  "\\{",    "\\\\"};
	static const char *const are_not[] = {
		"",	 "|",	  "a|",	  "|a",	  "a||b", ".*",	  "a|.*",  ".",	       "a.b", "a.+b",
		"a.*?b", "a.*+b", "a*",	  "a+",	  "a?",	  "a{2}", "{",	   "[ab]",     "(a)", "^a",
		"a$",	 "\\d",	  "\\Qa", "\\bA", "a\nb", "a\tb", "a\x7f", "(*CRLF)a", "\\1", "\\\xe6\x97\xa5"};
	for (size_t i = 0; i < sizeof(are) / sizeof(are[0]); i++) {
		struct phrase *p = phrase_new(are[i]);
		if (!p)
			fail_msg("\"%s\" is words only", are[i]);
		phrase_free(p);
	}
	for (size_t i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++) {
		if (phrase_new(are_not[i]))
			fail_msg("\"%s\" is more than words", are_not[i]);
	}
	phrase_free(NULL);
}

static void test_finds(void **state)
{
	(void)state;
	struct phrase *p = phrase_new("流水|截至.*日.*前");
	assert_true(stands(p, "流水"));
	assert_true(stands(p, "一流，流水123"));
	assert_true(stands(p, "截至2026年5月1日前"));
	assert_true(stands(p, "截至日前"));
	assert_false(stands(p, "截至2026年5月1日"));
	assert_false(stands(p, "日前截至"));
	assert_false(stands(p, "截至2026年\n5月1日前"));
	assert_true(stands(p, "截至\n截至日前\n"));
	assert_true(stands(p, "截至\r日前"));
	assert_false(stands(p, ""));
	assert_false(phrase_stands(p, (struct view){NULL, 0}));
	phrase_free(p);
}

static const char *const pieces[] = {"行", "日", "月", "早", "a", "5", "\n", "\r", "é", "😀", "", "行行", "日月"};
#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

static void random_text(char *out, unsigned most)
{
	*out = '\0';
	for (unsigned n = (unsigned)rand() % (most + 1); n > 0; n--)
		strcat(out, pieces[(unsigned)rand() % PIECES]);
}

static void random_pattern(char *out)
{
	static const char *const more[] = {".*", "|", "\\.", ".", "*", "?", "^"};
	*out = '\0';
	for (unsigned n = 1 + (unsigned)rand() % 7; n > 0; n--) {
		unsigned which = (unsigned)rand() % 20;
		strcat(out, which < 5	? more[0]
			    : which < 7 ? more[1]
			    : which < 8 ? more[(unsigned)rand() % 7]
					: pieces[(unsigned)rand() % PIECES]);
	}
}

static void compare(const struct phrase *p, const pcre2_code *code, const char *pattern)
{
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	for (unsigned i = 0; i < 30; i++) {
		char text[200];
		random_text(text, 14);
		int got = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, found, NULL);
		if (stands(p, text) != (got >= 0))
			fail_msg("\"%s\" in \"%s\": PCRE2 says %d", pattern, text, got);
	}
	pcre2_match_data_free(found);
}

static void test_like_pcre2(void **state)
{
	(void)state;
	unsigned phrases = 0;
	uint32_t newline = 0;
	pcre2_config(PCRE2_CONFIG_NEWLINE, &newline);
	srand(20261123);
	for (unsigned round = 0; round < 4000; round++) {
		char pattern[100];
		int error;
		size_t offset;
		random_pattern(pattern);
		pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP,
						 &error, &offset, NULL);
		struct phrase *p = code ? phrase_new(pattern) : NULL;
		phrases += p != NULL;
		if (p && newline == PCRE2_NEWLINE_LF)
			compare(p, code, pattern);
		phrase_free(p);
		pcre2_code_free(code);
	}
	assert_true(phrases > 1000);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_which),
	cmocka_unit_test(test_finds),
	cmocka_unit_test(test_like_pcre2),
};

UNIT_MAIN(cases)
