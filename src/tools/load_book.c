/*
 * load_book.c - what became of every message. Ids are kept once in one growing area and found by hash; a receipt that
 * overtakes its response is parked until the response comes. Knows no sockets.
 */
#include "tools/load_book.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

enum state { OPEN, OUT, ACCEPTED, REFUSED, UNKNOWN };

struct message {
	int64_t at_us;
	uint32_t id_at; /* in ids */
	uint8_t id_n, state, receipts;
	uint8_t parts; /* different ones whose receipt has come */
};

struct part { /* total 0: the whole message */
	uint8_t number, total;
};

struct parked { /* a receipt without its message yet */
	int64_t at_us;
	uint32_t id_at;
	uint8_t id_n;
	struct part part;
};

struct load_book {
	struct load_book_counts counts;
	struct message *messages;
	uint8_t *ids;
	uint32_t ids_n, ids_cap;
	struct map *by_id; /* -> message */
	struct map *parked_by_id;
	struct map *parts; /* (message, number) of part receipts that have come */
	struct parked *parked;
	uint64_t parked_n, parked_cap;
	struct load_book_status statuses[LOAD_BOOK_WORDS];
	struct load_book_stat stats[LOAD_BOOK_WORDS];
	unsigned statuses_n, stats_n;
	struct load_book_latency responses, receipts;
};

struct key {
	const struct load_book *book;
	struct view id;
};

struct load_book *load_book_new(uint64_t messages)
{
	struct load_book *b = mem_zalloc(sizeof(*b));

	b->messages = mem_zalloc((size_t)(messages ? messages : 1) * sizeof(*b->messages));
	b->by_id = map_new();
	b->parked_by_id = map_new();
	b->parts = map_new();
	return b;
}

void load_book_free(struct load_book *b)
{
	if (!b)
		return;
	map_free(b->by_id);
	map_free(b->parked_by_id);
	map_free(b->parts);
	mem_free(b->parked);
	mem_free(b->ids);
	mem_free(b->messages);
	mem_free(b);
}

void load_book_latency_add(struct load_book_latency *l, int64_t us)
{
	histogram_add(&l->h, us);
	if (us > l->max_us)
		l->max_us = us;
}

static bool message_eq(uint64_t value, const void *key)
{
	const struct key *k = key;
	const struct message *m = &k->book->messages[value];

	return m->id_n == k->id.n && memcmp(k->book->ids + m->id_at, k->id.p, k->id.n) == 0;
}

static bool parked_eq(uint64_t value, const void *key)
{
	const struct key *k = key;
	const struct parked *p = &k->book->parked[value];

	return p->id_n == k->id.n && memcmp(k->book->ids + p->id_at, k->id.p, k->id.n) == 0;
}

/* Keeps a copy of an id; ids longer than 255 octets do not exist in SMPP. */
static uint32_t keep_id(struct load_book *b, struct view id)
{
	uint32_t at = b->ids_n;

	if (b->ids_cap - b->ids_n < id.n) {
		b->ids_cap = b->ids_cap ? b->ids_cap * 2 : 1u << 20;
		b->ids = mem_realloc(b->ids, b->ids_cap);
	}
	memcpy(b->ids + at, id.p, id.n);
	b->ids_n += id.n;
	return at;
}

static void must(int put)
{
	if (put != 0)
		abort(); /* no memory: the accounts would be wrong from here on */
}

static void count_stat(struct load_book *b, struct view stat)
{
	struct load_book_stat *row;
	unsigned i = 0;

	if (stat.n >= sizeof(row->word))
		stat.n = sizeof(row->word) - 1;
	while (i < b->stats_n && !view_eq(view_of(b->stats[i].word), stat))
		i++;
	if (i == LOAD_BOOK_WORDS)
		i--;
	row = &b->stats[i];
	if (i == b->stats_n) {
		if (stat.n)
			memcpy(row->word, stat.p, stat.n);
		b->stats_n++;
	}
	row->n++;
}

static void count_status(struct load_book *b, uint32_t status)
{
	unsigned i = 0;

	while (i < b->statuses_n && b->statuses[i].status != status)
		i++;
	if (i == LOAD_BOOK_WORDS)
		i--;
	if (i == b->statuses_n)
		b->statuses[b->statuses_n++].status = status;
	b->statuses[i].n++;
}

void load_book_submitted(struct load_book *b, uint64_t i, int64_t at_us)
{
	struct message *m = &b->messages[i];

	if (m->at_us == 0) {
		m->at_us = at_us;
		b->counts.submitted++;
	}
	m->state = OUT;
}

/* An answer came: takes back what was counted before, when the message was unknown. */
static void answered(struct load_book *b, struct message *m, int64_t now_us)
{
	if (m->state == UNKNOWN)
		b->counts.unknown--;
	load_book_latency_add(&b->responses, now_us - m->at_us);
}

void load_book_refused(struct load_book *b, uint64_t i, uint32_t status, int64_t now_us)
{
	answered(b, &b->messages[i], now_us);
	b->messages[i].state = REFUSED;
	b->counts.refused++;
	count_status(b, status);
}

