/*
 * test_http.c - the stats port over real sockets, with pages of the test's own: methods, hosts, headers, bounds.
 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "exchange.h"
#include "noc/http.h"

static struct loop *loop;
static struct http *http;
static struct http_stats counted;
static int port, asked;

static int page_hello(void *arg, const struct query *asked_for, struct buf *out)
{
	(void)asked_for;
	*(int *)arg += 1;
	buf_puts(out, "你好\n");
	return 200;
}

static int page_asked(void *arg, const struct query *asked_for, struct buf *out)
{
	const char *name = query_get(asked_for, "name");

	*(int *)arg += 1;
	buf_printf(out, "asked for %s\n", name ? name : "nobody");
	return 200;
}

static int page_sick(void *arg, const struct query *asked_for, struct buf *out)
{
	(void)asked_for;
	*(int *)arg += 1;
	buf_puts(out, "the store is down\n");
	return 503;
}

static int page_large(void *arg, const struct query *asked_for, struct buf *out)
{
	(void)asked_for;
	(void)arg;
	memset(buf_room(out, 4000000), 'x', 4000000);
	buf_filled(out, 4000000);
	return 200;
}

#define VAST 32000000u /* octets: more than buffers of the kernel and ten seconds take */

static int page_vast(void *arg, const struct query *asked_for, struct buf *out)
{
	(void)asked_for;
	(void)arg;
	memset(buf_room(out, VAST), 'x', VAST);
	buf_filled(out, VAST);
	return 200;
}

/* A page that is made over turns; it is whole when the test says so. */
static struct {
	unsigned begun, ended, steps;
	bool held;
} slow;

static void *slow_begin(void *arg)
{
	(void)arg;
	slow.begun++;
	return &slow;
}

static bool slow_some(void *made, struct buf *out)
{
	(void)made;
	if (slow.steps++ % 3 < 2 || slow.held)
		return true;
	buf_printf(out, "第%u页\n", slow.begun);
	return false;
}

static void slow_end(void *made)
{
	(void)made;
	slow.ended++;
}

static const struct making_steps slow_steps = {slow_begin, slow_some, slow_end};

static const struct http_page pages[] = {
	{"/hello", "text/plain; charset=utf-8", page_hello, "greets", NULL},
	{"/sick", "text/plain", page_sick, "complains", NULL},
	{"/large", "text/plain", page_large, "much", NULL},
	{"/vast", "text/plain", page_vast, "more", NULL},
	{"/asked", "text/plain", page_asked, "repeats", NULL},
	{"/slow", "text/plain; charset=utf-8", NULL, "takes its time", &slow_steps},
	{NULL, NULL, NULL, NULL, NULL},
};

static const struct http_document front = {
	.type = "text/html; charset=utf-8",
	.policy = "default-src 'none'; script-src 'self'",
	.etag = "\"f00d\"",
	.body = (const uint8_t *)"<p>网关",
	.length = 9,
	.help = "for people",
};

static char *ask(const char *request)
{
	int fd = exchange_connect(NULL, port);

	assert_true(fd >= 0);
	return exchange_on(loop, fd, request, strlen(request), false);
}

/* The request has the status, and every part in its answer (up to a NULL). */
static void answers(const char *request, const char *status, const char *const *parts)
{
	char *got = ask(request);

	if (strncmp(got, "HTTP/1.", 7) != 0 || strncmp(got + 9, status, 3) != 0)
		fail_msg("%s: wanted %s, got: %s", request, status, got);
	for (; parts && *parts; parts++) {
		if (!strstr(got, *parts))
			fail_msg("%s: no %s in: %s", request, *parts, got);
	}
	mem_free(got);
}

#define HOST "Host: 127.0.0.1:8775\r\n\r\n"

