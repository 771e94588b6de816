/*
 * test_list_line.c - lines of files of numbers, and the times in them.
 */
#include "path/list_line.h"

#include <stdlib.h>

#include "unit.h"

struct good {
	const char *line, *number;
	size_t n;
	const char *fields[LIST_LINE_FIELDS];
};

static const struct good goods[] = {
	{"13800138000", "8613800138000", 0, {0}},
	{"+86-138-0013-8000,bank", "8613800138000", 1, {"bank"}},
	{"0086 13800138000;bank/某某银行;2026-05-01 08:30", "8613800138000", 2, {"bank/某某银行", "2026-05-01 08:30"}},
	{"\"138 0013 8000\"\t\"合同,2026\"\t", "8613800138000", 1, {"合同,2026"}},
	{"  13800138000 , 网签 2026 ,, 手机银行 \r", "8613800138000", 3, {"网签 2026", "", "手机银行"}},
	{"85298765432,global", "85298765432", 1, {"global"}},
	{"13800138000,,", "8613800138000", 2, {"", ""}},
	{"13800138000,a,b,c,", "8613800138000", 3, {"a", "b", "c"}},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		struct list_line got;
		const char *why;
		assert_int_equal(list_line_read(view_of(goods[i].line), 3, &got, &why), LIST_LINE_ROW);
		assert_string_equal(got.number.digits, goods[i].number);
		assert_int_equal(got.n, goods[i].n);
		for (size_t k = 0; k < got.n; k++)
			assert_true(view_eq(got.field[k], view_of(goods[i].fields[k])));
	}
}

static void test_bad(void **state)
{
	(void)state;
	static const struct {
		const char *line, *why;
		size_t max;
	} bads[] = {
		{"号码,bank", "not a phone number", 3},
		{",bank", "not a phone number", 3},
		{"\"\",bank", "not a phone number", 3},
		{"12,bank", "not a phone number", 3},
		{"13800138000 bank", "not a phone number", 3},
		{"1380013800013800138000138001380013800138", "not a phone number", 3},
		{"13800138000,a,b", "more fields than there can be", 1},
		{"13800138000,a,b,c,d", "more fields than there can be", 3},
	};
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		struct list_line got;
		const char *why;
		assert_int_equal(list_line_read(view_of(bads[i].line), bads[i].max, &got, &why), LIST_LINE_BAD);
		assert_string_equal(why, bads[i].why);
	}
}

static void test_empty(void **state)
{
	(void)state;
	static const char *const lines[] = {"", "   ", "\r", "# 退订名单", "  # 13800138000"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct list_line got;
		const char *why;
		assert_int_equal(list_line_read(view_of(lines[i]), 3, &got, &why), LIST_LINE_EMPTY);
	}
}

/* Every prefix of a line, and every octet in the place of each: read or refused, never read past its end. */
static void test_any_octets(void **state)
{
	(void)state;
	static const char line[] = "\"13800138000\",bank/某行,2026-05-01";
	for (uint32_t n = 0; n < sizeof(line); n++) {
		for (unsigned at = 0; at < n; at++) {
			for (unsigned c = 0; c < 256; c += 5) {
				uint8_t *copy = malloc(n ? n : 1);
				struct list_line got;
				const char *why;
				memcpy(copy, line, n);
				copy[at] = (uint8_t)c;
				enum list_line_kind kind = list_line_read((struct view){copy, n}, 2, &got, &why);
				assert_true(kind == LIST_LINE_EMPTY || kind == LIST_LINE_BAD || got.n <= 2);
				for (size_t k = 0; kind == LIST_LINE_ROW && k < got.n; k++)
					assert_true(got.field[k].p >= copy &&
						    got.field[k].p + got.field[k].n <= copy + n);
				free(copy);
			}
		}
	}
}

static void test_times(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms; /* -1: none */
	} times[] = {
		{"2026-05-01", 1777564800000},
		{"2026-05-01 08:30", 1777595400000},
		{"2026-05-01T08:30:15", 1777595415000},
		{"1777595415000", 1777595415000},
		{"1777595415", 1777595415000},
		{"", -1},
		{"昨天", -1},
		{"2026-5-1", -1},
		{"2026-02-29", -1},
		{"2026-05-01 24:00", -1},
		{"2026-05-01 08:60", -1},
		{"2026-05-01 08:30:60", -1},
		{"2026-05-01 8:30", -1},
		{"2026-05-01 08:30:1", -1},
		{"2026-05-01x08:30", -1},
		{"17775954150", -1},
		{"177759541x", -1},
	};
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t ms = -1;
		if (!list_line_time(view_of(times[i].text), &ms))
			ms = -1;
		if (ms != times[i].ms)
			fail_msg("\"%s\" gives %lld", times[i].text, (long long)ms);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_good),	   cmocka_unit_test(test_bad),	 cmocka_unit_test(test_empty),
	cmocka_unit_test(test_any_octets), cmocka_unit_test(test_times),
};

UNIT_MAIN(cases)
