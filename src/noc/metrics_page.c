/*
 * metrics_page.c - the parts of the page /metrics, one after the other. Must not know what is in them.
 */
#include "noc/metrics_page.h"

#include "base/mem.h"
#include "noc/metrics.h"
#include "noc/metrics_live.h"
#include "noc/process.h"

struct metrics_page {
	struct metrics *counted;   /* NULL: that part is done */
	struct metrics_live *live; /* the same */
};

struct metrics_page *metrics_page_new(struct stats *stats, const struct flow *flow)
{
	struct metrics_page *m = mem_zalloc(sizeof(*m));

	m->counted = metrics_new(stats);
	m->live = metrics_live_new(flow);
	return m;
}

bool metrics_page_some(struct metrics_page *m, struct buf *out)
{
	struct process p;

	if (m->counted) {
		if (metrics_some(m->counted, out))
			return true;
		metrics_free(m->counted);
		m->counted = NULL;
		return true;
	}
	if (m->live) {
		if (metrics_live_some(m->live, out))
			return true;
		metrics_live_free(m->live);
		m->live = NULL;
		return true;
	}
	process_read(&p);
	process_read_files(&p);
	metrics_print_process(&p, out);
	return false;
}

void metrics_page_free(struct metrics_page *m)
{
	if (!m)
		return;
	metrics_free(m->counted);
	metrics_live_free(m->live);
	mem_free(m);
}
