/*
 * test_book.c - smppload's accounts: every way in which answers and receipts may come, be missing, or come twice.
 */
#include "unit.h"

#include <stdio.h>

#include "smpp/status.h"
#include "tools/load_book.h"

#define ID(s)	  view_of(s)
#define DELIVERED view_of("DELIVRD")

static void test_matched(void **state)
{
	struct load_book *b = load_book_new(3);

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		load_book_submitted(b, i, 1000);
	load_book_accepted(b, 0, ID("a"), 2000);
	load_book_accepted(b, 1, ID("b"), 4000);
	load_book_refused(b, 2, ESME_RTHROTTLED, 3000);
	load_book_receipt(b, ID("b"), DELIVERED, 11000);
	assert_int_equal(load_book_counts(b)->matched, 1);
	assert_int_equal(load_book_missing(b), 1);
	load_book_receipt(b, ID("a"), view_of("UNDELIV"), 21000);
	assert_int_equal(load_book_missing(b), 0);
	assert_int_equal(load_book_counts(b)->duplicate, 0);
	assert_int_equal(load_book_counts(b)->submitted, 3);
	assert_int_equal(load_book_counts(b)->refused, 1);
	assert_int_equal(load_book_status_at(b, 0)->status, ESME_RTHROTTLED);
	assert_int_equal(load_book_status_at(b, 0)->n, 1);
	assert_null(load_book_status_at(b, 1));
	assert_string_equal(load_book_stat_at(b, 1)->word, "UNDELIV");
	assert_int_equal(load_book_responses(b)->max_us, 3000);
	assert_int_equal(load_book_receipts(b)->max_us, 20000);
	load_book_free(b);
}

static void test_duplicate_and_unknown(void **state)
{
	struct load_book *b = load_book_new(1);

	(void)state;
	load_book_submitted(b, 0, 1);
	load_book_accepted(b, 0, ID("4139665"), 2);
	load_book_receipt(b, ID("4139665"), DELIVERED, 3);
	load_book_receipt(b, ID("4139665"), DELIVERED, 4);
	load_book_receipt(b, ID("41396650"), DELIVERED, 4);
	load_book_receipt(b, ID(""), DELIVERED, 4);
	assert_int_equal(load_book_counts(b)->matched, 1);
	assert_int_equal(load_book_counts(b)->duplicate, 1);
	assert_int_equal(load_book_counts(b)->unmatched, 2);
	assert_int_equal(load_book_stat_at(b, 0)->n, 4);
	load_book_free(b);
}

/* A receipt before its response is matched when the response comes; a second one then is a duplicate. */
static void test_early(void **state)
{
	struct load_book *b = load_book_new(2);

	(void)state;
	load_book_submitted(b, 0, 1000);
	load_book_submitted(b, 1, 1000);
	load_book_receipt(b, ID("x"), DELIVERED, 5000);
	load_book_receipt(b, ID("x"), DELIVERED, 6000);
	assert_int_equal(load_book_counts(b)->unmatched, 2);
	load_book_accepted(b, 0, ID("x"), 9000);
	load_book_accepted(b, 1, ID("y"), 9000);
	assert_int_equal(load_book_counts(b)->unmatched, 0);
	assert_int_equal(load_book_counts(b)->early, 2);
	assert_int_equal(load_book_counts(b)->matched, 1);
	assert_int_equal(load_book_counts(b)->duplicate, 1);
	assert_int_equal(load_book_receipts(b)->max_us, 4000); /* measured at its coming, not at the response */
	assert_int_equal(load_book_missing(b), 1);
	load_book_free(b);
}

/* A message that the peer has cut is matched with its last part; each part counts once, also before the response. */
static void test_parts(void **state)
{
	struct load_book *b = load_book_new(3);

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		load_book_submitted(b, i, 1000);
	load_book_accepted(b, 0, ID("a"), 2000);
	load_book_part(b, ID("a"), DELIVERED, 2, 3, 3000);
	load_book_part(b, ID("a"), DELIVERED, 2, 3, 3000); /* the same one again */
	load_book_part(b, ID("a"), DELIVERED, 1, 3, 4000);
	assert_int_equal(load_book_counts(b)->matched, 0);
	assert_int_equal(load_book_counts(b)->duplicate, 1);
	load_book_part(b, ID("a"), DELIVERED, 3, 3, 9000);
	assert_int_equal(load_book_counts(b)->matched, 1);
	assert_int_equal(load_book_receipts(b)->max_us, 8000);
	load_book_part(b, ID("a"), DELIVERED, 3, 3, 9500);
	assert_int_equal(load_book_counts(b)->duplicate, 2);
	/* the other's parts are its own; two come before the response */
	load_book_part(b, ID("b"), DELIVERED, 1, 2, 3000);
	load_book_part(b, ID("b"), DELIVERED, 2, 2, 3500);
	assert_int_equal(load_book_counts(b)->unmatched, 2);
	load_book_accepted(b, 1, ID("b"), 4000);
	assert_int_equal(load_book_counts(b)->unmatched, 0);
	assert_int_equal(load_book_counts(b)->matched, 2);
	assert_int_equal(load_book_counts(b)->early, 2);
	/* one whole receipt, then a part: it is one too many */
	load_book_accepted(b, 2, ID("c"), 4000);
	load_book_receipt(b, ID("c"), DELIVERED, 5000);
	load_book_part(b, ID("c"), DELIVERED, 1, 2, 6000);
	assert_int_equal(load_book_counts(b)->matched, 3);
	assert_int_equal(load_book_counts(b)->duplicate, 3);
	assert_int_equal(load_book_missing(b), 0);
	assert_int_equal(load_book_stat_at(b, 0)->n, 9);
	load_book_free(b);
}

