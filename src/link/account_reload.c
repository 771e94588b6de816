/*
 * account_reload.c - accounts after the configuration was read again: what changes in place, who is new and who leaves.
 * Knows no messages; sockets are door.c's.
 */
#include <stdio.h>
#include <string.h>
#include "link/account_priv.h"

struct accounts_plan {
	struct accounts_next next;
	struct doors doors;
	struct tls_fresh *fresh; /* by next.listens */
	struct tls_fresh *calls; /* by next.confs: of our calls with outbind */
};

/* --- one account --- */

static void take_allow(struct account *a)
{
	const struct conf_list *allow = &a->conf->allow;

	mem_free(a->allow);
	a->allow = mem_zalloc((allow->n + 1) * sizeof(*a->allow));
	a->allows = 0;
	for (size_t i = 0; i < allow->n; i++) {
		if (net_cidr_parse(allow->at[i], &a->allow[a->allows]) == 0)
			a->allows++;
	}
}

/* What has proven a hash is proven while the hash stays. */
static void take_secret(struct account *a, const char *secret)
{
	if (a->auth.secret == NULL || strcmp(a->auth.secret, secret) != 0)
		auth_free(&a->auth);
	a->auth.secret = secret;
}

static void take_sessions(struct account *a)
{
	const struct limits_conf *limits = a->as->limits;

	a->sessions = (struct session_conf){
		.enquire_link_ms = a->conf->enquire_link,
		.response_ms = a->conf->response_timeout,
		.bind_ms = limits->session_init,
		.partial_ms = limits->partial_pdu,
		.max_pdu = (uint32_t)limits->max_pdu,
		.window_out = (uint32_t)a->conf->window,
		.window_in = (uint32_t)a->conf->window,
		.keeper = a->sessions.keeper,
	};
	LIST_EACH(node, &a->binds)
		session_set_window(LIST_OF(node, struct app, of_account)->session, a->sessions.window_out);
}

void account_take_conf(struct account *a, const struct account_conf *conf)
{
	a->conf = conf;
	take_secret(a, conf->password);
	take_allow(a);
	take_sessions(a);
	outbind_init(a);
}

static void account_follow(struct account *a, const struct account_conf *conf, struct tls_fresh *calls)
{
	bool other_rate = a->conf->tps != conf->tps || a->conf->burst != conf->burst;

	account_take_conf(a, conf);
	outbind_take_tls(a, calls);
	conf_copy_free(account_rows, a->own);
	a->own = NULL;
	if (a->removed)
		log_info(conf->system_id, "event=account_back");
	a->removed = false;
	if (other_rate)
		throttle_set(&a->throttle, conf->tps, conf->burst, loop_now_us(a->as->loop));
}

/* Whoever is bound, on the way to it, or called by us. */
static void end_connections(struct account *a)
{
	LIST_EACH(node, &a->as->apps) {
		struct app *app = LIST_OF(node, struct app, link);
		bool called = app->callee == a;
		if (app->account != a && !called)
			continue;
		bool answered = app->account == a && !app->bound;
		if (answered) {
			app->why = "a reload has removed its account";
			admit_turn_away(app);
		}
		if (!answered || called) /* else it is closed when it has had the time to read that */
			session_end(app->session, END_CONFIG);
	}
}

static void account_take_out(struct account *a)
{
	bool again = a->removed;

	if (!again)
		a->own = conf_copy(account_rows, sizeof(*a->own), a->conf);
	account_take_conf(a, a->own);
	if (again)
		return;
	a->removed = true;
	log_info(a->conf->system_id, "event=account_removed binds=%zu", a->nbinds);
	outbind_stop(a);
	end_connections(a);
}

bool account_removed(const struct account *a)
{
	return a->removed;
}

/* --- all --- */

void accounts_use_limits(struct accounts *as, const struct limits_conf *limits)
{
	as->limits = limits;
	conn_hub_set_tcp(as->conns, limits->keepalive, limits->user_timeout);
	as->unbound = (struct session_conf){
		.response_ms = limits->session_init,
		.bind_ms = limits->session_init,
		.partial_ms = limits->partial_pdu,
		.max_pdu = (uint32_t)limits->max_pdu,
		.window_out = 1,
		.window_in = 1,
	};
}

