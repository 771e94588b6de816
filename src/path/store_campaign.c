/*
 * store_campaign.c - the commands behind store_campaign.h. Must not know what a state means but where a script decides
 * by it: whether there are tickets.
 */
#include "path/store_campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/store_batch.h"

/* In the order of enum store_campaign_field. */
#define FIELDS                                                                                                         \
	"'state','was','since','by','why','trial','share','let','floor','ceiling','wait','collect','base_sent',"       \
	"'base_ended','base_delivered','base_out','ramp','ramp_double','ramp_to','ramp_since','accepted','sent',"      \
	"'ended','delivered','out','unsent'"

static const char *const field_names[STORE_CAMPAIGN_FIELDS] = {
	"state", "was",		"since",   "by",	 "why",	      "trial",	    "share",	      "let",
	"floor", "ceiling",	"wait",	   "collect",	 "base_sent", "base_ended", "base_delivered", "base_out",
	"ramp",	 "ramp_double", "ramp_to", "ramp_since", "accepted",  "sent",	    "ended",	      "delivered",
	"out",	 "unsent",
};

/*
 * KEYS: campaign, list. ARGV: seconds, member, now, node, tag, how many words are its first fields, those, then field,
 * addition, ... Additions under a tag that has been seen are not made again.
 */
static const char sync_script[] =
	"-- smppgw campaign sync\n"
	"local first = tonumber(ARGV[6])\n"
	"if first > 0 and redis.call('HEXISTS', KEYS[1], 'state') == 0 then\n"
	"  for i = 7, 6 + first, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
	"end\n"
	"if #ARGV > 6 + first and redis.call('HGET', KEYS[1], ARGV[4]) ~= ARGV[5] then\n"
	"  redis.call('HSET', KEYS[1], ARGV[4], ARGV[5])\n"
	"  for i = 7 + first, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end\n"
	"end\n"
	"if #ARGV > 6 then\n"
	"  redis.call('EXPIRE', KEYS[1], ARGV[1])\n"
	"  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])\n"
	"end\n"
	"local out = redis.call('HMGET', KEYS[1], " FIELDS ")\n"
	"table.insert(out, 1, 1)\n"
	"return out\n";

/* KEYS: campaign, list. ARGV: seconds, member, now, states, since, then field, value, ... */
static const char change_script[] =
	"-- smppgw campaign change\n"
	"local state = redis.call('HGET', KEYS[1], 'state') or ''\n"
	"local since = redis.call('HGET', KEYS[1], 'since') or ''\n"
	"local done = 0\n"
	"if (ARGV[4] == '*' or string.find(ARGV[4], ',' .. state .. ',', 1, true)) and\n"
	"    (ARGV[5] == '0' or ARGV[5] == since) then\n"
	"  done = 1\n"
	"  for i = 6, #ARGV, 2 do\n"
	"    local v = ARGV[i + 1]\n"
	"    if string.sub(v, 1, 1) == '@' then v = redis.call('HGET', KEYS[1], string.sub(v, 2)) or '0' end\n"
	"    redis.call('HSET', KEYS[1], ARGV[i], v)\n"
	"  end\n"
	"  redis.call('EXPIRE', KEYS[1], ARGV[1])\n"
	"  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])\n"
	"  redis.call('HINCRBY', KEYS[2], 'epoch', 1)\n"
	"end\n"
	"local out = redis.call('HMGET', KEYS[1], " FIELDS ")\n"
	"table.insert(out, 1, done)\n"
	"return out\n";

/*
 * KEYS: campaign, list. ARGV: now, want. A trial has so many tickets; a ramp as many as its pace gives, and what is not
 * used within a second is lost.
 */
static const char let_script[] =
	"-- smppgw campaign let\n"
	"local function get(f) return redis.call('HGET', KEYS[1], f) or '0' end\n"
	"local state, now, want, grant = get('state'), tonumber(ARGV[1]), tonumber(ARGV[2]), 0\n"
	"if state == 'trial' then\n"
	"  local left = tonumber(get('trial')) - tonumber(get('let'))\n"
	"  grant = math.max(0, math.min(want, left))\n"
	"  redis.call('HINCRBY', KEYS[1], 'let', string.format('%d', grant))\n"
	"  if left <= grant then\n"
	"    redis.call('HSET', KEYS[1], 'state', 'waiting', 'since', ARGV[1])\n"
	"    redis.call('HINCRBY', KEYS[2], 'epoch', 1)\n"
	"  end\n"
	"elseif state == 'running' and tonumber(get('ramp')) > 0 then\n"
	"  local since = tonumber(get('ramp_since'))\n"
	"  local pace = tonumber(get('ramp')) * 2 ^ ((now - since) / 1000 / tonumber(get('ramp_double')))\n"
	"  if pace >= tonumber(get('ramp_to')) then\n"
	"    grant = want\n"
	"    redis.call('HSET', KEYS[1], 'ramp', '0')\n"
	"    redis.call('HINCRBY', KEYS[2], 'epoch', 1)\n"
	"  else\n"
	"    local at = math.max(since, tonumber(get('ramp_at')))\n"
	"    local had = tonumber(get('ramp_at')) < since and 0 or tonumber(get('ramp_left'))\n"
	"    local left = math.min(math.max(1, pace), had + pace * math.max(0, now - at) / 1000)\n"
	"    grant = math.max(0, math.min(want, math.floor(left)))\n"
	"    redis.call('HSET', KEYS[1], 'ramp_at', ARGV[1], 'ramp_left', string.format('%.3f', left - grant))\n"
	"  end\n"
	"elseif state == 'running' then\n"
	"  grant = want\n"
	"end\n"
	"local out = redis.call('HMGET', KEYS[1], " FIELDS ")\n"
	"table.insert(out, 1, grant)\n"
	"return out\n";

