/*
 * store_backlog.c - what waits for apps in Redis: appending to a backlog, moving there from the journal, reading,
 * the dead letters and the way back. Must not know what a record means, nor who reads.
 *
 * What takes from one key and gives to another is a script: Redis runs it whole or not at all, and it gives only what
 * it has taken. So it may be asked for again when the link broke before its answer. Each takes first: a full Redis lets
 * it go on then, because nothing is added that has not been freed.
 */
#include "path/store_batch.h"

#include <limits.h>
#include <stdio.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"

#define ENTRY_MAX 48u /* characters of a stream entry's id */

/* KEYS: backlog, journal's bucket. ARGV: id, record, ... Returns how many were moved; the others had been before. */
const char store_move_script[] = "-- smppgw move\n"
				 "local moved = 0\n"
				 "for i = 1, #ARGV, 2 do\n"
				 "  if redis.call('HDEL', KEYS[2], ARGV[i]) == 1 then\n"
				 "    redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'rec', ARGV[i + 1])\n"
				 "    moved = moved + 1\n"
				 "  end\n"
				 "end\n"
				 "return moved\n";

/* KEYS: where it is, dead letters. ARGV: the command that takes it out or "", its name there, MINID, id, rec, why, at.
 */
static const char bury_script[] = "-- smppgw bury\n"
				  "local taken = 1\n"
				  "if ARGV[1] ~= '' then taken = redis.call(ARGV[1], KEYS[1], ARGV[2]) end\n"
				  "if taken == 1 then\n"
				  "  redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[3], '*', 'id', ARGV[4],\n"
				  "    'rec', ARGV[5], 'why', ARGV[6], 'at', ARGV[7])\n"
				  "end\n"
				  "return taken\n";

/*
 * KEYS: from, to. ARGV: first, last ("+": the youngest there is now), count, MINID, why ("": to a backlog), at.
 * Returns how many were moved, the last entry of a full page or "", and last.
 */
static const char shift_script[] =
	"-- smppgw shift\n"
	"local last, moved = ARGV[2], 0\n"
	"if last == '+' then\n"
	"  local youngest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)\n"
	"  if #youngest == 0 then return {0, '', ''} end\n"
	"  last = youngest[1][1]\n"
	"end\n"
	"local page = redis.call('XRANGE', KEYS[1], ARGV[1], last, 'COUNT', ARGV[3])\n"
	"for _, entry in ipairs(page) do\n"
	"  local f = entry[2]\n"
	"  if f[1] == 'id' and f[3] == 'rec' then\n"
	"    redis.call('XDEL', KEYS[1], entry[1])\n"
	"    if ARGV[5] == '' then\n"
	"      redis.call('XADD', KEYS[2], '*', 'id', f[2], 'rec', f[4])\n"
	"    else\n"
	"      redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[4], '*', 'id', f[2], 'rec', f[4],\n"
	"        'why', ARGV[5], 'at', ARGV[6])\n"
	"    end\n"
	"    moved = moved + 1\n"
	"  end\n"
	"end\n"
	"local more = ''\n"
	"if #page == tonumber(ARGV[3]) then more = page[#page][1] end\n"
	"return {moved, more, last}\n";

static const char *const keys[] = {[STORE_BACKLOG] = "backlog:", [STORE_DEADLETTER] = "deadletter:"};

/* Who asked. */
struct asked {
	struct store *store;
	uint64_t token;
	union {
		store_count_fn count;
		store_shift_fn shift;
		const struct store_backlog_reader *reader;
	} who;
};

/* Sends what stands in cmd, and frees it. */
static int ask(struct store *s, struct buf *cmd, redis_fn fn, const struct asked *who)
{
	struct asked *w = mem_zalloc(sizeof(*w));
	*w = *who;
	int sent = redis_send(store_redis(s), buf_data(cmd), buf_len(cmd), fn, w);
	buf_free(cmd);
	if (sent < 0)
		mem_free(w);
	return sent;
}

static void print_ms(int64_t ms, char out[24])
{
	snprintf(out, 24, "%lld", (long long)ms);
}

/* Entries that came to the dead letters before that are trimmed. */
static void print_oldest(struct store *s, char out[24])
{
	print_ms(loop_wall_ms(store_loop(s)) - store_conf_of(s)->deadletter_age * 1000, out);
}

