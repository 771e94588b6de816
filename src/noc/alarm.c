/*
 * alarm.c - the state of each alarm of each object: held, raised, cleared, acknowledged. Must not know where values
 * come from, nor who is told.
 */
#include "noc/alarm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/alarm_inputs.h"
#include "noc/alarm_priv.h"

#define STEP_MAX_MS 2000 /* that two looks can be apart, as far as holding goes */

struct state {
	struct alarm_setting set;
	bool raised, opposing; /* opposing: the value speaks for the other state, since held_ms */
	int64_t held_ms;
	int64_t since_ms;  /* UTC */
	int64_t repeat_ms; /* monotonic: told again then */
	double value, worst;
	char *acked_by; /* NULL: nobody */
	int64_t acked_ms;
};

struct object {
	char *name;
	uint64_t serial;
	struct state *states;	    /* by place in the scope's rows */
	uint64_t gauges[ALARM_IDS]; /* by place in the table */
};

struct scope_of {
	size_t first, rows_n; /* its part of the table */
	struct object **at;
	size_t n, cap;
};

struct alarms {
	const struct alarm_conf *confs;
	size_t confs_n;
	const struct alarm_post_conf *post;
	struct stats *stats;
	void (*on_change)(void *arg, enum alarm_change what, const struct alarm_view *v);
	void *arg;
	struct scope_of scopes[ALARM_SCOPES];
	int64_t now_ms, wall_ms;	    /* of the last look; 0: there was none */
	int64_t first_ms, running_since_ms; /* monotonic; 0: not yet */
	int64_t step_ms;
	uint64_t objects; /* that there have been: their serials */
	struct alarm_counters {
		uint64_t raised[2], cleared, active[2], acked;
	} counters;
};

const struct stats_row alarm_stat_rows[] = {
	{"smppgw_alarms_raised_total", "Alarms raised since the start.", STATS_COUNTER,
	 offsetof(struct alarm_counters, raised[ALARM_WARNING]), "severity", "warning"},
	{"smppgw_alarms_raised_total", "Alarms raised since the start.", STATS_COUNTER,
	 offsetof(struct alarm_counters, raised[ALARM_CRITICAL]), "severity", "critical"},
	{"smppgw_alarms_cleared_total", "Alarms cleared since the start.", STATS_COUNTER,
	 offsetof(struct alarm_counters, cleared), NULL, NULL},
	{"smppgw_alarms_active", "Alarms that are raised now.", STATS_GAUGE,
	 offsetof(struct alarm_counters, active[ALARM_WARNING]), "severity", "warning"},
	{"smppgw_alarms_active", "Alarms that are raised now.", STATS_GAUGE,
	 offsetof(struct alarm_counters, active[ALARM_CRITICAL]), "severity", "critical"},
	{"smppgw_alarms_acknowledged", "Alarms that are raised now and that somebody has acknowledged.", STATS_GAUGE,
	 offsetof(struct alarm_counters, acked), NULL, NULL},
};
const size_t alarm_stat_rows_n = sizeof(alarm_stat_rows) / sizeof(alarm_stat_rows[0]);

static const struct alarm_row *row_at(const struct scope_of *x, size_t place)
{
	return &alarm_table[x->first + place];
}

/* --- one state --- */

static void show(const struct alarm_row *row, const struct object *o, const struct state *s, struct alarm_view *out)
{
	*out = (struct alarm_view){
		.row = row,
		.alarm = row->name,
		.object = o->name,
		.severity = s->set.severity,
		.raised = s->raised,
		.since_ms = s->raised ? s->since_ms : 0,
		.value = row->moment && s->raised ? s->worst : s->value,
		.worst = s->raised ? s->worst : s->value,
		.threshold = s->set.threshold,
		.clear = s->set.clear,
		.unit = row->unit,
		.zh = row->zh,
		.en = row->en,
		.todo = row->todo,
		.acked = s->acked_by != NULL,
		.acked_ms = s->acked_ms,
		.acked_by = s->acked_by ? s->acked_by : "",
	};
}

static void tell(struct alarms *a, enum alarm_change what, const struct alarm_row *row, const struct object *o,
		 const struct state *s)
{
	struct alarm_view v;
	show(row, o, s, &v);
	a->on_change(a->arg, what, &v);
}

static void forget_ack(struct alarms *a, struct state *s)
{
	if (!s->acked_by)
		return;
	a->counters.acked--;
	mem_free(s->acked_by);
	s->acked_by = NULL;
	s->acked_ms = 0;
}

static void raise(struct alarms *a, const struct alarm_row *row, struct object *o, size_t place)
{
	struct state *s = &o->states[place];
	s->raised = true;
	s->since_ms = a->wall_ms;
	s->repeat_ms = a->now_ms;
	o->gauges[row - alarm_table] = 1;
	a->counters.raised[s->set.severity]++;
	a->counters.active[s->set.severity]++;
	tell(a, ALARM_RAISED, row, o, s);
}

