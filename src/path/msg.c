/*
 * msg.c - where messages live. Must not know what becomes of them.
 */
#include "path/msg.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/map.h"
#include "base/mem.h"
#include "path/number.h"

struct msgs {
	struct pool *pool;
	struct slab *slab;
	uint8_t scratch[RECORD_MAX];
};

static const char *const state_names[MSG_STATES] = {
	"new",	  "storing", "held", "queued",	"sent",	      "awaiting",
	"parted", "doubt",   "past", "closing", "delivering", "leaving",
};

/*
 * The record that was decoded last: one step of a life often reads it several times. Its octets are borrowed: whatever
 * frees a record forgets it.
 */
static struct {
	const uint8_t *octets; /* NULL: none */
	bool whole;	       /* rec too, else only its frame */
	struct record rec;
	struct pdu pdu;
} decoded;

static void free_record(struct msgs *ms, struct msg *m)
{
	decoded.octets = NULL;
	slab_free(ms->slab, m->rec, m->rec_len);
}

struct msgs *msgs_new(uint32_t max)
{
	struct msgs *ms = mem_zalloc(sizeof(*ms));
	ms->pool = pool_new(sizeof(struct msg), max);
	ms->slab = slab_new();
	return ms;
}

void msgs_free(struct msgs *ms)
{
	if (!ms)
		return;
	decoded.octets = NULL;
	slab_destroy(ms->slab);
	pool_free(ms->pool);
	mem_free(ms);
}

struct msg *msgs_take(struct msgs *ms)
{
	uint64_t handle;
	struct msg *m = pool_take(ms->pool, &handle);
	if (!m)
		return NULL;
	list_init(&m->link);
	m->handle = handle;
	m->account = MSG_NO_ACCOUNT;
	m->carrier = MSG_NO_CARRIER;
	return m;
}

void msgs_give(struct msgs *ms, struct msg *m)
{
	free_record(ms, m);
	slab_free(ms->slab, m->cid, m->cid_len);
	pool_give(ms->pool, m->handle);
}

struct msg *msgs_get(const struct msgs *ms, uint64_t handle)
{
	return pool_get(ms->pool, handle);
}

uint32_t msgs_count(const struct msgs *ms)
{
	return pool_count(ms->pool);
}

size_t msgs_bytes(const struct msgs *ms)
{
	return (size_t)pool_count(ms->pool) * sizeof(struct msg) + slab_bytes(ms->slab);
}

int msg_set_record(struct msgs *ms, struct msg *m, const struct record *r)
{
	size_t n = record_size(r);
	if (n == 0)
		return -EMSGSIZE;
	if (slab_fits(m->rec_len, n)) { /* in the place of the old one, which r may borrow */
		record_write(r, ms->scratch);
		memcpy(m->rec, ms->scratch, n);
		decoded.octets = NULL;
	} else {
		uint8_t *rec = slab_alloc(ms->slab, n);
		if (!rec)
			return -ENOMEM;
		record_write(r, rec);
		free_record(ms, m);
		m->rec = rec;
	}
	m->rec_len = (uint32_t)n;
	return 0;
}

void msg_record(const struct msg *m, struct record *out)
{
	if (!record_decode((struct view){m->rec, m->rec_len}, out)) {
		log_error("-", "event=fault what=record id=%llu len=%u", (unsigned long long)m->id, m->rec_len);
		log_flush();
		abort();
	}
}

/* Most want no more than the frame. */
static void decode(const struct msg *m, bool whole)
{
	bool known = m->rec && decoded.octets == m->rec;
	if (!m->rec || (whole && !(known && decoded.whole)))
		msg_record(m, &decoded.rec);
	decoded.whole = whole || (known && decoded.whole);
	if (known)
		return;
	struct view frame = record_frame((struct view){m->rec, m->rec_len});
	if (pdu_decode(frame.p, frame.n, &decoded.pdu) != ESME_ROK) {
		log_error("-", "event=fault what=frame id=%llu", (unsigned long long)m->id);
		log_flush();
		abort();
	}
	decoded.octets = m->rec;
}

const struct pdu *msg_look(const struct msg *m, const struct record **rec)
{
	decode(m, true);
	*rec = &decoded.rec;
	return &decoded.pdu;
}

void msg_pdu(const struct msg *m, struct record *rec, struct pdu *pdu)
{
	decode(m, rec != NULL);
	*pdu = decoded.pdu;
	if (rec)
		*rec = decoded.rec;
}

