/*
 * session.c - the life of a session: creation, bind, requests out, answers out, unbind, end. What comes in is
 * session_in.c's, deadlines are session_time.c's. Knows no accounts, carriers or messages.
 */
#include "link/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "link/session_priv.h"

#define SESSION_BODY_MAX 512u /* octets of any PDU without its TLVs and lists */
#define SESSION_VERSION	 0x34u

static void session_on_connected(void *arg);
static void session_on_tried(void *arg, const struct net_addr *address, const char *why);
static bool session_on_closed(void *arg, enum end_reason reason);
static void session_on_drained(void *arg);

static const struct conn_ops session_conn_ops = {
	.on_connected = session_on_connected,
	.on_tried = session_on_tried,
	.on_input = session_in_octets,
	.on_closed = session_on_closed,
	.on_drained = session_on_drained,
};

struct session_hub *session_hub_new(struct loop *loop, struct conn_hub *conns, uint32_t max_sessions)
{
	struct session_hub *hub = mem_zalloc(sizeof(*hub));

	hub->loop = loop;
	hub->conns = conns;
	hub->pool = pool_new(sizeof(struct session), max_sessions);
	hub->tap = tap_new(loop, &hub->tapped);
	return hub;
}

void session_hub_free(struct session_hub *hub)
{
	if (hub == NULL)
		return;
	tap_free(hub->tap);
	pool_free(hub->pool);
	mem_free(hub);
}

struct session *session_get(const struct session_hub *hub, uint64_t handle)
{
	struct session *s = pool_get(hub->pool, handle);

	return s != NULL && s->state != SESSION_ENDING ? s : NULL;
}

uint64_t session_handle(const struct session *s)
{
	return s->handle;
}

static struct session *session_new(struct session_hub *hub, const struct session_conf *conf,
				   const struct session_ops *ops, void *arg, struct session_stats *stats)
{
	uint64_t handle;
	struct session *s = pool_take(hub->pool, &handle);

	if (s == NULL)
		return NULL;
	s->hub = hub;
	s->handle = handle;
	s->conf = conf;
	s->ops = ops;
	s->arg = arg;
	s->stats = stats;
	s->timer.fn = session_time_fire;
	list_init(&s->keeping);
	s->armed_us = INT64_MAX;
	s->peer_version = SESSION_VERSION;
	s->bind_until_us = loop_now_us(hub->loop) + conf->bind_ms * SESSION_US_PER_MS;
	return s;
}

struct session *session_accept(struct session_hub *hub, int fd, const struct net_addr *peer,
			       const struct session_conf *conf, const struct session_ops *ops, void *arg,
			       struct session_stats *stats)
{
	struct session *s = session_new(hub, conf, ops, arg, stats);

	if (s == NULL) {
		conn_refuse(hub->conns, fd);
		return NULL;
	}
	s->role = SESSION_SMSC;
	s->state = SESSION_OPEN;
	net_print(peer, s->name);
	s->conn = conn_accepted(hub->conns, fd, peer, &session_conn_ops, s);
	session_time_arm(s);
	return s;
}

static struct session *session_dial(struct session *s, enum session_role role, const char *host, int64_t port)
{
	if (s == NULL)
		return NULL;
	s->role = role;
	s->state = SESSION_CONNECTING;
	snprintf(s->name, sizeof(s->name), "%s:%lld", host, (long long)port);
	int64_t ms = s->conf->connect_ms > 0 ? s->conf->connect_ms : s->conf->bind_ms;
	s->conn = conn_connect(s->hub->conns, host, port, ms, &session_conn_ops, s);
	return s;
}

struct session *session_connect(struct session_hub *hub, const char *host, int64_t port,
				const struct session_conf *conf, const struct session_ops *ops, void *arg,
				struct session_stats *stats)
{
	return session_dial(session_new(hub, conf, ops, arg, stats), SESSION_ESME, host, port);
}

struct session *session_call(struct session_hub *hub, const char *host, int64_t port, const struct session_conf *conf,
			     const struct session_ops *ops, void *arg, struct session_stats *stats)
{
	return session_dial(session_new(hub, conf, ops, arg, stats), SESSION_SMSC, host, port);
}

void session_secure(struct session *s, struct tls_context *tls)
{
	conn_secure(s->conn, tls);
}

