/*
 * app.c - a simulated app over a peer. Knows no script.
 */
#include "app.h"
#include "smpp/udh.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "smpp/receipt.h"

static void copy_view(char *out, size_t cap, struct view v)
{
	snprintf(out, cap, "%.*s", (int)v.n, (const char *)v.p);
}

static void copy_tlv(char *out, size_t cap, struct view tlvs, uint16_t tag)
{
	struct view v;

	if (tlv_find_str(tlvs, tag, &v))
		copy_view(out, cap, v);
}

static void read_receipt(struct app *a, struct delivery *d, const struct pdu *pdu)
{
	static char scratch[2048];
	struct receipt r;
	struct view tlv;

	receipt_parse_pdu(pdu, scratch, sizeof(scratch), &r);
	copy_view(d->stat, sizeof(d->stat), r.stat);
	copy_view(d->err, sizeof(d->err), r.err);
	d->label = labels_by_id(a->labels, r.id, pdu->sm.src.addr);
	if (tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &tlv) && !view_eq(tlv, r.id))
		a->id_mismatches++;
	if (a->version < 0x34 && pdu->tlvs.n > 0)
		a->id_mismatches++;
	if (d->label == NULL)
		return;
	if (d->esm_type == ESM_INTERMEDIATE || d->part[0] != '\0')
		return; /* no end */
	d->label->receipts++;
	d->label->taken += !d->silent && d->answered == ESME_ROK;
}

/* "2/3" of a part's receipt. */
static void copy_part(struct delivery *d, struct view tlvs)
{
	uint32_t total, seq;

	if (tlv_find_int(tlvs, TLV_SAR_TOTAL_SEGMENTS, &total) && tlv_find_int(tlvs, TLV_SAR_SEGMENT_SEQNUM, &seq))
		snprintf(d->part, sizeof(d->part), "%u/%u", seq, total);
}

static void read_text(struct app *a, struct delivery *d, const struct pdu *pdu, struct view text)
{
	struct udh_concat c;
	uint32_t skip = pdu->sm.esm_class & ESM_UDHI ? udh_length(text) : 0;

	text_decode((struct view){text.p + skip, text.n - skip}, pdu->sm.data_coding, a->dcs0, d->text,
		    sizeof(d->text));
	if (!udh_concat_pdu(pdu, &c))
		return;
	snprintf(d->part, sizeof(d->part), "%u/%u", c.seq, c.total);
	d->marked = c.sar ? "sar" : c.ref16 ? "udh16" : "udh8";
}

static void take_deliver(struct app *a, struct peer *p, const struct pdu *pdu)
{
	struct delivery *d = mem_zalloc(sizeof(*d));
	struct view text;

	d->command_id = pdu->command_id;
	d->esm_type = pdu->sm.esm_class & ESM_TYPE_MASK;
	d->receipt = d->esm_type == ESM_RECEIPT || d->esm_type == ESM_INTERMEDIATE;
	copy_part(d, pdu->tlvs);
	copy_view(d->from, sizeof(d->from), pdu->sm.src.addr);
	copy_view(d->to, sizeof(d->to), pdu->sm.dst.addr);
	d->data_coding = pdu->sm.data_coding;
	tags_of(pdu->tlvs, d->tags);
	copy_tlv(d->original, sizeof(d->original), pdu->tlvs, TLV_ORIGINAL_MESSAGE_ID);
	copy_tlv(d->campaign, sizeof(d->campaign), pdu->tlvs, TLV_CAMPAIGN);
	copy_tlv(d->group, sizeof(d->group), pdu->tlvs, TLV_GROUP_KEY);
	if (pdu_text(pdu, &text))
		read_text(a, d, pdu, text);
	copy_tlv(d->carrier_status, sizeof(d->carrier_status), pdu->tlvs, TLV_CARRIER_STATUS);
	copy_tlv(d->via, sizeof(d->via), pdu->tlvs, TLV_VIA);
	copy_tlv(d->verdict, sizeof(d->verdict), pdu->tlvs, TLV_VERDICT);
	copy_tlv(d->class_name, sizeof(d->class_name), pdu->tlvs, TLV_MESSAGE_CLASS);
	d->silent = a->silent;
	d->answered = a->mood;
	if (d->receipt)
		read_receipt(a, d, pdu);
	list_append(&a->inbox, &d->link);
	if (a->silent)
		return;
	if (a->mood_left > 0 && --a->mood_left == 0)
		a->mood = ESME_ROK;
	struct pdu resp = {
		.command_id = pdu->command_id | COMMAND_RESP, .command_status = d->answered, .sequence = pdu->sequence};
	peer_send(p, &resp);
}

static void answer_label(struct app *a, struct label *l, uint32_t status, struct view id)
{
	l->answered = true;
	l->status = status;
	l->answered_ms = a->now_ms(a->now_arg);
	if (status == ESME_ROK)
		copy_view(l->id, sizeof(l->id), id);
}

/* The status of one destination of a submit_multi. */
static uint32_t status_of(const struct pdu *resp, const struct label *l)
{
	struct pdu_unsuccess u;
	uint32_t pos = 0;

	while (pdu_next_unsuccess(resp->multi_resp.unsuccess, &pos, &u)) {
		if (view_eq(u.addr.addr, view_of(l->to)))
			return u.status;
	}
	return resp->command_status;
}

