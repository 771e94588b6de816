/*
 * flow_tell.c - what has become of a message, told once to all who keep book of it: events, records, tally. Part of the
 * order of life; changes nothing but what has been said. Must not know how any of them keeps it.
 */
#include "path/flow_priv.h"

#include <string.h>

#include "smpp/tlv.h"

static const char *const wait_names[FLOW_WAITS] = {
	[WAIT_TIME] = "schedule",     [WAIT_HOURS] = "hours", [WAIT_REVIEW] = "review",
	[WAIT_CAMPAIGN] = "campaign", [WAIT_BRAKE] = "brake", [WAIT_ROUTE] = "no_route_now",
};

const char *flow_wait_name(enum flow_wait w)
{
	return wait_names[w];
}

/* --- about a message --- */

static void read_tlvs(struct view area, struct flow_about *x)
{
	struct tlv t;
	uint32_t pos = 0;
	while (tlv_next(area, &pos, &t)) {
		struct view *v = t.tag == TLV_CAMPAIGN	    ? &x->campaign
				 : t.tag == TLV_VARIANT	    ? &x->variant
				 : t.tag == TLV_GROUP_KEY   ? &x->group
				 : t.tag == TLV_CONSENT_REF ? &x->consent
							    : NULL;
		if (!v || v->n)
			continue;
		*v = t.value;
		while (v->n && v->p[v->n - 1] == '\0')
			v->n--;
	}
}

void flow_about_pdu(const struct pdu *pdu, struct flow_about *x)
{
	x->number = pdu->sm.dst.addr;
	x->code = pdu->sm.src.addr;
	if (pdu->tlvs.n)
		read_tlvs(pdu->tlvs, x);
}

void flow_about(const struct flow *f, const struct msg *m, struct flow_about *x)
{
	struct record r;
	if (x->read)
		return;
	x->read = true;
	msg_pdu(m, &r, &x->pdu);
	x->id = r.app_id ? r.app_id : m->id;
	x->msg = r.app_id && r.app_id != m->id ? m->id : 0;
	x->accept_ms = r.accept_ms;
	x->account = r.account;
	x->class_name = view_of(class_name((enum class_id)m->class_id));
	x->parts = m->parts;
	x->verdict = m->verdict ? view_of(policy_verdict_of((enum policy_id)m->verdict).name) : FLOW_NOTHING;
	x->campaign = x->variant = x->group = x->consent = FLOW_NOTHING;
	flow_about_pdu(&x->pdu, x);
	if (m->campaign && x->campaign.n) /* as it is counted and listed */
		x->campaign = view_of(campaign_name(campaigns_at(f->campaigns, m->campaign)));
}

/* --- what is told --- */

void flow_tell_answered(struct flow *f, struct msg *m, uint32_t status)
{
	struct flow_about x;
	x.read = false;
	if (f->watch)
		flow_watch_answered(f, m, status);
	flow_event_answered(f, m, status, &x);
	if (flow_cdr_wants(f, status ? CDR_REFUSED : CDR_ACCEPTED))
		flow_cdr_answered(f, m, status, &x);
	flow_tally_answered(f, m, status);
	f->refused_by = NULL;
}

void flow_tell_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status, const char *why)
{
	bool submit = pdu->command_id == SUBMIT_SM || pdu->command_id == DATA_SM || pdu->command_id == SUBMIT_MULTI;
	if (f->watch)
		flow_watch_refused(f, a, pdu, status, why);
	if (submit) {
		flow_event_refused(f, a, pdu, status, why);
		if (flow_cdr_wants(f, CDR_REFUSED))
			flow_cdr_refused(f, a, pdu, status, why);
		flow_tally_refused(f, a, status);
	}
	f->refused_by = NULL;
}

