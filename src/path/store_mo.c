/*
 * store_mo.c - what is kept for phone users' replies: the last messages, the marks of copies, the counts of answers.
 * Must not know what a reply means.
 */
#include "path/store_mo.h"

#include <stdio.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/store_batch.h"

#define SLOT_S	     21600 /* of sending that one hash of last messages holds */
#define GRACE_S	     3600  /* by which Redis may forget a slot later than it is deleted here */
#define SLOTS_MAX    128u
#define PREFIX_LEAST 3u	    /* digits of the shortest code that a longer one may stand for */
#define BUSY_MS	     "5000" /* a node that has died does not hold its MO for longer */
#define NUMBER_CODE  64u

/*
 * KEYS: mark, answers of the minute, answers of the day, menu, then slots from the newest on. ARGV: now, node, ms that
 * copies are known ("0": not asked), whether to count, the key of an opt-out set without its scope, number, how many
 * fields, a message that stands in no slot (in which slot and field it would, from 1 on; its value), fields, accounts
 * (none: any). Returns {"copy"} or {"busy"} or {"new", the place in a menu, answers of the
 * minute, of the day, the last message, what is stopped: 1 all, 2 the account of the last message}.
 */
static const char begin_script[] =
	"-- smppgw mo\n"
	"local now = tonumber(ARGV[1])\n"
	"local menu = redis.call('HMGET', KEYS[4], 'at', 'place')\n"
	"local moved, place = tonumber(menu[1] or 0), menu[2] or ''\n"
	"local fields, accounts = {}, {}\n"
	"local n = tonumber(ARGV[7])\n"
	"local slot, field, recent = tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10]\n"
	"for i = 1, n do fields[i] = ARGV[10 + i] end\n"
	"for i = 11 + n, #ARGV do accounts[ARGV[i]] = true end\n"
	"local any = #ARGV == 10 + n\n"
	"local function last()\n"
	"  for k = 5, #KEYS do\n"
	"    local found = redis.call('HMGET', KEYS[k], unpack(fields))\n"
	"    if slot == k - 4 and recent > (found[field] or '') then found[field] = recent end\n"
	"    for i = 1, n do\n"
	"      local account = found[i] and string.match(found[i], '^%d+\\t([^\\t]*)')\n"
	"      if account and (any or accounts[account]) then return found[i] end\n"
	"    end\n"
	"  end\n"
	"  return ''\n"
	"end\n"
	"local answered = last()\n"
	"local function before(mark)\n"
	"  local state, node, at, id, scope = string.match(mark, '^(%a)(%d+),(%d+),(%d+),(.*)$')\n"
	"  if not state then return nil end\n"
	"  if state == 'b' then return node ~= ARGV[2] and 'busy' end\n"
	"  if state == 's' and redis.call('SISMEMBER', ARGV[5] .. scope, ARGV[6]) == 0 then return nil end\n"
	"  if state == 'c' or now - tonumber(at) <= 3000 then return 'copy' end\n"
	"  local led = moved >= tonumber(at) or (string.match(answered, '^%d+') or '0') ~= id\n"
	"  return not led and 'copy'\n"
	"end\n"
	"if ARGV[3] ~= '0' then\n"
	"  local mark = redis.call('GET', KEYS[1])\n"
	"  local came = mark and before(mark)\n"
	"  if came then return {came} end\n"
	"  redis.call('SET', KEYS[1], 'b' .. ARGV[2] .. ',' .. ARGV[1] .. ',0,', 'PX', " BUSY_MS ")\n"
	"end\n"
	"local counts = {0, 0}\n"
	"if ARGV[4] == '1' then\n"
	"  for i, seconds in ipairs({60, 86400}) do\n"
	"    counts[i] = redis.call('INCR', KEYS[1 + i])\n"
	"    if counts[i] == 1 then redis.call('EXPIRE', KEYS[1 + i], seconds) end\n"
	"  end\n"
	"end\n"
	"local function stopped(scope) return redis.call('SISMEMBER', ARGV[5] .. scope, ARGV[6]) end\n"
	"local account = string.match(answered, '^%d+\t([^\t]+)')\n"
	"return {'new', place, counts[1], counts[2], answered,\n"
	"  stopped('global') + (account and 2 * stopped(account) or 0)}\n";

