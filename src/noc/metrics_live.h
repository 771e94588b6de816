/*
 * metrics_live.h - metrics that no room counts as rows of its own: what the tally has by carrier, operator, account,
 * class and reason, and how carriers stand now. Label values are names of the configuration, of fixed tables, or (of
 * reasons) bounded by TALLY_REASONS; campaigns and numbers are no labels.
 */
#ifndef NOC_METRICS_LIVE_H
#define NOC_METRICS_LIVE_H

#include "base/buf.h"
#include "base/stats.h"
#include "path/flow.h"

/* As Prometheus text; what the configuration names and nobody has counted yet is 0. */
void metrics_live_print(const struct flow *flow, struct buf *out);
/* Adds the rows without objects to be read: for a walk that wants names only. */
void metrics_live_names(struct stats *s);

#endif
