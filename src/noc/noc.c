/*
 * noc.c - starts the stats port and the console, and puts the pages together. Must not know sockets' details or
 * formats.
 */
#include "noc/noc.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/net.h"
#include "link/hasher.h"
#include "noc/actions.h"
#include "noc/api.h"
#include "noc/verb.h"
#include "noc/console.h"
#include "noc/dashboard.h"
#include "noc/find.h"
#include "noc/http.h"
#include "noc/listing.h"
#include "noc/metrics_page.h"
#include "noc/snapshot.h"
#include "noc/status.h"
#include "noc/watch.h"

#define NOC_BACKLOG 128
#define NO_GROUP    ((gid_t)-1)

struct noc_stats {
	struct http_stats http;
	struct console_stats console;
	uint64_t actions;
	uint64_t log_dropped, log_kept_back, log_away;
	uint64_t build; /* 1 */
};

struct noc {
	struct snapshot_source source;
	struct stats *stats;
	struct noc_stats counted;
	struct hasher *hasher; /* of the rights */
	struct rights *rights;
	struct actions *actions;
	struct watch *watch;
	struct alarm_duty *duty;
	struct http *http;
	struct console *console;
	char *socket;
};

const struct conf_row stats_port_rows[] = {
	{"address", CONF_STRING, offsetof(struct stats_port_conf, address), "", 1, 255, "127.0.0.1", false,
	 "Address of the stats port (HTTP without a password): keep it on loopback or a management network.", NULL},
	{"port", CONF_INT, offsetof(struct stats_port_conf, port), "", 0, 65535, "0", false,
	 "Port of the stats port; 0: off. 8775 by custom.", NULL},
	{0},
};

const struct stats_row noc_stat_rows[] = {
	{"smppgw_stats_requests_total", "Pages served by the stats port.", STATS_COUNTER,
	 offsetof(struct noc_stats, http.requests), NULL, NULL},
	{"smppgw_stats_refused_total", "Requests that the stats port refused: wrong method, path or host.",
	 STATS_COUNTER, offsetof(struct noc_stats, http.refused), NULL, NULL},
	{"smppgw_console_commands_total", "Commands carried out by the console.", STATS_COUNTER,
	 offsetof(struct noc_stats, console.commands), NULL, NULL},
	{"smppgw_console_refused_total", "Requests that the console answered with an error.", STATS_COUNTER,
	 offsetof(struct noc_stats, console.refused), NULL, NULL},
	{"smppgw_console_wrong_tokens_total", "Requests to the console with a token that is not right.", STATS_COUNTER,
	 offsetof(struct noc_stats, console.wrong_tokens), NULL, NULL},
	{"smppgw_console_actions_total", "Commands that change something, done or refused: each is recorded.",
	 STATS_COUNTER, offsetof(struct noc_stats, actions), NULL, NULL},
	{"smppgw_log_dropped_lines_total", "Log lines dropped because their reader was too slow.", STATS_COUNTER,
	 offsetof(struct noc_stats, log_dropped), NULL, NULL},
	{"smppgw_log_kept_back_lines_total",
	 "Log lines that peers caused, over log.rate of their kind, and that were only counted.", STATS_COUNTER,
	 offsetof(struct noc_stats, log_kept_back), NULL, NULL},
	{"smppgw_log_away", "1 while lines go to stderr because the log's target is away.", STATS_GAUGE,
	 offsetof(struct noc_stats, log_away), NULL, NULL},
};
const size_t noc_stat_rows_n = sizeof(noc_stat_rows) / sizeof(noc_stat_rows[0]);

const struct stats_row noc_build_rows[] = {
	{"smppgw_build_info", "Always 1; the label tells the version.", STATS_GAUGE, 0, NULL, NULL},
};
const size_t noc_build_rows_n = sizeof(noc_build_rows) / sizeof(noc_build_rows[0]);

static int noc_healthz(void *arg, const struct query *asked, struct buf *out)
{
	(void)asked;
	const struct noc *n = arg;
	struct flow_status status;
	struct carriers *all = flow_carriers(n->source.flow);

	flow_status(n->source.flow, &status);
	const char *sick = status_unhealthy(&status);
	buf_printf(out, "%s\n", sick ? sick : "ok");
	for (size_t i = 0; i < carriers_count(all); i++) {
		const struct carrier *c = carriers_at(all, i);
		if (!carrier_up(c) && !carrier_removed(c))
			buf_printf(out, "carrier %s is down or paused\n", carrier_name(c));
	}
	return sick ? 503 : 200;
}

