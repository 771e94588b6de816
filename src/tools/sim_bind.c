/*
 * sim_bind.c - who is bound to the simulator, and the way of receipts to them: each peer (system_id) has a queue that
 * all its receiving binds empty, each bind one of its own for --receipts-on same. Knows no fates of messages.
 */
#include "tools/sim.h"

#include <errno.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "smpp/command.h"
#include "smpp/status.h"

#define PEERS_MAX 256u /* different system_ids */
#define TURN_MAX  64u  /* receipts to one bind before the next bind's turn */

struct sim_peer {
	char system_id[17];
	struct sim_fifo ready;
};

struct sim_bind {
	struct list link;
	struct sim *sim;
	struct session *session; /* NULL: ended, to be freed */
	struct sim_fifo ready;
	uint16_t peer;
	bool bound, receives;
	bool dialled; /* we made the connection */
};

struct sim_binds {
	struct list all;
	struct sim_peer peers[PEERS_MAX];
	uint16_t peers_n;
	struct list *last_mo; /* whose turn the last MO was */
	bool stalled;
};

struct sim_binds *sim_binds_new(struct sim *sim)
{
	struct sim_binds *bs = mem_zalloc(sizeof(*bs));

	(void)sim;
	list_init(&bs->all);
	bs->last_mo = &bs->all;
	return bs;
}

void sim_binds_free(struct sim_binds *bs)
{
	mem_free(bs);
}

struct session *sim_bind_session(const struct sim_bind *b)
{
	return b->session;
}

uint16_t sim_bind_peer(const struct sim_bind *b)
{
	return b->peer;
}

/* The peer's index; PEERS_MAX when there is no place for another. */
static uint16_t find_peer(struct sim_binds *bs, struct view system_id)
{
	struct sim_peer *peer;

	for (uint16_t i = 0; i < bs->peers_n; i++) {
		if (view_eq(view_of(bs->peers[i].system_id), system_id))
			return i;
	}
	if (bs->peers_n == PEERS_MAX || system_id.n >= sizeof(peer->system_id))
		return PEERS_MAX;
	peer = &bs->peers[bs->peers_n];
	if (system_id.n)
		memcpy(peer->system_id, system_id.p, system_id.n);
	sim_fifo_init(&peer->ready);
	return bs->peers_n++;
}

static uint32_t judge_bind(struct sim *sim, const struct pdu_bind *bind)
{
	const char *id = sim->conf.system_id, *password = sim->conf.password;

	if (id && !view_eq(bind->system_id, view_of(id)))
		return ESME_RINVSYSID;
	if (password && !view_eq(bind->password, view_of(password)))
		return ESME_RINVPASWD;
	return ESME_ROK;
}

static uint32_t on_bind(struct session *s, const struct pdu *pdu, void *arg)
{
	struct sim_bind *b = arg;
	struct sim *sim = b->sim;
	uint32_t status = judge_bind(sim, &pdu->bind);
	uint16_t peer = status == ESME_ROK ? find_peer(sim->binds, pdu->bind.system_id) : 0;

	if (peer == PEERS_MAX)
		status = ESME_RBINDFAIL;
	if (status != ESME_ROK) {
		sim->counts.binds_refused++;
		log_info(session_name(s), "refused status=%s command=%s", status_name(status),
			 command_name(pdu->command_id));
		return status;
	}
	b->peer = peer;
	b->receives = pdu->command_id != BIND_TRANSMITTER;
	session_set_name(s, sim->binds->peers[peer].system_id);
	session_set_system_id(s, sim->conf.name);
	return ESME_ROK;
}

static void on_bound(struct session *s, void *arg)
{
	struct sim_bind *b = arg;
	char address[64];

	if (session_role(s) == SESSION_ESME) {
		const char *id = b->sim->conf.system_id;
		uint16_t peer = find_peer(b->sim->binds, view_of(id ? id : ""));

		b->peer = peer == PEERS_MAX ? 0 : peer;
		b->receives = session_can_send(s);
		session_set_name(s, b->sim->binds->peers[b->peer].system_id);
	}
	b->bound = true;
	b->sim->counts.binds++;
	b->sim->counts.bound++;
	net_print(session_peer(s), address);
	log_info(session_name(s), "bound state=%s peer=%s", session_state_name(session_state(s)), address);
}

static void on_open(struct session *s, void *arg)
{
	sim_dials_open(((struct sim_bind *)arg)->sim, s);
}

static void on_refused(struct session *s, uint32_t status, void *arg)
{
	struct sim_bind *b = arg;

	b->sim->counts.binds_refused++;
	log_warn(session_name(s), "bind_refused status=%s", status_name(status));
}

