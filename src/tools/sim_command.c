/*
 * sim_command.c - the commands of the control socket, one row each, and the counters as text. Knows no sockets.
 */
#include "tools/sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
#define COUNTER(field)                                                                                                 \
	{                                                                                                              \
#field, offsetof(struct sim_counts, field)                                                             \
	}
	COUNTER(bound),
	COUNTER(pending),
	COUNTER(binds),
	COUNTER(binds_refused),
	COUNTER(submitted),
	COUNTER(accepted),
	COUNTER(rejected),
	COUNTER(throttled),
	COUNTER(queue_full),
	COUNTER(silent),
	COUNTER(receipts_sent),
	COUNTER(receipts_acked),
	COUNTER(receipts_refused),
	COUNTER(receipts_resent),
	COUNTER(receipts_dropped),
	COUNTER(duplicates),
	COUNTER(tags),
	COUNTER(tag_highest),
	COUNTER(mo_sent),
	COUNTER(mo_acked),
	COUNTER(mo_refused),
	COUNTER(disconnects),
	COUNTER(intermediates),
	COUNTER(alerts),
	COUNTER(multis),
	COUNTER(queries),
	COUNTER(cancels),
	COUNTER(replaces),
	COUNTER(cancelled),
	COUNTER(replaced),
#undef COUNTER
};

void sim_command_counts(struct sim *sim, struct buf *out, char sep)
{
	sim->counts.pending = sim_pending_count(sim->pending);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		const char *at = (const char *)&sim->counts + counters[i].offset;

		buf_printf(out, "%s=%llu%c", counters[i].name, (unsigned long long)*(const uint64_t *)(const void *)at,
			   sep);
	}
}

/* Cuts the next word off *line; NULL when there is none. */
static char *word(char **line)
{
	char *w = *line + strspn(*line, " \t");
	char *end = w + strcspn(w, " \t");

	if (!*w)
		return NULL;
	*line = *end ? end + 1 : end;
	*end = 0;
	return w;
}

/* "on" or "off"; -1 for anything else. */
static int on_off(char *rest)
{
	char *w = word(&rest);

	if (!w || word(&rest))
		return -1;
	return strcmp(w, "on") == 0 ? 1 : strcmp(w, "off") == 0 ? 0 : -1;
}

static void do_mo(struct sim *sim, char *rest, struct buf *out)
{
	char *from = word(&rest), *to = word(&rest);
	const char *why;
	unsigned parts;

	if (!from || !to) {
		buf_puts(out, "error usage: mo FROM TO TEXT\n");
		return;
	}
	why = sim_mo_add(sim, from, to, rest, &parts);
	if (why)
		buf_printf(out, "error %s\n", why);
	else
		buf_printf(out, "ok parts=%u bound=%llu\n", parts, (unsigned long long)sim->counts.bound);
	loop_wake_in(sim->engine.loop, 0);
}

static void do_alert(struct sim *sim, char *rest, struct buf *out)
{
	char *number = word(&rest), *esme = word(&rest);
	const char *why = "usage: alert NUMBER CODE";

	if (number && esme && !word(&rest))
		why = sim_mo_alert(sim, number, esme);
	if (why)
		buf_printf(out, "error %s\n", why);
	else
		buf_puts(out, "ok\n");
}

static void do_throttle(struct sim *sim, char *rest, struct buf *out)
{
	char *w = word(&rest), *end = w;
	long long tps = w ? strtoll(w, &end, 10) : -1;

	if (!w || *end || tps < 0 || tps > 1000000000) {
		buf_puts(out, "error usage: throttle TPS (0: no limit)\n");
		return;
	}
	sim->conf.throttle = tps;
	throttle_init(&sim->throttle, tps, 0, loop_now_us(sim->engine.loop));
	buf_printf(out, "ok throttle=%lld\n", tps);
}

static void do_silence(struct sim *sim, char *rest, struct buf *out)
{
	int on = on_off(rest);

	if (on >= 0)
		sim->silent = on;
	buf_printf(out, on < 0 ? "error usage: silence on|off\n" : "ok silence=%s\n", on ? "on" : "off");
}

static void do_stall(struct sim *sim, char *rest, struct buf *out)
{
	int on = on_off(rest);

	if (on >= 0)
		sim_binds_stall(sim, on);
	buf_printf(out, on < 0 ? "error usage: stall on|off\n" : "ok stall=%s\n", on ? "on" : "off");
}

static void do_drop(struct sim *sim, char *rest, struct buf *out)
{
	(void)rest;
	buf_printf(out, "ok dropped=%u\n", sim_binds_drop(sim));
}

static void do_status(struct sim *sim, char *rest, struct buf *out)
{
	(void)rest;
	buf_printf(out, "ok throttle=%lld silence=%s stall=%s ", (long long)sim->conf.throttle,
		   sim->silent ? "on" : "off", sim_binds_stalled(sim) ? "on" : "off");
	sim_command_counts(sim, out, ' ');
	buf_puts(out, "\n");
}

static void do_quit(struct sim *sim, char *rest, struct buf *out)
{
	(void)rest;
	buf_puts(out, "ok\n");
	sim_quit(sim);
}

static void do_help(struct sim *sim, char *rest, struct buf *out);

static const struct command {
	const char *name, *usage;
	void (*run)(struct sim *sim, char *rest, struct buf *out);
} commands[] = {
	{"mo", "FROM TO TEXT", do_mo},
	{"alert", "NUMBER CODE", do_alert},
	{"throttle", "TPS", do_throttle},
	{"silence", "on|off", do_silence},
	{"stall", "on|off", do_stall},
	{"drop", "", do_drop},
	{"status", "", do_status},
	{"help", "", do_help},
	{"quit", "", do_quit},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void do_help(struct sim *sim, char *rest, struct buf *out)
{
	(void)sim;
	(void)rest;
	buf_puts(out, "ok commands:");
	for (size_t i = 0; i < COMMANDS; i++)
		buf_printf(out, "%s %s%s%s", i ? "," : "", commands[i].name, *commands[i].usage ? " " : "",
			   commands[i].usage);
	buf_puts(out, "\n");
}

void sim_command(struct sim *sim, char *line, struct buf *out)
{
	char *name = word(&line);

	for (size_t i = 0; name && i < COMMANDS; i++) {
		if (strcmp(name, commands[i].name) == 0) {
			commands[i].run(sim, line, out);
			return;
		}
	}
	buf_printf(out, "error unknown command \"%s\"; try: help\n", name ? name : "");
}
