/*
 * test_store_backlog.c - the scripts of the backlog and the dead letters, run by a real Redis: each is done once, also
 * when it is asked for twice, in pages, beside entries of others, and when Redis is full. Skipped without redis-server.
 */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/store.h"

#define LIMIT_MS 60000
#define ID	 612345678901200001ull /* and those behind it: one bucket of the journal */

static struct loop *loop;
static struct store *store;
static struct stats *stats;
static pid_t server;
static char dir[] = "/tmp/smppgw-backlog-XXXXXX";
static char address[64];
static bool up, done, worked;

/* --- turning until something has happened --- */

static bool *waited;

static void look(void *arg)
{
	(void)arg;
	if (*waited)
		loop_stop(loop);
}

static void on_limit(struct timer *t)
{
	(void)t;
	loop_stop(loop);
}

static void until(bool *flag)
{
	struct loop_hook hook = {.fn = look};
	struct timer limit = {.fn = on_limit};

	waited = flag;
	loop_hook(loop, LOOP_LOG, &hook);
	loop_timer(loop, &limit, LIMIT_MS);
	loop_wake_in(loop, 0);
	assert_int_equal(loop_run(loop), 0);
	loop_timer_clear(loop, &limit);
	loop_unhook(loop, &hook);
	assert_true(*flag);
}

static void on_written(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	(void)token;
	worked = ok;
	done = true;
}

/* The outcome of the write that was begun. */
static bool outcome(int begun)
{
	assert_int_equal(begun, 0);
	done = false;
	until(&done);
	return worked;
}

/* --- a command of the test's own --- */

static long long answer;

