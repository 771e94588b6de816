/*
 * watch.h - looks at the gateway once a second: what it has counted and how it stands goes into the history, each
 * minute of which is kept in the store and read again at the next start.
 */
#ifndef NOC_WATCH_H
#define NOC_WATCH_H

#include "base/stats.h"
#include "noc/history.h"
#include "path/flow.h"

extern const struct stats_row watch_stat_rows[];
extern const size_t watch_stat_rows_n;

struct watch;
/* Looks from the next turn on. flow is borrowed for life. Never NULL. */
struct watch *watch_new(struct loop *loop, struct flow *flow, struct stats *stats);
void watch_free(struct watch *w); /* before flow_free(); NULL does no harm */
const struct history *watch_history(const struct watch *w);

#endif
