/*
 * store_batch.c - groups a turn's writes into few variadic commands and tells each writer the outcome. Must not know
 * what a record means; knows which verb and key a kind has.
 */
#include "path/store_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#define NAME_MAX_   64u	  /* octets of carrier, account or scope in a key */
#define BATCH_ITEMS 1024u /* a command that long leaves before the turn ends: Redis answers no one else meanwhile */

static const struct {
	const char *verb, *key; /* key: printf format with name and number */
	const char *script;	/* of EVAL */
	const char *second;	/* its second key: format with more */
	const char *third;	/* its third: format with number; NULL: it has two */
	bool asks;		/* its answer has a yes or no for each item */
} kinds[BATCH_KINDS] = {
	[BATCH_CREDIT_RESERVE] = {"EVAL", "credit", store_reserve_script, "reserved:%s", NULL, true},
	[BATCH_JOURNAL_PUT] = {.verb = "HSET", .key = "journal:%.*s:%llu"},
	[BATCH_RECEIPT_PUT] = {.verb = "HSET", .key = "receipt:%.*s:%llu"},
	[BATCH_PARKED_PUT] = {.verb = "HSET", .key = "parked:%.*s"},
	[BATCH_PART_PUT] = {.verb = "HSET", .key = "part:%.*s"},
	[BATCH_LAST_PUT] = {.verb = "HSET", .key = "last:%.*s%llu"},
	[BATCH_OPTOUT_CHECK] = {.verb = "SMISMEMBER", .key = "optout:%.*s", .asks = true},
	[BATCH_CREDIT_SETTLE] = {"EVAL", "credit", store_settle_script, "reserved:%s", "usage:%llu", false},
	[BATCH_BACKLOG_MOVE] = {"EVAL", "backlog:%.*s", store_move_script, "journal:%s", NULL, false},
	[BATCH_JOURNAL_DEL] = {.verb = "HDEL", .key = "journal:%.*s:%llu"},
	[BATCH_RECEIPT_DEL] = {.verb = "HDEL", .key = "receipt:%.*s:%llu"},
	[BATCH_PARKED_DEL] = {.verb = "HDEL", .key = "parked:%.*s"},
	[BATCH_PART_DEL] = {.verb = "HDEL", .key = "part:%.*s"},
	[BATCH_BACKLOG_DEL] = {.verb = "XDEL", .key = "backlog:%.*s"},
};

struct item {
	union {
		store_fn write;
		store_check_fn check;
	} fn;
	uint64_t token;
	bool member; /* checks: found in the scope's set */
};

struct batch {
	struct list link;
	struct batches *owner;
	enum batch_kind kind;
	char name[NAME_MAX_];
	uint32_t name_n;
	uint64_t number;
	struct resp_batch cmd, global; /* global: the same check against the global set */
	struct item *items;
	size_t n, cap;
	int64_t sent_us;
};

struct batches {
	struct loop *loop;
	struct redis *redis;
	const char *prefix;
	struct store_counters *counters;
	void (*leaving)(void *arg);
	void *arg;
	struct list open[BATCH_KINDS], flying, spare;
};

struct batches *batches_new(struct loop *loop, struct redis *redis, const char *prefix, struct store_counters *counters,
			    void (*leaving)(void *arg), void *arg)
{
	struct batches *b = mem_zalloc(sizeof(*b));
	*b = (struct batches){
		.loop = loop, .redis = redis, .prefix = prefix, .counters = counters, .leaving = leaving, .arg = arg};
	for (int k = 0; k < BATCH_KINDS; k++)
		list_init(&b->open[k]);
	list_init(&b->flying);
	list_init(&b->spare);
	return b;
}

static void free_list(struct list *l)
{
	LIST_EACH_SAFE(node, next, l) {
		struct batch *batch = LIST_OF(node, struct batch, link);
		buf_free(&batch->cmd.body);
		buf_free(&batch->global.body);
		mem_free(batch->items);
		mem_free(batch);
	}
}

