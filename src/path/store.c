/*
 * store.c - the store's face: what may be written, under which key. Must not know what a write means to a message, nor
 * how writes are grouped (store_batch.c).
 */
#include "path/store_batch.h"

#include <stdio.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/store_recipient_priv.h"

#define BUCKET_MS     10000   /* of accept time that one journal hash holds */
#define SLOT_MS	      3600000 /* of submit time that one receipt hash holds */
#define BUCKETS_KNOWN 64      /* buckets remembered as registered */
#define SLOTS_KNOWN   64
#define LEG_MAX	      (IDS_DIGITS + 16 + LEG_WHY_MAX)

const struct conf_row store_rows[] = {
	{"redis", CONF_STRING, offsetof(struct store_conf, redis), "", 1, 255, "127.0.0.1:6379", false,
	 "Address of Redis: host:port, or unix:/path/to/socket.", NULL},
	{"user", CONF_STRING, offsetof(struct store_conf, user), "", 0, 255, "", false,
	 "ACL user of Redis; empty for none.", NULL},
	{"password", CONF_SECRET, offsetof(struct store_conf, password), "", 0, 255, "", false,
	 "Password of Redis; empty for none.", NULL},
	{"db", CONF_INT, offsetof(struct store_conf, db), "", 0, 1000, "0", false, "Number of the Redis database.",
	 NULL},
	{"prefix", CONF_STRING, offsetof(struct store_conf, prefix), "", 0, 64, "", false, "Put in front of every key.",
	 NULL},
	{"deadline", CONF_INT, offsetof(struct store_conf, deadline), "ms", 50, 60000, "2000", false,
	 "A write without answer for so long means that Redis is away.", NULL},
	{"reconnect", CONF_INT, offsetof(struct store_conf, reconnect), "ms", 10, 60000, "100", false,
	 "First pause before connecting again; doubles to 32 times.", NULL},
	{"receipt_horizon", CONF_INT, offsetof(struct store_conf, receipt_horizon), "s", 60, 2592000, "259200", false,
	 "How long a carrier's message id is remembered, and a receipt awaited.", NULL},
	{"deadletter_age", CONF_INT, offsetof(struct store_conf, deadletter_age), "s", 3600, 315360000, "2592000",
	 false, "How long dead letters are kept.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct bucket_known {
	uint64_t bucket;
	bool listed; /* its SADD has left, and no SADD has failed since */
};

struct slot_known {
	char carrier[64];
	uint32_t slot;
};

struct store {
	struct loop *loop;
	const struct store_conf *conf;
	const struct store_ops *ops;
	void *arg;
	unsigned node;
	char node_name[8];
	struct redis *redis;
	struct redis_conf redis_conf;
	struct lease *lease;
	struct batches *batches;
	struct sweep *sweep;
	struct recipients *recipients;
	struct loop_hook flush, flush_late; /* late: what the pump has written */
	struct store_counters counters;
	struct stats *stats;
	bool up;
	struct bucket_known buckets[BUCKETS_KNOWN];
	struct slot_known slots[SLOTS_KNOWN];
	uint64_t last_slot;
	struct buf cmd;
};

static const struct stats_row stat_rows[] = {
	{"smppgw_store_commands_total", "Grouped commands sent to Redis.", STATS_COUNTER,
	 offsetof(struct store_counters, commands), NULL, NULL},
	{"smppgw_store_records_total", "Records inside those commands.", STATS_COUNTER,
	 offsetof(struct store_counters, records), NULL, NULL},
	{"smppgw_store_failed_total", "Records whose write failed or is not known to be done.", STATS_COUNTER,
	 offsetof(struct store_counters, failed), NULL, NULL},
	{"smppgw_store_up", "1 while Redis answers and this node holds its lease.", STATS_GAUGE,
	 offsetof(struct store_counters, up), NULL, NULL},
	{"smppgw_store_pending", "Commands that wait for Redis.", STATS_GAUGE, offsetof(struct store_counters, pending),
	 NULL, NULL},
	{"smppgw_store_unwritten_bytes", "Octets of commands that Redis has not taken yet.", STATS_GAUGE,
	 offsetof(struct store_counters, unwritten), NULL, NULL},
	{"smppgw_store_lag_seconds", "How long the oldest command waits.", STATS_GAUGE,
	 offsetof(struct store_counters, lag_us), NULL, NULL},
	{"smppgw_store_write_seconds", "Time from sending a grouped command to its reply.", STATS_HISTOGRAM,
	 offsetof(struct store_counters, write), NULL, NULL},
};

static void on_held(void *arg)
{
	struct store *s = arg;
	s->up = true;
	s->counters.up = 1;
	log_info("-", "event=store_up redis=%s node=%u", s->conf->redis, s->node);
	durable_ask(s);
	s->ops->on_up(s->arg);
}

static void on_taken(const char *owner, void *arg)
{
	struct store *s = arg;
	s->up = false;
	s->counters.up = 0;
	s->ops->on_taken(owner, s->arg);
}

static void on_redis_up(void *arg)
{
	struct store *s = arg;
	lease_up(s->lease);
}

static void on_redis_down(void *arg, const char *reason)
{
	struct store *s = arg;
	bool was_up = s->up;
	s->up = false;
	s->counters.up = 0;
	lease_down(s->lease);
	/* Redis may come back empty: register buckets and slots anew */
	memset(s->buckets, 0, sizeof(s->buckets));
	memset(s->slots, 0, sizeof(s->slots));
	s->last_slot = 0;
	if (!was_up)
		return;
	log_error("-", "event=store_down redis=%s reason=\"%s\" action=\"submits are refused until it is back\"",
		  s->conf->redis, reason);
	s->ops->on_down(s->arg);
}

static void flush(void *arg)
{
	struct store *s = arg;
	batches_flush(s->batches);
	recipients_flush(s->recipients);
	redis_flush(s->redis);
}

static void before_walk(void *object)
{
	struct store_counters *c = object;
	struct store *s = (struct store *)(void *)((char *)c - offsetof(struct store, counters));
	c->pending = redis_pending(s->redis);
	c->unwritten = redis_octets(s->redis);
	c->lag_us = (uint64_t)redis_lag_us(s->redis);
}

struct store *store_new(struct loop *loop, const struct store_conf *conf, unsigned node, const struct store_ops *ops,
			void *arg, struct stats *stats)
{
	static const struct redis_ops redis_ops = {on_redis_up, on_redis_down};
	static const struct lease_ops lease_ops = {on_held, on_taken};
	struct store *s = mem_zalloc(sizeof(*s));
	s->loop = loop;
	s->conf = conf;
	s->ops = ops;
	s->arg = arg;
	s->node = node;
	s->stats = stats;
	snprintf(s->node_name, sizeof(s->node_name), "%u", node);
	s->redis_conf = (struct redis_conf){.address = conf->redis,
					    .user = conf->user,
					    .password = conf->password,
					    .db = conf->db,
					    .deadline_ms = conf->deadline,
					    .reconnect_ms = conf->reconnect};
	s->redis = redis_new(loop, &s->redis_conf, &redis_ops, s);
	s->lease = lease_new(loop, s->redis, conf->prefix, node, &lease_ops, s);
	s->batches = batches_new(loop, s->redis, conf->prefix, &s->counters, ops->on_leaving, arg);
	s->sweep = sweep_new(s);
	s->recipients = recipients_new(s, stats);
	s->flush = (struct loop_hook){.fn = flush, .arg = s};
	loop_hook(loop, LOOP_STORE, &s->flush);
	s->flush_late = s->flush;
	loop_hook(loop, LOOP_WRITE, &s->flush_late);
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &s->counters, NULL, NULL, before_walk);
	return s;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	lease_release(s->lease);
	s->up = false;
	stats_drop(s->stats, &s->counters);
	loop_unhook(s->loop, &s->flush);
	loop_unhook(s->loop, &s->flush_late);
	redis_free(s->redis);
	sweep_free(s->sweep);
	lease_free(s->lease);
	batches_free(s->batches);
	recipients_free(s->recipients);
	buf_free(&s->cmd);
	mem_free(s);
}

