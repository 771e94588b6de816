/*
 * test_redis.c - the connection against a real redis-server on a unix socket (killed, stopped, restarted), and against
 * a scripted server for what a real one does not do on demand.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "unit.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/net.h"
#include "base/redis.h"

#define PATIENCE_MS 120000

static char dir[] = "/tmp/test_redis.XXXXXX", path[64], address[80], last_reason[300];
static struct loop *loop;
static struct redis *redis;
static struct redis_conf conf;
static pid_t server;
static unsigned ups, downs, answered, nulls, errors;
static bool (*done)(void);
static bool late;

/* -- the real server -- */

static void start_server_with(const char *option, const char *value)
{
	server = fork();
	assert_true(server >= 0);
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* it never outlives a failing test */
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
		       "--appendonly", "no", "--dir", dir, "--loglevel", "warning", option, value, (char *)NULL);
		_exit(127);
	}
}

static void start_server(void)
{
	start_server_with("--databases", "16");
}

static void end_server(void)
{
	if (server <= 0)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	server = 0;
	unlink(path);
}

/* -- the loop -- */

static void on_up(void *arg)
{
	assert_ptr_equal(arg, &conf);
	ups++;
}

static void on_down(void *arg, const char *reason)
{
	assert_ptr_equal(arg, &conf);
	snprintf(last_reason, sizeof(last_reason), "%s", reason);
	downs++;
	if (redis != NULL) {
		assert_int_equal(redis_pending(redis), 0); /* all were called back before */
		assert_false(redis_up(redis));
	}
}

static const struct redis_ops ops = {on_up, on_down};

static void check_done(void *arg)
{
	(void)arg;
	if (done())
		loop_stop(loop);
}

static void too_late(struct timer *t)
{
	(void)t;
	late = true;
	loop_stop(loop);
}

static void run_until(bool (*condition)(void))
{
	struct loop_hook hook = {.fn = check_done};
	struct timer guard = {.fn = too_late};

	done = condition;
	late = false;
	loop_hook(loop, LOOP_LOG, &hook);
	loop_timer(loop, &guard, PATIENCE_MS);
	loop_wake_in(loop, 0); /* commands queued outside of a turn leave with the first */
	if (!condition())
		assert_int_equal(loop_run(loop), 0);
	loop_timer_clear(loop, &guard);
	loop_unhook(loop, &hook);
	if (late)
		fail_msg("waited too long: ups=%u downs=%u answered=%u nulls=%u", ups, downs, answered, nulls);
}

static bool is_up(void)
{
	return redis_up(redis);
}
static bool is_down(void)
{
	return downs > 0;
}
static bool none_waits(void)
{
	return redis_pending(redis) == 0;
}

static int begin(void **state)
{
	(void)state;
	ups = downs = answered = nulls = errors = 0;
	last_reason[0] = '\0';
	conf = (struct redis_conf){
		.address = address, .user = "", .password = "", .deadline_ms = 10000, .reconnect_ms = 20};
	loop = loop_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	redis_free(redis);
	redis = NULL;
	loop_free(loop);
	end_server();
	return 0;
}

static void connect_up(void)
{
	redis = redis_new(loop, &conf, &ops, &conf);
	run_until(is_up);
	assert_int_equal(ups, 1);
}

static int command(redis_fn fn, void *arg, size_t n, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, n);
	resp_start(&b, n);
	for (size_t i = 0; i < n; i++)
		resp_str(&b, va_arg(ap, const char *));
	va_end(ap);
	int rc = redis_send(redis, buf_data(&b), buf_len(&b), fn, arg);
	buf_free(&b);
	return rc;
}

static void count_reply(const redisReply *reply, void *arg)
{
	(void)arg;
	if (reply == NULL) {
		nulls++;
		assert_int_equal(downs, 0);
		assert_int_equal(command(count_reply, NULL, 1, "PING"), -1);
	} else {
		answered++;
		errors += reply->type == REDIS_REPLY_ERROR;
	}
}