void batches_free(struct batches *b)
{
	if (!b)
		return;
	for (int k = 0; k < BATCH_KINDS; k++)
		free_list(&b->open[k]);
	free_list(&b->flying);
	free_list(&b->spare);
	mem_free(b);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

static void put_key(struct batches *b, struct resp_batch *cmd, const char *format, struct view name, uint64_t number)
{
	char key[256];
	int at = snprintf(key, sizeof(key), "%s", b->prefix);
	at += snprintf(key + at, sizeof(key) - (size_t)at, format, (int)name.n, (const char *)name.p,
		       (unsigned long long)number);
	resp_batch_arg(cmd, key, (size_t)at);
}

/* The second and the third key of a script. */
static void put_more_keys(struct batches *b, struct resp_batch *cmd, const struct batch *batch, const char *more)
{
	char key[256];
	int n = snprintf(key, sizeof(key), kinds[batch->kind].second, more);
	put_key(b, cmd, "%.*s", (struct view){(const uint8_t *)key, (uint32_t)n}, 0);
	if (!kinds[batch->kind].third)
		return;
	n = snprintf(key, sizeof(key), kinds[batch->kind].third, (unsigned long long)batch->number);
	put_key(b, cmd, "%.*s", (struct view){(const uint8_t *)key, (uint32_t)n}, 0);
}

#pragma GCC diagnostic pop

/* The command's name, its key or keys, and what comes before the items. */
static void put_head(struct batches *b, struct resp_batch *cmd, const struct batch *batch, struct view name,
		     const char *more)
{
	char floor[24];
	resp_batch_str(cmd, kinds[batch->kind].verb);
	if (!kinds[batch->kind].script) {
		put_key(b, cmd, kinds[batch->kind].key, name, batch->number);
		return;
	}
	resp_batch_str(cmd, kinds[batch->kind].script);
	resp_batch_str(cmd, kinds[batch->kind].third ? "3" : "2");
	put_key(b, cmd, kinds[batch->kind].key, name, batch->number);
	put_more_keys(b, cmd, batch, more);
	if (batch->kind != BATCH_CREDIT_RESERVE)
		return;
	snprintf(floor, sizeof(floor), "%lld", (long long)(int64_t)batch->number);
	resp_batch_str(cmd, floor);
	resp_batch_arg(cmd, name.p, name.n);
}

static struct batch *open_batch(struct batches *b, const struct batch_key *key)
{
	struct batch *batch;
	if (list_empty(&b->spare)) {
		batch = mem_zalloc(sizeof(*batch));
		list_init(&batch->link);
		batch->owner = b;
	} else {
		batch = LIST_OF(b->spare.next, struct batch, link);
		list_remove(&batch->link);
	}
	batch->kind = key->kind;
	batch->name_n = key->name.n < NAME_MAX_ ? key->name.n : NAME_MAX_;
	if (batch->name_n)
		memcpy(batch->name, key->name.p, batch->name_n);
	batch->number = key->number;
	batch->n = 0;
	struct view name = {(const uint8_t *)batch->name, batch->name_n};
	put_head(b, &batch->cmd, batch, name, key->more);
	if (key->kind == BATCH_OPTOUT_CHECK)
		put_head(b, &batch->global, batch, view_of("global"), NULL);
	list_append(&b->open[key->kind], &batch->link);
	return batch;
}

static void flush_through(struct batches *b, enum batch_kind last);

static struct item *add_item(struct batches *b, const struct batch_key *key, struct batch **out)
{
	struct batch *batch = NULL;
	LIST_EACH(node, &b->open[key->kind]) {
		struct batch *have = LIST_OF(node, struct batch, link);
		struct view name = {(const uint8_t *)have->name, have->name_n};
		if (have->number == key->number && view_eq(name, key->name)) {
			batch = have;
			break;
		}
	}
	if (batch && batch->n == BATCH_ITEMS) {
		if (b->leaving)
			b->leaving(b->arg);
		flush_through(b, key->kind); /* what leaves before it at the end of a turn does so here too */
		batch = NULL;
	}
	if (!batch)
		batch = open_batch(b, key);
	if (batch->n == batch->cap) {
		batch->cap = batch->cap ? batch->cap * 2 : 64;
		batch->items = mem_realloc(batch->items, batch->cap * sizeof(*batch->items));
	}
	*out = batch;
	b->counters->records++;
	return &batch->items[batch->n++];
}

void batches_add(struct batches *b, const struct batch_key *key, struct view field, const struct view *value,
		 store_fn fn, uint64_t token)
{
	struct batch *batch;
	struct item *item = add_item(b, key, &batch);
	item->fn.write = fn;
	item->token = token;
	resp_batch_arg(&batch->cmd, field.p, field.n);
	if (value)
		resp_batch_arg(&batch->cmd, value->p, value->n);
}

void batches_check(struct batches *b, struct view scope, struct view number, store_check_fn fn, uint64_t token)
{
	struct batch_key key = {.kind = BATCH_OPTOUT_CHECK, .name = scope};
	struct batch *batch;
	struct item *item = add_item(b, &key, &batch);
	item->fn.check = fn;
	item->token = token;
	item->member = false;
	resp_batch_arg(&batch->cmd, number.p, number.n);
	resp_batch_arg(&batch->global, number.p, number.n);
}

void batches_ask(struct batches *b, const struct batch_key *key, struct view field, struct view value,
		 store_check_fn fn, uint64_t token)
{
	struct batch *batch;
	struct item *item = add_item(b, key, &batch);
	item->fn.check = fn;
	item->token = token;
	item->member = false;
	resp_batch_arg(&batch->cmd, field.p, field.n);
	resp_batch_arg(&batch->cmd, value.p, value.n);
}

/* The one end of a batch: tells its writers, and keeps it for the next turn. */
static void settle(struct batch *batch, bool ok)
{
	struct batches *b = batch->owner;
	if (!ok)
		b->counters->failed += batch->n;
	for (size_t i = 0; i < batch->n; i++) {
		struct item *item = &batch->items[i];
		if (kinds[batch->kind].asks)
			item->fn.check(b->arg, item->token, ok, item->member);
		else if (item->fn.write)
			item->fn.write(b->arg, item->token, ok);
	}
	batch->n = 0;
	list_remove(&batch->link);
	list_append(&b->spare, &batch->link);
}

static void on_written(const redisReply *reply, void *arg)
{
	struct batch *batch = arg;
	struct batches *b = batch->owner;
	bool ok = reply && reply->type == REDIS_REPLY_INTEGER;
	if (ok)
		histogram_add(&b->counters->write, loop_now_us(b->loop) - batch->sent_us);
	if (ok && batch->kind == BATCH_BACKLOG_MOVE && (uint64_t)reply->integer < batch->n)
		log_info("-", "event=moved_before key=\"backlog:%.*s\" count=%llu", (int)batch->name_n, batch->name,
			 (unsigned long long)(batch->n - (uint64_t)reply->integer));
	settle(batch, ok);
}

/* Adds what one of the two sets said; false when the reply is none. */
static bool note_members(struct batch *batch, const redisReply *reply)
{
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != batch->n)
		return false;
	bool known = true;
	for (size_t i = 0; i < batch->n; i++) {
		known = known && reply->element[i]->type == REDIS_REPLY_INTEGER;
		batch->items[i].member |= reply->element[i]->integer == 1;
	}
	return known;
}

