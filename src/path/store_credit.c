/*
 * store_credit.c - balances, reservations and usage in Redis. Must not know when a message is paid for.
 *
 * What changes a balance is a script: Redis runs it whole or not at all. A reservation ends by being taken out of its
 * hash, and the script gives or counts only what it has taken, so it may be asked for again when the link broke before
 * its answer. It takes first: a full Redis lets it go on then.
 */
#include "path/store_batch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"

#define USAGE_DAYS_S "34560000" /* 400 days */

/* KEYS: balances, reservations. ARGV: floor, account, then id, "amount,segments", ... Returns 1 or 0 for each. */
const char store_reserve_script[] = "-- smppgw reserve\n"
				    "local floor, account = tonumber(ARGV[1]), ARGV[2]\n"
				    "local balance = tonumber(redis.call('HGET', KEYS[1], account) or 0)\n"
				    "local taken, granted = 0, {}\n"
				    "for i = 3, #ARGV, 2 do\n"
				    "  local amount = tonumber(string.match(ARGV[i + 1], '^%d+'))\n"
				    "  granted[#granted + 1] = 0\n"
				    "  if balance - amount >= floor then\n"
				    "    redis.call('HSET', KEYS[2], ARGV[i], account .. ',' .. ARGV[i + 1])\n"
				    "    balance, taken, granted[#granted] = balance - amount, taken + amount, 1\n"
				    "  end\n"
				    "end\n"
				    "if taken > 0 then redis.call('HINCRBY', KEYS[1], account, -taken) end\n"
				    "return granted\n";

/*
 * KEYS: balances, reservations, usage of the day. ARGV: id, "segments,carrier" (segments 0: as reserved) or "" to give
 * it back, ... Returns how many ended now; the others had ended before.
 */
const char store_settle_script[] =
	"-- smppgw settle\n"
	"local ended = 0\n"
	"for i = 1, #ARGV, 2 do\n"
	"  local entry = redis.call('HGET', KEYS[2], ARGV[i])\n"
	"  if entry and redis.call('HDEL', KEYS[2], ARGV[i]) == 1 then\n"
	"    local account, amount, segments = string.match(entry, '^(.*),(%d+),(%d+)$')\n"
	"    local used, carrier = string.match(ARGV[i + 1], '^(%d+),(.*)$')\n"
	"    local charge = 0\n"
	"    if used then\n"
	"      if used == '0' then used = segments end\n"
	"      charge = math.floor(amount / segments) * used\n"
	"      local place = account .. '/' .. carrier .. '/'\n"
	"      redis.call('HINCRBY', KEYS[3], place .. 'messages', 1)\n"
	"      redis.call('HINCRBY', KEYS[3], place .. 'segments', used)\n"
	"      redis.call('HINCRBY', KEYS[3], place .. 'amount', charge)\n"
	"      redis.call('EXPIRE', KEYS[3], " USAGE_DAYS_S ")\n"
	"    end\n"
	"    if amount - charge ~= 0 then redis.call('HINCRBY', KEYS[1], account, amount - charge) end\n"
	"    ended = ended + 1\n"
	"  end\n"
	"end\n"
	"return ended\n";

/* KEYS: usage of the day. ARGV: name, value, ... Returns how many. */
static const char usage_script[] = "-- smppgw usage\n"
				   "for i = 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
				   "redis.call('EXPIRE', KEYS[1], " USAGE_DAYS_S ")\n"
				   "return #ARGV / 2\n";

/* KEYS: balances. ARGV: account, "add" or "set", amount. Returns the balance. */
static const char change_script[] = "-- smppgw credit\n"
				    "if ARGV[2] == 'set' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])\n"
				    "else redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[3]) end\n"
				    "return redis.call('HGET', KEYS[1], ARGV[1])\n";

static const struct view none = {NULL, 0};

static void print_node(const struct store *s, char out[16])
{
	snprintf(out, 16, "%u", store_node(s));
}

int store_reserve(struct store *s, const struct store_reservation *r, store_check_fn fn, uint64_t token)
{
	char node[16], id[IDS_DIGITS + 1], value[48];
	if (!store_up(s))
		return -1;
	print_node(s, node);
	ids_print(r->id, id);
	snprintf(value, sizeof(value), "%lld,%u", (long long)r->amount, r->segments);
	struct batch_key key = {BATCH_CREDIT_RESERVE, r->account, (uint64_t)r->floor, node};
	batches_ask(store_batches(s), &key, view_of(id), view_of(value), fn, token);
	return 0;
}

