/*
 * reload.h - reading the configuration again while the gateway runs: checked first, applied whole or not at all.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "base/buf.h"
#include "settings.h"

/*
 * Reads file as the next configuration of flow, which runs by *running. 0 with each difference as a line in out, and a
 * line that says how it ended; -1 with faults in *errors (owned by the caller, free()): then nothing has changed. What
 * takes effect only at the next start is told and stays as it is. check: it is only read, checked and compared. Each
 * difference and the outcome are logged, unless it is a check.
 */
__attribute__((warn_unused_result)) int reload(struct settings *running, const char *file, struct flow *flow,
					       bool check, struct buf *out, char **errors);

#endif
