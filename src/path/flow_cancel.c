/*
 * flow_cancel.c - taking back what no carrier has: cancel_sm, and the operator's cancel by id, group, campaign or
 * number; and a reply's, of the
 * series that it answers. A message that is taken back ends as any other does, with its receipt when one was asked for.
 * Must not know what happens after an end, nor how consoles talk.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"

#define WALK_SLICE 64u /* messages looked at between two looks at the clock */
#define WALK_MOST  16u /* slices of a turn */

struct cancelling {
	struct asked asked;
	uint16_t account;
	const struct pdu *pdu; /* cancel_sm, while the index is asked; NULL: the operator's */
	unsigned cancelled, late, failed;
	/* the operator's */
	struct timer timer;
	uint32_t at; /* of the walk */
	char campaign[CAMPAIGN_NAME_MAX + 1];
	void (*done)(void *arg, unsigned cancelled, unsigned too_late);
	void *arg;
	/* a reply's: what of a series waits for its number */
	const struct number *to; /* while the index is asked */
	store_fn told;
	uint64_t token;
};

/* A carrier may have it: an earlier submit of it was not answered. */
static bool is_doubtful(const struct flow *f, const struct msg *m)
{
	for (const struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_DOUBT)
			return true;
	}
	return m->doubts > 0;
}

bool flow_is_waiting(const struct flow *f, const struct msg *m)
{
	return (m->state == MSG_HELD || m->state == MSG_QUEUED) && !is_doubtful(f, m);
}

/* Found at start, and its number is being looked up: it is in no list, and nobody looks at it again when it has ended.
 */
static bool is_looked_up(const struct flow *f, const struct msg *m)
{
	return m->state == MSG_STORING && m->unchecked && !is_doubtful(f, m);
}

/* --- which --- */

static bool fits_addr(struct pdu_addr asked, struct pdu_addr have, bool needed)
{
	return (!needed && asked.addr.n == 0) || number_same(asked, have);
}

/* A series is what has a group key. */
static bool is_of_series(const struct cancelling *x, const struct msg *m)
{
	struct pdu sent;
	struct number to;
	if (!m->grouped)
		return false;
	msg_pdu(m, NULL, &sent);
	return number_parse(sent.sm.dst, &to) && to.n == x->to->n && memcmp(to.digits, x->to->digits, to.n) == 0;
}

/* By id the source must be the same; without an id source, destination and service_type; by group what is given. */
static bool is_meant(const struct cancelling *x, const struct msg *m)
{
	struct pdu sent;
	if (m->account != x->account || m->internal)
		return false;
	if (x->to && !is_of_series(x, m))
		return false;
	if (!x->pdu)
		return true;
	const struct pdu_cancel *c = &x->pdu->cancel;
	struct view group;
	bool by_id = c->id.n > 0;
	bool by_group = !by_id && tlv_find_str(x->pdu->tlvs, TLV_GROUP_KEY, &group) && group.n;
	msg_pdu(m, NULL, &sent);
	if (!by_id && (!by_group || c->service_type.n) && !view_eq(c->service_type, sent.sm.service_type))
		return false;
	const struct flow *f = x->asked.wave.flow;
	struct pdu_addr src = by_group ? c->src : flow_source_of(f, accounts_at(f->accounts, x->account), c->src);
	return fits_addr(src, sent.sm.src, !by_group) && fits_addr(c->dst, sent.sm.dst, false);
}

static void cancel_one(struct msg *m, void *arg)
{
	struct cancelling *x = arg;
	struct flow *f = x->asked.wave.flow;
	if (!is_meant(x, m))
		return;
	if (!is_looked_up(f, m) && (!flow_is_waiting(f, m) || !flow_withdraw(f, m))) {
		x->late += m->state < MSG_CLOSING;
		return;
	}
	if (m->owes == OWES_NOTHING) {
		m->forward = false; /* mode 2, and its submit has been answered: its receipt tells the end */
		flow_owe_wave(m, &x->asked.wave);
	} else {
		x->cancelled++; /* mode 2: its own answer tells the end */
	}
	if (flow_campaign_cancelled(f, m))
		m->verdict = POLICY_CAMPAIGN;
	flow_finish(f, m, FINISH_CANCELLED, 0, NULL);
}

static void share_cancelled(struct wave *w, struct msg *m, uint32_t status)
{
	struct cancelling *x = (struct cancelling *)w;
	(void)m;
	if (status == ESME_ROK)
		x->cancelled++;
	else
		x->failed++;
}

static void log_cancel(const struct cancelling *x)
{
	log_peer_info(account_name(accounts_at(x->asked.wave.flow->accounts, x->account)),
		      "event=cancel by=%s cancelled=%u too_late=%u not_stored=%u",
		      x->done	? "operator"
		      : x->told ? "reply"
				: "app",
		      x->cancelled, x->late, x->failed);
}

/* --- cancel_sm --- */

static void answer_cancel(struct wave *w)
{
	struct cancelling *x = (struct cancelling *)w;
	uint32_t status = x->cancelled ? ESME_ROK : x->failed ? ESME_RSYSERR : ESME_RCANCELFAIL;
	log_cancel(x);
	if (status)
		flow_count_refusal(&w->flow->counters, status);
	flow_answer(w->flow, x->asked.session, CANCEL_SM, x->asked.sequence, status, FLOW_NOTHING);
	flow_asked_free(&x->asked);
}

