/*
 * fake_stream.c - the streams of the simulated Redis. Knows no connection, and nothing of what the gateway stores.
 */
#include "fake_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* Where an entry's id stands in its stream: "<ms>-<n>"; "<ms>" alone is the first or the last of that ms. */
struct place {
	uint64_t ms, n;
};

static struct place place_of(const char *id, bool last)
{
	char *end;
	struct place at = {strtoull(id, &end, 10), last ? UINT64_MAX : 0};

	if (*end == '-')
		at.n = strtoull(end + 1, NULL, 10);
	return at;
}

static int place_compare(struct place a, struct place b)
{
	if (a.ms != b.ms)
		return a.ms < b.ms ? -1 : 1;
	return a.n < b.n ? -1 : a.n > b.n;
}

static void trim(struct fake_key *k, struct place oldest)
{
	LIST_EACH_SAFE(node, tmp, &k->items) {
		struct fake_item *it = LIST_OF(node, struct fake_item, link);
		if (place_compare(place_of((const char *)it->name.p, false), oldest) < 0)
			fake_item_drop(k, it);
	}
}

static void keep_youngest(struct fake_key *k, size_t most)
{
	while (k->n > most)
		fake_item_drop(k, LIST_OF(k->items.next, struct fake_item, link));
}

/*
 * XADD key [MINID|MAXLEN [~|=] n] * field value ...; ids are "<ms>-<n>", n ascending over the life of the stream.
 * Trimming is exact: Redis may keep more with ~.
 */
redisReply *fake_xadd(const struct fake_call *c)
{
	struct fake_key *k = fake_key_make(c->d, c->key, FAKE_STREAM);
	bool by_id = blob_is(&c->argv[2], "MINID"), by_length = blob_is(&c->argv[2], "MAXLEN");
	size_t fields = 3, at = 3;
	char text[48];

	if (by_id || by_length) {
		at += blob_is(&c->argv[3], "~") || blob_is(&c->argv[3], "=");
		fields = at + 2;
	}
	if (by_id)
		trim(k, place_of((const char *)c->argv[at].p, false));
	snprintf(text, sizeof(text), "%lld-%llu", (long long)c->d->now_ms, (unsigned long long)++k->last_id);
	struct blob id = {(uint8_t *)text, strlen(text)};
	struct fake_item *it = fake_item_add(k, &id);
	it->fields_n = c->argc - fields;
	it->fields = mem_zalloc(it->fields_n * sizeof(*it->fields));
	for (size_t i = 0; i < it->fields_n; i++)
		it->fields[i] = blob_of(c->argv[i + fields].p, c->argv[i + fields].n);
	redisReply *r = fake_reply_blob(&it->name);
	if (by_length)
		keep_youngest(k, (size_t)fake_arg_int(c, at));
	return r;
}

static redisReply *reply_entry(const struct fake_item *it)
{
	redisReply *r = fake_reply_array(2);

	r->element[0] = fake_reply_blob(&it->name);
	r->element[1] = fake_reply_array(it->fields_n);
	for (size_t i = 0; i < it->fields_n; i++)
		r->element[1]->element[i] = fake_reply_blob(&it->fields[i]);
	return r;
}

struct range {
	struct place first, last;
	bool behind; /* first itself is left out */
	size_t limit;
};

static bool in_range(const struct range *r, const struct fake_item *it)
{
	struct place at = place_of((const char *)it->name.p, false);
	int from = place_compare(at, r->first);

	return (r->behind ? from > 0 : from >= 0) && place_compare(at, r->last) <= 0;
}

/* XRANGE key -|[(]id +|id COUNT n */
redisReply *fake_xrange(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	const char *first = (const char *)c->argv[2].p, *last = (const char *)c->argv[3].p;
	struct range r = {.behind = *first == '(', .limit = SIZE_MAX, .last = {UINT64_MAX, UINT64_MAX}};
	size_t n = 0, at = 0;

	if (*first != '-')
		r.first = place_of(first + r.behind, false);
	if (*last != '+')
		r.last = place_of(last, true);
	if (c->argc > 5)
		r.limit = strtoul((const char *)c->argv[5].p, NULL, 10);
	if (k != NULL)
		LIST_EACH(node, &k->items)
			n += n < r.limit && in_range(&r, LIST_OF(node, struct fake_item, link));
	redisReply *reply = fake_reply_array(n);
	if (k == NULL)
		return reply;
	LIST_EACH(node, &k->items) {
		const struct fake_item *it = LIST_OF(node, struct fake_item, link);
		if (at < n && in_range(&r, it))
			reply->element[at++] = reply_entry(it);
	}
	return reply;
}

/* XINFO STREAM key: of all that Redis tells, how long it is and how many entries there ever were. */
redisReply *fake_xinfo(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, (const char *)c->argv[2].p);
	struct blob length = {(uint8_t *)"length", 6}, added = {(uint8_t *)"entries-added", 13};

	if (k == NULL)
		return fake_reply_error("ERR no such key");
	redisReply *r = fake_reply_array(4);
	r->element[0] = fake_reply_blob(&length);
	r->element[1] = fake_reply_integer((long long)k->n);
	r->element[2] = fake_reply_blob(&added);
	r->element[3] = fake_reply_integer((long long)k->last_id);
	return r;
}

/* XREVRANGE key + - COUNT 1: the youngest */
redisReply *fake_xrevrange(const struct fake_call *c)
{
	const struct fake_key *k = fake_key_find(c->d, c->key);
	bool any = k != NULL && !list_empty(&k->items);
	redisReply *r = fake_reply_array(any);

	if (any)
		r->element[0] = reply_entry(LIST_OF(k->items.prev, struct fake_item, link));
	return r;
}
