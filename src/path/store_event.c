/*
 * store_event.c - events on their way into their stream. Must not know what a line says, nor messages.
 */
#include "path/store_event.h"

#include <stdio.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/redis.h"

#define CHUNK_BYTES 16000u /* of lines in an entry; below a node of a stream (stream-node-max-bytes) */
#define CHUNK_KEEP  32768u /* octets of memory that an empty one keeps */
#define SPARE_MAX   64u	   /* empty ones that are kept */
#define RETRY_MS    1000
#define SEND_LEAST  16u	  /* entries sent in a turn however long it is */
#define LENGTH_MIN  100.0 /* entries */
#define COUNT_EVERY 64u	  /* entries */

struct chunk { /* one entry; in log.chunks, the oldest first */
	struct list link;
	struct event_log *owner;
	struct buf lines;
	unsigned n;
	bool flying; /* sent, not answered */
};

struct event_log {
	struct loop *loop;
	struct store *store;
	struct stats *stats;
	char key[96], length[24];
	double keep, share; /* lines that stay in the stream; lines of an entry, on average over so many */
	unsigned counted;   /* entries since the length in entries was set */
	struct list chunks, spare;
	size_t spare_n, before; /* before: octets of the open chunk without the line that is being written */
	struct chunk *open;	/* the last of chunks, when it takes more lines */
	bool stalled;		/* Redis refused one: the next attempt is the timer's */
	struct timer retry;
	struct loop_hook hook, hook_late; /* late: what the pump has made */
	struct buf cmd;
	struct {
		uint64_t lines, entries, lost, waiting, bytes;
	} counters;
};

#define AT(member) offsetof(struct event_log, counters.member) - offsetof(struct event_log, counters)
static const struct stats_row stat_rows[] = {
	{"smppgw_events_stored_total", "Events written into their stream.", STATS_COUNTER, AT(lines), NULL, NULL},
	{"smppgw_events_entries_total", "Entries of the stream that they stand in.", STATS_COUNTER, AT(entries), NULL,
	 NULL},
	{"smppgw_events_lost_total", "Events that were dropped: Redis was away or full for too long.", STATS_COUNTER,
	 AT(lost), NULL, NULL},
	{"smppgw_events_waiting", "Events that are not in their stream yet.", STATS_GAUGE, AT(waiting), NULL, NULL},
};
#undef AT

/* --- chunks --- */

static void free_chunk(struct chunk *c)
{
	buf_free(&c->lines);
	mem_free(c);
}

static void release(struct chunk *c)
{
	struct event_log *x = c->owner;
	x->counters.waiting -= c->n;
	x->counters.bytes -= buf_len(&c->lines);
	buf_consume(&c->lines, buf_len(&c->lines), CHUNK_KEEP);
	c->n = 0;
	c->flying = false;
	if (x->open == c)
		x->open = NULL;
	list_remove(&c->link);
	if (x->spare_n == SPARE_MAX) {
		free_chunk(c);
		return;
	}
	x->spare_n++;
	list_append(&x->spare, &c->link);
}

static struct chunk *new_chunk(struct event_log *x)
{
	struct chunk *c;
	if (list_empty(&x->spare)) {
		c = mem_zalloc(sizeof(*c));
		list_init(&c->link);
		c->owner = x;
	} else {
		c = LIST_OF(x->spare.next, struct chunk, link);
		list_remove(&c->link);
		x->spare_n--;
	}
	list_append(&x->chunks, &c->link);
	return c;
}

/* The oldest that are not on their way go. */
static void make_room(struct event_log *x)
{
	static struct log_limit limit = {.what = "events_lost"};
	unsigned kept_back;
	uint64_t lost = 0;
	LIST_EACH_SAFE(node, next, &x->chunks) {
		struct chunk *c = LIST_OF(node, struct chunk, link);
		if (x->counters.bytes <= EVENT_WAIT_MAX)
			break;
		if (c->flying || c == x->open)
			continue;
		lost += c->n;
		release(c);
	}
	x->counters.lost += lost;
	if (lost && log_limit(&limit, 1, &kept_back))
		log_error("-",
			  "event=events_lost count=%llu reason=\"Redis takes none, and the room for them is full\"",
			  (unsigned long long)lost);
}

/* --- sending --- */

static void on_retry(struct timer *t)
{
	struct event_log *x = LIST_OF(t, struct event_log, retry);
	x->stalled = false; /* the turn's hook sends */
}

/*
 * A stream is trimmed by entries. At start an entry is taken for one line, so that nothing is trimmed too early; what
 * is there after as many lines as are kept, is what was counted.
 */
static void set_length(struct event_log *x)
{
	double entries = x->keep / x->share;
	snprintf(x->length, sizeof(x->length), "%.0f", entries > LENGTH_MIN ? entries : LENGTH_MIN);
	x->counted = 0;
}

