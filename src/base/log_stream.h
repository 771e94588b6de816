/*
 * log_stream.h - a file, pipe, terminal or stream socket that the log is written to, without waiting for who reads.
 */
#ifndef BASE_LOG_STREAM_H
#define BASE_LOG_STREAM_H

#include <stdint.h>
#include "base/buf.h"

#define LOG_GATHER_MAX (1u << 20) /* octets kept while the other side does not read */

enum log_sink { LOG_SINK_PIPE, LOG_SINK_FILE, LOG_SINK_SOCKET };

struct log_stream {
	int fd; /* borrowed; -1: none */
	enum log_sink sink;
	struct buf out; /* whole lines, but for the first, of which a part may be written already */
};

void log_stream_set(struct log_stream *s, int fd);
/* Writes what the other side takes now: 0, also when something waits; or -errno when it never will take it. */
int log_stream_flush(struct log_stream *s);
/* Drops what waits; how many lines. */
uint64_t log_stream_drop(struct log_stream *s);

#endif
