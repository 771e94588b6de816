/*
 * redis_replies.c - see redis_replies.h. Stands in for base/redis.c.
 */
#include "redis_replies.h"

#include <string.h>

#include "base/mem.h"
#include "base/redis.h"
#include "must.h"

#define DEPTH	  6
#define NODES_MAX 2000u
#define WAIT_MAX  256u

/* --- the connection --- */

struct redis {
	const struct redis_ops *ops;
	void *arg;
	bool up;
	struct {
		redis_fn fn;
		void *arg;
	} waiting[WAIT_MAX];
	size_t n;
};

static struct redis *the_redis;
static struct view *in; /* NULL: nothing is read, all is nil */
static unsigned nodes;

bool redis_address_ok(const char *address)
{
	return *address != '\0';
}

struct redis *redis_new(struct loop *loop, const struct redis_conf *conf, const struct redis_ops *ops, void *arg)
{
	struct redis *r = mem_zalloc(sizeof(*r));
	(void)loop;
	(void)conf;
	r->ops = ops;
	r->arg = arg;
	the_redis = r;
	return r;
}

static void lose_all(struct redis *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->waiting[i].fn)
			r->waiting[i].fn(NULL, r->waiting[i].arg);
	}
	r->n = 0;
}

void redis_free(struct redis *r)
{
	r->up = false;
	lose_all(r);
	the_redis = NULL;
	mem_free(r);
}

bool redis_up(const struct redis *r)
{
	return r->up;
}

int redis_send(struct redis *r, const uint8_t *cmd, size_t n, redis_fn fn, void *arg)
{
	MUST(n >= 4 && cmd[0] == '*' && cmd[n - 2] == '\r' && cmd[n - 1] == '\n');
	if (!r->up || r->n == WAIT_MAX)
		return -1;
	r->waiting[r->n].fn = fn;
	r->waiting[r->n++].arg = arg;
	return 0;
}

void redis_flush(struct redis *r)
{
	(void)r;
}

size_t redis_pending(const struct redis *r)
{
	return r->n;
}

size_t redis_octets(const struct redis *r)
{
	(void)r;
	return 0;
}

int64_t redis_lag_us(const struct redis *r)
{
	(void)r;
	return 0;
}

/* --- its replies --- */

static void free_reply(redisReply *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->elements; i++)
		free_reply(r->element[i]);
	free(r->element);
	free(r->str);
	free(r);
}

/* In a block of exactly its size and the NUL that hiredis puts there. */
static void set_text(redisReply *r, int type, struct view text)
{
	r->type = type;
	r->len = text.n;
	r->str = malloc(text.n + 1u);
	MUST(r->str);
	if (text.n > 0)
		memcpy(r->str, text.p, text.n);
	r->str[text.n] = '\0';
}

static struct view take_line(void)
{
	const uint8_t *end = in->n > 0 ? memchr(in->p, '\n', in->n) : NULL;
	struct view line = take_view(in, end ? (uint32_t)(end - in->p) : in->n);
	(void)take_octet(in);
	return line;
}

static long long number_of(struct view line)
{
	char text[24];
	snprintf(text, sizeof(text), "%.*s", (int)line.n, (const char *)line.p);
	return strtoll(text, NULL, 10);
}

static redisReply *read_reply(unsigned depth);

static void read_array(redisReply *r, unsigned depth)
{
	long long n = number_of(take_line());
	size_t count = n < 0 || depth == 0 ? 0 : n > 4096 ? 4096 : (size_t)n;
	r->type = REDIS_REPLY_ARRAY;
	r->element = calloc(count ? count : 1, sizeof(redisReply *)); /* NULL of hiredis is one of our own here */
	MUST(r->element);
	while (r->elements < count && in->n > 0 && nodes < NODES_MAX)
		r->element[r->elements++] = read_reply(depth - 1);
}

static redisReply *read_reply(unsigned depth)
{
	redisReply *r = calloc(1, sizeof(*r));
	MUST(r);
	nodes++;
	r->type = REDIS_REPLY_NIL;
	switch (!in ? 0 : take_octet(in)) {
	case ':':
		r->type = REDIS_REPLY_INTEGER;
		r->integer = number_of(take_line());
		break;
	case '+':
		set_text(r, REDIS_REPLY_STATUS, take_line());
		break;
	case '-':
		set_text(r, REDIS_REPLY_ERROR, take_line());
		break;
	case '$':
		set_text(r, REDIS_REPLY_STRING, take_line());
		break;
	case '=':
		set_text(r, REDIS_REPLY_STRING, take_view(in, take_octet(in)));
		break;
	case '*':
		read_array(r, depth);
		break;
	default:
		if (in)
			(void)take_line();
	}
	return r;
}

void redis_replies_down(void)
{
	struct redis *r = the_redis;
	if (!r->up)
		return;
	r->up = false;
	lose_all(r);
	r->ops->on_down(r->arg, "the link was lost");
}

void redis_replies_give(void)
{
	struct redis *r = the_redis;
	redis_fn fn = r->waiting[0].fn;
	void *arg = r->waiting[0].arg;
	if (in && in->n > 0 && *in->p == '!') {
		(void)take_line();
		redis_replies_down();
		return;
	}
	redisReply *reply = read_reply(DEPTH);
	memmove(r->waiting, r->waiting + 1, --r->n * sizeof(r->waiting[0]));
	if (fn)
		fn(reply, arg);
	free_reply(reply);
}

bool redis_replies_is_up(void)
{
	return the_redis->up;
}

void redis_replies_up(void)
{
	the_redis->up = true;
	the_redis->ops->on_up(the_redis->arg);
}

bool redis_replies_are_owed(void)
{
	return the_redis->n > 0;
}

void redis_replies_from(struct view *input)
{
	in = input;
	nodes = 0;
}
