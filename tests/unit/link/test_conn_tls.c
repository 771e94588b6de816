/*
 * test_conn_tls.c - connections over TLS on real sockets, both ends ours: much data both ways, records that come in
 * pieces, holds, a peer that does not read, the end, and handshakes that must fail. Between the ends stands a relay, so
 * that the test decides how many octets travel at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "certs.h"
#include "unit.h"
#include "link/conn.h"

#define MAX_OUTPUT 131072
#define MUCH	   1000000

struct side {
	struct conn *conn;
	uint8_t *in;
	size_t n, sent, want; /* octets that came, that were put in, that are to be put in */
	unsigned connected, closed;
	enum end_reason reason;
	char error[300], info[CONN_TLS_INFO];
	bool hold_at_once, finish_after;
};

struct tls_test {
	struct loop *loop;
	struct conn_hub *hub;
	struct conn_listener *listener;
	struct conn_listen_conf listen;
	int64_t port, relay_port;
	int relay_listen, a, b; /* the relay's sockets: to the client, to the server */
	size_t piece;		/* octets that the relay moves at a time; 0: it is not there */
	bool deaf;		/* the relay reads nothing from the server */
	struct tls_context *server_tls, *client_tls;
	struct side client, server;
	bool (*done)(struct tls_test *t);
	struct loop_hook hook, write_hook;
	struct timer too_late;
	bool timed_out;
};

static uint8_t octet(size_t i)
{
	return (uint8_t)(i * 7 + i / 251);
}

static void on_connected(void *arg)
{
	struct side *s = arg;

	s->connected++;
	assert_true(conn_is_secure(s->conn));
}

static size_t on_input(void *arg, const uint8_t *p, size_t n)
{
	struct side *s = arg;

	if (s->hold_at_once) {
		conn_hold(s->conn, true);
		return 0;
	}
	/* the last octet of an offer stays, as a PDU that is not whole */
	size_t take = s->n + n < MUCH && n > 1 ? n - 1 : n;
	assert_true(s->n + take <= MUCH + 64);
	memcpy(s->in + s->n, p, take);
	s->n += take;
	return take;
}

static bool on_closed(void *arg, enum end_reason reason)
{
	struct side *s = arg;

	s->closed++;
	s->reason = reason;
	snprintf(s->error, sizeof(s->error), "%s", conn_error(s->conn));
	conn_tls_info(s->conn, s->info);
	s->conn = NULL;
	return true;
}

static const struct conn_ops ops = {.on_connected = on_connected, .on_input = on_input, .on_closed = on_closed};

static void on_accept(int fd, const struct net_addr *peer, void *arg)
{
	struct tls_test *t = arg;

	assert_null(t->server.conn);
	t->server.conn = conn_accepted(t->hub, fd, peer, &ops, &t->server);
	conn_secure(t->server.conn, t->server_tls);
}

static const struct conn_listen_ops listen_ops = {.on_accept = on_accept};

/* What a side is to send goes out as there is room. */
static void side_send(struct side *s)
{
	while (s->conn != NULL && s->sent < s->want) {
		size_t room = conn_free(s->conn), n = s->want - s->sent;
		if (n > room)
			n = room;
		if (n == 0)
			return;
		uint8_t *p = conn_room(s->conn, n);
		for (size_t i = 0; i < n; i++)
			p[i] = octet(s->sent + i);
		conn_filled(s->conn, n);
		s->sent += n;
		if (s->sent == s->want && s->finish_after)
			conn_finish(s->conn, END_WE_UNBOUND);
	}
}

/* Moves a piece; an end is passed on. */
static void relay_move(int from, int to, size_t piece)
{
	uint8_t octets[65536];
	ssize_t n = recv(from, octets, piece, MSG_DONTWAIT | MSG_PEEK);

	if (n == 0)
		shutdown(to, SHUT_WR);
	if (n <= 0)
		return;
	ssize_t sent = send(to, octets, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent > 0)
		assert_int_equal(recv(from, octets, (size_t)sent, 0), sent);
}

static int far_connect(int64_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	in.sin_port = htons((uint16_t)port);
	assert_int_equal(connect(fd, (struct sockaddr *)(void *)&in, sizeof(in)), 0);
	return fd;
}

