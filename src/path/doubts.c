/*
 * doubts.c - the ledger of submits in doubt. Must not know why they are, nor what settles them.
 */
#include "path/doubts.h"

#include "base/map.h"
#include "base/mem.h"

struct doubts {
	struct msgs *msgs;
	struct map *by_number;
	struct walk_list all; /* through msg.link, oldest first */
	uint64_t *at_carrier;
	size_t carriers;
};

struct key {
	const struct doubts *d;
	size_t carrier;
	const struct number *to;
	struct view source;
	struct msg *only;
	unsigned n;
};

struct doubts *doubts_new(struct msgs *msgs, size_t carriers)
{
	struct doubts *d = mem_zalloc(sizeof(*d));
	d->msgs = msgs;
	d->by_number = map_new();
	walk_list_init(&d->all);
	doubts_grow(d, carriers);
	return d;
}

void doubts_grow(struct doubts *d, size_t carriers)
{
	d->at_carrier = mem_realloc(d->at_carrier, (carriers + 1) * sizeof(*d->at_carrier));
	for (; d->carriers < carriers; d->carriers++)
		d->at_carrier[d->carriers] = 0;
}

void doubts_free(struct doubts *d)
{
	if (!d)
		return;
	map_free(d->by_number);
	mem_free(d->at_carrier);
	mem_free(d);
}

static uint64_t hash_of(size_t carrier, const struct number *to)
{
	return map_hash(to->digits, to->n) ^ map_hash_u64(carrier);
}

/* Destination and source of the message that k belongs to. */
static bool addresses(const struct doubts *d, struct msg *k, struct number *to, struct view *source)
{
	struct pdu pdu;
	msg_pdu(msg_whole(d->msgs, k), NULL, &pdu);
	*source = pdu.sm.src.addr;
	return number_parse(pdu.sm.dst, to);
}

int doubts_add(struct doubts *d, struct msg *k)
{
	struct number to;
	struct view source;
	if (!addresses(d, k, &to, &source) || map_put(d->by_number, hash_of(k->carrier, &to), k->handle) < 0)
		return -1;
	walk_list_add(&d->all, &k->link);
	d->at_carrier[k->carrier]++;
	k->in_doubts = true;
	return 0;
}

static bool is_this(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

void doubts_remove(struct doubts *d, struct msg *k)
{
	struct number to;
	struct view source;
	uint64_t value;
	if (!k->in_doubts)
		return;
	k->in_doubts = false;
	list_remove(&k->link);
	d->at_carrier[k->carrier]--;
	if (addresses(d, k, &to, &source))
		map_remove(d->by_number, hash_of(k->carrier, &to), is_this, &k->handle, &value);
}

/* Looks at every candidate: never the one that the map looks for. */
static bool look_at(uint64_t handle, const void *key)
{
	struct key *x = *(struct key *const *)key;
	struct msg *k = msgs_get(x->d->msgs, handle);
	struct number to;
	struct view source;
	if (!k || k->carrier != x->carrier || !addresses(x->d, k, &to, &source) || to.n != x->to->n ||
	    memcmp(to.digits, x->to->digits, to.n) != 0)
		return false;
	if (x->source.n && source.n && !view_eq(x->source, source))
		return false;
	bool same = x->only && x->only->parent == k->parent; /* in doubt more than once: the earlier one */
	x->n += !same;
	if (!same || k->sent_ms < x->only->sent_ms)
		x->only = k;
	return false;
}

struct msg *doubts_find(const struct doubts *d, size_t carrier, const struct number *to, struct view source)
{
	struct key key = {d, carrier, to, source, NULL, 0}, *x = &key;
	uint64_t value;
	map_find(d->by_number, hash_of(carrier, to), look_at, &x, &value);
	return key.n == 1 ? key.only : NULL;
}

uint64_t doubts_count(const struct doubts *d, size_t carrier)
{
	return d->at_carrier[carrier];
}

/* --- all of them --- */

struct walk_list *doubts_all(struct doubts *d)
{
	return &d->all;
}

void doubts_each(struct doubts *d, void (*fn)(struct msg *k, void *arg), void *arg)
{
	struct walk w = {.at = {NULL, NULL}};
	struct msg *k;
	walk_begin(&d->all, &w);
	while ((k = msg_walk_next(&d->all, &w)) != NULL)
		fn(k, arg);
}
