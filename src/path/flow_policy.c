/*
 * flow_policy.c - where a message's life meets the rules of contact: when it is submitted (its text, then its
 * recipient), and the hours before it leaves; flow_ask.c asks again about a recipient. Part of the order of life. Must
 * not know what a policy says, nor how the memory about a recipient is kept.
 *
 * What was refused before it was acknowledged is answered with the policy's status. What was acknowledged (held,
 * queued) and may not go any more ends as DELETED, with the policy's name as verdict.
 */
#include "path/flow_priv.h"

#include <errno.h>
#include <stdio.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/plain.h"
#include "path/store_recipient.h"
#include "policy/policy.h"
#include "policy/signature.h"

#define COUNTED (POLICY_BIT(POLICY_CAP) | POLICY_BIT(POLICY_SIMILAR))
#define WHY_MAX (POLICY_DETAIL_MAX + 160u)

struct policing {
	uint64_t made; /* the message of the submit that came last */
	uint64_t id;   /* of the message that the subject was read from; 0: none yet */
	uint64_t turn; /* in which that was: views of what came in are good no longer */
	bool judged;   /* the subject is the submit's that came last: some policy concerned it */
	struct policy_subject subject;
	struct number to;
	char text[POLICY_TEXT_MAX];
	struct subject_letters letters;
	struct plain_scratch scratch;
	char why[WHY_MAX]; /* of the last refusal */
};

void flow_policy_init(struct flow *f)
{
	f->policing = mem_zalloc(sizeof(*f->policing));
}

void flow_policy_free(struct flow *f)
{
	mem_free(f->policing);
	flow_words_stop(f);
	policy_free(f->policy);
}

/* --- what a policy sees --- */

static struct view tlv_text(const struct pdu *pdu, uint16_t tag)
{
	struct view v;
	if (!pdu->tlvs.n || !tlv_find(pdu->tlvs, tag, &v))
		return FLOW_NOTHING;
	while (v.n && v.p[v.n - 1] == '\0')
		v.n--;
	return v;
}

/* All but the text. */
static struct policy_subject *subject_of(struct flow *f, const struct account *a, const struct pdu *pdu,
					 const struct submit *sub)
{
	struct policing *x = f->policing;
	x->to = sub->to;
	x->subject = (struct policy_subject){
		.account = account_number(a),
		.carrier = sub->taker,
		.account_name = account_name(a),
		.class_id = sub->class_id,
		.number = {(const uint8_t *)x->to.digits, x->to.n},
		.source = pdu->sm.src.addr,
		.now_ms = loop_wall_ms(f->loop),
		.due_ms = sub->due_ms,
		.expiry_ms = sub->expiry_ms,
		.seed = number_seed(&sub->to),
		.text = x->text,
		.text_cap = sizeof(x->text),
		.letters = &x->letters,
		.binary = true,
	};
	x->letters.known = false;
	if (pdu->tlvs.n) {
		x->subject.campaign = tlv_text(pdu, TLV_CAMPAIGN);
		x->subject.consent_ref = tlv_text(pdu, TLV_CONSENT_REF);
	}
	return &x->subject;
}

static void read_text(const struct account *a, const struct pdu *pdu, struct policy_subject *s)
{
	struct plain p = plain_read(pdu, (enum charset)account_conf(a)->dcs0, s->text, s->text_cap);
	s->text_n = p.n;
	s->binary = p.binary;
	s->fixed = p.headed;
	s->valid = true; /* whatever it was: it has been converted */
	s->letters->known = false;
	s->signature = p.binary ? FLOW_NOTHING : signature_find((struct view){(const uint8_t *)s->text, p.n}, NULL);
}

/* Whether the texts of an account's class must be read, be it for the signature that opt-outs go by. */
static bool reads_text(const struct flow *f, const struct policy_subject *s)
{
	return class_promotional(s->class_id) || policy_reads_text(f->policy, s->account, s->class_id);
}

/* A part says nothing by itself: its text is judged when all of it is there, and its recipient is asked once. */
static bool must_gather(const struct flow *f, const struct policy_subject *s, const struct pdu *pdu)
{
	struct udh_concat c;
	if (!(pdu->sm.esm_class & ESM_UDHI) && !pdu->tlvs.n)
		return false;
	if (!udh_concat_pdu(pdu, &c) || c.total < 2)
		return false;
	struct policy_asks asks = policy_asks(f->policy, s->account, s->class_id, s->carrier);
	return policy_reads_text(f->policy, s->account, s->class_id) ||
	       ((asks.enforce | asks.dry) & ~POLICY_BIT(POLICY_OPTED_OUT));
}