static void relay_turn(struct tls_test *t)
{
	if (t->a < 0) {
		t->a = accept4(t->relay_listen, NULL, NULL, SOCK_NONBLOCK);
		if (t->a >= 0)
			t->b = far_connect(t->port);
	}
	for (int i = 0; t->a >= 0 && i < 64; i++) {
		relay_move(t->a, t->b, t->piece);
		if (!t->deaf)
			relay_move(t->b, t->a, t->piece);
	}
	loop_wake_in(t->loop, 100);
}

static void on_turn(void *arg)
{
	struct tls_test *t = arg;

	if (t->piece > 0)
		relay_turn(t);
	if (t->done(t))
		loop_stop(t->loop);
}

static void on_write_turn(void *arg)
{
	struct tls_test *t = arg;

	side_send(&t->client);
	side_send(&t->server);
}

static void on_too_late(struct timer *timer)
{
	struct tls_test *t = LIST_OF(timer, struct tls_test, too_late);

	t->timed_out = true;
	loop_stop(t->loop);
}

static void run_until(struct tls_test *t, bool (*done)(struct tls_test *t))
{
	t->done = done;
	t->timed_out = false;
	loop_timer(t->loop, &t->too_late, 120000);
	loop_wake_in(t->loop, 0);
	assert_int_equal(loop_run(t->loop), 0);
	assert_false(t->timed_out);
	loop_timer_clear(t->loop, &t->too_late);
}

static int listen_free(int64_t *port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&in, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

struct setting { /* files without .pem; "" none */
	const char *server, *client_ca, *ca, *name, *client;
	int server_min, client_min;
};

static struct tls_context *make_context(bool server, const char *certificate, const char *ca, const char *name, int min)
{
	struct tls_report r;
	char own[140] = "", key[140] = "", trusted[140] = "";

	if (*certificate)
		snprintf(own, sizeof(own), "%s.pem", certs_path(certificate));
	if (*certificate)
		snprintf(key, sizeof(key), "%s.key", certs_path(certificate));
	if (*ca)
		snprintf(trusted, sizeof(trusted), "%s.pem", certs_path(ca));
	struct tls_conf conf = {
		.enable = true, .certificate = own, .key = key, .ca = trusted, .verify = true, .min_version = min};
	struct tls_context *c = server ? tls_server_new(&conf, NULL, &r) : tls_client_new(&conf, name, NULL, &r);
	if (c == NULL)
		fail_msg("%s", r.fault);
	return c;
}

static struct tls_test *start(const struct setting *s)
{
	struct tls_test *t = calloc(1, sizeof(*t));
	const char *why = "";

	t->a = t->b = -1;
	t->loop = loop_new();
	t->hub = conn_hub_new(t->loop, MAX_OUTPUT, 16384);
	t->client.in = calloc(1, MUCH + 64);
	t->server.in = calloc(1, MUCH + 64);
	t->hook = (struct loop_hook){.fn = on_turn, .arg = t};
	t->write_hook = (struct loop_hook){.fn = on_write_turn, .arg = t};
	loop_hook(t->loop, LOOP_LOG, &t->hook);
	loop_hook(t->loop, LOOP_PUMP, &t->write_hook);
	t->too_late.fn = on_too_late;
	close(listen_free(&t->port));
	t->relay_listen = listen_free(&t->relay_port);
	assert_int_equal(listen(t->relay_listen, 1), 0);
	t->listen = (struct conn_listen_conf){.address = "127.0.0.1", .port = t->port};
	t->listener = conn_listen(t->hub, &t->listen, &listen_ops, t, &why);
	assert_non_null(t->listener);
	t->server_tls = make_context(true, s->server, s->client_ca, "", s->server_min);
	t->client_tls = make_context(false, s->client, s->ca, s->name, s->client_min);
	return t;
}

static void dial(struct tls_test *t, int64_t timeout_ms)
{
	t->client.conn =
		conn_connect(t->hub, "127.0.0.1", t->piece > 0 ? t->relay_port : t->port, timeout_ms, &ops, &t->client);
	conn_secure(t->client.conn, t->client_tls);
}

static bool all_closed(struct tls_test *t)
{
	return t->client.conn == NULL && t->server.conn == NULL;
}

static void stop(struct tls_test *t)
{
	if (t->client.conn != NULL)
		conn_close(t->client.conn, END_SHUTDOWN);
	if (t->server.conn != NULL)
		conn_close(t->server.conn, END_SHUTDOWN);
	run_until(t, all_closed);
	for (int *fd = &t->relay_listen; fd <= &t->b; fd++) {
		if (*fd >= 0)
			close(*fd);
	}
	conn_unlisten(t->listener);
	loop_unhook(t->loop, &t->hook);
	loop_unhook(t->loop, &t->write_hook);
	conn_hub_free(t->hub);
	loop_free(t->loop);
	tls_release(t->server_tls);
	tls_release(t->client_tls);
	free(t->client.in);
	free(t->server.in);
	free(t);
}

static const struct setting plain_setting = {"good", "", "ca", "smsc.example", "", 0, 0};

static void expect_octets(const struct side *s, size_t n)
{
	assert_int_equal(s->n, n);
	for (size_t i = 0; i < n; i++) {
		if (s->in[i] != octet(i))
			fail_msg("octet %zu is wrong", i);
	}
}

static bool much_both_ways(struct tls_test *t)
{
	return t->client.n == MUCH && t->server.n == MUCH;
}

static bool both_up(struct tls_test *t)
{
	return t->client.connected > 0 && t->server.conn != NULL && conn_is_secure(t->server.conn);
}

static void much_goes_both_ways(void **state)
{
	static const size_t pieces[] = {0, 65536, 7001, 333};

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct tls_test *t = start(&plain_setting);
		t->piece = pieces[i];
		t->client.want = t->server.want = MUCH;
		dial(t, 20000);
		assert_null(conn_room(t->client.conn, 1));
		run_until(t, much_both_ways);
		expect_octets(&t->client, MUCH);
		expect_octets(&t->server, MUCH);
		assert_int_equal(t->client.connected, 1);
		assert_int_equal(conn_octets_in(t->client.conn), MUCH);
		assert_int_equal(conn_octets_out(t->client.conn), MUCH);
		char info[CONN_TLS_INFO];
		conn_tls_info(t->client.conn, info);
		assert_non_null(strstr(info, "TLSv1.3 TLS_"));
		stop(t);
	}
}

