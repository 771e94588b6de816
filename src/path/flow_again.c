/*
 * flow_again.c - what follows a submit that did not do: the same carrier again, the next one, held in doubt, or the
 * end. Part of the order of life, between flow_send.c and flow_end.c. Must not know how receipts are matched nor what
 * an error means (policy/retry.h).
 *
 * A submit that a carrier took, or may have taken, and that is not the message's present one stands beside it as its
 * kin: KIN_PAST keeps the carrier's id known (a late success wins), KIN_DOUBT waits for a receipt that no other message
 * claims. The store knows both by their mark (struct store_leg).
 */
#include "path/flow_priv.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"

/* --- beside the message --- */

/* What a message knows of one submit: which carrier, under what id, what the store knows of it. Takes from's id. */
static void give_submit(struct msg *to, const struct msg *from)
{
	to->carrier = from->carrier;
	to->slot = from->slot;
	to->sent_ms = from->sent_ms;
	to->cid = from->cid;
	to->cid_len = from->cid_len;
	to->cid_hash = from->cid_hash;
	to->ann = from->ann;
	to->unmark = from->unmark;
	to->unsettled = from->unsettled; /* counted at the carrier until the store knows what became of it */
}

struct msg *flow_set_aside(struct flow *f, struct msg *m, enum msg_kin kind)
{
	struct msg *k = flow_take(f);
	if (!k) {
		log_error("-", "event=no_memory id=%llu what=earlier_submit", (unsigned long long)m->id);
		return NULL;
	}
	match_remove(f->match, m);
	k->id = m->id;
	k->account = m->account;
	k->class_id = m->class_id;
	give_submit(k, m);
	k->part = m->part;
	k->parts = m->parts;
	k->volatile_ = m->volatile_;
	m->cid = NULL;
	m->cid_len = 0;
	m->announced = m->unmark = m->unsettled = false;
	msg_add_kin(m, k, kind);
	flow_set_state(f, k, MSG_PAST);
	if (k->cid_len)
		match_add(f->match, k);
	return k;
}

/* --- refused --- */

static void retry_later(struct flow *f, struct msg *m, const struct retry_row *row)
{
	int64_t at = loop_wall_ms(f->loop) + retry_pause_ms(row, m->attempts, rng_next(&f->rng));
	f->counters.retries++;
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer(f, m, at < msg_expiry_ms(m, f->loop) ? at : msg_expiry_ms(m, f->loop));
}

/* The carrier's own trouble; the number, its owner and the text are the same everywhere. */
static bool is_carriers(enum fault fault)
{
	return fault == FAULT_CARRIER || fault == FAULT_TEMPORARY || fault == FAULT_SESSION || fault == FAULT_PERMANENT;
}

static bool heals(enum fault fault)
{
	return fault == FAULT_TEMPORARY || fault == FAULT_FLOW || fault == FAULT_SESSION;
}

/* All carriers were tried and what they said passes by: they are tried anew, but those that could not deliver it. */
static bool from_the_first(struct flow *f, struct msg *m)
{
	if (!heals((enum fault)m->fault))
		return false;
	if (m->kin_kind == KIN_PART)
		return true;
	return flow_all_carriers(f, m);
}

/* The same carrier later, or the next one now; false when neither will do. */
static bool again(struct flow *f, struct msg *m, enum retry_action action, const struct retry_row *row,
		  const struct retry_reading *r)
{
	if (action == RETRY_NEXT && flow_elsewhere(f, m, r)) {
		flow_enqueue(f, m);
		return true;
	}
	if (action == RETRY_FAIL || (action == RETRY_NEXT && !from_the_first(f, m)))
		return false;
	retry_later(f, m, row);
	return true;
}

void flow_refused(struct flow *f, struct carrier *c, struct msg *m, uint32_t status)
{
	char text[40];
	snprintf(text, sizeof(text), "0x%02x", status);
	struct words words = {view_of(status_name(status)), view_of(text), 0};
	struct retry_reading reading = retries_read_status(f->retries, carrier_number(c), status);
	m->fault = (uint8_t)reading.fault;
	f->counters.faults[m->fault]++;
	flow_tell_submitted(f, c, m, status);
	health_submitted(f->health, carrier_number(c), loop_now_us(f->loop) / 1000, is_carriers((enum fault)m->fault));
	const struct retry_row *row = retries_row(f->retries, (enum fault)m->fault);
	if (m->forward && m->peer) {
		flow_answer_app(f, m, reading.answer ? reading.answer : status);
		m->registered = 0; /* an error answer has no receipt (smpp.md 7) */
		flow_finish(f, m, FINISH_REFUSED, 0, &words);
		return;
	}
	bool more = m->attempts < row->attempts;
	if (more && again(f, m, row->submit, row, &reading)) {
		flow_tell_retried(f, m, (uint16_t)carrier_number(c), &words);
		log_peer_info(carrier_name(c), "event=retry id=%llu status=%s fault=%s attempt=%u state=%s",
			      (unsigned long long)m->id, text, fault_name((enum fault)m->fault), m->attempts,
			      msg_state_name((enum msg_state)m->state));
		return;
	}
	flow_finish(f, m, more || row->submit == RETRY_FAIL ? FINISH_REFUSED : FINISH_ATTEMPTS, 0, &words);
}

