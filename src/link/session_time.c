/*
 * session_time.c - the deadlines of a session, one row each, over one timer (smpp.md 6). Knows nothing of what PDUs
 * mean.
 *
 * The timer is lazy: it is set to the earliest deadline and looks again when it fires, so that a PDU costs no timer.
 */
#include "link/session_priv.h"

static int64_t bind_due(struct session *s)
{
	bool open = s->state == SESSION_OPEN || s->state == SESSION_BINDING;

	if (!open || (s->holds & HOLD_JUDGE) != 0)
		return INT64_MAX;
	return s->refused && s->refused_until_us < s->bind_until_us ? s->refused_until_us : s->bind_until_us;
}

static void bind_act(struct session *s)
{
	session_finish(s, s->refused ? END_BIND_REFUSED : END_BIND_TIMEOUT);
}

static int64_t partial_due(struct session *s)
{
	return s->partial_us != 0 && s->holds == 0 ? s->partial_us + s->conf->partial_ms * SESSION_US_PER_MS
						   : INT64_MAX;
}

static void partial_act(struct session *s)
{
	session_close(s, END_PARTIAL_PDU);
}

static int64_t answer_due(struct session *s)
{
	int64_t oldest = s->out != NULL ? window_oldest_us(s->out) : INT64_MAX;

	return oldest != INT64_MAX ? oldest + s->conf->response_ms * SESSION_US_PER_MS : INT64_MAX;
}

static void answer_act(struct session *s)
{
	int64_t limit = session_now(s) - s->conf->response_ms * SESSION_US_PER_MS;
	uint64_t cookie;

	for (unsigned told = 0; s->state != SESSION_ENDING && window_expire(s->out, limit, &cookie); told++) {
		s->stats->timeouts++;
		s->ops->on_settled(s, cookie, SESSION_TIMEOUT, NULL, 0, s->arg);
		if (told + 1 >= SESSION_TOLD_LEAST && loop_is_long(s->hub->loop))
			break; /* the others are still due: session_time_arm() has the timer fire again */
	}
	if (s->state == SESSION_ENDING)
		return;
	session_answered(s);
	if (s->state != SESSION_ENDING)
		session_offer_room(s);
}

static int64_t enquire_due(struct session *s)
{
	int64_t heard = conn_last_input_us(s->conn);

	if (!session_is_bound(s) || s->conf->enquire_link_ms <= 0 || s->holds != 0 || s->enquire_us != 0)
		return INT64_MAX;
	return (heard > s->life_us ? heard : s->life_us) + s->conf->enquire_link_ms * SESSION_US_PER_MS;
}

static int64_t silent_due(struct session *s)
{
	/* while we do not read, its answer may wait in the socket */
	if (s->state == SESSION_ENDING || s->holds != 0 || s->enquire_us == 0)
		return INT64_MAX;
	return s->enquire_us + s->conf->response_ms * SESSION_US_PER_MS;
}

static void silent_act(struct session *s)
{
	session_close(s, conn_choked(s->conn) ? END_SLOW_READER : END_SILENT);
}

static int64_t probe_due(struct session *s)
{
	return session_probing(s) && s->holds == 0 ? s->probe_until_us : INT64_MAX;
}

static void probe_act(struct session *s)
{
	session_close(s, END_DISPLACED);
}

static int64_t leave_due(struct session *s)
{
	return s->leave_until_us != 0 && s->state != SESSION_ENDING ? s->leave_until_us : INT64_MAX;
}

static void leave_act(struct session *s)
{
	if (s->peer_unbinds) {
		session_put_header(s, UNBIND | COMMAND_RESP, ESME_ROK, s->peer_unbind_sequence);
		session_finish(s, END_PEER_UNBOUND);
	} else if (s->leaving) {
		session_send_unbind(s);
	} else {
		session_close(s, s->end_reason);
	}
}

static int64_t flood_due(struct session *s)
{
	return (s->holds & HOLD_FLOOD) != 0 ? s->enquires_second_us + 1000 * SESSION_US_PER_MS : INT64_MAX;
}

static void flood_act(struct session *s)
{
	s->enquires = 0;
	session_set_hold(s, HOLD_FLOOD, false);
}

static const struct deadline {
	int64_t (*due_us)(struct session *s); /* INT64_MAX: does not run now */
	void (*act)(struct session *s);
} deadlines[] = {
	{bind_due, bind_act},	  {partial_due, partial_act},	       {answer_due, answer_act}, {probe_due, probe_act},
	{silent_due, silent_act}, {enquire_due, session_send_enquire}, {leave_due, leave_act},	 {flood_due, flood_act},
};

#define DEADLINES (sizeof(deadlines) / sizeof(deadlines[0]))

void session_time_arm(struct session *s)
{
	int64_t now = session_now(s), next = INT64_MAX;

	if (s->state == SESSION_ENDING || s->state == SESSION_CONNECTING)
		return;
	for (size_t i = 0; i < DEADLINES; i++) {
		int64_t due = deadlines[i].due_us(s);
		if (due < next)
			next = due;
	}
	if (next >= s->armed_us)
		return;
	s->armed_us = next;
	int64_t wait_us = next > now ? next - now : 0;
	loop_timer(s->hub->loop, &s->timer, (wait_us + SESSION_US_PER_MS - 1) / SESSION_US_PER_MS);
}

void session_time_fire(struct timer *t)
{
	struct session *s = LIST_OF(t, struct session, timer);

	s->armed_us = INT64_MAX;
	for (size_t i = 0; i < DEADLINES && s->state != SESSION_ENDING; i++) {
		if (deadlines[i].due_us(s) <= session_now(s))
			deadlines[i].act(s);
	}
	session_time_arm(s);
}
