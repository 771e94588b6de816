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

static bool outbind_wants_tls(const struct account_conf *conf)
{
	return conf->outbind != NULL && *conf->outbind != '\0' && conf->outbind_tls.enable;
}

void outbind_read_tls(const struct account_conf *conf, struct tls_fresh *fresh)
{
	char host[256];
	int64_t port;

	if (outbind_wants_tls(conf) && net_parse_hostport(conf->outbind, host, &port))
		tls_read_client(fresh, &conf->outbind_tls, host, &conf->where);
	else
		*fresh = (struct tls_fresh){.read = true};
}

void outbind_take_tls(struct account *a, struct tls_fresh *fresh)
{
	struct outbind *o = &a->outbind;

	if (!fresh->read)
		outbind_read_tls(a->conf, fresh);
	if (fresh->fault != NULL) {
		log_error(a->conf->system_id, "event=tls_unusable of=outbind_tls why=\"%s\" using=%s", fresh->fault,
			  o->tls != NULL ? "old" : "none");
	} else {
		tls_replace(&o->tls, fresh->context);
		fresh->context = NULL;
	}
	tls_forget_fresh(fresh);
}

void outbind_free(struct account *a)
{
	outbind_stop(a);
	tls_replace(&a->outbind.tls, NULL);
}

/* NULL with *why: it is not called. */
static struct session *outbind_call(struct account *a, struct app *app, const char **why)
{
	struct accounts *as = a->as;
	struct outbind *o = &a->outbind;

	*why = "raise limits.max_connections";
	if (as->napps >= (size_t)as->limits->max_connections)
		return NULL;
	*why = "the files of outbind_tls cannot be used: smppgwd -t says why";
	if (outbind_wants_tls(a->conf) && o->tls == NULL)
		return NULL;
	struct session *s =
		session_call(as->sessions, o->host, o->port, &a->sessions, &admit_session_ops, app, &a->stats.session);
	session_secure(s, o->tls);
	return s;
}

void outbind_next(struct account *a)
{
	struct outbind *o = &a->outbind;
	struct accounts *as = a->as;
	const char *why;
	char name[64];

	if (!o->wanted || o->call != NULL || wheel_isset(&o->timer) || !as->doors.open || as->shutting)
		return;
	struct app *app = admit_app_new(as);
	app->callee = a;
	a->stats.outbinds++;
	app->session = outbind_call(a, app, &why);
	if (app->session == NULL) {
		mem_free(app);
		outbind_fail(a, reason_name(END_NOT_ALLOWED), why);
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
