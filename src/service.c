/*
 * service.c - what the service manager is told of the gateway. Must not know how it is told (base/notify.c), and
 * changes nothing in the gateway.
 */
#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/inherit.h"
#include "base/mem.h"
#include "base/notify.h"
#include "path/flow.h"

#define STARTING_MS 50	  /* between two looks whether apps are let in */
#define STATUS_MS   5000  /* between two looks at how it stands */
#define EXTEND_MS   30000 /* a start may take so long from each look on: a long journal is no fault while it turns */

enum stage { STARTING, READY, ENDING };

struct service {
	struct loop *loop;
	struct notify *notify;
	struct flow *flow;
	struct timer look;
	enum stage stage;
	int64_t extended_ms; /* when the start was given more time */
	bool refused;	     /* the last reload */
	size_t kept_n;
	char kept[INHERIT_MAX][INHERIT_NAME]; /* sockets that the manager keeps, by name */
};

static void tell_status(struct service *s, const struct flow_status *f)
{
	notify_status(s->notify, "%s; store %s; %" PRIu64 " messages, %" PRIu64 " queued%s", flow_phase_name(f->phase),
		      f->store_up ? "up" : "down, submits are refused", f->messages, f->queued,
		      s->refused ? "; the last reload was refused, see the log" : "");
}

static void note_kept(const char *name, void *arg)
{
	struct service *s = arg;
	if (s->kept_n < INHERIT_MAX)
		snprintf(s->kept[s->kept_n++], INHERIT_NAME, "%.*s", (int)INHERIT_NAME - 1, name);
}

static bool is_among(char names[][INHERIT_NAME], size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* What listens no more is let go of: connections to it would wait for ever. */
void service_sockets(struct service *s)
{
	char now[INHERIT_MAX][INHERIT_NAME];
	int fds[INHERIT_MAX];
	size_t n = 0;
	if (!s->notify)
		return;
	size_t open = inherit_listening(fds, INHERIT_MAX);
	for (size_t i = 0; i < open; i++) {
		if (inherit_name(fds[i], now[n]))
			notify_keep(s->notify, fds[i], now[n++]);
	}
	for (size_t i = 0; i < s->kept_n; i++) {
		if (!is_among(now, n, s->kept[i]))
			notify_let_go(s->notify, s->kept[i]);
	}
	memcpy(s->kept, now, n * sizeof(now[0]));
	s->kept_n = n;
}

bool service_keeps_sockets(const struct service *s)
{
	return s->notify != NULL;
}

static void ask_for_time(struct service *s)
{
	int64_t now = loop_now_ms(s->loop);
	if (s->extended_ms != 0 && now - s->extended_ms < EXTEND_MS / 3)
		return;
	s->extended_ms = now;
	notify_extend(s->notify, EXTEND_MS);
}

static void on_look(struct timer *t)
{
	struct service *s = LIST_OF(t, struct service, look);
	struct flow_status f;
	flow_status(s->flow, &f);
	if (s->stage == STARTING && f.listening) {
		s->stage = READY;
		service_sockets(s);
		notify_ready(s->notify);
	} else if (s->stage == STARTING) {
		ask_for_time(s);
	}
	tell_status(s, &f);
	loop_timer(s->loop, t, s->stage == STARTING ? STARTING_MS : STATUS_MS);
}

struct service *service_new(struct loop *l)
{
	struct service *s = mem_zalloc(sizeof(*s));
	s->loop = l;
	s->look.fn = on_look;
	s->notify = notify_new(l);
	inherit_from_environment(note_kept, s);
	return s;
}

void service_free(struct service *s)
{
	if (!s)
		return;
	loop_timer_clear(s->loop, &s->look);
	notify_free(s->notify);
	mem_free(s);
}

void service_watch(struct service *s, struct flow *f)
{
	s->flow = f;
	if (s->notify)
		loop_timer(s->loop, &s->look, 0);
}

/* While it starts or leaves, that is the state; a reload does not end it. */
void service_reloading(struct service *s)
{
	if (s->stage == READY)
		notify_reloading(s->notify);
}

void service_reloaded(struct service *s, bool ok)
{
	s->refused = !ok;
	if (s->stage == READY) {
		notify_ready(s->notify);
		loop_timer(s->loop, &s->look, 0);
	}
}

void service_leaving(struct service *s)
{
	s->stage = ENDING;
	notify_stopping(s->notify);
}

void service_failed(struct service *s, const char *why)
{
	if (!s)
		return; /* a gateway that is only asked for its tables */
	s->stage = ENDING;
	loop_timer_clear(s->loop, &s->look);
	inherit_end();
	service_sockets(s);
	notify_status(s->notify, "failed: %s", why);
}
