/*
 * fake_zset.c - the sorted sets of the simulated Redis. Knows no connection, and nothing of what the gateway stores.
 */
#include "fake_keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct bound {
	double score;
	bool open; /* the score itself is left out */
};

static double score_of(const char *text)
{
	return strtod(text, NULL); /* knows -inf and +inf */
}

/* "-inf", "17", "(17" */
static struct bound bound_of(const struct blob *b)
{
	const char *text = (const char *)b->p;

	return (struct bound){score_of(text + (*text == '(')), *text == '('};
}

static bool between(struct bound low, struct bound high, const struct fake_item *it)
{
	return (low.open ? it->score > low.score : it->score >= low.score) &&
	       (high.open ? it->score < high.score : it->score <= high.score);
}

static bool before(const struct fake_item *a, const struct fake_item *b)
{
	size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
	int by_name = memcmp(a->name.p, b->name.p, n);

	if (a->score < b->score || a->score > b->score)
		return a->score < b->score;
	return by_name != 0 ? by_name < 0 : a->name.n < b->name.n;
}

/* Where it belongs. */
static void place(struct fake_key *k, struct fake_item *it)
{
	struct list *at = &k->items;

	list_remove(&it->link);
	LIST_EACH(node, &k->items) {
		if (before(it, LIST_OF(node, struct fake_item, link))) {
			at = node;
			break;
		}
	}
	list_append(at, &it->link);
}

/* ZADD key [NX] score member ... */
redisReply *fake_zadd(const struct fake_call *c)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_ZSET);
	bool only_new = blob_is(&c->argv[2], "NX");
	long long added = 0;

	for (size_t i = only_new ? 3 : 2; i + 1 < c->argc; i += 2) {
		struct fake_item *it = fake_item_find(k, &c->argv[i + 1]);
		if (it != NULL && only_new)
			continue;
		added += it == NULL;
		if (it == NULL)
			it = fake_item_add(k, &c->argv[i + 1]);
		it->score = score_of((const char *)c->argv[i].p);
		place(k, it);
	}
	return fake_reply_integer(added);
}

redisReply *fake_zcount(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	struct bound low = bound_of(&c->argv[2]), high = bound_of(&c->argv[3]);
	long long n = 0;

	if (k != NULL)
		LIST_EACH(node, &k->items)
			n += between(low, high, LIST_OF(node, struct fake_item, link));
	return fake_reply_integer(n);
}

redisReply *fake_zscore(const struct fake_call *c)
{
	const struct fake_item *it = fake_item_find(fake_key_find(c->d, c->key), &c->argv[2]);

	return it != NULL ? fake_reply_score(it->score) : fake_reply_nil();
}

struct page { /* which of those that fit */
	size_t skip, most;
	bool scores;
};

static redisReply *reply_page(const struct fake_key *k, struct bound low, struct bound high, struct page p)
{
	const struct fake_item **found = calloc((k != NULL ? k->n : 0) + 1, sizeof(const struct fake_item *));
	size_t n = 0, width = p.scores ? 2 : 1;

	if (found == NULL)
		abort();
	if (k != NULL)
		LIST_EACH(node, &k->items) {
			const struct fake_item *it = LIST_OF(node, struct fake_item, link);
			if (!between(low, high, it))
				continue;
			if (p.skip > 0)
				p.skip--;
			else if (n < p.most)
				found[n++] = it;
		}
	redisReply *r = fake_reply_array(n * width);
	for (size_t i = 0; i < n; i++) {
		r->element[i * width] = fake_reply_blob(&found[i]->name);
		if (p.scores)
			r->element[i * width + 1] = fake_reply_score(found[i]->score);
	}
	free(found);
	return r;
}

/* ZRANGEBYSCORE key min max [WITHSCORES] [LIMIT skip most] */
redisReply *fake_zrangebyscore(const struct fake_call *c)
{
	struct page p = {.most = SIZE_MAX};

	for (size_t i = 4; i < c->argc; i++) {
		p.scores |= blob_is(&c->argv[i], "WITHSCORES");
		if (blob_is(&c->argv[i], "LIMIT") && i + 2 < c->argc) {
			p.skip = (size_t)fake_arg_int(c, i + 1);
			p.most = fake_arg_int(c, i + 2) < 0 ? SIZE_MAX : (size_t)fake_arg_int(c, i + 2);
		}
	}
	return reply_page(fake_key_find(c->d, c->key), bound_of(&c->argv[2]), bound_of(&c->argv[3]), p);
}

/* Places from the start, or from the end when they are below 0; false: there are none between them. */
static bool ranks(const struct fake_call *c, const struct fake_key *k, size_t *from, size_t *to)
{
	long long n = k != NULL ? (long long)k->n : 0, a = fake_arg_int(c, 2), b = fake_arg_int(c, 3);

	a = a < 0 ? a + n : a;
	b = b < 0 ? b + n : b;
	a = a < 0 ? 0 : a;
	b = b >= n ? n - 1 : b;
	*from = (size_t)a;
	*to = b < 0 ? 0 : (size_t)b;
	return a <= b;
}

/* ZRANGE key first last [WITHSCORES] */
redisReply *fake_zrange(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	struct page p = {.scores = c->argc > 4 && blob_is(&c->argv[4], "WITHSCORES")};
	size_t to;

	if (ranks(c, k, &p.skip, &to))
		p.most = to - p.skip + 1;
	return reply_page(k, (struct bound){-INFINITY, false}, (struct bound){INFINITY, false}, p);
}

redisReply *fake_zremrangebyscore(const struct fake_call *c)
{
	struct bound low = bound_of(&c->argv[2]), high = bound_of(&c->argv[3]);
	long long removed = 0;

	for (;;) {
		struct fake_key *k = fake_key_find(c->d, c->key);
		struct fake_item *gone = NULL;
		if (k == NULL)
			return fake_reply_integer(removed);
		LIST_EACH(node, &k->items) {
			struct fake_item *it = LIST_OF(node, struct fake_item, link);
			if (gone == NULL && between(low, high, it))
				gone = it;
		}
		if (gone == NULL)
			return fake_reply_integer(removed);
		fake_item_drop(k, gone);
		removed++;
	}
}

redisReply *fake_zremrangebyrank(const struct fake_call *c)
{
	struct fake_key *k = fake_key_find(c->d, c->key);
	size_t from, to;

	if (!ranks(c, k, &from, &to))
		return fake_reply_integer(0);
	struct list *node = k->items.next;
	for (size_t i = 0; i < from; i++)
		node = node->next;
	for (size_t i = from; i <= to; i++) {
		struct fake_item *it = LIST_OF(node, struct fake_item, link);
		node = node->next;
		fake_item_drop(k, it); /* the key goes with its last one */
	}
	return fake_reply_integer((long long)(to - from + 1));
}
