/*
 * smsc.c - a simulated carrier over peers. Knows no script.
 */
#include "smsc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "smpp/udh.h"

#define SECOND_US    1000000
#define GATEWAY_PORT 2775
#define KEEP_MS	     200

static void copy_view(char *out, size_t cap, struct view v)
{
	snprintf(out, cap, "%.*s", (int)v.n, (const char *)v.p);
}

static void print_id(enum id_form form, uint64_t n, char out[80])
{
	switch (form) {
	case ID_TEXT:
		snprintf(out, 80, "M%llu", (unsigned long long)n);
		break;
	case ID_DEC:
		snprintf(out, 80, "%llu", (unsigned long long)n);
		break;
	case ID_HEX:
		snprintf(out, 80, "%llx", (unsigned long long)n);
		break;
	case ID_HEX_UPPER:
		snprintf(out, 80, "%llX", (unsigned long long)n);
		break;
	case ID_DEC_PADDED:
		snprintf(out, 80, "%010llu", (unsigned long long)n);
		break;
	case ID_NONE:
		out[0] = '\0';
		break;
	case ID_SAME:
		snprintf(out, 80, "77");
		break;
	case ID_THEIRS:
		break;
	}
}

static uint64_t number_of(enum id_form form, const char *cid)
{
	return strtoull(form == ID_TEXT ? cid + 1 : cid, NULL, form == ID_HEX || form == ID_HEX_UPPER ? 16 : 10);
}

void smsc_receipt_id(const struct smsc *s, const char *cid, char out[80])
{
	if (s->in_receipt == ID_THEIRS)
		snprintf(out, 80, "%s", cid);
	else
		print_id(s->in_receipt, number_of(s->in_response, cid), out);
}

/* -- submit_sm -- */

static struct peer *peer_by_number(struct smsc *s, uint32_t number)
{
	LIST_EACH(node, &s->peers) {
		struct peer *p = LIST_OF(node, struct peer, link);
		if (p->number == number)
			return p;
	}
	return NULL;
}

static void give_id(struct smsc *s, struct got *g)
{
	if (s->in_response == ID_THEIRS)
		snprintf(g->cid, sizeof(g->cid), "%s", g->theirs);
	else if (s->same_ids && g->label != NULL && g->label->cid[0] != '\0')
		snprintf(g->cid, sizeof(g->cid), "%s", g->label->cid);
	else
		print_id(s->in_response, s->next_id++, g->cid);
	if (g->label != NULL)
		snprintf(g->label->cid, sizeof(g->label->cid), "%s", g->cid);
}

void smsc_receipt_text(const char *cid, const char *stat, const char *err, char *out, size_t cap)
{
	snprintf(out, cap,
		 "id:%s sub:001 dlvrd:001 submit date:2601051000 done date:2601051001 stat:%s err:%s text:", cid, stat,
		 err);
}

/* A receipt is sent again until it is answered ROK; over whatever bind receives. */
static void on_receipt_due(struct timer *t)
{
	struct got *g = LIST_OF(t, struct got, receipt);
	struct smsc *s = g->smsc;
	struct peer *p = smsc_peer(s, 0);
	struct pdu pdu = {.command_id = smsc_request(s, false)};
	char cid[80], text[256];

	loop_timer(s->loop, t, s->receipt_ms);
	if (p == NULL)
		return;
	smsc_receipt_id(s, g->cid, cid);
	smsc_receipt_text(cid, "DELIVRD", "000", text, sizeof(text));
	pdu.sm.src.addr = view_of(g->to);
	pdu.sm.dst.addr = view_of(g->from);
	pdu.sm.esm_class = ESM_RECEIPT;
	pdu.sm.short_message = view_of(text);
	g->receipt_sequence = peer_send(p, &pdu);
}

static void take_receipt_answer(struct smsc *s, const struct pdu *pdu)
{
	LIST_EACH(node, &s->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (g->receipt_sequence != pdu->sequence)
			continue;
		g->receipt_sequence = 0;
		if (pdu->command_status != ESME_ROK)
			continue;
		g->receipted = true;
		loop_timer_clear(s->loop, &g->receipt);
	}
}

