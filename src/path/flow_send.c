/*
 * flow_send.c - the middle of the order of life: queued, pulled by a carrier, answered by it, its receipt matched. Must
 * not know how a message was accepted nor what happens after its end.
 */
#include "path/flow_priv.h"

#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "policy/policy.h"

#define PULL_MOST 500u /* messages looked at for one that may go */

/* --- to the carrier --- */

struct relay_peer flow_peer_of(const struct carrier *c, const struct account *a, bool with_tlvs)
{
	const struct carrier_conf *conf = carrier_conf(c);
	const struct account_conf *app = a ? account_conf(a) : NULL;
	return (struct relay_peer){.tlvs = with_tlvs,
				   .data_sm = conf->submit && with_tlvs,
				   .dcs0 = (enum charset)conf->dcs0,
				   .app_dcs0 = (enum charset)(app ? app->dcs0 : conf->dcs0),
				   .encoding = (enum dialect_encoding)conf->encoding,
				   .long_mode = (enum split_mode)conf->long_mode,
				   .pass = {&conf->relay_tlvs, app ? &app->relay_tlvs : NULL}};
}

static struct relay_peer peer_for(const struct flow *f, const struct carrier *c, struct msg *m, bool with_tlvs)
{
	const struct account *a = flow_account_of(f, m->account);
	struct relay_peer peer = flow_peer_of(c, a, with_tlvs);
	if (m->kin_kind == KIN_PART)
		flow_part_peer(f, m, &peer);
	return peer;
}

/* It can never go to this carrier, and so to none. */
static void end_unsendable(struct flow *f, struct carrier *c, struct msg *m, const char *why)
{
	log_peer_warn(carrier_name(c), "event=unsendable id=%llu part=%u reason=\"%s\"",
		      (unsigned long long)msg_whole(f->msgs, m)->id, m->part, why);
	flow_finish(f, m, FINISH_UNSENDABLE, 0, NULL);
}

/*
 * Into how many parts m goes at this carrier; 1: as it is, in pdu; 0: not by this carrier, or it has ended. What its
 * text becomes is then in peer->form: parts are made of the same.
 */
static unsigned make_ready(struct flow *f, struct carrier *c, struct msg *m, struct relay_peer *peer, struct pdu *pdu)
{
	bool good = relay_fill(m, loop_now_ms(f->loop), peer, &f->relay, pdu);
	const char *why = f->relay.why;
	peer->form = f->relay.form;
	if (!flow_set_sender(f, c, m, pdu)) {
		flow_other_sender(f, m);
		return 0;
	}
	unsigned parts = m->kin_kind == KIN_PART ? 1 : parts_count(pdu, peer);
	if (!why && (parts > 1 || (parts == 1 && good)) && address_leave(carrier_conf(c), pdu, &f->room, &why)) {
		flow_dress(f, c, m, peer->tlvs, pdu);
		return parts;
	}
	end_unsendable(f, c, m, why ? why : "too long for this carrier");
	return 0;
}

/*
 * Whether as many messages as the carrier's windows hold are with it, or taken by it without that being stored. A crash
 * would send all of them again, so a slow store holds back the carrier instead of the doubt growing.
 */
static bool doubt_full(const struct flow *f, const struct carrier *c)
{
	return f->unsettled[carrier_number(c)] >= carrier_window(c);
}

struct pulling { /* one message for a carrier */
	struct carrier *carrier;
	bool with_tlvs;
	uint32_t room, *needs;
	struct pdu *pdu;
};

