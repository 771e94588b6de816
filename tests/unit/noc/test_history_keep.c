/*
 * test_history_keep.c - the history over restarts, against a store that is a table here: what is read when, what is
 * written how often, while the store is there, away, or answers late.
 */
#include "noc/history_keep.h"

#include "base/mem.h"
#include "unit.h"

#define START_MS 1780000123456 /* UTC */
#define MINUTES	 6000
#define FIRST	 (START_MS / 60000 - 3000)

struct flow {	       /* what the room sees of the real one */
	bool up, hold; /* hold: answers come later */
	enum flow_phase phase;
	struct buf minutes[MINUTES];
	unsigned writes[MINUTES];
	unsigned reads, most;
	bool refuse; /* writes fail */
	void (*late)(struct flow *f);
	store_history_fn put_fn;
	const struct store_history_reader *reader;
	void *arg;
	int64_t first;
	unsigned n;
};

static struct flow store;
static struct loop *loop;
static struct tally *tally;
static struct history *history;
static struct history_keep *keep;
static int64_t mono_ms, wall_ms;

void flow_status(const struct flow *f, struct flow_status *out)
{
	*out = (struct flow_status){.store_up = f->up, .phase = f->phase};
}

static void put_answer(struct flow *f)
{
	f->put_fn(f->arg, !f->refuse);
}

int flow_history_put(struct flow *f, int64_t minute, struct view octets, store_history_fn fn, void *arg)
{
	if (!f->up)
		return -1;
	assert_in_range(minute - FIRST, 0, MINUTES - 1);
	struct buf *to = &f->minutes[minute - FIRST];
	if (!f->refuse) {
		buf_consume(to, buf_len(to), 0);
		buf_put(to, octets.p, octets.n);
		f->writes[minute - FIRST]++;
	}
	f->put_fn = fn;
	f->arg = arg;
	assert_null(f->late); /* one at a time */
	if (f->hold)
		f->late = put_answer;
	else
		put_answer(f);
	return 0;
}

static void get_answer(struct flow *f)
{
	int64_t first = f->first;
	for (unsigned i = 0; i < f->n; i++) {
		const struct buf *b = &f->minutes[first + i - FIRST];
		if (buf_len(b) > 0)
			f->reader->minute(f->arg, first + i, (struct view){buf_data(b), (uint32_t)buf_len(b)});
	}
	f->reader->done(f->arg, true);
}

int flow_history_get(struct flow *f, int64_t first, unsigned n, const struct store_history_reader *reader, void *arg)
{
	if (!f->up)
		return -1;
	assert_int_equal(first / 60, (first + n - 1) / 60); /* of one hour */
	f->reads++;
	f->most = n > f->most ? n : f->most;
	f->reader = reader;
	f->arg = arg;
	f->first = first;
	f->n = n;
	assert_null(f->late);
	if (f->hold)
		f->late = get_answer;
	else
		get_answer(f);
	return 0;
}

static void answer_late(void)
{
	void (*late)(struct flow * f) = store.late;

	assert_non_null(late);
	store.late = NULL;
	late(&store);
}

/* --- a life of the gateway --- */

static void life_begins(void)
{
	loop = loop_new_simulated(START_MS);
	tally = tally_new(loop);
	history = history_new();
	keep = history_keep_new(&store, history);
}

static void life_ends(void)
{
	history_keep_free(keep);
	history_free(history);
	tally_free(tally);
	loop_free(loop);
}

static void pass(int64_t ms, unsigned sent)
{
	static const struct history_state all = {.name = ""};
	unsigned place = tally_place(tally, TALLY_ACCOUNT, view_of("商城"));

	for (unsigned i = 0; i < sent; i++)
		tally_add(tally, TALLY_ACCOUNT, place, TALLY_ACCEPTED);
	mono_ms += ms;
	wall_ms += ms;
	history_look(history, tally, mono_ms, wall_ms, &all, NULL, 0);
	history_keep_turn(keep);
}

static uint64_t day(void)
{
	uint64_t n[TALLY_WHATS];

	history_sums(history_find(history, TALLY_ACCOUNT, "商城"), HISTORY_24H, n);
	return n[TALLY_ACCEPTED];
}

static struct history_keep_stats stats(void)
{
	struct history_keep_stats s;

	history_keep_stats(keep, &s);
	return s;
}

static int begin(void **state)
{
	(void)state;
	memset(&store, 0, sizeof(store));
	store.up = true;
	store.phase = FLOW_RUNNING;
	mono_ms = 5000;
	wall_ms = START_MS;
	life_begins();
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (keep)
		life_ends();
	for (int i = 0; i < MINUTES; i++)
		buf_free(&store.minutes[i]);
	return 0;
}

static unsigned writes_at(int64_t at_ms)
{
	return store.writes[at_ms / 60000 - FIRST];
}

