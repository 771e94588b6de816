/*
 * store_lists.c - the commands behind store_lists.h. Must not know files, people, or when what is asked.
 */
#include "path/store_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/store_batch.h"

#define PAGE 1000u /* entries that a scan looks at in one step */

static const struct view none = {NULL, 0};

/*
 * KEYS: the set, the log, the set of scopes. ARGV: scope, "out" or "in", channel, text, then number, UTC ms or "", ...
 * Returns how many changed.
 */
static const char optout_script[] =
	"-- smppgw optout\n"
	"local scope, what, channel, text, changed = ARGV[1], ARGV[2], ARGV[3], ARGV[4], 0\n"
	"for i = 5, #ARGV, 2 do\n"
	"  local verb = what == 'out' and 'SADD' or 'SREM'\n"
	"  if redis.call(verb, KEYS[1], ARGV[i]) == 1 then\n"
	"    changed = changed + 1\n"
	"    if ARGV[i + 1] == '' then\n"
	"      redis.call('XADD', KEYS[2], '*', 'scope', scope, 'number', ARGV[i], 'what', what, 'channel', channel,\n"
	"                 'text', text)\n"
	"    else\n"
	"      redis.call('XADD', KEYS[2], '*', 'scope', scope, 'number', ARGV[i], 'what', what, 'channel', channel,\n"
	"                 'text', text, 'at', ARGV[i + 1])\n"
	"    end\n"
	"  end\n"
	"end\n"
	"if what == 'out' then redis.call('SADD', KEYS[3], scope) end\n"
	"return changed\n";

/* KEYS: the hash, the log. ARGV: account, "add" or "withdraw", source, then number, value, ... */
static const char consent_script[] =
	"-- smppgw consent\n"
	"local account, what, source, changed = ARGV[1], ARGV[2], ARGV[3], 0\n"
	"for i = 4, #ARGV, 2 do\n"
	"  local number, value = ARGV[i], ARGV[i + 1]\n"
	"  local had = redis.call('HGET', KEYS[1], number)\n"
	"  if what == 'add' and had ~= value then\n"
	"    redis.call('HSET', KEYS[1], number, value)\n"
	"  elseif what == 'withdraw' and had then\n"
	"    redis.call('HDEL', KEYS[1], number)\n"
	"    value = had\n"
	"  else\n"
	"    value = nil\n"
	"  end\n"
	"  if value then\n"
	"    changed = changed + 1\n"
	"    redis.call('XADD', KEYS[2], '*', 'account', account, 'number', number, 'what', what, 'source', source,\n"
	"               'ref', value)\n"
	"  end\n"
	"end\n"
	"return changed\n";

struct call { /* one answer is awaited */
	union {
		store_lists_fn changed;
		store_lists_found_fn found;
		const struct store_lists_reader *reader;
		const struct store_lists_history *history;
	} to;
	void *arg;
};

static struct call *call_new(void *arg)
{
	struct call *c = mem_zalloc(sizeof(*c));
	c->arg = arg;
	return c;
}

static int send_call(struct store *s, struct buf *cmd, redis_fn fn, struct call *c)
{
	int sent = store_up(s) ? redis_send(store_redis(s), buf_data(cmd), buf_len(cmd), fn, c) : -1;
	buf_free(cmd);
	if (sent < 0)
		mem_free(c);
	return sent;
}

static bool good(const redisReply *reply, int type)
{
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=lists_store_failed error=\"%s\"", reply->str);
	return reply && reply->type == type;
}

static struct view view_at(const redisReply *r)
{
	return r->type == REDIS_REPLY_STRING ? (struct view){(const uint8_t *)r->str, (uint32_t)r->len} : none;
}

static void put_place(struct store *s, struct buf *cmd, const struct lists_place *p)
{
	static const char *const keys[] = {"optout:", "consent:", "dead"};
	store_key(s, cmd, keys[p->kind], p->kind == LISTS_DEAD ? none : p->name);
}

static void put_log(struct store *s, struct buf *cmd, enum lists_kind kind)
{
	store_key(s, cmd, kind == LISTS_OPTOUT ? "optout:log" : "consent:log", none);
}

/* --- changes --- */

static void on_changed(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = good(reply, REDIS_REPLY_INTEGER);
	c->to.changed(c->arg, ok, ok ? (size_t)reply->integer : 0);
	mem_free(c);
}

