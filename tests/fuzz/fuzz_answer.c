/*
 * fuzz_answer.c - any octets as what a webhook's server answers, over a real connection: one for each input. The first
 * octet says how long an answer may be. The body of an answer is read as JSON, as menus do.
 *
 * What must hold: who has asked is told once, in words when it went wrong; an answer is no longer than it may be and
 * has a NUL behind it.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/http_client.h"
#include "base/json_read.h"
#include "base/loop.h"
#include "base/text.h"
#include "must.h"
#include "quiet.h"

static struct loop *loop;
static struct http_client *http;
static struct http_target *targets[2]; /* answers of at most 8 and of 4096 octets */
static int listener;
static struct view octets;
static unsigned told;
static size_t answer_max;

static void quiet(int severity, const char *message)
{
	(void)severity;
	(void)message;
}

/* The server: says what it has to say once it is asked, and closes, without a port that is left waiting. */
static void on_asked(evutil_socket_t peer, short what, void *arg)
{
	static const struct linger reset = {1, 0};
	char request[4096];
	(void)what;
	(void)arg;
	if (recv(peer, request, sizeof(request), MSG_DONTWAIT) > 0)
		MUST(send(peer, octets.p, octets.n, MSG_NOSIGNAL) == (ssize_t)octets.n);
	if (octets.n == 0)
		MUST(setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) == 0);
	close(peer);
}

static void on_connect(evutil_socket_t fd, short what, void *arg)
{
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	(void)what;
	(void)arg;
	if (peer >= 0)
		event_base_once(loop_base(loop), peer, EV_READ, on_asked, NULL, NULL);
}

static void start(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	char url[64], why[HTTP_WHY];
	signal(SIGPIPE, SIG_IGN);
	be_quiet();
	event_set_log_callback(quiet);
	loop = loop_new();
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	MUST(listener >= 0 && bind(listener, (struct sockaddr *)&a, n) == 0 && listen(listener, 64) == 0);
	MUST(getsockname(listener, (struct sockaddr *)&a, &n) == 0);
	event_add(event_new(loop_base(loop), listener, EV_READ | EV_PERSIST, on_connect, NULL), NULL);
	http = http_client_new(loop);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/ask?q=1", ntohs(a.sin_port));
	for (int i = 0; i < 2; i++) {
		struct http_target_conf conf = {url, "", 1, 1, i ? 4096 : 8};
		targets[i] = http_target_new(http, &conf, why);
		MUST(targets[i]);
	}
}

static void on_told(void *arg, uint64_t token, const struct http_answer *a)
{
	char text[64];
	(void)arg;
	MUST(token == 7 && ++told == 1);
	if (a->end == HTTP_ANSWERED) {
		MUST(a->status >= 100 && a->n <= answer_max && a->body[a->n] == '\0' && *a->why == '\0');
		MUST(strlen(a->type) <= octets.n);
		enum json_kind kind = json_member(a->body, a->n, "text", text, sizeof(text));
		MUST(kind == JSON_STRING || *text == '\0');
		MUST(text_valid(text, strlen(text)));
	} else {
		MUST(*a->why != '\0' && a->status == 0);
	}
	loop_stop(loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 8192)
		return 0;
	if (!loop)
		start();
	octets = (struct view){data + 1, (uint32_t)size - 1};
	answer_max = data[0] & 1 ? 4096 : 8;
	told = 0;
	const struct http_request request = {
		.body = "{\"text\":\"查余额\"}", .n = 20, .type = "application/json", .deadline_ms = 5000};
	uint64_t handle = http_send(targets[data[0] & 1], &request, on_told, NULL, 7);
	MUST(handle != 0);
	MUST(loop_run(loop) == 0);
	MUST(told == 1 && http_open(http) == 0);
	return 0;
}
