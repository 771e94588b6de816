/*
 * bind.c - a carrier's binds: one attempt at a time, reconnect with a growing, jittered pause. Knows no messages.
 */
#include <stdio.h>
#include <string.h>
#include "link/carrier_priv.h"

#define BIND_STEADY_US 10000000 /* a bind up for so long starts the pauses from the beginning */
#define BIND_MOST      200	/* carrier_conf.binds at its highest, as pairs */
#define BIND_ALREADY   5	/* ESME_RALYBND: at least so many first pauses, until the old session may be gone */

/* Refusals that do not heal by trying again soon (smpp.md 5). */
static const struct {
	uint32_t status;
	bool slow; /* the longest pause at once; else BIND_ALREADY first pauses */
	const char *advice;
} refusals[] = {
	{ESME_RINVPASWD, true, "check password"},
	{ESME_RINVSYSID, true, "check system_id"},
	{ESME_RINVSYSTYP, true, "check system_type"},
	{ESME_RALYBND, false, "the carrier still holds the old session, or allows fewer binds than are configured"},
};

static const struct {
	const char *suffix;
	uint32_t command;
} kinds[] = {
	[CARRIER_TRX] = {"", BIND_TRANSCEIVER},
	[CARRIER_TX] = {"tx", BIND_TRANSMITTER},
	[CARRIER_RX] = {"rx", BIND_RECEIVER},
};

static void bind_later(struct carrier *c, int64_t at_least_ms)
{
	bool left = targets_left(&c->targets, c->conf);
	int64_t ms = c->backoff_ms == 0 || left ? c->conf->reconnect : c->backoff_ms * 2;

	if (ms < at_least_ms)
		ms = at_least_ms;
	if (ms > c->conf->reconnect_max)
		ms = c->conf->reconnect_max;
	if (!left || c->backoff_ms == 0)
		c->backoff_ms = ms;
	c->pause_ms = ms;
	if (!c->cs->shutting && !carrier_unwanted(c))
		loop_timer(c->cs->loop, &c->bind_timer, carriers_jitter(c->cs, ms));
}

static void bind_on_open(struct session *s, void *arg)
{
	const struct carrier_bind *b = arg;
	const struct carrier_conf *conf = b->carrier->conf;
	struct pdu pdu = {.command_id = kinds[b->kind].command};

	pdu.bind.system_id = view_of(conf->system_id);
	pdu.bind.password = view_of(conf->password);
	pdu.bind.system_type = view_of(conf->system_type);
	pdu.bind.interface_version = (uint8_t)conf->interface_version;
	pdu.bind.range.addr = view_of(conf->address_range);
	session_bind(s, &pdu);
}

static void bind_on_bound(struct session *s, void *arg)
{
	struct carrier_bind *b = arg;
	struct carrier *c = b->carrier;
	char peer[64], tls[CONN_TLS_INFO];

	net_print(session_peer(s), peer);
	session_tls_info(s, tls);
	log_peer_info(session_name(s), "event=bound type=%s peer=%s version=0x%02x tls=\"%s\"",
		      session_state_name(session_state(s)), peer, session_peer_version(s), tls);
	b->bound = true;
	targets_bound(&c->targets, b->place);
	c->attempt = NULL;
	c->stats.connects++;
	carrier_tell_state(c);
	carrier_wake(c);
	bind_next(c);
	carrier_reload_bound(b);
}

static void bind_on_refused(struct session *s, uint32_t status, void *arg)
{
	struct carrier_bind *b = arg;
	const char *advice = "ask the carrier";

	b->refused = status;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].status == status)
			advice = refusals[i].advice;
	}
	log_peer_error(session_name(s), "event=bind_refused status=%s code=0x%x advice=\"%s\"", status_name(status),
		       status, advice);
}

/* How long to wait at least, after what the carrier answered. */
static int64_t bind_least_ms(const struct carrier *c, uint32_t status)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (refusals[i].status == status && status != ESME_ROK)
			return refusals[i].slow ? c->conf->reconnect_max : BIND_ALREADY * c->conf->reconnect;
	}
	return 0;
}

static void bind_on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct carrier_bind *b = arg;
	struct carrier *c = b->carrier;
	int64_t since = session_since_us(s);
	int64_t up_us = since != 0 ? loop_now_us(c->cs->loop) - since : 0;
	uint32_t refused = b->refused;

	if (b->bound && up_us >= BIND_STEADY_US)
		c->backoff_ms = 0;
	if (!b->bound && reason != END_CONFIG)
		c->stats.bind_failures++;
	if (b->bound && reason != END_CONFIG && reason != END_SHUTDOWN && reason != END_WE_UNBOUND)
		carrier_lost(c, reason);
	if ((b->bound && up_us >= BIND_STEADY_US) || reason == END_CONFIG)
		targets_again(&c->targets);
	else
		targets_failed(&c->targets, b->place);
	if (c->attempt == b)
		c->attempt = NULL;
	b->session = NULL;
	b->bound = false;
	b->refused = ESME_ROK;
	if (c->conf->mode == CARRIER_MODE_CONNECT && !wheel_isset(&c->bind_timer) && c->attempt == NULL)
		bind_later(c, bind_least_ms(c, refused));
	log_peer_info(session_name(s),
		      "event=ended reason=%s up_s=%.1f octets_in=%llu octets_out=%llu error=\"%s\" reconnect_ms=%lld",
		      reason_name(reason), (double)up_us / 1e6, (unsigned long long)session_octets_in(s),
		      (unsigned long long)session_octets_out(s), session_error(s), (long long)c->pause_ms);
	carrier_tell_state(c);
	carrier_reload_ended(b, reason);
}

