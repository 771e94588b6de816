/*
 * main.c - smppgwd: reads the configuration, builds the rooms in order, runs the turns, takes all down. Must not know
 * what the rooms do.
 *
 * Exit codes: 0 ended by SIGTERM or SIGINT, -t found no fault, or all of --routes holds; 1 cannot start or cannot go
 * on, or something of --routes does not hold; 2 wrong usage; 78 (EX_CONFIG) the configuration is faulty.
 */
#include <event2/event.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/worker.h"
#include "noc/metrics_live.h"
#include "noc/alarm_post.h"
#include "noc/watch.h"
#include "handover.h"
#include "privilege.h"
#include "reload.h"
#include "sandbox.h"
#include "service.h"
#include "settings.h"

#define SIGNALS	  4u
#define LOW_PORTS 1024 /* only root may listen on those below */

struct daemon {
	struct loop *loop;
	struct service *service;
	struct stats *stats;
	const char *file; /* of the configuration */
	struct settings settings;
	struct worker *worker;
	struct archive *archive;
	struct flow *flow;
	struct reloader *reloader;
	struct noc *noc;
	struct handover *handover;
	struct event *signals[SIGNALS];
	unsigned asked; /* how often it was asked to leave */
	int exit_code;
};

struct options {
	const char *file, *routes;
	bool test, options, counters, alarms, takeover;
};

static const char usage[] =
	"Usage: smppgwd -c FILE [-t|--routes EXPECTATIONS|--takeover]\n"
	"SMPP 3.4 gateway. Runs in the foreground and logs to standard error, or where the configuration says.\n"
	"\n"
	"  -c, --config FILE  the configuration (see smppgw.conf(5))\n"
	"  -t, --test         check the configuration and exit; faults as file:line: message\n"
	"      --routes EXPECTATIONS\n"
	"                     the same, and check a file of expectations of where messages go\n"
	"      --takeover     take the place of the gateway that runs with this configuration: its listening sockets,\n"
	"                     when its carriers have answered; nobody who connects meanwhile is refused\n"
	"      --options      print every option: key, type, unit, default, reloadable, help\n"
	"      --counters     print every counter's name\n"
	"      --alarms       print every alarm: name, scope, severity, raised at, after s, cleared at, after s, least "
	"messages, unit, sentences\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n"
	"\n"
	"Signals: SIGTERM and SIGINT drain and leave; a second one leaves at once. SIGHUP reads the file again and "
	"applies it, whole or not at all. SIGUSR1 opens the log file again.\n"
	"Exit codes: 0 ended as asked, 1 cannot start or go on, or an expectation does not hold, 2 wrong usage, 78 "
	"faulty "
	"configuration.\n";

static void on_idle(void *arg)
{
	struct daemon *d = arg;
	loop_stop(d->loop);
}

/* A successor will have the sockets: nobody is to wait longer than he must. */
static void on_dry(void *arg)
{
	struct daemon *d = arg;
	flow_yield(d->flow, on_idle, d);
}

static void ask_to_leave(struct daemon *d)
{
	service_leaving(d->service);
	handover_cancel(d->handover, "the gateway was told to leave");
	if (d->asked++ > 0)
		loop_stop(d->loop);
	else if (handover_given(d->handover))
		return; /* it leaves */
	else if (!service_keeps_sockets(d->service) || !flow_drain(d->flow, on_dry, d))
		flow_shutdown(d->flow, on_idle, d);
}

/* 0: it goes, and the caller of the console is owed its end. */
static int on_hand_over(void *arg, struct console_later *later, char why[CONSOLE_MAX_MESSAGE])
{
	struct daemon *d = arg;
	if (!service_keeps_sockets(d->service))
		return handover_begin(d->handover, d->flow, later, why, CONSOLE_MAX_MESSAGE);
	snprintf(why, CONSOLE_MAX_MESSAGE,
		 "this gateway belongs to a service manager, which keeps its sockets: systemctl restart smppgwd");
	return -1;
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)what;
	log_info("-", "event=signal name=%s", strsignal((int)number));
	ask_to_leave(arg);
}

