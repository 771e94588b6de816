/*
 * test_redis_script.c - the connection where replies come when the test wants them: replies that each mean much work,
 * many who wait when it is lost, servers that refuse, load, send elsewhere or talk garbage.
 */
#include <signal.h>
#include "redis_rig.h"

/* -- replies that come together, each of which means much work -- */

static uint64_t last_turn;

/* A reply that takes all of a turn. */
static void expect_slow(const redisReply *reply, void *arg)
{
	redis_rig_expect_number(reply, arg);
	assert_true(loop_turns(rig.loop) != last_turn); /* each in a turn of its own */
	last_turn = loop_turns(rig.loop);
	while (!loop_is_long(rig.loop))
		;
}

static void ask_slow(uintptr_t n)
{
	last_turn = UINT64_MAX;
	for (uintptr_t i = 1; i <= n; i++)
		assert_int_equal(redis_rig_command(expect_slow, (void *)i, 1, "PING"), 0);
}

static void test_slow_replies(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", ":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n", ":1\r\n", NULL};

	(void)state;
	redis_rig_script(lines);
	redis_rig_connect();
	ask_slow(5);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 5);
	ask_slow(1); /* it is read from again */
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 6);
	assert_int_equal(rig.downs, 0);
	redis_rig_script_end();
}

/* Freed by one that was held, while others are: these are called back with NULL. */
static void test_free_in_slow_reply(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", ":1\r\n+PONG\r\n:3\r\n:4\r\n", NULL};
	bool freed = false;
	unsigned rest = 0;

	(void)state;
	redis_rig_script(lines);
	redis_rig_connect();
	ask_slow(1);
	assert_int_equal(redis_rig_command(redis_rig_free_in_reply, &freed, 1, "PING"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(redis_rig_command(redis_rig_expect_null, &rest, 1, "PING"), 0);
	redis_rig_until(redis_rig_is_freed);
	assert_true(freed);
	assert_int_equal(rest, 2);
	redis_rig_script_end();
}

/* A held reply ends the connection: what is held behind it is not known. */
static void test_lost_by_slow_reply(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", ":1\r\n-READONLY replica\r\n:3\r\n:4\r\n", NULL};
	unsigned rest = 0;

	(void)state;
	redis_rig_script(lines);
	redis_rig_connect();
	ask_slow(1);
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(redis_rig_command(redis_rig_expect_null, &rest, 1, "PING"), 0);
	redis_rig_until(redis_rig_is_down);
	assert_int_equal(rig.answered, 2);
	assert_int_equal(rig.errors, 1);
	assert_int_equal(rest, 2);
	assert_non_null(strstr(rig.last_reason, "READONLY"));
	redis_rig_script_end();
}

/* -- many who wait on a connection that is lost -- */

static unsigned told;

/* Told in their order; as much work as a turn may have. */
static void expect_slow_null(const redisReply *reply, void *arg)
{
	assert_null(reply);
	assert_int_equal(++told, (uintptr_t)arg);
	assert_int_equal(rig.downs, 0);
	assert_false(redis_up(rig.redis));
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), -1); /* not from in here */
	while (!loop_is_long(rig.loop))
		;
}

/* In the turns between: taken, and told behind all others. */
static void send_while_falling(void *arg)
{
	unsigned *sent = arg;

	if (told == 0 || rig.downs > 0 || redis_pending(rig.redis) == 0 || *sent == 20)
		return;
	assert_int_equal(redis_rig_command(expect_slow_null, (void *)(uintptr_t)(200 + ++*sent), 1, "PING"), 0);
}

static bool is_told(void)
{
	return rig.downs > 0 && rig.nulls == 0;
}

static void test_many_wait_when_lost(void **state)
{
	struct loop_hook hook = {.fn = send_while_falling};
	unsigned sent = 0;

	(void)state;
	redis_rig_server();
	redis_rig_connect();
	rig.conf.reconnect_ms = 1; /* it is up again only behind all of that */
	kill(rig.server, SIGSTOP);
	told = 0;
	for (uintptr_t i = 1; i <= 200; i++)
		assert_int_equal(redis_rig_command(expect_slow_null, (void *)i, 1, "PING"), 0);
	redis_flush(rig.redis);
	redis_rig_server_end();
	redis_rig_server();
	hook.arg = &sent;
	loop_hook(rig.loop, LOOP_PUMP, &hook);
	uint64_t turns = loop_turns(rig.loop);
	redis_rig_until(is_told);
	loop_unhook(rig.loop, &hook);
	assert_true(sent > 0);
	assert_int_equal(told, 200 + sent);
	assert_int_equal(rig.downs, 1);
	assert_true(loop_turns(rig.loop) - turns >= 10); /* 8 or 9 in a turn that is long by the first of them */
	assert_int_equal(rig.ups, 1);
	redis_rig_until(redis_rig_is_up_again);
	assert_int_equal(rig.ups, 2);
}

