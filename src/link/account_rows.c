/*
 * account_rows.c - the tables of accounts: options, counters, and what an option's row cannot say. Knows no sessions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/net.h"
#include "link/account.h"
#include "link/account_priv.h"
#include "link/auth.h"
#include "link/rows.h"

static const char *const dcs0_choices[] = {"gsm7", "latin1", "ascii", "utf8", "ucs2", "binary", "gbk", NULL};
static const char *const long_choices[] = {"udh8", "udh16", "sar", "payload", NULL};
static const char *const number_choices[] = {"international", "national", "plus", NULL};

static const char *const credit_choices[] = {"none", "prepaid", NULL};
static const char *const charge_choices[] = {"delivered", "submitted", NULL};
static const char *const receipts_choices[] = {"message", "part", NULL};
static const char *const deliver_choices[] = {"deliver_sm", "data_sm", NULL};

#define AT(member) offsetof(struct account_conf, member)

const struct conf_row account_rows[] = {
	{"system_id", CONF_STRING, AT(system_id), "", 1, 15, NULL, true, "The name that the app binds with.", NULL},
	{"password", CONF_SECRET, AT(password), "", 0, AUTH_PASSWORD_MAX, NULL, true,
	 "The password, plain or as a crypt(3) hash (begins with $).", NULL},
	{"bind", CONF_LIST, AT(bind), "", 0, 3, "", true,
	 "Bind types that are allowed: transmitter, receiver, transceiver; empty: all.", NULL},
	{"allow", CONF_LIST, AT(allow), "", 0, 1000, "", true,
	 "Addresses and networks (CIDR) that may bind; empty: every address.", NULL},
	{"sources", CONF_LIST, AT(sources), "", 0, 10000, "", true,
	 "Sender codes that the account owns; a reply goes to the owner of the longest that matches.", NULL},
	{"max_binds", CONF_INT, AT(max_binds), "", 1, 10000, "10", true, "How many binds at once.", NULL},
	{"tps", CONF_INT, AT(tps), "messages/s", 0, 1000000, "0", true,
	 "Messages a second that are accepted over all binds; 0: no limit.", NULL},
	{"burst", CONF_INT, AT(burst), "messages", 0, 1000000, "0", true,
	 "How many may come at once above tps; 0: a hundredth of tps.", NULL},
	{"window", CONF_INT, AT(window), "PDUs", 1, 10000, "100", true,
	 "Unanswered requests per bind, each way; at it we stop reading, or sending.", NULL},
	{"interface_version", CONF_INT, AT(interface_version), "", 0, 255, "0", true,
	 "Taken instead of the version that the app says: 52 is SMPP 3.4; 0: believe the app.", NULL},
	{"plain_status", CONF_BOOL, AT(plain_status), "", 0, 0, "false", true,
	 "Answer with standard status codes instead of ours (0x0400 and above).", NULL},
	{"error_tlvs", CONF_BOOL, AT(error_tlvs), "", 0, 0, "false", true,
	 "Whether a submit_sm_resp that refuses names the policy in TLV 0x3E05; its body is against SMPP 3.4.", NULL},
	{"class", CONF_STRING, AT(class_name), "", 1, 15, "notice", true, "Message class when the message names none.",
	 NULL},
	{"dcs0", CONF_CHOICE, AT(dcs0), "", 0, 0, "gsm7", true, "The alphabet of data_coding 0 with this app.",
	 dcs0_choices},
	{"long_mode", CONF_CHOICE, AT(long_mode), "", 0, 0, "payload", true,
	 "How the app gets long replies: one message_payload, or parts marked so.", long_choices},
	{"number_form", CONF_CHOICE, AT(number_form), "", 0, 0, "international", true,
	 "How the app gets the numbers of phones that reply: 8613800138000, 13800138000 or +8613800138000.",
	 number_choices},
	{"relay_tlvs", CONF_LIST, AT(relay_tlvs), "", 0, 200, "", true,
	 "Optional parameters, by name or tag (\"0x1403\"), that pass between it and carriers; empty: all that SMPP "
	 "has.",
	 NULL},
	{"zone", CONF_INT, AT(zone), "min", -720, 720, "480", true, "Minutes east of UTC for dates in receipts.", NULL},
	{"response_timeout", CONF_INT, AT(response_timeout), "ms", 100, 3600000, "30000", true,
	 "How long an answer to our deliver_sm or enquire_link is waited for.", NULL},
	{"enquire_link", CONF_INT, AT(enquire_link), "ms", 100, 3600000, "30000", true,
	 "Silence after which we send enquire_link.", NULL},
	{"share", CONF_INT, offsetof(struct account_conf, share), "messages", 1, 1000, "1", true,
	 "How many messages of a class it may send in its turn while other accounts wait for the same carrier.", NULL},
	{"max_queued", CONF_INT, AT(max_queued), "messages", 0, 100000000, "0", true,
	 "Most messages of this app that no carrier has taken yet; over it submits get ESME_RMSGQFUL; 0: no limit.",
	 NULL},
	{"receipts", CONF_CHOICE, AT(receipts), "", 0, 0, "message", true,
	 "Of a long text that we split: one receipt for the message, or one per part.", receipts_choices},
	{"deliver", CONF_CHOICE, AT(deliver), "", 0, 0, "deliver_sm", true,
	 "The PDU that receipts and replies leave with.", deliver_choices},
	{"backlog_rate", CONF_INT, AT(backlog_rate), "messages/s", 0, 1000000, "0", true,
	 "Receipts and replies a second while a backlog is drained; 0: no limit.", NULL},
	{"backlog_age", CONF_INT, AT(backlog_age), "s", 1, 31536000, "604800", true,
	 "Receipts and replies that have waited longer go to the dead letters instead of the app.", NULL},
	{"backlog_max", CONF_INT, AT(backlog_max), "messages", 0, 100000000, "1000000", true,
	 "Most receipts and replies that wait for the app; at it submits that want a receipt get ESME_RMSGQFUL; 0: no "
	 "limit.",
	 NULL},
	{"credit", CONF_CHOICE, AT(credit), "", 0, 0, "none", true,
	 "Whether its messages are paid from a balance: prepaid, or none.", credit_choices},
	{"credit_limit", CONF_INT, AT(credit_limit), "yuan/1000", 0, 1000000000000, "0", true,
	 "How far below zero the balance of a prepaid account may go.", NULL},
	{"price", CONF_INT, AT(price), "yuan/1000", 0, 1000000, "0", true, "What the account pays for one part.", NULL},
	{"charge", CONF_CHOICE, AT(charge), "", 0, 0, "delivered", true,
	 "What is paid for in the end: messages that were delivered, or all that a carrier has taken.", charge_choices},
	{"outbind", CONF_STRING, AT(outbind), "", 0, 255, "", true,
	 "host:port that we call with outbind when something waits and no bind can receive it; empty: never.", NULL},
	{"outbind_password", CONF_SECRET, AT(outbind_password), "", 0, 8, "", true,
	 "The password that our outbind says.", NULL},
	{"outbind_tls.enable", CONF_BOOL, AT(outbind_tls.enable), "", 0, 0, "false", true,
	 "Whether we speak TLS when we call the app.", NULL},
	{"outbind_tls.ca", CONF_STRING, AT(outbind_tls.ca), "", 0, 1000, "", true,
	 "PEM file: the certificate that it shows then must be signed by one of these; empty: by one that the system "
	 "trusts.",
	 NULL},
	{"outbind_tls.crl", CONF_STRING, AT(outbind_tls.crl), "", 0, 1000, "", true,
	 "PEM file with revocation lists of who signs that certificate: one that is revoked is refused; empty: none.",
	 NULL},
	{"outbind_tls.name", CONF_STRING, AT(outbind_tls.name), "", 0, 255, "", true,
	 "The name that it must carry, sent as SNI; empty: the host in outbind.", NULL},
	{"outbind_tls.verify", CONF_BOOL, AT(outbind_tls.verify), "", 0, 0, "true", true,
	 "Whether it is verified; without it whoever is on the way can pose as the app.", NULL},
	{"outbind_tls.certificate", CONF_PATH, AT(outbind_tls.certificate), "", 0, 1000, "", true,
	 "PEM file with our client certificate and its chain; empty: none.", NULL},
	{"outbind_tls.key", CONF_PATH, AT(outbind_tls.key), "", 0, 1000, "", true,
	 "PEM file with its private key, without a password; empty: it stands in outbind_tls.certificate.", NULL},
	{"outbind_tls.min_version", CONF_CHOICE, AT(outbind_tls.min_version), "", 0, 0, "1.2", true,
	 "The oldest TLS that is spoken.", tls_versions},
	{"client_name", CONF_STRING, AT(client_name), "", 0, 255, "", true,
	 "The name (common name or a DNS name) that the app's client certificate must carry; empty: any.", NULL},
	{"require_tls", CONF_BOOL, AT(require_tls), "", 0, 0, "false", true,
	 "Whether binds over connections without TLS are refused.", NULL},
	{NULL, CONF_INT, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

#undef AT
#define AT(member) offsetof(struct listen_conf, member)

const struct conf_row listen_rows[] = {
	{"address", CONF_STRING, AT(address), "", 1, 255, "127.0.0.1", true, "Address to listen on.", NULL},
	{"port", CONF_INT, AT(port), "", 1, 65535, "2775", true, "TCP port to listen on.", NULL},
	{"proxy", CONF_BOOL, AT(proxy), "", 0, 0, "false", true,
	 "Whether a load balancer connects here, and says by a PROXY header of version 2 who its client is.", NULL},
	{"proxy_from", CONF_LIST, AT(proxy_from), "", 0, 1000, "", true,
	 "With proxy: addresses and networks (CIDR) of the balancers; nobody else may connect here.", NULL},
	{"tls.certificate", CONF_PATH, AT(tls.certificate), "", 0, 1000, "", true,
	 "PEM file with our certificate and its chain: connections here speak TLS; empty: plain.", NULL},
	{"tls.key", CONF_PATH, AT(tls.key), "", 0, 1000, "", true,
	 "PEM file with its private key, without a password; empty: it stands in tls.certificate.", NULL},
	{"tls.client_ca", CONF_STRING, AT(tls.ca), "", 0, 1000, "", true,
	 "PEM file: apps must show a certificate that one of these has signed; empty: none is asked for.", NULL},
	{"tls.client_crl", CONF_STRING, AT(tls.crl), "", 0, 1000, "", true,
	 "PEM file with revocation lists of who signs apps' certificates: one that is revoked is refused; empty: none.",
	 NULL},
	{"tls.min_version", CONF_CHOICE, AT(tls.min_version), "", 0, 0, "1.2", true, "The oldest TLS that is spoken.",
	 tls_versions},
	{NULL, CONF_INT, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

#undef AT
#define AT(member) offsetof(struct limits_conf, member)

const struct conf_row limits_rows[] = {
	{"session_init", CONF_INT, AT(session_init), "ms", 100, 600000, "10000", true,
	 "A connection that has not bound after this is closed.", NULL},
	{"partial_pdu", CONF_INT, AT(partial_pdu), "ms", 100, 600000, "30000", true,
	 "A PDU that is not complete after this closes the connection.", NULL},
	{"max_pdu", CONF_INT, AT(max_pdu), "octets", 1024, 70000, "70000", false, "The longest PDU.", NULL},
	{"max_connections", CONF_INT, AT(max_connections), "", 1, 1000000, "20000", false,
	 "Connections from apps at once.", NULL},
	{"max_per_address", CONF_INT, AT(max_per_address), "", 0, 1000000, "1000", true,
	 "Connections from one address (IPv6: one /64) that are not bound yet; 0: no limit.", NULL},
	{"failed_binds", CONF_INT, AT(failed_binds), "", 0, 1000, "10", true,
	 "Binds from one address (IPv6: one /64) with a wrong system_id or password that lock it for limits.lockout; "
	 "from "
	 "the half of them on answers come later and later; 0: never.",
	 NULL},
	{"failed_binds_account", CONF_INT, AT(failed_binds_account), "", 0, 1000000, "100", true,
	 "The same at one account, from addresses where it has never bound, which alone are locked then; 0: never.",
	 NULL},
	{"lockout", CONF_INT, AT(lockout), "s", 1, 86400, "300", true,
	 "How long a lock lasts, and how long a failed bind counts for it.", NULL},
	{"lockout_grace", CONF_INT, AT(lockout_grace), "s", 0, 3600, "60", true,
	 "After a start nobody is locked for so long: apps bind again first, and are known then.", NULL},
	{"keepalive", CONF_INT, AT(keepalive), "s", 0, 32767, "60", true,
	 "Silence on a TCP connection after which the kernel probes the peer; 0: it does not.", NULL},
	{"user_timeout", CONF_INT, AT(user_timeout), "ms", 0, 3600000, "30000", true,
	 "How long the peer's kernel may leave what we sent unacknowledged; 0: as the kernel has it.", NULL},
	{"max_output", CONF_INT, AT(max_output), "octets", 524288, 67108864, "1048576", false,
	 "Octets that may wait to be read by one peer.", NULL},
	{NULL, CONF_INT, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

#undef AT

#define COUNT(member, help) ROW_COUNT2("account", struct account_stats, member, help)
#define GAUGE(kind, type, member, help)                                                                                \
	{                                                                                                              \
		"smppgw_" kind "_" #member, help, STATS_GAUGE, offsetof(type, member), NULL, NULL                      \
	}
#define ROW_COUNT2(kind, type, member, help)                                                                           \
	{                                                                                                              \
		"smppgw_" kind "_" #member "_total", help, STATS_COUNTER, offsetof(type, member), NULL, NULL           \
	}

const struct stats_row account_stat_rows[] = {
	COUNT(requests, "Requests from the app that were legal."),
	COUNT(throttled, "Requests refused with ESME_RTHROTTLED because of the account's rate."),
	COUNT(eased,
	      "Times that answers to submits waited, 5 ms at most, for the app to take receipts first: more waited "
	      "for it than its binds take at once."),
	COUNT(binds, "Binds accepted."),
	COUNT(binds_refused, "Binds refused, the system_id being known."),
	COUNT(outbinds, "Calls with outbind to the app."),
	COUNT(outbind_failures, "Of these: without a bind of the app."),
	GAUGE("account", struct account_stats, removed,
	      "1 when a reload has taken the account out of the configuration."),
	GAUGE("account", struct account_stats, bound, "Binds now."),
	GAUGE("account", struct account_stats, outstanding, "deliver_sm without an answer now."),
	ROWS_OF_SESSION("account", struct account_stats),
};
const size_t account_stat_rows_n = sizeof(account_stat_rows) / sizeof(account_stat_rows[0]);

const struct stats_row listener_stat_rows[] = {
	ROW_COUNT2("listener", struct listener_stats, connections, "Connections accepted."),
	ROW_COUNT2("listener", struct listener_stats, over_limit,
		   "Connections closed for lack of room: max_connections."),
	ROW_COUNT2("listener", struct listener_stats, over_files,
		   "Connections closed at once: the last open files are kept for carriers, Redis and staff."),
	ROW_COUNT2("listener", struct listener_stats, over_address, "Connections closed at once: max_per_address."),
	ROW_COUNT2("listener", struct listener_stats, no_header, "Connections closed for their PROXY header."),
	ROW_COUNT2("listener", struct listener_stats, unknown_system_id, "Binds refused: unknown system_id."),
	ROW_COUNT2("listener", struct listener_stats, outbinds_refused, "Calls with outbind that were refused."),
	ROW_COUNT2("listener", struct listener_stats, bind_failures,
		   "Binds refused for their system_id, password or address."),
	ROW_COUNT2("listener", struct listener_stats, lockouts,
		   "Addresses and accounts that failed binds have locked."),
	ROW_COUNT2("listener", struct listener_stats, locked_out,
		   "Connections and binds that were refused without being judged, because of such a lock."),
	ROW_COUNT2("listener", struct listener_stats, crypts, "Passwords of binds that were compared by crypt(3)."),
	GAUGE("listener", struct listener_stats, crypts_waiting, "Binds that wait for crypt(3)."),
	GAUGE("listener", struct listener_stats, locked, "Addresses and accounts that are locked now."),
	GAUGE("listener", struct listener_stats, open, "Connections that are not bound now."),
	GAUGE("listener", struct listener_stats, certificate_expires,
	      "When our certificate ends, the first of them, in seconds since 1970; 0: no TLS."),
	GAUGE("listener", struct listener_stats, crl_expires,
	      "When a revocation list for apps' certificates runs out, the first of them, in seconds since 1970; 0: "
	      "none."),
	ROWS_OF_SESSION("listener", struct listener_stats),
};
const size_t listener_stat_rows_n = sizeof(listener_stat_rows) / sizeof(listener_stat_rows[0]);

static const struct {
	const char *name;
	uint32_t command;
} bind_types[] = {
	{"transmitter", BIND_TRANSMITTER},
	{"receiver", BIND_RECEIVER},
	{"transceiver", BIND_TRANSCEIVER},
};

static uint32_t account_bind_type(const char *name)
{
	for (size_t i = 0; i < sizeof(bind_types) / sizeof(bind_types[0]); i++) {
		if (strcmp(name, bind_types[i].name) == 0)
			return bind_types[i].command;
	}
	return 0;
}

bool account_offers(const struct account_conf *conf, uint32_t command_id)
{
	for (size_t i = 0; i < conf->bind.n; i++) {
		if (account_bind_type(conf->bind.at[i]) == command_id)
			return true;
	}
	return conf->bind.n == 0;
}

static void account_check_outbind(const struct account_conf *c, char **errors)
{
	char host[256];
	int64_t port;

	if (c->outbind == NULL || *c->outbind == '\0')
		return;
	if (!net_parse_hostport(c->outbind, host, &port))
		conf_fault(errors, &c->where, "account %s: outbind: \"%s\" is not host:port", c->system_id, c->outbind);
	if (!account_offers(c, BIND_RECEIVER) && !account_offers(c, BIND_TRANSCEIVER))
		conf_fault(errors, &c->where, "account %s: outbind needs receiver or transceiver in bind",
			   c->system_id);
}

void accounts_check(const struct account_conf *confs, size_t n, char **errors)
{
	struct net_cidr cidr;

	for (size_t i = 0; i < n; i++) {
		const struct account_conf *c = &confs[i];
		for (size_t j = 0; j < i; j++) {
			if (strcmp(confs[j].system_id, c->system_id) == 0)
				conf_fault(errors, &c->where, "account %s: the system_id is used in line %d already",
					   c->system_id, confs[j].where.line);
		}
		for (size_t j = 0; j < c->bind.n; j++) {
			if (account_bind_type(c->bind.at[j]) == 0)
				conf_fault(errors, &c->where,
					   "account %s: bind: \"%s\" is none of transmitter, "
					   "receiver, transceiver",
					   c->system_id, c->bind.at[j]);
		}
		account_check_outbind(c, errors);
		for (size_t j = 0; j < c->allow.n; j++) {
			if (net_cidr_parse(c->allow.at[j], &cidr) != 0)
				conf_fault(errors, &c->where,
					   "account %s: allow: \"%s\" is no address or network "
					   "like 10.0.0.0/8",
					   c->system_id, c->allow.at[j]);
		}
	}
}

/* The files of our calls, too. */
static void account_check_calls(const struct account_conf *c, char **errors, char **warnings)
{
	char what[128], host[256] = "";
	int64_t port;

	snprintf(what, sizeof(what), "account %s: outbind_tls", c->system_id);
	if (c->outbind != NULL && *c->outbind != '\0')
		(void)net_parse_hostport(c->outbind, host, &port);
	else if (c->outbind_tls.enable && errors != NULL)
		conf_fault(errors, &c->where, "%s has no effect without outbind", what);
	if (!c->outbind_tls.enable || *host != '\0')
		tls_check_client(&c->outbind_tls, host, &c->where, what, errors, warnings);
}

