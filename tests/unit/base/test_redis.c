/*
 * test_redis.c - the connection against a real redis-server on a unix socket: order, much to write, killed, stopped,
 * restarted, freed in any of its calls; and addresses. What a real one does not do on demand: test_redis_script.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "redis_rig.h"
#include "base/log.h"
#include "base/net.h"

static void test_order_and_pipeline(void **state)
{
	(void)state;
	redis_rig_server();
	redis_rig_connect();
	for (uintptr_t i = 1; i <= 20000; i++)
		assert_int_equal(
			redis_rig_command(i % 3 == 0 ? NULL : redis_rig_expect_number, (void *)i, 2, "INCR", "n"), 0);
	assert_int_equal(redis_pending(rig.redis), 20000);
	redis_flush(rig.redis);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 20000 - 20000 / 3);
	assert_int_equal(redis_lag_us(rig.redis), 0);
	assert_int_equal(rig.downs, 0);
}

static void send_in_pump(void *arg)
{
	unsigned *left = arg;

	if (*left > 0 && redis_up(rig.redis)) {
		--*left;
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), 0);
	}
}

static bool three_answers(void)
{
	return rig.answered == 3;
}

/* Commands that nobody flushes leave at the end of the turn. */
static void test_unflushed_commands_leave(void **state)
{
	unsigned left = 3;
	struct loop_hook hook = {.fn = send_in_pump, .arg = &left};

	(void)state;
	redis_rig_server();
	loop_hook(rig.loop, LOOP_PUMP, &hook);
	redis_rig_connect();
	redis_rig_until(three_answers);
	loop_unhook(rig.loop, &hook);
}

/* Connected to a server that has stopped; a value of so many octets, the caller's. */
static char *begin_behind(size_t size)
{
	char *value = malloc(size + 1);

	memset(value, 'x', size);
	value[size] = '\0';
	redis_rig_server();
	redis_rig_connect();
	kill(rig.server, SIGSTOP);
	return value;
}

/* 16 MB to a server that does not read: the rest waits for the socket, in order. */
static void test_partial_writes(void **state)
{
	enum { SIZE = 1 << 20 };
	char *value = begin_behind(SIZE);

	(void)state;
	for (uintptr_t i = 1; i <= 16; i++) {
		assert_int_equal(
			redis_rig_command(redis_rig_expect_number, (void *)(i * SIZE), 3, "APPEND", "k", value), 0);
		redis_flush(rig.redis);
	}
	assert_true(redis_octets(rig.redis) > 8 * SIZE);
	kill(rig.server, SIGCONT);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 16);
	assert_int_equal(redis_octets(rig.redis), 0);
	free(value);
}

static void test_error_replies_as_they_are(void **state)
{
	(void)state;
	redis_rig_server();
	redis_rig_connect();
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 4, "CONFIG", "SET", "maxmemory", "1"), 0);
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 3, "SET", "k", "短信"), 0);
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "NONSENSE"), 0);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 3);
	assert_int_equal(rig.errors, 2);
	assert_true(redis_up(rig.redis));
}

/* kill -9 while commands wait: each is called back once with NULL, then on_down; a new server is found by itself. */
static void test_killed_and_restarted(void **state)
{
	(void)state;
	redis_rig_server();
	redis_rig_connect();
	kill(rig.server, SIGSTOP);
	for (int i = 0; i < 500; i++)
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 2, "INCR", "n"), 0);
	redis_flush(rig.redis);
	redis_rig_server_end();
	redis_rig_until(redis_rig_is_down);
	assert_int_equal(rig.nulls, 500);
	assert_int_equal(rig.downs, 1);
	assert_true(rig.last_reason[0] != '\0');
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), -1);
	redis_rig_server();
	redis_rig_until(redis_rig_is_up_again);
	rig.downs = 0;
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), 0);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 1);
	assert_int_equal(rig.nulls, 500);
}

