/*
 * store_menu.c - places of users in menus, values of texts, replies that wait for webhooks. Must not know what they are
 * for.
 */
#include "path/store_menu.h"

#include <stdio.h>

#include "base/ids.h"
#include "base/mem.h"
#include "path/store_batch.h"

#define ACCOUNT_NUMBER 64u

/* KEYS: menu. ARGV: place, at, seconds. */
static const char place_script[] = "-- smppgw menu\n"
				   "redis.call('HSET', KEYS[1], 'place', ARGV[1], 'at', ARGV[2])\n"
				   "redis.call('EXPIRE', KEYS[1], ARGV[3])\n"
				   "return 1\n";

/* KEYS: menu. ARGV: UTC ms. */
static const char end_script[] = "-- smppgw menu end\n"
				 "local at = redis.call('HGET', KEYS[1], 'at')\n"
				 "if at and tonumber(at) <= tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end\n"
				 "return 1\n";

/* KEYS: the recipient's values, the account's. ARGV: names. */
static const char values_script[] = "-- smppgw values\n"
				    "local own = redis.call('HMGET', KEYS[1], unpack(ARGV))\n"
				    "local shared = redis.call('HMGET', KEYS[2], unpack(ARGV))\n"
				    "for i = 1, #ARGV do own[i] = own[i] or shared[i] end\n"
				    "return own\n";

static void put_menu_key(struct store *s, struct buf *cmd, struct view number, struct view code)
{
	store_number_key(s, cmd, number, "menu:", code);
}

static int send_told(struct store *s, struct buf *cmd, store_fn fn, uint64_t token)
{
	int sent = store_up(s) ? store_send(s, cmd, fn, token) : -1;
	buf_free(cmd);
	return sent;
}

int store_menu_put(struct store *s, struct view number, struct view code, const char *place, int64_t now_ms,
		   int64_t ttl_s, store_fn fn, uint64_t token)
{
	struct buf cmd = {0};
	resp_start(&cmd, 7);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, place_script);
	resp_str(&cmd, "1");
	put_menu_key(s, &cmd, number, code);
	resp_str(&cmd, place);
	resp_u64(&cmd, (uint64_t)now_ms);
	resp_u64(&cmd, (uint64_t)ttl_s);
	return send_told(s, &cmd, fn, token);
}

int store_menu_end(struct store *s, struct view number, struct view code, int64_t upto_ms, store_fn fn, uint64_t token)
{
	struct buf cmd = {0};
	resp_start(&cmd, 5);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, end_script);
	resp_str(&cmd, "1");
	put_menu_key(s, &cmd, number, code);
	resp_u64(&cmd, (uint64_t)upto_ms);
	return send_told(s, &cmd, fn, token);
}

/* --- values --- */

struct values_read {
	struct store *store;
	store_values_fn fn;
	uint64_t token;
	size_t n;
};

static void on_values(const redisReply *reply, void *arg)
{
	struct values_read *w = arg;
	struct view values[STORE_VALUES];
	bool known = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == w->n;
	for (size_t i = 0; i < w->n; i++) {
		const redisReply *v = known ? reply->element[i] : NULL;
		bool text = v && v->type == REDIS_REPLY_STRING;
		values[i] = (struct view){text ? (const uint8_t *)v->str : NULL, text ? (uint32_t)v->len : 0};
	}
	w->fn(store_arg(w->store), w->token, values, w->n);
	mem_free(w);
}

int store_menu_values(struct store *s, struct view account, struct view number, const struct view *names, size_t n,
		      store_values_fn fn, uint64_t token)
{
	struct buf cmd = {0};
	char tail[ACCOUNT_NUMBER];
	if (!store_up(s))
		return -1;
	snprintf(tail, sizeof(tail), "%.*s:%.*s", (int)account.n, (const char *)account.p, (int)number.n,
		 (const char *)number.p);
	resp_start(&cmd, 5 + n);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, values_script);
	resp_str(&cmd, "2");
	store_key(s, &cmd, "value:", view_of(tail));
	store_key(s, &cmd, "value:", account);
	for (size_t i = 0; i < n; i++)
		resp_arg(&cmd, names[i].p, names[i].n);
	struct values_read *w = mem_zalloc(sizeof(*w));
	*w = (struct values_read){s, fn, token, n};
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_values, w);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(w);
	return sent;
}

/* --- replies that wait for webhooks --- */

static void put_pending(struct store *s, struct buf *cmd, uint64_t id)
{
	char node[24], field[IDS_DIGITS + 1];
	snprintf(node, sizeof(node), "%u", store_node(s));
	store_key(s, cmd, "pending:", view_of(node));
	ids_print(id, field);
	resp_str(cmd, field);
}

int store_pending_put(struct store *s, uint64_t id, struct view rec, store_fn fn, uint64_t token)
{
	struct buf cmd = {0};
	resp_start(&cmd, 4);
	resp_str(&cmd, "HSET");
	put_pending(s, &cmd, id);
	resp_arg(&cmd, rec.p, rec.n);
	return send_told(s, &cmd, fn, token);
}

int store_pending_del(struct store *s, uint64_t id, store_fn fn, uint64_t token)
{
	struct buf cmd = {0};
	resp_start(&cmd, 3);
	resp_str(&cmd, "HDEL");
	put_pending(s, &cmd, id);
	return send_told(s, &cmd, fn, token);
}
