/*
 * alarm_inputs.c - reads the gateway as alarms see it, and remembers ten minutes of what it counts. Must not know any
 * alarm.
 */
#include "noc/alarm_inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "audit/archive.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/balances.h"
#include "noc/history.h"
#include "noc/process.h"
#include "noc/snapshot.h"
#include "noc/trail.h"

#define LAGS	     3
#define SETTLE_STEPS 2 /* after loading: until what waits in the store for apps has been counted */
#define US_PER_S     1000000.0
#define MB	     1000000.0
#define DAY_S	     86400.0

struct carrier_trails {
	struct trail losses, ok, errors, throttled;
};
struct account_trails {
	struct trail waiting, requests, throttled;
};

struct alarm_inputs_keeper {
	struct alarm_inputs out;
	struct carrier_trails *carriers; /* by number */
	struct account_trails *accounts; /* the same */
	size_t carriers_n, accounts_n, listeners_cap;
	char (*listener_names)[300];
	struct trail store_refused, records_lost, log_lost, posts_lost, ended, expired, unknown, dead_letters;
	struct balances *balances;
	uint64_t store_failed, refused; /* writes: all that failed; of these while Redis was there */
	double lags[LAGS];		/* ms */
	unsigned lag;
	int64_t step, running_step; /* running_step: since when it runs; 0: it does not */
	int64_t now_ms, wall_ms;    /* of the look before; 0: there was none */
};

/* NAN is less than anything. */
static double larger(double a, double b)
{
	return isnan(a) || b > a ? b : a;
}

/* --- the machine --- */

/* Percent that is used of a directory's disk, space or files, whichever is scarcer; NAN: it cannot be seen. */
static double disk_used(const char *directory)
{
	struct statvfs v;
	if (*directory == '\0' || statvfs(directory, &v) != 0)
		return NAN;
	double blocks = (double)(v.f_blocks - v.f_bfree) + (double)v.f_bavail;
	double space = blocks > 0 ? 100.0 - 100.0 * (double)v.f_bavail / blocks : NAN;
	double files = v.f_files > 0 ? 100.0 - 100.0 * (double)v.f_favail / (double)v.f_files : 0;
	return larger(space, files);
}

static double files_used(void)
{
	struct process p = {0};
	process_read_files(&p);
	return p.max_fds ? 100.0 * (double)p.open_fds / (double)p.max_fds : NAN;
}

static double share(double part, double whole)
{
	return whole > 0 ? 100.0 * part / whole : NAN;
}

static double days_left(uint64_t ends_s, int64_t wall_ms)
{
	return ends_s ? ((double)ends_s - (double)wall_ms / 1000.0) / DAY_S : NAN;
}

/* --- the gateway --- */

static void take_clocks(struct alarm_inputs_keeper *k, struct loop *loop)
{
	struct alarm_inputs *in = &k->out;
	in->now_ms = loop_now_ms(loop);
	in->wall_ms = loop_wall_ms(loop);
	int64_t apart = (in->wall_ms - k->wall_ms) - (in->now_ms - k->now_ms);
	in->gateway.clock_jump_s = k->now_ms ? (double)llabs((long long)apart) / 1000.0 : 0;
	in->gateway.longest_turn_ms = (double)loop_longest_us(loop) / 1000.0;
	if (!k->now_ms)
		in->gateway.longest_turn_ms = 0; /* building was one */
	k->now_ms = in->now_ms;
	k->wall_ms = in->wall_ms;
}

static void take_store(struct alarm_inputs_keeper *k, const struct flow_status *s)
{
	struct alarm_gateway *g = &k->out.gateway;
	k->lags[k->lag++ % LAGS] = (double)s->store_lag_us / 1000.0;
	if (s->store_up && g->store_up)
		k->refused += s->store_failed - k->store_failed;
	k->store_failed = s->store_failed;
	g->store_refused = trail_count(&k->store_refused, k->step, k->refused, TRAIL_MINUTE);
	g->store_up = s->store_up;
	g->store_lag_ms = 0;
	for (size_t i = 0; i < LAGS; i++)
		g->store_lag_ms = larger(g->store_lag_ms, k->lags[i]);
}

