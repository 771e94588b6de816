/*
 * test_store_backlog.c - the scripts of the backlog and the dead letters, run by a real Redis: each is done once, also
 * when it is asked for twice, in pages, beside entries of others, and when Redis is full. Skipped without redis-server.
 */
#include "redis_rig.h"
#include "unit.h"

#define ID 612345678901200001ull /* and those behind it: one bucket of the journal */

static struct view record(unsigned n)
{
	static char text[64];

	snprintf(text, sizeof(text), "第%u条", n);
	return view_of(text);
}

static void put(unsigned n)
{
	assert_true(rig_outcome(store_journal_put(rig_store, ID + n, record(n), rig_on_written, 0)));
}

static int move(unsigned n)
{
	return store_backlog_add(rig_store, view_of("银行"), ID + n, record(n), ID + n, rig_on_written, 0);
}

/* --- reading --- */

static struct {
	char entry[48], rec[64], why[32];
	uint64_t id;
} entries[32];
static int entries_n;

static void on_entry(void *arg, uint64_t token, const struct store_entry *e)
{
	(void)arg;
	(void)token;
	assert_true(entries_n < 32);
	snprintf(entries[entries_n].entry, 48, "%.*s", (int)e->entry.n, (const char *)e->entry.p);
	snprintf(entries[entries_n].rec, 64, "%.*s", (int)e->rec.n, (const char *)e->rec.p);
	snprintf(entries[entries_n].why, 32, "%.*s", (int)e->why.n, e->why.n ? (const char *)e->why.p : "");
	entries[entries_n++].id = e->id;
}

static void on_read(void *arg, uint64_t token, int count)
{
	(void)arg;
	(void)token;
	assert_true(count >= 0);
	rig_done = true;
}

static void read_all(enum store_stream stream)
{
	static const struct store_backlog_reader reader = {on_entry, on_read};

	entries_n = 0;
	rig_done = false;
	assert_int_equal(
		store_backlog_read(rig_store, stream, view_of("银行"), (struct view){NULL, 0}, 100, &reader, 0), 0);
	rig_until(&rig_done);
}

/* That the stream holds the messages from first to last, in order. */
static void holds(enum store_stream stream, unsigned first, unsigned last)
{
	read_all(stream);
	assert_int_equal(entries_n, last + 1 - first);
	for (unsigned i = 0; i < (unsigned)entries_n; i++) {
		assert_int_equal(entries[i].id, ID + first + i);
		assert_memory_equal(entries[i].rec, record(first + i).p, record(first + i).n);
	}
}

static long long answer;

static void on_length(void *arg, uint64_t token, int64_t count)
{
	(void)arg;
	(void)token;
	answer = count;
	rig_done = true;
}

static long long length(void)
{
	rig_done = false;
	assert_int_equal(store_backlog_length(rig_store, view_of("银行"), on_length, 0), 0);
	rig_until(&rig_done);
	return answer;
}

static long long journal(void)
{
	char text[64];

	snprintf(text, sizeof(text), "HLEN 试:journal:7:%llu",
		 (unsigned long long)((1577836800000 + (ID / 100000 - 1000000000000)) / 10000));
	return rig_raw(text);
}

static int empty(void **state)
{
	(void)state;
	rig_raw("CONFIG SET maxmemory 0");
	rig_raw("DEL 试:backlog:银行 试:deadletter:银行");
	for (unsigned i = 0; i < 32; i++)
		assert_true(rig_outcome(store_journal_del(rig_store, ID + i, rig_on_written, 0)));
	assert_int_equal(journal(), 0);
	return 0;
}

/* --- the cases --- */

static void test_move_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		put(i);
	assert_int_equal(journal(), 3);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(move(i), 0); /* one script for both */
	assert_true(rig_outcome(move(2)));
	assert_int_equal(journal(), 0);
	holds(STORE_BACKLOG, 0, 2);
	/* the answer was lost: it is asked for again, beside one that is new */
	put(3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(move(i), 0);
	assert_true(rig_outcome(move(3)));
	holds(STORE_BACKLOG, 0, 3);
	assert_int_equal(length(), 4);
	assert_int_equal(journal(), 0);
}

/* A command that is too long leaves before the turn ends, and then what stands before it in the order leaves first. */
static uint64_t order[2];
static unsigned told;

static void on_ordered(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	assert_true(ok);
	if (told < 2 && (told == 0 || order[0] != token))
		order[told++] = token;
	rig_done = told == 2;
}

static void test_order_of_many(void **state)
{
	struct store_leg leg = {.id = ID};
	char cid[16];

	(void)state;
	assert_true(rig_outcome(store_receipt_put(rig_store, "mobile", 1, view_of("first"), &leg, rig_on_written, 0)));
	put(0);
	rig_done = false;
	told = 0;
	rig_leaving = 0;
	assert_int_equal(store_journal_put(rig_store, ID + 1, record(1), on_ordered, 1), 0);
	for (unsigned i = 0; i < 1100; i++) {
		snprintf(cid, sizeof(cid), "%u", i);
		assert_int_equal(store_receipt_put(rig_store, "mobile", 1, view_of(cid), &leg, on_ordered, 2), 0);
		assert_int_equal(rig_leaving, i >= 1024); /* told before the 1025th, with which the full ones leave */
	}
	rig_until(&rig_done);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 2);
}

static struct store_dead dead(unsigned n, bool from_journal, const char *entry)
{
	return (struct store_dead){.account = view_of("银行"),
				   .entry = view_of(entry),
				   .journal = from_journal,
				   .id = ID + n,
				   .rec = record(n),
				   .why = "ESME_RX_P_APPN"};
}

