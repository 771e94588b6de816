/*
 * slow.h - tests that change each octet of something take samples under valgrind, where signatures take 50 times as
 * long.
 */
#ifndef TESTS_SLOW_H
#define TESTS_SLOW_H

#include <stdlib.h>
#include <string.h>

/* How far to go from one octet to the next: 1, or under valgrind n. */
static inline unsigned slow_step(unsigned n)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload") ? n : 1;
}

#endif
