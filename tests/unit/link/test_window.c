/*
 * test_window.c - the ring of outstanding requests: numbers, wrap, skipping, late answers, and a model.
 */
#include <stdlib.h>
#include "unit.h"
#include "link/window.h"

static void numbers_go_up_and_places_are_bounded(void **state)
{
	struct window *w = window_new(3);
	uint64_t cookie;
	int64_t sent;

	(void)state;
	assert_int_equal(window_room(w), 3);
	assert_int_equal(window_take(w, 11, 100), 1);
	assert_int_equal(window_take(w, 12, 200), 2);
	assert_int_equal(window_take(w, 13, 300), 3);
	assert_int_equal(window_take(w, 14, 400), 0);
	assert_int_equal(window_room(w), 0);
	assert_int_equal(window_oldest_us(w), 100);
	assert_int_equal(window_settle(w, 2, &cookie, &sent), WINDOW_ANSWERED);
	assert_int_equal(cookie, 12);
	assert_int_equal(sent, 200);
	assert_int_equal(window_settle(w, 2, &cookie, &sent), WINDOW_UNKNOWN);
	assert_int_equal(window_settle(w, 0, &cookie, &sent), WINDOW_UNKNOWN);
	assert_int_equal(window_settle(w, 77, &cookie, &sent), WINDOW_UNKNOWN);
	assert_int_equal(window_take(w, 15, 500), 4);
	assert_int_equal(window_settle(w, 1, &cookie, &sent), WINDOW_ANSWERED);
	assert_int_equal(window_oldest_us(w), 300);
	window_free(w);
}

static void untaken_numbers_are_given_again(void **state)
{
	struct window *w = window_new(2);

	(void)state;
	assert_int_equal(window_take(w, 1, 1), 1);
	assert_int_equal(window_take(w, 2, 2), 2);
	window_untake(w, 2);
	assert_int_equal(window_used(w), 1);
	assert_int_equal(window_take(w, 3, 3), 2);
	assert_int_equal(window_number(w), 3);
	window_free(w);
}

static void wrap_skips_what_is_outstanding(void **state)
{
	struct window *w = window_new(4);
	uint64_t cookie;
	int64_t sent;

	(void)state;
	assert_int_equal(window_take(w, 1, 1), 1);
	assert_int_equal(window_take(w, 2, 1), 2);
	window_settle(w, 1, &cookie, &sent);
	window_settle(w, 2, &cookie, &sent);
	window_start_at(w, 0x7FFFFFFE);
	assert_int_equal(window_take(w, 3, 1), 0x7FFFFFFE);
	assert_int_equal(window_take(w, 4, 2), 0x7FFFFFFF);
	assert_int_equal(window_take(w, 5, 3), 1);
	assert_int_equal(window_settle(w, 0x7FFFFFFF, &cookie, &sent), WINDOW_ANSWERED);
	/* 1 is outstanding still: the next round must not use it */
	window_settle(w, 0x7FFFFFFE, &cookie, &sent);
	window_start_at(w, 0x7FFFFFFF);
	assert_int_equal(window_take(w, 6, 4), 0x7FFFFFFF);
	assert_int_equal(window_take(w, 7, 5), 2);
	assert_int_equal(window_settle(w, 1, &cookie, &sent), WINDOW_ANSWERED);
	assert_int_equal(cookie, 5);
	window_free(w);
}

static void late_answers_are_matched_once(void **state)
{
	struct window *w = window_new(2);
	uint64_t cookie = 0;
	int64_t sent = 0;

	(void)state;
	window_take(w, 21, 1000);
	window_take(w, 22, 2000);
	assert_false(window_expire(w, 999, &cookie));
	assert_true(window_expire(w, 1000, &cookie));
	assert_int_equal(cookie, 21);
	assert_false(window_expire(w, 1999, &cookie));
	assert_int_equal(window_room(w), 1);
	assert_int_equal(window_settle(w, 1, &cookie, &sent), WINDOW_LATE);
	assert_int_equal(cookie, 21);
	assert_int_equal(sent, 1000);
	assert_int_equal(window_settle(w, 1, &cookie, &sent), WINDOW_UNKNOWN);
	window_free(w);
}

static void late_answers_survive_newer_requests(void **state)
{
	struct window *w = window_new(4);
	uint64_t cookie = 0;
	int64_t sent;

	(void)state;
	uint32_t slow = window_take(w, 99, 1);
	assert_true(window_expire(w, 1, &cookie));
	for (int i = 0; i < 5000; i++)
		assert_int_equal(window_settle(w, window_take(w, 1, 2), &cookie, &sent), WINDOW_ANSWERED);
	assert_int_equal(window_settle(w, slow, &cookie, &sent), WINDOW_LATE);
	assert_int_equal(cookie, 99);
	window_free(w);
}

static void drain_goes_in_order_of_sending(void **state)
{
	struct window *w = window_new(100);
	uint64_t cookie;
	int64_t sent;

	(void)state;
	for (uint32_t i = 1; i <= 100; i++)
		assert_int_equal(window_take(w, i, i), i);
	for (uint32_t i = 2; i <= 100; i += 2)
		window_settle(w, i, &cookie, &sent);
	for (uint64_t want = 1; want <= 99; want += 2) {
		assert_true(window_drain(w, &cookie));
		assert_int_equal(cookie, want);
	}
	assert_false(window_drain(w, &cookie));
	assert_int_equal(window_oldest_us(w), INT64_MAX);
	window_free(w);
}

