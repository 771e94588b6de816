/*
 * redis_rig.c - see redis_rig.h.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "redis_rig.h"
#include "base/net.h"

#define PATIENCE_MS 120000

struct redis_rig rig = {.dir = "/tmp/test_redis.XXXXXX"};
static bool (*done)(void);
static bool late;

/* -- the real server -- */

void redis_rig_server_with(const char *option, const char *value)
{
	rig.server = fork();
	assert_true(rig.server >= 0);
	if (rig.server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* it never outlives a failing test */
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", rig.path, "--save", "",
		       "--appendonly", "no", "--dir", rig.dir, "--loglevel", "warning", option, value, (char *)NULL);
		_exit(127);
	}
}

void redis_rig_server(void)
{
	redis_rig_server_with("--databases", "16");
}

void redis_rig_server_end(void)
{
	if (rig.server <= 0)
		return;
	kill(rig.server, SIGKILL);
	waitpid(rig.server, NULL, 0);
	rig.server = 0;
	unlink(rig.path);
}

/* -- the loop -- */

void redis_rig_on_up(void *arg)
{
	assert_ptr_equal(arg, &rig.conf);
	rig.ups++;
}

void redis_rig_on_down(void *arg, const char *reason)
{
	assert_ptr_equal(arg, &rig.conf);
	snprintf(rig.last_reason, sizeof(rig.last_reason), "%s", reason);
	rig.downs++;
	if (rig.redis != NULL) {
		assert_int_equal(redis_pending(rig.redis), 0); /* all were called back before */
		assert_false(redis_up(rig.redis));
	}
}

static const struct redis_ops ops = {redis_rig_on_up, redis_rig_on_down};

static void check_done(void *arg)
{
	(void)arg;
	if (done())
		loop_stop(rig.loop);
}

static void too_late(struct timer *t)
{
	(void)t;
	late = true;
	loop_stop(rig.loop);
}

void redis_rig_until(bool (*condition)(void))
{
	struct loop_hook hook = {.fn = check_done};
	struct timer guard = {.fn = too_late};

	done = condition;
	late = false;
	loop_hook(rig.loop, LOOP_LOG, &hook);
	loop_timer(rig.loop, &guard, PATIENCE_MS);
	loop_wake_in(rig.loop, 0); /* commands queued outside of a turn leave with the first */
	if (!condition())
		assert_int_equal(loop_run(rig.loop), 0);
	loop_timer_clear(rig.loop, &guard);
	loop_unhook(rig.loop, &hook);
	if (late)
		fail_msg("waited too long: ups=%u downs=%u answered=%u nulls=%u", rig.ups, rig.downs, rig.answered,
			 rig.nulls);
}

bool redis_rig_is_up(void)
{
	return redis_up(rig.redis);
}
bool redis_rig_is_down(void)
{
	return rig.downs > 0;
}
bool redis_rig_none_waits(void)
{
	return redis_pending(rig.redis) == 0;
}

int redis_rig_begin(void **state)
{
	(void)state;
	rig.ups = rig.downs = rig.answered = rig.nulls = rig.errors = 0;
	rig.last_reason[0] = '\0';
	rig.conf = (struct redis_conf){
		.address = rig.address, .user = "", .password = "", .deadline_ms = 10000, .reconnect_ms = 20};
	rig.loop = loop_new();
	return 0;
}

int redis_rig_end(void **state)
{
	(void)state;
	redis_free(rig.redis);
	rig.redis = NULL;
	loop_free(rig.loop);
	redis_rig_server_end();
	return 0;
}

void redis_rig_open(void)
{
	rig.redis = redis_new(rig.loop, &rig.conf, &ops, &rig.conf);
}

void redis_rig_connect(void)
{
	redis_rig_open();
	redis_rig_until(redis_rig_is_up);
	assert_int_equal(rig.ups, 1);
}

