/*
 * store_ported.c - the commands behind store_ported.h. Must not know operators, files or when what is asked.
 */
#include "path/store_ported.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/store_batch.h"

#define LOG_KEEP_MS 3600000 /* who was away for longer reads all anew: the count of changes tells */

struct call { /* one answer is awaited */
	struct store *store;
	const void *ops; /* reader or follower */
	union {
		store_ported_fn fn;
		store_ported_meta_fn meta;
		store_ported_epoch_fn epoch;
	} to;
	void *arg;
	char last[STORE_PORTED_LAST];
};

static struct call *call_new(struct store *s, void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));
	c->store = s;
	c->arg = arg;
	return c;
}

/* Sends what stands in cmd and empties it. */
static int send(struct store *s, struct buf *cmd, redis_fn fn, void *arg)
{
	int sent = store_up(s) ? redis_send(store_redis(s), buf_data(cmd), buf_len(cmd), fn, arg) : -1;
	buf_consume(cmd, buf_len(cmd), SIZE_MAX);
	return sent;
}

/* As send(), for the command that c waits for. */
static int send_call(struct store *s, struct buf *cmd, redis_fn fn, struct call *c)
{
	int sent = send(s, cmd, fn, c);
	buf_free(cmd);
	if (sent < 0)
		mem_free(c);
	return sent;
}

static int send_word(struct store *s, struct buf *cmd, const char *word)
{
	resp_start(cmd, 1);
	resp_str(cmd, word);
	return send(s, cmd, NULL, NULL);
}

static void put_key(struct store *s, struct buf *cmd, const char *tail)
{
	store_key(s, cmd, "ported", view_of(tail));
}

static void put_bucket(struct store *s, struct buf *cmd, unsigned set, unsigned bucket)
{
	char tail[32];
	snprintf(tail, sizeof(tail), ":%u:%u", set, bucket);
	put_key(s, cmd, tail);
}

static bool good(const redisReply *reply)
{
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=ported_store_failed error=\"%s\"", reply->str);
	return reply && reply->type != REDIS_REPLY_ERROR;
}

static void on_done(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	if (c->to.fn)
		c->to.fn(c->arg, good(reply));
	mem_free(c);
}

/* --- where things stand, and what has changed --- */

static void read_meta(const redisReply *hash, struct store_ported_meta *meta)
{
	for (size_t i = 0; i + 1 < hash->elements; i += 2) {
		const char *field = redis_text(hash->element[i]), *value = redis_text(hash->element[i + 1]);
		if (strcmp(field, "epoch") == 0)
			meta->epoch = strtoull(value, NULL, 10);
		else if (strcmp(field, "changes") == 0)
			meta->changes = strtoull(value, NULL, 10);
		else if (strcmp(field, "set") == 0)
			meta->set = *value == '1';
	}
}

static bool is_array(const redisReply *r)
{
	return r->type == REDIS_REPLY_ARRAY;
}

/* The two answers of a transaction: the log's entries, the hash; NULL when it failed. */
static const redisReply *both(const redisReply *reply)
{
	if (!good(reply) || !is_array(reply) || reply->elements != 2 || !is_array(reply->element[0]) ||
	    !is_array(reply->element[1]))
		return NULL;
	return reply;
}

static void on_meta(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	struct store_ported_meta meta = {.last = "0"};
	const redisReply *r = both(reply);
	if (r) {
		const redisReply *log = r->element[0];
		if (log->elements)
			snprintf(meta.last, sizeof(meta.last), "%s", redis_text(redis_at(log->element[0], 0)));
		read_meta(r->element[1], &meta);
	}
	c->to.meta(c->arg, r != NULL, &meta);
	mem_free(c);
}

/* The second half of both transactions. */
static int send_meta(struct store *s, struct buf *cmd, redis_fn fn, struct call *c)
{
	resp_start(cmd, 2);
	resp_str(cmd, "HGETALL");
	put_key(s, cmd, "");
	if (send(s, cmd, NULL, NULL) < 0) {
		buf_free(cmd);
		mem_free(c);
		return -1;
	}
	resp_start(cmd, 1);
	resp_str(cmd, "EXEC");
	return send_call(s, cmd, fn, c);
}