/* KEYS: brakes, list. ARGV: name, why ("": it is released). Returns 1 when that has changed something. */
static const char brake_script[] = "-- smppgw brake\n"
				   "local done = 0\n"
				   "if ARGV[2] == '' then done = redis.call('HDEL', KEYS[1], ARGV[1])\n"
				   "elseif redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then\n"
				   "  done = redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])\n"
				   "end\n"
				   "if done > 0 then redis.call('HINCRBY', KEYS[2], 'epoch', 1) end\n"
				   "return done\n";

struct call { /* one answer is awaited */
	union {
		store_campaign_fn campaign;
		store_epoch_fn epoch;
		store_brake_fn brake;
		const struct store_hash_reader *reader;
	} to;
	void *arg;
};

const char *store_campaign_field_name(enum store_campaign_field f)
{
	return field_names[f];
}

/* Frees cmd; c is copied for the answer. */
static int send_call(struct store *s, struct buf *cmd, redis_fn fn, const struct call *c)
{
	struct call *own = mem_zalloc(sizeof(*own));
	*own = *c;
	int sent = redis_send(store_redis(s), buf_data(cmd), buf_len(cmd), fn, own);
	buf_free(cmd);
	if (sent < 0)
		mem_free(own);
	return sent;
}

static struct view text_of(const redisReply *r)
{
	if (!r || r->type != REDIS_REPLY_STRING)
		return (struct view){NULL, 0};
	return (struct view){(const uint8_t *)r->str, (uint32_t)r->len};
}

static void note_error(const redisReply *reply, const char *what)
{
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=script_failed what=%s error=\"%s\"", what, reply->str);
}

/* --- a campaign --- */

static struct view member_of(const struct store_campaign_id *id, char out[256])
{
	int n = snprintf(out, 256, "%.*s:%.*s", (int)id->account.n, (const char *)id->account.p, (int)id->name.n,
			 (const char *)id->name.p);
	return (struct view){(const uint8_t *)out, n < 256 ? (uint32_t)n : 255};
}

static void on_campaign(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	struct view state[STORE_CAMPAIGN_FIELDS];
	bool ok = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == STORE_CAMPAIGN_FIELDS + 1;
	note_error(reply, "campaign");
	for (size_t i = 0; ok && i < STORE_CAMPAIGN_FIELDS; i++)
		state[i] = text_of(reply->element[i + 1]);
	c->to.campaign(c->arg, ok, ok ? reply->element[0]->integer : 0, ok ? state : NULL);
	mem_free(c);
}

/* The command up to its two keys. */
static void put_script(struct store *s, struct buf *cmd, size_t args, const char *script,
		       const struct store_campaign_id *id)
{
	char member[256];
	resp_start(cmd, 5 + args);
	resp_str(cmd, "EVAL");
	resp_str(cmd, script);
	resp_str(cmd, "2");
	store_key(s, cmd, "campaign:", member_of(id, member));
	store_key(s, cmd, "campaign", (struct view){NULL, 0});
}

/* How long it is kept, its place in the list, the time. */
static void put_head(struct store *s, struct buf *cmd, int64_t keep_s, const struct store_campaign_id *id)
{
	char member[256];
	struct view v = member_of(id, member);
	resp_u64(cmd, (uint64_t)keep_s);
	resp_arg(cmd, v.p, v.n);
	resp_u64(cmd, (uint64_t)loop_wall_ms(store_loop(s)));
}

static void put_pairs(struct buf *cmd, const struct store_campaign_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		resp_str(cmd, pairs[i].field);
		resp_str(cmd, pairs[i].value);
	}
}

