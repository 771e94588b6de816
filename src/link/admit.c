/*
 * admit.c - who may bind: connections before their bind, passwords, places. What a bound session does is account.c's.
 *
 * A verdict that takes time waits: for a crypt(3), which admit_crypt.c sees to, or in a list for a dead bind of the
 * account to give up its place. The session reads nothing meanwhile.
 */
#include <stdio.h>
#include <string.h>
#include "base/files.h"
#include "link/accept.h"
#include "link/account_priv.h"

#define ADMIT_SURE_MS  1000    /* in which an app can bind, however many others connect */
#define ADMIT_POLL_MS  50      /* how often those that wait for a place are looked at */
#define ADMIT_IDLE_US  1000000 /* a bind silent for so long may be dead */
#define ADMIT_PROBE_MS 2000    /* how long it has to answer */

static void admit_log_refused(struct app *app, uint32_t status)
{
	log_peer_warn(session_name(app->session), "event=bind_refused system_id=%s type=%s status=%s why=\"%s\"",
		      app->said, command_name(app->bind_command), status_name(status),
		      app->why != NULL ? app->why : "");
	app->why = NULL;
}

static uint32_t admit_refuse(struct app *app, uint32_t status)
{
	if (app->account != NULL)
		app->account->stats.binds_refused++;
	else if (app->carrier != NULL)
		accept_count_refused(app->carrier);
	else
		app->as->listener.unknown_system_id++;
	admit_log_refused(app, status);
	app->account = NULL;
	app->carrier = NULL;
	return status;
}

/* It does not know what it should: that counts against it, and its answer may come later. */
static uint32_t admit_fail(struct app *app, uint32_t status)
{
	uint32_t when = admit_guard_failed(app, status);

	(void)admit_refuse(app, status);
	return when;
}

static uint32_t admit_wait_for_place(struct app *app)
{
	struct accounts *as = app->as;

	list_remove(&app->half_open); /* it knows the password: nobody who does not pushes it out */
	app->wait = APP_WAITS_PLACE;
	app->wait_until_ms = loop_now_ms(as->loop) + ADMIT_PROBE_MS + ADMIT_POLL_MS;
	list_append(&as->places, &app->waiting);
	if (!wheel_isset(&as->wait_timer))
		loop_timer(as->loop, &as->wait_timer, ADMIT_POLL_MS);
	return SESSION_BIND_LATER;
}

static void admit_wait_over(struct app *app)
{
	if (app->wait == APP_WAITS_CRYPT)
		admit_crypt_leave(app);
	list_remove(&app->waiting);
	app->wait = APP_WAITS_NOT;
}

/* Binds that hold a place: those that are leaving do not. */
static size_t admit_places(const struct account *a)
{
	size_t held = 0;

	LIST_EACH(node, &a->binds) {
		enum session_state st = session_state(LIST_OF(node, struct app, of_account)->session);
		held += st >= SESSION_OPEN && st <= SESSION_BOUND_TRX;
	}
	return held;
}

static bool admit_has_place(const struct account *a)
{
	size_t max = (size_t)a->conf->max_binds;

	return a->nbinds < max || admit_places(a) < max;
}

/* Probes the account's silent binds; false when there is none. */
static bool admit_probe(struct account *a)
{
	bool any = false;

	LIST_EACH(node, &a->binds) {
		struct session *s = LIST_OF(node, struct app, of_account)->session;
		if (session_idle_us(s) >= ADMIT_IDLE_US)
			session_probe(s, ADMIT_PROBE_MS);
		any = any || session_probing(s);
	}
	return any;
}

static bool admit_is_probing(const struct account *a)
{
	LIST_EACH(node, &a->binds) {
		if (session_probing(LIST_OF(node, struct app, of_account)->session))
			return true;
	}
	return false;
}

/* The bind is the carrier's: nothing is left of it here. */
static uint32_t admit_hand_over(struct app *app)
{
	admit_guard_passed(app);
	accept_take(app->carrier, app->session, app->bind_command, app->as->our_system_id);
	app->as->listener.open--;
	admit_forget(app);
	return ESME_ROK;
}

static uint32_t admit_place_at_carrier(struct app *app)
{
	struct carrier *c = app->carrier;

	if (!accept_open(c) || carrier_conf(c)->mode != CARRIER_MODE_ACCEPT) /* a reload may have changed it */
		return admit_refuse(app, ESME_RBINDFAIL);
	if (accept_has_place(c))
		return admit_hand_over(app);
	accept_probe(c, ADMIT_IDLE_US, ADMIT_PROBE_MS);
	if (!accept_may_get_place(c))
		return admit_refuse(app, ESME_RALYBND);
	return admit_wait_for_place(app);
}

