/*
 * test_proxied.c - a listener behind a balancer, over real sockets: headers whole and in pieces, wrong ones, none, too
 * late, from somebody else; and that no octet behind the header is taken.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "unit.h"
#include "link/conn.h"

#define HEADER                                                                                                         \
	"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0f\xcb\x00\x71\x07\xc0\x00\x02\x01\x9c\x40\x0a\xd7"                         \
	"\x04\0\0"
#define HEADER_OCTETS (sizeof(HEADER) - 1)

struct proxied_test {
	struct loop *loop;
	struct conn_hub *hub;
	struct conn_listener *listener;
	struct conn_listen_conf conf;
	struct net_cidr from;
	struct net_addr at;
	unsigned accepted, refused;
	int fd; /* the accepted one */
	char peer[64], why[128];
	enum end_reason reason;
	struct timer too_late;
	bool timed_out;
};

static void on_accept(int fd, const struct net_addr *peer, void *arg)
{
	struct proxied_test *t = arg;

	t->accepted++;
	t->fd = fd;
	net_print(peer, t->peer);
	loop_stop(t->loop);
}

static void on_refused(const struct net_addr *peer, enum end_reason reason, const char *why, void *arg)
{
	struct proxied_test *t = arg;

	t->refused++;
	net_print(peer, t->peer);
	t->reason = reason;
	snprintf(t->why, sizeof(t->why), "%s", why);
	loop_stop(t->loop);
}

static const struct conn_listen_ops ops = {on_accept, on_refused};

static void on_too_late(struct timer *timer)
{
	struct proxied_test *t = LIST_OF(timer, struct proxied_test, too_late);

	t->timed_out = true;
	loop_stop(t->loop);
}

static void run(struct proxied_test *t, int64_t ms)
{
	t->timed_out = false;
	t->too_late.fn = on_too_late;
	loop_timer(t->loop, &t->too_late, ms);
	assert_int_equal(loop_run(t->loop), 0);
	loop_timer_clear(t->loop, &t->too_late);
}

static void start(struct proxied_test *t, const char *from)
{
	const char *why = "";
	int fd;

	memset(t, 0, sizeof(*t));
	t->fd = -1;
	t->loop = loop_new();
	t->hub = conn_hub_new(t->loop, 65536, 16384);
	/* a free port */
	assert_true(net_literal("127.0.0.1", 0, &t->at));
	fd = net_listen(&t->at, 1);
	assert_int_equal(getsockname(fd, (void *)&t->at.ss, &t->at.len), 0);
	close(fd);
	char text[64];
	net_print(&t->at, text);
	assert_int_equal(net_cidr_parse(from, &t->from), 0);
	t->conf = (struct conn_listen_conf){
		.address = "127.0.0.1",
		.port = atoi(strrchr(text, ':') + 1),
		.proxy = true,
		.proxy_from = &t->from,
		.proxy_froms = 1,
		.header_ms = 60000,
	};
	t->listener = conn_listen(t->hub, &t->conf, &ops, t, &why);
	assert_non_null(t->listener);
}

static void stop(struct proxied_test *t)
{
	if (t->fd >= 0)
		close(t->fd);
	conn_unlisten(t->listener);
	conn_hub_free(t->hub);
	loop_free(t->loop);
}

static int balancer(const struct proxied_test *t)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (const void *)&t->at.ss, t->at.len), 0);
	return fd;
}

static void say(int fd, const char *p, size_t n)
{
	assert_int_equal(send(fd, p, n, 0), (ssize_t)n);
}

static void check_rest(const struct proxied_test *t, const char *want)
{
	char rest[64] = "";

	assert_int_equal(recv(t->fd, rest, sizeof(rest) - 1, 0), strlen(want));
	assert_string_equal(rest, want);
}

static void the_client_is_the_peer(void **state)
{
	struct proxied_test t;

	(void)state;
	start(&t, "127.0.0.0/8");
	int fd = balancer(&t);
	say(fd, HEADER "hello", HEADER_OCTETS + 5);
	run(&t, 60000);
	assert_int_equal(t.accepted, 1);
	assert_string_equal(t.peer, "203.0.113.7:40000");
	check_rest(&t, "hello");
	close(fd);
	stop(&t);
}

static void piece_by_piece(void **state)
{
	struct proxied_test t;

	(void)state;
	start(&t, "127.0.0.1");
	int fd = balancer(&t);
	for (size_t i = 0; i < HEADER_OCTETS; i++) {
		run(&t, 5);
		assert_int_equal(t.accepted + t.refused, 0);
		say(fd, &HEADER[i], 1);
	}
	run(&t, 60000);
	assert_int_equal(t.accepted, 1);
	say(fd, "SMPP", 4);
	usleep(1000);
	check_rest(&t, "SMPP");
	close(fd);
	stop(&t);
}

static void check_refusal(struct proxied_test *t, const char *p, size_t n, enum end_reason reason, const char *why)
{
	char c;
	int fd = balancer(t);

	t->refused = 0;
	if (n > 0)
		say(fd, p, n);
	else if (reason == END_PEER_CLOSED)
		shutdown(fd, SHUT_WR);
	run(t, 60000);
	assert_int_equal(t->refused, 1);
	assert_int_equal(t->accepted, 0);
	assert_int_equal(t->reason, reason);
	assert_non_null(strstr(t->why, why));
	assert_memory_equal(t->peer, "127.0.0.1:", 10);
	assert_true(recv(fd, &c, 1, 0) <= 0);
	close(fd);
}

static void refusals(void **state)
{
	struct proxied_test t;

	(void)state;
	start(&t, "127.0.0.1");
	check_refusal(&t, "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", 32, END_PROXY_HEADER, "version 1");
	check_refusal(&t, "\0\0\0\x10", 4, END_PROXY_HEADER, "no PROXY header");
	check_refusal(&t, "", 0, END_PEER_CLOSED, "closed before");
	t.conf.header_ms = 50;
	check_refusal(&t, "", 0, END_PROXY_HEADER, "in time");
	check_refusal(&t, HEADER, HEADER_OCTETS - 1, END_PROXY_HEADER, "in time");
	stop(&t);

	start(&t, "10.0.0.0/8");
	check_refusal(&t, HEADER, HEADER_OCTETS, END_NOT_ALLOWED, "proxy_from");
	stop(&t);
}

/* Those that wait are closed with the listener. */
static void the_listener_ends(void **state)
{
	struct proxied_test t;
	char c;

	(void)state;
	start(&t, "127.0.0.1");
	int one = balancer(&t), two = balancer(&t);
	say(one, HEADER, 20);
	run(&t, 50);
	assert_true(t.timed_out);
	conn_unlisten(t.listener);
	t.listener = NULL;
	assert_true(recv(one, &c, 1, 0) <= 0);
	assert_true(recv(two, &c, 1, 0) <= 0);
	assert_int_equal(t.accepted + t.refused, 0);
	close(one);
	close(two);
	stop(&t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(the_client_is_the_peer),
	cmocka_unit_test(piece_by_piece),
	cmocka_unit_test(refusals),
	cmocka_unit_test(the_listener_ends),
};

UNIT_MAIN(cases)