void smsc_answer(struct smsc *s, struct got *g, uint32_t status)
{
	struct peer *p = peer_by_number(s, g->bind);
	struct pdu resp = {
		.command_id = g->command_id | COMMAND_RESP, .command_status = status, .sequence = g->sequence};

	loop_timer_clear(s->loop, &g->timer); /* once, whoever asks first */
	g->answered = true;
	g->took = status == ESME_ROK;
	if (g->took) {
		give_id(s, g);
		if (s->in_response != ID_THEIRS)
			resp.resp.id = view_of(g->cid);
		if (s->receipt_ms > 0)
			loop_timer(s->loop, &g->receipt, s->receipt_ms);
	}
	uint8_t mem[16];
	struct tlv_out tlvs = {mem, 0, sizeof(mem), false};
	if (s->congestion >= 0) {
		tlv_put_int(&tlvs, TLV_CONGESTION_STATE, (uint32_t)s->congestion, 1);
		resp.tlvs = (struct view){tlvs.p, tlvs.n};
	}
	if (p != NULL)
		peer_send(p, &resp);
}

static void on_answer_due(struct timer *t)
{
	struct got *g = LIST_OF(t, struct got, timer);

	smsc_answer(g->smsc, g, g->status);
}

/* Accepted ones in the second that ends now. */
static long taken_lately(const struct smsc *s)
{
	long n = 0;

	LIST_EACH(node, &s->got) {
		const struct got *g = LIST_OF(node, struct got, link);
		n += g->took && g->at_us > loop_now_us(s->loop) - SECOND_US;
	}
	return n;
}

static uint32_t judge(struct smsc *s)
{
	uint32_t status = s->mood;

	if (s->per_second > 0 && taken_lately(s) >= s->per_second)
		return s->over_status;
	if (s->mood_left > 0 && --s->mood_left == 0)
		s->mood = ESME_ROK;
	return status;
}

/* Whether a part is treated apart; its status then. */
static bool judge_part(struct smsc *s, struct got *g)
{
	if (!g->part || s->part_mood.left == 0 || g->seq != s->part_mood.seq)
		return false;
	s->part_mood.left--;
	g->status = s->part_mood.status;
	return true;
}

static void count_outstanding(struct smsc *s, uint32_t bind)
{
	unsigned n = 0;

	LIST_EACH(node, &s->got) {
		const struct got *g = LIST_OF(node, struct got, link);
		n += !g->answered && g->bind == bind;
	}
	if (n > s->most_outstanding)
		s->most_outstanding = n;
}

static void read_text(struct smsc *s, struct got *g, const struct pdu *pdu)
{
	struct udh_concat concat;
	struct view text = {NULL, 0}, payload;

	struct view theirs;
	if (tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &theirs))
		copy_view(g->theirs, sizeof(g->theirs), theirs);
	g->has_payload = tlv_find(pdu->tlvs, TLV_MESSAGE_PAYLOAD, &payload);
	if (!pdu_text(pdu, &text))
		return;
	g->label = labels_by_text(s->labels, text, pdu->sm.dst.addr);
	g->part = udh_concat_pdu(pdu, &concat);
	if (g->part) {
		g->ref = concat.ref;
		g->total = concat.total;
		g->seq = concat.seq;
	}
	uint32_t skip = pdu->sm.esm_class & ESM_UDHI ? udh_length(text) : 0;
	text = (struct view){text.p + skip, text.n - skip};
	text_decode(text, pdu->sm.data_coding, s->dcs0, g->text, sizeof(g->text));
	if (g->label == NULL)
		g->label = labels_by_words(s->labels, g->text, pdu->sm.dst.addr);
	if (g->label == NULL && !g->part) /* what the gateway has put behind or before it */
		g->label = labels_inside(s->labels, g->text, pdu->sm.dst.addr);
	if (!g->part || text.n > sizeof(g->octets))
		return;
	memcpy(g->octets, text.p, text.n);
	g->octets_n = text.n;
	g->sar = concat.sar;
	g->ref16 = concat.ref16 && !concat.sar;
	g->whole = labels_by_piece(s->labels, text, view_of(g->to));
	if (g->whole == NULL)
		g->whole = labels_by_some_words(s->labels, g->text, view_of(g->to));
}

static void take_submit(struct smsc *s, struct peer *p, const struct pdu *pdu)
{
	struct got *g = mem_zalloc(sizeof(*g));

	g->smsc = s;
	g->bind = p->number;
	g->sequence = pdu->sequence;
	g->command_id = pdu->command_id;
	g->at_us = loop_now_us(s->loop);
	g->esm_class = pdu->sm.esm_class;
	g->data_coding = pdu->sm.data_coding;
	g->registered_delivery = pdu->sm.registered_delivery;
	g->timer.fn = on_answer_due;
	g->receipt.fn = on_receipt_due;
	memcpy(g->kinds, (uint8_t[]){pdu->sm.src.ton, pdu->sm.src.npi, pdu->sm.dst.ton, pdu->sm.dst.npi}, 4);
	tags_of(pdu->tlvs, g->tags);
	copy_view(g->from, sizeof(g->from), pdu->sm.src.addr);
	copy_view(g->to, sizeof(g->to), pdu->sm.dst.addr);
	copy_view(g->service_type, sizeof(g->service_type), pdu->sm.service_type);
	copy_view(g->validity, sizeof(g->validity), pdu->sm.validity);
	read_text(s, g, pdu);
	list_append(&s->got, &g->link);
	count_outstanding(s, g->bind);
	if (s->silent)
		return;
	if (!judge_part(s, g))
		g->status = judge(s);
	else if (s->part_mood.silent)
		return;
	if (s->delay_ms > 0)
		loop_timer(s->loop, &g->timer, s->delay_ms);
	else
		smsc_answer(s, g, g->status);
}