static void on_reload_begins(void *arg)
{
	service_reloading(((struct daemon *)arg)->service);
}

static void on_reload_applied(void *arg)
{
	struct daemon *d = arg;
	archive_use(d->archive, d->settings.records);
	noc_use(d->noc, &d->settings.noc);
	service_sockets(d->service);
}

static void on_reload_ended(void *arg, bool applied)
{
	service_reloaded(((struct daemon *)arg)->service, applied);
}

static const struct reload_ops reload_ops = {on_reload_begins, on_reload_applied, on_reload_ended};

static void on_reload(void *arg, bool check, noc_reloaded_fn fn, void *fn_arg)
{
	reload_ask(((struct daemon *)arg)->reloader, check, fn, fn_arg);
}

static void on_hangup(evutil_socket_t number, short what, void *arg)
{
	const struct daemon *d = arg;
	(void)what;
	log_info("-", "event=signal name=%s", strsignal((int)number));
	if (d->reloader) /* else it is only starting */
		reload_ask(d->reloader, false, NULL, NULL);
}

/* Why it ends stands in the log, and where whoever has started it looks. */
static void fail_aloud(const char *event, const char *why)
{
	log_error("-", "%s why=\"%s\"", event, why);
	if (log_elsewhere())
		fprintf(stderr, "smppgwd: %s\n", why);
}

static void on_fatal(const char *why, void *arg)
{
	struct daemon *d = arg;
	fail_aloud("event=fatal", why);
	service_failed(d->service, why);
	d->exit_code = EXIT_FAILURE;
	loop_stop(d->loop);
}

static void on_reopen(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	(void)arg;
	log_reopen();
}

static void flush_log(void *arg)
{
	(void)arg;
	sandbox_tell();
	log_turn();
}

static void catch_signals(struct daemon *d)
{
	static const struct {
		int number;
		event_callback_fn fn;
	} rows[SIGNALS] = {{SIGTERM, on_signal}, {SIGINT, on_signal}, {SIGHUP, on_hangup}, {SIGUSR1, on_reopen}};
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file at its limit (ulimit -f) is like a full disk, not our end */
	for (size_t i = 0; i < SIGNALS; i++) {
		d->signals[i] = evsignal_new(loop_base(d->loop), rows[i].number, rows[i].fn, d);
		evsignal_add(d->signals[i], NULL);
	}
}

/* False with the reason logged. */
static bool build(struct daemon *d)
{
	char *why = NULL;
	d->worker = worker_new(d->loop);
	d->archive = archive_new(d->loop, d->worker, d->settings.records, d->settings.evidence, d->settings.flow.node,
				 d->stats, &why);
	d->settings.flow.archive = d->archive;
	if (d->archive)
		d->flow = flow_new(d->loop, &d->settings.flow, d->stats, on_fatal, d, &why);
	d->settings.noc.reload = on_reload;
	d->settings.noc.hand_over = on_hand_over;
	d->settings.noc.reload_arg = d;
	d->settings.noc.archive = d->archive;
	d->settings.noc.worker = d->worker;
	if (d->flow)
		d->noc = noc_new(d->loop, &d->settings.noc, d->flow, d->stats, &why);
	if (d->noc) {
		d->reloader =
			reloader_new(d->loop, worker_new(d->loop), &d->settings, d->file, d->flow, &reload_ops, d);
		service_watch(d->service, d->flow);
		return true;
	}
	fail_aloud("event=start_failed", why ? why : "?");
	service_failed(d->service, why ? why : "?");
	free(why);
	return false;
}

static void tear_down(struct daemon *d)
{
	service_free(d->service);
	handover_free(d->handover);
	reloader_free(d->reloader);
	noc_free(d->noc);
	flow_free(d->flow);
	archive_free(d->archive);
	worker_free(d->worker);
	for (size_t i = 0; i < SIGNALS; i++) {
		if (d->signals[i])
			event_free(d->signals[i]);
	}
	stats_free(d->stats);
	log_flush();
	loop_free(d->loop);
	settings_free(&d->settings);
}

