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
 * Counters and gauges whose name ends in _seconds or _seconds_total are counted in microseconds, as histograms are, and
 * printed in seconds.
 */
void metrics_print(const struct stats *stats, struct buf *out);
void metrics_print_process(const struct process *p, struct buf *out);

#endif
