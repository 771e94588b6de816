/*
 * flow_settle.c - what the operator sees of submits in doubt, and how he settles them: both bit by bit, for there may
 * be very many. Must not know what a doubt comes from, nor how consoles talk.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"

/* --- settling --- */

struct settling {
	struct sweep sweep;
	uint64_t id;		       /* 0: all */
	const struct carrier *carrier; /* NULL: all; they live as long as the flow */
	bool resend;
};

static bool decide(struct flow *f, struct msg *m, bool resend)
{
	if (m->state != MSG_DOUBT)
		return false;
	loop_timer_clear(f->loop, &m->timer);
	log_info("-", "event=doubt_settled id=%llu by=operator action=%s", (unsigned long long)m->id,
		 resend ? "resend" : "fail");
	if (!resend) {
		flow_finish(f, m, FINISH_IN_DOUBT, 0, NULL);
		return true;
	}
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_DOUBT)
			flow_release_doubt(f, k);
	}
	m->doubts = 0;
	flow_enqueue(f, m);
	return true;
}

static bool is_at(const struct settling *x, const struct msg *k)
{
	return k->in_doubts && (!x->carrier || k->carrier == carrier_number(x->carrier));
}

/*
 * A message may have been in doubt more than once, and, sent again, may be so again before the walk is at its other
 * doubts: it is settled at its last one only, which the walk meets once or, when it has come since, not at all.
 */
static bool is_its_last(const struct settling *x, const struct msg *m, const struct msg *k)
{
	const struct msg *last = msg_kin(x->sweep.asked.wave.flow->msgs, m);
	while (last && !is_at(x, last))
		last = msg_next_kin(x->sweep.asked.wave.flow->msgs, last);
	return last == k;
}

static bool settle(struct sweep *s, struct msg *k)
{
	const struct settling *x = (const struct settling *)s;
	struct flow *f = s->asked.wave.flow;
	struct msg *m = msgs_get(f->msgs, k->parent);
	return (!x->id || m->id == x->id) && is_its_last(x, m, k) && decide(f, m, x->resend);
}

void flow_doubts_settle(struct flow *f, uint64_t id, const struct carrier *c, bool resend,
			void (*done)(void *arg, unsigned n), void *arg)
{
	struct settling *x = (struct settling *)flow_sweep(f, sizeof(*x), done, arg);
	x->id = id;
	x->carrier = c;
	x->resend = resend;
	flow_sweep_start(&x->sweep, doubts_all(f->doubts), settle);
}

/* --- looking --- */

struct flow_doubts {
	struct flow *flow;
	struct walk walk;
};

struct flow_doubts *flow_doubts_begin(struct flow *f)
{
	struct flow_doubts *l = mem_zalloc(sizeof(*l));
	l->flow = f;
	walk_begin(doubts_all(f->doubts), &l->walk);
	return l;
}

bool flow_doubts_next(struct flow_doubts *l, struct flow_doubt *d)
{
	const struct flow *f = l->flow;
	struct record r;
	struct pdu pdu;
	struct msg *k = msg_walk_next(doubts_all(f->doubts), &l->walk);
	if (!k)
		return false;
	struct msg *m = msgs_get(f->msgs, k->parent), *whole = msg_whole(f->msgs, m);
	msg_pdu(whole, &r, &pdu);
	*d = (struct flow_doubt){
		.id = m->id,
		.account = flow_account_name(f, whole->account),
		.carrier = carrier_name(carriers_at(f->carriers, k->carrier)),
		.class_name = class_name((enum class_id)m->class_id),
		.number = pdu.sm.dst.addr,
		.since_ms = k->sent_ms ? k->sent_ms : r.accept_ms,
		.held = m->state == MSG_DOUBT,
	};
	return true;
}

void flow_doubts_end(struct flow_doubts *l)
{
	if (!l)
		return;
	walk_end(&l->walk);
	mem_free(l);
}
