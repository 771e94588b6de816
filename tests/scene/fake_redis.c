/*
 * fake_redis.c - base/redis.h without a network: one server in memory, and the gateway's connection to it. What is
 * stored is fake_data.c's. Knows the loop; knows nothing of what the gateway stores.
 */
#include "fake_redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/list.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/redis.h"

#define DOUBLINGS  5 /* of the reconnect pause: 32 times */
#define CONNECT_MS 1

struct command { /* sent, and not answered yet */
	struct list link;
	size_t argc;
	struct blob *argv;
	redis_fn fn;
	void *arg;
	int64_t sent_us, due_us;
	redisReply *reply; /* done already: the answer is held back */
	bool orphan;	   /* the server still has it, although its connection was given up */
};

struct transaction {
	bool open, refused;
	struct list queued; /* struct command, argv only */
};

enum state { DOWN, CONNECTING, UP };

struct redis {
	struct loop *loop;
	const struct redis_conf *conf;
	const struct redis_ops *ops;
	void *arg;
	enum state state;
	struct list waiting;
	size_t waiting_n;
	struct timer arrival, deadline, retry, falling;
	struct list fallen; /* of a connection that is lost: they are being told so, one a turn */
	bool failing, was_up;
	char why[80];
	int64_t progress_us;
	unsigned attempts;
};

/* The server. */
static struct {
	struct fake_data *data;
	struct redis *client;
	struct list orphans;		/* commands of a connection that was given up; nobody waits for the answer */
	struct transaction transaction; /* of the one connection */
	bool down, hanging, mute, full;
	int64_t slow_ms, wall_ms;
} server;

static void connect_later(struct redis *r);

/* -- commands -- */

static void command_free(struct command *c)
{
	list_remove(&c->link);
	for (size_t i = 0; i < c->argc; i++)
		mem_free(c->argv[i].p);
	mem_free(c->argv);
	if (c->reply != NULL)
		freeReplyObject(c->reply);
	mem_free(c);
}

static size_t read_count(const uint8_t **p, const uint8_t *end, char mark)
{
	const uint8_t *at = *p;
	size_t n = 0;

	if (at == end || *at++ != (uint8_t)mark)
		abort();
	while (at < end && *at >= '0' && *at <= '9')
		n = n * 10 + (size_t)(*at++ - '0');
	if (end - at < 2 || at[0] != '\r' || at[1] != '\n')
		abort();
	*p = at + 2;
	return n;
}

/* The octets must be one whole command; anything else is a fault of the gateway's and ends the program. */
static struct command *command_parse(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n;
	struct command *c = mem_zalloc(sizeof(*c));

	list_init(&c->link);
	c->argc = read_count(&p, end, '*');
	c->argv = mem_zalloc((c->argc + 1) * sizeof(*c->argv));
	for (size_t i = 0; i < c->argc; i++) {
		size_t len = read_count(&p, end, '$');
		if ((size_t)(end - p) < len + 2 || p[len] != '\r' || p[len + 1] != '\n')
			abort();
		c->argv[i] = blob_of(p, len);
		p += len + 2;
	}
	if (p != end || c->argc == 0)
		abort();
	return c;
}

static redisReply *run_exec(void)
{
	struct transaction *t = &server.transaction;
	redisReply *r;
	size_t n = 0;

	LIST_EACH(node, &t->queued)
		n++;
	r = t->refused ? fake_reply_error("EXECABORT Transaction discarded because of previous errors.")
		       : fake_reply_array(n);
	n = 0;
	while (!list_empty(&t->queued)) {
		struct command *c = LIST_OF(t->queued.next, struct command, link);
		if (!t->refused)
			r->element[n++] = fake_data_run(server.data, server.wall_ms, c->argc, c->argv);
		command_free(c);
	}
	t->open = t->refused = false;
	return r;
}