/* Taken out of the queue: may it go by this carrier now? What the number's owner has stopped ends here. */
static bool may_go(struct flow *f, struct msg *m, uint16_t carrier)
{
	if (m->ends_ms <= loop_now_ms(f->loop)) { /* at a start its timer may come after the carrier */
		flow_finish(f, m, FINISH_EXPIRED, 0, NULL);
		return false;
	}
	if ((m->campaign && !flow_campaign_passes(f, m)) || flow_brake_holds(f, m, carrier))
		return false;
	if (flow_has_opted_out(f, m)) {
		flow_finish(f, m, FINISH_OPTED_OUT, 0, NULL);
		return false;
	}
	if (flow_waits_for_hours(f, m, carrier))
		return false;
	if (m->carrier != carrier)
		flow_unannounce(f, m);
	if (m->epoch == f->epoch || m->kin_kind == KIN_PART)
		return true;
	if (!flow_on_its_way(f, m))
		return false;
	if (m->announced && flow_takes(f, m->route, carrier))
		return true;
	flow_unannounce(f, m); /* where it goes now may be away for long: it is not in doubt meanwhile */
	flow_put_back(f, m);   /* to where it goes by what holds now, perhaps here again */
	return false;
}

enum pulled { PULLED, PULLED_ELSE, PULLED_STOP };

static enum pulled pull_one(struct flow *f, struct msg *m, const struct pulling *x, const struct flow_taking *t)
{
	uint16_t carrier = (uint16_t)carrier_number(x->carrier);
	if (!may_go(f, m, carrier) || (f->texts_by_carrier && !flow_text_suits(f, m, carrier)))
		return PULLED_ELSE;
	m->carrier = carrier;
	struct relay_peer peer = peer_for(f, x->carrier, m, x->with_tlvs);
	unsigned parts = make_ready(f, x->carrier, m, &peer, x->pdu);
	if (parts == 0)
		return PULLED_ELSE;
	if (parts > x->room && t) { /* all parts of a text go together */
		*x->needs = parts;
		flow_untake(f, m);
		flow_cannot_take(f, carrier);
		return PULLED_STOP;
	}
	if (t)
		flow_took(f, carrier, t, m, parts);
	if (flow_asks_again(f, m, t == NULL))
		return PULLED_ELSE;
	if (parts > 1)
		flow_split(f, m, &peer);
	else if (!flow_must_announce(f, m))
		return PULLED;
	else
		flow_announce(f, m);
	return PULLED_ELSE;
}

/* The next message that may go: what was begun before, then what waits. */
static struct msg *pull(struct flow *f, const struct pulling *x)
{
	size_t carrier = carrier_number(x->carrier);
	struct flow_taking t;
	for (unsigned n = 0; !doubt_full(f, x->carrier); n++) {
		if (n == PULL_MOST) { /* a campaign that is paused, a brake: they are many */
			flow_wake_next_turn(f, carrier);
			return NULL;
		}
		struct msg *m = flow_next_announced(f, carrier);
		bool queued = m == NULL;
		if (queued)
			m = flow_take_next(f, carrier, &t);
		if (!m)
			return NULL;
		enum pulled done = pull_one(f, m, x, queued ? &t : NULL);
		if (done != PULLED_ELSE)
			return done == PULLED ? m : NULL;
	}
	flow_cannot_take(f, carrier);
	return NULL;
}

void flow_unsettle(struct flow *f, struct msg *m)
{
	if (m->unsettled)
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

static bool on_pull(struct carrier *c, bool with_tlvs, uint32_t room, uint32_t *needs, struct pdu *pdu,
		    uint64_t *cookie, void *arg)
{
	struct flow *f = arg;
	const struct pulling x = {c, with_tlvs, room, needs, pdu};
	struct msg *m = f->phase == FLOW_RUNNING && !f->draining ? pull(f, &x) : NULL;
	if (!m)
		return false;
	loop_timer_clear(f->loop, &m->timer);
	m->attempts++;
	m->sent_ms = loop_wall_ms(f->loop);
	if (!m->volatile_)
		flow_unsettle(f, m);
	flow_set_state(f, m, MSG_SENT);
	*cookie = m->handle;
	return true;
}

static void on_unpull(struct carrier *c, uint64_t cookie, void *arg)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, cookie);
	(void)c;
	m->attempts--;
	flow_settle(f, m);
	if (m->announced || m->kin_kind == KIN_PART)
		flow_announced_first(f, m);
	else
		flow_put_back(f, m);
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
	if (ok && m) {
		flow_settle(f, m);
		flow_unmark(f, m);
	} else if (m && (m->state == MSG_AWAITING || (m->kin_kind == KIN_PAST && !m->redo))) {
		flow_redo_later(f, m, REDO_CID);
	}
}