/* --- a submit --- */

static const char *say_why(struct policing *x, const struct policy_verdict *v)
{
	const char *detail = x->subject.detail;
	snprintf(x->why, sizeof(x->why), "%s%s%s", v->plain, *detail ? ": " : "", detail);
	return x->why;
}

/* Its app waits for the carrier's answer: not until the morning, nor until somebody has read it. */
static enum policy_effect not_later(struct flow *f, const struct policy_subject *s, const struct submit *sub,
				    enum policy_effect effect, struct policy_verdict *v)
{
	if (effect == POLICY_REFUSE || (effect != POLICY_REVIEW && s->due_ms <= sub->due_ms))
		return effect;
	if (effect != POLICY_REVIEW)
		*v = policy_verdict_of(POLICY_WINDOW);
	policy_count(f->policy, v->id);
	return POLICY_REFUSE;
}

/* Of what no policy concerns nothing need be known; of promotional texts the signature, that opt-outs go by. */
static bool is_concerned(const struct flow *f, const struct account *a, const struct submit *sub)
{
	return class_promotional(sub->class_id) ||
	       policy_concerns(f->policy, account_number(a), sub->class_id, sub->taker);
}

uint32_t flow_judge_policy(struct flow *f, const struct account *a, struct pdu *pdu, struct submit *sub,
			   const char **why)
{
	struct policing *x = f->policing;
	struct policy_verdict v;
	x->id = x->made = 0;
	x->judged = is_concerned(f, a, sub);
	if (!x->judged) {
		if (f->watch)
			flow_watch_judged(f, a, pdu, "none", "");
		return ESME_ROK;
	}
	struct policy_subject *s = subject_of(f, a, pdu, sub);
	sub->gather = must_gather(f, s, pdu);
	if (sub->gather)
		return ESME_ROK;
	if (reads_text(f, s))
		read_text(a, pdu, s);
	enum policy_effect effect = policy_judge(f->policy, s, &v);
	if (sub->mode == SUBMIT_FORWARD)
		effect = not_later(f, s, sub, effect, &v);
	if (effect == POLICY_REFUSE) {
		flow_campaign_refused(f, a, pdu);
		*why = say_why(x, &v);
		flow_refuses_by(f, a, v.name);
		if (f->watch)
			flow_watch_judged(f, a, pdu, v.name, *why);
		return v.status;
	}
	if (f->watch)
		flow_watch_judged(f, a, pdu, effect == POLICY_REVIEW ? v.name : "none",
				  s->changed ? "text changed" : "");
	if (s->changed && !plain_write(pdu, (enum charset)account_conf(a)->dcs0,
				       (struct view){(const uint8_t *)s->text, s->text_n}, &x->scratch)) {
		*why = "the text is too long with what must stand in it";
		return ESME_RINVMSGLEN;
	}
	sub->due_ms = s->due_ms;
	sub->sign = policy_sign(s->signature);
	sub->review = effect == POLICY_REVIEW;
	sub->verdict = sub->review ? (uint8_t)v.id : 0;
	return ESME_ROK;
}

/* The message that was made of the submit judged last. */
void flow_policy_made(struct flow *f, const struct msg *m)
{
	f->policing->made = m->id;
	f->policing->id = f->policing->judged ? m->id : 0;
	f->policing->turn = loop_turns(f->loop);
}

/* The text judged last is nobody's: it was read for a purpose of its own, or has been changed. */
static void made_for_nobody(struct flow *f)
{
	f->policing->id = 0;
}

/* --- its recipient --- */

/* The subject of a message whose submit was not the last one judged. */
struct policy_subject *flow_subject_again(struct flow *f, const struct msg *m)
{
	struct policing *x = f->policing;
	const struct account *a = accounts_at(f->accounts, m->account);
	struct submit sub = {.route = m->route,
			     .taker = flow_taker(f, m->route),
			     .class_id = (enum class_id)m->class_id,
			     .due_ms = m->due_ms};
	struct pdu pdu;
	if (x->id == m->id && x->turn == loop_turns(f->loop))
		return &x->subject;
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &sub.to))
		sub.to.n = 0;
	sub.expiry_ms = msg_expiry_ms(m, f->loop);
	struct policy_subject *s = subject_of(f, a, &pdu, &sub);
	if (reads_text(f, s))
		read_text(a, &pdu, s);
	x->id = m->id;
	x->turn = loop_turns(f->loop);
	return s;
}