static bool all_but_held(struct tls_test *t)
{
	return t->server.sent == t->server.want && conn_output(t->server.conn) == 0;
}

static bool client_has_all(struct tls_test *t)
{
	return t->client.n == t->server.want;
}

/* What OpenSSL has read already is offered when the hold is over, though no octet comes any more. */
static void a_hold_keeps_what_openssl_has_read(void **state)
{
	struct tls_test *t = start(&plain_setting);

	(void)state;
	t->client.hold_at_once = true;
	t->server.want = 40000; /* more than one read, less than the sockets take */
	dial(t, 20000);
	run_until(t, both_up);
	run_until(t, all_but_held);
	assert_int_equal(t->client.n, 0);
	t->client.hold_at_once = false;
	conn_hold(t->client.conn, false);
	/* the last octet of an offer is left until more comes, and nothing does */
	t->client.n = MUCH - 40000;
	memset(t->client.in, 0, t->client.n);
	t->server.want = MUCH;
	t->server.sent = MUCH;
	run_until(t, client_has_all);
	for (size_t i = 0; i < 40000; i++)
		assert_int_equal(t->client.in[MUCH - 40000 + i], octet(i));
	stop(t);
}

static bool server_is_choked(struct tls_test *t)
{
	return t->server.conn != NULL && conn_choked(t->server.conn);
}

static void who_does_not_read_costs_no_more_than_the_bound(void **state)
{
	struct tls_test *t = start(&plain_setting);

	(void)state;
	t->piece = 65536;
	dial(t, 20000);
	run_until(t, both_up);
	t->deaf = true;
	t->server.want = 100 * MUCH; /* never all of it: the sockets between hold a few megabytes */
	run_until(t, server_is_choked);
	assert_true(conn_output(t->server.conn) <= 2 * MAX_OUTPUT);
	stop(t);
}

static void the_end_comes_after_the_last_octet(void **state)
{
	struct tls_test *t = start(&plain_setting);

	(void)state;
	t->piece = 4096;
	t->server.want = MUCH;
	t->server.finish_after = true;
	dial(t, 20000);
	run_until(t, all_closed);
	expect_octets(&t->client, MUCH);
	assert_int_equal(t->client.reason, END_PEER_CLOSED);
	assert_int_equal(t->server.reason, END_WE_UNBOUND);
	assert_string_equal(t->client.error, "");
	stop(t);
}

/* An old peer: no TLS 1.3. */
static void make_old(const struct tls_context *context)
{
	SSL *ssl = tls_connection(context);

	SSL_CTX_set_max_proto_version(SSL_get_SSL_CTX(ssl), TLS1_2_VERSION);
	SSL_free(ssl);
}