static void test_get(void **state)
{
	static const char *const hello[] = {
		"\r\n\r\n你好\n",
		"Content-Type: text/plain; charset=utf-8\r\n",
		"Content-Length: 7\r\n",
		"Cache-Control: no-store\r\n",
		"X-Content-Type-Options: nosniff\r\n",
		"Connection: close\r\n",
		NULL,
	};
	static const char *const sick[] = {"\r\n\r\nthe store is down\n", NULL};
	static const char *const list[] = {"/hello", "greets", "/sick", NULL};
	int before = asked;

	(void)state;
	answers("GET /hello HTTP/1.1\r\n" HOST, "200", hello);
	answers("GET /hello?t=1 HTTP/1.1\r\nConnection: keep-alive\r\n" HOST, "200", hello);
	answers("GET /hello HTTP/1.0\r\n\r\n", "200", hello);
	answers("GET /sick HTTP/1.1\r\n" HOST, "503", sick);
	answers("GET / HTTP/1.1\r\n" HOST, "200", list);
	assert_int_equal(asked - before, 4);
	assert_int_equal(counted.requests, 5);
	char *got = ask("GET /hello HTTP/1.1\r\nOrigin: http://evil.example\r\n" HOST);
	assert_null(strcasestr(got, "Access-Control"));
	mem_free(got);
}

/* Pages get what is asked, decoded and checked; what cannot be read never reaches them. */
static void test_asked(void **state)
{
	static const char *const refused[] = {"name=%zz", "name=%ff", "name=%00", "name=a&name=b", NULL};
	char request[4200], value[4000];
	int before = asked;

	(void)state;
	answers("GET /asked?dim=carrier&name=%E7%A7%BB%E5%8A%A8 HTTP/1.1\r\n" HOST, "200",
		(const char *const[]){"\r\n\r\nasked for 移动\n", NULL});
	answers("GET /asked HTTP/1.1\r\n" HOST, "200", (const char *const[]){"asked for nobody\n", NULL});
	assert_int_equal(asked - before, 2);
	uint64_t requests = counted.requests, refusals = counted.refused;
	for (size_t i = 0; refused[i]; i++) {
		snprintf(request, sizeof(request), "GET /asked?%s HTTP/1.1\r\n" HOST, refused[i]);
		answers(request, "400", (const char *const[]){"The query", NULL});
	}
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	snprintf(request, sizeof(request), "GET /asked?name=%s HTTP/1.1\r\n" HOST, value);
	answers(request, "400", (const char *const[]){"too long", NULL});
	assert_int_equal(asked - before, 2);
	assert_int_equal(counted.requests, requests);
	assert_int_equal(counted.refused - refusals, 5);
}

static void test_front(void **state)
{
	static const char *const page[] = {
		"\r\n\r\n<p>网关",
		"Content-Type: text/html; charset=utf-8\r\n",
		"Content-Length: 9\r\n",
		"Content-Security-Policy: default-src 'none'; script-src 'self'\r\n",
		"Cache-Control: no-cache\r\n",
		"ETag: \"f00d\"\r\n",
		"X-Frame-Options: DENY\r\n",
		"Referrer-Policy: no-referrer\r\n",
		NULL,
	};
	static const char *const list[] = {"/help ", "/hello", "for people",
					   "default-src 'none'; frame-ancestors 'none'", NULL};
	static const char *const known[] = {"ETag: \"f00d\"\r\n", "Cache-Control: no-cache\r\n", NULL};

	(void)state;
	http_front(http, &front);
	answers("GET / HTTP/1.1\r\n" HOST, "200", page);
	answers("GET /?lang=zh HTTP/1.1\r\n" HOST, "200", page);
	answers("GET / HTTP/1.1\r\nIf-None-Match: \"old\"\r\n" HOST, "200", page);
	answers("GET / HTTP/1.1\r\nIf-None-Match: W/\"old\", \"f00d\"\r\n" HOST, "304", known);
	answers("GET /help HTTP/1.1\r\n" HOST, "200", list);
	char *got = ask("HEAD / HTTP/1.1\r\n" HOST);
	assert_non_null(strstr(got, "Content-Length: 9\r\n"));
	assert_null(strstr(got, "<p>"));
	mem_free(got);
	http_front(http, NULL);
	answers("GET / HTTP/1.1\r\n" HOST, "200", (const char *const[]){"/hello", "greets", NULL});
}

static void test_head(void **state)
{
	char *got = ask("HEAD /hello HTTP/1.1\r\n" HOST);
	size_t n = strlen(got);

	(void)state;
	assert_memory_equal(got, "HTTP/1.1 200", 12);
	assert_non_null(strstr(got, "Content-Length: 7\r\n"));
	assert_string_equal(got + n - 4, "\r\n\r\n"); /* no body */
	mem_free(got);
}

