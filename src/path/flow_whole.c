/*
 * flow_whole.c - the gathered parts of a text, acknowledged, are judged together. Part of the order of life. Must not
 * know what a policy says, nor how parts were gathered.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"
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
			flow_let_go(f, m);
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
