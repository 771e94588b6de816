/*
 * test_conn.c - connections over real sockets: gathering, back-pressure, half-close, failures. The loop is turned until
 * what is waited for is true; a timer ends a test that waits in vain.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "unit.h"
#include "link/conn.h"

#define MAX_OUTPUT 65536

struct side {		   /* the gateway's side of one connection */
	struct conn *conn; /* NULL once closed */
	uint8_t in[400000];
	size_t n, leave; /* leave: octets at the end that are never consumed */
	unsigned connected, closed, drained, offers;
	unsigned undone; /* so often it is not done yet with a connection that was closed */
	enum end_reason reason;
	char error[128];
	bool hold_at_once;
	size_t finish_at; /* > 0: finishes the connection when so many octets are offered at once */
};

struct net_test {
	struct loop *loop;
	struct conn_hub *hub;
	struct conn_listener *listener;
	struct conn_listen_conf listen;
	int64_t port;
	struct side side;
	int far; /* the test's socket */
	bool (*done)(struct net_test *t);
	struct loop_hook hook;
	struct timer too_late;
	bool timed_out;
};

static void on_connected(void *arg)
{
	((struct side *)arg)->connected++;
}

static size_t on_input(void *arg, const uint8_t *p, size_t n)
{
	struct side *s = arg;

	s->offers++;
	if (s->hold_at_once) {
		conn_hold(s->conn, true);
		return 0;
	}
	if (s->finish_at > 0 && n >= s->finish_at)
		conn_finish(s->conn, END_BAD_LENGTH);
	size_t take = n > s->leave ? n - s->leave : 0;
	assert_true(s->n + take <= sizeof(s->in));
	memcpy(s->in + s->n, p, take);
	s->n += take;
	return take;
}

static bool on_closed(void *arg, enum end_reason reason)
{
	struct side *s = arg;

	if (s->undone > 0) {
		s->undone--;
		return false;
	}
	s->closed++;
	s->reason = reason;
	snprintf(s->error, sizeof(s->error), "%s", conn_error(s->conn));
	s->conn = NULL;
	return true;
}

static void on_drained(void *arg)
{
	((struct side *)arg)->drained++;
}

static const struct conn_ops ops = {
	.on_connected = on_connected,
	.on_input = on_input,
	.on_closed = on_closed,
	.on_drained = on_drained,
};

static void on_accept(int fd, const struct net_addr *peer, void *arg)
{
	struct net_test *t = arg;

	assert_null(t->side.conn);
	t->side.conn = conn_accepted(t->hub, fd, peer, &ops, &t->side);
}

static const struct conn_listen_ops listen_ops = {.on_accept = on_accept};

static void on_too_late(struct timer *timer)
{
	struct net_test *t = LIST_OF(timer, struct net_test, too_late);

	t->timed_out = true;
	loop_stop(t->loop);
}

static void on_turn(void *arg)
{
	struct net_test *t = arg;

	if (t->done != NULL && t->done(t))
		loop_stop(t->loop);
}

static void run_until(struct net_test *t, bool (*done)(struct net_test *t))
{
	t->done = done;
	t->timed_out = false;
	loop_timer(t->loop, &t->too_late, 120000);
	loop_wake_in(t->loop, 0);
	assert_int_equal(loop_run(t->loop), 0);
	assert_false(t->timed_out);
	loop_timer_clear(t->loop, &t->too_late);
}

static bool accepted(struct net_test *t)
{
	return t->side.conn != NULL;
}

static bool closed(struct net_test *t)
{
	return t->side.closed > 0;
}

/* A free port: asked from the kernel. */
static int64_t free_port(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&in, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&in, &len), 0);
	close(fd);
	return ntohs(in.sin_port);
}

static int far_connect(int64_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), small = 4096;
	struct timeval patience = {.tv_sec = 20};

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	in.sin_port = htons((uint16_t)port);
	assert_int_equal(connect(fd, (struct sockaddr *)(void *)&in, sizeof(in)), 0);
	return fd;
}

