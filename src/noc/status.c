/*
 * status.c - plain tables of a snapshot, for people. Must not know where the numbers come from.
 */
#include "noc/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "noc/label.h"
#include "noc/table.h"

#define MB 1000000.0

const char *status_unhealthy(const struct flow_status *s)
{
	switch (s->phase) {
	case FLOW_WAITING:
		return "waiting for the store (Redis)";
	case FLOW_LOADING:
		return "loading the journal";
	case FLOW_LEAVING:
		return "leaving";
	case FLOW_RUNNING:
		break;
	}
	return s->store_up ? NULL : "the store (Redis) is down";
}

const char *status_time(int64_t wall_ms, bool rfc3339, char out[STATUS_STAMP])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (wall_ms == 0 || !localtime_r(&seconds, &tm))
		return strcpy(out, "-");
	size_t n = strftime(out, STATUS_STAMP, rfc3339 ? "%Y-%m-%dT%H:%M:%S%z" : "%Y-%m-%d %H:%M:%S %z", &tm);
	if (rfc3339 && n > 2) {
		memmove(out + n - 1, out + n - 2, 3); /* a colon into the zone */
		out[n - 2] = ':';
	}
	return out;
}

const char *status_span(int64_t ms, char out[STATUS_STAMP])
{
	int64_t s = ms / 1000;

	if (ms < 0)
		ms = s = 0;
	if (ms < 1000)
		snprintf(out, STATUS_STAMP, "%" PRId64 " ms", ms);
	else if (s < 60)
		snprintf(out, STATUS_STAMP, "%" PRId64 " s", s);
	else if (s < 3600)
		snprintf(out, STATUS_STAMP, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, STATUS_STAMP, "%" PRId64 " h %" PRId64 " min", s / 3600, s / 60 % 60);
	else
		snprintf(out, STATUS_STAMP, "%" PRId64 " d %" PRId64 " h", s / 86400, s / 3600 % 24);
	return out;
}

/* A response time; nothing measured yet is "-". */
static void status_response(struct table *t, int64_t us)
{
	if (us == 0)
		table_text(t, "-");
	else
		table_cell(t, "%.1f ms", (double)us / 1000);
}

static const char *status_carrier_state(const struct snapshot_carrier *c, char out[64])
{
	char span[STATUS_STAMP];

	if (c->removed)
		snprintf(out, 64, "%s", c->bound > 0 ? "leaving" : "removed");
	else if (c->command == CARRIER_PAUSED)
		snprintf(out, 64, "paused");
	else if (c->command == CARRIER_DRAINED)
		snprintf(out, 64, "%s", c->bound > 0 ? "draining" : "drained");
	else if (c->bound > 0 && c->paused_ms > 0)
		snprintf(out, 64, "paused %s", status_span(c->paused_ms, span));
	else
		snprintf(out, 64, "%s", c->up ? "up" : "down");
	return out;
}

/* Outstanding and allowed; what is too small says what it takes. */
static void status_window(struct table *t, const struct snapshot_carrier *c)
{
	if (c->window_small)
		table_cell(t, "%" PRIu64 "/%" PRIu64 " needs %" PRIu64, c->outstanding, c->window,
			   c->window_needed * (c->window / c->window_each));
	else
		table_cell(t, "%" PRIu64 "/%" PRIu64, c->outstanding, c->window);
}

/* The agreed rate, below it the one that was learnt. */
static void status_tps(struct table *t, const struct snapshot_carrier *c)
{
	char limit[32] = "", tps[32] = "-";

	if (c->limit > 0)
		snprintf(limit, sizeof(limit), "%" PRIu64 "/", c->limit);
	if (c->tps > 0)
		snprintf(tps, sizeof(tps), "%" PRIu64, c->tps);
	table_cell(t, "%s%s%s", limit, tps, c->tps_live ? " live" : "");
}

void status_carriers(const struct snapshot *s, const char *name, struct buf *out)
{
	struct table *t = table_new(
		"CARRIER STATE HEALTH +BINDS +WINDOW +TPS +QUEUED +SUBMITTED +OK +ERRORS +THROTTLED +DOUBT +DELIVERED "
		"+P50 +P99 IDS");
	char state[64];

	for (size_t i = 0; i < s->carriers_n; i++) {
		const struct snapshot_carrier *c = &s->carriers[i];
		if (name && strcmp(name, c->name) != 0)
			continue;
		table_text(t, c->name);
		table_text(t, status_carrier_state(c, state));
		if (strcmp(c->health, "good") == 0)
			table_text(t, c->health);
		else
			table_cell(t, "%s (%s)", c->health, c->health_why);
		table_cell(t, "%" PRIu64 "/%" PRIu64, c->bound, c->binds);
		status_window(t, c);
		status_tps(t, c);
		table_cell(t, "%" PRIu64, c->queued);
		table_cell(t, "%" PRIu64, c->submitted);
		table_cell(t, "%" PRIu64, c->ok);
		table_cell(t, "%" PRIu64, c->errors);
		table_cell(t, "%" PRIu64, c->throttled);
		table_cell(t, "%" PRIu64, c->doubts);
		if (c->delivery < 0)
			table_text(t, "-");
		else
			table_cell(t, "%d%%", c->delivery);
		status_response(t, c->p50_us);
		status_response(t, c->p99_us);
		table_text(t, c->id_form);
	}
	table_print(t, out);
	table_free(t);
}

