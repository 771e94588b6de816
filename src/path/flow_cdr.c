/*
 * flow_cdr.c - what the order of life tells, as records for the archive (audit/cdr.h). Nothing is read or made when the
 * configuration keeps no records of the kind. Must not know files, chains, or how a record is written.
 */
#include "path/flow_priv.h"

#include <string.h>

#include "audit/archive.h"
#include "base/mem.h"
#include "path/plain.h"
#include "path/store_heads.h"

#define TEXT_MAX (128u << 10) /* octets of UTF-8: the longest PDU's text has less */

bool flow_cdr_wants(const struct flow *f, enum cdr_kind k)
{
	return f->conf.archive && archive_wants(f->conf.archive, k);
}

static struct cdr begin(const struct flow *f, enum cdr_kind k)
{
	return (struct cdr){.kind = k, .at_ms = loop_wall_ms(f->loop), .wait_ms = -1, .answer_ms = -1, .price = -1};
}

static void put(struct flow *f, const struct cdr *c)
{
	archive_put(f->conf.archive, c);
}

/* The text of a submit as people read it, until the next call; binary data has none. */
static struct view text_of(struct flow *f, size_t account, const struct pdu *pdu)
{
	if (!f->cdr_text)
		f->cdr_text = mem_zalloc(TEXT_MAX);
	struct plain p = plain_read(pdu, flow_account_dcs0(f, account), f->cdr_text, TEXT_MAX);
	return (struct view){(const uint8_t *)f->cdr_text, p.n};
}

static void read_about(struct cdr *c, const struct flow_about *x)
{
	c->id = x->id;
	c->msg = x->msg;
	c->account = x->account;
	c->class_name = x->class_name;
	c->code = x->code;
	c->number = x->number;
	c->campaign = x->campaign;
	c->variant = x->variant;
	c->group = x->group;
	c->consent = x->consent;
	c->verdict = x->verdict;
}

/* By its ids and whose it is: what else it is stands in its record `accepted`. */
static void read_ids(const struct flow *f, const struct msg *whole, struct cdr *c)
{
	c->id = whole->aliased ? msg_app_id(whole) : whole->id;
	c->msg = whole->aliased ? whole->id : 0;
	if (whole->account != MSG_NO_ACCOUNT)
		c->account = view_of(account_name(accounts_at(f->accounts, whole->account)));
}

static void read_part(const struct msg *m, const struct msg *whole, struct cdr *c)
{
	if (m->kin_kind == KIN_PART || m->part) {
		c->part = m->part;
		c->parts = whole->parts ? whole->parts : m->parts;
	}
	c->attempt = m->attempts;
}

static struct view cid_of(const struct msg *m)
{
	return (struct view){(const uint8_t *)m->cid, m->cid_len};
}

static const char *operator_of(const struct flow *f, const struct msg *m)
{
	return m->op && m->op - 1u < routes_operators(f->routes) ? routes_operator_name(f->routes, m->op - 1u) : "";
}

/* --- from the app --- */

void flow_cdr_answered(struct flow *f, struct msg *m, uint32_t status, struct flow_about *x)
{
	if (!flow_is_message(m))
		return;
	struct cdr c = begin(f, status ? CDR_REFUSED : CDR_ACCEPTED);
	const struct session *s = m->peer && m->owes != OWES_WAVE ? session_get(f->sessions, m->peer) : NULL;
	flow_about(f, m, x);
	read_about(&c, x);
	c.operator_ = view_of(operator_of(f, m));
	c.text = text_of(f, m->account, &x->pdu);
	if (s)
		c.bind = view_of(session_name(s));
	if (m->internal)
		c.how = view_of("internal");
	if (m->due_ms > c.at_ms)
		c.due_ms = m->due_ms;
	if (status) {
		c.status = view_of(status_name(status));
		if (f->refused_by)
			c.verdict = view_of(f->refused_by);
	}
	put(f, &c);
}

