/*
 * test_conn_connect.c - connections that we ask for: names with several addresses. The name service is the test's own
 * (base/resolver.h), the sockets are real.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "unit.h"
#include "base/mem.h"
#include "base/resolver.h"
#include "link/conn.h"

#define FILLERS 16

/* The name service: one question at a time, answered after a while with what the test has laid down. */

static struct {
	struct net_addr at[RESOLVER_ADDRESSES];
	size_t n;
	const char *why;
	int64_t delay_ms;
	unsigned asked, dropped;
} names;

struct resolver {
	struct loop *loop;
};

struct resolver_query {
	struct loop *loop;
	struct timer timer;
	resolver_fn fn;
	void *arg;
};

struct resolver *resolver_new(struct loop *loop)
{
	struct resolver *r = mem_zalloc(sizeof(*r));

	r->loop = loop;
	return r;
}

void resolver_free(struct resolver *r)
{
	mem_free(r);
}

static void query_answer(struct timer *t)
{
	struct resolver_query *q = LIST_OF(t, struct resolver_query, timer);

	q->fn(names.at, names.n, names.n > 0 ? NULL : names.why, q->arg);
	mem_free(q);
}

struct resolver_query *resolver_ask(struct resolver *r, const char *host, int64_t port, resolver_fn fn, void *arg)
{
	struct resolver_query *q = mem_zalloc(sizeof(*q));

	assert_string_equal(host, "smsc.example.cn");
	assert_int_equal(port, 2775);
	names.asked++;
	q->loop = r->loop;
	q->fn = fn;
	q->arg = arg;
	q->timer.fn = query_answer;
	loop_timer(r->loop, &q->timer, names.delay_ms);
	return q;
}

void resolver_drop(struct resolver_query *q)
{
	names.dropped++;
	loop_timer_clear(q->loop, &q->timer);
	mem_free(q);
}

/* The one connection. */

struct dialled {
	struct loop *loop;
	struct conn_hub *hub;
	struct conn *conn; /* NULL once closed */
	unsigned connected, closed, tried;
	char first[64], first_why[128], peer[64];
	enum end_reason reason;
	char error[128];
	struct timer too_late;
	bool timed_out;
	int64_t began_us;
};

static void on_connected(void *arg)
{
	struct dialled *d = arg;

	d->connected++;
	net_print(conn_peer(d->conn), d->peer);
	loop_stop(d->loop);
}

static size_t on_input(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	(void)p;
	return n;
}

static bool on_closed(void *arg, enum end_reason reason)
{
	struct dialled *d = arg;

	d->closed++;
	d->reason = reason;
	snprintf(d->error, sizeof(d->error), "%s", conn_error(d->conn));
	d->conn = NULL;
	loop_stop(d->loop);
	return true;
}

static void on_tried(void *arg, const struct net_addr *address, const char *why)
{
	struct dialled *d = arg;

	if (d->tried++ > 0)
		return;
	net_print(address, d->first);
	snprintf(d->first_why, sizeof(d->first_why), "%s", why);
}

static const struct conn_ops ops = {
	.on_connected = on_connected,
	.on_input = on_input,
	.on_closed = on_closed,
	.on_tried = on_tried,
};

static void on_too_late(struct timer *t)
{
	struct dialled *d = LIST_OF(t, struct dialled, too_late);

	d->timed_out = true;
	loop_stop(d->loop);
}

static void run(struct dialled *d)
{
	d->too_late.fn = on_too_late;
	loop_timer(d->loop, &d->too_late, 60000);
	loop_wake_in(d->loop, 0); /* what was done outside of a turn */
	assert_int_equal(loop_run(d->loop), 0);
	loop_timer_clear(d->loop, &d->too_late);
	assert_false(d->timed_out);
}

static void begin(struct dialled *d, int64_t timeout_ms)
{
	memset(d, 0, sizeof(*d));
	d->loop = loop_new();
	d->hub = conn_hub_new(d->loop, 65536, 16384);
	d->began_us = loop_now_us(d->loop);
	d->conn = conn_connect(d->hub, "smsc.example.cn", 2775, timeout_ms, &ops, d);
}

static void end(struct dialled *d)
{
	if (d->conn != NULL) {
		conn_close(d->conn, END_WE_UNBOUND);
		run(d);
	}
	assert_int_equal(d->closed, 1);
	conn_hub_free(d->hub);
	loop_free(d->loop);
}

/* Addresses to try. */

static struct net_addr listening(const char *host, int *fd)
{
	struct net_addr a;

	assert_true(net_literal(host, 0, &a));
	*fd = net_listen(&a, 16);
	assert_true(*fd >= 0);
	assert_int_equal(getsockname(*fd, (void *)&a.ss, &a.len), 0);
	return a;
}

/* Nobody listens there. */
static struct net_addr dead(const char *host)
{
	int fd;
	struct net_addr a = listening(host, &fd);

	close(fd);
	return a;
}

struct silent { /* an address that does not answer: its queue of connections is full, and nobody accepts */
	int fd, fillers[FILLERS];
	struct net_addr address;
	bool works;
};

