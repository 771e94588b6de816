/*
 * ask.h - asking the gateway's console: the request line, the connection, the answer. Knows no commands.
 */
#ifndef TOOLS_ASK_H
#define TOOLS_ASK_H

#include <stdbool.h>

#include "base/buf.h"

/* A word as the console reads it: one with blanks or quotes in double quotes. */
void ask_word(struct buf *line, const char *word);
/* What goes ahead of every command: the wish for JSON, the token (NULL: none). */
void ask_options(struct buf *line, bool json, const char *token);
/* Connected, not blocking when told so; -1 with errno. */
__attribute__((warn_unused_result)) int ask_connect(const char *path, bool nonblocking);
/* "cannot reach the gateway at PATH: WHY; what to do", by an errno. */
void ask_unreachable(const char *path, int error, char *out, size_t cap);

/* Cuts an answer as it comes: lines of progress, the first line, what follows. */
struct ask_answer {
	char first[4096]; /* without its newline */
	size_t n;
	bool whole; /* the first line has ended */
};
/* Takes n octets. The output among them: the last *rest octets of p. progress: told a line; may be NULL. */
void ask_take(struct ask_answer *a, const char *p, size_t n, void (*progress)(const char *text), size_t *rest);
enum ask_verdict { ASK_OK, ASK_ERROR, ASK_NONSENSE };
/* When the stream has ended. why: the sentence for stderr (cap octets). */
enum ask_verdict ask_verdict(const struct ask_answer *a, const char *path, char *why, size_t cap);

#endif
