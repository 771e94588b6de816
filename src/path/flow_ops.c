/*
 * flow_ops.c - an app changes what no carrier has: replace_sm, and submits with replace_if_present_flag. Must not know
 * carriers, nor what happens after an end.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"
#include "path/store_recipient.h"

/* --- replace_sm --- */

/* While the new record is on its way to the store; the old one stays in memory until it is there. */
struct replacing {
	struct asked asked;
	uint64_t handle;
	uint64_t near; /* one that waited beside it: its place in a long queue is found from there; 0: it was not queued
			*/
	struct submit_times times;
	uint32_t sign; /* of the new text: msg.sign */
	uint8_t registered;
	size_t n;
	uint8_t rec[]; /* the new record */
};

struct finding {
	uint16_t account;
	struct pdu_addr src;
	struct msg *m;
	unsigned n;
};

static void find_one(struct msg *m, void *arg)
{
	struct finding *x = arg;
	struct pdu sent;
	if (m->account != x->account || m->internal)
		return;
	msg_pdu(m, NULL, &sent);
	if (!number_same(x->src, sent.sm.src))
		return;
	x->m = m;
	x->n++;
}

/* Back to where it waited. */
static void go_on(struct flow *f, struct msg *m, uint64_t near)
{
	struct msg *beside = near ? msgs_get(f->msgs, near) : NULL;
	if (m->replaces && !m->unchecked)
		flow_replace_older(f, m);
	if (beside && (beside->state != MSG_QUEUED || !queue_same_line(beside, m)))
		beside = NULL;
	if (m->unchecked || m->due_ms > loop_wall_ms(f->loop)) {
		flow_set_state(f, m, MSG_HELD);
		flow_wait_until_due(f, m);
	} else if (m->ranked && beside) {
		flow_put_near(f, m, beside);
	} else {
		flow_enqueue(f, m);
	}
}

static void on_again(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (ok)
		go_on(f, m, 0);
	else
		flow_redo_later(f, m, REDO_RECORD);
}

void flow_store_again(struct flow *f, struct msg *m)
{
	if (store_journal_put(f->store, m->id, (struct view){m->rec, m->rec_len}, on_again, m->handle) < 0)
		on_again(f, m->handle, false);
}

static bool take_over(struct flow *f, struct msg *m, const struct replacing *x)
{
	struct record r;
	if (!record_decode((struct view){x->rec, (uint32_t)x->n}, &r) || msg_set_record(f->msgs, m, &r) < 0)
		return false;
	m->due_ms = x->times.due_ms;
	msg_set_expiry(m, x->times.expiry_ms, f->loop);
	m->registered = x->registered;
	m->sign = x->sign;
	m->known_ms = 0; /* its recipient may have stopped what goes by this name now */
	return true;
}

static void answer_replace(struct wave *w)
{
	struct replacing *x = (struct replacing *)w;
	flow_answer(w->flow, x->asked.session, REPLACE_SM, x->asked.sequence, ESME_RSYSERR, FLOW_NOTHING);
	flow_asked_free(&x->asked);
}

/* Not known to be stored: the old text stays, and goes into the store again before the message goes on. */
static void on_replaced(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct replacing *x = (struct replacing *)(uintptr_t)token;
	struct msg *m = msgs_get(f->msgs, x->handle);
	uint32_t status = ok && take_over(f, m, x) ? ESME_ROK : ESME_RSYSERR;
	log_peer_info(account_name(accounts_at(f->accounts, m->account)), "event=replace id=%llu outcome=%s",
		      (unsigned long long)m->id, status ? "not_stored" : "replaced");
	if (status)
		flow_count_refusal(&f->counters, status);
	else
		flow_text_replaced(f, m);
	flow_answer(f, x->asked.session, REPLACE_SM, x->asked.sequence, status, FLOW_NOTHING);
	if (status && !m->volatile_)
		flow_redo_later(f, m, REDO_RECORD);
	else
		go_on(f, m, x->near);
	flow_asked_free(&x->asked);
}

struct other_text { /* the submit with another text, as the policies let it go */
	struct submit_times times;
	struct pdu sent;
	uint32_t sign;
};

