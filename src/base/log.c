/*
 * log.c - gathers lines and writes them once per turn. Knows how numbers and texts are masked; knows nothing of what is
 * logged. Process-wide on purpose: every room logs, and there is one log.
 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/text.h"

#define LOG_LINE_MAX   2000u
#define LOG_GATHER_MAX (1u << 20) /* octets kept while the other side does not read */
#define LOG_PIPE_PIECE 4096u	  /* a pipe that polls writable takes so much without blocking */
#define LOG_SEND_PIECE 65536u	  /* a full socket is not shown a megabyte each time */
#define LOG_KEEP       65536u
#define LOG_STAMP      29u /* 2026-05-01T09:30:00.123+08:00 */

enum log_sink { LOG_SINK_FILE, LOG_SINK_SOCKET, LOG_SINK_PIPE };

static struct {
	int fd;
	bool opened, mask;
	enum log_level level;
	enum log_sink sink;
	struct buf out;
	uint64_t dropped, dropped_told;
	int64_t stamp_second;
	char stamp[LOG_STAMP + 1];
} logger = {.fd = STDERR_FILENO, .mask = true, .level = LOG_LEVEL_INFO, .stamp_second = -1};

static const char *const log_names[] = {"error", "warn", "info", "debug"};

void log_open(int fd, enum log_level level, bool mask)
{
	struct stat st;

	log_flush(); /* what has gathered belongs to the fd before */
	logger.fd = fd;
	logger.level = level;
	logger.mask = mask;
	logger.opened = true;
	logger.sink = LOG_SINK_PIPE;
	if (fstat(fd, &st) == 0) {
		if (S_ISREG(st.st_mode))
			logger.sink = LOG_SINK_FILE;
		else if (S_ISSOCK(st.st_mode))
			logger.sink = LOG_SINK_SOCKET;
	}
}

void log_close(void)
{
	log_flush();
	buf_free(&logger.out);
	logger.fd = STDERR_FILENO;
	logger.opened = false;
	logger.level = LOG_LEVEL_INFO;
	logger.mask = true;
}

void log_set_mask(bool mask)
{
	logger.mask = mask;
}

void log_set_level(enum log_level level)
{
	logger.level = level;
}

enum log_level log_level(void)
{
	return logger.level;
}

int log_level_by_name(const char *name)
{
	for (int i = 0; i < (int)(sizeof(log_names) / sizeof(log_names[0])); i++) {
		if (strcmp(name, log_names[i]) == 0)
			return i;
	}
	return -1;
}

bool log_on(enum log_level level)
{
	return level <= logger.level;
}

static void log_two(char *at, int v)
{
	at[0] = (char)('0' + v / 10 % 10);
	at[1] = (char)('0' + v % 10);
}

/* Local time with zone; the part up to the second is made once per second. */
static const char *log_stamp(void)
{
	struct timespec now;
	char *s = logger.stamp;

	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != logger.stamp_second) {
		struct tm tm;
		localtime_r(&now.tv_sec, &tm);
		strftime(s, LOG_STAMP + 1, "%Y-%m-%dT%H:%M:%S.000", &tm);
		long zone = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff;
		s[23] = tm.tm_gmtoff < 0 ? '-' : '+';
		log_two(s + 24, (int)(zone / 3600));
		s[26] = ':';
		log_two(s + 27, (int)(zone / 60 % 60));
		s[29] = '\0';
		logger.stamp_second = now.tv_sec;
	}

	int ms = (int)(now.tv_nsec / 1000000);
	s[20] = (char)('0' + ms / 100);
	log_two(s + 21, ms % 100);
	return s;
}

/* Copies n octets, invalid and control characters (C0, DEL, C1, line and paragraph separators) as '?'. */
static size_t log_clean(char *out, const char *s, size_t n)
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

static void log_gather(const char *line, size_t n)
{
	if (buf_len(&logger.out) + n > LOG_GATHER_MAX)
		log_flush();
	if (buf_len(&logger.out) + n > LOG_GATHER_MAX) {
		logger.dropped++;
		return;
	}
	buf_put(&logger.out, line, n);
}

void log_write(enum log_level level, const char *id, const char *fmt, ...)
{
	char raw[LOG_LINE_MAX + 8], line[LOG_LINE_MAX + 1];
	va_list ap;

	if (level > logger.level)
		return;
	int head = snprintf(raw, sizeof(raw), "%s %s %.200s ", log_stamp(), log_names[level], id != NULL ? id : "-");
	size_t n = (size_t)head;
	va_start(ap, fmt);
	int body = vsnprintf(raw + n, sizeof(raw) - n, fmt, ap);
	va_end(ap);
	if (body > 0)
		n += (size_t)body < sizeof(raw) - n ? (size_t)body : sizeof(raw) - n - 1;
	n = text_cut(raw, n, LOG_LINE_MAX);
	n = log_clean(line, raw, n);
	line[n++] = '\n';
	log_gather(line, n);
	if (!logger.opened)
		log_flush();
}

