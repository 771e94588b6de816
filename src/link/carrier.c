/*
 * carrier.c - the carriers: their table, options, counters and state. Binds are bind.c's, the pace is pace.c's, sending
 * is pump.c's. Knows no messages.
 */
#include "link/carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "link/accept.h"
#include "link/account.h"
#include "link/carrier_priv.h"
#include "link/rows.h"
#include "link/targets.h"

static const char *const mode_choices[] = {"connect", "accept", "outbind", NULL};
static const char *const bind_choices[] = {"transceiver", "pair", "receiver", "auto", NULL};
static const char *const accept_id_choices[] = {"theirs", "ours", NULL};
static const char *const dcs0_choices[] = {"gsm7", "latin1", "ascii", "utf8", "ucs2", "binary", "gbk", NULL};
static const char *const encoding_choices[] = {"as_is", "ucs2", "gbk", "gsm7", "utf8", NULL};
static const char *const tlv_choices[] = {"auto", "yes", "no", NULL};
static const char *const receipt_id_choices[] = {"learn", "text", "hex_resp_dec_dlr", "dec_resp_hex_dlr", NULL};
static const char *const long_choices[] = {"udh8", "udh16", "sar", "payload", NULL};

static const char *const submit_choices[] = {"submit_sm", "data_sm", NULL};

#define CARRIER_WINDOW_IN 100u /* of a carrier whose window sizes itself */

#define AT(member) offsetof(struct carrier_conf, member)

