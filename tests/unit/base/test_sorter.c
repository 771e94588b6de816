/* test_sorter.c - order, ties and numbers that fill runs exactly, against qsort. */
#include "unit.h"
#include "base/sorter.h"

#include <stdlib.h>

static struct sorter_item item[3 * SORTER_RUN + 7];

static int by_key(const void *a, const void *b)
{
	const struct sorter_item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->then < y->then ? -1 : x->then > y->then;
}

/* n items whose keys repeat; then tells those apart. */
static void try(size_t n, uint64_t keys)
{
	struct sorter *s = sorter_new();
	uint64_t x = 88172645463325252u, value;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		item[i] = (struct sorter_item){x % keys, n - i, i};
		sorter_add(s, &item[i]);
	}
	assert_int_equal(sorter_count(s), n);
	qsort(item, n, sizeof(item[0]), by_key);
	for (size_t i = 0; i < n; i++) {
		assert_true(sorter_take(s, &value));
		assert_int_equal(value, item[i].value);
	}
	assert_int_equal(sorter_count(s), 0);
	assert_false(sorter_take(s, &value));
	sorter_free(s);
}

static void test_orders(void **state)
{
	(void)state;
	try(0, 1);
	try(1, 1);
	try(1000, 10);
	try(SORTER_RUN, UINT64_MAX);
	try(SORTER_RUN + 1, UINT64_MAX);
	try(3 * SORTER_RUN + 7, 100);
	try(3 * SORTER_RUN + 7, UINT64_MAX);
}

static void test_freed_half_way(void **state)
{
	struct sorter *s = sorter_new();
	uint64_t value;

	(void)state;
	for (uint64_t i = 0; i < 2 * SORTER_RUN; i++)
		sorter_add(s, &(struct sorter_item){i ^ 1u, 0, i});
	for (uint64_t i = 0; i < SORTER_RUN + 5; i++) {
		assert_true(sorter_take(s, &value));
		assert_int_equal(value, i ^ 1u);
	}
	sorter_free(s);
	sorter_free(NULL);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_orders),
	cmocka_unit_test(test_freed_half_way),
};
UNIT_MAIN(cases)
