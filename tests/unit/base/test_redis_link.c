/*
 * test_redis_link.c - a hiredis to_peer whose peer reads when the test wants it: what hiredis has of the commands, and
 * that all of them arrive, once and in order.
 */
#include "unit.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/net.h"
#include "base/redis_link.h"

#include <errno.h>
#include <event2/event.h>
#include <hiredis/sds.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HIREDIS_MOST ((size_t)512 << 10) /* what hiredis is given, and the largest command of this test */

static char dir[] = "/tmp/test_redis_link.XXXXXX", path[64];
static struct loop *loop;
static redisAsyncContext *ac;
static struct redis_link *to_peer;
static int listener, peer;
static unsigned replies, nulls, rests;
static bool freed;
static uint8_t *sent, *got;
static size_t sent_n, got_n, room;

static void on_reply(redisAsyncContext *of, void *reply, void *unused)
{
	assert_ptr_equal(of, ac);
	assert_null(unused);
	if (reply != NULL)
		replies++;
	else
		nulls++;
}

static void on_rest(redisAsyncContext *of)
{
	assert_ptr_equal(of, ac);
	rests++;
}

static const struct redis_link_ops ops = {on_reply, on_rest};

static void on_connect(const redisAsyncContext *of, int status)
{
	(void)of;
	assert_int_equal(status, REDIS_OK);
}

static void on_disconnect(const redisAsyncContext *of, int status)
{
	(void)of;
	(void)status;
	freed = true;
}

/* What is ready on the loop, once. */
static void turn(void)
{
	assert_true(event_base_loop(loop_base(loop), EVLOOP_ONCE | EVLOOP_NONBLOCK) >= 0);
}

static int begin(void **state)
{
	(void)state;
	replies = nulls = rests = 0;
	sent_n = got_n = 0;
	freed = false;
	room = (size_t)64 << 20;
	sent = malloc(room);
	got = malloc(room);
	loop = loop_new();
	listener = net_listen_unix(path, 0600);
	assert_true(listener >= 0);
	ac = redisAsyncConnectUnix(path);
	assert_non_null(ac);
	assert_int_equal(ac->err, 0);
	to_peer = redis_link_new(loop, ac, &ops);
	redisAsyncSetDisconnectCallback(ac, on_disconnect);
	redisAsyncSetConnectCallback(ac, on_connect);
	while ((ac->c.flags & REDIS_CONNECTED) == 0)
		turn();
	do
		peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	while (peer < 0 && errno == EAGAIN);
	assert_true(peer >= 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (!freed)
		redisAsyncFree(ac);
	close(peer);
	close(listener);
	unlink(path);
	loop_free(loop);
	free(sent);
	free(got);
	return 0;
}

/* Sends a command number i whose value has n octets. */
static void send_command(unsigned i, size_t n)
{
	char *at = (char *)sent + sent_n, *p = at;
	int head = snprintf(at, 64, "*3\r\n$3\r\nSET\r\n$8\r\n%08u\r\n$%zu\r\n", i, n);

	assert_true(sent_n + n + 128 < room);
	p += head;
	for (size_t k = 0; k < n; k++)
		p[k] = (char)('a' + (i * 7 + k) % 26);
	p += n;
	memcpy(p, "\r\n", 2);
	p += 2;
	assert_int_equal(redis_link_send(to_peer, (const uint8_t *)at, (size_t)(p - at)), 0);
	sent_n += (size_t)(p - at);
	assert_true(sdslen(ac->c.obuf) <= HIREDIS_MOST);
}

/* The peer takes at most so much. */
static void take(size_t most)
{
	ssize_t n = read(peer, got + got_n, most < room - got_n ? most : room - got_n);

	if (n > 0)
		got_n += (size_t)n;
	else
		assert_true(n < 0 && errno == EAGAIN);
}

static void expect_all(void)
{
	while (got_n < sent_n) {
		take((size_t)1 << 20);
		turn();
		assert_true(sdslen(ac->c.obuf) <= HIREDIS_MOST);
		assert_int_equal(redis_link_octets(to_peer) + got_n <= sent_n, true);
	}
	assert_int_equal(got_n, sent_n);
	assert_memory_equal(got, sent, sent_n);
	assert_int_equal(redis_link_octets(to_peer), 0);
}

static void answer(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(write(peer, "+OK\r\n", 5), 5);
}

/* Few commands leave with one write, and none before it. */
static void test_few(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		send_command(i, 100);
	assert_int_equal(sdslen(ac->c.obuf), sent_n);
	turn();
	take(room);
	assert_int_equal(got_n, 0);
	redis_link_write(to_peer);
	assert_int_equal(redis_link_octets(to_peer), 0);
	take(room);
	assert_int_equal(got_n, sent_n);
	assert_memory_equal(got, sent, sent_n);
	answer(10);
	while (replies < 10)
		turn();
	assert_int_equal(nulls, 0);
}

/* The peer does not read: hiredis gets no more than it may write soon; when it reads, all arrive in order. */
static void test_peer_stands_still(void **state)
{
	static const size_t sizes[] = {1, 50, 300, 2000, 70000, 200000};
	unsigned n = 0;

	(void)state;
	while (sent_n < (size_t)24 << 20) {
		for (unsigned i = 0; i < 5; i++, n++)
			send_command(n, sizes[(n * 5 + n / 11) % 6]);
		redis_link_write(to_peer);
		turn();
	}
	assert_true(redis_link_octets(to_peer) > (size_t)16 << 20);
	take((size_t)3 << 20);
	turn();
	send_command(n++, 100); /* behind what waits, though hiredis may have room now */
	expect_all();
	send_command(n++, 100);
	redis_link_write(to_peer);
	expect_all();
}

/* Much more than hiredis is given at once, to a peer that reads it all: the rest follows without a further call. */
static void test_much_in_one_turn(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40000; i++)
		send_command(i, 100);
	redis_link_write(to_peer);
	expect_all();
}

/* The peer goes while very much waits: each command that hiredis has is called back, the rest is freed with it. */
static void test_peer_goes(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++)
		send_command(i, 100000);
	redis_link_write(to_peer);
	close(peer);
	while (!freed)
		turn();
	assert_true(nulls >= 2 && nulls < 100);
	assert_int_equal(replies, 0);
	peer = -1;
}

/* While it rests nothing is read, also when something was written. */
static void test_rest(void **state)
{
	(void)state;
	send_command(1, 10);
	send_command(2, 10);
	redis_link_write(to_peer);
	answer(2);
	redis_link_rest(to_peer);
	assert_true(redis_link_rests(to_peer));
	while (rests == 0)
		turn();
	send_command(3, 10);
	redis_link_write(to_peer);
	turn();
	assert_int_equal(replies, 0);
	assert_int_equal(rests, 1);
	redis_link_go_on(to_peer);
	assert_false(redis_link_rests(to_peer));
	while (replies < 2)
		turn();
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, begin, end)
static const struct CMUnitTest cases[] = {
	CASE(test_few),	 CASE(test_peer_stands_still), CASE(test_much_in_one_turn), CASE(test_peer_goes),
	CASE(test_rest),
};

int main(void)
{
	int all = (int)(sizeof(cases) / sizeof(cases[0])), failed;

	signal(SIGPIPE, SIG_IGN); /* as the gateway does */
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/socket", dir);
	failed = cmocka_run_group_tests(cases, NULL, NULL);
	rmdir(dir);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
