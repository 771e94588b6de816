/*
 * flow_end.c - the last part of the order of life: the one end of a message, its receipt stored and delivered, and
 * forgetting. Must not know routes, queues or how a receipt was matched.
 */
#include "path/flow_priv.h"

#include "base/log.h"

/* --- the end --- */

static bool wants_receipt(const struct flow *f, const struct msg *m)
{
	unsigned asked = m->registered & 3u;
	if (m->parts && m->account != MSG_NO_ACCOUNT &&
	    account_conf(accounts_at(f->accounts, m->account))->receipts == ACCOUNT_RECEIPT_PART)
		return false; /* its parts had theirs */
	return !m->internal && (asked == 1 || (asked == 2 && m->final_state != STATE_DELIVERED));
}

static void note_end(struct flow *f, struct msg *m, enum finish how, const struct words *w)
{
	char id[IDS_DIGITS + 1];
	f->counters.finished[how]++;
	if (!log_on(how == FINISH_DELIVERED ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO))
		return;
	ids_print(m->id, id);
	log_peer_write(how == FINISH_DELIVERED ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, id,
		       "event=finished how=%s state=%s account=%s carrier=%s attempts=%u stat=%.*s err=%.*s%s%s",
		       finish_name(how), receipt_stat_name((enum message_state)m->final_state),
		       flow_account_name(f, m->account),
		       m->carrier == MSG_NO_CARRIER ? "-" : carrier_name(carriers_at(f->carriers, m->carrier)),
		       m->attempts, (int)w->stat.n, (const char *)w->stat.p, (int)w->err.n, (const char *)w->err.p,
		       m->verdict ? " verdict=" : "",
		       m->verdict ? policy_verdict_of((enum policy_id)m->verdict).name : "");
}

/* For query_sm. */
static void remember_end(struct flow *f, const struct msg *m, const struct words *w)
{
	if (m->internal || m->account == MSG_NO_ACCOUNT)
		return;
	struct finished_entry e = {.id = msg_app_id(m),
				   .done_ms = w->done_ms ? w->done_ms : loop_wall_ms(f->loop),
				   .state = m->final_state,
				   .error = flow_error_code(w->err),
				   .check = m->check};
	finished_add(f->finished, &e);
}

/* The final record: what its receipt needs. False without memory: the accepted one stays and the end is tried again. */
static bool make_final_record(struct flow *f, struct msg *m, const struct words *w)
{
	struct record r;
	/* in the store a final record is short; one that stays here is not worth the work */
	size_t n = m->volatile_ ? 0 : relay_shorten(m, f->frame, sizeof(f->frame));
	msg_record(m, &r);
	if (n)
		r.frame = (struct view){f->frame, (uint32_t)n};
	r.kind = RECORD_FINAL;
	r.final_state = m->final_state;
	r.attempts = m->attempts;
	r.verdict = m->verdict;
	r.done_ms = w->done_ms ? w->done_ms : loop_wall_ms(f->loop);
	r.stat = w->stat;
	r.err = w->err;
	if (m->carrier != MSG_NO_CARRIER)
		r.via = view_of(carrier_name(carriers_at(f->carriers, m->carrier)));
	return msg_set_record(f->msgs, m, &r) == 0;
}

/* Mode 2, and no carrier has taken it: the app's answer tells the end, and no receipt follows (smpp.md 7). */
static void answer_unsent(struct flow *f, struct msg *m, uint32_t status)
{
	if (account_conf(accounts_at(f->accounts, m->account))->plain_status)
		status = status_plain(status);
	flow_answer_app(f, m, status);
	m->registered = 0;
}

/* The one end of a message. m is in no list. state counts for FINISH_FAILED, else the finish's own. */
void flow_finish(struct flow *f, struct msg *m, enum finish how, enum message_state state, const struct words *words)
{
	static const struct words none;
	const struct words *w = words ? words : &none;
	flow_redo_none(m);
	loop_timer_clear(f->loop, &m->timer);
	flow_ask_left(f, m);
	m->asking = m->gathering = false;
	flow_taken(f, m);
	m->final_state = (uint8_t)(how == FINISH_FAILED ? state : finish_state(how));
	if (m->kin_kind == KIN_PART) {
		flow_part_ended(f, m, how, w);
		return;
	}
	if (how == FINISH_DELIVERED)
		flow_network_right(f, m);
	flow_policy_ended(f, m, how);
	flow_campaign_ended(f, m, how);
	flow_brake_ended(f, m, how);
	note_end(f, m, how, w);
	flow_tell_end(f, m, how, w);
	remember_end(f, m, w);
	flow_pay(f, m);
	if (flow_id_is_over(m))
		match_end(f->match, m);
	if (m->forward && m->peer && finish_status(how))
		answer_unsent(f, m,
			      how == FINISH_POLICY && m->verdict ? policy_verdict_of(m->verdict).status
								 : finish_status(how));
	if (!wants_receipt(f, m)) {
		flow_leave(f, m);
		return;
	}
	if (!make_final_record(f, m, w))
		log_error("-",
			  "event=no_memory id=%llu what=final_record action=\"the receipt lacks the carrier's words\"",
			  (unsigned long long)m->id);
	flow_close(f, m);
}