static uint32_t judge_cancel(const struct flow *f, const struct pdu *pdu, uint64_t *id, struct number *to,
			     struct view *group, const char **why)
{
	*group = FLOW_NOTHING;
	if (f->phase != FLOW_RUNNING || !store_up(f->store)) {
		*why = "the store is away";
		return ESME_RSYSERR;
	}
	if (pdu->cancel.id.n) {
		*why = "message_id is none of ours";
		return ids_parse(pdu->cancel.id.p, pdu->cancel.id.n, id) ? ESME_ROK : ESME_RCANCELFAIL;
	}
	if (tlv_find_str(pdu->tlvs, TLV_GROUP_KEY, group) && group->n)
		return ESME_ROK;
	*group = FLOW_NOTHING;
	*why = "neither message_id nor group_key, and destination is not a phone number";
	return number_parse(pdu->cancel.dst, to) ? ESME_ROK : ESME_RINVDSTADR;
}

void flow_take_cancel(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	uint64_t id = 0; /* when it is by id */
	struct number to;
	struct view group;
	const char *why;
	uint32_t status = judge_cancel(f, pdu, &id, &to, &group, &why);
	if (status) {
		flow_refuse(f, a, s, pdu, status, why);
		return;
	}
	struct cancelling *x = (struct cancelling *)flow_ask(f, sizeof(*x), session_handle(s), pdu);
	x->asked.wave.share = share_cancelled;
	x->asked.wave.done = answer_cancel;
	x->account = (uint16_t)account_number(a);
	x->pdu = pdu;
	if (pdu->cancel.id.n)
		index_by_id(f->index, id, cancel_one, x);
	else if (group.n)
		index_by_group(f->index, x->account, group, cancel_one, x);
	else
		index_by_number(f->index, x->account, &to, cancel_one, x);
	x->pdu = NULL;
	flow_wave_settle(&x->asked.wave, NULL, ESME_ROK);
}

/* --- the operator --- */

static void tell_operator(struct wave *w)
{
	struct cancelling *x = (struct cancelling *)w;
	log_cancel(x);
	loop_timer_clear(w->flow->loop, &x->timer);
	x->done(x->arg, x->cancelled + x->failed, x->late);
	flow_asked_free(&x->asked);
}

static void cancel_walked(struct msg *m, void *arg)
{
	const struct cancelling *x = arg;
	struct pdu sent;
	struct view campaign;
	char name[CAMPAIGN_NAME_MAX + 1];
	if (m->account != x->account || m->internal || m->kin_kind != KIN_NONE || m->mo || m->note ||
	    m->state >= MSG_CLOSING)
		return;
	msg_pdu(m, NULL, &sent);
	if (!tlv_find_str(sent.tlvs, TLV_CAMPAIGN, &campaign))
		return;
	campaign_clean(campaign, name);
	if (strcmp(name, x->campaign) == 0)
		cancel_one(m, arg);
}

static void on_walk(struct timer *t)
{
	struct cancelling *x = LIST_OF(t, struct cancelling, timer);
	struct flow *f = x->asked.wave.flow;
	bool more = true;
	for (unsigned i = 0; more && i < WALK_MOST && (i == 0 || !loop_is_long(f->loop)); i++)
		more = msgs_slice(f->msgs, &x->at, WALK_SLICE, cancel_walked, x);
	if (more)
		loop_timer(f->loop, t, 0);
	else
		flow_wave_settle(&x->asked.wave, NULL, ESME_ROK);
}

int flow_cancel(struct flow *f, const struct flow_cancel *what,
		void (*done)(void *arg, unsigned cancelled, unsigned too_late), void *arg)
{
	static const struct pdu nothing;
	if (f->phase != FLOW_RUNNING || !store_up(f->store))
		return -1;
	struct cancelling *x = (struct cancelling *)flow_ask(f, sizeof(*x), 0, &nothing);
	x->asked.wave.share = share_cancelled;
	x->asked.wave.done = tell_operator;
	x->account = (uint16_t)account_number(what->account);
	x->done = done;
	x->arg = arg;
	if (what->campaign.n) {
		campaign_clean(what->campaign, x->campaign);
		x->timer.fn = on_walk;
		on_walk(&x->timer);
		return 0;
	}
	if (what->group.n)
		index_by_group(f->index, x->account, what->group, cancel_one, x);
	else if (what->to)
		index_by_number(f->index, x->account, what->to, cancel_one, x);
	else
		index_by_id(f->index, what->id, cancel_one, x);
	flow_wave_settle(&x->asked.wave, NULL, ESME_ROK);
	return 0;
}

/* --- a reply --- */

static void tell_reply(struct wave *w)
{
	struct cancelling *x = (struct cancelling *)w;
	log_cancel(x);
	x->told(w->flow, x->token, x->failed == 0);
	flow_asked_free(&x->asked);
}

int flow_cancel_series(struct flow *f, size_t account, const struct number *to, struct view group, store_fn fn,
		       uint64_t token)
{
	static const struct pdu nothing;
	if (f->phase != FLOW_RUNNING || !store_up(f->store))
		return -1;
	struct cancelling *x = (struct cancelling *)flow_ask(f, sizeof(*x), 0, &nothing);
	x->asked.wave.share = share_cancelled;
	x->asked.wave.done = tell_reply;
	x->account = (uint16_t)account;
	x->to = to;
	x->told = fn;
	x->token = token;
	if (group.n)
		index_by_group(f->index, x->account, group, cancel_one, x);
	else
		index_by_number(f->index, x->account, to, cancel_one, x);
	x->to = NULL;
	flow_wave_settle(&x->asked.wave, NULL, ESME_ROK);
	return 0;
}
