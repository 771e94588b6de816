/*
 * store_load.c - reads back what this node left in Redis: its journal, the receipt ids of all carriers within the
 * horizon, parked receipts, parts of long MO, replies that wait for webhooks, the learnt forms of ids. A list of hashes
 * to scan, one HSCAN page at a time. Must not know what becomes of it.
 */
#include "path/store_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"

#define PAGE	    1000u /* hash fields per HSCAN */
#define PROGRESS_US 1000000

enum hash_kind { HASH_JOURNAL, HASH_RECEIPT, HASH_PARKED, HASH_PART, HASH_FORM, HASH_PENDING, HASH_RESERVED };

struct hash { /* one hash to scan */
	enum hash_kind kind;
	char carrier[64];
	uint64_t number; /* bucket or slot */
};

struct load {
	struct store *store;
	const struct store_loader *loader;
	void *arg;
	struct hash *hashes;
	size_t n, cap, at;
	char cursor[24];
	uint64_t records;
	int64_t progress_us;
	char hash_key[256];
};

static void next_page(struct load *l);

static void finish(struct load *l, bool ok)
{
	const struct store_loader *loader = l->loader;
	void *arg = l->arg;
	mem_free(l->hashes);
	mem_free(l);
	loader->done(arg, ok);
}

static void add_hash(struct load *l, enum hash_kind kind, const char *carrier, uint64_t number)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->hashes = mem_realloc(l->hashes, l->cap * sizeof(*l->hashes));
	}
	struct hash *h = &l->hashes[l->n++];
	h->kind = kind;
	h->number = number;
	snprintf(h->carrier, sizeof(h->carrier), "%s", carrier);
}

static void print_key(struct load *l, const struct hash *h)
{
	const char *prefix = store_conf_of(l->store)->prefix;
	unsigned node = store_node(l->store);
	unsigned long long number = h->number;
	switch (h->kind) {
	case HASH_JOURNAL:
		snprintf(l->hash_key, sizeof(l->hash_key), "%sjournal:%u:%llu", prefix, node, number);
		break;
	case HASH_RECEIPT:
		snprintf(l->hash_key, sizeof(l->hash_key), "%sreceipt:%s:%llu", prefix, h->carrier, number);
		break;
	case HASH_PARKED:
		snprintf(l->hash_key, sizeof(l->hash_key), "%sparked:%s", prefix, h->carrier);
		break;
	case HASH_PART:
		snprintf(l->hash_key, sizeof(l->hash_key), "%spart:%u", prefix, node);
		break;
	case HASH_FORM:
		snprintf(l->hash_key, sizeof(l->hash_key), "%sidform", prefix);
		break;
	case HASH_PENDING:
		snprintf(l->hash_key, sizeof(l->hash_key), "%spending:%u", prefix, node);
		break;
	case HASH_RESERVED:
		snprintf(l->hash_key, sizeof(l->hash_key), "%sreserved:%u", prefix, node);
		break;
	}
}

static int send_cmd(struct load *l, struct buf *cmd, redis_fn fn)
{
	int sent = redis_send(store_redis(l->store), buf_data(cmd), buf_len(cmd), fn, l);
	buf_free(cmd);
	return sent;
}

/* As store.c prints it. */
static bool parse_leg(struct view v, struct store_leg *leg)
{
	unsigned part, parts;
	int end = 0;
	char mark, text[32];
	*leg = (struct store_leg){0};
	if (v.n < IDS_DIGITS || !ids_parse(v.p, IDS_DIGITS, &leg->id))
		return false;
	if (v.n == IDS_DIGITS)
		return true;
	snprintf(text, sizeof(text), "%.*s", (int)(v.n - IDS_DIGITS), (const char *)v.p + IDS_DIGITS);
	if (sscanf(text, ",%3u,%3u,%c%n", &part, &parts, &mark, &end) != 3 || parts > 255 || part > 255 ||
	    (parts && part > parts))
		return false;
	uint32_t head = IDS_DIGITS + (uint32_t)end + 1; /* with the comma in front of why */
	if (v.n > head)
		leg->why = (struct view){v.p + head, v.n - head};
	leg->part = (uint8_t)part;
	leg->parts = (uint8_t)parts;
	leg->mark = mark == '-' ? LEG_OPEN : mark;
	return true;
}