int flow_store_leg(struct flow *f, struct msg *m, char mark, store_fn fn)
{
	struct view cid = {(const uint8_t *)m->cid, m->cid_len};
	uint8_t parts = m->kin_kind == KIN_PART || m->kin_kind == KIN_DOUBT ? m->parts : 0;
	char why[LEG_WHY_MAX];
	struct store_leg leg = {msg_whole(f->msgs, m)->id, m->part, parts, mark, FLOW_NOTHING};
	if (m->part && parts)
		leg.why = flow_part_why(f, m, why);
	return store_receipt_put(f->store, carrier_name(carriers_at(f->carriers, m->carrier)), m->slot, cid, &leg, fn,
				 m->handle);
}

void flow_store_cid(struct flow *f, struct msg *m)
{
	char mark = m->kin_kind == KIN_PAST && m->final_state ? (char)('0' + m->final_state)
		    : msg_whole(f->msgs, m)->late	      ? LEG_LATE
							      : LEG_OPEN;
	if (flow_store_leg(f, m, mark, on_cid_stored) < 0)
		on_cid_stored(f, m->handle, false);
}

void flow_await(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_AWAITING);
	flow_set_timer(f, m, store_slot_end_ms(f->store, m->slot));
}

/*
 * What stands in the store for a message that its carrier gave no usable id: that it is taken must be known after a
 * restart, or it would be sent again. No canonical id of a carrier begins with 0 and goes on, so no receipt fits it.
 */
int flow_make_up_id(struct flow *f, struct msg *m)
{
	char cid[IDFORM_MAX];
	size_t n = (size_t)snprintf(cid, sizeof(cid), "0-%llu", (unsigned long long)msg_whole(f->msgs, m)->id);
	if (m->part)
		n += (size_t)snprintf(cid + n, sizeof(cid) - n, "-%u", m->part);
	if (m->kin_kind == KIN_DOUBT) /* its entry may be deleted in the turn in which another of m is made */
		n += (size_t)snprintf(cid + n, sizeof(cid) - n, "-d");
	return msg_set_cid(f->msgs, m, cid, n);
}

/*
 * A carrier that counts anew gives an id again while the message that had it is still here: the id means the new one.
 * The old one keeps an entry of its own in the store; where both were submitted in one slot, the new one's
 * overwrites it.
 */
static void take_over_id(struct flow *f, struct carrier *c, const struct msg *m)
{
	struct msg *old = match_rival(f->match, m);
	if (!old)
		return;
	log_peer_warn(carrier_name(c),
		      "event=carrier_id_again id=%llu state=%s action=\"receipts for it are the later message's\"",
		      (unsigned long long)msg_whole(f->msgs, old)->id, msg_state_name((enum msg_state)old->state));
	match_remove(f->match, old);
	if (flow_make_up_id(f, old) < 0)
		log_error(carrier_name(c), "event=no_memory id=%llu what=carrier_id", (unsigned long long)old->id);
	else if ((old->state == MSG_AWAITING || old->kin_kind == KIN_PAST) && !old->volatile_)
		flow_store_cid(f, old);
	if (old->slot != m->slot)
		flow_forget_id(f, old, (struct view){(const uint8_t *)m->cid, m->cid_len});
}

