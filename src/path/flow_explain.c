/*
 * flow_explain.c - what would become of a submit, rule by rule, for people: asks the rooms that decide, in the order in
 * which they do, and sends nothing. Must not decide anything itself.
 */
#include "path/flow_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "path/address.h"
#include "path/compose.h"
#include "path/country.h"
#include "path/store_recipient.h"
#include "policy/policy.h"

#define LINE_MAX_OCTETS 512

struct explaining {
	struct flow *flow;
	struct account *account;
	void (*line)(void *arg, const char *text);
	void (*done)(void *arg);
	void *arg;
	struct number to;
	struct submit sub;
	uint32_t status; /* what it would be answered */
	const char *why;
	unsigned rules;
	int64_t cost;  /* thousandths of a yuan, to the account */
	uint16_t lane; /* the route without carriers that are too dear: where it would wait */
	struct flow_look look;
	uint8_t frame[COMPOSE_MAX];
	uint8_t tlvs[COMPOSE_MAX];
};

__attribute__((format(printf, 2, 3))) static void say(const struct explaining *x, const char *fmt, ...)
{
	char text[LINE_MAX_OCTETS];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	x->line(x->arg, text);
}

/* --- the number --- */

static const char *operator_name(const struct flow *f, int op)
{
	return op >= 0 ? routes_operator_name(f->routes, (size_t)op) : "none";
}

static void say_number(struct explaining *x, const struct pdu *pdu)
{
	struct flow *f = x->flow;
	struct ported_entry ported = {.operator_ = ROUTE_NO_OPERATOR};
	char text[PORTED_TEXT_MAX];
	const char *code = country_code_of(&x->to);
	say(x, "number     %.*s is %s, country +%s (%s)", (int)pdu->sm.dst.addr.n, (const char *)pdu->sm.dst.addr.p,
	    x->to.digits, code ? code : "?", code && country_names(code) ? country_names(code) : "unknown");
	ported_find(f->ported, &x->to, &ported);
	int by_prefix = routes_operator_of(f->routes, &x->to);
	say(x, "operator   by prefix: %s; ported: %s", operator_name(f, by_prefix),
	    ported_text(f->ported, &x->to, text) ? text : "nothing known");
	if (f->guessed != ROUTE_NO_OPERATOR)
		say(x, "operator   %s is guessed: it is not at the others", operator_name(f, f->guessed));
}

/* --- rules --- */

static void say_rule(const struct route_step *step, void *arg)
{
	struct explaining *x = arg;
	x->rules++;
	say(x, "rule       %s%s%s (%s:%d) %s", step->name, *step->name ? ": " : "", step->key, step->file, step->line,
	    step->holds ? "holds" : step->why);
}

static void say_rules(struct explaining *x, const struct pdu *pdu)
{
	struct flow *f = x->flow;
	struct flow_way way = {&x->to, (uint16_t)account_number(x->account), x->sub.class_id, pdu->sm.src.addr, NULL};
	struct route_query q;
	flow_query_of(f, &way, &q);
	if (flow_decide(f, &way) >= 0 && f->guessed != ROUTE_NO_OPERATOR)
		q.operator_ = f->guessed;
	routes_explain(f->routes, &q, say_rule, x);
	if (!x->rules)
		say(x, "rule       none is for this number");
}

/* --- carriers --- */

static void say_health(const struct explaining *x, const struct carrier *c, char *out, size_t cap)
{
	struct health_view v;
	health_look(x->flow->health, carrier_number(c), &v);
	int n = snprintf(out, cap, "%s", health_state_name(v.state));
	if (v.state != HEALTH_GOOD)
		n += snprintf(out + n, cap - (size_t)n, " (%s)", health_cause_name(v.why));
	if (v.delivery >= 0)
		snprintf(out + n, cap - (size_t)n, ", %d %% delivered", v.delivery);
}

