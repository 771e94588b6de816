/*
 * relay.h - the submit_sm that a carrier gets for a message of an app. Pure but for the scratch.
 */
#ifndef PATH_RELAY_H
#define PATH_RELAY_H

#include "path/msg.h"
#include "path/number.h"

struct relay_scratch {
	uint8_t tlvs[PDU_MAX_DEFAULT];
	char validity[17];
	struct number to;
};

/*
 * The TLVs that may pass from one side to the other, into out: those that SMPP has, neither ours nor other vendors'
 * (smpp.md 4).
 */
struct view relay_tlvs(struct view from, uint8_t *out, uint32_t cap);
/*
 * Fills pdu from m's frame. now_ms: UTC, for what is left of the validity. with_tlvs: whether the peer takes TLVs; a
 * payload then goes into short_message when it fits. Views borrow m and scratch. False when the text cannot go without
 * a TLV.
 */
bool relay_fill(const struct msg *m, int64_t now_ms, bool with_tlvs, struct relay_scratch *scratch, struct pdu *pdu);
/* The frame of a finished message: what its receipt needs, without the text. Octets written into buf, 0 when too small.
 */
size_t relay_shorten(const struct msg *m, uint8_t *buf, size_t cap);

#endif
