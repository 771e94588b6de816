/*
 * flow_accept.c - the first part of the order of life: a submit is judged, stored, answered; then it is flow_send.c's.
 * Texts that we send ourselves begin here too. Must not know carriers' links nor receipts.
 */
#include "path/flow_priv.h"

#include "base/log.h"
#include "base/mem.h"
#include "path/compose.h"

#define PART_MIN     128u  /* octets: no part of a long text that goes on has less */
#define GROWS_MOST   2u	   /* times: a text in another alphabet */
#define RECEIPT_MASK 0x03u /* registered_delivery: a final receipt is asked for */

void flow_note_refusal(struct flow *f, const struct account *a, uint32_t command_id, uint32_t status, const char *why)
{
	flow_count_refusal(&f->counters, status);
	log_peer_info(account_name(a), "event=refused command=%s status=0x%x name=%s why=\"%s\"",
		      command_name(command_id), status, status_name(status), why);
}

void flow_refuse(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu, uint32_t status,
		 const char *why)
{
	flow_note_refusal(f, a, pdu->command_id, status, why);
	flow_tell_refused(f, a, pdu, status, why);
	if (account_conf(a)->plain_status)
		status = status_plain(status);
	flow_answer(f, session_handle(s), pdu->command_id, pdu->sequence, status, FLOW_NOTHING);
}

/* --- bounds --- */

static const char *const bound_words[FLOW_BOUNDS] = {
	[BOUND_MESSAGES] = "messages.max_held reached",		[BOUND_BYTES] = "messages.max_bytes reached",
	[BOUND_ACCOUNT] = "max_queued of the account reached",	[BOUND_CARRIER] = "max_queued of the carrier reached",
	[BOUND_BACKLOG] = "backlog_max of the account reached",
};

void flow_taken(struct flow *f, struct msg *m)
{
	if (!m->counted)
		return;
	m->counted = false;
	f->waiting[m->account]--;
}

void flow_count_waiting(struct flow *f, struct msg *m)
{
	if (m->account == MSG_NO_ACCOUNT || m->internal || m->counted)
		return;
	m->counted = true;
	f->waiting[m->account]++;
}

/* Whether as many wait for a carrier as may; walked once a turn, then counted on. */
static bool is_carrier_full(struct flow *f, uint16_t taker)
{
	const struct carrier *c = carriers_at(f->carriers, taker);
	struct depth *d = &f->depth[taker];
	uint64_t turn = loop_turns(f->loop) + 1, max = (uint64_t)carrier_conf(c)->max_queued;
	if (max > 0 && d->turn != turn)
		*d = (struct depth){turn, flow_carrier_queued(f, c)};
	return max > 0 && d->n >= max;
}

/* The bound that a new message would break; FLOW_BOUNDS when none. */
static enum flow_bound bound_reached(struct flow *f, struct account *a, const struct pdu *pdu, const struct submit *sub)
{
	const struct account_conf *conf = account_conf(a);
	if (f->conf.messages->max_bytes > 0 && msgs_bytes(f->msgs) >= (uint64_t)f->conf.messages->max_bytes)
		return BOUND_BYTES;
	if (conf->max_queued > 0 && f->waiting[account_number(a)] >= (uint64_t)conf->max_queued)
		return BOUND_ACCOUNT;
	if (is_carrier_full(f, sub->taker))
		return BOUND_CARRIER;
	if ((pdu->sm.registered_delivery & RECEIPT_MASK) && outbox_full(f->outbox, account_number(a)))
		return BOUND_BACKLOG;
	return FLOW_BOUNDS;
}

static uint32_t over_bound(struct flow *f, enum flow_bound bound, const char **why)
{
	f->counters.bounds[bound]++;
	*why = bound_words[bound];
	return ESME_RMSGQFUL;
}

/* --- from the app to the store --- */

void flow_begin(struct flow *f, struct msg *m)
{
	m->counting = false; /* acknowledged */
	if (m->gathering) {
		flow_gather(f, m);
		return;
	}
	if (m->review) {
		flow_hold_review(f, m);
		return;
	}
	if (m->replaces)
		flow_replace_older(f, m);
	if (m->due_ms <= loop_wall_ms(f->loop)) {
		flow_enqueue(f, m);
		return;
	}
	flow_set_state(f, m, MSG_HELD);
	flow_wait_until_due(f, m);
	flow_tell_held(f, m, WAIT_TIME);
}

static void on_stored(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (ok) {
		flow_answer_app(f, m, ESME_ROK);
		flow_begin(f, m);
		return;
	}
	flow_doubt(f, m->id);
	flow_answer_app(f, m, ESME_RSYSERR);
	flow_drop(f, m);
}