static void silent_open(struct silent *s)
{
	struct pollfd last = {.events = POLLOUT};

	s->address = listening("127.0.0.1", &s->fd);
	assert_int_equal(listen(s->fd, 0), 0);
	for (int i = 0; i < FILLERS; i++)
		s->fillers[i] = net_connect(&s->address);
	last.fd = s->fillers[FILLERS - 1];
	s->works = last.fd >= 0 && poll(&last, 1, 200) == 0;
	if (!s->works)
		print_message("a full queue answers here: what waits for a silent address is not tested\n");
}

static void silent_close(struct silent *s)
{
	for (int i = 0; i < FILLERS; i++) {
		if (s->fillers[i] >= 0)
			close(s->fillers[i]);
	}
	close(s->fd);
}

static void lay_down(size_t n, const struct net_addr *at)
{
	memset(&names, 0, sizeof(names));
	names.n = n;
	memcpy(names.at, at, n * sizeof(*at));
}

static void the_first_dead_the_second_there(void **state)
{
	struct dialled d;
	struct net_addr at[2];
	char want[64];
	int fd;

	(void)state;
	at[0] = dead("127.0.0.1");
	at[1] = listening("127.0.0.2", &fd);
	lay_down(2, at);
	begin(&d, 5000);
	run(&d);
	assert_int_equal(d.connected, 1);
	net_print(&at[1], want);
	assert_string_equal(d.peer, want);
	assert_int_equal(d.tried, 1);
	net_print(&at[0], want);
	assert_string_equal(d.first, want);
	assert_string_equal(d.first_why, strerror(ECONNREFUSED));
	end(&d);
	close(fd);
}

static void all_dead(void **state)
{
	struct dialled d;
	struct net_addr at[3];

	(void)state;
	at[0] = dead("127.0.0.1");
	at[1] = dead("127.0.0.2");
	at[2] = dead("127.0.0.3");
	lay_down(3, at);
	begin(&d, 5000);
	run(&d);
	assert_int_equal(d.connected, 0);
	assert_int_equal(d.reason, END_CONNECT_FAILED);
	assert_string_equal(d.error, strerror(ECONNREFUSED));
	assert_int_equal(d.tried, 3);
	end(&d);
}

static void the_first_silent_the_second_there(void **state)
{
	struct silent s;
	struct dialled d;
	struct net_addr at[2];
	int fd;

	(void)state;
	silent_open(&s);
	at[0] = s.address;
	at[1] = listening("127.0.0.2", &fd);
	lay_down(2, at);
	if (s.works) {
		begin(&d, 20000);
		run(&d);
		assert_int_equal(d.connected, 1);
		int64_t took_us = loop_now_us(d.loop) - d.began_us;
		assert_in_range(took_us, 1900000, 15000000);
		assert_int_equal(d.tried, 1);
		assert_non_null(strstr(d.first_why, "slower"));
		end(&d);
	}
	silent_close(&s);
	close(fd);
}

/* Both are under way when the time is over. */
static void silence_everywhere(void **state)
{
	struct silent s;
	struct dialled d;
	struct net_addr at[2];

	(void)state;
	silent_open(&s);
	at[0] = at[1] = s.address;
	lay_down(2, at);
	if (s.works) {
		begin(&d, 2500);
		run(&d);
		assert_int_equal(d.reason, END_CONNECT_FAILED);
		assert_string_equal(d.error, strerror(ETIMEDOUT));
		assert_int_equal(d.tried, 2);
		end(&d);
	}
	/* and when its owner ends it */
	begin(&d, 2500);
	run(&d);
	end(&d);
	begin(&d, 20000);
	conn_close(d.conn, END_SHUTDOWN);
	run(&d);
	assert_int_equal(d.reason, END_SHUTDOWN);
	end(&d);
	silent_close(&s);
}

static void the_name_service(void **state)
{
	struct dialled d;

	(void)state;
	memset(&names, 0, sizeof(names));
	names.why = "no such name";
	begin(&d, 5000);
	run(&d);
	assert_int_equal(d.reason, END_RESOLVE_FAILED);
	assert_string_equal(d.error, "no such name");
	assert_int_equal(d.tried, 0);
	assert_int_equal(names.dropped, 0);
	end(&d);

	/* too slow */
	names.delay_ms = 10000;
	begin(&d, 50);
	run(&d);
	assert_int_equal(d.reason, END_RESOLVE_FAILED);
	assert_non_null(strstr(d.error, "in time"));
	assert_int_equal(names.dropped, 1);
	end(&d);

	/* not waited for */
	begin(&d, 5000);
	conn_close(d.conn, END_SHUTDOWN);
	run(&d);
	assert_int_equal(d.reason, END_SHUTDOWN);
	assert_int_equal(names.dropped, 2);
	assert_int_equal(names.asked, 3);
	end(&d);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(the_first_dead_the_second_there),
	cmocka_unit_test(all_dead),
	cmocka_unit_test(the_first_silent_the_second_there),
	cmocka_unit_test(silence_everywhere),
	cmocka_unit_test(the_name_service),
};

UNIT_MAIN(cases)
