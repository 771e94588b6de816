/*
 * flow.c - the steps of a message's life that all its parts share: its state, its one timer, the answers that are owed,
 * the writes that are owed. flow_accept.c (app to store), flow_send.c (queue, carrier, receipt) and flow_end.c (the
 * end, the app's receipt, forgetting) are the order itself; no other file knows it, and none sets a message's state.
 * Must not know sockets, RESP, or how anything is encoded.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"

#define REDO_LEAST   16 /* of them in a turn, however long it is */
#define REDO_MS	     1000
#define MIN_TIMER_MS 1

static void on_timer(struct timer *t);

/* --- state --- */

void flow_set_state(struct flow *f, struct msg *m, enum msg_state state)
{
	enum msg_state from = (enum msg_state)m->state;
	f->counters.by_state[from]--;
	f->counters.by_state[state]++;
	m->state = (uint8_t)state;
	if (f->watch)
		flow_watch_state(f, m, from, state);
}

/* One timer per message: end of a hold, of its validity, of the wait for its receipt. */
static void set_timer_in(struct flow *f, struct msg *m, int64_t wait)
{
	m->timer.fn = on_timer;
	loop_timer(f->loop, &m->timer, wait > MIN_TIMER_MS ? wait : MIN_TIMER_MS);
}

void flow_set_timer(struct flow *f, struct msg *m, int64_t at_wall_ms)
{
	set_timer_in(f, m, at_wall_ms - loop_wall_ms(f->loop));
}

void flow_set_timer_to_end(struct flow *f, struct msg *m)
{
	set_timer_in(f, m, m->ends_ms - loop_now_ms(f->loop));
}

bool flow_withdraw(struct flow *f, struct msg *m)
{
	if (m->state == MSG_QUEUED)
		queue_remove(f->queue, m);
	else if (m->state != MSG_HELD)
		return false;
	flow_redo_none(m);
	flow_ask_left(f, m);
	m->gathering = false;
	flow_campaign_left(f, m);
	flow_brake_left(f, m);
	list_remove(&m->link);
	loop_timer_clear(f->loop, &m->timer);
	return true;
}

struct msg *flow_take(struct flow *f)
{
	struct msg *m = msgs_take(f->msgs);
	if (m) {
		m->owner = f;
		f->counters.by_state[MSG_NEW]++;
	}
	return m;
}

struct msg *flow_take_new(struct flow *f)
{
	return msgs_count(f->msgs) < (uint64_t)f->conf.messages->max_held ? flow_take(f) : NULL;
}

void flow_drop(struct flow *f, struct msg *m)
{
	while (m->kin) {
		struct msg *k = msg_kin(f->msgs, m);
		m->kin = k->sibling;
		flow_withdraw(f, k);
		flow_drop(f, k);
	}
	flow_ask_left(f, m);
	if (m->counting)
		flow_uncount(f, m);
	doubts_remove(f->doubts, m);
	flow_campaign_gone(f, m);
	flow_brake_left(f, m);
	flow_unreserve(f, m);
	if (m->told)
		outbox_forgotten(f->outbox, m->account);
	loop_timer_clear(f->loop, &m->timer);
	index_remove(f->index, m);
	if (!flow_id_is_over(m))
		match_remove(f->match, m);
	flow_settle(f, m);
	flow_taken(f, m);
	list_remove(&m->link);
	f->counters.by_state[m->state]--;
	msgs_give(f->msgs, m);
}

/* --- answers --- */

void flow_refuses_by(struct flow *f, const struct account *a, const char *policy)
{
	f->refused_by = policy;
	f->refusing = account_conf(a)->error_tlvs ? policy : NULL;
}

/* With the policy that refuses. */
__attribute__((noinline)) static void answer_refusing(struct session *s, uint32_t command, uint32_t sequence,
						      uint32_t status, struct view id, const char *by)
{
	uint8_t area[64];
	struct tlv_out tlvs = {area, 0, sizeof(area), false};
	tlv_put_str(&tlvs, TLV_VERDICT, view_of(by));
	session_answer(s, command, sequence, status, id, (struct view){area, tlvs.n});
}

void flow_answer(struct flow *f, uint64_t session, uint32_t command, uint32_t sequence, uint32_t status, struct view id)
{
	struct session *s = session ? session_get(f->sessions, session) : NULL;
	const char *by = f->refusing;
	f->refusing = NULL;
	if (s && status && by)
		answer_refusing(s, command, sequence, status, id, by);
	else if (s)
		session_answer(s, command, sequence, status, id, FLOW_NOTHING);
}

void flow_owe(struct msg *m, enum msg_owes owes, struct session *s, const struct pdu *pdu)
{
	m->owes = (uint8_t)owes;
	m->peer = session_handle(s);
	m->sequence = pdu->sequence;
}

void flow_owe_parked(struct flow *f, struct msg *m, size_t carrier, struct view parked_id)
{
	struct debt *d = mem_zalloc(sizeof(*d));
	d->carrier = carrier;
	d->n = parked_id.n < sizeof(d->id) ? parked_id.n : (uint32_t)sizeof(d->id);
	memcpy(d->id, parked_id.p, d->n);
	list_append(&f->debts, &d->link);
	m->owes = OWES_PARKED;
	m->peer = (uint64_t)(uintptr_t)d;
}

