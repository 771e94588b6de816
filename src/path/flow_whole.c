/*
 * flow_whole.c - messages that are acknowledged and still wait for a verdict: the gathered parts of a text, judged
 * together, and what is held until the operator has read it. Part of the order of life. Must not know what a policy
 * says, nor how parts were gathered.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"
#include "path/plain.h"
#include "path/store_recipient.h"
#include "policy/policy.h"

#define AGAIN_MS 1000

struct whole { /* parts of one text while its recipient is asked about; in flow.wholes */
	struct list link;
	struct flow *flow;
	struct timer timer;	 /* until it is asked again */
	struct policy_asks asks; /* that are being asked */
	int64_t due_ms;
	uint8_t review; /* enum policy_id */
	size_t n;
	uint64_t handles[];
};

/* --- held for review --- */

void flow_hold_review(struct flow *f, struct msg *m)
{
	struct policy_verdict v = policy_verdict_of((enum policy_id)m->verdict);
	struct record r;
	msg_record(m, &r);
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	list_append(&f->reviews, &m->link);
	if (!(r.flags & RECORD_REVIEW) || ids_time_ms(m->id) >= f->since_ms)
		flow_tell_held(f, m, WAIT_REVIEW);
	log_peer_info(account_name(accounts_at(f->accounts, m->account)),
		      "event=held_for_review id=%llu policy=%s action=\"smppgwctl review\"", (unsigned long long)m->id,
		      v.name);
}

void flow_reviews_each(struct flow *f, void (*fn)(const struct flow_review *r, void *arg), void *arg)
{
	char text[1024];
	LIST_EACH_SAFE(node, next, &f->reviews) {
		const struct msg *m = LIST_OF(node, struct msg, link);
		const struct account *a = accounts_at(f->accounts, m->account);
		struct record r;
		struct pdu pdu;
		msg_pdu(m, &r, &pdu);
		struct plain p = plain_read(&pdu, (enum charset)account_conf(a)->dcs0, text, sizeof(text));
		struct flow_review said = {.id = msg_app_id(m),
					   .account = account_name(a),
					   .class_name = class_name((enum class_id)m->class_id),
					   .policy = policy_verdict_of((enum policy_id)m->verdict).name,
					   .number = pdu.sm.dst.addr,
					   .text = {(const uint8_t *)text, p.n},
					   .part = p.part ? p.concat.seq : 0,
					   .parts = p.part ? p.concat.total : 0,
					   .since_ms = r.accept_ms,
					   .until_ms = msg_expiry_ms(m, f->loop)};
		fn(&said, arg);
	}
}

/* What may go is not to be gathered, judged and held once more after a restart: other parts of it may have left. */
static void approve(struct flow *f, struct msg *m)
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

static bool is_meant(struct msg *m, uint64_t id, const struct msg *one)
{
	uint64_t key = one ? flow_text_key(one) : 0;
	return id == 0 || msg_app_id(m) == id || (key && flow_text_key(m) == key);
}

static const struct msg *review_by_id(struct flow *f, uint64_t id)
{
	LIST_EACH_SAFE(node, next, &f->reviews) {
		const struct msg *m = LIST_OF(node, struct msg, link);
		if (id && msg_app_id(m) == id)
			return m;
	}
	return NULL;
}

unsigned flow_review_settle(struct flow *f, uint64_t id, const struct account *account, bool go)
{
	struct list meant;
	unsigned n = 0;
	const struct msg *one = review_by_id(f, id);
	list_init(&meant);
	LIST_EACH_SAFE(node, next, &f->reviews) {
		struct msg *m = LIST_OF(node, struct msg, link);
		if ((account && account_number(account) != m->account) || !is_meant(m, id, one))
			continue;
		list_remove(&m->link);
		list_append(&meant, &m->link);
	}
	while (!list_empty(&meant)) {
		struct msg *m = LIST_OF(meant.next, struct msg, link);
		list_remove(&m->link);
		n++;
		if (go)
			approve(f, m);
		else
			reject(f, m);
	}
	return n;
}

/* --- parts of one text --- */

static void drop(struct whole *w)
{
	loop_timer_clear(w->flow->loop, &w->timer);
	list_remove(&w->link);
	mem_free(w);
}

/* The next of its parts that still waits; NULL when there are no more. */
static struct msg *next_part(const struct whole *w, size_t *at)
{
	while (*at < w->n) {
		struct msg *m = msgs_get(w->flow->msgs, w->handles[(*at)++]);
		if (m && m->gathering && m->state == MSG_HELD)
			return m;
	}
	return NULL;
}

