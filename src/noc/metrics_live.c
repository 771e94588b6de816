/*
 * metrics_live.c - copies what the tally and the carriers say now into objects of a registry, which is printed as any
 * other. Must not know Prometheus' text, nor what is counted when.
 */
#include "noc/metrics_live.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "noc/metrics.h"
#include "path/tally.h"

struct live { /* one object of a dimension, at this moment */
	char *name;
	uint64_t n[TALLY_WHATS];
	uint64_t queued, tps, healthy, doubts;
	struct histogram times[TALLY_TIMES]; /* last: dimensions without times have no room for them */
};

struct lives { /* those of one dimension */
	const struct live_dim *dim;
	struct live **all;
	size_t n, cap;
	struct map *names; /* -> struct live */
};

#define COUNT(dim, what, which, help)                                                                                  \
	{                                                                                                              \
		"smppgw_" dim "_" what "_total", help, STATS_COUNTER,                                                  \
			offsetof(struct live, n) + (which) * sizeof(uint64_t), NULL, NULL                              \
	}
#define TIME(dim, what, which, help)                                                                                   \
	{                                                                                                              \
		"smppgw_" dim "_" what "_seconds", help, STATS_HISTOGRAM,                                              \
			offsetof(struct live, times) + (which) * sizeof(struct histogram), NULL, NULL                  \
	}
#define ACCEPTED(dim)                                                                                                  \
	COUNT(dim, "accepted", TALLY_ACCEPTED, "Messages acknowledged to apps, or made by us, by " dim ".")
#define REFUSED(dim, help) COUNT(dim, "refused", TALLY_REFUSED, help)
#define ENDED(dim)                                                                                                     \
	COUNT(dim, "sent", TALLY_SENT, "Messages that a carrier has taken, all parts, by " dim "."),                   \
		COUNT(dim, "delivered", TALLY_DELIVERED, "Messages that ended as delivered, by " dim "."),             \
		COUNT(dim, "failed", TALLY_FAILED, "Messages that ended in any other way, by " dim ".")
#define REPLIES(dim)                                                                                                   \
	COUNT(dim, "replies", TALLY_REPLIES, "Texts of phones, by " dim "."),                                          \
		COUNT(dim, "optouts", TALLY_OPTOUTS, "Replies that said stop, by " dim "."),                           \
		COUNT(dim, "complaints", TALLY_COMPLAINTS, "Replies that complained, by " dim ".")
#define TIMES(dim)                                                                                                     \
	TIME(dim, "wait", TALLY_WAIT, "From acceptance to the submit to a carrier, by " dim "."),                      \
		TIME(dim, "answer", TALLY_ANSWER, "From the submit to the carrier's answer, by " dim "."),             \
		TIME(dim, "receipt", TALLY_RECEIPT, "From the submit to the carrier's final receipt, by " dim ".")
#define NOW(member, help)                                                                                              \
	{                                                                                                              \
		"smppgw_carrier_" #member, help, STATS_GAUGE, offsetof(struct live, member), NULL, NULL                \
	}

static const struct stats_row of_carrier[] = {
	ENDED("carrier"),
	REPLIES("carrier"),
	TIMES("carrier"),
	NOW(queued, "Messages that wait and whose route takes the carrier now."),
	NOW(tps, "Messages/s that are agreed with the carrier; 0: no limit."),
	NOW(healthy, "0 while traffic has left the carrier because of errors, lost binds or few deliveries."),
	NOW(doubts, "Submits whose answer did not come and that nothing has settled yet."),
};
#define JUDGED "Messages that a rule or policy refused, by "
static const struct stats_row of_operator[] = {ACCEPTED("operator"), REFUSED("operator", JUDGED "operator."),
					       ENDED("operator")};
static const struct stats_row of_account[] = {ACCEPTED("account"),
					      REFUSED("account", "Submits that were refused, by account."),
					      ENDED("account"), REPLIES("account")};
static const struct stats_row of_class[] = {ACCEPTED("class"), REFUSED("class", JUDGED "class."), ENDED("class"),
					    TIMES("class")};
static const struct stats_row of_reason[] = {
	{"smppgw_refusals_total", "Submits that were refused, by the policy's name or the status.", STATS_COUNTER,
	 offsetof(struct live, n) + TALLY_REFUSED * sizeof(uint64_t), NULL, NULL},
};

static void live_carriers(const struct flow *flow, struct lives *l);
static void live_accounts(const struct flow *flow, struct lives *l);
static void live_classes(const struct flow *flow, struct lives *l);

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])
static const struct live_dim {
	enum tally_dim dim;
	const struct stats_row *rows;
	size_t n;
	const char *label;
	bool timed;
	void (*now)(const struct flow *flow, struct lives *l); /* what else is to be said of its objects; or NULL */
} dims[] = {
	{TALLY_CARRIER, ROWS(of_carrier), "carrier", true, live_carriers},
	{TALLY_OPERATOR, ROWS(of_operator), "operator", false, NULL},
	{TALLY_ACCOUNT, ROWS(of_account), "account", false, live_accounts},
	{TALLY_CLASS, ROWS(of_class), "class", true, live_classes},
	{TALLY_REASON, ROWS(of_reason), "reason", false, NULL},
};
#define DIMS (sizeof(dims) / sizeof(dims[0]))

