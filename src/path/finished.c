/*
 * finished.c - ends by id, in Redis. Must not know messages, accounts or PDUs.
 */
#include "path/finished.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/ids.h"
#include "base/mem.h"
#include "smpp/receipt.h"

#define ENTRY	   20u	 /* octets */
#define OPEN_MAX   32u	 /* keys gathered at once; more leave early */
#define KNOWN	   256u	 /* keys whose expiry is remembered */
#define GATHER_MS  50	 /* what gathers leaves together: a turn is too short to share a command's cost */
#define AWAY_MS	   1000	 /* Redis is away: they wait, unless they are too many */
#define GATHER_MAX 1024u /* entries */

struct open { /* entries of one key that have not left */
	uint64_t second;
	unsigned node;
	struct buf entries;
};

struct known {
	uint64_t second;
	int64_t expiry_set_s; /* loop time; 0: not set */
};

struct finished {
	struct loop *loop;
	struct store *store;
	int64_t keep_s;
	struct loop_hook hook;
	struct timer timer;
	struct open open[OPEN_MAX];
	size_t n, gathered; /* keys, entries */
	struct known known[KNOWN];
	struct buf cmd;
	struct stats *stats;
	struct {
		uint64_t lost;
	} counters;
};

static const struct stats_row stat_rows[] = {
	{"smppgw_query_lost_total", "Ended messages that query_sm will not find: Redis was away or full.",
	 STATS_COUNTER, 0, NULL, NULL},
};

/* One APPEND on its way. */
struct append {
	struct finished *owner;
	uint64_t second;
	unsigned node, entries;
	bool expires; /* an EXPIRE went with it */
};

static void put_le64(uint8_t *p, uint64_t v)
{
	uint64_t octets = htole64(v);
	memcpy(p, &octets, sizeof(octets));
}

static void put_le32(uint8_t *p, uint32_t v)
{
	uint32_t octets = htole32(v);
	memcpy(p, &octets, sizeof(octets));
}

static uint64_t get_le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static uint64_t second_of(uint64_t id)
{
	return (uint64_t)ids_time_ms(id) / 1000;
}

/* --- commands --- */

static void put_command(struct finished *x, size_t args, const char *verb, unsigned node, uint64_t second)
{
	char key[128];
	int n = snprintf(key, sizeof(key), "%sdone:%u:%llu", store_conf_of(x->store)->prefix, node,
			 (unsigned long long)second);
	resp_start(&x->cmd, args);
	resp_str(&x->cmd, verb);
	resp_arg(&x->cmd, key, (size_t)n);
}

static int send(struct finished *x, redis_fn fn, void *arg)
{
	int sent = redis_send(store_redis(x->store), buf_data(&x->cmd), buf_len(&x->cmd), fn, arg);
	buf_consume(&x->cmd, buf_len(&x->cmd), 1 << 16);
	return sent;
}

static int64_t slack_s(const struct finished *x)
{
	return x->keep_s / 4 + 1;
}

static void send_expire(struct finished *x, unsigned node, uint64_t second)
{
	put_command(x, 3, "EXPIRE", node, second);
	resp_u64(&x->cmd, (uint64_t)(x->keep_s + slack_s(x)));
	if (send(x, NULL, NULL) == 0)
		x->known[second % KNOWN] = (struct known){second, loop_now_ms(x->loop) / 1000 + 1};
}

/* A key that this APPEND made, although it was thought to be there (it expired, Redis lost it), needs its expiry. */
static void on_appended(const redisReply *reply, void *arg)
{
	struct append *a = arg;
	bool ok = reply && reply->type == REDIS_REPLY_INTEGER;
	if (!ok)
		a->owner->counters.lost += a->entries;
	else if (!a->expires && reply->integer == (long long)(a->entries * ENTRY))
		send_expire(a->owner, a->node, a->second);
	mem_free(a);
}

static void send_open(struct finished *x, struct open *o)
{
	const struct known *k = &x->known[o->second % KNOWN];
	bool fresh = k->second == o->second && k->expiry_set_s &&
		     loop_now_ms(x->loop) / 1000 - k->expiry_set_s < slack_s(x) - 1;
	struct append *a = mem_zalloc(sizeof(*a));
	*a = (struct append){x, o->second, o->node, (unsigned)(buf_len(&o->entries) / ENTRY), !fresh};
	put_command(x, 3, "APPEND", o->node, o->second);
	resp_arg(&x->cmd, buf_data(&o->entries), buf_len(&o->entries));
	buf_consume(&o->entries, buf_len(&o->entries), 1 << 16);
	if (!store_up(x->store) || send(x, on_appended, a) < 0) {
		x->counters.lost += a->entries;
		buf_consume(&x->cmd, buf_len(&x->cmd), 1 << 16);
		mem_free(a);
	} else if (!fresh) {
		send_expire(x, o->node, o->second);
	}
}

