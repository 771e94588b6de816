/*
 * flow_load.c - the store comes and goes: messages out of the journal become what they were, then apps and carriers are
 * let in; what was owed is written when it is back. Must not know what happens to a message after that.
 */
#include "path/flow_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "audit/archive.h"
#include "base/inherit.h"
#include "base/log.h"

#define LISTEN_WITHOUT_STORE 3000 /* ms: then apps are let in although Redis is away */

/* False: it cannot go on, and that has been said. */
static bool let_in(struct flow *f)
{
	char *why = NULL;
	if (f->listening || f->phase == FLOW_LEAVING)
		return true;
	f->listening = true;
	int result = accounts_listen(f->accounts, f->conf.listens, f->conf.listens_n, &why);
	inherit_end(); /* what was given to this process and is not wanted */
	if (result == 0)
		return true;
	log_error("-", "event=listen_failed error=\"%s\"", why);
	f->on_fatal(why, f->on_fatal_arg);
	free(why);
	return false;
}

static void on_listen_timer(struct timer *t)
{
	struct flow *f = LIST_OF(t, struct flow, listen_timer);
	if (f->phase == FLOW_WAITING) {
		log_warn("-",
			 "event=no_store action=\"apps are let in, their submits are refused until Redis is there\"");
		(void)let_in(f);
	}
}

/* A message that no carrier has: it goes the way of a new one, opt-outs are looked at again. */
static void resume_unsent(struct flow *f, struct msg *m)
{
	struct pdu pdu;
	msg_pdu(m, NULL, &pdu);
	m->carrier = MSG_NO_CARRIER;
	m->replaces = pdu.sm.replace_if_present_flag == 1;
	flow_count_waiting(f, m);
	flow_find_due(f, m);
	flow_policy_resume(f, m);
	if (m->unchecked)
		flow_recheck(f, m);
	else
		flow_begin(f, m);
}

/* What else is known of its submits: their ids may still come in receipts. */
static void adopt_kin(struct flow *f, struct msg *m)
{
	for (struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		k->owner = f;
		k->id = m->id;
		f->counters.by_state[k->state]++;
		if (k->carrier == MSG_NO_CARRIER || !k->cid_len)
			continue;
		match_add(f->match, k);
		if (k->kin_kind == KIN_DOUBT && doubts_add(f->doubts, k) < 0)
			log_error("-", "event=no_memory what=doubt id=%llu", (unsigned long long)m->id);
	}
}

static void on_restored(void *arg, struct msg *m)
{
	struct flow *f = arg;
	m->owner = f;
	f->counters.restored++;
	f->counters.by_state[m->state]++;
	adopt_kin(f, m);
	flow_cdr_restored(f, m);
	if (m->state == MSG_CLOSING) {
		if (m->reserved)
			flow_pay(f, m);
		flow_deliver(f, m);
		return;
	}
	const struct msg *doubt = NULL;
	if (index_add(f->index, m) < 0)
		log_error("-", "event=no_memory what=index id=%llu", (unsigned long long)m->id);
	m->unchecked = flow_must_recheck(f, m);
	flow_campaign_restored(f, m);
	flow_recall(f, m);
	if (m->attempts || m->kin) /* when it goes again, it goes before all that came later */
		queue_rank(f->queue, m);
	if (flow_parts_resume(f, m))
		return;
	if (m->cid_len) {
		if (m->carrier != MSG_NO_CARRIER)
			match_add(f->match, m);
		flow_await(f, m);
	} else if ((doubt = flow_last_doubt(f, m))) {
		m->doubts = 1;
		m->carrier = doubt->carrier;
		m->slot = doubt->slot;
		flow_hold_doubt(f, m);
	} else {
		resume_unsent(f, m);
	}
}

static void on_restored_parked(void *arg, size_t carrier, struct view cid, struct view frame)
{
	flow_parked_again(arg, carrier, cid, frame);
}

static void on_restored_part(void *arg, struct view key, struct view frame)
{
	struct flow *f = arg;
	reply_load_part(f->reply, f->carriers, key, frame);
}

static void on_restored_pending(void *arg, uint64_t id, struct view rec)
{
	struct flow *f = arg;
	reply_load_pending(f->reply, id, rec);
}

