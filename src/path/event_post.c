/*
 * event_post.c - from the stream of events to a webhook. Must not know HTTP, Redis commands, or messages.
 *
 * One thing at a time: asking the store for entries, posting what they say, or waiting. The cursor moves in the store
 * with the next question after a POST was taken, so a kill between the two posts the same events again, with the same
 * X-Smppgw-Id.
 */
#include "path/event_post.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/store_feed.h"

#define IDLE_MS	    200	  /* between questions while nothing new comes */
#define FOREIGN_MS  3000  /* while another gateway posts */
#define KEEP_MS	    5000  /* the lease is kept while a POST is on its way; STORE_FEED_LEASE_MS / 3 */
#define PAUSE_MS    1000  /* after a POST that was not taken; doubles ... */
#define PAUSE_MAX   60000 /* ... up to this */
#define ENTRIES	    16u	  /* per POST: 1,024 events at most */
#define ENTRY_ID    44u	  /* octets of an entry's id with its NUL */
#define POST_MS_MAX 0	  /* only the webhook's own options bound a POST */
#define BAD_TRIES   5u	  /* of one entry that the webhook says is bad: then it is set aside */

enum doing { NOTHING, ASKING, POSTING, WAITING };

struct event_post {
	struct loop *loop;
	struct webhooks *webhooks;
	struct store *store;
	struct stats *stats;
	char reader[65], owner[64];
	uint32_t set;
	enum doing doing;
	struct timer next, keep;
	uint64_t generation; /* of what is on its way: another webhook makes it stale */
	uint64_t request;    /* webhook_send()'s */
	struct buf body;     /* the array being posted */
	unsigned lines, entries;
	unsigned most; /* entries of the next POST: halved until those that the webhook says are bad stand alone */
	unsigned bad;  /* times that it has said so of what is in body */
	char first[ENTRY_ID], last[ENTRY_ID]; /* entries that body is made of */
	char done[ENTRY_ID], known[ENTRY_ID]; /* taken, the store is not told yet; the last that it was told */
	unsigned done_n;
	int64_t pause_ms;
	struct {
		uint64_t posts, posted, failed, aside, trimmed, left, holds;
	} counters;
};

#define AT(member) offsetof(struct event_post, counters.member) - offsetof(struct event_post, counters)
static const struct stats_row stat_rows[] = {
	{"smppgw_events_posts_total", "POSTs of events that the webhook has taken.", STATS_COUNTER, AT(posts), NULL,
	 NULL},
	{"smppgw_events_posted_total", "Events in them.", STATS_COUNTER, AT(posted), NULL, NULL},
	{"smppgw_events_posts_failed_total", "POSTs of events that the webhook did not take; they are made again.",
	 STATS_COUNTER, AT(failed), NULL, NULL},
	{"smppgw_events_set_aside_total", "Events that the webhook says are bad; they are not posted to it any more.",
	 STATS_COUNTER, AT(aside), NULL, NULL},
	{"smppgw_events_trimmed_total", "Entries of the stream that were trimmed before they were posted.",
	 STATS_COUNTER, AT(trimmed), NULL, NULL},
	{"smppgw_events_unposted", "Entries of the stream that are not posted yet.", STATS_GAUGE, AT(left), NULL, NULL},
	{"smppgw_events_poster", "1 while this gateway is the one that posts events.", STATS_GAUGE, AT(holds), NULL,
	 NULL},
};
#undef AT

static void ask(struct event_post *x);

static void wait_for(struct event_post *x, int64_t ms)
{
	x->doing = WAITING;
	loop_timer(x->loop, &x->next, ms);
}

/* --- posting --- */

static bool is_wanted(const struct event_post *x, const char *line, size_t n)
{
	static const char head[] = "{\"e\":\"";
	char name[32];
	enum event_kind kind;
	const char *from = line + sizeof(head) - 1;
	const char *end = n > sizeof(head) ? memchr(from, '"', n - sizeof(head) + 1) : NULL;
	if (!end || (size_t)(end - from) >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(end - from), from);
	return event_by_name(name, &kind) && (x->set >> kind & 1u);
}

static void add_lines(struct event_post *x, struct view lines)
{
	const char *p = (const char *)lines.p, *end = p + lines.n;
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop ? stop : end) - p);
		if (is_wanted(x, p, n)) {
			buf_puts(&x->body, x->lines++ ? ",\n" : "[");
			buf_put(&x->body, p, n);
		}
		p += n + 1;
	}
}