/* A write for a minute when it is over; of the one under way each ten seconds, and when it ends. */
static void test_writes(void **state)
{
	(void)state;
	for (int i = 0; i < 600; i++)
		pass(1000, 1);
	unsigned all = 0;
	for (int i = 0; i < MINUTES; i++)
		all += store.writes[i];
	assert_int_equal(writes_at(START_MS), 1 + 1); /* 16 of its turns */
	assert_int_equal(writes_at(START_MS + 60000), 6 + 1);
	assert_int_equal(writes_at(wall_ms), 4);
	assert_int_equal(all, 2 + 9 * 7 + 4);
	assert_int_equal(stats().kept, 10);
	life_ends();
	assert_int_equal(writes_at(wall_ms), 5);
	life_begins();
	pass(1000, 0);
	assert_int_equal(day(), 600);
	assert_int_equal(stats().loaded, 11);
	assert_true(store.most <= 10);
	assert_int_equal(store.reads, 2 * 145 /* a day by tens, from and to the middle of ten */);
}

/* A kill -9 takes no more than ten seconds, and gives nothing twice. */
static void test_kill(void **state)
{
	(void)state;
	for (int i = 0; i < 75; i++)
		pass(1000, 1);
	store.up = false; /* no last write */
	life_ends();
	store.up = true;
	life_begins();
	pass(1000, 0);
	assert_in_range(day(), 65, 75);
	uint64_t before = day();
	for (int i = 0; i < 30; i++)
		pass(1000, 1);
	store.up = false;
	life_ends();
	store.up = true;
	life_begins();
	pass(1000, 0);
	assert_in_range(day(), before + 20, before + 30);
}

/* The minute in which it is started again is one: both lives' messages, kept once. */
static void test_same_minute(void **state)
{
	(void)state;
	for (int life = 1; life <= 5; life++) {
		pass(1000, 3);
		assert_int_equal(day(), 3 * life);
		life_ends();
		life_begins();
	}
	pass(60000, 1);
	pass(60000, 1);
	life_ends();
	life_begins();
	pass(1000, 0);
	assert_int_equal(day(), 17);
}

/* Away from the start on: nothing is lost of this life; when it comes, the life before is there too. */
static void test_store_away_at_start(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		pass(60000, 10);
	life_ends();
	store.up = false;
	life_begins();
	for (int i = 0; i < 20; i++)
		pass(60000, 1);
	assert_int_equal(day(), 20);
	store.up = true;
	pass(1000, 0);
	assert_int_equal(day(), 70);
	pass(1000, 0);
	pass(60000, 0);
	life_ends();
	life_begins();
	pass(1000, 0);
	assert_int_equal(day(), 70);
}

/* Away for a while: what was not written waits, then all of it is written in one go. */
static void test_store_away(void **state)
{
	(void)state;
	pass(1000, 1);
	store.up = false;
	for (int i = 0; i < 30; i++)
		pass(60000, 2);
	assert_int_equal(stats().kept, 0);
	store.up = true;
	pass(1000, 0);
	assert_int_equal(stats().kept, 30);
	for (int i = 0; i < 30; i++)
		assert_int_equal(writes_at(START_MS + i * 60000), 1);
}

/* Refused (Redis is full): tried again each second, counted, and kept when it goes. */
static void test_refused(void **state)
{
	(void)state;
	pass(1000, 1);
	store.refuse = true;
	pass(60000, 1);
	pass(1000, 1);
	pass(1000, 1);
	assert_int_equal(stats().failed, 3);
	store.refuse = false;
	pass(1000, 1);
	assert_int_equal(stats().kept, 1);
	life_ends();
	life_begins();
	pass(1000, 0);
	assert_int_equal(day(), 5);
}

/* Answers that come later: nothing is asked twice; one that comes after the end finds nobody. */
static void test_late(void **state)
{
	(void)state;
	pass(60000, 1);
	life_ends();
	store.hold = true;
	life_begins();
	pass(1000, 1);
	unsigned reads = store.reads;
	pass(1000, 1);
	assert_int_equal(store.reads, reads);
	unsigned writes = writes_at(wall_ms);
	while (store.late)
		answer_late();
	assert_int_equal(day(), 3);
	pass(60000, 1);
	assert_non_null(store.late); /* a write */
	pass(1000, 1);
	answer_late();
	assert_int_equal(writes_at(wall_ms - 61000), writes + 1);
	store.late = NULL;
	life_ends(); /* writes once more, without an answer yet */
	answer_late();
	life_begins();
	pass(1000, 0);
	life_ends();
	answer_late(); /* a read */
	keep = NULL;
}

/* While it leaves, and when the clock is set back. */
static void test_leaving_and_clock(void **state)
{
	(void)state;
	pass(1000, 1);
	store.phase = FLOW_LEAVING;
	pass(1000, 1);
	pass(1000, 1);
	assert_int_equal(writes_at(wall_ms), 2);
	store.phase = FLOW_RUNNING;
	for (int i = 0; i < 100; i++)
		pass(60000, 1);
	wall_ms -= 50 * 60000;
	for (int i = 0; i < 10; i++)
		pass(60000, 1);
	assert_int_equal(writes_at(wall_ms - 60000), 2); /* it was another minute before */
	life_ends();
	life_begins();
	pass(0, 0);
	assert_in_range(day(), 60, 113);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
static const struct CMUnitTest cases[] = {
	CASE(test_writes),     CASE(test_kill),	   CASE(test_same_minute), CASE(test_store_away_at_start),
	CASE(test_store_away), CASE(test_refused), CASE(test_late),	   CASE(test_leaving_and_clock),
};
UNIT_MAIN(cases)
