/*
 * peer.c - SMPP frames over a wire. Knows no messages and no script.
 */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"

static void take(struct peer *p, const uint8_t *octets, uint32_t n)
{
	struct pdu pdu;

	if (pdu_decode(octets, n, &pdu) != ESME_ROK) {
		p->bad_frames++;
		return;
	}
	if (pdu.command_id == ENQUIRE_LINK && !p->deaf)
		peer_send_header(p, ENQUIRE_LINK | COMMAND_RESP, ESME_ROK, pdu.sequence);
	if ((pdu.command_id & ~COMMAND_RESP) != ENQUIRE_LINK)
		p->ops->on_pdu(p, &pdu);
}

static void on_data(struct wire *w, void *arg)
{
	struct peer *p = arg;
	uint32_t need;

	while (wire_received(w) >= 4 && pdu_frame(wire_data(w), wire_received(w), PDU_MAX_DEFAULT, &need) == ESME_ROK &&
	       wire_received(w) >= need) {
		/* a copy: what is done about it may move the wire's octets */
		uint8_t *octets = mem_zalloc(need);
		memcpy(octets, wire_data(w), need);
		wire_take(w, need);
		take(p, octets, need);
		mem_free(octets);
	}
	if (!wire_closed(w) || p->closed)
		return;
	p->closed = true;
	p->bound = false;
	wire_close(w);
	if (p->ops->on_closed != NULL)
		p->ops->on_closed(p);
}

struct peer *peer_new(struct wire *w, const struct peer_ops *ops, void *owner, uint32_t number)
{
	struct peer *p = mem_zalloc(sizeof(*p));

	p->wire = w;
	p->ops = ops;
	p->owner = owner;
	p->number = number;
	p->next_sequence = 1;
	list_init(&p->link);
	wire_on_data(w, on_data, p);
	return p;
}

void peer_free(struct peer *p)
{
	list_remove(&p->link);
	wire_free(p->wire);
	mem_free(p);
}

uint32_t peer_send(struct peer *p, struct pdu *pdu)
{
	static uint8_t frame[PDU_MAX_DEFAULT];

	if (pdu->sequence == 0)
		pdu->sequence = p->next_sequence++;
	size_t n = pdu_encode(pdu, frame, sizeof(frame));
	if (n == 0) {
		fprintf(stderr, "scene: a %s cannot be encoded\n", command_name(pdu->command_id));
		abort();
	}
	wire_send(p->wire, frame, n);
	return pdu->sequence;
}

void peer_send_header(struct peer *p, uint32_t command_id, uint32_t status, uint32_t sequence)
{
	uint8_t header[PDU_HEADER];

	pdu_header(header, command_id, status, sequence);
	wire_send(p->wire, header, sizeof(header));
}