static void put_id(char to[ENTRY_ID], struct view id)
{
	snprintf(to, ENTRY_ID, "%.*s", (int)id.n, (const char *)id.p);
}

static void clear_body(struct event_post *x)
{
	buf_consume(&x->body, buf_len(&x->body), 1 << 16);
	x->entries = x->lines = x->bad = 0;
}

static void drop_batch(struct event_post *x)
{
	clear_body(x);
	x->done[0] = '\0';
	x->done_n = 0;
}

/* What stands in body is done with; the store is told with the next question. */
static void taken(struct event_post *x)
{
	memcpy(x->done, x->last, ENTRY_ID);
	x->done_n = x->entries;
	clear_body(x);
	x->pause_ms = PAUSE_MS;
	loop_timer_clear(x->loop, &x->keep);
	ask(x);
}

/* It has been read and refused, which will not change; any other status can be one of the place, not of the events. */
static bool is_bad(int status)
{
	return status == 400 || status == 413 || status == 415 || status == 422;
}

/* One bad event must not keep back all that come behind it. */
static void set_aside(struct event_post *x, int status)
{
	x->counters.aside += x->lines;
	log_error("-",
		  "event=events_set_aside webhook=%s entry=%s count=%u status=%d reason=\"the webhook refuses them for "
		  "good; they stand in the stream\"",
		  x->reader, x->first, x->lines, status);
	taken(x);
}

/* True: it is set aside. Else a smaller batch is asked for, or the same is posted again. */
static bool said_bad(struct event_post *x, int status)
{
	if (x->entries > 1) {
		x->most = x->entries / 2;
		drop_batch(x);
		return false;
	}
	if (++x->bad < BAD_TRIES)
		return false;
	set_aside(x, status);
	return true;
}

static void refused(struct event_post *x, const char *why, int status)
{
	x->counters.failed++;
	log_warn("-", "event=events_not_posted webhook=%s count=%u status=%d why=\"%s\" again_in=%lldms", x->reader,
		 x->lines, status, why, (long long)x->pause_ms);
	if (is_bad(status) && said_bad(x, status))
		return;
	wait_for(x, x->pause_ms);
	x->pause_ms = x->pause_ms * 2 < PAUSE_MAX ? x->pause_ms * 2 : PAUSE_MAX;
}

static void on_posted(void *arg, uint64_t generation, const struct webhook_answer *answer)
{
	struct event_post *x = arg;
	if (generation != x->generation)
		return;
	x->request = 0;
	if (!answer->ok) {
		refused(x, answer->why, answer->status);
		return;
	}
	x->counters.posts++;
	x->counters.posted += x->lines;
	x->most = x->most * 2 < ENTRIES ? x->most * 2 : ENTRIES;
	taken(x);
}

static void post(struct event_post *x)
{
	int webhook = webhooks_find(x->webhooks, x->reader);
	x->doing = POSTING;
	loop_timer(x->loop, &x->keep, KEEP_MS);
	x->request = webhook < 0
			     ? 0
			     : webhook_send(x->webhooks, (size_t)webhook, x->first, (const char *)buf_data(&x->body),
					    buf_len(&x->body), POST_MS_MAX, on_posted, x, x->generation);
	if (!x->request)
		refused(x, webhook < 0 ? "no such webhook" : "too many requests wait for the webhook", 0);
}

/* --- the store --- */

static void take_entries(struct event_post *x, const struct store_feed *feed)
{
	for (size_t i = 0; i < feed->n; i++) {
		struct store_feed_entry e = store_feed_entry(feed, i);
		put_id(x->last, e.id);
		if (i == 0)
			put_id(x->first, e.id);
		x->entries++;
		add_lines(x, e.lines);
	}
	if (x->lines) {
		buf_puts(&x->body, "]");
		post(x);
	} else if (x->entries) {
		taken(x); /* nothing that is wanted */
	} else {
		wait_for(x, IDLE_MS);
	}
}

static void note_lost(struct event_post *x, uint64_t lost)
{
	if (!lost)
		return;
	x->counters.trimmed += lost;
	log_error("-",
		  "event=events_trimmed webhook=%s entries=%llu reason=\"the webhook was away for longer than "
		  "events.length lasts\"",
		  x->reader, (unsigned long long)lost);
}

struct question {
	struct event_post *post;
	uint64_t generation;
};

