/*
 * load_bind.c - smppload's binds: connected at the start, bound again after a loss when asked to. Knows no messages.
 */
#include "tools/load.h"

#include <stdio.h>

#include "base/mem.h"
#include "smpp/command.h"

#define PAUSE_FIRST_MS 50
#define PAUSE_MAX_MS   2000

struct slot {
	struct load *load;
	struct session *session; /* NULL: not connected */
	struct timer timer;	 /* binds again */
	uint32_t command;
	int64_t pause_ms;
	bool bound, was_bound, given_up;
};

struct load_binds {
	struct session_conf conf;
	struct session_stats stats;
	struct slot *slots;
	size_t n, turn;
};

static void start_slot(struct slot *slot);

static void on_timer(struct timer *t)
{
	start_slot(LIST_OF(t, struct slot, timer));
}

/* The slot has no session: another attempt, or the end of it. */
static void lost(struct slot *slot)
{
	struct load *l = slot->load;

	slot->session = NULL;
	slot->bound = false;
	if (l->ending || !l->conf.reconnect) {
		slot->given_up = true;
		if (!l->ending && !slot->was_bound) {
			l->exit = LOAD_NO_BIND;
			load_finish(l);
		}
		return;
	}
	loop_timer(l->engine.loop, &slot->timer, slot->pause_ms);
	slot->pause_ms = slot->pause_ms * 2 < PAUSE_MAX_MS ? slot->pause_ms * 2 : PAUSE_MAX_MS;
}

static void on_open(struct session *s, void *arg)
{
	struct slot *slot = arg;

	esme_bind(s, &slot->load->conf.esme, slot->command);
}

static void on_bound(struct session *s, void *arg)
{
	struct slot *slot = arg;

	(void)s;
	if (slot->was_bound)
		slot->load->reconnects++;
	slot->bound = slot->was_bound = true;
	slot->pause_ms = PAUSE_FIRST_MS;
}

static void on_refused(struct session *s, uint32_t status, void *arg)
{
	struct slot *slot = arg;

	if (!slot->load->conf.reconnect)
		esme_tell_refused("smppload", &slot->load->conf.esme, status);
	session_end(s, END_BIND_REFUSED);
}

static void on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	static const struct view nothing;
	struct slot *slot = arg;

	if (pdu->command_id == ALERT_NOTIFICATION)
		return;
	load_delivered(slot->load, pdu);
	session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, nothing, nothing);
}

static void on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       int64_t sent_us, void *arg)
{
	struct slot *slot = arg;

	(void)s;
	(void)sent_us;
	load_settled(slot->load, cookie, outcome, resp);
}

static void on_room(struct session *s, void *arg)
{
	(void)s; /* the pump looks at every bind in each turn */
	(void)arg;
}

static void on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct slot *slot = arg;
	struct load *l = slot->load;

	if (!l->ending && !l->conf.reconnect && reason != END_BIND_REFUSED)
		esme_tell_ended("smppload", &l->conf.esme, reason, session_error(s));
	lost(slot);
	if (l->ending && load_binds_gone(l))
		loop_stop(l->engine.loop);
}

static const struct session_ops ops = {
	.on_open = on_open,
	.on_bound = on_bound,
	.on_refused = on_refused,
	.on_request = on_request,
	.on_settled = on_settled,
	.on_room = on_room,
	.on_ended = on_ended,
};

static void start_slot(struct slot *slot)
{
	struct load *l = slot->load;
	struct load_binds *bs = l->binds;

	slot->session = session_connect(l->engine.sessions, l->conf.esme.host, l->conf.esme.port, &bs->conf, &ops, slot,
					&bs->stats);
	if (slot->session)
		session_secure(slot->session, l->tls);
	else
		lost(slot);
}

struct load_binds *load_binds_new(struct load *l)
{
	struct load_binds *bs = mem_zalloc(sizeof(*bs));
	bool pairs = l->conf.bind == LOAD_TX_RX;

	bs->conf = (struct session_conf){
		.enquire_link_ms = l->conf.enquire_link / 1000,
		.response_ms = l->conf.response_timeout / 1000,
		.bind_ms = 10000,
		.partial_ms = 30000,
		.max_pdu = PDU_MAX_DEFAULT,
		.window_out = (uint32_t)l->conf.window,
		.window_in = UINT32_MAX, /* each is answered at once */
	};
	bs->n = (size_t)l->conf.binds * (pairs ? 2 : 1);
	bs->slots = mem_zalloc(bs->n * sizeof(*bs->slots));
	for (size_t i = 0; i < bs->n; i++) {
		struct slot *slot = &bs->slots[i];

		slot->load = l;
		slot->timer.fn = on_timer;
		slot->pause_ms = PAUSE_FIRST_MS;
		slot->command = !pairs ? BIND_TRANSCEIVER : i % 2 ? BIND_TRANSMITTER : BIND_RECEIVER;
	}
	return bs;
}

void load_binds_free(struct load_binds *bs)
{
	mem_free(bs->slots);
	mem_free(bs);
}

void load_binds_start(struct load *l)
{
	for (size_t i = 0; i < l->binds->n && !l->ending; i++)
		start_slot(&l->binds->slots[i]);
}

bool load_binds_all(const struct load *l)
{
	for (size_t i = 0; i < l->binds->n; i++) {
		if (!l->binds->slots[i].was_bound)
			return false;
	}
	return true;
}

bool load_binds_gone(const struct load *l)
{
	for (size_t i = 0; i < l->binds->n; i++) {
		if (l->binds->slots[i].session)
			return false;
	}
	return true;
}

/* Whether a bind other than of that command is there or will be. */
static bool any_other(const struct load *l, uint32_t command)
{
	for (size_t i = 0; i < l->binds->n; i++) {
		const struct slot *slot = &l->binds->slots[i];

		if (!slot->given_up && slot->command != command)
			return true;
	}
	return false;
}

bool load_binds_receive(const struct load *l)
{
	return any_other(l, BIND_TRANSMITTER);
}

bool load_binds_sender(const struct load *l)
{
	return any_other(l, BIND_RECEIVER);
}

struct session *load_binds_room(struct load *l)
{
	struct load_binds *bs = l->binds;

	for (size_t tried = 0; tried < bs->n; tried++) {
		struct slot *slot = &bs->slots[bs->turn];

		bs->turn = bs->turn + 1 < bs->n ? bs->turn + 1 : 0;
		if (slot->bound && session_room(slot->session) > 0)
			return slot->session;
	}
	return NULL;
}

void load_binds_unbind(struct load *l)
{
	for (size_t i = 0; i < l->binds->n; i++) {
		struct slot *slot = &l->binds->slots[i];

		loop_timer_clear(l->engine.loop, &slot->timer);
		if (slot->session)
			session_end(slot->session, END_SHUTDOWN);
	}
}
