/*
 * flow_cancel.c - taking back what no carrier has: cancel_sm, and the operator's cancel by id, group, campaign or
 * number; and a reply's, of the series that it answers. A message that is taken back ends as any other does, with its
 * receipt when one was asked for. All but by id is done in steps, and means what was there when it began: what comes
 * meanwhile stays, and what a carrier takes meanwhile is too late. Must not know what happens after an end, nor how
 * consoles talk.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"

#define WALK_SLICE 16u /* messages looked at in a step of the walk over all */

struct cancelling {
	struct asked asked;
	uint16_t account;
	unsigned cancelled, late, failed;
	uint64_t newest; /* id: those that came later are not meant */
	struct steps steps;
	struct index_walk *walk; /* by group, number; NULL: over all messages, by campaign */
	uint32_t at;		 /* of the walk over all */
	char campaign[CAMPAIGN_NAME_MAX + 1];
	/* cancel_sm: what it says of those that are meant */
	bool by_app, any_source, any_service;
	struct pdu_addr src, dst;
	struct view service;
	/* the operator's */
	void (*done)(void *arg, unsigned cancelled, unsigned too_late);
	void *arg;
	/* a reply's: what of a series waits for its number */
	bool of_series;
	struct view group; /* n 0: any */
	store_fn told;
	uint64_t token;
	uint8_t octets[]; /* of the views */
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
	struct view group;
	if (!m->grouped)
		return false;
	if (!x->group.n)
		return true;
	msg_pdu(m, NULL, &sent);
	return tlv_find_str(sent.tlvs, TLV_GROUP_KEY, &group) && view_eq(group, x->group);
}

static bool came_later(const struct cancelling *x, const struct msg *m)
{
	return m->id > x->newest && ids_node(m->id) == x->asked.wave.flow->ids.node;
}

/* By id the source must be the same; without an id source, destination and service_type; by group what is given. */
static bool is_meant(const struct cancelling *x, const struct msg *m)
{
	struct pdu sent;
	if (m->account != x->account || m->internal || came_later(x, m))
		return false;
	if (x->of_series && !is_of_series(x, m))
		return false;
	if (!x->by_app)
		return true;
	msg_pdu(m, NULL, &sent);
	if (!x->any_service && !view_eq(x->service, sent.sm.service_type))
		return false;
	return fits_addr(x->src, sent.sm.src, !x->any_source) && fits_addr(x->dst, sent.sm.dst, false);
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
		      x->by_app ? "app"
		      : x->told ? "reply"
				: "operator",
		      x->cancelled, x->late, x->failed);
}

/* --- in steps --- */

static struct view keep(uint8_t **at, struct view v)
{
	struct view kept = {*at, v.n};
	if (v.n)
		memcpy(*at, v.p, v.n);
	*at += v.n;
	return kept;
}

static struct cancelling *start(struct flow *f, size_t account, size_t octets, uint64_t session, const struct pdu *pdu)
{
	static const struct pdu nothing;
	struct cancelling *x = (struct cancelling *)flow_ask(f, sizeof(*x) + octets, session, pdu ? pdu : &nothing);
	x->asked.wave.share = share_cancelled;
	x->account = (uint16_t)account;
	x->newest = f->ids.last;
	list_init(&x->steps.link);
	return x;
}

