/*
 * clock_shim.c - preloaded into smppgwd by clock.sh: the wall clock is another one, the monotonic clock is as it is.
 * Knows nothing of the gateway.
 *
 * CLOCK_SHIM names a file of 8 octets: by how many ms the wall clock is apart from the machine's (int64_t, this
 * machine's order of octets). It is mapped before main() runs, before any filter of system calls; who writes it sets
 * the clock at once.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *apart_ms;

__attribute__((constructor)) static void map_it(void)
{
	const char *path = getenv("CLOCK_SHIM");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	void *at = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (at != MAP_FAILED)
		apart_ms = at;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int result = (int)syscall(SYS_clock_gettime, id, ts);
	if (result != 0 || !apart_ms || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return result;
	int64_t ms = *apart_ms, ns = ts->tv_nsec + ms % 1000 * 1000000;
	ts->tv_sec += (time_t)(ms / 1000) + (ns < 0 ? -1 : ns / 1000000000);
	ts->tv_nsec = (long)(ns < 0 ? ns + 1000000000 : ns % 1000000000);
	return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec ts;
	(void)zone;
	if (!tv || clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return tv ? -1 : 0;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return (time_t)-1;
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