void session_adopt(struct session *s, const struct session_conf *conf, const struct session_ops *ops, void *arg,
		   struct session_stats *stats)
{
	s->conf = conf;
	s->ops = ops;
	s->arg = arg;
	s->stats = stats;
}

struct window *session_window(struct session *s)
{
	if (s->out == NULL)
		s->out = window_new(s->conf->window_out);
	return s->out;
}

/* The end. */

void session_close(struct session *s, enum end_reason reason)
{
	if (s->state != SESSION_ENDING)
		s->state = SESSION_ENDING;
	conn_close(s->conn, reason);
}

void session_abort(struct session *s, enum end_reason reason)
{
	session_close(s, reason);
}

void session_finish(struct session *s, enum end_reason reason)
{
	if (s->state == SESSION_ENDING)
		return;
	session_release(s);
	s->state = SESSION_ENDING;
	conn_finish(s->conn, reason);
}

/* Tells what was outstanding that it is lost, oldest first, until the turn is long; true: all of it. */
static bool session_tell_lost(struct session *s)
{
	uint64_t cookie;

	for (unsigned told = 0; s->out != NULL && window_used(s->out) > 0; told++) {
		if (told >= SESSION_TOLD_LEAST && loop_is_long(s->hub->loop))
			return false;
		if (!window_drain(s->out, &cookie))
			break;
		s->ops->on_settled(s, cookie, SESSION_LOST, NULL, 0, s->arg);
	}
	return true;
}

static bool session_on_closed(void *arg, enum end_reason reason)
{
	struct session *s = arg;

	/* after our unbind a peer may simply close */
	if (s->unbind_sequence != 0 && (reason == END_PEER_CLOSED || reason == END_IO_ERROR))
		reason = s->end_reason;
	s->state = SESSION_ENDING;
	loop_timer_clear(s->hub->loop, &s->timer);
	if (!session_tell_lost(s))
		return false;
	s->stats->ended[reason]++;
	s->ops->on_ended(s, reason, s->arg);
	session_release(s);
	buf_free(&s->kept);
	window_free(s->out);
	pool_give(s->hub->pool, s->handle);
	return true;
}

static bool session_unbinds_for(enum end_reason reason)
{
	return reason == END_WE_UNBOUND || reason == END_CONFIG || reason == END_SHUTDOWN;
}

void session_end(struct session *s, enum end_reason reason)
{
	if (s->state == SESSION_ENDING || (s->leaving && session_unbinds_for(reason)))
		return;
	if (!session_unbinds_for(reason) || !session_is_bound(s)) {
		if (s->state != SESSION_UNBINDING || !session_unbinds_for(reason))
			session_close(s, reason);
		return;
	}
	s->leaving = true;
	s->end_reason = reason;
	s->leave_until_us = session_now(s) + SESSION_LEAVE_US;
	session_answered(s);
	session_time_arm(s);
}

void session_send_unbind(struct session *s)
{
	s->leaving = false;
	s->state = SESSION_UNBINDING;
	s->leave_until_us = session_now(s) + SESSION_LEAVE_US;
	s->unbind_sequence = window_number(session_window(s));
	session_put_header(s, UNBIND, ESME_ROK, s->unbind_sequence);
	session_time_arm(s);
}

/* All answers are out, and in when we are the one who leaves: the unbind or its answer may follow. */
static void session_try_unbind(struct session *s)
{
	if (s->state == SESSION_ENDING || s->unanswered > 0)
		return;
	if (s->peer_unbinds) {
		session_put_header(s, UNBIND | COMMAND_RESP, ESME_ROK, s->peer_unbind_sequence);
		session_finish(s, END_PEER_UNBOUND);
	} else if (s->leaving && session_outstanding(s) == 0) {
		session_send_unbind(s);
	}
}

void session_answered(struct session *s)
{
	if ((s->holds & HOLD_WINDOW) != 0 && s->unanswered < s->conf->window_in)
		session_set_hold(s, HOLD_WINDOW, false);
	if (s->peer_unbinds || s->leaving) {
		session_release(s);
		session_try_unbind(s);
	}
}

/* Output. */

void session_filled(struct session *s, const uint8_t *room, size_t n)
{
	session_tap(s, true, room, n);
	conn_filled(s->conn, n);
	s->stats->pdus_out++;
}

