/*
 * test_store_event.c - events into a real Redis, and the script that reads them: one reader at a time, from its cursor
 * on, each entry once, what was trimmed counted. Skipped without redis-server.
 */
#include "path/store_event.h"

#include <stdlib.h>
#include <time.h>

#include "path/store_feed.h"
#include "redis_rig.h"
#include "unit.h"

#define LINES 1000

static struct event_log *events;
static struct stats *counts;
static bool quiet;

static void look(void *arg)
{
	(void)arg;
	quiet = event_log_quiet(events);
}

static void write_lines(unsigned from, unsigned n)
{
	struct loop_hook hook = {.fn = look};
	for (unsigned i = from; i < from + n; i++) {
		buf_printf(event_log_room(events), "{\"e\":\"sent\",\"id\":\"第%u条\"}", i);
		event_log_line(events);
	}
	quiet = false;
	loop_hook(rig_loop, LOOP_LOG, &hook);
	rig_until(&quiet);
	loop_unhook(rig_loop, &hook);
}

static struct {
	bool done, ok, held;
	uint64_t lost, left;
	size_t n, lines;
	char last[64];
} got;

static void on_feed(void *arg, bool ok, const struct store_feed *feed)
{
	(void)arg;
	got.ok = ok;
	got.held = feed->held;
	got.lost = feed->lost;
	got.left = feed->left;
	got.n = feed->n;
	got.lines = 0;
	for (size_t i = 0; i < feed->n; i++) {
		struct store_feed_entry e = store_feed_entry(feed, i);
		for (uint32_t k = 0; k < e.lines.n; k++)
			got.lines += e.lines.p[k] == '\n';
		got.lines++;
		snprintf(got.last, sizeof(got.last), "%.*s", (int)e.id.n, (const char *)e.id.p);
	}
	got.done = true;
}

static void feed(const char *owner, const char *known, const char *done, unsigned done_n, unsigned count)
{
	struct store_feed_ask a = {"数据", owner, known, done, done_n, count};
	got.done = false;
	assert_int_equal(store_feed(rig_store, &a, on_feed, NULL), 0);
	rig_until(&got.done);
	assert_true(got.ok);
}

/* Few entries for many lines; a reader that is new begins behind them. */
static void test_written(void **state)
{
	(void)state;
	write_lines(1, LINES);
	assert_int_equal(rig_raw("XLEN 试:event"), (LINES + EVENT_LINES - 1) / EVENT_LINES);
	feed("甲", "", "", 0, 10);
	assert_true(got.held);
	assert_int_equal(got.n, 0);
	assert_int_equal(got.left, 0);
}

static void test_read_once(void **state)
{
	(void)state;
	char first[64];
	write_lines(1, 100);
	feed("甲", "", "", 0, 1);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.lines, 64);
	assert_int_equal(got.left, 2);
	memcpy(first, got.last, sizeof(first));
	feed("乙", "", first, 1, 10); /* another gateway: it has not the lease, and moves nothing */
	assert_false(got.held);
	feed("甲", "", "", 0, 1);
	assert_string_equal(got.last, first);
	feed("甲", "", first, 1, 10);
	assert_int_equal(got.lines, 36);
	feed("甲", "", first, 1, 10); /* the answer was lost: told again, it is not counted twice */
	assert_int_equal(got.lines, 36);
	assert_int_equal(got.left, 1);
	feed("甲", "", got.last, 1, 10);
	assert_int_equal(got.n, 0);
	assert_int_equal(got.left, 0);
	assert_int_equal(got.lost, 0);
}

static void test_trimmed(void **state)
{
	(void)state;
	write_lines(1, 64);
	write_lines(65, 64);
	write_lines(129, 64);
	rig_raw("XTRIM 试:event MAXLEN = 1");
	feed("甲", "", "", 0, 10);
	assert_int_equal(got.lost, 2);
	assert_int_equal(got.n, 1);
	feed("甲", "", got.last, 1, 10);
	assert_int_equal(got.lost, 0);
	assert_int_equal(got.left, 0);
}

static int64_t wall_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* Redis has lost everything: a process that knows how far it was goes on from there, with what is new. */
static void test_lost(void **state)
{
	(void)state;
	char known[64];
	memcpy(known, got.last, sizeof(known));
	rig_raw("DEL 试:event 试:event:cursor:数据 试:event:lease:数据");
	while (wall_ms() <= strtoll(known, NULL, 10)) /* ids of the new stream are later than what is known */
		;
	write_lines(1, 10);
	feed("乙", known, "", 0, 10);
	assert_true(got.held);
	assert_int_equal(got.lines, 10);
	store_feed_leave(rig_store, "数据", "乙");
	feed("甲", "", "", 0, 0);
	assert_true(got.held);
	assert_int_equal(got.n, 0);
	assert_int_equal(got.left, 1);
}

static void take_the_turn(struct timer *t)
{
	while (!loop_is_long(rig_loop))
		;
	loop_timer(rig_loop, t, 0);
}

/* Very much that waits, as when Redis was away, leaves in turns that have little time left for it: in order, all of it.
 */
static void test_much_in_steps(void **state)
{
	(void)state;
	struct timer busy = {.fn = take_the_turn};
	rig_raw("DEL 试:event");
	write_lines(1, 1);
	uint64_t turns = loop_turns(rig_loop);
	loop_timer(rig_loop, &busy, 0);
	write_lines(1, 100 * EVENT_LINES);
	assert_true(loop_turns(rig_loop) - turns >= 3);
	loop_timer_clear(rig_loop, &busy);
	assert_int_equal(rig_raw("XLEN 试:event"), 101);
}

/* About as many lines stay as are kept, however many stand in an entry. */
static void test_kept(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		write_lines(1, 6400);
	assert_in_range(rig_raw("XLEN 试:event"), 150, 500); /* 10,000 of 64: 157, and whole nodes of the stream */
}

static int begin(void **state)
{
	(void)state;
	counts = stats_new();
	events = event_log_new(rig_loop, counts);
	event_log_use(events, rig_store);
	event_log_keep(events, 10000);
	return 0;
}

static int end(void **state)
{
	(void)state;
	event_log_free(events);
	stats_free(counts);
	return 0;
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_written, begin),
	cmocka_unit_test(test_read_once),
	cmocka_unit_test(test_trimmed),
	cmocka_unit_test(test_lost),
	cmocka_unit_test(test_much_in_steps),
	cmocka_unit_test_teardown(test_kept, end),
};

int main(void)
{
	return redis_rig_main(cases, sizeof(cases) / sizeof(cases[0]));
}
