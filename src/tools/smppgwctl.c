/*
 * smppgwctl.c - the operator's tool: sends one command line to the gateway's console socket and prints the answer.
 * Knows no commands: the gateway does (help lists them).
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "tools/opts.h"

enum { DONE = 0, GATEWAY_ERROR = 1, USAGE = 2, UNREACHABLE = 3 };

struct ctl_conf {
	const char *socket;
};

static const struct opts_about about = {
	.program = "smppgwctl",
	.operands = "COMMAND [WORD]...",
	.purpose = "Sends a command to the running gateway and prints its answer. The command help lists all commands.",
	.exits = "0  done\n1  the gateway answered with an error\n2  wrong usage\n3  the gateway could not be reached",
};

static const struct opts_row rows[] = {
	{"socket", OPTS_TEXT, offsetof(struct ctl_conf, socket), "/run/smppgw/console.sock", .arg = "SOCKET",
	 .help = "the gateway's console socket", .letter = 's'},
};

/* A word with blanks or quotes goes in double quotes, with backslashes before quotes and backslashes. */
static void put_word(struct buf *line, const char *word)
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

/* Words that name a file which the gateway reads: it knows nothing of this directory. */
static const struct {
	const char *command, *sub;
	int word; /* behind sub, from 0; -1: any that is no option */
} readers[] = {{"ported", "load", -1},	 {"route", "test", -1},	   {"optout", "import", 0}, {"optout", "export", 0},
	       {"consent", "import", 1}, {"consent", "export", 1}, {"dead", "export", 0},
	       {"capture", "start", 0}};

/* The file's whole path, in a buffer; the word itself when it names no file. */
static const char *whole_path(char **argv, int at, int i, char path[2 * PATH_MAX])
{
	char here[PATH_MAX];

	for (size_t k = 0; k < sizeof(readers) / sizeof(readers[0]); k++) {
		if (i < at + 2 || strcmp(argv[at], readers[k].command) != 0 ||
		    strcmp(argv[at + 1], readers[k].sub) != 0 || strchr("-/", argv[i][0]) ||
		    (readers[k].word >= 0 && i != at + 2 + readers[k].word) || !getcwd(here, sizeof(here)))
			continue;
		snprintf(path, 2 * PATH_MAX, "%s/%s", here, argv[i]);
		return path;
	}
	return argv[i];
}

static int connect_to(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int unreachable(const char *path)
{
	const char *advice = errno == EACCES	     ? "run it as the gateway's user or as root"
			     : errno == ENOENT	     ? "is smppgwd running, and is this the console socket of its "
						       "configuration? Name another with -s"
			     : errno == ECONNREFUSED ? "the gateway has ended and left the socket behind; start smppgwd"
						     : "check the socket's path (-s)";

	fprintf(stderr, "smppgwctl: cannot reach the gateway at %s: %s; %s\n", path, strerror(errno), advice);
	return UNREACHABLE;
}

static bool send_line(int fd, struct buf *line)
{
	while (buf_len(line) > 0) {
		ssize_t n = write(fd, buf_data(line), buf_len(line));

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			buf_consume(line, (size_t)n, SIZE_MAX);
	}
	return true;
}

/* Lines of progress, then the first line of the answer, then what follows as it comes. */
struct answer {
	char first[4096]; /* without its newline */
	size_t n;
	bool whole; /* the first line has ended */
};

static const char progress[] = "progress ";

static void take(struct answer *a, const char *p, size_t n)
{
	while (n > 0 && !a->whole) {
		bool end = *p == '\n';

		if (!end && a->n < sizeof(a->first) - 1)
			a->first[a->n++] = *p;
		p++;
		n--;
		if (!end)
			continue;
		a->whole = strncmp(a->first, progress, strlen(progress)) != 0;
		if (!a->whole) {
			fprintf(stderr, "%.*s\n", (int)(a->n - strlen(progress)), a->first + strlen(progress));
			memset(a, 0, sizeof(*a));
		}
	}
	fwrite(p, 1, n, stdout);
	fflush(stdout); /* top and the like go on for long */
}

static int verdict(const struct answer *a, const char *path)
{
	if (strcmp(a->first, "ok") == 0)
		return DONE;
	if (strncmp(a->first, "error", 5) == 0) {
		fprintf(stderr, "smppgwctl: %s\n", a->first + (a->first[5] == ' ' ? 6 : 5));
		return GATEWAY_ERROR;
	}
	if (a->n == 0)
		fprintf(stderr, "smppgwctl: the gateway at %s closed the connection without an answer; see its log\n",
			path);
	else
		fprintf(stderr, "smppgwctl: %s does not answer like a gateway's console (\"%s\"); check -s\n", path,
			a->first);
	return UNREACHABLE;
}

static int converse(int fd, struct buf *line, const char *path)
{
	struct answer a = {.n = 0};
	char p[65536];
	ssize_t n;

	if (!send_line(fd, line))
		return unreachable(path);
	while ((n = read(fd, p, sizeof(p))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			take(&a, p, (size_t)n);
	}
	return n < 0 ? unreachable(path) : verdict(&a, path);
}

int main(int argc, char **argv)
{
	struct ctl_conf conf;
	struct buf line = {0};
	char path[2 * PATH_MAX];
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &conf, argc, argv), fd, result;

	if (at < 0)
		return at == OPTS_DONE ? DONE : USAGE;
	if (at == argc) {
		opts_wrong(&about, "a command is missing, such as: status");
		return USAGE;
	}
	for (int i = at; i < argc; i++) {
		if (strchr(argv[i], '\n')) {
			opts_wrong(&about, "a command is one line");
			buf_free(&line);
			return USAGE;
		}
		buf_puts(&line, i > at ? " " : "");
		put_word(&line, whole_path(argv, at, i, path));
	}
	buf_puts(&line, "\n");
	signal(SIGPIPE, SIG_IGN);
	fd = connect_to(conf.socket);
	result = fd < 0 ? unreachable(conf.socket) : converse(fd, &line, conf.socket);
	if (fd >= 0)
		close(fd);
	buf_free(&line);
	return result;
}
