/*
 * flow_hours.c - when a message that waits may leave by the hours of contact: found out again at start, and when the
 * configuration has changed. Part of the order of life. Must not know windows or slots.
 */
#include "path/flow_priv.h"

#include "policy/policy.h"
#include "smpp/smpp_time.h"
#include "smpp/tlv.h"

static struct view campaign_of(const struct pdu *pdu)
{
	struct view v;
	if (!pdu->tlvs.n || !tlv_find(pdu->tlvs, TLV_CAMPAIGN, &v))
		return FLOW_NOTHING;
	while (v.n && v.p[v.n - 1] == '\0')
		v.n--;
	return v;
}

/* As it was judged when it was accepted, by the rules that hold now. A clock that was ahead then counts no more. */
void flow_find_due(struct flow *f, struct msg *m)
{
	struct record rec;
	struct pdu pdu;
	struct number to;
	enum smpp_time_kind kind;
	enum class_id class_id = (enum class_id)m->class_id;
	const struct opening *o = policy_opening(f->policy);
	size_t taker = flow_taker(f, m->route);
	msg_pdu(m, &rec, &pdu);
	int64_t now_ms = loop_wall_ms(f->loop), from_ms = rec.accept_ms < now_ms ? rec.accept_ms : now_ms;
	if (smpp_time_parse(pdu.sm.schedule, rec.accept_ms, &m->due_ms, &kind) < 0 || kind == SMPP_TIME_NONE)
		m->due_ms = 0;
	if (m->internal || m->account == MSG_NO_ACCOUNT || !opening_concerns(o, m->account, class_id) ||
	    policy_mode(f->policy, POLICY_WINDOW, m->account, class_id, taker) != POLICY_ON ||
	    !number_parse(pdu.sm.dst, &to))
		return;
	struct policy_subject s = {.account = m->account,
				   .carrier = taker,
				   .class_id = class_id,
				   .number = {(const uint8_t *)to.digits, to.n},
				   .campaign = campaign_of(&pdu),
				   .now_ms = from_ms,
				   .due_ms = m->due_ms,
				   .expiry_ms = msg_expiry_ms(m, f->loop),
				   .seed = number_seed(&to)};
	if (opening_judge(o, &s) == POLICY_WAIT)
		m->due_ms = s.due_ms;
}

void flow_wait_until_due(struct flow *f, struct msg *m)
{
	int64_t expiry_ms = msg_expiry_ms(m, f->loop);
	flow_set_timer(f, m, m->due_ms < expiry_ms ? m->due_ms : expiry_ms);
}

bool flow_waits_for_time(const struct msg *m, int64_t now_ms)
{
	return m->state == MSG_HELD && m->kin_kind == KIN_NONE && !m->asking && !m->announcing && !m->marking &&
	       !m->review && !m->gathering && list_empty(&m->link) && m->due_ms > now_ms;
}

void flow_due_changed(struct flow *f, struct msg *m)
{
	int64_t due_ms = m->due_ms;
	if (!flow_waits_for_time(m, loop_wall_ms(f->loop)))
		return;
	flow_find_due(f, m);
	if (m->due_ms != due_ms)
		flow_wait_until_due(f, m);
}