void status_accounts(const struct snapshot *s, const char *name, struct buf *out)
{
	struct table *t = table_new("ACCOUNT +BINDS +RECEIVED +THROTTLED +OUTSTANDING +WAITING +BACKLOG");

	for (size_t i = 0; i < s->accounts_n; i++) {
		const struct snapshot_account *a = &s->accounts[i];
		if (name && strcmp(name, a->name) != 0)
			continue;
		table_text(t, a->name);
		if (a->removed)
			table_text(t, "removed");
		else
			table_cell(t, "%" PRIu64 "/%" PRIu64, a->binds, a->max_binds);
		table_cell(t, "%" PRIu64, a->requests);
		table_cell(t, "%" PRIu64, a->throttled);
		table_cell(t, "%" PRIu64, a->outstanding);
		table_cell(t, "%" PRIu64, a->waiting);
		table_cell(t, "%" PRIu64, a->backlog);
	}
	table_print(t, out);
	table_free(t);
}

struct table *status_sessions_table(void)
{
	return table_new("BIND OF STATE PEER TLS BOUND_SINCE +IDLE +OUTSTANDING");
}

void status_session(struct table *t, const struct snapshot_session *b)
{
	char text[STATUS_STAMP];

	table_text(t, b->name);
	table_cell(t, "%s %s", b->carrier ? "carrier" : "account", b->owner);
	table_text(t, b->state);
	table_text(t, b->peer[0] ? b->peer : "-");
	/* the version is enough here; /status.json has the cipher, too */
	table_cell(t, "%.*s", b->tls[0] ? (int)strcspn(b->tls, " ") : 1, b->tls[0] ? b->tls : "-");
	table_text(t, status_time(b->since_ms, false, text));
	table_text(t, status_span(b->idle_us / 1000, text));
	table_cell(t, "%" PRIu64, b->outstanding);
}

void status_sessions(const struct snapshot *s, struct buf *out)
{
	struct table *t = status_sessions_table();

	for (size_t i = 0; i < s->sessions_n; i++)
		status_session(t, &s->sessions[i]);
	table_print(t, out);
	table_free(t);
	if (s->sessions_total > s->sessions_n)
		buf_printf(out, "... and %zu more; smppgwctl binds NAME lists those of one account or carrier\n",
			   s->sessions_total - s->sessions_n);
}

static void status_states(const struct snapshot *s, struct buf *out)
{
	struct table *t = table_new("messages: MESSAGES +NUMBER");

	for (size_t i = 0; i < MSG_STATES; i++) {
		table_text(t, msg_state_name((enum msg_state)i));
		table_cell(t, "%" PRIu64, s->flow.by_state[i]);
	}
	table_text(t, "all");
	table_cell(t, "%" PRIu64, s->flow.messages);
	table_print(t, out);
	table_free(t);
	buf_printf(out, "receipts parked, without a message yet: %" PRIu64 "\n", s->flow.parked);
}

void status_queue(const struct snapshot *s, struct buf *out)
{
	struct table *carriers = table_new("carriers: CARRIER +QUEUED");
	struct table *accounts = table_new("accounts: ACCOUNT +WAITING +BACKLOG");

	status_states(s, out);
	for (size_t i = 0; i < s->carriers_n; i++) {
		table_text(carriers, s->carriers[i].name);
		table_cell(carriers, "%" PRIu64, s->carriers[i].queued);
	}
	for (size_t i = 0; i < s->accounts_n; i++) {
		table_text(accounts, s->accounts[i].name);
		table_cell(accounts, "%" PRIu64, s->accounts[i].waiting);
		table_cell(accounts, "%" PRIu64, s->accounts[i].backlog);
	}
	buf_puts(out, "\n");
	table_print(carriers, out);
	buf_puts(out, "\n");
	table_print(accounts, out);
	table_free(carriers);
	table_free(accounts);
}

/* The lines above the tables. */
static void status_head(const struct snapshot *s, struct buf *out)
{
	char text[STATUS_STAMP];
	const char *sick = status_unhealthy(&s->flow);

	buf_printf(out, "smppgw %s   node %u   pid %d   %s\n", s->version, s->node, s->process.pid,
		   status_time(s->wall_ms, false, text));
	buf_printf(out, "%s for %s   %s\n", s->phase, status_span(s->wall_ms - s->flow.since_ms, text),
		   sick ? sick : "healthy");
	buf_printf(out, "store %s   oldest write %.1f ms   pending %" PRIu64 "\n", s->flow.store_up ? "up" : "down",
		   (double)s->flow.store_lag_us / 1000, s->flow.store_pending);
	buf_printf(out, "messages %" PRIu64 " in %.1f MB   queued %" PRIu64 "   process %.1f MB\n", s->flow.messages,
		   (double)s->flow.bytes / MB, s->flow.queued, (double)s->process.resident / MB);
	if (s->alarms.critical + s->alarms.warning > 0)
		buf_printf(out, "alarms %" PRIu64 " critical   %" PRIu64 " warning   %" PRIu64 " acknowledged\n",
			   s->alarms.critical, s->alarms.warning, s->alarms.acked);
	const char *before = "";
	for (size_t i = 0; i < MSG_STATES; i++) {
		buf_printf(out, "%s%s %" PRIu64, before, msg_state_name((enum msg_state)i), s->flow.by_state[i]);
		before = "   ";
	}
	buf_printf(out, "   parked %" PRIu64 "\n", s->flow.parked);
}

void status_text(const struct snapshot *s, struct buf *out)
{
	status_head(s, out);
	buf_puts(out, "\n");
	status_carriers(s, NULL, out);
	buf_puts(out, "\n");
	status_accounts(s, NULL, out);
	buf_puts(out, "\n");
	status_sessions(s, out);
}