static void test_unanswered(void **state)
{
	struct load_book *b = load_book_new(2);

	(void)state;
	load_book_submitted(b, 0, 1);
	load_book_submitted(b, 1, 1);
	load_book_unknown(b, 0);
	load_book_unknown(b, 1);
	assert_int_equal(load_book_counts(b)->unknown, 2);
	load_book_accepted(b, 0, ID("late"), 2); /* answered after all */
	assert_int_equal(load_book_counts(b)->unknown, 1);
	load_book_reopen(b, 1);
	assert_int_equal(load_book_counts(b)->unknown, 0);
	load_book_submitted(b, 1, 50);
	load_book_accepted(b, 1, ID("again"), 60);
	assert_int_equal(load_book_counts(b)->submitted, 2);
	assert_int_equal(load_book_counts(b)->accepted, 2);
	assert_int_equal(load_book_responses(b)->max_us, 59); /* from the first time it was meant to leave */
	load_book_free(b);
}

static void test_same_id_twice(void **state)
{
	struct load_book *b = load_book_new(2);

	(void)state;
	load_book_submitted(b, 0, 1);
	load_book_submitted(b, 1, 1);
	load_book_accepted(b, 0, ID("same"), 2);
	load_book_accepted(b, 1, ID("same"), 2);
	assert_int_equal(load_book_counts(b)->ids_repeated, 1);
	load_book_receipt(b, ID("same"), DELIVERED, 3);
	assert_int_equal(load_book_missing(b), 1);
	load_book_free(b);
}

/* More different words than there are rows: none is lost from the sum. */
static void test_many_words(void **state)
{
	struct load_book *b = load_book_new(200);
	uint64_t sum = 0, refused = 0;
	unsigned rows = 0;
	char word[16];

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		snprintf(word, sizeof(word), "MK:%04u", i);
		load_book_receipt(b, ID(word), view_of(word), 1);
		load_book_submitted(b, i, 1);
		load_book_refused(b, i, 0x400 + i, 2);
	}
	for (; load_book_stat_at(b, rows); rows++) {
		sum += load_book_stat_at(b, rows)->n;
		refused += load_book_status_at(b, rows)->n;
	}
	assert_int_equal(rows, LOAD_BOOK_WORDS);
	assert_int_equal(sum, 200);
	assert_int_equal(refused, 200);
	load_book_free(b);
}

static void test_many(void **state)
{
	enum { N = 100000 };
	struct load_book *b = load_book_new(N);
	char id[24];

	(void)state;
	for (unsigned i = 0; i < N; i++) {
		load_book_submitted(b, i, 1);
		snprintf(id, sizeof(id), "%018u", i * 7);
		if (i % 3 == 0)
			load_book_receipt(b, ID(id), DELIVERED, 2);
		load_book_accepted(b, i, ID(id), 2);
	}
	for (unsigned i = 0; i < N; i++) {
		snprintf(id, sizeof(id), "%018u", i * 7);
		if (i % 3 != 0)
			load_book_receipt(b, ID(id), DELIVERED, 3);
	}
	assert_int_equal(load_book_counts(b)->matched, N);
	assert_int_equal(load_book_counts(b)->duplicate, 0);
	assert_int_equal(load_book_counts(b)->unmatched, 0);
	assert_int_equal(load_book_counts(b)->ids_repeated, 0);
	load_book_free(b);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_parts),
	cmocka_unit_test(test_matched),
	cmocka_unit_test(test_duplicate_and_unknown),
	cmocka_unit_test(test_early),
	cmocka_unit_test(test_unanswered),
	cmocka_unit_test(test_same_id_twice),
	cmocka_unit_test(test_many_words),
	cmocka_unit_test(test_many),
};

UNIT_MAIN(cases)