/* The password is right: what else must hold. */
static uint32_t admit_place(struct app *app)
{
	struct account *a = app->account;

	if (app->carrier != NULL)
		return admit_place_at_carrier(app);
	if (!account_offers(a->conf, app->bind_command))
		return admit_refuse(app, ESME_RINVCMDID);
	if (admit_has_place(a)) {
		account_take(a, app);
		return ESME_ROK;
	}
	if (!admit_probe(a))
		return admit_refuse(app, ESME_RALYBND);
	return admit_wait_for_place(app);
}

static uint32_t admit_password(struct app *app, bool right)
{
	if (right)
		return admit_place(app);
	return admit_fail(app, app->account != NULL || app->carrier != NULL ? ESME_RINVPASWD : ESME_RINVSYSID);
}

/* Who it says that it is; both stay NULL when that is nobody. */
static void admit_look_up(struct app *app, struct view system_id)
{
	const struct accounts *as = app->as;

	app->account = accounts_find(as, system_id);
	if (app->account != NULL && app->account->removed)
		app->account = NULL;
	app->carrier = app->account == NULL && as->carriers != NULL ? accept_find(as->carriers, system_id) : NULL;
}

static bool admit_allows(const struct app *app, const struct net_addr *peer)
{
	const struct account *a = app->account;

	if (app->carrier != NULL)
		return accept_allows(app->carrier, peer);
	return a == NULL || a->conf->allow.n == 0 || net_cidr_match(a->allow, a->allows, peer);
}

/* Why the connection is less safe than was agreed; NULL when it is not. */
static const char *admit_unsafe(const struct session *s, bool required, const char *name)
{
	if (required && !session_is_secure(s))
		return "TLS is required";
	if (name != NULL && *name != '\0' && !session_peer_named(s, name))
		return "the client certificate does not carry the agreed name";
	return NULL;
}

static const char *admit_unsafe_carrier(const struct session *s, const struct carrier *c)
{
	return admit_unsafe(s, carrier_conf(c)->tls.enable, carrier_conf(c)->tls.name);
}

static bool admit_is_safe(struct app *app)
{
	const struct account *a = app->account;

	if (app->carrier != NULL)
		app->why = admit_unsafe_carrier(app->session, app->carrier);
	else if (a != NULL)
		app->why = admit_unsafe(app->session, a->conf->require_tls, a->conf->client_name);
	return app->why == NULL;
}

struct auth *admit_auth(const struct app *app)
{
	if (app->carrier != NULL)
		return accept_auth(app->carrier);
	return app->account != NULL ? &app->account->auth : NULL;
}

const char *admit_any_hash(const struct accounts *as)
{
	if (as->any_hash != NULL || as->carriers == NULL)
		return as->any_hash;
	return accept_hash(as->carriers);
}

/* What a stranger sends must not look like another key of the log line. */
static void admit_note_said(struct app *app, struct view system_id)
{
	size_t n = system_id.n < sizeof(app->said) - 1 ? system_id.n : sizeof(app->said) - 1;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = system_id.p[i];
		app->said[i] = c > ' ' && c < 0x7F && c != '=' && c != '"' ? (char)c : '?';
	}
	app->said[n] = '\0';
}

static uint32_t admit_on_bind(struct session *s, const struct pdu *pdu, void *arg)
{
	struct app *app = arg;
	struct accounts *as = app->as;
	const struct pdu_bind *bind = &pdu->bind;

	app->bind_command = pdu->command_id;
	app->version = bind->interface_version;
	admit_note_said(app, bind->system_id);
	admit_look_up(app, bind->system_id);
	uint32_t status = app->callee != NULL ? outbind_judge(app, pdu) : ESME_ROK;
	if (status != ESME_ROK)
		return admit_refuse(app, status);
	if (as->shutting)
		return admit_refuse(app, ESME_RBINDFAIL);
	app->why = admit_guard_refuses(app);
	if (app->why != NULL)
		return admit_refuse(app, ESME_RBINDFAIL);
	if (!admit_allows(app, session_peer(s)))
		return admit_fail(app, ESME_RBINDFAIL);
	if (!admit_is_safe(app))
		return admit_refuse(app, ESME_RBINDFAIL);
	struct auth *auth = admit_auth(app);
	if (auth != NULL && auth_compare(auth, bind->password) == AUTH_RIGHT)
		return admit_place(app);
	if (admit_any_hash(as) == NULL)
		return admit_password(app, false);
	admit_crypt_wait(app, bind->password);
	return SESSION_BIND_LATER;
}

