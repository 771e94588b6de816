/*
 * flow_send.c - the middle of the order of life: queued, pulled by a carrier, answered by it, its receipt matched. Must
 * not know how a message was accepted nor what happens after its end.
 */
#include "path/flow_priv.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "policy/policy.h"

#define DATE_SLACK_MS 120000 /* by which a carrier\'s date may be off and is still taken */

/* --- the queue --- */

static uint64_t opted_hash(size_t account, const struct number *n, uint64_t *second)
{
	*second = map_hash(n->digits, n->n) + map_hash_u64(account);
	return map_hash(n->digits, n->n) ^ map_hash_u64(account + 1);
}

static bool is_second(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

static bool has_opted_out(const struct flow *f, const struct msg *m)
{
	struct pdu pdu;
	struct number to;
	uint64_t second, value;
	if (!class_promotional((enum class_id)m->class_id) || map_count(f->opted) == 0 || m->account == MSG_NO_ACCOUNT)
		return false;
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &to))
		return false;
	uint64_t hash = opted_hash(m->account, &to, &second);
	return map_find(f->opted, hash, is_second, &second, &value);
}

void flow_find_owners(struct flow *f)
{
	for (size_t lane = 0; lane < routes_count(f->routes); lane++) {
		const struct route *r = routes_at(f->routes, lane);
		f->lane_owner[lane] = FLOW_NOBODY;
		for (unsigned i = 0; i < r->n && f->lane_owner[lane] == FLOW_NOBODY; i++) {
			struct carrier *c = carriers_at(f->carriers, r->carriers[i]);
			if (!carrier_up(c))
				continue;
			f->lane_owner[lane] = r->carriers[i];
			if (queue_depth(f->queue, lane))
				carrier_wake(c);
		}
	}
}

static void wake_owner(struct flow *f, size_t lane)
{
	if (f->lane_owner[lane] != FLOW_NOBODY)
		carrier_wake(carriers_at(f->carriers, f->lane_owner[lane]));
}

void flow_enqueue(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_QUEUED);
	flow_set_timer(f, m, m->expiry_ms);
	if (m->attempts) /* again after a temporary error: before all that came later */
		queue_put_back(f->queue, m, flow_urgency(m));
	else
		queue_put(f->queue, m, flow_urgency(m));
	wake_owner(f, m->route);
}

/* Back to its own place: order is kept. */
static void put_back(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_QUEUED);
	flow_set_timer(f, m, m->expiry_ms);
	queue_put_back(f->queue, m, flow_urgency(m));
	wake_owner(f, m->route);
}

static struct msg *next_for(struct flow *f, size_t carrier)
{
	size_t n = routes_count(f->routes);
	for (size_t i = 0; i < n; i++) {
		size_t lane = (f->lane_turn[carrier] + i) % n;
		if (f->lane_owner[lane] != carrier)
			continue;
		struct msg *m = queue_take(f->queue, lane);
		if (!m)
			continue;
		f->lane_turn[carrier] = lane + 1;
		return m;
	}
	return NULL;
}

/* The next message that may go: what the number's owner has stopped ends here. */
static struct msg *pull(struct flow *f, struct carrier *c, bool with_tlvs, struct pdu *pdu)
{
	struct msg *m;
	while ((m = next_for(f, carrier_number(c)))) {
		if (has_opted_out(f, m)) {
			flow_finish(f, m, FINISH_OPTED_OUT, 0, NULL);
			continue;
		}
		m->carrier = (uint16_t)carrier_number(c);
		if (!relay_fill(m, loop_wall_ms(f->loop), with_tlvs, &f->relay, pdu))
			flow_finish(f, m, FINISH_UNSENDABLE, 0, NULL);
		else
			return m;
	}
	return NULL;
}

/*
 * Whether as many messages as the carrier's windows hold are with it, or taken by it without that being stored. A crash
 * would send all of them again, so a slow store holds back the carrier instead of the doubt growing.
 */
static bool doubt_full(const struct flow *f, const struct carrier *c)
{
	const struct carrier_conf *conf = carrier_conf(c);
	return f->unsettled[carrier_number(c)] >= (uint64_t)(conf->binds * conf->window);
}

static void unsettle(struct flow *f, struct msg *m)
{
	if (m->volatile_ || m->unsettled)
		return;
	m->unsettled = true;
	f->unsettled[m->carrier]++;
}

void flow_settle(struct flow *f, struct msg *m)
{
	if (!m->unsettled)
		return;
	struct carrier *c = carriers_at(f->carriers, m->carrier);
	bool full = doubt_full(f, c);
	m->unsettled = false;
	f->unsettled[m->carrier]--;
	if (full)
		carrier_wake(c);
}

