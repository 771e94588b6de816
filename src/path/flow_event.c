/*
 * flow_event.c - what a message's life tells as events: read here out of messages, written by event.h, stored by
 * store_event.h. Changes nothing but what has been said. Must not know how lines are stored or posted, nor why
 * something happened.
 */
#include "path/flow_priv.h"

#include <string.h>

#include "base/mem.h"
#include "path/event.h"
#include "path/event_post.h"
#include "path/store_event.h"

#define WALK_SLICE  1000u /* messages looked at in one turn: well below a millisecond */
#define WALK_MAX_MS 60000 /* for all of them; a quarter of events.late when that is less */

struct events { /* flow.events */
	struct flow *flow;
	struct event_log *log;
	struct event_post *post; /* NULL: not made yet */
	struct event_clock clock;
	bool mask;
	int64_t late_ms;   /* 0: nothing is late */
	struct timer walk; /* looks for what is late */
	uint32_t at;	   /* of the walk */
	struct {
		uint64_t kinds[EVENTS];
	} counters;
};

#define KIND(e, name)                                                                                                  \
	{                                                                                                              \
		"smppgw_events_total", "Events, by name.", STATS_COUNTER, (e) * sizeof(uint64_t), "event", name        \
	}
static const struct stats_row stat_rows[] = {
	KIND(EVENT_ACCEPTED, "accepted"),
	KIND(EVENT_REFUSED, "refused"),
	KIND(EVENT_HELD, "held"),
	KIND(EVENT_REVIEW, "review"),
	KIND(EVENT_SENT, "sent"),
	KIND(EVENT_RETRIED, "retried"),
	KIND(EVENT_DOUBT, "doubt"),
	KIND(EVENT_LATE, "late"),
	KIND(EVENT_DELIVERED, "delivered"),
	KIND(EVENT_FAILED, "failed"),
	KIND(EVENT_EXPIRED, "expired"),
	KIND(EVENT_DELETED, "deleted"),
	KIND(EVENT_UNKNOWN, "unknown"),
	KIND(EVENT_REPLIED, "replied"),
	KIND(EVENT_OPTED_OUT, "opted_out"),
	KIND(EVENT_OPTED_IN, "opted_in"),
	KIND(EVENT_COMPLAINED, "complained"),
	KIND(EVENT_CONFIRMED, "confirmed"),
	KIND(EVENT_CAMPAIGN_PAUSED, "campaign_paused"),
	KIND(EVENT_CAMPAIGN_RESUMED, "campaign_resumed"),
	KIND(EVENT_CAMPAIGN_CANCELLED, "campaign_cancelled"),
};
_Static_assert(sizeof(stat_rows) / sizeof(stat_rows[0]) == EVENTS, "a counter for each event");

/* --- what an event says --- */

static bool wants(const struct flow *f, enum event_kind kind)
{
	return f->event_set >> kind & 1u;
}

static struct view carrier_view(const struct flow *f, uint16_t carrier)
{
	return carrier == MSG_NO_CARRIER ? FLOW_NOTHING : view_of(carrier_name(carriers_at(f->carriers, carrier)));
}

static void read_pdu(const struct pdu *pdu, struct event *e)
{
	struct flow_about x = {.read = true};
	flow_about_pdu(pdu, &x);
	e->number = x.number;
	e->code = x.code;
	e->campaign = x.campaign;
	e->variant = x.variant;
	e->group = x.group;
}

static void read_message(const struct flow *f, const struct msg *m, struct flow_about *x, struct event *e)
{
	flow_about(f, m, x);
	e->id = x->id;
	e->msg = x->msg;
	e->account = x->account;
	e->class_name = x->class_name;
	e->attempts = m->attempts > 1 ? m->attempts : 0;
	e->parts = x->parts;
	e->carrier = carrier_view(f, m->carrier);
	e->verdict = x->verdict;
	e->number = x->number;
	e->code = x->code;
	e->campaign = x->campaign;
	e->variant = x->variant;
	e->group = x->group;
}

static void say(struct flow *f, struct event *e)
{
	struct events *x = f->events;
	e->at_ms = loop_wall_ms(f->loop);
	e->mask = x->mask;
	x->counters.kinds[e->kind]++;
	event_write(e, &x->clock, event_log_room(x->log));
	event_log_line(x->log);
}

/* A text of ours, or what is on its way to an app, is nobody's message; events of some are not wanted. */
static bool is_silent(const struct flow *f, const struct msg *m)
{
	return m->internal || !flow_is_message(m) || (m->volatile_ && !f->event_unstored);
}

/* --- a message --- */