static struct net_test *start(void)
{
	struct net_test *t = calloc(1, sizeof(*t));
	const char *why = "";

	t->far = -1;
	t->loop = loop_new();
	t->hub = conn_hub_new(t->loop, MAX_OUTPUT, 16384);
	t->hook = (struct loop_hook){.fn = on_turn, .arg = t};
	loop_hook(t->loop, LOOP_LOG, &t->hook);
	t->too_late.fn = on_too_late;
	t->port = free_port();
	t->listen = (struct conn_listen_conf){.address = "127.0.0.1", .port = t->port};
	t->listener = conn_listen(t->hub, &t->listen, &listen_ops, t, &why);
	assert_non_null(t->listener);
	return t;
}

static struct net_test *start_accepted(void)
{
	struct net_test *t = start();

	t->far = far_connect(t->port);
	run_until(t, accepted);
	return t;
}

static void stop(struct net_test *t)
{
	if (t->side.conn != NULL) {
		conn_close(t->side.conn, END_SHUTDOWN);
		run_until(t, closed);
	}
	if (t->far >= 0)
		close(t->far);
	conn_unlisten(t->listener);
	loop_unhook(t->loop, &t->hook);
	conn_hub_free(t->hub);
	loop_free(t->loop);
	free(t);
}

static void put(struct net_test *t, const void *p, size_t n)
{
	uint8_t *room = conn_room(t->side.conn, n);

	assert_non_null(room);
	memcpy(room, p, n);
	conn_filled(t->side.conn, n);
}

static bool output_empty(struct net_test *t)
{
	return t->side.conn == NULL || conn_output(t->side.conn) == 0;
}

static bool has_5(struct net_test *t)
{
	return t->side.n >= 5;
}

static bool has_300000(struct net_test *t)
{
	return t->side.n >= 300000;
}

static void octets_go_both_ways(void **state)
{
	struct net_test *t = start_accepted();
	char got[16];

	(void)state;
	assert_int_equal(send(t->far, "hello", 5, 0), 5);
	run_until(t, has_5);
	assert_memory_equal(t->side.in, "hello", 5);
	assert_int_equal(conn_octets_in(t->side.conn), 5);
	put(t, "ab", 2);
	put(t, "cd", 2);
	assert_int_equal(conn_output(t->side.conn), 4);
	run_until(t, output_empty);
	assert_int_equal(recv(t->far, got, sizeof(got), 0), 4); /* gathered in one write */
	assert_memory_equal(got, "abcd", 4);
	assert_int_equal(conn_octets_out(t->side.conn), 4);
	stop(t);
}

static void unconsumed_input_is_offered_again(void **state)
{
	struct net_test *t = start_accepted();
	static uint8_t many[300000];

	(void)state;
	for (size_t i = 0; i < sizeof(many); i++)
		many[i] = (uint8_t)(i * 7 + i / 251);
	t->side.leave = 10000; /* as a partial PDU longer than what is copied in front of a read */
	pid_t child = fork();
	if (child == 0) {
		for (size_t sent = 0; sent < sizeof(many);) {
			ssize_t n = send(t->far, many + sent, sizeof(many) - sent, 0);
			if (n <= 0)
				_exit(1);
			sent += (size_t)n;
		}
		send(t->far, many, 10000, 0);
		_exit(0);
	}
	run_until(t, has_300000);
	assert_memory_equal(t->side.in, many, sizeof(many));
	stop(t);
}

static bool offered(struct net_test *t)
{
	return t->side.offers > 0;
}

static void a_hold_keeps_what_was_not_consumed(void **state)
{
	struct net_test *t = start_accepted();

	(void)state;
	t->side.hold_at_once = true;
	assert_int_equal(send(t->far, "hel", 3, 0), 3);
	run_until(t, offered);
	assert_int_equal(t->side.n, 0);
	assert_int_equal(send(t->far, "lo", 2, 0), 2);
	t->side.hold_at_once = false;
	conn_hold(t->side.conn, false);
	run_until(t, has_5);
	assert_memory_equal(t->side.in, "hello", 5);
	stop(t);
}