static bool on_pull(struct carrier *c, bool with_tlvs, struct pdu *pdu, uint64_t *cookie, void *arg)
{
	struct flow *f = arg;
	struct msg *m = f->phase == FLOW_RUNNING && !doubt_full(f, c) ? pull(f, c, with_tlvs, pdu) : NULL;
	if (!m)
		return false;
	loop_timer_clear(f->loop, &m->timer);
	m->attempts++;
	unsettle(f, m);
	flow_set_state(f, m, MSG_SENT);
	*cookie = m->handle;
	return true;
}

static void on_unsendable(struct carrier *c, uint64_t cookie, void *arg)
{
	(void)c;
	struct flow *f = arg;
	flow_finish(f, msgs_get(f->msgs, cookie), FINISH_UNSENDABLE, 0, NULL);
}

/* --- the carrier's answer --- */

static void on_cid_stored(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (ok && m)
		flow_settle(f, m);
	else if (m && m->state == MSG_AWAITING)
		flow_redo_later(f, m, REDO_CID);
}

void flow_store_cid(struct flow *f, struct msg *m)
{
	struct view cid = {(const uint8_t *)m->cid, m->cid_len};
	struct store_leg leg = {.id = m->id};
	if (store_receipt_put(f->store, carrier_name(carriers_at(f->carriers, m->carrier)), m->slot, cid, &leg,
			      on_cid_stored, m->handle) < 0)
		on_cid_stored(f, m->handle, false);
}

void flow_await(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_AWAITING);
	flow_set_timer(f, m, store_slot_end_ms(f->store, m->slot));
}

static void unpark(struct flow *f, struct carrier *c, struct msg *m);

/*
 * What stands in the store for a message that its carrier gave no usable id: that it is taken must be known after a
 * restart, or it would be sent again. No canonical id of a carrier begins with 0 and goes on, so no receipt fits it.
 */
static size_t make_up_id(const struct msg *m, char cid[IDFORM_MAX])
{
	return (size_t)snprintf(cid, IDFORM_MAX, "0-%llu", (unsigned long long)m->id);
}

/*
 * A carrier that counts anew gives an id again while the message that had it is still here: the id means the new one.
 * The old one keeps an entry of its own in the store.
 */
static void take_over_id(struct flow *f, struct carrier *c, struct view cid)
{
	char other[IDFORM_MAX];
	struct msg *old = match_held(f->match, carrier_number(c), cid);
	if (!old)
		return;
	log_warn(carrier_name(c),
		 "event=carrier_id_again id=%llu state=%s action=\"receipts for it are the later message's\"",
		 (unsigned long long)old->id, msg_state_name((enum msg_state)old->state));
	match_remove(f->match, old);
	if (msg_set_cid(f->msgs, old, other, make_up_id(old, other)) < 0)
		log_error(carrier_name(c), "event=no_memory id=%llu what=carrier_id", (unsigned long long)old->id);
	else if (old->state == MSG_AWAITING && !old->volatile_)
		flow_store_cid(f, old);
}

static void carrier_took(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp)
{
	char cid[IDFORM_MAX];
	size_t n = resp->has_body ? idform_canonical(resp->resp.id, cid) : 0;
	m->slot = store_slot(loop_wall_ms(f->loop));
	histogram_add(&f->counters.send, (loop_wall_ms(f->loop) - ids_time_ms(m->id)) * 1000);
	if (m->forward && m->peer)
		flow_answer_app(f, m, ESME_ROK);
	if (n == 0) {
		log_warn(carrier_name(c), "event=no_carrier_id id=%llu action=\"its receipt cannot be matched\"",
			 (unsigned long long)m->id);
		n = make_up_id(m, cid);
	}
	if (msg_set_cid(f->msgs, m, cid, n) < 0) {
		log_error(carrier_name(c), "event=no_memory id=%llu what=carrier_id", (unsigned long long)m->id);
		flow_settle(f, m);
		flow_await(f, m);
		return;
	}
	m->carrier = (uint16_t)carrier_number(c);
	take_over_id(f, c, (struct view){(const uint8_t *)cid, (uint32_t)n});
	flow_await(f, m);
	if (match_add(f->match, m) < 0)
		log_error(carrier_name(c), "event=no_memory id=%llu what=receipt_index", (unsigned long long)m->id);
	if (!m->volatile_)
		flow_store_cid(f, m);
	if (match_parked(f->match))
		unpark(f, c, m);
}

static void retry_later(struct flow *f, struct msg *m)
{
	const struct messages_conf *conf = f->conf.messages;
	int64_t pause = conf->retry;
	for (unsigned i = 1; i < m->attempts && pause < conf->retry_max; i++)
		pause *= 2;
	if (pause > conf->retry_max)
		pause = conf->retry_max;
	f->counters.retries++;
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer(f, m, loop_wall_ms(f->loop) + pause + (int64_t)rng_below(&f->rng, (uint64_t)pause / 8 + 1));
}

