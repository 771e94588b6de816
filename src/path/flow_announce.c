/*
 * flow_announce.c - a message whose class is held in doubt must not go out twice, not even when this process dies:
 * before it is sent the store is told that it may be with its carrier (the mark of a doubt, under a made-up id). Part
 * of the order of life, between the queue and the carrier. Must not know what a carrier answers.
 *
 * Found at start, such a mark means: held until a receipt or the operator settles it. What a carrier is announced
 * counts as unsettled, so a slow store holds back the carrier.
 */
#include "path/flow_priv.h"

#include <stdio.h>

#include "base/log.h"

bool flow_must_announce(const struct flow *f, const struct msg *m)
{
	return f->rules[m->class_id].hold_in_doubt && !m->volatile_ && !m->announced;
}

static void on_announced(void *arg, uint64_t token, bool ok)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (!m || !m->announcing)
		return;
	m->announcing = false;
	m->announced = true; /* also when it is not known whether it was stored: then it is to be removed again */
	flow_settle(f, m);
	if (m->state != MSG_HELD)
		return; /* it has ended meanwhile, or its text is being replaced */
	struct carrier *c = carriers_at(f->carriers, m->carrier);
	if (ok && carrier_up(c) && m->round == f->rounds[m->carrier]) {
		list_append(f->announced[m->carrier], &m->link);
		carrier_wake(c);
		return;
	}
	flow_unannounce(f, m);
	if (ok) /* its carrier went down, or said slow down: to its own place again */
		flow_put_back(f, m);
	else
		flow_redo_later(f, m, REDO_ANNOUNCE);
}

struct msg *flow_next_announced(struct flow *f, size_t carrier)
{
	struct list *l = f->announced[carrier];
	if (list_empty(l))
		return NULL;
	struct msg *m = LIST_OF(l->next, struct msg, link);
	list_remove(&m->link);
	return m;
}

void flow_announced_first(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	list_put(f->announced[m->carrier], &m->link);
}

void flow_go_next(struct flow *f, struct msg *m)
{
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	list_append(f->announced[m->carrier], &m->link);
}

void flow_announced_back(struct flow *f, size_t carrier)
{
	struct msg *m;
	f->rounds[carrier]++;
	while ((m = flow_next_announced(f, carrier))) {
		flow_unannounce(f, m); /* else it would be in doubt after a restart */
		flow_put_back(f, m);
	}
}

/* The store is back: to its own place, and announced when it is pulled again. */
void flow_announce_again(struct flow *f, struct msg *m)
{
	if (m->state == MSG_HELD)
		flow_put_back(f, m);
}

/* One of its own for each submit: what deletes one must not meet the next. */
static size_t print_name(const struct flow *f, struct msg *m, char name[IDFORM_MAX])
{
	return (size_t)snprintf(name, IDFORM_MAX, "0-%llu-%u-a%u", (unsigned long long)msg_whole(f->msgs, m)->id,
				m->part, m->ann);
}

static int make_up_id(struct flow *f, struct msg *m)
{
	char name[IDFORM_MAX];
	m->ann = m->attempts;
	return msg_set_cid(f->msgs, m, name, print_name(f, m, name));
}

void flow_unmark(struct flow *f, struct msg *m)
{
	char name[IDFORM_MAX];
	if (!m->unmark)
		return;
	m->unmark = false;
	struct view cid = {(const uint8_t *)name, (uint32_t)print_name(f, m, name)};
	flow_forget_id(f, m, cid);
}

bool flow_mark_back(struct flow *f, struct msg *m, struct msg *k)
{
	char name[IDFORM_MAX];
	size_t n = print_name(f, k, name);
	if (k->volatile_ || k->cid_len != n || memcmp(k->cid, name, n) != 0)
		return false;
	flow_unannounce(f, m);
	if (msg_set_cid(f->msgs, m, name, n) < 0)
		return false;
	match_remove(f->match, k);
	if (msg_set_cid(f->msgs, k, NULL, 0) < 0)
		log_error("-", "event=no_memory id=%llu what=carrier_id", (unsigned long long)m->id);
	m->ann = k->ann;
	m->slot = k->slot;
	m->carrier = k->carrier;
	m->announced = true;
	return true;
}

void flow_announce(struct flow *f, struct msg *m)
{
	m->slot = store_slot(loop_wall_ms(f->loop));
	m->announcing = true;
	m->round = f->rounds[m->carrier];
	flow_unsettle(f, m);
	flow_set_state(f, m, MSG_HELD);
	flow_set_timer_to_end(f, m);
	if (make_up_id(f, m) < 0 || flow_store_leg(f, m, LEG_DOUBT, on_announced) < 0)
		on_announced(f, m->handle, false);
}

void flow_unannounce(struct flow *f, struct msg *m)
{
	if (!m->announced)
		return;
	m->announced = false;
	flow_forget_id(f, m, (struct view){(const uint8_t *)m->cid, m->cid_len});
	if (msg_set_cid(f->msgs, m, NULL, 0) < 0)
		log_error("-", "event=no_memory id=%llu what=carrier_id", (unsigned long long)m->id);
}