static void flush(struct finished *x)
{
	for (size_t i = 0; i < x->n; i++)
		send_open(x, &x->open[i]);
	x->n = x->gathered = 0;
	loop_timer_clear(x->loop, &x->timer);
}

static void on_timer(struct timer *t)
{
	struct finished *x = LIST_OF(t, struct finished, timer);
	if (store_up(x->store))
		flush(x);
	else
		loop_timer(x->loop, t, AWAY_MS);
}

static void on_turn(void *arg)
{
	struct finished *x = arg;
	if (x->gathered >= GATHER_MAX)
		flush(x);
}

/* --- the room --- */

struct finished *finished_new(struct loop *loop, int64_t keep_s, struct stats *stats)
{
	struct finished *x = mem_zalloc(sizeof(*x));
	x->loop = loop;
	x->keep_s = keep_s;
	x->stats = stats;
	x->timer.fn = on_timer;
	x->hook = (struct loop_hook){.fn = on_turn, .arg = x};
	loop_hook(loop, LOOP_STORE, &x->hook);
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &x->counters, NULL, NULL, NULL);
	return x;
}

void finished_use(struct finished *x, struct store *store)
{
	x->store = store;
}

void finished_free(struct finished *x)
{
	if (!x)
		return;
	stats_drop(x->stats, &x->counters);
	loop_unhook(x->loop, &x->hook);
	loop_timer_clear(x->loop, &x->timer);
	for (size_t i = 0; i < OPEN_MAX; i++)
		buf_free(&x->open[i].entries);
	buf_free(&x->cmd);
	mem_free(x);
}

static struct open *open_for(struct finished *x, uint64_t id)
{
	uint64_t second = second_of(id);
	unsigned node = ids_node(id);
	for (size_t i = x->n; i-- > 0;) {
		if (x->open[i].second == second && x->open[i].node == node)
			return &x->open[i];
	}
	if (x->n == OPEN_MAX)
		flush(x);
	struct open *o = &x->open[x->n++];
	o->second = second;
	o->node = node;
	return o;
}

void finished_add(struct finished *x, const struct finished_entry *e)
{
	if (x->keep_s == 0)
		return;
	struct open *o = open_for(x, e->id);
	if (x->gathered++ == 0)
		loop_timer(x->loop, &x->timer, GATHER_MS);
	uint8_t *p = buf_room(&o->entries, ENTRY);
	put_le64(p, e->id);
	put_le32(p + 8, (uint32_t)((uint64_t)e->done_ms / 1000));
	p[12] = e->state;
	p[13] = e->error;
	put_le32(p + 14, e->check);
	p[18] = p[19] = 0;
	buf_filled(&o->entries, ENTRY);
}

void finished_merge(struct finished_found *found, const struct finished_entry *e)
{
	if (found->n++ == 0 || (found->state == STATE_DELIVERED && e->state != STATE_DELIVERED)) {
		found->state = e->state;
		found->error = e->error;
	}
	if (e->done_ms > found->done_ms)
		found->done_ms = e->done_ms;
}

/* --- looking --- */

struct look {
	uint64_t id;
	uint32_t check;
	bool any; /* the check does not count */
	finished_fn fn;
	void *arg;
};

static void gather(const struct look *w, const uint8_t *p, size_t n, struct finished_found *found)
{
	for (; n >= ENTRY; p += ENTRY, n -= ENTRY) {
		uint32_t check = (uint32_t)get_le(p + 14, 4);
		if (get_le(p, 8) != w->id || (!w->any && check != w->check))
			continue;
		struct finished_entry e = {.id = w->id,
					   .done_ms = (int64_t)get_le(p + 8, 4) * 1000,
					   .state = p[12],
					   .error = p[13],
					   .check = check};
		finished_merge(found, &e);
	}
}

static void on_read(const redisReply *reply, void *arg)
{
	struct look *w = arg;
	struct finished_found found = {0};
	bool ok = reply && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_NIL);
	if (ok && reply->type == REDIS_REPLY_STRING)
		gather(w, (const uint8_t *)reply->str, (size_t)reply->len, &found);
	w->fn(w->arg, ok, &found);
	mem_free(w);
}

static int find(struct finished *x, const struct look *what)
{
	if (!store_up(x->store))
		return -1;
	flush(x);
	struct look *w = mem_zalloc(sizeof(*w));
	*w = *what;
	put_command(x, 2, "GET", ids_node(w->id), second_of(w->id));
	if (send(x, on_read, w) == 0)
		return 0;
	mem_free(w);
	return -1;
}

int finished_find(struct finished *x, uint64_t id, uint32_t check, finished_fn fn, void *arg)
{
	return find(x, &(struct look){.id = id, .check = check, .fn = fn, .arg = arg});
}

int finished_find_any(struct finished *x, uint64_t id, finished_fn fn, void *arg)
{
	return find(x, &(struct look){.id = id, .any = true, .fn = fn, .arg = arg});
}
