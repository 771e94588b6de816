/*
 * test_index.c - what apps know of a message leads to it: by id, group key and number, against a model; an index of
 * numbers that begins late knows all.
 */
#include "path/index.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

#define ACCOUNTS 3
#define NUMBERS	 4
#define GROUPS	 3 /* and none */
#define MOST	 80
#define STEPS	 20000
#define MANY	 50000

static const char *const numbers[NUMBERS] = {"8613800138000", "8613900139000", "8613700137000", "8613600136000"};
static const char *const groups[GROUPS] = {"贷款十二月", "催收", "g"};

static struct msgs *ms;
static struct index *x;
static uint64_t seed = 11;

static struct entry {
	struct msg *m;
	uint64_t app_id;
	unsigned number, group;
} model[MOST];
static unsigned model_n;
static uint64_t last_id;

static int setup(void **state)
{
	(void)state;
	ms = msgs_new(1000);
	x = index_new(ms);
	model_n = 0;
	last_id = 1000;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	index_free(x);
	msgs_free(ms);
	return 0;
}

/* Several of one submit_multi share the id that the app knows. */
static void set_app_id(struct msg *m, struct entry *e)
{
	struct record r;
	e->app_id = m->id;
	if (!model_n || sample_below(&seed, 3))
		return;
	e->app_id = model[sample_below(&seed, model_n)].app_id;
	msg_record(m, &r);
	r.app_id = e->app_id;
	assert_int_equal(msg_set_record(ms, m, &r), 0);
	m->aliased = true;
}

static void add(void)
{
	struct entry e = {.number = sample_below(&seed, NUMBERS), .group = sample_below(&seed, GROUPS + 1)};
	uint8_t tlv_mem[64];
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct pdu pdu = sample_submit();
	pdu.sm.dst = (struct pdu_addr){1, 1, sample_view(numbers[e.number])};
	if (e.group < GROUPS)
		tlv_put_str(&o, TLV_GROUP_KEY, sample_view(groups[e.group]));
	pdu.tlvs = (struct view){o.p, o.n};
	e.m = sample_msg(ms, &pdu, RECORD_MT);
	e.m->id = ++last_id;
	e.m->account = (uint16_t)sample_below(&seed, ACCOUNTS);
	e.m->grouped = e.group < GROUPS;
	set_app_id(e.m, &e);
	assert_int_equal(index_add(x, e.m), 0);
	assert_true(e.m->indexed);
	model[model_n++] = e;
}

static void drop(unsigned i)
{
	index_remove(x, model[i].m);
	assert_false(model[i].m->indexed);
	index_remove(x, model[i].m);
	msgs_give(ms, model[i].m);
	memmove(&model[i], &model[i + 1], (model_n - i - 1) * sizeof(model[0]));
	model_n--;
}

static struct msg *told[MOST];
static unsigned told_n;

static void tell(struct msg *m, void *arg)
{
	assert_ptr_equal(arg, told);
	told[told_n++] = m;
}

/* Messages stand in the model in the order of their ids: so they must be told. */
static void assert_told(size_t n, bool (*fits)(const struct entry *e, uint64_t a, uint64_t b), uint64_t a, uint64_t b)
{
	unsigned at = 0;
	for (unsigned i = 0; i < model_n; i++) {
		if (!fits(&model[i], a, b))
			continue;
		assert_true(at < told_n);
		assert_ptr_equal(told[at++], model[i].m);
	}
	assert_int_equal(at, told_n);
	assert_int_equal(n, told_n);
	told_n = 0;
}

static bool has_id(const struct entry *e, uint64_t id, uint64_t none)
{
	(void)none;
	return e->app_id == id;
}

static bool has_group(const struct entry *e, uint64_t account, uint64_t group)
{
	return e->m->account == account && e->group == group;
}

static bool has_number(const struct entry *e, uint64_t account, uint64_t number)
{
	return e->m->account == account && e->number == number;
}

static size_t ask_number(uint16_t account, unsigned number)
{
	struct number to;
	assert_true(number_parse((struct pdu_addr){1, 1, sample_view(numbers[number])}, &to));
	return index_by_number(x, account, &to, tell, told);
}

static struct index_walk *walk_number(uint16_t account, unsigned number)
{
	struct number to;
	assert_true(number_parse((struct pdu_addr){1, 1, sample_view(numbers[number])}, &to));
	return index_walk_number(x, account, &to);
}

static size_t walk(struct index_walk *w, index_fn fn, void *arg)
{
	while (index_walk_some(w, fn, arg))
		;
	index_walk_end(w);
	return told_n;
}

static size_t walk_group(uint16_t account, unsigned group)
{
	return walk(index_walk_group(x, account, sample_view(groups[group])), tell, told);
}

