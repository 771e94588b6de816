/*
 * sandbox.h - which system calls the gateway may make, once it has started.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/stats.h"

/*
 * Closes the sandbox, for every thread that is there and every one to come; it cannot be opened again. Says in the log
 * whether it is on, and why not: not wanted, not built in, a sanitizer or valgrind, a kernel that has none. A gateway
 * without it works as well.
 */
void sandbox_close(bool wanted);

/* Once a turn: calls that were refused since then become lines of the log, one for each call. */
void sandbox_tell(void);

extern const struct stats_row sandbox_stat_rows[];
extern const size_t sandbox_stat_rows_n;
void sandbox_count_in(struct stats *stats);

#endif
