/*
 * metrics.h - the registry as Prometheus text (exposition format 0.0.4): HELP and TYPE once per name, histograms in
 * seconds with fixed bounds; and the process metrics that every dashboard knows (process_...).
 */
#ifndef NOC_METRICS_H
#define NOC_METRICS_H

#include "base/buf.h"
#include "base/stats.h"
#include "noc/process.h"

/*
 * A page in steps, with turns between them; each sample as it is when its step comes. The registry is borrowed until
 * metrics_free(); what is dropped from it meanwhile does no harm.
 *
 * Counters and gauges whose name ends in _seconds or _seconds_total are counted in microseconds, as histograms are, and
 * printed in seconds.
 */
struct metrics;
struct metrics *metrics_new(struct stats *stats);
/* Appends some; false: that was the last. */
__attribute__((warn_unused_result)) bool metrics_some(struct metrics *m, struct buf *out);
void metrics_free(struct metrics *m); /* NULL is none */

void metrics_print_process(const struct process *p, struct buf *out);

#endif
