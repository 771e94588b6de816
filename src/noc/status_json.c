/*
 * status_json.c - a snapshot as one JSON object. Keys are an interface: they are added, never renamed.
 */
#include <string.h>

#include "noc/json.h"
#include "noc/status.h"

static void status_json_head(struct json *j, const struct snapshot *s)
{
	char text[STATUS_STAMP];
	int64_t up_ms = s->wall_ms - s->flow.since_ms;

	json_text(j, "version", s->version);
	json_u64(j, "node", s->node);
	json_u64(j, "pid", (uint64_t)s->process.pid);
	json_text(j, "time", status_time(s->wall_ms, true, text));
	json_text(j, "started", status_time(s->flow.since_ms, true, text));
	json_u64(j, "uptime_s", up_ms > 0 ? (uint64_t)up_ms / 1000 : 0);
	json_text(j, "phase", s->phase);
	json_bool(j, "healthy", status_unhealthy(&s->flow) == NULL);
	json_text(j, "unhealthy", status_unhealthy(&s->flow));
	json_open(j, "store", '{');
	json_bool(j, "up", s->flow.store_up);
	json_ms(j, "lag_ms", (int64_t)s->flow.store_lag_us);
	json_u64(j, "pending", s->flow.store_pending);
	json_close(j, '}');
	json_open(j, "alarms", '{');
	json_u64(j, "critical", s->alarms.critical);
	json_u64(j, "warning", s->alarms.warning);
	json_u64(j, "acknowledged", s->alarms.acked);
	json_close(j, '}');
	json_open(j, "memory", '{');
	json_u64(j, "resident_bytes", s->process.resident);
	json_u64(j, "messages_bytes", s->flow.bytes);
	json_close(j, '}');
}

static void status_json_messages(struct json *j, const struct snapshot *s)
{
	json_open(j, "messages", '{');
	json_u64(j, "total", s->flow.messages);
	json_u64(j, "queued", s->flow.queued);
	json_u64(j, "parked", s->flow.parked);
	json_open(j, "by_state", '{');
	for (size_t i = 0; i < MSG_STATES; i++)
		json_u64(j, msg_state_name((enum msg_state)i), s->flow.by_state[i]);
	json_close(j, '}');
	json_close(j, '}');
}

static const char *const command_names[] = {
	[CARRIER_RUN] = "run", [CARRIER_PAUSED] = "paused", [CARRIER_DRAINED] = "drained"};

static void status_json_carrier(struct json *j, const struct snapshot_carrier *c)
{
	json_open(j, NULL, '{');
	json_text(j, "name", c->name);
	json_bool(j, "up", c->up);
	json_bool(j, "removed", c->removed);
	json_u64(j, "paused_ms", (uint64_t)c->paused_ms);
	json_u64(j, "bound", c->bound);
	json_u64(j, "binds", c->binds);
	json_u64(j, "outstanding", c->outstanding);
	json_u64(j, "window", c->window);
	json_text(j, "command", command_names[c->command]);
	json_u64(j, "tps", c->tps);
	json_bool(j, "tps_live", c->tps_live);
	json_u64(j, "limit", c->limit);
	json_u64(j, "window_each", c->window_each);
	json_u64(j, "window_needed", c->window_needed);
	json_u64(j, "queued", c->queued);
	json_u64(j, "submitted", c->submitted);
	json_u64(j, "ok", c->ok);
	json_u64(j, "errors", c->errors);
	json_u64(j, "throttled", c->throttled);
	json_u64(j, "in_doubt", c->doubts);
	json_ms(j, "p50_ms", c->p50_us);
	json_ms(j, "p99_ms", c->p99_us);
	json_text(j, "health", c->health);
	json_text(j, "health_why", c->health_why);
	if (c->delivery >= 0)
		json_u64(j, "delivered_percent", (uint64_t)c->delivery);
	json_text(j, "id_form", c->id_form);
	json_close(j, '}');
}

static void status_json_account(struct json *j, const struct snapshot_account *a)
{
	json_open(j, NULL, '{');
	json_text(j, "name", a->name);
	json_u64(j, "binds", a->binds);
	json_u64(j, "max_binds", a->max_binds);
	json_u64(j, "received", a->requests);
	json_u64(j, "throttled", a->throttled);
	json_u64(j, "outstanding", a->outstanding);
	json_u64(j, "waiting", a->waiting);
	json_u64(j, "backlog", a->backlog);
	json_bool(j, "removed", a->removed);
	json_close(j, '}');
}

void status_json_session(struct json *j, const struct snapshot_session *b)
{
	char text[STATUS_STAMP];

	json_open(j, NULL, '{');
	json_text(j, "name", b->name);
	json_text(j, b->carrier ? "carrier" : "account", b->owner);
	json_text(j, "state", b->state);
	json_text(j, "peer", b->peer);
	json_text(j, "tls", b->tls[0] ? b->tls : NULL);
	json_text(j, "since", b->since_ms ? status_time(b->since_ms, true, text) : NULL);
	json_ms(j, "idle_ms", b->idle_us);
	json_u64(j, "outstanding", b->outstanding);
	json_close(j, '}');
}

static void put_carriers(struct json *j, const struct snapshot *s, const char *name)
{
	json_open(j, "carriers", '[');
	for (size_t i = 0; i < s->carriers_n; i++) {
		if (!name || strcmp(name, s->carriers[i].name) == 0)
			status_json_carrier(j, &s->carriers[i]);
	}
	json_close(j, ']');
}

static void put_accounts(struct json *j, const struct snapshot *s, const char *name)
{
	json_open(j, "accounts", '[');
	for (size_t i = 0; i < s->accounts_n; i++) {
		if (!name || strcmp(name, s->accounts[i].name) == 0)
			status_json_account(j, &s->accounts[i]);
	}
	json_close(j, ']');
}

static void put_sessions(struct json *j, const struct snapshot *s, const char *name)
{
	(void)name;
	json_open(j, "binds", '[');
	for (size_t i = 0; i < s->sessions_n; i++)
		status_json_session(j, &s->sessions[i]);
	json_close(j, ']');
	json_u64(j, "binds_total", s->sessions_total);
}

static void put_part(const struct snapshot *s, const char *name,
		     void (*part)(struct json *j, const struct snapshot *s, const char *name), struct buf *out)
{
	struct json j = {.out = out};

	json_open(&j, NULL, '{');
	part(&j, s, name);
	json_close(&j, '}');
	buf_puts(out, "\n");
}

void status_json_carriers(const struct snapshot *s, const char *name, struct buf *out)
{
	put_part(s, name, put_carriers, out);
}

void status_json_accounts(const struct snapshot *s, const char *name, struct buf *out)
{
	put_part(s, name, put_accounts, out);
}

void status_json_sessions(const struct snapshot *s, const char *name, struct buf *out)
{
	put_part(s, name, put_sessions, out);
}

static void put_both(struct json *j, const struct snapshot *s, const char *name)
{
	put_carriers(j, s, name);
	put_sessions(j, s, name);
}

void status_json_carrier_binds(const struct snapshot *s, const char *name, struct buf *out)
{
	put_part(s, name, put_both, out);
}

void status_json(const struct snapshot *s, struct buf *out)
{
	struct json j = {.out = out};

	json_open(&j, NULL, '{');
	status_json_head(&j, s);
	status_json_messages(&j, s);
	put_carriers(&j, s, NULL);
	put_accounts(&j, s, NULL);
	put_sessions(&j, s, NULL);
	json_close(&j, '}');
	buf_puts(out, "\n");
}
