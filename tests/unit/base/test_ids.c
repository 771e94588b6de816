/* test_ids.c - message ids: layout, order, clock steps, borrowing; the random numbers. */
#include "unit.h"
#include "base/ids.h"

#define MAY_2026 INT64_C(1777599000123) /* 2026-05-01 01:30:00.123 UTC */
#define END_2060 INT64_C(2871763199999)

static void test_layout(void **state)
{
	struct ids g;
	char text[IDS_DIGITS + 1];
	uint64_t back;

	(void)state;
	ids_init(&g, 7);
	uint64_t first = ids_next(&g, MAY_2026), second = ids_next(&g, MAY_2026 + 500);
	assert_int_equal(ids_time_ms(first), MAY_2026 + 1);
	assert_int_equal(ids_time_ms(second), MAY_2026 + 500);
	assert_int_equal(ids_node(first), 7);
	ids_print(first, text);
	assert_string_equal(text, "119976220012407000");
	assert_true(ids_parse(text, 18, &back));
	assert_int_equal(back, first);
}

static void test_every_digit(void **state)
{
	char text[IDS_DIGITS + 1], want[IDS_DIGITS + 1];

	(void)state;
	for (uint64_t id = 0, step = 1; id < UINT64_C(1000000000000000000); id += step, step += step / 512 + 1) {
		ids_print(id, text);
		snprintf(want, sizeof(want), "%018llu", (unsigned long long)id);
		assert_string_equal(text, want);
	}
}

static void test_eighteen_digits_for_long(void **state)
{
	static const int64_t times[] = {0, INT64_C(1577836800000), MAY_2026, END_2060, INT64_C(9000000000000)};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		for (unsigned node = 0; node <= IDS_MAX_NODE; node += 33) {
			struct ids g;
			ids_init(&g, node);
			uint64_t id = ids_next(&g, times[i]);
			assert_true(id >= UINT64_C(100000000000000000) && id <= UINT64_C(999999999999999999));
			assert_int_equal(ids_node(id), node);
		}
	}
}

/* 2,500 ids per ms for a while: more than a ms holds, so the maker runs ahead; then the clock catches up. */
static void test_borrowing(void **state)
{
	struct ids g;
	uint64_t last = 0;
	int64_t wall = MAY_2026;

	(void)state;
	ids_init(&g, 99);
	for (int ms = 0; ms < 200; ms++, wall++) {
		for (int i = 0; i < 2500; i++) {
			uint64_t id = ids_next(&g, wall);
			assert_true(id > last);
			assert_int_equal(ids_node(id), 99);
			last = id;
		}
	}
	assert_true(ids_time_ms(last) <= wall + 310);
	assert_int_equal(ids_time_ms(ids_next(&g, wall + 1000)), wall + 1000);
}

/* 250,000 ids/s fit without borrowing. */
static void test_sustained_rate(void **state)
{
	struct ids g;

	(void)state;
	ids_init(&g, 0);
	(void)ids_next(&g, MAY_2026 - 10);
	for (int64_t i = 0; i < 250000; i++) {
		int64_t wall = MAY_2026 + i / 250;
		assert_int_equal(ids_time_ms(ids_next(&g, wall)), wall);
	}
}

static void test_clock_steps_back(void **state)
{
	struct ids g;

	(void)state;
	ids_init(&g, 1);
	uint64_t a = ids_next(&g, MAY_2026), b = ids_next(&g, MAY_2026 - 3600000), c = ids_next(&g, 0);
	assert_true(a < b && b < c);
	assert_int_equal(c, a + 2);
}

static void test_seen_and_restart(void **state)
{
	struct ids old, g, other;

	(void)state;
	ids_init(&old, 3);
	uint64_t last = 0;
	for (int i = 0; i < 5000; i++)
		last = ids_next(&old, MAY_2026);
	ids_init(&g, 3);
	ids_seen(&g, last);
	ids_seen(&g, last - 100);
	ids_seen(&g, 5);
	ids_seen(&g, UINT64_C(999999999999903999)); /* no place above it: cannot be ours */
	assert_true(ids_next(&g, MAY_2026) > last);

	ids_init(&g, 3); /* same ms, no journal */
	ids_init(&old, 3);
	uint64_t before = ids_next(&old, MAY_2026 - 1);
	assert_true(ids_next(&g, MAY_2026) > before);

	ids_init(&other, 4); /* another node's ids do not move this one */
	ids_seen(&other, last);
	assert_int_equal(ids_time_ms(ids_next(&other, MAY_2026)), MAY_2026 + 1);
}

static void test_parse_refuses(void **state)
{
	uint64_t id = 42;

	(void)state;
	assert_false(ids_parse("012345678901234567", 18, &id));
	assert_false(ids_parse("12345678901234567", 17, &id));
	assert_false(ids_parse("1234567890123456789", 19, &id));
	assert_false(ids_parse("12345678901234567a", 18, &id));
	assert_false(ids_parse(" 23456789012345678", 18, &id));
	assert_false(ids_parse("", 0, &id));
	assert_int_equal(id, 42);
	assert_true(ids_parse("999999999999999999", 18, &id));
	assert_true(id == UINT64_C(999999999999999999));
}

static void test_rng(void **state)
{
	struct rng a, b, k1, k2;
	unsigned hit[10] = {0};

	(void)state;
	rng_seed(&a, 1);
	rng_seed(&b, 1);
	for (int i = 0; i < 100000; i++) {
		assert_true(rng_next(&a) == rng_next(&b));
		uint64_t v = rng_below(&a, 10);
		assert_true(v == rng_below(&b, 10));
		assert_true(v < 10);
		hit[v]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(hit[i], 9000, 11000);
	assert_int_equal(rng_below(&a, 1), 0);
	assert_int_equal(rng_below(&a, 0), 0);
	rng_seed(&k1, 0);
	rng_seed(&k2, 0);
	assert_true(rng_next(&k1) != rng_next(&k2));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_layout),
	cmocka_unit_test(test_every_digit),
	cmocka_unit_test(test_eighteen_digits_for_long),
	cmocka_unit_test(test_borrowing),
	cmocka_unit_test(test_sustained_rate),
	cmocka_unit_test(test_clock_steps_back),
	cmocka_unit_test(test_seen_and_restart),
	cmocka_unit_test(test_parse_refuses),
	cmocka_unit_test(test_rng),
};
UNIT_MAIN(cases)