static void full_output_gives_no_room_and_then_drains(void **state)
{
	struct net_test *t = start_accepted();
	static uint8_t block[16384];
	size_t put_in = 0, got = 0;
	ssize_t n;

	(void)state;
	/* fill the sockets, then our own output */
	for (int turns = 0; turns < 1000 && conn_room(t->side.conn, sizeof(block)) != NULL; turns++) {
		put(t, block, sizeof(block));
		put_in += sizeof(block);
		run_until(t, accepted); /* a turn: it is written */
	}
	assert_null(conn_room(t->side.conn, sizeof(block)));
	assert_true(conn_choked(t->side.conn));
	assert_true(conn_free(t->side.conn) < sizeof(block));
	t->side.drained = 0;
	/* who does not read is not read from */
	assert_int_equal(send(t->far, "hello", 5, 0), 5);
	run_until(t, accepted);
	assert_int_equal(t->side.n, 0);
	while (got < put_in) {
		n = recv(t->far, block, sizeof(block), MSG_DONTWAIT);
		if (n > 0)
			got += (size_t)n;
		else
			run_until(t, accepted);
	}
	run_until(t, has_5);
	assert_int_equal(t->side.drained, 1);
	assert_int_equal(conn_octets_out(t->side.conn), put_in);
	stop(t);
}

static bool far_has_end(struct net_test *t)
{
	char c;

	return recv(t->far, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static bool far_has_last(struct net_test *t)
{
	char c[4];

	return recv(t->far, c, 4, MSG_PEEK | MSG_DONTWAIT) == 4;
}

static void finishing_half_closes_and_waits_for_the_peer(void **state)
{
	struct net_test *t = start_accepted();
	char got[16];

	(void)state;
	put(t, "last", 4);
	conn_finish(t->side.conn, END_PEER_UNBOUND);
	run_until(t, far_has_last);
	assert_int_equal(recv(t->far, got, 4, 0), 4);
	assert_memory_equal(got, "last", 4);
	run_until(t, far_has_end);
	assert_int_equal(t->side.closed, 0);
	/* what it sends now is dropped and does no harm */
	assert_int_equal(send(t->far, "bye", 3, 0), 3);
	close(t->far);
	t->far = -1;
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_PEER_UNBOUND);
	assert_int_equal(t->side.n, 0);
	stop(t);
}

static void long_input_may_be_the_end(void **state)
{
	struct net_test *t = start_accepted();
	static const uint8_t many[20000];

	(void)state;
	t->side.leave = 9000; /* kept by the connection: longer than what is copied in front of a read */
	t->side.finish_at = 9001;
	assert_int_equal(send(t->far, many, 9000, 0), 9000);
	run_until(t, offered);
	assert_int_equal(t->side.closed, 0);
	assert_int_equal(send(t->far, many, 1, 0), 1);
	run_until(t, far_has_end);
	close(t->far);
	t->far = -1;
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_BAD_LENGTH);
	stop(t);
}

static void held_input_may_be_the_end(void **state)
{
	struct net_test *t = start_accepted();

	(void)state;
	t->side.hold_at_once = true;
	assert_int_equal(send(t->far, "unbind", 6, 0), 6);
	run_until(t, offered);
	t->side.hold_at_once = false;
	t->side.finish_at = 1;
	conn_hold(t->side.conn, false);
	run_until(t, far_has_end);
	close(t->far);
	t->far = -1;
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_BAD_LENGTH);
	stop(t);
}

static void the_peer_closes(void **state)
{
	struct net_test *t = start_accepted();

	(void)state;
	assert_int_equal(send(t->far, "hello", 5, 0), 5);
	close(t->far);
	t->far = -1;
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_PEER_CLOSED);
	assert_int_equal(t->side.n, 5);
	assert_int_equal(t->side.closed, 1);
	stop(t);
}

