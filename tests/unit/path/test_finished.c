/*
 * test_finished.c - several ends under one id told as one. How ends are written and found in Redis: the scenes query_*.
 */
#include "path/finished.h"

#include "smpp/receipt.h"
#include "unit.h"

static struct finished_found merged(const uint8_t *states, size_t n)
{
	struct finished_found found = {0};
	for (size_t i = 0; i < n; i++) {
		struct finished_entry e = {.id = 1,
					   .done_ms = (int64_t)(i % 2 ? 1000 : 5000 + i),
					   .state = states[i],
					   .error = (uint8_t)(i + 1)};
		finished_merge(&found, &e);
	}
	return found;
}

static void test_one(void **state)
{
	(void)state;
	for (uint8_t s = 0; s < 10; s++) {
		struct finished_found found = merged(&s, 1);
		assert_int_equal(found.n, 1);
		assert_int_equal(found.state, s);
		assert_int_equal(found.error, 1);
		assert_true(found.done_ms == 5000);
	}
}

/* Delivered when all are; else the first that is not, with its error; the date of the latest. */
static void test_several(void **state)
{
	(void)state;
	static const struct {
		uint8_t states[4];
		uint8_t state, error;
	} table[] = {
		{{STATE_DELIVERED, STATE_DELIVERED, STATE_DELIVERED, STATE_DELIVERED}, STATE_DELIVERED, 1},
		{{STATE_DELIVERED, STATE_EXPIRED, STATE_UNDELIVERABLE, STATE_DELIVERED}, STATE_EXPIRED, 2},
		{{STATE_REJECTED, STATE_DELIVERED, STATE_UNDELIVERABLE, STATE_DELETED}, STATE_REJECTED, 1},
		{{STATE_DELIVERED, STATE_DELIVERED, STATE_DELIVERED, STATE_DELETED}, STATE_DELETED, 4},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct finished_found found = merged(table[i].states, 4);
		assert_int_equal(found.n, 4);
		assert_int_equal(found.state, table[i].state);
		assert_int_equal(found.error, table[i].error);
		assert_true(found.done_ms == 5002);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_one),
	cmocka_unit_test(test_several),
};

UNIT_MAIN(cases)