void session_put_header(struct session *s, uint32_t command_id, uint32_t status, uint32_t sequence)
{
	uint8_t *room = conn_room(s->conn, PDU_HEADER);

	if (room == NULL) {
		session_close(s, END_SLOW_READER);
		return;
	}
	pdu_header(room, command_id, status, sequence);
	session_filled(s, room, PDU_HEADER);
}

/* At least what pdu takes. */
static size_t session_bound_of(const struct pdu *pdu)
{
	size_t n = SESSION_BODY_MAX + pdu->tlvs.n;

	if ((pdu->command_id & ~COMMAND_RESP) == SUBMIT_MULTI)
		n += (pdu->command_id & COMMAND_RESP) != 0 ? pdu->multi_resp.unsuccess.n : pdu->sm.dests.n;
	return n;
}

int session_send(struct session *s, struct pdu *pdu, uint64_t cookie)
{
	size_t bound = session_bound_of(pdu);

	if (!session_can_send(s))
		return -ENOTCONN;
	if (bound > s->conf->max_pdu + SESSION_BODY_MAX)
		return -EMSGSIZE;
	struct window *out = session_window(s);
	uint8_t *room = window_room(out) > 0 ? conn_room(s->conn, bound) : NULL;
	if (room == NULL) {
		s->stats->window_full++;
		s->blocked = true;
		return -EAGAIN;
	}
	int64_t now = session_now(s);
	pdu->sequence = window_take(out, cookie, now);
	size_t n = pdu_encode(pdu, room, bound);
	if (n == 0 || n > s->conf->max_pdu) {
		window_untake(out, pdu->sequence);
		return -EMSGSIZE;
	}
	session_filled(s, room, n);
	if (s->armed_us > now + s->conf->response_ms * SESSION_US_PER_MS)
		session_time_arm(s);
	return 0;
}

int session_tell(struct session *s, struct pdu *pdu)
{
	size_t bound = session_bound_of(pdu);

	if (!session_can_send(s))
		return -ENOTCONN;
	uint8_t *room = conn_room(s->conn, bound);
	if (room == NULL)
		return -EAGAIN;
	pdu->sequence = window_number(session_window(s));
	size_t n = pdu_encode(pdu, room, bound);
	if (n == 0 || n > s->conf->max_pdu)
		return -EMSGSIZE;
	session_filled(s, room, n);
	return 0;
}

bool session_can_tell(const struct session *s)
{
	return session_can_send(s) && conn_free(s->conn) >= s->conf->max_pdu + 2 * SESSION_BODY_MAX + buf_len(&s->kept);
}

uint32_t session_room(const struct session *s)
{
	uint32_t room = s->out != NULL ? window_room(s->out) : s->conf->window_out;

	return room > 0 && session_can_tell(s) ? room : 0; /* a full window is what it mostly ends at */
}

void session_set_window(struct session *s, uint32_t window)
{
	window_resize(session_window(s), window);
	session_offer_room(s);
}

uint32_t session_outstanding(const struct session *s)
{
	return s->out != NULL ? window_used(s->out) : 0;
}

int64_t session_oldest_us(const struct session *s)
{
	return s->out != NULL ? window_oldest_us(s->out) : INT64_MAX;
}

void session_want_room(struct session *s)
{
	s->blocked = true;
}

void session_offer_room(struct session *s)
{
	if (!s->blocked || session_room(s) == 0)
		return;
	s->blocked = false;
	s->ops->on_room(s, s->arg);
}

static void session_on_drained(void *arg)
{
	session_offer_room(arg);
}

static inline void session_put_pdu(struct session *s, const struct pdu *resp)
{
	size_t bound = session_bound_of(resp);
	uint8_t *room = conn_room(s->conn, bound);

	if (room == NULL) {
		session_close(s, END_SLOW_READER);
		return;
	}
	size_t n = pdu_encode(resp, room, bound);
	if (n == 0) { /* an answer must go out: a fault of ours must not leave the peer waiting */
		log_peer_error(s->name, "event=unencodable_answer command=%s", command_name(resp->command_id));
		pdu_header(room, resp->command_id, ESME_RSYSERR, resp->sequence);
		n = PDU_HEADER;
	}
	session_filled(s, room, n);
}

void session_answer_pdu(struct session *s, const struct pdu *resp)
{
	if (s->state == SESSION_ENDING)
		return;
	if (s->conf->keeper == NULL || !session_keep(s, resp, session_bound_of(resp)))
		session_put_pdu(s, resp);
	if (s->unanswered > 0)
		s->unanswered--;
	session_answered(s);
}