/* The carrier's id of m, made up when it gave none that can be used. 0, or -1 without memory. */
static int note_cid(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp)
{
	char cid[IDFORM_MAX];
	size_t n = flow_id_quoted(f, c, m, resp, cid);
	if (n) {
		m->unmark = m->announced; /* in the slot of its announcement then */
		m->announced = false;
		if (!m->unmark)
			m->slot = store_slot(loop_wall_ms(f->loop));
		if (msg_set_cid(f->msgs, m, cid, n) < 0)
			return -1;
		take_over_id(f, c, m);
		return 0;
	}
	if (!carrier_conf(c)->ack_final)
		log_peer_warn(carrier_name(c), "event=no_carrier_id id=%llu action=\"its receipt cannot be matched\"",
			      (unsigned long long)m->id);
	if (m->announced) { /* its made-up id stands in the store already, in that slot */
		m->announced = false;
		return 0;
	}
	m->slot = store_slot(loop_wall_ms(f->loop));
	return flow_make_up_id(f, m);
}

/* A carrier has m, under this answer: its receipt is awaited. */
void flow_carrier_took(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp)
{
	flow_taken(f, msg_whole(f->msgs, m));
	m->carrier = (uint16_t)carrier_number(c);
	histogram_add(&f->counters.send[m->class_id], (loop_wall_ms(f->loop) - ids_time_ms(m->id)) * 1000);
	flow_forward_answer(f, m);
	flow_campaign_sent(f, c, m);
	flow_note_last(f, m);
	if (note_cid(f, c, m, resp) < 0)
		mem_none("a carrier's id"); /* the store has its announcement */
	flow_await(f, m);
	flow_tell_submitted(f, c, m, ESME_ROK);
	match_add(f->match, m);
	if (!m->volatile_)
		flow_store_cid(f, m);
	if (!flow_ack_is_final(f, c, m) && match_parked(f->match))
		flow_unpark(f, c, m);
}

static void answered(struct flow *f, struct carrier *c, struct msg *m, const struct pdu *resp, bool throttled)
{
	bool took = !throttled && resp->command_status == ESME_ROK && resp->command_id != GENERIC_NACK;
	if (!took) {
		flow_settle(f, m);
		flow_unannounce(f, m);
	} else {
		health_submitted(f->health, carrier_number(c), loop_now_ms(f->loop), false);
	}
	if (throttled) {
		flow_tell_submitted(f, c, m, resp->command_status);
		m->attempts--;
		f->counters.put_back++;
		flow_put_back(f, m);
		flow_announced_back(f, carrier_number(c)); /* nothing that came later goes before it */
	} else if (took) {
		flow_carrier_took(f, c, m, resp);
	} else {
		flow_refused(f, c, m, resp->command_status ? resp->command_status : ESME_RUNKNOWNERR);
	}
}

static void on_carrier_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			       bool throttled, void *arg)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, cookie);
	if (!m)
		return;
	msg_fetch(m);
	msg_fetch_octets(m);
	if (outcome == SESSION_LATE)
		flow_answered_late(f, c, m, resp);
	else if (m->state != MSG_SENT)
		flow_settle(f, m); /* it has ended meanwhile: an earlier submit of it was delivered */
	else if (outcome == SESSION_ANSWERED || outcome == SESSION_NACKED)
		answered(f, c, m, resp, throttled);
	else
		flow_in_doubt(f, c, m, outcome);
}

/* --- links --- */

static void on_carrier_state(struct carrier *c, bool up, void *arg)
{
	struct flow *f = arg;
	log_info(carrier_name(c), "event=carrier_%s", up ? "up" : "down");
	if (!up)
		flow_announced_back(f, carrier_number(c));
	flow_find_takers(f);
}

const struct carrier_ops flow_carrier_ops = {
	.on_pull = on_pull,
	.on_unpull = on_unpull,
	.on_unsendable = on_unsendable,
	.on_settled = on_carrier_settled,
	.on_request = flow_carrier_request,
	.on_state = on_carrier_state,
};
