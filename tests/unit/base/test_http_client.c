/*
 * test_http_client.c - the HTTP client against servers in the same loop: answers, kept connections, bounds, deadlines,
 * servers that break off, lie, or are somebody else, and everything that goes away in the middle.
 */
#include "unit.h"
#include <signal.h>
#include <stdlib.h>
#include "base/http_client.h"
#include "base/mem.h"
#include "certs.h"
#include "http_rig.h"

#define MANY 20

static struct rig rig;
static struct http_client *client;
static struct http_answer got;
static char got_why[HTTP_WHY], got_body[4096], got_type[128];
static uint64_t got_token;
static bool inside;

static void on_answer(void *arg, uint64_t token, const struct http_answer *a)
{
	assert_ptr_equal(arg, &rig);
	assert_false(inside);
	got = *a;
	snprintf(got_why, sizeof(got_why), "%s", a->why);
	snprintf(got_body, sizeof(got_body), "%s", a->body);
	snprintf(got_type, sizeof(got_type), "%s", a->type);
	got_token = token;
	rig_count(&rig);
}

static void begin(const char *certificate)
{
	rig_start(&rig, certificate);
	client = http_client_new(rig.loop);
	memset(&got, 0, sizeof(got));
}

static void end(void)
{
	http_client_free(client);
	rig_stop(&rig);
}

static struct http_target *target_of(const char *url, const char *ca, int64_t connections, int64_t waiting)
{
	char why[HTTP_WHY] = "";
	const struct http_target_conf conf = {url, ca, connections, waiting, 2000};
	struct http_target *t = http_target_new(client, &conf, why);

	assert_string_equal(why, "");
	assert_non_null(t);
	return t;
}

static struct http_target *target(const char *path)
{
	return target_of(rig_url(&rig, "http", "127.0.0.1", rig.port, path), "", 2, 10);
}

static struct http_target *raw(void)
{
	return target_of(rig_url(&rig, "http", "127.0.0.1", rig.raw_port, "/"), "", 1, 10);
}

static uint64_t post(struct http_target *t, const char *body, int64_t deadline_ms, uint64_t token)
{
	const struct http_header own = {"X-Own", "abc"};
	const struct http_request request = {body, body ? strlen(body) : 0, "application/json", &own, 1, deadline_ms};

	inside = true;
	uint64_t handle = http_send(t, &request, on_answer, &rig, token);
	inside = false;
	return handle;
}

static void expect(enum http_end ended, const char *why)
{
	if (got.end != ended)
		fail_msg("end %d, not %d: \"%s\"", (int)got.end, (int)ended, got_why);
	if (!strstr(got_why, why))
		fail_msg("\"%s\" is not in \"%s\"", why, got_why);
}

static void posts_and_gets(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = target("/echo?x=1");
	assert_true(post(t, "{\"文\":\"余额\"}", 5000, 7) != 0);
	assert_int_equal(http_open(client), 1);
	rig_run(&rig, 1);
	assert_int_equal(http_open(client), 0);
	expect(HTTP_ANSWERED, "");
	assert_int_equal(got.status, 200);
	assert_int_equal(got_token, 7);
	assert_string_equal(got_body, "{\"文\":\"余额\"}");
	assert_int_equal(got.n, strlen(got_body));
	assert_string_equal(got_type, "text/plain; charset=utf-8");
	assert_string_equal(rig.last.method, "POST");
	assert_string_equal(rig.last.path, "/echo?x=1");
	assert_string_equal(rig.last.type, "application/json");
	assert_string_equal(rig.last.own, "abc");
	assert_string_equal(rig.last.host, strstr(rig_url(&rig, "http", "127.0.0.1", rig.port, ""), "127"));
	assert_true(post(t, NULL, 5000, 8) != 0);
	rig_run(&rig, 2);
	assert_string_equal(rig.last.method, "GET");
	assert_string_equal(got_body, "");
	assert_true(post(target("/none"), "{}", 5000, 9) != 0);
	rig_run(&rig, 3);
	expect(HTTP_ANSWERED, "");
	assert_int_equal(got.status, 404);
	end();
}

static void a_name_is_resolved(void **state)
{
	(void)state;
	begin(NULL);
	/* perhaps ::1 comes first, where nobody listens: the next address is tried */
	assert_true(post(target_of(rig_url(&rig, "http", "localhost", rig.port, "/echo"), "", 1, 1), "到", 5000, 1) !=
		    0);
	rig_run(&rig, 1);
	expect(HTTP_ANSWERED, "");
	assert_true(post(target_of("http://no-such-host.invalid/x", "", 1, 1), "到", 15000, 1) != 0);
	rig_run(&rig, 2);
	expect(HTTP_NO_ADDRESS, "no address of no-such-host.invalid");
	end();
}

