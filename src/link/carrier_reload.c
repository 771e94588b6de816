/*
 * carrier_reload.c - carriers after the configuration was read again: what changes in place, whose binds are made anew,
 * who is new and who leaves. Knows no messages.
 *
 * A carrier keeps its number, counters and pace. Where the way to it has changed its binds are renewed one after the
 * other: one takes no more messages, ends when all that is out on it is answered, is made again with what holds now,
 * and then the next one's turn comes; when it cannot be made, the others stay as they are and carry on. A carrier that
 * is not in the configuration any more stays in the table as what it was (its receipts still come to messages by number
 * and name); it is given no message, and unbinds when all that is out is answered.
 */
#include <string.h>
#include "link/carrier_priv.h"

/* A change of these makes binds anew; "tls." stands for all that begin so. */
static const char *const link_keys[] = {"mode",	    "host", "addresses",   "port",	    "system_id",
					"password", "bind", "system_type", "address_range", "interface_version",
					"tls.",	    NULL};

struct carriers_plan {
	const struct carrier_conf *confs;
	size_t n;
	const struct limits_conf *limits;
	struct tls_fresh *fresh; /* by confs */
};

static bool is_link_key(const char *key)
{
	for (const char *const *k = link_keys; *k != NULL; k++) {
		size_t n = strlen(*k);
		if (strcmp(*k, key) == 0 || ((*k)[n - 1] == '.' && strncmp(*k, key, n) == 0))
			return true;
	}
	return false;
}

static bool is_other_way(const struct carrier_conf *a, const struct carrier_conf *b)
{
	for (const struct conf_row *row = carrier_rows; row->key != NULL; row++) {
		const struct conf_row one[] = {*row, {.key = NULL}};
		const struct conf_section section = {"carriers", true, sizeof(*a), one};
		if (is_link_key(row->key) && !conf_same(&section, a, b))
			return true;
	}
	return false;
}

/* Whether its binds can go on as they are: who binds in to us has only its name in them. */
static bool keeps_binds(const struct carrier_conf *a, const struct carrier_conf *b)
{
	if (a->mode == CARRIER_MODE_ACCEPT && b->mode == CARRIER_MODE_ACCEPT)
		return strcmp(a->system_id, b->system_id) == 0;
	return !is_other_way(a, b);
}

/* --- binds --- */

static void end_when_answered(struct carrier_bind *b)
{
	if (b->leaving && b->session != NULL && session_outstanding(b->session) == 0)
		session_end(b->session, END_CONFIG);
}

static void leave(struct carrier_bind *b)
{
	b->stale = false;
	b->leaving = true;
	end_when_answered(b);
}

/* The next stale bind leaves when all others are there. */
static void renew_next(struct carrier *c)
{
	struct carrier_bind *next = NULL;

	for (size_t i = 0; i < c->wanted; i++) {
		struct carrier_bind *b = &c->binds[i];
		if (b->leaving || !b->bound)
			return;
		if (b->stale && next == NULL)
			next = b;
	}
	if (next != NULL)
		leave(next);
}

/* Attempts under the old settings end at once, and nothing waits for the end of a pause. */
static void begin_anew(struct carrier *c)
{
	c->backoff_ms = 0;
	loop_timer_clear(c->cs->loop, &c->bind_timer);
	if (c->attempt != NULL)
		session_abort(c->attempt->session, END_CONFIG);
	else
		bind_next(c);
}

static void renew(struct carrier *c, bool one_by_one)
{
	for (size_t i = 0; i < c->wanted; i++) {
		struct carrier_bind *b = &c->binds[i];
		if (b->session != NULL && b->bound && one_by_one)
			b->stale = true;
		else if (b->session != NULL && b->bound)
			leave(b);
	}
	renew_next(c);
}

/* As many binds as the configuration wants, of its kinds; those that are too many leave. */
static void resize(struct carrier *c)
{
	c->wanted = bind_count(c->conf);
	for (size_t i = 0; i < c->wanted || i < c->nbinds; i++) {
		struct carrier_bind *b = &c->binds[i];
		if (b->session == NULL)
			bind_dress(c, i);
		b->leaving = b->leaving && (b->session != NULL || i >= c->wanted);
		if (i >= c->wanted)
			leave(b);
	}
	if (c->wanted > c->nbinds)
		c->nbinds = c->wanted;
	carrier_reload_trim(c);
	if (c->wanted > 1 && c->order == NULL)
		pump_make_order(c);
}

void carrier_reload_trim(struct carrier *c)
{
	while (c->nbinds > c->wanted && c->binds[c->nbinds - 1].session == NULL)
		c->nbinds--;
}

void carrier_reload_settled(struct carrier_bind *b)
{
	end_when_answered(b);
}