void accounts_find_hash(struct accounts *as)
{
	as->any_hash = NULL;
	for (size_t i = 0; i < as->n && as->any_hash == NULL; i++) {
		if (!as->at[i]->removed && auth_is_hash(as->at[i]->auth.secret))
			as->any_hash = as->at[i]->auth.secret;
	}
}

static bool is_known(const struct accounts *as, const struct account_conf *conf)
{
	return accounts_find(as, view_of(conf->system_id)) != NULL;
}

struct accounts_plan *accounts_prepare(struct accounts *as, const struct accounts_next *next, char **errors)
{
	size_t total = as->n;

	for (size_t i = 0; i < next->n; i++)
		total += !is_known(as, &next->confs[i]);
	if (total > ACCOUNTS_MAX) {
		conf_fault(errors, &next->confs[0].where,
			   "%zu accounts, with those that reloads have removed, are more than %u: restart the gateway",
			   total, ACCOUNTS_MAX);
		return NULL;
	}
	struct accounts_plan *p = mem_zalloc(sizeof(*p));
	p->next = *next;
	p->fresh = mem_zalloc((next->listens_n + 1) * sizeof(*p->fresh));
	p->calls = mem_zalloc((next->n + 1) * sizeof(*p->calls));
	return p;
}

void accounts_read(struct accounts_plan *p)
{
	for (size_t i = 0; i < p->next.listens_n; i++)
		tls_read_server(&p->fresh[i], &p->next.listens[i].tls, &p->next.listens[i].where);
	for (size_t i = 0; i < p->next.n; i++)
		outbind_read_tls(&p->next.confs[i], &p->calls[i]);
}

static void plan_free(struct accounts_plan *p)
{
	for (size_t i = 0; i < p->next.listens_n; i++)
		tls_forget_fresh(&p->fresh[i]);
	for (size_t i = 0; i < p->next.n; i++)
		tls_forget_fresh(&p->calls[i]);
	mem_free(p->fresh);
	mem_free(p->calls);
	mem_free(p);
}

int accounts_open(struct accounts *as, struct accounts_plan *p, char **errors)
{
	if (!as->doors.open)
		return 0;
	return doors_prepare(as, p->next.listens, p->next.listens_n, p->fresh, &p->doors, errors);
}

void accounts_drop(struct accounts *as, struct accounts_plan *p)
{
	if (p == NULL)
		return;
	if (p->doors.open)
		doors_drop(as, &p->doors);
	plan_free(p);
}

size_t accounts_number(const struct accounts *as, const struct accounts_plan *p, const char *system_id)
{
	struct account *a = accounts_find(as, view_of(system_id));
	size_t number = as->n;

	if (a != NULL)
		return a->number;
	for (size_t i = 0; i < p->next.n && strcmp(p->next.confs[i].system_id, system_id) != 0; i++)
		number += !is_known(as, &p->next.confs[i]);
	return number;
}

void accounts_grow(struct accounts *as, const struct accounts_plan *p)
{
	for (size_t i = 0; i < p->next.n; i++) {
		if (!is_known(as, &p->next.confs[i]))
			accounts_add(as, &p->next.confs[i], &p->calls[i]);
	}
}

void accounts_apply(struct accounts *as, struct accounts_plan *p)
{
	accounts_use_limits(as, p->next.limits);
	guard_forget_doors(as->guard);
	mem_free(as->our_system_id);
	as->our_system_id = mem_strdup(p->next.our_system_id);
	for (size_t i = 0; i < p->next.n; i++)
		accounts_find(as, view_of(p->next.confs[i].system_id))->next = &p->next.confs[i];
	for (size_t i = 0; i < as->n; i++) {
		struct account *a = as->at[i];
		if (a->next != NULL)
			account_follow(a, a->next, &p->calls[a->next - p->next.confs]);
		else
			account_take_out(a);
		a->next = NULL;
	}
	accounts_find_hash(as);
	if (as->doors.open)
		doors_apply(as, p->next.listens, &p->doors);
	plan_free(p);
}
