/*
 * flow_sender.c - sender codes in the order of life: a submit's source is judged when it is accepted, replaced when it
 * leaves, and put back in what a carrier says. Must not know the rules themselves (senders.h).
 */
#include "path/flow_priv.h"

#include "base/log.h"

uint32_t flow_judge_source(const struct flow *f, const struct account *a, struct submit *sub, struct pdu *pdu,
			   const char **why)
{
	struct view source;
	size_t account = account_number(a);
	const char *wrong = senders_judge(f->senders, account, sub->class_id, pdu->sm.src.addr, &source);
	if (!wrong && source.p != pdu->sm.src.addr.p) { /* the account's own */
		pdu->sm.src.addr = source;
		pdu->frame = FLOW_NOTHING;
	}
	if (!wrong)
		return ESME_ROK;
	sub->source = policy_mode(f->policy, POLICY_SOURCE, account, sub->class_id, POLICY_NO_CARRIER);
	if (!pdu->sm.src.addr.n) /* without a code nothing can leave */
		sub->source = POLICY_ON;
	*why = wrong;
	return sub->source == POLICY_ON ? ESME_RINVSRCADR : ESME_ROK;
}

struct pdu_addr flow_source_of(const struct flow *f, const struct account *a, struct pdu_addr src)
{
	struct view source;
	if (!src.addr.n &&
	    !senders_judge(f->senders, account_number(a), f->default_class[account_number(a)], src.addr, &source))
		src.addr = source;
	return src;
}

/* Of a message with this source and number at a carrier, where there are pools: as senders_out(). */
static int leaves(const struct flow *f, size_t carrier, size_t account, enum class_id class_id, const struct pdu *pdu,
		  char out[SENDER_MAX + 1])
{
	struct number to;
	if (!number_parse(pdu->sm.dst, &to))
		return 0;
	struct sender s = {carrier, account, class_id, pdu->sm.src.addr, &to};
	return senders_out(f->senders, &s, out);
}

__attribute__((noinline)) static bool fits_any(const struct flow *f, size_t account, enum class_id class_id,
					       const struct pdu *pdu, const struct route *route)
{
	char out[SENDER_MAX + 1];
	for (unsigned i = 0; i < route->n; i++) {
		if (leaves(f, route->carriers[i], account, class_id, pdu, out) >= 0)
			return true;
	}
	return route->n == 0;
}

bool flow_sender_fits(const struct flow *f, size_t account, enum class_id class_id, const struct pdu *pdu,
		      const struct route *route)
{
	return !senders_pooled(f->senders) || fits_any(f, account, class_id, pdu, route);
}

__attribute__((noinline)) static bool set_sender(struct flow *f, const struct carrier *c, const struct msg *m,
						 struct pdu *pdu)
{
	int n = leaves(f, carrier_number(c), m->account, (enum class_id)m->class_id, pdu, f->sender);
	if (n > 0)
		pdu->sm.src.addr = (struct view){(const uint8_t *)f->sender, (uint32_t)n};
	if (n < 0)
		log_peer_info(carrier_name(c),
			      "event=sender_too_long id=%llu source=%.*s action=\"shorten the extension\"",
			      (unsigned long long)msg_whole(f->msgs, (struct msg *)m)->id, (int)pdu->sm.src.addr.n,
			      (const char *)pdu->sm.src.addr.p);
	return n >= 0;
}

bool flow_set_sender(struct flow *f, const struct carrier *c, const struct msg *m, struct pdu *pdu)
{
	return !senders_pooled(f->senders) || set_sender(f, c, m, pdu);
}

void flow_other_sender(struct flow *f, struct msg *m)
{
	if (flow_next_carrier(f, m))
		flow_enqueue(f, m);
	else
		flow_finish(f, m, FINISH_UNSENDABLE, 0, NULL);
}

const struct pdu *flow_sent_to(const struct flow *f, const struct carrier *c, const struct pdu *pdu,
			       struct flow_sent *room)
{
	if (!senders_pooled(f->senders))
		return pdu;
	bool alert = pdu->command_id == ALERT_NOTIFICATION;
	const struct pdu_addr *addr = alert ? &pdu->alert.esme : &pdu->sm.dst;
	int n = senders_back(f->senders, carrier_number(c), addr->addr, room->code);
	if (n <= 0)
		return pdu;
	room->pdu = *pdu;
	(alert ? &room->pdu.alert.esme : &room->pdu.sm.dst)->addr =
		(struct view){(const uint8_t *)room->code, (uint32_t)n};
	return &room->pdu;
}