void admit_judged(struct app *app, bool right)
{
	struct session *s = app->session;

	admit_wait_over(app);
	uint32_t status = admit_password(app, right);
	if (status != SESSION_BIND_LATER)
		session_judge(s, status);
}

static bool admit_is_there_place(const struct app *app)
{
	return app->carrier != NULL ? accept_has_place(app->carrier) : admit_has_place(app->account);
}

static bool admit_may_get_place(const struct app *app)
{
	return app->carrier != NULL ? accept_may_get_place(app->carrier) : admit_is_probing(app->account);
}

static uint32_t admit_take(struct app *app)
{
	if (app->carrier != NULL)
		return admit_hand_over(app);
	account_take(app->account, app);
	return ESME_ROK;
}

/* Those that wait for a place of this account, or of anybody, first come first served. */
static void admit_settle_places(struct accounts *as, const struct account *only)
{
	LIST_EACH_SAFE(node, tmp, &as->places) {
		struct app *app = LIST_OF(node, struct app, waiting);
		struct session *s = app->session;
		if (only != NULL && app->account != only)
			continue;
		bool place = admit_is_there_place(app);
		if (!place && admit_may_get_place(app) && loop_now_ms(as->loop) < app->wait_until_ms)
			continue;
		admit_wait_over(app);
		session_judge(s, place ? admit_take(app) : admit_refuse(app, ESME_RALYBND));
	}
}

void admit_place_free(struct account *a)
{
	admit_settle_places(a->as, a);
}

void admit_turn_away(struct app *app)
{
	struct session *s = app->session;

	if (app->wait == APP_WAITS_NOT)
		return;
	admit_wait_over(app);
	session_judge(s, admit_refuse(app, ESME_RBINDFAIL));
}

void admit_timer(struct timer *t)
{
	struct accounts *as = LIST_OF(t, struct accounts, wait_timer);

	admit_settle_places(as, NULL);
	if (!list_empty(&as->places) && !wheel_isset(t))
		loop_timer(as->loop, t, ADMIT_POLL_MS);
}

void admit_forget(struct app *app)
{
	admit_wait_over(app);
	admit_known(app);
	loop_timer_clear(app->as->loop, &app->late);
	list_remove(&app->link);
	app->as->napps--;
	mem_free(app);
}

/* Connections that are not bound have no requests, so these are never called; kept so that no callback is missing. */
static void admit_on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	(void)s;
	(void)pdu;
	(void)arg;
}

static void admit_on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
			     int64_t sent_us, void *arg)
{
	(void)s;
	(void)cookie;
	(void)outcome;
	(void)resp;
	(void)sent_us;
	(void)arg;
}

static void admit_nothing(struct session *s, void *arg)
{
	(void)s;
	(void)arg;
}

static void admit_on_open(struct session *s, void *arg)
{
	(void)s;
	outbind_say(arg);
}

/* An SMSC calls: we bind over its connection when a carrier of ours is called so. */
static void admit_on_outbind(struct session *s, const struct pdu *pdu, void *arg)
{
	struct app *app = arg;
	struct accounts *as = app->as;
	const char *why = "no carrier is called";
	struct carrier *c = NULL;

	admit_note_said(app, pdu->outbind.system_id);
	if (as->carriers != NULL && !as->shutting)
		c = accept_caller(as->carriers, session_peer(s), &pdu->outbind, &why);
	const char *unsafe = c != NULL ? admit_unsafe_carrier(s, c) : NULL;
	if (c != NULL && unsafe == NULL) {
		as->listener.open--;
		admit_forget(app);
		accept_answer(c, s);
		return;
	}
	as->listener.outbinds_refused++;
	if (c == NULL)
		admit_guard_caller_failed(app);
	log_peer_warn(session_name(s), "event=outbind_refused system_id=%s why=\"%s\"", app->said,
		      unsafe != NULL ? unsafe : why);
	session_abort(s, END_OUTBIND_REFUSED);
}

static void admit_log_ended(const struct session *s, enum end_reason reason)
{
	/* a look by a load balancer is not worth a line at level info */
	bool looked_only = reason == END_PEER_CLOSED && session_octets_in(s) == 0;
	enum log_level level = looked_only ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;

	log_peer_write(level, session_name(s), "event=ended reason=%s up_s=0 octets_in=%llu error=\"%s\"",
		       reason_name(reason), (unsigned long long)session_octets_in(s), session_error(s));
}

static void admit_on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct app *app = arg;

	if (app->callee != NULL)
		outbind_ended(app, reason, 0);
	else
		admit_log_ended(s, reason);
	app->as->listener.open--;
	admit_forget(app);
}