/* -- connections -- */

static void take_bind(struct smsc *s, struct peer *p, const struct pdu *pdu)
{
	uint8_t tlv_mem[8];
	struct tlv_out tlvs = {tlv_mem, 0, sizeof(tlv_mem), false};
	struct pdu resp = {.command_id = pdu->command_id | COMMAND_RESP,
			   .command_status = s->bind_status,
			   .sequence = pdu->sequence};

	tlv_put_int(&tlvs, TLV_SC_INTERFACE_VERSION, 0x34, 1);
	resp.resp.id = view_of(s->name);
	if (s->bind_status == ESME_ROK)
		resp.tlvs = (struct view){tlvs.p, tlvs.n};
	p->bound = s->bind_status == ESME_ROK;
	p->receives = pdu->command_id != BIND_TRANSMITTER;
	peer_send(p, &resp);
}

static void on_pdu(struct peer *p, const struct pdu *pdu)
{
	struct smsc *s = p->owner;

	switch (pdu->command_id) {
	case BIND_TRANSCEIVER:
	case BIND_TRANSMITTER:
	case BIND_RECEIVER:
		take_bind(s, p, pdu);
		break;
	case SUBMIT_SM:
	case DATA_SM:
		take_submit(s, p, pdu);
		break;
	case DELIVER_SM: /* it has bound in */
		take_submit(s, p, pdu);
		break;
	case BIND_TRANSCEIVER | COMMAND_RESP:
	case BIND_TRANSMITTER | COMMAND_RESP:
	case BIND_RECEIVER | COMMAND_RESP:
		s->bind_answered = true;
		s->bind_answer = pdu->command_status;
		p->bound = pdu->command_status == ESME_ROK;
		p->receives = pdu->command_id != (BIND_RECEIVER | COMMAND_RESP); /* what it has to say */
		break;
	case SUBMIT_SM | COMMAND_RESP:
	case DELIVER_SM | COMMAND_RESP:
	case DATA_SM | COMMAND_RESP:
		if (pdu->sequence == s->deliver_sequence) {
			s->answered = true;
			s->answer = pdu->command_status;
			copy_view(s->answer_id, sizeof(s->answer_id), pdu->resp.id);
		}
		take_receipt_answer(s, pdu);
		break;
	case UNBIND:
		p->bound = false;
		peer_send_header(p, UNBIND | COMMAND_RESP, ESME_ROK, pdu->sequence);
		break;
	case GENERIC_NACK:
		s->nacks++;
		break;
	default:
		break;
	}
}

static void on_closed(struct peer *p)
{
	((struct smsc *)p->owner)->closed++;
}

static const struct peer_ops peer_ops = {on_pdu, on_closed};

static struct peer *take_connection(struct smsc *s, struct wire *w)
{
	struct peer *p = peer_new(w, &peer_ops, s, ++s->connections);

	p->next_sequence = 1000 * s->connections;
	list_append(&s->peers, &p->link);
	return p;
}

static void on_dial(struct wire *w, void *arg)
{
	take_connection(arg, w);
}

bool smsc_bind_in(struct smsc *s, struct conn_hub *hub, int64_t port, const char *from, struct pdu *bind)
{
	struct wire *w = wire_dial(hub, port, from);

	if (w == NULL)
		return false;
	s->esme = true;
	s->bind_answered = false;
	peer_send(take_connection(s, w), bind);
	return true;
}

bool smsc_outbind(struct smsc *s, struct conn_hub *hub, int64_t port, const char *from, struct pdu *outbind,
		  bool enquire)
{
	struct wire *w = wire_dial(hub, port, from);

	if (w == NULL)
		return false;
	struct peer *p = take_connection(s, w);
	if (enquire)
		peer_send_header(p, ENQUIRE_LINK, ESME_ROK, p->next_sequence++);
	peer_send(p, outbind);
	return true;
}