void flow_store_message(struct flow *f, struct msg *m)
{
	if (flow_reserve(f, m))
		return;
	flow_set_state(f, m, MSG_STORING);
	if (m->volatile_) {
		if (!m->forward)
			flow_answer_app(f, m, ESME_ROK);
		flow_begin(f, m);
		return;
	}
	if (store_journal_put(f->store, m->id, (struct view){m->rec, m->rec_len}, on_stored, m->handle) == 0)
		return;
	flow_answer_app(f, m, ESME_RSYSERR);
	flow_drop(f, m);
}

/* The record of a new message; false without memory. */
static bool make_record(struct flow *f, struct msg *m, struct view frame, struct view account, uint64_t app_id)
{
	struct record r = {
		.kind = RECORD_MT,
		.class_id = m->class_id,
		.flags = (uint8_t)((m->internal ? RECORD_INTERNAL : 0) | (m->review ? RECORD_REVIEW : 0)),
		.verdict = m->verdict,
		.accept_ms = loop_wall_ms(f->loop),
		.expiry_ms = msg_expiry_ms(m, f->loop),
		.app_id = app_id,
		.account = account,
		.frame = frame,
	};
	m->id = ids_next(&f->ids, r.accept_ms);
	m->aliased = app_id != 0;
	return msg_set_record(f->msgs, m, &r) == 0;
}

/* What is kept of a submit: as it came, when nothing of it was changed. Empty: it fits into no frame. */
static struct view frame_of(struct flow *f, const struct pdu *pdu)
{
	if (pdu->frame.n)
		return pdu->frame;
	return (struct view){f->frame, (uint32_t)pdu_encode(pdu, f->frame, sizeof(f->frame))};
}

static uint32_t check_of(struct flow *f, const struct account *a, struct pdu_addr source)
{
	struct checked *last = &f->checked;
	if (last->n && last->account == account_number(a) && view_eq(source.addr, (struct view){last->source, last->n}))
		return last->check;
	last->n = source.addr.n <= sizeof(last->source) ? (uint8_t)source.addr.n : 0;
	if (last->n)
		memcpy(last->source, source.addr.p, last->n);
	last->account = (uint16_t)account_number(a);
	last->check = msg_check(view_of(account_name(a)), source);
	return last->check;
}

static struct msg *make_message(struct flow *f, struct account *a, const struct pdu *pdu, const struct submit *sub,
				uint64_t app_id)
{
	struct view group, frame = frame_of(f, pdu);
	struct msg *m = frame.n ? flow_take_new(f) : NULL;
	if (!m)
		return NULL;
	m->account = (uint16_t)account_number(a);
	m->class_id = (uint8_t)sub->class_id;
	m->due_ms = sub->due_ms;
	msg_set_expiry(m, sub->expiry_ms, f->loop);
	m->registered = pdu->sm.registered_delivery;
	m->replaces = pdu->sm.replace_if_present_flag == 1;
	m->sign = sub->sign;
	m->review = sub->review;
	m->verdict = sub->verdict;
	m->gathering = sub->gather;
	m->volatile_ = sub->mode != SUBMIT_STORE;
	m->forward = sub->mode == SUBMIT_FORWARD;
	m->order = (uint64_t)loop_now_us(f->loop);
	m->check = check_of(f, a, pdu->sm.src);
	m->tail = number_tail((struct view){(const uint8_t *)sub->to.digits, sub->to.n});
	if (!flow_set_way(f, m, sub->route)) /* what it may cost has been asked before */
		m->route = sub->route;
	m->grouped = pdu->tlvs.n && tlv_find(pdu->tlvs, TLV_GROUP_KEY, &group);
	bool named = !pdu->tlvs.n || flow_campaign_name(f, m, pdu);
	if (named && make_record(f, m, frame, view_of(account_name(a)), app_id)) {
		if (index_add(f->index, m) < 0)
			log_error(account_name(a), "event=no_memory what=index id=%llu", (unsigned long long)m->id);
		flow_count_waiting(f, m);
		return m;
	}
	flow_drop(f, m);
	return NULL;
}

struct submit_limits flow_limits(const struct flow *f)
{
	return (struct submit_limits){f->conf.messages->validity * 1000, f->conf.messages->schedule_max * 1000,
				      f->rules};
}

