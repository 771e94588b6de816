/*
 * test_queue.c - lanes against a model: first come first served within an urgency, places kept, bulk never starved.
 */
#include "path/queue.h"

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

static void drain(struct queue *q)
{
	struct msg *m;
	for (size_t lane = 0; lane < LANES; lane++) {
		while ((m = queue_take(q, lane)))
			msgs_give(ms, m);
	}
	assert_int_equal(queue_total(q), 0);
	queue_free(q);
}

static void test_empty(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	for (size_t lane = 0; lane < LANES; lane++) {
		assert_null(queue_take(q, lane));
		assert_int_equal(queue_depth(q, lane), 0);
	}
	drain(q);
	queue_free(NULL);
	queue_free(queue_new(0));
}

/* Urgent ones first, whenever they came; of each urgency in order. */
static void test_urgency(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	static const enum class_urgency came[] = {URGENCY_BULK, URGENCY_NORMAL, URGENCY_FIRST,
						  URGENCY_BULK, URGENCY_FIRST,	URGENCY_NORMAL};
	static const uint64_t want[] = {2, 4, 1, 5, 0, 3};
	for (uint64_t i = 0; i < 6; i++)
		queue_put(q, make(1, i), came[i]);
	assert_int_equal(queue_depth(q, 1), 6);
	assert_int_equal(queue_depth(q, 0), 0);
	assert_null(queue_take(q, 0));
	for (int i = 0; i < 6; i++) {
		struct msg *m = queue_take(q, 1);
		assert_int_equal(m->id, want[i]);
		msgs_give(ms, m);
	}
	drain(q);
}

/* While there is urgent work without end, one in 16 is bulk: no more, no fewer. */
static void test_no_starving(void **state)
{
	(void)state;
	struct queue *q = queue_new(LANES);
	unsigned taken[URGENCIES] = {0}, row = 0;
	for (uint64_t i = 0; i < 100; i++) {
		struct msg *m = make(0, i);
		m->class_id = URGENCY_BULK;
		queue_put(q, m, URGENCY_BULK);
	}
	for (unsigned i = 0; i < 1600; i++) {
		for (int u = URGENCY_FIRST; u <= URGENCY_NORMAL; u++) {
			if (queue_depth(q, 0) > 150)
				continue;
			struct msg *m = make(0, 0);
			m->class_id = (uint8_t)u;
			queue_put(q, m, (enum class_urgency)u);
		}
		struct msg *m = queue_take(q, 0);
		taken[m->class_id]++;
		row = m->class_id == URGENCY_BULK ? 0 : row + 1;
		assert_true(row < 16);
		msgs_give(ms, m);
	}
	assert_int_equal(taken[URGENCY_BULK], 100);
	drain(q);
}

/*
 * The model: per lane and urgency the orders that wait. Random puts, takes, puts back and removals; what is taken is
 * always the oldest of its urgency.
 */
struct model {
	struct msg *waiting[MESSAGES];
	size_t n;
};

static struct msg *oldest(const struct model *x, uint16_t lane, uint8_t urgency)
{
	struct msg *best = NULL;
	for (size_t i = 0; i < x->n; i++) {
		struct msg *m = x->waiting[i];
		if (m->route == lane && m->class_id == urgency && (!best || m->order < best->order))
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
			m->class_id = (uint8_t)sample_below(&seed, URGENCIES);
			queue_put(q, m, (enum class_urgency)m->class_id);
			in.waiting[in.n++] = m;
		} else if (what < 7) {
			struct msg *m = queue_take(q, lane);
			assert_int_equal(m != NULL, depth(&in, lane) > 0);
			if (!m)
				continue;
			assert_int_equal(m->route, lane);
			assert_ptr_equal(m, oldest(&in, lane, m->class_id));
			forget(&in, m);
			out[out_n++] = m;
		} else if (what < 9 && out_n) { /* refused for a while: back to its place */
			size_t at = sample_below(&seed, (uint32_t)out_n);
			queue_put_back(q, out[at], (enum class_urgency)out[at]->class_id);
			in.waiting[in.n++] = out[at];
			out[at] = out[--out_n];
		} else if (in.n && sample_below(&seed, 4) == 0) { /* expired */
			struct msg *m = in.waiting[sample_below(&seed, (uint32_t)in.n)];
			queue_remove(q, m, (enum class_urgency)m->class_id);
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
		queue_put(q, make(0, i), URGENCY_BULK);
		struct msg *m = queue_take(q, 0);
		m->route = 1;
		queue_put_back(q, m, URGENCY_BULK);
	}
	for (uint64_t i = 0; i < 300000; i++) {
		struct msg *m = queue_take(q, 1);
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
		queue_put(q, make(0, i), URGENCY_NORMAL);
	for (int i = 0; i < 20; i++)
		window[i] = queue_take(q, 0);
	for (int i = 0; i < 20; i++)
		queue_put_back(q, window[i * 7 % 20], URGENCY_NORMAL);
	for (uint64_t i = 0; i < 40; i++) {
		struct msg *m = queue_take(q, 0);
		assert_int_equal(m->id, i);
		msgs_give(ms, m);
	}
	drain(q);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
	cmocka_unit_test_setup_teardown(test_urgency, setup, teardown),
	cmocka_unit_test_setup_teardown(test_no_starving, setup, teardown),
	cmocka_unit_test_setup_teardown(test_model, setup, teardown),
	cmocka_unit_test_setup_teardown(test_all_to_the_next_lane, setup, teardown),
	cmocka_unit_test_setup_teardown(test_window_comes_back, setup, teardown),
};

UNIT_MAIN(cases)
