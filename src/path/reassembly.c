/*
 * reassembly.c - long MO from their parts. Must not know whose they are, the store, or what a text means.
 */
#include "path/reassembly.h"

#include <stdio.h>

#include "base/map.h"
#include "base/mem.h"

struct part {
	uint8_t *frame;
	uint32_t n;
	char key[REASSEMBLY_KEY_MAX];
};

struct set {
	struct list link; /* oldest first */
	int64_t until_ms;
	size_t carrier;
	char name[REASSEMBLY_KEY_MAX]; /* the key without the part's number */
	unsigned have, total;
	struct part *parts; /* total of them, by number - 1 */
};

struct reassembly {
	struct loop *loop;
	struct map *sets;
	struct list order;
	size_t parts, max_parts; /* places: a set counts with all the parts that it announces */
	int64_t age_ms;
	struct timer timer;
	void (*on_expired)(void *arg, const struct reassembled *r);
	void *arg;
	uint8_t text[REASSEMBLY_TEXT_MAX];
	char keys[255][REASSEMBLY_KEY_MAX];
	struct view frames[255];
};

static bool is_set(uint64_t value, const void *key)
{
	return strcmp(((const struct set *)(uintptr_t)value)->name, key) == 0;
}

static void set_name(const char *carrier_name, const struct pdu *pdu, const struct udh_concat *c,
		     char out[REASSEMBLY_KEY_MAX])
{
	snprintf(out, REASSEMBLY_KEY_MAX, "%s/%.*s/%.*s/%u/%u/%s", carrier_name, (int)pdu->sm.src.addr.n,
		 (const char *)pdu->sm.src.addr.p, (int)pdu->sm.dst.addr.n, (const char *)pdu->sm.dst.addr.p, c->ref,
		 c->total,
		 c->sar	    ? "sar"
		 : c->ref16 ? "udh16"
			    : "udh8");
}

void reassembly_key(const char *carrier_name, const struct pdu *pdu, const struct udh_concat *c,
		    char out[REASSEMBLY_KEY_MAX])
{
	set_name(carrier_name, pdu, c, out);
	size_t n = strlen(out);
	snprintf(out + n, REASSEMBLY_KEY_MAX - n, "/%u", c->seq);
}

/* Out of the index: its parts can be added again from here on. */
static void forget_set(struct reassembly *x, struct set *s)
{
	uint64_t value;
	map_remove(x->sets, map_hash(s->name, strlen(s->name)), is_set, s->name, &value);
	list_remove(&s->link);
	x->parts -= s->total;
}

static void free_set(struct set *s)
{
	for (unsigned i = 0; i < s->total; i++)
		mem_free(s->parts[i].frame);
	mem_free(s->parts);
	mem_free(s);
}

/* Puts the parts that are there together and tells. */
static void give(struct reassembly *x, const struct set *s, void (*fn)(void *arg, const struct reassembled *r),
		 void *arg)
{
	struct pdu first = {0}, pdu;
	struct reassembled r = {.first = &first,
				.have = s->have,
				.total = s->total,
				.carrier = s->carrier,
				.keys = (const char(*)[REASSEMBLY_KEY_MAX])x->keys,
				.frames = x->frames};
	uint32_t n = 0;
	for (unsigned i = 0; i < s->total; i++) {
		const struct part *p = &s->parts[i];
		struct view text;
		if (!p->frame || pdu_decode(p->frame, p->n, &pdu) != ESME_ROK || !pdu_text(&pdu, &text))
			continue;
		if (!first.command_id)
			first = pdu;
		uint32_t skip = pdu.sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
		if (n + text.n - skip <= sizeof(x->text)) {
			memcpy(x->text + n, text.p + skip, text.n - skip);
			n += text.n - skip;
		}
		memcpy(x->keys[r.parts_n], p->key, sizeof(p->key));
		x->frames[r.parts_n++] = (struct view){p->frame, p->n};
	}
	r.text = (struct view){x->text, n};
	if (first.command_id)
		fn(arg, &r);
}