static void on_dial_due(struct timer *t)
{
	struct smsc *s = LIST_OF(t, struct smsc, dial);
	struct pdu bind = {.command_id = BIND_TRANSCEIVER};
	unsigned n = 0;

	LIST_EACH_SAFE(node, tmp, &s->peers) {
		struct peer *p = LIST_OF(node, struct peer, link);
		if (p->closed)
			peer_free(p);
		else
			n++;
	}
	bind.bind.system_id = view_of(s->name);
	bind.bind.interface_version = 0x34;
	if (!s->away && n < s->keeps)
		smsc_bind_in(s, wire_hub(), GATEWAY_PORT, NULL, &bind);
	/* one that was refused has binds enough, as the gateway sees it */
	loop_timer(s->loop, t, s->bind_answered && s->bind_answer != ESME_ROK ? 50 * KEEP_MS : KEEP_MS);
}

void smsc_keep_in(struct smsc *s, unsigned n)
{
	s->esme = true;
	s->keeps = n;
	s->dial.fn = on_dial_due;
	if (s->loop != NULL)
		loop_timer(s->loop, &s->dial, KEEP_MS);
}

uint32_t smsc_request(const struct smsc *s, bool as_data_sm)
{
	if (as_data_sm)
		return DATA_SM;
	return s->esme ? SUBMIT_SM : DELIVER_SM;
}

void smsc_serve(struct smsc *s, struct conn_hub *hub, struct loop *loop)
{
	s->loop = loop;
	LIST_EACH(node, &s->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (g->took && !g->receipted && s->receipt_ms > 0 && !wheel_isset(&g->receipt))
			loop_timer(loop, &g->receipt, s->receipt_ms);
	}
	if (s->keeps > 0)
		loop_timer(loop, &s->dial, KEEP_MS);
	if (!s->away)
		wire_serve(hub, s->port, on_dial, s);
}

struct smsc *smsc_new(const char *name, int64_t port, struct labels *labels)
{
	struct smsc *s = mem_zalloc(sizeof(*s));

	snprintf(s->name, sizeof(s->name), "%s", name);
	s->port = port;
	s->labels = labels;
	s->over_status = ESME_RTHROTTLED;
	s->congestion = -1;
	s->in_response = s->in_receipt = ID_TEXT;
	s->next_id = 4139665;
	list_init(&s->peers);
	list_init(&s->got);
	return s;
}

void smsc_forget_connections(struct smsc *s)
{
	LIST_EACH(node, &s->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (s->loop != NULL) {
			loop_timer_clear(s->loop, &g->timer);
			loop_timer_clear(s->loop, &g->receipt);
		}
		g->answered = true;
	}
	while (!list_empty(&s->peers))
		peer_free(LIST_OF(s->peers.next, struct peer, link));
	if (s->loop != NULL)
		loop_timer_clear(s->loop, &s->dial);
	s->loop = NULL;
}

void smsc_free(struct smsc *s)
{
	smsc_forget_connections(s);
	LIST_EACH_SAFE(node, tmp, &s->got) {
		list_remove(node);
		mem_free(LIST_OF(node, struct got, link));
	}
	list_remove(&s->link);
	mem_free(s);
}

struct peer *smsc_peer(struct smsc *s, uint32_t i)
{
	uint32_t n = 0;

	LIST_EACH(node, &s->peers) {
		struct peer *p = LIST_OF(node, struct peer, link);
		if (!p->bound)
			continue;
		n++;
		if (n == i || (i == 0 && p->receives))
			return p;
	}
	return NULL;
}

unsigned smsc_bound(const struct smsc *s)
{
	unsigned n = 0;

	LIST_EACH(node, &s->peers)
		n += LIST_OF(node, struct peer, link)->bound;
	return n;
}

void smsc_deliver(struct smsc *s, struct peer *p, struct pdu *pdu)
{
	s->answered = false;
	s->deliver_sequence = peer_send(p, pdu);
}

void smsc_end_bind(struct smsc *s, struct peer *p, bool orderly)
{
	p->bound = false;
	p->closed = true;
	if (orderly)
		wire_close(p->wire);
	else
		wire_drop(p->wire);
	LIST_EACH(node, &s->got) {
		struct got *g = LIST_OF(node, struct got, link);
		if (g->bind != p->number)
			continue;
		loop_timer_clear(s->loop, &g->timer);
		g->answered = true; /* nobody waits any more */
	}
}

void smsc_end(struct smsc *s, bool orderly)
{
	LIST_EACH(node, &s->peers)
		smsc_end_bind(s, LIST_OF(node, struct peer, link), orderly);
}
