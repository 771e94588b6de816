/*
 * flow_reload.c - another configuration while the gateway runs. First all that can fail: sockets are opened, rules are
 * built; then the change, which cannot. Must not know what happens to a message, but that those that wait go by the new
 * routes.
 *
 * Nobody borrows from the old configuration afterwards: accounts and carriers that are gone keep a copy of their
 * options, so does the store, and a reply that is being answered of its menu.
 */
#include "path/flow_priv.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"

struct reload {
	const struct flow_conf *next;
	struct accounts_plan *accounts;
	struct carriers_plan *carriers;
	struct flow_built built;
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

static void drop(struct flow *f, struct reload *r)
{
	accounts_drop(f->accounts, r->accounts);
	carriers_drop(r->carriers);
}

static bool prepare(struct flow *f, struct reload *r, char **errors)
{
	const struct flow_conf *next = r->next;
	struct accounts_next accounts = {next->accounts,  next->accounts_n, next->listens,
					 next->listens_n, next->limits,	    next->system_id};
	r->carriers = carriers_prepare(f->carriers, next->carriers, next->carriers_n, next->limits, errors);
	r->accounts = r->carriers ? accounts_prepare(f->accounts, &accounts, errors) : NULL;
	struct flow_names names = {next, f, r->accounts, r->carriers};
	if (r->accounts && flow_build(&names, &r->built, errors))
		return true;
	drop(f, r);
	return false;
}

/* --- the change --- */

void flow_take_built(struct flow *f, const struct flow_built *built)
{
	retries_free(f->retries);
	senders_free(f->senders);
	policy_free(f->policy);
	f->routes = built->routes;
	f->retries = built->retries;
	f->senders = built->senders;
	f->policy = built->policy;
	flow_words_watch(f);
	memcpy(f->rules, built->rules, sizeof(f->rules));
}

static void apply(struct flow *f, struct reload *r)
{
	const struct flow_conf *next = r->next;
	uint64_t seed = f->conf.seed;
	struct archive *archive = f->conf.archive;
	struct reply_setup replies = {next->reply,	next->keywords, next->menus,
				      next->keywords_n, next->menus_n,	f->webhooks};
	accounts_grow(f->accounts, r->accounts);
	carriers_grow(f->carriers, r->carriers);
	f->conf = *next;
	f->conf.archive = archive;
	f->conf.seed = seed;
	health_use(f->health, next->health);
	flow_take_built(f, &r->built);
	flow_grow(f); /* room for the new ones, before anything is told of them */
	flow_grow_lanes(f);
	accounts_apply(f->accounts, r->accounts);
	carriers_apply(f->carriers, r->carriers);
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

int flow_reload(struct flow *f, const struct flow_conf *next, char **errors)
{
	struct reload r = {.next = next};
	if (f->phase == FLOW_LEAVING) {
		conf_fault(errors, &next->messages->where, "the gateway is leaving: nothing is changed any more");
		return -1;
	}
	if (!prepare(f, &r, errors))
		return -1;
	apply(f, &r);
	return 0;
}
