/*
 * verb_capture.c - what the operator may ask of the capture of PDUs (link/tap.h): start, stop, show. Must not know
 * sockets or files.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/tap.h"
#include "noc/since.h"
#include "noc/table.h"

#define MEGABYTE     1000000u
#define SIZE_DEFAULT 100u /* MB */
#define SIZE_MAX_MB  10000u
#define COUNT_MAX    1000000000u
#define FOR_DEFAULT  600000 /* ms */
#define FOR_MAX	     86400000

static struct tap *tap_of(const struct console_call *call)
{
	const struct snapshot_source *from = call->arg;

	return flow_tap(from->flow);
}

/* A whole number from 1 to most; false when it is none. */
static bool whole(const char *word, uint64_t most, uint64_t *out)
{
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	*out = strtoull(word, &end, 10);
	return *end == '\0' && *out >= 1 && *out <= most;
}

static int set_filter(struct console_call *call, struct tap_conf *conf, enum tap_by by, const char *name)
{
	const struct snapshot_source *from = call->arg;

	if (conf->filter.by != TAP_ALL)
		return console_fail(call, "one of --carrier, --account, --number, --session, not two");
	if (by == TAP_CARRIER && !carriers_find(flow_carriers(from->flow), name))
		return console_fail(call, "no carrier %.100s; carriers lists them", name);
	if (by == TAP_ACCOUNT && !accounts_find(flow_accounts(from->flow), view_of(name)))
		return console_fail(call, "no account %.100s; accounts lists them", name);
	if (by == TAP_NUMBER && *name == '+')
		name++;
	if (by == TAP_NUMBER && (*name == '\0' || strspn(name, "0123456789") != strlen(name)))
		return console_fail(call, "--number takes digits, such as 13800138000");
	if (strlen(name) >= sizeof(conf->filter.name) || *name == '\0')
		return console_fail(call, "%.100s is no name; binds lists sessions", name);
	conf->filter.by = by;
	strcpy(conf->filter.name, name);
	return 0;
}

static int set_option(struct console_call *call, struct tap_conf *conf, const char *option, const char *word)
{
	static const struct {
		const char *option;
		enum tap_by by;
	} filters[] = {{"--carrier", TAP_CARRIER},
		       {"--account", TAP_ACCOUNT},
		       {"--number", TAP_NUMBER},
		       {"--session", TAP_SESSION}};
	uint64_t n;

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (strcmp(option, filters[i].option) == 0)
			return set_filter(call, conf, filters[i].by, word);
	}
	if (strcmp(option, "--count") == 0) {
		if (!whole(word, COUNT_MAX, &conf->max_frames))
			return console_fail(call, "--count takes 1 to %u PDUs, not %.100s", COUNT_MAX, word);
	} else if (strcmp(option, "--size") == 0) {
		if (!whole(word, SIZE_MAX_MB, &n))
			return console_fail(call, "--size takes 1 to %u MB, not %.100s", SIZE_MAX_MB, word);
		conf->max_octets = n * MEGABYTE;
	} else if (strcmp(option, "--for") == 0) {
		if (!since_length(word, &conf->for_ms) || conf->for_ms < 1000 || conf->for_ms > FOR_MAX)
			return console_fail(call, "--for takes seconds or 90s, 30m, 2h, at most a day, not %.100s",
					    word);
	} else {
		return console_fail(call,
				    "no option %.100s; there are --carrier, --account, --number, --session, --count, "
				    "--size, --for, --no-text",
				    option);
	}
	return 0;
}

static int start(struct console_call *call)
{
	struct tap_conf conf = {
		.file = call->words[1], .max_octets = SIZE_DEFAULT * MEGABYTE, .for_ms = FOR_DEFAULT, .who = call->who};
	char why[TAP_WHY], filter[TAP_FILTER_TEXT], count[40] = "";

	for (size_t i = 2; i < call->n; i++) {
		if (strcmp(call->words[i], "--no-text") == 0) {
			conf.no_text = true;
		} else if (i + 1 == call->n) {
			return console_fail(call, "%.100s wants a word behind it", call->words[i]);
		} else {
			if (set_option(call, &conf, call->words[i], call->words[i + 1]) != 0)
				return -1;
			i++;
		}
	}
	if (tap_start(tap_of(call), &conf, why) != 0)
		return console_fail(call, "%s", why);
	if (conf.max_frames > 0)
		snprintf(count, sizeof(count), ", %" PRIu64 " PDUs", conf.max_frames);
	buf_printf(call->out,
		   "capturing %s to %s; ends by itself after %" PRId64 " s, %" PRIu64
		   " MB%s; capture stop ends it before\n",
		   tap_filter_text(&conf.filter, filter), conf.file, conf.for_ms / 1000, conf.max_octets / MEGABYTE,
		   count);
	return 0;
}

static int stop(struct console_call *call)
{
	struct tap_status s;

	tap_status(tap_of(call), &s);
	if (!s.running)
		return console_fail(call, "no capture runs");
	tap_stop(tap_of(call), "stopped");
	tap_status(tap_of(call), &s);
	if (strcmp(s.ended, "stopped") != 0)
		return console_fail(call, "%s: %s", s.file, s.ended);
	buf_printf(call->out, "%s: %" PRIu64 " PDUs, %" PRIu64 " octets\n", s.file, s.frames, s.octets);
	return 0;
}

static int show(struct console_call *call)
{
	struct tap_status s;

	tap_status(tap_of(call), &s);
	if (s.since_ms == 0) {
		buf_printf(call->out, "no capture since the start\n");
		return 0;
	}
	struct table *t = table_new("capture:STATE FILE FILTER TEXTS +PDUS +OCTETS +SECONDS +SECONDS_LEFT");
	table_cell(t, "%s%s", s.running ? "running" : "ended: ", s.ended);
	table_text(t, s.file);
	table_text(t, s.filter);
	table_text(t, s.no_text ? "blanked" : "captured");
	table_cell(t, "%" PRIu64, s.frames);
	table_cell(t, "%" PRIu64, s.octets);
	table_cell(t, "%" PRId64, s.ms / 1000);
	table_cell(t, "%" PRId64, s.left_ms / 1000);
	table_print(t, call->out);
	table_free(t);
	return 0;
}

int verb_capture(struct console_call *call)
{
	if (strcmp(call->words[0], "start") == 0)
		return start(call);
	return strcmp(call->words[0], "stop") == 0 ? stop(call) : show(call);
}
