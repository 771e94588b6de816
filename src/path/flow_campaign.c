/*
 * flow_campaign.c - campaigns in the order of life: what messages count for, and the gate that they pass before they
 * leave. Must not know how a state is decided and kept (campaign.h).
 *
 * What may not leave waits at its campaign's gate: HELD, in order, with its place in the queue kept. When the gate
 * opens it goes back there, so many a turn. A text whose first part has left goes on: half a text is worse than none.
 */
#include "path/flow_priv.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"

#define SLICE  300u /* messages let go in a turn: well below a millisecond */
#define ASK_MS 100  /* between two questions for tickets */

/* --- whose it is --- */

static struct campaign *campaign_of(const struct flow *f, const struct msg *m)
{
	return campaigns_at(f->campaigns, m->campaign);
}

static bool tlv_name(const struct pdu *pdu, uint16_t tag, struct view *out)
{
	return pdu->tlvs.n && tlv_find_str(pdu->tlvs, tag, out) && out->n;
}

/* The place of what a PDU says; 0: it names no campaign (*full false), or there is no room for it. */
static uint16_t place_of(struct flow *f, size_t account, const struct pdu *pdu, bool *full)
{
	struct campaign_of what = {.account = account};
	*full = false;
	if (!tlv_name(pdu, TLV_CAMPAIGN, &what.name))
		return 0;
	if (!tlv_name(pdu, TLV_VARIANT, &what.variant))
		what.variant = FLOW_NOTHING;
	what.account_name = account_name(accounts_at(f->accounts, account));
	uint16_t place = campaigns_place(f->campaigns, &what);
	*full = place == 0;
	return place;
}

bool flow_campaign_name(struct flow *f, struct msg *m, const struct pdu *pdu)
{
	static struct log_limit limit = {.what = "campaigns_full"};
	unsigned kept_back;
	bool full;
	if (m->account == MSG_NO_ACCOUNT || m->internal || m->kin_kind != KIN_NONE)
		return true;
	m->campaign = place_of(f, m->account, pdu, &full);
	if (m->campaign)
		campaigns_named(f->campaigns, m->campaign);
	else if (full && log_limit(&limit, 1, &kept_back))
		log_warn(
			account_name(accounts_at(f->accounts, m->account)),
			"event=campaigns_full most=%u action=\"texts of further campaigns are refused until one has no "
			"open texts\" more=%u",
			CAMPAIGN_LIVE_MAX, kept_back);
	return !full;
}

void flow_campaign_restored(struct flow *f, struct msg *m)
{
	struct pdu pdu;
	if (m->mo || m->note)
		return;
	msg_pdu(m, NULL, &pdu);
	(void)flow_campaign_name(f, m, &pdu);
	m->taken = m->cid_len > 0 || m->kin || m->attempts > 0;
}

void flow_campaign_gone(struct flow *f, struct msg *m)
{
	flow_campaign_left(f, m);
	if (m->campaign)
		campaigns_unnamed(f->campaigns, m->campaign);
	m->campaign = 0;
}

/* --- counted --- */

void flow_campaign_count(struct flow *f, const struct msg *m, enum campaign_counter c)
{
	if (m->campaign)
		campaigns_count(f->campaigns, m->campaign, c, 1);
}

void flow_campaign_refused(struct flow *f, const struct account *a, const struct pdu *pdu)
{
	bool full;
	uint16_t place = place_of(f, account_number(a), pdu, &full);
	if (place)
		campaigns_count(f->campaigns, place, CAMPAIGN_REFUSED, 1);
}

void flow_campaign_sent(struct flow *f, const struct carrier *c, const struct msg *m)
{
	struct msg *whole = msg_whole(f->msgs, (struct msg *)(uintptr_t)m);
	if (!whole->campaign)
		return;
	campaigns_count(f->campaigns, whole->campaign, CAMPAIGN_SEGMENTS, 1);
	campaigns_count(f->campaigns, whole->campaign, CAMPAIGN_COST, carrier_conf(c)->price);
	if (!whole->taken)
		campaigns_count(f->campaigns, whole->campaign, CAMPAIGN_SENT, 1);
	whole->taken = true;
}

