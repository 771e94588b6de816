/*
 * secret.c - finds and reads secrets in files and in systemd's credentials. Knows no options.
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_IN_FILE	     "file:"
#define SECRET_IN_CREDENTIAL "credential:"

static bool begins(const char *s, const char *with, const char **rest)
{
	size_t n = strlen(with);

	*rest = s + n;
	return strncmp(s, with, n) == 0;
}

static enum secret_kind place_credential(const char *name, char path[SECRET_PATH], char why[SECRET_WHY])
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");

	if (*name == '\0' || *name == '.' || strchr(name, '/') != NULL || strlen(name) > 255) {
		snprintf(why, SECRET_WHY, "must name a credential without slashes, like credential:bank");
		return SECRET_WRONG;
	}
	if (directory == NULL || directory[0] != '/') {
		snprintf(why, SECRET_WHY,
			 "is the credential %.64s, but $CREDENTIALS_DIRECTORY is not set: start the gateway by systemd "
			 "with LoadCredential=%.64s:FILE",
			 name, name);
		return SECRET_WRONG;
	}
	if (snprintf(path, SECRET_PATH, "%s/%s", directory, name) < SECRET_PATH)
		return SECRET_FILE;
	snprintf(why, SECRET_WHY, "is a credential whose path is too long");
	return SECRET_WRONG;
}

enum secret_kind secret_place(const char *value, char path[SECRET_PATH], char why[SECRET_WHY])
{
	const char *rest;

	if (begins(value, SECRET_IN_CREDENTIAL, &rest))
		return place_credential(rest, path, why);
	if (!begins(value, SECRET_IN_FILE, &rest))
		return SECRET_PLAIN;
	if (rest[0] == '/' && snprintf(path, SECRET_PATH, "%s", rest) < SECRET_PATH)
		return SECRET_FILE;
	snprintf(why, SECRET_WHY, "must name a file from the root, like file:/etc/smppgw/bank.password");
	return SECRET_WRONG;
}

static int read_all(int fd, char out[SECRET_MAX + 2], size_t *n)
{
	*n = 0;
	while (*n < SECRET_MAX + 2) {
		ssize_t got = read(fd, out + *n, SECRET_MAX + 2 - *n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	return 0;
}

/* Takes the newline off; NULL when it is one line that can be a secret. */
static const char *fault_of(const char *text, size_t *n)
{
	if (*n > 0 && text[*n - 1] == '\n')
		--*n;
	if (*n > 0 && text[*n - 1] == '\r')
		--*n;
	if (*n == 0)
		return "is empty";
	if (*n > SECRET_MAX)
		return "is too long";
	if (memchr(text, '\0', *n) != NULL)
		return "has octets that are no text";
	return memchr(text, '\n', *n) != NULL ? "has more than one line" : NULL;
}

int secret_read(const char *path, char out[SECRET_MAX + 1], char why[SECRET_WHY])
{
	char text[SECRET_MAX + 2];
	size_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || read_all(fd, text, &n) != 0) {
		snprintf(why, SECRET_WHY, "is in the file %.300s, which cannot be read: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	const char *fault = fault_of(text, &n);
	if (fault == NULL) {
		memcpy(out, text, n);
		out[n] = '\0';
	} else {
		snprintf(why, SECRET_WHY, "is in the file %.300s, which %s", path, fault);
	}
	explicit_bzero(text, sizeof(text));
	return fault == NULL ? 0 : -1;
}

bool secret_is_open(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IROTH) != 0;
}

bool secret_shows(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[SECRET_PATH];
	struct stat st;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
	return secret_is_open(path) && stat(folder, &st) == 0 && (st.st_mode & S_IXOTH) != 0;
}

void secret_wipe(char *s)
{
	if (s != NULL)
		explicit_bzero(s, strlen(s));
}