void load_book_unknown(struct load_book *b, uint64_t i)
{
	b->messages[i].state = UNKNOWN;
	b->counts.unknown++;
}

void load_book_reopen(struct load_book *b, uint64_t i)
{
	struct message *m = &b->messages[i];

	if (m->state == UNKNOWN)
		b->counts.unknown--;
	if (m->state == REFUSED)
		b->counts.refused--;
	m->state = OPEN;
}

static bool same_value(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

/* False while other parts are missing, and for one that came before. */
static bool completes(struct load_book *b, struct message *m, struct part part)
{
	uint64_t key = (uint64_t)(m - b->messages) << 8 | part.number, hash = map_hash_u64(key), found;

	b->counts.parts++;
	if (map_find(b->parts, hash, same_value, &key, &found)) {
		b->counts.duplicate++;
		return false;
	}
	must(map_put(b->parts, hash, key));
	return ++m->parts == part.total;
}

static void matched(struct load_book *b, struct message *m, struct part part, int64_t at_us)
{
	if (part.total > 0 && m->receipts == 0 && !completes(b, m, part))
		return;
	if (m->receipts > 0) {
		b->counts.duplicate++;
	} else {
		b->counts.matched++;
		load_book_latency_add(&b->receipts, at_us - m->at_us);
	}
	if (m->receipts < UINT8_MAX)
		m->receipts++;
}

/* Receipts that came before this response. */
static void unpark(struct load_book *b, struct message *m, const struct key *key, uint64_t hash)
{
	uint64_t at;

	while (map_count(b->parked_by_id) > 0 && map_remove(b->parked_by_id, hash, parked_eq, key, &at)) {
		b->counts.unmatched--;
		b->counts.early++;
		matched(b, m, b->parked[at].part, b->parked[at].at_us);
	}
}

void load_book_accepted(struct load_book *b, uint64_t i, struct view id, int64_t now_us)
{
	struct message *m = &b->messages[i];
	struct key key = {b, id};
	uint64_t hash = map_hash(id.p, id.n), other;

	answered(b, m, now_us);
	m->state = ACCEPTED;
	b->counts.accepted++;
	if (id.n == 0 || id.n > UINT8_MAX || map_find(b->by_id, hash, message_eq, &key, &other)) {
		b->counts.ids_repeated++;
		return;
	}
	m->id_at = keep_id(b, id);
	m->id_n = (uint8_t)id.n;
	must(map_put(b->by_id, hash, i));
	unpark(b, m, &key, hash);
}

static void park(struct load_book *b, const struct key *key, uint64_t hash, struct part part, int64_t now_us)
{
	if (b->parked_n == b->parked_cap) {
		b->parked_cap = b->parked_cap ? b->parked_cap * 2 : 1024;
		b->parked = mem_realloc(b->parked, b->parked_cap * sizeof(*b->parked));
	}
	b->parked[b->parked_n] = (struct parked){now_us, keep_id(b, key->id), (uint8_t)key->id.n, part};
	must(map_put(b->parked_by_id, hash, b->parked_n++));
}

static void take_receipt(struct load_book *b, struct view id, struct view stat, struct part part, int64_t now_us)
{
	struct key key = {b, id};
	uint64_t hash = map_hash(id.p, id.n), i;

	count_stat(b, stat);
	if (map_find(b->by_id, hash, message_eq, &key, &i)) {
		matched(b, &b->messages[i], part, now_us);
		return;
	}
	b->counts.unmatched++;
	if (id.n > 0 && id.n <= UINT8_MAX)
		park(b, &key, hash, part, now_us);
}

void load_book_receipt(struct load_book *b, struct view id, struct view stat, int64_t now_us)
{
	take_receipt(b, id, stat, (struct part){0, 0}, now_us);
}

void load_book_part(struct load_book *b, struct view id, struct view stat, uint8_t number, uint8_t total,
		    int64_t now_us)
{
	take_receipt(b, id, stat, (struct part){number, total}, now_us);
}

void load_book_intermediate(struct load_book *b)
{
	b->counts.intermediate++;
}

void load_book_disagreeing(struct load_book *b)
{
	b->counts.disagreeing++;
}

uint64_t load_book_missing(const struct load_book *b)
{
	return b->counts.accepted - b->counts.matched;
}

const struct load_book_counts *load_book_counts(const struct load_book *b)
{
	return &b->counts;
}

const struct load_book_status *load_book_status_at(const struct load_book *b, unsigned i)
{
	return i < b->statuses_n ? &b->statuses[i] : NULL;
}

const struct load_book_stat *load_book_stat_at(const struct load_book *b, unsigned i)
{
	return i < b->stats_n ? &b->stats[i] : NULL;
}

const struct load_book_latency *load_book_responses(const struct load_book *b)
{
	return &b->responses;
}

const struct load_book_latency *load_book_receipts(const struct load_book *b)
{
	return &b->receipts;
}