bool log_limit(struct log_limit *l, unsigned per_second, unsigned *suppressed)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (now.tv_sec != l->second) {
		l->second = now.tv_sec;
		l->used = 0;
	}
	if (l->used >= per_second) {
		l->kept_back++;
		return false;
	}
	l->used++;
	*suppressed = l->kept_back;
	l->kept_back = 0;
	return true;
}

/* The octets of p as printable ASCII, at most cap - 1. */
static const char *log_plain(const char *s, size_t n, char *out, size_t cap)
{
	size_t len = n < cap - 1 ? n : cap - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = s[i] > ' ' && s[i] < 0x7f ? s[i] : '?';
	out[len] = '\0';
	return out;
}

const char *log_number(const void *p, size_t n, char out[32])
{
	return logger.mask ? log_masked(p, n, out) : log_plain(p, n, out, 32);
}

const char *log_masked(const void *p, size_t n, char out[32])
{
	const char *s = p;
	char tail[5] = "";

	if (n < 7)
		return log_plain(s, n, out, 32);
	if (n >= 13 && s[0] == '+' && s[1] == '8' && s[2] == '6') {
		s += 3;
		n -= 3;
	} else if (n >= 13 && s[0] == '8' && s[1] == '6') {
		s += 2;
		n -= 2;
	}

	size_t keep = n >= 10 ? 4 : 2; /* of the end, so that a short number still hides some */
	log_plain(s + n - keep, keep, tail, sizeof(tail));
	log_plain(s, 3, out, 32);
	memcpy(out + 3, "****", 4);
	memcpy(out + 7, tail, keep + 1);
	return out;
}

const char *log_text(const void *utf8, size_t n, char out[128])
{
	const char *s = utf8;

	if (logger.mask) {
		size_t chars = 0;
		for (size_t pos = 0; pos < n; chars++)
			(void)text_get(s, n, &pos);
		snprintf(out, 128, "len=%zu", chars);
		return out;
	}
	out[log_clean(out, s, text_cut(s, n, 127))] = '\0';
	return out;
}

/* One attempt to write; what was written, 0 when the other side takes nothing now, -1 when it never will. */
static ssize_t log_attempt(const uint8_t *p, size_t n)
{
	struct pollfd ready = {.fd = logger.fd, .events = POLLOUT};
	ssize_t put = 0;

	switch (logger.sink) {
	case LOG_SINK_FILE:
		put = write(logger.fd, p, n);
		break;
	case LOG_SINK_SOCKET:
		put = send(logger.fd, p, n < LOG_SEND_PIECE ? n : LOG_SEND_PIECE, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case LOG_SINK_PIPE:
		if (poll(&ready, 1, 0) <= 0)
			return 0;
		put = write(logger.fd, p, n < LOG_PIPE_PIECE ? n : LOG_PIPE_PIECE);
		break;
	}
	if (put >= 0)
		return put;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

static uint64_t log_count_lines(const uint8_t *p, size_t n)
{
	uint64_t lines = 0;

	for (const uint8_t *end = p + n; p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		lines++;
	return lines;
}

/* Once lines were lost and the other side reads again, the log says so. */
static void log_tell_dropped(void)
{
	uint64_t lost = logger.dropped - logger.dropped_told;

	if (lost == 0)
		return;
	buf_printf(&logger.out, "%s %s - event=log_lines_dropped count=%llu\n", log_stamp(), log_names[LOG_LEVEL_WARN],
		   (unsigned long long)lost);
	logger.dropped_told = logger.dropped;
}

void log_flush(void)
{
	while (buf_len(&logger.out) > 0) {
		ssize_t put = log_attempt(buf_data(&logger.out), buf_len(&logger.out));
		if (put == 0)
			return;
		if (put < 0) {
			logger.dropped += log_count_lines(buf_data(&logger.out), buf_len(&logger.out));
			buf_consume(&logger.out, buf_len(&logger.out), LOG_KEEP);
			return;
		}
		buf_consume(&logger.out, (size_t)put, LOG_KEEP);
		log_tell_dropped();
	}
}

uint64_t log_dropped(void)
{
	return logger.dropped;
}