static void take_messages(struct alarm_inputs_keeper *k, const struct alarm_source *from, const struct flow_status *s)
{
	struct alarm_gateway *g = &k->out.gateway;
	const struct history_object *all = from->history ? history_find(from->history, TALLY_ALL, "") : NULL;
	double bytes = from->max_bytes > 0 ? share((double)s->bytes, (double)from->max_bytes) : 0;
	g->held_percent = larger(share((double)s->messages, (double)from->max_held), bytes);
	g->parked_percent = share((double)s->parked, (double)from->max_parked);
	g->queued = s->queued;
	g->lockouts = accounts_locks(flow_accounts(from->flow));
	g->review_s = s->review_ms ? (double)(k->out.wall_ms - s->review_ms) / 1000.0 : 0;
	g->ended = trail_count(&k->ended, k->step, s->ended, TRAIL_STEPS);
	g->expired = trail_count(&k->expired, k->step, s->expired, TRAIL_STEPS);
	g->unknown = trail_count(&k->unknown, k->step, s->unknown, TRAIL_STEPS);
	g->dead_letters = trail_count(&k->dead_letters, k->step, s->dead_letters, TRAIL_STEPS);
	g->oldest_s = (double)history_gauge(all, HISTORY_OLDEST);
}

static void take_records(struct alarm_inputs_keeper *k, const struct alarm_source *from)
{
	struct alarm_gateway *g = &k->out.gateway;
	const struct archive_view *r = from->records;
	g->records_lost = trail_count(&k->records_lost, k->step, r ? r->lost : 0, TRAIL_STEPS);
	g->records_waiting_mb = r ? (double)r->waiting / MB : 0;
	g->log_lost = trail_count(&k->log_lost, k->step, log_dropped(), TRAIL_STEPS);
	g->posts_lost = trail_count(&k->posts_lost, k->step, from->posts_lost, TRAIL_STEPS);
}

/* What is not worth looking at each second. */
static void take_machine(struct alarm_inputs_keeper *k, const struct alarm_source *from)
{
	bool on = from->records && from->records->on;
	k->out.gateway.records_disk_percent = on ? disk_used(from->records->directory) : NAN;
	k->out.gateway.work_disk_percent = disk_used(".");
	k->out.gateway.files_percent = files_used();
}

/* --- carriers and accounts --- */

static void take_window(const struct history_object *o, enum history_span span, struct alarm_window *out)
{
	uint64_t n[TALLY_WHATS];
	history_sums(o, span, n);
	*out = (struct alarm_window){.accepted = n[TALLY_ACCEPTED],
				     .refused = n[TALLY_REFUSED],
				     .delivered = n[TALLY_DELIVERED],
				     .failed = n[TALLY_FAILED],
				     .optouts = n[TALLY_OPTOUTS],
				     .complaints = n[TALLY_COMPLAINTS]};
}

/* The 99 % quantile in seconds; NAN: nothing was measured. */
static double late(const struct alarm_source *from, const struct history_object *o, enum history_span span,
		   enum tally_time what)
{
	struct history_quantiles q;
	if (!from->history || !history_latency(from->history, o, span, what, &q))
		return NAN;
	return (double)q.p99 / US_PER_S;
}

