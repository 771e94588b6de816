/*
 * test_doubts.c - the ledger of submits in doubt against a model of it: the only one to a number from a code, at its
 * own carrier only.
 */
#include "path/doubts.h"

#include "samples.h"
#include "unit.h"

#define CARRIERS 3
#define NUMBERS	 4
#define CODES	 2
#define MOST	 60
#define STEPS	 20000

static const char *const numbers[NUMBERS] = {"8613800138000", "8613900139000", "8613700137000", "8613600136000"};
static const char *const codes[CODES] = {"10690001", "10690002"};

static struct msgs *ms;
static struct doubts *d;
static uint64_t seed = 7;

static struct entry {
	struct msg *whole, *k;
	unsigned number, code;
} model[MOST];
static unsigned model_n;

static int setup(void **state)
{
	(void)state;
	ms = msgs_new(1000);
	d = doubts_new(ms, CARRIERS);
	model_n = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	doubts_free(d);
	msgs_free(ms);
	return 0;
}

/* Destinations are compared as numbers, however the app wrote them. */
static struct msg *message_to(unsigned number, unsigned code)
{
	char to[24];
	struct pdu pdu = sample_submit();
	snprintf(to, sizeof(to), sample_below(&seed, 2) ? "%s" : "+%s", numbers[number]);
	pdu.sm.dst = (struct pdu_addr){1, 1, sample_view(to)};
	pdu.sm.src.addr = sample_view(codes[code]);
	return sample_msg(ms, &pdu, RECORD_MT);
}

static void add(uint64_t id)
{
	struct entry *e = &model[model_n++];
	e->number = sample_below(&seed, NUMBERS);
	e->code = sample_below(&seed, CODES);
	e->whole = message_to(e->number, e->code);
	e->k = msgs_take(ms);
	e->k->id = id;
	e->k->carrier = (uint16_t)sample_below(&seed, CARRIERS);
	msg_add_kin(e->whole, e->k, KIN_DOUBT);
	assert_int_equal(doubts_add(d, e->k), 0);
	assert_true(e->k->in_doubts);
}

static void forget(unsigned i)
{
	msgs_give(ms, model[i].k);
	msgs_give(ms, model[i].whole);
	memmove(&model[i], &model[i + 1], (model_n - i - 1) * sizeof(model[0]));
	model_n--;
}

static void drop(unsigned i)
{
	doubts_remove(d, model[i].k);
	assert_false(model[i].k->in_doubts);
	doubts_remove(d, model[i].k);
	forget(i);
}

/* NULL when there are several: nothing says which of them a receipt is about. */
static const struct msg *the_one(size_t carrier, unsigned number, int code)
{
	const struct msg *one = NULL;
	unsigned n = 0;
	for (unsigned i = 0; i < model_n; i++) {
		const struct entry *e = &model[i];
		if (e->k->carrier != carrier || e->number != number || (code >= 0 && e->code != (unsigned)code))
			continue;
		one = e->k;
		n++;
	}
	return n == 1 ? one : NULL;
}

static void compare(void)
{
	size_t carrier = sample_below(&seed, CARRIERS);
	unsigned number = sample_below(&seed, NUMBERS);
	int code = (int)sample_below(&seed, CODES + 1) - 1;
	struct number to;
	uint64_t count = 0;
	assert_true(number_parse((struct pdu_addr){1, 1, sample_view(numbers[number])}, &to));
	struct view source = code < 0 ? (struct view){NULL, 0} : sample_view(codes[code]);
	assert_ptr_equal(doubts_find(d, carrier, &to, source), the_one(carrier, number, code));
	for (unsigned i = 0; i < model_n; i++)
		count += model[i].k->carrier == carrier;
	assert_int_equal(doubts_count(d, carrier), count);
}