static void versions(void **state)
{
	struct setting s = plain_setting;
	struct tls_test *t = start(&s);
	char info[CONN_TLS_INFO];

	(void)state;
	make_old(t->client_tls);
	dial(t, 20000);
	run_until(t, both_up);
	conn_tls_info(t->server.conn, info);
	assert_non_null(strstr(info, "TLSv1.2 ECDHE-"));
	stop(t);
	s.server_min = 1;
	t = start(&s);
	make_old(t->client_tls);
	dial(t, 20000);
	run_until(t, all_closed);
	assert_int_equal(t->server.reason, END_TLS_FAILED);
	assert_int_equal(t->client.reason, END_TLS_FAILED);
	assert_non_null(strstr(t->client.error, "protocol version"));
	stop(t);
}

static void client_certificates(void **state)
{
	struct setting s = {"good", "ca", "ca", "smsc.example", "app", 0, 0};
	struct tls_test *t = start(&s);

	(void)state;
	dial(t, 20000);
	run_until(t, both_up);
	assert_true(conn_peer_named(t->server.conn, "银行"));
	assert_false(conn_peer_named(t->server.conn, "bank"));
	assert_false(conn_peer_named(t->server.conn, "银"));
	stop(t);
	/* none was asked for: it has no name */
	s.client_ca = "";
	t = start(&s);
	dial(t, 20000);
	run_until(t, both_up);
	assert_false(conn_peer_named(t->server.conn, "银行"));
	stop(t);
}

static bool server_closed(struct tls_test *t)
{
	return t->server.closed > 0 && t->client.conn == NULL;
}

static const struct {
	struct setting setting;
	const char *server_error, *client_error;
} failures[] = {
	{{"good", "", "stranger", "smsc.example", "", 0, 0}, "unknown ca", "unable to get local issuer certificate"},
	{{"good", "", "ca", "else.example", "", 0, 0}, "alert", "hostname mismatch"},
	{{"expired", "", "ca", "smsc.example", "", 0, 0}, "expired", "certificate has expired"},
	{{"good", "ca", "ca", "smsc.example", "", 0, 0}, "peer did not return a certificate", "certificate required"},
	{{"good", "stranger", "ca", "smsc.example", "app", 0, 0}, "certificate verify failed", "unknown ca"},
};

static void handshakes_that_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct tls_test *t = start(&failures[i].setting);
		dial(t, 20000);
		run_until(t, server_closed);
		assert_int_equal(t->client.reason, END_TLS_FAILED);
		assert_int_equal(t->server.reason, END_TLS_FAILED);
		assert_string_equal(t->server.info, "");
		if (strstr(t->server.error, failures[i].server_error) == NULL)
			fail_msg("%zu, server: %s", i, t->server.error);
		if (strstr(t->client.error, failures[i].client_error) == NULL)
			fail_msg("%zu, client: %s", i, t->client.error);
		stop(t);
	}
}

static bool server_up(struct tls_test *t)
{
	return t->server.conn != NULL;
}

static bool server_gone(struct tls_test *t)
{
	return t->server.closed > 0;
}

static void what_is_no_tls(void **state)
{
	struct tls_test *t = start(&plain_setting);
	int fd = far_connect(t->port);
	char alert[64];

	(void)state;
	/* an app that speaks SMPP in the clear */
	assert_int_equal(send(fd, "\0\0\0\x2f\0\0\0\x09\0\0\0\0\0\0\0\x01", 16, 0), 16);
	run_until(t, server_up);
	while (recv(fd, alert, sizeof(alert), MSG_DONTWAIT | MSG_PEEK) < 0)
		run_until(t, server_up);
	assert_int_equal(t->server.n, 0);
	close(fd);
	run_until(t, server_gone);
	assert_int_equal(t->server.reason, END_TLS_FAILED);
	assert_non_null(strstr(t->server.error, "TLS: "));
	/* a load balancer that looks whether somebody listens */
	memset(&t->server.closed, 0, sizeof(t->server.closed));
	close(far_connect(t->port));
	run_until(t, server_gone);
	assert_int_equal(t->server.reason, END_PEER_CLOSED);
	stop(t);
}

