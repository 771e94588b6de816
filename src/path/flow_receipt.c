/*
 * flow_receipt.c - what carriers say of messages that they took: matched, parked until its message is known, or settled
 * against a doubt; intermediate ones passed on. Part of the order of life, behind flow_send.c. Must not know queues,
 * nor how a receipt is read (outcome.h) and matched (match.h).
 */
#include "path/flow_priv.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"

#define REGISTERED_INTERMEDIATE 0x10u  /* registered_delivery (smpp.md 7) */
#define PDU_ALERT_MAX		64     /* characters of an address in alert_notification */
#define DATE_SLACK_MS		120000 /* by which a carrier's date may be off and is still taken */

struct heard {		   /* a receipt */
	struct session *s; /* that is owed an answer; NULL: it was parked */
	const struct pdu *pdu;
	const struct outcome *o;
	size_t carrier; /* where it was parked, under what; removed from the store when its effect is stored */
	struct view parked_id;
};

/* It has no effect that must be stored first. A parked one that shall come again stays in the store. */
static void answer(struct flow *f, const struct heard *h, uint32_t status)
{
	if (h->s)
		flow_answer_carrier(f, session_handle(h->s), h->pdu->command_id, h->pdu->sequence, status);
	else if (status == ESME_ROK)
		flow_forget_parked(f, h->carrier, h->parked_id);
}

static void owe(struct flow *f, struct msg *m, const struct heard *h)
{
	uint32_t command = h->pdu->command_id;
	if (h->s)
		flow_owe(m,
			 command == DATA_SM	? OWES_DATA_DELIVER
			 : command == SUBMIT_SM ? OWES_SUBMIT_DELIVER
						: OWES_DELIVER,
			 h->s, h->pdu);
	else
		flow_owe_parked(f, m, h->carrier, h->parked_id);
}

/* A receipt for a message that has ended: the first end stands. */
static void take_duplicate(struct flow *f, const struct heard *h, struct msg *m)
{
	const struct msg *whole = msg_whole(f->msgs, m);
	/* STORING: its text is being replaced, and a late success is taken when that is done */
	bool ending = whole->state == MSG_CLOSING || whole->state == MSG_STORING || whole->state == MSG_LEAVING;
	f->counters.receipts_duplicate++;
	flow_tell_receipt(f, carriers_at(f->carriers, h->carrier), m, h->o, "duplicate");
	/* while its end is not stored the carrier shall come again */
	answer(f, h, m->peer || m->redo || m->writing || ending ? ESME_RX_T_APPN : ESME_ROK);
}

/* The carrier's date when it can be true (its clock and minute are coarse), else now. */
static int64_t done_time(const struct flow *f, const struct msg *m, const struct outcome *o)
{
	int64_t now = loop_wall_ms(f->loop);
	return o->done_ms >= ids_time_ms(m->id) - DATE_SLACK_MS && o->done_ms <= now + DATE_SLACK_MS ? o->done_ms : now;
}

/* ENROUTE, ACCEPTD: ends nothing; the app hears of it when it asked to. */
static void take_intermediate(struct flow *f, const struct heard *h, struct msg *m)
{
	struct words words = {h->o->stat, h->o->err, done_time(f, m, h->o)};
	struct msg *whole = msg_whole(f->msgs, m);
	f->counters.receipts_intermediate++;
	flow_tell_receipt(f, carriers_at(f->carriers, h->carrier), m, h->o, "intermediate");
	if (!(whole->registered & REGISTERED_INTERMEDIATE) || whole->internal) {
		answer(f, h, ESME_ROK);
		return;
	}
	struct msg *note = flow_make_note(f, whole, m, RECORD_INTERMEDIATE, h->o->state, &words);
	if (!note) {
		answer(f, h, ESME_RX_T_APPN);
		return;
	}
	owe(f, note, h);
	flow_close(f, note);
}

/* The end of a message as its carrier tells it. m is in no list. */
static void take_final(struct flow *f, const struct heard *h, struct msg *m)
{
	struct words words = {h->o->stat, h->o->err, done_time(f, m, h->o)};
	bool delivered = h->o->state == STATE_DELIVERED;
	f->counters.receipts++;
	flow_tell_receipt(f, carriers_at(f->carriers, h->carrier), m, h->o, "final");
	health_ended(f->health, m->carrier, loop_now_ms(f->loop), delivered);
	histogram_add(&f->counters.receipt, (loop_wall_ms(f->loop) - ids_time_ms(m->id)) * 1000);
	owe(f, m, h);
	if (!delivered && flow_failed_again(f, m, h->o->state, &words))
		return;
	flow_finish(f, m, delivered ? FINISH_DELIVERED : FINISH_FAILED, h->o->state, &words);
}

