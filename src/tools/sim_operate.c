/*
 * sim_operate.c - query_sm, cancel_sm and replace_sm: what an ESME asks of messages that it has submitted, and a memory
 * of those that have ended. Knows no queues.
 */
#include "tools/sim.h"

#include <stdlib.h>

#include "base/mem.h"
#include "smpp/command.h"
#include "smpp/smpp_time.h"
#include "smpp/status.h"

#define ENDED_MAX      65536u /* ids in a row that are remembered */
#define CHINA_QUARTERS 32     /* quarters of an hour east of UTC */

static const struct view nothing;

struct ended {
	uint64_t id;
	int64_t done_ms; /* UTC; 0: nothing here */
	uint16_t peer;
	uint8_t state, src_n;
	uint8_t src[SIM_ADDR];
};

struct sim_ended {
	struct ended at[ENDED_MAX]; /* by id */
};

struct sim_ended *sim_ended_new(void)
{
	return mem_zalloc(sizeof(struct sim_ended));
}

void sim_ended_free(struct sim_ended *e)
{
	mem_free(e);
}

void sim_ended_note(struct sim *sim, const struct sim_message *m)
{
	struct ended *e = &sim->ended->at[m->id % ENDED_MAX];

	e->id = m->id;
	e->done_ms = loop_wall_ms(sim->engine.loop);
	e->peer = m->peer;
	e->state = (uint8_t)sim_receipt_state(sim, m);
	e->src_n = m->src_n;
	memcpy(e->src, m->src, sizeof(e->src));
}

/* Digits to a number; false when others stand there or it is too large. */
static bool read_digits(const char *s, int base, uint64_t *v)
{
	char *end;

	if (strspn(s, base == 16 ? "0123456789abcdefABCDEF" : "0123456789") != strlen(s) || !*s)
		return false;
	*v = strtoull(s, &end, base);
	return *end == 0;
}

bool sim_operate_read_id(enum sim_id_form form, struct view text, uint64_t *id)
{
	char s[SIM_ID_MAX], again[SIM_ID_MAX];
	uint64_t high;

	if (text.n == 0 || text.n >= sizeof(s))
		return false;
	memcpy(s, text.p, text.n);
	s[text.n] = 0;
	if (form != SIM_ID_UUID) {
		if (!read_digits(s, form == SIM_ID_DEC || form == SIM_ID_DEC_HEX ? 10 : 16, id))
			return false;
	} else {
		if (text.n != 36 || !read_digits(s + 24, 16, id))
			return false;
		s[23] = 0;
		if (!read_digits(s + 20, 16, &high))
			return false;
		*id |= high << 48;
	}
	/* what it would be written as is what was written */
	return sim_receipt_id(form, *id, false, again) == text.n && memcmp(again, text.p, text.n) == 0;
}

static bool same(const uint8_t *p, uint8_t n, struct view v)
{
	return n == v.n && (n == 0 || memcmp(p, v.p, n) == 0);
}

/* Not ended, and neither a delayed answer nor a notification. */
static bool is_waiting(const struct sim_message *m)
{
	return !m->final && !m->intermediate && (m->receipt || m->due == SIM_DUE_ANSWER);
}

/* The waiting message with that id from i on; SIM_NONE when there is none (any more). */
static uint32_t find(const struct sim *sim, const struct sim_bind *b, uint64_t id, uint32_t i)
{
	for (i = sim_pending_scan(sim->pending, i); i != SIM_NONE; i = sim_pending_scan(sim->pending, i + 1)) {
		const struct sim_message *m = sim_pending_at(sim->pending, i);

		if (m->id == id && m->peer == sim_bind_peer(b) && is_waiting(m))
			return i;
	}
	return SIM_NONE;
}

static const struct ended *find_ended(const struct sim *sim, const struct sim_bind *b, uint64_t id)
{
	const struct ended *e = &sim->ended->at[id % ENDED_MAX];

	return e->done_ms && e->id == id && e->peer == sim_bind_peer(b) ? e : NULL;
}

/* --- query_sm --- */

static void answer_query(struct sim *sim, struct sim_bind *b, const struct pdu *pdu, enum message_state state,
			 int64_t done_ms)
{
	struct pdu resp = {.command_id = QUERY_SM | COMMAND_RESP, .sequence = pdu->sequence};
	char date[17] = "";

	(void)sim;
	if (done_ms)
		smpp_time_format(done_ms, CHINA_QUARTERS, date);
	resp.query_resp.id = pdu->query.id;
	resp.query_resp.final_date = view_of(date);
	resp.query_resp.message_state = (uint8_t)state;
	session_answer_pdu(sim_bind_session(b), &resp);
}