void flow_tell_held(struct flow *f, struct msg *m, enum flow_wait why)
{
	struct flow_about x;
	x.read = false;
	bool fresh = ids_time_ms(m->id) >= f->since_ms; /* not again at each start */
	if (f->watch)
		flow_watch_held(f, m, why);
	if (!fresh)
		return;
	if (why == WAIT_REVIEW)
		flow_event(f, m, EVENT_REVIEW, &x);
	else if (why == WAIT_TIME)
		flow_event_held(f, m, &x);
	flow_about(f, m, &x);
	if (why == WAIT_TIME && x.pdu.sm.schedule.n == 0)
		why = WAIT_HOURS; /* its app wanted it to go at once */
	if (flow_cdr_wants(f, CDR_HELD))
		flow_cdr_held(f, m, flow_wait_name(why), &x);
}

/* A carrier has the last part of its text now. */
static bool all_taken(const struct flow *f, const struct msg *whole, const struct msg *part)
{
	for (const struct msg *k = msg_kin(f->msgs, whole); k && whole != part; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_PART && k->state != MSG_AWAITING && k->state != MSG_PAST)
			return false;
	}
	return true;
}

void flow_tell_submitted(struct flow *f, const struct carrier *c, struct msg *m, uint32_t status)
{
	struct msg *whole = msg_whole(f->msgs, m);
	if (f->watch)
		flow_watch_submitted(f, c, m, status);
	if (flow_cdr_wants(f, CDR_ATTEMPT))
		flow_cdr_submitted(f, c, m, status);
	flow_tally_submitted(f, c, m, status);
	if (status || !all_taken(f, whole, m))
		return;
	flow_event_sent(f, m, whole);
	flow_tally_sent(f, m, whole);
}

void flow_tell_retried(struct flow *f, struct msg *m, uint16_t carrier, const struct words *w)
{
	struct flow_about x;
	x.read = false;
	if (f->watch)
		flow_watch_retried(f, m, carrier, w);
	flow_event_retried(f, m, carrier, w, &x);
}

void flow_tell_doubt(struct flow *f, const struct carrier *c, struct msg *m, const char *why)
{
	struct flow_about x;
	x.read = false;
	if (f->watch)
		flow_watch_doubt(f, c, m, why);
	flow_event(f, m, EVENT_DOUBT, &x);
	if (flow_cdr_wants(f, CDR_DOUBT))
		flow_cdr_doubt(f, c, m, why);
}

void flow_tell_late(struct flow *f, struct msg *m)
{
	struct flow_about x;
	x.read = false;
	if (f->watch)
		flow_watch_late(f, m);
	flow_event(f, m, EVENT_LATE, &x);
}

void flow_tell_receipt(struct flow *f, const struct carrier *c, const struct msg *m, const struct outcome *o,
		       const char *what)
{
	if (f->watch)
		flow_watch_receipt(f, c, m, o, what);
	if (flow_cdr_wants(f, CDR_RECEIPT))
		flow_cdr_receipt(f, c, m, o, what);
	if (m && o->final)
		flow_tally_receipt(f, c, m);
}

void flow_tell_end(struct flow *f, struct msg *m, enum finish how, const struct words *w)
{
	struct flow_about x;
	x.read = false;
	if (f->watch)
		flow_watch_end(f, m, how, w);
	flow_event_end(f, m, how, w, &x);
	if (flow_cdr_wants(f, CDR_ENDED))
		flow_cdr_end(f, m, how, w, &x);
	flow_tally_end(f, m, how);
}

void flow_tell_told(struct flow *f, struct msg *m, const char *how)
{
	if (f->watch)
		flow_watch_told(f, m, how);
	if (flow_cdr_wants(f, CDR_TOLD))
		flow_cdr_told(f, m, how);
}

void flow_tell_reply(struct flow *f, const struct reply_event *what)
{
	if (f->watch)
		flow_watch_reply(f, what);
	flow_event_reply(f, what);
	if (flow_cdr_wants(f, CDR_REPLY))
		flow_cdr_reply(f, what);
	flow_tally_reply(f, what);
}

void flow_tell_campaign(struct flow *f, enum event_kind kind, struct view account, struct view campaign,
			const char *why)
{
	flow_event_campaign(f, kind, account, campaign, why);
}
