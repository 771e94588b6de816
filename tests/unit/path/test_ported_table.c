/*
 * test_ported_table.c - the table of ported numbers against a plain sorted list, its memory, and the lines of files.
 */
#include "path/ported_table.h"

#include <stdlib.h>

#include "path/ported_line.h"
#include "samples.h"
#include "unit.h"

static struct number number_of(const char *digits)
{
	struct number n = {.n = (uint8_t)strlen(digits)};
	assert_in_range(n.n, 1, NUMBER_MAX);
	memcpy(n.digits, digits, n.n);
	return n;
}

/* --- against a model --- */

#define NUMBERS 3000u
#define VALUES	8u

static bool has[NUMBERS][VALUES];

/* Numbers of all lengths, many that differ in one digit or in leading zeros only. */
static struct number nth(unsigned i)
{
	static const char *const heads[] = {"86138", "0", "00", "1", "999999999999", "8613800"};
	char digits[24];
	snprintf(digits, sizeof(digits), "%s%u", heads[i % 6], i / 6);
	return number_of(digits);
}

static void check(const struct ported_table *t, unsigned i)
{
	uint16_t values[VALUES + 1];
	struct number n = nth(i);
	size_t found = ported_table_find(t, &n, values, VALUES + 1), want = 0;
	for (unsigned v = 0; v < VALUES; v++) {
		if (has[i][v])
			assert_int_equal(values[want++], v * 1000);
	}
	assert_int_equal(found, want);
}

static void test_model(void **state)
{
	(void)state;
	struct ported_table *t = ported_table_new();
	uint64_t seed = 5;
	size_t count = 0;
	for (int step = 0; step < 200000; step++) {
		unsigned i = sample_below(&seed, NUMBERS), v = sample_below(&seed, VALUES);
		struct number n = nth(i);
		if (sample_below(&seed, 10)) {
			assert_int_equal(ported_table_put(t, &n, (uint16_t)(v * 1000)), 0);
			count += !has[i][v];
			has[i][v] = true;
		} else {
			ported_table_clear(t, &n);
			for (v = 0; v < VALUES; v++) {
				count -= has[i][v];
				has[i][v] = false;
			}
		}
		assert_int_equal(ported_table_count(t), count);
		check(t, i);
		check(t, sample_below(&seed, NUMBERS));
	}
	for (unsigned i = 0; i < NUMBERS; i++)
		check(t, i);
	ported_table_free(t);
}

static void test_bounds(void **state)
{
	(void)state;
	struct ported_table *t = ported_table_new();
	struct number longest = number_of("999999999999999"), too_long = number_of("8613800138000000");
	uint16_t value;
	assert_int_equal(ported_table_put(t, &longest, PORTED_VALUE_MAX), 0);
	assert_int_equal(ported_table_find(t, &longest, &value, 1), 1);
	assert_int_equal(value, PORTED_VALUE_MAX);
	assert_int_equal(ported_table_put(t, &longest, PORTED_VALUE_MAX + 1), -1);
	assert_int_equal(ported_table_put(t, &too_long, 1), -1);
	assert_int_equal(ported_table_find(t, &too_long, &value, 1), 0);
	ported_table_clear(t, &too_long);
	assert_int_equal(ported_bucket(&too_long), -1);
	assert_in_range(ported_bucket(&longest), 0, PORTED_BUCKETS - 1);
	ported_table_free(t);
	ported_table_free(NULL);
}