static void *noc_metrics_begin(void *arg)
{
	const struct noc *n = arg;

	return metrics_page_new(n->stats, n->source.flow);
}

static bool noc_metrics_some(void *made, struct buf *out)
{
	return metrics_page_some(made, out);
}

static void noc_metrics_end(void *made)
{
	metrics_page_free(made);
}

static const struct making_steps noc_metrics = {noc_metrics_begin, noc_metrics_some, noc_metrics_end};

static int noc_status(void *arg, const struct query *asked, struct buf *out)
{
	(void)asked;
	const struct noc *n = arg;
	struct snapshot s;

	snapshot_take(&n->source, VERB_MAX_SESSIONS, NULL, &s);
	status_text(&s, out);
	snapshot_free(&s);
	return 200;
}

static int noc_status_json(void *arg, const struct query *asked, struct buf *out)
{
	(void)asked;
	const struct noc *n = arg;
	struct snapshot s;

	snapshot_take(&n->source, VERB_MAX_SESSIONS, NULL, &s);
	status_json(&s, out);
	snapshot_free(&s);
	return 200;
}

static int noc_api_now(void *arg, const struct query *asked, struct buf *out)
{
	const struct noc *n = arg;

	(void)asked;
	api_now(&n->source, out);
	return 200;
}

static int noc_api_history(void *arg, const struct query *asked, struct buf *out)
{
	const struct noc *n = arg;

	return api_history(&n->source, asked, out);
}