/* KEYS: counters. Takes one from each that is still there. */
static const char unanswered_script[] = "-- smppgw unanswered\n"
					"for _, key in ipairs(KEYS) do\n"
					"  if redis.call('EXISTS', key) == 1 then redis.call('DECR', key) end\n"
					"end\n"
					"return 1\n";

static const struct view none = {NULL, 0};

/* --- the last message --- */

static uint64_t slot_of(int64_t wall_ms)
{
	return (uint64_t)wall_ms / (SLOT_S * 1000u);
}

static void put_slot_key(struct store *s, struct buf *cmd, uint64_t slot)
{
	char text[24];
	snprintf(text, sizeof(text), "%llu", (unsigned long long)slot);
	store_key(s, cmd, "last:", view_of(text));
}

static void send_unheard(struct store *s, struct buf *cmd)
{
	if (redis_send(store_redis(s), buf_data(cmd), buf_len(cmd), NULL, NULL) < 0)
		log_debug("-", "event=not_sent what=mo reason=\"store away\"");
	buf_free(cmd);
}

/* The first write to a slot: it will be forgotten, and one that is over goes now, without Redis standing still. */
static void open_slot(struct store *s, uint64_t slot, int64_t age_s)
{
	struct buf cmd = {0}, old = {0};
	uint64_t kept = ((uint64_t)age_s + SLOT_S - 1) / SLOT_S;
	store_flush(s); /* the key must be there before it can be given an expiry */
	resp_start(&cmd, 3);
	resp_str(&cmd, "EXPIRE");
	put_slot_key(s, &cmd, slot);
	resp_u64(&cmd, (uint64_t)age_s + SLOT_S + GRACE_S);
	send_unheard(s, &cmd);
	resp_start(&old, 2);
	resp_str(&old, "UNLINK");
	put_slot_key(s, &old, slot - kept - 1);
	send_unheard(s, &old);
}

/* A word, and a tab behind it; what would break the form stands as a blank. */
static size_t put_word(char *out, size_t at, struct view v)
{
	size_t end = at + v.n < STORE_LAST_MAX ? at + v.n : STORE_LAST_MAX - 1;
	if (at == STORE_LAST_MAX)
		return at;
	if (v.n)
		memcpy(out + at, v.p, end - at);
	for (; at < end; at++) {
		if ((uint8_t)out[at] < ' ')
			out[at] = ' ';
	}
	out[at++] = '\t';
	return at;
}

static size_t print_last(const struct store_last *last, char out[STORE_LAST_MAX])
{
	char id[IDS_DIGITS + 1];
	ids_print(last->id, id);
	const struct view words[] = {{(const uint8_t *)id, IDS_DIGITS},
				     last->account,
				     last->signature,
				     last->class_name,
				     last->campaign,
				     last->variant,
				     last->group};
	size_t n = 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		n = put_word(out, n, words[i]);
	while (n && out[n - 1] == '\t') /* most have no campaign */
		n--;
	return n;
}

static size_t print_field(char *out, size_t cap, struct view number, struct view code)
{
	size_t n = number.n + 1 + code.n;
	if (n > cap)
		return 0;
	memcpy(out, number.p, number.n);
	out[number.n] = '/';
	if (code.n)
		memcpy(out + number.n + 1, code.p, code.n);
	return n;
}

int store_last_put(struct store *s, int64_t now_ms, int64_t age_s, struct view number, struct view code,
		   const struct store_last *last)
{
	char value[STORE_LAST_MAX], field[NUMBER_CODE];
	uint64_t slot = slot_of(now_ms);
	size_t n = print_field(field, sizeof(field), number, code);
	if (!store_up(s) || n == 0)
		return -1;
	struct batch_key key = {.kind = BATCH_LAST_PUT, .name = none, .number = slot};
	struct view v = {(const uint8_t *)value, (uint32_t)print_last(last, value)};
	batches_add(store_batches(s), &key, (struct view){(const uint8_t *)field, (uint32_t)n}, &v, NULL, 0);
	if (store_last_slot(s, slot))
		open_slot(s, slot, age_s);
	return 0;
}