void session_answer(struct session *s, uint32_t command_id, uint32_t sequence, uint32_t status, struct view id,
		    struct view tlvs)
{
	struct pdu resp = {.command_id = command_id | COMMAND_RESP, .command_status = status, .sequence = sequence};

	resp.resp.id = id;
	resp.tlvs = tlvs;
	session_answer_pdu(s, &resp);
}

void session_send_enquire(struct session *s)
{
	s->enquire_us = session_now(s);
	s->enquire_sequence = window_number(session_window(s));
	session_put_header(s, ENQUIRE_LINK, ESME_ROK, s->enquire_sequence);
}

void session_probe(struct session *s, int64_t ms)
{
	if (!session_is_bound(s) || session_probing(s))
		return;
	s->probe_until_us = session_now(s) + ms * SESSION_US_PER_MS;
	session_send_enquire(s);
	session_time_arm(s);
}

bool session_probing(const struct session *s)
{
	return s->state != SESSION_ENDING && s->probe_until_us != 0;
}

void session_set_hold(struct session *s, unsigned bit, bool on)
{
	uint8_t before = s->holds;

	s->holds = (uint8_t)(on ? before | bit : before & ~bit);
	if ((before != 0) == (s->holds != 0) || s->state == SESSION_ENDING)
		return;
	if (!on) { /* its octets may have waited: it cannot be called silent */
		s->life_us = session_now(s);
		s->enquire_us = s->probe_until_us = 0;
	}
	conn_hold(s->conn, s->holds != 0);
	if (!on)
		session_time_arm(s);
}

/* Connection and bind. */

static void session_on_connected(void *arg)
{
	struct session *s = arg;

	if (s->state == SESSION_ENDING)
		return;
	s->state = SESSION_OPEN;
	s->bind_until_us = session_now(s) + s->conf->bind_ms * SESSION_US_PER_MS;
	session_time_arm(s);
	s->ops->on_open(s, s->arg);
}

static void session_on_tried(void *arg, const struct net_addr *address, const char *why)
{
	const struct session *s = arg;
	char text[64];

	net_print(address, text);
	log_peer_warn(s->name, "event=address_failed address=%s error=\"%s\"", text, why);
}

static enum session_state session_bind_state(uint32_t command_id)
{
	switch (command_id & ~COMMAND_RESP) {
	case BIND_TRANSMITTER:
		return SESSION_BOUND_TX;
	case BIND_RECEIVER:
		return SESSION_BOUND_RX;
	default:
		return SESSION_BOUND_TRX;
	}
}

/* The first PDU of a connection that we made; sets its sequence. False: the session ends, or has ended. */
static bool session_put_first(struct session *s, struct pdu *pdu)
{
	uint8_t *room = conn_room(s->conn, SESSION_BODY_MAX);

	if (s->state != SESSION_OPEN || room == NULL)
		return false;
	pdu->sequence = window_number(session_window(s));
	size_t n = pdu_encode(pdu, room, SESSION_BODY_MAX);
	if (n == 0) {
		log_error(s->name,
			  "event=unencodable command=%s advice=\"system_id, password, system_type or address_range is "
			  "too long\"",
			  command_name(pdu->command_id));
		session_close(s, END_CONFIG);
		return false;
	}
	session_filled(s, room, n);
	s->spoken = true;
	return true;
}

void session_turn(struct session *s)
{
	s->role = SESSION_ESME;
	s->bind_until_us = session_now(s) + s->conf->bind_ms * SESSION_US_PER_MS;
	session_time_arm(s);
}

void session_bind(struct session *s, const struct pdu *bind)
{
	struct pdu pdu = *bind;

	if (!session_put_first(s, &pdu))
		return;
	s->bind_command = bind->command_id;
	s->bind_sequence = pdu.sequence;
	s->state = SESSION_BINDING;
}

void session_outbind(struct session *s, const char *system_id, const char *password)
{
	struct pdu pdu = {.command_id = OUTBIND};

	pdu.outbind.system_id = view_of(system_id);
	pdu.outbind.password = view_of(password);
	(void)session_put_first(s, &pdu);
}