static void queue_in_transaction(const struct command *c)
{
	struct command *copy = mem_zalloc(sizeof(*copy));

	copy->argc = c->argc;
	copy->argv = mem_zalloc(c->argc * sizeof(*copy->argv));
	for (size_t i = 0; i < c->argc; i++)
		copy->argv[i] = blob_of(c->argv[i].p, c->argv[i].n);
	list_append(&server.transaction.queued, &copy->link);
}

static redisReply *run(const struct command *c)
{
	if (blob_is(&c->argv[0], "MULTI")) {
		server.transaction.open = true;
		return fake_reply_status("OK");
	}
	if (blob_is(&c->argv[0], "EXEC"))
		return run_exec();
	if (fake_data_refuses(server.data, &c->argv[0])) {
		server.transaction.refused |= server.transaction.open;
		return fake_reply_error("OOM command not allowed when used memory > 'maxmemory'.");
	}
	if (server.transaction.open) {
		queue_in_transaction(c);
		return fake_reply_status("QUEUED");
	}
	return fake_data_run(server.data, server.wall_ms, c->argc, c->argv);
}

/* A connection has ended: what it had not executed is discarded. */
static void transaction_end(void)
{
	while (!list_empty(&server.transaction.queued))
		command_free(LIST_OF(server.transaction.queued.next, struct command, link));
	server.transaction.open = server.transaction.refused = false;
}

/* The command alone, without who waits for it. */
static struct command *take_octets(struct command *c)
{
	struct command *alone = mem_zalloc(sizeof(*alone));

	list_init(&alone->link);
	alone->argc = c->argc;
	alone->argv = c->argv;
	c->argc = 0;
	c->argv = NULL;
	return alone;
}

/* -- the connection -- */

static void arm_arrival(struct redis *r)
{
	if (list_empty(&r->waiting) || wheel_isset(&r->arrival))
		return;
	const struct command *c = LIST_OF(r->waiting.next, struct command, link);
	int64_t wait_us = c->due_us - loop_now_us(r->loop);
	loop_timer(r->loop, &r->arrival, wait_us > 0 ? (wait_us + 999) / 1000 : 0);
}

/* Does what has arrived, in order, and answers it unless the server is mute. */
static void on_arrival(struct timer *t)
{
	struct redis *r = LIST_OF(t, struct redis, arrival);

	server.wall_ms = loop_wall_ms(r->loop);
	if (server.hanging)
		return;
	LIST_EACH_SAFE(node, tmp, &r->waiting) {
		struct command *c = LIST_OF(node, struct command, link);
		if (c->due_us > loop_now_us(r->loop))
			break;
		if (c->reply == NULL)
			c->reply = run(c);
		if (server.mute)
			continue;
		r->waiting_n--;
		r->progress_us = loop_now_us(r->loop);
		list_remove(&c->link);
		if (c->fn != NULL)
			c->fn(c->reply, c->arg);
		command_free(c);
		if (server.client != r || r->state != UP)
			return; /* ended in the callback */
		tmp = r->waiting.next;
	}
	if (!server.mute)
		arm_arrival(r);
}

enum fate { LOST, APPLIED, LEFT_TO_THE_SERVER };

/* One of those who waited is told; behind the last, whose connection it was. As slow as the contract allows. */
static void fall(struct redis *r)
{
	if (list_empty(&r->fallen)) {
		connect_later(r);
		if (r->was_up)
			r->ops->on_down(r->arg, r->why);
		return;
	}
	struct command *c = LIST_OF(r->fallen.next, struct command, link);
	list_remove(&c->link);
	r->waiting_n--;
	r->failing = true;
	if (c->fn != NULL)
		c->fn(NULL, c->arg);
	r->failing = false;
	if (c->reply == NULL && c->orphan)
		list_append(&server.orphans, &c->link);
	else
		command_free(c);
	if (list_empty(&r->fallen))
		fall(r);
	else
		loop_timer(r->loop, &r->falling, 0);
}

static void on_falling(struct timer *t)
{
	fall(LIST_OF(t, struct redis, falling));
}

