/* Which bind a number's last text went over. */
#include "link/order.h"
#include "unit.h"

static void test_remembers(void **state)
{
	(void)state;
	struct order *o = order_new();
	unsigned bind = 99;
	int64_t sent_us = 0;
	assert_false(order_last(o, view_of("8613800138000"), &bind, &sent_us));
	order_note(o, view_of("8613800138000"), 3, 1000);
	order_note(o, view_of("8613800138001"), 5, 2000);
	assert_true(order_last(o, view_of("8613800138000"), &bind, &sent_us));
	assert_int_equal(bind, 3);
	assert_int_equal(sent_us, 1000);
	order_note(o, view_of("8613800138000"), 0, 3000); /* the last one counts */
	assert_true(order_last(o, view_of("8613800138000"), &bind, &sent_us));
	assert_int_equal(bind, 0);
	assert_int_equal(sent_us, 3000);
	assert_false(order_last(o, view_of(""), &bind, &sent_us));
	order_free(o);
}

/* Numbers push each other out of the table, but none is taken for another more often than chance has it. */
static void test_many(void **state)
{
	(void)state;
	struct order *o = order_new();
	char number[16];
	unsigned bind, wrong = 0;
	int64_t sent_us;
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(number, sizeof(number), "86138%08u", i);
		order_note(o, view_of(number), i % 7, i);
		assert_true(order_last(o, view_of(number), &bind, &sent_us));
		assert_int_equal(bind, i % 7);
	}
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(number, sizeof(number), "86139%08u", i);
		wrong += order_last(o, view_of(number), &bind, &sent_us);
	}
	assert_in_range(wrong, 0, 10);
	order_free(o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_remembers),
	cmocka_unit_test(test_many),
};

UNIT_MAIN(cases)
