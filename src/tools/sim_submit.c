/*
 * sim_submit.c - a message comes in: the faults asked for decide its fate, then it is answered (now or later) and its
 * receipt is timed. Knows no queues of binds.
 */
#include "tools/sim.h"

#include "smpp/command.h"
#include "smpp/status.h"

#define EARLY_ANSWER_MS	  50	/* an early receipt's lead when no response delay is set */
#define ASKS_INTERMEDIATE 0x10u /* registered_delivery */

static const struct view nothing;

/* What becomes of a message before it is taken. ESME_ROK: it is taken. */
static uint32_t judge(struct sim *sim)
{
	int64_t now = loop_now_us(sim->engine.loop);

	sim->counts.submitted++;
	if (throttle_there(&sim->throttle, now, 1) == 0) {
		sim->counts.throttled++;
		return ESME_RTHROTTLED;
	}
	throttle_spend(&sim->throttle, 1);
	if (sim_chance(sim, sim->conf.queue_full) || sim_pending_count(sim->pending) >= sim->conf.max_pending) {
		sim->counts.queue_full++;
		return ESME_RMSGQFUL;
	}
	if (sim_chance(sim, sim->conf.reject)) {
		sim->counts.rejected++;
		return (uint32_t)sim->conf.reject_status;
	}
	return ESME_ROK;
}

static uint8_t keep(uint8_t *to, struct view from, uint32_t max)
{
	uint32_t n = from.n < max ? from.n : max;

	if (n)
		memcpy(to, from.p, n);
	return (uint8_t)n;
}

/* The first octets of a text that every alphabet of data_coding 0 shares with ASCII; nothing of other texts. */
uint8_t sim_submit_keep_text(uint8_t to[SIM_TEXT], struct view text, uint8_t data_coding, uint8_t esm_class)
{
	uint8_t n = 0;

	if (data_coding > 1 || esm_class & ESM_UDHI)
		return 0;
	while (n < SIM_TEXT && n < text.n && text.p[n] >= ' ' && text.p[n] < 0x5B && text.p[n] != '$')
		n++;
	return keep(to, text, n);
}

static bool wants_receipt(struct sim *sim, const struct pdu *pdu, bool failed)
{
	uint8_t asked = pdu->sm.registered_delivery & 3u;

	if (sim->conf.id_form == SIM_ID_NONE)
		return false;
	return (asked == 1 || (asked == 2 && failed)) && !sim_chance(sim, sim->conf.no_receipts);
}

static void remember(struct sim *sim, struct sim_bind *b, const struct pdu *pdu, uint64_t id, struct sim_message *m)
{
	struct view text = {NULL, 0};

	m->id = id;
	m->bind = session_handle(sim_bind_session(b));
	m->peer = sim_bind_peer(b);
	m->taken_ms = loop_wall_ms(sim->engine.loop);
	m->sequence = pdu->sequence;
	m->command = pdu->command_id;
	m->src_ton = pdu->sm.src.ton;
	m->src_npi = pdu->sm.src.npi;
	m->dst_ton = pdu->sm.dst.ton;
	m->dst_npi = pdu->sm.dst.npi;
	m->src_n = keep(m->src, pdu->sm.src.addr, SIM_ADDR);
	m->dst_n = keep(m->dst, pdu->sm.dst.addr, SIM_ADDR);
	m->service_n = keep(m->service, pdu->sm.service_type, SIM_SERVICE);
	if (pdu_text(pdu, &text))
		m->text_n = sim_submit_keep_text(m->text, text, pdu->sm.data_coding, pdu->sm.esm_class);
	m->failed = sim_chance(sim, sim->conf.fail);
	m->receipt = wants_receipt(sim, pdu, m->failed);
	m->notify = (pdu->sm.registered_delivery & ASKS_INTERMEDIATE) && sim_chance(sim, sim->conf.intermediate);
	m->repeat = m->receipt && sim_chance(sim, sim->conf.duplicate_receipts);
}

