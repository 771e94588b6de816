/*
 * fake_data.c - a small Redis in memory: keys and the commands on them. Knows no connection and no time but what it is
 * told.
 */
#include "fake_data.h"
#include "fake_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/list.h"
#include "base/mem.h"

#define SCAN_PAGE 7u /* fields per HSCAN, few on purpose: a reader must follow the cursor */

enum kind { STRING, HASH, SET, STREAM };

struct item { /* a field and its value, a member, or a stream's entry (name: its id) */
	struct list link;
	struct blob name, value;
	size_t fields_n; /* stream: names and values in turn */
	struct blob *fields;
};

struct key {
	struct list link;
	char *name;
	enum kind kind;
	int64_t expiry_ms; /* 0: none */
	struct list items;
	size_t n;
	struct blob text; /* STRING */
	uint64_t last_id; /* STREAM */
};

struct fake_data {
	struct list keys;
	int64_t now_ms;
};

/* -- octets and replies -- */

struct blob blob_of(const void *p, size_t n)
{
	struct blob b = {mem_zalloc(n + 1), n};

	if (n > 0)
		memcpy(b.p, p, n);
	return b;
}

bool blob_is(const struct blob *b, const char *text)
{
	return b->n == strlen(text) && strncasecmp((const char *)b->p, text, b->n) == 0;
}

