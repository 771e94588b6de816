/*
 * api_now.c - GET /api/now: the gateway at this moment and its sums of the last minute, quarter and day. Must not know
 * what the dashboard makes of it.
 */
#include "noc/api.h"

#include <math.h>

#include "link/reason.h"
#include "noc/alarm.h"
#include "noc/alarm_post.h"
#include "noc/history.h"
#include "noc/json.h"

#define API_SESSIONS 500 /* listed; who has more binds sees how many there are */

struct now { /* a page being written */
	struct json j;
	const struct snapshot_source *from;
	const struct snapshot *s;
};

/* --- sums and latencies --- */

static void now_counts(struct json *j, const uint64_t n[TALLY_WHATS])
{
	uint64_t ended = n[TALLY_DELIVERED] + n[TALLY_FAILED];

	for (int w = 0; w < TALLY_WHATS; w++)
		json_u64(j, tally_what_name((enum tally_what)w), n[w]);
	json_real(j, "ratio", ended ? (double)n[TALLY_DELIVERED] / (double)ended : NAN);
}

static void now_sums(struct now *x, const struct history_object *o)
{
	uint64_t n[TALLY_WHATS];

	json_open(&x->j, "w", '{');
	for (int s = 0; s < HISTORY_SPANS; s++) {
		history_sums(o, (enum history_span)s, n);
		json_open(&x->j, history_span_name((enum history_span)s), '{');
		now_counts(&x->j, n);
		json_close(&x->j, '}');
	}
	json_close(&x->j, '}');
}

static void now_quantiles(struct now *x, const struct history_object *o, enum history_span span, enum tally_time what)
{
	struct history_quantiles q;

	if (!history_latency(x->from->history, o, span, what, &q)) {
		json_text(&x->j, tally_time_name(what), NULL);
		return;
	}
	json_open(&x->j, tally_time_name(what), '{');
	json_ms(&x->j, "p50", q.p50);
	json_ms(&x->j, "p95", q.p95);
	json_ms(&x->j, "p99", q.p99);
	json_close(&x->j, '}');
}

static void now_latency(struct now *x, const struct history_object *o)
{
	json_open(&x->j, "latency", '{');
	for (int s = HISTORY_1M; s <= HISTORY_15M; s++) {
		json_open(&x->j, history_span_name((enum history_span)s), '{');
		for (int t = 0; t < TALLY_TIMES; t++)
			now_quantiles(x, o, (enum history_span)s, (enum tally_time)t);
		json_close(&x->j, '}');
	}
	json_close(&x->j, '}');
}

static const struct history_object *now_find(const struct now *x, enum tally_dim d, const char *name)
{
	return history_find(x->from->history, d, name);
}

/* --- the gateway --- */

static void now_head(struct now *x)
{
	const struct snapshot *s = x->s;
	int64_t up_ms = s->wall_ms - s->flow.since_ms;
	const struct history_object *all = now_find(x, TALLY_ALL, "");

	json_u64(&x->j, "at", (uint64_t)s->wall_ms);
	json_u64(&x->j, "node", s->node);
	json_text(&x->j, "version", s->version);
	json_u64(&x->j, "uptime_s", up_ms > 0 ? (uint64_t)up_ms / 1000 : 0);
	json_text(&x->j, "phase", s->phase);
	json_open(&x->j, "store", '{');
	json_bool(&x->j, "up", s->flow.store_up);
	json_ms(&x->j, "lag_ms", (int64_t)s->flow.store_lag_us);
	json_u64(&x->j, "pending", s->flow.store_pending);
	json_close(&x->j, '}');
	json_open(&x->j, "messages", '{');
	json_u64(&x->j, "total", s->flow.messages);
	for (int i = 0; i < MSG_STATES; i++)
		json_u64(&x->j, msg_state_name((enum msg_state)i), s->flow.by_state[i]);
	json_close(&x->j, '}');
	json_open(&x->j, "queue", '{');
	json_u64(&x->j, "queued", s->flow.queued);
	json_u64(&x->j, "oldest_s", history_gauge(all, HISTORY_OLDEST));
	json_close(&x->j, '}');
	json_open(&x->j, "total", '{');
	json_text(&x->j, "name", "");
	now_sums(x, all);
	now_latency(x, all);
	json_close(&x->j, '}');
}

