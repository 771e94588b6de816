/*
 * unit.h - what every unit test program shares: cmocka and the closing line that scripts/test adds up.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * Threads that end by themselves (resolver.h) have ended: until then valgrind counts what is theirs as lost. A minute
 * at most.
 */
static inline void unit_alone(void)
{
	struct stat tasks; /* a link for itself and for its parent, and one for each thread */
	for (int tries = 0; tries < 6000 && stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink > 3; tries++)
		usleep(10000);
}

/* main() over a static array of struct CMUnitTest; prints "N passed, N failed, N skipped" last. */
#define UNIT_MAIN(cases)                                                                                               \
	int main(void)                                                                                                 \
	{                                                                                                              \
		int failed = cmocka_run_group_tests(cases, NULL, NULL);                                                \
		int all = (int)(sizeof(cases) / sizeof((cases)[0]));                                                   \
		if (failed < 0 || failed > all)                                                                        \
			failed = all;                                                                                  \
		unit_alone();                                                                                          \
		fflush(stderr);                                                                                        \
		printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);                                     \
		return failed != 0;                                                                                    \
	}

#endif
