/*
 * sim_submit.c - a message comes in: the faults asked for decide its fate, then it is answered (now or later) and its
 * receipt is timed. Knows no queues of binds.
 */
#include "tools/sim.h"

#include "smpp/status.h"

#define EARLY_ANSWER_MS 50 /* an early receipt's lead when no response delay is set */

static const struct view nothing;

/* What becomes of a message before it is taken. ESME_ROK: it is taken. */
static uint32_t judge(struct sim *sim)
{
	int64_t now = loop_now_us(sim->engine.loop);

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
static uint8_t keep_text(uint8_t *to, const struct pdu *pdu)
{
	struct view text = pdu->sm.short_message;
	uint8_t n = 0;

	if (pdu->sm.data_coding > 1 || pdu->sm.esm_class & ESM_UDHI)
		return 0;
	while (n < SIM_TEXT && n < text.n && text.p[n] >= ' ' && text.p[n] < 0x5B && text.p[n] != '$')
		n++;
	return keep(to, text, n);
}

static bool wants_receipt(struct sim *sim, const struct pdu *pdu, bool failed)
{
	uint8_t asked = pdu->sm.registered_delivery & 3u;

	return (asked == 1 || (asked == 2 && failed)) && !sim_chance(sim, sim->conf.no_receipts);
}

static void remember(struct sim *sim, struct sim_bind *b, const struct pdu *pdu, struct sim_message *m)
{
	m->id = sim->next_id++;
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
	m->text_n = keep_text(m->text, pdu);
	m->failed = sim_chance(sim, sim->conf.fail);
	m->receipt = wants_receipt(sim, pdu, m->failed);
	m->repeat = m->receipt && sim_chance(sim, sim->conf.duplicate_receipts);
}

static void time_receipt(struct sim *sim, uint32_t i, int64_t delay_ms)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);

	m->due = SIM_DUE_RECEIPT;
	if (!m->receipt)
		sim_pending_give(sim->pending, i);
	else if (delay_ms == 0)
		sim_binds_ready(sim, i);
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
	later->receipt = false;
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

void sim_submit(struct sim *sim, struct sim_bind *b, const struct pdu *pdu)
{
	struct session *s = sim_bind_session(b);
	uint32_t status, i = SIM_NONE;
	bool silent, lost;

	sim->counts.submitted++;
	status = judge(sim);
	silent = sim->silent || sim_chance(sim, sim->conf.silence);
	lost = silent && !sim->conf.silence_receipts;
	if (status == ESME_ROK && !lost) {
		i = sim_pending_take(sim->pending);
		remember(sim, b, pdu, sim_pending_at(sim->pending, i));
		sim->counts.accepted++;
		if (sim->tags)
			sim_tags_note(sim->tags, pdu, &sim->counts);
	}
	if (sim->capture)
		capture(sim, b, pdu, status, i != SIM_NONE ? sim_pending_at(sim->pending, i)->id : 0);
	sim->counts.silent += silent;
	if (i != SIM_NONE)
		settle(sim, b, i, silent);
	else if (!silent)
		session_answer(s, pdu->command_id, pdu->sequence, status, nothing, nothing);
	if (sim->conf.disconnect_every > 0 && sim->counts.submitted % (uint64_t)sim->conf.disconnect_every == 0)
		sim_binds_drop_one(sim, b);
}