/* An earlier submit of m was delivered, while m was to go, or had gone, once more: the first success is its end. */
static void take_late_success(struct flow *f, const struct heard *h, struct msg *m, uint16_t carrier)
{
	f->counters.late_success++;
	log_peer_info(carrier_name(carriers_at(f->carriers, carrier)), "event=late_success id=%llu state=%s",
		      (unsigned long long)m->id, msg_state_name((enum msg_state)m->state));
	flow_withdraw(f, m);
	flow_parts_withdraw(f, m);
	flow_settle(f, m);
	if (m->forward && m->peer)
		flow_answer_app(f, m, ESME_ROK);
	match_remove(f->match, m);
	if (m->cid_len && !flow_set_aside(f, m, KIN_PAST))
		log_error("-", "event=no_memory id=%llu what=earlier_submit", (unsigned long long)m->id);
	m->carrier = carrier;
	take_final(f, h, m);
}

static bool is_open(const struct msg *m)
{
	return m->state == MSG_HELD || m->state == MSG_QUEUED || m->state == MSG_SENT || m->state == MSG_AWAITING ||
	       m->state == MSG_DOUBT || m->state == MSG_PARTED;
}

/* One of several submits that carriers have taken failed: another one decides, also after a restart. */
static void take_past_failure(struct flow *f, const struct heard *h, struct msg *k)
{
	f->counters.receipts++;
	flow_tell_receipt(f, carriers_at(f->carriers, h->carrier), k, h->o, "final");
	k->final_state = (uint8_t)h->o->state;
	owe(f, k, h);
	flow_mark(f, k);
}

/* k: an earlier submit, or a part that has ended. */
static void take_past(struct flow *f, const struct heard *h, struct msg *k)
{
	struct msg *m = msgs_get(f->msgs, k->parent);
	bool whole = k->kin_kind == KIN_PAST && k->part == m->part;
	if (h->o->final && h->o->state == STATE_DELIVERED && whole && is_open(m))
		take_late_success(f, h, m, k->carrier);
	else if (h->o->final && whole && is_open(m) && !k->final_state && !k->peer && !k->redo)
		take_past_failure(f, h, k);
	else
		take_duplicate(f, h, k);
}

static void take_receipt(struct flow *f, const struct heard *h, struct msg *m)
{
	if (m->state == MSG_PAST)
		take_past(f, h, m);
	else if (m->state != MSG_AWAITING)
		take_duplicate(f, h, m);
	else if (h->o->final)
		take_final(f, h, m);
	else
		take_intermediate(f, h, m);
}

/* --- receipts that came before their response --- */

/* Who is owed the answer to a receipt that is being parked. */
struct parking {
	struct flow *flow;
	uint64_t session;
	uint32_t command_id, sequence;
};

static void on_parked_stored(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct parking *p = (struct parking *)(uintptr_t)token;
	flow_answer_carrier(f, p->session, p->command_id, p->sequence, ok ? ESME_ROK : ESME_RX_T_APPN);
	mem_free(p);
}

/*
 * In the store a parked receipt is its PDU, and behind it eight octets: when it came (at_ms). A PDU says how long it
 * is.
 */
static struct view with_time(struct flow *f, size_t n, int64_t at_ms)
{
	for (unsigned i = 0; i < 8; i++)
		f->frame[n + i] = (uint8_t)((uint64_t)at_ms >> (56 - 8 * i));
	return (struct view){f->frame, (uint32_t)n + 8};
}

static int64_t take_time(struct view *stored)
{
	uint64_t at_ms = 0;
	uint32_t n;
	if (pdu_frame(stored->p, stored->n, PDU_MAX_DEFAULT, &n) != ESME_ROK || stored->n != n + 8)
		return 0;
	for (unsigned i = 0; i < 8; i++)
		at_ms = at_ms << 8 | stored->p[n + i];
	stored->n = n;
	return (int64_t)at_ms;
}

/* For an id that is not known (yet): it may have overtaken its response. */
static void park(struct flow *f, struct carrier *c, const struct heard *h)
{
	const struct outcome *o = h->o;
	const struct pdu *pdu = h->pdu;
	char cid[IDFORM_MAX];
	struct view id = {(const uint8_t *)cid, (uint32_t)idform_canonical(o->id, cid)};
	size_t n = pdu_encode(pdu, f->frame, sizeof(f->frame) - 8);
	struct view frame = {f->frame, (uint32_t)n};
	/* one for a message that has ended settles nothing any more, should no message claim it */
	int64_t at_ms = match_ended(f->match, carrier_number(c), o->id) ? 0 : loop_wall_ms(f->loop);
	if (!o->final || id.n == 0 || n == 0 || !match_park(f->match, carrier_number(c), id, frame, at_ms)) {
		f->counters.receipts_unknown++;
		flow_tell_receipt(f, c, NULL, o, "unknown");
		answer(f, h, ESME_ROK);
		return;
	}
	f->counters.parked++;
	struct parking *p = mem_zalloc(sizeof(*p));
	*p = (struct parking){f, session_handle(h->s), pdu->command_id, pdu->sequence};
	if (store_parked_put(f->store, carrier_name(c), id, with_time(f, n, at_ms), on_parked_stored,
			     (uint64_t)(uintptr_t)p) < 0)
		on_parked_stored(f, (uint64_t)(uintptr_t)p, false);
}

