/*
 * restore.c - gathers what the store gives back at start. Must not know queues, binds, or what a state leads to.
 *
 * Carrier ids and parked receipts are kept until the journal is read; a carrier id for an id that is not in the journal
 * belongs to a finished message or another node and is passed over. What was gathered is told in steps, so many a turn:
 * with millions of messages the gateway goes on answering its staff, its lease and its service manager meanwhile.
 */
#include "path/restore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sorter.h"
#include "policy/class.h"

#define TELL_STEP  300u /* messages told in one turn: about a millisecond */
#define CLEAR_STEP 64u	/* steps of freeing the map in one turn */

enum kept_kind { KEPT_PARKED, KEPT_PART, KEPT_PENDING };

struct kept { /* told after the messages */
	struct list link;
	enum kept_kind kind;
	size_t carrier;
	uint32_t key_n, frame_n;
	uint8_t octets[]; /* key, then frame */
};

struct restore {
	struct msgs *msgs;
	struct accounts *accounts;
	struct carriers *carriers;
	struct ids *ids;
	const struct restore_ops *ops;
	void *arg;
	struct loop *loop;
	struct timer timer; /* of the steps, when all is read */
	bool ok;	    /* how reading has ended */
	struct sorter *handles;
	struct map *by_id; /* NULL: freed */
	struct list kept;
	uint64_t *unclaimed; /* reservations whose message is not there */
	size_t unclaimed_n, unclaimed_cap, unclaimed_at;
	uint64_t unreadable;
};

static bool is_id(uint64_t handle, const void *key)
{
	const void *const *k = key;
	const struct msg *m = msgs_get(k[0], handle);
	return m && m->id == *(const uint64_t *)k[1];
}

static struct msg *find(const struct restore *x, uint64_t id)
{
	const void *key[] = {x->msgs, &id};
	uint64_t handle;
	return map_find(x->by_id, map_hash_u64(id), is_id, key, &handle) ? msgs_get(x->msgs, handle) : NULL;
}

static bool set_fields(struct restore *x, struct msg *m, uint64_t id, const struct record *r)
{
	struct pdu pdu;
	if (pdu_decode(r->frame.p, r->frame.n, &pdu) != ESME_ROK)
		return false;
	int failed = msg_set_record(x->msgs, m, r);
	if (failed == -ENOMEM)
		mem_none("a record of the journal");
	if (failed)
		return false;
	struct account *a = accounts_find(x->accounts, r->account);
	msg_take_fields(m, id, r, &pdu, x->loop);
	m->account = a ? (uint16_t)account_number(a) : MSG_NO_ACCOUNT;
	m->state = r->kind == RECORD_FINAL ? MSG_CLOSING : MSG_STORING;
	return true;
}

static void on_journal(void *arg, uint64_t id, struct view rec)
{
	struct restore *x = arg;
	struct record r;
	ids_seen(x->ids, id);
	if (find(x, id))
		return; /* HSCAN may give a field twice */
	struct msg *m =
		record_decode(rec, &r) && r.kind != RECORD_MO && r.class_id < CLASSES ? msgs_take(x->msgs) : NULL;
	if (m && !set_fields(x, m, id, &r)) {
		msgs_give(x->msgs, m);
		m = NULL;
	}
	if (m && map_put(x->by_id, map_hash_u64(id), m->handle) < 0)
		mem_none("a record of the journal");
	if (!m) {
		x->unreadable++;
		log_error("-",
			  "event=record_unreadable id=%llu action=\"left in the journal; is messages.max_held large "
			  "enough?\"",
			  (unsigned long long)id);
		return;
	}
	/* A note has a later id than the message it is about, and comes first. */
	struct sorter_item item = {m->note ? msg_app_id(m) : m->id, m->note ? m->id : UINT64_MAX, m->handle};
	sorter_add(x->handles, &item);
}

/* A submit that stands beside the message's present one. */
static struct msg *add_kin(struct restore *x, struct msg *m, const struct store_leg *leg)
{
	struct msg *k = msgs_take(x->msgs);
	if (!k)
		return NULL;
	k->account = m->account;
	k->class_id = m->class_id;
	k->state = MSG_PAST;
	if (leg->mark >= '0' && leg->mark <= '9')
		k->final_state = (uint8_t)(leg->mark - '0');
	k->part = leg->part;
	k->parts = leg->parts;
	if (leg->part && leg->parts && leg->mark == LEG_DOUBT)
		k->state = MSG_DOUBT;
	const struct record why = {.stat = leg->why};
	if (leg->why.n && msg_set_record(x->msgs, k, &why) < 0) {
		msgs_give(x->msgs, k);
		return NULL;
	}
	msg_add_kin(m, k, leg->part && leg->parts ? KIN_PART : leg->mark == LEG_DOUBT ? KIN_DOUBT : KIN_PAST);
	return k;
}