void sim_submit_receipt(struct sim *sim, uint32_t i)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);

	if (!m->final && !m->intermediate)
		sim_ended_note(sim, m);
	m->final = true;
	if (m->receipt)
		sim_binds_ready(sim, i);
	else
		sim_pending_give(sim->pending, i);
}

/* "It is on its way": ahead of the receipt. */
static void notify(struct sim *sim, const struct sim_message *m)
{
	uint32_t i = sim_pending_take(sim->pending);
	struct sim_message *now;

	if (i == SIM_NONE)
		return;
	now = sim_pending_at(sim->pending, i);
	*now = *m;
	now->intermediate = now->receipt = true;
	now->repeat = false;
	sim_submit_receipt(sim, i);
}

static void time_receipt(struct sim *sim, uint32_t i, int64_t delay_ms)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);

	m->due = SIM_DUE_RECEIPT;
	if (m->notify)
		notify(sim, m);
	if (!m->receipt || delay_ms == 0)
		sim_submit_receipt(sim, i);
	else
		sim_pending_time(sim->pending, i, loop_now_ms(sim->engine.loop) + delay_ms);
}

static void answer(struct sim *sim, struct session *s, uint32_t command, uint32_t sequence, uint64_t id)
{
	char text[SIM_ID_MAX];
	uint32_t n = sim_receipt_id((enum sim_id_form)sim->conf.id_form, id, false, text);

	session_answer(s, command, sequence, ESME_ROK, (struct view){(uint8_t *)text, n}, nothing);
}

void sim_submit_answer(struct sim *sim, uint32_t i)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);
	struct session *s = session_get(sim->engine.sessions, m->bind);

	if (s)
		answer(sim, s, m->command, m->sequence, m->id);
	time_receipt(sim, i, sim_delay_ms(sim, &sim->conf.receipt_delay));
}

/* A second record that only answers, so that the receipt of the first can go out before it. */
static bool answer_later(struct sim *sim, const struct sim_message *m, int64_t delay_ms)
{
	uint32_t i = sim_pending_take(sim->pending);
	struct sim_message *later;

	if (i == SIM_NONE)
		return false;
	later = sim_pending_at(sim->pending, i);
	*later = *m;
	later->receipt = later->notify = false;
	later->final = true;
	later->due = SIM_DUE_ANSWER;
	sim_pending_time(sim->pending, i, loop_now_ms(sim->engine.loop) + delay_ms);
	return true;
}

static void settle(struct sim *sim, struct sim_bind *b, uint32_t i, bool silent)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);
	int64_t delay_ms = sim_delay_ms(sim, &sim->conf.response_delay);

	if (sim->conf.early_receipt && m->receipt && !silent) {
		if (!answer_later(sim, m, delay_ms ? delay_ms : EARLY_ANSWER_MS))
			answer(sim, sim_bind_session(b), m->command, m->sequence, m->id);
		time_receipt(sim, i, 0);
	} else if (delay_ms > 0 && !silent) {
		m->due = SIM_DUE_ANSWER;
		sim_pending_time(sim->pending, i, loop_now_ms(sim->engine.loop) + delay_ms);
	} else {
		if (!silent)
			answer(sim, sim_bind_session(b), m->command, m->sequence, m->id);
		time_receipt(sim, i, sim_delay_ms(sim, &sim->conf.receipt_delay));
	}
}

static void capture(struct sim *sim, struct sim_bind *b, const struct pdu *pdu, uint32_t status, uint64_t id)
{
	char text[SIM_ID_MAX] = "";

	if (status == ESME_ROK && id)
		sim_receipt_id((enum sim_id_form)sim->conf.id_form, id, false, text);
	sim_capture_message(sim->capture, session_name(sim_bind_session(b)), pdu, status, text);
}

