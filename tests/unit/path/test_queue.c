/*
 * test_queue.c - lanes against a model: first come first served within a class and account, places kept; accounts take
 * their turns by deficit round robin.
 */
#include "path/queue.h"

#include "base/ids.h"
#include "samples.h"
#include "unit.h"

#define LANES	 3
#define MESSAGES 400

static struct msgs *ms;

static int setup(void **state)
{
	(void)state;
	ms = msgs_new(300000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	msgs_free(ms);
	return 0;
}

static struct msg *make(uint16_t lane, uint64_t id)
{
	struct msg *m = msgs_take(ms);
	assert_non_null(m);
	m->route = lane;
	m->id = id;
	return m;
}

static struct msg *take_any(struct queue *q, size_t lane)
{
	for (int c = 0; c < CLASSES; c++) {
		struct msg *m = queue_take(q, lane, (enum class_id)c);
		if (m)
			return m;
	}
	return NULL;
}

static void drain(struct queue *q)
{
	struct msg *m;
	for (size_t lane = 0; lane < LANES; lane++) {
		while ((m = take_any(q, lane)))
			msgs_give(ms, m);
		assert_int_equal(queue_classes(q, lane), 0);
	}
	assert_int_equal(queue_total(q), 0);
	queue_free(q);
}

static void test_empty(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	for (size_t lane = 0; lane < LANES; lane++) {
		assert_null(queue_take(q, lane, CLASS_OTP));
		assert_int_equal(queue_depth(q, lane), 0);
		assert_int_equal(queue_classes(q, lane), 0);
	}
	drain(q);
	queue_free(NULL);
	queue_free(queue_new(0));
}

static struct msg *make_for(uint16_t account, enum class_id class_id)
{
	struct msg *m = make(0, account);
	m->account = account;
	m->class_id = (uint8_t)class_id;
	return m;
}

/* The classes that wait, and each in its own line. */
static void test_classes(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	static const enum class_id came[] = {CLASS_PROMO, CLASS_NOTICE, CLASS_OTP, CLASS_PROMO, CLASS_OTP};
	for (uint64_t i = 0; i < 5; i++) {
		struct msg *m = make(1, i);
		m->class_id = (uint8_t)came[i];
		queue_put(q, m);
	}
	assert_int_equal(queue_classes(q, 0), 0);
	assert_int_equal(queue_classes(q, 1), 1u << CLASS_PROMO | 1u << CLASS_NOTICE | 1u << CLASS_OTP);
	assert_int_equal(queue_class_depth(q, 1, CLASS_OTP), 2);
	assert_int_equal(queue_depth(q, 1), 5);
	struct msg *m = queue_take(q, 1, CLASS_PROMO);
	assert_int_equal(m->id, 0);
	msgs_give(ms, m);
	m = queue_take(q, 1, CLASS_NOTICE);
	assert_int_equal(m->id, 1);
	msgs_give(ms, m);
	assert_null(queue_take(q, 1, CLASS_NOTICE));
	assert_int_equal(queue_classes(q, 1), 1u << CLASS_PROMO | 1u << CLASS_OTP);
	drain(q);
}

/* Accounts that always have messages get them by their shares, whoever came first with however many. */
static void test_shares(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	unsigned taken[4] = {0};
	for (int i = 0; i < 4000; i++) {
		queue_put(q, make_for(1, CLASS_PROMO));
		if (i < 1500)
			queue_put(q, make_for(2, CLASS_PROMO));
		if (i < 1500)
			queue_put(q, make_for(3, CLASS_PROMO));
	}
	queue_set_share(q, 2, 3);
	for (int i = 0; i < 1000; i++) {
		struct msg *m = queue_take(q, 0, CLASS_PROMO);
		taken[m->account]++;
		msgs_give(ms, m);
	}
	assert_int_equal(taken[1], 200);
	assert_int_equal(taken[2], 600);
	assert_int_equal(taken[3], 200);
	drain(q);
}

/* Long texts cost what they are long: an account of texts in ten parts sends one where another sends ten. */
static void test_long_texts(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	unsigned parts[3] = {0};
	for (int i = 0; i < 2000; i++) {
		queue_put(q, make_for(1, CLASS_NOTICE));
		queue_put(q, make_for(2, CLASS_NOTICE));
	}
	for (int i = 0; i < 1100; i++) {
		struct msg *m = queue_take(q, 0, CLASS_NOTICE);
		parts[m->account] += m->account == 1 ? 10 : 1;
		if (m->account == 1)
			queue_charge(q, m, 9);
		msgs_give(ms, m);
	}
	assert_in_range(parts[1], 990, 1010);
	assert_in_range(parts[2], 990, 1010);
	drain(q);
}

/* What cannot go yet is the next again, and so is its account. */
static void test_untake(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	for (int i = 0; i < 3; i++) {
		queue_put(q, make_for(1, CLASS_NOTICE));
		queue_put(q, make_for(2, CLASS_NOTICE));
	}
	for (int i = 0; i < 5; i++) {
		struct msg *m = queue_take(q, 0, CLASS_NOTICE);
		assert_int_equal(m->account, 1);
		queue_untake(q, m);
	}
	for (int i = 0; i < 6; i++) {
		struct msg *m = queue_take(q, 0, CLASS_NOTICE);
		assert_int_equal(m->account, i % 2 + 1);
		msgs_give(ms, m);
	}
	drain(q);
}

/* Parts of one text have its order: they come back as they went. */
static void test_parts(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	struct msg *part[5];
	queue_put(q, make_for(1, CLASS_NOTICE));
	struct msg *text = make_for(1, CLASS_NOTICE);
	queue_put(q, text);
	queue_put(q, make_for(1, CLASS_NOTICE));
	msgs_give(ms, queue_take(q, 0, CLASS_NOTICE));
	assert_ptr_equal(queue_take(q, 0, CLASS_NOTICE), text);
	for (int i = 0; i < 5; i++) {
		part[i] = make_for(1, CLASS_NOTICE);
		part[i]->order = text->order;
		part[i]->part = (uint8_t)(i + 1);
	}
	for (int i = 0; i < 5; i++)
		queue_put_back(q, part[i * 3 % 5]);
	for (int i = 0; i < 5; i++) {
		struct msg *m = queue_take(q, 0, CLASS_NOTICE);
		assert_int_equal(m->part, i + 1);
		msgs_give(ms, m);
	}
	msgs_give(ms, text);
	drain(q);
}

/*
 * The model: per lane, class and account the orders that wait. Random puts, takes, puts back and removals; what is
 * taken is always the oldest of its line.
 */
struct model {
	struct msg *waiting[MESSAGES];
	size_t n;
};

static struct msg *oldest(const struct model *x, const struct msg *like)
{
	struct msg *best = NULL;
	for (size_t i = 0; i < x->n; i++) {
		struct msg *m = x->waiting[i];
		if (queue_same_line(m, like) && (!best || m->order < best->order))
			best = m;
	}
	return best;
}

static size_t depth(const struct model *x, uint16_t lane)
{
	size_t n = 0;
	for (size_t i = 0; i < x->n; i++)
		n += x->waiting[i]->route == lane;
	return n;
}

static void forget(struct model *x, const struct msg *m)
{
	for (size_t i = 0; i < x->n; i++) {
		if (x->waiting[i] == m) {
			x->waiting[i] = x->waiting[--x->n];
			return;
		}
	}
	fail_msg("not in the model");
}

static void check_depths(const struct queue *q, const struct model *x)
{
	assert_int_equal(queue_total(q), x->n);
	for (uint16_t lane = 0; lane < LANES; lane++)
		assert_int_equal(queue_depth(q, lane), depth(x, lane));
}

static void test_model(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	struct model in = {.n = 0};
	struct msg *out[MESSAGES];
	size_t out_n = 0;
	uint64_t seed = 4, id = 0;
	for (int i = 0; i < 30000; i++) {
		uint16_t lane = (uint16_t)sample_below(&seed, LANES);
		unsigned what = sample_below(&seed, 10);
		if (what < 4 && in.n + out_n < MESSAGES) {
			struct msg *m = make(lane, ++id);
			m->class_id = (uint8_t)sample_below(&seed, CLASSES);
			m->account = sample_below(&seed, 5) ? (uint16_t)sample_below(&seed, 4) : MSG_NO_ACCOUNT;
			queue_put(q, m);
			in.waiting[in.n++] = m;
		} else if (what < 7) {
			struct msg *m = take_any(q, lane);
			assert_int_equal(m != NULL, depth(&in, lane) > 0);
			if (!m)
				continue;
			assert_int_equal(m->route, lane);
			assert_ptr_equal(m, oldest(&in, m));
			forget(&in, m);
			out[out_n++] = m;
		} else if (what < 9 && out_n) { /* refused for a while: back to its place */
			size_t at = sample_below(&seed, (uint32_t)out_n);
			queue_put_back(q, out[at]);
			in.waiting[in.n++] = out[at];
			out[at] = out[--out_n];
		} else if (in.n && sample_below(&seed, 4) == 0) { /* expired */
			struct msg *m = in.waiting[sample_below(&seed, (uint32_t)in.n)];
			queue_remove(q, m);
			forget(&in, m);
			msgs_give(ms, m);
		} else if (out_n > 50) { /* answered */
			msgs_give(ms, out[--out_n]);
		}
		check_depths(q, &in);
	}
	while (out_n)
		msgs_give(ms, out[--out_n]);
	drain(q);
}

/* A carrier that refuses everything sends all on to the lane of the next: were each to walk it, this would take hours.
 */
static void test_all_to_the_next_lane(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	for (uint64_t i = 0; i < 300000; i++) {
		queue_put(q, make(0, i));
		struct msg *m = queue_take(q, 0, CLASS_OTP);
		m->route = 1;
		queue_put_back(q, m);
	}
	for (uint64_t i = 0; i < 300000; i++) {
		struct msg *m = queue_take(q, 1, CLASS_OTP);
		assert_int_equal(m->id, i);
		msgs_give(ms, m);
	}
	queue_free(q);
}

/* A window that is refused as a whole comes back in the order of submission, also when the answers come in disorder. */
static void test_window_comes_back(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	struct msg *window[20];
	for (uint64_t i = 0; i < 40; i++)
		queue_put(q, make(0, i));
	for (int i = 0; i < 20; i++)
		window[i] = queue_take(q, 0, CLASS_OTP);
	for (int i = 0; i < 20; i++)
		queue_put_back(q, window[i * 7 % 20]);
	for (uint64_t i = 0; i < 40; i++) {
		struct msg *m = queue_take(q, 0, CLASS_OTP);
		assert_int_equal(m->id, i);
		msgs_give(ms, m);
	}
	drain(q);
}

/*
 * Binds that are lost one after the other give back what was out on them, each in order, and that of each lies among
 * that of the others: were each to walk over those, this would take minutes. Meanwhile others are taken and end.
 */
static void test_lost_binds_come_back(void **state)
{
	enum { BINDS = 32, EACH = 5000, ALL = BINDS * EACH };
	static struct msg *out[ALL];
	(void)state;
	struct queue *q = queue_new(LANES);
	for (uint64_t i = 0; i < ALL + 10; i++)
		queue_put(q, make(0, i));
	for (int i = 0; i < ALL; i++)
		out[i] = queue_take(q, 0, CLASS_OTP);
	for (int bind = 0; bind < BINDS; bind++) {
		for (int i = 0; i < EACH; i++) {
			struct msg *m = out[i * BINDS + bind * 7 % BINDS];
			queue_put_back(q, m);
			if (i % 1000 == 999) { /* it leaves at once, and is back */
				queue_remove(q, m);
				queue_put_back(q, m);
			} else if (i % 1000 == 500) {
				queue_remove(q, m);
				m->route = 1; /* it ends */
			}
		}
	}
	for (uint64_t i = 0; i < ALL + 10; i++) {
		if (i < ALL && out[i]->route == 1) {
			msgs_give(ms, out[i]);
			continue;
		}
		struct msg *m = queue_take(q, 0, CLASS_OTP);
		assert_int_equal(m->id, i);
		msgs_give(ms, m);
	}
	drain(q);
}

#define NOON_MS 1780000000000 /* UTC */

/* A message of an account that was accepted so many ms after noon. */
static struct msg *accepted(struct ids *ids, uint16_t account, enum class_id class_id, int64_t after_ms)
{
	struct msg *m = make_for(account, class_id);
	m->id = ids_next(ids, NOON_MS + after_ms);
	return m;
}

/* Who waits longest, over all lines of a lane: since it came, or since its time came. */
static void test_oldest(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	struct ids ids;
	ids_init(&ids, 1);
	assert_int_equal(queue_oldest_ms(q, 0), 0);
	struct msg *gated = accepted(&ids, 4, CLASS_PROMO, 1000), *first = accepted(&ids, 1, CLASS_OTP, 5000);
	struct msg *late = accepted(&ids, 2, CLASS_NOTICE, 9000), *timed = accepted(&ids, 3, CLASS_NOTICE, 9500);
	timed->due_ms = NOON_MS + 60000;
	gated->let = 1;
	struct msg *all[] = {timed, gated, late, first};
	static const int64_t oldest_ms[] = {60000, 60000, 9000, 5000};
	for (int i = 0; i < 4; i++) {
		queue_put(q, all[i]);
		assert_in_range(queue_oldest_ms(q, 0) - NOON_MS, oldest_ms[i], oldest_ms[i] + 10);
	}
	assert_int_equal(queue_oldest_ms(q, 1), 0);
	queue_remove(q, first);
	msgs_give(ms, first);
	assert_in_range(queue_oldest_ms(q, 0) - NOON_MS, 9000, 9010);
	drain(q);
}

/* Those of its account and class that stand before it, and no others. */
static void test_before(void **state)
{
	struct msg *m[10];
	bool more;
	(void)state;
	struct queue *q = queue_new(LANES);
	for (size_t i = 0; i < 10; i++) {
		m[i] = make_for(1, CLASS_NOTICE);
		queue_put(q, m[i]);
		queue_put(q, make_for(2, CLASS_NOTICE));
		queue_put(q, make_for(1, CLASS_OTP));
	}
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(queue_before(q, m[i], 100, &more), i);
		assert_false(more);
	}
	assert_int_equal(queue_before(q, m[9], 4, &more), 4);
	assert_true(more);
	assert_int_equal(queue_before(q, m[4], 4, &more), 4);
	assert_false(more);
	drain(q);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
	cmocka_unit_test_setup_teardown(test_classes, setup, teardown),
	cmocka_unit_test_setup_teardown(test_shares, setup, teardown),
	cmocka_unit_test_setup_teardown(test_long_texts, setup, teardown),
	cmocka_unit_test_setup_teardown(test_untake, setup, teardown),
	cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
	cmocka_unit_test_setup_teardown(test_model, setup, teardown),
	cmocka_unit_test_setup_teardown(test_all_to_the_next_lane, setup, teardown),
	cmocka_unit_test_setup_teardown(test_window_comes_back, setup, teardown),
	cmocka_unit_test_setup_teardown(test_lost_binds_come_back, setup, teardown),
	cmocka_unit_test_setup_teardown(test_oldest, setup, teardown),
	cmocka_unit_test_setup_teardown(test_before, setup, teardown),
};

UNIT_MAIN(cases)