bool store_up(const struct store *s)
{
	return s->up;
}

bool store_takes(const struct store *s)
{
	return s->up && redis_up(s->redis);
}

int64_t store_lag_us(const struct store *s)
{
	return redis_lag_us(s->redis);
}

uint64_t store_failed(const struct store *s)
{
	return s->counters.failed;
}

size_t store_pending(const struct store *s)
{
	return redis_pending(s->redis);
}

struct redis *store_redis(struct store *s)
{
	return s->redis;
}

const struct store_conf *store_conf_of(const struct store *s)
{
	return s->conf;
}

unsigned store_node(const struct store *s)
{
	return s->node;
}

struct loop *store_loop(const struct store *s)
{
	return s->loop;
}

void store_key(const struct store *s, struct buf *cmd, const char *name, struct view tail)
{
	char key[256];
	int n = snprintf(key, sizeof(key), "%s%s%.*s", s->conf->prefix, name, (int)tail.n,
			 tail.n ? (const char *)tail.p : "");
	resp_arg(cmd, key, n < (int)sizeof(key) ? (size_t)n : sizeof(key) - 1);
}

void store_number_key(const struct store *s, struct buf *cmd, struct view number, const char *name, struct view tail)
{
	char key[256];
	int n = snprintf(key, sizeof(key), "%sto:{%.*s}:%s%.*s", s->conf->prefix, (int)number.n, (const char *)number.p,
			 name, (int)tail.n, tail.n ? (const char *)tail.p : "");
	resp_arg(cmd, key, n < (int)sizeof(key) ? (size_t)n : sizeof(key) - 1);
}