static void clear(struct alarms *a, const struct alarm_row *row, struct object *o, size_t place)
{
	struct state *s = &o->states[place];
	tell(a, ALARM_CLEARED, row, o, s);
	s->raised = s->opposing = false;
	s->since_ms = 0;
	o->gauges[row - alarm_table] = 0;
	a->counters.cleared++;
	a->counters.active[s->set.severity]--;
	forget_ack(a, s);
}

static bool is_bad(const struct alarm_row *row, const struct state *s)
{
	if (isnan(s->value))
		return false;
	return row->below ? s->value <= s->set.threshold : s->value >= s->set.threshold;
}

static bool is_good(const struct alarm_row *row, const struct state *s)
{
	if (isnan(s->value))
		return true;
	return row->below ? s->value > s->set.clear : s->value < s->set.clear;
}

static void note_worst(const struct alarm_row *row, struct state *s, bool fresh)
{
	if (isnan(s->value))
		return;
	if (fresh || isnan(s->worst) || (row->below ? s->value < s->worst : s->value > s->worst))
		s->worst = s->value;
}

static void hold(struct alarms *a, const struct alarm_row *row, struct object *o, size_t place)
{
	struct state *s = &o->states[place];
	bool opposing = s->raised ? is_good(row, s) : is_bad(row, s);
	int64_t needed_ms = (s->raised ? s->set.clear_after : s->set.after) * 1000;

	s->held_ms = opposing && s->opposing ? s->held_ms + a->step_ms : 0;
	if (s->raised || opposing)
		note_worst(row, s, !s->raised && !s->opposing);
	s->opposing = opposing;
	if (!opposing || s->held_ms < needed_ms)
		return;
	s->opposing = false;
	if (s->raised)
		clear(a, row, o, place);
	else
		raise(a, row, o, place);
}

static void remind(struct alarms *a, const struct alarm_row *row, const struct object *o, struct state *s)
{
	if (!s->raised || s->acked_by || s->set.severity != ALARM_CRITICAL || a->post->repeat == 0 ||
	    a->now_ms - s->repeat_ms < a->post->repeat * 1000)
		return;
	s->repeat_ms = a->now_ms;
	tell(a, ALARM_REPEATED, row, o, s);
}

/* --- objects --- */

static struct object *object_new(struct alarms *a, struct scope_of *x, const char *name)
{
	struct object *o = mem_zalloc(sizeof(*o));
	o->name = mem_strdup(name);
	o->serial = ++a->objects;
	o->states = mem_zalloc((x->rows_n + 1) * sizeof(*o->states));
	for (size_t i = 0; i < x->rows_n; i++) {
		alarm_setting_of(row_at(x, i), name, a->confs, a->confs_n, &o->states[i].set);
		o->states[i].value = NAN;
	}
	stats_add(a->stats, &alarm_gauges[x->first], x->rows_n, o->gauges, "object", name, NULL);
	return o;
}

static void object_free(struct alarms *a, const struct scope_of *x, struct object *o)
{
	stats_drop(a->stats, o->gauges);
	for (size_t i = 0; i < x->rows_n; i++)
		mem_free(o->states[i].acked_by);
	mem_free(o->states);
	mem_free(o->name);
	mem_free(o);
}

static void clear_all(struct alarms *a, const struct scope_of *x, struct object *o)
{
	for (size_t i = 0; i < x->rows_n; i++) {
		if (o->states[i].raised)
			clear(a, row_at(x, i), o, i);
	}
}

static void object_end(struct alarms *a, struct scope_of *x, size_t i)
{
	clear_all(a, x, x->at[i]);
	object_free(a, x, x->at[i]);
	x->at[i] = x->at[--x->n];
}

static const char *name_of(const struct alarm_inputs *in, enum alarm_scope scope, size_t i, bool *gone)
{
	*gone = false;
	switch (scope) {
	case ALARM_CARRIER:
		*gone = in->carriers[i].removed;
		return in->carriers[i].name;
	case ALARM_ACCOUNT:
		*gone = in->accounts[i].removed;
		return in->accounts[i].name;
	case ALARM_LISTENER:
		return in->listeners[i].name;
	default:
		return "gateway";
	}
}

/* The object that stands at place i from now on. */
static struct object *object_at(struct alarms *a, struct scope_of *x, size_t i, const char *name)
{
	size_t from = i;
	while (from < x->n && strcmp(x->at[from]->name, name) != 0)
		from++;
	if (from == x->n) {
		if (x->n == x->cap) {
			x->cap = x->cap ? 2 * x->cap : 8;
			x->at = mem_realloc(x->at, x->cap * sizeof(*x->at));
		}
		x->at[x->n++] = object_new(a, x, name);
	}
	struct object *o = x->at[from];
	x->at[from] = x->at[i];
	x->at[i] = o;
	return o;
}

