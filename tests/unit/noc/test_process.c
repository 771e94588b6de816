/*
 * test_process.c - what is told of this process is what the kernel's own lists say.
 */
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "noc/process.h"

/* As /proc/self/fd lists them. */
static uint64_t listed(void)
{
	uint64_t n = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n - 1; /* the folder itself */
}

static void open_files(void **state)
{
	struct process p = {0};
	struct rlimit limit;
	int far = 700, fds[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		assert_true((fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
	assert_int_equal(dup2(fds[0], far), far); /* with holes before it */
	close(fds[7]);
	process_read_files(&p);
	assert_int_equal(p.open_fds, listed());
	assert_int_equal(process_ask_files(), listed());
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(p.max_fds, limit.rlim_cur);
	for (int i = 0; i < 40; i++)
		if (i != 7)
			close(fds[i]);
	close(far);
}

static void what_the_kernel_says(void **state)
{
	struct process p;
	uint64_t now_us = (uint64_t)time(NULL) * 1000000;

	(void)state;
	process_read(&p);
	assert_int_equal(p.pid, getpid());
	assert_true(p.resident > 100000 && p.cpu_us < 3600000000u);
	assert_true(p.start_us < now_us + 2000000 && p.start_us > now_us - 3600000000u);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(open_files),
	cmocka_unit_test(what_the_kernel_says),
};
UNIT_MAIN(cases)
