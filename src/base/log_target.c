/*
 * log_target.c - where lines go: stderr, a file, journald or syslogd, and what is done when the target is away. Knows
 * no line's content.
 *
 * A target that is away - a full disk, a folder that is gone, a daemon that has ended - never holds the gateway up: its
 * lines go to stderr, and it is tried again once a second. What waits for a datagram socket is kept as lines, not as
 * datagrams, so that it can still go elsewhere.
 */
#include "base/log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log_stream.h"
#include "base/mem.h"

#define KEEP 65536u

static const char *const names[] = {"stderr", "journald", "syslog", "file"};
static const char *const sockets[] = {"", "/run/systemd/journal/socket", "/dev/log", ""};

static struct {
	enum log_kind kind;
	char *path; /* of the file or socket; NULL: stderr */
	unsigned facility, mode;
	bool systemd;		/* stderr goes to journald */
	struct log_stream err;	/* stderr */
	struct log_stream file; /* LOG_TO_FILE */
	int socket;		/* LOG_TO_JOURNALD, LOG_TO_SYSLOG; -1: not connected */
	struct buf lines;	/* what waits for it: struct log_line and its octets, one after the other */
	struct buf datagram;
	bool away;
	int64_t tried_s;    /* when it was looked at last */
	uint64_t elsewhere; /* lines that have gone to stderr meanwhile */
	uint64_t dropped, dropped_told;
} at = {.err.fd = STDERR_FILENO, .file.fd = -1, .socket = -1};

static int64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* systemd tells what stderr is when journald reads it: device and inode. */
static bool is_systemd(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;
	char *end;

	if (stream == NULL || fstat(fd, &st) != 0)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, &end, 10);
	return *end == '\0' && device == st.st_dev && inode == st.st_ino;
}

static void put_stderr(const struct log_line *line)
{
	if (buf_len(&at.err.out) + LOG_LINE_MAX > LOG_GATHER_MAX)
		(void)log_stream_flush(&at.err);
	if (buf_len(&at.err.out) + LOG_LINE_MAX > LOG_GATHER_MAX)
		at.dropped++;
	else if (at.systemd)
		log_form_systemd(&at.err.out, line);
	else
		log_form_plain(&at.err.out, line);
}