/* --- a failed receipt --- */

static void on_marked(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *k = msgs_get(f->msgs, token);
	if (!k)
		return;
	k->writing = false;
	flow_answer_stored(f, k, ok);
	if (!ok) {
		flow_redo_later(f, k, REDO_MARK);
		return;
	}
	flow_settle(f, k);
	flow_unmark(f, k);
	struct msg *m = msgs_get(f->msgs, k->parent);
	if (k->kin_kind == KIN_PART) {
		flow_parts_check(f, m); /* k may be gone then */
		return;
	}
	if (!k->marking)
		return; /* nothing waits for it */
	bool waits = m->marking && m->state == MSG_HELD;
	k->marking = m->marking = false;
	if (!waits)
		return;
	const struct retry_row *row = retries_row(f->retries, (enum fault)m->fault);
	flow_settle(f, m);
	if (row->receipt == RETRY_SAME)
		retry_later(f, m, row);
	else
		flow_enqueue(f, m);
}

/*
 * How a submit ended, into the store: only then is the carrier answered, may the next submit leave, does a part count
 * as ended.
 */
void flow_mark(struct flow *f, struct msg *k)
{
	k->writing = true;
	if (k->volatile_ ||
	    k->carrier == MSG_NO_CARRIER) /* the configuration has lost its carrier: nothing is to mark */
		on_marked(f, k->handle, true);
	else if (flow_store_leg(f, k, (char)('0' + k->final_state), on_marked) < 0)
		on_marked(f, k->handle, false);
}

/* Whoever waits for m's end hears when k's mark is stored. */
static void pass_on_debt(struct msg *m, struct msg *k)
{
	k->peer = m->peer;
	k->owes = m->owes;
	k->sequence = m->sequence;
	m->peer = 0;
	m->owes = OWES_NOTHING;
}

static void swap_submits(struct flow *f, struct msg *m, struct msg *k)
{
	const struct msg was = *m;
	match_remove(f->match, m);
	match_remove(f->match, k);
	give_submit(m, k);
	give_submit(k, &was);
	match_add(f->match, m);
	match_add(f->match, k);
}

/* A carrier has taken m twice (sent once more, then answered late), and one of the two failed: the other decides. */
static bool other_decides(struct flow *f, struct msg *m, enum message_state state)
{
	struct msg *k = msg_kin(f->msgs, m);
	while (k && !(k->kin_kind == KIN_PAST && k->part == m->part && k->cid_len && !k->final_state && !k->redo))
		k = msg_next_kin(f->msgs, k);
	if (!k || m->state != MSG_AWAITING || !m->cid_len)
		return false;
	flow_redo_none(m);
	swap_submits(f, m, k);
	k->final_state = (uint8_t)state;
	pass_on_debt(m, k);
	flow_await(f, m);
	flow_mark(f, k);
	return true;
}

bool flow_failed_again(struct flow *f, struct msg *m, enum message_state state, const struct words *w)
{
	struct retry_reading reading = retries_read_receipt(f->retries, m->carrier, state, w->stat, w->err);
	m->fault = (uint8_t)reading.fault;
	f->counters.faults[m->fault]++;
	const struct retry_row *row = retries_row(f->retries, (enum fault)m->fault);
	struct msg *k = NULL;
	if (other_decides(f, m, state))
		return true;
	if (row->receipt == RETRY_FAIL || m->attempts >= row->attempts || m->kin_kind == KIN_PART ||
	    m->ends_ms <= loop_now_ms(f->loop))
		return false;
	if (!(row->receipt == RETRY_NEXT ? flow_elsewhere(f, m, &reading) : flow_same_carriers(f, m)))
		return false;
	flow_redo_none(m); /* its carrier id is that of k from here on */
	k = flow_set_aside(f, m, KIN_PAST);
	if (!k || (!k->cid_len && flow_make_up_id(f, k) < 0))
		return false;
	log_info(carrier_name(carriers_at(f->carriers, k->carrier)),
		 "event=resend id=%llu state=%s stat=%.*s err=%.*s fault=%s attempt=%u", (unsigned long long)m->id,
		 receipt_stat_name(state), (int)w->stat.n, (const char *)w->stat.p, (int)w->err.n,
		 (const char *)w->err.p, fault_name((enum fault)m->fault), m->attempts);
	flow_tell_retried(f, m, k->carrier, w);
	k->final_state = (uint8_t)state;
	pass_on_debt(m, k);
	k->marking = m->marking = true;
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	flow_mark(f, k);
	return true;
}

/* --- in doubt --- */

static void on_doubt_stored(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *k = msgs_get(f->msgs, token);
	if (!ok && k && k->kin_kind == KIN_DOUBT && k->cid_len)
		flow_redo_doubt(f, k);
}