const struct conf_row carrier_rows[] = {
	{"name", CONF_STRING, AT(name), "", 1, 31, NULL, true, "The carrier's name in routes, logs and counters.",
	 NULL},
	{"mode", CONF_CHOICE, AT(mode), "", 0, 0, "connect", true,
	 "Who begins: we connect and bind, it binds in to us as an ESME, or it calls with outbind and we bind.",
	 mode_choices},
	{"host", CONF_STRING, AT(host), "", 0, 255, "", true,
	 "Name or address of the carrier's SMSC; mode connect needs it, or addresses.", NULL},
	{"port", CONF_INT, AT(port), "", 1, 65535, "2775", true, "Its TCP port.", NULL},
	{"addresses", CONF_LIST, AT(addresses), "", 0, TARGETS_MAX, "", true,
	 "Its addresses instead of host and port, \"host:port\" or \"[IPv6]:port\", in order of preference: after a "
	 "failure the next one is tried.",
	 NULL},
	{"spread", CONF_BOOL, AT(spread), "", 0, 0, "false", true,
	 "Whether binds begin at different addresses: the second bind at the second, and so on.", NULL},
	{"system_id", CONF_STRING, AT(system_id), "", 0, 15, NULL, true,
	 "The name that we bind with; mode accept: that it binds with.", NULL},
	{"password", CONF_SECRET, AT(password), "", 0, AUTH_PASSWORD_MAX, "", true,
	 "Our password there; mode accept: its password here, plain or as a crypt(3) hash (begins with $).", NULL},
	{"allow", CONF_LIST, AT(allow), "", 0, 1000, "", true,
	 "Modes accept and outbind: addresses and networks (CIDR) that it may come from; empty: every address.", NULL},
	{"outbind_system_id", CONF_STRING, AT(outbind_system_id), "", 0, 15, "", true,
	 "Mode outbind: the system_id that its outbind must say.", NULL},
	{"outbind_password", CONF_SECRET, AT(outbind_password), "", 0, 8, "", true,
	 "Mode outbind: the password that its outbind must say.", NULL},
	{"accept_id", CONF_CHOICE, AT(accept_id), "", 0, 0, "theirs", true,
	 "Mode accept: its receipts quote the message_id of its own deliver_sm_resp, or ours, which our deliver_sm has "
	 "in receipted_message_id.",
	 accept_id_choices},
	{"ack_final", CONF_BOOL, AT(ack_final), "", 0, 0, "false", true,
	 "It sends no receipts: its good response is the end of a message, DELIVRD.", NULL},
	{"system_type", CONF_STRING, AT(system_type), "", 0, 12, "", true, "system_type of our bind.", NULL},
	{"address_range", CONF_STRING, AT(address_range), "", 0, 40, "", true, "address_range of our bind.", NULL},
	{"bind", CONF_CHOICE, AT(bind), "", 0, 0, "auto", true,
	 "One transceiver per bind, a pair of transmitter and receiver, or a receiver; auto: transceiver, in mode "
	 "outbind receiver.",
	 bind_choices},
	{"binds", CONF_INT, AT(binds), "", 1, 100, "1", true, "How many binds (a pair counts as one).", NULL},
	{"window", CONF_INT, AT(window), "PDUs", 0, 10000, "100", true,
	 "Unanswered requests per bind, each way; 0: sized by tps and the latency of answers, 10 to 1000.", NULL},
	{"tps", CONF_INT, AT(tps), "messages/s", 0, 1000000, "0", true,
	 "Agreed messages a second over all binds; 0: no limit.", NULL},
	{"burst", CONF_INT, AT(burst), "messages", 0, 1000000, "0", true,
	 "How many may leave at once above tps; 0: a hundredth of tps.", NULL},
	{"enquire_link", CONF_INT, AT(enquire_link), "ms", 100, 3600000, "30000", true,
	 "Silence after which we send enquire_link.", NULL},
	{"response_timeout", CONF_INT, AT(response_timeout), "ms", 100, 3600000, "30000", true,
	 "How long an answer is waited for.", NULL},
	{"bind_timeout", CONF_INT, AT(bind_timeout), "ms", 100, 600000, "15000", true,
	 "How long connecting, and the answer to our bind, may take.", NULL},
	{"connect_timeout", CONF_INT, AT(connect_timeout), "ms", 100, 600000, "10000", true,
	 "How long connecting to one of addresses may take, its name and TLS included; bind_timeout where that is "
	 "shorter.",
	 NULL},
	{"reconnect", CONF_INT, AT(reconnect), "ms", 10, 3600000, "1000", true,
	 "The first pause before another attempt; it doubles.", NULL},
	{"reconnect_max", CONF_INT, AT(reconnect_max), "ms", 10, 3600000, "60000", true,
	 "The longest pause before another attempt.", NULL},
	{"pause", CONF_INT, AT(pause), "ms", 10, 600000, "1000", true,
	 "The first pause after the carrier said that we are too fast; it doubles.", NULL},
	{"pause_max", CONF_INT, AT(pause_max), "ms", 10, 600000, "30000", true, "The longest such pause.", NULL},
	{"decrease", CONF_INT, AT(decrease), "percent", 10, 95, "70", true,
	 "Of what went well in a second: the rate after the carrier said that we are too fast.", NULL},
	{"increase", CONF_INT, AT(increase), "percent", 1, 100, "5", true,
	 "Of tps: how much the rate grows each second until it is tps again.", NULL},
	{"interface_version", CONF_INT, AT(interface_version), "", 0, 255, "52", true,
	 "interface_version of our bind: 52 is SMPP 3.4, 51 is 3.3.", NULL},
	{"dcs0", CONF_CHOICE, AT(dcs0), "", 0, 0, "gsm7", true, "The alphabet of data_coding 0 with this carrier.",
	 dcs0_choices},
	{"encoding", CONF_CHOICE, AT(encoding), "", 0, 0, "as_is", true,
	 "What texts leave as: data_coding 0 converted where the account's dcs0 differs; all as data_coding 8; as 15 "
	 "(GBK), or as 0 (gsm7, utf8: dcs0 must be it), where that has every character, else 8.",
	 encoding_choices},
	{"relay_tlvs", CONF_LIST, AT(relay_tlvs), "", 0, 200, "", true,
	 "Optional parameters, by name or tag (\"0x1403\"), that pass between it and apps; empty: all that SMPP has.",
	 NULL},
	{"source_ton", CONF_INT, AT(source_ton), "", -1, 255, "-1", true,
	 "TON of the source that it gets; -1: as the app said.", NULL},
	{"source_npi", CONF_INT, AT(source_npi), "", -1, 255, "-1", true, "NPI of the source.", NULL},
	{"dest_ton", CONF_INT, AT(dest_ton), "", -1, 255, "-1", true,
	 "TON of the destination that it gets; -1: as the app said.", NULL},
	{"dest_npi", CONF_INT, AT(dest_npi), "", -1, 255, "-1", true, "NPI of the destination.", NULL},
	{"source_rewrite", CONF_LIST, AT(source_rewrite), "", 0, 100, "", true,
	 "Rules \"106=>86106\": how sources begin for it; the first that fits counts, and back in what it sends.",
	 NULL},
	{"dest_rewrite", CONF_LIST, AT(dest_rewrite), "", 0, 100, "", true,
	 "Rules \"86=>0086\" for numbers in international form; the first that fits counts, and back in what it sends.",
	 NULL},
	{"send_tlv", CONF_CHOICE, AT(send_tlv), "", 0, 0, "yes", true,
	 "Send optional parameters; auto: only if its bind response had sc_interface_version.", tlv_choices},
	{"receipt_id", CONF_CHOICE, AT(receipt_id), "", 0, 0, "learn", true,
	 "How the id in its receipts relates to the one in its submit_sm_resp.", receipt_id_choices},
	{"receipt_by_text", CONF_BOOL, AT(receipt_by_text), "", 0, 0, "false", true,
	 "A deliver_sm whose text reads like a receipt is one, whatever its esm_class says.", NULL},
	{"acceptd_final", CONF_BOOL, AT(acceptd_final), "", 0, 0, "false", true,
	 "Its receipt ACCEPTD is the last one for a message.", NULL},
	{"unknown_final", CONF_BOOL, AT(unknown_final), "", 0, 0, "true", true,
	 "Its receipt UNKNOWN is the last one for a message.", NULL},
	{"success", CONF_LIST, AT(success), "", 0, 100, "", true,
	 "Words in stat of its receipts that mean delivered, besides DELIVRD.", NULL},
	{"ack_receipts", CONF_BOOL, AT(ack_receipts), "", 0, 0, "false", true,
	 "Its deliver_sm with esm_class 0x08 (delivery acknowledgement) are receipts.", NULL},
	{"zone", CONF_INT, AT(zone), "min", -720, 720, "480", true, "Minutes east of UTC for dates in its receipts.",
	 NULL},
	{"long_mode", CONF_CHOICE, AT(long_mode), "", 0, 0, "udh8", true, "How parts of long texts are marked.",
	 long_choices},
	{"throttled", CONF_LIST, AT(throttled), "", 0, 100, "[ \"0x58\", \"0x14\" ]", true,
	 "Statuses that mean: slow down.", NULL},
	{"max_queued", CONF_INT, AT(max_queued), "messages", 0, 100000000, "0", true,
	 "Most messages that wait for this carrier; over it submits that would go by it get ESME_RMSGQFUL; 0: no "
	 "limit.",
	 NULL},
	{"price", CONF_INT, AT(price), "yuan/1000", 0, 1000000, "0", true, "What it takes for one part.", NULL},
	{"submit", CONF_CHOICE, AT(submit), "", 0, 0, "submit_sm", true, "The PDU that messages leave with.",
	 submit_choices},
	{"tls.enable", CONF_BOOL, AT(tls.enable), "", 0, 0, "false", true,
	 "Whether we speak TLS with it; of a carrier that comes to us: whether it must.", NULL},
	{"tls.ca", CONF_STRING, AT(tls.ca), "", 0, 1000, "", true,
	 "PEM file: its certificate must be signed by one of these; empty: by one that the system trusts.", NULL},
	{"tls.crl", CONF_STRING, AT(tls.crl), "", 0, 1000, "", true,
	 "PEM file with revocation lists of who signs its certificate: one that is revoked is refused; empty: none.",
	 NULL},
	{"tls.name", CONF_STRING, AT(tls.name), "", 0, 255, "", true,
	 "The name that its certificate must carry, sent as SNI; empty: host; with addresses it is needed.", NULL},
	{"tls.verify", CONF_BOOL, AT(tls.verify), "", 0, 0, "true", true,
	 "Whether its certificate is verified; without it whoever is on the way can pose as the carrier.", NULL},
	{"tls.certificate", CONF_PATH, AT(tls.certificate), "", 0, 1000, "", true,
	 "PEM file with our client certificate and its chain; empty: none.", NULL},
	{"tls.key", CONF_PATH, AT(tls.key), "", 0, 1000, "", true,
	 "PEM file with its private key, without a password; empty: it stands in tls.certificate.", NULL},
	{"tls.min_version", CONF_CHOICE, AT(tls.min_version), "", 0, 0, "1.2", true, "The oldest TLS that is spoken.",
	 tls_versions},
	{NULL, CONF_INT, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

#undef AT

#define COUNT(member, help)                                                                                            \
	{                                                                                                              \
		"smppgw_carrier_" #member "_total", help, STATS_COUNTER, offsetof(struct carrier_stats, member), NULL, \
			NULL                                                                                           \
	}
#define GAUGE(member, help)                                                                                            \
	{                                                                                                              \
		"smppgw_carrier_" #member, help, STATS_GAUGE, offsetof(struct carrier_stats, member), NULL, NULL       \
	}

const struct stats_row carrier_stat_rows[] = {
	COUNT(submitted, "Messages sent to the carrier."),
	COUNT(answered_ok, "Messages that it accepted."),
	COUNT(answered_error, "Messages that it refused."),
	COUNT(throttled, "Of these: refused because we were too fast."),
	COUNT(pauses, "Pauses because of that."),
	COUNT(lost, "Messages sent whose answer did not come: outcome unknown."),
	COUNT(connects, "Binds made."),
	COUNT(bind_failures, "Attempts to bind that failed."),
	COUNT(binds_lost, "Binds that ended, and not because we wanted it."),
	COUNT(binds_refused, "Binds and outbinds of the carrier that were refused."),
	COUNT(outbinds, "Its outbinds that we answered with a bind."),
	COUNT(deliver_in, "deliver_sm and data_sm received; submit_sm of one that binds in."),
	COUNT(alerts_in, "alert_notification received."),
	COUNT(congested, "Times that its congestion_state lowered the rate."),
	COUNT(window_too_small, "Times that its fixed window became too small for tps and its latency."),
	GAUGE(up, "1 when a bind is there that can send."),
	GAUGE(removed, "1 when a reload has taken the carrier out of the configuration."),
	GAUGE(bound, "Binds now."),
	GAUGE(outstanding, "Messages without an answer now."),
	GAUGE(certificate_expires, "When our client certificate for it ends, in seconds since 1970; 0: we show none."),
	GAUGE(crl_expires,
	      "When the first revocation list for its certificate runs out, in seconds since 1970; 0: there is none."),
	GAUGE(limit, "Messages/s that it is sent at most after it said that we are too fast; 0: tps alone."),
	GAUGE(window, "Unanswered requests allowed per bind now."),
	GAUGE(window_needed, "Unanswered requests per bind that tps takes at its latency; 0: not known yet."),
	{"smppgw_carrier_response_seconds", "From submit_sm to its response.", STATS_HISTOGRAM,
	 offsetof(struct carrier_stats, response), NULL, NULL},
	ROWS_OF_SESSION("carrier", struct carrier_stats),
};
const size_t carrier_stat_rows_n = sizeof(carrier_stat_rows) / sizeof(carrier_stat_rows[0]);

static bool carrier_status_of(const char *text, uint32_t *status)
{
	char *end;

	errno = 0;
	unsigned long long v = strtoull(text, &end, 0);
	*status = (uint32_t)v;
	return errno == 0 && end != text && *end == '\0' && v > 0 && v <= UINT32_MAX;
}

static void carrier_check_tls(const struct carrier_conf *c, char **errors, char **warnings)
{
	char what[64];

	/* one that comes to us meets the listener's certificates, not its own */
	if (c->mode != CARRIER_MODE_CONNECT)
		return;
	snprintf(what, sizeof(what), "carrier %s", c->name);
	tls_check_client(&c->tls, c->host, &c->where, what, errors, warnings);
}

void carriers_warn(const struct carrier_conf *confs, size_t n, char **warnings)
{
	for (size_t i = 0; i < n; i++)
		carrier_check_tls(&confs[i], NULL, warnings);
}

void carriers_check(const struct carrier_conf *confs, size_t n, char **errors)
{
	uint32_t status;

	for (size_t i = 0; i < n; i++) {
		const struct carrier_conf *c = &confs[i];
		for (size_t j = 0; j < i; j++) {
			if (strcmp(confs[j].name, c->name) == 0)
				conf_fault(errors, &c->where, "carrier %s: the name is used in line %d already",
					   c->name, confs[j].where.line);
		}
		for (size_t j = 0; j < c->throttled.n; j++) {
			if (!carrier_status_of(c->throttled.at[j], &status))
				conf_fault(errors, &c->where, "carrier %s: throttled: \"%s\" is no status like 0x58",
					   c->name, c->throttled.at[j]);
		}
		targets_check(c, errors);
		accept_check(c, errors);
		if (c->accept_id == CARRIER_ID_OURS && c->send_tlv == CARRIER_TLV_NO)
			conf_fault(errors, &c->where,
				   "carrier %s: accept_id is ours, which a TLV tells, but send_tlv is no", c->name);
		if (c->submit == CARRIER_WITH_DATA_SM && c->send_tlv == CARRIER_TLV_NO)
			conf_fault(
				errors, &c->where,
				"carrier %s: submit is data_sm, whose text is an optional parameter, but send_tlv is "
				"no",
				c->name);
		carrier_check_tls(c, errors, NULL);
		if (c->reconnect > c->reconnect_max)
			conf_fault(errors, &c->where, "carrier %s: reconnect is longer than reconnect_max", c->name);
		if (c->pause > c->pause_max)
			conf_fault(errors, &c->where, "carrier %s: pause is longer than pause_max", c->name);
	}
}

/* xorshift64: jitter must differ between nodes and be the same in a test with the same seed. */
int64_t carriers_jitter(struct carriers *cs, int64_t v)
{
	cs->random ^= cs->random << 13;
	cs->random ^= cs->random >> 7;
	cs->random ^= cs->random << 17;
	int64_t span = v / 2;
	return v - v / 4 + (span > 0 ? (int64_t)(cs->random % (uint64_t)span) : 0);
}

bool carrier_up(const struct carrier *c)
{
	if (c->command != CARRIER_RUN || c->removed || c->cs->shutting)
		return false;
	for (size_t i = 0; i < c->nbinds; i++) {
		if (c->binds[i].bound && c->binds[i].session != NULL && session_can_send(c->binds[i].session))
			return true;
	}
	return false;
}

void carrier_tell_state(struct carrier *c)
{
	bool up = carrier_up(c);

	if (up == c->told_up)
		return;
	c->told_up = up;
	if (up)
		log_peer_info(c->conf->name, "event=up");
	else
		log_peer_info(c->conf->name, "event=down");
	c->cs->ops->on_state(c, up, c->cs->arg);
}

int64_t carrier_paused_ms(const struct carrier *c)
{
	int64_t left_us = c->pace.paused_until_us - loop_now_us(c->cs->loop);

	return left_us > 0 ? (left_us + 999) / 1000 : 0;
}

static void carrier_before_walk(void *object)
{
	struct carrier *c = LIST_OF(object, struct carrier, stats);

	c->stats.up = carrier_up(c);
	c->stats.removed = c->removed;
	c->stats.bound = 0;
	for (size_t i = 0; i < c->nbinds; i++)
		c->stats.bound += c->binds[i].bound;
	c->stats.outstanding = c->in_flight;
	c->stats.limit = carrier_limit(c);
	uint32_t needed;
	c->stats.window = carrier_window_each(c, &needed);
	c->stats.window_needed = needed;
}

void carrier_take_conf(struct carrier *c, const struct carrier_conf *conf, const struct limits_conf *limits)
{
	c->conf = conf;
	c->sessions = (struct session_conf){
		.enquire_link_ms = conf->enquire_link,
		.response_ms = conf->response_timeout,
		.bind_ms = conf->bind_timeout,
		.connect_ms = conf->connect_timeout < conf->bind_timeout ? conf->connect_timeout : conf->bind_timeout,
		.partial_ms = limits->partial_pdu,
		.max_pdu = (uint32_t)limits->max_pdu,
		.window_in = conf->window > 0 ? (uint32_t)conf->window : CARRIER_WINDOW_IN,
	};
	mem_free(c->throttled);
	c->throttled = mem_zalloc((conf->throttled.n + 1) * sizeof(*c->throttled));
	c->nthrottled = 0;
	if (conf->mode == CARRIER_MODE_ACCEPT) /* an ESME's word for "later" */
		c->throttled[c->nthrottled++] = ESME_RX_T_APPN;
	for (size_t i = 0; i < conf->throttled.n; i++) {
		if (carrier_status_of(conf->throttled.at[i], &c->throttled[c->nthrottled]))
			c->nthrottled++;
	}
}

void carriers_add(struct carriers *cs, const struct carrier_conf *conf, const struct limits_conf *limits,
		  struct tls_fresh *fresh)
{
	struct carrier *c = mem_zalloc(sizeof(*c));

	c->cs = cs;
	c->number = cs->n;
	cs->at = mem_realloc(cs->at, (cs->n + 1) * sizeof(struct carrier *));
	cs->at[cs->n++] = c;
	carrier_take_conf(c, conf, limits);
	bind_init(c);
	carrier_take_tls(c, fresh);
	pump_init(c);
	if (cs->registry != NULL)
		stats_add(cs->registry, carrier_stat_rows, carrier_stat_rows_n, &c->stats, "carrier", conf->name,
			  carrier_before_walk);
}

struct carriers *carriers_new(struct loop *loop, struct session_hub *sessions, const struct carrier_conf *confs,
			      size_t n, const struct limits_conf *limits, const struct carrier_ops *ops, void *arg,
			      struct stats *stats, uint64_t seed)
{
	struct carriers *cs = mem_zalloc(sizeof(*cs));

	cs->loop = loop;
	cs->sessions = sessions;
	cs->ops = ops;
	cs->arg = arg;
	cs->registry = stats;
	cs->random = seed;
	if (seed == 0 && getrandom(&cs->random, sizeof(cs->random), 0) < 0)
		cs->random = (uint64_t)loop_now_us(loop);
	cs->random |= 1; /* xorshift stays at 0 */
	pump_start(cs);
	for (size_t i = 0; i < n; i++)
		carriers_add(cs, &confs[i], limits, &(struct tls_fresh){.read = false});
	return cs;
}

void carriers_start(struct carriers *cs)
{
	cs->started = true;
	for (size_t i = 0; i < cs->n; i++)
		bind_next(cs->at[i]);
}

void carriers_shutdown(struct carriers *cs)
{
	bool again = cs->shutting;

	cs->shutting = true;
	for (size_t i = 0; i < cs->n; i++) {
		struct carrier *c = cs->at[i];
		loop_timer_clear(cs->loop, &c->bind_timer);
		for (size_t j = 0; j < c->nbinds; j++) {
			if (c->binds[j].session == NULL)
				continue;
			if (again)
				session_abort(c->binds[j].session, END_SHUTDOWN);
			else
				session_end(c->binds[j].session, END_SHUTDOWN);
		}
		carrier_tell_state(c);
	}
}

bool carriers_idle(const struct carriers *cs)
{
	for (size_t i = 0; i < cs->n; i++) {
		for (size_t j = 0; j < cs->at[i]->nbinds; j++) {
			if (cs->at[i]->binds[j].session != NULL)
				return false;
		}
	}
	return true;
}

void carriers_free(struct carriers *cs)
{
	if (cs == NULL)
		return;
	loop_unhook(cs->loop, &cs->pump_hook);
	for (size_t i = 0; i < cs->n; i++) {
		struct carrier *c = cs->at[i];
		if (cs->registry != NULL)
			stats_drop(cs->registry, &c->stats);
		pump_free(c);
		bind_free(c);
		mem_free(c->throttled);
		accept_free(c);
		tls_release(c->tls);
		conf_copy_free(carrier_rows, c->own);
		mem_free(c);
	}
	mem_free(cs->at);
	mem_free(cs);
}

size_t carriers_count(const struct carriers *cs)
{
	return cs->n;
}

struct carrier *carriers_at(const struct carriers *cs, size_t i)
{
	return cs->at[i];
}

struct carrier *carriers_find(const struct carriers *cs, const char *name)
{
	for (size_t i = 0; i < cs->n; i++) {
		if (strcmp(cs->at[i]->conf->name, name) == 0)
			return cs->at[i];
	}
	return NULL;
}

const struct carrier_conf *carrier_conf(const struct carrier *c)
{
	return c->conf;
}

size_t carrier_number(const struct carrier *c)
{
	return c->number;
}

const char *carrier_name(const struct carrier *c)
{
	return c->conf->name;
}

struct carrier_stats *carrier_stats(struct carrier *c)
{
	return &c->stats;
}

void carrier_each_session(const struct carrier *c, void (*fn)(const struct session *s, void *arg), void *arg)
{
	for (size_t i = 0; i < c->nbinds; i++) {
		if (c->binds[i].session != NULL)
			fn(c->binds[i].session, arg);
	}
}

void carrier_lost(struct carrier *c, enum end_reason why)
{
	struct carriers *cs = c->cs;

	c->stats.binds_lost++;
	cs->losses[cs->losses_n++ % CARRIER_LOSSES] = (struct carrier_loss){c, loop_wall_ms(cs->loop), why};
}

void carriers_each_loss(const struct carriers *cs, void (*fn)(void *arg, const struct carrier_loss *loss), void *arg)
{
	for (uint64_t i = 0; i < cs->losses_n && i < CARRIER_LOSSES; i++)
		fn(arg, &cs->losses[(cs->losses_n - 1 - i) % CARRIER_LOSSES]);
}
