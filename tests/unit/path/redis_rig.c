/*
 * redis_rig.c - a redis-server of the test's own, a store on it, and turning until something has happened.
 */
#include "redis_rig.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define LIMIT_MS 60000

struct loop *rig_loop;
struct store *rig_store;
bool rig_done, rig_worked;

static struct stats *stats;
static pid_t server;
static char dir[] = "/tmp/smppgw-redis-XXXXXX";
static char address[64];
static bool up;
/* --- turning until something has happened --- */

static bool *waited;

static void look(void *arg)
{
	(void)arg;
	if (*waited)
		loop_stop(rig_loop);
}

static void on_limit(struct timer *t)
{
	(void)t;
	loop_stop(rig_loop);
}

void rig_until(bool *flag)
{
	struct loop_hook hook = {.fn = look};
	struct timer limit = {.fn = on_limit};

	waited = flag;
	loop_hook(rig_loop, LOOP_LOG, &hook);
	loop_timer(rig_loop, &limit, LIMIT_MS);
	loop_wake_in(rig_loop, 0);
	assert_int_equal(loop_run(rig_loop), 0);
	loop_timer_clear(rig_loop, &limit);
	loop_unhook(rig_loop, &hook);
	assert_true(*flag);
}

void rig_on_written(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	(void)token;
	rig_worked = ok;
	rig_done = true;
}

/* The outcome of the write that was begun. */
bool rig_outcome(int begun)
{
	assert_int_equal(begun, 0);
	rig_done = false;
	rig_until(&rig_done);
	return rig_worked;
}

/* --- a command of the test's own --- */

static long long answer;

static void on_raw(const redisReply *reply, void *arg)
{
	(void)arg;
	answer = reply && reply->type == REDIS_REPLY_INTEGER ? reply->integer : -1;
	if (reply && reply->type == REDIS_REPLY_ERROR)
		fail_msg("%s", reply->str);
	rig_done = true;
}

long long rig_raw(const char *text)
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
	rig_done = false;
	assert_int_equal(redis_send(store_redis(rig_store), buf_data(&cmd), buf_len(&cmd), on_raw, NULL), 0);
	buf_free(&cmd);
	rig_until(&rig_done);
	return answer;
}

/* --- the server --- */

unsigned rig_leaving;

static void on_leaving(void *arg)
{
	(void)arg;
	rig_leaving++;
}

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
	static const struct store_ops ops = {on_up, on_down, on_taken, on_leaving};
	static struct store_conf conf = {.redis = address,
					 .user = "",
					 .password = "",
					 .prefix = "试:",
					 .deadline = 30000,
					 .reconnect = 10,
					 .receipt_horizon = 3600,
					 .deadletter_age = 86400};

	(void)state;
	rig_store = store_new(rig_loop, &conf, 7, &ops, NULL, stats);
	rig_until(&up);
	return 0;
}

int redis_rig_main(const struct CMUnitTest *cases, size_t n)
{
	int all = (int)n;

	if (!have_server()) {
		printf("skipped: there is no redis-server to run the scripts\n0 passed, 0 failed, %d skipped\n", all);
		return 0;
	}
	start_server();
	rig_loop = loop_new();
	stats = stats_new();
	int failed = _cmocka_run_group_tests("redis", cases, n, connect_to_it, NULL);
	if (failed < 0 || failed > all)
		failed = all;
	store_free(rig_store);
	stats_free(stats);
	loop_free(rig_loop);
	stop_server();
	fflush(stderr);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
