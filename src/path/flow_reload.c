/*
 * flow_reload.c - another configuration while the gateway runs. First all that can fail: rules are built in a thread,
 * while the old ones serve, and certificates read, then sockets are opened; then the change, in the same turn, which
 * swaps whole rules and cannot fail. Must not know what happens to a message, but that those that wait go by the new
 * routes.
 *
 * What the thread reads of the gateway is what only a reload changes: names and numbers of accounts and carriers, the
 * policy that is replaced, whose words are not swapped meanwhile.
 *
 * Nobody borrows from the old configuration afterwards: accounts and carriers that are gone keep a copy of their
 * options, so does the store, and a reply that is being answered of its menu.
 */
#include "path/flow_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

struct flow_plan {
	struct flow *flow;
	const struct flow_conf *next;
	struct accounts_plan *accounts;
	struct carriers_plan *carriers;
	struct routes *routes;	 /* a copy with the new rules; when it has taken effect, with the old ones */
	struct flow_built built; /* the same */
	bool good;		 /* it could be built */
	char *errors;		 /* else why not */
};

/* --- what stands by numbers --- */

static void *grown(void *old, size_t item, size_t had, size_t n)
{
	char *p = mem_realloc(old, (n + 1) * item);
	if (n > had)
		memset(p + had * item, 0, (n - had) * item);
	return p;
}

static void grow_by_account(struct flow *f)
{
	size_t had = f->accounts_n, n = accounts_count(f->accounts);
	f->waiting = grown(f->waiting, sizeof(*f->waiting), had, n);
	f->default_class = grown(f->default_class, sizeof(*f->default_class), had, n);
	f->accounts_n = n;
	for (size_t i = 0; i < n; i++)
		class_by_name(view_of(account_conf(accounts_at(f->accounts, i))->class_name), &f->default_class[i]);
	outbox_grow(f->outbox);
}

static void fix_form(struct flow *f, size_t carrier)
{
	int form = carrier_conf(carriers_at(f->carriers, carrier))->receipt_id;
	if (form > 0)
		match_fix_form(f->match, carrier, (enum idform)(form - 1));
	else
		match_learn_form(f->match, carrier);
}

static void grow_by_carrier(struct flow *f)
{
	size_t had = f->carriers_n, n = carriers_count(f->carriers);
	f->depth = grown(f->depth, sizeof(*f->depth), had, n);
	f->rounds = grown(f->rounds, sizeof(*f->rounds), had, n);
	f->unsettled = grown(f->unsettled, sizeof(*f->unsettled), had, n);
	f->announced = grown(f->announced, sizeof(*f->announced), had, n);
	for (size_t i = had; i < n; i++) {
		f->announced[i] = mem_zalloc(sizeof(struct list));
		list_init(f->announced[i]);
	}
	f->carriers_n = n;
	doubts_grow(f->doubts, n);
	match_grow(f->match, n);
	for (size_t i = 0; i < n; i++)
		fix_form(f, i);
}

void flow_grow(struct flow *f)
{
	grow_by_account(f);
	grow_by_carrier(f);
	flow_next_grow(f);
	flow_events_use(f);
}

/* --- what can fail --- */

static int leaving(const struct flow_conf *next, char **errors)
{
	conf_fault(errors, &next->messages->where, "the gateway is leaving: nothing is changed any more");
	return -1;
}

struct flow_plan *flow_prepare(struct flow *f, const struct flow_conf *next, char **errors)
{
	struct accounts_next accounts = {next->accounts,  next->accounts_n, next->listens,
					 next->listens_n, next->limits,	    next->system_id};
	if (f->phase == FLOW_LEAVING) {
		leaving(next, errors);
		return NULL;
	}
	struct flow_plan *p = mem_zalloc(sizeof(*p));
	*p = (struct flow_plan){.flow = f, .next = next};
	p->carriers = carriers_prepare(f->carriers, next->carriers, next->carriers_n, next->limits, errors);
	p->accounts = p->carriers ? accounts_prepare(f->accounts, &accounts, errors) : NULL;
	if (p->accounts) {
		p->routes = routes_copy(f->routes);
		flow_words_stop(f); /* till it has taken effect, or is dropped */
		return p;
	}
	carriers_drop(p->carriers);
	mem_free(p);
	return NULL;
}

void flow_plan_build(struct flow_plan *p)
{
	struct flow_names names = {p->next, p->flow, p->accounts, p->carriers, p->routes};
	p->good = flow_build(&names, &p->built, &p->errors);
	if (!p->good)
		return;
	accounts_read(p->accounts);
	carriers_read(p->carriers);
}

void flow_plan_drop(struct flow_plan *p)
{
	accounts_drop(p->flow->accounts, p->accounts);
	carriers_drop(p->carriers);
	p->accounts = NULL;
	p->carriers = NULL;
	flow_words_watch(p->flow);
}

void flow_plan_free(struct flow_plan *p)
{
	if (!p)
		return;
	flow_built_free(&p->built);
	routes_free(p->routes);
	free(p->errors);
	mem_free(p);
}

/* --- the change --- */

void flow_take_built(struct flow *f, struct flow_built *built)
{
	struct flow_built before = {.retries = f->retries, .senders = f->senders, .policy = f->policy};
	f->retries = built->retries;
	f->senders = built->senders;
	f->policy = built->policy;
	f->texts_by_carrier = policy_texts_by_carrier(f->policy);
	memcpy(f->rules, built->rules, sizeof(f->rules));
	*built = before;
	flow_words_watch(f);
}

static void apply(struct flow *f, struct flow_plan *p)
{
	const struct flow_conf *next = p->next;
	uint64_t seed = f->conf.seed;
	struct archive *archive = f->conf.archive;
	struct reply_setup replies = {next->reply,	next->keywords, next->menus,
				      next->keywords_n, next->menus_n,	f->webhooks};
	accounts_grow(f->accounts, p->accounts);
	carriers_grow(f->carriers, p->carriers);
	f->conf = *next;
	f->conf.archive = archive;
	f->conf.seed = seed;
	health_use(f->health, next->health);
	flow_take_built(f, &p->built);
	flow_grow(f); /* room for the new ones, before anything is told of them */
	flow_grow_lanes(f);
	accounts_apply(f->accounts, p->accounts);
	carriers_apply(f->carriers, p->carriers);
	p->accounts = NULL;
	p->carriers = NULL;
	flow_grow(f);
	match_set_bounds(f->match, (uint32_t)next->messages->max_parked, next->messages->park * 1000);
	webhooks_use(f->webhooks, next->webhooks, next->webhooks_n);
	flow_campaign_set(f);
	flow_brake_set(f);
	reply_use(f->reply, &replies);
	f->hours_changed = true;
	flow_routes_changed(f);
	flow_cdr_reload(f);
}

int flow_apply(struct flow_plan *p, char **errors)
{
	struct flow *f = p->flow;
	bool good = p->good;
	if (!good) {
		*errors = p->errors;
		p->errors = NULL;
	} else if (f->phase == FLOW_LEAVING) {
		good = leaving(p->next, errors) == 0;
	} else if (accounts_open(f->accounts, p->accounts, errors) < 0) {
		good = false;
	} else if (routes_take(f->routes, p->routes) < 0) {
		conf_fault(errors, &p->next->messages->where,
			   "more than %u different lists of carriers, with those that reloads have removed: restart "
			   "the gateway",
			   UINT16_MAX + 1u);
		good = false;
	}
	if (!good) {
		flow_plan_drop(p);
		return -1;
	}
	apply(f, p);
	return 0;
}