/* Sends what stands in s->cmd. */
static int send_cmd(struct store *s, redis_fn fn, void *arg)
{
	int sent = redis_send(s->redis, buf_data(&s->cmd), buf_len(&s->cmd), fn, arg);
	buf_consume(&s->cmd, buf_len(&s->cmd), 1 << 16);
	return sent;
}

/*
 * What is not in its set would not be found again at start. An SADD that Redis refused (no memory, no disk) is followed
 * by another one with the next write, for all that is known: which one it was does not matter.
 */
static void on_enlisted(const redisReply *reply, void *arg)
{
	struct store *s = arg;
	if (reply && reply->type == REDIS_REPLY_INTEGER)
		return;
	for (size_t i = 0; i < BUCKETS_KNOWN; i++)
		s->buckets[i].listed = false;
	memset(s->slots, 0, sizeof(s->slots));
}

/* One SADD key member ahead of the first write that needs to be found again. */
static int enlist(struct store *s, const char *key, struct view tail, struct view member)
{
	resp_start(&s->cmd, 3);
	resp_str(&s->cmd, "SADD");
	store_key(s, &s->cmd, key, tail);
	resp_arg(&s->cmd, member.p, member.n);
	return send_cmd(s, on_enlisted, s);
}

uint64_t store_bucket(int64_t wall_ms)
{
	return (uint64_t)wall_ms / BUCKET_MS;
}

static uint64_t bucket_of(uint64_t id)
{
	return store_bucket(ids_time_ms(id));
}

static struct batch_key journal_key(const struct store *s, enum batch_kind kind, uint64_t id)
{
	return (struct batch_key){.kind = kind, .name = view_of(s->node_name), .number = bucket_of(id)};
}

void store_journal_tail(const struct store *s, uint64_t id, char out[40])
{
	snprintf(out, 40, "%s:%llu", s->node_name, (unsigned long long)bucket_of(id));
}

static int enlist_bucket(struct store *s, uint64_t bucket)
{
	struct bucket_known *known = &s->buckets[bucket % BUCKETS_KNOWN];
	bool swept = known->bucket == bucket;
	if (swept && known->listed)
		return 0;
	char text[24];
	snprintf(text, sizeof(text), "%llu", (unsigned long long)bucket);
	if (enlist(s, "journal:", view_of(s->node_name), view_of(text)) < 0)
		return -1;
	*known = (struct bucket_known){bucket, true};
	if (!swept)
		sweep_add(s->sweep, bucket);
	return 0;
}

int store_journal_put(struct store *s, uint64_t id, struct view rec, store_fn fn, uint64_t token)
{
	if (!s->up || enlist_bucket(s, bucket_of(id)) < 0)
		return -1;
	struct batch_key key = journal_key(s, BATCH_JOURNAL_PUT, id);
	char field[IDS_DIGITS + 1];
	ids_print(id, field);
	batches_add(s->batches, &key, (struct view){(uint8_t *)field, IDS_DIGITS}, &rec, fn, token);
	return 0;
}

int store_journal_del(struct store *s, uint64_t id, store_fn fn, uint64_t token)
{
	if (!s->up)
		return -1;
	struct batch_key key = journal_key(s, BATCH_JOURNAL_DEL, id);
	char field[IDS_DIGITS + 1];
	ids_print(id, field);
	batches_add(s->batches, &key, (struct view){(uint8_t *)field, IDS_DIGITS}, NULL, fn, token);
	return 0;
}

uint32_t store_slot(int64_t wall_ms)
{
	return (uint32_t)(wall_ms / SLOT_MS);
}

int64_t store_slot_over_ms(uint32_t slot)
{
	return ((int64_t)slot + 1) * SLOT_MS;
}

int64_t store_slot_end_ms(const struct store *s, uint32_t slot)
{
	return store_slot_over_ms(slot) + s->conf->receipt_horizon * 1000;
}