/* A line about the log itself. */
__attribute__((format(printf, 2, 3))) static void tell(enum log_level level, const char *fmt, ...)
{
	char text[512], room[LOG_LINE_MAX];
	struct log_line line;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_form_line(&line, room, level, NULL, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
	log_target_put(&line);
}

/* --- opening --- */

static int open_file(void)
{
	return open(at.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, (mode_t)at.mode);
}

static int open_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || strlen(at.path) >= sizeof(address.sun_path)) {
		if (fd >= 0) {
			close(fd);
			errno = ENAMETOOLONG;
		}
		return -1;
	}
	strcpy(address.sun_path, at.path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void shut(void)
{
	if (at.file.fd >= 0)
		close(at.file.fd);
	if (at.socket >= 0)
		close(at.socket);
	at.file.fd = at.socket = -1;
}

/* Opens the target, the one before stays when that fails: 0 or -errno. */
static int open_target(void)
{
	int fd = at.kind == LOG_TO_FILE ? open_file() : open_socket();

	if (fd < 0)
		return -errno;
	shut();
	if (at.kind == LOG_TO_FILE)
		log_stream_set(&at.file, fd);
	else
		at.socket = fd;
	at.tried_s = now_s();
	return 0;
}

/* --- away and back --- */

static bool next_line(struct log_line *line)
{
	if (buf_len(&at.lines) == 0)
		return false;
	memcpy(line, buf_data(&at.lines), sizeof(*line));
	line->whole = (const char *)buf_data(&at.lines) + sizeof(*line);
	return true;
}

static void line_gone(const struct log_line *line)
{
	buf_consume(&at.lines, sizeof(*line) + line->n, KEEP);
}

/* What waits for the target goes to stderr, as all that follows. */
static void lose(int error)
{
	struct log_line line;

	at.away = true;
	at.tried_s = now_s();
	at.elsewhere = 0;
	shut();
	tell(LOG_LEVEL_ERROR,
	     "event=log_target_lost target=%s path=%s error=\"%s\" action=\"lines go to stderr until "
	     "it is back\"",
	     names[at.kind], at.path, strerror(error));
	while (next_line(&line)) {
		put_stderr(&line);
		at.elsewhere++;
		line_gone(&line);
	}
	if (buf_len(&at.file.out) > 0) {
		buf_put(&at.err.out, buf_data(&at.file.out), buf_len(&at.file.out));
		at.elsewhere += log_stream_drop(&at.file);
	}
}

static void come_back(void)
{
	at.away = false;
	tell(LOG_LEVEL_WARN, "event=log_target_back target=%s path=%s lines_on_stderr=%llu", names[at.kind], at.path,
	     (unsigned long long)at.elsewhere);
}

/* Once a second: one that is away is tried, a file that somebody has removed is made again. */
static void look_after(void)
{
	struct stat st;
	int64_t now = now_s();

	if (at.path == NULL || now == at.tried_s)
		return;
	at.tried_s = now;
	if (at.away) {
		if (open_target() == 0)
			come_back();
	} else if (at.kind == LOG_TO_FILE && fstat(at.file.fd, &st) == 0 && st.st_nlink == 0) {
		(void)log_stream_flush(&at.file);
		int error = open_target();
		if (error != 0)
			lose(-error);
		else
			tell(LOG_LEVEL_WARN, "event=log_reopened target=file path=%s why=\"it was removed\"", at.path);
	}
}

/* --- lines --- */

static void put_later(const struct log_line *line)
{
	if (buf_len(&at.lines) + sizeof(*line) + line->n > LOG_GATHER_MAX)
		log_target_flush();
	if (at.away) {
		put_stderr(line);
	} else if (buf_len(&at.lines) + sizeof(*line) + line->n > LOG_GATHER_MAX) {
		at.dropped++;
	} else {
		buf_put(&at.lines, line, sizeof(*line));
		buf_put(&at.lines, line->whole, line->n);
	}
}

void log_target_put(const struct log_line *line)
{
	if (at.path == NULL || at.away) {
		at.elsewhere++;
		put_stderr(line);
	} else if (at.kind != LOG_TO_FILE) {
		put_later(line);
	} else {
		if (buf_len(&at.file.out) + LOG_LINE_MAX > LOG_GATHER_MAX)
			log_target_flush();
		if (at.away)
			put_stderr(line);
		else
			log_form_plain(&at.file.out, line);
	}
}

/* 1 sent, 0 later, -errno. */
static int send_line(const struct log_line *line)
{
	buf_consume(&at.datagram, buf_len(&at.datagram), KEEP);
	if (at.kind == LOG_TO_JOURNALD)
		log_form_journal(&at.datagram, line);
	else
		log_form_syslog(&at.datagram, line, at.facility);
	if (send(at.socket, buf_data(&at.datagram), buf_len(&at.datagram), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 1;
	return errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? 0 : -errno;
}

static void flush_lines(void)
{
	struct log_line line;
	bool again = true; /* may be connected again */

	while (next_line(&line)) {
		int sent = send_line(&line);
		if (sent == 0)
			return;
		if (sent < 0 && again && open_target() == 0) { /* its reader was restarted */
			again = false;
			continue;
		}
		if (sent < 0) {
			lose(-sent);
			return;
		}
		line_gone(&line);
	}
}

/* Once lines were lost and the other side reads again, the log says so. */
static void tell_dropped(void)
{
	uint64_t lost = at.dropped - at.dropped_told;

	if (lost == 0 || buf_len(&at.err.out) + buf_len(&at.lines) > LOG_GATHER_MAX / 2)
		return;
	at.dropped_told = at.dropped;
	tell(LOG_LEVEL_WARN, "event=log_lines_dropped count=%llu", (unsigned long long)lost);
}

/* Whether anything left. */
static bool flush_once(void)
{
	size_t waits = buf_len(&at.lines) + buf_len(&at.file.out) + buf_len(&at.err.out);
	int error = 0;

	if (at.path != NULL && !at.away) {
		if (at.kind == LOG_TO_FILE)
			error = log_stream_flush(&at.file);
		else
			flush_lines();
		if (error < 0)
			lose(-error);
	}
	if (log_stream_flush(&at.err) == 0)
		return waits > buf_len(&at.lines) + buf_len(&at.file.out) + buf_len(&at.err.out);
	at.dropped += log_stream_drop(&at.err);
	return false;
}

void log_target_flush(void)
{
	look_after();
	if (flush_once() && at.dropped != at.dropped_told) {
		tell_dropped();
		(void)flush_once();
	}
}

/* --- which one --- */

static void forget(void)
{
	shut();
	mem_free(at.path);
	at.path = NULL;
	at.away = false;
	buf_free(&at.lines);
	buf_free(&at.file.out);
	buf_free(&at.datagram);
}

void log_target_open(int fd)
{
	log_target_flush();
	forget();
	at.kind = LOG_TO_STDERR;
	at.systemd = false;
	log_stream_set(&at.err, fd);
}

void log_target_close(void)
{
	log_target_flush();
	forget();
	buf_free(&at.err.out);
	log_stream_set(&at.err, STDERR_FILENO);
	at.kind = LOG_TO_STDERR;
	at.systemd = false;
}

void log_target_set(const struct log_target *t)
{
	log_target_flush();
	forget();
	at.kind = t->kind;
	at.facility = t->facility;
	at.mode = t->mode;
	at.systemd = is_systemd(at.err.fd);
	if (t->kind == LOG_TO_STDERR)
		return;
	bool usual = t->path == NULL || *t->path == '\0';
	at.path = mem_strdup(usual ? sockets[t->kind] : t->path);
	int error = open_target();
	if (error < 0)
		lose(-error);
}

void log_target_reopen(void)
{
	if (at.path == NULL)
		return;
	log_target_flush(); /* what was logged before belongs to the file before */
	int error = open_target();
	if (error < 0 && !at.away)
		tell(LOG_LEVEL_ERROR,
		     "event=log_reopen_failed target=%s path=%s error=\"%s\" action=\"the one before "
		     "is used on\"",
		     names[at.kind], at.path, strerror(-error));
	else if (error == 0 && at.away)
		come_back();
	else if (error == 0)
		tell(LOG_LEVEL_INFO, "event=log_reopened target=%s path=%s", names[at.kind], at.path);
}

bool log_target_elsewhere(void)
{
	return at.path != NULL;
}

bool log_target_away(void)
{
	return at.away;
}

uint64_t log_target_dropped(void)
{
	return at.dropped;
}