static uint32_t judge_text(struct flow *f, struct account *a, const struct msg *m, const struct pdu *pdu,
			   struct other_text *x, const char **why)
{
	struct pdu *sent = &x->sent;
	struct submit sub = {.route = m->route,
			     .taker = flow_taker(f, m->route),
			     .class_id = (enum class_id)m->class_id,
			     .due_ms = x->times.due_ms,
			     .expiry_ms = x->times.expiry_ms};
	msg_pdu(m, NULL, sent);
	sent->sm.short_message = pdu->replace.short_message;
	struct tlv_out tlvs = {f->submit.tlvs, 0, sizeof(f->submit.tlvs), false};
	tlv_put_all_but(&tlvs, sent->tlvs, TLV_MESSAGE_PAYLOAD);
	sent->tlvs = (struct view){tlvs.p, tlvs.n};
	if (!number_parse(sent->sm.dst, &sub.to))
		sub.to.n = 0;
	uint32_t status = flow_judge_policy(f, a, sent, &sub, why);
	x->times.due_ms = sub.due_ms;
	x->sign = sub.sign;
	if (status || !(sub.review || sub.gather))
		return status;
	*why = "the operator must read such a text first: cancel the message and submit it anew";
	return ESME_RREPLACEFAIL;
}

/* The new record; 0 when it is too long. Times that were given stand in it absolute: they count from now. */
static size_t make_replacement(struct flow *f, const struct msg *m, const struct pdu *pdu, struct pdu sent,
			       const struct submit_times *times, uint8_t *out, size_t cap)
{
	char schedule[17], validity[17];
	struct record rec;
	msg_record(m, &rec);
	sent.sm.registered_delivery = pdu->replace.registered_delivery;
	if (pdu->replace.schedule.n) {
		smpp_time_format(times->due_ms, 0, schedule);
		sent.sm.schedule = times->due_ms ? view_of(schedule) : FLOW_NOTHING;
	}
	if (pdu->replace.validity.n) {
		smpp_time_format(times->expiry_ms, 0, validity);
		sent.sm.validity = view_of(validity);
	}
	size_t n = pdu_encode(&sent, f->frame, sizeof(f->frame));
	rec.frame = (struct view){f->frame, (uint32_t)n};
	rec.expiry_ms = times->expiry_ms;
	return n ? record_encode(&rec, out, cap) : 0;
}

static uint32_t judge_replace(const struct flow *f, const struct account *a, const struct pdu *pdu, struct msg **out,
			      const char **why)
{
	uint64_t id;
	struct finding x = {(uint16_t)account_number(a), flow_source_of(f, a, pdu->replace.src), NULL, 0};
	struct pdu sent;
	if ((pdu->replace.registered_delivery & 3) == 3) {
		*why = "registered_delivery has reserved bits";
		return ESME_RINVREGDLVFLG;
	}
	if (pdu->replace.sm_default_msg_id) {
		*why = "no canned texts here";
		return ESME_RINVDFTMSGID;
	}
	if (f->phase != FLOW_RUNNING) {
		*why = "the store is away";
		return ESME_RSYSERR;
	}
	if (ids_parse(pdu->replace.id.p, pdu->replace.id.n, &id))
		index_by_id(f->index, id, find_one, &x);
	*out = x.m;
	*why = "no such message, or a carrier has it";
	if (x.n == 0 || !flow_is_waiting(f, x.m) || x.m->marking)
		return ESME_RREPLACEFAIL;
	*why = "it is held for review, or for the other parts of its text";
	if (x.m->review || x.m->gathering)
		return ESME_RREPLACEFAIL;
	*why = "submitted with submit_multi, or its text begins with a user data header";
	msg_pdu(x.m, NULL, &sent);
	if (x.n > 1 || x.m->aliased || (sent.sm.esm_class & ESM_UDHI))
		return ESME_RREPLACEFAIL;
	*why = "the store is away";
	return x.m->volatile_ || store_up(f->store) ? ESME_ROK : ESME_RSYSERR;
}

/* What is held for a retry stays held as long. */
static void withdraw(struct flow *f, struct msg *m)
{
	bool in_turn =
		m->announcing || m->asking || !list_empty(&m->link); /* held only until the store knows that it goes */
	if (m->state == MSG_HELD && m->attempts && !in_turn)
		m->due_ms = loop_wall_ms(f->loop) + m->timer.due_ms - loop_now_ms(f->loop);
	flow_withdraw(f, m);
	flow_set_state(f, m, MSG_STORING);
}

