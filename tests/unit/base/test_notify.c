/* test_notify.c - what a service manager hears: each line, the watchdog by the loop's time, a manager without room. */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "unit.h"
#include "base/log.h"
#include "base/notify.h"

#define START INT64_C(1777599000000)

static struct loop *loop;
static char folder[64], path[100];
static int manager;

/* The manager's socket; an abstract name begins with @. */
static void open_manager(const char *name)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	memcpy(at.sun_path, name, len);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&at,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/' ? 1 : 0))),
			 0);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/smppgw-notify-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	loop = loop_new_simulated(START);
	manager = -1;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	if (manager >= 0)
		close(manager);
	unlink(path);
	return rmdir(folder);
}

/* The next datagram, "" when there is none. */
static const char *heard(void)
{
	static char line[1000];
	ssize_t n = recv(manager, line, sizeof(line) - 1, 0);
	line[n > 0 ? n : 0] = '\0';
	return line;
}

static struct notify *start(const char *name)
{
	setenv("NOTIFY_SOCKET", name, 1);
	struct notify *n = notify_new(loop);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	return n;
}

static void test_states(void **state)
{
	(void)state;
	open_manager(path);
	struct notify *n = start(path);
	assert_non_null(n);
	notify_ready(n);
	assert_string_equal(heard(), "READY=1");
	notify_reloading(n);
	const char *line = heard();
	assert_memory_equal(line, "RELOADING=1\nMONOTONIC_USEC=", 27);
	assert_true(strtoll(line + 27, NULL, 10) > 0);
	notify_ready(n);
	assert_string_equal(heard(), "READY=1");
	notify_extend(n, 30000);
	assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=30000000");
	notify_stopping(n);
	assert_string_equal(heard(), "STOPPING=1");
	assert_string_equal(heard(), "");
	notify_free(n);
}

static void test_abstract_name(void **state)
{
	char name[60];
	(void)state;
	snprintf(name, sizeof(name), "@smppgw-notify-%d", (int)getpid());
	open_manager(name);
	struct notify *n = start(name);
	notify_ready(n);
	assert_string_equal(heard(), "READY=1");
	notify_free(n);
}

static void test_status(void **state)
{
	char text[1000];
	(void)state;
	open_manager(path);
	struct notify *n = start(path);
	notify_status(n, "通道%u条，正常", 3u);
	assert_string_equal(heard(), "STATUS=通道3条，正常");
	notify_status(n, "通道%u条，正常", 3u);
	assert_string_equal(heard(), "");
	notify_status(n, "a\nREADY=1\x7f");
	assert_string_equal(heard(), "STATUS=a READY=1 ");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	notify_status(n, "%s", text);
	assert_int_equal(strlen(heard()), 7 + 300);
	notify_free(n);
}

static void test_watchdog(void **state)
{
	char pid[20];
	(void)state;
	open_manager(path);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_USEC", "10000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	struct notify *n = start(path);
	loop_advance(loop, 4999);
	assert_string_equal(heard(), "");
	loop_advance(loop, 1);
	assert_string_equal(heard(), "WATCHDOG=1");
	/* the loop does not turn: nothing is said */
	assert_string_equal(heard(), "");
	loop_advance(loop, 10000);
	assert_string_equal(heard(), "WATCHDOG=1");
	assert_string_equal(heard(), "WATCHDOG=1");
	assert_string_equal(heard(), "");
	notify_free(n);
	loop_advance(loop, 10000);
	assert_string_equal(heard(), "");
}

static void test_watchdog_of_another(void **state)
{
	static const char *const rows[][2] = {{"10000000", "1"}, {"0", NULL}, {"银行", NULL}, {"-5", NULL}};
	(void)state;
	open_manager(path);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("WATCHDOG_USEC", rows[i][0], 1);
		if (rows[i][1])
			setenv("WATCHDOG_PID", rows[i][1], 1);
		struct notify *n = start(path);
		loop_advance(loop, 60000);
		assert_string_equal(heard(), "");
		notify_free(n);
	}
}

/* A manager that does not read has no room; when it reads again it hears the newest state, once. */
static void test_no_room(void **state)
{
	unsigned filled = 0;
	(void)state;
	open_manager(path);
	struct notify *n = start(path);
	for (unsigned i = 0; i < 100000 && filled == i; i++) {
		char probe[2] = "x";
		int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		struct sockaddr_un at = {.sun_family = AF_UNIX};
		strcpy(at.sun_path, path);
		if (sendto(fd, probe, 1, MSG_DONTWAIT, (struct sockaddr *)&at, sizeof(at)) == 1)
			filled++;
		close(fd);
	}
	assert_true(filled > 0);
	notify_reloading(n);
	notify_ready(n);
	loop_advance(loop, 1000);
	for (unsigned i = 0; i < filled; i++)
		assert_string_equal(heard(), "x");
	assert_string_equal(heard(), "");
	loop_advance(loop, 100);
	assert_string_equal(heard(), "READY=1");
	loop_advance(loop, 1000);
	assert_string_equal(heard(), "");
	notify_free(n);
}

static void test_nobody(void **state)
{
	static const char *const rows[] = {"", "run/notify", "/", "@", "vsock:2:1"};
	char text[200];
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_null(notify_new(loop));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_null(start(rows[i]));
	memset(text, '/', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_null(start(text));
	notify_ready(NULL);
	notify_reloading(NULL);
	notify_stopping(NULL);
	notify_status(NULL, "银行");
	notify_extend(NULL, 1);
	notify_free(NULL);
}

/* The manager's socket is gone: nothing fails and nothing is said for ever. */
static void test_gone(void **state)
{
	(void)state;
	struct notify *n = start(path);
	assert_non_null(n);
	notify_ready(n);
	loop_advance(loop, 1000);
	open_manager(path);
	loop_advance(loop, 1000);
	assert_string_equal(heard(), "");
	notify_stopping(n);
	assert_string_equal(heard(), "STOPPING=1");
	notify_free(n);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
static const struct CMUnitTest cases[] = {
	CASE(test_states),
	CASE(test_abstract_name),
	CASE(test_status),
	CASE(test_watchdog),
	CASE(test_watchdog_of_another),
	CASE(test_no_room),
	CASE(test_nobody),
	CASE(test_gone),
};

UNIT_MAIN(cases)
