/*
 * smppsim.c - a simulated carrier SMSC with faults on demand: options, start, end. The work is in sim_*.c.
 */
#include "tools/sim.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "smpp/status.h"
#include "tools/control.h"

#define MAX_SESSIONS 20000u

static const struct opts_about about = {
	.program = "smppsim",
	.operands = "",
	.purpose =
		"A simulated carrier SMSC: takes binds and messages, sends receipts, and fails in the ways asked for.",
	.exits = "0  ended by quit, SIGINT or SIGTERM\n1  could not listen or open a file\n2  wrong usage",
};

#define AT(field) offsetof(struct sim_conf, field)
static const struct opts_row rows[] = {
	{"listen", OPTS_ADDRESS, AT(listen), "127.0.0.1:2776", .help = "where to listen; port 0 takes a free one"},
	{"port-file", OPTS_TEXT, AT(port_file), .arg = "FILE", .help = "writes the port into FILE"},
	{"bind-in", OPTS_ADDRESS, AT(bind_in),
	 .help = "binds in to the gateway there as an ESME that carries messages on, instead of listening"},
	{"outbind", OPTS_ADDRESS, AT(outbind),
	 .help = "calls the gateway there with outbind and takes its bind, instead of listening"},
	{"outbind-password", OPTS_SECRET, AT(outbind_password), "",
	 .help = "what the outbind says; its system_id is name"},
	{"bind-as", OPTS_CHOICE, AT(bind_as), "transceiver", .choices = "transceiver|transmitter|receiver",
	 .help = "the bind of bind-in"},
	{"binds", OPTS_NUMBER, AT(binds), "1", .help = "connections of bind-in or outbind", .min = 1, .max = 1000},
	{"reconnect", OPTS_TIME, AT(reconnect), "1s", .help = "pause before such a connection is made again"},
	{"tls-cert", OPTS_TEXT, AT(tls_cert), "", "FILE",
	 .help = "speaks TLS with this certificate, and its chain, where it listens"},
	{"tls-key", OPTS_TEXT, AT(tls_key), "", "FILE", .help = "its key, where it does not stand in the same file"},
	{"tls-client-ca", OPTS_TEXT, AT(tls_client_ca), "", "FILE",
	 .help = "refuses connections without a client certificate that one of these has signed"},
	{"dial-tls", OPTS_FLAG, AT(dial_tls),
	 .help = "speaks TLS where it connects (--bind-in, --outbind): with --tls-cert, which is no listener's then"},
	{"name", OPTS_TEXT, AT(name), "smppsim", .help = "system_id in bind responses"},
	{"system-id", OPTS_TEXT, AT(system_id), .help = "refuses binds with another system_id; bind-in: binds with it"},
	{"password", OPTS_SECRET, AT(password), .help = "refuses binds with another password; bind-in: binds with it"},
	{"control", OPTS_TEXT, AT(control), .arg = "PATH", .help = "a unix socket that takes commands (see: help)"},
	{"capture", OPTS_TEXT, AT(capture), .arg = "FILE", .help = "writes a JSON line per message received"},
	{"receipt-delay", OPTS_SPAN, AT(receipt_delay), "100ms", .help = "from a message's answer to its receipt"},
	{"receipt-form", OPTS_CHOICE, AT(receipt_form), "both", .choices = "text|tlv|both|ucs2|payload|data_sm|minimal",
	 .help = "where a receipt's id and state stand"},
	{"intermediate", OPTS_PERCENT, AT(intermediate), "0",
	 .help = "messages of those that ask for it that are told of as ENROUTE before their receipt"},
	{"id-form", OPTS_CHOICE, AT(id_form), "dec", .choices = "dec|hex|hex-dec|dec-hex|uuid|none|theirs",
	 .help = "message ids; two words: in the response, in the receipt; none: no response has one, and no receipt "
		 "comes; theirs: receipts quote receipted_message_id of the message"},
	{"first-id", OPTS_NUMBER, AT(first_id), "0", .help = "the first id's number; 0: from the clock",
	 .max = INT64_MAX},
	{"receipts-on", OPTS_CHOICE, AT(receipts_on), "any", .choices = "any|same",
	 .help = "receipts go to any bind of the system_id, or to the one that submitted"},
	{"no-receipts", OPTS_PERCENT, AT(no_receipts), "0", .help = "messages whose receipt never comes"},
	{"duplicate-receipts", OPTS_PERCENT, AT(duplicate_receipts), "0", .help = "receipts that come twice"},
	{"early-receipt", OPTS_FLAG, AT(early_receipt), .help = "sends the receipt before the response"},
	{"resend", OPTS_YESNO, AT(resend), "yes",
	 .help = "sends receipts and MO again that were refused for now or not answered"},
	{"resend-delay", OPTS_TIME, AT(resend_delay), "1s", .help = "pause before that"},
	{"receipt-window", OPTS_NUMBER, AT(receipt_window), "1000", .help = "unanswered deliver_sm per bind", .min = 1,
	 .max = 10000},
	{"fail", OPTS_PERCENT, AT(fail), "0", .help = "messages whose receipt tells of failure"},
	{"fail-stat", OPTS_TEXT, AT(fail_stat), "UNDELIV", .help = "stat of those, any word, MK:0001 too"},
	{"fail-err", OPTS_TEXT, AT(fail_err), "001", .help = "err of those"},
	{"reject", OPTS_PERCENT, AT(reject), "0", .help = "messages refused in the response"},
	{"reject-status", OPTS_NUMBER, AT(reject_status), "0x45", .help = "command_status of those", .min = 1,
	 .max = UINT32_MAX},
	{"throttle", OPTS_NUMBER, AT(throttle), "0", .arg = "TPS", .help = "answers ESME_RTHROTTLED above; 0: no limit",
	 .max = 1000000000},
	{"queue-full", OPTS_PERCENT, AT(queue_full), "0", .help = "messages answered with ESME_RMSGQFUL"},
	{"max-pending", OPTS_NUMBER, AT(max_pending), "4000000",
	 .help = "messages waiting for their receipt; above: ESME_RMSGQFUL", .min = 1, .max = 100000000},
	{"silence", OPTS_PERCENT, AT(silence), "0", .help = "messages that get no response"},
	{"silence-receipts", OPTS_FLAG, AT(silence_receipts), .help = "takes those all the same: their receipts come"},
	{"response-delay", OPTS_SPAN, AT(response_delay), "0", .help = "from a message to its response"},
	{"disconnect-every", OPTS_NUMBER, AT(disconnect_every), "0", .help = "cuts the connection at each Nth message",
	 .max = INT64_MAX},
	{"detect-duplicates", OPTS_FLAG, AT(detect_duplicates), .help = "counts texts whose tag #NNN came before"},
	{"enquire-link", OPTS_TIME, AT(enquire_link), "30s", .help = "enquire_link after so long a silence"},
	{"response-timeout", OPTS_TIME, AT(response_timeout), "10s", .help = "for the answer to a deliver_sm"},
	{"seed", OPTS_NUMBER, AT(seed), "0", .help = "of all chances; 0: random", .max = INT64_MAX},
	{"verbose", OPTS_FLAG, AT(verbose), .help = "logs binds and their ends"},
};
#undef AT

