/*
 * smppgwctl.c - the operator's tool: sends one command line to the gateway's console socket and prints the answer.
 * Knows no commands (help lists them) but two of its own: top and passwd.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "tools/ask.h"
#include "tools/opts.h"
#include "tools/passwd.h"
#include "tools/top.h"

enum { DONE = 0, GATEWAY_ERROR = 1, USAGE = 2, UNREACHABLE = 3 };

struct ctl_conf {
	const char *socket, *token_file;
	bool json;
};

static const struct opts_about about = {
	.program = "smppgwctl",
	.operands = "COMMAND [WORD]...",
	.purpose =
		"Sends a command to the running gateway and prints its answer. The command help lists all commands, "
		"help COMMAND tells about one; top shows a live screen. Examples: smppgwctl status; smppgwctl --json "
		"carriers; smppgwctl carrier mobile pause.",
	.exits = "0  done\n1  the gateway answered with an error\n2  wrong usage\n3  the gateway could not be reached",
};

static const struct opts_row rows[] = {
	{"socket", OPTS_TEXT, offsetof(struct ctl_conf, socket), "/run/smppgw/console.sock", .arg = "SOCKET",
	 .help = "the gateway's console socket", .letter = 's'},
	{"json", OPTS_FLAG, offsetof(struct ctl_conf, json), NULL, .help = "print one JSON object, also when it fails",
	 .letter = 'j'},
	{"token-file", OPTS_TEXT, offsetof(struct ctl_conf, token_file), NULL, .arg = "FILE",
	 .help = "show the token NAME:SECRET in this file; without it the one in SMPPGWCTL_TOKEN", .letter = 't'},
};

/* Words that name a file which the gateway reads: it knows nothing of this directory. */
static const struct {
	const char *command, *sub;
	int word; /* behind sub, from 0; -1: any that is no option */
} readers[] = {{"ported", "load", -1},	 {"route", "test", -1},	   {"optout", "import", 0}, {"optout", "export", 0},
	       {"consent", "import", 1}, {"consent", "export", 1}, {"dead", "export", 0},   {"capture", "start", 0}};

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

/* Tells why on stderr, and with --json as an object on stdout. */
static int fail(const struct ctl_conf *conf, int status, const char *why, bool object)
{
	struct buf out = {0};

	fprintf(stderr, "smppgwctl: %s\n", why);
	if (!conf->json || !object)
		return status;
	buf_puts(&out, "{\"error\":\"");
	for (const char *p = why; *p; p++) {
		if ((unsigned char)*p < ' ')
			buf_printf(&out, "\\u%04x", (unsigned)*p);
		else
			buf_printf(&out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
	}
	buf_puts(&out, "\"}\n");
	fwrite(buf_data(&out), 1, buf_len(&out), stdout);
	buf_free(&out);
	return status;
}

static int unreachable(const struct ctl_conf *conf)
{
	char why[PATH_MAX + 512];

	ask_unreachable(conf->socket, errno, why, sizeof(why));
	return fail(conf, UNREACHABLE, why, true);
}

/* --- the token --- */

/* A secret in argv could be seen by everybody: it comes from a file that others cannot read, or the environment. */
static bool read_token(const char *path, char *out, size_t cap, char *why, size_t room)
{
	struct stat st;
	FILE *f = fopen(path, "re");

	if (!f || fstat(fileno(f), &st) != 0 || !fgets(out, (int)cap, f)) {
		snprintf(why, room, "the token's file %s cannot be read: %s", path,
			 errno ? strerror(errno) : "it is empty");
		if (f)
			fclose(f);
		return false;
	}
	fclose(f);
	out[strcspn(out, "\r\n")] = '\0';
	if (S_ISREG(st.st_mode) && (st.st_mode & 007)) {
		snprintf(why, room, "everybody can read the token's file %s; chmod 600 it, and change the token", path);
		return false;
	}
	if (!strchr(out, ':')) {
		snprintf(why, room, "the first line of %s is no token NAME:SECRET", path);
		return false;
	}
	return true;
}

/* NULL: none. -1 with why. */
static int find_token(const struct ctl_conf *conf, char *room, size_t cap, const char **token, char *why, size_t n)
{
	const char *given = getenv("SMPPGWCTL_TOKEN");

	*token = given && *given ? given : NULL;
	if (!conf->token_file)
		return 0;
	errno = 0;
	*token = room;
	return read_token(conf->token_file, room, cap, why, n) ? 0 : -1;
}

/* --- asking --- */

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

static void show_progress(const char *text)
{
	fprintf(stderr, "%s\n", text);
}

static int converse(int fd, struct buf *line, const struct ctl_conf *conf)
{
	static const int statuses[] = {[ASK_OK] = DONE, [ASK_ERROR] = GATEWAY_ERROR, [ASK_NONSENSE] = UNREACHABLE};
	struct ask_answer a = {.n = 0};
	char p[65536], why[sizeof(a.first) + PATH_MAX];
	size_t rest, output = 0;
	ssize_t n;

	if (!send_line(fd, line) && errno != EPIPE) /* closed before it was read: why, may be there to be read */
		return unreachable(conf);
	while ((n = read(fd, p, sizeof(p))) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		ask_take(&a, p, (size_t)n, show_progress, &rest);
		fwrite(p + n - rest, 1, rest, stdout);
		output += rest;
	}
	if (n < 0 && a.n == 0)
		return unreachable(conf);
	fflush(stdout);
	enum ask_verdict v = ask_verdict(&a, conf->socket, why, sizeof(why));
	return v == ASK_OK ? DONE : fail(conf, statuses[v], why, output == 0);
}

/* --json may stand behind the command, too; how many words are left. */
static int take_json(struct ctl_conf *conf, char **argv, int at, int argc)
{
	int n = at;

	for (int i = at; i < argc; i++) {
		if (i > at && strcmp(argv[i], "--json") == 0)
			conf->json = true;
		else
			argv[n++] = argv[i];
	}
	return n;
}

static int ask(const struct ctl_conf *conf, const char *token, char **argv, int at, int argc)
{
	struct buf line = {0};
	char path[2 * PATH_MAX];
	int result = USAGE;

	ask_options(&line, conf->json, token);
	for (int i = at; i < argc; i++) {
		if (strchr(argv[i], '\n')) {
			opts_wrong(&about, "a command is one line");
			buf_free(&line);
			return USAGE;
		}
		buf_puts(&line, i > at ? " " : "");
		ask_word(&line, whole_path(argv, at, i, path));
	}
	buf_puts(&line, "\n");
	int fd = ask_connect(conf->socket, false);
	result = fd < 0 ? unreachable(conf) : converse(fd, &line, conf);
	if (fd >= 0)
		close(fd);
	buf_free(&line);
	return result;
}

int main(int argc, char **argv)
{
	struct ctl_conf conf = {0};
	char room[1024], why[PATH_MAX + 128];
	const char *token;
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &conf, argc, argv);

	if (at < 0)
		return at == OPTS_DONE ? DONE : USAGE;
	if (at == argc) {
		opts_wrong(&about, "a command is missing, such as: status");
		return USAGE;
	}
	if (strcmp(argv[at], "passwd") == 0)
		return passwd_main(argc - at, argv + at);
	argc = take_json(&conf, argv, at, argc);
	signal(SIGPIPE, SIG_IGN);
	if (find_token(&conf, room, sizeof(room), &token, why, sizeof(why)) < 0)
		return fail(&conf, USAGE, why, true);
	if (strcmp(argv[at], "top") == 0)
		return top_main(argc - at, argv + at, conf.socket, token);
	return ask(&conf, token, argv, at, argc);
}