static void on_asked(const redisReply *reply, void *arg)
{
	struct batch *batch = arg;
	bool ok = note_members(batch, reply);
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=script_failed key=%s error=\"%s\"", kinds[batch->kind].key, reply->str);
	settle(batch, ok);
}

static void on_scope_checked(const redisReply *reply, void *arg)
{
	struct batch *batch = arg;
	/* number says from here on whether the first answer was good; the key has been written already */
	batch->number = note_members(batch, reply);
}

static void on_global_checked(const redisReply *reply, void *arg)
{
	struct batch *batch = arg;
	bool ok = note_members(batch, reply) && batch->number;
	settle(batch, ok);
}

static void send_batch(struct batches *b, struct batch *batch)
{
	list_remove(&batch->link);
	list_append(&b->flying, &batch->link);
	batch->sent_us = loop_now_us(b->loop);
	b->counters->commands++;
	int sent;
	if (batch->kind == BATCH_OPTOUT_CHECK) {
		sent = resp_batch_send(b->redis, &batch->cmd, on_scope_checked, batch);
		if (sent == 0)
			sent = resp_batch_send(b->redis, &batch->global, on_global_checked, batch);
	} else {
		sent = resp_batch_send(b->redis, &batch->cmd, kinds[batch->kind].asks ? on_asked : on_written, batch);
	}
	if (sent == 0)
		return;
	buf_consume(&batch->cmd.body, buf_len(&batch->cmd.body), SIZE_MAX);
	buf_consume(&batch->global.body, buf_len(&batch->global.body), SIZE_MAX);
	batch->cmd.args = batch->global.args = 0;
	settle(batch, false);
}

/* In the order of the kinds. */
static void flush_through(struct batches *b, enum batch_kind last)
{
	for (int k = 0; k <= (int)last; k++) {
		/* settling a batch that cannot be sent may open new ones: those wait for the next turn */
		struct list now;
		list_take_all(&now, &b->open[k]);
		while (!list_empty(&now))
			send_batch(b, LIST_OF(now.next, struct batch, link));
	}
}

void batches_flush(struct batches *b)
{
	flush_through(b, BATCH_KINDS - 1);
}