static bool answers_label(struct app *a, const struct pdu *pdu)
{
	uint32_t command_id = pdu->command_id & ~COMMAND_RESP;
	bool multi = command_id == SUBMIT_MULTI, found = false;
	struct label *l;

	if (!multi && command_id != SUBMIT_SM && command_id != DATA_SM)
		return false;
	while ((l = labels_by_sequence(a->labels, a, pdu->sequence)) != NULL) {
		if (multi)
			answer_label(a, l, status_of(pdu, l), pdu->multi_resp.id);
		else
			answer_label(a, l, pdu->command_status, pdu->resp.id);
		found = true;
	}
	return found;
}

static void take_answer(struct app *a, const struct pdu *pdu)
{
	if (answers_label(a, pdu))
		return;
	struct answer *x = mem_zalloc(sizeof(*x));
	*x = (struct answer){.command_id = pdu->command_id, .status = pdu->command_status, .sequence = pdu->sequence};
	if (pdu->command_id == (QUERY_SM | COMMAND_RESP) && pdu->has_body) {
		x->state = pdu->query_resp.message_state;
		x->error = pdu->query_resp.error_code;
		copy_view(x->date, sizeof(x->date), pdu->query_resp.final_date);
		copy_view(x->id, sizeof(x->id), pdu->query_resp.id);
	}
	list_append(&a->answers, &x->link);
}

static void send_bind(struct app *a, uint32_t command_id, const char *system_id, const char *password, uint8_t version)
{
	struct pdu pdu = {.command_id = command_id};

	a->peer->receives = command_id != BIND_TRANSMITTER;
	a->version = version;
	pdu.bind.system_id = view_of(system_id);
	pdu.bind.password = view_of(password);
	pdu.bind.interface_version = version;
	peer_send(a->peer, &pdu);
}

static bool is_bind_answer(uint32_t id)
{
	id &= ~COMMAND_RESP;
	return id == BIND_TRANSCEIVER || id == BIND_RECEIVER || id == BIND_TRANSMITTER;
}

static void on_pdu(struct peer *p, const struct pdu *pdu)
{
	struct app *a = p->owner;

	if (pdu->command_id == DELIVER_SM || pdu->command_id == DATA_SM) {
		take_deliver(a, p, pdu);
	} else if (is_bind_answer(pdu->command_id)) {
		a->bind_answered = true;
		a->bind_status = pdu->command_status;
		p->bound = pdu->command_status == ESME_ROK;
	} else {
		take_answer(a, pdu);
		if (pdu->command_id == UNBIND)
			peer_send_header(p, UNBIND | COMMAND_RESP, ESME_ROK, pdu->sequence);
		if (pdu->command_id == OUTBIND)
			send_bind(a, a->called.command_id, a->called.system_id, a->called.password, 0x34);
	}
}

static const struct peer_ops peer_ops = {on_pdu, NULL};

struct app *app_new(const char *name, struct labels *labels, int64_t (*now_ms)(void *arg), void *arg)
{
	struct app *a = mem_zalloc(sizeof(*a));

	snprintf(a->name, sizeof(a->name), "%s", name);
	a->labels = labels;
	a->now_ms = now_ms;
	a->now_arg = arg;
	list_init(&a->inbox);
	list_init(&a->answers);
	return a;
}

void delivery_free(struct delivery *d)
{
	list_remove(&d->link);
	mem_free(d);
}

void answer_free(struct answer *x)
{
	list_remove(&x->link);
	mem_free(x);
}

void app_forget_connection(struct app *a)
{
	if (a->peer != NULL)
		peer_free(a->peer);
	a->peer = NULL;
}

void app_free(struct app *a)
{
	app_forget_connection(a);
	while (!list_empty(&a->inbox))
		delivery_free(LIST_OF(a->inbox.next, struct delivery, link));
	while (!list_empty(&a->answers))
		answer_free(LIST_OF(a->answers.next, struct answer, link));
	list_remove(&a->link);
	mem_free(a);
}

static void take_connection(struct app *a, struct wire *w)
{
	app_forget_connection(a);
	a->peer = peer_new(w, &peer_ops, a, ++a->connections);
	a->peer->next_sequence = a->connections * 100000 + 1; /* an answer says which connection it belongs to */
	a->bind_answered = false;
}

bool app_connect(struct app *a, struct conn_hub *hub, int64_t port, const char *from)
{
	app_forget_connection(a);
	struct wire *w = wire_dial(hub, port, from);
	if (w == NULL)
		return false;
	take_connection(a, w);
	return true;
}

static void on_call(struct wire *w, void *arg)
{
	take_connection(arg, w);
}

void app_wait_for_call(struct app *a, struct conn_hub *hub, int64_t port, uint32_t command_id, const char *system_id,
		       const char *password)
{
	a->called.command_id = command_id;
	snprintf(a->called.system_id, sizeof(a->called.system_id), "%s", system_id);
	snprintf(a->called.password, sizeof(a->called.password), "%s", password);
	wire_serve(hub, port, on_call, a);
}

bool app_bind(struct app *a, struct conn_hub *hub, int64_t port, uint32_t command_id, const char *system_id,
	      const char *password, const char *from, uint8_t version)
{
	if (!app_connect(a, hub, port, from))
		return false;
	send_bind(a, command_id, system_id, password, version);
	return true;
}

void app_disconnect(struct app *a, bool orderly)
{
	if (a->peer == NULL)
		return;
	if (orderly)
		wire_close(a->peer->wire);
	else
		wire_drop(a->peer->wire);
	a->peer->bound = false;
}

void app_submit(struct app *a, struct label *l, struct pdu *pdu)
{
	if (pdu->command_id == 0)
		pdu->command_id = SUBMIT_SM;
	pdu->sequence = 0;
	l->app = a;
	l->answered = false;
	l->sequence = peer_send(a->peer, pdu);
}