/* The same with much that has not been written: none of it reaches the new server. */
static void test_killed_while_far_behind(void **state)
{
	enum { SIZE = 10000 };
	char *value = begin_behind(SIZE);

	(void)state;
	for (int i = 0; i < 500; i++)
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 3, "APPEND", "k", value), 0);
	redis_flush(rig.redis);
	assert_true(redis_octets(rig.redis) > 0);
	redis_rig_server_end();
	redis_rig_until(redis_rig_is_down);
	assert_int_equal(rig.nulls, 500);
	assert_int_equal(redis_octets(rig.redis), 0);
	redis_rig_server();
	redis_rig_until(redis_rig_is_up_again);
	rig.downs = 0;
	assert_int_equal(redis_rig_command(redis_rig_expect_number, (void *)1, 3, "APPEND", "k", "1"), 0);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 1);
	free(value);
}

static void test_killed_while_idle(void **state)
{
	(void)state;
	redis_rig_server();
	redis_rig_connect();
	redis_rig_server_end();
	redis_rig_until(redis_rig_is_down);
	assert_int_equal(rig.nulls, 0);
	assert_int_equal(rig.downs, 1);
}

static void test_deadline(void **state)
{
	(void)state;
	redis_rig_server();
	redis_rig_connect();
	rig.conf.deadline_ms = 200;
	kill(rig.server, SIGSTOP);
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), 0);
	redis_rig_until(redis_rig_is_down);
	assert_string_equal(rig.last_reason, "no reply within 200 ms");
	assert_int_equal(rig.nulls, 1);
	kill(rig.server, SIGCONT);
	redis_rig_until(redis_rig_is_up_again);
	assert_int_equal(rig.downs, 1);
}

static void find_db(const redisReply *reply, void *arg)
{
	assert_non_null(reply);
	assert_int_equal(reply->type, REDIS_REPLY_STRING);
	assert_non_null(strstr(reply->str, arg));
	rig.answered++;
}

/* -- what the log says -- */

static FILE *log_file;
static char log_text_now[65536];
static const char *awaited;

static void open_log(void)
{
	log_file = tmpfile();
	assert_non_null(log_file);
	log_open(fileno(log_file), LOG_LEVEL_WARN, true);
}

static void close_log(void)
{
	log_close();
	log_set_level(LOG_LEVEL_ERROR);
	fclose(log_file);
}

static bool failed_twice(void)
{
	log_flush();
	ssize_t n = pread(fileno(log_file), log_text_now, sizeof(log_text_now) - 1, 0);
	log_text_now[n > 0 ? n : 0] = '\0';
	const char *first = strstr(log_text_now, awaited);
	return first != NULL && strstr(first + 1, awaited) != NULL;
}

static void test_password_and_database(void **state)
{
	(void)state;
	redis_rig_server_with("--requirepass", "秘密");
	rig.conf.password = "错的";
	open_log();
	redis_rig_open();
	awaited = "reason=\"WRONGPASS";
	redis_rig_until(failed_twice);
	assert_null(strstr(log_text_now, rig.conf.password));
	close_log();
	assert_int_equal(rig.ups, 0);
	assert_int_equal(rig.downs, 0); /* it never was up */
	redis_free(rig.redis);
	rig.conf.password = "秘密";
	rig.conf.user = "default";
	rig.conf.db = 3;
	redis_rig_connect();
	assert_int_equal(redis_rig_command(find_db, " db=3 ", 2, "CLIENT", "INFO"), 0);
	redis_rig_until(redis_rig_none_waits);
	assert_int_equal(rig.answered, 1);
}