static void carrier_refused(struct flow *f, struct carrier *c, struct msg *m, uint32_t status)
{
	char text[40];
	snprintf(text, sizeof(text), "0x%02x", status);
	struct words words = {view_of(status_name(status)), view_of(text), 0};
	if (m->forward && m->peer) {
		flow_answer_app(f, m, status);
		m->registered = 0; /* an error answer has no receipt (smpp.md 7) */
		flow_finish(f, m, FINISH_REFUSED, 0, &words);
	} else if (status_retry(status) == STATUS_PERMANENT) {
		flow_finish(f, m, FINISH_REFUSED, 0, &words);
	} else if (m->attempts >= f->conf.messages->attempts) {
		flow_finish(f, m, FINISH_ATTEMPTS, 0, &words);
	} else {
		log_info(carrier_name(c), "event=retry id=%llu status=%s attempt=%u", (unsigned long long)m->id, text,
			 m->attempts);
		retry_later(f, m);
	}
}

static void answered(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp, bool throttled)
{
	bool took = !throttled && resp->command_status == ESME_ROK && resp->command_id != GENERIC_NACK;
	if (!took)
		flow_settle(f, m);
	if (throttled) {
		m->attempts--;
		f->counters.put_back++;
		put_back(f, m);
	} else if (took) {
		carrier_took(f, c, m, resp);
	} else {
		carrier_refused(f, c, m, resp->command_status ? resp->command_status : ESME_RUNKNOWNERR);
	}
}

/* An answer after its time-out: the message waits to be sent again, unless it has been already. */
static void answered_late(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp)
{
	f->counters.late++;
	log_warn(carrier_name(c), "event=late_answer id=%llu status=0x%x state=%s", (unsigned long long)m->id,
		 resp->command_status, msg_state_name((enum msg_state)m->state));
	if (m->state != MSG_QUEUED || resp->command_status != ESME_ROK)
		return;
	queue_remove(f->queue, m, flow_urgency(m));
	carrier_took(f, c, m, resp);
}

static void in_doubt(struct flow *f, struct carrier *c, struct msg *m, enum session_outcome outcome)
{
	f->counters.in_doubt++;
	log_warn(carrier_name(c), "event=in_doubt id=%llu why=%s action=\"sent again\"", (unsigned long long)m->id,
		 outcome == SESSION_TIMEOUT ? "no_answer_in_time" : "link_lost");
	flow_settle(f, m);
	if (m->attempts >= f->conf.messages->attempts)
		flow_finish(f, m, FINISH_ATTEMPTS, 0, NULL);
	else
		put_back(f, m);
}

static void on_carrier_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			       bool throttled, void *arg)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, cookie);
	if (!m)
		return;
	switch (outcome) {
	case SESSION_ANSWERED:
	case SESSION_NACKED:
		answered(f, c, m, resp, throttled);
		return;
	case SESSION_LATE:
		answered_late(f, c, m, resp);
		return;
	case SESSION_TIMEOUT:
	case SESSION_LOST:
		in_doubt(f, c, m, outcome);
		return;
	}
}

/* --- receipts --- */

/* A receipt for a message that has ended: the first end stands. */
static void take_duplicate(struct flow *f, struct session *s, const struct pdu *pdu, const struct msg *m)
{
	f->counters.receipts_duplicate++;
	/* while its end is not stored the carrier shall come again */
	uint32_t status = m->peer || m->redo || m->state == MSG_CLOSING ? ESME_RX_T_APPN : ESME_ROK;
	if (s)
		session_answer(s, pdu->command_id, pdu->sequence, status, FLOW_NOTHING, FLOW_NOTHING);
}

/* The carrier's date when it can be true (its clock and minute are coarse), else now. */
static int64_t done_time(const struct flow *f, const struct msg *m, const struct outcome *o)
{
	int64_t now = loop_wall_ms(f->loop);
	return o->done_ms >= ids_time_ms(m->id) - DATE_SLACK_MS && o->done_ms <= now + DATE_SLACK_MS ? o->done_ms : now;
}

static void take_receipt(struct flow *f, struct session *s, const struct pdu *pdu, const struct outcome *o,
			 struct msg *m)
{
	if (m->state != MSG_AWAITING) {
		take_duplicate(f, s, pdu, m);
		return;
	}
	if (!o->final) {
		f->counters.receipts_intermediate++;
		if (s)
			session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, FLOW_NOTHING, FLOW_NOTHING);
		return;
	}
	struct words words = {o->stat, o->err, done_time(f, m, o)};
	f->counters.receipts++;
	histogram_add(&f->counters.receipt, (loop_wall_ms(f->loop) - ids_time_ms(m->id)) * 1000);
	if (s) {
		flow_owe(m, pdu->command_id == DATA_SM ? OWES_DATA_DELIVER : OWES_DELIVER, s, pdu);
	}
	flow_finish(f, m, o->state == STATE_DELIVERED ? FINISH_DELIVERED : FINISH_FAILED, o->state, &words);
}

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
	flow_answer(f, p->session, p->command_id, p->sequence, ok ? ESME_ROK : ESME_RX_T_APPN, FLOW_NOTHING);
	mem_free(p);
}

