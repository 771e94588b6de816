/*
 * fake_data.c - a small Redis in memory: the table of its commands, and those on strings, hashes, sets and keys. Knows
 * no connection and no time but what it is told.
 */
#include "fake_data.h"
#include "fake_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

#define SCAN_PAGE 7u /* fields per HSCAN, few on purpose: a reader must follow the cursor */

static redisReply *run_info(const struct fake_call *c)
{
	static const char text[] = "# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n\r\n"
				   "# Persistence\r\naof_enabled:1\r\n";
	struct blob info = blob_of(text, sizeof(text) - 1);
	redisReply *r = fake_reply_blob(&info);

	(void)c;
	mem_free(info.p);
	return r;
}

static redisReply *run_ping(const struct fake_call *c)
{
	(void)c;
	return fake_reply_status("PONG");
}

static redisReply *run_hset(const struct fake_call *c)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_HASH);
	long long added = 0;

	for (size_t i = 2; i + 1 < c->argc; i += 2) {
		struct fake_item *it = fake_item_find(k, &c->argv[i]);
		added += it == NULL;
		if (it == NULL)
			it = fake_item_add(k, &c->argv[i]);
		mem_free(it->value.p);
		it->value = blob_of(c->argv[i + 1].p, c->argv[i + 1].n);
	}
	return fake_reply_integer(added);
}

/* HDEL, SREM, XDEL, ZREM */
static redisReply *run_remove(const struct fake_call *c)
{
	long long removed = 0;

	for (size_t i = 2; i < c->argc; i++) {
		struct fake_key *k = fake_key_find(c->d, c->key);
		struct fake_item *it = fake_item_find(k, &c->argv[i]);
		if (it == NULL)
			continue;
		fake_item_drop(k, it);
		removed++;
	}
	return fake_reply_integer(removed);
}

static redisReply *run_hincrby(const struct fake_call *c)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_HASH);
	struct fake_item *it = fake_item_find(k, &c->argv[2]);
	char text[24];

	if (it == NULL)
		it = fake_item_add(k, &c->argv[2]);
	long long v = it->value.p != NULL ? strtoll((const char *)it->value.p, NULL, 10) : 0;
	v += strtoll((const char *)c->argv[3].p, NULL, 10);
	snprintf(text, sizeof(text), "%lld", v);
	mem_free(it->value.p);
	it->value = blob_of(text, strlen(text));
	return fake_reply_integer(v);
}

static redisReply *run_hget(const struct fake_call *c)
{
	const struct fake_item *it = fake_item_find(fake_key_find(c->d, c->key), &c->argv[2]);

	return it != NULL ? fake_reply_blob(&it->value) : fake_reply_nil();
}

static redisReply *run_hmget(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	redisReply *r = fake_reply_array(c->argc - 2);

	for (size_t i = 2; i < c->argc; i++) {
		const struct fake_item *it = fake_item_find(k, &c->argv[i]);
		r->element[i - 2] = it != NULL ? fake_reply_blob(&it->value) : fake_reply_nil();
	}
	return r;
}

static redisReply *pairs_from(const struct fake_key *k, size_t from, size_t count)
{
	size_t have = k != NULL && k->n > from ? k->n - from : 0, at = 0, i = 0;
	redisReply *r = fake_reply_array(2 * (have < count ? have : count));

	if (k == NULL)
		return r;
	LIST_EACH(node, &k->items) {
		const struct fake_item *it = LIST_OF(node, struct fake_item, link);
		if (i++ < from || at >= r->elements)
			continue;
		r->element[at++] = fake_reply_blob(&it->name);
		r->element[at++] = fake_reply_blob(&it->value);
	}
	return r;
}

static redisReply *run_hgetall(const struct fake_call *c)
{
	return pairs_from(fake_key_find(c->d, c->key), 0, SIZE_MAX / 2);
}

static redisReply *run_hscan(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	size_t from = strtoul((const char *)c->argv[2].p, NULL, 10);
	redisReply *r = fake_reply_array(2);
	char cursor[24] = "0";

	if (k != NULL && from + SCAN_PAGE < k->n)
		snprintf(cursor, sizeof(cursor), "%zu", from + SCAN_PAGE);
	r->element[0] = fake_reply_text(cursor);
	r->element[1] = pairs_from(k, from, SCAN_PAGE);
	return r;
}