static void on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	struct sim_bind *b = arg;

	(void)s;
	if (pdu->command_id == SUBMIT_SM || pdu->command_id == DATA_SM || pdu->command_id == DELIVER_SM)
		sim_submit(b->sim, b, pdu);
	else if (pdu->command_id == SUBMIT_MULTI)
		sim_submit_multi(b->sim, b, pdu);
	else
		sim_operate(b->sim, b, pdu);
}

/* The receipt has to go out again, or is given up. */
static void again(struct sim *sim, uint32_t i)
{
	if (!sim->conf.resend || sim->ending) {
		sim->counts.receipts_dropped++;
		sim_pending_give(sim->pending, i);
		return;
	}
	sim->counts.receipts_resent++;
	sim_pending_time(sim->pending, i, loop_now_ms(sim->engine.loop) + sim->conf.resend_delay / 1000);
}

static void acked(struct sim *sim, uint32_t i)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);

	sim->counts.receipts_acked += !m->intermediate;
	if (m->repeat) {
		m->repeat = false;
		sim_pending_time(sim->pending, i,
				 loop_now_ms(sim->engine.loop) + sim_delay_ms(sim, &sim->conf.receipt_delay));
		return;
	}
	sim_pending_give(sim->pending, i);
}

static void on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       int64_t sent_us, void *arg)
{
	struct sim_bind *b = arg;
	struct sim *sim = b->sim;

	(void)s;
	(void)sent_us;
	if (outcome == SESSION_LATE)
		return; /* its receipt is on its way again already */
	if (cookie & SIM_MO_COOKIE) {
		sim_mo_settled(sim, cookie, outcome, resp);
		return;
	}
	if (outcome == SESSION_ANSWERED && resp->command_status == ESME_ROK) {
		acked(sim, (uint32_t)cookie);
	} else if (outcome == SESSION_ANSWERED && status_retry(resp->command_status) != STATUS_TEMPORARY) {
		sim->counts.receipts_refused += !sim_pending_at(sim->pending, (uint32_t)cookie)->intermediate;
		sim_pending_give(sim->pending, (uint32_t)cookie);
	} else {
		again(sim, (uint32_t)cookie);
	}
}

static void on_room(struct session *s, void *arg)
{
	(void)s; /* the pump looks at every bind in each turn */
	(void)arg;
}

static void on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct sim_bind *b = arg;
	struct sim *sim = b->sim;

	log_info(session_name(s), "ended reason=%s error=\"%s\"", reason_name(reason), session_error(s));
	sim->counts.bound -= b->bound;
	if (b->bound)
		sim_fifo_splice(sim->pending, &sim->binds->peers[b->peer].ready, &b->ready);
	if (sim->binds->last_mo == &b->link)
		sim->binds->last_mo = b->link.prev;
	list_remove(&b->link);
	if (b->dialled)
		sim_dials_ended(sim);
	mem_free(b);
	if (sim->ending && sim_binds_idle(sim))
		loop_stop(sim->engine.loop);
}

static const struct session_ops ops = {
	.on_bind = on_bind,
	.on_open = on_open,
	.on_refused = on_refused,
	.on_bound = on_bound,
	.on_request = on_request,
	.on_settled = on_settled,
	.on_room = on_room,
	.on_ended = on_ended,
};

void sim_binds_accept(struct sim *sim, int fd, const struct net_addr *peer)
{
	struct sim_bind *b = mem_zalloc(sizeof(*b));

	b->sim = sim;
	sim_fifo_init(&b->ready);
	list_append(&sim->binds->all, &b->link);
	b->session = session_accept(sim->engine.sessions, fd, peer, &sim->session_conf, &ops, b, &sim->session_stats);
	if (!b->session) {
		log_warn("-", "refused reason=too_many_connections");
		list_remove(&b->link);
		mem_free(b);
		return;
	}
	session_secure(b->session, sim->tls_in);
	session_hold(b->session, sim->binds->stalled);
}

bool sim_binds_dial(struct sim *sim, const char *host, int64_t port, bool in)
{
	struct sim_bind *b = mem_zalloc(sizeof(*b));
	struct session *(*make)(struct session_hub *, const char *, int64_t, const struct session_conf *,
				const struct session_ops *, void *, struct session_stats *) =
		in ? session_connect : session_call;

	b->sim = sim;
	b->dialled = true;
	sim_fifo_init(&b->ready);
	b->session = make(sim->engine.sessions, host, port, &sim->session_conf, &ops, b, &sim->session_stats);
	if (!b->session) {
		mem_free(b);
		return false;
	}
	session_secure(b->session, sim->tls_out);
	list_append(&sim->binds->all, &b->link);
	session_hold(b->session, sim->binds->stalled);
	return true;
}