int store_settle(struct store *s, uint64_t id, unsigned day, const char *carrier, unsigned segments, store_fn fn,
		 uint64_t token)
{
	char node[16], field[IDS_DIGITS + 1], text[96] = "";
	if (!store_up(s))
		return -1;
	print_node(s, node);
	ids_print(id, field);
	if (carrier)
		snprintf(text, sizeof(text), "%u,%s", segments, carrier);
	struct batch_key key = {BATCH_CREDIT_SETTLE, none, day, node};
	struct view value = {(const uint8_t *)text, (uint32_t)strlen(text)};
	batches_add(store_batches(s), &key, view_of(field), &value, fn, token);
	return 0;
}

static void put_count(struct buf *cmd, const struct store_usage *u, const char *what, int64_t value)
{
	char text[256];
	snprintf(text, sizeof(text), "%s/%s/%s", u->account, u->carrier, what);
	resp_str(cmd, text);
	snprintf(text, sizeof(text), "%lld", (long long)value);
	resp_str(cmd, text);
}

static void put_day(struct store *s, struct buf *cmd, unsigned day)
{
	char text[16];
	snprintf(text, sizeof(text), "%u", day);
	store_key(s, cmd, "usage:", view_of(text));
}

int store_usage_add(struct store *s, unsigned day, const struct store_usage *rows, size_t n, store_fn fn,
		    uint64_t token)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 4 + 6 * n);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, usage_script);
	resp_str(&cmd, "1");
	put_day(s, &cmd, day);
	for (size_t i = 0; i < n; i++) {
		put_count(&cmd, &rows[i], "messages", rows[i].messages);
		put_count(&cmd, &rows[i], "segments", rows[i].segments);
		put_count(&cmd, &rows[i], "amount", rows[i].amount);
	}
	int sent = store_send(s, &cmd, fn, token);
	buf_free(&cmd);
	return sent;
}

/* --- the operator --- */

struct question {
	const struct store_usage_reader *reader;
	store_credit_fn fn;
	void *arg;
};

/* Frees cmd. */
static int ask(struct store *s, struct buf *cmd, redis_fn fn, const struct question *q)
{
	struct question *own = mem_zalloc(sizeof(*own));
	*own = *q;
	store_flush(s); /* what this turn has reserved and settled counts */
	int sent = redis_send(store_redis(s), buf_data(cmd), buf_len(cmd), fn, own);
	buf_free(cmd);
	if (sent < 0)
		mem_free(own);
	return sent;
}

static void on_usage(const redisReply *reply, void *arg)
{
	struct question *q = arg;
	bool ok = reply && reply->type == REDIS_REPLY_ARRAY;
	for (size_t i = 0; ok && i + 1 < reply->elements; i += 2) {
		const redisReply *name = reply->element[i];
		q->reader->value(q->arg, (struct view){(const uint8_t *)name->str, (uint32_t)name->len},
				 strtoll(redis_text(reply->element[i + 1]), NULL, 10));
	}
	q->reader->done(q->arg, ok);
	mem_free(q);
}

int store_usage_read(struct store *s, unsigned day, const struct store_usage_reader *reader, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 2);
	resp_str(&cmd, "HGETALL");
	put_day(s, &cmd, day);
	return ask(s, &cmd, on_usage, &(struct question){.reader = reader, .arg = arg});
}

static void on_balance(const redisReply *reply, void *arg)
{
	struct question *q = arg;
	bool ok = reply && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_NIL);
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=script_failed what=credit error=\"%s\"", reply->str);
	q->fn(q->arg, ok, ok && reply->str ? strtoll(reply->str, NULL, 10) : 0);
	mem_free(q);
}

int store_credit(struct store *s, struct view account, enum store_credit_what what, int64_t amount, store_credit_fn fn,
		 void *arg)
{
	char text[24];
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	if (what == STORE_CREDIT_READ) {
		resp_start(&cmd, 3);
		resp_str(&cmd, "HGET");
		store_key(s, &cmd, "credit", none);
		resp_arg(&cmd, account.p, account.n);
	} else {
		snprintf(text, sizeof(text), "%lld", (long long)amount);
		resp_start(&cmd, 7);
		resp_str(&cmd, "EVAL");
		resp_str(&cmd, change_script);
		resp_str(&cmd, "1");
		store_key(s, &cmd, "credit", none);
		resp_arg(&cmd, account.p, account.n);
		resp_str(&cmd, what == STORE_CREDIT_SET ? "set" : "add");
		resp_str(&cmd, text);
	}
	return ask(s, &cmd, on_balance, &(struct question){.fn = fn, .arg = arg});
}
