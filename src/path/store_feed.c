/*
 * store_feed.c - the stream of events read by the holder of a lease. Must not know what an entry says.
 */
#include "path/store_feed.h"

#include "base/mem.h"
#include "base/redis.h"
#include "path/store_batch.h"

/*
 * KEYS: lease, cursor, stream. ARGV: owner, known, done, done_n, count, lease_ms.
 * Answers {held, lost, left, entries}.
 */
static const char feed_script[] =
	"local function behind(a, b)\n"
	"  local am, an = a:match('(%d+)-(%d+)')\n"
	"  local bm, bn = b:match('(%d+)-(%d+)')\n"
	"  am, an, bm, bn = tonumber(am), tonumber(an), tonumber(bm), tonumber(bn)\n"
	"  return am > bm or (am == bm and an > bn)\n"
	"end\n"
	"local who = redis.call('GET', KEYS[1])\n"
	"if who and who ~= ARGV[1] then return {0, 0, 0, {}} end\n"
	"redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[6])\n"
	"local added, length = 0, redis.call('XLEN', KEYS[3])\n"
	"if redis.call('EXISTS', KEYS[3]) == 1 then\n"
	"  local info = redis.call('XINFO', 'STREAM', KEYS[3])\n"
	"  for i = 1, #info, 2 do if info[i] == 'entries-added' then added = info[i + 1] end end\n"
	"end\n"
	"if added < length then added = length end\n"
	"local id = redis.call('HGET', KEYS[2], 'id')\n"
	"local read = tonumber(redis.call('HGET', KEYS[2], 'entries') or 0)\n"
	"if not id then\n"
	"  id, read = ARGV[2], added - length\n"
	"  if id == '' then\n"
	"    local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)\n"
	"    id, read = last[1] and last[1][1] or '0-0', added\n"
	"  end\n"
	"  redis.call('HSET', KEYS[2], 'id', id, 'entries', read)\n"
	"end\n"
	"if ARGV[3] ~= '' and behind(ARGV[3], id) then\n"
	"  id, read = ARGV[3], read + tonumber(ARGV[4])\n"
	"  redis.call('HSET', KEYS[2], 'id', id, 'entries', read)\n"
	"end\n"
	"local lost = 0\n"
	"if read > added then read = added - length end\n"
	"if added - length > read then\n"
	"  lost = added - length - read\n"
	"  redis.call('HSET', KEYS[2], 'entries', read + lost)\n"
	"end\n"
	"local left = added - read - lost\n"
	"if ARGV[5] == '0' then return {1, lost, left, {}} end\n"
	"return {1, lost, left, redis.call('XRANGE', KEYS[3], '(' .. id, '+', 'COUNT', ARGV[5])}\n";

static const char leave_script[] = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end\n"
				   "return 1\n";

struct reading {
	store_feed_fn fn;
	void *arg;
};

struct store_feed_entry store_feed_entry(const struct store_feed *f, size_t i)
{
	const redisReply *all = f->entries, *entry = all->element[i];
	struct store_feed_entry e = {{NULL, 0}, {NULL, 0}};
	if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2)
		return e;
	const redisReply *id = entry->element[0], *fields = entry->element[1];
	e.id = (struct view){(const uint8_t *)id->str, (uint32_t)id->len};
	for (size_t k = 0; fields->type == REDIS_REPLY_ARRAY && k + 1 < fields->elements; k += 2) {
		const redisReply *name = fields->element[k], *value = fields->element[k + 1];
		if (name->len == 1 && name->str[0] == 'e')
			e.lines = (struct view){(const uint8_t *)value->str, (uint32_t)value->len};
	}
	return e;
}

static void on_read(const redisReply *reply, void *arg)
{
	struct reading *r = arg;
	struct store_feed f = {.held = false};
	bool ok = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= 1;
	if (ok && reply->elements == 4) {
		f.held = reply->element[0]->integer == 1;
		f.lost = (uint64_t)reply->element[1]->integer;
		f.left = (uint64_t)reply->element[2]->integer;
		f.n = reply->element[3]->elements;
		f.entries = reply->element[3];
	}
	r->fn(r->arg, ok, &f);
	mem_free(r);
}

static void put_head(struct buf *cmd, size_t args, const char *script, const char *keys)
{
	resp_start(cmd, args);
	resp_str(cmd, "EVAL");
	resp_str(cmd, script);
	resp_str(cmd, keys);
}

int store_feed(struct store *s, const struct store_feed_ask *ask, store_feed_fn fn, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	put_head(&cmd, 12, feed_script, "3");
	store_key(s, &cmd, "event:lease:", view_of(ask->reader));
	store_key(s, &cmd, "event:cursor:", view_of(ask->reader));
	store_key(s, &cmd, "event", (struct view){NULL, 0});
	resp_str(&cmd, ask->owner);
	resp_str(&cmd, ask->known);
	resp_str(&cmd, ask->done);
	resp_u64(&cmd, ask->done_n);
	resp_u64(&cmd, ask->count);
	resp_u64(&cmd, STORE_FEED_LEASE_MS);
	struct reading *r = mem_zalloc(sizeof(*r));
	*r = (struct reading){fn, arg};
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_read, r);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(r);
	return sent;
}

void store_feed_leave(struct store *s, const char *reader, const char *owner)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return;
	put_head(&cmd, 5, leave_script, "1");
	store_key(s, &cmd, "event:lease:", view_of(reader));
	resp_str(&cmd, owner);
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), NULL, NULL);
	(void)sent; /* else it runs out */
	buf_free(&cmd);
}
