/*
 * policy.c - the table of policies and the walk through it. Must not know sockets, Redis or the order of a message's
 * life.
 */
#include "policy/policy.h"

#include "base/stats.h"
#include "smpp/status.h"

/* Refusals by policy, in table order. */
static struct policy_counters {
	uint64_t opted_out;
} counters;

static bool refuses_opted_out(const struct policy_message *m, const struct policy_snapshot *s)
{
	return class_promotional(m->class_id) && s->opted_out;
}

static const struct policy_row {
	const char *name, *plain;
	uint32_t status;
	bool (*refuses)(const struct policy_message *m, const struct policy_snapshot *s);
	uint64_t *count;
} rows[] = {
	{"opted_out", "the number has said stop, and the text is promotional", SGW_OPTED_OUT, refuses_opted_out,
	 &counters.opted_out},
};

bool policy_needs_recipient(const struct policy_message *m)
{
	return class_promotional(m->class_id);
}

static const struct policy_row *refusing(const struct policy_message *m, const struct policy_snapshot *s)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].refuses(m, s))
			return &rows[i];
	}
	return NULL;
}

static struct policy_verdict verdict_of(const struct policy_row *row)
{
	return row ? (struct policy_verdict){row->status, row->name, row->plain}
		   : (struct policy_verdict){ESME_ROK, "", "may go"};
}

struct policy_verdict policy_judge(const struct policy_message *m, const struct policy_snapshot *s)
{
	const struct policy_row *row = refusing(m, s);
	if (row)
		++*row->count;
	return verdict_of(row);
}

struct policy_verdict policy_look(const struct policy_message *m, const struct policy_snapshot *s)
{
	return verdict_of(refusing(m, s));
}

static const struct stats_row stat_rows[] = {
	{"smppgw_policy_refused_total", "Messages refused or ended by a policy.", STATS_COUNTER,
	 offsetof(struct policy_counters, opted_out), "policy", "opted_out"},
};

void policy_stats(struct stats *stats)
{
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &counters, NULL, NULL, NULL);
}