static redisReply *run_sadd(const struct fake_call *c)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_SET);
	long long added = 0;

	for (size_t i = 2; i < c->argc; i++) {
		if (fake_item_find(k, &c->argv[i]) != NULL)
			continue;
		fake_item_add(k, &c->argv[i]);
		added++;
	}
	return fake_reply_integer(added);
}

static redisReply *run_smembers(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	redisReply *r = fake_reply_array(k != NULL ? k->n : 0);
	size_t at = 0;

	if (k == NULL)
		return r;
	LIST_EACH(node, &k->items)
		r->element[at++] = fake_reply_blob(&LIST_OF(node, struct fake_item, link)->name);
	return r;
}

static redisReply *run_smismember(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	redisReply *r = fake_reply_array(c->argc - 2);

	for (size_t i = 2; i < c->argc; i++)
		r->element[i - 2] = fake_reply_integer(fake_item_find(k, &c->argv[i]) != NULL);
	return r;
}

static redisReply *run_is_member(const struct fake_call *c) /* SISMEMBER, HEXISTS */
{
	return fake_reply_integer(fake_item_find(fake_key_find(c->d, c->key), &c->argv[2]) != NULL);
}

static redisReply *run_count(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);

	return fake_reply_integer(k != NULL ? (long long)k->n : 0);
}

static redisReply *run_get(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);

	return k != NULL ? fake_reply_blob(&k->text) : fake_reply_nil();
}

static redisReply *run_mget(const struct fake_call *c)
{
	redisReply *r = fake_reply_array(c->argc - 1);

	for (size_t i = 1; i < c->argc; i++) {
		const struct fake_key *k = fake_key_find(c->d, (const char *)c->argv[i].p);
		r->element[i - 1] = k != NULL ? fake_reply_blob(&k->text) : fake_reply_nil();
	}
	return r;
}

static redisReply *run_append(const struct fake_call *c)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_STRING);
	struct blob all = {mem_zalloc(k->text.n + c->argv[2].n + 1), k->text.n + c->argv[2].n};

	if (k->text.n > 0)
		memcpy(all.p, k->text.p, k->text.n);
	memcpy(all.p + k->text.n, c->argv[2].p, c->argv[2].n);
	mem_free(k->text.p);
	k->text = all;
	return fake_reply_integer((long long)all.n);
}

/* SET key value [NX|XX] [GET] [EX s|PX ms] [KEEPTTL] */
static redisReply *run_set(const struct fake_call *c)
{
	struct fake_key *k = fake_key_find(c->d, c->key);
	bool only_new = false, only_old = false, get = false;
	int64_t expiry_ms = 0;

	for (size_t i = 3; i < c->argc; i++) {
		only_new |= blob_is(&c->argv[i], "NX");
		only_old |= blob_is(&c->argv[i], "XX");
		get |= blob_is(&c->argv[i], "GET");
		if (blob_is(&c->argv[i], "KEEPTTL") && k != NULL)
			expiry_ms = k->expiry_ms;
		if (blob_is(&c->argv[i], "PX") && i + 1 < c->argc)
			expiry_ms = c->d->now_ms + fake_arg_int(c, ++i);
		else if (blob_is(&c->argv[i], "EX") && i + 1 < c->argc)
			expiry_ms = c->d->now_ms + fake_arg_int(c, ++i) * 1000;
	}
	redisReply *before = k != NULL ? fake_reply_blob(&k->text) : fake_reply_nil();
	bool kept = (k != NULL && only_new) || (k == NULL && only_old);
	if (!kept) {
		k = fake_key_make(c->d, c->key, FAKE_STRING);
		mem_free(k->text.p);
		k->text = blob_of(c->argv[2].p, c->argv[2].n);
		k->expiry_ms = expiry_ms;
	}
	if (get)
		return before;
	freeReplyObject(before);
	return kept ? fake_reply_nil() : fake_reply_status("OK");
}

static redisReply *run_getdel(const struct fake_call *c)
{
	struct fake_key *k = fake_key_find(c->d, c->key);

	if (k == NULL)
		return fake_reply_nil();
	redisReply *r = fake_reply_blob(&k->text);
	fake_key_free(k);
	return r;
}

static redisReply *add_to(const struct fake_call *c, long long by)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_STRING);
	long long v = by + (k->text.p != NULL ? strtoll((const char *)k->text.p, NULL, 10) : 0);
	char text[24];

	snprintf(text, sizeof(text), "%lld", v);
	mem_free(k->text.p);
	k->text = blob_of(text, strlen(text));
	return fake_reply_integer(v);
}

static redisReply *run_incr(const struct fake_call *c)
{
	return add_to(c, 1);
}

