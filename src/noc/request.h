/*
 * request.h - one request line of the console: its options, which command and sub-command it is, which right that
 * needs, whether its words are as many as they may be; the sentences that say how they should be. Pure.
 */
#ifndef NOC_REQUEST_H
#define NOC_REQUEST_H

#include "noc/console.h"

struct request {
	const struct console_command *command; /* NULL: there is none */
	const struct console_sub *sub;	       /* NULL: it has none, or none was found */
	enum console_right needs;
	bool json;
	const char *token; /* NULL: none; borrows the line */
	const char *all[CONSOLE_MAX_WORDS];
	const char *const *words; /* behind the command's name */
	size_t n;
};

/*
 * line: n octets and one more; changed, r borrows it. 0, or -1 with why (cap octets): r has what was found before that.
 */
int request_read(const struct console_command *table, char *line, size_t n, struct request *r, char *why, size_t cap);

/* "campaign list [ACCOUNT] | show ACCOUNT CAMPAIGN"; sub: only that one. */
void request_usage(const struct console_command *c, const struct console_sub *sub, struct buf *out);
/* What comes behind a command's name, short: "[DAY] [ACCOUNT]", "list|show|pause". */
void request_args(const struct console_command *c, struct buf *out);
const struct console_command *request_command(const struct console_command *table, const char *name);

/*
 * The word of args that stands at place `at` ("[--since", "TIME]" without brackets) in out; false behind the last one.
 * The words behind an option follow it. "ID|--all" is one word.
 */
bool request_arg(const char *args, size_t at, char *out, size_t cap);

/*
 * The request as text for the log and for records: without token; numbers, texts and secrets as the log shows them, but
 * numbers always masked of a command that forgets.
 */
void request_masked(const struct request *r, struct buf *out);

#endif