void carrier_reload_bound(struct carrier_bind *b)
{
	b->stale = b->leaving = false;
	if (b->carrier->removed)
		leave(b);
	else
		renew_next(b->carrier);
}

void carrier_reload_ended(struct carrier_bind *b, enum end_reason reason)
{
	struct carrier *c = b->carrier;
	size_t i = (size_t)(b - c->binds);

	b->stale = false;
	b->leaving = i >= c->wanted;
	bind_dress(c, i);
	carrier_reload_trim(c);
	if (reason == END_CONFIG && !c->removed)
		begin_anew(c);
	else
		renew_next(c);
}

/* --- the table --- */

static void forget_own(struct carrier *c)
{
	conf_copy_free(carrier_rows, c->own);
	c->own = NULL;
}

static void follow(struct carrier *c, const struct carrier_conf *conf, const struct limits_conf *limits,
		   struct tls_fresh *fresh)
{
	bool keeps = keeps_binds(c->conf, conf), was_removed = c->removed;
	bool one_by_one = c->conf->mode == CARRIER_MODE_CONNECT && conf->mode == CARRIER_MODE_CONNECT;

	c->removed = false;
	c->tps_live = -1;
	carrier_take_conf(c, conf, limits);
	forget_own(c);
	carrier_take_tls(c, fresh);
	resize(c);
	operate_forget(c);
	pump_follow(c);
	if (was_removed)
		log_info(conf->name, "event=carrier_back");
	if (!keeps) {
		c->targets = (struct targets){.failures = {0}}; /* of addresses that are others now */
		renew(c, one_by_one);
	}
	if (!keeps || was_removed)
		begin_anew(c);
	else
		bind_next(c);
	carrier_tell_state(c);
	carrier_wake(c);
}

static void take_out(struct carrier *c, const struct limits_conf *limits)
{
	bool again = c->removed;

	if (!again)
		c->own = conf_copy(carrier_rows, sizeof(*c->own), c->conf);
	carrier_take_conf(c, c->own, limits);
	pump_follow(c);
	if (again)
		return;
	c->removed = true;
	log_info(c->conf->name, "event=carrier_removed outstanding=%u", c->in_flight);
	loop_timer_clear(c->cs->loop, &c->bind_timer);
	if (c->attempt != NULL)
		session_abort(c->attempt->session, END_CONFIG);
	carrier_tell_state(c);
	operate_settled(c);
}

static const struct carrier_conf *find_conf(const struct carriers_plan *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->confs[i].name, name) == 0)
			return &p->confs[i];
	}
	return NULL;
}

struct carriers_plan *carriers_prepare(struct carriers *cs, const struct carrier_conf *confs, size_t n,
				       const struct limits_conf *limits, char **errors)
{
	size_t total = cs->n;

	for (size_t i = 0; i < n; i++)
		total += carriers_find(cs, confs[i].name) == NULL;
	if (total > CARRIERS_MAX) {
		conf_fault(errors, &confs[0].where,
			   "%zu carriers, with those that reloads have removed, are more than %u: restart the gateway",
			   total, CARRIERS_MAX);
		return NULL;
	}
	struct carriers_plan *p = mem_zalloc(sizeof(*p));
	*p = (struct carriers_plan){confs, n, limits, mem_zalloc((n + 1) * sizeof(*p->fresh))};
	return p;
}

void carriers_read(struct carriers_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		carrier_read_tls(&p->confs[i], &p->fresh[i]);
}

void carriers_drop(struct carriers_plan *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		tls_forget_fresh(&p->fresh[i]);
	mem_free(p->fresh);
	mem_free(p);
}

size_t carriers_number(const struct carriers *cs, const struct carriers_plan *p, const char *name)
{
	struct carrier *c = carriers_find(cs, name);
	size_t number = cs->n;

	if (c != NULL)
		return c->number;
	for (size_t i = 0; i < p->n && strcmp(p->confs[i].name, name) != 0; i++)
		number += carriers_find(cs, p->confs[i].name) == NULL;
	return number;
}

void carriers_grow(struct carriers *cs, const struct carriers_plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (carriers_find(cs, p->confs[i].name) == NULL)
			carriers_add(cs, &p->confs[i], p->limits, &p->fresh[i]);
	}
}

void carriers_apply(struct carriers *cs, struct carriers_plan *p)
{
	for (size_t i = 0; i < cs->n; i++) {
		struct carrier *c = cs->at[i];
		const struct carrier_conf *conf = find_conf(p, c->conf->name);
		if (conf == NULL)
			take_out(c, p->limits);
		else if (conf != c->conf) /* else carriers_grow() has just made it */
			follow(c, conf, p->limits, &p->fresh[conf - p->confs]);
		else
			bind_next(c);
	}
	carriers_drop(p);
}

bool carrier_removed(const struct carrier *c)
{
	return c->removed;
}