/* A slot's hash is known by the carrier's place in the set and lives one horizon longer than its hour. */
static int enlist_slot(struct store *s, const char *carrier, uint32_t slot)
{
	struct slot_known *known = &s->slots[(slot + (uint8_t)carrier[0]) % SLOTS_KNOWN];
	if (known->slot == slot && strcmp(known->carrier, carrier) == 0)
		return 0;
	if (enlist(s, "receipt", (struct view){NULL, 0}, view_of(carrier)) < 0)
		return -1;
	snprintf(known->carrier, sizeof(known->carrier), "%s", carrier);
	known->slot = slot;
	return 1;
}

static int expire_slot(struct store *s, const char *carrier, uint32_t slot)
{
	char tail[96];
	snprintf(tail, sizeof(tail), "%s:%lu", carrier, (unsigned long)slot);
	resp_start(&s->cmd, 3);
	resp_str(&s->cmd, "EXPIRE");
	store_key(s, &s->cmd, "receipt:", view_of(tail));
	resp_u64(&s->cmd, (uint64_t)s->conf->receipt_horizon + SLOT_MS / 1000);
	return send_cmd(s, NULL, NULL);
}

/* The id alone for what nearly all are: whole and open. */
static struct view print_leg(const struct store_leg *leg, char out[LEG_MAX])
{
	ids_print(leg->id, out);
	if (leg->part == 0 && leg->mark == LEG_OPEN)
		return (struct view){(uint8_t *)out, IDS_DIGITS};
	int n = snprintf(out + IDS_DIGITS, LEG_MAX - IDS_DIGITS, ",%u,%u,%c%s%.*s", leg->part, leg->parts,
			 leg->mark ? leg->mark : '-', leg->why.n ? "," : "",
			 (int)(leg->why.n < LEG_WHY_MAX ? leg->why.n : LEG_WHY_MAX), (const char *)leg->why.p);
	return (struct view){(uint8_t *)out, IDS_DIGITS + (uint32_t)n};
}

int store_receipt_put(struct store *s, const char *carrier, uint32_t slot, struct view cid, const struct store_leg *leg,
		      store_fn fn, uint64_t token)
{
	int first = s->up ? enlist_slot(s, carrier, slot) : -1;
	if (first < 0)
		return -1;
	struct batch_key key = {.kind = BATCH_RECEIPT_PUT, .name = view_of(carrier), .number = slot};
	char value[LEG_MAX];
	struct view v = print_leg(leg, value);
	batches_add(s->batches, &key, cid, &v, fn, token);
	if (!first)
		return 0;
	/* the key must be there before it can be given an expiry */
	batches_flush(s->batches);
	return expire_slot(s, carrier, slot);
}

int store_receipt_del(struct store *s, const char *carrier, uint32_t slot, struct view cid)
{
	if (!s->up)
		return -1;
	struct batch_key key = {.kind = BATCH_RECEIPT_DEL, .name = view_of(carrier), .number = slot};
	batches_add(s->batches, &key, cid, NULL, NULL, 0);
	return 0;
}

int store_parked_put(struct store *s, const char *carrier, struct view cid, struct view frame, store_fn fn,
		     uint64_t token)
{
	/* found again by the carrier's place in the set, also when it has no slot yet */
	if (!s->up || enlist_slot(s, carrier, 0) < 0)
		return -1;
	struct batch_key key = {.kind = BATCH_PARKED_PUT, .name = view_of(carrier), .number = 0};
	batches_add(s->batches, &key, cid, &frame, fn, token);
	return 0;
}

int store_parked_del(struct store *s, const char *carrier, struct view cid)
{
	if (!s->up)
		return -1;
	struct batch_key key = {.kind = BATCH_PARKED_DEL, .name = view_of(carrier), .number = 0};
	batches_add(s->batches, &key, cid, NULL, NULL, 0);
	return 0;
}

int store_part_put(struct store *s, struct view part, struct view frame, store_fn fn, uint64_t token)
{
	if (!s->up)
		return -1;
	struct batch_key key = {.kind = BATCH_PART_PUT, .name = view_of(s->node_name), .number = 0};
	batches_add(s->batches, &key, part, &frame, fn, token);
	return 0;
}

int store_part_del(struct store *s, struct view part)
{
	if (!s->up)
		return -1;
	struct batch_key key = {.kind = BATCH_PART_DEL, .name = view_of(s->node_name), .number = 0};
	batches_add(s->batches, &key, part, NULL, NULL, 0);
	return 0;
}

int store_optout_check(struct store *s, struct view scope, struct view number, store_check_fn fn, uint64_t token)
{
	if (!s->up)
		return -1;
	batches_check(s->batches, scope, number, fn, token);
	return 0;
}