static struct msg *find(struct flow *f, struct carrier *c, const struct outcome *o)
{
	struct msg *m = match_find(f->match, carrier_number(c), o->id, o->from);
	return m || o->other_id.n == 0 ? m : match_find(f->match, carrier_number(c), o->other_id, o->from);
}

void flow_unpark(struct flow *f, struct carrier *c, struct msg *m)
{
	char scratch[OUTCOME_SCRATCH], parked_id[IDFORM_MAX];
	struct view frame, cid = {(const uint8_t *)m->cid, m->cid_len};
	struct pdu pdu;
	struct outcome o;
	size_t n;
	if (!match_unpark(f->match, carrier_number(c), cid, f->parked, sizeof(f->parked), &frame, parked_id, &n))
		return;
	struct heard h = {NULL, &pdu, &o, carrier_number(c), {(const uint8_t *)parked_id, (uint32_t)n}};
	if (pdu_decode(frame.p, frame.n, &pdu) == ESME_ROK &&
	    outcome_read(carrier_conf(c), &pdu, scratch, &f->done_date, &o))
		take_receipt(f, &h, m);
}

void flow_past_taken(struct flow *f, struct carrier *c, struct msg *k, const struct pdu *resp)
{
	char cid[IDFORM_MAX];
	size_t n = flow_id_quoted(f, c, k, resp, cid);
	flow_release_doubt(f, k);
	doubts_remove(f->doubts, k);
	k->kin_kind = KIN_PAST;
	if (n == 0 || match_held(f->match, carrier_number(c), (struct view){(const uint8_t *)cid, (uint32_t)n}) ||
	    msg_set_cid(f->msgs, k, cid, n) < 0)
		return;
	match_add(f->match, k);
	k->slot = store_slot(loop_wall_ms(f->loop));
	if (!k->volatile_)
		flow_store_cid(f, k);
	if (match_parked(f->match))
		flow_unpark(f, c, k);
}

/* --- doubts --- */

/*
 * The one submit in doubt that a receipt can be about: to its number, from its code, sent before the receipt came and
 * at the time that the receipt says; and no other receipt may mean it. A wrong outcome is worse than none: the message
 * is sent once more, or the operator decides.
 */
static struct msg *doubt_of(const struct flow *f, size_t carrier, const struct heard *h, int64_t at_ms)
{
	const struct outcome *o = h->o;
	struct msg *k = NULL;
	struct number number;
	if (at_ms && o->final && outcome_number(o, &number))
		k = doubts_find(f->doubts, carrier, &number, h->pdu->sm.dst.addr);
	if (!k || at_ms < k->sent_ms || match_parked_other(f->match, carrier, h->parked_id, &number))
		return NULL;
	int64_t submit_ms = outcome_submit_ms(carrier_conf(carriers_at(f->carriers, carrier)), o);
	int64_t off = submit_ms && k->sent_ms ? submit_ms - k->sent_ms : 0;
	return off > DATE_SLACK_MS || off < -DATE_SLACK_MS ? NULL : k;
}

/* A receipt that no carrier id explained in its time is the outcome of a submit whose answer did not come. */
static bool settle_doubt(struct flow *f, size_t carrier, const struct heard *h, int64_t at_ms)
{
	struct msg *k = doubt_of(f, carrier, h, at_ms);
	if (!k)
		return false;
	struct msg *m = msgs_get(f->msgs, k->parent);
	f->counters.doubts_settled++;
	log_peer_info(carrier_name(carriers_at(f->carriers, carrier)),
		      "event=doubt_settled id=%llu by=receipt state=%s", (unsigned long long)m->id,
		      receipt_stat_name(h->o->state));
	bool held = m->state == MSG_DOUBT, delivered = h->o->state == STATE_DELIVERED;
	flow_doubt_over(f, k);
	if (delivered && is_open(m)) {
		take_late_success(f, h, m, (uint16_t)carrier);
	} else if (held && !flow_last_doubt(f, m)) {
		loop_timer_clear(f->loop, &m->timer);
		m->carrier = (uint16_t)carrier;
		take_final(f, h, m);
	} else {
		answer(f, h, ESME_ROK); /* it was sent once more, or is in doubt more than once: that submit decides */
	}
	return true;
}

