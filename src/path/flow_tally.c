/*
 * flow_tally.c - what the order of life tells, counted for people (tally.h): by carrier, operator, account, class,
 * campaign, reason. Must not know who looks at it.
 */
#include "path/flow_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "path/tally.h"

#define UNKNOWN_NAME "?"

struct places { /* what counts, by a number of ours; NULL: not asked for yet */
	struct tally_object **at;
	size_t n;
};

struct tallying { /* flow.tallying */
	struct tally *tally;
	struct places carriers, accounts, operators;
	struct tally_object *all, *classes[CLASSES], *unknown_operator;
};

/* NULL: it was not asked for yet. */
static struct tally_object *known(const struct places *p, size_t i)
{
	return i < p->n ? p->at[i] : NULL;
}

/* Object i, which is called name. */
static struct tally_object *find(struct tallying *x, struct places *p, enum tally_dim d, size_t i, const char *name)
{
	if (i >= p->n) {
		size_t n = i + 16;
		p->at = mem_realloc(p->at, n * sizeof(p->at[0]));
		memset(p->at + p->n, 0, (n - p->n) * sizeof(p->at[0]));
		p->n = n;
	}
	unsigned place = tally_place(x->tally, d, view_of(name));
	struct tally_object *o = tally_at(x->tally, d, place);
	p->at[i] = place == TALLY_NOWHERE ? NULL : o;
	return o;
}

static struct tally_object *of_carrier(struct flow *f, uint16_t number)
{
	struct tallying *x = f->tallying;
	struct tally_object *o = known(&x->carriers, number);
	return o ? o : find(x, &x->carriers, TALLY_CARRIER, number, carrier_name(carriers_at(f->carriers, number)));
}

static struct tally_object *of_account(struct flow *f, uint16_t number)
{
	struct tallying *x = f->tallying;
	struct tally_object *o = known(&x->accounts, number);
	return o ? o : find(x, &x->accounts, TALLY_ACCOUNT, number, account_name(accounts_at(f->accounts, number)));
}

/* Found at start, and not to be sent: its way has not been decided in this process. */
static void find_operator(struct flow *f, struct msg *m)
{
	struct pdu pdu;
	struct number to;
	msg_pdu(m, NULL, &pdu);
	int op = number_parse(pdu.sm.dst, &to) ? routes_operator_of(f->routes, &to) : ROUTE_NO_OPERATOR;
	m->op = (uint8_t)(op == ROUTE_NO_OPERATOR ? MSG_NO_OPERATOR : (unsigned)op + 1);
}

static struct tally_object *of_operator(struct flow *f, struct msg *m)
{
	struct tallying *x = f->tallying;
	if (m->op == 0)
		find_operator(f, m);
	if (m->op == MSG_NO_OPERATOR)
		return x->unknown_operator;
	struct tally_object *o = known(&x->operators, m->op);
	return o ? o : find(x, &x->operators, TALLY_OPERATOR, m->op, routes_operator_name(f->routes, m->op - 1u));
}

static void count_campaign(struct flow *f, const struct msg *m, enum tally_what w)
{
	char name[256];
	struct tally *t = f->tallying->tally;
	const struct campaign *c = campaigns_at(f->campaigns, m->campaign);
	snprintf(name, sizeof(name), "%s:%s", account_name(accounts_at(f->accounts, m->account)), campaign_name(c));
	tally_add(t, TALLY_CAMPAIGN, tally_place(t, TALLY_CAMPAIGN, view_of(name)), w);
}

/* In every dimension that a message has but its carrier's. */
static void count(struct flow *f, struct msg *m, enum tally_what w)
{
	struct tallying *x = f->tallying;
	tally_count(x->all, w);
	tally_count(x->classes[m->class_id], w);
	tally_count(of_operator(f, m), w);
	if (m->account == MSG_NO_ACCOUNT)
		return;
	tally_count(of_account(f, m->account), w);
	if (m->campaign)
		count_campaign(f, m, w);
}

static void time_of(struct flow *f, const struct msg *m, struct tally_object *carrier, enum tally_time what, int64_t ms)
{
	struct tallying *x = f->tallying;
	unsigned bucket = histogram_bucket(ms * 1000);
	tally_count_time(x->all, what, bucket, ms * 1000);
	tally_count_time(x->classes[m->class_id], what, bucket, ms * 1000);
	tally_count_time(carrier, what, bucket, ms * 1000);
}

