/*
 * metrics_page.h - the page /metrics: what the registry, the tally and the process say, made over some turns.
 */
#ifndef NOC_METRICS_PAGE_H
#define NOC_METRICS_PAGE_H

#include "base/buf.h"
#include "base/stats.h"
#include "path/flow.h"

struct metrics_page;
/* Both are borrowed until metrics_page_free(). */
struct metrics_page *metrics_page_new(struct stats *stats, const struct flow *flow);
/* Appends what can be had in less than a millisecond; false: the page is whole. */
__attribute__((warn_unused_result)) bool metrics_page_some(struct metrics_page *m, struct buf *out);
void metrics_page_free(struct metrics_page *m); /* NULL is none; at any time */

#endif