static const enum campaign_counter ends[FINISHES] = {
	[FINISH_DELIVERED] = CAMPAIGN_DELIVERED,   [FINISH_FAILED] = CAMPAIGN_FAILED,
	[FINISH_REFUSED] = CAMPAIGN_FAILED,	   [FINISH_EXPIRED] = CAMPAIGN_EXPIRED,
	[FINISH_NO_RECEIPT] = CAMPAIGN_NO_RECEIPT, [FINISH_ATTEMPTS] = CAMPAIGN_FAILED,
	[FINISH_UNSENDABLE] = CAMPAIGN_FAILED,	   [FINISH_OPTED_OUT] = CAMPAIGN_STOPPED,
	[FINISH_NO_ROUTE] = CAMPAIGN_FAILED,	   [FINISH_CANCELLED] = CAMPAIGN_TAKEN_BACK,
	[FINISH_REPLACED] = CAMPAIGN_TAKEN_BACK,   [FINISH_POLICY] = CAMPAIGN_STOPPED,
	[FINISH_IN_DOUBT] = CAMPAIGN_OTHER,
};

static void count_latency(struct flow *f, const struct msg *m)
{
	int64_t ms = loop_wall_ms(f->loop) - ids_time_ms(m->id);
	unsigned i = 0;
	while (i < CAMPAIGN_LATENCIES - 1 && ms > campaign_latency_s[i] * 1000)
		i++;
	campaigns_count(f->campaigns, m->campaign, CAMPAIGN_LATENCY_MS, ms);
	campaigns_count(f->campaigns, m->campaign, (enum campaign_counter)(CAMPAIGN_LATENCY + i), 1);
}

static enum fault fault_of_end(const struct msg *m, enum finish how)
{
	return how == FINISH_UNSENDABLE ? FAULT_CONTENT : how == FINISH_NO_ROUTE ? FAULT_CARRIER : (enum fault)m->fault;
}

void flow_campaign_ended(struct flow *f, const struct msg *m, enum finish how)
{
	enum campaign_counter c = ends[how];
	if (!m->campaign)
		return;
	campaigns_count(f->campaigns, m->campaign, c, 1);
	campaigns_count(f->campaigns, m->campaign, CAMPAIGN_ENDED, 1);
	if (!m->taken)
		campaigns_count(f->campaigns, m->campaign, CAMPAIGN_UNSENT, 1);
	if (c == CAMPAIGN_FAILED)
		campaigns_count(f->campaigns, m->campaign,
				(enum campaign_counter)(CAMPAIGN_FAULT + (int)fault_of_end(m, how)), 1);
	else if (c == CAMPAIGN_DELIVERED)
		count_latency(f, m);
}

void flow_campaign_reply(struct flow *f, size_t account, struct view campaign, struct view variant,
			 enum campaign_reply kind)
{
	static const enum campaign_counter kinds[] = {
		[CAMPAIGN_REPLY_ANY] = CAMPAIGN_REPLIED,
		[CAMPAIGN_REPLY_STOP] = CAMPAIGN_OPTED_OUT,
		[CAMPAIGN_REPLY_COMPLAINT] = CAMPAIGN_COMPLAINED,
	};
	flow_brake_reply(f, account, kind);
	if (!campaign.n)
		return;
	struct campaign_of what = {account, account_name(accounts_at(f->accounts, account)), campaign, variant};
	uint16_t place = campaigns_place(f->campaigns, &what);
	if (place)
		campaigns_count(f->campaigns, place, kinds[kind], 1);
}

void flow_campaign_answered(struct flow *f, const struct reply_event *e)
{
	const struct store_last *to = e->original;
	struct view campaign = to->id ? to->campaign : FLOW_NOTHING, variant = to->id ? to->variant : FLOW_NOTHING;
	if (e->kind != EVENT_REPLIED)
		return; /* what else it is stands in all */
	flow_campaign_reply(f, e->account, campaign, variant, CAMPAIGN_REPLY_ANY);
	if (e->all & 1u << EVENT_COMPLAINED)
		flow_campaign_reply(f, e->account, campaign, variant, CAMPAIGN_REPLY_COMPLAINT);
	else if (e->all & 1u << EVENT_OPTED_OUT)
		flow_campaign_reply(f, e->account, campaign, variant, CAMPAIGN_REPLY_STOP);
}

/* --- accepted --- */

static void refuse(struct flow *f, struct msg *m, uint32_t status, const char *name, const char *why)
{
	const struct account_conf *conf = account_conf(accounts_at(f->accounts, m->account));
	log_peer_info(conf->system_id, "event=refused id=%llu verdict=%s why=\"%s\"", (unsigned long long)m->id, name,
		      why);
	flow_answer_app(f, m, conf->plain_status ? status_plain(status) : status);
	flow_drop(f, m);
}