static void take_carrier(struct alarm_inputs_keeper *k, const struct alarm_source *from, size_t i,
			 const struct snapshot_carrier *s)
{
	struct carrier *c = carriers_at(flow_carriers(from->flow), i);
	const struct carrier_stats *stats = carrier_stats(c);
	const struct history_object *o = from->history ? history_find(from->history, TALLY_CARRIER, s->name) : NULL;
	struct carrier_trails *t = &k->carriers[i];
	struct health_view health;
	flow_carrier_health(from->flow, c, &health);
	uint64_t ok = trail_count(&t->ok, k->step, s->ok, TRAIL_MINUTE);
	uint64_t errors = trail_count(&t->errors, k->step, s->errors, TRAIL_MINUTE);
	uint64_t throttled = trail_count(&t->throttled, k->step, s->throttled, TRAIL_MINUTE);
	struct alarm_carrier *out = &k->out.carriers[i];
	*out = (struct alarm_carrier){
		.name = s->name,
		.removed = s->removed,
		.stopped = s->command != CARRIER_RUN,
		.up = s->up,
		.left = health.state == HEALTH_AWAY,
		.window_small = s->window_small,
		.calls = carrier_conf(c)->mode == CARRIER_MODE_OUTBIND,
		.binds = carrier_conf(c)->mode == CARRIER_MODE_CONNECT ? s->binds : 0,
		.bound = s->bound,
		.losses = trail_count(&t->losses, k->step, stats->binds_lost, TRAIL_STEPS),
		.queued = s->queued,
		.max_queued = (uint64_t)carrier_conf(c)->max_queued,
		.oldest_s = (double)history_gauge(o, HISTORY_OLDEST),
		.doubts = s->doubts,
		.answered_1m = ok + errors,
		.throttled_1m = throttled,
		.errors_1m = errors > throttled ? errors - throttled : 0,
		.answer_p99_ms = late(from, o, HISTORY_1M, TALLY_ANSWER) * 1000.0,
		.receipt_p99_s = late(from, o, HISTORY_15M, TALLY_RECEIPT),
		.certificate_days = days_left(stats->certificate_expires, k->out.wall_ms),
		.crl_hours = 24 * days_left(stats->crl_expires, k->out.wall_ms),
	};
	take_window(o, HISTORY_15M, &out->last15);
	take_window(o, HISTORY_24H, &out->day);
}

static void take_account(struct alarm_inputs_keeper *k, const struct alarm_source *from, size_t i,
			 const struct snapshot_account *s)
{
	const struct history_object *o = from->history ? history_find(from->history, TALLY_ACCOUNT, s->name) : NULL;
	const struct account *a = accounts_at(flow_accounts(from->flow), i);
	struct account_trails *t = &k->accounts[i];
	struct alarm_account *out = &k->out.accounts[i];
	uint64_t waiting = s->backlog > s->waiting ? s->backlog : s->waiting;
	*out = (struct alarm_account){
		.name = s->name,
		.removed = s->removed,
		.binds = s->binds,
		.waiting = waiting,
		.backlog_max = (uint64_t)account_conf(a)->backlog_max,
		.requests_1m = trail_count(&t->requests, k->step, s->requests, TRAIL_MINUTE),
		.throttled_1m = trail_count(&t->throttled, k->step, s->throttled, TRAIL_MINUTE),
		.credit = balances_left(k->balances, from->flow, i),
	};
	if (k->running_step && k->step - k->running_step >= SETTLE_STEPS) {
		trail_note(&t->waiting, k->step, waiting);
		out->grown = (int64_t)waiting - (int64_t)trail_before(&t->waiting, TRAIL_STEPS);
	}
	take_window(o, HISTORY_15M, &out->last15);
	take_window(o, HISTORY_24H, &out->day);
}

static void take_objects(struct alarm_inputs_keeper *k, const struct alarm_source *from, const struct snapshot *s)
{
	struct alarm_inputs *in = &k->out;
	if (s->carriers_n > k->carriers_n) {
		k->carriers = mem_realloc(k->carriers, s->carriers_n * sizeof(*k->carriers));
		in->carriers = mem_realloc(in->carriers, s->carriers_n * sizeof(*in->carriers));
		memset(&k->carriers[k->carriers_n], 0, (s->carriers_n - k->carriers_n) * sizeof(*k->carriers));
		k->carriers_n = s->carriers_n;
	}
	if (s->accounts_n > k->accounts_n) {
		k->accounts = mem_realloc(k->accounts, s->accounts_n * sizeof(*k->accounts));
		in->accounts = mem_realloc(in->accounts, s->accounts_n * sizeof(*in->accounts));
		memset(&k->accounts[k->accounts_n], 0, (s->accounts_n - k->accounts_n) * sizeof(*k->accounts));
		k->accounts_n = s->accounts_n;
	}
	in->carriers_n = s->carriers_n;
	in->accounts_n = s->accounts_n;
	for (size_t i = 0; i < s->carriers_n; i++)
		take_carrier(k, from, i, &s->carriers[i]);
	for (size_t i = 0; i < s->accounts_n; i++)
		take_account(k, from, i, &s->accounts[i]);
}