/* Refused before it was acknowledged. */
static void refuse(struct flow *f, struct msg *m, uint32_t status, const char *name, const char *why)
{
	const struct account_conf *conf = account_conf(accounts_at(f->accounts, m->account));
	flow_campaign_count(f, m, CAMPAIGN_REFUSED);
	log_peer_info(conf->system_id, "event=refused id=%llu verdict=%s why=\"%s\"", (unsigned long long)m->id, name,
		      why);
	flow_refuses_by(f, accounts_at(f->accounts, m->account), name);
	flow_answer_app(f, m, conf->plain_status ? status_plain(status) : status);
	f->refusing = NULL; /* of submit_multi, whose answer comes later and names none */
	flow_drop(f, m);
}

static void on_answer(struct flow *f, struct msg *m, const struct recipient_answer *answer)
{
	struct policy_asks asked =
		policy_asks(f->policy, m->account, (enum class_id)m->class_id, flow_taker(f, m->route));
	struct policy_verdict v = policy_decide(f->policy, &asked, answer->failed | answer->dry);
	if (f->watch)
		flow_watch_asked(f, m, v.id == POLICY_NONE ? "none" : v.name);
	if (v.id == POLICY_NONE) {
		m->known_ms = loop_wall_ms(f->loop);
		flow_store_message(f, m);
		return;
	}
	char why[WHY_MAX];
	m->counting = false; /* what is refused is not counted */
	if (v.id == POLICY_CAP && *answer->cap)
		snprintf(why, sizeof(why), "%s: %s, %lld in %lld s", v.plain, answer->cap, (long long)answer->limit,
			 (long long)(answer->window_ms / 1000));
	else
		snprintf(why, sizeof(why), "%s", v.plain);
	refuse(f, m, v.status, v.name, why);
}

/* Nobody knows in time: each policy says whether it goes then. */
static void on_unknown(struct flow *f, struct msg *m)
{
	struct policy_asks asked =
		policy_asks(f->policy, m->account, (enum class_id)m->class_id, flow_taker(f, m->route));
	struct policy_verdict v = policy_unknown(f->policy, &asked);
	if (v.id == POLICY_NONE)
		flow_store_message(f, m);
	else
		refuse(f, m, ESME_RSYSERR, v.name, "its recipient could not be asked about in time");
}

static void on_recipient(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (!m || !m->asking || m->state != MSG_NEW)
		return; /* its time was over */
	m->asking = false;
	loop_timer_clear(f->loop, &m->timer);
	if (ok)
		on_answer(f, m, answer);
	else
		on_unknown(f, m);
}

void flow_recipient_late(struct flow *f, struct msg *m)
{
	m->asking = false;
	on_unknown(f, m);
}

/*
 * Whether no policy concerns m: of the submit judged last that is known, unless it does not go by the carrier that it
 * was judged for, too dear for its class.
 */
static bool is_free(const struct flow *f, const struct msg *m)
{
	const struct policing *x = f->policing;
	if (x->made == m->id && x->turn == loop_turns(f->loop) && !x->judged && m->route == m->home)
		return true;
	return !policy_concerns(f->policy, m->account, (enum class_id)m->class_id, flow_taker(f, m->route));
}

/* Some policy concerns m: perhaps its recipient must be asked first. */
__attribute__((noinline)) static void start_ruled(struct flow *f, struct msg *m)
{
	struct recipient_ask ask;
	size_t carrier = flow_taker(f, m->route);
	struct policy_asks asks = policy_asks(f->policy, m->account, (enum class_id)m->class_id, carrier);
	bool meets = recipient_meets(policy_recipient(f->policy), m->account, (enum class_id)m->class_id);
	if (m->gathering || !((asks.enforce | asks.dry) || meets) ||
	    !recipient_ask_for(policy_recipient(f->policy), flow_subject_again(f, m), m->id, asks.enforce, asks.dry,
			       &ask)) {
		flow_store_message(f, m);
		return;
	}
	if (store_recipient(f->store, &ask, on_recipient, m->handle) < 0) {
		on_unknown(f, m);
		return;
	}
	m->counting = ((ask.enforce | ask.dry) & COUNTED) || ask.meets;
	m->asking = true;
	flow_set_timer(f, m, loop_wall_ms(f->loop) + f->conf.messages->policy_deadline);
}

