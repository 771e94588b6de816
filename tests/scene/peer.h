/*
 * peer.h - one SMPP connection of a simulated app or carrier: frames in, frames out, over a wire. Answers enquire_link
 * by itself. Knows no messages and no script.
 */
#ifndef SCENE_PEER_H
#define SCENE_PEER_H

#include "base/list.h"
#include "smpp/pdu.h"
#include "wire.h"

struct peer;
struct peer_ops {
	/* Every PDU but enquire_link and its answer; pdu borrowed for the call. */
	void (*on_pdu)(struct peer *p, const struct pdu *pdu);
	void (*on_closed)(struct peer *p); /* by the gateway; once; may be NULL */
};

struct peer {
	struct list link; /* in its owner's list */
	struct wire *wire;
	const struct peer_ops *ops;
	void *owner;
	uint32_t number; /* the owner's count of connections, from 1 */
	uint32_t next_sequence;
	bool bound, receives;
	bool closed;	     /* by the gateway */
	bool deaf;	     /* does not answer enquire_link either */
	uint64_t bad_frames; /* from the gateway that our decoder does not take */
};

struct peer *peer_new(struct wire *w, const struct peer_ops *ops, void *owner, uint32_t number);
void peer_free(struct peer *p); /* drops the connection when it is open */
/* Sends a PDU; its sequence is set when it is a request and the sequence is 0. Returns the sequence. */
uint32_t peer_send(struct peer *p, struct pdu *pdu);
void peer_send_header(struct peer *p, uint32_t command_id, uint32_t status, uint32_t sequence);

#endif