static void on_raw(const redisReply *reply, void *arg)
{
	(void)arg;
	answer = reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;
	if (reply && reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s", reply->str);
	done = true;
}

static long long raw(const char *text)
{
	struct buf cmd = {0};
	char copy[256], *at, *save = NULL;
	size_t n = 1;

	snprintf(copy, sizeof(copy), "%s", text);
	for (const char *p = text; *p; p++)
		n += *p == ' ';
	resp_start(&cmd, n);
	for (at = strtok_r(copy, " ", &save); at; at = strtok_r(NULL, " ", &save))
		resp_str(&cmd, at);
	done = false;
	assert_int_equal(redis_send(store_redis(store), buf_data(&cmd), buf_len(&cmd), on_raw, NULL), 0);
	buf_free(&cmd);
	until(&done);
	return answer;
}

static struct view record(unsigned n)
{
	static char text[64];

	snprintf(text, sizeof(text), "第%u条", n);
	return view_of(text);
}

static void put(unsigned n)
{
	assert_true(outcome(store_journal_put(store, ID + n, record(n), on_written, 0)));
}

static int move(unsigned n)
{
	return store_backlog_add(store, view_of("银行"), ID + n, record(n), ID + n, on_written, 0);
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
	done = true;
}

static void read_all(enum store_stream stream)
{
	static const struct store_backlog_reader reader = {on_entry, on_read};

	entries_n = 0;
	done = false;
	assert_int_equal(store_backlog_read(store, stream, view_of("银行"), (struct view){NULL, 0}, 100, &reader, 0),
			 0);
	until(&done);
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

static void on_length(void *arg, uint64_t token, int64_t count)
{
	(void)arg;
	(void)token;
	answer = count;
	done = true;
}

static long long length(void)
{
	done = false;
	assert_int_equal(store_backlog_length(store, view_of("银行"), on_length, 0), 0);
	until(&done);
	return answer;
}

static long long journal(void)
{
	char text[64];

	snprintf(text, sizeof(text), "HLEN 试:journal:7:%llu",
		 (unsigned long long)((1577836800000 + (ID / 100000 - 1000000000000)) / 10000));
	return raw(text);
}

static int empty(void **state)
{
	(void)state;
	raw("CONFIG SET maxmemory 0");
	raw("DEL 试:backlog:银行 试:deadletter:银行");
	for (unsigned i = 0; i < 32; i++)
		assert_true(outcome(store_journal_del(store, ID + i, on_written, 0)));
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
	assert_true(outcome(move(2)));
	assert_int_equal(journal(), 0);
	holds(STORE_BACKLOG, 0, 2);
	/* the answer was lost: it is asked for again, beside one that is new */
	put(3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(move(i), 0);
	assert_true(outcome(move(3)));
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
	done = told == 2;
}

static void test_order_of_many(void **state)
{
	struct store_leg leg = {.id = ID};
	char cid[16];

	(void)state;
	assert_true(outcome(store_receipt_put(store, "mobile", 1, view_of("first"), &leg, on_written, 0)));
	put(0);
	done = false;
	told = 0;
	assert_int_equal(store_journal_put(store, ID + 1, record(1), on_ordered, 1), 0);
	for (unsigned i = 0; i < 1100; i++) {
		snprintf(cid, sizeof(cid), "%u", i);
		assert_int_equal(store_receipt_put(store, "mobile", 1, view_of(cid), &leg, on_ordered, 2), 0);
	}
	until(&done);
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
	assert_true(outcome(move(1)));
	read_all(STORE_BACKLOG);
	for (int again = 0; again < 2; again++) {
		d = dead(0, true, "");
		assert_true(outcome(store_bury(store, &d, on_written, 0)));
		d = dead(1, true, entries[0].entry);
		assert_true(outcome(store_bury(store, &d, on_written, 0)));
	}
	d = dead(2, false, ""); /* it stood nowhere */
	assert_true(outcome(store_bury(store, &d, on_written, 0)));
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
	done = true;
}

static void shift(enum store_stream from, const char *after, const char *last)
{
	const struct store_shift what = {.account = view_of("银行"),
					 .from = from,
					 .after = view_of(after),
					 .last = view_of(last),
					 .count = 3,
					 .why = "age"};

	done = false;
	assert_int_equal(store_shift(store, &what, on_shifted, 0), 0);
	until(&done);
}

static void test_shift_in_pages(void **state)
{
	(void)state;
	shift(STORE_DEADLETTER, "0", "");
	assert_int_equal(shifted.moved, 0);
	assert_string_equal(shifted.next, "");
	for (unsigned i = 0; i < 8; i++)
		assert_true(outcome(store_backlog_add(store, view_of("银行"), ID + i, record(i), 0, on_written, 0)));
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
	assert_true(outcome(store_bury(store, &late, on_written, 0)));
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
		raw("XADD 试:deadletter:银行 * name 别人的");
	struct store_dead d = dead(0, false, "");
	assert_true(outcome(store_bury(store, &d, on_written, 0)));
	shift(STORE_DEADLETTER, "0", "");
	assert_int_equal(shifted.moved, 0);
	char next[48];
	snprintf(next, sizeof(next), "%s", shifted.next);
	shift(STORE_DEADLETTER, next, "");
	assert_int_equal(shifted.moved, 1);
	holds(STORE_BACKLOG, 0, 0);
	assert_int_equal(raw("XLEN 试:deadletter:银行"), 4);
}

/* Redis is full: what takes before it gives is done, whole. */
static void test_full(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		put(i);
	raw("CONFIG SET maxmemory 1");
	assert_false(outcome(store_journal_put(store, ID + 9, record(9), on_written, 0)));
	assert_int_equal(move(0), 0);
	assert_true(outcome(move(1)));
	struct store_dead d = dead(2, true, "");
	assert_true(outcome(store_bury(store, &d, on_written, 0)));
	d = dead(8, false, ""); /* this one would be new */
	assert_false(outcome(store_bury(store, &d, on_written, 0)));
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

/* --- the server --- */

static void on_up(void *arg)
{
	(void)arg;
	up = true;
}

static void on_down(void *arg)
{
	(void)arg;
}

static void on_taken(const char *owner, void *arg)
{
	(void)arg;
	fail_msg("%s has the journal", owner);
}

static bool have_server(void)
{
	return system("command -v redis-server >/dev/null 2>&1") == 0;
}

static void start_server(void)
{
	char path[48];

	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/redis.sock", dir);
	snprintf(address, sizeof(address), "unix:%s", path);
	server = fork();
	if (server == 0) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--dir", dir, "--save", "",
		       "--appendonly", "no", (char *)NULL);
		_exit(127);
	}
}

static void stop_server(void)
{
	char command[80];

	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", dir);
}

static int connect_to_it(void **state)
{
	static const struct store_ops ops = {on_up, on_down, on_taken};
	static struct store_conf conf = {.redis = address,
					 .user = "",
					 .password = "",
					 .prefix = "试:",
					 .deadline = 30000,
					 .reconnect = 10,
					 .receipt_horizon = 3600,
					 .deadletter_age = 86400};

	(void)state;
	store = store_new(loop, &conf, 7, &ops, NULL, stats);
	until(&up);
	return 0;
}

int main(void)
{
	int all = (int)(sizeof(cases) / sizeof(cases[0]));

	if (!have_server()) {
		printf("skipped: there is no redis-server to run the scripts\n0 passed, 0 failed, %d skipped\n", all);
		return 0;
	}
	start_server();
	loop = loop_new();
	stats = stats_new();
	int failed = cmocka_run_group_tests(cases, connect_to_it, NULL);
	if (failed < 0 || failed > all)
		failed = all;
	store_free(store);
	stats_free(stats);
	loop_free(loop);
	stop_server();
	fflush(stderr);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
