/*
 * flow_credit.c - prepaid accounts in the order of life: the price of a message is reserved before it is stored, kept
 * or given back at its end; and what was used is counted. Must not know how Redis does it (store_credit.c), nor how it
 * is owed (credit.h).
 */
#include "path/flow_priv.h"

#include "base/log.h"

static const struct account_conf *conf_of(const struct flow *f, const struct msg *m)
{
	const struct account *a = flow_account_of(f, m->account);
	return a ? account_conf(a) : NULL;
}

unsigned flow_segments(struct flow *f, const struct account *a, uint16_t number, const struct pdu *pdu)
{
	const struct route *route = routes_at(f->routes, number);
	struct pdu said = *pdu;
	if (route->n == 0)
		return 1;
	struct relay_peer peer = flow_peer_of(carriers_at(f->carriers, route->carriers[0]), a, true);
	if (peer.long_mode == SPLIT_PAYLOAD)
		peer.long_mode = SPLIT_UDH8;
	unsigned n = relay_text(&said, &peer, &f->relay) ? parts_count(&said, &peer) : 1;
	return n ? n : 1;
}

static void refuse(struct flow *f, struct msg *m, uint32_t status, const char *why)
{
	const struct account_conf *conf = conf_of(f, m);
	log_peer_info(conf->system_id, "event=refused id=%llu verdict=credit why=\"%s\"", (unsigned long long)m->id,
		      why);
	flow_answer_app(f, m, conf->plain_status ? status_plain(status) : status);
	flow_drop(f, m);
}

static void on_reserved(void *arg, uint64_t token, bool ok, bool granted)
{
	struct flow *f = arg;
	struct msg *m = msgs_get(f->msgs, token);
	if (!ok) {
		credit_refund(f->credit, m->id); /* it may have been made */
		refuse(f, m, ESME_RSYSERR, "the store is away");
		return;
	}
	credit_note_reserved(f->credit, granted);
	if (!granted) {
		refuse(f, m, SGW_NO_CREDIT, "the account's credit is used up");
		return;
	}
	m->reserved = true;
	flow_store_message(f, m);
}

bool flow_reserve(struct flow *f, struct msg *m)
{
	const struct account_conf *conf = conf_of(f, m);
	if (m->reserved || m->internal || !conf || conf->credit != ACCOUNT_PREPAID)
		return false;
	struct pdu pdu;
	msg_pdu(m, NULL, &pdu);
	unsigned segments = flow_segments(f, accounts_at(f->accounts, m->account), m->route, &pdu);
	struct store_reservation r = {.account = view_of(conf->system_id),
				      .floor = -conf->credit_limit,
				      .id = m->id,
				      .amount = conf->price * segments,
				      .segments = segments};
	flow_set_state(f, m, MSG_STORING);
	if (store_reserve(f->store, &r, on_reserved, m->handle) < 0)
		refuse(f, m, ESME_RSYSERR, "the store is away");
	return true;
}

void flow_unreserve(struct flow *f, struct msg *m)
{
	if (!m->reserved)
		return;
	m->reserved = false;
	credit_refund(f->credit, m->id);
}

/* A carrier has it, or may have it, or had it before another one was tried. */
static bool was_submitted(const struct flow *f, const struct msg *m)
{
	if (m->cid_len && !m->announced)
		return true;
	for (const struct msg *k = msg_kin(f->msgs, m); k; k = msg_next_kin(f->msgs, k)) {
		if (k->cid_len)
			return true;
	}
	return false;
}

void flow_pay(struct flow *f, struct msg *m)
{
	const struct account_conf *conf = conf_of(f, m);
	bool used = m->final_state == STATE_DELIVERED ||
		    (conf && conf->charge == ACCOUNT_CHARGE_SUBMITTED && was_submitted(f, m));
	const char *carrier = m->carrier == MSG_NO_CARRIER ? "-" : carrier_name(carriers_at(f->carriers, m->carrier));
	if (m->reserved && used) {
		m->reserved = false;
		credit_settle(f->credit, m->id, carrier, m->parts);
	} else if (m->reserved) {
		flow_unreserve(f, m);
	} else if (used && conf && conf->credit == ACCOUNT_NO_CREDIT && !m->internal) {
		unsigned segments = m->parts ? m->parts : 1;
		credit_count(f->credit, &(struct credit_use){m->account, m->carrier, conf->system_id, carrier, segments,
							     conf->price * segments});
	}
}

/* Found at start without a message: it was never stored, or has ended without a trace. */
void flow_unclaimed(void *arg, uint64_t id)
{
	struct flow *f = arg;
	log_info("-", "event=reservation_given_back id=%llu", (unsigned long long)id);
	credit_refund(f->credit, id);
}

int flow_credit(struct flow *f, const struct account *a, enum store_credit_what what, int64_t amount,
		store_credit_fn fn, void *arg)
{
	if (what != STORE_CREDIT_READ)
		log_info(account_name(a), "event=credit by=operator what=%s amount=%lld",
			 what == STORE_CREDIT_SET ? "set" : "add", (long long)amount);
	return store_credit(f->store, view_of(account_name(a)), what, amount, fn, arg);
}

int flow_usage(struct flow *f, unsigned day, const struct store_usage_reader *reader, void *arg)
{
	credit_write(f->credit);
	return store_usage_read(f->store, day ? day : credit_day(loop_wall_ms(f->loop)), reader, arg);
}