static void test_model(void **state)
{
	(void)state;
	for (uint64_t step = 1; step <= STEPS; step++) {
		/* ids need not come in order: messages of any age fall into doubt */
		uint64_t id = step * 100 + sample_below(&seed, 5000) * 1000003u;
		if (model_n < MOST && sample_below(&seed, 2))
			add(id);
		else if (model_n)
			drop(sample_below(&seed, model_n));
		compare();
	}
	while (model_n)
		drop(0);
	assert_int_equal(msgs_count(ms), 0);
}

static unsigned seen;

static void see(struct msg *k, void *arg)
{
	assert_ptr_equal(arg, &seen);
	assert_ptr_equal(k, model[seen].k);
	seen++;
}

static void end_two(struct msg *k, void *arg)
{
	(void)arg;
	seen++;
	for (int n = 0; n < 2 && model_n; n++) {
		unsigned i = 0;
		while (n == 0 && model[i].k != k)
			i++;
		drop(i);
	}
}

/* In the order in which they came; what is told may end itself and others. */
static void test_each(void **state)
{
	(void)state;
	for (uint64_t id = 1; id <= 40; id++)
		add(id);
	seen = 0;
	doubts_each(d, see, &seen);
	assert_int_equal(seen, 40);
	seen = 0;
	doubts_each(d, end_two, NULL);
	assert_int_equal(model_n, 0);
	assert_int_equal(seen, 20);
	doubts_each(d, see, &seen);
	assert_int_equal(seen, 20);
}

/* A doubt of a part is one of the message that the part belongs to. */
static void test_of_part(void **state)
{
	(void)state;
	struct msg *whole = message_to(0, 0), *part = msgs_take(ms), *k = msgs_take(ms);
	struct number to;
	k->carrier = 2;
	msg_add_kin(whole, part, KIN_PART);
	msg_add_kin(part, k, KIN_DOUBT);
	assert_int_equal(doubts_add(d, k), 0);
	assert_true(number_parse((struct pdu_addr){1, 1, sample_view(numbers[0])}, &to));
	assert_ptr_equal(doubts_find(d, 2, &to, sample_view(codes[0])), k);
	assert_null(doubts_find(d, 2, &to, sample_view(codes[1])));
	assert_null(doubts_find(d, 1, &to, sample_view(codes[0])));
	doubts_remove(d, k);
	assert_null(doubts_find(d, 2, &to, sample_view(codes[0])));
	msgs_give(ms, k);
	msgs_give(ms, part);
	msgs_give(ms, whole);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* A walk in steps, while those before and behind it end, others come, and another walk is under way. */
static void test_walk(void **state)
{
	struct walk w = {.at = {NULL, NULL}}, other = w;
	struct msg *k;
	(void)state;
	assert_false(walk_goes(&w));
	walk_end(&w);
	for (uint64_t i = 0; i < 12; i++)
		add(1000 + i);
	walk_begin(doubts_all(d), &w);
	walk_begin(doubts_all(d), &other);
	assert_ptr_equal(msg_walk_next(doubts_all(d), &w), model[0].k);
	assert_ptr_equal(msg_walk_next(doubts_all(d), &w), model[1].k);
	drop(1);							/* the one that it stands behind */
	drop(1);							/* the one that would be next */
	add(2000);							/* has come meanwhile */
	assert_ptr_equal(msg_walk_next(doubts_all(d), &w), model[1].k); /* 1003 */
	assert_int_equal(model[1].k->id, 1003);
	seen = 0;
	for (unsigned n = 0; (k = msg_walk_next(doubts_all(d), &other)) != NULL; n++)
		assert_ptr_equal(k, model[n].k);
	assert_false(walk_goes(&other));
	unsigned rest = 0;
	while ((k = msg_walk_next(doubts_all(d), &w)) != NULL)
		rest++;
	assert_int_equal(rest, 8); /* not the one that has come */
	assert_false(walk_goes(&w));
	walk_begin(doubts_all(d), &w);
	while (model_n) /* all end under it */
		drop(0);
	assert_null(msg_walk_next(doubts_all(d), &w));
}

static const struct CMUnitTest cases[] = {CASE(test_model), CASE(test_each), CASE(test_walk), CASE(test_of_part)};

UNIT_MAIN(cases)