static void arm(struct reassembly *x)
{
	if (list_empty(&x->order))
		return;
	int64_t wait = LIST_OF(x->order.next, struct set, link)->until_ms - loop_now_ms(x->loop);
	loop_timer(x->loop, &x->timer, wait > 0 ? wait : 0);
}

static void expire(struct timer *t)
{
	struct reassembly *x = LIST_OF(t, struct reassembly, timer);
	while (!list_empty(&x->order)) {
		struct set *s = LIST_OF(x->order.next, struct set, link);
		if (s->until_ms > loop_now_ms(x->loop))
			break;
		forget_set(x, s);
		give(x, s, x->on_expired, x->arg);
		free_set(s);
	}
	arm(x);
}

struct reassembly *reassembly_new(struct loop *loop, uint32_t max_parts, int64_t age_ms,
				  void (*on_expired)(void *arg, const struct reassembled *r), void *arg)
{
	struct reassembly *x = mem_zalloc(sizeof(*x));
	x->loop = loop;
	x->sets = map_new();
	list_init(&x->order);
	x->max_parts = max_parts;
	x->age_ms = age_ms;
	x->timer.fn = expire;
	x->on_expired = on_expired;
	x->arg = arg;
	return x;
}

void reassembly_set_bounds(struct reassembly *x, uint32_t max_parts, int64_t age_ms)
{
	x->max_parts = max_parts;
	x->age_ms = age_ms;
}

void reassembly_free(struct reassembly *x)
{
	if (!x)
		return;
	loop_timer_clear(x->loop, &x->timer);
	while (!list_empty(&x->order)) {
		struct set *s = LIST_OF(x->order.next, struct set, link);
		forget_set(x, s);
		free_set(s);
	}
	map_free(x->sets);
	mem_free(x);
}

static struct set *find_or_make(struct reassembly *x, size_t carrier, const char *name, unsigned total)
{
	uint64_t value, hash = map_hash(name, strlen(name));
	if (map_find(x->sets, hash, is_set, name, &value))
		return (struct set *)(uintptr_t)value;
	if (x->parts + total > x->max_parts)
		return NULL;
	struct set *s = mem_zalloc(sizeof(*s));
	s->until_ms = loop_now_ms(x->loop) + x->age_ms;
	s->carrier = carrier;
	s->total = total;
	s->parts = mem_zalloc(total * sizeof(*s->parts));
	snprintf(s->name, sizeof(s->name), "%s", name);
	if (map_put(x->sets, hash, (uint64_t)(uintptr_t)s) < 0) {
		mem_free(s->parts);
		mem_free(s);
		return NULL;
	}
	list_append(&x->order, &s->link);
	x->parts += total;
	if (!wheel_isset(&x->timer))
		arm(x);
	return s;
}

bool reassembly_add(struct reassembly *x, size_t carrier, const char *carrier_name, struct view frame,
		    const struct pdu *pdu, const struct udh_concat *c,
		    void (*whole)(void *arg, const struct reassembled *r), void *arg)
{
	char name[REASSEMBLY_KEY_MAX];
	set_name(carrier_name, pdu, c, name);
	struct set *s = find_or_make(x, carrier, name, c->total);
	if (!s)
		return false;
	struct part *p = &s->parts[c->seq - 1];
	if (!p->frame) {
		p->frame = mem_zalloc(frame.n);
		memcpy(p->frame, frame.p, frame.n);
		p->n = frame.n;
		reassembly_key(carrier_name, pdu, c, p->key);
		s->have++;
	}
	if (s->have == s->total) {
		forget_set(x, s);
		give(x, s, whole, arg);
		free_set(s);
	}
	return true;
}

size_t reassembly_parts(const struct reassembly *x)
{
	return x->parts;
}
