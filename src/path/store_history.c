/*
 * store_history.c - minutes of the history in Redis. Must not know what they hold.
 */
#include "path/store_history.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "path/store_batch.h"

#define HISTORY_EXPIRE_S "90000" /* 25 hours after the last minute of the hour was kept */

/* KEYS: the hour. ARGV: minute, octets, seconds. */
static const char put_script[] = "-- smppgw history\n"
				 "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])\n"
				 "redis.call('EXPIRE', KEYS[1], ARGV[3])\n"
				 "return 1\n";

struct put {
	store_history_fn fn;
	void *arg;
};

struct get {
	const struct store_history_reader *reader;
	void *arg;
	int64_t first;
	unsigned n;
};

static void put_key(const struct store *s, struct buf *cmd, int64_t minute)
{
	char tail[40];
	snprintf(tail, sizeof(tail), "%u:%" PRId64, store_node(s), minute / 60);
	store_key(s, cmd, "history:", view_of(tail));
}

static void on_put(const redisReply *reply, void *arg)
{
	struct put *p = arg;
	p->fn(p->arg, reply && reply->type == REDIS_REPLY_INTEGER);
	mem_free(p);
}

int store_history_put(struct store *s, int64_t minute, struct view octets, store_history_fn fn, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 7);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, put_script);
	resp_str(&cmd, "1");
	put_key(s, &cmd, minute);
	resp_u64(&cmd, (uint64_t)minute);
	resp_arg(&cmd, octets.p, octets.n);
	resp_str(&cmd, HISTORY_EXPIRE_S);
	struct put *p = mem_zalloc(sizeof(*p));
	*p = (struct put){fn, arg};
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_put, p);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(p);
	return sent;
}

static void on_get(const redisReply *reply, void *arg)
{
	struct get *g = arg;
	bool ok = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == g->n;
	for (unsigned i = 0; ok && i < g->n; i++) {
		const redisReply *e = reply->element[i];
		if (e->type == REDIS_REPLY_STRING)
			g->reader->minute(g->arg, g->first + i,
					  (struct view){(const uint8_t *)e->str, (uint32_t)e->len});
	}
	g->reader->done(g->arg, ok);
	mem_free(g);
}

int store_history_get(struct store *s, int64_t first, unsigned n, const struct store_history_reader *reader, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 2 + n);
	resp_str(&cmd, "HMGET");
	put_key(s, &cmd, first);
	for (unsigned i = 0; i < n; i++)
		resp_u64(&cmd, (uint64_t)first + i);
	struct get *g = mem_zalloc(sizeof(*g));
	*g = (struct get){reader, arg, first, n};
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_get, g);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(g);
	return sent;
}
