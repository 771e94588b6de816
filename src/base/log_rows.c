/*
 * log_rows.c - the options of the log, and applying them. Must not know how lines are written.
 */
#include "base/log_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/log.h"

static const char *const levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const targets[] = {"stderr", "journald", "syslog", "file", NULL};
static const char *const facilities[] = {"daemon", "user",   "local0", "local1", "local2", "local3",
					 "local4", "local5", "local6", "local7", NULL};
static const unsigned facility_numbers[] = {3, 1, 16, 17, 18, 19, 20, 21, 22, 23}; /* RFC 3164 */

const struct conf_row log_rows[] = {
	{"level", CONF_CHOICE, offsetof(struct log_conf, level), "", 0, 0, "info", true,
	 "Least important lines that are logged.", levels},
	{"mask", CONF_BOOL, offsetof(struct log_conf, mask), "", 0, 0, "true", true,
	 "Whether phone numbers and texts are masked in the log.", NULL},
	{"target", CONF_CHOICE, offsetof(struct log_conf, target), "", 0, 0, "stderr", true,
	 "Where lines go. While that is away they go to stderr.", targets},
	{"file", CONF_STRING, offsetof(struct log_conf, file), "", 0, 4095, "", true,
	 "With target = \"file\": its path, from the root. SIGUSR1 opens it again, after it was renamed.", NULL},
	{"mode", CONF_STRING, offsetof(struct log_conf, mode), "", 1, 5, "0640", true,
	 "Mode of the file when it is made, octal.", NULL},
	{"facility", CONF_CHOICE, offsetof(struct log_conf, facility), "", 0, 0, "daemon", true,
	 "With target = \"syslog\": the facility.", facilities},
	{"socket", CONF_STRING, offsetof(struct log_conf, socket), "", 0, 107, "", true,
	 "Datagram socket of journald or syslogd; empty: /run/systemd/journal/socket, /dev/log.", NULL},
	{"rate", CONF_INT, offsetof(struct log_conf, rate), "1/s", 1, 1000000, "20", true,
	 "Lines of one kind that peers can cause at will; further ones are counted, and the log tells how many.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/* Octal, permission bits only; -1 when it is not. */
static long mode_of(const char *text)
{
	char *end;
	long mode = strtol(text, &end, 8);

	return *text >= '0' && *text <= '7' && *end == '\0' && mode <= 0777 ? mode : -1;
}

bool log_conf_check(const struct log_conf *conf, char **errors)
{
	bool ok = true;

	if (mode_of(conf->mode) < 0) {
		conf_fault(errors, &conf->where, "log.mode \"%s\" is not an octal mode such as \"0640\"", conf->mode);
		ok = false;
	}
	if (conf->target == LOG_TO_FILE && conf->file[0] != '/') {
		conf_fault(
			errors, &conf->where,
			"log.file \"%s\" is not a path from the root such as \"/var/log/smppgw/smppgwd.log\"; target "
			"= \"file\" needs one",
			conf->file);
		ok = false;
	}
	if (conf->socket[0] != '\0' && conf->socket[0] != '/') {
		conf_fault(errors, &conf->where, "log.socket \"%s\" is not a path from the root", conf->socket);
		ok = false;
	}
	return ok;
}

static bool same_target(const struct log_conf *a, const struct log_conf *b)
{
	return a->target == b->target && a->facility == b->facility && strcmp(a->file, b->file) == 0 &&
	       strcmp(a->socket, b->socket) == 0 && strcmp(a->mode, b->mode) == 0;
}

void log_conf_apply(const struct log_conf *conf, const struct log_conf *before)
{
	struct log_target t = {.kind = (enum log_kind)conf->target,
			       .path = conf->target == LOG_TO_FILE ? conf->file : conf->socket,
			       .facility = facility_numbers[conf->facility],
			       .mode = (unsigned)mode_of(conf->mode)};

	if (before == NULL || before->level != conf->level)
		log_set_level((enum log_level)conf->level);
	if (before == NULL || before->mask != conf->mask)
		log_set_mask(conf->mask);
	log_set_rate((unsigned)conf->rate);
	if (before == NULL || !same_target(before, conf))
		log_to(&t);
}
