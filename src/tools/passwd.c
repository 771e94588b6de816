/*
 * passwd.c - smppgwctl passwd: reads a password and prints its crypt(3) hash. Knows no gateway and no configuration.
 */
#include "tools/passwd.h"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "tools/opts.h"

#define PASSWD_MAX 127 /* octets; as link/auth.h */

enum { DONE = 0, REFUSED = 1, USAGE = 2 };

struct passwd_conf {
	int method;
	bool token;
};

static const struct opts_about about = {
	.program = "smppgwctl passwd",
	.operands = "",
	.purpose = "Reads a password from the terminal, without echo, or from standard input, and prints the crypt(3) "
		   "hash "
		   "that stands in its place in the configuration.",
	.exits = "0  done\n1  the password cannot be used\n2  wrong usage",
};

static const struct opts_row rows[] = {
	{"method", OPTS_CHOICE, offsetof(struct passwd_conf, method), "sha512", .choices = "sha512|yescrypt",
	 .help = "yescrypt costs guessers more, and the gateway's machine some 20 ms for each new or wrong password"},
	{"token", OPTS_FLAG, offsetof(struct passwd_conf, token), NULL,
	 .help = "the secret of a console token, which may have more than the 8 octets of SMPP"},
};

static const char *const prefixes[] = {"$6$", "$y$"}; /* as the choices of --method */

static int refuse(const char *why)
{
	fprintf(stderr, "smppgwctl passwd: %s\n", why);
	return REFUSED;
}

/* A line without its newline; NULL, or why there is none. */
static const char *read_line(FILE *in, char out[PASSWD_MAX + 3])
{
	if (fgets(out, PASSWD_MAX + 3, in) == NULL)
		return ferror(in) ? strerror(errno) : "there is no password: standard input is empty";
	size_t n = strcspn(out, "\r\n");
	bool whole = out[n] != '\0' || feof(in);
	out[n] = '\0';
	return whole ? NULL : "the password is too long: at most 127 octets";
}

static const char *ask(FILE *terminal, const char *prompt, char out[PASSWD_MAX + 3])
{
	struct termios before, silent;

	if (tcgetattr(fileno(terminal), &before) != 0)
		return strerror(errno);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fileno(terminal), TCSAFLUSH, &silent); /* before the prompt: what is typed on it is heard */
	fputs(prompt, stderr);
	const char *why = read_line(terminal, out);
	tcsetattr(fileno(terminal), TCSAFLUSH, &before);
	fputs("\n", stderr);
	return why;
}

static const char *read_password(char out[PASSWD_MAX + 3])
{
	char again[PASSWD_MAX + 3] = "";

	if (!isatty(STDIN_FILENO))
		return read_line(stdin, out);
	const char *why = ask(stdin, "Password: ", out);
	if (why == NULL)
		why = ask(stdin, "Once more: ", again);
	if (why == NULL && strcmp(out, again) != 0)
		why = "the two are not the same";
	explicit_bzero(again, sizeof(again));
	return why;
}

/* NULL, or why nobody could use it. */
static const char *fault_of(const char *password, bool token)
{
	size_t n = strlen(password);

	if (n == 0)
		return "an empty password lets everybody in";
	if (!text_valid(password, n))
		return "the password is no UTF-8 text";
	if (!token && n > PASSWD_SMPP_MAX)
		return "SMPP carries at most 8 octets of a password, so no app could bind with this one; take a "
		       "shorter "
		       "one, or --token for the secret of a console token";
	return n > PASSWD_MAX ? "the password is too long: at most 127 octets" : NULL;
}

static int print_hash(const char *password, const char *prefix)
{
	struct crypt_data *data = mem_zalloc(sizeof(*data));
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = crypt_gensalt_rn(prefix, 0, NULL, 0, salt, sizeof(salt));

	if (hash != NULL)
		hash = crypt_r(password, salt, data);
	bool good = hash != NULL && hash[0] != '*';
	if (good)
		puts(hash);
	explicit_bzero(data, sizeof(*data));
	mem_free(data);
	return good ? DONE : refuse("the system's crypt(3) does not know this method");
}

int passwd_main(int argc, char **argv)
{
	struct passwd_conf conf = {0};
	char password[PASSWD_MAX + 3] = "";
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &conf, argc, argv);

	if (at < 0)
		return at == OPTS_DONE ? DONE : USAGE;
	const char *why = read_password(password);
	if (why == NULL)
		why = fault_of(password, conf.token);
	int result = why != NULL ? refuse(why) : print_hash(password, prefixes[conf.method]);
	explicit_bzero(password, sizeof(password));
	if (result == DONE && fflush(stdout) != 0)
		return refuse(strerror(errno));
	return result;
}
