/*
 * admit_crypt.c - binds whose password costs a crypt(3): in which order they get one, how fast, and what becomes of it
 * when the connection, the account or its password is another one by the time it is there. The crypt is hasher.c's.
 *
 * Whoever floods the door with wrong passwords must not hold up those who know theirs. So crypts go first to friends
 * (as guard.h has it), then to addresses of which no failure is known, and only each fourth to the others ahead of
 * these; an address that is locked when its turn comes gets none. One at a time is given to the thread, and only when
 * its turn has come, so that the order is kept until then. Who goes while his is run has had his try: it counts.
 */
#include <stdio.h>
#include <string.h>
#include "link/account_priv.h"

#define CRYPT_PACE_MS 10  /* at most one is begun in so long */
#define CRYPT_UNHEARD 250 /* binds in a turn that are refused without one */

enum settled { SETTLED_REFUSED, SETTLED_JUDGED, SETTLED_BEGUN };

static void on_told(bool right, void *arg);

static bool any_waits(const struct admit_crypts *c)
{
	for (size_t i = 0; i < GUARD_STANDINGS; i++) {
		if (!list_empty(&c->waiting[i]))
			return true;
	}
	return false;
}

/* The next one begins as soon as it may. */
static void arm(struct accounts *as)
{
	struct admit_crypts *c = &as->crypts;
	int64_t wait_ms = c->begun_ms + CRYPT_PACE_MS - loop_now_ms(as->loop);

	if (!c->busy && any_waits(c) && !wheel_isset(&c->timer))
		loop_timer(as->loop, &c->timer, wait_ms > 0 ? wait_ms : 0);
}

static void wait_in_line(struct app *app)
{
	list_append(&app->as->crypts.waiting[admit_guard_standing(app)], &app->waiting);
	arm(app->as);
}

void admit_crypt_wait(struct app *app, struct view password)
{
	app->wait = APP_WAITS_CRYPT;
	app->password_n = password.n;
	app->password = mem_strndup(password.p, password.n);
	wait_in_line(app);
}

void admit_crypt_leave(struct app *app)
{
	struct admit_crypts *c = &app->as->crypts;

	list_remove(&app->waiting);
	if (app->password != NULL)
		explicit_bzero(app->password, app->password_n);
	mem_free(app->password);
	app->password = NULL;
	if (c->app != app)
		return;
	c->app = NULL;
	admit_guard_note(app, &c->gone);
}

/* Whose turn it is. How one stands may have changed since: then it goes behind those who stand so. */
static struct app *next(struct admit_crypts *c)
{
	static const enum guard_standing orders[2][GUARD_STANDINGS] = {
		{GUARD_FRIEND, GUARD_UNKNOWN, GUARD_HAS_FAILED},
		{GUARD_FRIEND, GUARD_HAS_FAILED, GUARD_UNKNOWN},
	};
	const enum guard_standing *order = orders[c->begun % 4 == 3];

	for (size_t i = 0; i < GUARD_STANDINGS; i++) {
		struct list *waits = &c->waiting[order[i]];
		while (!list_empty(waits)) {
			struct app *app = LIST_OF(waits->next, struct app, waiting);
			enum guard_standing standing = admit_guard_standing(app);
			if (standing == order[i] || order[i] != GUARD_UNKNOWN)
				return app;
			list_remove(&app->waiting);
			list_append(&c->waiting[standing], &app->waiting);
		}
	}
	return NULL;
}

static struct view password_of(const struct app *app)
{
	return (struct view){(const uint8_t *)app->password, app->password_n};
}

static void begin(struct app *app, const char *hash, bool own)
{
	struct accounts *as = app->as;
	struct admit_crypts *c = &as->crypts;

	list_remove(&app->waiting);
	c->begun++;
	c->begun_ms = loop_now_ms(as->loop);
	as->listener.crypts++;
	c->busy = true;
	c->app = app;
	c->hash = mem_strdup(hash);
	c->own = own;
	hasher_ask(c->hasher, hash, password_of(app), on_told, as);
}

/* Where any account has a hash, every wrong bind costs one crypt: its time tells nothing. */
static enum settled settle(struct app *app)
{
	const struct auth *auth = admit_auth(app);

	app->why = admit_guard_refuses(app);
	if (app->why != NULL) {
		admit_turn_away(app);
		return SETTLED_REFUSED;
	}
	/* it may have been proven by another bind, or be another one by a reload */
	bool right = auth != NULL && auth_compare(auth, password_of(app)) == AUTH_RIGHT;
	bool own = auth != NULL && auth_is_hash(auth->secret);
	const char *hash = own ? auth->secret : admit_any_hash(app->as);
	if (right || hash == NULL) {
		admit_judged(app, right);
		return SETTLED_JUDGED;
	}
	begin(app, hash, own);
	return SETTLED_BEGUN;
}

static void on_timer(struct timer *t)
{
	struct accounts *as = LIST_OF(t, struct accounts, crypts.timer);
	enum settled settled = SETTLED_REFUSED;
	struct app *app = NULL;

	for (int i = 0; i < CRYPT_UNHEARD && settled == SETTLED_REFUSED && (app = next(&as->crypts)) != NULL; i++)
		settled = settle(app);
	arm(as);
}

/* The crypt of its password is there. */
static void answer(struct app *app, bool right, bool own, const char *hash)
{
	struct auth *auth = admit_auth(app);

	if (auth != NULL && auth_compare(auth, password_of(app)) == AUTH_RIGHT) {
		right = true;
	} else if (own && auth != NULL && strcmp(auth->secret, hash) != 0) {
		wait_in_line(app); /* a reload has given it another password */
		return;
	} else {
		right = right && own && auth != NULL;
		if (right)
			auth_prove(auth, password_of(app));
	}
	if (!right || session_state(app->session) == SESSION_OPEN) /* else it is ending, and is told of by that */
		admit_judged(app, right);
}

static void on_told(bool right, void *arg)
{
	struct accounts *as = arg;
	struct admit_crypts *c = &as->crypts;
	struct app *app = c->app;
	char *hash = c->hash;

	c->busy = false;
	c->app = NULL;
	c->hash = NULL;
	if (app != NULL)
		answer(app, right, c->own, hash);
	else if (!right || !c->own)
		admit_guard_gone_failed(as, &c->gone);
	explicit_bzero(hash, strlen(hash));
	mem_free(hash);
	arm(as);
}

size_t admit_crypts_waiting(const struct accounts *as)
{
	size_t n = as->crypts.busy;

	for (size_t i = 0; i < GUARD_STANDINGS; i++) {
		LIST_EACH(node, &as->crypts.waiting[i])
			n++;
	}
	return n;
}

void admit_crypts_init(struct accounts *as)
{
	struct admit_crypts *c = &as->crypts;

	for (size_t i = 0; i < GUARD_STANDINGS; i++)
		list_init(&c->waiting[i]);
	c->begun_ms = loop_now_ms(as->loop) - CRYPT_PACE_MS;
	c->timer.fn = on_timer;
	c->hasher = hasher_new(as->loop);
}

void admit_crypts_free(struct accounts *as)
{
	struct admit_crypts *c = &as->crypts;

	loop_timer_clear(as->loop, &c->timer);
	hasher_free(c->hasher);
	if (c->hash != NULL)
		explicit_bzero(c->hash, strlen(c->hash));
	mem_free(c->hash);
}
