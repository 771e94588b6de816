/*
 * process.c - reads /proc/self and the limits.
 */
#include "noc/process.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
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

void process_read_files(struct process *p)
{
	struct rlimit files;
	DIR *dir = opendir("/proc/self/fd");

	p->open_fds = 0;
	if (dir) {
		for (const struct dirent *e; (e = readdir(dir)) != NULL;)
			p->open_fds += e->d_name[0] != '.';
		closedir(dir);
		p->open_fds--; /* the directory itself */
	}
	p->max_fds = getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : 0;
}

void process_read(struct process *p)
{
	struct rusage used;

	memset(p, 0, sizeof(*p));
	p->pid = getpid();
	p->resident = process_resident();
	if (getrusage(RUSAGE_SELF, &used) == 0)
		p->cpu_us = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
			    (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}