/* --- a MO --- */

struct beginning {
	struct store *store;
	store_mo_fn fn;
	uint64_t token;
};

static struct view text_of(const redisReply *r)
{
	return r->type == REDIS_REPLY_STRING ? (struct view){(const uint8_t *)r->str, (uint32_t)r->len} : none;
}

static struct view next_word(struct view *rest)
{
	const uint8_t *tab = rest->n ? memchr(rest->p, '\t', rest->n) : NULL;
	struct view word = {rest->p, tab ? (uint32_t)(tab - rest->p) : rest->n};
	if (tab)
		*rest = (struct view){tab + 1, rest->n - word.n - 1};
	else
		*rest = none;
	return word;
}

static void read_last(struct view v, struct store_last *out)
{
	struct view id = next_word(&v);
	if (!ids_parse(id.p, id.n, &out->id))
		return;
	out->account = next_word(&v);
	out->signature = next_word(&v);
	out->class_name = next_word(&v);
	out->campaign = next_word(&v);
	out->variant = next_word(&v);
	out->group = next_word(&v);
}

static bool read_known(const redisReply *reply, struct store_mo *out)
{
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements < 1)
		return false;
	struct view state = text_of(reply->element[0]);
	*out = (struct store_mo){.state = STORE_MO_NEW};
	if (reply->elements < 6) {
		out->state = view_eq(state, view_of("copy")) ? STORE_MO_COPY : STORE_MO_BUSY;
		return true;
	}
	out->place = text_of(reply->element[1]);
	out->minute = (unsigned)reply->element[2]->integer;
	out->day = (unsigned)reply->element[3]->integer;
	read_last(text_of(reply->element[4]), &out->last);
	out->all_stopped = reply->element[5]->integer & 1;
	out->account_stopped = reply->element[5]->integer & 2;
	return true;
}

static void on_begun(const redisReply *reply, void *arg)
{
	struct beginning *b = arg;
	struct store_mo known;
	bool ok = read_known(reply, &known);
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=script_failed what=mo error=\"%s\"", reply->str);
	b->fn(store_arg(b->store), b->token, ok, ok ? &known : NULL);
	mem_free(b);
}

static void put_count_keys(struct store *s, struct buf *cmd, struct view number, struct view code)
{
	store_number_key(s, cmd, number, "answers:", code);
	store_number_key(s, cmd, number, "answers", none);
}

static unsigned slots_kept(const struct store_mo_ask *ask)
{
	uint64_t n = ask->last_age_s > 0 ? ((uint64_t)ask->last_age_s + SLOT_S - 1) / SLOT_S + 1 : 0;
	return n < SLOTS_MAX ? (unsigned)n : SLOTS_MAX;
}

static void put_keys(struct store *s, struct buf *cmd, const struct store_mo_ask *ask, unsigned slots)
{
	store_key(s, cmd, "mo:", view_of(ask->digest));
	put_count_keys(s, cmd, ask->number, ask->code);
	store_number_key(s, cmd, ask->number, "menu:", ask->code);
	for (unsigned i = 0; i < slots; i++)
		put_slot_key(s, cmd, slot_of(ask->now_ms) - i);
}

/* The code that the phone wrote to, and each that it begins with, the longest first. */
static uint32_t prefixes(struct view code)
{
	return code.n > PREFIX_LEAST ? code.n - PREFIX_LEAST + 1 : 1;
}

bool store_mo_code_fits(struct view to, struct view code)
{
	return code.n <= to.n && to.n - code.n < prefixes(to) && (!code.n || memcmp(to.p, code.p, code.n) == 0);
}

