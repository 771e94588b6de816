/*
 * console.h - the operator's socket: a unix stream socket on which each connection asks once. The request is one line
 * of words (words.h, at most 4 KiB): options that begin with two dashes, a command, its words. The answer is a line
 * `ok` or `error MESSAGE`, then the output, then the end of the stream.
 *   --json         the output is one JSON object (form.h), also behind an error
 *   --token T      the right that goes with the token NAME:SECRET, when that is more than the peer has
 * Commands are rows in a table; the console knows none of them. A command answers at once, or in a later turn:
 * then the connection waits for console_finish().
 */
#ifndef NOC_CONSOLE_H
#define NOC_CONSOLE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/loop.h"
#include "noc/rights.h"

#define CONSOLE_MAX_CONNECTIONS 16
#define CONSOLE_KEPT_FREE	4    /* of them, for who may operate by himself: others cannot lock him out */
#define CONSOLE_MAX_REQUEST	4096 /* octets, with the newline */
#define CONSOLE_MAX_WORDS	64
#define CONSOLE_MAX_GIVEN	64   /* sockets */
#define CONSOLE_MAX_MESSAGE	1024 /* octets, of an error */
#define CONSOLE_TIMEOUT_MS	5000 /* for the request; and for the answer, without progress */
#define CONSOLE_WRONG_TOKEN_MS	1000 /* after which who has shown a wrong token is told so */

/* The form of what goes over in a handover; another one is refused. */
#define CONSOLE_HANDOVER_FORM "1"

#define CONSOLE_LATER 1 /* a command's result: its answer comes with console_finish() */

struct console_command;
struct console_later;
struct console_call {
	void *arg;
	const struct console_command *table;
	const char *const *words; /* behind the name of the command; UTF-8 */
	size_t n;
	uid_t uid;			   /* who asks */
	const char *who;		   /* the same as text: "uid:0", "token:zhang" */
	enum console_right right;	   /* what who asks may do */
	struct buf *out;		   /* the output, UTF-8 */
	char message[CONSOLE_MAX_MESSAGE]; /* why it failed */
	bool keep_out;			   /* the output goes out behind that, too */
	struct console_later *later;
};

/* What the first word behind the command's name (with `before`: the second) may be. */
struct console_sub {
	const char *name; /* the list ends with NULL */
	const char *args; /* "ACCOUNT CAMPAIGN [--wait SECONDS]" */
	size_t min, max;  /* words behind it */
	enum console_right right;
	const char *help; /* one sentence */
};

/*
 * Rows are written by name: {.name = "usage", .args = "[DAY] [ACCOUNT]", .max = 2, .right = CONSOLE_READ, ...}.
 *
 * args and a sub-command's args are shown, and are what completion and masking go by: NUMBER, TEXT and SECRET are
 * masked where actions are recorded; ACCOUNT, CARRIER, CAMPAIGN, CLASS, OPERATOR, LEVEL and COMMAND are completed by
 * names, FILE by files, words in lower case (show, --since) as they stand. [ ] and | as usual.
 */
struct console_command {
	const char *name;		      /* the table ends with NULL */
	const char *args;		      /* NULL or "": none. Not used with subs */
	size_t min, max;		      /* words behind the name; not used with subs */
	enum console_right right;	      /* not used with subs: each has its own */
	int (*fn)(struct console_call *call); /* 0, console_fail(), or CONSOLE_LATER; gets the sub-command in words */
	const char *help;		      /* one sentence */
	const char *examples;		      /* NULL, or lines without `smppgwctl` */
	const struct console_sub *subs;	      /* NULL: none */
	const char *before;		      /* "CARRIER": a word stands between command and sub-command */
	const char *sub;		      /* the sub-command when none is named; NULL: one must be */
	bool forgets;			      /* what is kept of it masks numbers, whatever the log does */
};

/* Sets the message and returns -1; the output is dropped, but for call->keep_out. */
__attribute__((format(printf, 2, 3))) int console_fail(struct console_call *call, const char *fmt, ...);

/*
 * A command that answers in a later turn: its fn calls console_later(), gives what that returns to whoever will know
 * the answer, and returns CONSOLE_LATER. Then console_finish() is owed exactly once; it may also come before fn
 * returns. The connection or the whole console may have gone meanwhile: then the answer is dropped. When fn ends
 * otherwise, what console_later() returned is freed, and must not be finished. The words of the call are gone when fn
 * returns.
 */
struct console_later *console_later(struct console_call *call);
struct buf *console_later_out(struct console_later *l);	 /* the output so far, UTF-8; filled in any turn */
void console_later_keep(struct console_later *l);	 /* the output goes out behind an error, too */
bool console_later_waits(const struct console_later *l); /* who has asked is still there */
/*
 * A line that goes out at once, ahead of the answer: "progress " and text. Dropped when nobody waits, or who waits does
 * not read.
 */
__attribute__((format(printf, 2, 3))) void console_progress(struct console_later *l, const char *fmt, ...);
/* error: NULL, or why it failed (the output is dropped then, but for console_later_keep()). Frees l. */
void console_finish(struct console_later *l, const char *error);

/*
 * Gives sockets fds[n] to whoever waits for l, with a line of progress. A duplicate of the connection, owned by the
 * caller, whose other end sees the end of the stream only when it is closed; or -1: nobody waits, or it did not do.
 */
int console_give(struct console_later *l, const int *fds, size_t n, const char *line);

struct console_stats {
	uint64_t commands;     /* carried out */
	uint64_t refused;      /* answered with an error, or without a request in time */
	uint64_t wrong_tokens; /* requests with a token that is not right */
};

struct actions;
struct console_about { /* borrowed for life */
	const struct console_command *table;
	void *arg;
	struct rights *rights;
	struct actions *actions; /* NULL: nobody keeps book of what is done */
	struct console_stats *stats;
};

/* Who asks, and what is known of the token that his request shows. */
struct console_asker {
	struct rights_peer who;
	bool wrong_token;		      /* it was compared, and is wrong */
	void (*again)(bool right, void *arg); /* NULL: it cannot be compared */
	void *arg;
};

#define CONSOLE_WRONG_TOKEN (-2)
#define CONSOLE_PROVING	    2
/*
 * Looks up and runs one request line: n octets and one more; they are changed. Appends the whole answer, `ok` or
 * `error` first: 0 when it was `ok`, else -1, or CONSOLE_WRONG_TOKEN: the answer should wait for a while.
 * CONSOLE_LATER: nothing is appended yet; *later is told the answer. CONSOLE_PROVING: nothing has been done; again()
 * will be called in a later turn, but for rights_forget(), and then the same line is due once more.
 */
int console_answer(const struct console_about *about, const struct console_asker *asker, int64_t wall_ms, char *line,
		   size_t n, struct buf *out, struct console_later **later);

struct console;
/* Takes fd, a listening unix socket. Copies about. Never NULL. */
struct console *console_new(struct loop *loop, int fd, const struct console_about *about);
void console_free(struct console *c);

#endif