void sim_binds_ready(struct sim *sim, uint32_t i)
{
	struct sim_message *m = sim_pending_at(sim->pending, i);

	if (sim->conf.receipts_on == SIM_ON_SAME) {
		LIST_EACH(node, &sim->binds->all) {
			struct sim_bind *b = LIST_OF(node, struct sim_bind, link);

			if (b->bound && b->receives && session_handle(b->session) == m->bind) {
				sim_fifo_put(sim->pending, &b->ready, i);
				return;
			}
		}
	}
	sim_fifo_put(sim->pending, &sim->binds->peers[m->peer].ready, i);
}

/* Sends one receipt of the queue; false when the bind takes no more. */
static bool send_one(struct sim *sim, struct sim_bind *b, struct sim_fifo *queue)
{
	struct pdu pdu;
	uint32_t i = queue->head;
	bool tlvs = session_peer_version(b->session) >= 0x34;
	int err;

	sim_receipt_fill(sim, sim_pending_at(sim->pending, i), tlvs, &pdu);
	if (session_role(b->session) == SESSION_ESME && pdu.command_id == DELIVER_SM)
		pdu.command_id = SUBMIT_SM;
	err = session_send(b->session, &pdu, i);
	if (err == -EAGAIN || err == -ENOTCONN)
		return false;
	sim_fifo_take(sim->pending, queue);
	if (err == 0) {
		if (sim_pending_at(sim->pending, i)->intermediate)
			sim->counts.intermediates++;
		else
			sim->counts.receipts_sent++;
		return true;
	}
	log_error(session_name(b->session), "receipt_dropped error=%d", -err);
	sim->counts.receipts_dropped++;
	sim_pending_give(sim->pending, i);
	return true;
}

/* At most TURN_MAX receipts to one bind; returns how many. */
static unsigned feed(struct sim *sim, struct sim_bind *b)
{
	struct sim_fifo *peers = &sim->binds->peers[b->peer].ready;
	unsigned sent = 0;

	if (!b->bound || !b->receives || session_room(b->session) == 0)
		return 0;
	while (sent < TURN_MAX && b->ready.count > 0 && send_one(sim, b, &b->ready))
		sent++;
	while (sent < TURN_MAX && peers->count > 0 && send_one(sim, b, peers))
		sent++;
	return sent;
}

static void fire(struct sim *sim, uint32_t i)
{
	if (sim_pending_at(sim->pending, i)->due == SIM_DUE_ANSWER)
		sim_submit_answer(sim, i);
	else
		sim_submit_receipt(sim, i);
}

void sim_binds_pump(struct sim *sim)
{
	int64_t now_ms = loop_now_ms(sim->engine.loop), next;
	unsigned sent;
	uint32_t i;

	while ((i = sim_pending_due(sim->pending, now_ms)) != SIM_NONE)
		fire(sim, i);
	do {
		sent = 0;
		LIST_EACH(node, &sim->binds->all)
			sent += feed(sim, LIST_OF(node, struct sim_bind, link));
	} while (sent > 0);
	next = sim_pending_next(sim->pending);
	if (next != INT64_MAX)
		loop_wake_in(sim->engine.loop, next * 1000 - loop_now_us(sim->engine.loop));
}

struct session *sim_binds_receiver(struct sim *sim)
{
	struct sim_binds *bs = sim->binds;
	struct list *node = bs->last_mo;

	do {
		node = node->next;
		if (node != &bs->all) {
			struct sim_bind *b = LIST_OF(node, struct sim_bind, link);

			if (b->bound && b->receives && session_room(b->session) > 0) {
				bs->last_mo = node;
				return b->session;
			}
		}
	} while (node != bs->last_mo);
	return NULL;
}

/* A session's end only comes later, so the list stays as it is meanwhile. */
static unsigned end_all(struct sim *sim, enum end_reason reason)
{
	unsigned n = 0;

	LIST_EACH_SAFE(node, tmp, &sim->binds->all) {
		session_end(LIST_OF(node, struct sim_bind, link)->session, reason);
		n++;
	}
	return n;
}

unsigned sim_binds_drop(struct sim *sim)
{
	unsigned n = end_all(sim, END_NOT_ALLOWED);

	sim->counts.disconnects += n;
	return n;
}

void sim_binds_drop_one(struct sim *sim, struct sim_bind *b)
{
	sim->counts.disconnects++;
	session_end(b->session, END_NOT_ALLOWED);
}

void sim_binds_stall(struct sim *sim, bool on)
{
	sim->binds->stalled = on;
	LIST_EACH(node, &sim->binds->all)
		session_hold(LIST_OF(node, struct sim_bind, link)->session, on);
}

bool sim_binds_stalled(const struct sim *sim)
{
	return sim->binds->stalled;
}

void sim_binds_unbind(struct sim *sim)
{
	sim_binds_stall(sim, false);
	end_all(sim, END_SHUTDOWN);
}

bool sim_binds_idle(const struct sim *sim)
{
	return list_empty(&sim->binds->all);
}
