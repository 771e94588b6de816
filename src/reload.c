/*
 * reload.c - reads the configuration again, compares it with what runs, and has it applied. Must not know what any key
 * means.
 */
#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct report {
	struct buf *out;
	size_t now, later;
};

static void on_change(const struct conf_change *change, void *arg)
{
	struct report *r = arg;
	r->now += !change->restart;
	r->later += change->restart;
	buf_printf(r->out, "%s%s\n", change->text, change->restart ? " (needs a restart)" : "");
}

/* Each line of a text, which ends with a newline, as one of the log. */
static void log_lines(enum log_level level, const char *key, const char *text, size_t size)
{
	char line[1000];
	for (const char *p = text, *end = text + size; p < end;) {
		size_t n = (size_t)((const char *)memchr(p, '\n', (size_t)(end - p)) - p);
		snprintf(line, sizeof(line), "%.*s", (int)n, p);
		for (char *q = line; (q = strchr(q, '"')) != NULL;)
			*q = '\''; /* the whole is between double quotes there */
		log_write(level, "-", "%s=\"%s\"", key, line);
		p += n + 1;
	}
}

static void log_warnings(const struct settings *s)
{
	char *warnings = NULL;
	settings_warn(s, &warnings);
	if (warnings)
		log_lines(LOG_LEVEL_WARN, "event=reload_warning what", warnings, strlen(warnings));
	free(warnings);
}

static int refuse(bool check, char **errors)
{
	if (*errors && !check)
		log_lines(LOG_LEVEL_ERROR, "event=reload_refused why", *errors, strlen(*errors));
	return -1;
}

int reload(struct settings *running, const char *file, struct flow *flow, bool check, struct buf *out, char **errors)
{
	struct report r = {.out = out};
	struct settings next;
	if (settings_read(file, true, &next, errors) < 0)
		return refuse(check, errors);
	conf_diff(running->conf, next.conf, on_change, &r);
	if (check) {
		buf_printf(out, "not applied: %zu changes, %zu more need a restart\n", r.now, r.later);
		settings_free(&next);
		return 0;
	}
	settings_carry(&next, running);
	if (flow_reload(flow, &next.flow, errors) < 0) {
		settings_free(&next);
		return refuse(check, errors);
	}
	log_conf_apply(next.log, running->log);
	if (buf_len(out) > 0)
		log_lines(LOG_LEVEL_INFO, "event=reload_change what", (const char *)buf_data(out), buf_len(out));
	log_warnings(&next);
	settings_free(running);
	*running = next;
	buf_printf(out, "applied: %zu changes, %zu more need a restart\n", r.now, r.later);
	log_info("-", "event=reloaded changes=%zu need_restart=%zu", r.now, r.later);
	return 0;
}