/* Before the first file is opened. False with the reason logged. */
static bool become_user(struct settings *s)
{
	char *why = NULL;
	bool low_ports = s->noc.stats->port > 0 && s->noc.stats->port < LOW_PORTS;
	for (size_t i = 0; i < s->flow.listens_n; i++)
		low_ports = low_ports || s->flow.listens[i].port < LOW_PORTS;
	if (privilege_drop(s->process, low_ports, &why) == 0)
		return true;
	fail_aloud("event=start_failed", why ? why : "?");
	free(why);
	log_flush();
	settings_free(s);
	return false;
}

/* False with the reason logged. */
static bool take_over(struct daemon *d)
{
	char why[CONSOLE_MAX_MESSAGE];
	if (handover_ask(d->settings.noc.console->socket, d->settings.flow.node, why, sizeof(why)) == 0)
		return true;
	fail_aloud("event=takeover_failed", why);
	log_flush();
	settings_free(&d->settings);
	return false;
}

/* What smppgwd -t says on standard error. */
static void log_warnings(const struct settings *s)
{
	char *warnings = NULL;
	size_t at = 0;
	settings_warn(s, &warnings);
	if (warnings)
		log_lines(LOG_LEVEL_WARN, "event=start_warning what", warnings, strlen(warnings), UINT_MAX, &at);
	free(warnings);
}

static int run(struct daemon *d, bool takeover)
{
	struct loop_hook log_hook = {.fn = flush_log};
	log_open(STDERR_FILENO, (enum log_level)d->settings.log->level, d->settings.log->mask);
	if (!become_user(&d->settings))
		return EXIT_FAILURE;
	log_conf_apply(d->settings.log, NULL);
	privilege_tell(d->settings.process);
	if (takeover && !take_over(d))
		return EXIT_FAILURE;
	d->loop = loop_new();
	d->service = service_new(d->loop);
	d->handover = handover_new(d->loop, on_idle, d);
	d->stats = stats_new();
	loop_count_in(d->loop, d->stats);
	sandbox_count_in(d->stats);
	loop_hook(d->loop, LOOP_LOG, &log_hook);
	log_info("-", "event=start version=%s node=%u config=%s", PACKAGE_VERSION, d->settings.flow.node, d->file);
	log_warnings(&d->settings);
	catch_signals(d);
	bool built = build(d);
	if (built)
		sandbox_close(d->settings.process->sandbox);
	if (!built || loop_run(d->loop) < 0)
		d->exit_code = EXIT_FAILURE;
	log_info("-", "event=stop exit=%d", d->exit_code);
	loop_unhook(d->loop, &log_hook);
	tear_down(d);
	return d->exit_code;
}

static void print_name(const struct stats_sample *sample, void *arg)
{
	const char **last = arg;
	if (*last && strcmp(*last, sample->row->name) == 0)
		return;
	*last = sample->row->name;
	puts(sample->row->name);
}