/* Its effect is stored: the parked receipt is not needed any more. */
static void pay_debt(struct flow *f, struct msg *m)
{
	struct debt *d = (struct debt *)(uintptr_t)m->peer;
	flow_forget_parked(f, d->carrier, (struct view){(const uint8_t *)d->id, d->n});
	m->peer = 0;
	m->owes = OWES_NOTHING;
	list_remove(&d->link);
	mem_free(d);
}

void flow_owe_wave(struct msg *m, struct wave *w)
{
	m->owes = OWES_WAVE;
	m->peer = (uint64_t)(uintptr_t)w;
	w->pending++;
}

void flow_wave_settle(struct wave *w, struct msg *m, uint32_t status)
{
	if (w->share && m)
		w->share(w, m, status);
	if (--w->pending == 0)
		w->done(w);
}

/* The wave that a share is owed to; nothing is owed any more. */
static void settle_wave(struct msg *m, uint32_t status)
{
	struct wave *w = (struct wave *)(uintptr_t)m->peer;
	m->peer = 0;
	m->owes = OWES_NOTHING;
	flow_wave_settle(w, m, status);
}

/* The app's answer to its submit; owed once. */
void flow_answer_app(struct flow *f, struct msg *m, uint32_t status)
{
	char id[IDS_DIGITS + 1];
	uint64_t session = m->peer;
	uint32_t command = m->owes == OWES_DATA ? DATA_SM : SUBMIT_SM;
	if (status)
		flow_count_refusal(&f->counters, status);
	else if (!m->internal)
		f->counters.accepted++;
	if (!status)
		flow_campaign_count(f, m, CAMPAIGN_ACCEPTED);
	flow_tell_answered(f, m, status);
	if (m->owes == OWES_WAVE) {
		settle_wave(m, status);
		return;
	}
	m->peer = 0;
	m->owes = OWES_NOTHING;
	if (status) {
		flow_answer(f, session, command, m->sequence, status, FLOW_NOTHING);
		return;
	}
	if (!m->forward) /* its order is a rank by now */
		histogram_add(&f->counters.accept, loop_now_us(f->loop) - (int64_t)m->order);
	ids_print(m->id, id);
	flow_answer(f, session, command, m->sequence, ESME_ROK, (struct view){(const uint8_t *)id, IDS_DIGITS});
}

/* Owed while peer is set. ESME_RX_T_APPN makes a carrier send its receipt again. */
void flow_answer_stored(struct flow *f, struct msg *m, bool ok)
{
	uint64_t session = m->peer;
	uint32_t command = m->owes == OWES_DATA_DELIVER	    ? DATA_SM
			   : m->owes == OWES_SUBMIT_DELIVER ? SUBMIT_SM
							    : DELIVER_SM;
	if (!m->peer)
		return;
	if (m->owes == OWES_WAVE) {
		settle_wave(m, ok ? ESME_ROK : ESME_RSYSERR);
		return;
	}
	if (m->owes == OWES_PARKED) {
		if (ok)
			pay_debt(f, m);
		return; /* else it is owed until the write is made again */
	}
	m->peer = 0;
	m->owes = OWES_NOTHING;
	flow_answer_carrier(f, session, command, m->sequence, ok ? ESME_ROK : ESME_RX_T_APPN);
}

struct asked *flow_ask(struct flow *f, size_t size, uint64_t session, const struct pdu *pdu)
{
	struct asked *x = mem_zalloc(size);
	x->wave.flow = f;
	x->wave.pending = 1;
	x->session = session;
	x->command_id = pdu->command_id;
	x->sequence = pdu->sequence;
	list_append(&f->asked, &x->link);
	return x;
}

void flow_asked_free(struct asked *x)
{
	list_remove(&x->link);
	mem_free(x);
}

void flow_answer_asked(struct flow *f)
{
	while (!list_empty(&f->asked)) {
		struct asked *x = LIST_OF(f->asked.next, struct asked, link);
		x->wave.done(&x->wave);
	}
}

/* --- writes that are owed --- */

/* Once a second while anything is owed. */
static void on_redo(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, redo_timer);
	flow_redo_all(f);
	if (flow_owes_writes(f))
		loop_timer(f->loop, t, REDO_MS);
}

static void arm_redo(struct flow *f)
{
	f->redo_timer.fn = on_redo;
	if (!wheel_isset(&f->redo_timer))
		loop_timer(f->loop, &f->redo_timer, REDO_MS);
}

void flow_redo_later(struct flow *f, struct msg *m, enum flow_redo what)
{
	list_remove(&m->link);
	m->redo = (uint8_t)what;
	list_append(&f->redo, &m->link);
	arm_redo(f);
}

/* A doubt stands in its ledger: that is its list. */
void flow_redo_doubt(struct flow *f, struct msg *k)
{
	k->redo = REDO_DOUBT;
	f->doubts_owed = true;
	arm_redo(f);
}

