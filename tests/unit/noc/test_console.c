/*
 * test_console.c - the console over real unix sockets, with commands of the test's own: answers, bounds, rights, times.
 */
#include "unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/net.h"
#include "exchange.h"
#include "link/hasher.h"
#include "noc/actions.h"
#include "noc/console.h"
#include "noc/table.h"

/* openssl passwd -6: of 钥匙 and of 密码 */
#define READ_HASH  "$6$smppgw$LSWaTtGtcPjsA7/BKCqjF8SCKReG2VIuA9OkysYeEjiKSTkXvJfTDfKhxyfGfXbk2m0qrHpWSc.vGsCUEm8O00"
#define ADMIN_HASH "$6$smppgw$.WBSgv.nxEGA6wXy.XYkwzMPYzMUpgC1bQWeBo4x2rakOHVAQeSeQYt0TnY/MhFnyeDVWX.m/BWUYDGIYtG7w1"
#define LARGE	   (3 * 1024 * 1024)

static struct loop *loop;
static struct console *console;
static struct console_stats counted;
static struct console_about about;
static struct hasher *hasher;
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

static int say_rows(struct console_call *call)
{
	struct table *t = table_new("NAME +COUNT ID +RATE");

	buf_puts(call->out, "two \"rows\"\n\n");
	for (int i = 0; i < 2; i++) {
		table_text(t, i ? "联通" : "移动");
		table_cell(t, "%d", i);
		table_text(t, "123456789012345678");
		table_text(t, i ? "1.2 ms" : "-");
	}
	table_print(t, call->out);
	table_free(t);
	return 0;
}

static struct console_later *owed; /* to the command that has not been answered */

static int wait_for_it(struct console_call *call)
{
	owed = console_later(call);
	buf_printf(console_later_out(owed), "%s\n", call->words[0]);
	return CONSOLE_LATER;
}

/* Begins to wait and finds that it knows the answer. */
static int wait_no_more(struct console_call *call)
{
	struct console_later *l = console_later(call);

	buf_puts(console_later_out(l), "已完成\n");
	console_finish(l, strcmp(call->words[0], "失败") == 0 ? "the store is away" : NULL);
	return CONSOLE_LATER;
}

static int wait_in_vain(struct console_call *call)
{
	console_later(call);
	return console_fail(call, "no account %s", call->words[0]);
}

static const struct console_sub door_subs[] = {
	{"show", "", 0, 0, CONSOLE_READ, "Shows it."},
	{"open", "NUMBER [TEXT]", 1, 2, CONSOLE_OPERATE, "Opens it."},
	{"burn", "SECRET", 1, 1, CONSOLE_ADMIN, "Ends it."},
	{0},
};