static redisReply *run_decr(const struct fake_call *c)
{
	return add_to(c, -1);
}

static redisReply *run_del(const struct fake_call *c)
{
	long long removed = 0;

	for (size_t i = 1; i < c->argc; i++) {
		struct fake_key *k = fake_key_find(c->d, (const char *)c->argv[i].p);
		removed += k != NULL;
		if (k != NULL)
			fake_key_free(k);
	}
	return fake_reply_integer(removed);
}

static redisReply *run_exists(const struct fake_call *c)
{
	long long found = 0;

	for (size_t i = 1; i < c->argc; i++)
		found += fake_key_find(c->d, (const char *)c->argv[i].p) != NULL;
	return fake_reply_integer(found);
}

static redisReply *expire_at(const struct fake_call *c, int64_t at_ms)
{
	struct fake_key *k = fake_key_find(c->d, c->key);

	if (k != NULL)
		k->expiry_ms = at_ms;
	return fake_reply_integer(k != NULL);
}

static redisReply *run_expire(const struct fake_call *c)
{
	return expire_at(c, c->d->now_ms + fake_arg_int(c, 2) * 1000);
}

static redisReply *run_pexpire(const struct fake_call *c)
{
	return expire_at(c, c->d->now_ms + fake_arg_int(c, 2));
}

static redisReply *run_pexpireat(const struct fake_call *c)
{
	return expire_at(c, fake_arg_int(c, 2));
}

static redisReply *run_pttl(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);

	if (k == NULL)
		return fake_reply_integer(-2);
	return fake_reply_integer(k->expiry_ms != 0 ? k->expiry_ms - c->d->now_ms : -1);
}

static redisReply *run_ttl(const struct fake_call *c)
{
	redisReply *r = run_pttl(c);

	if (r->integer > 0)
		r->integer = (r->integer + 500) / 1000;
	return r;
}

enum effect {
	READS,
	TAKES, /* writes, and needs no more memory */
	GIVES  /* refused when memory is full */
};

static const struct command {
	const char *name;
	size_t least; /* arguments, the name included */
	enum effect effect;
	redisReply *(*run)(const struct fake_call *c);
} commands[] = {
	{"PING", 1, READS, run_ping},
	{"INFO", 1, READS, run_info},
	{"HSET", 4, GIVES, run_hset},
	{"HDEL", 3, TAKES, run_remove},
	{"HINCRBY", 4, GIVES, run_hincrby},
	{"HGET", 3, READS, run_hget},
	{"HMGET", 3, READS, run_hmget},
	{"HEXISTS", 3, READS, run_is_member},
	{"HLEN", 2, READS, run_count},
	{"HGETALL", 2, READS, run_hgetall},
	{"HSCAN", 3, READS, run_hscan},
	{"SADD", 3, GIVES, run_sadd},
	{"SREM", 3, TAKES, run_remove},
	{"SCARD", 2, READS, run_count},
	{"SMEMBERS", 2, READS, run_smembers},
	{"SMISMEMBER", 3, READS, run_smismember},
	{"SISMEMBER", 3, READS, run_is_member},
	{"XADD", 5, GIVES, fake_xadd},
	{"XDEL", 3, TAKES, run_remove},
	{"XRANGE", 4, READS, fake_xrange},
	{"XREVRANGE", 6, READS, fake_xrevrange},
	{"XLEN", 2, READS, run_count},
	{"XINFO", 3, READS, fake_xinfo},
	{"ZADD", 4, GIVES, fake_zadd},
	{"ZREM", 3, TAKES, run_remove},
	{"ZCARD", 2, READS, run_count},
	{"ZCOUNT", 4, READS, fake_zcount},
	{"ZSCORE", 3, READS, fake_zscore},
	{"ZRANGE", 4, READS, fake_zrange},
	{"ZRANGEBYSCORE", 4, READS, fake_zrangebyscore},
	{"ZREMRANGEBYSCORE", 4, TAKES, fake_zremrangebyscore},
	{"ZREMRANGEBYRANK", 4, TAKES, fake_zremrangebyrank},
	{"EVAL", 3, READS, fake_eval}, /* its own commands are refused, or not */
	{"EVALSHA", 3, READS, fake_evalsha},
	{"SCRIPT", 3, READS, fake_script},
	{"GET", 2, READS, run_get},
	{"GETDEL", 2, TAKES, run_getdel},
	{"SET", 3, GIVES, run_set},
	{"MGET", 2, READS, run_mget},
	{"INCR", 2, GIVES, run_incr},
	{"DECR", 2, GIVES, run_decr},
	{"APPEND", 3, GIVES, run_append},
	{"DEL", 2, TAKES, run_del},
	{"UNLINK", 2, TAKES, run_del},
	{"EXISTS", 2, READS, run_exists},
	{"EXPIRE", 3, TAKES, run_expire},
	{"PEXPIRE", 3, TAKES, run_pexpire},
	{"PEXPIREAT", 3, TAKES, run_pexpireat},
	{"TTL", 2, READS, run_ttl},
	{"PTTL", 2, READS, run_pttl},
};

