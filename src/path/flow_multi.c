/*
 * flow_multi.c - submit_multi: every destination is a message of its own, judged, stored, sent and ended by itself; all
 * have the id of the first. Answered once, when each is stored or refused. Must not know what becomes of them.
 */
#include "path/flow_priv.h"

#include "base/log.h"

#define ENTRY_MAX (2u + PDU_DEST_MAX + 4u) /* octets of one unsuccess_sme */

struct multi {
	struct asked asked;
	struct account *account;
	uint64_t app_id; /* 0: none accepted yet */
	unsigned accepted, refused, not_stored;
	uint32_t n, cap;
	uint8_t list[]; /* unsuccess_sme */
};

static void refuse_one(struct multi *x, struct pdu_addr to, uint32_t status)
{
	struct pdu_unsuccess u = {to, account_conf(x->account)->plain_status ? status_plain(status) : status};
	x->not_stored += status == ESME_RSYSERR;
	x->refused += pdu_put_unsuccess(x->list, x->cap, &x->n, &u);
}

static void share_stored(struct wave *w, struct msg *m, uint32_t status)
{
	struct multi *x = (struct multi *)w;
	struct pdu sent;
	if (status == ESME_ROK) {
		x->accepted++;
		return;
	}
	msg_pdu(m, NULL, &sent);
	refuse_one(x, sent.sm.dst, status);
}

/* All were refused: the store's fault is told as such, so that the app tries again. */
static uint32_t status_of(const struct multi *x)
{
	if (x->accepted)
		return ESME_ROK;
	return x->not_stored == x->refused ? ESME_RSYSERR : ESME_RSUBMITFAIL;
}

static void answer_multi(struct wave *w)
{
	struct multi *x = (struct multi *)w;
	char id[IDS_DIGITS + 1] = "-";
	struct session *s = x->asked.session ? session_get(w->flow->sessions, x->asked.session) : NULL;
	struct pdu resp = {.command_id = SUBMIT_MULTI | COMMAND_RESP,
			   .command_status = status_of(x),
			   .sequence = x->asked.sequence};
	if (x->accepted) {
		ids_print(x->app_id, id);
		resp.multi_resp.id = view_of(id);
	}
	resp.multi_resp.no_unsuccess = (uint8_t)x->refused;
	resp.multi_resp.unsuccess = (struct view){x->list, x->n};
	log_peer_info(account_name(x->account), "event=submit_multi id=%s accepted=%u refused=%u", id, x->accepted,
		      x->refused);
	if (s)
		session_answer_pdu(s, &resp);
	flow_asked_free(&x->asked);
}

static void take_dest(struct multi *x, const struct pdu *pdu, const struct pdu_dest *dest)
{
	struct flow *f = x->asked.wave.flow;
	struct pdu one = *pdu;
	uint32_t status = ESME_RINVDLNAME;
	const char *why = "no distribution lists here";
	struct msg *m = NULL;
	one.command_id = SUBMIT_SM;
	one.frame = FLOW_NOTHING;
	one.sm.dst = dest->addr;
	one.sm.ndests = 0;
	one.sm.dests = FLOW_NOTHING;
	if (dest->flag == PDU_DEST_LIST)
		one.sm.dst.addr = dest->list;
	else
		m = flow_make(f, x->account, &one, x->app_id, &status, &why);
	f->refusing = NULL; /* one answer for all: it has a status for each, and no verdicts */
	if (!m) {
		flow_note_refusal(f, x->account, pdu->command_id, status, why);
		refuse_one(x, one.sm.dst, status);
		return;
	}
	if (!x->app_id)
		x->app_id = m->id;
	flow_owe_wave(m, &x->asked.wave);
	flow_start(f, m);
}

void flow_take_multi(struct flow *f, struct account *a, struct session *s, const struct pdu *pdu)
{
	struct pdu_dest dest;
	uint32_t pos = 0;
	if (pdu->sm.ndests == 0 || pdu->sm.ndests > PDU_MAX_DESTS) {
		flow_refuse(f, a, s, pdu, ESME_RINVNUMDESTS, "number_of_dests is 0 or over 254");
		return;
	}
	uint32_t cap = pdu->sm.ndests * ENTRY_MAX;
	struct multi *x = (struct multi *)flow_ask(f, sizeof(*x) + cap, session_handle(s), pdu);
	x->asked.wave.share = share_stored;
	x->asked.wave.done = answer_multi;
	x->account = a;
	x->cap = cap;
	while (pdu_next_dest(pdu->sm.dests, &pos, &dest))
		take_dest(x, pdu, &dest);
	flow_wave_settle(&x->asked.wave, NULL, ESME_ROK);
}