static void store_replacement(struct flow *f, struct msg *m, struct replacing *x)
{
	if (m->volatile_)
		on_replaced(f, (uint64_t)(uintptr_t)x, x->n > 0);
	else if (x->n == 0 || store_journal_put(f->store, m->id, (struct view){x->rec, (uint32_t)x->n}, on_replaced,
						(uint64_t)(uintptr_t)x) < 0)
		on_replaced(f, (uint64_t)(uintptr_t)x, false);
}

/* What its recipient has had says of the new text. Nothing has been written: a refused one leaves all as it was. */
static void on_recipient(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	struct flow *f = arg;
	struct replacing *x = (struct replacing *)(uintptr_t)token;
	struct msg *m = msgs_get(f->msgs, x->handle);
	uint32_t status = flow_text_answered(f, m, x->sign, ok ? answer : NULL);
	if (status == ESME_ROK) {
		store_replacement(f, m, x);
		return;
	}
	flow_answer(f, x->asked.session, REPLACE_SM, x->asked.sequence, status, FLOW_NOTHING);
	go_on(f, m, x->near);
	flow_asked_free(&x->asked);
}

static void start_replacing(struct flow *f, struct session *s, const struct pdu *pdu, struct msg *m,
			    const struct other_text *text)
{
	struct recipient_ask ask;
	bool asks = flow_asks_about_text(f, m, text->sign, &ask);
	size_t cap = m->rec_len + text->sent.sm.short_message.n + text->sent.tlvs.n + 2 * sizeof(struct pdu);
	struct replacing *x = (struct replacing *)flow_ask(f, sizeof(*x) + cap, session_handle(s), pdu);
	x->asked.wave.done = answer_replace;
	x->handle = m->handle;
	x->times = text->times;
	x->sign = text->sign;
	x->registered = pdu->replace.registered_delivery;
	x->n = make_replacement(f, m, pdu, text->sent, &text->times, x->rec, cap);
	struct msg *near = m->state == MSG_QUEUED ? queue_neighbour(f->queue, m) : NULL;
	x->near = near ? near->handle : 0;
	withdraw(f, m);
	if (!pdu->replace.schedule.n)
		x->times.due_ms = m->due_ms;
	if (!asks)
		store_replacement(f, m, x);
	else if (store_recipient(f->store, &ask, on_recipient, (uint64_t)(uintptr_t)x) < 0)
		on_recipient(f, (uint64_t)(uintptr_t)x, false, NULL);
}

void flow_take_replace(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	struct msg *m;
	struct other_text text;
	const char *why;
	uint32_t status = judge_replace(f, a, pdu, &m, &why);
	if (!status) {
		const struct submit_limits limits = flow_limits(f);
		const struct submit_times keep = {m->due_ms, msg_expiry_ms(m, f->loop)};
		status = submit_times(pdu->replace.schedule, pdu->replace.validity, &limits, 0, loop_wall_ms(f->loop),
				      &keep, &text.times, &why);
	}
	if (!status)
		status = judge_text(f, a, m, pdu, &text, &why);
	if (status)
		flow_refuse(f, a, s, pdu, status, why);
	else
		start_replacing(f, s, pdu, m, &text);
}

/* --- replace_if_present_flag --- */

struct outdating {
	struct flow *flow;
	const struct msg *by;
	uint64_t text;	/* by is a part of it: its other parts stay; 0: none */
	struct pdu pdu; /* by's */
};

static void outdate(struct msg *m, void *arg)
{
	const struct outdating *x = arg;
	struct pdu sent;
	if (m == x->by || m->id >= x->by->id || m->internal || !flow_is_waiting(x->flow, m))
		return;
	msg_pdu(m, NULL, &sent);
	if (!number_same(sent.sm.src, x->pdu.sm.src) || !view_eq(sent.sm.service_type, x->pdu.sm.service_type))
		return;
	if (x->text && flow_text_key(m) == x->text)
		return;
	flow_withdraw(x->flow, m);
	flow_finish(x->flow, m, FINISH_REPLACED, 0, NULL);
}

void flow_replace_older(struct flow *f, struct msg *m)
{
	struct outdating x = {.flow = f, .by = m, .text = flow_text_key(m)};
	struct number to;
	m->replaces = false;
	msg_pdu(m, NULL, &x.pdu);
	if (number_parse(x.pdu.sm.dst, &to))
		index_by_number(f->index, m->account, &to, outdate, &x);
}