/* Freed by one of those who are told, while others wait: they are told in that moment. */
static void test_free_while_falling(void **state)
{
	unsigned freed = 0, rest = 0;

	(void)state;
	redis_rig_server();
	redis_rig_connect();
	kill(rig.server, SIGSTOP);
	told = 0;
	for (uintptr_t i = 1; i <= 20; i++)
		assert_int_equal(redis_rig_command(expect_slow_null, (void *)i, 1, "PING"), 0);
	assert_int_equal(redis_rig_command(redis_rig_free_at_null, &freed, 1, "PING"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(redis_rig_command(redis_rig_expect_null, &rest, 1, "PING"), 0);
	redis_flush(rig.redis);
	redis_rig_server_end();
	redis_rig_until(redis_rig_is_freed);
	assert_int_equal(freed, 1);
	assert_int_equal(told, 20);
	assert_int_equal(rest, 3);
	assert_int_equal(rig.downs, 0);
}

static void test_loading(void **state)
{
	static const char *const lines[] = {"-LOADING Redis is loading the dataset in memory\r\n",
					    "-BUSY a script is running\r\n", "-LOADING still\r\n", "+PONG\r\n", NULL};

	(void)state;
	redis_rig_script(lines);
	rig.conf.deadline_ms = 400; /* LOADING is an answer: a long load is no silence */
	redis_rig_open();
	redis_rig_until(redis_rig_is_up);
	assert_null(*rig.script);
	assert_int_equal(rig.connections, 1);
	redis_rig_script_end();
}

static bool three_connections(void)
{
	return rig.connections >= 3;
}

static void test_refused_at_greeting(void **state)
{
	static const char *const lines[] = {"-ERR max number of clients reached\r\n",
					    "-NOAUTH Authentication required.\r\n", NULL};

	(void)state;
	redis_rig_script(lines);
	redis_rig_open();
	redis_rig_until(three_connections);
	assert_int_equal(rig.ups + rig.downs, 0);
	redis_rig_script_end();
}

/* A server that says that it is not the one to talk to: that command has its reply, the one behind it NULL, and the
 * address is tried again. */
static void test_elsewhere(void **state)
{
	static const char *const said[] = {
		"-READONLY You can't write against a read only replica.\r\n",
		"-LOADING Redis is loading the dataset in memory\r\n",
		"-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
		"-CLUSTERDOWN The cluster is down\r\n",
		"-MOVED 3999 127.0.0.1:6381\r\n",
		"-ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		const char *const lines[] = {"+PONG\r\n", said[i],   "-MASTERDOWN still\r\n",
					     "+PONG\r\n", "+OK\r\n", NULL};
		rig.ups = rig.downs = 0;
		rig.answered = rig.errors = rig.nulls = 0;
		redis_rig_script(lines);
		redis_rig_connect();
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 3, "SET", "k", "短信"), 0);
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 3, "SET", "k", "验证码"), 0);
		redis_rig_until(redis_rig_is_up_again);
		assert_int_equal(rig.errors, 1);
		assert_int_equal(rig.nulls, 1);
		assert_int_equal(rig.downs, 1);
		assert_non_null(strstr(said[i], rig.last_reason));
		assert_int_equal(rig.connections, 3);
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 3, "SET", "k", "短信"), 0);
		redis_rig_until(redis_rig_none_waits);
		assert_int_equal(rig.answered, 2);
		assert_int_equal(rig.downs, 1);
		redis_rig_script_end();
	}
}

static void test_garbage(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", "HTTP/1.1 400 Bad Request\r\n", NULL};

	(void)state;
	redis_rig_script(lines);
	redis_rig_connect();
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), 0);
	redis_rig_until(redis_rig_is_down);
	assert_int_equal(rig.nulls, 1);
	assert_non_null(strstr(rig.last_reason, "Protocol error"));
	redis_rig_script_end();
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, redis_rig_begin, redis_rig_end)
static const struct CMUnitTest cases[] = {
	CASE(test_slow_replies),	CASE(test_free_in_slow_reply), CASE(test_lost_by_slow_reply),
	CASE(test_many_wait_when_lost), CASE(test_free_while_falling), CASE(test_loading),
	CASE(test_refused_at_greeting), CASE(test_elsewhere),	       CASE(test_garbage),
};

static int group(void)
{
	return cmocka_run_group_tests(cases, NULL, NULL);
}

int main(void)
{
	return redis_rig_run(group, (int)(sizeof(cases) / sizeof(cases[0])));
}