static void a_handshake_has_its_time(void **state)
{
	struct tls_test *t = start(&plain_setting);
	int fd = far_connect(t->port);

	(void)state;
	run_until(t, server_up);
	conn_finish(t->server.conn, END_BIND_TIMEOUT); /* its owner's timer */
	run_until(t, server_gone);
	assert_int_equal(t->server.reason, END_TLS_FAILED);
	assert_non_null(strstr(t->server.error, "not completed in time"));
	close(fd);
	/* who takes the connection and says nothing */
	int64_t port;
	int silent = listen_free(&port);
	assert_int_equal(listen(silent, 1), 0);
	t->client.conn = conn_connect(t->hub, "127.0.0.1", port, 50, &ops, &t->client);
	conn_secure(t->client.conn, t->client_tls);
	run_until(t, all_closed);
	assert_int_equal(t->client.reason, END_TLS_FAILED);
	assert_int_equal(t->client.connected, 0);
	close(silent);
	stop(t);
}

static bool a_thousand(struct tls_test *t)
{
	return t->client.n + t->server.n >= 999; /* the last octet stays with who offers it */
}

/* New connections get the new certificate, the one that is up goes on. */
static void a_context_is_replaced(void **state)
{
	struct tls_test *t = start(&plain_setting);

	(void)state;
	dial(t, 20000);
	run_until(t, both_up);
	tls_release(t->server_tls);
	tls_release(t->client_tls);
	t->server_tls = make_context(true, "other", "", "", 0);
	t->client_tls = make_context(false, "", "ca", "other.example", 0);
	t->client.want = t->server.want = MUCH;
	run_until(t, much_both_ways);
	conn_close(t->client.conn, END_WE_UNBOUND);
	run_until(t, all_closed);
	memset(&t->client.connected, 0, sizeof(t->client.connected));
	dial(t, 20000);
	run_until(t, both_up);
	stop(t);
}

/* A newer list has the peer of a connection that is up: it ends with the next octet, either way. */
static void a_peer_is_revoked(void **state)
{
	static const char *const nobody[] = {NULL}, *const good[] = {"good", NULL};
	static const char *const lists[] = {"empty.pem", "list.pem"};
	struct tls_report r;

	(void)state;
	certs_revoke("empty", "ca", nobody, -60, 864000);
	certs_revoke("list", "ca", good, -60, 864000);
	for (int client_sends = 0; client_sends < 2; client_sends++) {
		struct tls_test *t = start(&plain_setting);
		struct side *sender = client_sends ? &t->client : &t->server;
		dial(t, 20000);
		run_until(t, both_up);
		for (size_t i = 0; i < 2; i++) {
			struct tls_conf conf = {.enable = true,
						.ca = certs_path("ca.pem"),
						.crl = certs_path(lists[i]),
						.verify = true};
			struct tls_context *fresh = tls_client_new(&conf, "smsc.example", NULL, &r);
			assert_non_null(fresh);
			tls_replace(&t->client_tls, fresh);
			sender->want += 1000;
			run_until(t, i == 0 ? a_thousand : all_closed);
		}
		assert_int_equal(t->client.reason, END_TLS_FAILED);
		if (strstr(t->client.error, "TLS: the certificate of smsc.example (serial ") == NULL ||
		    strstr(t->client.error, " was revoked at ") == NULL)
			fail_msg("%s", t->client.error);
		stop(t);
	}
}

static int make_all(void **state)
{
	static const struct cert_wish wishes[] = {
		{"ca", "测试根", NULL, -60, 864000, NULL},
		{"stranger", "别的根", NULL, -60, 864000, NULL},
		{"good", "smsc.example", "ca", -60, 864000, NULL},
		{"other", "other.example", "ca", -60, 864000, NULL},
		{"expired", "smsc.example", "ca", -7200, -60, NULL},
		{"app", "银行", "ca", -60, 864000, NULL},
	};

	(void)state;
	certs_folder();
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		certs_make(&wishes[i]);
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	certs_gone();
	return 0;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_all, remove_all)

static const struct CMUnitTest cases[] = {
	CASE(much_goes_both_ways),
	CASE(a_hold_keeps_what_openssl_has_read),
	CASE(who_does_not_read_costs_no_more_than_the_bound),
	CASE(the_end_comes_after_the_last_octet),
	CASE(versions),
	CASE(client_certificates),
	CASE(handshakes_that_fail),
	CASE(what_is_no_tls),
	CASE(a_handshake_has_its_time),
	CASE(a_context_is_replaced),
	CASE(a_peer_is_revoked),
};

UNIT_MAIN(cases)