int store_ported_meta(struct store *s, store_ported_meta_fn fn, void *arg)
{
	struct buf cmd = {0};
	if (send_word(s, &cmd, "MULTI") < 0) {
		buf_free(&cmd);
		return -1;
	}
	struct call *c = call_new(s, arg);
	c->to.meta = fn;
	resp_start(&cmd, 6);
	resp_str(&cmd, "XREVRANGE");
	put_key(s, &cmd, ":log");
	resp_str(&cmd, "+");
	resp_str(&cmd, "-");
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, 1);
	int sent = send(s, &cmd, NULL, NULL);
	(void)sent; /* the next one fails, too */
	return send_meta(s, &cmd, on_meta, c);
}

static struct view field_of(const redisReply *fields, const char *name)
{
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		const redisReply *value = fields->element[i + 1];
		if (strcmp(redis_text(fields->element[i]), name) == 0)
			return (struct view){(const uint8_t *)value->str, (uint32_t)value->len};
	}
	return (struct view){NULL, 0};
}

static void on_changes(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	const struct store_ported_follower *follower = c->ops;
	struct store_ported_meta meta = {0};
	const redisReply *r = both(reply), *log = r ? r->element[0] : NULL;
	snprintf(meta.last, sizeof(meta.last), "%s", c->last);
	if (r)
		read_meta(r->element[1], &meta);
	for (size_t i = 0; r && i < log->elements; i++) {
		const redisReply *entry = log->element[i];
		follower->change(c->arg, field_of(redis_at(entry, 1), "n"), field_of(redis_at(entry, 1), "v"));
		snprintf(meta.last, sizeof(meta.last), "%s", redis_text(redis_at(entry, 0)));
	}
	follower->done(c->arg, r != NULL, &meta, r ? log->elements : 0);
	mem_free(c);
}

int store_ported_follow(struct store *s, const char *last, const struct store_ported_follower *follower, void *arg)
{
	struct buf cmd = {0};
	char from[STORE_PORTED_LAST + 1];
	if (send_word(s, &cmd, "MULTI") < 0) {
		buf_free(&cmd);
		return -1;
	}
	struct call *c = call_new(s, arg);
	c->ops = follower;
	snprintf(c->last, sizeof(c->last), "%s", last);
	snprintf(from, sizeof(from), "(%s", last);
	resp_start(&cmd, 6);
	resp_str(&cmd, "XRANGE");
	put_key(s, &cmd, ":log");
	resp_str(&cmd, from);
	resp_str(&cmd, "+");
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, STORE_PORTED_PAGE);
	int sent = send(s, &cmd, NULL, NULL);
	(void)sent; /* the next one fails, too */
	return send_meta(s, &cmd, on_changes, c);
}

/* --- buckets --- */

static void on_bucket(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	const struct store_ported_reader *reader = c->ops;
	bool ok = good(reply) && is_array(reply);
	for (size_t i = 0; ok && i + 1 < reply->elements; i += 2) {
		const redisReply *number = reply->element[i], *value = reply->element[i + 1];
		reader->row(c->arg, (struct view){(const uint8_t *)number->str, (uint32_t)number->len},
			    (struct view){(const uint8_t *)value->str, (uint32_t)value->len});
	}
	reader->done(c->arg, ok);
	mem_free(c);
}

int store_ported_read(struct store *s, unsigned set, unsigned bucket, const struct store_ported_reader *reader,
		      void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(s, arg);
	c->ops = reader;
	resp_start(&cmd, 2);
	resp_str(&cmd, "HGETALL");
	put_bucket(s, &cmd, set, bucket);
	return send_call(s, &cmd, on_bucket, c);
}

static void put_row(struct store *s, struct buf *cmd, const struct store_ported_row *row)
{
	resp_start(cmd, row->value.n ? 4 : 3);
	resp_str(cmd, row->value.n ? "HSET" : "HDEL");
	put_bucket(s, cmd, row->set, row->bucket);
	resp_arg(cmd, row->number.p, row->number.n);
	if (row->value.n)
		resp_arg(cmd, row->value.p, row->value.n);
}