/* A brake of an account and a carrier is the account's. */
static void take_brake(void *arg, const struct flow_brake *what)
{
	struct alarm_inputs *in = arg;
	char text[128], *carrier, *end;
	snprintf(text, sizeof(text), "%s", what->name);
	carrier = strchr(text, '/');
	end = carrier ? strchr(carrier + 1, '/') : NULL;
	if (!end)
		return;
	*carrier++ = *end = '\0';
	for (size_t i = 0; i < in->accounts_n; i++)
		in->accounts[i].brakes += strcmp(in->accounts[i].name, text) == 0;
	for (size_t i = 0; i < in->carriers_n && strcmp(text, "-") == 0; i++)
		in->carriers[i].brakes += strcmp(in->carriers[i].name, carrier) == 0;
}

/* Who pauses one by hand needs no call. */
static void take_campaign(void *arg, const struct campaign *c)
{
	struct alarm_inputs *in = arg;
	const struct campaign_control *now = campaign_control(c);
	if (now->state == CAMPAIGN_PAUSED && strcmp(now->by, "trial") == 0 && campaign_account(c) < in->accounts_n)
		in->accounts[campaign_account(c)].campaigns_stopped++;
}

static void take_listener(const struct listen_conf *conf, const struct listener_ends *ends, void *arg)
{
	struct alarm_inputs_keeper *k = arg;
	struct alarm_inputs *in = &k->out;
	if (in->listeners_n == k->listeners_cap) {
		k->listeners_cap = k->listeners_cap ? 2 * k->listeners_cap : 4;
		in->listeners = mem_realloc(in->listeners, k->listeners_cap * sizeof(*in->listeners));
		k->listener_names = mem_realloc(k->listener_names, k->listeners_cap * sizeof(*k->listener_names));
	}
	snprintf(k->listener_names[in->listeners_n], sizeof(*k->listener_names), "%s:%lld", conf->address,
		 (long long)conf->port);
	in->listeners[in->listeners_n++] = (struct alarm_listener){
		.certificate_days = days_left((uint64_t)ends->certificate_s, in->wall_ms),
		.crl_hours = 24 * days_left((uint64_t)ends->crl_s, in->wall_ms),
	};
}

/* --- the room --- */

struct alarm_inputs_keeper *alarm_inputs_new(void)
{
	struct alarm_inputs_keeper *k = mem_zalloc(sizeof(*k));
	k->balances = balances_new();
	return k;
}

void alarm_inputs_free(struct alarm_inputs_keeper *k)
{
	if (!k)
		return;
	balances_free(k->balances);
	mem_free(k->out.carriers);
	mem_free(k->out.accounts);
	mem_free(k->out.listeners);
	mem_free(k->listener_names);
	mem_free(k->carriers);
	mem_free(k->accounts);
	mem_free(k);
}

static void take_phase(struct alarm_inputs_keeper *k, enum flow_phase phase)
{
	k->out.running = phase == FLOW_RUNNING;
	k->out.leaving = phase == FLOW_LEAVING;
	if (!k->out.running)
		k->running_step = 0;
	else if (!k->running_step)
		k->running_step = k->step;
}

const struct alarm_inputs *alarm_inputs_take(struct alarm_inputs_keeper *k, const struct alarm_source *from)
{
	struct snapshot_source source = {.loop = from->loop, .flow = from->flow, .version = ""};
	struct snapshot s;
	int64_t step = trail_step(loop_now_ms(from->loop));
	bool new_step = step != k->step;
	k->step = step;
	snapshot_take(&source, 0, NULL, &s);
	take_clocks(k, from->loop);
	take_phase(k, s.flow.phase);
	take_store(k, &s.flow);
	take_messages(k, from, &s.flow);
	take_records(k, from);
	if (new_step) {
		take_machine(k, from);
		balances_ask(k->balances, from->flow);
	}
	take_objects(k, from, &s);
	flow_brakes_each(from->flow, take_brake, &k->out);
	flow_campaigns_each(from->flow, take_campaign, &k->out);
	k->out.listeners_n = 0;
	accounts_each_listener(flow_accounts(from->flow), take_listener, k);
	for (size_t i = 0; i < k->out.listeners_n; i++)
		k->out.listeners[i].name = k->listener_names[i];
	snapshot_free(&s);
	return &k->out;
}
