/*
 * admit_guard.c - failed binds at the door: what counts as one, how long its answer waits, what is refused unheard, and
 * what the log says of a lock. Who is locked, and who is still judged then, is guard.c's.
 */
#include <stdio.h>
#include "link/accept.h"
#include "link/account_priv.h"

#define MS_PER_S 1000

static struct guard_conf guard_conf_of(const struct accounts *as)
{
	return (struct guard_conf){
		.failures = as->limits->failed_binds,
		.account_failures = as->limits->failed_binds_account,
		.lockout_ms = as->limits->lockout * MS_PER_S,
		.grace_ms = as->limits->lockout_grace * MS_PER_S,
	};
}

static bool is_vouched(const struct app *app, const struct net_addr *peer)
{
	const struct account *a = app->account;

	if (app->callee != NULL) /* we called it */
		return true;
	if (app->carrier != NULL)
		return accept_vouches(app->carrier, peer);
	return a != NULL && guard_vouches(a->allow, a->allows, peer);
}

static struct guard_who who_is(const struct app *app)
{
	const struct net_addr *peer = session_peer(app->session);
	const char *id = app->said;

	if (app->account != NULL)
		id = app->account->conf->system_id;
	else if (app->carrier != NULL)
		id = carrier_conf(app->carrier)->system_id;
	return (struct guard_who){
		.from = peer,
		.id = view_of(id),
		.known = app->account != NULL || app->carrier != NULL,
		.vouched = is_vouched(app, peer),
	};
}

/* Some account or carrier names the address. */
static bool any_vouches(const struct net_addr *from, void *arg)
{
	const struct accounts *as = arg;

	for (size_t i = 0; i < as->n; i++) {
		const struct account *a = as->at[i];
		if (!a->removed && guard_vouches(a->allow, a->allows, from))
			return true;
	}
	return as->carriers != NULL && accept_any_vouches(as->carriers, from);
}

bool admit_guard_shut(struct accounts *as, const struct net_addr *peer)
{
	return as->limits->failed_binds > 0 && guard_shut(as->guard, peer, loop_now_ms(as->loop), any_vouches, as);
}

bool admit_guard_knows(struct accounts *as, const struct net_addr *peer)
{
	return guard_knows(as->guard, peer, loop_now_ms(as->loop)) || any_vouches(peer, as);
}

const char *admit_guard_refuses(struct app *app)
{
	struct accounts *as = app->as;
	struct guard_conf conf = guard_conf_of(as);
	struct guard_who who = who_is(app);

	switch (guard_ask(as->guard, &conf, &who, loop_now_ms(as->loop))) {
	case GUARD_OPEN:
		return NULL;
	case GUARD_ADDRESS_LOCKED:
		as->listener.locked_out++;
		return "its address is locked after failed binds; see smppgwctl lockouts";
	case GUARD_ACCOUNT_LOCKED:
		as->listener.locked_out++;
		return "the account is locked for addresses where it has never bound; see smppgwctl lockouts";
	}
	return NULL;
}

enum guard_standing admit_guard_standing(const struct app *app)
{
	struct guard_conf conf = guard_conf_of(app->as);
	struct guard_who who = who_is(app);

	return guard_standing(app->as->guard, &conf, &who, loop_now_ms(app->as->loop));
}

/* name: what its log lines begin with; said: what it has called itself, made printable. */
static void log_locks(struct accounts *as, const char *name, const char *said, const struct guard_who *who,
		      const struct guard_failure *f)
{
	long long seconds = (long long)as->limits->lockout;
	char peer[64];

	as->listener.lockouts += (uint64_t)f->address + (uint64_t)f->account;
	net_print(who->from, peer);
	if (f->address)
		log_peer_warn(name, "event=locked_out peer=%s failures=%lld for_s=%lld advice=\"smppgwctl lockouts\"",
			      peer, (long long)f->failures, seconds);
	if (f->account)
		log_peer_warn(
			name,
			"event=locked_out system_id=%s failures=%lld for_s=%lld advice=\"smppgwctl lockouts; name its "
			"addresses in allow\"",
			said, (long long)f->strangers, seconds);
}

static struct guard_failure count(struct accounts *as, const char *name, const char *said, const struct guard_who *who)
{
	struct guard_conf conf = guard_conf_of(as);
	struct guard_failure f = guard_failed(as->guard, &conf, who, loop_now_ms(as->loop));

	as->listener.bind_failures++;
	log_locks(as, name, said, who, &f);
	return f;
}

static struct guard_failure count_failure(struct app *app)
{
	struct guard_who who = who_is(app);

	return count(app->as, session_name(app->session), app->said, &who);
}

void admit_guard_note(const struct app *app, struct admit_note *out)
{
	struct guard_who who = who_is(app);

	*out = (struct admit_note){.from = *who.from, .known = who.known, .vouched = who.vouched};
	snprintf(out->id, sizeof(out->id), "%.*s", (int)who.id.n, (const char *)who.id.p);
	snprintf(out->said, sizeof(out->said), "%s", app->said);
}

void admit_guard_gone_failed(struct accounts *as, const struct admit_note *n)
{
	struct guard_who who = {.from = &n->from, .id = view_of(n->id), .known = n->known, .vouched = n->vouched};
	char peer[64];

	net_print(&n->from, peer);
	(void)count(as, peer, n->said, &who);
}

static void on_late(struct timer *t)
{
	struct app *app = LIST_OF(t, struct app, late);

	session_judge(app->session, app->refusal);
}

uint32_t admit_guard_failed(struct app *app, uint32_t status)
{
	struct guard_failure f = count_failure(app);

	if (f.delay_ms == 0)
		return status;
	app->refusal = status;
	app->late.fn = on_late;
	loop_timer(app->as->loop, &app->late, f.delay_ms);
	return SESSION_BIND_LATER;
}

void admit_guard_caller_failed(struct app *app)
{
	(void)count_failure(app);
}

void admit_guard_passed(struct app *app)
{
	struct guard_who who = who_is(app);

	guard_passed(app->as->guard, &who, loop_now_ms(app->as->loop));
}

void admit_guard_before_walk(void *listener_stats)
{
	struct accounts *as = LIST_OF(listener_stats, struct accounts, listener);

	as->listener.locked = guard_locked(as->guard, loop_now_ms(as->loop));
	as->listener.crypts_waiting = admit_crypts_waiting(as);
}

size_t accounts_locks(const struct accounts *as)
{
	return guard_locked(as->guard, loop_now_ms(as->loop));
}

void accounts_each_lock(struct accounts *as, void (*fn)(const struct guard_lock *lock, void *arg), void *arg)
{
	guard_each_lock(as->guard, loop_now_ms(as->loop), fn, arg);
}

bool accounts_lift(struct accounts *as, const char *who)
{
	return guard_lift(as->guard, who);
}
