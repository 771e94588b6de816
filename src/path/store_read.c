/*
 * store_read.c - single reads: a menu's value. Must not know what is done with it.
 */
#include "path/store_batch.h"

#include "base/mem.h"

struct value_read {
	struct store *store;
	void *arg;
	store_value_fn fn;
	uint64_t token;
};

static void on_value(const redisReply *reply, void *arg)
{
	struct value_read *w = arg;
	bool found = reply && reply->type == REDIS_REPLY_STRING;
	struct view v = {found ? (const uint8_t *)reply->str : NULL, found ? (uint32_t)reply->len : 0};
	w->fn(w->arg, w->token, found, v);
	mem_free(w);
}

int store_value(struct store *s, struct view account, struct view name, store_value_fn fn, uint64_t token)
{
	if (!store_up(s))
		return -1;
	struct value_read *w = mem_zalloc(sizeof(*w));
	*w = (struct value_read){s, store_arg(s), fn, token};
	struct buf cmd = {0};
	resp_start(&cmd, 3);
	resp_str(&cmd, "HGET");
	store_key(s, &cmd, "value:", account);
	resp_arg(&cmd, name.p, name.n);
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_value, w);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(w);
	return sent;
}
