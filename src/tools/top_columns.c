/*
 * top_columns.c - what the live screen says of a carrier, an account, a bind. Must not know where it stands.
 */
#include "tools/top_columns.h"

#include <stdio.h>
#include <string.h>

/* --- values; -1: not known --- */

static double rate(const struct top_row *r, const char *key)
{
	double now = tree_number(r->status, key, -1), before = tree_number(r->before, key, -1);

	return now < 0 || before < 0 || now < before || r->seconds <= 0 ? -1 : (now - before) / r->seconds;
}

#define RATE(name, key)                                                                                                \
	static double name(const struct top_row *r)                                                                    \
	{                                                                                                              \
		return rate(r, key);                                                                                   \
	}
#define COUNT(name, key)                                                                                               \
	static double name(const struct top_row *r)                                                                    \
	{                                                                                                              \
		return tree_number(r->status, key, -1);                                                                \
	}
RATE(sent_rate, "submitted")
RATE(ok_rate, "ok")
RATE(error_rate, "errors")
RATE(throttled_rate, "throttled")
RATE(in_rate, "received")
COUNT(bound, "bound")
COUNT(binds, "binds")
COUNT(outstanding, "outstanding")
COUNT(queued, "queued")
COUNT(doubts, "in_doubt")
COUNT(waiting, "waiting")
COUNT(backlog, "backlog")
COUNT(idle_ms, "idle_ms")

static double oldest(const struct top_row *r)
{
	return tree_number(r->now, "oldest_s", -1);
}

/* Of the last minute; without it since the start. */
static double quantile(const struct top_row *r, const char *name, const char *since_start)
{
	const struct tree_node *minute = tree_member(tree_member(r->now, "latency"), "1m");

	if (r->now)
		return tree_number(tree_member(minute, "answer"), name, -1);
	double v = tree_number(r->status, since_start, -1);
	return v > 0 ? v : -1;
}

static double p50(const struct top_row *r)
{
	return quantile(r, "p50", "p50_ms");
}

static double p99(const struct top_row *r)
{
	return quantile(r, "p99", "p99_ms");
}

static double delivered(const struct top_row *r)
{
	double v = tree_number(tree_member(tree_member(r->now, "w"), "15m"), "ratio", -1);

	return v < 0 ? tree_number(r->status, "delivered_percent", -1) : v * 100;
}

static double refused(const struct top_row *r)
{
	return tree_number(tree_member(tree_member(r->now, "w"), "1m"), "refused", -1);
}

static double tps(const struct top_row *r)
{
	return tree_number(r->status, "tps", -1);
}

static double used(const struct top_row *r)
{
	double window = tree_number(r->status, "window", 0);

	return window > 0 ? tree_number(r->status, "outstanding", 0) / window : -1;
}

/* --- cells --- */

