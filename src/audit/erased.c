/*
 * erased.c - notes of erasures, a line each: when, records, files, who, what, with tabs between. Must not know records.
 */
#include "audit/erased.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES	"erased.notes"
#define TAKEN	"erased.taken" /* while its records are made */
#define FIELD	300
#define AT_ONCE (64u << 10) /* octets of notes that are read */

static void plain(const char *from, char to[FIELD])
{
	snprintf(to, FIELD, "%s", from);
	for (char *c = to; *c; c++)
		*c = (unsigned char)*c < ' ' ? ' ' : *c;
}

int erased_leave(const char *directory, const struct erased *e)
{
	char path[4096], who[FIELD], what[FIELD], line[3 * FIELD];
	struct stat owner;
	int error = 0;

	snprintf(path, sizeof(path), "%s/%s", directory, NOTES);
	plain(e->who, who);
	plain(e->what, what);
	int n = snprintf(line, sizeof(line), "%" PRId64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\n", e->at_ms, e->records,
			 e->files, who, what);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return errno;
	if (write(fd, line, (size_t)n) != n || fsync(fd) != 0)
		error = errno ? errno : ENOSPC;
	/* root may have erased: the gateway's user must read it */
	if (!error && geteuid() == 0 && stat(directory, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid) != 0)
		error = errno;
	close(fd);
	return error;
}

static bool read_line(char *line, struct erased *e)
{
	char *rest = NULL, *field[5], *end;

	for (size_t i = 0; i < 5; i++) {
		field[i] = strtok_r(i ? NULL : line, "\t", &rest);
		if (!field[i])
			return false;
	}
	e->at_ms = strtoll(field[0], &end, 10);
	if (*end)
		return false;
	e->records = strtoull(field[1], &end, 10);
	if (*end)
		return false;
	e->files = strtoull(field[2], &end, 10);
	e->who = field[3];
	e->what = field[4];
	return *end == '\0';
}

void erased_take(const char *directory, void (*fn)(void *arg, const struct erased *e), void *arg)
{
	char notes[4096], taken[4096], *rest = NULL;

	snprintf(notes, sizeof(notes), "%s/%s", directory, NOTES);
	snprintf(taken, sizeof(taken), "%s/%s", directory, TAKEN);
	if (access(taken, F_OK) != 0 && rename(notes, taken) != 0)
		return;
	int fd = open(taken, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *text = fd >= 0 ? calloc(1, AT_ONCE + 1) : NULL;
	ssize_t n = text ? read(fd, text, AT_ONCE) : -1;
	if (fd >= 0)
		close(fd);
	for (char *line = n > 0 ? strtok_r(text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest)) {
		struct erased e;
		if (read_line(line, &e))
			fn(arg, &e);
	}
	free(text);
	if (n >= 0)
		(void)unlink(taken);
}