static const struct command *command_find(const struct blob *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (blob_is(name, commands[i].name))
			return &commands[i];
	}
	fprintf(stderr, "scene: the simulated Redis does not know %s; add it to fake_data.c\n", (const char *)name->p);
	abort();
}

bool fake_data_refuses(const struct fake_data *d, const struct blob *name)
{
	return d->full && command_find(name)->effect == GIVES;
}

bool fake_data_writes(const struct blob *name)
{
	return command_find(name)->effect != READS;
}

void fake_data_full(struct fake_data *d, bool yes)
{
	d->full = yes;
}

redisReply *fake_data_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv)
{
	const struct command *cmd = command_find(&argv[0]);
	struct fake_call c = {d, argc, argv, argc > 1 ? (const char *)argv[1].p : ""};

	d->now_ms = now_ms;
	if (argc < cmd->least)
		return fake_reply_error("ERR wrong number of arguments");
	return cmd->run(&c);
}

/* -- the whole -- */

struct fake_data *fake_data_new(void)
{
	struct fake_data *d = mem_zalloc(sizeof(*d));

	list_init(&d->keys);
	return d;
}

void fake_data_free(struct fake_data *d)
{
	while (!list_empty(&d->keys))
		fake_key_free(LIST_OF(d->keys.next, struct fake_key, link));
	fake_lua_free(d->lua);
	mem_free(d);
}

size_t fake_data_count(struct fake_data *d, const char *key)
{
	const struct fake_key *k = fake_key_find(d, key);

	return k != NULL ? k->n : 0;
}

size_t fake_data_times(struct fake_data *d, const char *key, const char *text)
{
	const struct fake_key *k = fake_key_find(d, key);
	const char *p = k != NULL && k->text.p != NULL ? (const char *)k->text.p : "";
	size_t n = 0;

	for (; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

size_t fake_data_count_all(struct fake_data *d, const char *prefix)
{
	size_t n = 0;

	LIST_EACH(node, &d->keys) {
		const struct fake_key *k = LIST_OF(node, struct fake_key, link);
		if (strncmp(k->name, prefix, strlen(prefix)) == 0)
			n += k->n;
	}
	return n;
}

bool fake_data_has_member(struct fake_data *d, const char *key, const char *member)
{
	struct blob name = {(uint8_t *)member, strlen(member)};

	return fake_item_find(fake_key_find(d, key), &name) != NULL;
}

static void run_words(struct fake_data *d, const char *const *words, size_t n)
{
	struct blob argv[4] = {{NULL, 0}};

	for (size_t i = 0; i < n; i++)
		argv[i] = blob_of(words[i], strlen(words[i]));
	freeReplyObject(fake_data_run(d, d->now_ms, n, argv));
	for (size_t i = 0; i < n; i++)
		mem_free(argv[i].p);
}

void fake_data_set_field(struct fake_data *d, const char *key, const char *field, const char *value)
{
	run_words(d, (const char *[]){"HSET", key, field, value}, 4);
}

void fake_data_add_member(struct fake_data *d, const char *key, const char *member)
{
	run_words(d, (const char *[]){"SADD", key, member}, 3);
}

bool fake_data_has_expiry(struct fake_data *d, const char *key)
{
	const struct fake_key *k = fake_key_find(d, key);

	return k != NULL && k->expiry_ms != 0;
}

size_t fake_data_keys(struct fake_data *d, const char *prefix, bool lasting)
{
	size_t n = 0;

	LIST_EACH(node, &d->keys) {
		const struct fake_key *k = LIST_OF(node, struct fake_key, link);
		bool gone = k->expiry_ms != 0 && k->expiry_ms <= d->now_ms;
		n += strncmp(k->name, prefix, strlen(prefix)) == 0 && !gone && (!lasting || k->expiry_ms == 0);
	}
	return n;
}
