/*
 * fuzz_http.c - any octets as what comes in over the stats port, over a real connection: one for each input. Their
 * query strings are also parsed by themselves, and printed and parsed again.
 *
 * What must hold: a page is asked at most once, with names and values that are text; an answer is HTTP and has a
 * status of ours; Host headers with names reach no page.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "must.h"
#include "quiet.h"
#include "noc/http.h"

static struct loop *loop;
static struct sockaddr_in server;
static unsigned asked_pages;
static struct http_stats stats;

static void check_query(const struct query *q)
{
	MUST(q->n <= QUERY_PAIRS);
	for (size_t i = 0; i < q->n; i++) {
		MUST(text_valid(q->names[i], strlen(q->names[i])) && text_valid(q->values[i], strlen(q->values[i])));
		MUST(query_get(q, q->names[i]) == q->values[i]);
	}
}

static int on_page(void *arg, const struct query *asked, struct buf *out)
{
	(void)arg;
	asked_pages++;
	check_query(asked);
	buf_puts(out, "{\"好\":1}\n");
	return query_get(asked, "bad") ? 400 : 200;
}

/* /metrics is made in three steps. */
static void *begin_page(void *arg)
{
	static unsigned steps;
	(void)arg;
	asked_pages++;
	steps = 3;
	return &steps;
}

static bool some_page(void *begun, struct buf *out)
{
	buf_puts(out, "up 1\n");
	return --*(unsigned *)begun > 0;
}

static void end_page(void *begun)
{
	MUST(*(unsigned *)begun == 0);
}

static const struct making_steps steps = {begin_page, some_page, end_page};
static const struct http_page pages[] = {{"/metrics", "text/plain; charset=utf-8", NULL, "figures", &steps},
					 {"/api/history", "application/json", on_page, "history", NULL},
					 {NULL, NULL, NULL, NULL, NULL}};

static void quiet(int severity, const char *message)
{
	(void)severity;
	(void)message;
}

static void start(void)
{
	static const struct http_document front = {"text/html", "default-src 'self'", "\"1\"", (const uint8_t *)"<p>好",
						   6,		"the dashboard"};
	socklen_t n = sizeof(server);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	signal(SIGPIPE, SIG_IGN);
	be_quiet();
	event_set_log_callback(quiet);
	server = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	MUST(fd >= 0 && bind(fd, (struct sockaddr *)&server, n) == 0 && listen(fd, 64) == 0);
	MUST(getsockname(fd, (struct sockaddr *)&server, &n) == 0);
	loop = loop_new();
	http_front(http_new(loop, fd, pages, NULL, &stats), &front);
}

/* --- one connection --- */

static struct {
	int fd;
	size_t n;
	char answer[65536];
	struct event *event;
} client;

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	for (;;) {
		ssize_t got = read(fd, client.answer + client.n, sizeof(client.answer) - client.n);
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			break;
		client.n += (size_t)got;
	}
	loop_stop(loop);
}

/* Answers that say something; evhttp says nothing to what is no request at all. */
static void check_answer(bool head)
{
	if (client.n == 0)
		return;
	int status = 0;
	client.answer[client.n < sizeof(client.answer) ? client.n : sizeof(client.answer) - 1] = '\0';
	MUST(sscanf(client.answer, "HTTP/%*d.%*d %3d", &status) == 1);
	MUST(status == 200 || status == 304 || status == 100 || status == 501 || (status >= 400 && status <= 431));
	const char *body = strstr(client.answer, "\r\n\r\n");
	MUST(!head || status != 200 || !body || body[4] == '\0');
}

/* Thousands a second: when all ports of this machine wait for their last octets, some are free again in a second. */
static void connect_client(void)
{
	client.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(client.fd >= 0);
	for (int tries = 0; connect(client.fd, (struct sockaddr *)&server, sizeof(server)) != 0; tries++) {
		if (errno == EISCONN)
			break;
		if (errno == EINTR)
			continue; /* libFuzzer's clock: the next call waits for the same connection */
		if (errno != EADDRNOTAVAIL || tries == 500)
			fprintf(stderr, "connect: %s\n", strerror(errno));
		MUST(errno == EADDRNOTAVAIL && tries < 500);
		usleep(20000);
	}
}

static void ask(const uint8_t *data, size_t size)
{
	static const struct linger reset = {1, 0}; /* no port is left waiting, if ours is the end that closes last */
	client.n = 0;
	connect_client();
	MUST(setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) == 0);
	MUST(send(client.fd, data, size, MSG_NOSIGNAL) == (ssize_t)size);
	shutdown(client.fd, SHUT_WR);
	evutil_make_socket_nonblocking(client.fd);
	client.event = event_new(loop_base(loop), client.fd, EV_READ | EV_PERSIST, on_answer, NULL);
	event_add(client.event, NULL);
	MUST(loop_run(loop) == 0);
	event_free(client.event);
	close(client.fd);
}

static void check_string(const uint8_t *data, size_t size)
{
	static struct query q, again;
	struct buf out = {0};
	char *text = malloc(size + 1);
	MUST(text);
	memcpy(text, data, size);
	text[size] = '\0';
	(void)http_host_allowed(text);
	if (!query_parse(&q, text)) {
		check_query(&q);
		for (size_t i = 0; i < q.n; i++) {
			buf_puts(&out, i ? "&" : "");
			for (const char *p = q.names[i]; *p; p++)
				buf_printf(&out, "%%%02X", (uint8_t)*p);
			buf_puts(&out, "=");
			for (const char *p = q.values[i]; *p; p++)
				buf_printf(&out, "%%%02x", (uint8_t)*p);
		}
		buf_put(&out, "", 1);
		const char *why = query_parse(&again, (const char *)buf_data(&out));
		MUST(why ? buf_len(&out) > QUERY_MAX - QUERY_PAIRS : again.n == q.n);
		for (size_t i = 0; !why && i < q.n; i++)
			MUST(strcmp(q.names[i], again.names[i]) == 0 && strcmp(q.values[i], again.values[i]) == 0);
	}
	buf_free(&out);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 4096)
		return 0;
	if (!loop)
		start();
	uint64_t before = stats.requests;
	asked_pages = 0;
	const uint8_t *mark = memchr(data, '?', size);
	check_string(mark ? mark + 1 : data, mark ? size - (size_t)(mark + 1 - data) : size);
	ask(data, size);
	MUST(asked_pages <= 1 && stats.requests <= before + 1);
	check_answer(size > 5 && memcmp(data, "HEAD ", 5) == 0);
	return 0;
}