/* --- who it works with --- */

static const char *carrier_word(const struct snapshot_carrier *c)
{
	static const char *const commands[] = {[CARRIER_PAUSED] = "paused", [CARRIER_DRAINED] = "drained"};

	if (c->removed)
		return "removed";
	if (c->command != CARRIER_RUN)
		return commands[c->command];
	if (!c->up)
		return "down";
	return c->paused_ms > 0 ? "throttled" : "up";
}

static void now_carrier(struct now *x, const struct snapshot_carrier *c)
{
	const struct history_object *o = now_find(x, TALLY_CARRIER, c->name);
	struct json *j = &x->j;

	json_open(j, NULL, '{');
	json_text(j, "name", c->name);
	json_bool(j, "up", c->up);
	json_text(j, "state", carrier_word(c));
	json_text(j, "health", c->health);
	json_text(j, "health_why", c->health_why);
	json_u64(j, "bound", c->bound);
	json_u64(j, "binds", c->binds);
	json_u64(j, "outstanding", c->outstanding);
	json_u64(j, "window", c->window);
	json_real(j, "rate", history_rate(x->from->history, o));
	json_u64(j, "tps", c->tps);
	json_u64(j, "limit", c->limit);
	json_u64(j, "queued", c->queued);
	json_u64(j, "oldest_s", history_gauge(o, HISTORY_OLDEST));
	json_u64(j, "doubts", c->doubts);
	if (c->delivery >= 0)
		json_u64(j, "delivery", (uint64_t)c->delivery);
	else
		json_text(j, "delivery", NULL);
	json_u64(j, "flaps_1h", history_gauge(o, HISTORY_FLAPS));
	now_sums(x, o);
	now_latency(x, o);
	json_close(j, '}');
}

static void now_account(struct now *x, const struct snapshot_account *a)
{
	struct json *j = &x->j;

	json_open(j, NULL, '{');
	json_text(j, "name", a->name);
	json_u64(j, "binds", a->binds);
	json_u64(j, "max_binds", a->max_binds);
	json_u64(j, "waiting", a->waiting);
	json_u64(j, "backlog", a->backlog);
	json_u64(j, "binds_lost", a->loss.n);
	if (a->loss.at_ms) {
		json_u64(j, "lost_at_ms", (uint64_t)a->loss.at_ms);
		json_text(j, "lost_why", reason_name(a->loss.why));
	}
	now_sums(x, now_find(x, TALLY_ACCOUNT, a->name));
	json_close(j, '}');
}

static void now_named(void *arg, const char *name, const struct history_object *o)
{
	struct now *x = arg;

	json_open(&x->j, NULL, '{');
	json_text(&x->j, "name", name);
	now_sums(x, o);
	json_close(&x->j, '}');
}

static void now_class(void *arg, const char *name, const struct history_object *o)
{
	struct now *x = arg;

	json_open(&x->j, NULL, '{');
	json_text(&x->j, "name", name);
	now_sums(x, o);
	now_latency(x, o);
	json_close(&x->j, '}');
}

/* One counter in the three spans. */
static void now_three(struct now *x, const char *key, const struct history_object *o, enum tally_what w)
{
	uint64_t n[TALLY_WHATS];

	json_open(&x->j, key, '{');
	for (int s = 0; s < HISTORY_SPANS; s++) {
		history_sums(o, (enum history_span)s, n);
		json_u64(&x->j, history_span_name((enum history_span)s), n[w]);
	}
	json_close(&x->j, '}');
}

