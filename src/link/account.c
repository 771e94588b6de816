/*
 * account.c - the apps' accounts: their binds, their rate, which bind a deliver_sm takes. Who may bind is admit.c's.
 * Knows no messages: requests go up through the ops.
 */
#include "link/account.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "link/account_priv.h"

#define ACCOUNT_LOOKS 16 /* binds looked at for one deliver_sm */
/* With more binds: deliver_sm for one in a turn before another is chosen, one write for all. */
#define ACCOUNT_CHUNK 16

static bool account_is(uint64_t value, const void *key)
{
	const struct account *a = (const struct account *)(uintptr_t)value;

	return view_eq(view_of(a->conf->system_id), *(const struct view *)key);
}

struct account *accounts_find(const struct accounts *as, struct view system_id)
{
	uint64_t value;

	if (!map_find(as->by_id, map_hash(system_id.p, system_id.n), account_is, &system_id, &value))
		return NULL;
	return (struct account *)(uintptr_t)value;
}

/* Sessions of an account. */

static void account_on_bound(struct session *s, void *arg)
{
	struct app *app = arg;
	struct account *a = app->account;
	char peer[64], tls[CONN_TLS_INFO];

	net_print(session_peer(s), peer);
	session_tls_info(s, tls);
	log_peer_info(session_name(s), "event=bound type=%s peer=%s version=0x%02x binds=%zu tls=\"%s\"",
		      session_state_name(session_state(s)), peer, app->version, a->nbinds, tls);
	app->receives = session_can_send(s);
	if (!app->receives)
		return;
	a->receivers++;
	a->wants_room = false;
	outbind_received(a);
	a->as->ops->on_receiver(a, a->as->arg);
}

/* Spends the tokens of a request; false = over the rate. What costs more than the bucket holds waits until it is full,
 * and leaves a debt. */
static bool account_spend(struct account *a, const struct pdu *pdu)
{
	uint32_t cost = pdu->command_id == SUBMIT_MULTI ? pdu->sm.ndests : 1;

	if (throttle_wait(&a->throttle, loop_now_us(a->as->loop), cost) > 0)
		return false;
	throttle_spend(&a->throttle, cost);
	return true;
}

static void account_on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	struct account *a = ((struct app *)arg)->account;

	a->stats.requests++;
	if (!account_spend(a, pdu)) {
		a->stats.throttled++;
		session_answer(s, pdu->command_id, pdu->sequence, ESME_RTHROTTLED, (struct view){NULL, 0},
			       (struct view){NULL, 0});
		return;
	}
	a->as->ops->on_request(a, s, pdu, a->as->arg);
}

static void account_on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			       int64_t sent_us, void *arg)
{
	struct app *app = arg;
	struct account *a = app->account;

	(void)s;
	account_ease_settled(a, outcome, sent_us);
	app->unanswered = outcome == SESSION_TIMEOUT ? app->unanswered + 1 : 0;
	a->as->ops->on_settled(a, cookie, outcome, resp, a->as->arg);
}

static void account_on_room(struct session *s, void *arg)
{
	struct account *a = ((struct app *)arg)->account;

	(void)s;
	if (!a->wants_room)
		return;
	a->wants_room = false;
	a->as->ops->on_receiver(a, a->as->arg);
}

/* A second bind on a bound session never comes up here; kept so that no callback is missing. */
static uint32_t account_on_bind(struct session *s, const struct pdu *bind, void *arg)
{
	(void)s;
	(void)bind;
	(void)arg;
	return ESME_RALYBND;
}

const struct account_loss *account_loss(const struct account *a)
{
	return &a->loss;
}

static void account_lost(struct account *a, enum end_reason why)
{
	if (why == END_PEER_UNBOUND || why == END_WE_UNBOUND || why == END_CONFIG || why == END_SHUTDOWN)
		return;
	a->loss = (struct account_loss){a->loss.n + 1, loop_wall_ms(a->as->loop), why};
}

static void account_on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct app *app = arg;
	struct account *a = app->account;
	int64_t since = session_since_us(s);
	int64_t up_us = since != 0 ? loop_now_us(a->as->loop) - since : 0;

	log_peer_info(session_name(s), "event=ended reason=%s up_s=%.1f octets_in=%llu octets_out=%llu error=\"%s\"",
		      reason_name(reason), (double)up_us / 1e6, (unsigned long long)session_octets_in(s),
		      (unsigned long long)session_octets_out(s), session_error(s));
	if (since != 0)
		account_lost(a, reason);
	list_remove(&app->of_account);
	a->nbinds--;
	bool receiver = app->receives;
	admit_guard_passed(app);
	if (app->callee != NULL)
		outbind_ended(app, reason, up_us);
	admit_forget(app);
	if (a->filling == app)
		a->filling = NULL;
	if (receiver && --a->receivers == 0)
		a->as->ops->on_no_receiver(a, a->as->arg);
	admit_place_free(a);
}