bool flow_campaign_enters(struct flow *f, struct msg *m)
{
	enum campaign_state state = campaign_control(campaign_of(f, m))->state;
	if (state == CAMPAIGN_UNKNOWN && !store_up(f->store)) { /* datagram mode: nobody would tell when it is known */
		refuse(f, m, ESME_RSYSERR, "store", "how its campaign stands cannot be read");
		return true;
	}
	if (state == CAMPAIGN_UNKNOWN) {
		list_append(&f->entering, &m->link);
		return true;
	}
	if (state != CAMPAIGN_CANCELLED)
		return false;
	flow_campaign_count(f, m, CAMPAIGN_REFUSED);
	struct policy_verdict v = policy_verdict_of(POLICY_CAMPAIGN);
	policy_count(f->policy, POLICY_CAMPAIGN);
	refuse(f, m, v.status, v.name, v.plain);
	return true;
}

/* Submits that waited to hear how their campaign stands. */
static void let_in(struct flow *f, const struct campaign *c)
{
	struct list again;
	bool known = campaign_control(c)->state != CAMPAIGN_UNKNOWN;
	list_init(&again);
	LIST_EACH_SAFE(node, next, &f->entering) {
		struct msg *m = LIST_OF(node, struct msg, link);
		if (campaign_of(f, m) != c)
			continue;
		list_remove(&m->link);
		list_append(&again, &m->link);
	}
	while (!list_empty(&again)) {
		struct msg *m = LIST_OF(again.next, struct msg, link);
		list_remove(&m->link);
		if (known)
			flow_start(f, m);
		else
			refuse(f, m, ESME_RSYSERR, "store", "how its campaign stands cannot be read");
	}
}

/* --- the gate --- */

static void look_soon(struct flow *f, struct campaign_gate *g, int64_t ms)
{
	if (list_empty(&g->link))
		list_append(&f->gates, &g->link);
	if (ms == 0 || !wheel_isset(&f->gates_timer))
		loop_timer(f->loop, &f->gates_timer, ms);
}

static void wait_at(struct flow *f, struct msg *m, struct campaign *c, struct list *where)
{
	struct campaign_gate *g = campaign_gate(c);
	if (!m->ranked)
		queue_rank(f->queue, m);
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	flow_tell_held(f, m, WAIT_CAMPAIGN);
	m->gated = true;
	g->n++;
	list_append(where, &m->link);
	if (campaign_control(c)->gate != CAMPAIGN_SHUT)
		look_soon(f, g, campaign_control(c)->gate == CAMPAIGN_OPEN ? 0 : ASK_MS);
}

/* Its campaign is cancelled. */
static void end_cancelled(struct flow *f, struct msg *m)
{
	m->verdict = POLICY_CAMPAIGN;
	flow_finish(f, m, FINISH_CANCELLED, 0, NULL);
}

bool flow_campaign_cancelled(const struct flow *f, const struct msg *m)
{
	return m->campaign && campaign_control(campaign_of(f, m))->state == CAMPAIGN_CANCELLED;
}

/* A text that a carrier has had before goes to the next one with the same ticket. */
static bool has_ticket(struct campaign *c, const struct msg *m)
{
	enum campaign_state state = campaign_control(c)->state;
	return (state == CAMPAIGN_TRIAL || state == CAMPAIGN_WAITING || state == CAMPAIGN_RUNNING) &&
	       (m->let == campaign_gate(c)->round || m->taken);
}

/* Whether the gate lets the next one go. */
static bool opens(struct campaign *c)
{
	const struct campaign_control *k = campaign_control(c);
	/* the last tickets of a trial come with the word that it is over */
	return k->gate != CAMPAIGN_SHUT || (k->state == CAMPAIGN_WAITING && campaign_gate(c)->tickets > 0);
}

bool flow_campaign_holds(struct flow *f, struct msg *m)
{
	struct campaign *c = campaign_of(f, m);
	struct campaign_gate *g = campaign_gate(c);
	enum campaign_gate_mode mode = campaign_control(c)->gate;
	if (flow_campaign_cancelled(f, m)) {
		end_cancelled(f, m);
		return true;
	}
	/* who comes while those before it are let go is behind them */
	if ((mode == CAMPAIGN_OPEN && g->n == 0) || has_ticket(c, m))
		return false;
	wait_at(f, m, c, &g->waiting);
	return true;
}

bool flow_campaign_passes(struct flow *f, struct msg *m)
{
	struct campaign *c = campaign_of(f, m);
	enum campaign_gate_mode mode = campaign_control(c)->gate;
	if (mode == CAMPAIGN_OPEN || has_ticket(c, m))
		return true;
	flow_unannounce(f, m);
	if (flow_campaign_cancelled(f, m))
		end_cancelled(f, m);
	else
		wait_at(f, m, c, &campaign_gate(c)->back);
	return false;
}