/* Another gateway has the lease now: it posts what was being posted here. */
static void hand_over(struct event_post *x)
{
	x->generation++;
	webhook_cancel(x->webhooks, x->request);
	x->request = 0;
	drop_batch(x);
	wait_for(x, FOREIGN_MS);
}

static void on_fed(void *arg, bool ok, const struct store_feed *feed)
{
	struct question *q = arg;
	struct event_post *x = q->post;
	bool stale = q->generation != x->generation;
	mem_free(q);
	if (stale)
		return;
	x->counters.holds = ok && feed->held;
	x->counters.left = x->counters.holds ? feed->left : 0;
	if (!ok) {
		wait_for(x, PAUSE_MS); /* what is done is told again */
		return;
	}
	if (!feed->held) {
		hand_over(x);
		return;
	}
	if (x->done[0])
		memcpy(x->known, x->done, ENTRY_ID);
	x->done[0] = '\0';
	x->done_n = 0;
	note_lost(x, feed->lost);
	take_entries(x, feed);
}

static int send_question(struct event_post *x, store_feed_fn fn, unsigned count)
{
	struct store_feed_ask a = {.reader = x->reader,
				   .owner = x->owner,
				   .known = x->known,
				   .done = count ? x->done : "",
				   .done_n = x->done_n,
				   .count = count};
	struct question *q = mem_zalloc(sizeof(*q));
	*q = (struct question){x, x->generation};
	int sent = store_feed(x->store, &a, fn, q);
	if (sent < 0)
		mem_free(q);
	return sent;
}

static void ask(struct event_post *x)
{
	x->doing = ASKING;
	if (send_question(x, on_fed, x->most) < 0)
		wait_for(x, PAUSE_MS);
}

static void on_next(struct timer *t)
{
	struct event_post *x = LIST_OF(t, struct event_post, next);
	if (x->lines)
		post(x); /* it was not taken */
	else
		ask(x);
}

static void on_kept(void *arg, bool ok, const struct store_feed *feed)
{
	struct question *q = arg;
	struct event_post *x = q->post;
	bool lost = q->generation == x->generation && ok && !feed->held;
	mem_free(q);
	if (!lost)
		return;
	x->counters.holds = x->counters.left = 0;
	hand_over(x);
}

static void on_keep(struct timer *t)
{
	struct event_post *x = LIST_OF(t, struct event_post, keep);
	if (!x->lines)
		return;
	loop_timer(x->loop, t, KEEP_MS);
	int sent = send_question(x, on_kept, 0);
	(void)sent; /* away: the lease runs out when it stays so */
}

/* --- the room --- */

struct event_post *event_post_new(struct loop *loop, struct webhooks *webhooks, struct store *store, unsigned node,
				  struct stats *stats)
{
	struct event_post *x = mem_zalloc(sizeof(*x));
	struct rng rng;
	rng_seed(&rng, 0);
	*x = (struct event_post){.loop = loop, .webhooks = webhooks, .store = store, .stats = stats};
	x->next.fn = on_next;
	x->keep.fn = on_keep;
	x->pause_ms = PAUSE_MS;
	x->most = ENTRIES;
	snprintf(x->owner, sizeof(x->owner), "%u:%ld:%016llx", node, (long)getpid(),
		 (unsigned long long)rng_next(&rng));
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &x->counters, NULL, NULL, NULL);
	return x;
}

/* Forgets what is on its way. */
static void stop(struct event_post *x)
{
	x->generation++;
	webhook_cancel(x->webhooks, x->request);
	x->request = 0;
	loop_timer_clear(x->loop, &x->next);
	loop_timer_clear(x->loop, &x->keep);
	if (x->counters.holds)
		store_feed_leave(x->store, x->reader, x->owner);
	x->counters.holds = 0;
	drop_batch(x);
	x->doing = NOTHING;
}

void event_post_use(struct event_post *x, const char *webhook, uint32_t set)
{
	x->set = set;
	if (strcmp(x->reader, webhook) == 0)
		return;
	stop(x);
	x->known[0] = '\0';
	snprintf(x->reader, sizeof(x->reader), "%s", webhook);
	if (*x->reader)
		wait_for(x, 1);
}

void event_post_up(struct event_post *x)
{
	if (x->doing != WAITING || x->lines)
		return;
	loop_timer_clear(x->loop, &x->next);
	ask(x);
}

void event_post_free(struct event_post *x)
{
	if (!x)
		return;
	stats_drop(x->stats, &x->counters);
	buf_free(&x->body);
	mem_free(x);
}