static bool blob_equal(const struct blob *a, const struct blob *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* hiredis frees replies with free(). */
static redisReply *reply_new(int type)
{
	redisReply *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	r->type = type;
	return r;
}

static redisReply *reply_text(int type, const void *p, size_t n)
{
	redisReply *r = reply_new(type);

	r->str = malloc(n + 1);
	if (r->str == NULL)
		abort();
	memcpy(r->str, p, n);
	r->str[n] = '\0';
	r->len = n;
	return r;
}

redisReply *fake_reply_error(const char *text)
{
	return reply_text(REDIS_REPLY_ERROR, text, strlen(text));
}

redisReply *fake_reply_status(const char *text)
{
	return reply_text(REDIS_REPLY_STATUS, text, strlen(text));
}

redisReply *fake_reply_blob(const struct blob *b)
{
	return reply_text(REDIS_REPLY_STRING, b->p, b->n);
}

redisReply *fake_reply_integer(long long v)
{
	redisReply *r = reply_new(REDIS_REPLY_INTEGER);

	r->integer = v;
	return r;
}

redisReply *fake_reply_array(size_t n)
{
	redisReply *r = reply_new(REDIS_REPLY_ARRAY);

	r->elements = n;
	r->element = calloc(n + 1, sizeof(*r->element));
	if (r->element == NULL)
		abort();
	return r;
}

/* -- keys -- */

static void item_free(struct item *it)
{
	list_remove(&it->link);
	for (size_t i = 0; i < it->fields_n; i++)
		mem_free(it->fields[i].p);
	mem_free(it->fields);
	mem_free(it->name.p);
	mem_free(it->value.p);
	mem_free(it);
}

static void key_free(struct key *k)
{
	while (!list_empty(&k->items))
		item_free(LIST_OF(k->items.next, struct item, link));
	list_remove(&k->link);
	mem_free(k->text.p);
	mem_free(k->name);
	mem_free(k);
}

static struct key *key_find(struct fake_data *d, const char *name)
{
	LIST_EACH_SAFE(node, tmp, &d->keys) {
		struct key *k = LIST_OF(node, struct key, link);
		if (strcmp(k->name, name) != 0)
			continue;
		if (k->expiry_ms == 0 || k->expiry_ms > d->now_ms)
			return k;
		key_free(k);
		return NULL;
	}
	return NULL;
}

static struct key *key_make(struct fake_data *d, const char *name, enum kind kind)
{
	struct key *k = key_find(d, name);

	if (k != NULL && k->kind == kind)
		return k;
	if (k != NULL) {
		fprintf(stderr, "scene: the gateway uses the key %s for two kinds of value\n", name);
		abort();
	}
	k = mem_zalloc(sizeof(*k));
	k->name = mem_strdup(name);
	k->kind = kind;
	list_init(&k->items);
	list_append(&d->keys, &k->link);
	return k;
}

static struct item *item_find(const struct key *k, const struct blob *name)
{
	if (k == NULL)
		return NULL;
	LIST_EACH(node, &k->items) {
		struct item *it = LIST_OF(node, struct item, link);
		if (blob_equal(&it->name, name))
			return it;
	}
	return NULL;
}

static struct item *item_add(struct key *k, const struct blob *name)
{
	struct item *it = mem_zalloc(sizeof(*it));

	it->name = blob_of(name->p, name->n);
	if (k->kind == HASH)
		list_put(&k->items, &it->link); /* nobody may rely on an order of a hash */
	else
		list_append(&k->items, &it->link);
	k->n++;
	return it;
}

/* A key that holds nothing is no key, but for streams. */
static void item_drop(struct key *k, struct item *it)
{
	item_free(it);
	if (--k->n == 0 && k->kind != STREAM)
		key_free(k);
}

/* -- commands -- */

struct call {
	struct fake_data *d;
	size_t argc;
	const struct blob *argv;
	const char *key; /* the first argument */
};

static redisReply *run_ping(const struct call *c)
{
	(void)c;
	return fake_reply_status("PONG");
}

static redisReply *run_hset(const struct call *c)
{
	struct key *k = key_make(c->d, c->key, HASH);
	long long added = 0;

	for (size_t i = 2; i + 1 < c->argc; i += 2) {
		struct item *it = item_find(k, &c->argv[i]);
		added += it == NULL;
		if (it == NULL)
			it = item_add(k, &c->argv[i]);
		mem_free(it->value.p);
		it->value = blob_of(c->argv[i + 1].p, c->argv[i + 1].n);
	}
	return fake_reply_integer(added);
}

/* HDEL, SREM, XDEL */
static redisReply *run_remove(const struct call *c)
{
	long long removed = 0;

	for (size_t i = 2; i < c->argc; i++) {
		struct key *k = key_find(c->d, c->key);
		struct item *it = item_find(k, &c->argv[i]);
		if (it == NULL)
			continue;
		item_drop(k, it);
		removed++;
	}
	return fake_reply_integer(removed);
}

static redisReply *run_hincrby(const struct call *c)
{
	struct key *k = key_make(c->d, c->key, HASH);
	struct item *it = item_find(k, &c->argv[2]);
	char text[24];

	if (it == NULL)
		it = item_add(k, &c->argv[2]);
	long long v = it->value.p != NULL ? strtoll((const char *)it->value.p, NULL, 10) : 0;
	v += strtoll((const char *)c->argv[3].p, NULL, 10);
	snprintf(text, sizeof(text), "%lld", v);
	mem_free(it->value.p);
	it->value = blob_of(text, strlen(text));
	return fake_reply_integer(v);
}

static redisReply *run_hget(const struct call *c)
{
	const struct item *it = item_find(key_find(c->d, c->key), &c->argv[2]);

	return it != NULL ? fake_reply_blob(&it->value) : reply_new(REDIS_REPLY_NIL);
}

static redisReply *pairs_from(const struct key *k, size_t from, size_t count)
{
	size_t have = k != NULL && k->n > from ? k->n - from : 0, at = 0, i = 0;
	redisReply *r = fake_reply_array(2 * (have < count ? have : count));

	if (k == NULL)
		return r;
	LIST_EACH(node, &k->items) {
		const struct item *it = LIST_OF(node, struct item, link);
		if (i++ < from || at >= r->elements)
			continue;
		r->element[at++] = fake_reply_blob(&it->name);
		r->element[at++] = fake_reply_blob(&it->value);
	}
	return r;
}

static redisReply *run_hgetall(const struct call *c)
{
	return pairs_from(key_find(c->d, c->key), 0, SIZE_MAX / 2);
}

static redisReply *run_hscan(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);
	size_t from = strtoul((const char *)c->argv[2].p, NULL, 10);
	redisReply *r = fake_reply_array(2);
	char cursor[24] = "0";

	if (k != NULL && from + SCAN_PAGE < k->n)
		snprintf(cursor, sizeof(cursor), "%zu", from + SCAN_PAGE);
	r->element[0] = reply_text(REDIS_REPLY_STRING, cursor, strlen(cursor));
	r->element[1] = pairs_from(k, from, SCAN_PAGE);
	return r;
}