int redis_rig_command(redis_fn fn, void *arg, size_t n, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, n);
	resp_start(&b, n);
	for (size_t i = 0; i < n; i++)
		resp_str(&b, va_arg(ap, const char *));
	va_end(ap);
	int rc = redis_send(rig.redis, buf_data(&b), buf_len(&b), fn, arg);
	buf_free(&b);
	return rc;
}

void redis_rig_count(const redisReply *reply, void *arg)
{
	(void)arg;
	if (reply == NULL) {
		rig.nulls++;
		assert_int_equal(rig.downs, 0);
		assert_int_equal(redis_rig_command(redis_rig_count, NULL, 1, "PING"), -1);
	} else {
		rig.answered++;
		rig.errors += reply->type == REDIS_REPLY_ERROR;
	}
}

void redis_rig_expect_number(const redisReply *reply, void *arg)
{
	assert_non_null(reply);
	assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
	assert_int_equal(reply->integer, (uintptr_t)arg);
	rig.answered++;
}

void redis_rig_expect_null(const redisReply *reply, void *arg)
{
	assert_null(reply);
	++*(unsigned *)arg;
}

void redis_rig_free_in_reply(const redisReply *reply, void *arg)
{
	assert_non_null(reply);
	*(bool *)arg = true;
	redis_free(rig.redis);
	rig.redis = NULL;
}

void redis_rig_free_at_null(const redisReply *reply, void *arg)
{
	redis_rig_expect_null(reply, arg);
	redis_free(rig.redis);
	rig.redis = NULL;
}

bool redis_rig_is_freed(void)
{
	return rig.redis == NULL;
}

bool redis_rig_is_up_again(void)
{
	return rig.ups == 2;
}

/* -- the scripted server: answers each read with the next line of its script -- */

static int script_fd = -1, script_conn = -1;
static struct event *script_accept, *script_read;

static void on_script_read(evutil_socket_t fd, short what, void *arg)
{
	char in[4096];

	(void)what;
	(void)arg;
	if (read(fd, in, sizeof(in)) <= 0 || *rig.script == NULL) {
		event_free(script_read);
		script_read = NULL;
		close(fd);
		script_conn = -1;
		return;
	}
	assert_int_equal(write(fd, *rig.script, strlen(*rig.script)), (ssize_t)strlen(*rig.script));
	rig.script++;
}

static void on_script_accept(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	script_conn = accept(fd, NULL, NULL);
	assert_true(script_conn >= 0);
	rig.connections++;
	script_read = event_new(loop_base(rig.loop), script_conn, EV_READ | EV_PERSIST, on_script_read, NULL);
	event_add(script_read, NULL);
}

void redis_rig_script(const char *const *lines)
{
	rig.script = lines;
	rig.connections = 0;
	script_fd = net_listen_unix(rig.path, 0600);
	assert_true(script_fd >= 0);
	script_accept = event_new(loop_base(rig.loop), script_fd, EV_READ | EV_PERSIST, on_script_accept, NULL);
	event_add(script_accept, NULL);
}

void redis_rig_script_end(void)
{
	redis_free(rig.redis);
	rig.redis = NULL;
	event_free(script_accept);
	close(script_fd);
	if (script_read != NULL)
		event_free(script_read);
	if (script_conn >= 0)
		close(script_conn);
	script_read = NULL;
	script_conn = -1;
	unlink(rig.path);
}

int redis_rig_run(int (*group)(void), int all)
{
	int failed;

	if (system("redis-server --version >/dev/null 2>&1") != 0) {
		printf("redis-server is not installed: its tests are left out\n0 passed, 0 failed, %d skipped\n", all);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN); /* as the gateway does */
	if (mkdtemp(rig.dir) == NULL)
		return 1;
	snprintf(rig.path, sizeof(rig.path), "%s/redis.sock", rig.dir);
	snprintf(rig.address, sizeof(rig.address), "unix:%s", rig.path);
	log_set_level(LOG_LEVEL_ERROR);
	failed = group();
	rmdir(rig.dir);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