/* The one end of a connection. */
static void lose(struct redis *r, const char *why, enum fate fate)
{
	r->was_up = r->state == UP;
	r->state = DOWN;
	snprintf(r->why, sizeof(r->why), "%s", why);
	loop_timer_clear(r->loop, &r->arrival);
	loop_timer_clear(r->loop, &r->deadline);
	while (!list_empty(&r->waiting)) {
		struct command *c = LIST_OF(r->waiting.next, struct command, link);
		list_remove(&c->link);
		if (c->reply == NULL && fate == APPLIED)
			c->reply = run(c);
		c->orphan = fate == LEFT_TO_THE_SERVER;
		list_append(&r->fallen, &c->link);
	}
	if (fate != LEFT_TO_THE_SERVER)
		transaction_end();
	fall(r);
}

static void on_deadline(struct timer *t)
{
	struct redis *r = LIST_OF(t, struct redis, deadline);
	int64_t left_us = r->progress_us + r->conf->deadline_ms * 1000 - loop_now_us(r->loop);

	if (r->state == UP && list_empty(&r->waiting))
		return;
	if (left_us > 0)
		loop_timer(r->loop, &r->deadline, left_us / 1000 + 1);
	else
		lose(r, "no reply in time", LEFT_TO_THE_SERVER);
}

static void watch(struct redis *r)
{
	r->progress_us = loop_now_us(r->loop);
	if (!wheel_isset(&r->deadline))
		loop_timer(r->loop, &r->deadline, r->conf->deadline_ms);
}

static void connect_later(struct redis *r)
{
	unsigned doublings = r->attempts < DOUBLINGS ? r->attempts : DOUBLINGS;

	r->attempts++;
	loop_timer(r->loop, &r->retry, r->conf->reconnect_ms << doublings);
}

/* The server answers a greeting. */
static void on_retry(struct timer *t)
{
	struct redis *r = LIST_OF(t, struct redis, retry);

	if (server.down) {
		r->state = DOWN;
		connect_later(r);
	} else if (server.hanging || server.mute) {
		r->state = CONNECTING;
		if (!wheel_isset(&r->deadline))
			watch(r);
	} else {
		r->state = UP;
		r->attempts = 0;
		r->ops->on_up(r->arg);
	}
}

bool redis_address_ok(const char *address)
{
	return *address != '\0';
}

struct redis *redis_new(struct loop *loop, const struct redis_conf *conf, const struct redis_ops *ops, void *arg)
{
	struct redis *r = mem_zalloc(sizeof(*r));

	*r = (struct redis){.loop = loop, .conf = conf, .ops = ops, .arg = arg};
	list_init(&r->waiting);
	r->arrival.fn = on_arrival;
	r->deadline.fn = on_deadline;
	r->retry.fn = on_retry;
	r->falling.fn = on_falling;
	list_init(&r->fallen);
	server.client = r;
	loop_timer(loop, &r->retry, CONNECT_MS);
	return r;
}

void redis_free(struct redis *r)
{
	if (r == NULL)
		return;
	r->state = DOWN;
	loop_timer_clear(r->loop, &r->arrival);
	loop_timer_clear(r->loop, &r->deadline);
	loop_timer_clear(r->loop, &r->retry);
	loop_timer_clear(r->loop, &r->falling);
	server.client = NULL;
	while (!list_empty(&r->fallen)) {
		struct command *c = LIST_OF(r->fallen.next, struct command, link);
		list_remove(&c->link);
		if (c->fn != NULL)
			c->fn(NULL, c->arg);
		command_free(c);
	}
	while (!list_empty(&r->waiting)) {
		struct command *c = LIST_OF(r->waiting.next, struct command, link);
		list_remove(&c->link);
		if (c->reply == NULL && c->argc > 0 && !server.hanging)
			c->reply = run(c); /* it was in the socket before the connection closed */
		if (c->fn != NULL)
			c->fn(NULL, c->arg);
		command_free(c);
	}
	transaction_end();
	mem_free(r);
}