static void connections_are_kept(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = target("/echo");
	for (unsigned i = 1; i <= 5; i++) {
		assert_true(post(t, "一", 5000, i) != 0);
		rig_run(&rig, i);
		expect(HTTP_ANSWERED, "");
	}
	assert_int_equal(rig.connections, 1);
	end();
}

static void a_server_that_closes_is_connected_to_again(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = target("/close");
	for (unsigned i = 1; i <= 3; i++) {
		assert_true(post(t, "一", 5000, i) != 0);
		rig_run(&rig, i);
		expect(HTTP_ANSWERED, "");
		assert_string_equal(got_body, "一");
	}
	assert_int_equal(rig.connections, 3);
	end();
}

static void many_share_few_connections(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = target_of(rig_url(&rig, "http", "127.0.0.1", rig.port, "/echo"), "", 2, MANY - 2);
	for (unsigned i = 0; i < MANY; i++)
		assert_true(post(t, "多", 5000, i) != 0);
	assert_true(post(t, "太多", 5000, MANY) == 0); /* the line is full */
	rig_run(&rig, MANY);
	assert_int_equal(rig.requests, MANY);
	assert_int_equal(rig.connections, 2);
	assert_true(post(t, "又", 5000, 1) != 0);
	rig_run(&rig, MANY + 1);
	assert_int_equal(rig.connections, 2);
	end();
}

static void a_slow_server_is_late(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = target_of(rig_url(&rig, "http", "127.0.0.1", rig.port, "/slow"), "", 1, 5);
	int64_t begun = loop_now_ms(rig.loop);
	assert_true(post(t, "慢", 200, 1) != 0);
	assert_true(post(t, "等", 100, 2) != 0); /* waits for the connection */
	rig_run(&rig, 1);
	assert_int_equal(got_token, 2);
	expect(HTTP_LATE, "all connections were taken");
	rig_run(&rig, 2);
	assert_int_equal(got_token, 1);
	expect(HTTP_LATE, "no answer within the deadline");
	assert_true(loop_now_ms(rig.loop) - begun >= 200);
	assert_int_equal(http_open(client), 0);
	/* the connection in the middle of a request was given up; a next request has a new one */
	assert_true(post(t, "慢", 200, 3) != 0);
	rig_run(&rig, 3);
	assert_int_equal(rig.connections, 2);
	end();
}

static void a_large_answer_is_cut_off(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = target("/large");
	rig.size = 2000;
	assert_true(post(t, "大", 5000, 1) != 0);
	rig_run(&rig, 1);
	expect(HTTP_ANSWERED, "");
	assert_int_equal(got.n, 2000);
	rig.size = 2001;
	assert_true(post(t, "大", 5000, 1) != 0);
	rig_run(&rig, 2);
	expect(HTTP_TOO_LARGE, "longer than 2000 octets");
	rig.size = 5000000;
	assert_true(post(t, "大", 5000, 1) != 0);
	rig_run(&rig, 3);
	expect(HTTP_TOO_LARGE, "longer than 2000 octets");
	end();
}

/* An answer without length ends with the connection, and one with pieces says its sizes: both are bounded. */
static void large_answers_without_a_length(void **state)
{
	static char text[9000];
	(void)state;
	begin(NULL);
	struct http_target *t = raw();
	int n = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	memset(text + n, 'x', 3000);
	rig.octets = text;
	rig.closes = true;
	assert_true(post(t, "大", 5000, 1) != 0);
	rig_run(&rig, 1);
	expect(HTTP_TOO_LARGE, "longer");
	text[n + 1000] = '\0';
	assert_true(post(t, "大", 5000, 1) != 0);
	rig_run(&rig, 2);
	expect(HTTP_ANSWERED, "");
	assert_int_equal(got.n, 1000);
	n = snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n");
	memset(text + n, 'x', 4096);
	snprintf(text + n + 4096, 20, "\r\n0\r\n\r\n");
	assert_true(post(t, "大", 5000, 1) != 0);
	rig_run(&rig, 3);
	expect(HTTP_TOO_LARGE, "longer");
	end();
}

