/*
 * log_form.c - how a line of the log looks. Knows the four forms; knows nothing of files and sockets, nor of what is
 * logged.
 */
#include "base/log_form.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define LOG_STAMP  29u /* 2026-05-01T09:30:00.123+08:00 */
#define LOG_ID_MAX 200u
#define LOG_IDENT  "smppgwd"

static const char *const levels[] = {"error", "warn", "info", "debug"};
static const unsigned priorities[] = {3, 4, 6, 7}; /* syslog(3) */

const char *log_form_level(enum log_level level)
{
	return levels[level];
}

static void two_digits(char *at, int v)
{
	at[0] = (char)('0' + v / 10 % 10);
	at[1] = (char)('0' + v % 10);
}

/* The part up to the second is made once per second. */
const char *log_form_stamp(void)
{
	static char s[LOG_STAMP + 1];
	static int64_t second = -1;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != second) {
		struct tm tm;
		localtime_r(&now.tv_sec, &tm);
		strftime(s, LOG_STAMP + 1, "%Y-%m-%dT%H:%M:%S.000", &tm);
		long zone = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff;
		s[23] = tm.tm_gmtoff < 0 ? '-' : '+';
		two_digits(s + 24, (int)(zone / 3600));
		s[26] = ':';
		two_digits(s + 27, (int)(zone / 60 % 60));
		s[29] = '\0';
		second = now.tv_sec;
	}

	int ms = (int)(now.tv_nsec / 1000000);
	s[20] = (char)('0' + ms / 100);
	two_digits(s + 21, ms % 100);
	return s;
}

/* C0, DEL, C1, line and paragraph separators are control characters. */
size_t log_form_clean(char *out, const char *s, size_t n)
{
	size_t len = 0;

	for (size_t pos = 0; pos < n;) {
		if (s[pos] >= ' ' && s[pos] < 0x7f) {
			out[len++] = s[pos++];
			continue;
		}
		size_t from = pos;
		int32_t c = text_get(s, n, &pos);
		if (c < 0xa0 || c == 0x2028 || c == 0x2029) {
			out[len++] = '?';
		} else {
			memcpy(out + len, s + from, pos - from);
			len += pos - from;
		}
	}
	return len;
}

static size_t put_word(char *out, size_t at, const char *word, size_t n)
{
	at += log_form_clean(out + at, word, n);
	out[at] = ' ';
	return at + 1;
}

void log_form_line(struct log_line *line, char *out, enum log_level level, const char *id, const char *text, size_t n)
{
	if (id == NULL)
		id = "-";
	line->whole = out;
	line->level = level;
	line->level_at = put_word(out, 0, log_form_stamp(), LOG_STAMP);
	line->id_at = put_word(out, line->level_at, levels[level], strlen(levels[level]));
	line->text_at = put_word(out, line->id_at, id, text_cut(id, strlen(id), LOG_ID_MAX));
	line->id_n = line->text_at - line->id_at - 1;
	line->n = line->text_at +
		  log_form_clean(out + line->text_at, text, text_cut(text, n, LOG_LINE_MAX - line->text_at));
}

void log_form_plain(struct buf *out, const struct log_line *line)
{
	buf_put(out, line->whole, line->n);
	buf_put(out, "\n", 1);
}

void log_form_systemd(struct buf *out, const struct log_line *line)
{
	buf_printf(out, "<%u>", priorities[line->level]);
	buf_put(out, line->whole + line->level_at, line->n - line->level_at);
	buf_put(out, "\n", 1);
}

void log_form_journal(struct buf *out, const struct log_line *line)
{
	const char *text = line->whole + line->text_at, *end = line->whole + line->n;

	buf_printf(out, "PRIORITY=%u\nSYSLOG_IDENTIFIER=%s\nSYSLOG_PID=%ld\nSMPPGW_ID=", priorities[line->level],
		   LOG_IDENT, (long)getpid());
	buf_put(out, line->whole + line->id_at, line->id_n);
	if (line->n - line->text_at > 6 && memcmp(text, "event=", 6) == 0) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		buf_puts(out, "\nSMPPGW_EVENT=");
		buf_put(out, text + 6, (size_t)((blank != NULL ? blank : end) - text - 6));
	}
	buf_puts(out, "\nMESSAGE=");
	buf_put(out, line->whole + line->id_at, line->n - line->id_at);
	buf_put(out, "\n", 1);
}

void log_form_syslog(struct buf *out, const struct log_line *line, unsigned facility)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec"; /* whatever the locale is */
	const char *stamp = line->whole;				     /* 2026-05-01T09:30:00 */
	int month = (stamp[5] - '0') * 10 + stamp[6] - '0';

	buf_printf(out, "<%u>%.3s %c%c %.8s %s[%ld]: ", facility * 8 + priorities[line->level],
		   months + 3 * ((month + 11) % 12), stamp[8] == '0' ? ' ' : stamp[8], stamp[9], stamp + 11, LOG_IDENT,
		   (long)getpid());
	buf_put(out, line->whole + line->level_at, line->n - line->level_at);
}