static void closed(struct flow *f, struct msg *m, bool ok)
{
	bool comes_again = !ok && m->note && m->peer;
	flow_answer_stored(f, m, ok);
	if (comes_again) { /* with its carrier, each time: only one that can be stored is worth a record */
		flow_doubt(f, m->id);
		flow_drop(f, m);
	} else if (!ok) {
		flow_redo_later(f, m, REDO_CLOSE);
	} else {
		flow_settle(f, m); /* also when its carrier's id never got there */
		flow_deliver(f, m);
	}
}

static void on_closed(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	closed(f, msgs_get(f->msgs, token), ok);
}

void flow_deliver(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_DELIVERING);
	outbox_put(f->outbox, m);
}

void flow_close(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_CLOSING);
	if (m->volatile_)
		closed(f, m, true);
	else if (store_journal_put(f->store, m->id, (struct view){m->rec, m->rec_len}, on_closed, m->handle) < 0)
		closed(f, m, false);
}

static void left(struct flow *f, struct msg *m, bool ok)
{
	flow_answer_stored(f, m, ok);
	if (ok)
		flow_drop(f, m);
	else
		flow_redo_later(f, m, REDO_LEAVE);
}

static void on_left(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	left(f, msgs_get(f->msgs, token), ok);
}

void flow_forget_id(struct flow *f, const struct msg *m, struct view cid)
{
	if (!cid.n || m->carrier == MSG_NO_CARRIER || m->volatile_)
		return;
	if (store_receipt_del(f->store, carrier_name(carriers_at(f->carriers, m->carrier)), m->slot, cid) < 0)
		log_debug("-", "event=receipt_entry_left id=%llu reason=\"store away; it expires\"",
			  (unsigned long long)m->id);
}

static void forget_leg(struct flow *f, struct msg *m)
{
	struct view cid = {(const uint8_t *)m->cid, m->cid_len};
	flow_unmark(f, m);
	if (cid.n && m->carrier != MSG_NO_CARRIER && !m->volatile_)
		match_note_ended(f->match, m->carrier, cid);
	flow_forget_id(f, m, cid);
}

/* The carrier ids of all its submits. */
static void forget_receipt(struct flow *f, struct msg *m)
{
	forget_leg(f, m);
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k))
		forget_receipt(f, k);
}

/* Out of the store, then out of memory. */
void flow_leave(struct flow *f, struct msg *m)
{
	int started;
	flow_set_state(f, m, MSG_LEAVING);
	if (m->from_backlog) {
		struct record r;
		msg_record(m, &r);
		started = store_backlog_del(f->store, r.account, (struct view){(const uint8_t *)m->cid, m->cid_len},
					    on_left, m->handle);
	} else if (m->volatile_) {
		left(f, m, true);
		return;
	} else {
		started = store_journal_del(f->store, m->id, on_left, m->handle);
		forget_receipt(f, m);
	}
	if (started < 0)
		left(f, m, false);
}

static void on_evicted(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	uint16_t account = m->account;
	if (!ok) {
		flow_redo_later(f, m, REDO_EVICT);
		return;
	}
	flow_tell_told(f, m, "backlog");
	forget_receipt(f, m);
	flow_drop(f, m);
	if (account != MSG_NO_ACCOUNT)
		outbox_evicted(f->outbox, account);
}

/* Its receipt waits in the store until the app binds. */
void flow_evict(struct flow *f, struct msg *m)
{
	struct record r;
	msg_record(m, &r);
	flow_set_state(f, m, MSG_LEAVING);
	if (store_backlog_add(f->store, r.account, m->id, (struct view){m->rec, m->rec_len}, m->volatile_ ? 0 : m->id,
			      on_evicted, m->handle) < 0)
		on_evicted(f, m->handle, false);
}

static void on_delivered(void *arg, struct msg *m, uint32_t refused)
{
	flow_tell_told(arg, m, refused ? "dead_letters" : "app");
	flow_leave(arg, m);
}

static void on_outbox_evicted(void *arg, struct msg *m)
{
	flow_evict(arg, m);
}

static struct msg *make_for_backlog(void *arg)
{
	struct msg *m = flow_take_new(arg);
	if (m)
		flow_set_state(arg, m, MSG_DELIVERING);
	return m;
}

static void on_forgotten(void *arg, struct msg *m)
{
	flow_drop(arg, m);
}

const struct outbox_ops flow_outbox_ops = {on_delivered, make_for_backlog, on_forgotten, on_outbox_evicted};