static void print_after(struct view after, char out[ENTRY_MAX + 2])
{
	if (!after.n)
		snprintf(out, ENTRY_MAX + 2, "-");
	else
		snprintf(out, ENTRY_MAX + 2, "%s%.*s", memchr(after.p, '-', after.n) ? "(" : "", (int)after.n,
			 (const char *)after.p);
}

static struct view view_of_reply(const redisReply *r)
{
	return (struct view){(const uint8_t *)r->str, (uint32_t)r->len};
}

/* --- the backlog --- */

static int append(struct store *s, struct view account, uint64_t id, struct view rec, store_fn fn, uint64_t token)
{
	char text[IDS_DIGITS + 1];
	struct buf cmd = {0};
	ids_print(id, text);
	resp_start(&cmd, 7);
	resp_str(&cmd, "XADD");
	store_key(s, &cmd, keys[STORE_BACKLOG], account);
	resp_str(&cmd, "*");
	resp_str(&cmd, "id");
	resp_str(&cmd, text);
	resp_str(&cmd, "rec");
	resp_arg(&cmd, rec.p, rec.n);
	int sent = store_send(s, &cmd, fn, token);
	buf_free(&cmd);
	return sent;
}

int store_backlog_add(struct store *s, struct view account, uint64_t id, struct view rec, uint64_t journal_id,
		      store_fn fn, uint64_t token)
{
	if (!store_up(s))
		return -1;
	if (!journal_id)
		return append(s, account, id, rec, fn, token);
	char field[IDS_DIGITS + 1], bucket[40];
	ids_print(journal_id, field);
	store_journal_tail(s, journal_id, bucket);
	struct batch_key key = {.kind = BATCH_BACKLOG_MOVE,
				.name = account,
				.number = store_bucket(ids_time_ms(journal_id)),
				.more = bucket};
	batches_add(store_batches(s), &key, (struct view){(uint8_t *)field, IDS_DIGITS}, &rec, fn, token);
	return 0;
}

int store_backlog_del(struct store *s, struct view account, struct view entry, store_fn fn, uint64_t token)
{
	if (!store_up(s))
		return -1;
	struct batch_key key = {.kind = BATCH_BACKLOG_DEL, .name = account};
	batches_add(store_batches(s), &key, entry, NULL, fn, token);
	return 0;
}

static void on_length(const redisReply *reply, void *arg)
{
	struct asked *w = arg;
	bool known = reply && reply->type == REDIS_REPLY_INTEGER;
	w->who.count(store_arg(w->store), w->token, known && reply->integer >= 0 ? reply->integer : -1);
	mem_free(w);
}

int store_backlog_length(struct store *s, struct view account, store_count_fn fn, uint64_t token)
{
	if (!store_up(s))
		return -1;
	struct buf cmd = {0};
	store_flush(s); /* what this turn has added and removed counts */
	resp_start(&cmd, 2);
	resp_str(&cmd, "XLEN");
	store_key(s, &cmd, keys[STORE_BACKLOG], account);
	return ask(s, &cmd, on_length, &(struct asked){.store = s, .token = token, .who.count = fn});
}

/* --- reading --- */

/* One entry of XRANGE: [id, [name, value, ...]]. False when it is not one of ours. */
static bool read_entry(const redisReply *r, struct store_entry *out)
{
	if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || r->element[1]->type != REDIS_REPLY_ARRAY)
		return false;
	const redisReply *fields = r->element[1];
	*out = (struct store_entry){.entry = view_of_reply(r->element[0])};
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		const char *name = redis_text(fields->element[i]);
		struct view value = view_of_reply(fields->element[i + 1]);
		if (strcmp(name, "id") == 0)
			(void)ids_parse(value.p, value.n, &out->id);
		else if (strcmp(name, "rec") == 0)
			out->rec = value;
		else if (strcmp(name, "why") == 0)
			out->why = value;
	}
	return out->rec.n > 0;
}

static void on_page(const redisReply *reply, void *arg)
{
	struct asked *w = arg;
	int count = -1;
	if (reply && reply->type == REDIS_REPLY_ARRAY) {
		count = (int)reply->elements;
		for (size_t i = 0; i < reply->elements; i++) {
			struct store_entry e;
			if (read_entry(reply->element[i], &e))
				w->who.reader->entry(store_arg(w->store), w->token, &e);
			else
				log_warn("-", "event=backlog_entry_unreadable action=\"left in the stream\"");
		}
	}
	w->who.reader->done(store_arg(w->store), w->token, count);
	mem_free(w);
}

