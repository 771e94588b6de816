/*
 * process.c - reads /proc/self and the limits.
 */
#include "noc/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint64_t process_resident(void)
{
	unsigned long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* When the kernel started, in us since 1970. Not from /proc/stat, which ProcSubset=pid of systemd hides. */
static uint64_t process_boot(void)
{
	struct timespec now, since;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0 || clock_gettime(CLOCK_BOOTTIME, &since) != 0)
		return 0;
	return (uint64_t)(now.tv_sec - since.tv_sec) * 1000000 + (uint64_t)(now.tv_nsec / 1000) -
	       (uint64_t)(since.tv_nsec / 1000);
}

/* Field 22 of /proc/self/stat: clock ticks between the kernel's start and ours. The name before it may have blanks. */
static uint64_t process_start(void)
{
	char text[1024];
	unsigned long long ticks = 0;
	FILE *f = fopen("/proc/self/stat", "re");

	if (!f)
		return 0;
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	const char *at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &ticks) != 1)
		return 0;
	return process_boot() + ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* As many as the table of files has room for. */
static uint64_t process_table(void)
{
	char line[128];
	unsigned long long size = 0;
	FILE *f = fopen("/proc/self/status", "re");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f) && sscanf(line, "FDSize: %llu", &size) != 1)
		;
	fclose(f);
	return size;
}

uint64_t process_ask_files(void)
{
	uint64_t open = 0, table = process_table();

	for (uint64_t fd = 0; fd < table; fd++)
		open += fcntl((int)fd, F_GETFD) >= 0;
	return open;
}

void process_read_files(struct process *p)
{
	struct rlimit files;
	struct stat folder;

	p->open_fds = stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0 ? (uint64_t)folder.st_size
										: process_ask_files();
	p->max_fds = getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : 0;
}

void process_read(struct process *p)
{
	static uint64_t started_us; /* never another one: read once */
	struct rusage used;

	memset(p, 0, sizeof(*p));
	p->pid = getpid();
	p->resident = process_resident();
	if (!started_us)
		started_us = process_start();
	p->start_us = started_us;
	if (getrusage(RUSAGE_SELF, &used) == 0)
		p->cpu_us = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
			    (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}