int store_campaign_sync(struct store *s, const struct store_campaign_sync *what, store_campaign_fn fn, void *arg)
{
	struct buf cmd = {0};
	char node[32];
	if (!store_up(s))
		return -1;
	snprintf(node, sizeof(node), "node/%u", store_node(s));
	put_script(s, &cmd, 6 + 2 * (what->first_n + what->add_n), sync_script, &what->id);
	put_head(s, &cmd, what->keep_s, &what->id);
	resp_str(&cmd, node);
	resp_str(&cmd, what->tag);
	resp_u64(&cmd, 2 * what->first_n);
	put_pairs(&cmd, what->first, what->first_n);
	put_pairs(&cmd, what->add, what->add_n);
	return send_call(s, &cmd, on_campaign, &(struct call){.to.campaign = fn, .arg = arg});
}

int store_campaign_change(struct store *s, const struct store_campaign_change *what, store_campaign_fn fn, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	put_script(s, &cmd, 5 + 2 * what->set_n, change_script, &what->id);
	put_head(s, &cmd, what->keep_s, &what->id);
	resp_str(&cmd, what->from);
	resp_u64(&cmd, (uint64_t)what->since_ms);
	put_pairs(&cmd, what->set, what->set_n);
	return send_call(s, &cmd, on_campaign, &(struct call){.to.campaign = fn, .arg = arg});
}

int store_campaign_let(struct store *s, const struct store_campaign_id *id, uint64_t want, store_campaign_fn fn,
		       void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	put_script(s, &cmd, 2, let_script, id);
	resp_u64(&cmd, (uint64_t)loop_wall_ms(store_loop(s)));
	resp_u64(&cmd, want);
	return send_call(s, &cmd, on_campaign, &(struct call){.to.campaign = fn, .arg = arg});
}

/* --- reading --- */

static void on_epoch(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = reply && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_NIL);
	c->to.epoch(c->arg, ok, ok && reply->str ? strtoull(reply->str, NULL, 10) : 0);
	mem_free(c);
}

int store_campaign_epoch(struct store *s, store_epoch_fn fn, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 3);
	resp_str(&cmd, "HGET");
	store_key(s, &cmd, "campaign", (struct view){NULL, 0});
	resp_str(&cmd, "epoch");
	return send_call(s, &cmd, on_epoch, &(struct call){.to.epoch = fn, .arg = arg});
}

static void on_hash(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = reply && reply->type == REDIS_REPLY_ARRAY;
	for (size_t i = 0; ok && i + 1 < reply->elements; i += 2)
		c->to.reader->value(c->arg, text_of(reply->element[i]), text_of(reply->element[i + 1]));
	c->to.reader->done(c->arg, ok);
	mem_free(c);
}

static int read_hash(struct store *s, const char *key, struct view tail, const struct store_hash_reader *reader,
		     void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 2);
	resp_str(&cmd, "HGETALL");
	store_key(s, &cmd, key, tail);
	return send_call(s, &cmd, on_hash, &(struct call){.to.reader = reader, .arg = arg});
}

int store_campaign_read(struct store *s, const struct store_campaign_id *id, const struct store_hash_reader *reader,
			void *arg)
{
	char member[256];
	return read_hash(s, "campaign:", member_of(id, member), reader, arg);
}

int store_campaign_list(struct store *s, const struct store_hash_reader *reader, void *arg)
{
	return read_hash(s, "campaign", (struct view){NULL, 0}, reader, arg);
}

int store_brake_list(struct store *s, const struct store_hash_reader *reader, void *arg)
{
	return read_hash(s, "brake", (struct view){NULL, 0}, reader, arg);
}

int store_campaign_forget(struct store *s, struct view member)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 3);
	resp_str(&cmd, "HDEL");
	store_key(s, &cmd, "campaign", (struct view){NULL, 0});
	resp_arg(&cmd, member.p, member.n);
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), NULL, NULL);
	buf_free(&cmd);
	return sent;
}

/* --- brakes --- */

static void on_brake(const redisReply *reply, void *arg)
{
	struct call *c = arg;
	bool ok = reply && reply->type == REDIS_REPLY_INTEGER;
	note_error(reply, "brake");
	if (c->to.brake)
		c->to.brake(c->arg, ok, ok && reply->integer > 0);
	mem_free(c);
}

static int send_brake(struct store *s, struct view name, struct view why, store_brake_fn fn, void *arg)
{
	struct buf cmd = {0};
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 7);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, brake_script);
	resp_str(&cmd, "2");
	store_key(s, &cmd, "brake", (struct view){NULL, 0});
	store_key(s, &cmd, "campaign", (struct view){NULL, 0});
	resp_arg(&cmd, name.p, name.n);
	resp_arg(&cmd, why.p, why.n);
	return send_call(s, &cmd, on_brake, &(struct call){.to.brake = fn, .arg = arg});
}

int store_brake_set(struct store *s, struct view name, struct view why, store_brake_fn fn, void *arg)
{
	return send_brake(s, name, why, fn, arg);
}

int store_brake_release(struct store *s, struct view name, store_brake_fn fn, void *arg)
{
	return send_brake(s, name, view_of(""), fn, arg);
}