/* The registry of a gateway that is built but never run: what it would count. */
static int print_counters(struct daemon *d)
{
	const char *last = NULL;
	char *why = NULL;
	log_open(STDERR_FILENO, LOG_LEVEL_ERROR, true);
	d->loop = loop_new();
	d->stats = stats_new();
	loop_count_in(d->loop, d->stats);
	sandbox_count_in(d->stats);
	stats_add(d->stats, noc_stat_rows, noc_stat_rows_n, NULL, NULL, NULL, NULL);
	stats_add(d->stats, noc_build_rows, noc_build_rows_n, NULL, NULL, NULL, NULL);
	stats_add(d->stats, webhook_stat_rows, webhook_stat_rows_n, NULL, NULL, NULL, NULL);
	stats_add(d->stats, alarm_stat_rows, alarm_stat_rows_n, NULL, NULL, NULL, NULL);
	stats_add(d->stats, alarm_gauges, 1, NULL, NULL, NULL, NULL);
	stats_add(d->stats, alarm_post_stat_rows, alarm_post_stat_rows_n, NULL, NULL, NULL, NULL);
	stats_add(d->stats, watch_stat_rows, watch_stat_rows_n, NULL, NULL, NULL, NULL);
	stats_add(d->stats, archive_stat_rows, archive_stat_rows_n, NULL, NULL, NULL, NULL);
	metrics_live_names(d->stats);
	d->flow = flow_new(d->loop, &d->settings.flow, d->stats, on_fatal, d, &why);
	if (d->flow)
		stats_walk(d->stats, print_name, &last);
	else
		d->exit_code = EXIT_FAILURE;
	free(why);
	tear_down(d);
	return d->exit_code;
}

/* --- what is asked without running --- */

static void warn(const struct settings *s)
{
	char *warnings = NULL;
	settings_warn(s, &warnings);
	fputs(warnings ? warnings : "", stderr);
	free(warnings);
}

static void print_line(void *arg, const char *text)
{
	(void)arg;
	puts(text);
}

static int check_routes(const struct settings *s, const char *file)
{
	struct flow_route_count n = {0};
	char *why = NULL;
	warn(s);
	if (flow_check_routes(&s->flow, file, print_line, NULL, &n, &why) < 0) {
		fprintf(stderr, "smppgwd: %s\n", why ? why : "out of memory");
		free(why);
		return EXIT_FAILURE;
	}
	printf("%u passed, %u failed, %u skipped\n", n.passed, n.failed, n.skipped);
	return n.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int test_only(struct settings *s, const struct options *o)
{
	int code = EXIT_SUCCESS;
	if (o->routes) {
		code = check_routes(s, o->routes);
	} else {
		warn(s);
		printf("%s: no faults\n", o->file);
	}
	settings_free(s);
	return code;
}

/* -1 to go on, else an exit code. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'}, {"test", no_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},	  {"version", no_argument, NULL, 'V'},
		{"routes", required_argument, NULL, 'R'}, {"takeover", no_argument, NULL, 'T'},
		{"options", no_argument, NULL, 'O'},	  {"counters", no_argument, NULL, 'C'},
		{"alarms", no_argument, NULL, 'A'},	  {NULL, 0, NULL, 0},
	};
	int c;
	while ((c = getopt_long(argc, argv, "c:thV", longs, NULL)) >= 0) {
		switch (c) {
		case 'c':
			o->file = optarg;
			break;
		case 't':
			o->test = true;
			break;
		case 'R':
			o->routes = optarg;
			break;
		case 'T':
			o->takeover = true;
			break;
		case 'O':
			o->options = true;
			break;
		case 'C':
			o->counters = true;
			break;
		case 'A':
			o->alarms = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("smppgwd " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs("smppgwd: see smppgwd --help\n", stderr);
			return 2;
		}
	}
	if (optind < argc || (!o->file && !o->options && !o->alarms)) {
		fputs("smppgwd: -c FILE is needed and nothing else may follow; see smppgwd --help\n", stderr);
		return 2;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct daemon d = {.exit_code = EXIT_SUCCESS};
	struct options o = {0};
	char *errors = NULL;
	int code = read_options(argc, argv, &o);
	if (code >= 0)
		return code;
	if (o.options) {
		settings_print_options();
		return EXIT_SUCCESS;
	}
	if (o.alarms) {
		alarm_print_table();
		return EXIT_SUCCESS;
	}
	d.file = o.file;
	if (settings_read(o.file, false, &d.settings, &errors) < 0) {
		fputs(errors ? errors : "smppgwd: the configuration cannot be read\n", stderr);
		free(errors);
		return EX_CONFIG;
	}
	if (o.test || o.routes)
		return test_only(&d.settings, &o);
	return o.counters ? print_counters(&d) : run(&d, o.takeover);
}
