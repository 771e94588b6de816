/*
 * store_dead.c - forgets dead numbers whose time is over and that nobody asks about any more: a page of the hash at a
 * time, so that neither Redis nor a turn stands still for a large one. Must not know how numbers become dead.
 *
 * Each gateway that has dead numbers in its rules sweeps; what one has taken off the next does not find.
 */
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/store_batch.h"
#include "path/store_recipient_priv.h"

#define PAGE	   250u	   /* fields that one call looks at, some 100 us of Redis; a small hash comes whole */
#define PAGE_MS	   1000	   /* between pages: a million numbers in about an hour */
#define PAUSE_MS   3600000 /* between sweeps */
#define AGAIN_MS   60000   /* before the first sweep; after a page that failed */
#define CURSOR_MAX 24u

struct dead_sweep {
	struct store *store;
	uint64_t *swept; /* counter; borrowed */
	struct timer timer;
	char cursor[CURSOR_MAX]; /* "0": a sweep begins */
	bool asked;		 /* a page is under way */
};

/* ARGV: hash, cursor, fields, now (ms). Returns {next cursor, numbers taken off}. */
static const char script[] = "-- smppgw dead sweep\n"
			     "local page = redis.call('HSCAN', ARGV[1], ARGV[2], 'COUNT', ARGV[3])\n"
			     "local n, now = 0, tonumber(ARGV[4])\n"
			     "for i = 1, #page[2], 2 do\n"
			     "  local till = string.match(page[2][i + 1], '^%d+')\n"
			     "  if till and tonumber(till) <= now then\n"
			     "    n = n + redis.call('HDEL', ARGV[1], page[2][i])\n"
			     "  end\n"
			     "end\n"
			     "return {page[1], n}\n";

static void arm(struct dead_sweep *w, int64_t ms)
{
	loop_timer(store_loop(w->store), &w->timer, ms);
}

static void on_page(const redisReply *reply, void *arg)
{
	struct dead_sweep *w = arg;
	w->asked = false;
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=script_failed what=dead_sweep error=\"%s\"", reply->str);
	if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
	    reply->element[0]->type != REDIS_REPLY_STRING || reply->element[0]->len >= CURSOR_MAX) {
		arm(w, AGAIN_MS);
		return;
	}
	*w->swept += (uint64_t)reply->element[1]->integer;
	snprintf(w->cursor, sizeof(w->cursor), "%s", reply->element[0]->str);
	arm(w, strcmp(w->cursor, "0") == 0 ? PAUSE_MS : PAGE_MS);
}

static void on_timer(struct timer *t)
{
	struct dead_sweep *w = LIST_OF(t, struct dead_sweep, timer);
	struct buf cmd = {0};
	if (!store_up(w->store)) {
		arm(w, AGAIN_MS);
		return;
	}
	resp_start(&cmd, 7);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, script);
	resp_str(&cmd, "0");
	store_key(w->store, &cmd, "dead", (struct view){NULL, 0});
	resp_str(&cmd, w->cursor);
	resp_u64(&cmd, PAGE);
	resp_u64(&cmd, (uint64_t)loop_wall_ms(store_loop(w->store)));
	w->asked = true;
	if (redis_send(store_redis(w->store), buf_data(&cmd), buf_len(&cmd), on_page, w) < 0) {
		w->asked = false;
		arm(w, AGAIN_MS);
	}
	buf_free(&cmd);
}

struct dead_sweep *dead_sweep_new(struct store *store, uint64_t *swept)
{
	struct dead_sweep *w = mem_zalloc(sizeof(*w));
	w->store = store;
	w->swept = swept;
	w->timer.fn = on_timer;
	snprintf(w->cursor, sizeof(w->cursor), "0");
	return w;
}

void dead_sweep_free(struct dead_sweep *w)
{
	loop_timer_clear(store_loop(w->store), &w->timer);
	mem_free(w);
}

void dead_sweep_want(struct dead_sweep *w)
{
	if (!w->asked && !wheel_isset(&w->timer))
		arm(w, AGAIN_MS);
}
