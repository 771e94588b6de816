/*
 * parts.h - a long text as the parts that a carrier takes: how many, and each as a submit_sm frame (smpp.md 9). Pure.
 */
#ifndef PATH_PARTS_H
#define PATH_PARTS_H

#include "path/relay.h"
#include "smpp/split.h"

#define PARTS_USER_MAX 512u /* octets: a header and the longest part */
#define PARTS_TLV_MAX  32u  /* octets of the SAR trio */

struct parts_mark { /* how a part says which one it is */
	enum split_mode mode;
	uint16_t ref; /* unique per source and destination for a while; its low octet with SPLIT_UDH8 */
	uint8_t total, seq;
};
/*
 * Sets text and mark of one part in pdu: header and text go to user (PARTS_USER_MAX octets), SAR TLVs to tlvs. With
 * total 1 there is no mark.
 */
void parts_put(struct pdu *pdu, struct view text, const struct parts_mark *mark, uint8_t *user, struct tlv_out *tlvs);

/* How a peer's parts are marked. */
enum split_mode parts_mode(const struct relay_peer *peer);
/*
 * Into how many parts the text of a submit, as relay_text() has made it, must be cut for a peer: 1 when it fits, is a
 * part already (UDH, SAR) or goes as one payload; 0 when there would be more than SPLIT_MAX.
 */
unsigned parts_count(const struct pdu *pdu, const struct relay_peer *peer);
/*
 * Calls part() for each of the parts, the last one first, with the message's own frame cut down to it, in the words of
 * the peer. False when part() said so.
 */
bool parts_make(const struct msg *m, const struct relay_peer *peer, struct relay_scratch *scratch, uint16_t ref,
		bool (*part)(void *arg, unsigned seq, unsigned total, struct view frame), void *arg);

#endif