static void compare(bool by_number)
{
	uint64_t id = model_n ? model[sample_below(&seed, model_n)].app_id : 5;
	uint16_t account = (uint16_t)sample_below(&seed, ACCOUNTS);
	unsigned group = sample_below(&seed, GROUPS), number = sample_below(&seed, NUMBERS);
	assert_told(index_by_id(x, id, tell, told), has_id, id, 0);
	assert_told(index_by_id(x, 7, tell, told), has_id, 7, 0);
	assert_told(walk_group(account, group), has_group, account, group);
	if (!by_number)
		return;
	assert_told(ask_number(account, number), has_number, account, number);
	assert_told(walk(walk_number(account, number), tell, told), has_number, account, number);
}

static void test_model(void **state)
{
	(void)state;
	for (unsigned step = 0; step < STEPS; step++) {
		if (model_n < MOST && sample_below(&seed, 2))
			add();
		else if (model_n)
			drop(sample_below(&seed, model_n));
		compare(step > STEPS / 2); /* from then on numbers are indexed */
	}
	while (model_n)
		drop(0);
	for (unsigned number = 0; number < NUMBERS; number++)
		assert_int_equal(ask_number(0, number), 0);
}

/* What is not in the index is not found by an index of numbers that begins later. */
static void test_late_numbers(void **state)
{
	(void)state;
	for (int i = 0; i < 30; i++)
		add();
	for (int i = 0; i < 10; i++)
		index_remove(x, model[i].m);
	for (uint16_t account = 0; account < ACCOUNTS; account++) {
		for (unsigned number = 0; number < NUMBERS; number++) {
			told_n = 0;
			ask_number(account, number);
			for (unsigned i = 0; i < told_n; i++)
				assert_true(told[i]->indexed);
		}
	}
	told_n = 0;
	while (model_n)
		drop(0);
}

/* Very many have come and gone before the first question: only those that are left are found. */
static void test_asked_late(void **state)
{
	(void)state;
	for (unsigned step = 0; step < STEPS * 2; step++) {
		if (model_n < MOST && (model_n < MOST / 2 || sample_below(&seed, 2)))
			add();
		else
			drop(sample_below(&seed, model_n));
	}
	struct msg *out = model[model_n - 1].m;
	index_remove(x, out);
	model_n--;
	for (unsigned i = 0; i < 50; i++)
		compare(true);
	msgs_give(ms, out);
	while (model_n)
		drop(0);
}

static unsigned ended;

static void end_all(struct msg *m, void *arg)
{
	(void)m;
	(void)arg;
	ended++;
	while (model_n)
		drop(0);
}

/* What is told may end all that would be told after it. */
static void test_ended_meanwhile(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++)
		add();
	ended = 0;
	walk(index_walk_group(x, model[0].m->account, sample_view(groups[0])), end_all, NULL);
	index_by_id(x, last_id, end_all, NULL);
	assert_int_equal(ended, 1);
	assert_int_equal(msgs_count(ms), 0);
}

static struct msg *gone[STEPS];
static unsigned gone_n;

/* Two walks at once, while messages come and go between their steps: each tells all that have been there since it
 * began and are still there when it ends, once and oldest first, and none that has gone. */
static void come_and_go(bool by_group)
{
	struct index_walk *w[2];
	struct msg *seen[2][MOST * 2];
	unsigned seen_n[2] = {0, 0};
	bool more[2] = {true, true};
	uint64_t began = last_id;
	for (unsigned i = 0; i < 2; i++)
		w[i] = by_group ? index_walk_group(x, 0, sample_view(groups[0])) : walk_number(0, 0);
	while (more[0] || more[1]) {
		unsigned i = sample_below(&seed, 2);
		told_n = 0;
		if (more[i])
			more[i] = index_walk_some(w[i], tell, told);
		if (told_n) {
			assert_int_equal(told_n, 1);
			assert_true(told[0]->indexed);
			seen[i][seen_n[i]++] = told[0];
			assert_true(seen_n[i] == 1 || told[0]->id > seen[i][seen_n[i] - 2]->id);
		}
		if (model_n < MOST && seen_n[0] + seen_n[1] < MOST && sample_below(&seed, 4) == 0)
			add();
		if (model_n && sample_below(&seed, 4) == 0) {
			unsigned out = sample_below(&seed, model_n);
			index_remove(x, model[out].m);
			gone[gone_n++] = model[out].m; /* they are freed at the end: seen[] names them */
			memmove(&model[out], &model[out + 1], (model_n - out - 1) * sizeof(model[0]));
			model_n--;
		}
	}
	for (unsigned k = 0; k < model_n; k++) {
		const struct entry *e = &model[k];
		bool fits = e->m->account == 0 && (by_group ? e->group == 0 : e->number == 0);
		for (unsigned i = 0; i < 2; i++) {
			unsigned n = 0;
			for (unsigned j = 0; j < seen_n[i]; j++)
				n += seen[i][j] == e->m;
			assert_true(n <= fits);
			assert_true(n == fits || e->m->id > began);
		}
	}
	index_walk_end(w[0]);
	index_walk_end(w[1]);
	told_n = 0;
	while (gone_n)
		msgs_give(ms, gone[--gone_n]);
}