static void put(const char *text, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%s", text);
	for (char *p = out; *p; p++)
		*p = (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p;
}

static void number(double v, const char *format, const char *unit, char out[TOP_CELL])
{
	if (v < 0)
		snprintf(out, TOP_CELL, "-");
	else if (strcmp(format, "0") == 0)
		snprintf(out, TOP_CELL, "%.0f%s", v, unit);
	else
		snprintf(out, TOP_CELL, "%.1f%s", v, unit);
}

#define CELL(value, format, unit)                                                                                      \
	static void put_##value(const struct top_row *r, char out[TOP_CELL])                                           \
	{                                                                                                              \
		number(value(r), format, unit, out);                                                                   \
	}
CELL(sent_rate, "1", "")
CELL(ok_rate, "1", "")
CELL(error_rate, "1", "")
CELL(throttled_rate, "1", "")
CELL(in_rate, "1", "")
CELL(outstanding, "0", "")
CELL(queued, "0", "")
CELL(doubts, "0", "")
CELL(waiting, "0", "")
CELL(backlog, "0", "")
CELL(oldest, "0", " s")
CELL(p50, "1", "")
CELL(p99, "1", "")
CELL(delivered, "0", "%")
CELL(refused, "0", "")
CELL(tps, "0", "")

static void put_name(const struct top_row *r, char out[TOP_CELL])
{
	put(tree_text(r->status, "name", "?"), out);
}

enum carrier_state { UP, THROTTLED, PAUSED, DRAINED, REMOVED, DOWN };
static const struct {
	const char *word;
	enum top_style style;
} carrier_states[] = {
	[UP] = {"up", TOP_PLAIN},	   [THROTTLED] = {"throttled", TOP_LOOK}, [PAUSED] = {"paused", TOP_LOOK},
	[DRAINED] = {"drained", TOP_LOOK}, [REMOVED] = {"removed", TOP_LOOK},	  [DOWN] = {"! down", TOP_BAD},
};

static enum carrier_state carrier_state(const struct top_row *r)
{
	const char *command = tree_text(r->status, "command", "run");

	if (tree_bool(r->status, "removed"))
		return REMOVED;
	if (strcmp(command, "run") != 0)
		return strcmp(command, "paused") == 0 ? PAUSED : DRAINED;
	if (tree_number(r->status, "paused_ms", 0) > 0 && tree_number(r->status, "bound", 0) > 0)
		return THROTTLED;
	return tree_bool(r->status, "up") ? UP : DOWN;
}

static void put_state(const struct top_row *r, char out[TOP_CELL])
{
	put(carrier_states[carrier_state(r)].word, out);
}

static void put_health(const struct top_row *r, char out[TOP_CELL])
{
	const char *health = tree_text(r->status, "health", "-"), *why = tree_text(r->status, "health_why", "-");
	bool good = strcmp(why, "-") == 0;

	snprintf(out, TOP_CELL, "%.40s%s%.40s", health, good ? "" : ": ", good ? "" : why);
}

static void put_bound(const struct top_row *r, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%.0f/%.0f", tree_number(r->status, "bound", 0), tree_number(r->status, "binds", 0));
}

static void put_binds(const struct top_row *r, char out[TOP_CELL])
{
	if (tree_bool(r->status, "removed"))
		snprintf(out, TOP_CELL, "removed");
	else
		snprintf(out, TOP_CELL, "%.0f/%.0f", tree_number(r->status, "binds", 0),
			 tree_number(r->status, "max_binds", 0));
}

static void put_window(const struct top_row *r, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%.0f/%.0f", tree_number(r->status, "outstanding", 0),
		 tree_number(r->status, "window", 0));
}

static void put_owner(const struct top_row *r, char out[TOP_CELL])
{
	const char *carrier = tree_text(r->status, "carrier", NULL);

	snprintf(out, TOP_CELL, "%s %.100s", carrier ? "carrier" : "account",
		 carrier ? carrier : tree_text(r->status, "account", "?"));
}

/* It carries messages. */
static bool is_bound(const struct top_row *r)
{
	const char *state = tree_text(r->status, "state", "?");

	return strcmp(state, "transmitter") == 0 || strcmp(state, "receiver") == 0 || strcmp(state, "transceiver") == 0;
}

static void put_bind_state(const struct top_row *r, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%s%.60s", is_bound(r) ? "" : "! ", tree_text(r->status, "state", "?"));
}

static void put_peer(const struct top_row *r, char out[TOP_CELL])
{
	const char *peer = tree_text(r->status, "peer", "");

	put(*peer ? peer : "-", out);
}

static void put_since(const struct top_row *r, char out[TOP_CELL])
{
	put(tree_text(r->status, "since", "-"), out);
}

static void put_tls(const struct top_row *r, char out[TOP_CELL])
{
	const char *tls = tree_text(r->status, "tls", "-");

	snprintf(out, TOP_CELL, "%.*s", (int)strcspn(tls, " "), tls);
}

