/*
 * redis_rig.h - a real redis-server for unit tests of what the store does there: scripts above all. Keys have the
 * prefix 试:, the node is 7.
 */
#ifndef TESTS_PATH_REDIS_RIG_H
#define TESTS_PATH_REDIS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "path/store.h"

extern struct loop *rig_loop;
extern struct store *rig_store;
extern bool rig_done, rig_worked; /* of the last write */
extern unsigned rig_leaving;	  /* how often writes have left in the middle of a turn */

void rig_until(bool *flag); /* turns until the flag is set; fails after a minute */
void rig_on_written(void *arg, uint64_t token, bool ok);
bool rig_outcome(int begun);		/* of the write that was begun with rig_on_written */
long long rig_raw(const char *command); /* words with single blanks between; its number, -1 for another answer */

/* main() of such a test: starts the server, runs the cases, prints the closing line; skips without redis-server. */
int redis_rig_main(const struct CMUnitTest *cases, size_t n);

#endif
