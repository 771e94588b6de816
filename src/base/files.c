/*
 * files.c - the limit of open files. Must not know what the files are.
 */
#include "base/files.h"

#include <sys/resource.h>

#define KEPT	   64
#define KEPT_SHARE 4

bool files_reserved(int fd)
{
	struct rlimit limit;

	if (fd < 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	rlim_t kept = limit.rlim_cur / KEPT_SHARE < KEPT ? limit.rlim_cur / KEPT_SHARE : KEPT;
	/* one beyond the limit is none that the kernel has just given: a simulated network's */
	return (rlim_t)fd >= limit.rlim_cur - kept && (rlim_t)fd < limit.rlim_cur;
}