/* Who bound in to us was judged at the door, and does not bind again; kept so that no callback is missing. */
static uint32_t bind_on_bind(struct session *s, const struct pdu *bind, void *arg)
{
	(void)s;
	(void)bind;
	(void)arg;
	return ESME_RALYBND;
}

static void bind_on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	struct carrier *c = ((struct carrier_bind *)arg)->carrier;
	struct pdu heard;

	if (session_role(s) == SESSION_SMSC) {
		heard = *pdu;
		pdu = &heard;
		if (!accept_hears(s, &heard))
			return;
	}
	if (pdu->command_id == ALERT_NOTIFICATION)
		c->stats.alerts_in++;
	else
		c->stats.deliver_in++;
	c->cs->ops->on_request(c, s, pdu, c->cs->arg);
}

static void bind_on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			    int64_t sent_us, void *arg)
{
	struct carrier_bind *b = arg;

	(void)s;
	pump_settled(b->carrier, cookie, outcome, resp, sent_us);
	carrier_reload_settled(b);
}

static void bind_on_room(struct session *s, void *arg)
{
	struct carrier *c = ((struct carrier_bind *)arg)->carrier;

	(void)s;
	if (c->hungry)
		carrier_wake(c);
}

const struct session_ops bind_session_ops = {
	.on_bind = bind_on_bind,
	.on_open = bind_on_open,
	.on_bound = bind_on_bound,
	.on_refused = bind_on_refused,
	.on_request = bind_on_request,
	.on_settled = bind_on_settled,
	.on_room = bind_on_room,
	.on_ended = bind_on_ended,
};

static struct carrier_bind *bind_wanted(struct carrier *c)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		struct carrier_bind *b = &c->binds[(c->bind_next + i) % c->nbinds];
		if (b->session == NULL && !b->leaving) {
			c->bind_next = (size_t)(b - c->binds) + 1;
			return b;
		}
	}
	return NULL;
}

void bind_next(struct carrier *c)
{
	char host[256];
	bool now = c->conf->mode == CARRIER_MODE_CONNECT && !carrier_unwanted(c) && c->cs->started && !c->cs->shutting;

	if (!now || c->attempt != NULL || wheel_isset(&c->bind_timer))
		return;
	struct carrier_bind *b = bind_wanted(c);
	if (b == NULL)
		return;
	if (!carrier_tls_ready(c)) {
		c->stats.bind_failures++;
		bind_later(c, 0);
		return;
	}
	b->place = targets_pick(&c->targets, c->conf, b->number);
	int64_t port = targets_at(c->conf, b->place, host);
	b->session =
		session_connect(c->cs->sessions, host, port, &c->sessions, &bind_session_ops, b, &c->stats.session);
	if (b->session == NULL) {
		log_error(c->conf->name, "event=no_room_for_bind advice=\"raise limits.max_connections\"");
		c->stats.bind_failures++;
		bind_later(c, 0);
		return;
	}
	session_secure(b->session, c->tls);
	bind_name(b);
	c->attempt = b;
}

void bind_name(struct carrier_bind *b)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/%u%s", b->carrier->conf->name, b->number, kinds[b->kind].suffix);
	session_set_name(b->session, name);
}

static void bind_on_timer(struct timer *t)
{
	bind_next(LIST_OF(t, struct carrier, bind_timer));
}

size_t bind_count(const struct carrier_conf *conf)
{
	return (size_t)conf->binds * (conf->bind == CARRIER_BIND_PAIR ? 2 : 1);
}

void bind_dress(struct carrier *c, size_t i)
{
	bool pairs = c->conf->bind == CARRIER_BIND_PAIR;

	c->binds[i].number = (unsigned)(pairs ? i / 2 : i) + 1;
	/* of a carrier that comes to us it is set when it comes */
	c->binds[i].kind = !pairs ? CARRIER_TRX : i % 2 == 0 ? CARRIER_TX : CARRIER_RX;
}

void bind_init(struct carrier *c)
{
	/* as many as there can be: their sessions know them by address, and a reload may want more */
	c->binds = mem_zalloc(BIND_MOST * sizeof(*c->binds));
	c->nbinds = c->wanted = bind_count(c->conf);
	c->bind_timer.fn = bind_on_timer;
	for (size_t i = 0; i < BIND_MOST; i++) {
		c->binds[i].carrier = c;
		bind_dress(c, i);
	}
}

void bind_free(struct carrier *c)
{
	loop_timer_clear(c->cs->loop, &c->bind_timer);
	mem_free(c->binds);
}