static void on_restored_form(void *arg, size_t carrier, enum idform form)
{
	struct flow *f = arg;
	log_info(carrier_name(carriers_at(f->carriers, carrier)), "event=id_form form=%s from=store",
		 idform_name(form));
	match_learnt(f->match, carrier, form);
}

static void on_form_stored(void *arg, uint64_t carrier, bool ok)
{
	struct flow *f = arg;
	if (!ok)
		log_warn(carrier_name(carriers_at(f->carriers, carrier)),
			 "event=id_form_not_stored action=\"stored when Redis is back\"");
}

static void store_form(struct flow *f, size_t carrier, enum idform form)
{
	if (store_form_put(f->store, carrier_name(carriers_at(f->carriers, carrier)), idform_name(form), on_form_stored,
			   carrier) < 0)
		on_form_stored(f, carrier, false);
}

void flow_form_learnt(void *arg, size_t carrier, enum idform form)
{
	struct flow *f = arg;
	log_info(carrier_name(carriers_at(f->carriers, carrier)), "event=id_form form=%s from=receipts",
		 idform_name(form));
	store_form(f, carrier, form);
}

/* What was learnt while the store was away. */
static void store_forms(struct flow *f)
{
	enum idform form;
	uint64_t matches;
	for (size_t i = 0; i < carriers_count(f->carriers); i++) {
		if (!carrier_conf(carriers_at(f->carriers, i))->receipt_id && match_form(f->match, i, &form, &matches))
			store_form(f, i, form);
	}
}

static void on_restore_done(void *arg)
{
	struct flow *f = arg;
	f->restore = NULL;
	if (f->phase == FLOW_LEAVING)
		return;
	f->phase = FLOW_RUNNING;
	flow_cdr_all_restored(f);
	log_info("-", "event=running messages=%u", msgs_count(f->msgs));
	if (!let_in(f))
		return;
	carriers_start(f->carriers);
	outbox_store_up(f->outbox);
}

static void load(struct flow *f);

static void on_restore_failed(void *arg)
{
	struct flow *f = arg;
	f->restore = NULL;
	if (f->phase != FLOW_LOADING)
		return;
	f->phase = FLOW_WAITING;
	if (store_up(f->store)) /* it came back while what had been read was given back */
		load(f);
}

static void load(struct flow *f)
{
	static const struct restore_ops ops = {on_restored,	    on_restored_parked, on_restored_part,
					       on_restored_pending, on_restored_form,	flow_unclaimed,
					       on_restore_done,	    on_restore_failed};
	f->phase = FLOW_LOADING;
	f->restore = restore_start(f->store, f->msgs, f->accounts, f->carriers, &f->ids, &ops, f);
	if (!f->restore)
		f->phase = FLOW_WAITING;
}

static void on_store_up(void *arg)
{
	struct flow *f = arg;
	flow_brakes_changed(f); /* known before anything is queued: Redis answers in order */
	campaigns_store_up(f->campaigns);
	flow_events_store_up(f);
	flow_cdr_store_up(f);
	if (f->phase == FLOW_WAITING) {
		load(f);
		return;
	}
	credit_store_up(f->credit); /* flow_redo_all() writes it, before what forgets their messages */
	store_forms(f);
	f->outbox_waits = true;
	flow_redo_all(f);
}

static void on_store_down(void *arg)
{
	(void)arg; /* every write was told already; submits look at store_up() */
}

static void on_store_taken(const char *owner, void *arg)
{
	struct flow *f = arg;
	char why[256];
	snprintf(why, sizeof(why),
		 "another process has the journal of node %u: %s; stop it, or give this one another node", f->conf.node,
		 owner);
	f->on_fatal(why, f->on_fatal_arg);
}

/* A record stands in its file before what it tells of is in the store. */
static void on_store_leaving(void *arg)
{
	struct flow *f = arg;
	if (f->conf.archive)
		archive_write(f->conf.archive);
}

const struct store_ops flow_store_ops = {on_store_up, on_store_down, on_store_taken, on_store_leaving};

void flow_wait_for_store(struct flow *f)
{
	f->listen_timer.fn = on_listen_timer;
	loop_timer(f->loop, &f->listen_timer, LISTEN_WITHOUT_STORE);
}