/* A command outside the batches with one writer to tell. */
struct single {
	struct store *store;
	store_fn fn;
	uint64_t token;
};

static void on_single(const redisReply *reply, void *arg)
{
	struct single *w = arg;
	bool ok = reply && reply->type != REDIS_REPLY_ERROR && reply->type != REDIS_REPLY_NIL;
	for (size_t i = 0; ok && reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
		ok = reply->element[i]->type != REDIS_REPLY_ERROR;
	if (!ok)
		w->store->counters.failed++;
	w->fn(w->store->arg, w->token, ok);
	mem_free(w);
}

int store_send(struct store *s, struct buf *cmd, store_fn fn, uint64_t token)
{
	struct single *w = mem_zalloc(sizeof(*w));
	*w = (struct single){s, fn, token};
	s->counters.commands++;
	s->counters.records++;
	int sent = redis_send(s->redis, buf_data(cmd), buf_len(cmd), on_single, w);
	buf_consume(cmd, buf_len(cmd), 1 << 16);
	if (sent < 0)
		mem_free(w);
	return sent;
}

int store_form_put(struct store *s, const char *carrier, const char *form, store_fn fn, uint64_t token)
{
	if (!s->up)
		return -1;
	resp_start(&s->cmd, 4);
	resp_str(&s->cmd, "HSET");
	store_key(s, &s->cmd, "idform", (struct view){NULL, 0});
	resp_str(&s->cmd, carrier);
	resp_str(&s->cmd, form);
	return store_send(s, &s->cmd, fn, token);
}

static int send_word(struct store *s, const char *word)
{
	resp_start(&s->cmd, 1);
	resp_str(&s->cmd, word);
	return send_cmd(s, NULL, NULL);
}

/* EXEC's reply is the outcome of all; what was queued before it is answered QUEUED and of no interest. */
static int send_exec(struct store *s, store_fn fn, uint64_t token)
{
	resp_start(&s->cmd, 1);
	resp_str(&s->cmd, "EXEC");
	return store_send(s, &s->cmd, fn, token);
}

static int send_optout_log(struct store *s, struct view scope, struct view number, bool out, struct view channel,
			   struct view text)
{
	resp_start(&s->cmd, 13);
	resp_str(&s->cmd, "XADD");
	store_key(s, &s->cmd, "optout:log", (struct view){NULL, 0});
	resp_str(&s->cmd, "*");
	resp_str(&s->cmd, "scope");
	resp_arg(&s->cmd, scope.p, scope.n);
	resp_str(&s->cmd, "number");
	resp_arg(&s->cmd, number.p, number.n);
	resp_str(&s->cmd, "what");
	resp_str(&s->cmd, out ? "out" : "in");
	resp_str(&s->cmd, "channel");
	resp_arg(&s->cmd, channel.p, channel.n);
	resp_str(&s->cmd, "text");
	resp_arg(&s->cmd, text.p, text.n);
	return send_cmd(s, NULL, NULL);
}

int store_optout(struct store *s, struct view scope, struct view number, bool out, struct view channel,
		 struct view text, store_fn fn, uint64_t token)
{
	if (!s->up || send_word(s, "MULTI") < 0)
		return -1;
	resp_start(&s->cmd, 3);
	resp_str(&s->cmd, out ? "SADD" : "SREM");
	store_key(s, &s->cmd, "optout:", scope);
	resp_arg(&s->cmd, number.p, number.n);
	if (send_cmd(s, NULL, NULL) < 0 || send_optout_log(s, scope, number, out, channel, text) < 0)
		return -1;
	resp_start(&s->cmd, 3);
	resp_str(&s->cmd, out ? "SADD" : "SISMEMBER"); /* the scopes that have been used: store_lists.h */
	store_key(s, &s->cmd, "optoutscope", (struct view){NULL, 0});
	resp_arg(&s->cmd, scope.p, scope.n);
	if (send_cmd(s, NULL, NULL) < 0)
		return -1;
	return send_exec(s, fn, token);
}

void *store_arg(const struct store *s)
{
	return s->arg;
}

void store_flush(struct store *s)
{
	batches_flush(s->batches);
}

struct batches *store_batches(struct store *s)
{
	return s->batches;
}

bool store_last_slot(struct store *s, uint64_t slot)
{
	bool first = s->last_slot != slot;
	s->last_slot = slot;
	return first;
}

struct recipients *store_recipients(struct store *s)
{
	return s->recipients;
}

struct sweep *store_sweep(struct store *s)
{
	return s->sweep;
}