static void what_is_no_http(void **state)
{
	static const char *const broken[] = {"你好，世界\r\n\r\n", "HTTP/9.x 200\r\n\r\n",
					     "HTTP/1.1 200 OK\r\nContent-Length: 很长\r\n\r\n",
					     "HTTP/1.1 -15 好\r\nContent-Length: 0\r\n\r\n"};
	(void)state;
	begin(NULL);
	for (unsigned i = 0; i < 4; i++) {
		struct http_target *t = raw();
		rig.octets = broken[i];
		rig.closes = true;
		assert_true(post(t, "坏", 5000, 1) != 0);
		rig_run(&rig, i + 1);
		assert_int_not_equal(got.end, HTTP_ANSWERED);
		assert_int_not_equal(got.end, HTTP_LATE);
		http_target_free(t);
	}
	end();
}

static void connections_that_break(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = raw();
	rig.closes = true;
	assert_true(post(t, "断", 5000, 1) != 0); /* nothing, then the end */
	rig_run(&rig, 1);
	expect(HTTP_LOST, "ended before");
	assert_int_equal(rig.raw_connections, 1); /* a new connection: not tried again */
	rig.reset = true;
	assert_true(post(t, "断", 5000, 1) != 0);
	rig_run(&rig, 2);
	expect(HTTP_LOST, "ended before");
	rig.octets = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n半";
	assert_true(post(t, "断", 5000, 1) != 0);
	rig_run(&rig, 3);
	expect(HTTP_LOST, "ended before");
	end();
}

static void nobody_listens(void **state)
{
	(void)state;
	begin(NULL);
	assert_true(post(target_of("http://127.0.0.1:1/", "", 1, 1), "无", 5000, 1) != 0);
	rig_run(&rig, 1);
	expect(HTTP_NO_CONNECT, "no connection to 127.0.0.1:1");
	end();
}

/* The server closes a kept connection when it sees the second request: that request is made once more. */
static void a_stale_connection_is_tried_once_more(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *t = raw();
	rig.octets = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	assert_true(post(t, "一", 5000, 1) != 0);
	rig_run(&rig, 1);
	expect(HTTP_ANSWERED, "");
	rig.octets = NULL;
	rig.closes = true;
	assert_true(post(t, "二", 5000, 2) != 0);
	rig_run(&rig, 2);
	expect(HTTP_LOST, "ended before"); /* the new connection ended the same way */
	assert_int_equal(rig.raw_connections, 2);
	end();
}

static void cancelled(void **state)
{
	(void)state;
	begin(NULL);
	struct http_target *slow = target_of(rig_url(&rig, "http", "127.0.0.1", rig.port, "/slow"), "", 1, 5);
	uint64_t first = post(slow, "一", 5000, 1), second = post(slow, "二", 5000, 2);
	rig_until(&rig, &rig.requests, 1);
	http_cancel(client, second);
	http_cancel(client, second); /* stale */
	http_cancel(client, first);
	assert_int_equal(http_open(client), 0);
	assert_true(post(target("/echo"), "三", 5000, 3) != 0);
	rig_run(&rig, 1);
	assert_int_equal(got_token, 3);
	end();
}

static struct http_target *to_free;

static void free_in_callback(void *arg, uint64_t token, const struct http_answer *a)
{
	(void)arg;
	(void)token;
	(void)a;
	http_target_free(to_free);
	rig_count(&rig);
}

static void freed_with_requests_open(void **state)
{
	const struct http_request request = {"免", 3, "text/plain", NULL, 0, 5000};
	(void)state;
	begin(NULL);
	/* one connection: no other is answered before the one that frees */
	to_free = target_of(rig_url(&rig, "http", "127.0.0.1", rig.port, "/echo"), "", 1, 10);
	assert_true(http_send(to_free, &request, free_in_callback, NULL, 1) != 0);
	for (unsigned i = 0; i < 5; i++)
		assert_true(post(to_free, "丢", 5000, i) != 0);
	rig_run(&rig, 1);
	assert_int_equal(http_open(client), 0);
	struct http_target *slow = target("/slow");
	for (unsigned i = 0; i < 5; i++)
		assert_true(post(slow, "丢", 5000, i) != 0);
	unsigned asked = rig.requests;
	rig_until(&rig, &rig.requests, asked + 2);
	assert_true(post(target_of("http://no-such-host.invalid/x", "", 1, 1), "问", 5000, 1) != 0);
	end();
	assert_int_equal(rig.answers, 1);
}