/* The end that the last run recorded did not happen: another one comes. */
static void reopened(struct flow *f, const struct msg *m)
{
	struct archive_end e;
	if (!flow_cdr_wants(f, CDR_REOPENED) || !archive_ended(f->conf.archive, m->id, &e))
		return;
	struct cdr c = begin(f, CDR_REOPENED);
	read_ids(f, m, &c);
	c.account = view_of(e.account);
	c.carrier = view_of(e.carrier);
	c.state = view_of(e.state);
	c.how = view_of(e.how);
	c.price = e.price;
	c.why = view_of("the last run has recorded this end and did not live to store it");
	put(f, &c);
}

void flow_cdr_restored(struct flow *f, struct msg *m)
{
	struct flow_about x;
	x.read = false;
	if (!f->conf.archive || !flow_is_message(m))
		return;
	if (m->state != MSG_CLOSING)
		reopened(f, m);
	if (!flow_cdr_wants(f, CDR_ACCEPTED) || !archive_missed(f->conf.archive, m->id))
		return;
	struct cdr c = begin(f, CDR_ACCEPTED);
	flow_about(f, m, &x);
	read_about(&c, &x);
	c.operator_ = view_of(operator_of(f, m));
	c.text = text_of(f, m->account, &x.pdu);
	c.accepted_ms = x.accept_ms;
	c.how = view_of("stored");
	c.why = view_of("the last run has stored it and did not live to record it");
	put(f, &c);
}

void flow_cdr_all_restored(struct flow *f)
{
	if (f->conf.archive)
		archive_restored(f->conf.archive);
}

void flow_cdr_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status, const char *why)
{
	struct flow_about x = {.read = true};
	struct cdr c = begin(f, CDR_REFUSED);
	flow_about_pdu(pdu, &x);
	read_about(&c, &x);
	c.account = view_of(account_name(a));
	c.status = view_of(status_name(status));
	c.why = view_of(why ? why : "");
	if (f->refused_by)
		c.verdict = view_of(f->refused_by);
	c.text = text_of(f, account_number(a), pdu);
	put(f, &c);
}

void flow_cdr_held(struct flow *f, struct msg *m, const char *why, struct flow_about *x)
{
	if (!flow_is_message(m))
		return;
	struct cdr c = begin(f, CDR_HELD);
	read_ids(f, m, &c);
	c.why = view_of(why);
	if (m->due_ms > c.at_ms)
		c.due_ms = m->due_ms;
	flow_about(f, m, x);
	c.verdict = x->verdict;
	put(f, &c);
}

/* --- at the carrier --- */

void flow_cdr_submitted(struct flow *f, const struct carrier *c, struct msg *m, uint32_t status)
{
	const struct msg *whole = msg_whole(f->msgs, m);
	struct cdr r = begin(f, CDR_ATTEMPT);
	read_ids(f, whole, &r);
	read_part(m, whole, &r);
	r.carrier = view_of(carrier_name(c));
	r.status = view_of(status_name(status));
	if (!status)
		r.carrier_id = cid_of(m);
	else if (m->fault)
		r.fault = view_of(fault_name((enum fault)m->fault));
	if (m->sent_ms) {
		r.wait_ms = m->sent_ms - ids_time_ms(whole->id);
		r.answer_ms = r.at_ms - m->sent_ms;
	}
	put(f, &r);
}

void flow_cdr_doubt(struct flow *f, const struct carrier *c, struct msg *m, const char *why)
{
	const struct msg *whole = msg_whole(f->msgs, m);
	struct cdr r = begin(f, CDR_DOUBT);
	read_ids(f, whole, &r);
	read_part(m, whole, &r);
	r.carrier = view_of(carrier_name(c));
	r.why = view_of(why);
	put(f, &r);
}

void flow_cdr_receipt(struct flow *f, const struct carrier *c, const struct msg *m, const struct outcome *o,
		      const char *what)
{
	struct cdr r = begin(f, CDR_RECEIPT);
	struct number number;
	r.carrier = view_of(carrier_name(c));
	r.carrier_id = o->id;
	r.state = view_of(receipt_stat_name(o->state));
	r.stat = o->stat;
	r.err = o->err;
	r.done_ms = o->done_ms;
	r.how = view_of(what);
	if (m) {
		const struct msg *whole = msg_whole(f->msgs, (struct msg *)(uintptr_t)m);
		read_ids(f, whole, &r);
		read_part(m, whole, &r);
	} else if (outcome_number(o, &number)) {
		r.number = (struct view){(const uint8_t *)number.digits, number.n};
	}
	put(f, &r);
}

