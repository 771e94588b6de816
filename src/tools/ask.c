/*
 * ask.c - a client of the console's socket. Must not know commands.
 */
#include "tools/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void ask_word(struct buf *line, const char *word)
{
	if (*word && !strpbrk(word, " \t\"\\'")) {
		buf_puts(line, word);
		return;
	}
	buf_puts(line, "\"");
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			buf_puts(line, "\\");
		buf_put(line, word, 1);
	}
	buf_puts(line, "\"");
}

void ask_options(struct buf *line, bool json, const char *token)
{
	buf_puts(line, json ? "--json " : "");
	if (!token)
		return;
	buf_puts(line, "--token ");
	ask_word(line, token);
	buf_puts(line, " ");
}

int ask_connect(const char *path, bool nonblocking)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

void ask_unreachable(const char *path, int error, char *out, size_t cap)
{
	const char *advice = error == EACCES	     ? "run it as the gateway's user or as root"
			     : error == ENOENT	     ? "is smppgwd running, and is this the console socket of its "
						       "configuration? Name another with -s"
			     : error == ECONNREFUSED ? "the gateway has ended and left the socket behind; start smppgwd"
						     : "check the socket's path (-s)";

	snprintf(out, cap, "cannot reach the gateway at %s: %s; %s", path, strerror(error), advice);
}

void ask_take(struct ask_answer *a, const char *p, size_t n, void (*progress)(const char *text), size_t *rest)
{
	static const char mark[] = "progress ";

	while (n > 0 && !a->whole) {
		bool end = *p == '\n';

		if (!end && a->n < sizeof(a->first) - 1)
			a->first[a->n++] = *p;
		p++;
		n--;
		if (!end)
			continue;
		a->whole = strncmp(a->first, mark, strlen(mark)) != 0;
		if (a->whole)
			break;
		if (progress)
			progress(a->first + strlen(mark));
		memset(a, 0, sizeof(*a));
	}
	*rest = n;
}

enum ask_verdict ask_verdict(const struct ask_answer *a, const char *path, char *why, size_t cap)
{
	if (strcmp(a->first, "ok") == 0)
		return ASK_OK;
	if (strncmp(a->first, "error", 5) == 0) {
		snprintf(why, cap, "%s", a->first + (a->first[5] == ' ' ? 6 : 5));
		return ASK_ERROR;
	}
	if (a->n == 0)
		snprintf(why, cap, "the gateway at %s closed the connection without an answer; see its log", path);
	else
		snprintf(why, cap, "%s does not answer like a gateway's console (\"%.200s\"); check -s", path,
			 a->first);
	return ASK_NONSENSE;
}