int store_ported_put(struct store *s, const struct store_ported_row *row, store_ported_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(s, arg);
	c->to.fn = fn;
	put_row(s, &cmd, row);
	return send_call(s, &cmd, on_done, c);
}

/* ARGV: hash, bucket, number, value, the oldest ms of the log. Into the set in force now: a file may just have come. */
static const char change_script[] =
	"-- smppgw ported change\n"
	"local set = redis.call('HGET', ARGV[1], 'set') or '0'\n"
	"local bucket = ARGV[1] .. ':' .. set .. ':' .. ARGV[2]\n"
	"if ARGV[4] == '' then\n"
	"  redis.call('HDEL', bucket, ARGV[3])\n"
	"else\n"
	"  redis.call('HSET', bucket, ARGV[3], ARGV[4])\n"
	"end\n"
	"redis.call('XADD', ARGV[1] .. ':log', 'MINID', '~', ARGV[5], '*', 'n', ARGV[3], 'v', ARGV[4])\n"
	"return redis.call('HINCRBY', ARGV[1], 'changes', 1)\n";

int store_ported_change(struct store *s, const struct store_ported_row *row, store_ported_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(s, arg);
	c->to.fn = fn;
	resp_start(&cmd, 8);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, change_script);
	resp_str(&cmd, "0");
	put_key(s, &cmd, "");
	resp_u64(&cmd, row->bucket);
	resp_arg(&cmd, row->number.p, row->number.n);
	resp_arg(&cmd, row->value.p, row->value.n);
	resp_u64(&cmd, (uint64_t)(loop_wall_ms(store_loop(s)) - LOG_KEEP_MS));
	return send_call(s, &cmd, on_done, c);
}

/* --- loading --- */

static void on_locked(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	if (c->to.fn)
		c->to.fn(c->arg, good(reply) && reply->type == REDIS_REPLY_STATUS);
	mem_free(c);
}

int store_ported_lock(struct store *s, enum store_ported_lock what, store_ported_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(s, arg);
	c->to.fn = fn;
	if (what == PORTED_LOCK_GIVE) {
		resp_start(&cmd, 2);
		resp_str(&cmd, "DEL");
		put_key(s, &cmd, ":loading");
		return send_call(s, &cmd, on_done, c);
	}
	resp_start(&cmd, 6);
	resp_str(&cmd, "SET");
	put_key(s, &cmd, ":loading");
	resp_u64(&cmd, store_node(s));
	resp_str(&cmd, what == PORTED_LOCK_TAKE ? "NX" : "XX");
	resp_str(&cmd, "PX");
	resp_u64(&cmd, STORE_PORTED_LOCK_MS);
	return send_call(s, &cmd, on_locked, c);
}

int store_ported_drop(struct store *s, unsigned set, unsigned from, unsigned n, store_ported_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(s, arg);
	c->to.fn = fn;
	resp_start(&cmd, n + 1);
	resp_str(&cmd, "UNLINK");
	for (unsigned i = 0; i < n; i++)
		put_bucket(s, &cmd, set, from + i);
	return send_call(s, &cmd, on_done, c);
}

/* ARGV: hash, set, changes ("": whatever there were). Returns the epoch that begins; 0: there are other changes. */
static const char publish_script[] =
	"-- smppgw ported publish\n"
	"if ARGV[3] ~= '' and (redis.call('HGET', ARGV[1], 'changes') or '0') ~= ARGV[3] then return 0 end\n"
	"redis.call('HSET', ARGV[1], 'set', ARGV[2])\n"
	"return redis.call('HINCRBY', ARGV[1], 'epoch', 1)\n";

static void on_published(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = good(reply) && reply->type == REDIS_REPLY_INTEGER;
	c->to.epoch(c->arg, ok, ok ? (uint64_t)reply->integer : 0);
	mem_free(c);
}

int store_ported_publish(struct store *s, unsigned set, const uint64_t *changes, store_ported_epoch_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(s, arg);
	c->to.epoch = fn;
	resp_start(&cmd, 6);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, publish_script);
	resp_str(&cmd, "0");
	put_key(s, &cmd, "");
	resp_u64(&cmd, set);
	if (changes)
		resp_u64(&cmd, *changes);
	else
		resp_str(&cmd, "");
	return send_call(s, &cmd, on_published, c);
}