/* -- tests -- */

static void expect_number(const redisReply *reply, void *arg)
{
	assert_non_null(reply);
	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	assert_int_equal(reply->integer, (uintptr_t)arg);
	answered++;
}

static void test_order_and_pipeline(void **state)
{
	(void)state;
	start_server();
	connect_up();
	for (uintptr_t i = 1; i <= 20000; i++)
		assert_int_equal(command(i % 3 == 0 ? NULL : expect_number, (void *)i, 2, "INCR", "n"), 0);
	assert_int_equal(redis_pending(redis), 20000);
	redis_flush(redis);
	run_until(none_waits);
	assert_int_equal(answered, 20000 - 20000 / 3);
	assert_int_equal(redis_lag_us(redis), 0);
	assert_int_equal(downs, 0);
}

static void send_in_pump(void *arg)
{
	unsigned *left = arg;

	if (*left > 0 && redis_up(redis)) {
		--*left;
		assert_int_equal(command(count_reply, NULL, 1, "PING"), 0);
	}
}

static bool three_answers(void)
{
	return answered == 3;
}

/* Commands that nobody flushes leave at the end of the turn. */
static void test_unflushed_commands_leave(void **state)
{
	unsigned left = 3;
	struct loop_hook hook = {.fn = send_in_pump, .arg = &left};

	(void)state;
	start_server();
	loop_hook(loop, LOOP_PUMP, &hook);
	connect_up();
	run_until(three_answers);
	loop_unhook(loop, &hook);
}

/* Connected to a server that has stopped; a value of so many octets, the caller's. */
static char *begin_behind(size_t size)
{
	char *value = malloc(size + 1);

	memset(value, 'x', size);
	value[size] = '\0';
	start_server();
	connect_up();
	kill(server, SIGSTOP);
	return value;
}

/* 16 MB to a server that does not read: the rest waits for the socket, in order. */
static void test_partial_writes(void **state)
{
	enum { SIZE = 1 << 20 };
	char *value = begin_behind(SIZE);

	(void)state;
	for (uintptr_t i = 1; i <= 16; i++) {
		assert_int_equal(command(expect_number, (void *)(i * SIZE), 3, "APPEND", "k", value), 0);
		redis_flush(redis);
	}
	assert_true(redis_octets(redis) > 8 * SIZE);
	kill(server, SIGCONT);
	run_until(none_waits);
	assert_int_equal(answered, 16);
	assert_int_equal(redis_octets(redis), 0);
	free(value);
}

static void test_error_replies_as_they_are(void **state)
{
	(void)state;
	start_server();
	connect_up();
	assert_int_equal(command(count_reply, NULL, 4, "CONFIG", "SET", "maxmemory", "1"), 0);
	assert_int_equal(command(count_reply, NULL, 3, "SET", "k", "短信"), 0);
	assert_int_equal(command(count_reply, NULL, 1, "NONSENSE"), 0);
	run_until(none_waits);
	assert_int_equal(answered, 3);
	assert_int_equal(errors, 2);
	assert_true(redis_up(redis));
}

static bool is_up_again(void)
{
	return ups == 2;
}

/* kill -9 while commands wait: each is called back once with NULL, then on_down; a new server is found by itself. */
static void test_killed_and_restarted(void **state)
{
	(void)state;
	start_server();
	connect_up();
	kill(server, SIGSTOP);
	for (int i = 0; i < 500; i++)
		assert_int_equal(command(count_reply, NULL, 2, "INCR", "n"), 0);
	redis_flush(redis);
	end_server();
	run_until(is_down);
	assert_int_equal(nulls, 500);
	assert_int_equal(downs, 1);
	assert_true(last_reason[0] != '\0');
	assert_int_equal(command(count_reply, NULL, 1, "PING"), -1);
	start_server();
	run_until(is_up_again);
	downs = 0;
	assert_int_equal(command(count_reply, NULL, 1, "PING"), 0);
	run_until(none_waits);
	assert_int_equal(answered, 1);
	assert_int_equal(nulls, 500);
}