void flow_start(struct flow *f, struct msg *m)
{
	if (m->campaign && flow_campaign_enters(f, m))
		return;
	if (is_free(f, m))
		flow_store_message(f, m);
	else
		start_ruled(f, m);
}

/* --- another text (replace_sm) --- */

/* What of the recipient's rules goes by the text: the rest was judged when the message was accepted, and counted. */
static struct policy_asks asks_of_text(const struct flow *f, const struct msg *m, uint32_t sign)
{
	enum class_id class_id = (enum class_id)m->class_id;
	struct policy_asks asks = policy_asks(f->policy, m->account, class_id, flow_taker(f, m->route));
	uint32_t mask = POLICY_BIT(POLICY_SIMILAR);
	if (sign != m->sign && recipient_reads_text(policy_recipient(f->policy), POLICY_CAP, m->account, class_id))
		mask |= POLICY_BIT(POLICY_CAP); /* some count by signature */
	asks.enforce &= mask;
	asks.dry &= mask;
	asks.open &= mask;
	return asks;
}

bool flow_asks_about_text(struct flow *f, const struct msg *m, uint32_t sign, struct recipient_ask *ask)
{
	struct policy_asks asks = asks_of_text(f, m, sign);
	if (!(asks.enforce | asks.dry))
		return false;
	flow_policy_made(f, m); /* the text judged last is its */
	return recipient_ask_for(policy_recipient(f->policy), flow_subject_again(f, m), m->id, asks.enforce, asks.dry,
				 ask) &&
	       (ask->enforce | ask->dry);
}

uint32_t flow_text_answered(struct flow *f, const struct msg *m, uint32_t sign, const struct recipient_answer *answer)
{
	struct policy_asks asks = asks_of_text(f, m, sign);
	const struct account *a = accounts_at(f->accounts, m->account);
	struct policy_verdict v = answer ? policy_decide(f->policy, &asks, answer->failed | answer->dry)
					 : policy_unknown(f->policy, &asks);
	if (v.id == POLICY_NONE)
		return ESME_ROK;
	uint32_t status = answer ? v.status : ESME_RSYSERR;
	flow_note_refusal(f, a, REPLACE_SM, status, answer ? v.plain : "nobody knows what the number has had");
	flow_refuses_by(f, a, v.name);
	f->refused_by = NULL; /* no message is refused */
	return account_conf(a)->plain_status ? status_plain(status) : status;
}

void flow_text_replaced(struct flow *f, const struct msg *m)
{
	struct recipient_ask ask;
	struct policy_asks asks = asks_of_text(f, m, m->sign);
	if (!((asks.enforce | asks.dry) & POLICY_BIT(POLICY_SIMILAR)))
		return;
	made_for_nobody(f);
	(void)recipient_ask_for(policy_recipient(f->policy), flow_subject_again(f, m), m->id, asks.enforce, asks.dry,
				&ask);
	if (!ask.printed && ask.number.n && store_recipient_reprint(f->store, &ask) < 0)
		log_debug("-", "event=print_not_forgotten id=%llu reason=\"store away\"", (unsigned long long)m->id);
}

/* --- acknowledged, and not to go any more --- */

void flow_end_by(struct flow *f, struct msg *m, enum policy_id id)
{
	m->verdict = (uint8_t)id;
	flow_finish(f, m, id == POLICY_OPTED_OUT ? FINISH_OPTED_OUT : FINISH_POLICY, 0, NULL);
}