static void put_idle(const struct top_row *r, char out[TOP_CELL])
{
	double s = idle_ms(r) / 1000;

	if (s < 0)
		snprintf(out, TOP_CELL, "-");
	else if (s < 60)
		snprintf(out, TOP_CELL, "%.1f s", s);
	else
		snprintf(out, TOP_CELL, "%.0f min", s / 60);
}

/* --- tables --- */

static const struct top_column carriers[] = {
	{"CARRIER", 24, 0, false, put_name, NULL},
	{"STATE", 10, 0, false, put_state, NULL},
	{"BINDS", 9, 2, true, put_bound, bound},
	{"WINDOW", 11, 3, true, put_window, used},
	{"QUEUED", 9, 1, true, put_queued, queued},
	{"OLDEST", 9, 6, true, put_oldest, oldest},
	{"SENT/S", 9, 1, true, put_sent_rate, sent_rate},
	{"OK/S", 9, 4, true, put_ok_rate, ok_rate},
	{"ERR/S", 9, 2, true, put_error_rate, error_rate},
	{"THR/S", 9, 6, true, put_throttled_rate, throttled_rate},
	{"P50", 9, 7, true, put_p50, p50},
	{"P99", 9, 3, true, put_p99, p99},
	{"DELIV", 6, 3, true, put_delivered, delivered},
	{"DOUBT", 8, 5, true, put_doubts, doubts},
	{"TPS", 9, 8, true, put_tps, tps},
	{"HEALTH", 30, 5, false, put_health, NULL},
};

static const struct top_column accounts[] = {
	{"ACCOUNT", 24, 0, false, put_name, NULL},	    {"BINDS", 9, 1, true, put_binds, binds},
	{"IN/S", 9, 1, true, put_in_rate, in_rate},	    {"THR/S", 9, 3, true, put_throttled_rate, throttled_rate},
	{"REFUSED/MIN", 12, 4, true, put_refused, refused}, {"DELIV", 6, 2, true, put_delivered, delivered},
	{"OUT", 8, 5, true, put_outstanding, outstanding},  {"WAITING", 9, 2, true, put_waiting, waiting},
	{"BACKLOG", 9, 1, true, put_backlog, backlog},
};

static const struct top_column bind_columns[] = {
	{"BIND", 24, 0, false, put_name, NULL},
	{"OF", 32, 2, false, put_owner, NULL},
	{"STATE", 14, 0, false, put_bind_state, NULL},
	{"PEER", 47, 3, false, put_peer, NULL},
	{"OUT", 8, 1, true, put_outstanding, outstanding},
	{"IDLE", 9, 2, true, put_idle, idle_ms},
	{"TLS", 8, 5, false, put_tls, NULL},
	{"BOUND SINCE", 26, 4, false, put_since, NULL},
};

#define TABLE(t)                                                                                                       \
	{                                                                                                              \
		t, sizeof(t) / sizeof((t)[0])                                                                          \
	}

const struct top_column *top_columns(enum top_view v, size_t *n)
{
	static const struct {
		const struct top_column *columns;
		size_t n;
	} tables[] = {
		[TOP_CARRIERS] = TABLE(carriers), [TOP_ACCOUNTS] = TABLE(accounts), [TOP_BINDS] = TABLE(bind_columns)};

	*n = tables[v].n;
	return tables[v].columns;
}

enum top_style top_row_style(enum top_view v, const struct top_row *r)
{
	enum top_style style;

	switch (v) {
	case TOP_CARRIERS:
		style = carrier_states[carrier_state(r)].style;
		return style == TOP_PLAIN && strcmp(tree_text(r->status, "health", "good"), "good") != 0 ? TOP_LOOK
													 : style;
	case TOP_ACCOUNTS:
		return tree_bool(r->status, "removed") || throttled_rate(r) > 0 ? TOP_LOOK : TOP_PLAIN;
	default:
		return is_bound(r) ? TOP_PLAIN : TOP_LOOK;
	}
}