bool store_recent_before(const struct store_recent *a, const struct store_recent *b)
{
	uint64_t x = slot_of(a->at_ms), y = slot_of(b->at_ms);
	if (x != y)
		return x > y;
	return a->code_n != b->code_n ? a->code_n > b->code_n : a->last.id > b->last.id;
}

/* Three arguments: slot, field, value. */
static void put_recent(struct buf *cmd, const struct store_mo_ask *ask)
{
	char value[STORE_LAST_MAX];
	const struct store_recent *recent = &ask->recent;
	uint64_t now = slot_of(ask->now_ms), slot = slot_of(recent->at_ms);
	bool there = recent->last.id && slot <= now && recent->code_n <= ask->code.n;
	resp_u64(cmd, there ? now - slot + 1 : 0);
	resp_u64(cmd, there ? ask->code.n - recent->code_n + 1 : 0);
	resp_arg(cmd, value, there ? print_last(&recent->last, value) : 0);
}

static void put_fields(struct buf *cmd, const struct store_mo_ask *ask, uint32_t fields)
{
	char field[NUMBER_CODE];
	for (uint32_t i = 0; i < fields; i++) {
		size_t n = print_field(field, sizeof(field), ask->number, (struct view){ask->code.p, ask->code.n - i});
		resp_arg(cmd, field, n);
	}
}

int store_mo_begin(struct store *s, const struct store_mo_ask *ask, store_mo_fn fn, uint64_t token)
{
	struct buf cmd = {0};
	unsigned slots = slots_kept(ask);
	uint32_t fields = prefixes(ask->code);
	if (!store_up(s))
		return -1;
	resp_start(&cmd, 3 + 4 + slots + 10 + fields + ask->owners_n);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, begin_script);
	resp_u64(&cmd, 4 + slots);
	put_keys(s, &cmd, ask, slots);
	resp_u64(&cmd, (uint64_t)ask->now_ms);
	resp_u64(&cmd, store_node(s));
	resp_u64(&cmd, *ask->digest ? (uint64_t)ask->duplicate_ms : 0);
	resp_str(&cmd, ask->count ? "1" : "0");
	store_key(s, &cmd, "optout:", none);
	resp_arg(&cmd, ask->number.p, ask->number.n);
	resp_u64(&cmd, fields);
	put_recent(&cmd, ask);
	put_fields(&cmd, ask, fields);
	for (size_t i = 0; i < ask->owners_n; i++)
		resp_str(&cmd, ask->owners[i]);
	struct beginning *b = mem_zalloc(sizeof(*b));
	*b = (struct beginning){s, fn, token};
	store_flush(s); /* the last message may be one of this turn */
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_begun, b);
	buf_free(&cmd);
	if (sent < 0)
		mem_free(b);
	return sent;
}

void store_mo_done(struct store *s, const char *digest, const struct store_mo_end *end)
{
	struct buf cmd = {0};
	char value[64 + STORE_SCOPE_MAX];
	char state = end->final ? 'c' : *end->stopped ? 's' : 'd';
	snprintf(value, sizeof(value), "%c%u,%lld,%llu,%s", state, store_node(s), (long long)end->at_ms,
		 (unsigned long long)end->last, end->stopped);
	resp_start(&cmd, 5);
	resp_str(&cmd, "SET");
	store_key(s, &cmd, "mo:", view_of(digest));
	resp_str(&cmd, value);
	resp_str(&cmd, "PX");
	resp_u64(&cmd, (uint64_t)end->duplicate_ms);
	send_unheard(s, &cmd);
}

void store_mo_forget(struct store *s, const char *digest)
{
	struct buf cmd = {0};
	resp_start(&cmd, 2);
	resp_str(&cmd, "DEL");
	store_key(s, &cmd, "mo:", view_of(digest));
	send_unheard(s, &cmd);
}

void store_mo_unanswered(struct store *s, struct view number, struct view code)
{
	struct buf cmd = {0};
	resp_start(&cmd, 5);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, unanswered_script);
	resp_str(&cmd, "2");
	put_count_keys(s, &cmd, number, code);
	send_unheard(s, &cmd);
}