static void count_entry(struct event_log *x, unsigned lines)
{
	x->share += (lines - x->share) * lines / x->keep;
	if (++x->counted == COUNT_EVERY)
		set_length(x);
}

static void on_added(const redisReply *reply, void *arg)
{
	struct chunk *c = arg;
	struct event_log *x = c->owner;
	if (reply && reply->type != REDIS_REPLY_ERROR) {
		x->counters.lines += c->n;
		x->counters.entries++;
		count_entry(x, c->n);
		release(c);
		return;
	}
	c->flying = false;
	if (!reply)
		return; /* the link is lost: event_log_up() follows */
	if (!x->stalled)
		log_warn("-", "event=events_refused error=\"%s\" action=\"tried again\"", reply->str);
	x->stalled = true;
	loop_timer(x->loop, &x->retry, RETRY_MS);
}

static int send_chunk(struct event_log *x, struct chunk *c)
{
	resp_start(&x->cmd, 8);
	resp_str(&x->cmd, "XADD");
	resp_str(&x->cmd, x->key);
	resp_str(&x->cmd, "MAXLEN");
	resp_str(&x->cmd, "~");
	resp_str(&x->cmd, x->length);
	resp_str(&x->cmd, "*");
	resp_str(&x->cmd, "e");
	resp_arg(&x->cmd, buf_data(&c->lines), buf_len(&c->lines));
	int sent = redis_send(store_redis(x->store), buf_data(&x->cmd), buf_len(&x->cmd), on_added, c);
	buf_consume(&x->cmd, buf_len(&x->cmd), 1 << 16);
	return sent;
}

/* From the youngest back to those that are on their way: there are few that wait while Redis takes them. */
static struct list *first_waiting(struct event_log *x)
{
	struct list *first = &x->chunks;
	while (first->prev != &x->chunks && !LIST_OF(first->prev, struct chunk, link)->flying)
		first = first->prev;
	return first;
}

static void flush(void *arg)
{
	struct event_log *x = arg;
	unsigned sent = 0;
	if (list_empty(&x->chunks) || x->stalled || !x->store || !store_takes(x->store))
		return;
	for (struct list *node = first_waiting(x); node != &x->chunks; node = node->next) {
		struct chunk *c = LIST_OF(node, struct chunk, link);
		if (c->flying)
			continue;
		if (sent >= SEND_LEAST && loop_is_long(x->loop)) {
			loop_wake_in(x->loop, 0); /* what has gathered while Redis was away */
			return;
		}
		if (send_chunk(x, c) < 0)
			return;
		sent++;
		c->flying = true;
		if (x->open == c)
			x->open = NULL;
	}
}

/* --- the room --- */

struct event_log *event_log_new(struct loop *loop, struct stats *stats)
{
	struct event_log *x = mem_zalloc(sizeof(*x));
	x->loop = loop;
	x->stats = stats;
	list_init(&x->chunks);
	list_init(&x->spare);
	x->retry.fn = on_retry;
	x->share = 1;
	x->hook = (struct loop_hook){.fn = flush, .arg = x};
	x->hook_late = x->hook;
	loop_hook(loop, LOOP_STORE, &x->hook);
	loop_hook(loop, LOOP_WRITE, &x->hook_late);
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &x->counters, NULL, NULL, NULL);
	return x;
}

void event_log_use(struct event_log *x, struct store *store)
{
	x->store = store;
	snprintf(x->key, sizeof(x->key), "%sevent", store_conf_of(store)->prefix);
}

void event_log_keep(struct event_log *x, int64_t lines)
{
	x->keep = (double)lines;
	set_length(x);
}

static void free_chunks(struct list *l)
{
	LIST_EACH_SAFE(node, next, l) {
		free_chunk(LIST_OF(node, struct chunk, link));
	}
}

void event_log_free(struct event_log *x)
{
	if (!x)
		return;
	stats_drop(x->stats, &x->counters);
	loop_unhook(x->loop, &x->hook);
	loop_unhook(x->loop, &x->hook_late);
	loop_timer_clear(x->loop, &x->retry);
	free_chunks(&x->chunks);
	free_chunks(&x->spare);
	buf_free(&x->cmd);
	mem_free(x);
}

struct buf *event_log_room(struct event_log *x)
{
	struct chunk *c = x->open;
	if (!c || c->n == EVENT_LINES || buf_len(&c->lines) >= CHUNK_BYTES)
		c = x->open = new_chunk(x);
	x->before = buf_len(&c->lines);
	if (c->n)
		buf_put(&c->lines, "\n", 1);
	return &c->lines;
}

void event_log_line(struct event_log *x)
{
	x->open->n++;
	x->counters.waiting++;
	x->counters.bytes += buf_len(&x->open->lines) - x->before;
	if (x->counters.bytes > EVENT_WAIT_MAX)
		make_room(x);
}

void event_log_up(struct event_log *x)
{
	x->stalled = false;
}

bool event_log_quiet(const struct event_log *x)
{
	return list_empty(&x->chunks);
}