const struct session_ops admit_session_ops = {
	.on_open = admit_on_open,
	.on_outbind = admit_on_outbind,
	.on_bind = admit_on_bind,
	.on_bound = admit_nothing,
	.on_request = admit_on_request,
	.on_settled = admit_on_settled,
	.on_room = admit_nothing,
	.on_ended = admit_on_ended,
};

struct app *admit_app_new(struct accounts *as)
{
	struct app *app = mem_zalloc(sizeof(*app));

	app->as = as;
	list_init(&app->of_account);
	list_init(&app->waiting);
	list_init(&app->half_open);
	return app;
}

void admit_app_keep(struct app *app)
{
	list_append(&app->as->apps, &app->link);
	app->as->napps++;
	app->as->listener.open++;
}

/* A connection that is closed before anything is read from it. */
static void admit_shut_out(struct accounts *as, const struct net_addr *peer, uint64_t *counter, enum end_reason reason,
			   const char *why)
{
	/* a look by a load balancer is not worth a line at level warn */
	enum log_level level = reason == END_PEER_CLOSED ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARN;
	char text[64];

	net_print(peer, text);
	++*counter;
	as->listener.session.ended[reason]++;
	log_peer_write(level, text, "event=ended reason=%s connections=%zu why=\"%s\"", reason_name(reason), as->napps,
		       why);
}

void admit_no_header(const struct net_addr *peer, enum end_reason reason, const char *why, void *arg)
{
	struct accounts *as = ((struct door *)arg)->as;

	as->listener.connections++;
	admit_shut_out(as, peer, &as->listener.no_header, reason, why);
}

void admit_known(struct app *app)
{
	crowd_leave(app->as->strangers, app->stranger);
	app->stranger = NULL;
	list_remove(&app->half_open);
}

/*
 * There is no room. Who has been here longest without a bind gives his place, to a customer at once: so those who
 * connect and do not bind, from however many addresses, keep nobody out who does. False: nobody has been here so long.
 */
static bool admit_make_room(struct accounts *as, const struct net_addr *peer, uint64_t *counter)
{
	if (list_empty(&as->half_open))
		return false;
	struct app *oldest = LIST_OF(as->half_open.next, struct app, half_open);
	if (loop_now_ms(as->loop) - oldest->came_ms < ADMIT_SURE_MS && !admit_guard_knows(as, peer))
		return false;
	++*counter;
	admit_known(oldest); /* it goes at the end of the turn */
	session_abort(oldest->session, END_NOT_ALLOWED);
	return true;
}

static bool admit_has_room(struct accounts *as, const struct net_addr *peer)
{
	return as->napps < (size_t)as->limits->max_connections || admit_make_room(as, peer, &as->listener.over_limit);
}

void admit_connection(int fd, const struct net_addr *peer, void *arg)
{
	const struct door *door = arg;
	struct accounts *as = door->as;

	as->listener.connections++;
	if (admit_guard_shut(as, peer)) {
		conn_refuse(as->conns, fd);
		admit_shut_out(as, peer, &as->listener.locked_out, END_NOT_ALLOWED,
			       "the address is locked; smppgwctl lockouts tells for how long");
		return;
	}
	if (files_reserved(fd)) {
		conn_refuse(as->conns, fd);
		(void)admit_make_room(as, peer, &as->listener.over_files); /* for the next one */
		admit_shut_out(as, peer, &as->listener.over_files, END_NOT_ALLOWED,
			       "raise the limit of open files (LimitNOFILE, ulimit -n)");
		return;
	}
	struct crowd_group *stranger = crowd_enter(as->strangers, peer, (size_t)as->limits->max_per_address);
	if (stranger == NULL) {
		conn_refuse(as->conns, fd);
		admit_shut_out(as, peer, &as->listener.over_address, END_NOT_ALLOWED,
			       "too many connections from this address are not bound; see limits.max_per_address");
		return;
	}
	struct app *app = admit_app_new(as);
	app->stranger = stranger;
	if (admit_has_room(as, peer))
		app->session = session_accept(as->sessions, fd, peer, &as->unbound, &admit_session_ops, app,
					      &as->listener.session);
	else
		conn_refuse(as->conns, fd);
	if (app->session == NULL) {
		admit_shut_out(as, peer, &as->listener.over_limit, END_NOT_ALLOWED, "raise limits.max_connections");
		admit_known(app);
		mem_free(app);
		return;
	}
	session_secure(app->session, door->tls);
	app->came_ms = loop_now_ms(as->loop);
	list_append(&as->half_open, &app->half_open);
	admit_app_keep(app);
}
