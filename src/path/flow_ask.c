/*
 * flow_ask.c - whether a number has stopped it meanwhile, or taken its consent back: asked again about messages found
 * at start, and about those that have waited, before they leave. Part of the order of life. Must not know what else a
 * policy says, nor how opt-outs and consents are kept.
 *
 * Questions fail while Redis is away, and are asked again; that never lets a later text overtake an earlier one to the
 * same number: who was answered waits for those before it that were not.
 */
#include "path/flow_priv.h"

#include "path/store_recipient.h"
#include "policy/policy.h"

#define FRESH_MS 1000 /* what was asked about a recipient so lately is not asked again before the message leaves */
#define AGAIN_MS 1000 /* asked again after so long when there was no answer */
#define SOON_MS	 1
#define AGAIN	 (POLICY_BIT(POLICY_OPTED_OUT) | POLICY_BIT(POLICY_CONSENT)) /* what a number may change meanwhile */

enum question { ASKED_OPEN, ASKED_FAILED, ASKED_CLEAR }; /* msg.asked: on its way, no answer, it may go */

/* Which of these hold for it: a bit set of policies. */
static uint32_t asked_of(const struct flow *f, const struct msg *m)
{
	if (m->account == MSG_NO_ACCOUNT || m->internal)
		return 0;
	return policy_asks(f->policy, m->account, (enum class_id)m->class_id, POLICY_NO_CARRIER).enforce & AGAIN;
}

/* What a number has said since. False: there is nothing to ask. */
static bool ask_again(struct flow *f, struct msg *m, store_recipient_fn fn)
{
	struct recipient_ask ask;
	const struct policy_subject *s = flow_subject_again(f, m);
	if (!recipient_ask_for(policy_recipient(f->policy), s, m->id, asked_of(f, m), 0, &ask))
		return false;
	ask.look = true;
	if (store_recipient(f->store, &ask, fn, m->handle) < 0)
		fn(f, m->handle, false, NULL);
	return true;
}

static void look_in(struct flow *f, int64_t ms)
{
	if (ms < AGAIN_MS || !wheel_isset(&f->ask_timer))
		loop_timer(f->loop, &f->ask_timer, ms);
}

static void end_by(struct flow *f, struct msg *m, uint32_t failed)
{
	enum policy_id id = failed & POLICY_BIT(POLICY_OPTED_OUT) ? POLICY_OPTED_OUT : POLICY_CONSENT;
	policy_count(f->policy, id);
	flow_end_by(f, m, id);
}

/* --- found at start --- */

bool flow_must_recheck(const struct flow *f, const struct msg *m)
{
	return asked_of(f, m) != 0;
}

/* Asked again, behind those that wait for it already. */
static void wait_unknown(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	list_append(&f->unknown, &m->link);
	look_in(f, AGAIN_MS);
}

static void on_rechecked(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (!m || m->state != MSG_STORING)
		return; /* a part that is not sent any more */
	if (ok && answer->failed) {
		end_by(f, m, answer->failed);
	} else if (!ok || !list_empty(&f->unknown)) {
		wait_unknown(f, m);
	} else {
		m->unchecked = false;
		m->known_ms = loop_wall_ms(f->loop);
		flow_begin(f, m);
	}
}

void flow_recheck(struct flow *f, struct msg *m)
{
	loop_timer_clear(f->loop, &m->timer);
	flow_set_state(f, m, MSG_STORING); /* nobody takes it from here while its number is looked up */
	if (!ask_again(f, m, on_rechecked))
		on_rechecked(f, m->handle, true, &(struct recipient_answer){.failed = 0});
}

static void recheck_unknown(struct flow *f)
{
	struct list these;
	list_init(&these);
	while (!list_empty(&f->unknown)) {
		struct list *node = f->unknown.next;
		list_remove(node);
		list_append(&these, node);
	}
	while (!list_empty(&these)) {
		struct msg *m = LIST_OF(these.next, struct msg, link);
		list_remove(&m->link);
		flow_recheck(f, m);
	}
}

/* --- before it leaves --- */

/* Nobody knows in time, and the policy says that it goes then. */
static bool goes_unknown(struct flow *f, const struct msg *m)
{
	struct policy_asks asks = policy_asks(f->policy, m->account, (enum class_id)m->class_id, m->carrier);
	asks.enforce = asked_of(f, m);
	if (asks.enforce & ~asks.open)
		return false;
	return policy_unknown(f->policy, &asks).id == POLICY_NONE;
}