void flow_campaign_left(const struct flow *f, struct msg *m)
{
	if (!m->gated)
		return;
	m->gated = false;
	if (m->campaign)
		campaign_gate(campaign_of(f, m))->n--;
}

/* Lets go up to n; returns how many. */
static unsigned let_go(struct flow *f, struct campaign *c, unsigned n)
{
	struct campaign_gate *g = campaign_gate(c);
	unsigned gone = 0;
	while (gone < n && g->n > 0 && opens(c)) {
		struct list *from = list_empty(&g->back) ? &g->waiting : &g->back;
		struct msg *m = LIST_OF(from->next, struct msg, link);
		if (campaign_control(c)->gate != CAMPAIGN_OPEN && !has_ticket(c, m)) {
			if (g->tickets == 0)
				break;
			g->tickets--;
		}
		m->let = g->round;
		list_remove(&m->link);
		flow_campaign_left(f, m);
		loop_timer_clear(f->loop, &m->timer);
		flow_enqueue(f, m);
		gone++;
	}
	return gone;
}

static void on_walked(void *arg, unsigned cancelled, unsigned too_late)
{
	(void)arg;
	(void)cancelled;
	(void)too_late;
}

/* What is held elsewhere (until its time, or its next attempt) ends too. */
static void walk(struct flow *f, struct campaign *c)
{
	struct campaign_gate *g = campaign_gate(c);
	struct flow_cancel what = {.account = accounts_at(f->accounts, campaign_account(c)),
				   .campaign = view_of(campaign_name(c))};
	if (f->phase == FLOW_RUNNING && flow_cancel(f, &what, on_walked, f) == 0)
		g->walk = false;
}

/* One gate's share of a turn; returns how many it let go. */
static unsigned serve(struct flow *f, struct campaign *c, unsigned n)
{
	struct campaign_gate *g = campaign_gate(c);
	int64_t now_ms = loop_now_us(f->loop) / 1000;
	if (g->walk)
		walk(f, c);
	unsigned gone = let_go(f, c, n);
	bool asks = campaign_control(c)->gate == CAMPAIGN_TICKETS && g->n > 0 && g->tickets == 0;
	if (asks && now_ms >= g->ask_ms) {
		g->ask_ms = now_ms + ASK_MS;
		campaign_ask(f->campaigns, c);
	}
	if (!g->walk && (g->n == 0 || !opens(c)))
		list_remove(&g->link);
	return gone;
}

static void on_gates(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, gates_timer);
	unsigned left = SLICE;
	LIST_EACH_SAFE(node, next, &f->gates) {
		struct campaign *c = campaign_of_gate(LIST_OF(node, struct campaign_gate, link));
		left -= serve(f, c, left);
		if (left == 0)
			break;
	}
	if (!list_empty(&f->gates))
		loop_timer(f->loop, t, left == 0 ? 0 : ASK_MS);
}

/* --- its state --- */

static void on_state(void *arg, struct campaign *c)
{
	struct flow *f = arg;
	const struct campaign_control *k = campaign_control(c);
	struct campaign_gate *g = campaign_gate(c);
	if (!list_empty(&f->entering))
		let_in(f, c);
	if (k->state == CAMPAIGN_CANCELLED && !g->cancelled)
		g->walk = true;
	g->cancelled = k->state == CAMPAIGN_CANCELLED;
	if ((k->state == CAMPAIGN_TRIAL || k->state == CAMPAIGN_RUNNING) && k->state != g->tickets_of) {
		g->tickets = 0; /* those of a ramp are none of a trial */
		g->tickets_of = k->state;
	}
	if (k->state == CAMPAIGN_TRIAL && k->let == 0 && g->was != CAMPAIGN_TRIAL && g->was != CAMPAIGN_UNKNOWN)
		g->round = g->round == UINT8_MAX ? 1 : (uint8_t)(g->round + 1);
	g->was = k->state;
	if (g->walk || (g->n > 0 && opens(c)))
		look_soon(f, g, 0);
}

static void on_made(void *arg, const struct campaign *c)
{
	struct flow *f = arg;
	const struct campaign_control *k = campaign_control(c);
	enum event_kind kind = k->state == CAMPAIGN_PAUSED	? EVENT_CAMPAIGN_PAUSED
			       : k->state == CAMPAIGN_CANCELLED ? EVENT_CAMPAIGN_CANCELLED
								: EVENT_CAMPAIGN_RESUMED;
	flow_tell_campaign(f, kind, view_of(account_name(accounts_at(f->accounts, campaign_account(c)))),
			   view_of(campaign_name(c)), k->why);
}