/* Whether no carrier of the route could have the text in parts: more than SPLIT_MAX (smpp.md 9). */
static bool too_long(struct flow *f, const struct account *a, const struct pdu *pdu, const struct route *route)
{
	struct view text;
	if (!pdu_text(pdu, &text) || text.n < SPLIT_MAX * PART_MIN / GROWS_MOST)
		return false;
	for (unsigned i = 0; i < route->n; i++) {
		struct relay_peer peer = flow_peer_of(carriers_at(f->carriers, route->carriers[i]), a, true);
		struct pdu said = *pdu;
		if (relay_text(&said, &peer, &f->relay) && parts_count(&said, &peer) > 0)
			return false;
	}
	return true;
}

/* The route that it has now, if a carrier of it can take the message at all. */
static uint32_t judge_way(struct flow *f, struct account *a, const struct pdu *pdu, struct submit *sub,
			  const char **why)
{
	struct flow_way way = {&sub->to, (uint16_t)account_number(a), sub->class_id, pdu->sm.src.addr, pdu};
	int number = flow_decide(f, &way);
	if (number < 0) {
		*why = "no route for this number; add one to routes";
		return ESME_RINVDSTADR;
	}
	sub->route = (uint16_t)number;
	sub->taker = flow_taker(f, sub->route);
	const struct route *route = routes_at(f->routes, sub->route);
	if (!flow_affordable(f, sub->route, sub->class_id)) {
		*why = "every carrier of the route is dearer than max_price of the class";
		return ESME_RSUBMITFAIL;
	}
	if (!flow_sender_fits(f, account_number(a), sub->class_id, pdu, route)) {
		*why = "no carrier of the route has a code that leaves room for the extension";
		return ESME_RINVSRCADR;
	}
	if (too_long(f, a, pdu, route)) {
		*why = "the text needs more than 255 parts";
		return ESME_RINVMSGLEN;
	}
	return ESME_ROK;
}

uint32_t flow_judge(struct flow *f, struct account *a, struct pdu *pdu, struct submit *sub, const char **why)
{
	const struct submit_limits limits = flow_limits(f);
	uint32_t status =
		submit_judge(pdu, &limits, f->default_class[account_number(a)], loop_wall_ms(f->loop), sub, why);
	if (!status)
		status = flow_judge_source(f, a, sub, pdu, why);
	return status ? status : judge_way(f, a, pdu, sub, why);
}

/* And is there room for it now? */
uint32_t flow_judge_room(struct flow *f, struct account *a, const struct pdu *pdu, const struct submit *sub,
			 enum flow_bound *bound, const char **why)
{
	*bound = FLOW_BOUNDS;
	if (f->phase != FLOW_RUNNING || (sub->mode == SUBMIT_STORE && !store_takes(f->store))) {
		*why = "the store is away";
		return ESME_RSYSERR;
	}
	if (f->conf.archive && archive_full(f->conf.archive)) {
		*why = "records are required, and the disk does not take them";
		return ESME_RSYSERR;
	}
	*bound = bound_reached(f, a, pdu, sub);
	if (*bound == FLOW_BOUNDS)
		return ESME_ROK;
	*why = bound_words[*bound];
	return ESME_RMSGQFUL;
}

static void note_source(struct flow *f, const struct account *a, const struct submit *sub)
{
	if (sub->source == POLICY_DRY_RUN)
		policy_count_dry(f->policy, POLICY_SOURCE);
	if (sub->source != POLICY_ON)
		return;
	policy_count(f->policy, POLICY_SOURCE);
	flow_refuses_by(f, a, policy_name(POLICY_SOURCE));
}

static uint32_t judge(struct flow *f, struct account *a, struct pdu *pdu, struct submit *sub, const char **why)
{
	enum flow_bound bound = FLOW_BOUNDS;
	uint32_t status = flow_judge(f, a, pdu, sub, why);
	note_source(f, a, sub);
	if (!status)
		status = flow_judge_room(f, a, pdu, sub, &bound, why);
	if (!status)
		status = flow_judge_policy(f, a, pdu, sub, why);
	return bound == FLOW_BOUNDS ? status : over_bound(f, bound, why);
}

struct msg *flow_make(struct flow *f, struct account *a, const struct pdu *pdu, uint64_t app_id, uint32_t *status,
		      const char **why)
{
	struct submit sub = {.mode = SUBMIT_STORE};
	struct pdu own = *pdu;
	*status = judge(f, a, &own, &sub, why);
	if (*status)
		return NULL;
	struct msg *m = make_message(f, a, &own, &sub, app_id);
	if (!m) {
		*status = over_bound(f, BOUND_MESSAGES, why);
		return NULL;
	}
	f->depth[sub.taker].n++;
	flow_policy_made(f, m);
	return m;
}

/* --- requests --- */

static void take_submit(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	uint32_t status;
	const char *why;
	struct msg *m = flow_make(f, a, pdu, 0, &status, &why);
	if (!m) {
		flow_refuse(f, a, s, pdu, status, why);
		return;
	}
	flow_owe(m, OWES_SUBMIT, s, pdu);
	flow_start(f, m);
}