static void redo_doubt(struct flow *f, struct msg *k)
{
	if (k->redo != REDO_DOUBT)
		return;
	k->redo = 0;
	flow_store_doubt(f, k);
}

void flow_redo_none(struct msg *m)
{
	if (m->redo)
		list_remove(&m->link);
	m->redo = 0;
}

void flow_doubt(struct flow *f, uint64_t id)
{
	if (f->doubtful_n == f->doubtful_cap) {
		f->doubtful_cap = f->doubtful_cap ? f->doubtful_cap * 2 : 256;
		f->doubtful = mem_realloc(f->doubtful, f->doubtful_cap * sizeof(*f->doubtful));
	}
	f->doubtful[f->doubtful_n++] = id;
	arm_redo(f);
}

static void on_doubtful_removed(void *arg, uint64_t id, bool ok)
{
	struct flow *f = arg;
	if (ok)
		f->counters.doubtful++;
	else
		flow_doubt(f, id);
}

/* False: none is left, or the store is away. */
static bool remove_a_doubtful(struct flow *f)
{
	if (!f->doubtful_n || !f->doubtful_due ||
	    store_journal_del(f->store, f->doubtful[f->doubtful_n - 1], on_doubtful_removed,
			      f->doubtful[f->doubtful_n - 1]) < 0)
		return false;
	f->doubtful_n--;
	f->doubtful_due--;
	return true;
}

static void redo(struct flow *f, struct msg *m)
{
	static void (*const what[])(struct flow *, struct msg *) = {
		[REDO_CID] = flow_store_cid,	  [REDO_CLOSE] = flow_close, [REDO_LEAVE] = flow_leave,
		[REDO_EVICT] = flow_evict,	  [REDO_MARK] = flow_mark,   [REDO_ANNOUNCE] = flow_announce_again,
		[REDO_RECORD] = flow_store_again,
	};
	uint8_t owed = m->redo;
	flow_redo_none(m);
	what[owed](f, m);
}

bool flow_owes_writes(const struct flow *f)
{
	return f->doubtful_n || f->doubts_owed || walk_goes(&f->redoing_doubts) || !list_empty(&f->redoing) ||
	       !list_empty(&f->redo);
}

/* One write that is owed: first what ends reservations, before anything forgets their messages, then records that must
 * not be found again. False: none is left whose turn it is. */
static bool redo_one(struct flow *f)
{
	struct msg *k;
	if (credit_pay_one(f->credit) || remove_a_doubtful(f))
		return true;
	if (walk_goes(&f->redoing_doubts) && (k = msg_walk_next(doubts_all(f->doubts), &f->redoing_doubts)) != NULL) {
		redo_doubt(f, k);
		return true;
	}
	if (list_empty(&f->redoing))
		return false;
	redo(f, LIST_OF(f->redoing.next, struct msg, link));
	return true;
}

static void redo_some(struct flow *f)
{
	for (unsigned n = 0; store_takes(f->store); n++) {
		if (n >= REDO_LEAST && loop_is_long(f->loop)) {
			loop_timer(f->loop, &f->redo_step, 0);
			return;
		}
		if (!redo_one(f))
			break;
	}
	if (!f->outbox_waits || !store_takes(f->store))
		return;
	f->outbox_waits = false;
	outbox_store_up(f->outbox);
}

static void on_redo_step(struct timer *t)
{
	redo_some(LIST_OF(t, struct flow, redo_step));
}

/* What cannot be written now is owed again, and made with the next look. */
void flow_redo_all(struct flow *f)
{
	if (!store_takes(f->store))
		return;
	f->redo_step.fn = on_redo_step;
	if (f->doubts_owed && !walk_goes(&f->redoing_doubts)) {
		f->doubts_owed = false;
		walk_begin(doubts_all(f->doubts), &f->redoing_doubts);
	}
	f->doubtful_due = f->doubtful_n;
	if (list_empty(&f->redoing))
		list_take_all(&f->redoing, &f->redo);
	redo_some(f);
}

/* --- time --- */

static void on_timer(struct timer *t)
{
	struct msg *m = LIST_OF(t, struct msg, timer);
	struct flow *f = m->owner;
	switch ((enum msg_state)m->state) {
	case MSG_NEW:
		flow_recipient_late(f, m);
		return;
	case MSG_HELD:
		flow_ask_left(f, m);
		list_remove(&m->link); /* of those announced to their carrier, at a gate */
		flow_campaign_left(f, m);
		flow_brake_left(f, m);
		if (m->ends_ms <= loop_now_ms(f->loop))
			flow_finish(f, m, FINISH_EXPIRED, 0, NULL);
		else
			flow_enqueue(f, m);
		return;
	case MSG_QUEUED:
		queue_remove(f->queue, m);
		flow_finish(f, m, FINISH_EXPIRED, 0, NULL);
		return;
	case MSG_AWAITING:
		flow_finish(f, m, FINISH_NO_RECEIPT, 0, NULL);
		return;
	case MSG_DOUBT:
		flow_finish(f, m, FINISH_IN_DOUBT, 0, NULL);
		return;
	case MSG_PARTED:
		flow_parts_more(f, m);
		return;
	default:
		return;
	}
}