static const struct session_ops account_session_ops = {
	.on_bind = account_on_bind,
	.on_bound = account_on_bound,
	.on_request = account_on_request,
	.on_settled = account_on_settled,
	.on_room = account_on_room,
	.on_ended = account_on_ended,
};

void account_take(struct account *a, struct app *app)
{
	char name[64];

	snprintf(name, sizeof(name), "%s#%llu", a->conf->system_id, (unsigned long long)++a->serial);
	session_set_name(app->session, name);
	session_set_system_id(app->session, a->as->our_system_id);
	if (a->conf->interface_version != 0)
		session_set_peer_version(app->session, (uint8_t)a->conf->interface_version);
	session_adopt(app->session, &a->sessions, &account_session_ops, app, &a->stats.session);
	app->account = a;
	app->bound = true;
	admit_known(app);
	admit_guard_passed(app);
	if (app->callee != NULL)
		outbind_answered(app);
	list_append(&a->binds, &app->of_account);
	a->nbinds++;
	a->stats.binds++;
	a->as->listener.open--;
}

/* Sending. */

/* A bind that answers goes before one whose last requests were not answered; then the one with fewer outstanding. */
static bool account_prefers(const struct app *x, const struct app *y)
{
	if (x->unanswered != y->unanswered)
		return x->unanswered < y->unanswered;
	return session_outstanding(x->session) < session_outstanding(y->session);
}

static bool account_fills_on(const struct account *a)
{
	return a->filling != NULL && a->filled < ACCOUNT_CHUNK && a->filling_turn == loop_turns(a->as->loop) &&
	       a->filling->unanswered == 0 && session_room(a->filling->session) > 0;
}

static struct session *account_pick(struct account *a)
{
	struct app *best = NULL;
	struct list *node = a->binds.next;

	if (account_fills_on(a)) {
		a->filled++;
		return a->filling->session;
	}

	for (int looks = 0; looks < ACCOUNT_LOOKS && node != &a->binds; looks++, node = node->next) {
		struct app *app = LIST_OF(node, struct app, of_account);
		if ((best == NULL || account_prefers(app, best)) && session_room(app->session) > 0)
			best = app;
	}
	/* more binds than are looked at: the next time begins with others */
	if (a->nbinds > ACCOUNT_LOOKS) {
		struct list *first = a->binds.next;
		list_remove(first);
		list_append(&a->binds, first);
	}
	a->filling = a->nbinds > ACCOUNT_LOOKS ? best : NULL;
	a->filled = 1;
	a->filling_turn = loop_turns(a->as->loop);
	return best != NULL ? best->session : NULL;
}

/* No bind has room: each that can receive tells when it has. */
static int account_ask_room(struct account *a)
{
	if (a->receivers == 0)
		return -ENOTCONN;
	a->wants_room = true;
	LIST_EACH(node, &a->binds)
		session_want_room(LIST_OF(node, struct app, of_account)->session);
	return -EAGAIN;
}

int account_send(struct account *a, uint64_t cookie, void (*fill)(struct pdu *pdu, uint8_t peer_version, void *arg),
		 void *arg)
{
	struct session *s = account_pick(a);
	struct pdu pdu = {.command_id = DELIVER_SM};

	/* of many binds only some were looked at */
	for (size_t i = ACCOUNT_LOOKS; s == NULL && i < a->nbinds && !a->wants_room; i += ACCOUNT_LOOKS)
		s = account_pick(a);
	if (s == NULL)
		return account_ask_room(a);
	fill(&pdu, session_peer_version(s), arg);
	int sent = session_send(s, &pdu, cookie);
	if (sent == 0)
		account_ease_sent(a);
	return sent;
}

int account_tell(struct account *a, void (*fill)(struct pdu *pdu, uint8_t peer_version, void *arg), void *arg)
{
	LIST_EACH(node, &a->binds) {
		struct session *s = LIST_OF(node, struct app, of_account)->session;
		struct pdu pdu = {.command_id = ALERT_NOTIFICATION};
		if (!session_can_tell(s))
			continue;
		fill(&pdu, session_peer_version(s), arg);
		return session_tell(s, &pdu);
	}
	return a->receivers > 0 ? -EAGAIN : -ENOTCONN;
}

/* The table of accounts. */

static void account_before_walk(void *object)
{
	struct account *a = LIST_OF(object, struct account, stats);

	a->stats.bound = a->nbinds;
	a->stats.removed = a->removed;
	a->stats.outstanding = a->ease.out; /* not added up over binds: there may be ten thousand */
}