/* The model: an array in order of sending. */
struct model {
	uint32_t sequence[64];
	uint64_t cookie[64];
	int64_t sent[64];
	unsigned n;
};

static void model_remove(struct model *m, unsigned i)
{
	m->n--;
	for (; i < m->n; i++) {
		m->sequence[i] = m->sequence[i + 1];
		m->cookie[i] = m->cookie[i + 1];
		m->sent[i] = m->sent[i + 1];
	}
}

static void model_take(struct model *m, struct window *w, uint64_t cookie, int64_t now, unsigned size)
{
	uint32_t sequence = window_take(w, cookie, now);

	assert_int_equal(sequence == 0, m->n == size);
	if (sequence == 0)
		return;
	assert_true(sequence <= 0x7FFFFFFF);
	for (unsigned i = 0; i < m->n; i++)
		assert_int_not_equal(m->sequence[i], sequence);
	m->sequence[m->n] = sequence;
	m->cookie[m->n] = cookie;
	m->sent[m->n++] = now;
}

static void a_model_agrees(void **state)
{
	(void)state;
	srand(1);
	for (unsigned round = 0; round < 200; round++) {
		unsigned size = 1 + (unsigned)rand() % 60;
		struct window *w = window_new(size);
		struct model m = {.n = 0};
		uint64_t cookie;
		int64_t sent;
		if (round % 2 == 0)
			window_start_at(w, 0x7FFFFFFF - (unsigned)rand() % 500);
		for (int64_t now = 1; now < 2000; now++) {
			int what = rand() % 8;
			if (what < 4) {
				model_take(&m, w, (uint64_t)now * 7, now, size);
			} else if (what < 7 && m.n > 0) {
				/* the first stays for long now and then: newer ones wrap around it */
				unsigned i = m.n > 1 && rand() % 50 != 0 ? 1 + (unsigned)rand() % (m.n - 1) : 0;
				assert_int_equal(window_settle(w, m.sequence[i], &cookie, &sent), WINDOW_ANSWERED);
				assert_int_equal(cookie, m.cookie[i]);
				assert_int_equal(sent, m.sent[i]);
				model_remove(&m, i);
			} else if (rand() % 20 == 0) {
				int64_t limit = now - rand() % 200;
				while (window_expire(w, limit, &cookie)) {
					assert_true(m.n > 0 && m.sent[0] <= limit);
					assert_int_equal(cookie, m.cookie[0]);
					model_remove(&m, 0);
				}
				assert_true(m.n == 0 || m.sent[0] > limit);
			}
			assert_int_equal(window_used(w), m.n);
			assert_int_equal(window_oldest_us(w), m.n > 0 ? m.sent[0] : INT64_MAX);
		}
		window_free(w);
	}
}

static void another_size_keeps_what_is_out_and_what_is_late(void **state)
{
	struct window *w = window_new(4);
	uint32_t sequence[200];
	uint64_t cookie;
	int64_t sent;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		sequence[i] = window_take(w, i, 10);
	assert_int_equal(window_room(w), 0);
	assert_true(window_expire(w, 10, &cookie)); /* the first is late */
	window_resize(w, 100);
	assert_int_equal(window_room(w), 97);
	for (unsigned i = 4; i < 101; i++) {
		sequence[i] = window_take(w, i, 20);
		assert_int_not_equal(sequence[i], 0);
	}
	assert_int_equal(window_take(w, 0, 20), 0);
	/* smaller: nothing is lost, and there is no room until enough is answered */
	window_resize(w, 10);
	assert_int_equal(window_room(w), 0);
	assert_int_equal(window_used(w), 100);
	assert_int_equal(window_take(w, 0, 20), 0);
	assert_int_equal(window_settle(w, sequence[0], &cookie, &sent), WINDOW_LATE);
	assert_int_equal(cookie, 0);
	for (unsigned i = 1; i < 92; i++) {
		assert_int_equal(window_settle(w, sequence[i], &cookie, &sent), WINDOW_ANSWERED);
		assert_int_equal(cookie, i);
	}
	assert_int_equal(window_room(w), 1);
	/* all late at once are known still, also after it grew again */
	while (window_expire(w, 20, &cookie))
		continue;
	window_resize(w, 1000);
	for (unsigned i = 92; i < 101; i++) {
		assert_int_equal(window_settle(w, sequence[i], &cookie, &sent), WINDOW_LATE);
		assert_int_equal(cookie, i);
	}
	window_free(w);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(another_size_keeps_what_is_out_and_what_is_late),
	cmocka_unit_test(numbers_go_up_and_places_are_bounded),
	cmocka_unit_test(untaken_numbers_are_given_again),
	cmocka_unit_test(wrap_skips_what_is_outstanding),
	cmocka_unit_test(late_answers_are_matched_once),
	cmocka_unit_test(late_answers_survive_newer_requests),
	cmocka_unit_test(drain_goes_in_order_of_sending),
	cmocka_unit_test(a_model_agrees),
};

UNIT_MAIN(cases)
