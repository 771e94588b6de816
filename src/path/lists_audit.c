/*
 * lists_audit.c - the sets of opt-outs against their history: the history is read whole and says who must be out, then
 * the sets are. Must not know keys, nor who asks.
 */
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "path/lists_priv.h"

#define PAGE 1000u

struct person { /* who has ever been out of a scope, by the history */
	uint32_t scope;
	bool out, seen; /* seen: the set has it */
	char number[NUMBER_MAX + 1];
};

struct audit {
	struct lists_job job;
	const struct lists_audit_ops *ops;
	void *arg;
	struct lists_names names;
	struct lists_scope_audit *scopes; /* by name, when they are complete */
	bool named, read;		  /* the names, the history */
	size_t at;
	char cursor[STORE_LISTS_CURSOR], last[STORE_LISTS_LAST];
	struct map *by_key; /* -> index of people */
	struct person *people;
	size_t people_n, people_cap;
	unsigned examples; /* of numbers without history that have been told */
};

static struct audit *audit_of(struct lists_job *job)
{
	return (struct audit *)job; /* its first member */
}

static void audit_free(struct lists_job *job)
{
	struct audit *x = audit_of(job);
	lists_names_free(&x->names);
	map_free(x->by_key);
	mem_free(x->scopes);
	mem_free(x->people);
}

/* --- people --- */

struct key {
	const struct audit *audit;
	uint32_t scope;
	struct view number;
};

static bool is_person(uint64_t value, const void *arg)
{
	const struct key *k = arg;
	const struct person *p = &k->audit->people[value];
	return p->scope == k->scope && view_eq(view_of(p->number), k->number);
}

static uint64_t hash_of(const struct key *k)
{
	return map_hash(k->number.p, k->number.n) ^ map_hash_u64(k->scope + UINT64_C(1));
}

static struct person *find_person(struct audit *x, uint32_t scope, struct view number)
{
	struct key k = {x, scope, number};
	uint64_t at;
	return map_find(x->by_key, hash_of(&k), is_person, &k, &at) ? &x->people[at] : NULL;
}

static struct person *add_person(struct audit *x, uint32_t scope, struct view number)
{
	struct key k = {x, scope, number};
	if (number.n == 0 || number.n > NUMBER_MAX || map_put(x->by_key, hash_of(&k), x->people_n) < 0)
		return NULL;
	if (x->people_n == x->people_cap) {
		x->people_cap = x->people_cap ? 2 * x->people_cap : 1024;
		x->people = mem_realloc(x->people, x->people_cap * sizeof(*x->people));
	}
	struct person *p = &x->people[x->people_n++];
	*p = (struct person){.scope = scope};
	memcpy(p->number, number.p, number.n);
	return p;
}

static uint32_t scope_of(struct audit *x, struct view name)
{
	for (size_t i = 0; i < x->names.n; i++) {
		if (view_eq(view_of(x->names.at[i]), name))
			return (uint32_t)i;
	}
	lists_names_add(&x->names, name);
	return (uint32_t)(x->names.n - 1);
}

/* --- reading --- */

static void on_scope(void *arg, const struct lists_row *row)
{
	lists_names_add(&audit_of(arg)->names, row->number);
}

static void on_scopes(void *arg, bool ok, const char *cursor)
{
	struct lists_job *job = arg;
	(void)cursor;
	audit_of(job)->named = true;
	if (lists_job_answered(job, ok))
		lists_job_next(job);
}

static void on_event(void *arg, const struct lists_event *e)
{
	struct audit *x = audit_of(arg);
	uint32_t scope = scope_of(x, e->name);
	struct person *p = find_person(x, scope, e->number);
	if (!p)
		p = add_person(x, scope, e->number);
	if (p)
		p->out = view_eq(e->what, view_of("out"));
}