static const struct console_command table[] = {
	{.name = "say", .args = "[WORD...]", .max = 60, .right = CONSOLE_READ, .fn = say_words, .help = "Says it."},
	{.name = "much", .right = CONSOLE_READ, .fn = say_much, .help = "Says much."},
	{.name = "fail", .args = "NAME", .min = 1, .max = 1, .right = CONSOLE_READ, .fn = fail_always},
	{.name = "pause", .args = "NAME", .min = 1, .max = 1, .right = CONSOLE_OPERATE, .fn = say_words},
	{.name = "wait", .args = "WORD", .min = 1, .max = 1, .right = CONSOLE_READ, .fn = wait_for_it},
	{.name = "operate", .args = "WORD", .min = 1, .max = 1, .right = CONSOLE_OPERATE, .fn = wait_for_it},
	{.name = "soon", .args = "WORD", .min = 1, .max = 1, .right = CONSOLE_READ, .fn = wait_no_more},
	{.name = "vain", .args = "WORD", .min = 1, .max = 1, .right = CONSOLE_READ, .fn = wait_in_vain},
	{.name = "stop", .right = CONSOLE_ADMIN, .fn = say_words, .help = "Stops."},
	{.name = "rows", .right = CONSOLE_READ, .fn = say_rows, .help = "Says a table."},
	{.name = "door", .before = "DOOR", .sub = "show", .subs = door_subs, .fn = say_words, .help = "A door."},
	{.name = NULL},
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

enum proven { PROVEN_NOT_YET, PROVEN_RIGHT, PROVEN_WRONG };

static void on_proven(bool right, void *arg)
{
	*(enum proven *)arg = right ? PROVEN_RIGHT : PROVEN_WRONG;
}

static bool is_proven(void *arg)
{
	return *(enum proven *)arg != PROVEN_NOT_YET;
}

static void answers_to(const struct rights_peer *who, const char *request, const char *answer)
{
	enum proven proven = PROVEN_NOT_YET;
	struct console_asker asker = {*who, false, on_proven, &proven};
	struct buf out = {0};
	char line[256];
	struct console_later *later;
	int result;

	for (;;) {
		snprintf(line, sizeof(line), "%s", request);
		result = console_answer(&about, &asker, 1763800000000, line, strlen(line), &out, &later);
		assert_null(later);
		if (result != CONSOLE_PROVING)
			break;
		assert_int_equal(proven, PROVEN_NOT_YET); /* once is enough */
		assert_int_equal(buf_len(&out), 0);
		assert_true(exchange_until(loop, is_proven, &proven));
		asker.wrong_token = proven == PROVEN_WRONG;
	}
	buf_put(&out, "", 1);
	assert_string_equal(buf_data(&out), answer);
	assert_int_equal(result == 0, answer[0] == 'o');
	buf_free(&out);
}

#define TEN	"银银银银银银银银银银"
#define MAY_ALL "root, the gateway's user, tokens 王五"
static void test_rights(void **state)
{
	static const struct {
		enum console_right right;
		const char *line, *answer;
	} rows[] = {
		{CONSOLE_NONE, "say 1",
		 "error say needs the right to read; uid 1000 has no right. Who has it: "
		 "root, the gateway's user, tokens 李四, 王五\n"},
		{CONSOLE_READ, "say 1", "ok\n[1]\n"},
		{CONSOLE_READ, "pause 移动",
		 "error pause needs the right to operate; uid 1000 has read. Who has it: " MAY_ALL "\n"},
		{CONSOLE_READ, "stop",
		 "error stop needs the right to admin; uid 1000 has read. Who has it: " MAY_ALL "\n"},
		{CONSOLE_OPERATE, "pause 移动", "ok\n[移动]\n"},
		{CONSOLE_OPERATE, "stop",
		 "error stop needs the right to admin; uid 1000 has operate. Who has it: " MAY_ALL "\n"},
		{CONSOLE_ADMIN, "stop", "ok\n"},
		{CONSOLE_READ, "door 前门", "ok\n[前门]\n[show]\n"},
		{CONSOLE_READ, "door 前门 show", "ok\n[前门]\n[show]\n"},
		{CONSOLE_READ, "door 前门 open 13800138000",
		 "error door open needs the right to operate; uid 1000 has read. Who has it: " MAY_ALL "\n"},
		{CONSOLE_OPERATE, "door 前门 open 13800138000", "ok\n[前门]\n[open]\n[13800138000]\n"},
		{CONSOLE_OPERATE, "door 前门 open", "error usage: door DOOR open NUMBER [TEXT]\n"},
		{CONSOLE_OPERATE, "door 前门 burn 密",
		 "error door burn needs the right to admin; uid 1000 has operate. Who has it: " MAY_ALL "\n"},
		{CONSOLE_READ, "door", "error usage: door DOOR show | open NUMBER [TEXT] | burn SECRET\n"},
		{CONSOLE_READ, "door 前门 shut", "error usage: door DOOR show | open NUMBER [TEXT] | burn SECRET\n"},
		/* cut after 100 octets, which is within the 34th character */
		{CONSOLE_READ, TEN TEN TEN "银银银银", "error no command " TEN TEN TEN "银银银; try help\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rights_peer who = {rows[i].right, 1000, NULL};
		int before = told;
		answers_to(&who, rows[i].line, rows[i].answer);
		assert_int_equal(told - before, rows[i].answer[0] == 'o');
	}
	answers("stop\n", "ok\n"); /* the daemon's own user may do all */
}

static void test_tokens(void **state)
{
	const struct rights_peer nobody = {CONSOLE_NONE, 1000, NULL};
	struct rights_peer p = nobody;

	(void)state;
	answers_to(&nobody, "--token 李四:钥匙 say 1", "ok\n[1]\n");
	answers_to(&nobody, "--token 李四:钥匙 pause 移动",
		   "error pause needs the right to operate; uid 1000 has read. Who has it: " MAY_ALL "\n");
	answers_to(&nobody, "--token 王五:密码 stop", "ok\n");
	answers_to(&(struct rights_peer){CONSOLE_ADMIN, 1000, NULL}, "--token 李四:钥匙 stop", "ok\n");
	answers_to(&nobody, "--frob say 1",
		   "error no option --frob of a request; there are --json and --token TOKEN\n");
	counted.wrong_tokens = 0;
	answers_to(&(struct rights_peer){CONSOLE_ADMIN, 1000, NULL}, "--token 李四:密码 say 1",
		   "error the token is wrong; a token is NAME:SECRET, as in the configuration's console_tokens\n");
	assert_int_equal(counted.wrong_tokens, 1);
	/* so many tries a second, and no more; what is known to be right is not counted */
	int64_t now = 1763800009000;
	for (int i = 0; i < RIGHTS_TRIES; i++)
		assert_int_equal(rights_show_token(about.rights, i % 2 ? "李四:" : "赵六:x", now, &p), RIGHTS_COSTS);
	assert_int_equal(rights_show_token(about.rights, "李四:x", now, &p), RIGHTS_BUSY);
	assert_int_equal(p.right, CONSOLE_NONE);
	assert_int_equal(rights_show_token(about.rights, "李四:钥匙", now, &p), RIGHTS_TRUE);
	assert_int_equal(p.right, CONSOLE_READ);
	assert_string_equal(p.token, "李四");
	assert_int_equal(rights_show_token(about.rights, "李四:x", now + 1000, &p), RIGHTS_COSTS);
	/* it is told after a while, and what comes meanwhile is no request */
	uint64_t refused = counted.refused;
	int64_t began = loop_now_us(loop);
	answers("--token 李四:错 say 1\nsay 2\n",
		"error the token is wrong; a token is NAME:SECRET, as in the configuration's console_tokens\n");
	assert_true(loop_now_us(loop) - began >= (CONSOLE_WRONG_TOKEN_MS - 50) * 1000);
	assert_int_equal(counted.refused, refused + 1);
}

static const struct token_conf *tokens_of(const char *read_hash)
{
	static char names[][8] = {"李四", "王五"}, hashes[2][108];
	static const struct token_conf tokens[] = {{.name = names[0], .token = hashes[0], .right = 0},
						   {.name = names[1], .token = hashes[1], .right = 2}};

	snprintf(hashes[0], sizeof(hashes[0]), "%s", read_hash);
	snprintf(hashes[1], sizeof(hashes[1]), "%s", ADMIN_HASH);
	return tokens;
}

/* What is compared while a reload changes the tokens counts when the token is still the same. */
static void test_tokens_change_meanwhile(void **state)
{
	static const struct {
		const char *hash;
		enum proven proven;
	} rows[] = {{READ_HASH, PROVEN_RIGHT}, {ADMIN_HASH, PROVEN_WRONG}, {READ_HASH, PROVEN_RIGHT}};
	struct rights_peer p = {CONSOLE_NONE, 1000, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum proven proven = PROVEN_NOT_YET;
		rights_use_tokens(about.rights, tokens_of(READ_HASH), 2);
		rights_prove(about.rights, "李四:钥匙", on_proven, &proven);
		rights_use_tokens(about.rights, tokens_of(rows[i].hash), 2);
		assert_true(exchange_until(loop, is_proven, &proven));
		assert_int_equal(proven, rows[i].proven);
	}
	assert_int_equal(rights_show_token(about.rights, "李四:钥匙", 1763800019000, &p), RIGHTS_TRUE);
}

static bool has_told(void *arg)
{
	return told > *(int *)arg;
}

/* Who has gone is not answered; its place is free again. What was right is known. */
static void test_token_peer_gone(void **state)
{
	static const char request[] = "--token 王五:密码 say 1\n";
	int before = told;

	(void)state;
	rights_use_tokens(about.rights, tokens_of(READ_HASH), 2);
	for (int i = 0; i < 3; i++) {
		int fd = exchange_connect(path, 0);
		assert_int_equal(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
		struct linger reset = {1, 0};
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	answers("--token 王五:密码 say again\n", "ok\n[again]\n");
	assert_true(has_told(&before));
}

static void test_json(void **state)
{
	static const char rows[] =
		"{\"rows\":[{\"name\":\"移动\",\"count\":0,\"id\":\"123456789012345678\",\"rate\":null},"
		"{\"name\":\"联通\",\"count\":1,\"id\":\"123456789012345678\",\"rate\":\"1.2 ms\"}],"
		"\"lines\":[\"two \\\"rows\\\"\"]}\n";
	char want[512];

	(void)state;
	snprintf(want, sizeof(want), "ok\n%s", rows);
	answers("--json rows\n", want);
	answers("--json say 你 好\n", "ok\n{\"lines\":[\"[你]\",\"[好]\"]}\n");
	answers("--json fail 移动\n",
		"error carrier 移动 is unknown\n{\"error\":\"carrier 移动 is unknown\",\"lines\":[]}\n");
	answers("--json frob\n",
		"error no command frob; try help\n{\"error\":\"no command frob; try help\",\"lines\":[]}\n");
	answers("--json soon 成功\n", "ok\n{\"lines\":[\"已完成\"]}\n");
}

static struct action last;
static void on_action(const struct action *what, void *arg)
{
	last = *what;
	*(int *)arg += 1;
}

static void acted(const char *command, const char *outcome)
{
	int n = 0;

	actions_each(about.actions, 0, on_action, &n);
	assert_string_equal(last.command, command);
	assert_string_equal(last.outcome, outcome);
}

/* What changes something is kept, done or refused; what only reads is not. */
static void test_actions(void **state)
{
	const struct rights_peer who = {CONSOLE_OPERATE, 0, NULL};
	uint64_t n = *actions_count(about.actions);

	(void)state;
	log_set_mask(true);
	answers_to(&who, "door 前门 show", "ok\n[前门]\n[show]\n");
	assert_int_equal(*actions_count(about.actions), n);
	answers_to(&who, "door 前门 open 13800138000 \"生日 快乐\"",
		   "ok\n[前门]\n[open]\n[13800138000]\n[生日 快乐]\n");
	acted("door 前门 open 138****8000 len=5", "ok");
	assert_string_equal(last.user, "root");
	assert_string_equal(last.token, "");
	answers_to(&who, "--token 王五:密码 door 前门 burn 钥匙", "ok\n[前门]\n[burn]\n[钥匙]\n");
	acted("door 前门 burn ***", "ok");
	assert_string_equal(last.token, "王五");
	answers_to(&who, "stop", "error stop needs the right to admin; uid 0 has operate. Who has it: " MAY_ALL "\n");
	acted("stop", "stop needs the right to admin; uid 0 has operate. Who has it: " MAY_ALL);
	answers_to(&who, "pause", "error usage: pause NAME\n");
	acted("pause", "usage: pause NAME");
	assert_int_equal(*actions_count(about.actions), n + 4);
}

/* The answer, told in a later turn than the request's. */
struct answering {
	struct timer timer;
	const char *error;
	const char *more; /* behind what fn has put out */
	int progress;	  /* lines ahead of it, one per turn */
};

static void answer_now(struct timer *t)
{
	struct answering *a = LIST_OF(t, struct answering, timer);

	if (!owed) {
		loop_timer(loop, t, 1);
		return;
	}
	if (a->progress > 0) {
		console_progress(owed, "还有 %d", a->progress--);
		loop_timer(loop, t, 1);
		return;
	}
	buf_puts(console_later_out(owed), a->more);
	console_finish(owed, a->error);
	owed = NULL;
}

static void answers_later(const char *request, struct answering *a, const char *answer)
{
	a->timer.fn = answer_now;
	loop_timer(loop, &a->timer, 1);
	answers(request, answer);
	assert_null(owed);
}

static void test_later(void **state)
{
	struct console_stats before = counted;

	(void)state;
	answers_later("wait 查询\n", &(struct answering){.more = "余额\n"}, "ok\n查询\n余额\n");
	answers_later("operate 重发\n", &(struct answering){.more = ""}, "ok\n重发\n");
	answers_later("wait x\n", &(struct answering){.more = "", .error = "the store is away"},
		      "error the store is away\n");
	answers_later("wait 号码\n", &(struct answering){.more = "", .progress = 2},
		      "progress 还有 2\nprogress 还有 1\nok\n号码\n");
	answers_later("wait x\n", &(struct answering){.more = "", .progress = 1, .error = "no file"},
		      "progress 还有 1\nerror no file\n");
	answers("soon 成功\n", "ok\n已完成\n");
	answers("soon 失败\n", "error the store is away\n");
	answers("vain 移动\n", "error no account 移动\n");
	assert_int_equal(counted.commands - before.commands, 4);
	assert_int_equal(counted.refused - before.refused, 4);
}

/* A peer that has sent all and closed its side still gets its answer; what it sends meanwhile is no request. */
static void test_later_half_closed(void **state)
{
	struct answering a = {.more = "", .timer.fn = answer_now};

	(void)state;
	loop_timer(loop, &a.timer, 1);
	char *got = ask_n("wait 短信\nsay 1\n", strlen("wait 短信\nsay 1\n"), true);
	assert_string_equal(got, "ok\n短信\n");
	mem_free(got);
}

static bool something_owed(void *arg)
{
	(void)arg;
	return owed != NULL;
}

/* The peer has gone before its answer: that is dropped, and the place is free again. */
static void test_later_peer_gone(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * CONSOLE_MAX_CONNECTIONS; i++) {
		int fd = exchange_connect(path, 0);
		assert_int_equal(send(fd, "wait x\n", 7, 0), 7);
		assert_true(exchange_until(loop, something_owed, NULL));
		close(fd);
		console_finish(owed, NULL);
		owed = NULL;
	}
	answers("say again\n", "ok\n[again]\n");
}

/* Connections are there when the console goes. */
static void test_free_while_open(void **state)
{
	int fd = exchange_connect(path, 0);
	char octet;

	(void)state;
	answers("say 1\n", "ok\n[1]\n"); /* fd is accepted by now */
	assert_int_equal(send(fd, "wait x\n", 7, 0), 7);
	assert_true(exchange_until(loop, something_owed, NULL));
	console_free(console);
	console = NULL;
	console_finish(owed, NULL); /* nobody hears it */
	owed = NULL;
	assert_true(recv(fd, &octet, 1, 0) <= 0);
	close(fd);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_answers),		cmocka_unit_test(test_pieces),
	cmocka_unit_test(test_bounds),		cmocka_unit_test(test_rights),
	cmocka_unit_test(test_large_answer),	cmocka_unit_test(test_too_many),
	cmocka_unit_test(test_later),		cmocka_unit_test(test_later_half_closed),
	cmocka_unit_test(test_later_peer_gone), cmocka_unit_test(test_silent),
	cmocka_unit_test(test_tokens),		cmocka_unit_test(test_tokens_change_meanwhile),
	cmocka_unit_test(test_token_peer_gone), cmocka_unit_test(test_json),
	cmocka_unit_test(test_actions),		cmocka_unit_test(test_free_while_open),
};

__attribute__((constructor)) static void start(void)
{
	signal(SIGPIPE, SIG_IGN); /* as the daemon does */
	if (!mkdtemp(dir))
		abort();
	snprintf(path, sizeof(path), "%s/socket", dir);
	loop = loop_new();
	int fd = net_listen_unix(path, 0600);
	if (fd < 0)
		abort();
	static char none[] = "";
	const struct console_conf conf = {
		.group = none, .read_group = none, .operate_group = none, .admin_group = none};
	hasher = hasher_new(loop);
	about = (struct console_about){table, &told, rights_new(&conf, tokens_of(READ_HASH), 2, hasher),
				       actions_new(NULL), &counted};
	console = console_new(loop, fd, &about);
}

__attribute__((destructor)) static void stop(void)
{
	console_free(console);
	rights_free(about.rights);
	hasher_free(hasher);
	actions_free(about.actions);
	loop_free(loop);
	unlink(path);
	rmdir(dir);
}

UNIT_MAIN(cases)