/* The same with much that has not been written: none of it reaches the new server. */
static void test_killed_while_far_behind(void **state)
{
	enum { SIZE = 10000 };
	char *value = begin_behind(SIZE);

	(void)state;
	for (int i = 0; i < 500; i++)
		assert_int_equal(command(count_reply, NULL, 3, "APPEND", "k", value), 0);
	redis_flush(redis);
	assert_true(redis_octets(redis) > 0);
	end_server();
	run_until(is_down);
	assert_int_equal(nulls, 500);
	assert_int_equal(redis_octets(redis), 0);
	start_server();
	run_until(is_up_again);
	downs = 0;
	assert_int_equal(command(expect_number, (void *)1, 3, "APPEND", "k", "1"), 0);
	run_until(none_waits);
	assert_int_equal(answered, 1);
	free(value);
}

static void test_killed_while_idle(void **state)
{
	(void)state;
	start_server();
	connect_up();
	end_server();
	run_until(is_down);
	assert_int_equal(nulls, 0);
	assert_int_equal(downs, 1);
}

static void test_deadline(void **state)
{
	(void)state;
	start_server();
	connect_up();
	conf.deadline_ms = 200;
	kill(server, SIGSTOP);
	assert_int_equal(command(count_reply, NULL, 1, "PING"), 0);
	run_until(is_down);
	assert_string_equal(last_reason, "no reply within 200 ms");
	assert_int_equal(nulls, 1);
	kill(server, SIGCONT);
	run_until(is_up_again);
	assert_int_equal(downs, 1);
}

static void find_db(const redisReply *reply, void *arg)
{
	assert_non_null(reply);
	assert_int_equal(reply->type, REDIS_REPLY_STRING);
	assert_non_null(strstr(reply->str, arg));
	answered++;
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
	start_server_with("--requirepass", "秘密");
	conf.password = "错的";
	open_log();
	redis = redis_new(loop, &conf, &ops, &conf);
	awaited = "reason=\"WRONGPASS";
	run_until(failed_twice);
	assert_null(strstr(log_text_now, conf.password));
	close_log();
	assert_int_equal(ups, 0);
	assert_int_equal(downs, 0); /* it never was up */
	redis_free(redis);
	conf.password = "秘密";
	conf.user = "default";
	conf.db = 3;
	connect_up();
	assert_int_equal(command(find_db, " db=3 ", 2, "CLIENT", "INFO"), 0);
	run_until(none_waits);
	assert_int_equal(answered, 1);
}

static void free_in_reply(const redisReply *reply, void *arg)
{
	assert_non_null(reply);
	*(bool *)arg = true;
	redis_free(redis);
	redis = NULL;
}

static void expect_null(const redisReply *reply, void *arg)
{
	assert_null(reply);
	++*(unsigned *)arg;
}

static bool is_freed(void)
{
	return redis == NULL;
}

