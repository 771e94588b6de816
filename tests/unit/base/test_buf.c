/* test_buf.c - buf and list: order of octets, growth, memory given back. */
#include <stdlib.h>
#include "unit.h"
#include "base/buf.h"
#include "base/list.h"
#include "base/ids.h"

static void test_fifo_against_counter(void **state)
{
	struct buf b = {0};
	struct rng r;
	uint32_t in = 0, out = 0;

	(void)state;
	rng_seed(&r, 7);
	for (int round = 0; round < 20000; round++) {
		size_t n = rng_below(&r, 700);
		uint8_t *room = buf_room(&b, n);
		for (size_t i = 0; i < n; i++)
			room[i] = (uint8_t)(in++ * 31 >> 3);
		buf_filled(&b, n);
		n = rng_below(&r, buf_len(&b) + 1);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(buf_data(&b)[i], (uint8_t)(out++ * 31 >> 3));
		buf_consume(&b, n, 4096);
		assert_int_equal(buf_len(&b), in - out);
	}
	buf_free(&b);
}

static void test_memory_is_kept_or_freed(void **state)
{
	struct buf b = {0};

	(void)state;
	memset(buf_room(&b, 100000), 1, 100000);
	buf_filled(&b, 100000);
	buf_consume(&b, 99999, 1000);
	assert_true(b.cap >= 100000);
	buf_consume(&b, 1, 1000);
	assert_int_equal(b.cap, 0);
	assert_null(b.mem);
	buf_puts(&b, "短信");
	size_t cap = b.cap;
	buf_consume(&b, 6, cap);
	assert_int_equal(b.cap, cap);
	assert_int_equal(b.start, 0);
	buf_free(&b);
}

static void test_room_after_consume_reuses_memory(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 10000; i++) {
		buf_put(&b, "0123456789", 10);
		buf_consume(&b, i == 0 ? 9 : 10, 4096);
	}
	assert_int_equal(buf_len(&b), 1);
	assert_true(b.cap <= 1024);
	buf_free(&b);
}

static void test_printf(void **state)
{
	struct buf b = {0};
	char longer[1000];

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	buf_printf(&b, "%s=%d;", "条", 5);
	buf_printf(&b, "%s", longer);
	assert_int_equal(buf_len(&b), 6 + 999);
	assert_memory_equal(buf_data(&b), "条=5;", 6);
	assert_memory_equal(buf_data(&b) + 6, longer, 999);
	buf_free(&b);
}

struct member {
	int number;
	struct list link;
};

static void test_list(void **state)
{
	struct list head;
	struct member m[5];
	int sum = 0, order = 0;

	(void)state;
	list_init(&head);
	assert_true(list_empty(&head));
	for (int i = 0; i < 5; i++) {
		m[i].number = i;
		list_append(&head, &m[i].link);
	}
	LIST_EACH(node, &head)
		assert_int_equal(LIST_OF(node, struct member, link)->number, order++);
	assert_int_equal(order, 5);
	LIST_EACH_SAFE(node, tmp, &head) {
		if (LIST_OF(node, struct member, link)->number % 2 == 0)
			list_remove(node);
	}
	LIST_EACH(node, &head)
		sum += LIST_OF(node, struct member, link)->number;
	assert_int_equal(sum, 4);
	list_remove(&m[0].link);
	list_put(&m[1].link, &m[0].link);
	assert_ptr_equal(m[1].link.next, &m[0].link);
	assert_ptr_equal(m[3].link.prev, &m[0].link);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_fifo_against_counter),
	cmocka_unit_test(test_memory_is_kept_or_freed),
	cmocka_unit_test(test_room_after_consume_reuses_memory),
	cmocka_unit_test(test_printf),
	cmocka_unit_test(test_list),
};
UNIT_MAIN(cases)