static bool live_is(uint64_t value, const void *name)
{
	return strcmp(((const struct live *)(uintptr_t)value)->name, name) == 0;
}

/* The object of a name; made when there is none yet. */
static struct live *live_of(struct lives *l, const char *name)
{
	uint64_t hash = map_hash(name, strlen(name)), value;

	if (map_find(l->names, hash, live_is, name, &value))
		return (struct live *)(uintptr_t)value;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->all = mem_realloc(l->all, l->cap * sizeof(l->all[0]));
	}
	struct live *x = mem_zalloc(l->dim->timed ? sizeof(*x) : offsetof(struct live, times));
	x->name = mem_strdup(name);
	l->all[l->n++] = x;
	if (map_put(l->names, hash, (uintptr_t)x) != 0)
		return x; /* without memory: a name that comes again has a second object */
	return x;
}

static void live_take(void *arg, const char *name, unsigned place, uint32_t serial, const struct tally_counts *c)
{
	struct live *x = live_of(arg, name);

	(void)place;
	(void)serial;
	memcpy(x->n, c->n, sizeof(x->n));
	for (int t = 0; t < TALLY_TIMES; t++) {
		if (c->times[t] && ((struct lives *)arg)->dim->timed)
			x->times[t] = *c->times[t];
	}
}

static void live_carriers(const struct flow *flow, struct lives *l)
{
	struct carriers *all = flow_carriers(flow);

	for (size_t i = 0; i < carriers_count(all); i++) {
		struct carrier *c = carriers_at(all, i);
		struct live *x = live_of(l, carrier_name(c));
		struct health_view health;

		flow_carrier_health(flow, c, &health);
		x->queued = flow_carrier_queued(flow, c);
		x->tps = (uint64_t)carrier_tps(c);
		x->healthy = health.state != HEALTH_AWAY;
		x->doubts = flow_carrier_doubts(flow, c);
	}
}

static void live_accounts(const struct flow *flow, struct lives *l)
{
	struct accounts *all = flow_accounts(flow);

	for (size_t i = 0; i < accounts_count(all); i++)
		live_of(l, account_name(accounts_at(all, i)));
}

static void live_classes(const struct flow *flow, struct lives *l)
{
	(void)flow;
	for (unsigned i = 0; i < CLASSES; i++)
		live_of(l, class_name((enum class_id)i));
}

static void lives_forget(struct lives *l)
{
	for (size_t i = 0; i < l->n; i++) {
		mem_free(l->all[i]->name);
		mem_free(l->all[i]);
	}
	mem_free(l->all);
	map_free(l->names);
	*l = (struct lives){.dim = NULL};
}

struct metrics_live {
	const struct flow *flow;
	size_t dim; /* the one that is being printed, or comes next */
	struct lives now;
	struct stats *stats;	 /* of those; NULL: not taken yet */
	struct metrics *metrics; /* of that */
};

static void live_begin(struct metrics_live *m)
{
	const struct live_dim *dim = &dims[m->dim];
	struct lives *l = &m->now;

	*l = (struct lives){.dim = dim, .names = map_new()};
	m->stats = stats_new();
	tally_each(flow_tally(m->flow), dim->dim, live_take, l);
	if (dim->now)
		dim->now(m->flow, l);
	for (size_t i = 0; i < l->n; i++)
		stats_add(m->stats, dim->rows, dim->n, l->all[i], dim->label, l->all[i]->name, NULL);
	m->metrics = metrics_new(m->stats);
}

static void live_end(struct metrics_live *m)
{
	if (!m->stats)
		return;
	metrics_free(m->metrics);
	stats_free(m->stats);
	lives_forget(&m->now);
	m->metrics = NULL;
	m->stats = NULL;
}

struct metrics_live *metrics_live_new(const struct flow *flow)
{
	struct metrics_live *m = mem_zalloc(sizeof(*m));

	m->flow = flow;
	return m;
}

bool metrics_live_some(struct metrics_live *m, struct buf *out)
{
	if (!m->stats) {
		live_begin(m);
		return true;
	}
	if (metrics_some(m->metrics, out))
		return true;
	live_end(m);
	return ++m->dim < DIMS;
}

void metrics_live_free(struct metrics_live *m)
{
	if (!m)
		return;
	live_end(m);
	mem_free(m);
}

void metrics_live_names(struct stats *s)
{
	for (size_t d = 0; d < DIMS; d++)
		stats_add(s, dims[d].rows, dims[d].n, NULL, NULL, NULL, NULL);
}
