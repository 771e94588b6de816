/*
 * log_form.h - a line of the log, and how it looks to each kind of reader: a terminal, systemd's reader of stderr,
 * journald, syslogd.
 */
#ifndef BASE_LOG_FORM_H
#define BASE_LOG_FORM_H

#include "base/buf.h"
#include "base/log.h"

#define LOG_LINE_MAX 2000u /* octets of a whole line */

/* A line as it stands in a file, "TIME LEVEL id key=value ...", without the newline; borrowed. */
struct log_line {
	const char *whole;
	size_t n;
	size_t level_at, id_at, id_n, text_at; /* where LEVEL, the id and the pairs begin in it */
	enum log_level level;
};

/* Local time with zone, "2026-05-01T09:30:00.123+08:00"; good until the next call. */
const char *log_form_stamp(void);
const char *log_form_level(enum log_level level);
/* Makes a line of a time, a level, an id (NULL: "-") and pairs; out has LOG_LINE_MAX octets. Control characters become
 * '?', what is too long is cut at a UTF-8 border. */
void log_form_line(struct log_line *line, char *out, enum log_level level, const char *id, const char *text, size_t n);
/* Copies n octets, invalid and control characters as '?'; how many came out: at most n. */
size_t log_form_clean(char *out, const char *s, size_t n);

/* Each appends the line as its reader wants it. */
void log_form_plain(struct buf *out, const struct log_line *line);
void log_form_systemd(struct buf *out, const struct log_line *line); /* "<6>info id ...": sd-daemon(3) */
void log_form_journal(struct buf *out, const struct log_line *line); /* a datagram of fields: systemd's native form */
void log_form_syslog(struct buf *out, const struct log_line *line, unsigned facility); /* a datagram: RFC 3164 */

#endif