void flow_ask_left(struct flow *f, struct msg *m)
{
	if (!m->asking || m->state != MSG_HELD)
		return;
	m->asking = false;
	list_remove(&m->link);
	flow_settle(f, m);
	look_in(f, SOON_MS);
}

/* Those that are asked about go back to the queue, each when it is answered. */
static void all_back(struct flow *f)
{
	LIST_EACH(node, &f->asking) {
		struct msg *m = LIST_OF(node, struct msg, link);
		m->round = (uint8_t)(f->rounds[m->carrier] - 1);
	}
}

static void leave(struct flow *f, struct msg *m)
{
	struct carrier *c = carriers_at(f->carriers, m->carrier);
	m->asking = false;
	list_remove(&m->link);
	flow_settle(f, m);
	loop_timer_clear(f->loop, &m->timer);
	m->known_ms = loop_wall_ms(f->loop);
	bool behind = m->round != f->rounds[m->carrier]; /* what left before it has been refused for pace */
	if (behind || !carrier_up(c) || !flow_takes(f, m->route, carrier_number(c))) {
		all_back(f); /* nor does any that was asked about behind it go before it now */
		flow_put_back(f, m);
	} else if (flow_must_announce(f, m)) {
		flow_announce(f, m);
	} else {
		flow_go_next(f, m);
		carrier_wake(c);
	}
}

/* The first ones that may go. */
static void let_go(struct flow *f)
{
	while (!list_empty(&f->asking)) {
		struct msg *m = LIST_OF(f->asking.next, struct msg, link);
		if (m->asked != ASKED_CLEAR)
			return;
		leave(f, m);
	}
}

static void on_leaving(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (!m || !m->asking || m->state != MSG_HELD)
		return; /* it has ended meanwhile */
	if (ok && answer->failed) {
		flow_ask_left(f, m);
		loop_timer_clear(f->loop, &m->timer);
		end_by(f, m, answer->failed);
	} else if (ok || goes_unknown(f, m)) {
		m->asked = ASKED_CLEAR;
		let_go(f);
	} else {
		m->asked = ASKED_FAILED;
		look_in(f, AGAIN_MS);
	}
}

/* Another gateway may have heard a stop since: true, m waits for the answer. */
bool flow_asks_again(struct flow *f, struct msg *m, bool next)
{
	if (m->kin_kind != KIN_NONE || !asked_of(f, m) || m->announced)
		return false;
	bool fresh = loop_wall_ms(f->loop) - m->known_ms < FRESH_MS;
	if (next && fresh)
		return false; /* all that are being asked about came behind it */
	if (next) {	      /* it had to wait: all go back, to be asked about in their order */
		all_back(f);
		flow_put_back(f, m);
		flow_announced_back(f, m->carrier);
		return true;
	}
	/* who was asked about just now does not overtake those before it, who are being asked about again */
	if (fresh && list_empty(&f->asking))
		return false;
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	m->asking = true;
	m->asked = ASKED_OPEN;
	m->round = f->rounds[m->carrier];
	list_append(&f->asking, &m->link);
	flow_unsettle(f, m); /* so many at a time as the carrier's windows hold */
	if (ask_again(f, m, on_leaving))
		return true;
	m->asking = false;
	list_remove(&m->link);
	flow_settle(f, m);
	return false;
}

static void ask_failed(struct flow *f)
{
	LIST_EACH_SAFE(node, next, &f->asking) {
		struct msg *m = LIST_OF(node, struct msg, link);
		if (m->asked != ASKED_FAILED)
			continue;
		m->asked = ASKED_OPEN;
		if (!ask_again(f, m, on_leaving))
			m->asked = ASKED_CLEAR; /* by the configuration that holds now */
	}
}

static void on_look(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, ask_timer);
	recheck_unknown(f);
	ask_failed(f);
	let_go(f);
}

/* --- the room --- */

void flow_ask_init(struct flow *f)
{
	list_init(&f->asking);
	list_init(&f->unknown);
	f->ask_timer.fn = on_look;
}

void flow_ask_free(struct flow *f)
{
	loop_timer_clear(f->loop, &f->ask_timer);
}