/* An account that can bind nowhere is a mistake. */
static void account_check_tls(const struct account_conf *c, bool any_tls, bool any_ca, char **errors)
{
	bool named = c->client_name != NULL && *c->client_name != '\0';
	bool calls = c->outbind != NULL && *c->outbind != '\0';
	bool calls_tls = calls && c->outbind_tls.enable, calls_named = calls_tls && c->outbind_tls.verify;

	if (named && c->client_name[0] == '.')
		conf_fault(errors, &c->where, "account %s: client_name: \"%s\" begins with a dot", c->system_id,
			   c->client_name);
	if (named && !any_ca && !calls_named)
		conf_fault(errors, &c->where,
			   "account %s: client_name is set, but no listener has tls.client_ca: it could never bind",
			   c->system_id);
	if (c->require_tls && !any_tls && !calls_tls)
		conf_fault(errors, &c->where,
			   "account %s: require_tls is true, but no listener has tls.certificate: it could never bind",
			   c->system_id);
	if (calls && ((named && !calls_named) || (c->require_tls && !calls_tls)))
		conf_fault(errors, &c->where,
			   "account %s: outbind calls over plain connections, which client_name and require_tls "
			   "refuse: set outbind_tls, which client_name needs verified",
			   c->system_id);
}

static void listen_check_proxy(const struct listen_conf *c, char **errors)
{
	struct net_cidr cidr;

	if (c->proxy && c->proxy_from.n == 0)
		conf_fault(errors, &c->where, "listen on port %lld: proxy needs the balancers in proxy_from",
			   (long long)c->port);
	if (!c->proxy && c->proxy_from.n > 0)
		conf_fault(errors, &c->where, "listen on port %lld: proxy_from has no effect without proxy",
			   (long long)c->port);
	for (size_t i = 0; i < c->proxy_from.n; i++) {
		if (net_cidr_parse(c->proxy_from.at[i], &cidr) != 0)
			conf_fault(errors, &c->where,
				   "listen on port %lld: proxy_from: \"%s\" is no address or network like 10.0.0.0/8",
				   (long long)c->port, c->proxy_from.at[i]);
	}
}

void accounts_check_listens(const struct account_conf *confs, size_t n, const struct listen_conf *listens, size_t m,
			    char **errors, char **warnings)
{
	bool any_tls = false, any_ca = false;
	char what[64];

	for (size_t i = 0; i < m; i++) {
		bool tls = listens[i].tls.certificate != NULL && *listens[i].tls.certificate != '\0';
		any_tls = any_tls || tls;
		any_ca = any_ca || (tls && listens[i].tls.ca != NULL && *listens[i].tls.ca != '\0');
		snprintf(what, sizeof(what), "listen on port %lld", (long long)listens[i].port);
		tls_check_server(&listens[i].tls, &listens[i].where, what, errors, warnings);
		if (errors != NULL)
			listen_check_proxy(&listens[i], errors);
	}
	for (size_t i = 0; i < n; i++) {
		if (errors != NULL)
			account_check_tls(&confs[i], any_tls, any_ca, errors);
		account_check_calls(&confs[i], errors, warnings);
	}
}