/* Who is not done yet is asked again in each turn; the connection is there as long. */
static void the_owner_is_not_done_yet(void **state)
{
	struct net_test *t = start_accepted();

	(void)state;
	t->side.undone = 3;
	uint64_t turns = loop_turns(t->loop);
	close(t->far);
	t->far = -1;
	run_until(t, closed);
	assert_int_equal(t->side.undone, 0);
	assert_int_equal(t->side.reason, END_PEER_CLOSED);
	assert_true(loop_turns(t->loop) - turns >= 3);
	stop(t);
}

static void the_peer_resets(void **state)
{
	struct net_test *t = start_accepted();
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	(void)state;
	setsockopt(t->far, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(t->far);
	t->far = -1;
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_IO_ERROR);
	assert_string_equal(t->side.error, strerror(ECONNRESET));
	stop(t);
}

static void the_first_reason_stays(void **state)
{
	struct net_test *t = start_accepted();

	(void)state;
	conn_close(t->side.conn, END_SILENT);
	conn_close(t->side.conn, END_CONFIG);
	conn_finish(t->side.conn, END_SHUTDOWN);
	assert_null(conn_room(t->side.conn, 1));
	assert_int_equal(t->side.closed, 0); /* not from inside our own call */
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_SILENT);
	assert_int_equal(t->side.closed, 1);
	stop(t);
}

static bool connected(struct net_test *t)
{
	return t->side.connected > 0;
}

static void connecting(void **state)
{
	struct net_test *t = start();
	static struct side dialler;

	(void)state;
	memset(&dialler, 0, sizeof(dialler));
	dialler.conn = conn_connect(t->hub, "127.0.0.1", t->port, 5000, &ops, &dialler);
	run_until(t, accepted);
	/* both ends are ours */
	while (dialler.connected == 0)
		run_until(t, accepted);
	uint8_t *room = conn_room(dialler.conn, 5);
	memcpy(room, "hello", 5);
	conn_filled(dialler.conn, 5);
	run_until(t, has_5);
	conn_close(dialler.conn, END_WE_UNBOUND);
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_PEER_CLOSED);
	assert_int_equal(dialler.closed, 1);
	assert_int_equal(dialler.reason, END_WE_UNBOUND);
	stop(t);
}

static void connecting_to_nobody(void **state)
{
	struct net_test *t = start();

	(void)state;
	conn_unlisten(t->listener);
	t->listener = NULL;
	t->side.conn = conn_connect(t->hub, "127.0.0.1", t->port, 5000, &ops, &t->side);
	assert_int_equal(t->side.closed, 0);
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_CONNECT_FAILED);
	assert_string_equal(t->side.error, strerror(ECONNREFUSED));
	assert_false(connected(t));
	stop(t);

	t = start();
	t->side.conn = conn_connect(t->hub, "256.1.2.3.nowhere.invalid", 1, 5000, &ops, &t->side);
	run_until(t, closed);
	assert_int_equal(t->side.reason, END_RESOLVE_FAILED);
	assert_true(t->side.error[0] != '\0');
	stop(t);
}

static void a_port_in_use(void **state)
{
	struct net_test *t = start();
	const char *why = "";

	(void)state;
	assert_null(conn_listen(t->hub, &t->listen, &listen_ops, t, &why));
	assert_string_equal(why, strerror(EADDRINUSE));
	stop(t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(octets_go_both_ways),
	cmocka_unit_test(unconsumed_input_is_offered_again),
	cmocka_unit_test(a_hold_keeps_what_was_not_consumed),
	cmocka_unit_test(full_output_gives_no_room_and_then_drains),
	cmocka_unit_test(finishing_half_closes_and_waits_for_the_peer),
	cmocka_unit_test(long_input_may_be_the_end),
	cmocka_unit_test(held_input_may_be_the_end),
	cmocka_unit_test(the_peer_closes),
	cmocka_unit_test(the_owner_is_not_done_yet),
	cmocka_unit_test(the_peer_resets),
	cmocka_unit_test(the_first_reason_stays),
	cmocka_unit_test(connecting),
	cmocka_unit_test(connecting_to_nobody),
	cmocka_unit_test(a_port_in_use),
};

UNIT_MAIN(cases)