/* What neighbours' numbers do: a whole block of a hundred thousand. Little memory, and even buckets. */
static void test_block(void **state)
{
	(void)state;
	enum { N = 1000000 };
	static uint8_t buckets[PORTED_BUCKETS];
	struct ported_table *t = ported_table_new();
	size_t empty = ported_table_octets(t);
	unsigned fullest = 0;
	for (unsigned i = 0; i < N; i++) {
		char digits[16];
		snprintf(digits, sizeof(digits), "86138%08u", i);
		struct number n = number_of(digits);
		assert_int_equal(ported_table_put(t, &n, (uint16_t)(i % 7)), 0);
		unsigned in = ++buckets[ported_bucket(&n)];
		fullest = in > fullest ? in : fullest;
	}
	assert_int_equal(ported_table_count(t), N);
	assert_in_range(ported_table_octets(t) - empty, N * 8, N * 11); /* at ten million: 8.6 */
	assert_in_range(fullest, 8, 40); /* 7.6 on average; Redis stores up to 128 densely */
	for (unsigned i = 0; i < N; i += 997) {
		char digits[16];
		uint16_t value;
		snprintf(digits, sizeof(digits), "86138%08u", i);
		struct number n = number_of(digits);
		assert_int_equal(ported_table_find(t, &n, &value, 1), 1);
		assert_int_equal(value, i % 7);
		snprintf(digits, sizeof(digits), "86139%08u", i);
		n = number_of(digits);
		assert_int_equal(ported_table_find(t, &n, &value, 1), 0);
	}
	ported_table_free(t);
}

/* A bucket never changes: other processes look for a number there. */
static void test_buckets(void **state)
{
	(void)state;
	static const struct {
		const char *digits;
		int bucket;
	} rows[] = {{"8613800138000", 53518}, {"8613900000001", 58230}, {"85291234567", 29508}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct number n = number_of(rows[i].digits);
		assert_int_equal(ported_bucket(&n), rows[i].bucket);
	}
}

/* --- lines --- */

static void test_lines(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		enum ported_line want;
		const char *number, *name; /* or the number's place is why */
	} rows[] = {
		{"13800138000 telecom", PORTED_LINE_ROW, "8613800138000", "telecom"},
		{"+8613800138000\t电信", PORTED_LINE_ROW, "8613800138000", "电信"},
		{"008613800138000,电信\r", PORTED_LINE_ROW, "8613800138000", "电信"},
		{"8613800138000;电信;", PORTED_LINE_ROW, "8613800138000", "电信"},
		{" \t13800138000 , \"电信\" ", PORTED_LINE_ROW, "8613800138000", "电信"},
		{"\"13800138000\",\"电信\"", PORTED_LINE_ROW, "8613800138000", "电信"},
		{"138-0013-8000 电信", PORTED_LINE_ROW, "8613800138000", "电信"},
		{"85291234567 mobile", PORTED_LINE_ROW, "85291234567", "mobile"},
		{"", PORTED_LINE_EMPTY, "", ""},
		{"  \t \r", PORTED_LINE_EMPTY, "", ""},
		{"# 13800138000 telecom", PORTED_LINE_EMPTY, "", ""},
		{"号码,运营商", PORTED_LINE_BAD, "not a phone number", ""},
		{"13800138000", PORTED_LINE_BAD, "no operator behind the number", ""},
		{"13800138000 ,;\t", PORTED_LINE_BAD, "no operator behind the number", ""},
		{"13800138000 \"\"", PORTED_LINE_BAD, "no operator behind the number", ""},
		{"13800138000 电信 2024-01-01", PORTED_LINE_BAD, "more than a number and an operator", ""},
		{"1380013800013800138000138001380013800138000 电信", PORTED_LINE_BAD, "not a phone number", ""},
		{",电信", PORTED_LINE_BAD, "not a phone number", ""},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct number number;
		struct view name;
		const char *why;
		enum ported_line got = ported_line_read(view_of(rows[i].line), &number, &name, &why);
		if (got != rows[i].want)
			print_error("\"%s\": %s\n", rows[i].line, why);
		assert_int_equal(got, rows[i].want);
		if (got == PORTED_LINE_BAD)
			assert_string_equal(why, rows[i].number);
		if (got != PORTED_LINE_ROW)
			continue;
		assert_string_equal(number.digits, rows[i].number);
		assert_true(view_eq(name, view_of(rows[i].name)));
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_model),	cmocka_unit_test(test_bounds), cmocka_unit_test(test_block),
	cmocka_unit_test(test_buckets), cmocka_unit_test(test_lines),
};

UNIT_MAIN(cases)