int store_backlog_read(struct store *s, enum store_stream stream, struct view account, struct view after,
		       unsigned count, const struct store_backlog_reader *reader, uint64_t token)
{
	if (!store_up(s))
		return -1;
	store_flush(s); /* entries deleted in this turn must not be read again */
	char from[ENTRY_MAX + 2];
	struct buf cmd = {0};
	print_after(after, from);
	resp_start(&cmd, 6);
	resp_str(&cmd, "XRANGE");
	store_key(s, &cmd, keys[stream], account);
	resp_str(&cmd, from);
	resp_str(&cmd, "+");
	resp_str(&cmd, "COUNT");
	resp_u64(&cmd, count);
	return ask(s, &cmd, on_page, &(struct asked){.store = s, .token = token, .who.reader = reader});
}

/* --- dead letters --- */

int store_bury(struct store *s, const struct store_dead *d, store_fn fn, uint64_t token)
{
	if (!store_up(s))
		return -1;
	char id[IDS_DIGITS + 1], bucket[40], oldest[24], at[24];
	struct buf cmd = {0};
	ids_print(d->id, id);
	store_journal_tail(s, d->id, bucket);
	print_oldest(s, oldest);
	print_ms(loop_wall_ms(store_loop(s)), at);
	resp_start(&cmd, 12);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, bury_script);
	resp_str(&cmd, "2");
	if (d->entry.n || !d->journal)
		store_key(s, &cmd, keys[STORE_BACKLOG], d->account);
	else
		store_key(s, &cmd, "journal:", view_of(bucket));
	store_key(s, &cmd, keys[STORE_DEADLETTER], d->account);
	resp_str(&cmd, d->entry.n ? "XDEL" : d->journal ? "HDEL" : "");
	if (d->entry.n)
		resp_arg(&cmd, d->entry.p, d->entry.n);
	else
		resp_str(&cmd, id);
	resp_str(&cmd, oldest);
	resp_str(&cmd, id);
	resp_arg(&cmd, d->rec.p, d->rec.n);
	resp_str(&cmd, d->why);
	resp_str(&cmd, at);
	int sent = store_send(s, &cmd, fn, token);
	buf_free(&cmd);
	return sent;
}

static void on_shifted(const redisReply *reply, void *arg)
{
	struct asked *w = arg;
	struct view none = {NULL, 0};
	long long moved =
		reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 ? reply->element[0]->integer : -1;
	if (moved >= 0 && moved <= INT_MAX) {
		w->who.shift(store_arg(w->store), w->token, (int)moved, view_of_reply(reply->element[1]),
			     view_of_reply(reply->element[2]));
	} else {
		if (reply && reply->type == REDIS_REPLY_ERROR)
			log_error("-", "event=script_failed what=shift error=\"%s\"", reply->str);
		w->who.shift(store_arg(w->store), w->token, -1, none, none);
	}
	mem_free(w);
}

int store_shift(struct store *s, const struct store_shift *what, store_shift_fn fn, uint64_t token)
{
	if (!store_up(s))
		return -1;
	enum store_stream to = what->from == STORE_BACKLOG ? STORE_DEADLETTER : STORE_BACKLOG;
	char first[ENTRY_MAX + 2], oldest[24], at[24];
	struct buf cmd = {0};
	store_flush(s); /* entries deleted in this turn must not be moved */
	print_after(what->after, first);
	print_oldest(s, oldest);
	print_ms(loop_wall_ms(store_loop(s)), at);
	resp_start(&cmd, 11);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, shift_script);
	resp_str(&cmd, "2");
	store_key(s, &cmd, keys[what->from], what->account);
	store_key(s, &cmd, keys[to], what->account);
	resp_str(&cmd, first);
	resp_arg(&cmd, what->last.n ? (const void *)what->last.p : "+", what->last.n ? what->last.n : 1);
	resp_u64(&cmd, what->count);
	resp_str(&cmd, oldest);
	resp_str(&cmd, to == STORE_DEADLETTER ? what->why : "");
	resp_str(&cmd, at);
	return ask(s, &cmd, on_shifted, &(struct asked){.store = s, .token = token, .who.shift = fn});
}