void session_become_bound(struct session *s, uint8_t version)
{
	s->state = session_bind_state(s->bind_command);
	s->bound_us = session_now(s);
	s->peer_version = version >= SESSION_VERSION ? version : SESSION_VERSION - 1;
	s->refused = false;
	session_time_arm(s);
}

void session_answer_bind(struct session *s, uint32_t status)
{
	uint8_t area[8];
	struct tlv_out tlvs = {.p = area, .cap = sizeof(area)};

	if (s->state != SESSION_OPEN)
		return;
	if (status != ESME_ROK) {
		s->refused = true;
		s->refused_until_us = session_now(s) + SESSION_REFUSED_US;
		session_put_header(s, s->bind_command | COMMAND_RESP, status, s->bind_sequence);
		session_time_arm(s);
		return;
	}
	if (s->peer_version >= SESSION_VERSION)
		tlv_put_int(&tlvs, TLV_SC_INTERFACE_VERSION, SESSION_VERSION, 1);
	struct pdu resp = {.command_id = s->bind_command | COMMAND_RESP, .sequence = s->bind_sequence};
	resp.resp.id = view_of(s->system_id);
	resp.tlvs = (struct view){tlvs.n > 0 ? area : NULL, tlvs.n};
	session_put_pdu(s, &resp);
	if (s->state == SESSION_ENDING)
		return;
	session_become_bound(s, s->peer_version);
	s->ops->on_bound(s, s->arg);
}

void session_judge(struct session *s, uint32_t status)
{
	if (s->state != SESSION_OPEN || (s->holds & HOLD_JUDGE) == 0)
		return;
	session_answer_bind(s, status);
	session_set_hold(s, HOLD_JUDGE, false);
}

void session_set_system_id(struct session *s, const char *system_id)
{
	snprintf(s->system_id, sizeof(s->system_id), "%s", system_id);
}

void session_set_peer_version(struct session *s, uint8_t version)
{
	s->peer_version = version >= SESSION_VERSION ? version : SESSION_VERSION - 1;
}

void session_hold(struct session *s, bool hold)
{
	session_set_hold(s, HOLD_OWNER, hold);
}

/* Questions. */

enum session_role session_role(const struct session *s)
{
	return s->role;
}

enum session_state session_state(const struct session *s)
{
	return s->state;
}

const char *session_state_name(enum session_state st)
{
	static const char *const names[] = {
		[SESSION_CONNECTING] = "connecting", [SESSION_OPEN] = "open",
		[SESSION_BINDING] = "binding",	     [SESSION_BOUND_TX] = "transmitter",
		[SESSION_BOUND_RX] = "receiver",     [SESSION_BOUND_TRX] = "transceiver",
		[SESSION_UNBINDING] = "unbinding",   [SESSION_ENDING] = "ending",
	};

	return (unsigned)st < sizeof(names) / sizeof(names[0]) ? names[st] : "unknown";
}

bool session_can_send(const struct session *s)
{
	if (s->leaving || !session_is_bound(s))
		return false;
	return s->state != (s->role == SESSION_ESME ? SESSION_BOUND_RX : SESSION_BOUND_TX);
}

uint8_t session_peer_version(const struct session *s)
{
	return s->peer_version;
}

const struct net_addr *session_peer(const struct session *s)
{
	return conn_peer(s->conn);
}

int64_t session_since_us(const struct session *s)
{
	return s->bound_us;
}

int64_t session_idle_us(const struct session *s)
{
	return session_now(s) - conn_last_input_us(s->conn);
}

const char *session_name(const struct session *s)
{
	return s->name;
}

void session_set_name(struct session *s, const char *name)
{
	snprintf(s->name, sizeof(s->name), "%s", name);
}

const char *session_error(const struct session *s)
{
	return conn_error(s->conn);
}

void session_tls_info(const struct session *s, char out[CONN_TLS_INFO])
{
	conn_tls_info(s->conn, out);
}

bool session_is_secure(const struct session *s)
{
	return conn_is_secure(s->conn);
}

bool session_peer_named(const struct session *s, const char *name)
{
	return conn_peer_named(s->conn, name);
}

uint64_t session_octets_in(const struct session *s)
{
	return conn_octets_in(s->conn);
}

uint64_t session_octets_out(const struct session *s)
{
	return conn_octets_out(s->conn);
}

uint32_t session_unanswered(const struct session *s)
{
	return s->unanswered;
}
