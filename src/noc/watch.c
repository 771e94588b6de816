/*
 * watch.c - the look of each second. Must not know what the history does with it, nor who reads it.
 */
#include "noc/watch.h"

#include "base/mem.h"
#include "noc/history_keep.h"

#define WATCH_MS 1000

struct watch {
	struct loop *loop;
	struct flow *flow;
	struct stats *stats;
	struct history *history;
	struct history_keep *keep;
	struct timer timer;
	struct history_state *carriers; /* room for a look */
	struct flow_waiting *waiting;
	size_t room;
	struct {
		struct history_stats history;
		struct history_keep_stats keep;
	} counted;
};

#define AT(member) offsetof(struct watch, counted.member) - offsetof(struct watch, counted)
const struct stats_row watch_stat_rows[] = {
	{"smppgw_history_objects", "Carriers, operators, accounts, classes, campaigns and reasons that have a history.",
	 STATS_GAUGE, AT(history.objects), NULL, NULL},
	{"smppgw_history_bytes", "Memory of their history in octets.", STATS_GAUGE, AT(history.bytes), NULL, NULL},
	{"smppgw_history_left_out_total", "Times that one of them found no room in it, once a minute each.",
	 STATS_COUNTER, AT(history.left_out), NULL, NULL},
	{"smppgw_history_kept_total", "Minutes of it that were over, written to the store.", STATS_COUNTER,
	 AT(keep.kept), NULL, NULL},
	{"smppgw_history_failed_total", "Writes of a minute that failed; they are made again.", STATS_COUNTER,
	 AT(keep.failed), NULL, NULL},
	{"smppgw_history_loaded", "Minutes of it found in the store at start.", STATS_GAUGE, AT(keep.loaded), NULL,
	 NULL},
};
#undef AT
const size_t watch_stat_rows_n = sizeof(watch_stat_rows) / sizeof(watch_stat_rows[0]);

static void watch_make_room(struct watch *w, size_t n)
{
	if (n <= w->room)
		return;
	w->room = n + 16;
	w->carriers = mem_realloc(w->carriers, w->room * sizeof(w->carriers[0]));
	w->waiting = mem_realloc(w->waiting, w->room * sizeof(w->waiting[0]));
}

struct adding {
	uint64_t outstanding;
};

static void add_session(const struct session *s, void *arg)
{
	((struct adding *)arg)->outstanding += session_outstanding(s);
}

/* How a carrier stands, added to all. */
static void watch_carrier(struct watch *w, size_t i, struct history_state *all)
{
	struct carrier *c = carriers_at(flow_carriers(w->flow), i);
	const struct carrier_stats *stats = carrier_stats(c);
	struct adding a = {0};

	carrier_each_session(c, add_session, &a);
	w->carriers[i] = (struct history_state){
		.name = carrier_name(c),
		.gauges = {[HISTORY_QUEUED] = w->waiting[i].queued,
			   [HISTORY_OLDEST] = (uint64_t)w->waiting[i].oldest_ms / 1000,
			   [HISTORY_OUTSTANDING] = a.outstanding,
			   [HISTORY_SUBMITS] = stats->submitted,
			   [HISTORY_FLAPS] = stats->binds_lost},
	};
	all->gauges[HISTORY_OUTSTANDING] += a.outstanding;
	all->gauges[HISTORY_SUBMITS] += stats->submitted;
	all->gauges[HISTORY_FLAPS] += stats->binds_lost;
}

static void watch_look(struct watch *w)
{
	size_t n = carriers_count(flow_carriers(w->flow));
	struct history_state all = {.name = ""};
	struct flow_waiting waiting;

	watch_make_room(w, n);
	flow_waiting(w->flow, w->waiting, n, &waiting);
	all.gauges[HISTORY_QUEUED] = waiting.queued;
	all.gauges[HISTORY_OLDEST] = (uint64_t)waiting.oldest_ms / 1000;
	for (size_t i = 0; i < n; i++)
		watch_carrier(w, i, &all);
	history_look(w->history, flow_tally(w->flow), loop_now_ms(w->loop), loop_wall_ms(w->loop), &all, w->carriers,
		     n);
	history_keep_turn(w->keep);
}

static void watch_on_timer(struct timer *t)
{
	struct watch *w = LIST_OF(t, struct watch, timer);

	loop_timer(w->loop, &w->timer, WATCH_MS);
	watch_look(w);
}

static void watch_before(void *object)
{
	struct watch *w = LIST_OF(object, struct watch, counted);

	history_stats(w->history, &w->counted.history);
	history_keep_stats(w->keep, &w->counted.keep);
}

struct watch *watch_new(struct loop *loop, struct flow *flow, struct stats *stats)
{
	struct watch *w = mem_zalloc(sizeof(*w));

	w->loop = loop;
	w->flow = flow;
	w->stats = stats;
	w->history = history_new();
	w->keep = history_keep_new(flow, w->history);
	w->timer.fn = watch_on_timer;
	stats_add(stats, watch_stat_rows, watch_stat_rows_n, &w->counted, NULL, NULL, watch_before);
	watch_on_timer(&w->timer);
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	loop_timer_clear(w->loop, &w->timer);
	stats_drop(w->stats, &w->counted);
	history_keep_free(w->keep);
	history_free(w->history);
	mem_free(w->carriers);
	mem_free(w->waiting);
	mem_free(w);
}

const struct history *watch_history(const struct watch *w)
{
	return w->history;
}