static redisReply *run_sadd(const struct call *c)
{
	struct key *k = key_make(c->d, c->key, SET);
	long long added = 0;

	for (size_t i = 2; i < c->argc; i++) {
		if (item_find(k, &c->argv[i]) != NULL)
			continue;
		item_add(k, &c->argv[i]);
		added++;
	}
	return fake_reply_integer(added);
}

static redisReply *run_smembers(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);
	redisReply *r = fake_reply_array(k != NULL ? k->n : 0);
	size_t at = 0;

	if (k == NULL)
		return r;
	LIST_EACH(node, &k->items)
		r->element[at++] = fake_reply_blob(&LIST_OF(node, struct item, link)->name);
	return r;
}

static redisReply *run_smismember(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);
	redisReply *r = fake_reply_array(c->argc - 2);

	for (size_t i = 2; i < c->argc; i++)
		r->element[i - 2] = fake_reply_integer(item_find(k, &c->argv[i]) != NULL);
	return r;
}

static redisReply *run_sismember(const struct call *c)
{
	return fake_reply_integer(item_find(key_find(c->d, c->key), &c->argv[2]) != NULL);
}

/* Where an entry's id stands in its stream: "<ms>-<n>"; "<ms>" alone is the first or the last of that ms. */
struct place {
	uint64_t ms, n;
};

static struct place place_of(const char *id, bool last)
{
	char *end;
	struct place at = {strtoull(id, &end, 10), last ? UINT64_MAX : 0};

	if (*end == '-')
		at.n = strtoull(end + 1, NULL, 10);
	return at;
}

static int place_compare(struct place a, struct place b)
{
	if (a.ms != b.ms)
		return a.ms < b.ms ? -1 : 1;
	return a.n < b.n ? -1 : a.n > b.n;
}

static void trim(struct key *k, struct place oldest)
{
	LIST_EACH_SAFE(node, tmp, &k->items) {
		struct item *it = LIST_OF(node, struct item, link);
		if (place_compare(place_of((const char *)it->name.p, false), oldest) < 0)
			item_drop(k, it);
	}
}

/* XADD key [MINID ~ id] * field value ...; ids are "<ms>-<n>", n ascending over the life of the stream. */
static redisReply *run_xadd(const struct call *c)
{
	struct key *k = key_make(c->d, c->key, STREAM);
	char text[48];
	size_t fields = 3;

	if (blob_is(&c->argv[2], "MINID")) {
		trim(k, place_of((const char *)c->argv[4].p, false));
		fields = 6;
	}
	snprintf(text, sizeof(text), "%lld-%llu", (long long)c->d->now_ms, (unsigned long long)++k->last_id);
	struct blob id = {(uint8_t *)text, strlen(text)};
	struct item *it = item_add(k, &id);
	it->fields_n = c->argc - fields;
	it->fields = mem_zalloc(it->fields_n * sizeof(*it->fields));
	for (size_t i = 0; i < it->fields_n; i++)
		it->fields[i] = blob_of(c->argv[i + fields].p, c->argv[i + fields].n);
	return fake_reply_blob(&it->name);
}

static redisReply *reply_entry(const struct item *it)
{
	redisReply *r = fake_reply_array(2);

	r->element[0] = fake_reply_blob(&it->name);
	r->element[1] = fake_reply_array(it->fields_n);
	for (size_t i = 0; i < it->fields_n; i++)
		r->element[1]->element[i] = fake_reply_blob(&it->fields[i]);
	return r;
}

struct range {
	struct place first, last;
	bool behind; /* first itself is left out */
	size_t limit;
};

static bool in_range(const struct range *r, const struct item *it)
{
	struct place at = place_of((const char *)it->name.p, false);
	int from = place_compare(at, r->first);

	return (r->behind ? from > 0 : from >= 0) && place_compare(at, r->last) <= 0;
}