static struct carrier *carrier_by_name(const struct restore *x, struct view name)
{
	char text[64];
	snprintf(text, sizeof(text), "%.*s", (int)name.n, (const char *)name.p);
	return carriers_find(x->carriers, text);
}

/* HSCAN may give a field twice. */
static bool is_known(const struct restore *x, const struct msg *m, const struct carrier *c, struct view cid)
{
	uint16_t carrier = c ? (uint16_t)carrier_number(c) : MSG_NO_CARRIER;
	const struct msg *k = m;
	while (k && !(k->carrier == carrier && view_eq((struct view){(const uint8_t *)k->cid, k->cid_len}, cid)))
		k = k == m ? msg_kin(x->msgs, m) : msg_next_kin(x->msgs, k);
	return k;
}

static void on_receipt(void *arg, struct view carrier, uint32_t slot, struct view cid, const struct store_leg *stored)
{
	struct restore *x = arg;
	const struct store_leg *leg = stored;
	struct store_leg open = *stored;
	struct msg *m = find(x, leg->id);
	if (m && leg->mark == LEG_LATE) {
		m->late = true;
		open.mark = LEG_OPEN;
		leg = &open;
	}
	struct carrier *c = carrier_by_name(x, carrier);
	if (!m || cid.n == 0 || cid.n > 255 || is_known(x, m, c, cid))
		return;
	struct msg *to = leg->part == 0 && leg->mark == LEG_OPEN && m->cid_len == 0 ? m : add_kin(x, m, leg);
	if (!to || msg_set_cid(x->msgs, to, (const char *)cid.p, cid.n) < 0) {
		log_error("-", "event=no_memory what=carrier_id id=%llu", (unsigned long long)m->id);
		return;
	}
	to->carrier = c ? (uint16_t)carrier_number(c) : MSG_NO_CARRIER;
	to->slot = slot;
}

static void keep(struct restore *x, enum kept_kind kind, size_t carrier, struct view key, struct view frame)
{
	struct kept *k = mem_zalloc(sizeof(*k) + key.n + frame.n);
	k->kind = kind;
	k->carrier = carrier;
	k->key_n = key.n;
	k->frame_n = frame.n;
	memcpy(k->octets, key.p, key.n);
	memcpy(k->octets + key.n, frame.p, frame.n);
	list_append(&x->kept, &k->link);
}

static void on_parked(void *arg, struct view carrier, struct view cid, struct view frame)
{
	struct restore *x = arg;
	struct carrier *c = carrier_by_name(x, carrier);
	if (c)
		keep(x, KEPT_PARKED, carrier_number(c), cid, frame);
}

static void on_part(void *arg, struct view key, struct view frame)
{
	keep(arg, KEPT_PART, 0, key, frame);
}

static void on_pending(void *arg, uint64_t id, struct view rec)
{
	struct restore *x = arg;
	ids_seen(x->ids, id);
	keep(x, KEPT_PENDING, 0, (struct view){(const uint8_t *)&id, sizeof(id)}, rec);
}

static void on_form(void *arg, struct view carrier, struct view name)
{
	struct restore *x = arg;
	struct carrier *c = carrier_by_name(x, carrier);
	enum idform form;
	if (c && idform_by_name(name, &form))
		x->ops->form(x->arg, carrier_number(c), form);
}

/* The journal has been read. */
static void on_reserved(void *arg, uint64_t id)
{
	struct restore *x = arg;
	struct msg *m = find(x, id);
	ids_seen(x->ids, id);
	if (m) {
		m->reserved = true;
		return;
	}
	if (x->unclaimed_n == x->unclaimed_cap) {
		x->unclaimed_cap = x->unclaimed_cap ? x->unclaimed_cap * 2 : 64;
		x->unclaimed = mem_realloc(x->unclaimed, x->unclaimed_cap * sizeof(*x->unclaimed));
	}
	x->unclaimed[x->unclaimed_n++] = id;
}

