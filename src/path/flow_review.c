/*
 * flow_review.c - acknowledged texts that a policy holds until the operator has read them: held, shown to him, let go
 * or ended as he says; what he says of many is done in steps, and means those that were there when he said it. Part of
 * the order of life. Must not know why a policy holds a text, nor how consoles talk.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"
#include "path/plain.h"

#define TEXT_SHOWN 1024u /* octets of UTF-8 */

void flow_hold_review(struct flow *f, struct msg *m)
{
	struct policy_verdict v = policy_verdict_of((enum policy_id)m->verdict);
	struct record r;
	msg_record(m, &r);
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	walk_list_add(&f->reviews, &m->link);
	if (!(r.flags & RECORD_REVIEW) || ids_time_ms(m->id) >= f->since_ms)
		flow_tell_held(f, m, WAIT_REVIEW);
	log_peer_info(flow_account_name(f, m->account),
		      "event=held_for_review id=%llu policy=%s action=\"smppgwctl review\"", (unsigned long long)m->id,
		      v.name);
}

int64_t flow_review_since(const struct flow *f)
{
	const struct list *node = walk_first(&f->reviews);
	return node ? ids_time_ms(LIST_OF(node, struct msg, link)->id) : 0;
}

/* --- looking --- */

struct flow_reviews {
	struct flow *flow;
	struct walk walk;
	const struct msg *at; /* good for this turn */
	char text[TEXT_SHOWN];
};

struct flow_reviews *flow_reviews_begin(struct flow *f)
{
	struct flow_reviews *l = mem_zalloc(sizeof(*l));
	l->flow = f;
	walk_begin(&f->reviews, &l->walk);
	return l;
}

bool flow_reviews_next(struct flow_reviews *l, const struct account **whose)
{
	l->at = msg_walk_next(&l->flow->reviews, &l->walk);
	if (!l->at)
		return false;
	*whose = flow_account_of(l->flow, l->at->account);
	return true;
}

void flow_reviews_read(struct flow_reviews *l, struct flow_review *said)
{
	const struct msg *m = l->at;
	struct record r;
	struct pdu pdu;
	msg_pdu(m, &r, &pdu);
	struct plain p = plain_read(&pdu, flow_account_dcs0(l->flow, m->account), l->text, sizeof(l->text));
	*said = (struct flow_review){.id = msg_app_id(m),
				     .account = flow_account_name(l->flow, m->account),
				     .class_name = class_name((enum class_id)m->class_id),
				     .policy = policy_verdict_of((enum policy_id)m->verdict).name,
				     .number = pdu.sm.dst.addr,
				     .text = {(const uint8_t *)l->text, p.n},
				     .part = p.part ? p.concat.seq : 0,
				     .parts = p.part ? p.concat.total : 0,
				     .since_ms = r.accept_ms,
				     .until_ms = msg_expiry_ms(m, l->flow->loop)};
}

void flow_reviews_end(struct flow_reviews *l)
{
	if (!l)
		return;
	walk_end(&l->walk);
	mem_free(l);
}

/* --- settling --- */

struct reviewing {
	struct sweep sweep;
	uint64_t id; /* 0: all */
	int account; /* its number; below 0: all */
	bool go;
	size_t texts_n;
	uint64_t texts[]; /* of which messages of that id are parts: one for each destination of a submit_multi */
};

/* What may go is not to be gathered, judged and held once more after a restart: other parts of it may have left. */
void flow_let_go(struct flow *f, struct msg *m)
{
	struct record r;
	loop_timer_clear(f->loop, &m->timer);
	m->review = false;
	m->read = true;
	m->verdict = POLICY_NONE;
	msg_record(m, &r);
	r.flags = (uint8_t)((r.flags & ~RECORD_REVIEW) | RECORD_READ);
	r.verdict = POLICY_NONE;
	if (msg_set_record(f->msgs, m, &r) < 0)
		log_error("-", "event=no_memory what=record id=%llu", (unsigned long long)m->id);
	flow_set_state(f, m, MSG_STORING);
	if (m->volatile_)
		flow_begin(f, m);
	else
		flow_store_again(f, m);
}

static void reject(struct flow *f, struct msg *m)
{
	policy_count(f->policy, (enum policy_id)m->verdict);
	flow_end_by(f, m, (enum policy_id)m->verdict);
}

/* With a part go the others of its text. */
static bool is_meant(const struct reviewing *x, const struct msg *m)
{
	if (x->account >= 0 && m->account != x->account)
		return false;
	if (x->id == 0 || msg_app_id(m) == x->id)
		return true;
	uint64_t text = x->texts_n ? flow_text_key(m) : 0;
	for (size_t i = 0; text && i < x->texts_n; i++) {
		if (x->texts[i] == text)
			return true;
	}
	return false;
}

static bool review(struct sweep *s, struct msg *m)
{
	const struct reviewing *x = (const struct reviewing *)s;
	struct flow *f = s->asked.wave.flow;
	if (!is_meant(x, m))
		return false;
	list_remove(&m->link);
	if (x->go)
		flow_let_go(f, m);
	else
		reject(f, m);
	return true;
}

static bool is_held(const struct msg *m)
{
	return m->state == MSG_HELD && m->review && !m->gathering;
}

static void count_held(struct msg *m, void *arg)
{
	*(size_t *)arg += is_held(m);
}

static void note_text(struct msg *m, void *arg)
{
	struct reviewing *x = arg;
	uint64_t text = is_held(m) ? flow_text_key(m) : 0;
	if (text)
		x->texts[x->texts_n++] = text;
}

void flow_review_settle(struct flow *f, uint64_t id, const struct account *a, bool go,
			void (*done)(void *arg, unsigned n), void *arg)
{
	size_t held = 0;
	if (id)
		index_by_id(f->index, id, count_held, &held);
	if (id && !held) {
		done(arg, 0);
		return;
	}
	struct reviewing *x = (struct reviewing *)flow_sweep(f, sizeof(*x) + held * sizeof(*x->texts), done, arg);
	x->id = id;
	x->account = a ? (int)account_number(a) : -1;
	x->go = go;
	if (id)
		index_by_id(f->index, id, note_text, x);
	flow_sweep_start(&x->sweep, &f->reviews, review);
}