/* XRANGE key -|[(]id +|id COUNT n */
static redisReply *run_xrange(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);
	const char *first = (const char *)c->argv[2].p, *last = (const char *)c->argv[3].p;
	struct range r = {.behind = *first == '(', .limit = SIZE_MAX, .last = {UINT64_MAX, UINT64_MAX}};
	size_t n = 0, at = 0;

	if (*first != '-')
		r.first = place_of(first + r.behind, false);
	if (*last != '+')
		r.last = place_of(last, true);
	if (c->argc > 5)
		r.limit = strtoul((const char *)c->argv[5].p, NULL, 10);
	if (k != NULL)
		LIST_EACH(node, &k->items)
			n += n < r.limit && in_range(&r, LIST_OF(node, struct item, link));
	redisReply *reply = fake_reply_array(n);
	if (k == NULL)
		return reply;
	LIST_EACH(node, &k->items) {
		const struct item *it = LIST_OF(node, struct item, link);
		if (at < n && in_range(&r, it))
			reply->element[at++] = reply_entry(it);
	}
	return reply;
}

/* XREVRANGE key + - COUNT 1: the youngest */
static redisReply *run_xrevrange(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);
	bool any = k != NULL && !list_empty(&k->items);
	redisReply *r = fake_reply_array(any);

	if (any)
		r->element[0] = reply_entry(LIST_OF(k->items.prev, struct item, link));
	return r;
}

/* EVAL: the scripts are not run but known by their first line; tests/system shows that Redis runs them. */
static redisReply *run_eval(const struct call *c)
{
	return fake_script_run(c->d, c->d->now_ms, c->argc, c->argv);
}

static redisReply *run_count(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);

	return fake_reply_integer(k != NULL ? (long long)k->n : 0);
}

static redisReply *run_get(const struct call *c)
{
	const struct key *k = key_find(c->d, c->key);

	return k != NULL ? fake_reply_blob(&k->text) : reply_new(REDIS_REPLY_NIL);
}

static redisReply *run_append(const struct call *c)
{
	struct key *k = key_make(c->d, c->key, STRING);
	struct blob all = {mem_zalloc(k->text.n + c->argv[2].n + 1), k->text.n + c->argv[2].n};

	if (k->text.n > 0)
		memcpy(all.p, k->text.p, k->text.n);
	memcpy(all.p + k->text.n, c->argv[2].p, c->argv[2].n);
	mem_free(k->text.p);
	k->text = all;
	return fake_reply_integer((long long)all.n);
}

/* SET key value [NX] [GET] [PX ms] */
static redisReply *run_set(const struct call *c)
{
	struct key *k = key_find(c->d, c->key);
	bool only_new = false, get = false;
	int64_t px = 0;

	for (size_t i = 3; i < c->argc; i++) {
		only_new |= blob_is(&c->argv[i], "NX");
		get |= blob_is(&c->argv[i], "GET");
		if (blob_is(&c->argv[i], "PX") && i + 1 < c->argc)
			px = strtoll((const char *)c->argv[++i].p, NULL, 10);
	}
	redisReply *before = k != NULL ? fake_reply_blob(&k->text) : reply_new(REDIS_REPLY_NIL);
	if (k != NULL && only_new) {
		if (get)
			return before;
		freeReplyObject(before);
		return reply_new(REDIS_REPLY_NIL);
	}
	k = key_make(c->d, c->key, STRING);
	mem_free(k->text.p);
	k->text = blob_of(c->argv[2].p, c->argv[2].n);
	k->expiry_ms = px != 0 ? c->d->now_ms + px : 0;
	if (get)
		return before;
	freeReplyObject(before);
	return fake_reply_status("OK");
}

static redisReply *run_del(const struct call *c)
{
	long long removed = 0;

	for (size_t i = 1; i < c->argc; i++) {
		struct key *k = key_find(c->d, (const char *)c->argv[i].p);
		removed += k != NULL;
		if (k != NULL)
			key_free(k);
	}
	return fake_reply_integer(removed);
}