static void test_walks(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		while (model_n < MOST / 2)
			add();
		come_and_go(round % 2);
	}
	while (model_n > 1)
		drop(0);
	struct index_walk *w = walk_number(0, 0);
	drop(0); /* none is left: the index ends under it */
	walk(w, tell, told);
	assert_int_equal(told_n, 0);
}

static unsigned counted;

static void count_one(struct msg *m, void *arg)
{
	(void)arg;
	counted++;
	assert_int_equal(m->id, counted); /* oldest first */
}

static size_t ask_first_number(index_fn fn, void *arg)
{
	struct number to;
	assert_true(number_parse(sample_submit().sm.dst, &to));
	return index_by_number(x, 0, &to, fn, arg);
}

/* Many in one group, to one number: what each costs does not grow with how many there are already. */
static void many_alike(bool ask_before)
{
	uint8_t tlv_mem[64];
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct pdu pdu = sample_submit();
	struct msg **all = malloc(MANY * sizeof(struct msg *));
	tlv_put_str(&o, TLV_GROUP_KEY, sample_view(groups[0]));
	pdu.tlvs = (struct view){o.p, o.n};
	msgs_free(ms);
	ms = msgs_new(MANY);
	index_free(x);
	x = index_new(ms);
	if (ask_before)
		assert_int_equal(ask_number(0, 0), 0); /* from here on numbers are indexed */
	for (unsigned i = 0; i < MANY; i++) {
		all[i] = sample_msg(ms, &pdu, RECORD_MT);
		all[i]->id = i + 1;
		all[i]->account = 0;
		all[i]->grouped = true;
		assert_int_equal(index_add(x, all[i]), 0);
	}
	counted = 0;
	walk(index_walk_group(x, 0, sample_view(groups[0])), count_one, NULL);
	assert_int_equal(counted, MANY);
	counted = 0;
	assert_int_equal(ask_first_number(count_one, NULL), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		index_remove(x, all[i]);
		msgs_give(ms, all[i]);
	}
	walk(index_walk_group(x, 0, sample_view(groups[0])), count_one, NULL);
	assert_int_equal(counted, MANY);
	assert_int_equal(ask_first_number(count_one, NULL), 0);
	free(all);
}

static void test_many_alike(void **state)
{
	(void)state;
	many_alike(true);
}

/* The index begins while they come, not with the question. */
static void test_many_unasked(void **state)
{
	(void)state;
	many_alike(false);
}

static void keep(struct msg *m, void *arg)
{
	*(struct msg **)arg = m;
}

/* The index ends when all are gone, and begins again with the next that are many, or with a question. */
static void test_again(void **state)
{
	(void)state;
	static struct msg *all[14000];
	struct pdu pdu = sample_submit();
	const unsigned sizes[] = {14000, 3, 7000, 1, 6200, 0, 2};
	msgs_free(ms);
	ms = msgs_new(MANY);
	index_free(x);
	x = index_new(ms);
	for (unsigned round = 0; round < sizeof(sizes) / sizeof(sizes[0]); round++) {
		unsigned n = sizes[round];
		for (unsigned i = 0; i < n; i++) {
			all[i] = sample_msg(ms, &pdu, RECORD_MT);
			all[i]->id = ++last_id;
			all[i]->account = 0;
			assert_int_equal(index_add(x, all[i]), 0);
		}
		struct msg *found = NULL;
		assert_int_equal(ask_first_number(keep, &found), n);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(index_by_id(x, all[i]->id, keep, &found), 1);
			assert_ptr_equal(found, all[i]);
		}
		for (unsigned i = 0; i < n; i++) {
			uint64_t id = all[i]->id;
			index_remove(x, all[i]);
			msgs_give(ms, all[i]);
			assert_int_equal(index_by_id(x, id, keep, &found), 0);
		}
	}
}

/* Most end soon, some stay: these are found, whether others have pushed them out of the notes or not. */
static void test_few_stay(void **state)
{
	(void)state;
	struct pdu pdu = sample_submit();
	struct msg *stay[200], *found = NULL;
	unsigned n = 0;
	for (unsigned i = 0; i < 20000; i++) {
		struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
		m->id = ++last_id;
		m->account = 0;
		assert_int_equal(index_add(x, m), 0);
		if (i % 100 == 7) {
			stay[n++] = m;
			continue;
		}
		index_remove(x, m);
		msgs_give(ms, m);
	}
	assert_int_equal(index_by_id(x, last_id, keep, &found), 0);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(index_by_id(x, stay[i]->id, keep, &found), 1);
		assert_ptr_equal(found, stay[i]);
	}
	assert_int_equal(ask_first_number(keep, &found), n);
	for (unsigned i = 0; i < n; i++) {
		index_remove(x, stay[i]);
		msgs_give(ms, stay[i]);
	}
	assert_int_equal(ask_first_number(keep, &found), 0);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static const struct CMUnitTest cases[] = {CASE(test_model),	      CASE(test_late_numbers), CASE(test_asked_late),
					  CASE(test_ended_meanwhile), CASE(test_many_alike),   CASE(test_again),
					  CASE(test_many_unasked),    CASE(test_walks),	       CASE(test_few_stay)};

UNIT_MAIN(cases)