static void fatal(const char *what, const char *which)
{
	fprintf(stderr, "smppsim: cannot %s %s: %m\n", what, which);
	exit(1);
}

void sim_quit(struct sim *sim)
{
	if (sim->ending)
		return;
	sim->ending = true;
	sim_binds_unbind(sim);
	if (sim_binds_idle(sim))
		loop_stop(sim->engine.loop);
}

static void on_signal(void *arg)
{
	sim_quit(arg);
}

static void on_line(char *line, struct buf *out, void *arg)
{
	sim_command(arg, line, out);
}

static void on_turn(void *arg)
{
	sim_binds_pump(arg);
	sim_mo_pump(arg);
}

static void flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct sim *sim = arg;
	struct net_addr peer;
	int got;

	(void)what;
	while ((got = net_accept(fd, &peer)) >= 0) {
		if (sim->ending)
			close(got);
		else
			sim_binds_accept(sim, got, &peer);
	}
}

static void write_port(const char *path, int port)
{
	FILE *f = fopen(path, "w");

	if (!f || fprintf(f, "%d\n", port) < 0 || fclose(f) != 0)
		fatal("write", path);
}

static int listen_port(int fd, struct net_addr *a)
{
	a->len = sizeof(a->ss);
	if (getsockname(fd, (struct sockaddr *)&a->ss, &a->len) != 0)
		return 0;
	return ntohs(a->ss.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a->ss)->sin6_port
						 : ((struct sockaddr_in *)&a->ss)->sin_port);
}

static int open_listener(struct sim *sim)
{
	struct net_addr a;
	char text[64];
	const char *why;
	int fd;

	if (net_resolve(sim->conf.listen.host, sim->conf.listen.port, &a, &why) != 0) {
		fprintf(stderr, "smppsim: cannot listen on %s: %s\n", sim->conf.listen.host, why);
		exit(1);
	}
	net_print(&a, text);
	fd = net_listen(&a, 1024);
	if (fd < 0)
		fatal("listen on", text);
	if (sim->conf.port_file)
		write_port(sim->conf.port_file, listen_port(fd, &a));
	listen_port(fd, &a);
	net_print(&a, text);
	printf("listening %s\n", text);
	fflush(stdout);
	return fd;
}