static void put_rows(struct buf *cmd, const struct lists_change *c)
{
	for (size_t i = 0; i < c->n; i++) {
		resp_arg(cmd, c->rows[i].number.p, c->rows[i].number.n);
		resp_arg(cmd, c->rows[i].value.p, c->rows[i].value.n);
	}
}

static void put_optouts(struct store *s, struct buf *cmd, const struct lists_change *c)
{
	resp_start(cmd, 3 + 3 + 4 + 2 * c->n);
	resp_str(cmd, "EVAL");
	resp_str(cmd, optout_script);
	resp_u64(cmd, 3);
	put_place(s, cmd, &c->place);
	put_log(s, cmd, LISTS_OPTOUT);
	store_key(s, cmd, "optoutscope", none);
	resp_arg(cmd, c->place.name.p, c->place.name.n);
	resp_str(cmd, c->in ? "out" : "in");
	resp_str(cmd, c->channel);
	resp_arg(cmd, c->text.p, c->text.n);
	put_rows(cmd, c);
}

static void put_consents(struct store *s, struct buf *cmd, const struct lists_change *c)
{
	resp_start(cmd, 3 + 2 + 3 + 2 * c->n);
	resp_str(cmd, "EVAL");
	resp_str(cmd, consent_script);
	resp_u64(cmd, 2);
	put_place(s, cmd, &c->place);
	put_log(s, cmd, LISTS_CONSENT);
	resp_arg(cmd, c->place.name.p, c->place.name.n);
	resp_str(cmd, c->in ? "add" : "withdraw");
	resp_str(cmd, c->channel);
	put_rows(cmd, c);
}

/* What counts towards dying again is forgotten with it. */
static int forget_failures(struct store *s, const struct lists_change *c)
{
	struct buf cmd = {0};
	resp_start(&cmd, c->n + 1);
	resp_str(&cmd, "DEL");
	for (size_t i = 0; i < c->n; i++) {
		char tail[64];
		snprintf(tail, sizeof(tail), "{%.*s}:failed", (int)c->rows[i].number.n,
			 (const char *)c->rows[i].number.p);
		store_key(s, &cmd, "to:", view_of(tail));
	}
	int sent = store_up(s) ? redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), NULL, NULL) : -1;
	buf_free(&cmd);
	return sent;
}

int store_lists_change(struct store *s, const struct lists_change *c, store_lists_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *call;
	if (c->place.kind == LISTS_DEAD && forget_failures(s, c) < 0)
		return -1;
	call = call_new(arg);
	call->to.changed = fn;
	if (c->place.kind == LISTS_OPTOUT) {
		put_optouts(s, &cmd, c);
	} else if (c->place.kind == LISTS_CONSENT) {
		put_consents(s, &cmd, c);
	} else {
		resp_start(&cmd, 2 + c->n);
		resp_str(&cmd, "HDEL");
		put_place(s, &cmd, &c->place);
		for (size_t i = 0; i < c->n; i++)
			resp_arg(&cmd, c->rows[i].number.p, c->rows[i].number.n);
	}
	return send_call(s, &cmd, on_changed, call);
}

/* --- one number --- */

static void on_found(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool known = reply && reply->type == REDIS_REPLY_INTEGER, text = reply && reply->type == REDIS_REPLY_STRING;
	bool ok = known || text || good(reply, REDIS_REPLY_NIL);
	c->to.found(c->arg, ok, text || (known && reply->integer == 1), text ? view_at(reply) : none);
	mem_free(c);
}

int store_lists_find(struct store *s, const struct lists_place *place, struct view number, store_lists_found_fn fn,
		     void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(arg);
	c->to.found = fn;
	resp_start(&cmd, 3);
	resp_str(&cmd, place->kind == LISTS_OPTOUT ? "SISMEMBER" : "HGET");
	put_place(s, &cmd, place);
	resp_arg(&cmd, number.p, number.n);
	return send_call(s, &cmd, on_found, c);
}

int store_lists_count(struct store *s, const struct lists_place *place, store_lists_fn fn, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(arg);
	c->to.changed = fn;
	resp_start(&cmd, 2);
	resp_str(&cmd, place->kind == LISTS_OPTOUT ? "SCARD" : "HLEN");
	put_place(s, &cmd, place);
	return send_call(s, &cmd, on_changed, c);
}