/* --- judging --- */

static bool may_judge(const struct alarms *a, const struct alarm_row *row)
{
	int64_t since = row->always ? a->first_ms : a->running_since_ms;
	return since && a->now_ms - since >= a->post->grace * 1000;
}

static void judge_object(struct alarms *a, const struct alarm_inputs *in, const struct scope_of *x, size_t i)
{
	struct object *o = x->at[i];
	for (size_t k = 0; k < x->rows_n; k++) {
		const struct alarm_row *row = row_at(x, k);
		struct state *s = &o->states[k];
		if (!s->set.on) {
			if (s->raised)
				clear(a, row, o, k);
			continue;
		}
		s->value = row->value(in, i, &s->set);
		if (may_judge(a, row))
			hold(a, row, o, k);
		remind(a, row, o, s);
	}
}

static void judge_scope(struct alarms *a, const struct alarm_inputs *in, enum alarm_scope scope, size_t n)
{
	struct scope_of *x = &a->scopes[scope];
	for (size_t i = 0; i < n; i++) {
		bool gone;
		const char *name = name_of(in, scope, i, &gone);
		struct object *o = object_at(a, x, i, name);
		if (gone)
			clear_all(a, x, o);
		else
			judge_object(a, in, x, i);
	}
	while (x->n > n)
		object_end(a, x, x->n - 1);
}

void alarms_judge(struct alarms *a, const struct alarm_inputs *in)
{
	if (in->leaving)
		return;
	a->step_ms = a->first_ms ? in->now_ms - a->now_ms : 0;
	if (a->step_ms > STEP_MAX_MS)
		a->step_ms = STEP_MAX_MS;
	a->now_ms = in->now_ms;
	a->wall_ms = in->wall_ms;
	if (!a->first_ms)
		a->first_ms = in->now_ms;
	if (!in->running)
		a->running_since_ms = 0;
	else if (!a->running_since_ms)
		a->running_since_ms = in->now_ms;
	judge_scope(a, in, ALARM_GATEWAY, 1);
	judge_scope(a, in, ALARM_CARRIER, in->carriers_n);
	judge_scope(a, in, ALARM_ACCOUNT, in->accounts_n);
	judge_scope(a, in, ALARM_LISTENER, in->listeners_n);
}

/* --- looking, acknowledging --- */

/* An alarm of an object, as it was when the list was made: reloads may move the object meanwhile, or take it away. */
struct listed {
	uint64_t serial; /* of the object */
	int64_t since_ms;
	uint32_t order, at; /* at: where the object stood */
	uint16_t place;	    /* in the scope's rows */
	uint8_t scope, severity;
	bool raised, acked;
};

struct alarms_list {
	const struct alarms *alarms;
	struct listed *at;
	size_t n, next;
};