static void on_events(void *arg, bool ok, size_t n, const char *last)
{
	struct audit *x = audit_of(arg);
	snprintf(x->last, sizeof(x->last), "%s", last);
	x->job.report.lines += n;
	x->read = n < PAGE;
	if (lists_job_answered(&x->job, ok))
		lists_job_next(&x->job);
}

static void on_member(void *arg, const struct lists_row *row)
{
	struct audit *x = audit_of(arg);
	struct lists_scope_audit *scope = &x->scopes[x->at];
	struct person *p = find_person(x, (uint32_t)x->at, row->number);
	if (p && p->seen)
		return; /* a scan may show it twice */
	x->job.report.rows++;
	scope->numbers++;
	bool known = p && p->out;
	if (!p)
		p = add_person(x, (uint32_t)x->at, row->number);
	if (p)
		p->seen = true;
	if (known)
		return;
	scope->without_history++;
	if (x->examples++ < LISTS_EXAMPLES)
		x->ops->example(x->arg, x->names.at[x->at], row->number, true);
}

static void on_members(void *arg, bool ok, const char *cursor)
{
	struct audit *x = audit_of(arg);
	snprintf(x->cursor, sizeof(x->cursor), "%s", cursor);
	if (!lists_job_answered(&x->job, ok))
		return;
	x->at += strcmp(cursor, "0") == 0;
	lists_job_next(&x->job);
}

/* --- the outcome --- */

static void tell(struct audit *x)
{
	unsigned examples = 0;
	for (size_t i = 0; i < x->people_n; i++) {
		const struct person *p = &x->people[i];
		if (!p->out || p->seen)
			continue;
		x->scopes[p->scope].without_set++;
		if (examples++ < LISTS_EXAMPLES)
			x->ops->example(x->arg, x->names.at[p->scope], view_of(p->number), false);
	}
	for (size_t i = 0; i < x->names.n; i++)
		x->ops->scope(x->arg, &x->scopes[i]);
}

static void audit_done(void *arg, const char *error, const struct lists_report *r)
{
	struct audit *x = arg;
	(void)r;
	if (!error)
		tell(x);
	x->ops->done(x->arg, error);
}

static void audit_progress(void *arg, const struct lists_report *r)
{
	struct audit *x = arg;
	x->ops->progress(x->arg, r->lines, r->rows);
}

static void audit_step(struct lists_job *job)
{
	static const struct store_lists_reader names = {on_scope, on_scopes}, members = {on_member, on_members};
	static const struct store_lists_history history = {on_event, on_events};
	struct audit *x = audit_of(job);
	struct store *s = job->lists->setup.store;
	if (!x->named) {
		lists_names_known(job->lists, &x->names);
		lists_job_sent(job, store_lists_scopes(s, &names, job));
	} else if (!x->read) {
		lists_job_sent(job, store_lists_history(s, LISTS_OPTOUT, x->last, false, PAGE, &history, job));
	} else if (x->scopes && x->at == x->names.n) {
		lists_job_end(job, NULL);
	} else {
		if (!x->scopes) {
			x->scopes = mem_zalloc(x->names.n * sizeof(*x->scopes));
			for (size_t i = 0; i < x->names.n; i++)
				x->scopes[i].scope = x->names.at[i];
		}
		struct lists_place place = {LISTS_OPTOUT, view_of(x->names.at[x->at])};
		lists_job_sent(job, store_lists_scan(s, &place, x->cursor, &members, job));
	}
}

int lists_audit(struct lists *l, const struct lists_audit_ops *ops, void *arg, const char **why)
{
	static const struct lists_ops job_ops = {.progress = audit_progress, .done = audit_done};
	struct audit *x = mem_zalloc(sizeof(*x));
	*why = "";
	x->job.step = audit_step;
	x->job.free = audit_free;
	x->ops = ops;
	x->arg = arg;
	x->cursor[0] = '0';
	x->by_key = map_new();
	lists_job_begin(l, &x->job, &job_ops, x);
	return 0;
}