static void go_on(struct whole *w)
{
	struct flow *f = w->flow;
	struct msg *m;
	for (size_t at = 0; (m = next_part(w, &at));) {
		loop_timer_clear(f->loop, &m->timer);
		m->gathering = false;
		m->review = w->review != POLICY_NONE;
		m->verdict = w->review;
		if (w->due_ms > m->due_ms)
			m->due_ms = w->due_ms;
		m->known_ms = loop_wall_ms(f->loop);
		if (m->review)
			flow_hold_review(f, m);
		else
			approve(f, m);
	}
	drop(w);
}

static void end(struct whole *w, enum policy_id id)
{
	struct flow *f = w->flow;
	struct msg *m;
	for (size_t at = 0; (m = next_part(w, &at));) {
		m->gathering = false;
		flow_end_by(f, m, id);
	}
	drop(w);
}

static void ask(struct whole *w, uint64_t id, const struct policy_subject *s);

/* All of it anew: rules may be others by now, and parts taken back. */
static void on_again(struct timer *t)
{
	struct whole *w = LIST_OF(t, struct whole, timer);
	struct msg *m, *parts[UINT8_MAX];
	size_t n = 0;
	for (size_t at = 0; n < UINT8_MAX && (m = next_part(w, &at));)
		parts[n++] = m;
	if (n)
		ask(w, parts[0]->id, flow_subject_whole(w->flow, parts, n));
	else
		drop(w);
}

static void on_recipient(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	struct whole *w = (struct whole *)(uintptr_t)token;
	struct flow *f = arg;
	if (!ok && (w->asks.enforce & ~w->asks.open)) {
		/* acknowledged, and not sent before it is known */
		w->timer.fn = on_again;
		loop_timer(f->loop, &w->timer, AGAIN_MS);
		return;
	}
	struct policy_verdict v = ok ? policy_decide(f->policy, &w->asks, answer->failed | answer->dry)
				     : policy_unknown(f->policy, &w->asks);
	if (v.id == POLICY_NONE)
		go_on(w);
	else
		end(w, v.id);
}

static void ask(struct whole *w, uint64_t id, const struct policy_subject *s)
{
	struct flow *f = w->flow;
	const struct recipient *rules = policy_recipient(f->policy);
	struct recipient_ask asked;
	w->asks = policy_asks(f->policy, s->account, s->class_id, s->carrier);
	if (!recipient_ask_for(rules, s, id, w->asks.enforce, w->asks.dry, &asked))
		go_on(w);
	else if (store_recipient(f->store, &asked, on_recipient, (uint64_t)(uintptr_t)w) < 0)
		on_recipient(f, (uint64_t)(uintptr_t)w, false, NULL);
}

void flow_judge_whole(struct flow *f, struct msg *const *parts, size_t n)
{
	struct policy_verdict v;
	struct policy_subject *s = flow_subject_whole(f, parts, n);
	enum policy_effect effect = policy_judge(f->policy, s, &v);
	if (parts[0]->forward && s->due_ms > parts[0]->due_ms && effect != POLICY_REFUSE) {
		effect = POLICY_REFUSE; /* its app waits for the carrier's answer: not until the morning */
		v = policy_verdict_of(POLICY_WINDOW);
		policy_count(f->policy, POLICY_WINDOW);
	}
	struct whole *w = mem_zalloc(sizeof(*w) + n * sizeof(*w->handles));
	w->flow = f;
	w->n = n;
	w->due_ms = s->due_ms;
	w->review = effect == POLICY_REVIEW ? (uint8_t)v.id : POLICY_NONE;
	list_append(&f->wholes, &w->link);
	for (size_t i = 0; i < n; i++) {
		w->handles[i] = parts[i]->handle;
		parts[i]->sign = policy_sign(s->signature);
	}
	if (effect != POLICY_REFUSE) {
		ask(w, parts[0]->id, s);
		return;
	}
	log_peer_info(s->account_name, "event=ended id=%llu parts=%zu verdict=%s why=\"%s\" detail=\"%s\"",
		      (unsigned long long)parts[0]->id, n, v.name, v.plain, s->detail);
	end(w, v.id);
}

void flow_whole_free(struct flow *f)
{
	while (!list_empty(&f->wholes))
		drop(LIST_OF(f->wholes.next, struct whole, link));
}
