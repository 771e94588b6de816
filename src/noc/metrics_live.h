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

/*
 * As Prometheus text, in steps with turns between them; what the configuration names and nobody has counted yet is 0.
 * The figures of one dimension (all carriers, all accounts, ...) are of one moment.
 */
struct metrics_live;
struct metrics_live *metrics_live_new(const struct flow *flow);
/* Appends some; false: that was the last. */
__attribute__((warn_unused_result)) bool metrics_live_some(struct metrics_live *m, struct buf *out);
void metrics_live_free(struct metrics_live *m); /* NULL is none */
/* Adds the rows without objects to be read: for a walk that wants names only. */
void metrics_live_names(struct stats *s);

#endif