static void on_epoch(void *arg)
{
	flow_brakes_changed(arg);
}

static void on_tick(void *arg)
{
	flow_brakes_tick(arg);
}

void flow_campaign_init(struct flow *f)
{
	static const struct campaigns_ops ops = {on_state, on_made, on_epoch, on_tick};
	list_init(&f->entering);
	list_init(&f->gates);
	f->gates_timer.fn = on_gates;
	f->campaigns = campaigns_new(f->loop, f->stats, &ops, f);
	flow_campaign_set(f);
}

void flow_campaign_set(struct flow *f)
{
	campaigns_set(f->campaigns, f->conf.campaigns, f->conf.campaigns_n, f->conf.messages->campaign_keep);
}

void flow_campaign_free(struct flow *f)
{
	loop_timer_clear(f->loop, &f->gates_timer);
	campaigns_free(f->campaigns);
}

/* --- the operator --- */

struct ordering {
	struct flow *flow;
	size_t account;
	char name[CAMPAIGN_NAME_MAX + 1];
	flow_campaign_fn fn;
	void *arg;
};

static void told(struct ordering *o, const struct flow_campaign_told *what)
{
	o->fn(o->arg, what);
	mem_free(o);
}

static void on_all_cancelled(void *arg, unsigned cancelled, unsigned too_late)
{
	struct ordering *o = arg;
	const struct campaign *c = campaigns_find(o->flow->campaigns, o->account, view_of(o->name));
	struct flow_campaign_told what = {true, c ? campaign_control(c) : NULL, cancelled, too_late};
	told(o, &what);
}

static void on_ordered(void *arg, bool done, const struct campaign_control *now)
{
	struct ordering *o = arg;
	struct flow *f = o->flow;
	struct campaign *c = campaigns_find(f->campaigns, o->account, view_of(o->name));
	struct flow_campaign_told what = {done, now, 0, 0};
	struct flow_cancel all = {.account = accounts_at(f->accounts, o->account), .campaign = view_of(o->name)};
	if (done && c && now->state == CAMPAIGN_CANCELLED && flow_cancel(f, &all, on_all_cancelled, o) == 0)
		campaign_gate(c)->walk = false; /* that was it */
	else
		told(o, &what);
}

int flow_campaign_order(struct flow *f, const struct account *a, struct view name, const struct campaign_order *order,
			flow_campaign_fn fn, void *arg)
{
	struct ordering *o = mem_zalloc(sizeof(*o));
	struct campaign_of which = {account_number(a), account_name(a), name, FLOW_NOTHING};
	*o = (struct ordering){.flow = f, .account = account_number(a), .fn = fn, .arg = arg};
	campaign_clean(name, o->name);
	log_info(account_name(a), "event=campaign_order by=operator campaign=%s what=%s", o->name,
		 campaign_order_name(order));
	if (campaigns_order(f->campaigns, &which, order, on_ordered, o) == 0)
		return 0;
	mem_free(o);
	return -1;
}

int flow_campaign_read(struct flow *f, const struct account *a, struct view name,
		       const struct store_hash_reader *reader, void *arg)
{
	struct store_campaign_id id = {view_of(account_name(a)), name};
	campaigns_flush(f->campaigns); /* what was counted until now is there */
	return store_campaign_read(f->store, &id, reader, arg);
}

int flow_campaign_list(struct flow *f, const struct store_hash_reader *reader, void *arg)
{
	return store_campaign_list(f->store, reader, arg);
}

void flow_campaign_forget(struct flow *f, const char *account, const char *name)
{
	char member[128];
	int n = snprintf(member, sizeof(member), "%s:%s", account, name);
	if (store_campaign_forget(f->store, (struct view){(const uint8_t *)member, (uint32_t)n}) < 0)
		log_debug(account, "event=campaign_left_in_list campaign=%s reason=\"store away\"", name);
}

bool flow_campaign_here(const struct flow *f, const struct account *a, struct view name, struct flow_campaign_here *out)
{
	struct campaign *c = campaigns_find(f->campaigns, account_number(a), name);
	if (!c)
		return false;
	*out = (struct flow_campaign_here){campaign_gate(c)->n, campaign_rate(f->campaigns, c)};
	return true;
}

void flow_campaigns_each(const struct flow *f, void (*fn)(void *arg, const struct campaign *c), void *arg)
{
	campaigns_each(f->campaigns, fn, arg);
}