/* --- the end, and the app's receipt --- */

/* Parts that carriers have taken: what is paid. */
static unsigned segments_of(const struct flow *f, const struct msg *m)
{
	unsigned n = 0;
	for (const struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k))
		n += k->cid_len > 0;
	return n ? n : m->cid_len > 0;
}

void flow_cdr_end(struct flow *f, struct msg *m, enum finish how, const struct words *w, struct flow_about *x)
{
	if (!flow_is_message(m))
		return;
	struct cdr c = begin(f, CDR_ENDED);
	flow_about(f, m, x);
	read_about(&c, x);
	c.number = c.consent = c.code = FLOW_NOTHING; /* they stand in `accepted` */
	c.operator_ = view_of(operator_of(f, m));
	c.state = view_of(receipt_stat_name((enum message_state)m->final_state));
	c.how = view_of(finish_name(how));
	c.stat = w->stat;
	c.err = w->err;
	c.done_ms = w->done_ms;
	c.accepted_ms = x->accept_ms;
	c.attempt = m->attempts;
	c.parts = m->parts;
	c.segments = segments_of(f, m);
	if (m->carrier != MSG_NO_CARRIER) {
		const struct carrier *carrier = carriers_at(f->carriers, m->carrier);
		c.carrier = view_of(carrier_name(carrier));
		c.price = carrier_conf(carrier)->price * (int64_t)c.segments;
	}
	put(f, &c);
}

void flow_cdr_told(struct flow *f, const struct msg *m, const char *how)
{
	struct cdr c = begin(f, CDR_TOLD);
	struct record r;
	msg_record(m, &r);
	c.id = r.app_id ? r.app_id : m->id;
	c.account = r.account;
	c.how = view_of(how);
	if (m->mo)
		c.why = view_of("mo");
	else if (m->note)
		c.why = view_of(r.flags & RECORD_PART ? "part" : "intermediate");
	put(f, &c);
}

/* --- from a phone --- */

void flow_cdr_reply(struct flow *f, const struct reply_event *what)
{
	struct cdr c = begin(f, CDR_REPLY);
	c.account = view_of(account_name(accounts_at(f->accounts, what->account)));
	c.number = (struct view){(const uint8_t *)what->from->digits, what->from->n};
	c.code = view_of(what->code);
	c.carrier = view_of(what->carrier);
	c.how = view_of(event_name(what->kind));
	if (what->kind == EVENT_REPLIED)
		c.text = what->text;
	if (what->original->id) {
		c.original = what->original->id;
		c.class_name = what->original->class_name;
		c.campaign = what->original->campaign;
		c.variant = what->original->variant;
		c.group = what->original->group;
	}
	put(f, &c);
}

void flow_cdr_reload(struct flow *f)
{
	if (!flow_cdr_wants(f, CDR_RELOAD))
		return;
	struct cdr c = begin(f, CDR_RELOAD);
	put(f, &c);
}

/* --- the chain's heads --- */

static void on_hour(void *arg, const char *hour, const char *line)
{
	heads_add(((struct flow *)arg)->heads, hour, line);
}

static void on_head_stored(void *arg, uint64_t token, bool ok)
{
	(void)token;
	heads_stored(((struct flow *)arg)->heads, ok);
}

void flow_cdr_init(struct flow *f)
{
	f->heads = heads_new();
	heads_use(f->heads, f->store, on_head_stored, 0);
	if (f->conf.archive)
		archive_on_hour(f->conf.archive, on_hour, f);
}

void flow_cdr_store_up(struct flow *f)
{
	heads_up(f->heads);
}

void flow_cdr_free(struct flow *f)
{
	if (f->conf.archive)
		archive_on_hour(f->conf.archive, NULL, NULL);
	heads_free(f->heads);
	mem_free(f->cdr_text);
}