static void count_reason(struct flow *f, uint32_t status)
{
	struct tally *t = f->tallying->tally;
	const char *name = f->refused_by ? f->refused_by : status_name(status);
	tally_add(t, TALLY_REASON, tally_place(t, TALLY_REASON, view_of(name)), TALLY_REFUSED);
}

/* --- what is told --- */

void flow_tally_answered(struct flow *f, struct msg *m, uint32_t status)
{
	if (!flow_is_message(m))
		return;
	count(f, m, status ? TALLY_REFUSED : TALLY_ACCEPTED);
	if (status)
		count_reason(f, status);
}

void flow_tally_refused(struct flow *f, const struct account *a, uint32_t status)
{
	struct tallying *x = f->tallying;
	tally_count(x->all, TALLY_REFUSED);
	tally_count(of_account(f, (uint16_t)account_number(a)), TALLY_REFUSED);
	count_reason(f, status);
}

void flow_tally_submitted(struct flow *f, const struct carrier *c, const struct msg *m, uint32_t status)
{
	if (!m->sent_ms)
		return;
	struct tally_object *carrier = of_carrier(f, (uint16_t)carrier_number(c));
	if (!status)
		time_of(f, m, carrier, TALLY_WAIT, m->sent_ms - ids_time_ms(m->id));
	time_of(f, m, carrier, TALLY_ANSWER, loop_wall_ms(f->loop) - m->sent_ms);
}

void flow_tally_sent(struct flow *f, const struct msg *part, struct msg *whole)
{
	if (!flow_is_message(whole))
		return;
	count(f, whole, TALLY_SENT);
	tally_count(of_carrier(f, part->carrier), TALLY_SENT);
}

void flow_tally_receipt(struct flow *f, const struct carrier *c, const struct msg *m)
{
	if (m->sent_ms)
		time_of(f, m, of_carrier(f, (uint16_t)carrier_number(c)), TALLY_RECEIPT,
			loop_wall_ms(f->loop) - m->sent_ms);
}

void flow_tally_end(struct flow *f, struct msg *m, enum finish how)
{
	enum tally_what w = how == FINISH_DELIVERED ? TALLY_DELIVERED : TALLY_FAILED;
	if (!flow_is_message(m))
		return;
	count(f, m, w);
	if (m->carrier != MSG_NO_CARRIER)
		tally_count(of_carrier(f, m->carrier), w);
}

static enum tally_what reply_counter(enum event_kind kind)
{
	return kind == EVENT_REPLIED	  ? TALLY_REPLIES
	       : kind == EVENT_OPTED_OUT  ? TALLY_OPTOUTS
	       : kind == EVENT_COMPLAINED ? TALLY_COMPLAINTS
					  : TALLY_WHATS;
}

void flow_tally_reply(struct flow *f, const struct reply_event *what)
{
	struct tallying *x = f->tallying;
	enum tally_what w = reply_counter(what->kind);
	const struct carrier *c = carriers_find(f->carriers, what->carrier);
	if (w == TALLY_WHATS)
		return;
	tally_count(x->all, w);
	tally_count(of_account(f, (uint16_t)what->account), w);
	if (c)
		tally_count(of_carrier(f, (uint16_t)carrier_number(c)), w);
}

/* --- the room --- */

static struct tally_object *fixed(struct tally *t, enum tally_dim d, const char *name)
{
	return tally_at(t, d, tally_place(t, d, view_of(name)));
}

void flow_tally_init(struct flow *f)
{
	struct tallying *x = mem_zalloc(sizeof(*x));
	x->tally = tally_new(f->loop);
	x->all = fixed(x->tally, TALLY_ALL, "");
	x->unknown_operator = fixed(x->tally, TALLY_OPERATOR, UNKNOWN_NAME);
	for (int i = 0; i < CLASSES; i++)
		x->classes[i] = fixed(x->tally, TALLY_CLASS, class_name((enum class_id)i));
	f->tallying = x;
}

void flow_tally_free(struct flow *f)
{
	struct tallying *x = f->tallying;
	tally_free(x->tally);
	mem_free(x->carriers.at);
	mem_free(x->accounts.at);
	mem_free(x->operators.at);
	mem_free(x);
}

const struct tally *flow_tally(const struct flow *f)
{
	return f->tallying->tally;
}
