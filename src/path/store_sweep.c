/*
 * store_sweep.c - forgets journal buckets that have become empty, so that the set of buckets stays as small as the
 * journal is. Must not know messages. Buckets are asked about oldest first, a few at a time; the newest are never asked
 * about, because messages are still being put there.
 */
#include "path/store_batch.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"

#define SWEEP_MS      10000
#define SWEEP_AT_ONCE 50u
#define YOUNG	      6u /* buckets that may still grow */

struct sweep {
	struct store *store;
	struct timer timer;
	uint64_t *buckets; /* ring, oldest first */
	size_t start, n, cap;
	size_t asked; /* under way */
};

struct question {
	struct sweep *sweep;
	uint64_t bucket;
};

static void on_timer(struct timer *t);

struct sweep *sweep_new(struct store *store)
{
	struct sweep *w = mem_zalloc(sizeof(*w));
	w->store = store;
	w->timer.fn = on_timer;
	loop_timer(store_loop(store), &w->timer, SWEEP_MS);
	return w;
}

void sweep_free(struct sweep *w)
{
	loop_timer_clear(store_loop(w->store), &w->timer);
	mem_free(w->buckets);
	mem_free(w);
}

void sweep_add(struct sweep *w, uint64_t bucket)
{
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 64;
		uint64_t *ring = mem_zalloc(cap * sizeof(*ring));
		for (size_t i = 0; i < w->n; i++)
			ring[i] = w->buckets[(w->start + i) % w->cap];
		mem_free(w->buckets);
		w->buckets = ring;
		w->start = 0;
		w->cap = cap;
	}
	w->buckets[(w->start + w->n++) % w->cap] = bucket;
}

static void print_key(const struct sweep *w, uint64_t bucket, char out[256])
{
	const char *prefix = store_conf_of(w->store)->prefix;
	if (bucket)
		snprintf(out, 256, "%sjournal:%u:%llu", prefix, store_node(w->store), (unsigned long long)bucket);
	else
		snprintf(out, 256, "%sjournal:%u", prefix, store_node(w->store));
}

static void drop_bucket(struct sweep *w, uint64_t bucket)
{
	struct buf cmd = {0};
	char key[256];
	print_key(w, 0, key);
	resp_start(&cmd, 3);
	resp_str(&cmd, "SREM");
	resp_str(&cmd, key);
	resp_u64(&cmd, bucket);
	if (redis_send(store_redis(w->store), buf_data(&cmd), buf_len(&cmd), NULL, NULL) < 0)
		sweep_add(w, bucket);
	buf_free(&cmd);
}

static void on_exists(const redisReply *reply, void *arg)
{
	struct question *q = arg;
	struct sweep *w = q->sweep;
	w->asked--;
	if (reply && reply->type == REDIS_REPLY_INTEGER && reply->integer == 0)
		drop_bucket(w, q->bucket);
	else
		sweep_add(w, q->bucket);
	mem_free(q);
}

static bool ask(struct sweep *w, uint64_t bucket)
{
	struct question *q = mem_zalloc(sizeof(*q));
	struct buf cmd = {0};
	char key[256];
	*q = (struct question){w, bucket};
	print_key(w, bucket, key);
	resp_start(&cmd, 2);
	resp_str(&cmd, "EXISTS");
	resp_str(&cmd, key);
	int sent = redis_send(store_redis(w->store), buf_data(&cmd), buf_len(&cmd), on_exists, q);
	buf_free(&cmd);
	if (sent == 0)
		w->asked++;
	else
		mem_free(q);
	return sent == 0;
}

static void on_timer(struct timer *t)
{
	struct sweep *w = LIST_OF(t, struct sweep, timer);
	uint64_t young = store_bucket(loop_wall_ms(store_loop(w->store))) - YOUNG;
	size_t most = w->n < SWEEP_AT_ONCE ? w->n : SWEEP_AT_ONCE;
	loop_timer(store_loop(w->store), t, SWEEP_MS);
	if (!store_up(w->store) || w->asked)
		return;
	for (size_t i = 0; i < most; i++) {
		uint64_t bucket = w->buckets[w->start];
		w->start = (w->start + 1) % w->cap;
		w->n--;
		if (bucket >= young || !ask(w, bucket))
			sweep_add(w, bucket);
	}
}