/* Outside its hours by this carrier: held until they begin, or ended when that is too late. */
__attribute__((noinline)) static bool wait_for_hours(struct flow *f, struct msg *m, uint16_t carrier)
{
	struct number to;
	struct pdu pdu;
	enum class_id class_id = (enum class_id)m->class_id;
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &to))
		return false;
	struct opening_ask ask = {
		m->account,	 carrier, class_id, {(const uint8_t *)to.digits, to.n}, loop_wall_ms(f->loop),
		number_seed(&to)};
	int64_t opens_ms;
	if (opening_open(policy_opening(f->policy), &ask, &opens_ms))
		return false;
	flow_unannounce(f, m); /* it would be in doubt after a restart */
	if (opens_ms == 0 || opens_ms >= msg_expiry_ms(m, f->loop) || m->forward) {
		policy_count(f->policy, POLICY_WINDOW);
		flow_end_by(f, m, POLICY_WINDOW);
		return true;
	}
	m->due_ms = opens_ms;
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer(f, m, m->due_ms);
	flow_tell_held(f, m, WAIT_HOURS);
	return true;
}

bool flow_waits_for_hours(struct flow *f, struct msg *m, uint16_t carrier)
{
	enum class_id class_id = (enum class_id)m->class_id;
	if (m->internal || m->kin_kind != KIN_NONE || m->account == MSG_NO_ACCOUNT ||
	    !opening_matters(policy_opening(f->policy), m->account, class_id, carrier) ||
	    policy_mode(f->policy, POLICY_WINDOW, m->account, class_id, carrier) != POLICY_ON)
		return false;
	return wait_for_hours(f, m, carrier);
}

/* --- the text, by another carrier than it was judged for --- */

static void on_changed(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	if (!ok) /* found with the old text after a restart it is judged again */
		log_debug("-", "event=text_not_stored id=%llu", (unsigned long long)token);
}

/* The other text in the message, and in the store before anything of it can be known there. */
static bool change_text(struct flow *f, struct msg *m, struct pdu *pdu, const struct policy_subject *s)
{
	struct record rec;
	const struct account *a = accounts_at(f->accounts, m->account);
	if (!plain_write(pdu, (enum charset)account_conf(a)->dcs0, (struct view){(const uint8_t *)s->text, s->text_n},
			 &f->policing->scratch))
		return false;
	msg_record(m, &rec);
	size_t n = pdu_encode(pdu, f->frame, sizeof(f->frame));
	rec.frame = (struct view){f->frame, (uint32_t)n};
	int set = n ? msg_set_record(f->msgs, m, &rec) : -EMSGSIZE;
	if (set == -ENOMEM)
		mem_none("another text of a message");
	if (set == 0 && !m->volatile_ &&
	    store_journal_put(f->store, m->id, (struct view){m->rec, m->rec_len}, on_changed, m->id) < 0)
		on_changed(f, m->id, false);
	return set == 0;
}

bool flow_text_suits(struct flow *f, struct msg *m, uint16_t carrier)
{
	struct pdu pdu;
	struct udh_concat c;
	if (m->internal || m->kin_kind != KIN_NONE || m->account == MSG_NO_ACCOUNT ||
	    !policy_text_by_carrier(f->policy, m->account, (enum class_id)m->class_id, carrier))
		return true;
	made_for_nobody(f);
	struct policy_subject *s = flow_subject_again(f, m);
	made_for_nobody(f);
	msg_pdu(m, NULL, &pdu);
	if (udh_concat_pdu(&pdu, &c) && c.total > 1)
		return true; /* a part says nothing by itself, and the others may have gone */
	s->carrier = carrier;
	enum policy_effect effect = policy_judge_leaving(f->policy, s);
	if (effect != POLICY_REFUSE && (effect != POLICY_CHANGED || change_text(f, m, &pdu, s)))
		return true;
	flow_unannounce(f, m); /* it would be in doubt after a restart */
	flow_end_by(f, m, POLICY_OPT_OUT_TEXT);
	return false;
}

/* --- parts, and what was found at start --- */

struct policy_subject *flow_subject_whole(struct flow *f, struct msg *const *parts, size_t n)
{
	struct policing *x = f->policing;
	struct policy_subject *s;
	uint32_t used = 0;
	x->id = 0;
	s = flow_subject_again(f, parts[0]);
	x->id = 0; /* the subject is not the first part's any more */
	s->text_n = 0;
	s->binary = s->fixed = true;
	for (size_t i = 0; i < n; i++) {
		const struct account *a = accounts_at(f->accounts, parts[i]->account);
		struct pdu pdu;
		msg_pdu(parts[i], NULL, &pdu);
		struct plain p = plain_read(&pdu, (enum charset)account_conf(a)->dcs0, x->text + used,
					    (uint32_t)sizeof(x->text) - used);
		used += p.n;
		s->binary = s->binary && p.binary;
	}
	s->text_n = used;
	s->letters->known = false;
	s->signature = signature_find((struct view){(const uint8_t *)s->text, used}, NULL);
	return s;
}

