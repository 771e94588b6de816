/*
 * log_stream.c - writes gathered lines to a file descriptor of any kind without blocking. Knows no lines' form.
 *
 * The descriptor is often shared (stderr), so that it is not made non-blocking: each kind of it is asked in its own way
 * whether it takes something.
 */
#include "base/log_stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_PIECE 4096u  /* a pipe that polls writable takes so much without blocking */
#define SEND_PIECE 65536u /* a full socket is not shown a megabyte each time */
#define KEEP	   65536u

void log_stream_set(struct log_stream *s, int fd)
{
	struct stat st;

	s->fd = fd;
	s->sink = LOG_SINK_PIPE;
	if (fd < 0 || fstat(fd, &st) != 0)
		return;
	if (S_ISREG(st.st_mode))
		s->sink = LOG_SINK_FILE;
	else if (S_ISSOCK(st.st_mode))
		s->sink = LOG_SINK_SOCKET;
}

/* One attempt to write; what was written, 0 when the other side takes nothing now, -1 when it never will. */
static ssize_t attempt(const struct log_stream *s, const uint8_t *p, size_t n)
{
	struct pollfd ready = {.fd = s->fd, .events = POLLOUT};
	ssize_t put = 0;

	switch (s->sink) {
	case LOG_SINK_FILE:
		put = write(s->fd, p, n);
		break;
	case LOG_SINK_SOCKET:
		put = send(s->fd, p, n < SEND_PIECE ? n : SEND_PIECE, MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	case LOG_SINK_PIPE:
		if (poll(&ready, 1, 0) <= 0)
			return 0;
		put = write(s->fd, p, n < PIPE_PIECE ? n : PIPE_PIECE);
		break;
	}
	if (put >= 0)
		return put;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : -1;
}

int log_stream_flush(struct log_stream *s)
{
	while (buf_len(&s->out) > 0) {
		ssize_t put = attempt(s, buf_data(&s->out), buf_len(&s->out));
		if (put < 0)
			return -errno;
		if (put == 0)
			return 0;
		buf_consume(&s->out, (size_t)put, KEEP);
	}
	return 0;
}

uint64_t log_stream_drop(struct log_stream *s)
{
	uint64_t lines = 0;
	size_t n = buf_len(&s->out);

	if (n == 0)
		return 0;
	for (const uint8_t *p = buf_data(&s->out), *end = p + n;
	     p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		lines++;
	buf_consume(&s->out, n, KEEP);
	return lines;
}
