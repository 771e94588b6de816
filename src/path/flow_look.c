/*
 * flow_look.c - reads what memory and the store know of a message. Part of the order of life in that it may look at all
 * of it; must not change anything.
 */
#include "path/flow_look.h"

#include <stdlib.h>

#include "base/mem.h"
#include "path/flow_priv.h"
#include "path/plain.h"

struct seen {
	uint64_t *handles;
	size_t n, cap;
};

static void remember(struct msg *m, void *arg)
{
	struct seen *s = arg;
	if (m->mo || m->note)
		return;
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 16;
		s->handles = mem_realloc(s->handles, s->cap * sizeof(s->handles[0]));
	}
	s->handles[s->n++] = m->handle;
}

static enum look_wait wait_of(const struct flow *f, const struct msg *m)
{
	if (m->state != MSG_HELD)
		return LOOK_NOT_HELD;
	if (m->review)
		return LOOK_REVIEW;
	if (m->gathering)
		return LOOK_PARTS;
	if (m->gated)
		return LOOK_CAMPAIGN;
	if (m->braked)
		return LOOK_BRAKE;
	if (m->announcing || m->marking)
		return LOOK_STORE;
	if (m->asking || m->due_ms <= loop_wall_ms(f->loop))
		return m->attempts && m->timer.due_ms ? LOOK_RETRY : LOOK_RECIPIENT;
	return m->attempts ? LOOK_RETRY : LOOK_TIME;
}

/* UTC ms at which what it waits for comes by itself; 0: it does not. */
static int64_t until(const struct flow *f, const struct msg *m, enum look_wait wait)
{
	if (wait == LOOK_TIME || wait == LOOK_HOURS)
		return m->due_ms;
	if (wait == LOOK_RETRY && m->timer.due_ms)
		return loop_wall_ms(f->loop) + m->timer.due_ms - loop_now_ms(f->loop);
	return 0;
}

static void look_at_queue(struct flow *f, const struct msg *m, struct flow_found *x)
{
	uint16_t taker = flow_taker(f, m->route);
	x->lane = queue_depth(f->queue, m->route);
	x->before = queue_before(f->queue, m, LOOK_WALK_MAX, &x->before_more);
	x->taker = "";
	if (taker == LANES_NOBODY)
		return;
	const struct carrier *c = carriers_at(f->carriers, taker);
	x->taker = carrier_name(c);
	x->taker_up = carrier_up(c);
}

static struct view text_of(const struct flow *f, const struct msg *m, const struct pdu *pdu, char out[LOOK_TEXT])
{
	struct plain p = plain_read(pdu, flow_account_dcs0(f, m->account), out, LOOK_TEXT);
	return (struct view){(const uint8_t *)out, p.n};
}

static bool is_bound(const struct flow *f, const struct msg *m)
{
	struct account *a = flow_account_of(f, m->account);
	return a && account_stats(a)->bound > 0;
}

/* A part that has ended keeps the carrier's words only: its addresses are those of the whole. */
static void read_pdu(const struct flow *f, struct msg *m, struct record *rec, struct pdu *pdu)
{
	msg_record(m, rec);
	msg_pdu(rec->frame.n ? m : msg_whole(f->msgs, m), NULL, pdu);
}

static void tell(struct flow *f, struct msg *m, flow_look_fn fn, void *arg)
{
	char text[LOOK_TEXT];
	struct record rec;
	struct pdu pdu;
	bool ended = m->state >= MSG_CLOSING || (m->state == MSG_PAST && m->kin_kind == KIN_PART);
	read_pdu(f, m, &rec, &pdu);
	struct flow_found x = {
		.id = msg_app_id(m),
		.msg = m->aliased ? m->id : 0,
		.state = (enum msg_state)m->state,
		.account = m->account == MSG_NO_ACCOUNT ? "" : account_name(accounts_at(f->accounts, m->account)),
		.class_name = class_name((enum class_id)m->class_id),
		.verdict = m->verdict ? policy_verdict_of((enum policy_id)m->verdict).name : "",
		.carrier = m->carrier == MSG_NO_CARRIER ? "" : carrier_name(carriers_at(f->carriers, m->carrier)),
		.number = pdu.sm.dst.addr,
		.code = pdu.sm.src.addr,
		.text = text_of(f, m, &pdu, text),
		.stat = rec.stat,
		.err = rec.err,
		.accepted_ms = rec.accept_ms ? rec.accept_ms : ids_time_ms(m->id),
		.expiry_ms = msg_expiry_ms(m, f->loop),
		.sent_ms = m->sent_ms,
		.attempts = m->attempts,
		.doubts = m->doubts,
		.part = m->kin_kind == KIN_PART ? m->part : 0,
		.parts = m->parts,
		.final_state = ended ? receipt_stat_name((enum message_state)m->final_state) : "",
		.wait = wait_of(f, m),
		.app_bound = is_bound(f, m),
	};
	if (m->cid && !m->from_backlog)
		x.carrier_id = (struct view){(const uint8_t *)m->cid, m->cid_len};
	if (x.wait == LOOK_TIME && pdu.sm.schedule.n == 0)
		x.wait = LOOK_HOURS;
	x.due_ms = until(f, m, x.wait);
	if (m->state == MSG_QUEUED)
		look_at_queue(f, m, &x);
	fn(arg, &x);
}

/* The message and its parts; earlier submits of it are the records' matter. */
static void tell_whole(struct flow *f, struct msg *m, flow_look_fn fn, void *arg)
{
	struct msg *parts[UINT8_MAX + 1] = {0};
	tell(f, m, fn, arg);
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->kin_kind == KIN_PART)
			parts[k->part] = k;
	}
	for (size_t i = 0; i <= UINT8_MAX; i++) {
		if (parts[i])
			tell(f, parts[i], fn, arg);
	}
}

size_t flow_message_look(struct flow *f, uint64_t id, const struct number *number, size_t limit, flow_look_fn fn,
			 void *arg)
{
	struct seen seen = {0};
	size_t told = 0;
	if (id)
		index_by_id(f->index, id, remember, &seen);
	for (size_t a = 0; number && a < accounts_count(f->accounts); a++)
		index_by_number(f->index, (uint16_t)a, number, remember, &seen);
	for (size_t i = seen.n; i-- > 0 && told < limit; told++)
		tell_whole(f, msgs_get(f->msgs, seen.handles[i]), fn, arg);
	mem_free(seen.handles);
	return told;
}

/* --- what has ended --- */

struct ending {
	void (*fn)(void *arg, bool ok, const struct flow_ended *e);
	void *arg;
};

static void on_found(void *arg, bool ok, const struct finished_found *found)
{
	struct ending *x = arg;
	struct flow_ended e = {.n = found->n,
			       .state = receipt_stat_name((enum message_state)found->state),
			       .error = found->error,
			       .done_ms = found->done_ms};
	x->fn(x->arg, ok, &e);
	mem_free(x);
}

int flow_message_ended(struct flow *f, uint64_t id, void (*fn)(void *arg, bool ok, const struct flow_ended *e),
		       void *arg)
{
	struct ending *x = mem_zalloc(sizeof(*x));
	*x = (struct ending){fn, arg};
	if (finished_find_any(f->finished, id, on_found, x) == 0)
		return 0;
	mem_free(x);
	return -1;
}