/* The message is this carrier's from now; its record. */
static uint32_t take(struct sim *sim, struct sim_bind *b, const struct pdu *pdu, uint64_t id)
{
	uint32_t i = sim_pending_take(sim->pending);
	struct sim_message *m = sim_pending_at(sim->pending, i);

	remember(sim, b, pdu, id, m);
	sim->counts.accepted++;
	if (sim->tags)
		sim_tags_note(sim->tags, pdu, &sim->counts);
	return i;
}

/* Without an id of theirs to quote it is as without one of its own: no receipt fits. */
static uint64_t next_id(struct sim *sim, const struct pdu *pdu)
{
	return sim->conf.id_form == SIM_ID_THEIRS ? sim_receipt_read_theirs(pdu) : sim->next_id++;
}

static void maybe_drop(struct sim *sim, struct sim_bind *b)
{
	if (sim->conf.disconnect_every > 0 && sim->counts.submitted % (uint64_t)sim->conf.disconnect_every == 0)
		sim_binds_drop_one(sim, b);
}

void sim_submit(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	struct session *s = sim_bind_session(b);
	uint32_t status, i = SIM_NONE;
	bool silent = sim->silent || sim_chance(sim, sim->conf.silence);
	bool lost = silent && !sim->conf.silence_receipts;

	status = judge(sim);
	if (status == ESME_ROK && !lost)
		i = take(sim, b, pdu, next_id(sim, pdu));
	if (sim->capture)
		capture(sim, b, pdu, status, i != SIM_NONE ? sim_pending_at(sim->pending, i)->id : 0);
	sim->counts.silent += silent;
	if (i != SIM_NONE)
		settle(sim, b, i, silent);
	else if (!silent)
		session_answer(s, pdu->command_id, pdu->sequence, status, nothing, nothing);
	maybe_drop(sim, b);
}

/* One destination of a submit_multi: taken, or why not. */
static uint32_t take_dest(struct sim *sim, struct sim_bind *b, const struct pdu *pdu, const struct pdu_dest *dest,
			  uint64_t id)
{
	struct pdu one = *pdu;
	uint32_t status = dest->flag == PDU_DEST_SME ? judge(sim) : ESME_RCNTSUBDL;

	one.sm.dst = dest->addr;
	if (dest->flag != PDU_DEST_SME)
		one.sm.dst.addr = dest->list;
	if (status == ESME_ROK)
		time_receipt(sim, take(sim, b, &one, id), sim_delay_ms(sim, &sim->conf.receipt_delay));
	if (sim->capture)
		capture(sim, b, &one, status, id);
	return status;
}

void sim_submit_multi(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	static uint8_t list[PDU_MAX_DESTS * (PDU_DEST_MAX + 6)];
	struct pdu resp = {.command_id = SUBMIT_MULTI | COMMAND_RESP, .sequence = pdu->sequence};
	uint32_t pos = 0, n = 0, first = ESME_ROK;
	uint64_t id = sim->next_id++;
	struct pdu_dest dest;
	char text[SIM_ID_MAX];

	sim->counts.multis++;
	while (pdu_next_dest(pdu->sm.dests, &pos, &dest)) {
		struct pdu_unsuccess entry = {.addr = dest.addr, .status = take_dest(sim, b, pdu, &dest, id)};

		if (entry.status == ESME_ROK)
			continue;
		if (dest.flag != PDU_DEST_SME)
			entry.addr.addr = dest.list;
		resp.multi_resp.no_unsuccess += pdu_put_unsuccess(list, sizeof(list), &n, &entry);
		if (first == ESME_ROK)
			first = entry.status;
	}
	resp.command_status = resp.multi_resp.no_unsuccess < pdu->sm.ndests ? ESME_ROK : first;
	if (resp.command_status == ESME_ROK)
		resp.multi_resp.id = (struct view){
			(uint8_t *)text, sim_receipt_id((enum sim_id_form)sim->conf.id_form, id, false, text)};
	resp.multi_resp.unsuccess = (struct view){list, n};
	if (!sim->silent)
		session_answer_pdu(sim_bind_session(b), &resp);
	sim->counts.silent += sim->silent;
	maybe_drop(sim, b);
}
