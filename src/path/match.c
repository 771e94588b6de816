/*
 * match.c - carrier ids to messages; parked receipts. Must not know what a receipt does to a message, nor the store.
 */
#include "path/match.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"

#define ENDED_SLOTS 32768u /* a power of two: carrier ids of ended messages that are remembered, by print */

struct forms {
	uint64_t matches[IDFORMS];
	int fixed, known, rival; /* enum idform or -1; rival: the one of the latest matches, when it is not known */
	unsigned run;		 /* matches in a row under the rival */
	uint64_t salt;		 /* of the hashes of its ids */
};

struct parked {
	struct list link; /* oldest first */
	int64_t until_ms; /* of the loop's clock */
	int64_t at_ms;	  /* UTC: when it came; 0: see match_park() */
	size_t carrier;
	uint32_t cid_n, frame_n;
	char cid[IDFORM_MAX];
	uint8_t frame[];
};

struct match {
	struct loop *loop;
	struct msgs *msgs;
	struct map *ids, *parked_ids;
	uint32_t *ended; /* ENDED_SLOTS prints */
	struct forms *forms;
	size_t carriers;
	struct list parked;
	size_t parked_n, max_parked;
	int64_t park_ms;
	struct timer timer;
	match_expired_fn on_expired;
	void *expired_arg;
	match_learnt_fn on_learnt;
	void *learnt_arg;
};

struct key {
	const struct match *x;
	size_t carrier;
	struct view cid;
	struct msg **found; /* by is_message() */
};

/* carrier: or none, of a message whose carrier is gone */
static uint64_t salted(const struct match *x, size_t carrier, uint64_t cid_hash)
{
	return cid_hash ^ (carrier < x->carriers ? x->forms[carrier].salt : 0);
}

static uint64_t hash_of(const struct match *x, size_t carrier, struct view cid)
{
	return salted(x, carrier, map_hash(cid.p, cid.n));
}

static uint64_t hash_of_msg(const struct match *x, const struct msg *m)
{
	return salted(x, m->carrier, m->cid_hash);
}

static bool is_message(uint64_t value, const void *key)
{
	const struct key *k = key;
	struct msg *m = msgs_get(k->x->msgs, value);
	if (m) { /* it nearly always is the one, it is worked on then, and has been in no cache since it was sent */
		msg_fetch(m);
		msg_fetch_octets(m);
	}
	*k->found = m;
	return m && m->carrier == k->carrier && m->cid_len == k->cid.n && memcmp(m->cid, k->cid.p, k->cid.n) == 0;
}

static bool is_parked(uint64_t value, const void *key)
{
	const struct key *k = key;
	const struct parked *p = (const struct parked *)(uintptr_t)value;
	return p->carrier == k->carrier && p->cid_n == k->cid.n && memcmp(p->cid, k->cid.p, k->cid.n) == 0;
}

static void drop_parked(struct match *x, struct parked *p)
{
	uint64_t value;
	struct view cid = {(const uint8_t *)p->cid, p->cid_n};
	struct key key = {x, p->carrier, cid, NULL};
	map_remove(x->parked_ids, hash_of(x, p->carrier, cid), is_parked, &key, &value);
	list_remove(&p->link);
	x->parked_n--;
	mem_free(p);
}

static void arm(struct match *x)
{
	if (list_empty(&x->parked))
		return;
	int64_t wait = LIST_OF(x->parked.next, struct parked, link)->until_ms - loop_now_ms(x->loop);
	loop_timer(x->loop, &x->timer, wait > 0 ? wait : 0);
}

static void expire(struct timer *t)
{
	struct match *x = LIST_OF(t, struct match, timer);
	while (!list_empty(&x->parked)) {
		struct parked *p = LIST_OF(x->parked.next, struct parked, link);
		if (p->until_ms > loop_now_ms(x->loop))
			break;
		struct view cid = {(const uint8_t *)p->cid, p->cid_n}, frame = {p->frame, p->frame_n};
		if (x->on_expired)
			x->on_expired(x->expired_arg, p->carrier, cid, frame, p->at_ms);
		drop_parked(x, p);
	}
	arm(x);
}

