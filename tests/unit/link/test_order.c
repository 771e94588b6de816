/* Which bind a number's last text went over. */
#include "link/order.h"
#include "unit.h"

#define NOW 5000000000 /* us: over 32 bits */

static void note(struct order *o, struct view number, unsigned bind, int64_t sent_us)
{
	struct order_place place;
	unsigned last;
	int64_t before_us;
	order_last(o, number, sent_us, &place, &last, &before_us);
	order_note(o, &place, bind, sent_us);
}

static void test_remembers(void **state)
{
	(void)state;
	struct order *o = order_new(400);
	struct order_place place;
	unsigned bind = 99;
	int64_t sent_us = 0;
	assert_false(order_last(o, view_of("8613800138000"), NOW, &place, &bind, &sent_us));
	note(o, view_of("8613800138000"), 3, NOW - 1000);
	note(o, view_of("8613800138001"), 5, NOW - 2000);
	assert_true(order_last(o, view_of("8613800138000"), NOW, &place, &bind, &sent_us));
	assert_int_equal(bind, 3);
	assert_int_equal(sent_us, NOW - 1000);
	note(o, view_of("8613800138000"), 0, NOW - 3000); /* the last one counts */
	assert_true(order_last(o, view_of("8613800138000"), NOW, &place, &bind, &sent_us));
	assert_int_equal(bind, 0);
	assert_int_equal(sent_us, NOW - 3000);
	assert_false(order_last(o, view_of(""), NOW, &place, &bind, &sent_us));
	order_free(o);
}

/* Numbers push each other out of the table, but none is taken for another more often than chance has it. */
static void test_many(void **state)
{
	(void)state;
	struct order *o = order_new(400);
	struct order_place place;
	char number[16];
	unsigned bind, wrong = 0;
	int64_t sent_us;
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(number, sizeof(number), "86138%08u", i);
		note(o, view_of(number), i % 7, NOW);
		assert_true(order_last(o, view_of(number), NOW, &place, &bind, &sent_us));
		assert_int_equal(bind, i % 7);
	}
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(number, sizeof(number), "86139%08u", i);
		wrong += order_last(o, view_of(number), NOW, &place, &bind, &sent_us);
	}
	assert_in_range(wrong, 0, 30);
	order_free(o);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_remembers),
	cmocka_unit_test(test_many),
};

UNIT_MAIN(cases)
