/*
 * test_console.c - the console over real unix sockets, with commands of the test's own: answers, bounds, rights, times.
 */
#include "unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/net.h"
#include "exchange.h"
#include "noc/console.h"

#define LARGE (3 * 1024 * 1024)

static struct loop *loop;
static struct console *console;
static struct console_stats counted;
static char dir[] = "/tmp/smppgw-console-XXXXXX";
static char path[64];
static int told;

static int say_words(struct console_call *call)
{
	*(int *)call->arg += 1;
	for (size_t i = 0; i < call->n; i++)
		buf_printf(call->out, "[%s]\n", call->words[i]);
	return 0;
}

static int say_much(struct console_call *call)
{
	for (size_t i = 0; i < LARGE / 16; i++)
		buf_puts(call->out, "0123456789abcde\n");
	return 0;
}

static int fail_always(struct console_call *call)
{
	buf_puts(call->out, "half an answer\n");
	return console_fail(call, "carrier %s is unknown", call->words[0]);
}

static const struct console_command table[] = {
	{"say", "[WORD...]", 0, 60, CONSOLE_READ, say_words, "Says it."},
	{"much", "", 0, 0, CONSOLE_READ, say_much, "Says much."},
	{"fail", "NAME", 1, 1, CONSOLE_READ, fail_always, "Fails."},
	{"pause", "NAME", 1, 1, CONSOLE_OPERATE, say_words, "Operates."},
	{"stop", "", 0, 0, CONSOLE_ADMIN, say_words, "Stops."},
	{NULL, NULL, 0, 0, CONSOLE_READ, NULL, NULL},
};

static char *ask_n(const char *text, size_t n, bool half_close)
{
	int fd = exchange_connect(path, 0);

	assert_true(fd >= 0);
	return exchange_on(loop, fd, text, n, half_close);
}

static void answers(const char *request, const char *answer)
{
	char *got = ask_n(request, strlen(request), false);

	assert_string_equal(got, answer);
	mem_free(got);
}

static void test_answers(void **state)
{
	(void)state;
	answers("say\n", "ok\n");
	answers("say a \"你 好\"\n", "ok\n[a]\n[你 好]\n");
	answers("say a\r\n", "ok\n[a]\n");
	answers("say a\nsay b\n", "ok\n[a]\n"); /* one request each */
	answers("\n", "error empty request; try help\n");
	answers("查询\n", "error no command 查询; try help\n");
	answers("say \"x\n", "error quote without end\n");
	answers("fail\n", "error usage: fail NAME\n");
	answers("much 1\n", "error usage: much\n");
	answers("fail 移动\n", "error carrier 移动 is unknown\n");
	assert_int_equal(counted.commands, 4);
	assert_int_equal(counted.refused, 6);
	assert_int_equal(told, 4);
}

static void test_pieces(void **state)
{
	char *got = ask_n("say half", 8, true);
	int fd = exchange_connect(path, 0);

	(void)state;
	assert_string_equal(got, "ok\n[half]\n");
	mem_free(got);
	assert_int_equal(send(fd, "say on", 6, 0), 6);
	answers("say between\n", "ok\n[between]\n");
	got = exchange_on(loop, fd, "ce\n", 3, false);
	assert_string_equal(got, "ok\n[once]\n");
	mem_free(got);
}

static void test_bounds(void **state)
{
	char line[2 * CONSOLE_MAX_REQUEST];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "say ", 4);
	line[CONSOLE_MAX_REQUEST - 1] = '\n';
	char *got = ask_n(line, CONSOLE_MAX_REQUEST, false);
	assert_int_equal(strlen(got), 3 + CONSOLE_MAX_REQUEST - 5 + 3);
	mem_free(got);
	line[CONSOLE_MAX_REQUEST - 1] = 'x';
	got = ask_n(line, CONSOLE_MAX_REQUEST, false);
	assert_string_equal(got, "error the request is longer than 4096 octets\n");
	mem_free(got);
	got = ask_n(line, sizeof(line), false);
	assert_string_equal(got, "error the request is longer than 4096 octets\n");
	mem_free(got);
}

static void test_large_answer(void **state)
{
	char *got = ask_n("much\n", 5, false);

	(void)state;
	assert_int_equal(strlen(got), 3 + LARGE);
	assert_memory_equal(got, "ok\n0123456789abcde\n", 19);
	mem_free(got);
}

static bool refused_at_least(void *arg)
{
	return counted.refused >= *(uint64_t *)arg;
}

static void test_too_many(void **state)
{
	int fds[CONSOLE_MAX_CONNECTIONS];
	uint64_t want = counted.refused + CONSOLE_MAX_CONNECTIONS + 1;

	(void)state;
	for (int i = 0; i < CONSOLE_MAX_CONNECTIONS; i++)
		fds[i] = exchange_connect(path, 0);
	answers("", "error too many connections to the console; try again\n");
	for (int i = 0; i < CONSOLE_MAX_CONNECTIONS; i++)
		close(fds[i]);
	assert_true(exchange_until(loop, refused_at_least, &want));
	answers("say again\n", "ok\n[again]\n");
}

/* A peer that asks nothing is told so after the time, and does not hold a place for ever. */
static void test_silent(void **state)
{
	(void)state;
	answers("say slo", "error no request within 5 s\n");
}

static void test_rights(void **state)
{
	static const struct {
		enum console_right right;
		const char *line, *answer;
	} rows[] = {
		{CONSOLE_READ, "say 1", "ok\n[1]\n"},
		{CONSOLE_READ, "pause 移动", "error pause needs the right to operate; you have read\n"},
		{CONSOLE_READ, "stop", "error stop needs the right to admin; you have read\n"},
		{CONSOLE_OPERATE, "pause 移动", "ok\n[移动]\n"},
		{CONSOLE_OPERATE, "stop", "error stop needs the right to admin; you have operate\n"},
		{CONSOLE_ADMIN, "stop", "ok\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct console_who who = {rows[i].right, 1000};
		struct buf out = {0};
		char line[64];
		int before = told;

		strcpy(line, rows[i].line);
		bool ok = console_answer(table, &told, &who, line, strlen(line), &out);
		buf_put(&out, "", 1);
		assert_string_equal(buf_data(&out), rows[i].answer);
		assert_int_equal(ok, rows[i].answer[0] == 'o');
		assert_int_equal(told - before, ok);
		buf_free(&out);
	}
	answers("stop\n", "ok\n"); /* the daemon's own user may do all */
}

/* Connections are there when the console goes. */
static void test_free_while_open(void **state)
{
	int fd = exchange_connect(path, 0);
	char octet;

	(void)state;
	answers("say 1\n", "ok\n[1]\n"); /* fd is accepted by now */
	console_free(console);
	console = NULL;
	assert_true(recv(fd, &octet, 1, 0) <= 0);
	close(fd);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_answers), cmocka_unit_test(test_pieces),		cmocka_unit_test(test_bounds),
	cmocka_unit_test(test_rights),	cmocka_unit_test(test_large_answer),	cmocka_unit_test(test_too_many),
	cmocka_unit_test(test_silent),	cmocka_unit_test(test_free_while_open),
};

__attribute__((constructor)) static void start(void)
{
	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/socket", dir);
	loop = loop_new();
	int fd = net_listen_unix(path, 0600);
	if (fd < 0)
		abort();
	console = console_new(loop, fd, CONSOLE_NO_GROUP, table, &told, &counted);
}

__attribute__((destructor)) static void stop(void)
{
	console_free(console);
	loop_free(loop);
	unlink(path);
	rmdir(dir);
}

UNIT_MAIN(cases)