static uint32_t query(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	const struct ended *e;
	uint64_t id;
	uint32_t i;

	sim->counts.queries++;
	if (!sim_operate_read_id((enum sim_id_form)sim->conf.id_form, pdu->query.id, &id))
		return ESME_RINVMSGID;
	i = find(sim, b, id, 0);
	e = find_ended(sim, b, id);
	if (i != SIM_NONE) {
		const struct sim_message *m = sim_pending_at(sim->pending, i);

		if (!same(m->src, m->src_n, pdu->query.src.addr))
			return ESME_RINVSRCADR;
		answer_query(sim, b, pdu, STATE_ENROUTE, 0);
	} else if (e) {
		if (!same(e->src, e->src_n, pdu->query.src.addr))
			return ESME_RINVSRCADR;
		answer_query(sim, b, pdu, (enum message_state)e->state, e->done_ms);
	} else {
		return ESME_RINVMSGID;
	}
	return ESME_ROK;
}

/* --- cancel_sm --- */

/* Its receipt goes out at once, and says DELETED; the record of the old one is given back when its time comes. */
static void cancel_one(struct sim *sim, uint32_t i)
{
	struct sim_message *m = sim_pending_at(sim->pending, i), *now;
	uint32_t j = m->due == SIM_DUE_RECEIPT ? sim_pending_take(sim->pending) : SIM_NONE;

	sim->counts.cancelled++;
	m->cancelled = m->failed = true;
	if (j == SIM_NONE)
		return; /* not answered yet: its receipt comes when it would have come */
	now = sim_pending_at(sim->pending, j);
	*now = *m;
	m->receipt = false;
	m->final = true;
	sim_submit_receipt(sim, j);
	loop_wake_in(sim->engine.loop, 0);
}

static uint32_t cancel_by_id(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	uint32_t i = 0, n = 0;
	uint64_t id;

	if (!sim_operate_read_id((enum sim_id_form)sim->conf.id_form, pdu->cancel.id, &id))
		return ESME_RINVMSGID;
	for (i = find(sim, b, id, 0); i != SIM_NONE; i = find(sim, b, id, i + 1)) {
		const struct sim_message *m = sim_pending_at(sim->pending, i);

		if (!same(m->src, m->src_n, pdu->cancel.src.addr))
			return ESME_RINVSRCADR;
		cancel_one(sim, i);
		n++;
	}
	if (n > 0)
		return ESME_ROK;
	return find_ended(sim, b, id) ? ESME_RCANCELFAIL : ESME_RINVMSGID;
}

static uint32_t cancel_by_addresses(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	uint32_t i, n = 0;

	for (i = sim_pending_scan(sim->pending, 0); i != SIM_NONE; i = sim_pending_scan(sim->pending, i + 1)) {
		const struct sim_message *m = sim_pending_at(sim->pending, i);

		if (!is_waiting(m) || m->peer != sim_bind_peer(b) || !same(m->src, m->src_n, pdu->cancel.src.addr) ||
		    !same(m->dst, m->dst_n, pdu->cancel.dst.addr) ||
		    !same(m->service, m->service_n, pdu->cancel.service_type))
			continue;
		cancel_one(sim, i);
		n++;
	}
	return n > 0 ? ESME_ROK : ESME_RCANCELFAIL;
}

static uint32_t cancel(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	uint32_t status;

	sim->counts.cancels++;
	status = pdu->cancel.id.n ? cancel_by_id(sim, b, pdu) : cancel_by_addresses(sim, b, pdu);
	if (status == ESME_ROK)
		session_answer(sim_bind_session(b), CANCEL_SM, pdu->sequence, ESME_ROK, nothing, nothing);
	return status;
}

/* --- replace_sm --- */

static uint32_t replace(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	struct sim_message *m;
	uint64_t id;
	uint32_t i;

	sim->counts.replaces++;
	if (!sim_operate_read_id((enum sim_id_form)sim->conf.id_form, pdu->replace.id, &id))
		return ESME_RINVMSGID;
	i = find(sim, b, id, 0);
	if (i == SIM_NONE)
		return find_ended(sim, b, id) ? ESME_RREPLACEFAIL : ESME_RINVMSGID;
	m = sim_pending_at(sim->pending, i);
	if (!same(m->src, m->src_n, pdu->replace.src.addr))
		return ESME_RINVSRCADR;
	m->text_n = sim_submit_keep_text(m->text, pdu->replace.short_message, 0, 0);
	sim->counts.replaced++;
	session_answer(sim_bind_session(b), REPLACE_SM, pdu->sequence, ESME_ROK, nothing, nothing);
	return ESME_ROK;
}

/* --- all --- */

static const struct {
	uint32_t command;
	/* Answers it when it goes well; else the refusal. */
	uint32_t (*run)(struct sim *sim, struct sim_bind *b, const struct pdu *pdu);
} operations[] = {
	{QUERY_SM, query},
	{CANCEL_SM, cancel},
	{REPLACE_SM, replace},
};

void sim_operate(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	uint32_t status = ESME_RINVCMDID;

	if (sim->silent) {
		sim->counts.silent++;
		return;
	}
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (operations[i].command == pdu->command_id)
			status = operations[i].run(sim, b, pdu);
	}
	if (status != ESME_ROK)
		session_answer(sim_bind_session(b), pdu->command_id, pdu->sequence, status, nothing, nothing);
	if (sim->capture)
		sim_capture_operation(sim->capture, session_name(sim_bind_session(b)), pdu, status);
}