/* How the text and the source leave by this carrier. */
static void say_form(const struct explaining *x, const struct carrier *c, const struct pdu *pdu, char *out, size_t cap)
{
	struct flow *f = x->flow;
	struct relay_peer peer = flow_peer_of(c, x->account, true);
	struct pdu copy = *pdu;
	char code[SENDER_MAX + 1];
	struct address_room room;
	const char *why = NULL;
	struct sender s = {carrier_number(c), account_number(x->account), x->sub.class_id, pdu->sm.src.addr, &x->to};
	if (copy.sm.dst.addr.p[0] == '+' || copy.sm.dst.addr.p[0] == '0') /* as relay.c has it */
		copy.sm.dst.addr = (struct view){(const uint8_t *)x->to.digits, x->to.n};
	bool good = relay_text(&copy, &peer, &f->relay);
	peer.form = f->relay.form;
	unsigned parts = parts_count(&copy, &peer);
	int n = senders_out(f->senders, &s, code);
	if (n > 0)
		copy.sm.src.addr = (struct view){(const uint8_t *)code, (uint32_t)n};
	if (f->relay.why || (!good && parts <= 1) || n < 0) {
		snprintf(out, cap, "cannot take it: %s",
			 n < 0		? "its code leaves no room for the extension"
			 : f->relay.why ? f->relay.why
					: "too long");
		return;
	}
	if (!address_leave(carrier_conf(c), &copy, &room, &why)) {
		snprintf(out, cap, "cannot take it: %s", why);
		return;
	}
	snprintf(out, cap, "from %.*s to %.*s, data_coding %u, %u part%s, %lld.%03lld yuan", (int)copy.sm.src.addr.n,
		 (const char *)copy.sm.src.addr.p, (int)copy.sm.dst.addr.n, (const char *)copy.sm.dst.addr.p,
		 copy.sm.data_coding, parts, parts == 1 ? "" : "s", (long long)(carrier_conf(c)->price * parts / 1000),
		 (long long)(carrier_conf(c)->price * parts % 1000));
}

static bool is_dear(const struct explaining *x, const struct carrier *c)
{
	int64_t max = x->flow->rules[x->sub.class_id].max_price;
	return max && carrier_conf(c)->price > max;
}

/* As flow_set_way(), which makes the route when there is none like it yet. */
static uint16_t lane_of(const struct explaining *x)
{
	struct flow *f = x->flow;
	const struct route *home = routes_at(f->routes, x->sub.route);
	uint8_t dear = 0;
	for (unsigned i = 0; i < home->n; i++)
		dear |= (uint8_t)(is_dear(x, carriers_at(f->carriers, home->carriers[i])) << i);
	int left = dear ? routes_without(f->routes, x->sub.route, dear) : x->sub.route;
	flow_grow_lanes(f);
	return left < 0 ? x->sub.route : (uint16_t)left;
}

static bool takes(const struct explaining *x, const struct carrier *c)
{
	const uint16_t *takers;
	unsigned n = lanes_takers(x->flow->taking, x->lane, &takers);
	while (n > 0 && takers[n - 1] != carrier_number(c))
		n--;
	return n > 0 && !is_dear(x, c);
}

static void say_carrier(struct explaining *x, const struct route *route, unsigned i, const struct pdu *pdu)
{
	struct carrier *c = carriers_at(x->flow->carriers, route->carriers[i]);
	char health[80], form[200], weight[24] = "", pace[40] = "no limit";
	say_health(x, c, health, sizeof(health));
	if (is_dear(x, c))
		snprintf(form, sizeof(form), "dearer than max_price of the class");
	else
		say_form(x, c, pdu, form, sizeof(form));
	if (route->choose == ROUTE_WEIGHT)
		snprintf(weight, sizeof(weight), " weight %u,", route->weights[i]);
	if (carrier_tps(c))
		snprintf(pace, sizeof(pace), "%lld/s", (long long)carrier_tps(c));
	say(x, "carrier    %u %s:%s %s, health %s, pace %s, %llu queued: %s; %s", i + 1, carrier_name(c), weight,
	    carrier_up(c) ? "up" : "not up", health, pace, (unsigned long long)flow_carrier_queued(x->flow, c),
	    takes(x, c) ? "takes now" : "does not take now", form);
}

static void say_carriers(struct explaining *x, const struct pdu *pdu)
{
	static const char *const choices[] = {"the first that is up and healthy", "shared by weight",
					      "the cheapest that is up and healthy"};
	x->lane = lane_of(x);
	const struct route *route = routes_at(x->flow->routes, x->sub.route);
	if (route->choose == ROUTE_PRICE && route->floor)
		say(x, "choose     %s, of those with %u %% delivered or more", choices[route->choose], route->floor);
	else
		say(x, "choose     %s", choices[route->choose]);
	for (unsigned i = 0; i < route->n; i++)
		say_carrier(x, route, i, pdu);
}

/* --- the account and the class --- */