static int by_weight(const void *left, const void *right)
{
	const struct listed *a = left, *b = right;
	if (a->raised != b->raised)
		return a->raised ? -1 : 1;
	if (a->raised && a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->acked != b->acked)
		return b->acked ? -1 : 1;
	if (a->since_ms != b->since_ms)
		return a->since_ms < b->since_ms ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static struct listed listed_of(const struct object *o, size_t scope, size_t at, size_t place)
{
	const struct state *s = &o->states[place];
	return (struct listed){.serial = o->serial,
			       .since_ms = s->raised ? s->since_ms : 0,
			       .at = (uint32_t)at,
			       .place = (uint16_t)place,
			       .scope = (uint8_t)scope,
			       .severity = (uint8_t)s->set.severity,
			       .raised = s->raised,
			       .acked = s->acked_by != NULL};
}

struct alarms_list *alarms_list_new(const struct alarms *a, bool all)
{
	struct alarms_list *l = mem_zalloc(sizeof(*l));
	size_t cap = 0;
	l->alarms = a;
	for (size_t scope = 0; scope < ALARM_SCOPES; scope++) {
		const struct scope_of *x = &a->scopes[scope];
		for (size_t at = 0; at < x->n * x->rows_n; at++) {
			const struct object *o = x->at[at / x->rows_n];
			const struct state *s = &o->states[at % x->rows_n];
			if (!s->set.on || (!all && !s->raised))
				continue;
			if (l->n == cap) {
				cap = cap ? 2 * cap : 16;
				l->at = mem_realloc(l->at, cap * sizeof(*l->at));
			}
			l->at[l->n] = listed_of(o, scope, at / x->rows_n, at % x->rows_n);
			l->at[l->n].order = (uint32_t)l->n;
			l->n++;
		}
	}
	if (l->n)
		qsort(l->at, l->n, sizeof(*l->at), by_weight);
	return l;
}

/* NULL: it has gone. */
static const struct object *object_of(const struct scope_of *x, const struct listed *e)
{
	if (e->at < x->n && x->at[e->at]->serial == e->serial)
		return x->at[e->at];
	for (size_t i = 0; i < x->n; i++) {
		if (x->at[i]->serial == e->serial)
			return x->at[i];
	}
	return NULL;
}

bool alarms_list_next(struct alarms_list *l, struct alarm_view *v)
{
	while (l->next < l->n) {
		const struct listed *e = &l->at[l->next++];
		const struct scope_of *x = &l->alarms->scopes[e->scope];
		const struct object *o = object_of(x, e);
		if (!o || !o->states[e->place].set.on)
			continue;
		show(row_at(x, e->place), o, &o->states[e->place], v);
		return true;
	}
	return false;
}

void alarms_list_free(struct alarms_list *l)
{
	if (!l)
		return;
	mem_free(l->at);
	mem_free(l);
}

void alarms_each(const struct alarms *a, bool all, void (*fn)(void *arg, const struct alarm_view *v), void *arg)
{
	struct alarms_list *l = alarms_list_new(a, all);
	struct alarm_view v;
	while (alarms_list_next(l, &v))
		fn(arg, &v);
	alarms_list_free(l);
}

void alarms_count(const struct alarms *a, struct alarms_count *out)
{
	*out = (struct alarms_count){.warning = a->counters.active[ALARM_WARNING],
				     .critical = a->counters.active[ALARM_CRITICAL],
				     .acked = a->counters.acked};
}

static struct state *find(struct alarms *a, const char *alarm, const char *object)
{
	for (size_t scope = 0; scope < ALARM_SCOPES; scope++) {
		struct scope_of *x = &a->scopes[scope];
		for (size_t at = 0; at < x->n * x->rows_n; at++) {
			struct object *o = x->at[at / x->rows_n];
			if (strcmp(o->name, object) == 0 && strcmp(row_at(x, at % x->rows_n)->name, alarm) == 0)
				return &o->states[at % x->rows_n];
		}
	}
	return NULL;
}

bool alarms_ack(struct alarms *a, const char *alarm, const char *object, const char *who, int64_t wall_ms)
{
	struct state *s = find(a, alarm, object);
	if (!s || !s->raised)
		return false;
	forget_ack(a, s);
	s->acked_by = mem_strdup(who);
	s->acked_ms = wall_ms;
	a->counters.acked++;
	return true;
}

/* --- all of them --- */

/* A changed severity moves what is raised from one count to the other. */
static void state_use(struct alarms *a, struct state *s, struct alarm_setting set)
{
	if (s->raised) {
		a->counters.active[s->set.severity]--;
		a->counters.active[set.severity]++;
	}
	s->set = set;
}

void alarms_use(struct alarms *a, const struct alarm_conf *rows, size_t n, const struct alarm_post_conf *post)
{
	a->confs = rows;
	a->confs_n = n;
	a->post = post;
	for (size_t scope = 0; scope < ALARM_SCOPES; scope++) {
		struct scope_of *x = &a->scopes[scope];
		for (size_t at = 0; at < x->n * x->rows_n; at++) {
			struct object *o = x->at[at / x->rows_n];
			struct alarm_setting set;
			alarm_setting_of(row_at(x, at % x->rows_n), o->name, rows, n, &set);
			state_use(a, &o->states[at % x->rows_n], set);
		}
	}
}

/* The rows of a scope stand together. */
static void scope_init(struct scope_of *x, enum alarm_scope scope)
{
	for (size_t i = alarm_table_n; i-- > 0;) {
		if (alarm_table[i].scope != scope)
			continue;
		x->first = i;
		x->rows_n++;
	}
}

struct alarms *alarms_new(const struct alarm_conf *rows, size_t n, const struct alarm_post_conf *post,
			  struct stats *stats,
			  void (*on_change)(void *arg, enum alarm_change what, const struct alarm_view *v), void *arg)
{
	struct alarms *a = mem_zalloc(sizeof(*a));
	*a = (struct alarms){.stats = stats, .on_change = on_change, .arg = arg};
	for (size_t scope = 0; scope < ALARM_SCOPES; scope++)
		scope_init(&a->scopes[scope], (enum alarm_scope)scope);
	stats_add(stats, alarm_stat_rows, alarm_stat_rows_n, &a->counters, NULL, NULL, NULL);
	alarms_use(a, rows, n, post);
	return a;
}

void alarms_free(struct alarms *a)
{
	if (!a)
		return;
	stats_drop(a->stats, &a->counters);
	for (size_t scope = 0; scope < ALARM_SCOPES; scope++) {
		struct scope_of *x = &a->scopes[scope];
		for (size_t i = 0; i < x->n; i++)
			object_free(a, x, x->at[i]);
		mem_free(x->at);
	}
	mem_free(a);
}