/* For an id that is not known (yet): it may have overtaken its response. */
static void park(struct flow *f, struct carrier *c, struct session *s, const struct pdu *pdu, const struct outcome *o)
{
	char cid[IDFORM_MAX];
	struct view id = {(const uint8_t *)cid, (uint32_t)idform_canonical(o->id, cid)};
	size_t n = pdu_encode(pdu, f->frame, sizeof(f->frame));
	struct view frame = {f->frame, (uint32_t)n};
	if (!o->final || id.n == 0 || n == 0 || !match_park(f->match, carrier_number(c), id, frame)) {
		f->counters.receipts_unknown++;
		session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, FLOW_NOTHING, FLOW_NOTHING);
		return;
	}
	f->counters.parked++;
	struct parking *p = mem_zalloc(sizeof(*p));
	*p = (struct parking){f, session_handle(s), pdu->command_id, pdu->sequence};
	if (store_parked_put(f->store, carrier_name(c), id, frame, on_parked_stored, (uint64_t)(uintptr_t)p) < 0)
		on_parked_stored(f, (uint64_t)(uintptr_t)p, false);
}

static struct msg *find(struct flow *f, struct carrier *c, const struct outcome *o)
{
	const struct number *number = o->has_number ? &o->number : NULL;
	struct msg *m = match_find(f->match, carrier_number(c), o->id, number);
	return m || o->other_id.n == 0 ? m : match_find(f->match, carrier_number(c), o->other_id, number);
}

static void unpark(struct flow *f, struct carrier *c, struct msg *m)
{
	char scratch[OUTCOME_SCRATCH], parked_id[IDFORM_MAX];
	struct view frame, cid = {(const uint8_t *)m->cid, m->cid_len};
	struct pdu pdu;
	struct outcome o;
	size_t n;
	if (!match_unpark(f->match, carrier_number(c), cid, f->parked, sizeof(f->parked), &frame, parked_id, &n))
		return;
	if (store_parked_del(f->store, carrier_name(c), (struct view){(const uint8_t *)parked_id, (uint32_t)n}) < 0)
		log_debug(carrier_name(c), "event=parked_entry_left id=%llu", (unsigned long long)m->id);
	if (pdu_decode(frame.p, frame.n, &pdu) == ESME_ROK && outcome_read(carrier_conf(c), &pdu, scratch, &o))
		take_receipt(f, NULL, &pdu, &o, m);
}

static void on_carrier_request(struct carrier *c, struct session *s, const struct pdu *pdu, void *arg)
{
	struct flow *f = arg;
	char scratch[OUTCOME_SCRATCH];
	struct outcome o;
	if (pdu->command_id == ALERT_NOTIFICATION)
		return;
	if (!outcome_read(carrier_conf(c), pdu, scratch, &o)) {
		reply_take(f->reply, c, s, pdu);
		return;
	}
	struct msg *m = find(f, c, &o);
	if (m)
		take_receipt(f, s, pdu, &o, m);
	else
		park(f, c, s, pdu, &o);
}

void flow_parked_again(struct flow *f, size_t carrier, struct view cid, struct view frame)
{
	if (!match_park(f->match, carrier, cid, frame))
		f->counters.receipts_unknown++;
}

/* --- links --- */

static void on_carrier_state(struct carrier *c, bool up, void *arg)
{
	struct flow *f = arg;
	log_info(carrier_name(c), "event=carrier_%s", up ? "up" : "down");
	flow_find_owners(f);
}

void flow_opted(struct flow *f, size_t account, const struct number *n, bool out)
{
	uint64_t second, value, hash = opted_hash(account, n, &second);
	bool known = map_find(f->opted, hash, is_second, &second, &value);
	if (out && !known && map_put(f->opted, hash, second) < 0)
		log_error("-", "event=no_memory what=opt_out action=\"queued texts for the number are not stopped\"");
	else if (!out && known)
		map_remove(f->opted, hash, is_second, &second, &value);
}

const struct carrier_ops flow_carrier_ops = {
	.on_pull = on_pull,
	.on_unsendable = on_unsendable,
	.on_settled = on_carrier_settled,
	.on_request = on_carrier_request,
	.on_state = on_carrier_state,
};
