/*
 * flow_waiting.c - what those who watch the gateway ask about and keep: what waits for whom, the history in the store.
 * Decides nothing.
 */
#include "path/flow_priv.h"

/* Lanes without a carrier that is up count with the first of their route: that is where one looks for them. */
void flow_waiting(const struct flow *f, struct flow_waiting *carriers, size_t n, struct flow_waiting *all)
{
	int64_t now_ms = loop_wall_ms(f->loop);
	*all = (struct flow_waiting){0};
	memset(carriers, 0, n * sizeof(carriers[0]));
	for (size_t lane = 0; lane < f->lanes; lane++) {
		uint64_t depth = queue_depth(f->queue, lane);
		if (depth == 0)
			continue;
		size_t taker = flow_taker(f, lane);
		int64_t since = queue_oldest_ms(f->queue, lane);
		int64_t ms = since && now_ms > since ? now_ms - since : 0;
		all->queued += depth;
		all->oldest_ms = ms > all->oldest_ms ? ms : all->oldest_ms;
		if (taker >= n)
			continue;
		carriers[taker].queued += depth;
		if (ms > carriers[taker].oldest_ms)
			carriers[taker].oldest_ms = ms;
	}
}

int flow_history_put(struct flow *f, int64_t minute, struct view octets, store_history_fn fn, void *arg)
{
	return store_history_put(f->store, minute, octets, fn, arg);
}

int flow_history_get(struct flow *f, int64_t first, unsigned n, const struct store_history_reader *reader, void *arg)
{
	return store_history_get(f->store, first, n, reader, arg);
}
