/*
 * store_read.c - single reads: a menu's value, a stretch of a backlog. Must not know what is done with them.
 */
#include "path/store_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"

struct value_read {
	struct store *store;
	void *arg;
	store_value_fn fn;
	uint64_t token;
};

struct backlog_read {
	void *arg;
	const struct store_backlog_reader *reader;
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

/* One entry of XRANGE: [id, [name, value, ...]]. False when it is not one of ours. */
static bool read_entry(const redisReply *entry, uint64_t *id, struct view *rec)
{
	if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 || entry->element[1]->type != REDIS_REPLY_ARRAY)
		return false;
	const redisReply *fields = entry->element[1];
	*id = 0;
	*rec = (struct view){NULL, 0};
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		const redisReply *name = fields->element[i], *value = fields->element[i + 1];
		if (strcmp(name->str, "id") == 0)
			(void)ids_parse(value->str, (size_t)value->len, id);
		else if (strcmp(name->str, "rec") == 0)
			*rec = (struct view){(const uint8_t *)value->str, (uint32_t)value->len};
	}
	return rec->n > 0;
}

static void on_backlog(const redisReply *reply, void *arg)
{
	struct backlog_read *w = arg;
	int count = -1;
	if (reply && reply->type == REDIS_REPLY_ARRAY) {
		count = (int)reply->elements;
		for (size_t i = 0; i < reply->elements; i++) {
			uint64_t id;
			struct view rec;
			if (!read_entry(reply->element[i], &id, &rec)) {
				log_warn("-", "event=backlog_entry_unreadable action=\"left in the stream\"");
				continue;
			}
			const redisReply *name = reply->element[i]->element[0];
			w->reader->entry(w->arg, w->token,
					 (struct view){(const uint8_t *)name->str, (uint32_t)name->len}, id, rec);
		}
	}
	w->reader->done(w->arg, w->token, count);
	mem_free(w);
}

int store_backlog_read(struct store *s, struct view account, struct view after, unsigned count,
		       const struct store_backlog_reader *reader, uint64_t token)
{
	if (!store_up(s))
		return -1;
	struct backlog_read *w = mem_zalloc(sizeof(*w));
	*w = (struct backlog_read){store_arg(s), reader, token};
	store_flush(s); /* entries deleted in this turn must not be read again */
	char from[64];
	if (after.n)
		snprintf(from, sizeof(from), "(%.*s", (int)after.n, (const char *)after.p);
	else
		snprintf(from, sizeof(from), "-");
	struct buf cmd = {0};
	resp_start(&cmd, 6);
	resp_str(&cmd, "XRANGE");
	store_key(s, &cmd, "backlog:", account);
	resp_str(&cmd, from);
	resp_str(&cmd, "+");
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, count);
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_backlog, w);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(w);
	return sent;
}
