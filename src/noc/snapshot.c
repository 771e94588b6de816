/*
 * snapshot.c - reads the gateway's objects through their headers. Must not know how it is shown.
 */
#include "noc/snapshot.h"

#include <string.h>

#include "base/mem.h"

/* Sessions are gathered and summed in one pass over their owners. */
struct gather {
	struct snapshot *to;
	const struct snapshot_source *from;
	size_t cap, max;
	const char *wanted, *owner;
	bool carrier;
	uint64_t bound, outstanding; /* of this owner */
};

static bool snapshot_bound(enum session_state st)
{
	return st == SESSION_BOUND_TX || st == SESSION_BOUND_RX || st == SESSION_BOUND_TRX;
}

void snapshot_session(const struct snapshot_source *from, const struct session *s, const char *owner, bool carrier,
		      struct snapshot_session *out)
{
	int64_t since_us = session_since_us(s), now_us = loop_now_us(from->loop);

	*out = (struct snapshot_session){
		.name = session_name(s),
		.owner = owner,
		.carrier = carrier,
		.state = session_state_name(session_state(s)),
		.since_ms = since_us ? loop_wall_ms(from->loop) - (now_us - since_us) / 1000 : 0,
		.idle_us = session_idle_us(s),
		.outstanding = session_outstanding(s),
	};
	if (session_peer(s))
		net_print(session_peer(s), out->peer);
	session_tls_info(s, out->tls);
}

static void snapshot_gather(const struct session *s, void *arg)
{
	struct gather *g = arg;
	struct snapshot *to = g->to;

	g->bound += snapshot_bound(session_state(s));
	g->outstanding += session_outstanding(s);
	if (g->wanted && strcmp(g->wanted, g->owner) != 0)
		return;
	to->sessions_total++;
	if (to->sessions_n == g->max)
		return;
	if (to->sessions_n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 64;
		to->sessions = mem_realloc(to->sessions, g->cap * sizeof(to->sessions[0]));
	}
	snapshot_session(g->from, s, g->owner, g->carrier, &to->sessions[to->sessions_n++]);
}

static void snapshot_carriers(const struct flow *flow, struct gather *g)
{
	struct carriers *all = flow_carriers(flow);
	struct snapshot *to = g->to;

	to->carriers_n = carriers_count(all);
	to->carriers = mem_zalloc((to->carriers_n + 1) * sizeof(to->carriers[0]));
	for (size_t i = 0; i < to->carriers_n; i++) {
		struct carrier *c = carriers_at(all, i);
		const struct carrier_conf *conf = carrier_conf(c);
		const struct carrier_stats *stats = carrier_stats(c);
		struct health_view health;

		flow_carrier_health(flow, c, &health);
		g->owner = carrier_name(c);
		g->carrier = true;
		g->bound = g->outstanding = 0;
		carrier_each_session(c, snapshot_gather, g);
		uint32_t needed, each = carrier_window_each(c, &needed);
		to->carriers[i] = (struct snapshot_carrier){
			.name = g->owner,
			.up = carrier_up(c),
			.removed = carrier_removed(c),
			.command = carrier_command(c),
			.paused_ms = carrier_paused_ms(c),
			.bound = g->bound,
			.binds = (uint64_t)conf->binds * (conf->bind == 1 ? 2 : 1),
			.outstanding = g->outstanding,
			.window = carrier_window(c),
			.window_each = each,
			.window_needed = needed,
			.window_small = conf->window > 0 && carrier_tps(c) > 0 && needed > each,
			.tps = (uint64_t)carrier_tps(c),
			.tps_live = carrier_tps_live(c),
			.limit = carrier_limit(c),
			.queued = flow_carrier_queued(flow, c),
			.submitted = stats->submitted,
			.ok = stats->answered_ok,
			.errors = stats->answered_error,
			.throttled = stats->throttled,
			.doubts = flow_carrier_doubts(flow, c),
			.p50_us = histogram_quantile(&stats->response, 0.5),
			.p99_us = histogram_quantile(&stats->response, 0.99),
			.health = health_state_name(health.state),
			.health_why = health_cause_name(health.why),
			.delivery = health.delivery,
			.id_form = flow_carrier_id_form(flow, c),
		};
	}
}

static void snapshot_accounts(const struct flow *flow, struct gather *g)
{
	struct accounts *all = flow_accounts(flow);
	struct snapshot *to = g->to;

	to->accounts_n = accounts_count(all);
	to->accounts = mem_zalloc((to->accounts_n + 1) * sizeof(to->accounts[0]));
	for (size_t i = 0; i < to->accounts_n; i++) {
		struct account *a = accounts_at(all, i);
		const struct account_stats *stats = account_stats(a);

		g->owner = account_name(a);
		g->carrier = false;
		g->bound = g->outstanding = 0;
		account_each_session(a, snapshot_gather, g);
		to->accounts[i] = (struct snapshot_account){
			.name = g->owner,
			.removed = account_removed(a),
			.binds = g->bound,
			.max_binds = (uint64_t)account_conf(a)->max_binds,
			.requests = stats->requests,
			.throttled = stats->throttled,
			.outstanding = g->outstanding,
			.waiting = flow_account_waiting(flow, a),
			.backlog = flow_account_backlog(flow, a),
			.loss = *account_loss(a),
		};
	}
}

void snapshot_take(const struct snapshot_source *from, size_t sessions_max, const char *owner, struct snapshot *out)
{
	struct gather g = {.to = out, .from = from, .max = sessions_max, .wanted = owner};

	memset(out, 0, sizeof(*out));
	out->version = from->version;
	out->node = from->node;
	out->wall_ms = loop_wall_ms(from->loop);
	process_read(&out->process);
	flow_status(from->flow, &out->flow);
	out->phase = flow_phase_name(out->flow.phase);
	if (from->alarms)
		alarms_count(from->alarms, &out->alarms);
	snapshot_carriers(from->flow, &g);
	snapshot_accounts(from->flow, &g);
}

void snapshot_free(struct snapshot *s)
{
	mem_free(s->carriers);
	mem_free(s->accounts);
	mem_free(s->sessions);
	memset(s, 0, sizeof(*s));
}
