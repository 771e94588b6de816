/*
 * outbind.c - calls apps: an account with an outbind address that has no bind to receive what waits for it is connected
 * to, told so with outbind, and may answer with a bind on the same connection. What is asked of every bind is
 * admit.c's, the bind's life account.c's. Knows no messages.
 *
 * One call at a time per account. A call that fails, or whose bind ends within OUTBIND_STEADY_US, is followed by a
 * pause.
 */
#include "link/outbind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "link/account_priv.h"

#define OUTBIND_PAUSE_MS     1000
#define OUTBIND_PAUSE_MAX_MS 300000
#define OUTBIND_STEADY_US    10000000

static void outbind_pause(struct account *a)
{
	struct outbind *o = &a->outbind;

	o->pause_ms = o->pause_ms == 0 ? OUTBIND_PAUSE_MS : 2 * o->pause_ms;
	if (o->pause_ms > OUTBIND_PAUSE_MAX_MS)
		o->pause_ms = OUTBIND_PAUSE_MAX_MS;
	if (!a->as->shutting && !a->removed)
		loop_timer(a->as->loop, &o->timer, o->pause_ms);
}

static void outbind_fail(struct account *a, const char *reason, const char *error)
{
	a->stats.outbind_failures++;
	outbind_pause(a);
	log_peer_warn(a->conf->system_id, "event=outbind_failed to=%s reason=%s error=\"%s\" pause_ms=%lld",
		      a->conf->outbind, reason, error, (long long)a->outbind.pause_ms);
}

void outbind_next(struct account *a)
{
	struct outbind *o = &a->outbind;
	struct accounts *as = a->as;
	char name[64];

	if (!o->wanted || o->call != NULL || wheel_isset(&o->timer) || !as->doors.open || as->shutting)
		return;
	struct app *app = admit_app_new(as);
	app->callee = a;
	a->stats.outbinds++;
	if (as->napps < (size_t)as->limits->max_connections)
		app->session = session_call(as->sessions, o->host, o->port, &a->sessions, &admit_session_ops, app,
					    &a->stats.session);
	if (app->session == NULL) {
		mem_free(app);
		outbind_fail(a, reason_name(END_NOT_ALLOWED), "raise limits.max_connections");
		return;
	}
	snprintf(name, sizeof(name), "%s#outbind", a->conf->system_id);
	session_set_name(app->session, name);
	o->call = app;
	admit_app_keep(app);
}

static void outbind_on_timer(struct timer *t)
{
	outbind_next(LIST_OF(t, struct account, outbind.timer));
}

void outbind_init(struct account *a)
{
	a->outbind.timer.fn = outbind_on_timer;
	if (a->conf->outbind != NULL && !net_parse_hostport(a->conf->outbind, a->outbind.host, &a->outbind.port))
		a->outbind.port = 0;
}

void outbind_want(struct account *a)
{
	if (a->removed || a->outbind.wanted || a->outbind.port == 0 || a->receivers > 0)
		return;
	a->outbind.wanted = true;
	outbind_next(a);
}

void outbind_stop(struct account *a)
{
	loop_timer_clear(a->as->loop, &a->outbind.timer);
}

void outbind_say(struct app *app)
{
	const struct account *a = app->callee;

	session_outbind(app->session, a->as->our_system_id,
			a->conf->outbind_password != NULL ? a->conf->outbind_password : "");
}

uint32_t outbind_judge(const struct app *app, const struct pdu *bind)
{
	if (!view_eq(bind->bind.system_id, view_of(app->callee->conf->system_id)))
		return ESME_RINVSYSID;
	return bind->command_id == BIND_TRANSMITTER ? ESME_RINVCMDID : ESME_ROK;
}

void outbind_received(struct account *a)
{
	a->outbind.wanted = false;
}

void outbind_answered(struct app *app)
{
	app->callee->outbind.call = NULL;
}

void outbind_ended(struct app *app, enum end_reason reason, int64_t up_us)
{
	struct account *a = app->callee;

	if (a->outbind.call == app) {
		a->outbind.call = NULL;
		outbind_fail(a, reason_name(reason), session_error(app->session));
	} else if (up_us >= OUTBIND_STEADY_US) {
		a->outbind.pause_ms = 0;
	} else {
		outbind_pause(a);
	}
}