struct match *match_new(struct loop *loop, struct msgs *msgs, size_t carriers, uint32_t max_parked, int64_t park_ms)
{
	struct match *x = mem_zalloc(sizeof(*x));
	x->loop = loop;
	x->msgs = msgs;
	x->ids = map_new();
	x->parked_ids = map_new();
	x->ended = mem_zalloc(ENDED_SLOTS * sizeof(*x->ended));
	match_grow(x, carriers);
	list_init(&x->parked);
	x->max_parked = max_parked;
	x->park_ms = park_ms;
	x->timer.fn = expire;
	return x;
}

void match_grow(struct match *x, size_t carriers)
{
	x->forms = mem_realloc(x->forms, (carriers + 1) * sizeof(*x->forms));
	for (; x->carriers < carriers; x->carriers++) {
		memset(&x->forms[x->carriers], 0, sizeof(*x->forms));
		x->forms[x->carriers].fixed = x->forms[x->carriers].known = x->forms[x->carriers].rival = -1;
		x->forms[x->carriers].salt = map_hash_u64(x->carriers);
	}
}

void match_set_bounds(struct match *x, uint32_t max_parked, int64_t park_ms)
{
	x->max_parked = max_parked;
	x->park_ms = park_ms;
}

void match_free(struct match *x)
{
	if (!x)
		return;
	loop_timer_clear(x->loop, &x->timer);
	while (!list_empty(&x->parked))
		drop_parked(x, LIST_OF(x->parked.next, struct parked, link));
	map_free(x->ids);
	map_free(x->parked_ids);
	mem_free(x->ended);
	mem_free(x->forms);
	mem_free(x);
}

void match_fix_form(struct match *x, size_t carrier, enum idform form)
{
	x->forms[carrier].fixed = (int)form;
}

void match_learn_form(struct match *x, size_t carrier)
{
	x->forms[carrier].fixed = -1;
}

void match_add(struct match *x, struct msg *m)
{
	if (map_put(x->ids, hash_of_msg(x, m), m->handle) < 0)
		mem_none("the ids of carriers");
}