/* --- pages --- */

/* Of a hash there are two elements for each row. */
static void tell_page(struct call *c, const redisReply *reply, unsigned step)
{
	bool ok = good(reply, REDIS_REPLY_ARRAY) && reply->elements == 2 &&
		  reply->element[0]->type == REDIS_REPLY_STRING && reply->element[1]->type == REDIS_REPLY_ARRAY;
	const redisReply *rows = ok ? reply->element[1] : NULL;
	for (size_t i = 0; ok && i + step <= rows->elements; i += step) {
		struct lists_row row = {view_at(rows->element[i]), step == 2 ? view_at(rows->element[i + 1]) : none};
		c->to.reader->row(c->arg, &row);
	}
	c->to.reader->done(c->arg, ok, ok ? reply->element[0]->str : "0");
	mem_free(c);
}

static void on_page(const redisReply *reply, void *arg)
{
	tell_page(arg, reply, 1);
}

static void on_hash_page(const redisReply *reply, void *arg)
{
	tell_page(arg, reply, 2);
}

int store_lists_scan(struct store *s, const struct lists_place *place, const char *cursor,
		     const struct store_lists_reader *reader, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(arg);
	bool set = place->kind == LISTS_OPTOUT;
	c->to.reader = reader;
	resp_start(&cmd, 5);
	resp_str(&cmd, set ? "SSCAN" : "HSCAN");
	put_place(s, &cmd, place);
	resp_str(&cmd, cursor);
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, PAGE);
	return send_call(s, &cmd, set ? on_page : on_hash_page, c);
}

static void on_scopes(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = good(reply, REDIS_REPLY_ARRAY);
	for (size_t i = 0; ok && i < reply->elements; i++) {
		struct lists_row row = {view_at(reply->element[i]), none};
		c->to.reader->row(c->arg, &row);
	}
	c->to.reader->done(c->arg, ok, "0");
	mem_free(c);
}

int store_lists_scopes(struct store *s, const struct store_lists_reader *reader, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(arg);
	c->to.reader = reader;
	resp_start(&cmd, 2);
	resp_str(&cmd, "SMEMBERS");
	store_key(s, &cmd, "optoutscope", none);
	return send_call(s, &cmd, on_scopes, c);
}

/* --- history --- */

static struct view field_of(const redisReply *fields, const char *name)
{
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		if (strcmp(redis_text(fields->element[i]), name) == 0)
			return view_at(fields->element[i + 1]);
	}
	return none;
}

static struct view either(const redisReply *fields, const char *a, const char *b)
{
	struct view v = field_of(fields, a);
	return v.n ? v : field_of(fields, b);
}

static void tell_event(const struct call *c, const redisReply *entry)
{
	const redisReply *fields = redis_at(entry, 1);
	struct view at = field_of(fields, "at");
	struct lists_event e = {.at_ms = strtoll(at.n ? (const char *)at.p : redis_text(redis_at(entry, 0)), NULL, 10),
				.name = either(fields, "scope", "account"),
				.number = field_of(fields, "number"),
				.what = field_of(fields, "what"),
				.channel = either(fields, "channel", "source"),
				.text = either(fields, "text", "ref")};
	c->to.history->event(c->arg, &e);
}

static void on_history(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = good(reply, REDIS_REPLY_ARRAY);
	size_t n = ok ? reply->elements : 0;
	for (size_t i = 0; i < n; i++)
		tell_event(c, reply->element[i]);
	c->to.history->done(c->arg, ok, n, n ? redis_text(redis_at(reply->element[n - 1], 0)) : "");
	mem_free(c);
}

int store_lists_history(struct store *s, enum lists_kind kind, const char *last, bool newest, unsigned count,
			const struct store_lists_history *reader, void *arg)
{
	struct buf cmd = {0};
	struct call *c = call_new(arg);
	char from[STORE_LISTS_LAST + 1];
	c->to.history = reader;
	snprintf(from, sizeof(from), "%s%s", *last ? "(" : newest ? "+" : "-", last);
	resp_start(&cmd, 6);
	resp_str(&cmd, newest ? "XREVRANGE" : "XRANGE");
	put_log(s, &cmd, kind);
	resp_str(&cmd, from);
	resp_str(&cmd, newest ? "-" : "+");
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, count);
	return send_call(s, &cmd, on_history, c);
}