static void test_refused(void **state)
{
	static const char *const allow[] = {"Allow: GET, HEAD\r\n", NULL};
	static const char *const host[] = {"Host must be", NULL};
	uint64_t before = counted.refused;
	int asked_before = asked;

	(void)state;
	answers("GET /other HTTP/1.1\r\n" HOST, "404", NULL);
	answers("GET /hello/ HTTP/1.1\r\n" HOST, "404", NULL);
	answers("GET //hello HTTP/1.1\r\n" HOST, "403", host); /* names a host */
	answers("POST /hello HTTP/1.1\r\nContent-Length: 0\r\n" HOST, "405", allow);
	answers("DELETE /hello HTTP/1.1\r\n" HOST, "405", allow);
	answers("OPTIONS /hello HTTP/1.1\r\n" HOST, "405", allow);
	answers("BREW /hello HTTP/1.1\r\n" HOST, "405", allow);
	answers("GET /hello HTTP/1.1\r\nHost: stats.evil.example:8775\r\n\r\n", "403", host);
	answers("GET http://evil.example/hello HTTP/1.1\r\n" HOST, "403", host);
	assert_int_equal(counted.refused - before, 9);
	answers("POST /hello HTTP/1.1\r\nContent-Length: 5\r\n" HOST, "413", NULL); /* evhttp answers by itself */
	answers("no request at all\r\n\r\n", "400", NULL);
	assert_int_equal(asked, asked_before);
}

static void test_hosts(void **state)
{
	static const char *const good[] = {
		"127.0.0.1",	  "127.0.0.1:8775", "10.1.2.3:80", "localhost",
		"LocalHost:8775", "[::1]",	    "[::1]:8775",  "[2001:db8::7]:8775",
	};
	static const char *const bad[] = {
		"",
		":8775",
		"evil.example",
		"evil.example:8775",
		"127.0.0.1.evil.example",
		"localhost.evil.example",
		"127.0.0.1:80x",
		"[::1",
		"[]",
		"[::1]x",
		"[localhost]",
		"[127.0.0.1]",
		"::1",
		"2130706433",
		"银行",
		"localhost@evil.example",
		"127.1",
		"0x7f.0.0.1",
	};
	char longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!http_host_allowed(good[i]))
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (http_host_allowed(bad[i]))
			fail_msg("allowed: %s", bad[i]);
	}
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(http_host_allowed(longest));
}

static void test_large(void **state)
{
	char *got = ask("GET /large HTTP/1.1\r\n" HOST);
	const char *body = strstr(got, "\r\n\r\n");

	(void)state;
	assert_non_null(body);
	assert_int_equal(strlen(body + 4), 4000000);
	mem_free(got);
}

static void test_headers_bound(void **state)
{
	char request[10000];
	int n = snprintf(request, sizeof(request), "GET /hello HTTP/1.1\r\nX: ");

	(void)state;
	memset(request + n, 'x', sizeof(request) - (size_t)n);
	request[sizeof(request) - 1] = '\0';
	int before = asked;
	char *got = ask(request);
	assert_true(*got == '\0' || strncmp(got + 9, "400", 3) == 0);
	assert_int_equal(asked, before);
	mem_free(got);
}

/* Silent connections take all places; a request behind them is served when they have run out of time, and then again.
 */
static void test_silent(void **state)
{
	int fds[HTTP_MAX_CONNECTIONS];
	static const char *const hello[] = {"你好", NULL};

	(void)state;
	for (int i = 0; i < HTTP_MAX_CONNECTIONS; i++)
		fds[i] = exchange_connect(NULL, port);
	int64_t began = loop_now_ms(loop);
	answers("GET /hello HTTP/1.1\r\n" HOST, "200", hello);
	assert_true(loop_now_ms(loop) - began >= 3000);
	for (int i = 0; i < HTTP_MAX_CONNECTIONS; i++)
		close(fds[i]);
	answers("GET /hello HTTP/1.1\r\n" HOST, "200", hello);
}

