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

struct places { /* in the tally, by a number of ours; 0: not asked for yet, else place + 1 */
	unsigned *at;
	size_t n;
};

struct tallying { /* flow.tallying */
	struct tally *tally;
	struct places carriers, accounts, operators;
	unsigned all, classes[CLASSES], unknown_operator;
};

/* The place of object i, which is called name. */
static unsigned place(struct tallying *x, struct places *p, enum tally_dim d, size_t i, const char *name)
{
	if (i >= p->n) {
		size_t n = i + 16;
		p->at = mem_realloc(p->at, n * sizeof(p->at[0]));
		memset(p->at + p->n, 0, (n - p->n) * sizeof(p->at[0]));
		p->n = n;
	}
	if (p->at[i] == 0)
		p->at[i] = tally_place(x->tally, d, view_of(name)) + 1;
	return p->at[i] - 1;
}

static unsigned carrier_place(struct flow *f, uint16_t number)
{
	struct tallying *x = f->tallying;
	return place(x, &x->carriers, TALLY_CARRIER, number, carrier_name(carriers_at(f->carriers, number)));
}

static unsigned account_place(struct flow *f, uint16_t number)
{
	struct tallying *x = f->tallying;
	return place(x, &x->accounts, TALLY_ACCOUNT, number, account_name(accounts_at(f->accounts, number)));
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

static unsigned operator_place(struct flow *f, struct msg *m)
{
	struct tallying *x = f->tallying;
	if (m->op == 0)
		find_operator(f, m);
	if (m->op == MSG_NO_OPERATOR)
		return x->unknown_operator;
	return place(x, &x->operators, TALLY_OPERATOR, m->op, routes_operator_name(f->routes, m->op - 1u));
}

static bool campaign_place(struct flow *f, const struct msg *m, unsigned *out)
{
	char name[256];
	if (!m->campaign || m->account == MSG_NO_ACCOUNT)
		return false;
	const struct campaign *c = campaigns_at(f->campaigns, m->campaign);
	snprintf(name, sizeof(name), "%s:%s", account_name(accounts_at(f->accounts, m->account)), campaign_name(c));
	*out = tally_place(f->tallying->tally, TALLY_CAMPAIGN, view_of(name));
	return true;
}

/* In every dimension that a message has but its carrier's. */
static void count(struct flow *f, struct msg *m, enum tally_what w)
{
	struct tallying *x = f->tallying;
	unsigned campaign;
	tally_add(x->tally, TALLY_ALL, x->all, w);
	tally_add(x->tally, TALLY_CLASS, x->classes[m->class_id], w);
	tally_add(x->tally, TALLY_OPERATOR, operator_place(f, m), w);
	if (m->account != MSG_NO_ACCOUNT)
		tally_add(x->tally, TALLY_ACCOUNT, account_place(f, m->account), w);
	if (campaign_place(f, m, &campaign))
		tally_add(x->tally, TALLY_CAMPAIGN, campaign, w);
}

static void time_of(struct flow *f, const struct msg *m, uint16_t carrier, enum tally_time what, int64_t ms)
{
	struct tallying *x = f->tallying;
	unsigned bucket = histogram_bucket(ms * 1000);
	tally_time_in(x->tally, TALLY_ALL, x->all, what, bucket, ms * 1000);
	tally_time_in(x->tally, TALLY_CLASS, x->classes[m->class_id], what, bucket, ms * 1000);
	tally_time_in(x->tally, TALLY_CARRIER, carrier_place(f, carrier), what, bucket, ms * 1000);
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
	tally_add(x->tally, TALLY_ALL, x->all, TALLY_REFUSED);
	tally_add(x->tally, TALLY_ACCOUNT, account_place(f, (uint16_t)account_number(a)), TALLY_REFUSED);
	count_reason(f, status);
}

void flow_tally_submitted(struct flow *f, const struct carrier *c, const struct msg *m, uint32_t status)
{
	uint16_t carrier = (uint16_t)carrier_number(c);
	if (!m->sent_ms)
		return;
	if (!status)
		time_of(f, m, carrier, TALLY_WAIT, m->sent_ms - ids_time_ms(m->id));
	time_of(f, m, carrier, TALLY_ANSWER, loop_wall_ms(f->loop) - m->sent_ms);
}

void flow_tally_sent(struct flow *f, const struct msg *part, struct msg *whole)
{
	if (!flow_is_message(whole))
		return;
	count(f, whole, TALLY_SENT);
	tally_add(f->tallying->tally, TALLY_CARRIER, carrier_place(f, part->carrier), TALLY_SENT);
}

void flow_tally_receipt(struct flow *f, const struct carrier *c, const struct msg *m)
{
	if (m->sent_ms)
		time_of(f, m, (uint16_t)carrier_number(c), TALLY_RECEIPT, loop_wall_ms(f->loop) - m->sent_ms);
}

void flow_tally_end(struct flow *f, struct msg *m, enum finish how)
{
	enum tally_what w = how == FINISH_DELIVERED ? TALLY_DELIVERED : TALLY_FAILED;
	if (!flow_is_message(m))
		return;
	count(f, m, w);
	if (m->carrier != MSG_NO_CARRIER)
		tally_add(f->tallying->tally, TALLY_CARRIER, carrier_place(f, m->carrier), w);
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
	tally_add(x->tally, TALLY_ALL, x->all, w);
	tally_add(x->tally, TALLY_ACCOUNT, account_place(f, (uint16_t)what->account), w);
	if (c)
		tally_add(x->tally, TALLY_CARRIER, carrier_place(f, (uint16_t)carrier_number(c)), w);
}

/* --- the room --- */

void flow_tally_init(struct flow *f)
{
	struct tallying *x = mem_zalloc(sizeof(*x));
	x->tally = tally_new(f->loop);
	x->all = tally_place(x->tally, TALLY_ALL, FLOW_NOTHING);
	x->unknown_operator = tally_place(x->tally, TALLY_OPERATOR, view_of(UNKNOWN_NAME));
	for (int i = 0; i < CLASSES; i++)
		x->classes[i] = tally_place(x->tally, TALLY_CLASS, view_of(class_name((enum class_id)i)));
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
