/*
 * flow_gather.c - a long text that an app has cut itself, until all of its parts are stored: then the rules of contact
 * see the whole text once, and its parts go on or end together. Part of the order of life, between the store and the
 * queue. Must not know what a policy says.
 *
 * Parts are acknowledged one by one and held; a set whose time is over is judged by what is there. After a restart the
 * parts that no carrier has gather again.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"
#include "smpp/udh.h"

struct gathering { /* one text; in flow.gatherings */
	struct list link;
	struct flow *flow;
	struct timer timer;
	uint64_t hash, key; /* of account, addresses, reference and total, by two hashes */
	unsigned total, have;
	uint64_t handles[]; /* of its parts; 0: not there */
};

struct place { /* of a part */
	uint64_t hash, key;
	struct udh_concat concat;
};

static bool place_of(const struct msg *m, struct place *out)
{
	struct pdu pdu;
	uint8_t name[160];
	size_t n = 0;
	msg_pdu(m, NULL, &pdu);
	if (!udh_concat_pdu(&pdu, &out->concat) || out->concat.total < 2)
		return false;
	const uint8_t numbers[] = {(uint8_t)m->account,	      (uint8_t)(m->account >> 8),
				   (uint8_t)out->concat.ref,  (uint8_t)(out->concat.ref >> 8),
				   out->concat.total,	      (uint8_t)(out->concat.ref16 << 1 | out->concat.sar),
				   (uint8_t)pdu.sm.src.addr.n};
	memcpy(name, numbers, sizeof(numbers));
	n += sizeof(numbers);
	for (int i = 0; i < 2; i++) {
		struct view v = i ? pdu.sm.dst.addr : pdu.sm.src.addr;
		uint32_t len = v.n < 64 ? v.n : 64;
		if (len)
			memcpy(name + n, v.p, len);
		n += len;
	}
	out->hash = map_hash(name, n);
	out->key = map_hash_u64(out->hash) + map_hash(name, n - 1);
	return true;
}

uint64_t flow_text_key(const struct msg *m)
{
	struct place p;
	return place_of(m, &p) ? p.key : 0;
}

static bool is_key(uint64_t value, const void *key)
{
	return ((const struct gathering *)(uintptr_t)value)->key == *(const uint64_t *)key;
}

static struct gathering *find(struct flow *f, const struct place *p)
{
	uint64_t value;
	return map_find(f->gathering, p->hash, is_key, &p->key, &value) ? (struct gathering *)(uintptr_t)value : NULL;
}

static void forget(struct gathering *g)
{
	uint64_t value;
	map_remove(g->flow->gathering, g->hash, is_key, &g->key, &value);
	loop_timer_clear(g->flow->loop, &g->timer);
	list_remove(&g->link);
	mem_free(g);
}

/* It is complete, or its time is over. */
static void judge(struct gathering *g)
{
	struct flow *f = g->flow;
	struct msg *parts[UINT8_MAX];
	size_t n = 0;
	for (unsigned i = 0; i < g->total; i++) {
		struct msg *m = g->handles[i] ? msgs_get(f->msgs, g->handles[i]) : NULL;
		if (m && m->gathering && m->state == MSG_HELD)
			parts[n++] = m;
	}
	if (n < g->total)
		log_peer_info("-", "event=text_incomplete parts=%zu of=%u action=\"judged by what is there\"", n,
			      g->total);
	forget(g);
	if (n)
		flow_judge_whole(f, parts, n);
}

static void on_time(struct timer *t)
{
	judge(LIST_OF(t, struct gathering, timer));
}

static struct gathering *make(struct flow *f, const struct place *p)
{
	struct gathering *g = mem_zalloc(sizeof(*g) + p->concat.total * sizeof(*g->handles));
	g->flow = f;
	g->hash = p->hash;
	g->key = p->key;
	g->total = p->concat.total;
	g->timer.fn = on_time;
	list_append(&f->gatherings, &g->link);
	if (map_put(f->gathering, g->hash, (uint64_t)(uintptr_t)g) < 0) {
		list_remove(&g->link);
		mem_free(g);
		return NULL;
	}
	loop_timer(f->loop, &g->timer, f->conf.messages->gather * 1000);
	return g;
}

void flow_gather(struct flow *f, struct msg *m)
{
	struct place p;
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	bool part = place_of(m, &p) && p.concat.seq >= 1 && p.concat.seq <= p.concat.total;
	struct gathering *g = part ? find(f, &p) : NULL;
	if (g && g->handles[p.concat.seq - 1] && msgs_get(f->msgs, g->handles[p.concat.seq - 1])) {
		judge(g); /* the next text with the same reference begins */
		g = NULL;
	}
	if (part && !g)
		g = make(f, &p);
	if (!g) { /* no part after all, or no memory: judged by itself */
		flow_judge_whole(f, &m, 1);
		return;
	}
	if (!g->handles[p.concat.seq - 1])
		g->have++;
	g->handles[p.concat.seq - 1] = m->handle;
	if (g->have == g->total)
		judge(g);
}

void flow_gather_init(struct flow *f)
{
	f->gathering = map_new();
	list_init(&f->gatherings);
}

void flow_gather_free(struct flow *f)
{
	while (!list_empty(&f->gatherings))
		forget(LIST_OF(f->gatherings.next, struct gathering, link));
	map_free(f->gathering);
}