static void say_class(const struct explaining *x, const struct flow_question *q)
{
	const struct class_rule *r = &x->flow->rules[x->sub.class_id];
	const struct messages_conf *m = x->flow->conf.messages;
	char price[40] = "no bound on the price";
	if (r->max_price)
		snprintf(price, sizeof(price), "at most %lld.%03lld yuan", (long long)(r->max_price / 1000),
			 (long long)(r->max_price % 1000));
	say(x, "class      %s (%s): waits %lld s at most, in doubt %s, floor %u %%, ceiling %u %%, %s",
	    class_name(x->sub.class_id), *q->class_name ? "given" : "the account's",
	    (long long)(r->validity_ms ? r->validity_ms / 1000 : m->validity),
	    r->hold_in_doubt ? "held" : "sent once more", r->floor, r->ceiling, price);
}

static void say_account(const struct explaining *x)
{
	const struct account_conf *conf = account_conf(x->account);
	const struct flow *f = x->flow;
	char tps[40] = "no rate limit", bound[40] = "no bound";
	if (conf->tps)
		snprintf(tps, sizeof(tps), "%lld/s", (long long)conf->tps);
	if (conf->max_queued)
		snprintf(bound, sizeof(bound), "at most %lld", (long long)conf->max_queued);
	say(x, "account    %s: %s, share %lld, %llu of its messages wait (%s)", account_name(x->account), tps,
	    (long long)conf->share, (unsigned long long)f->waiting[account_number(x->account)], bound);
	say(x, "store      %s", store_up(f->store) ? "up" : "away: messages that are to be stored get ESME_RSYSERR");
}

/* --- policy, and the end --- */

static void finish(struct explaining *x)
{
	if (x->status && account_conf(x->account)->plain_status)
		x->status = status_plain(x->status);
	if (x->status)
		say(x, "verdict    refused with 0x%04X %s: %s", x->status, status_name(x->status), x->why);
	else
		say(x, "verdict    accepted; by %s as things are now",
		    carrier_name(carriers_at(x->flow->carriers, flow_taker(x->flow, x->lane))));
	x->done(x->arg);
	mem_free(x);
}

/* --- credit --- */

#define YUAN(amount) (amount) < 0 ? "-" : "", llabs(amount) / 1000, llabs(amount) % 1000

static void on_balance(void *arg, bool ok, int64_t balance)
{
	struct explaining *x = arg;
	const struct account_conf *conf = account_conf(x->account);
	bool enough = ok && balance - x->cost >= -conf->credit_limit;
	if (ok)
		say(x, "credit     balance %s%lld.%03lld yuan, may go down to %s%lld.%03lld: %s", YUAN(balance),
		    YUAN(-conf->credit_limit), enough ? "enough" : "not enough");
	else
		say(x, "credit     cannot be read: the store is away");
	if (!x->status && !enough) {
		x->status = ok ? SGW_NO_CREDIT : ESME_RSYSERR;
		x->why = ok ? "the account's credit is used up" : "the store is away";
	}
	finish(x);
}

static void ask_credit(struct explaining *x)
{
	if (account_conf(x->account)->credit != ACCOUNT_PREPAID)
		finish(x);
	else if (store_credit(x->flow->store, view_of(account_name(x->account)), STORE_CREDIT_READ, 0, on_balance, x) <
		 0)
		on_balance(x, false, 0);
}

static void say_cost(struct explaining *x, const struct pdu *pdu)
{
	const struct account_conf *conf = account_conf(x->account);
	unsigned n = flow_segments(x->flow, x->account, x->lane, pdu);
	x->cost = conf->price * n;
	if (conf->price || conf->credit == ACCOUNT_PREPAID)
		say(x, "price      %u part%s of %s%lld.%03lld yuan: %s%lld.%03lld, %s", n, n == 1 ? "" : "s",
		    YUAN(conf->price), YUAN(x->cost),
		    conf->credit == ACCOUNT_PREPAID ? "reserved when it is accepted" : "counted when it has ended");
}

/* --- policies --- */

static void say_policy(void *arg, const struct policy_finding *what)
{
	static const char *const words[] = {"it may go", "it may go with another text", "refused", "held for review",
					    "it may go later"};
	const struct explaining *x = arg;
	say(x, "policy     %s%s: %s%s%s", what->policy.name, what->mode == POLICY_DRY_RUN ? " (dry run)" : "",
	    words[what->effect], *what->detail ? ": " : "", what->detail);
}

static void refuse(struct explaining *x, uint32_t status, const char *why)
{
	if (x->status)
		return;
	x->status = status;
	x->why = why;
}