static const struct http_page pages[] = {
	{"/healthz", "text/plain; charset=utf-8", noc_healthz, "200 ok, or 503 and why not", NULL},
	{"/metrics", "text/plain; version=0.0.4; charset=utf-8", NULL, "counters for Prometheus", &noc_metrics},
	{"/status", "text/plain; charset=utf-8", noc_status, "tables for people: watch curl -s ADDRESS/status", NULL},
	{"/status.json", "application/json", noc_status_json, "the same for programs", NULL},
	{"/api/now", "application/json", noc_api_now, "what the dashboard shows", NULL},
	{"/api/history", "application/json", noc_api_history, "the last day of ?dim=carrier&name=NAME by minutes",
	 NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

/* Octal, permission bits only; -1 when it is not. */
static long noc_mode(const char *text)
{
	char *end;
	long mode = strtol(text, &end, 8);

	return *text >= '0' && *text <= '7' && *end == '\0' && mode <= 0777 ? mode : -1;
}

/* NO_GROUP when none is set; false when it does not exist. */
static bool noc_group(const char *name, gid_t *gid)
{
	*gid = NO_GROUP;
	if (*name == '\0')
		return true;
	const struct group *g = getgrnam(name);
	if (g)
		*gid = g->gr_gid;
	return g != NULL;
}

bool noc_check(const struct noc_conf *conf, const struct flow_conf *flow, char **errors)
{
	const struct console_conf *c = conf->console;
	bool ok = true;

	if (noc_mode(c->mode) < 0) {
		conf_fault(errors, &c->where, "console.mode \"%s\" is not an octal mode such as \"0660\"", c->mode);
		ok = false;
	}
	ok &= rights_check(c, conf->tokens, conf->tokens_n, errors);
	ok &= alarm_duty_check(&conf->alarms, flow, errors);
	if (strlen(c->socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		conf_fault(errors, &c->where, "console.socket is longer than a unix socket's path may be (107 octets)");
		ok = false;
	}
	return ok;
}

__attribute__((format(printf, 2, 3))) static int noc_why(char **why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(why, fmt, ap) < 0)
		*why = NULL;
	va_end(ap);
	return -1;
}

static int noc_start_http(struct noc *n, const struct stats_port_conf *conf, char **why)
{
	struct net_addr address;
	const char *reason;

	if (conf->port == 0)
		return 0;
	if (net_resolve(conf->address, conf->port, &address, &reason) != 0)
		return noc_why(why, "stats.address \"%s\": %s", conf->address, reason);
	int fd = net_listen(&address, NOC_BACKLOG);
	if (fd < 0)
		return noc_why(why, "stats port %s:%lld: %s; is another gateway running?", conf->address,
			       (long long)conf->port, strerror(errno));
	n->http = http_new(n->source.loop, fd, pages, n, &n->counted.http);
	http_front(n->http, dashboard_document());
	log_info("-", "event=stats_port_open address=%s port=%lld", conf->address, (long long)conf->port);
	return 0;
}

static int noc_start_console(struct noc *n, const struct console_conf *conf, char **why)
{
	gid_t gid;
	long mode = noc_mode(conf->mode);

	if (*conf->socket == '\0')
		return 0;
	if (mode < 0 || !noc_group(conf->group, &gid))
		return noc_why(why, "console: mode \"%s\" or group \"%s\" is not usable", conf->mode, conf->group);
	/* nobody else gets in before the group is set */
	int fd = net_listen_unix(conf->socket, gid == NO_GROUP ? (unsigned)mode : 0600);
	if (fd < 0)
		return noc_why(why, "console socket %s: %s; does its directory exist, is another gateway running?",
			       conf->socket, strerror(errno));
	if (gid != NO_GROUP && (chown(conf->socket, (uid_t)-1, gid) != 0 || chmod(conf->socket, (mode_t)mode) != 0)) {
		int error = errno;
		unlink(conf->socket);
		close(fd);
		return noc_why(why, "console socket %s: group %s: %s", conf->socket, conf->group, strerror(error));
	}
	n->socket = mem_strdup(conf->socket);
	n->console = console_new(n->source.loop, fd,
				 &(struct console_about){.table = verb_table,
							 .arg = &n->source,
							 .rights = n->rights,
							 .actions = n->actions,
							 .stats = &n->counted.console});
	log_info("-", "event=console_open socket=%s", conf->socket);
	return 0;
}

static void noc_before(void *object)
{
	struct noc_stats *counted = object;
	const struct noc *n = LIST_OF(counted, struct noc, counted);

	counted->log_dropped = log_dropped();
	counted->log_kept_back = log_kept_back();
	counted->log_away = log_away();
	counted->actions = *actions_count(n->actions);
}

struct noc *noc_new(struct loop *loop, const struct noc_conf *conf, struct flow *flow, struct stats *stats, char **why)
{
	struct noc *n = mem_zalloc(sizeof(*n));

	n->source = (struct snapshot_source){.loop = loop,
					     .flow = flow,
					     .archive = conf->archive,
					     .worker = conf->worker,
					     .version = conf->version,
					     .node = conf->node,
					     .reload = conf->reload,
					     .hand_over = conf->hand_over,
					     .reload_arg = conf->reload_arg};
	n->stats = stats;
	n->counted.build = 1;
	n->hasher = hasher_new(loop);
	n->rights = rights_new(conf->console, conf->tokens, conf->tokens_n, n->hasher);
	n->actions = actions_new(conf->archive);
	n->source.actions = n->actions;
	n->watch = watch_new(loop, flow, stats);
	n->source.history = watch_history(n->watch);
	n->duty = alarm_duty_new(loop, &conf->alarms, flow, conf->archive, watch_history(n->watch), stats);
	n->source.alarms = alarm_duty_alarms(n->duty);
	stats_add(stats, noc_stat_rows, noc_stat_rows_n, &n->counted, NULL, NULL, noc_before);
	stats_add(stats, noc_build_rows, noc_build_rows_n, &n->counted.build, "version", conf->version, NULL);
	if (noc_start_http(n, conf->stats, why) != 0 || noc_start_console(n, conf->console, why) != 0) {
		noc_free(n);
		return NULL;
	}
	return n;
}

void noc_use(struct noc *n, const struct noc_conf *conf)
{
	rights_use_tokens(n->rights, conf->tokens, conf->tokens_n);
	alarm_duty_use(n->duty, &conf->alarms);
}

void noc_free(struct noc *n)
{
	if (!n)
		return;
	find_stop_all();
	listing_stop_all();
	http_free(n->http);
	console_free(n->console);
	alarm_duty_free(n->duty);
	watch_free(n->watch);
	rights_free(n->rights);
	hasher_free(n->hasher);
	actions_free(n->actions);
	if (n->socket)
		unlink(n->socket);
	mem_free(n->socket);
	stats_drop(n->stats, &n->counted);
	stats_drop(n->stats, &n->counted.build);
	mem_free(n);
}
