/*
 * console.h - the operator's socket: a unix stream socket on which each connection asks once. The request is one line
 * of words (words.h, at most 4 KiB); the answer is a line `ok` or `error MESSAGE`, then the output, then the end of the
 * stream.
 * Commands are rows in a table; the console knows none of them. A command answers at once, or in a later turn:
 * then the connection waits for console_finish().
 *
 * Rights come from the peer's credentials: root and the daemon's own user may do everything; members of the configured
 * group may read and operate; whoever else the socket's mode lets in may read.
 */
#ifndef NOC_CONSOLE_H
#define NOC_CONSOLE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/loop.h"

#define CONSOLE_MAX_CONNECTIONS 16
#define CONSOLE_MAX_REQUEST	4096 /* octets, with the newline */
#define CONSOLE_MAX_WORDS	64
#define CONSOLE_TIMEOUT_MS	5000 /* for the request; and for the answer, without progress */
#define CONSOLE_NO_GROUP	((gid_t)-1)

enum console_right { CONSOLE_READ, CONSOLE_OPERATE, CONSOLE_ADMIN };

#define CONSOLE_LATER 1 /* a command's result: its answer comes with console_finish() */

struct console_command;
struct console_later;
struct console_call {
	void *arg;
	const struct console_command *table;
	const char *const *words; /* behind the name of the command; UTF-8 */
	size_t n;
	uid_t uid;	   /* who asks */
	struct buf *out;   /* the output, UTF-8 */
	char message[256]; /* why it failed */
	bool keep_out;	   /* the output goes out behind that, too */
	struct console_later *later;
};

struct console_command {
	const char *name; /* the table ends with NULL */
	const char *args; /* for help: "[NAME]" */
	size_t min, max;  /* words behind the name */
	enum console_right right;
	int (*fn)(struct console_call *call); /* 0, console_fail(), or CONSOLE_LATER */
	const char *help;		      /* one sentence */
};

/* Sets the message and returns -1; the output is dropped, but for call->keep_out. */
__attribute__((format(printf, 2, 3))) int console_fail(struct console_call *call, const char *fmt, ...);
const char *console_right_name(enum console_right r);

/*
 * A command that answers in a later turn: its fn calls console_later(), gives what that returns to whoever will know
 * the answer, and returns CONSOLE_LATER. Then console_finish() is owed exactly once; it may also come before fn
 * returns. The connection or the whole console may have gone meanwhile: then the answer is dropped. When fn ends
 * otherwise, what console_later() returned is freed, and must not be finished. The words of the call are gone when fn
 * returns.
 */
struct console_later *console_later(struct console_call *call);
struct buf *console_later_out(struct console_later *l); /* the output so far, UTF-8; filled in any turn */
void console_later_keep(struct console_later *l);	/* the output goes out behind an error, too */
/*
 * A line that goes out at once, ahead of the answer: "progress " and text. Dropped when nobody waits, or who waits does
 * not read.
 */
__attribute__((format(printf, 2, 3))) void console_progress(struct console_later *l, const char *fmt, ...);
/* error: NULL, or why it failed (the output is dropped then, but for console_later_keep()). Frees l. */
void console_finish(struct console_later *l, const char *error);

struct console_who {
	enum console_right right;
	uid_t uid;
};

struct console_stats {
	uint64_t commands; /* carried out */
	uint64_t refused;  /* answered with an error, or without a request in time */
};

/*
 * Looks up and runs one request line: n octets and one more that may be overwritten. Appends the whole answer, `ok` or
 * `error` first: 0 when it was `ok`, else -1. CONSOLE_LATER: nothing is appended yet; *later is told the answer.
 */
int console_answer(const struct console_command *table, void *arg, const struct console_who *who, char *line, size_t n,
		   struct buf *out, struct console_later **later);

struct console;
/* Takes fd, a listening unix socket. table, stats: borrowed for life. group: CONSOLE_NO_GROUP for none. Never NULL. */
struct console *console_new(struct loop *loop, int fd, gid_t group, const struct console_command *table, void *arg,
			    struct console_stats *stats);
void console_free(struct console *c);

#endif