static uint32_t fold(uint32_t h, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 16777619u; /* FNV-1a */
	return h;
}

uint32_t msg_check(struct view account, struct pdu_addr source)
{
	struct number n;
	uint32_t h = fold(fold(2166136261u, account.p, account.n), (const uint8_t *)"", 1);
	if (number_parse(source, &n))
		return fold(h, (const uint8_t *)n.digits, n.n);
	return fold(h, source.addr.p, source.addr.n);
}

void msg_set_expiry(struct msg *m, int64_t wall_ms, const struct loop *l)
{
	static const int64_t last_ms = INT64_MAX / 4; /* a record may say anything */
	m->ends_ms = (wall_ms < 0 ? 0 : wall_ms > last_ms ? last_ms : wall_ms) - loop_wall_ms(l) + loop_now_ms(l);
}

int64_t msg_expiry_ms(const struct msg *m, const struct loop *l)
{
	return m->ends_ms - loop_now_ms(l) + loop_wall_ms(l);
}

void msg_take_fields(struct msg *m, uint64_t id, const struct record *r, const struct pdu *pdu, const struct loop *l)
{
	struct view group;
	m->id = id;
	m->class_id = r->class_id;
	m->attempts = r->attempts;
	msg_set_expiry(m, r->expiry_ms, l);
	m->final_state = r->final_state;
	m->registered = pdu->sm.registered_delivery;
	m->mo = r->kind == RECORD_MO;
	m->internal = r->flags & RECORD_INTERNAL;
	m->review = r->flags & RECORD_REVIEW;
	m->read = r->flags & RECORD_READ;
	m->verdict = r->verdict;
	m->aliased = r->app_id != 0;
	m->note = m->aliased && r->kind == RECORD_FINAL && (r->flags & RECORD_NOTE);
	m->check = msg_check(r->account, pdu->sm.src);
	m->grouped = pdu->tlvs.n && tlv_find(pdu->tlvs, TLV_GROUP_KEY, &group);
}

uint64_t msg_app_id(const struct msg *m)
{
	struct record r;
	if (!m->aliased)
		return m->id;
	msg_record(m, &r);
	return r.app_id ? r.app_id : m->id;
}

void msg_add_kin(struct msg *parent, struct msg *child, enum msg_kin kind)
{
	child->kin_kind = (uint8_t)kind;
	child->parent = parent->handle;
	child->sibling = parent->kin;
	parent->kin = child->handle;
}

void msg_remove_kin(struct msgs *ms, struct msg *parent, struct msg *child)
{
	uint64_t *at = &parent->kin;
	while (*at && *at != child->handle)
		at = &msgs_get(ms, *at)->sibling;
	if (*at)
		*at = child->sibling;
	child->parent = child->sibling = 0;
}

struct msg *msg_kin(const struct msgs *ms, const struct msg *parent)
{
	return parent->kin ? msgs_get(ms, parent->kin) : NULL;
}

struct msg *msg_next_kin(const struct msgs *ms, const struct msg *child)
{
	return child->sibling ? msgs_get(ms, child->sibling) : NULL;
}

struct msg *msg_whole(const struct msgs *ms, struct msg *m)
{
	while (m->parent)
		m = msgs_get(ms, m->parent);
	return m;
}

struct each {
	void (*fn)(struct msg *m, void *arg);
	void *arg;
};

static void call_each(void *item, uint64_t handle, void *arg)
{
	const struct each *e = arg;
	(void)handle;
	e->fn(item, e->arg);
}

void msgs_each(struct msgs *ms, void (*fn)(struct msg *m, void *arg), void *arg)
{
	struct each e = {fn, arg};
	pool_each(ms->pool, call_each, &e);
}

bool msgs_slice(struct msgs *ms, uint32_t *at, uint32_t n, void (*fn)(struct msg *m, void *arg), void *arg)
{
	struct each e = {fn, arg};
	return pool_slice(ms->pool, at, n, call_each, &e);
}

int msg_set_cid(struct msgs *ms, struct msg *m, const char *cid, size_t n)
{
	char *copy = n ? slab_alloc(ms->slab, n) : NULL;
	if (n && !copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, cid, n);
	slab_free(ms->slab, m->cid, m->cid_len);
	m->cid = copy;
	m->cid_len = (uint8_t)n;
	m->cid_hash = n ? map_hash(copy, n) : 0;
	return 0;
}

const char *msg_state_name(enum msg_state s)
{
	return s < MSG_STATES ? state_names[s] : "?";
}