void flow_event(struct flow *f, struct msg *part, enum event_kind kind, struct flow_about *x)
{
	struct event e = {.kind = kind};
	if (!wants(f, kind))
		return;
	const struct msg *m = msg_whole(f->msgs, part);
	if (is_silent(f, m))
		return;
	read_message(f, m, x, &e);
	if (part->carrier != MSG_NO_CARRIER)
		e.carrier = carrier_view(f, part->carrier);
	if (kind == EVENT_HELD)
		e.due_ms = m->due_ms;
	say(f, &e);
}

void flow_event_held(struct flow *f, struct msg *m, struct flow_about *x)
{
	flow_event(f, m, EVENT_HELD, x);
}

/* Short, because there is one for each message: whose it is stands in accepted and in its end. */
__attribute__((noinline)) static void say_sent(struct flow *f, const struct msg *part, const struct msg *m)
{
	struct event e = {.kind = EVENT_SENT, .carrier = carrier_view(f, part->carrier), .parts = m->parts};
	e.id = m->aliased ? msg_app_id(m) : m->id;
	e.msg = m->aliased ? m->id : 0;
	e.account = view_of(account_name(accounts_at(f->accounts, m->account)));
	e.attempts = part->attempts > 1 ? part->attempts : 0;
	say(f, &e);
}

void flow_event_sent(struct flow *f, struct msg *part, struct msg *m)
{
	if (wants(f, EVENT_SENT) && !is_silent(f, m) && m->account != MSG_NO_ACCOUNT)
		say_sent(f, part, m);
}

static enum event_kind end_of(uint8_t state)
{
	switch ((enum message_state)state) {
	case STATE_DELIVERED:
		return EVENT_DELIVERED;
	case STATE_EXPIRED:
		return EVENT_EXPIRED;
	case STATE_DELETED:
		return EVENT_DELETED;
	case STATE_UNKNOWN:
		return EVENT_UNKNOWN;
	default:
		return EVENT_FAILED;
	}
}

__attribute__((noinline)) static void say_end(struct flow *f, enum event_kind kind, const struct msg *m,
					      enum finish how, const struct words *w, struct flow_about *x)
{
	struct event e = {.kind = kind, .stat = w->stat, .err = w->err};
	read_message(f, m, x, &e);
	if (kind == EVENT_DELIVERED)
		e.class_name = e.code = FLOW_NOTHING;
	if (kind == EVENT_FAILED)
		e.state = view_of(receipt_stat_name((enum message_state)m->final_state));
	if (strcmp(finish_name(how), event_name(kind)) != 0)
		e.how = view_of(finish_name(how));
	say(f, &e);
}

void flow_event_end(struct flow *f, struct msg *m, enum finish how, const struct words *w, struct flow_about *x)
{
	enum event_kind kind = end_of(m->final_state);
	if (wants(f, kind) && !is_silent(f, m))
		say_end(f, kind, m, how, w, x);
}

void flow_event_retried(struct flow *f, struct msg *part, uint16_t carrier, const struct words *w, struct flow_about *x)
{
	struct event e = {.kind = EVENT_RETRIED, .stat = w->stat, .err = w->err};
	if (!wants(f, EVENT_RETRIED))
		return;
	const struct msg *m = msg_whole(f->msgs, part);
	if (is_silent(f, m))
		return;
	read_message(f, m, x, &e);
	e.carrier = carrier_view(f, carrier);
	e.attempts = part->attempts;
	e.fault = view_of(fault_name((enum fault)part->fault));
	say(f, &e);
}

/* --- a submit that is no message --- */

void flow_event_answered(struct flow *f, struct msg *m, uint32_t status, struct flow_about *x)
{
	enum event_kind kind = status ? EVENT_REFUSED : EVENT_ACCEPTED;
	if (!wants(f, kind) || is_silent(f, m))
		return;
	struct event e = {.kind = kind};
	read_message(f, m, x, &e);
	if (status) {
		e.status = view_of(status_name(status));
		if (f->refused_by)
			e.verdict = view_of(f->refused_by);
	}
	say(f, &e);
}

void flow_event_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status,
			const char *why)
{
	struct event e = {.kind = EVENT_REFUSED,
			  .account = view_of(account_name(a)),
			  .status = view_of(status_name(status)),
			  .text = view_of(why)};
	if (!wants(f, EVENT_REFUSED))
		return;
	if (f->refused_by)
		e.verdict = view_of(f->refused_by);
	read_pdu(pdu, &e);
	say(f, &e);
}

/* --- a phone --- */

void flow_event_reply(struct flow *f, const struct reply_event *what)
{
	const struct store_last *to = what->original;
	struct event e = {.kind = what->kind,
			  .account = view_of(account_name(accounts_at(f->accounts, what->account))),
			  .number = {(const uint8_t *)what->from->digits, what->from->n},
			  .code = view_of(what->code),
			  .carrier = view_of(what->carrier),
			  .original = to->id,
			  .text = what->text};
	if (to->id) {
		e.class_name = to->class_name;
		e.campaign = to->campaign;
		e.variant = to->variant;
		e.group = to->group;
	}
	if (wants(f, what->kind))
		say(f, &e);
}

