/*
 * history_keep.h - the history over restarts: minutes that are over are written to the store, one write each, and the
 * one under way every ten seconds; at start those of the last day are read, a few at a time, the youngest first. While
 * the store is away they wait in the history itself. Knows the flow, which has the store; not what a minute holds.
 */
#ifndef NOC_HISTORY_KEEP_H
#define NOC_HISTORY_KEEP_H

#include "noc/history.h"
#include "path/flow.h"

struct history_keep_stats {
	uint64_t kept, failed, loaded;
};

struct history_keep;
/* Both borrowed for life. */
struct history_keep *history_keep_new(struct flow *flow, struct history *history);
void history_keep_free(struct history_keep *k); /* before flow_free() */
/* After each look. */
void history_keep_turn(struct history_keep *k);
void history_keep_stats(const struct history_keep *k, struct history_keep_stats *out);

#endif