bool redis_up(const struct redis *r)
{
	return r->state == UP;
}

int redis_send(struct redis *r, const uint8_t *cmd, size_t n, redis_fn fn, void *arg)
{
	bool falls = !list_empty(&r->fallen) && r->was_up && !r->failing;
	if (r->state != UP && !falls)
		return -1;
	struct command *c = command_parse(cmd, n);
	c->fn = fn;
	c->arg = arg;
	c->sent_us = loop_now_us(r->loop);
	if (falls) {
		list_append(&r->fallen, &c->link);
		r->waiting_n++;
		return 0;
	}
	c->due_us = c->sent_us + server.slow_ms * 1000;
	if (list_empty(&r->waiting))
		watch(r);
	list_append(&r->waiting, &c->link);
	r->waiting_n++;
	arm_arrival(r);
	return 0;
}

void redis_flush(struct redis *r)
{
	(void)r; /* commands are under way as soon as they are sent */
}

size_t redis_pending(const struct redis *r)
{
	return r->waiting_n;
}

size_t redis_octets(const struct redis *r)
{
	(void)r;
	return 0; /* as for redis_flush() */
}

int64_t redis_lag_us(const struct redis *r)
{
	if (list_empty(&r->waiting))
		return 0;
	return loop_now_us(r->loop) - LIST_OF(r->waiting.next, struct command, link)->sent_us;
}

/* -- the script's side -- */

void fake_redis_start(void)
{
	memset(&server, 0, sizeof(server));
	server.data = fake_data_new();
	list_init(&server.orphans);
	list_init(&server.transaction.queued);
}

void fake_redis_stop(void)
{
	while (!list_empty(&server.orphans))
		command_free(LIST_OF(server.orphans.next, struct command, link));
	transaction_end();
	fake_data_free(server.data);
}

struct fake_data *fake_redis_data(void)
{
	return server.data;
}

void fake_redis_down(bool applied)
{
	server.down = true;
	if (server.client != NULL && server.client->state == UP)
		lose(server.client, "connection closed", applied ? APPLIED : LOST);
}

void fake_redis_up(void)
{
	server.down = false;
}

void fake_redis_forget(void)
{
	fake_data_free(server.data);
	server.data = fake_data_new();
	fake_data_full(server.data, server.full);
}

void fake_redis_hang(void)
{
	server.hanging = true;
}

void fake_redis_mute(void)
{
	server.mute = true;
}

void fake_redis_go_on(void)
{
	struct redis *r = server.client;

	server.hanging = server.mute = false;
	while (!list_empty(&server.orphans)) {
		struct command *c = LIST_OF(server.orphans.next, struct command, link);
		freeReplyObject(run(c));
		command_free(c);
	}
	if (r == NULL)
		return;
	if (r->state == UP)
		arm_arrival(r);
	else if (r->state == CONNECTING)
		loop_timer(r->loop, &r->retry, CONNECT_MS);
}

void fake_redis_slow(int64_t ms)
{
	server.slow_ms = ms;
}

void fake_redis_refuse_writes(bool yes)
{
	server.full = yes;
	fake_data_full(server.data, yes);
}

/* What the process had sent, the server still gets; its callbacks are called when the gateway's memory is freed. */
void fake_redis_client_killed(void)
{
	struct redis *r = server.client;

	if (r == NULL)
		return;
	server.wall_ms = loop_wall_ms(r->loop);
	LIST_EACH(node, &r->waiting) {
		struct command *c = LIST_OF(node, struct command, link);
		if (c->reply == NULL && !server.hanging)
			c->reply = run(c);
		else if (c->reply == NULL)
			list_append(&server.orphans, &take_octets(c)->link);
	}
	r->state = DOWN;
	loop_timer_clear(r->loop, &r->arrival);
	loop_timer_clear(r->loop, &r->deadline);
	loop_timer_clear(r->loop, &r->retry);
}