/* Stored as a submit_sm: what comes after need not know how it came. */
static void take_data(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	struct pdu submit;
	struct msg *m = NULL;
	const char *why;
	uint32_t status = submit_from_data(pdu, &f->submit, &submit, &why);
	if (!status)
		m = flow_make(f, a, &submit, 0, &status, &why);
	if (!m) {
		flow_refuse(f, a, s, pdu, status, why);
		return;
	}
	flow_owe(m, OWES_DATA, s, pdu);
	flow_start(f, m);
}

static const struct {
	uint32_t command_id;
	void (*take)(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu);
} requests[] = {
	{SUBMIT_SM, take_submit},    {SUBMIT_MULTI, flow_take_multi}, {DATA_SM, take_data},
	{QUERY_SM, flow_take_query}, {CANCEL_SM, flow_take_cancel},   {REPLACE_SM, flow_take_replace},
};

void flow_request(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (requests[i].command_id == pdu->command_id) {
			requests[i].take(f, a, s, pdu);
			return;
		}
	}
	flow_refuse(f, a, s, pdu, ESME_RINVCMDID, "operation not offered");
}

/* --- texts of ours --- */

/* One text of ours in parts: told once when all are stored. */
struct sending {
	struct wave wave;
	struct account *account;
	uint16_t route;
	store_fn fn;
	uint64_t token;
	bool failed, full;
};

static void share_sent(struct wave *w, struct msg *m, uint32_t status)
{
	(void)m;
	((struct sending *)w)->failed |= status != ESME_ROK;
}

static void all_sent(struct wave *w)
{
	struct sending *x = (struct sending *)w;
	if (x->fn)
		x->fn(w->flow, x->token, !x->failed);
	mem_free(x);
}

static bool send_frame(void *arg, struct view frame)
{
	struct sending *x = arg;
	struct flow *f = x->wave.flow;
	struct msg *m = flow_take(f);
	x->full = !m;
	if (!m)
		return false;
	m->account = (uint16_t)account_number(x->account);
	m->class_id = CLASS_ALERT; /* somebody waits for it with the phone in hand */
	m->route = m->home = x->route;
	m->epoch = f->epoch;
	m->ends_ms = loop_now_ms(f->loop) + f->conf.messages->validity * 1000;
	m->internal = true;
	if (!make_record(f, m, frame, view_of(account_name(x->account)), 0)) {
		flow_drop(f, m);
		return false;
	}
	flow_set_state(f, m, MSG_STORING);
	if (store_journal_put(f->store, m->id, (struct view){m->rec, m->rec_len}, on_stored, m->handle) < 0) {
		x->full = true;
		flow_drop(f, m);
		return false;
	}
	flow_owe_wave(m, &x->wave);
	return true;
}

int flow_send_text(void *arg, size_t account, const char *source, const struct number *to, const char *utf8,
		   store_fn fn, uint64_t token)
{
	struct flow *f = arg;
	struct flow_way way = {to, (uint16_t)account, CLASS_ALERT, view_of(source), NULL};
	int number = flow_decide(f, &way);
	if (!store_up(f->store))
		return -1;
	if (number < 0) {
		char masked[32];
		log_peer_warn(account_name(accounts_at(f->accounts, account)),
			      "event=answer_failed code=%s number=%s reason=\"no "
			      "route for this number; add one to routes\"",
			      source, log_number(to->digits, to->n, masked));
		return 1;
	}
	uint8_t frame[COMPOSE_MAX];
	struct sending *x = mem_zalloc(sizeof(*x));
	*x = (struct sending){.wave = {f, 1, share_sent, all_sent},
			      .account = accounts_at(f->accounts, account),
			      .route = (uint16_t)number,
			      .fn = fn,
			      .token = token};
	struct compose c = {
		.source = source, .to = to, .utf8 = utf8, .dcs0 = (enum charset)account_conf(x->account)->dcs0};
	size_t n = compose_text(&c, frame);
	if (n == 0 || !send_frame(x, (struct view){frame, (uint32_t)n})) {
		log_peer_error(account_name(x->account),
			       "event=answer_failed code=%s reason=\"text cannot be sent: not UTF-8, too "
			       "long, or messages.max_held reached\"",
			       source);
		x->failed = true;
	}
	bool started = x->wave.pending > 1, full = x->full;
	if (!started)
		x->fn = NULL;
	flow_wave_settle(&x->wave, NULL, ESME_ROK);
	return started ? 0 : full ? -1 : 1;
}