void flow_store_doubt(struct flow *f, struct msg *k)
{
	if (!k->volatile_ && flow_store_leg(f, k, LEG_DOUBT, on_doubt_stored) < 0)
		on_doubt_stored(f, k->handle, false);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* From the doubt on, whatever restarts are between, and no longer than the store keeps its entry. */
void flow_hold_doubt(struct flow *f, struct msg *m)
{
	int64_t keep = f->conf.messages->doubt_keep * 1000;
	int64_t until = earlier(loop_wall_ms(f->loop), store_slot_over_ms(m->slot)) + keep;
	flow_set_state(f, m, MSG_DOUBT);
	flow_set_timer(f, m, earlier(until, store_slot_end_ms(f->store, m->slot)));
}

void flow_in_doubt(struct flow *f, struct carrier *c, struct msg *m, enum session_outcome outcome)
{
	bool hold = f->rules[m->class_id].hold_in_doubt || m->doubts > 0;
	f->counters.in_doubt++;
	m->doubts++;
	flow_settle(f, m);
	if (m->forward && m->peer && hold) {
		flow_finish(f, m, FINISH_IN_DOUBT, 0, NULL);
		return;
	}
	log_peer_warn(carrier_name(c), "event=in_doubt id=%llu why=%s action=\"%s\"", (unsigned long long)m->id,
		      outcome == SESSION_TIMEOUT ? "no_answer_in_time" : "link_lost", hold ? "held" : "sent again");
	flow_tell_doubt(f, c, m, outcome == SESSION_TIMEOUT ? "no_answer_in_time" : "link_lost");
	if (!m->announced) /* else its entry stands in that slot already */
		m->slot = store_slot(loop_wall_ms(f->loop));
	struct msg *k = flow_set_aside(f, m, KIN_DOUBT);
	if (k && doubts_add(f->doubts, k) < 0)
		log_error("-", "event=no_memory id=%llu what=doubt", (unsigned long long)m->id);
	if (!hold) {
		flow_put_back(f, m);
		return;
	}
	flow_hold_doubt(f, m);
	if (k && !k->cid_len && flow_make_up_id(f, k) == 0) /* else the store knows it since before it was sent */
		flow_store_doubt(f, k);
}

/* m is not held for this doubt any more; the ledger still knows it. */
void flow_release_doubt(struct flow *f, struct msg *k)
{
	flow_forget_id(f, k, (struct view){(const uint8_t *)k->cid, k->cid_len});
	match_remove(f->match, k);
	if (msg_set_cid(f->msgs, k, NULL, 0) == 0)
		k->redo = 0;
}

/* The doubt of m at this carrier is over. */
void flow_doubt_over(struct flow *f, struct msg *k)
{
	struct msg *m = msgs_get(f->msgs, k->parent);
	flow_release_doubt(f, k);
	doubts_remove(f->doubts, k);
	msg_remove_kin(f->msgs, m, k);
	flow_drop(f, k);
}

struct msg *flow_last_doubt(const struct flow *f, const struct msg *m)
{
	struct msg *k = msg_kin(f->msgs, m);
	while (k && k->kin_kind != KIN_DOUBT)
		k = msg_next_kin(f->msgs, k);
	return k;
}

/* The oldest one: a carrier answers in order, and the newest of kin is the first. */
static struct msg *doubt_at(const struct flow *f, const struct msg *m, size_t carrier)
{
	struct msg *oldest = NULL;
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_DOUBT && k->carrier == carrier)
			oldest = k;
	}
	return oldest;
}

/* An answer after its time-out. */
void flow_answered_late(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp)
{
	struct msg *k = doubt_at(f, m, carrier_number(c));
	f->counters.late++;
	log_peer_warn(carrier_name(c), "event=late_answer id=%llu status=0x%x state=%s", (unsigned long long)m->id,
		      resp->command_status, msg_state_name((enum msg_state)m->state));
	if (!k)
		return; /* settled otherwise */
	bool took = resp->command_status == ESME_ROK && resp->command_id != GENERIC_NACK;
	bool held = m->state == MSG_DOUBT, waits = m->state == MSG_QUEUED || m->state == MSG_HELD;
	if (took && (held || waits)) {
		flow_withdraw(f, m);
		flow_settle(f, m);
		flow_mark_back(f, m, k);
		flow_doubt_over(f, k);
		flow_carrier_took(f, c, m, resp);
	} else if (took) {
		flow_past_taken(f, c, k, resp);
	} else {
		flow_doubt_over(f, k);
		if (m->doubts) /* the operator's resend has forgotten them */
			m->doubts--;
		if (held && !flow_last_doubt(f, m))
			flow_refused(f, c, m, resp->command_status ? resp->command_status : ESME_RUNKNOWNERR);
	}
}

uint64_t flow_carrier_doubts(const struct flow *f, const struct carrier *c)
{
	return doubts_count(f->doubts, carrier_number(c));
}