static void now_reason(void *arg, const char *name, const struct history_object *o)
{
	struct now *x = arg;

	json_open(&x->j, NULL, '{');
	json_text(&x->j, "name", name);
	now_three(x, "n", o, TALLY_REFUSED);
	json_close(&x->j, '}');
}

static void now_each(struct now *x, const char *key, enum tally_dim d,
		     void (*fn)(void *arg, const char *name, const struct history_object *o))
{
	json_open(&x->j, key, '[');
	history_each(x->from->history, d, fn, x);
	json_close(&x->j, ']');
}

/* --- binds, flaps, alarms --- */

static void now_bind(struct json *j, const struct snapshot_session *b)
{
	json_open(j, NULL, '{');
	json_text(j, "name", b->name);
	json_text(j, "owner", b->owner);
	json_bool(j, "carrier", b->carrier);
	json_text(j, "state", b->state);
	json_text(j, "peer", b->peer);
	if (b->since_ms)
		json_u64(j, "since_ms", (uint64_t)b->since_ms);
	else
		json_text(j, "since_ms", NULL);
	json_u64(j, "idle_ms", b->idle_us > 0 ? (uint64_t)b->idle_us / 1000 : 0);
	json_u64(j, "outstanding", b->outstanding);
	json_close(j, '}');
}

static void now_flap(void *arg, const struct carrier_loss *loss)
{
	struct json *j = &((struct now *)arg)->j;

	json_open(j, NULL, '{');
	json_text(j, "owner", carrier_name(loss->carrier));
	json_u64(j, "at_ms", (uint64_t)loss->at_ms);
	json_text(j, "why", reason_name(loss->why));
	json_close(j, '}');
}

static void now_alarm(void *arg, const struct alarm_view *v)
{
	struct json *j = &((struct now *)arg)->j;

	json_open(j, NULL, '{');
	alarm_json(j, v);
	json_close(j, '}');
}

static void now_lists(struct now *x)
{
	json_open(&x->j, "carriers", '[');
	for (size_t i = 0; i < x->s->carriers_n; i++)
		now_carrier(x, &x->s->carriers[i]);
	json_close(&x->j, ']');
	now_each(x, "operators", TALLY_OPERATOR, now_named);
	json_open(&x->j, "accounts", '[');
	for (size_t i = 0; i < x->s->accounts_n; i++)
		now_account(x, &x->s->accounts[i]);
	json_close(&x->j, ']');
	now_each(x, "classes", TALLY_CLASS, now_class);
	now_each(x, "campaigns", TALLY_CAMPAIGN, now_named);
	now_each(x, "reasons", TALLY_REASON, now_reason);
	json_open(&x->j, "binds", '[');
	for (size_t i = 0; i < x->s->sessions_n; i++)
		now_bind(&x->j, &x->s->sessions[i]);
	json_close(&x->j, ']');
	json_u64(&x->j, "binds_total", x->s->sessions_total);
}

void api_now(const struct snapshot_source *from, struct buf *out)
{
	struct snapshot s;

	snapshot_take(from, API_SESSIONS, NULL, &s);
	struct now x = {.j = {.out = out}, .from = from, .s = &s};
	const struct history_object *all = now_find(&x, TALLY_ALL, "");
	json_open(&x.j, NULL, '{');
	now_head(&x);
	now_lists(&x);
	json_open(&x.j, "flaps", '[');
	carriers_each_loss(flow_carriers(from->flow), now_flap, &x);
	json_close(&x.j, ']');
	json_open(&x.j, "alarms", '[');
	if (from->alarms)
		alarms_each(from->alarms, false, now_alarm, &x);
	json_close(&x.j, ']');
	now_three(&x, "optouts", all, TALLY_OPTOUTS);
	now_three(&x, "complaints", all, TALLY_COMPLAINTS);
	now_three(&x, "replies", all, TALLY_REPLIES);
	json_close(&x.j, '}');
	buf_puts(out, "\n");
	snapshot_free(&s);
}
