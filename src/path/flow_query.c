/*
 * flow_query.c - query_sm: where a message is, from memory, or from what is remembered of those that have ended. Must
 * not change anything.
 */
#include "path/flow_priv.h"

#include "base/log.h"

#define MINUTES_PER_QUARTER 15

struct querying {
	struct asked asked;
	struct account *account;
	uint64_t id;
	struct finished_found found;
};

struct looking {
	struct flow *flow;
	uint16_t account;
	struct pdu_addr src;
	unsigned seen;
	bool going, several; /* one has not ended; there may be more than those in memory */
	struct finished_found found;
};

uint8_t flow_error_code(struct view err)
{
	unsigned v = 0;
	for (uint32_t i = 0; i < err.n; i++) {
		if (err.p[i] < '0' || err.p[i] > '9' || v > UINT8_MAX)
			return 0;
		v = v * 10 + err.p[i] - '0';
	}
	return v > UINT8_MAX ? 0 : (uint8_t)v;
}

static void look_at(struct msg *m, void *arg)
{
	struct looking *x = arg;
	struct record rec;
	struct pdu sent;
	if (m->account != x->account || m->internal)
		return;
	msg_pdu(m, &rec, &sent);
	if (!number_same(x->src, sent.sm.src))
		return;
	x->seen++;
	x->several |= m->aliased;
	if (m->state < MSG_CLOSING) {
		x->going = true;
		return;
	}
	struct finished_entry e = {.done_ms = rec.done_ms ? rec.done_ms : loop_wall_ms(x->flow->loop),
				   .state = m->final_state,
				   .error = flow_error_code(rec.err)};
	finished_merge(&x->found, &e);
}

/*
 * On its way is ENROUTE, whether a carrier has it or not: ACCEPTED means that a person has read it for the subscriber
 * [S 5.2.28], and SCHEDULED is not of 3.4.
 */
static void answer(struct flow *f, uint64_t session, uint32_t sequence, const struct account *a, uint64_t id,
		   const struct finished_found *found)
{
	char text[IDS_DIGITS + 1], date[17];
	struct session *s = session ? session_get(f->sessions, session) : NULL;
	struct pdu resp = {.command_id = QUERY_SM | COMMAND_RESP, .sequence = sequence};
	if (!s)
		return;
	ids_print(id, text);
	resp.query_resp.id = view_of(text);
	resp.query_resp.message_state = STATE_ENROUTE;
	if (found) {
		smpp_time_format(found->done_ms, (int)(account_conf(a)->zone / MINUTES_PER_QUARTER), date);
		resp.query_resp.final_date = view_of(date);
		resp.query_resp.message_state = found->state;
		resp.query_resp.error_code = found->error;
	}
	session_answer_pdu(s, &resp);
}

static void fail(struct flow *f, uint64_t session, uint32_t sequence, uint32_t status)
{
	flow_count_refusal(&f->counters, status);
	flow_answer(f, session, QUERY_SM, sequence, status, FLOW_NOTHING);
}

static void on_found(void *arg, bool ok, const struct finished_found *found)
{
	struct querying *x = arg;
	struct flow *f = x->asked.wave.flow;
	struct finished_entry have = {.done_ms = x->found.done_ms, .state = x->found.state, .error = x->found.error};
	struct finished_found all = *found;
	if (x->found.n)
		finished_merge(&all, &have);
	if (all.n)
		answer(f, x->asked.session, x->asked.sequence, x->account, x->id, &all);
	else
		fail(f, x->asked.session, x->asked.sequence, ok ? ESME_RINVMSGID : ESME_RSYSERR);
	flow_asked_free(&x->asked);
}

static void give_up(struct wave *w)
{
	static const struct finished_found nothing;
	on_found(w, false, &nothing);
}

static void ask_store(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu, uint64_t id,
		      const struct finished_found *found)
{
	struct querying *x = (struct querying *)flow_ask(f, sizeof(*x), session_handle(s), pdu);
	x->asked.wave.done = give_up;
	x->account = a;
	x->id = id;
	x->found = *found;
	if (finished_find(f->finished, id, msg_check(view_of(account_name(a)), flow_source_of(f, a, pdu->query.src)),
			  on_found, x) < 0)
		give_up(&x->asked.wave);
}

void flow_take_query(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	struct looking x = {
		.flow = f, .account = (uint16_t)account_number(a), .src = flow_source_of(f, a, pdu->query.src)};
	uint64_t id;
	if (f->phase != FLOW_RUNNING) {
		flow_refuse(f, a, s, pdu, ESME_RSYSERR, "the store is away");
		return;
	}
	if (!ids_parse(pdu->query.id.p, pdu->query.id.n, &id)) {
		flow_refuse(f, a, s, pdu, ESME_RINVMSGID, "message_id is none of ours");
		return;
	}
	index_by_id(f->index, id, look_at, &x);
	if (x.going)
		answer(f, session_handle(s), pdu->sequence, a, id, NULL);
	else if (x.seen && !x.several)
		answer(f, session_handle(s), pdu->sequence, a, id, &x.found);
	else
		ask_store(f, a, s, pdu, id, &x.found);
}