static redisReply *run_exists(const struct call *c)
{
	return fake_reply_integer(key_find(c->d, c->key) != NULL);
}

static redisReply *run_expire(const struct call *c)
{
	struct key *k = key_find(c->d, c->key);

	if (k != NULL)
		k->expiry_ms = c->d->now_ms + strtoll((const char *)c->argv[2].p, NULL, 10) * 1000;
	return fake_reply_integer(k != NULL);
}

static const struct command {
	const char *name;
	size_t least; /* arguments, the name included */
	bool write;   /* refused when memory is full */
	redisReply *(*run)(const struct call *c);
} commands[] = {
	{"PING", 1, false, run_ping},
	{"HSET", 4, true, run_hset},
	{"HDEL", 3, false, run_remove},
	{"HINCRBY", 4, true, run_hincrby},
	{"HGET", 3, false, run_hget},
	{"HGETALL", 2, false, run_hgetall},
	{"HSCAN", 3, false, run_hscan},
	{"SADD", 3, true, run_sadd},
	{"SREM", 3, false, run_remove},
	{"SMEMBERS", 2, false, run_smembers},
	{"SMISMEMBER", 3, false, run_smismember},
	{"SISMEMBER", 3, false, run_sismember},
	{"XADD", 5, true, run_xadd},
	{"XDEL", 3, false, run_remove},
	{"XRANGE", 4, false, run_xrange},
	{"XREVRANGE", 6, false, run_xrevrange},
	{"EVAL", 5, false, run_eval}, /* takes before it gives: not refused */
	{"XLEN", 2, false, run_count},
	{"GET", 2, false, run_get},
	{"SET", 3, true, run_set},
	{"APPEND", 3, true, run_append},
	{"DEL", 2, false, run_del},
	{"UNLINK", 2, false, run_del},
	{"EXISTS", 2, false, run_exists},
	{"EXPIRE", 3, false, run_expire},
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

bool fake_data_is_write(const struct blob *name)
{
	return command_find(name)->write;
}

redisReply *fake_data_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv)
{
	const struct command *cmd = command_find(&argv[0]);
	struct call c = {d, argc, argv, argc > 1 ? (const char *)argv[1].p : ""};

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
		key_free(LIST_OF(d->keys.next, struct key, link));
	mem_free(d);
}

size_t fake_data_count(struct fake_data *d, const char *key)
{
	const struct key *k = key_find(d, key);

	return k != NULL ? k->n : 0;
}

size_t fake_data_count_all(struct fake_data *d, const char *prefix)
{
	size_t n = 0;

	LIST_EACH(node, &d->keys) {
		const struct key *k = LIST_OF(node, struct key, link);
		if (strncmp(k->name, prefix, strlen(prefix)) == 0)
			n += k->n;
	}
	return n;
}

bool fake_data_has_member(struct fake_data *d, const char *key, const char *member)
{
	struct blob name = {(uint8_t *)member, strlen(member)};

	return item_find(key_find(d, key), &name) != NULL;
}

void fake_data_set_field(struct fake_data *d, const char *key, const char *field, const char *value)
{
	struct blob argv[] = {blob_of("HSET", 4), blob_of(key, strlen(key)), blob_of(field, strlen(field)),
			      blob_of(value, strlen(value))};

	freeReplyObject(fake_data_run(d, d->now_ms, 4, argv));
	for (size_t i = 0; i < 4; i++)
		mem_free(argv[i].p);
}

bool fake_data_has_expiry(struct fake_data *d, const char *key)
{
	const struct key *k = key_find(d, key);

	return k != NULL && k->expiry_ms != 0;
}

size_t fake_data_keys(struct fake_data *d, const char *prefix, bool lasting)
{
	size_t n = 0;

	LIST_EACH(node, &d->keys) {
		const struct key *k = LIST_OF(node, struct key, link);
		bool gone = k->expiry_ms != 0 && k->expiry_ms <= d->now_ms;
		n += strncmp(k->name, prefix, strlen(prefix)) == 0 && !gone && (!lasting || k->expiry_ms == 0);
	}
	return n;
}