void flow_policy_resume(struct flow *f, struct msg *m)
{
	struct policing *x = f->policing;
	struct pdu pdu;
	if (m->account == MSG_NO_ACCOUNT || m->internal)
		return;
	x->id = 0;
	const struct policy_subject *s = flow_subject_again(f, m);
	msg_pdu(m, NULL, &pdu);
	m->sign = policy_sign(s->signature);
	m->gathering = !m->review && !m->read && must_gather(f, s, &pdu);
}

/* --- who only asks --- */

static void on_found(void *arg, const struct policy_finding *what)
{
	struct flow_look *look = arg;
	if (what->mode == POLICY_ON && what->effect == POLICY_REFUSE && look->verdict.id == POLICY_NONE)
		look->verdict = what->policy;
	look->found(look->arg, what);
}

bool flow_policy_look(struct flow *f, const struct account *a, const struct pdu *pdu, const struct submit *sub,
		      struct flow_look *look)
{
	struct policy_subject *s = subject_of(f, a, pdu, sub);
	made_for_nobody(f);
	look->verdict = policy_verdict_of(POLICY_NONE);
	if (reads_text(f, s))
		read_text(a, pdu, s);
	policy_look(f->policy, s, on_found, look);
	look->asks = policy_asks(f->policy, s->account, s->class_id, s->carrier);
	if (!recipient_ask_for(policy_recipient(f->policy), s, 0, look->asks.enforce, look->asks.dry, &look->ask))
		return false;
	look->ask.look = true;
	return true;
}

/* --- after its end --- */

/* It has reached nobody, as far as anybody knows. */
static bool reached_nobody(enum finish how)
{
	return how != FINISH_DELIVERED && how != FINISH_NO_RECEIPT && how != FINISH_IN_DOUBT;
}

static void give_back(struct flow *f, struct msg *m, uint32_t counted)
{
	struct recipient_ask ask;
	made_for_nobody(f);
	if (recipient_ask_for(policy_recipient(f->policy), flow_subject_again(f, m), m->id, counted, 0, &ask) &&
	    store_recipient_refund(f->store, &ask) < 0)
		log_debug("-", "event=cap_not_given_back id=%llu reason=\"store away\"", (unsigned long long)m->id);
}

static void give_back_counted(struct flow *f, struct msg *m)
{
	enum class_id class_id = (enum class_id)m->class_id;
	struct policy_asks asks = policy_asks(f->policy, m->account, class_id, POLICY_NO_CARRIER);
	uint32_t counted = (asks.enforce | asks.dry) & COUNTED;
	if (counted || recipient_meets(policy_recipient(f->policy), m->account, class_id))
		give_back(f, m, counted);
}

void flow_uncount(struct flow *f, struct msg *m)
{
	m->counting = false;
	give_back(f, m, COUNTED);
}

__attribute__((noinline)) static void learn_dead(struct flow *f, const struct dead_rule *rule, const struct msg *m,
						 enum finish how)
{
	struct number to;
	struct pdu pdu;
	bool dead = (how == FINISH_FAILED || how == FINISH_REFUSED) && m->fault == FAULT_NUMBER;
	if (!(dead || how == FINISH_DELIVERED))
		return;
	msg_pdu(m, NULL, &pdu);
	if (!number_parse(pdu.sm.dst, &to))
		return;
	struct view number = {(const uint8_t *)to.digits, to.n};
	struct store_failure failure = {number, m->id, fault_name(FAULT_NUMBER), loop_wall_ms(f->loop)};
	if (!dead)
		store_recipient_delivered(f->store, number);
	else if (store_recipient_failed(f->store, rule, &failure) < 0)
		log_debug("-", "event=dead_not_counted id=%llu reason=\"store away\"", (unsigned long long)m->id);
}

void flow_policy_ended(struct flow *f, struct msg *m, enum finish how)
{
	const struct recipient *rules = policy_recipient(f->policy);
	const struct dead_rule *dead = recipient_dead(rules);
	if (m->internal || m->account == MSG_NO_ACCOUNT)
		return;
	if (reached_nobody(how))
		give_back_counted(f, m);
	if (dead)
		learn_dead(f, dead, m, how);
}
