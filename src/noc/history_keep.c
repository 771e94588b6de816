/*
 * history_keep.c - what of the history is in the store, and what is to be read or written next. Must not know how the
 * store keeps it.
 *
 * The minute under way is written every KEEP_EACH turns, so that a kill takes no more than that. Nothing is written
 * before all was read: the minute in which the gateway was started again is whole then, and a write of it replaces what
 * the life before had written. One question or write is on its way at a time.
 */
#include "noc/history_keep.h"

#include "base/log.h"
#include "base/mem.h"

#define KEEP_READ 10 /* minutes of one question; an hour divides by it */
#define KEEP_EACH 10 /* turns of a second each */

struct call {			   /* on its way; outlives its owner */
	struct history_keep *keep; /* NULL: that has gone */
	int64_t minute;
};

struct history_keep {
	struct flow *flow;
	struct history *history;
	int64_t begun;	     /* the minute of the first turn; 0: there was none */
	int64_t first, next; /* minutes before next, down to first, are to be read yet */
	int64_t under_way;   /* minute of the last turn */
	unsigned turns;	     /* in it */
	int64_t written;     /* this minute and all before are in the store; 0: they have not been read yet */
	struct call *call;
	struct buf octets;
	bool bad; /* that one was no history has been said */
	struct history_keep_stats stats;
};

static void keep_read(struct history_keep *k);
static void keep_write(struct history_keep *k);

struct history_keep *history_keep_new(struct flow *flow, struct history *history)
{
	struct history_keep *k = mem_zalloc(sizeof(*k));

	k->flow = flow;
	k->history = history;
	return k;
}

static struct call *keep_call(struct history_keep *k, int64_t minute)
{
	struct call *c = mem_zalloc(sizeof(*c));

	*c = (struct call){k, minute};
	k->call = c;
	return c;
}

/* It is answered. Its owner, NULL when that has gone. */
static struct history_keep *keep_answered(struct call *c)
{
	struct history_keep *k = c->keep;

	if (k)
		k->call = NULL;
	mem_free(c);
	return k;
}

/* --- reading --- */

static void keep_on_minute(void *arg, int64_t minute, struct view octets)
{
	struct history_keep *k = ((struct call *)arg)->keep;

	if (!k || minute < k->first)
		return;
	k->stats.loaded++;
	if (!history_load(k->history, minute, octets) && !k->bad) {
		k->bad = true;
		log_warn("-",
			 "event=history_unreadable minute=%lld action=\"its minutes are shown as far as they were "
			 "read\"",
			 (long long)minute);
	}
}

static void keep_on_read(void *arg, bool ok)
{
	struct call *c = arg;
	int64_t minute = c->minute;
	struct history_keep *k = keep_answered(c);

	if (!k || !ok)
		return; /* the next turn asks again */
	k->next = minute;
	if (k->next > k->first) {
		keep_read(k);
		return;
	}
	k->written = k->begun - 1; /* later ones are ours, and have waited */
	log_info("-", "event=history_loaded minutes=%llu", (unsigned long long)k->stats.loaded);
}

static void keep_read(struct history_keep *k)
{
	static const struct store_history_reader reader = {keep_on_minute, keep_on_read};
	int64_t from = (k->next - 1) / KEEP_READ * KEEP_READ;
	struct call *c = keep_call(k, from);

	if (flow_history_get(k->flow, from, (unsigned)(k->next - from), &reader, c) != 0)
		keep_answered(c);
}

/* --- writing --- */

static void keep_on_written(void *arg, bool ok)
{
	struct call *c = arg;
	int64_t minute = c->minute;
	struct history_keep *k = keep_answered(c);

	if (!k)
		return;
	if (!ok) {
		k->stats.failed++;
		return; /* the next turn tries again */
	}
	if (minute >= history_minute(k->history))
		return; /* it goes on, and is written again */
	k->stats.kept++;
	k->written = minute;
	keep_write(k);
}

static void keep_put(struct history_keep *k, int64_t minute)
{
	struct call *c = keep_call(k, minute);

	buf_consume(&k->octets, buf_len(&k->octets), 65536);
	history_save(k->history, minute, &k->octets);
	struct view octets = {buf_data(&k->octets), (uint32_t)buf_len(&k->octets)};
	if (flow_history_put(k->flow, minute, octets, keep_on_written, c) != 0)
		keep_answered(c);
}

/* The next minute that is over. */
static void keep_write(struct history_keep *k)
{
	int64_t now = history_minute(k->history);

	if (k->written >= now)
		k->written = now - 1; /* the clock was set back */
	if (k->written < now - HISTORY_MINUTES)
		k->written = now - HISTORY_MINUTES;
	while (k->written + 1 < now && !history_known(k->history, k->written + 1))
		k->written++;
	if (k->written + 1 < now)
		keep_put(k, k->written + 1);
}

/* Whether the minute under way is to be written now. */
static bool keep_due(struct history_keep *k)
{
	int64_t now = history_minute(k->history);

	if (now != k->under_way)
		k->turns = 0;
	k->under_way = now;
	return ++k->turns % KEEP_EACH == 0;
}

void history_keep_turn(struct history_keep *k)
{
	struct flow_status status;
	bool due = keep_due(k);

	flow_status(k->flow, &status);
	if (k->begun == 0) {
		k->begun = history_minute(k->history);
		k->next = k->begun + 1;
		k->first = k->next - HISTORY_MINUTES;
	}
	if (k->call || !status.store_up)
		return;
	if (k->written == 0)
		keep_read(k);
	else
		keep_write(k);
	if (!k->call && k->written && (due || status.phase == FLOW_LEAVING))
		keep_put(k, history_minute(k->history));
}

void history_keep_free(struct history_keep *k)
{
	if (!k)
		return;
	if (k->call)
		k->call->keep = NULL;
	k->call = NULL;
	/* what has happened since the last turn; its answer finds nobody */
	if (k->written) {
		keep_put(k, history_minute(k->history));
		if (k->call)
			k->call->keep = NULL;
	}
	buf_free(&k->octets);
	mem_free(k);
}

void history_keep_stats(const struct history_keep *k, struct history_keep_stats *out)
{
	*out = k->stats;
}