static void give(struct load *l, const struct hash *h, const redisReply *field, const redisReply *value)
{
	struct view f = {(const uint8_t *)field->str, (uint32_t)field->len};
	struct view v = {(const uint8_t *)value->str, (uint32_t)value->len};
	struct store_leg leg;
	uint64_t id;
	switch (h->kind) {
	case HASH_JOURNAL:
		if (!ids_parse(f.p, f.n, &id)) {
			log_warn("-", "event=journal_key_unreadable key=%s", l->hash_key);
			return;
		}
		l->records++;
		l->loader->journal(l->arg, id, v);
		return;
	case HASH_RECEIPT:
		if (parse_leg(v, &leg))
			l->loader->receipt(l->arg, view_of(h->carrier), (uint32_t)h->number, f, &leg);
		return;
	case HASH_PARKED:
		l->loader->parked(l->arg, view_of(h->carrier), f, v);
		return;
	case HASH_PART:
		l->loader->part(l->arg, f, v);
		return;
	case HASH_FORM:
		l->loader->form(l->arg, f, v);
		return;
	case HASH_PENDING:
		if (ids_parse(f.p, f.n, &id))
			l->loader->pending(l->arg, id, v);
		return;
	case HASH_RESERVED:
		if (ids_parse(f.p, f.n, &id))
			l->loader->reserved(l->arg, id);
		return;
	}
}

static void on_page(const redisReply *reply, void *arg)
{
	struct load *l = arg;
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
		if (reply && reply->type == REDIS_REPLY_ERROR)
			log_error("-", "event=load_failed key=%s error=\"%s\"", l->hash_key, reply->str);
		finish(l, false);
		return;
	}
	const struct hash *h = &l->hashes[l->at];
	const redisReply *pairs = reply->element[1];
	for (size_t i = 0; i + 1 < pairs->elements; i += 2)
		give(l, h, pairs->element[i], pairs->element[i + 1]);
	snprintf(l->cursor, sizeof(l->cursor), "%s", redis_text(reply->element[0]));
	if (strcmp(l->cursor, "0") == 0) {
		l->at++;
	}
	int64_t now = loop_now_us(store_loop(l->store));
	if (now - l->progress_us >= PROGRESS_US) {
		l->progress_us = now;
		l->loader->progress(l->arg, l->records);
	}
	next_page(l);
}

static void next_page(struct load *l)
{
	if (l->at == l->n) {
		finish(l, true);
		return;
	}
	if (strcmp(l->cursor, "0") == 0)
		print_key(l, &l->hashes[l->at]);
	struct buf cmd = {0};
	resp_start(&cmd, 5);
	resp_str(&cmd, "HSCAN");
	resp_str(&cmd, l->hash_key);
	resp_str(&cmd, l->cursor);
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, PAGE);
	if (send_cmd(l, &cmd, on_page) < 0)
		finish(l, false);
}

/* The carriers: their slots within the horizon, newest last, and what is parked. */
static void on_carriers(const redisReply *reply, void *arg)
{
	struct load *l = arg;
	if (!reply || reply->type != REDIS_REPLY_ARRAY) {
		finish(l, false);
		return;
	}
	uint32_t last = store_slot(loop_wall_ms(store_loop(l->store)));
	uint32_t slots = (uint32_t)(store_conf_of(l->store)->receipt_horizon / 3600) + 2;
	for (size_t i = 0; i < reply->elements; i++) {
		for (uint32_t slot = last > slots ? last - slots : 0; slot <= last; slot++)
			add_hash(l, HASH_RECEIPT, redis_text(reply->element[i]), slot);
		add_hash(l, HASH_PARKED, redis_text(reply->element[i]), 0);
	}
	add_hash(l, HASH_PART, "", 0);
	add_hash(l, HASH_FORM, "", 0);
	add_hash(l, HASH_PENDING, "", 0);
	add_hash(l, HASH_RESERVED, "", 0);
	next_page(l);
}

static int ask_members(struct load *l, const char *key, redis_fn fn)
{
	struct buf cmd = {0};
	resp_start(&cmd, 2);
	resp_str(&cmd, "SMEMBERS");
	resp_str(&cmd, key);
	return send_cmd(l, &cmd, fn);
}

static void on_buckets(const redisReply *reply, void *arg)
{
	struct load *l = arg;
	if (!reply || reply->type != REDIS_REPLY_ARRAY) {
		finish(l, false);
		return;
	}
	for (size_t i = 0; i < reply->elements; i++) {
		uint64_t bucket = strtoull(redis_text(reply->element[i]), NULL, 10);
		add_hash(l, HASH_JOURNAL, "", bucket);
		sweep_add(store_sweep(l->store), bucket);
	}
	char key[256];
	snprintf(key, sizeof(key), "%sreceipt", store_conf_of(l->store)->prefix);
	if (ask_members(l, key, on_carriers) < 0)
		finish(l, false);
}

int store_load(struct store *s, const struct store_loader *loader, void *arg)
{
	if (!store_up(s))
		return -1;
	struct load *l = mem_zalloc(sizeof(*l));
	l->store = s;
	l->loader = loader;
	l->arg = arg;
	l->progress_us = loop_now_us(store_loop(s));
	snprintf(l->cursor, sizeof(l->cursor), "0");
	char key[256];
	snprintf(key, sizeof(key), "%sjournal:%u", store_conf_of(s)->prefix, store_node(s));
	if (ask_members(l, key, on_buckets) < 0) {
		mem_free(l);
		return -1;
	}
	return 0;
}