void accounts_add(struct accounts *as, const struct account_conf *conf, struct tls_fresh *calls)
{
	struct account *a = mem_zalloc(sizeof(*a));
	struct view id = view_of(conf->system_id);

	a->as = as;
	a->number = as->n;
	as->at = mem_realloc(as->at, (as->n + 1) * sizeof(struct account *));
	as->at[as->n++] = a;
	list_init(&a->binds);
	account_ease_init(a);
	throttle_init(&a->throttle, conf->tps, conf->burst, loop_now_us(as->loop));
	account_take_conf(a, conf);
	outbind_take_tls(a, calls);
	if (accounts_find(as, id) == NULL && map_put(as->by_id, map_hash(id.p, id.n), (uint64_t)(uintptr_t)a) != 0)
		log_error("-", "event=out_of_memory account=%s", conf->system_id);
	if (as->registry != NULL)
		stats_add(as->registry, account_stat_rows, account_stat_rows_n, &a->stats, "account", conf->system_id,
			  account_before_walk);
}

int accounts_listen(struct accounts *as, const struct listen_conf *listens, size_t m, char **why)
{
	struct doors doors;

	*why = NULL;
	if (doors_prepare(as, listens, m, NULL, &doors, why) != 0) {
		(*why)[strcspn(*why, "\n")] = '\0';
		return -1;
	}
	doors_apply(as, listens, &doors);
	for (size_t i = 0; i < as->n; i++)
		outbind_next(as->at[i]); /* those that were wanted before */
	return 0;
}

struct accounts *accounts_new(struct loop *loop, struct conn_hub *conns, struct session_hub *sessions,
			      const struct account_conf *confs, size_t n, const struct limits_conf *limits,
			      const char *our_system_id, const struct account_ops *ops, void *arg, struct stats *stats)
{
	struct accounts *as = mem_zalloc(sizeof(*as));

	as->loop = loop;
	as->conns = conns;
	as->sessions = sessions;
	as->our_system_id = mem_strdup(our_system_id);
	as->ops = ops;
	as->arg = arg;
	as->registry = stats;
	as->by_id = map_new();
	list_init(&as->apps);
	list_init(&as->half_open);
	list_init(&as->places);
	admit_crypts_init(as);
	as->strangers = crowd_new();
	as->guard = guard_new(loop_now_ms(loop));
	as->wait_timer.fn = admit_timer;
	accounts_use_limits(as, limits);
	for (size_t i = 0; i < n; i++)
		accounts_add(as, &confs[i], &(struct tls_fresh){.read = false});
	accounts_find_hash(as);
	if (stats != NULL)
		stats_add(stats, listener_stat_rows, listener_stat_rows_n, &as->listener, NULL, NULL,
			  admit_guard_before_walk);
	return as;
}

void accounts_let_in(struct accounts *as, struct carriers *cs)
{
	as->carriers = cs;
}

void accounts_shutdown(struct accounts *as)
{
	bool again = as->shutting;

	as->shutting = true;
	doors_close(as);
	for (size_t i = 0; i < as->n; i++)
		outbind_stop(as->at[i]);
	LIST_EACH(node, &as->apps) {
		struct app *app = LIST_OF(node, struct app, link);
		if (again)
			session_abort(app->session, END_SHUTDOWN);
		else
			session_end(app->session, END_SHUTDOWN);
	}
}

bool accounts_idle(const struct accounts *as)
{
	return as->napps == 0;
}

void accounts_free(struct accounts *as)
{
	if (as == NULL)
		return;
	doors_close(as);
	loop_timer_clear(as->loop, &as->wait_timer);
	admit_crypts_free(as);
	for (size_t i = 0; i < as->n; i++) {
		struct account *a = as->at[i];
		if (as->registry != NULL)
			stats_drop(as->registry, &a->stats);
		outbind_free(a);
		loop_timer_clear(as->loop, &a->ease.timer);
		auth_free(&a->auth);
		mem_free(a->allow);
		conf_copy_free(account_rows, a->own);
		mem_free(a);
	}
	if (as->registry != NULL)
		stats_drop(as->registry, &as->listener);
	map_free(as->by_id);
	crowd_free(as->strangers);
	guard_free(as->guard);
	mem_free(as->at);
	mem_free(as->our_system_id);
	mem_free(as);
}

struct hasher *accounts_hasher(const struct accounts *as)
{
	return as->crypts.hasher;
}

size_t accounts_count(const struct accounts *as)
{
	return as->n;
}

struct account *accounts_at(const struct accounts *as, size_t i)
{
	return as->at[i];
}

void accounts_outbind(struct accounts *as, size_t account)
{
	outbind_want(as->at[account]);
}

const struct account_conf *account_conf(const struct account *a)
{
	return a->conf;
}

size_t account_number(const struct account *a)
{
	return a->number;
}

const char *account_name(const struct account *a)
{
	return a->conf->system_id;
}

struct account_stats *account_stats(struct account *a)
{
	return &a->stats;
}

size_t account_binds(const struct account *a)
{
	return a->nbinds;
}

bool account_can_receive(const struct account *a)
{
	return a->receivers > 0;
}

void account_each_session(const struct account *a, void (*fn)(const struct session *s, void *arg), void *arg)
{
	LIST_EACH(node, &a->binds)
		fn(LIST_OF(node, struct app, of_account)->session, arg);
}