static void test_free_in_reply(void **state)
{
	bool freed = false;
	unsigned rest = 0;

	(void)state;
	redis_rig_server();
	redis_rig_connect();
	assert_int_equal(redis_rig_command(redis_rig_free_in_reply, &freed, 1, "PING"), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(redis_rig_command(redis_rig_expect_null, &rest, 1, "PING"), 0);
	redis_rig_until(redis_rig_is_freed);
	assert_true(freed);
	assert_int_equal(rest, 10);
	assert_int_equal(rig.downs, 0);
}

/* Freed by the first of many that are called back with NULL: the others still are, on_down is not. */
static void test_free_at_null(void **state)
{
	unsigned rest = 0;

	(void)state;
	redis_rig_server();
	redis_rig_connect();
	kill(rig.server, SIGSTOP);
	assert_int_equal(redis_rig_command(redis_rig_free_at_null, &rest, 1, "PING"), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(redis_rig_command(redis_rig_expect_null, &rest, 1, "PING"), 0);
	redis_rig_server_end();
	redis_rig_until(redis_rig_is_freed);
	assert_int_equal(rest, 11);
	assert_int_equal(rig.downs, 0);
}

static void free_at_down(void *arg, const char *reason)
{
	redis_rig_on_down(arg, reason);
	redis_free(rig.redis);
	rig.redis = NULL;
}

static void test_free_at_down(void **state)
{
	static const struct redis_ops freeing = {redis_rig_on_up, free_at_down};

	(void)state;
	redis_rig_server();
	rig.redis = redis_new(rig.loop, &rig.conf, &freeing, &rig.conf);
	redis_rig_until(redis_rig_is_up);
	kill(rig.server, SIGSTOP);
	assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), 0);
	redis_rig_server_end();
	redis_rig_until(redis_rig_is_freed);
	assert_int_equal(rig.nulls, 1);
	assert_int_equal(rig.downs, 1);
}

static void test_free_while_connecting(void **state)
{
	(void)state;
	redis_rig_server();
	redis_rig_open();
	redis_free(rig.redis);
	rig.redis = NULL;
	assert_int_equal(rig.ups + rig.downs, 0);
}

static void test_tcp_with_nobody_there(void **state)
{
	struct net_addr a;
	const char *why;
	char text[64];

	(void)state;
	assert_int_equal(net_resolve("127.0.0.1", 0, &a, &why), 0);
	int fd = net_listen(&a, 1);
	assert_int_equal(getsockname(fd, (void *)&a.ss, &a.len), 0);
	net_print(&a, text);
	close(fd);
	rig.conf.address = text;
	open_log();
	redis_rig_open();
	awaited = "reason=\"Connection refused";
	redis_rig_until(failed_twice);
	assert_non_null(strstr(log_text_now, text));
	close_log();
	assert_int_equal(rig.ups + rig.downs, 0);
}

static void test_addresses(void **state)
{
	static const char *const good[] = {"127.0.0.1:6379", "[::1]:6379", "redis.example:1", "unix:/run/redis.sock"};
	static const char *const bad[] = {"",	     "127.0.0.1", "::1:6379",	     "host:", "host:0", "host:65536",
					  "host:1x", "unix:",	  "unix:redis.sock", "[]:1",  ":6379"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(redis_address_ok(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(redis_address_ok(bad[i]));
	rig.conf.address = "nonsense";
	redis_rig_open(); /* tries again, says why in the log */
	assert_false(redis_up(rig.redis));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, redis_rig_begin, redis_rig_end)
static const struct CMUnitTest cases[] = {
	CASE(test_order_and_pipeline),
	CASE(test_unflushed_commands_leave),
	CASE(test_partial_writes),
	CASE(test_error_replies_as_they_are),
	CASE(test_killed_and_restarted),
	CASE(test_killed_while_far_behind),
	CASE(test_killed_while_idle),
	CASE(test_deadline),
	CASE(test_password_and_database),
	CASE(test_free_in_reply),
	CASE(test_free_at_null),
	CASE(test_free_at_down),
	CASE(test_free_while_connecting),
	CASE(test_tcp_with_nobody_there),
	CASE(test_addresses),
};

static int group(void)
{
	return cmocka_run_group_tests(cases, NULL, NULL);
}

int main(void)
{
	return redis_rig_run(group, (int)(sizeof(cases) / sizeof(cases[0])));
}