/* The one end: it has been told, or nobody is left to tell. */
static void end(struct cancelling *x)
{
	flow_steps_stop(&x->steps);
	index_walk_end(x->walk);
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

static bool walk_some(struct steps *s)
{
	struct cancelling *x = LIST_OF(s, struct cancelling, steps);
	if (x->walk)
		return index_walk_some(x->walk, cancel_one, x);
	return msgs_slice(x->asked.wave.flow->msgs, &x->at, WALK_SLICE, cancel_walked, x);
}

static void walked(struct steps *s)
{
	flow_wave_settle(&LIST_OF(s, struct cancelling, steps)->asked.wave, NULL, ESME_ROK);
}

static void walk(struct cancelling *x, struct index_walk *w)
{
	x->walk = w;
	x->steps.some = walk_some;
	x->steps.done = walked;
	flow_steps_start(x->asked.wave.flow, &x->steps);
}

/* By id there are as many as one submit_multi has. */
static void cancel_id(struct cancelling *x, uint64_t id)
{
	index_by_id(x->asked.wave.flow->index, id, cancel_one, x);
	flow_wave_settle(&x->asked.wave, NULL, ESME_ROK);
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
	end(x);
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

/* What it says is kept as it stands now: the PDU goes, and a reload may change what the account sends as. */
static struct cancelling *start_asked(struct flow *f, const struct account *a, struct session *s, const struct pdu *pdu,
				      bool by_group)
{
	const struct pdu_cancel *c = &pdu->cancel;
	struct pdu_addr src = by_group ? c->src : flow_source_of(f, a, c->src);
	size_t octets = (size_t)src.addr.n + c->dst.addr.n + c->service_type.n;
	struct cancelling *x = start(f, account_number(a), octets, session_handle(s), pdu);
	uint8_t *at = x->octets;
	x->asked.wave.done = answer_cancel;
	x->by_app = true;
	x->any_source = by_group;
	x->any_service = c->id.n > 0 || (by_group && !c->service_type.n);
	x->src = (struct pdu_addr){src.ton, src.npi, keep(&at, src.addr)};
	x->dst = (struct pdu_addr){c->dst.ton, c->dst.npi, keep(&at, c->dst.addr)};
	x->service = keep(&at, c->service_type);
	return x;
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
	struct cancelling *x = start_asked(f, a, s, pdu, group.n > 0);
	if (pdu->cancel.id.n)
		cancel_id(x, id);
	else if (group.n)
		walk(x, index_walk_group(f->index, x->account, group));
	else
		walk(x, index_walk_number(f->index, x->account, &to));
}

/* --- the operator --- */

static void tell_operator(struct wave *w)
{
	struct cancelling *x = (struct cancelling *)w;
	log_cancel(x);
	x->done(x->arg, x->cancelled + x->failed, x->late);
	end(x);
}

int flow_cancel(struct flow *f, const struct flow_cancel *what,
		void (*done)(void *arg, unsigned cancelled, unsigned too_late), void *arg)
{
	if (f->phase != FLOW_RUNNING || !store_up(f->store))
		return -1;
	struct cancelling *x = start(f, account_number(what->account), 0, 0, NULL);
	x->asked.wave.done = tell_operator;
	x->done = done;
	x->arg = arg;
	if (what->campaign.n) {
		campaign_clean(what->campaign, x->campaign);
		x->newest = UINT64_MAX; /* of a cancelled campaign nothing that comes is let in: all that there is */
		walk(x, NULL);
	} else if (what->group.n) {
		walk(x, index_walk_group(f->index, x->account, what->group));
	} else if (what->to) {
		walk(x, index_walk_number(f->index, x->account, what->to));
	} else {
		cancel_id(x, what->id);
	}
	return 0;
}

/* --- a reply --- */

static void tell_reply(struct wave *w)
{
	struct cancelling *x = (struct cancelling *)w;
	log_cancel(x);
	x->told(w->flow, x->token, x->failed == 0);
	end(x);
}

int flow_cancel_series(struct flow *f, size_t account, const struct number *to, struct view group, store_fn fn,
		       uint64_t token)
{
	if (f->phase != FLOW_RUNNING || !store_up(f->store))
		return -1;
	struct cancelling *x = start(f, account, group.n, 0, NULL);
	uint8_t *at = x->octets;
	x->asked.wave.done = tell_reply;
	x->of_series = true;
	x->group = keep(&at, group);
	x->told = fn;
	x->token = token;
	walk(x, index_walk_number(f->index, x->account, to));
	return 0;
}