static void on_recipient(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	struct explaining *x = (struct explaining *)(uintptr_t)token;
	uint32_t asked = x->look.ask.enforce | x->look.ask.dry;
	(void)arg;
	if (!ok) {
		say(x, "policy     the recipient cannot be asked about: the store is away");
		refuse(x, ESME_RSYSERR, "its recipient cannot be asked about");
	}
	for (unsigned id = 1; ok && id < POLICIES; id++) {
		struct policy_verdict v = policy_verdict_of((enum policy_id)id);
		if (!(asked >> id & 1))
			continue;
		bool failed = (answer->failed | answer->dry) >> id & 1;
		say(x, "policy     %s%s: %s%s", v.name, x->look.ask.dry >> id & 1 ? " (dry run)" : "",
		    failed ? "refused: " : "it may go", failed ? v.plain : "");
		if (answer->failed >> id & 1)
			refuse(x, v.status, v.plain);
	}
	ask_credit(x);
}

static void say_policies(struct explaining *x, const struct pdu *pdu)
{
	struct flow *f = x->flow;
	x->look.found = say_policy;
	x->look.arg = x;
	bool ask = flow_policy_look(f, x->account, pdu, &x->sub, &x->look);
	if (x->look.verdict.id != POLICY_NONE)
		refuse(x, x->look.verdict.status, x->look.verdict.plain);
	if (!ask)
		ask_credit(x);
	else if (store_recipient(f->store, &x->look.ask, on_recipient, (uint64_t)(uintptr_t)x) < 0)
		on_recipient(f, (uint64_t)(uintptr_t)x, false, NULL);
}

/* The submit that the question is about; false: it cannot be made. */
static bool make_submit(struct explaining *x, const struct flow_question *q, struct pdu *pdu, const char **why)
{
	struct pdu_addr dst = {0, 0, view_of(q->dest)};
	struct tlv_out tlvs = {x->tlvs, 0, sizeof(x->tlvs), false};
	enum class_id class_id;
	*why = "the destination is not a phone number";
	if (!number_parse(dst, &x->to))
		return false;
	*why = "no such class; otp, alert, notice, remind, collect and promo are";
	if (*q->class_name && !class_by_name(view_of(q->class_name), &class_id))
		return false;
	*why = "the text is not UTF-8, or too long";
	struct compose c = {q->source, &x->to, *q->text ? q->text : "1", (enum charset)account_conf(q->account)->dcs0,
			    1};
	size_t n = compose_text(&c, x->frame);
	if (n == 0 || pdu_decode(x->frame, n, pdu) != ESME_ROK)
		return false;
	if (pdu->tlvs.n)
		memcpy(x->tlvs, pdu->tlvs.p, pdu->tlvs.n);
	tlvs.n = pdu->tlvs.n;
	if (*q->class_name)
		tlv_put_str(&tlvs, TLV_MESSAGE_CLASS, view_of(q->class_name));
	pdu->tlvs = (struct view){tlvs.p, tlvs.n};
	pdu->sm.dst = dst;
	return true;
}

int flow_explain(struct flow *f, const struct flow_question *q, void (*line)(void *arg, const char *text),
		 void (*done)(void *arg), void *arg, const char **why)
{
	struct explaining *x = mem_zalloc(sizeof(*x));
	struct pdu pdu;
	x->flow = f;
	x->account = q->account;
	x->line = line;
	x->done = done;
	x->arg = arg;
	if (!make_submit(x, q, &pdu, why)) {
		mem_free(x);
		return -1;
	}
	struct view source = pdu.sm.src.addr;
	enum flow_bound bound;
	x->status = flow_judge(f, q->account, &pdu, &x->sub, &x->why);
	if (!x->status)
		x->status = flow_judge_room(f, q->account, &pdu, &x->sub, &bound, &x->why);
	struct flow_way way = {&x->to, (uint16_t)account_number(q->account), x->sub.class_id, pdu.sm.src.addr, NULL};
	int route = flow_decide(f, &way);
	say_account(x);
	say_class(x, q);
	say(x, "source     \"%.*s\": %s%.*s", (int)source.n, (const char *)source.p,
	    x->status == ESME_RINVSRCADR ? x->why : "leaves the account as ",
	    x->status == ESME_RINVSRCADR ? 0 : (int)pdu.sm.src.addr.n, (const char *)pdu.sm.src.addr.p);
	say_number(x, &pdu);
	say_rules(x, &pdu);
	if (route >= 0) {
		x->sub.route = (uint16_t)route;
		say_carriers(x, &pdu);
		say_cost(x, &pdu);
	}
	x->sub.taker = flow_taker(f, x->sub.route);
	say_policies(x, &pdu);
	return 0;
}