static void test_free_in_reply(void **state)
{
	bool freed = false;
	unsigned rest = 0;

	(void)state;
	start_server();
	connect_up();
	assert_int_equal(command(free_in_reply, &freed, 1, "PING"), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(command(expect_null, &rest, 1, "PING"), 0);
	run_until(is_freed);
	assert_true(freed);
	assert_int_equal(rest, 10);
	assert_int_equal(downs, 0);
}

static void free_at_null(const redisReply *reply, void *arg)
{
	expect_null(reply, arg);
	redis_free(redis);
	redis = NULL;
}

/* Freed by the first of many that are called back with NULL: the others still are, on_down is not. */
static void test_free_at_null(void **state)
{
	unsigned rest = 0;

	(void)state;
	start_server();
	connect_up();
	kill(server, SIGSTOP);
	assert_int_equal(command(free_at_null, &rest, 1, "PING"), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(command(expect_null, &rest, 1, "PING"), 0);
	end_server();
	run_until(is_freed);
	assert_int_equal(rest, 11);
	assert_int_equal(downs, 0);
}

static void free_at_down(void *arg, const char *reason)
{
	on_down(arg, reason);
	redis_free(redis);
	redis = NULL;
}

static void test_free_at_down(void **state)
{
	static const struct redis_ops freeing = {on_up, free_at_down};

	(void)state;
	start_server();
	redis = redis_new(loop, &conf, &freeing, &conf);
	run_until(is_up);
	kill(server, SIGSTOP);
	assert_int_equal(command(count_reply, NULL, 1, "PING"), 0);
	end_server();
	run_until(is_freed);
	assert_int_equal(nulls, 1);
	assert_int_equal(downs, 1);
}

static void test_free_while_connecting(void **state)
{
	(void)state;
	start_server();
	redis = redis_new(loop, &conf, &ops, &conf);
	redis_free(redis);
	redis = NULL;
	assert_int_equal(ups + downs, 0);
}

/* -- the scripted server: answers each read with the next line of its script -- */

static int script_fd = -1, script_conn = -1;
static struct event *script_accept, *script_read;
static const char *const *script;
static unsigned script_connections;

static void on_script_read(evutil_socket_t fd, short what, void *arg)
{
	char in[4096];

	(void)what;
	(void)arg;
	if (read(fd, in, sizeof(in)) <= 0 || *script == NULL) {
		event_free(script_read);
		script_read = NULL;
		close(fd);
		script_conn = -1;
		return;
	}
	assert_int_equal(write(fd, *script, strlen(*script)), (ssize_t)strlen(*script));
	script++;
}

static void on_script_accept(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	script_conn = accept(fd, NULL, NULL);
	assert_true(script_conn >= 0);
	script_connections++;
	script_read = event_new(loop_base(loop), script_conn, EV_READ | EV_PERSIST, on_script_read, NULL);
	event_add(script_read, NULL);
}

static void start_script(const char *const *lines)
{
	script = lines;
	script_connections = 0;
	script_fd = net_listen_unix(path, 0600);
	assert_true(script_fd >= 0);
	script_accept = event_new(loop_base(loop), script_fd, EV_READ | EV_PERSIST, on_script_accept, NULL);
	event_add(script_accept, NULL);
}

static void end_script(void)
{
	redis_free(redis);
	redis = NULL;
	event_free(script_accept);
	close(script_fd);
	if (script_read != NULL)
		event_free(script_read);
	if (script_conn >= 0)
		close(script_conn);
	script_read = NULL;
	script_conn = -1;
	unlink(path);
}

/* -- replies that come together, each of which means much work -- */

static uint64_t last_turn;

/* A reply that takes all of a turn. */
static void expect_slow(const redisReply *reply, void *arg)
{
	expect_number(reply, arg);
	assert_true(loop_turns(loop) != last_turn); /* each in a turn of its own */
	last_turn = loop_turns(loop);
	while (!loop_is_long(loop))
		;
}

static void ask_slow(uintptr_t n)
{
	last_turn = UINT64_MAX;
	for (uintptr_t i = 1; i <= n; i++)
		assert_int_equal(command(expect_slow, (void *)i, 1, "PING"), 0);
}

static void test_slow_replies(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", ":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n", ":1\r\n", NULL};

	(void)state;
	start_script(lines);
	connect_up();
	ask_slow(5);
	run_until(none_waits);
	assert_int_equal(answered, 5);
	ask_slow(1); /* it is read from again */
	run_until(none_waits);
	assert_int_equal(answered, 6);
	assert_int_equal(downs, 0);
	end_script();
}

/* Freed by one that was held, while others are: these are called back with NULL. */
static void test_free_in_slow_reply(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", ":1\r\n+PONG\r\n:3\r\n:4\r\n", NULL};
	bool freed = false;
	unsigned rest = 0;

	(void)state;
	start_script(lines);
	connect_up();
	ask_slow(1);
	assert_int_equal(command(free_in_reply, &freed, 1, "PING"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(command(expect_null, &rest, 1, "PING"), 0);
	run_until(is_freed);
	assert_true(freed);
	assert_int_equal(rest, 2);
	end_script();
}

/* A held reply ends the connection: what is held behind it is not known. */
static void test_lost_by_slow_reply(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", ":1\r\n-READONLY replica\r\n:3\r\n:4\r\n", NULL};
	unsigned rest = 0;

	(void)state;
	start_script(lines);
	connect_up();
	ask_slow(1);
	assert_int_equal(command(count_reply, NULL, 1, "PING"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(command(expect_null, &rest, 1, "PING"), 0);
	run_until(is_down);
	assert_int_equal(answered, 2);
	assert_int_equal(errors, 1);
	assert_int_equal(rest, 2);
	assert_non_null(strstr(last_reason, "READONLY"));
	end_script();
}

/* -- many who wait on a connection that is lost -- */

static unsigned told;

/* Told in their order; as much work as a turn may have. */
static void expect_slow_null(const redisReply *reply, void *arg)
{
	assert_null(reply);
	assert_int_equal(++told, (uintptr_t)arg);
	assert_int_equal(downs, 0);
	assert_false(redis_up(redis));
	assert_int_equal(command(count_reply, NULL, 1, "PING"), -1); /* not from in here */
	while (!loop_is_long(loop))
		;
}

/* In the turns between: taken, and told behind all others. */
static void send_while_falling(void *arg)
{
	unsigned *sent = arg;

	if (told == 0 || downs > 0 || redis_pending(redis) == 0 || *sent == 20)
		return;
	assert_int_equal(command(expect_slow_null, (void *)(uintptr_t)(200 + ++*sent), 1, "PING"), 0);
}

static bool is_told(void)
{
	return downs > 0 && nulls == 0;
}

static void test_many_wait_when_lost(void **state)
{
	struct loop_hook hook = {.fn = send_while_falling};
	unsigned sent = 0;

	(void)state;
	start_server();
	connect_up();
	conf.reconnect_ms = 1; /* it is up again only behind all of that */
	kill(server, SIGSTOP);
	told = 0;
	for (uintptr_t i = 1; i <= 200; i++)
		assert_int_equal(command(expect_slow_null, (void *)i, 1, "PING"), 0);
	redis_flush(redis);
	end_server();
	start_server();
	hook.arg = &sent;
	loop_hook(loop, LOOP_PUMP, &hook);
	uint64_t turns = loop_turns(loop);
	run_until(is_told);
	loop_unhook(loop, &hook);
	assert_true(sent > 0);
	assert_int_equal(told, 200 + sent);
	assert_int_equal(downs, 1);
	assert_true(loop_turns(loop) - turns >= 10); /* 8 or 9 in a turn that is long by the first of them */
	assert_int_equal(ups, 1);
	run_until(is_up_again);
	assert_int_equal(ups, 2);
}

/* Freed by one of those who are told, while others wait: they are told in that moment. */
static void test_free_while_falling(void **state)
{
	unsigned freed = 0, rest = 0;

	(void)state;
	start_server();
	connect_up();
	kill(server, SIGSTOP);
	told = 0;
	for (uintptr_t i = 1; i <= 20; i++)
		assert_int_equal(command(expect_slow_null, (void *)i, 1, "PING"), 0);
	assert_int_equal(command(free_at_null, &freed, 1, "PING"), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(command(expect_null, &rest, 1, "PING"), 0);
	redis_flush(redis);
	end_server();
	run_until(is_freed);
	assert_int_equal(freed, 1);
	assert_int_equal(told, 20);
	assert_int_equal(rest, 3);
	assert_int_equal(downs, 0);
}

static void test_loading(void **state)
{
	static const char *const lines[] = {"-LOADING Redis is loading the dataset in memory\r\n",
					    "-BUSY a script is running\r\n", "-LOADING still\r\n", "+PONG\r\n", NULL};

	(void)state;
	start_script(lines);
	conf.deadline_ms = 400; /* LOADING is an answer: a long load is no silence */
	redis = redis_new(loop, &conf, &ops, &conf);
	run_until(is_up);
	assert_null(*script);
	assert_int_equal(script_connections, 1);
	end_script();
}

static bool three_connections(void)
{
	return script_connections >= 3;
}

static void test_refused_at_greeting(void **state)
{
	static const char *const lines[] = {"-ERR max number of clients reached\r\n",
					    "-NOAUTH Authentication required.\r\n", NULL};

	(void)state;
	start_script(lines);
	redis = redis_new(loop, &conf, &ops, &conf);
	run_until(three_connections);
	assert_int_equal(ups + downs, 0);
	end_script();
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
		ups = downs = 0;
		answered = errors = nulls = 0;
		start_script(lines);
		connect_up();
		assert_int_equal(command(count_reply, NULL, 3, "SET", "k", "短信"), 0);
		assert_int_equal(command(count_reply, NULL, 3, "SET", "k", "验证码"), 0);
		run_until(is_up_again);
		assert_int_equal(errors, 1);
		assert_int_equal(nulls, 1);
		assert_int_equal(downs, 1);
		assert_non_null(strstr(said[i], last_reason));
		assert_int_equal(script_connections, 3);
		assert_int_equal(command(count_reply, NULL, 3, "SET", "k", "短信"), 0);
		run_until(none_waits);
		assert_int_equal(answered, 2);
		assert_int_equal(downs, 1);
		end_script();
	}
}

static void test_garbage(void **state)
{
	static const char *const lines[] = {"+PONG\r\n", "HTTP/1.1 400 Bad Request\r\n", NULL};

	(void)state;
	start_script(lines);
	connect_up();
	assert_int_equal(command(count_reply, NULL, 1, "PING"), 0);
	run_until(is_down);
	assert_int_equal(nulls, 1);
	assert_non_null(strstr(last_reason, "Protocol error"));
	end_script();
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
	conf.address = text;
	open_log();
	redis = redis_new(loop, &conf, &ops, &conf);
	awaited = "reason=\"Connection refused";
	run_until(failed_twice);
	assert_non_null(strstr(log_text_now, text));
	close_log();
	assert_int_equal(ups + downs, 0);
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
	conf.address = "nonsense";
	redis = redis_new(loop, &conf, &ops, &conf); /* tries again, says why in the log */
	assert_false(redis_up(redis));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, begin, end)
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
	CASE(test_slow_replies),
	CASE(test_free_in_slow_reply),
	CASE(test_lost_by_slow_reply),
	CASE(test_many_wait_when_lost),
	CASE(test_free_while_falling),
	CASE(test_loading),
	CASE(test_refused_at_greeting),
	CASE(test_elsewhere),
	CASE(test_garbage),
	CASE(test_tcp_with_nobody_there),
	CASE(test_addresses),
};

int main(void)
{
	int all = (int)(sizeof(cases) / sizeof(cases[0])), failed;

	if (system("redis-server --version >/dev/null 2>&1") != 0) {
		printf("redis-server is not installed: its tests are left out\n0 passed, 0 failed, %d skipped\n", all);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN); /* as the gateway does */
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/redis.sock", dir);
	snprintf(address, sizeof(address), "unix:%s", path);
	log_set_level(LOG_LEVEL_ERROR);
	failed = cmocka_run_group_tests(cases, NULL, NULL);
	rmdir(dir);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