static void test_bury_once(void **state)
{
	struct store_dead d;

	(void)state;
	put(0);
	put(1);
	assert_true(rig_outcome(move(1)));
	read_all(STORE_BACKLOG);
	for (int again = 0; again < 2; again++) {
		d = dead(0, true, "");
		assert_true(rig_outcome(store_bury(rig_store, &d, rig_on_written, 0)));
		d = dead(1, true, entries[0].entry);
		assert_true(rig_outcome(store_bury(rig_store, &d, rig_on_written, 0)));
	}
	d = dead(2, false, ""); /* it stood nowhere */
	assert_true(rig_outcome(store_bury(rig_store, &d, rig_on_written, 0)));
	holds(STORE_DEADLETTER, 0, 2);
	assert_string_equal(entries[2].why, "ESME_RX_P_APPN");
	assert_int_equal(length(), 0);
	assert_int_equal(journal(), 0);
}

static struct {
	int moved;
	char next[48], last[48];
} shifted;

static void on_shifted(void *arg, uint64_t token, int moved, struct view next, struct view last)
{
	(void)arg;
	(void)token;
	shifted.moved = moved;
	snprintf(shifted.next, 48, "%.*s", (int)next.n, next.n ? (const char *)next.p : "");
	snprintf(shifted.last, 48, "%.*s", (int)last.n, last.n ? (const char *)last.p : "");
	rig_done = true;
}

static void shift(enum store_stream from, const char *after, const char *last)
{
	const struct store_shift what = {.account = view_of("银行"),
					 .from = from,
					 .after = view_of(after),
					 .last = view_of(last),
					 .count = 3,
					 .why = "age"};

	rig_done = false;
	assert_int_equal(store_shift(rig_store, &what, on_shifted, 0), 0);
	rig_until(&rig_done);
}

static void test_shift_in_pages(void **state)
{
	(void)state;
	shift(STORE_DEADLETTER, "0", "");
	assert_int_equal(shifted.moved, 0);
	assert_string_equal(shifted.next, "");
	for (unsigned i = 0; i < 8; i++)
		assert_true(rig_outcome(
			store_backlog_add(rig_store, view_of("银行"), ID + i, record(i), 0, rig_on_written, 0)));
	read_all(STORE_BACKLOG);
	char sixth[48];
	snprintf(sixth, sizeof(sixth), "%s", entries[5].entry);
	shift(STORE_BACKLOG, "", sixth);
	assert_int_equal(shifted.moved, 3);
	assert_string_equal(shifted.next, entries[2].entry);
	shift(STORE_BACKLOG, shifted.next, sixth);
	assert_int_equal(shifted.moved, 3);
	shift(STORE_BACKLOG, shifted.next, sixth);
	assert_int_equal(shifted.moved, 0);
	assert_string_equal(shifted.next, "");
	holds(STORE_BACKLOG, 6, 7);
	holds(STORE_DEADLETTER, 0, 5);
	assert_string_equal(entries[5].why, "age");
	/* and back, up to what was the youngest at the beginning */
	shift(STORE_DEADLETTER, "0", "");
	assert_string_equal(shifted.last, entries[5].entry);
	struct store_dead late = dead(9, false, "");
	assert_true(rig_outcome(store_bury(rig_store, &late, rig_on_written, 0)));
	char first_next[48], last[48];
	snprintf(first_next, sizeof(first_next), "%s", shifted.next);
	snprintf(last, sizeof(last), "%s", shifted.last);
	shift(STORE_DEADLETTER, first_next, last);
	assert_int_equal(shifted.moved, 3);
	assert_int_equal(length(), 8);
	holds(STORE_DEADLETTER, 9, 9);
}

/* What is not one of ours stays where it is, and does not keep the rest from moving. */
static void test_shift_beside_others(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		rig_raw("XADD 试:deadletter:银行 * name 别人的");
	struct store_dead d = dead(0, false, "");
	assert_true(rig_outcome(store_bury(rig_store, &d, rig_on_written, 0)));
	shift(STORE_DEADLETTER, "0", "");
	assert_int_equal(shifted.moved, 0);
	char next[48];
	snprintf(next, sizeof(next), "%s", shifted.next);
	shift(STORE_DEADLETTER, next, "");
	assert_int_equal(shifted.moved, 1);
	holds(STORE_BACKLOG, 0, 0);
	assert_int_equal(rig_raw("XLEN 试:deadletter:银行"), 4);
}

/* Redis is full: what takes before it gives is done, whole. */
static void test_full(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		put(i);
	rig_raw("CONFIG SET maxmemory 1");
	assert_false(rig_outcome(store_journal_put(rig_store, ID + 9, record(9), rig_on_written, 0)));
	assert_int_equal(move(0), 0);
	assert_true(rig_outcome(move(1)));
	struct store_dead d = dead(2, true, "");
	assert_true(rig_outcome(store_bury(rig_store, &d, rig_on_written, 0)));
	d = dead(8, false, ""); /* this one would be new */
	assert_false(rig_outcome(store_bury(rig_store, &d, rig_on_written, 0)));
	shift(STORE_DEADLETTER, "0", "");
	assert_int_equal(shifted.moved, 1);
	holds(STORE_BACKLOG, 0, 2);
	assert_int_equal(journal(), 1);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_move_once, empty),		 cmocka_unit_test_setup(test_order_of_many, empty),
	cmocka_unit_test_setup(test_bury_once, empty),		 cmocka_unit_test_setup(test_shift_in_pages, empty),
	cmocka_unit_test_setup(test_shift_beside_others, empty), cmocka_unit_test_setup(test_full, empty),
};

int main(void)
{
	return redis_rig_main(cases, sizeof(cases) / sizeof(cases[0]));
}