static bool open_tls(struct sim *sim)
{
	const struct sim_conf *c = &sim->conf;
	struct tls_report report = {.fault = ""};
	struct tls_conf with = {
		.certificate = (char *)(uintptr_t)c->tls_cert,
		.key = (char *)(uintptr_t)c->tls_key,
		.ca = (char *)(uintptr_t)c->tls_client_ca,
		.verify = *c->tls_client_ca != '\0',
	};

	if (c->dial_tls)
		sim->tls_out =
			tls_client_new(&with, c->bind_in.port ? c->bind_in.host : c->outbind.host, NULL, &report);
	else if (*c->tls_cert)
		sim->tls_in = tls_server_new(&with, NULL, &report);
	else if (*c->tls_key || *c->tls_client_ca)
		snprintf(report.fault, sizeof(report.fault), "--tls-cert is missing");
	if (report.fault[0] != '\0')
		opts_wrong(&about, "%s", report.fault);
	return report.fault[0] == '\0';
}

static void set_up(struct sim *sim)
{
	struct sim_conf *c = &sim->conf;
	int64_t wall_ms;

	log_open(2, c->verbose ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, false);
	engine_open(&sim->engine, MAX_SESSIONS, on_signal, sim);
	wall_ms = loop_wall_ms(sim->engine.loop);
	sim->session_conf = (struct session_conf){
		.enquire_link_ms = c->enquire_link / 1000,
		.response_ms = c->response_timeout / 1000,
		.bind_ms = 10000,
		.partial_ms = 30000,
		.max_pdu = PDU_MAX_DEFAULT,
		.window_out = (uint32_t)c->receipt_window,
		.window_in = UINT32_MAX, /* silence must not stop the reading */
	};
	rng_seed(&sim->rng, (uint64_t)c->seed);
	throttle_init(&sim->throttle, c->throttle, 0, loop_now_us(sim->engine.loop));
	/* 256 ids a millisecond leave room for any rate, so that a restart never repeats one */
	sim->next_id = c->first_id ? (uint64_t)c->first_id : (uint64_t)(wall_ms - 1577836800000) * 256;
	sim->pending = sim_pending_new((uint32_t)c->max_pending, loop_now_ms(sim->engine.loop));
	sim->binds = sim_binds_new(sim);
	sim->mos = sim_mos_new();
	sim->dials = sim_dials_new(sim);
	sim->ended = sim_ended_new();
	if (c->detect_duplicates)
		sim->tags = sim_tags_new();
	if (c->capture && !(sim->capture = sim_capture_open(sim, c->capture)))
		fatal("write", c->capture);
}

static int run(struct sim *sim)
{
	struct loop *loop = sim->engine.loop;
	struct loop_hook pump = {.fn = on_turn, .arg = sim}, flush = {.fn = flush_log};
	struct control *control = NULL;
	struct event *accepting = NULL;
	int fd = -1, result;

	if (sim->conf.control && !(control = control_open(loop, sim->conf.control, on_line, sim)))
		fatal("listen on", sim->conf.control);
	if (sim_dials_wanted(sim)) {
		sim_dials_start(sim);
	} else {
		fd = open_listener(sim);
		accepting = event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, on_accept, sim);
		event_add(accepting, NULL);
	}
	loop_hook(loop, LOOP_PUMP, &pump);
	loop_hook(loop, LOOP_LOG, &flush);
	result = loop_run(loop);
	loop_unhook(loop, &pump);
	loop_unhook(loop, &flush);
	if (accepting) {
		event_free(accepting);
		close(fd);
	}
	sim_dials_stop(sim);
	control_close(control);
	return result;
}

static void tear_down(struct sim *sim)
{
	struct buf out = {0};

	sim_command_counts(sim, &out, '\n');
	printf("%.*s", (int)buf_len(&out), (const char *)buf_data(&out));
	buf_free(&out);
	sim_capture_close(sim->capture);
	engine_close(&sim->engine);
	tls_release(sim->tls_in);
	tls_release(sim->tls_out);
	sim_tags_free(sim->tags);
	sim_mos_free(sim->mos);
	sim_dials_free(sim->dials);
	sim_ended_free(sim->ended);
	sim_binds_free(sim->binds);
	sim_pending_free(sim->pending);
	log_flush();
}

int main(int argc, char **argv)
{
	static struct sim sim;
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &sim.conf, argc, argv);
	int result;

	if (at < 0)
		return at == OPTS_DONE ? 0 : 2;
	if (strlen(sim.conf.fail_stat) > 20 || strlen(sim.conf.fail_err) > 10 || strlen(sim.conf.name) > 15) {
		opts_wrong(&about, "--fail-stat has at most 20 characters, --fail-err 10, --name 15");
		return 2;
	}
	if (sim.conf.bind_in.port && sim.conf.outbind.port) {
		opts_wrong(&about, "--bind-in and --outbind exclude each other");
		return 2;
	}
	if (!open_tls(&sim))
		return 2;
	set_up(&sim);
	result = run(&sim);
	tear_down(&sim);
	return result == 0 ? 0 : 1;
}