static void on_progress(void *arg, uint64_t records)
{
	(void)arg;
	log_info("-", "event=loading records=%llu", (unsigned long long)records);
}

static void tell_pending(struct restore *x, struct view key, struct view rec)
{
	uint64_t id;
	memcpy(&id, key.p, sizeof(id));
	x->ops->pending(x->arg, id, rec);
}

static void tell_one_kept(struct restore *x)
{
	struct kept *k = LIST_OF(x->kept.next, struct kept, link);
	struct view key = {k->octets, k->key_n}, frame = {k->octets + k->key_n, k->frame_n};
	list_remove(&k->link);
	if (k->kind == KEPT_PART)
		x->ops->part(x->arg, key, frame);
	else if (k->kind == KEPT_PARKED)
		x->ops->parked(x->arg, k->carrier, key, frame);
	else
		tell_pending(x, key, frame);
	mem_free(k);
}

static void release(struct restore *x)
{
	LIST_EACH_SAFE(node, next, &x->kept) {
		mem_free(LIST_OF(node, struct kept, link));
	}
	loop_timer_clear(x->loop, &x->timer);
	sorter_free(x->handles);
	if (x->by_id)
		map_free(x->by_id);
	mem_free(x->unclaimed);
	mem_free(x);
}

static void give_all(struct restore *x, struct msg *m)
{
	for (struct msg *k = msg_kin(x->msgs, m), *next; k; k = next) {
		next = msg_next_kin(x->msgs, k);
		msgs_give(x->msgs, k);
	}
	msgs_give(x->msgs, m);
}

/* One message, reservation or thing kept; false: there is no more. Nothing is told when reading has failed. */
static bool step(struct restore *x)
{
	uint64_t handle;
	if (sorter_take(x->handles, &handle)) {
		struct msg *m = msgs_get(x->msgs, handle);
		if (x->ok)
			x->ops->message(x->arg, m);
		else
			give_all(x, m);
		return true;
	}
	if (x->ok && !list_empty(&x->kept)) {
		tell_one_kept(x);
		return true;
	}
	if (x->ok && x->unclaimed_at < x->unclaimed_n) {
		x->ops->unclaimed(x->arg, x->unclaimed[x->unclaimed_at++]);
		return true;
	}
	return false;
}

/* False: the map of ids is gone. */
static bool clear(struct restore *x)
{
	for (unsigned i = 0; x->by_id && i < CLEAR_STEP; i++) {
		if (!map_free_step(x->by_id))
			x->by_id = NULL;
	}
	return x->by_id;
}

static void on_turn(struct timer *t)
{
	struct restore *x = LIST_OF(t, struct restore, timer);
	const struct restore_ops *ops = x->ops;
	void *ops_arg = x->arg;
	unsigned steps = 0;
	bool ok = x->ok;
	while (steps < TELL_STEP && step(x))
		steps++;
	if (steps == TELL_STEP || clear(x)) {
		loop_timer(x->loop, t, 0);
		return;
	}
	release(x);
	if (ok)
		ops->done(ops_arg);
	else
		ops->failed(ops_arg);
}

static void on_done(void *arg, bool ok)
{
	struct restore *x = arg;
	if (ok)
		log_info("-", "event=loaded records=%zu unreadable=%llu", sorter_count(x->handles),
			 (unsigned long long)x->unreadable);
	x->ok = ok;
	x->timer.fn = on_turn;
	loop_timer(x->loop, &x->timer, 0);
}

struct restore *restore_start(struct store *store, struct msgs *msgs, struct accounts *accounts,
			      struct carriers *carriers, struct ids *ids, const struct restore_ops *ops, void *arg)
{
	static const struct store_loader loader = {on_journal, on_receipt,  on_parked,	 on_part, on_form,
						   on_pending, on_reserved, on_progress, on_done};
	struct restore *x = mem_zalloc(sizeof(*x));
	*x = (struct restore){.loop = store_loop(store),
			      .msgs = msgs,
			      .accounts = accounts,
			      .carriers = carriers,
			      .ids = ids,
			      .ops = ops,
			      .arg = arg};
	x->handles = sorter_new();
	x->by_id = map_new();
	list_init(&x->kept);
	if (store_load(store, &loader, x) == 0)
		return x;
	release(x);
	return NULL;
}

void restore_stop(struct restore *x)
{
	if (x)
		release(x);
}