void flow_forget_parked(struct flow *f, size_t carrier, struct view parked_id)
{
	const char *name = carrier_name(carriers_at(f->carriers, carrier));
	if (store_parked_del(f->store, name, parked_id) < 0)
		log_debug(name, "event=parked_entry_left carrier_id=%.*s", (int)parked_id.n, (const char *)parked_id.p);
}

void flow_parked_expired(void *arg, size_t carrier, struct view cid, struct view frame, int64_t at_ms)
{
	struct flow *f = arg;
	struct carrier *c = carriers_at(f->carriers, carrier);
	char scratch[OUTCOME_SCRATCH];
	struct pdu pdu;
	struct outcome o = {.final = false};
	struct heard h = {NULL, &pdu, &o, carrier, cid};
	if (pdu_decode(frame.p, frame.n, &pdu) == ESME_ROK &&
	    outcome_read(carrier_conf(c), &pdu, scratch, &f->done_date, &o) && settle_doubt(f, carrier, &h, at_ms))
		return;
	f->counters.receipts_unknown++;
	flow_tell_receipt(f, c, NULL, &o, "unknown");
	log_peer_warn(carrier_name(c), "event=receipt_unknown carrier_id=%.*s action=dropped", (int)cid.n,
		      (const char *)cid.p);
	flow_forget_parked(f, carrier, cid);
}

/* --- from the carrier --- */

static void copy_alert(struct pdu *pdu, uint8_t peer_version, void *arg)
{
	(void)peer_version;
	*pdu = *(const struct pdu *)arg;
}

/* The phone can be reached again: told to the app that the code belongs to, when it is there to hear it. */
static void relay_alert(struct flow *f, const struct carrier *c, const struct pdu *pdu)
{
	char code[PDU_ALERT_MAX + 1];
	snprintf(code, sizeof(code), "%.*s", (int)pdu->alert.esme.addr.n, (const char *)pdu->alert.esme.addr.p);
	int account = reply_owner(f->reply, code);
	int sent = account < 0 ? -ENOENT
			       : account_tell(accounts_at(f->accounts, (size_t)account), copy_alert, (void *)pdu);
	if (sent == 0)
		f->counters.alerts++;
	else
		f->counters.alerts_dropped++;
	log_peer_info(carrier_name(c), "event=alert_notification code=%s account=%s sent=%s", code,
		      account < 0 ? "-" : account_name(accounts_at(f->accounts, (size_t)account)),
		      sent == 0 ? "yes" : "no");
}

void flow_carrier_request(struct carrier *c, struct session *s, const struct pdu *pdu, void *arg)
{
	struct flow *f = arg;
	char scratch[OUTCOME_SCRATCH];
	struct outcome o;
	struct flow_sent room;
	struct address_room addresses;
	struct pdu normal;
	pdu = address_come(carrier_conf(c), pdu, &addresses, &normal);
	pdu = flow_sent_to(f, c, pdu, &room);
	struct heard h = {.s = s, .pdu = pdu, .o = &o, .carrier = carrier_number(c)};
	if (pdu->command_id == ALERT_NOTIFICATION) {
		relay_alert(f, c, pdu);
		return;
	}
	if (!outcome_read(carrier_conf(c), pdu, scratch, &f->done_date, &o)) {
		reply_take(f->reply, c, s, pdu);
		return;
	}
	struct msg *m = find(f, c, &o);
	if (m)
		take_receipt(f, &h, m);
	else
		park(f, c, &h);
}

void flow_parked_again(struct flow *f, size_t carrier, struct view cid, struct view frame)
{
	int64_t at_ms = take_time(&frame);
	char scratch[OUTCOME_SCRATCH];
	struct carrier *c = carriers_at(f->carriers, carrier);
	struct pdu pdu;
	struct outcome o;
	struct heard h = {NULL, &pdu, &o, carrier, cid};
	bool readable = pdu_decode(frame.p, frame.n, &pdu) == ESME_ROK &&
			outcome_read(carrier_conf(c), &pdu, scratch, &f->done_date, &o);
	struct msg *m = readable ? find(f, c, &o) : NULL;
	if (m) { /* its response had come when the gateway died, its effect was not stored */
		take_receipt(f, &h, m);
		return;
	}
	if (match_park(f->match, carrier, cid, frame, at_ms))
		return;
	f->counters.receipts_unknown++;
	flow_forget_parked(f, carrier, cid);
}
