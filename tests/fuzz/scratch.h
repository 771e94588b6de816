/*
 * scratch.h - a directory of this process in memory for targets that read files by name, and files in it.
 */
#ifndef FUZZ_SCRATCH_H
#define FUZZ_SCRATCH_H

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "must.h"

static char scratch_directory[64];
static size_t scratch_names;
static char scratch_name[8][160];

static void scratch_clean(void)
{
	for (size_t i = 0; i < scratch_names; i++)
		unlink(scratch_name[i]);
	rmdir(scratch_directory);
}

/* Made with the first call; gone when the process ends by itself. FUZZ_SCRATCH: where, of who ends it otherwise. */
static inline const char *scratch(void)
{
	if (*scratch_directory == '\0') {
		const char *in = getenv("FUZZ_SCRATCH");
		if (!in)
			in = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
		MUST(snprintf(scratch_directory, sizeof(scratch_directory), "%s/smppgw-fuzz-XXXXXX", in) <
		     (int)sizeof(scratch_directory));
		MUST(mkdtemp(scratch_directory));
		atexit(scratch_clean);
	}
	return scratch_directory;
}

/* A file of these octets; its path. name: the same few at each call. */
static inline const char *scratch_file(const char *name, const void *p, size_t n)
{
	size_t at = 0, dir = strlen(scratch());
	while (at < scratch_names && strcmp(scratch_name[at] + dir + 1, name) != 0)
		at++;
	if (at == scratch_names) {
		MUST(scratch_names < 8);
		MUST(snprintf(scratch_name[at], sizeof(scratch_name[at]), "%s/%s", scratch(), name) <
		     (int)sizeof(scratch_name[at]));
		scratch_names++;
	}
	int fd = open(scratch_name[at], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
	return scratch_name[at];
}

#endif