/* An octet of a request now and then, in all places of the server but one; in the last one, a bit of an answer. */
struct drip {
	struct timer timer;
	int fds[HTTP_MAX_CONNECTIONS];
	int64_t until_ms; /* from then on all of the answer is taken */
	size_t taken;
	bool ended;
};

static void drip_on_timer(struct timer *t)
{
	static char octets[65536];
	struct drip *d = LIST_OF(t, struct drip, timer);
	int reader = d->fds[HTTP_MAX_CONNECTIONS - 1];
	ssize_t n;

	for (int i = 0; i < HTTP_MAX_CONNECTIONS - 1; i++)
		(void)send(d->fds[i], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	do {
		n = recv(reader, octets, sizeof(octets), MSG_DONTWAIT);
		d->taken += n > 0 ? (size_t)n : 0;
	} while (n > 0 && loop_now_ms(loop) >= d->until_ms);
	d->ended = n == 0 || (n < 0 && errno != EAGAIN);
	loop_timer(loop, t, loop_now_ms(loop) < d->until_ms ? 200 : 10);
}

static bool drip_is_ended(void *arg)
{
	return ((struct drip *)arg)->ended;
}

/* Neither a request nor an answer is endless: all of them give their places back. */
static void test_drip(void **state)
{
	static const char vast[] = "GET /vast HTTP/1.1\r\n" HOST, begin[] = "GET /hello HTTP/1.1\r\nX: ";
	static const char *const hello[] = {"你好", NULL};
	struct drip d = {.timer = {.fn = drip_on_timer}, .until_ms = loop_now_ms(loop) + 11000};

	(void)state;
	for (int i = 0; i < HTTP_MAX_CONNECTIONS; i++) {
		const char *text = i == HTTP_MAX_CONNECTIONS - 1 ? vast : begin;
		d.fds[i] = exchange_connect(NULL, port);
		assert_int_equal(send(d.fds[i], text, strlen(text), MSG_NOSIGNAL), strlen(text));
	}
	loop_timer(loop, &d.timer, 200);
	answers("GET /hello HTTP/1.1\r\n" HOST, "200", hello); /* waits for a place */
	assert_true(exchange_until(loop, drip_is_ended, &d));
	assert_in_range(d.taken, 1, VAST - 1);
	loop_timer_clear(loop, &d.timer);
	for (int i = 0; i < HTTP_MAX_CONNECTIONS; i++)
		close(d.fds[i]);
}

static const char get_slow[] = "GET /slow HTTP/1.1\r\n" HOST;

static int send_slow(void)
{
	int fd = exchange_connect(NULL, port);

	assert_true(fd >= 0);
	assert_int_equal(send(fd, get_slow, sizeof(get_slow) - 1, 0), sizeof(get_slow) - 1);
	return fd;
}

static bool is_asked(void *arg)
{
	return counted.requests == *(uint64_t *)arg;
}

/* Turns until so many have asked, in all. */
static void until_asked(uint64_t n)
{
	assert_true(exchange_until(loop, is_asked, &n));
}

static void test_steps(void **state)
{
	static const char *const first[] = {"\r\n\r\n第1页\n", "Content-Length: 8\r\n",
					    "Content-Type: text/plain; charset=utf-8\r\n", "Connection: close\r\n",
					    NULL};

	(void)state;
	slow.begun = slow.ended = slow.steps = 0;
	answers(get_slow, "200", first);
	assert_int_equal(slow.steps, 3);
	answers("GET /slow?a=1 HTTP/1.0\r\n\r\n", "200", (const char *const[]){"第2页", NULL});
	char *got = ask("HEAD /slow HTTP/1.1\r\n" HOST);
	assert_non_null(strstr(got, "Content-Length: 8\r\n"));
	assert_null(strstr(got, "第"));
	mem_free(got);
	answers("GET /slow?a=%ff HTTP/1.1\r\n" HOST, "400", NULL);
	assert_int_equal(slow.begun, 3);
	assert_int_equal(slow.ended, 3);
}

/* What comes on fd until its end has the status 200 and the text. */
static void ends_with(int fd, const char *text)
{
	char *got = exchange_on(loop, fd, "", 0, false);

	if (strncmp(got, "HTTP/1.1 200", 12) != 0 || !strstr(got, text))
		fail_msg("no %s in: %s", text, got);
	mem_free(got);
}

/* Who comes while it is made gets the next one, with all others who do; who has gone meanwhile harms nobody. */
static void test_steps_shared(void **state)
{
	static const struct linger reset = {1, 0};
	uint64_t before = counted.requests;

	(void)state;
	slow.begun = slow.ended = slow.steps = 0;
	slow.held = true;
	int gone = send_slow();
	until_asked(before + 1);
	while (slow.begun == 0)
		until_asked(before + 1);
	int late = send_slow(), reset_one = send_slow();
	assert_int_equal(send(late, get_slow, sizeof(get_slow) - 1, 0), sizeof(get_slow) - 1); /* one more behind it */
	until_asked(before + 3);
	answers("GET /hello HTTP/1.1\r\n" HOST, "200", NULL); /* others are served meanwhile */
	int last = send_slow();
	until_asked(before + 5);
	close(gone);
	setsockopt(reset_one, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(reset_one);
	slow.held = false;
	ends_with(last, "第2页");
	ends_with(late, "第2页");
	assert_int_equal(slow.begun, 2);
	assert_int_equal(slow.ended, 2);
}

/* As many as there may be wait for a page: no more are accepted, and all are served. */
static void test_steps_crowd(void **state)
{
	int fds[HTTP_MAX_CONNECTIONS];
	uint64_t before = counted.requests;

	(void)state;
	slow.begun = slow.ended = slow.steps = 0;
	slow.held = true;
	for (int i = 0; i < HTTP_MAX_CONNECTIONS; i++)
		fds[i] = send_slow();
	until_asked(before + HTTP_MAX_CONNECTIONS);
	int more = send_slow();
	int64_t began = loop_now_ms(loop);
	while (loop_now_ms(loop) - began < 500) { /* looks at connections come and go */
		uint64_t same = before + HTTP_MAX_CONNECTIONS;
		until_asked(same);
	}
	assert_int_equal(counted.requests, before + HTTP_MAX_CONNECTIONS);
	slow.held = false;
	until_asked(before + HTTP_MAX_CONNECTIONS + 1);
	for (int i = 0; i < HTTP_MAX_CONNECTIONS; i++)
		ends_with(fds[i], "第");
	ends_with(more, "第");
}

static void test_free_while_open(void **state)
{
	int fd = exchange_connect(NULL, port);
	uint64_t before = counted.requests;
	char octet;

	(void)state;
	answers("GET /hello HTTP/1.1\r\n" HOST, "200", NULL); /* fd is accepted by now */
	slow.held = true;
	unsigned ended = slow.ended;
	int waiting = send_slow(), late = send_slow();
	until_asked(before + 3);
	while (slow.begun == ended)
		until_asked(before + 3);
	http_free(http);
	http = NULL;
	assert_int_equal(slow.ended, ended + 1);
	assert_true(recv(fd, &octet, 1, 0) <= 0);
	assert_true(recv(waiting, &octet, 1, 0) <= 0);
	assert_true(recv(late, &octet, 1, 0) <= 0);
	close(fd);
	close(waiting);
	close(late);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_get),	    cmocka_unit_test(test_asked),	    cmocka_unit_test(test_front),
	cmocka_unit_test(test_head),	    cmocka_unit_test(test_refused),	    cmocka_unit_test(test_hosts),
	cmocka_unit_test(test_large),	    cmocka_unit_test(test_headers_bound),   cmocka_unit_test(test_silent),
	cmocka_unit_test(test_drip),	    cmocka_unit_test(test_steps),	    cmocka_unit_test(test_steps_shared),
	cmocka_unit_test(test_steps_crowd), cmocka_unit_test(test_free_while_open),
};

__attribute__((constructor)) static void start(void)
{
	int fd = exchange_listen(&port);

	loop = loop_new();
	if (fd < 0)
		abort();
	http = http_new(loop, fd, pages, &asked, &counted);
}

__attribute__((destructor)) static void stop(void)
{
	http_free(http);
	loop_free(loop);
}

UNIT_MAIN(cases)