static bool is_this(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

void match_remove(struct match *x, struct msg *m)
{
	uint64_t value;
	if (m->cid_len && m->carrier != MSG_NO_CARRIER)
		map_remove(x->ids, hash_of_msg(x, m), is_this, &m->handle, &value);
}

static struct msg *look_up_hashed(const struct match *x, size_t carrier, struct view cid, uint64_t hash)
{
	uint64_t value;
	struct msg *m;
	struct key key = {x, carrier, cid, &m};
	return map_find(x->ids, hash, is_message, &key, &value) ? m : NULL;
}

static struct msg *look_up(const struct match *x, size_t carrier, struct view cid)
{
	return look_up_hashed(x, carrier, cid, hash_of(x, carrier, cid));
}

struct msg *match_held(const struct match *x, size_t carrier, struct view cid)
{
	return look_up(x, carrier, cid);
}

struct msg *match_rival(const struct match *x, const struct msg *m)
{
	return look_up_hashed(x, m->carrier, (struct view){(const uint8_t *)m->cid, m->cid_len}, hash_of_msg(x, m));
}

static bool is_to(const struct match *x, struct msg *m, struct pdu_addr from)
{
	struct pdu pdu;
	struct number to, number;
	msg_pdu(msg_whole(x->msgs, m), NULL, &pdu);
	return number_parse(pdu.sm.dst, &to) && number_parse(from, &number) && to.n == number.n &&
	       memcmp(to.digits, number.digits, to.n) == 0;
}

static int known_form(const struct forms *f)
{
	return f->fixed >= 0 ? f->fixed : f->known;
}

/* A receipt was matched under a form: it becomes the known one after so many in a row. */
static void learn(struct match *x, size_t carrier, int form)
{
	struct forms *f = &x->forms[carrier];
	f->matches[form]++;
	if (form == known_form(f) || f->fixed >= 0) {
		f->run = 0;
		return;
	}
	f->run = f->rival == form ? f->run + 1 : 1;
	f->rival = form;
	if (f->run < MATCH_LEARN)
		return;
	f->known = form;
	f->run = 0;
	if (x->on_learnt)
		x->on_learnt(x->learnt_arg, carrier, (enum idform)form);
}

void match_on_learnt(struct match *x, match_learnt_fn fn, void *arg)
{
	x->on_learnt = fn;
	x->learnt_arg = arg;
}

void match_learnt(struct match *x, size_t carrier, enum idform form)
{
	x->forms[carrier].known = (int)form;
}

/* The form to try at a step, -1 and up: the known one first, then the others by their rank; -1: none. */
static int form_to_try(const struct forms *forms, int known, int step)
{
	int form = step < 0 ? known : step;
	if ((step >= 0 && form == known) || (forms->fixed >= 0 && form != forms->fixed))
		return -1;
	return form;
}

/* What an id is under a form, of n 0 when it is nothing; borrows id or room. */
static struct view converted(enum idform form, struct view id, char room[IDFORM_MAX])
{
	if (form == IDFORM_TEXT)
		return id;
	return (struct view){(const uint8_t *)room, (uint32_t)idform_convert(form, id, room)};
}

struct msg *match_find(struct match *x, size_t carrier, struct view id, struct pdu_addr from)
{
	char text[IDFORM_MAX], other[IDFORM_MAX];
	struct forms *forms = &x->forms[carrier];
	struct view canonical = {(const uint8_t *)text, (uint32_t)idform_canonical(id, text)};
	int known = known_form(forms);
	if (canonical.n == 0)
		return NULL;
	for (int i = -1; i < IDFORMS; i++) {
		int form = form_to_try(forms, known, i);
		if (form < 0)
			continue;
		struct view cid = converted((enum idform)form, canonical, other);
		struct msg *m = cid.n ? look_up(x, carrier, cid) : NULL;
		if (m && (form == known || is_to(x, m, from))) {
			learn(x, carrier, form);
			return m;
		}
	}
	return NULL;
}

bool match_form(const struct match *x, size_t carrier, enum idform *form, uint64_t *matches)
{
	int known = known_form(&x->forms[carrier]);
	if (known < 0)
		return false;
	*form = (enum idform)known;
	*matches = x->forms[carrier].matches[known];
	return true;
}

static uint32_t *ended_slot(const struct match *x, uint64_t hash, uint32_t *print)
{
	*print = (uint32_t)(hash >> 32) | 1u;
	return &x->ended[hash & (ENDED_SLOTS - 1)];
}

static void note_ended(struct match *x, uint64_t hash)
{
	uint32_t print, *slot = ended_slot(x, hash, &print);
	*slot = print;
}

void match_note_ended(struct match *x, size_t carrier, struct view cid)
{
	note_ended(x, hash_of(x, carrier, cid));
}

void match_end(struct match *x, struct msg *m)
{
	uint64_t value, hash;
	if (!m->cid_len || m->carrier == MSG_NO_CARRIER)
		return;
	hash = hash_of_msg(x, m);
	map_remove(x->ids, hash, is_this, &m->handle, &value);
	note_ended(x, hash);
}

bool match_ended(const struct match *x, size_t carrier, struct view id)
{
	char text[IDFORM_MAX], other[IDFORM_MAX];
	struct view canonical = {(const uint8_t *)text, (uint32_t)idform_canonical(id, text)};
	uint32_t print;
	for (int form = 0; canonical.n && form < IDFORMS; form++) {
		struct view cid = converted((enum idform)form, canonical, other);
		if (cid.n && *ended_slot(x, hash_of(x, carrier, cid), &print) == print)
			return true;
	}
	return false;
}

static struct parked *find_parked(const struct match *x, size_t carrier, struct view cid)
{
	uint64_t value;
	struct key key = {x, carrier, cid, NULL};
	if (!map_find(x->parked_ids, hash_of(x, carrier, cid), is_parked, &key, &value))
		return NULL;
	return (struct parked *)(uintptr_t)value;
}

bool match_park(struct match *x, size_t carrier, struct view cid, struct view frame, int64_t at_ms)
{
	struct parked *old = find_parked(x, carrier, cid);
	if (old)
		drop_parked(x, old);
	if (x->parked_n >= x->max_parked || cid.n > IDFORM_MAX)
		return false;
	struct parked *p = mem_zalloc(sizeof(*p) + frame.n);
	p->until_ms = loop_now_ms(x->loop) + x->park_ms;
	p->at_ms = at_ms;
	p->carrier = carrier;
	p->cid_n = cid.n;
	p->frame_n = frame.n;
	memcpy(p->cid, cid.p, cid.n);
	memcpy(p->frame, frame.p, frame.n);
	if (map_put(x->parked_ids, hash_of(x, carrier, cid), (uint64_t)(uintptr_t)p) < 0) {
		mem_free(p);
		return false;
	}
	list_append(&x->parked, &p->link);
	x->parked_n++;
	if (!wheel_isset(&x->timer))
		arm(x);
	return true;
}

/* Whether a parked receipt is of the number that a message went to. */
static bool is_from(const struct match *x, const struct parked *p, struct msg *m)
{
	struct pdu pdu;
	return m && pdu_decode(p->frame, p->frame_n, &pdu) == ESME_ROK && is_to(x, m, pdu.sm.src);
}

bool match_unpark(struct match *x, size_t carrier, struct view cid, uint8_t *buf, size_t cap, struct view *frame,
		  char parked_id[IDFORM_MAX], size_t *parked_n)
{
	/* from the response's form to the receipt's: the other way round than match_find() */
	static const enum idform back[IDFORMS] = {
		[IDFORM_TEXT] = IDFORM_TEXT,
		[IDFORM_DEC_TO_HEX] = IDFORM_HEX_TO_DEC,
		[IDFORM_HEX_TO_DEC] = IDFORM_DEC_TO_HEX,
	};
	struct forms *forms = &x->forms[carrier];
	char other[IDFORM_MAX];
	int known = known_form(forms);
	for (int i = -1; x->parked_n && i < IDFORMS; i++) {
		int form = form_to_try(forms, known, i);
		struct view id = form < 0 ? (struct view){0} : converted(back[form], cid, other);
		struct parked *p = id.n ? find_parked(x, carrier, id) : NULL;
		if (!p || p->frame_n > cap || (form != known && !is_from(x, p, look_up(x, carrier, cid))))
			continue;
		learn(x, carrier, form);
		memcpy(buf, p->frame, p->frame_n);
		*frame = (struct view){buf, p->frame_n};
		memcpy(parked_id, p->cid, p->cid_n);
		*parked_n = p->cid_n;
		drop_parked(x, p);
		return true;
	}
	return false;
}

bool match_parked_other(const struct match *x, size_t carrier, struct view cid, const struct number *number)
{
	LIST_EACH(node, &x->parked) {
		const struct parked *p = LIST_OF(node, struct parked, link);
		struct pdu pdu;
		struct number from;
		if (p->carrier != carrier || view_eq((struct view){(const uint8_t *)p->cid, p->cid_n}, cid))
			continue;
		if (pdu_decode(p->frame, p->frame_n, &pdu) == ESME_ROK && number_parse(pdu.sm.src, &from) &&
		    from.n == number->n && memcmp(from.digits, number->digits, from.n) == 0)
			return true;
	}
	return false;
}

void match_on_expired(struct match *x, match_expired_fn fn, void *arg)
{
	x->on_expired = fn;
	x->expired_arg = arg;
}

size_t match_parked(const struct match *x)
{
	return x->parked_n;
}