static void tls(void **state)
{
	char ca[128];
	(void)state;
	certs_folder();
	certs_make(&(struct cert_wish){"ca", "测试根", NULL, -60, 864000, NULL});
	certs_make(&(struct cert_wish){"other", "另一个根", NULL, -60, 864000, NULL});
	certs_make(&(struct cert_wish){"gw", "localhost", "ca", -60, 864000, NULL});
	begin("gw");
	snprintf(ca, sizeof(ca), "%s", certs_path("ca.pem"));
	struct http_target *t = target_of(rig_url(&rig, "https", "localhost", rig.port, "/echo"), ca, 1, 1);
	for (unsigned i = 1; i <= 3; i++) {
		assert_true(post(t, "密", 5000, 1) != 0);
		rig_run(&rig, i);
		expect(HTTP_ANSWERED, "");
		assert_string_equal(got_body, "密");
	}
	assert_int_equal(rig.requests, 3);
	/* another name than the certificate's */
	assert_true(post(target_of(rig_url(&rig, "https", "127.0.0.1", rig.port, "/echo"), ca, 1, 1), "错", 5000, 1) !=
		    0);
	rig_run(&rig, 4);
	expect(HTTP_NO_CONNECT, "was refused: IP address mismatch");
	/* another authority; none of the system's */
	t = target_of(rig_url(&rig, "https", "localhost", rig.port, "/echo"), certs_path("other.pem"), 1, 1);
	assert_true(post(t, "错", 5000, 1) != 0);
	rig_run(&rig, 5);
	expect(HTTP_NO_CONNECT, "was refused: ");
	assert_true(post(target_of(rig_url(&rig, "https", "localhost", rig.port, "/echo"), "", 1, 1), "错", 5000, 1) !=
		    0);
	rig_run(&rig, 6);
	expect(HTTP_NO_CONNECT, "was refused: ");
	/* no TLS there */
	rig.octets = "HTTP/1.1 200 OK\r\n\r\n";
	t = target_of(rig_url(&rig, "https", "127.0.0.1", rig.raw_port, "/echo"), ca, 1, 1);
	assert_true(post(t, "错", 5000, 1) != 0);
	rig_run(&rig, 7);
	expect(HTTP_NO_CONNECT, "no TLS connection with 127.0.0.1:");
	assert_int_equal(rig.requests, 3);
	end();
	certs_gone();
}

static void a_wrong_name(void **state)
{
	(void)state;
	certs_folder();
	certs_make(&(struct cert_wish){"ca", "测试根", NULL, -60, 864000, NULL});
	certs_make(&(struct cert_wish){"gw", "bank.example", "ca", -60, 864000, NULL});
	begin("gw");
	assert_true(post(target_of(rig_url(&rig, "https", "localhost", rig.port, "/"), certs_path("ca.pem"), 1, 1),
			 "错", 5000, 1) != 0);
	rig_run(&rig, 1);
	expect(HTTP_NO_CONNECT, "was refused: hostname mismatch");
	assert_int_equal(rig.requests, 0);
	end();
	certs_gone();
}

static void bad_targets(void **state)
{
	static const struct {
		const char *url, *ca, *why;
	} bad[] = {
		{"ftp://host/x", "", "must be http://"},
		{"host/x", "", "must be http://"},
		{"http:///x", "", "must be http://"},
		{"http://user:secret@host/x", "", "no user"},
		{"http://host/x#y", "", "no user and no # part"},
		{"https://host/x", "/no/such/file.pem", "/no/such/file.pem cannot be read"},
	};
	char why[HTTP_WHY];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct http_target_conf conf = {bad[i].url, bad[i].ca, 1, 1, 100};
		assert_false(http_target_ok(&conf, why));
		if (!strstr(why, bad[i].why))
			fail_msg("\"%s\" is not in \"%s\"", bad[i].why, why);
		assert_null(strstr(why, "secret"));
	}
	const struct http_target_conf good = {"http://[::1]:8080", "", 1, 1, 100};
	assert_true(http_target_ok(&good, why));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(posts_and_gets),
	cmocka_unit_test(a_name_is_resolved),
	cmocka_unit_test(connections_are_kept),
	cmocka_unit_test(a_server_that_closes_is_connected_to_again),
	cmocka_unit_test(many_share_few_connections),
	cmocka_unit_test(a_slow_server_is_late),
	cmocka_unit_test(a_large_answer_is_cut_off),
	cmocka_unit_test(large_answers_without_a_length),
	cmocka_unit_test(what_is_no_http),
	cmocka_unit_test(connections_that_break),
	cmocka_unit_test(nobody_listens),
	cmocka_unit_test(a_stale_connection_is_tried_once_more),
	cmocka_unit_test(cancelled),
	cmocka_unit_test(freed_with_requests_open),
	cmocka_unit_test(tls),
	cmocka_unit_test(a_wrong_name),
	cmocka_unit_test(bad_targets),
};

UNIT_MAIN(cases)