void flow_event_campaign(struct flow *f, enum event_kind kind, struct view account, struct view campaign,
			 const char *why)
{
	struct event e = {.kind = kind, .account = account, .campaign = campaign, .text = view_of(why)};
	if (wants(f, kind))
		say(f, &e);
}

/* --- what is late --- */

/* When a carrier was given it; of what was found at start that is not known, and it is taken for later. */
static int64_t since(const struct msg *m)
{
	int64_t hour = store_slot_over_ms(m->slot) - (store_slot_over_ms(1) - store_slot_over_ms(0));
	if (m->sent_ms)
		return m->sent_ms;
	return hour > ids_time_ms(m->id) ? hour : ids_time_ms(m->id);
}

static void look(struct msg *m, void *arg)
{
	struct events *x = arg;
	struct flow *f = x->flow;
	if (m->state != MSG_AWAITING || since(m) + x->late_ms > loop_wall_ms(f->loop))
		return;
	struct msg *whole = msg_whole(f->msgs, m);
	if (whole->late || is_silent(f, whole))
		return;
	whole->late = true;
	flow_tell_late(f, m);
	if (!m->volatile_ && m->cid_len)
		flow_store_cid(f, m); /* marked: it is not said again after a restart */
}

static int64_t pause_ms(const struct events *x)
{
	int64_t all = x->late_ms / 4 < WALK_MAX_MS ? x->late_ms / 4 : WALK_MAX_MS;
	int64_t slice = all / (msgs_count(x->flow->msgs) / WALK_SLICE + 1);
	return slice > 1 ? slice : 1;
}

static void on_walk(struct timer *t)
{
	struct events *x = LIST_OF(t, struct events, walk);
	struct flow *f = x->flow;
	if (f->phase == FLOW_RUNNING && !msgs_slice(f->msgs, &x->at, WALK_SLICE, look, x))
		x->at = 0;
	loop_timer(f->loop, t, pause_ms(x));
}

/* --- the room --- */

void flow_events_init(struct flow *f)
{
	struct events *x = mem_zalloc(sizeof(*x));
	x->flow = f;
	x->log = event_log_new(f->loop, f->stats);
	x->walk.fn = on_walk;
	f->events = x;
	stats_add(f->stats, stat_rows, EVENTS, &x->counters, NULL, NULL, NULL);
}

void flow_events_use(struct flow *f)
{
	const struct events_conf *conf = f->conf.events;
	struct events *x = f->events;
	uint32_t stream = 0, posted = 0;
	const char *bad;
	event_log_use(x->log, f->store);
	if (!x->post)
		x->post = event_post_new(f->loop, f->webhooks, f->store, f->conf.node, f->stats);
	if (!conf || !event_set(&conf->stream, &stream, &bad) || !event_set(&conf->webhook_events, &posted, &bad)) {
		f->event_set = 0;
		event_post_use(x->post, "", 0);
		return;
	}
	event_post_use(x->post, conf->webhook, posted);
	f->event_set = *conf->webhook ? stream | posted : stream;
	event_log_keep(x->log, conf->length);
	x->mask = conf->mask;
	f->event_unstored = conf->unstored;
	x->late_ms = wants(f, EVENT_LATE) ? conf->late * 1000 : 0;
	loop_timer_clear(f->loop, &x->walk);
	if (x->late_ms)
		loop_timer(f->loop, &x->walk, pause_ms(x));
}

void flow_events_store_up(struct flow *f)
{
	event_log_up(f->events->log);
	event_post_up(f->events->post);
}

void flow_events_stop(struct flow *f)
{
	event_post_use(f->events->post, "", 0);
}

bool flow_events_quiet(const struct flow *f)
{
	return event_log_quiet(f->events->log);
}

void flow_events_free(struct flow *f)
{
	struct events *x = f->events;
	stats_drop(f->stats, &x->counters);
	loop_timer_clear(f->loop, &x->walk);
	event_log_free(x->log);
	event_post_free(x->post);
	mem_free(x);
}

static bool has_webhook(const struct flow_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->webhooks_n; i++) {
		if (strcmp(conf->webhooks[i].name, name) == 0)
			return true;
	}
	return false;
}

void flow_check_events(const struct flow_conf *all, char **errors)
{
	const struct events_conf *conf = all->events;
	uint32_t set;
	const char *bad;
	if (conf && *conf->webhook && !has_webhook(all, conf->webhook))
		conf_fault(errors, &conf->where, "events.webhook \"%s\" is not in webhooks", conf->webhook);
	if (conf && (!event_set(&conf->stream, &set, &bad) || !event_set(&conf->webhook_events, &set, &bad)))
		conf_fault(errors, &conf->where, "events: \"%.60s\" is no event; doc/configuration.md lists them", bad);
}
