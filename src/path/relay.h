/*
 * relay.h - the submit_sm that a carrier gets for a message of an app. Pure but for the scratch.
 */
#ifndef PATH_RELAY_H
#define PATH_RELAY_H

#include "path/msg.h"
#include "path/number.h"
#include "smpp/split.h"

struct relay_scratch {
	uint8_t tlvs[PDU_MAX_DEFAULT];
	uint8_t user[7 + 254]; /* a header and a text */
	char validity[17];
	struct number to;
};

struct relay_peer {   /* what a carrier takes */
	bool tlvs;    /* optional parameters */
	bool data_sm; /* data_sm instead of submit_sm */
	enum charset dcs0;
	enum split_mode long_mode;
};

/*
 * The TLVs that may pass from one side to the other, into out: those that SMPP has, neither ours nor other vendors'
 * (smpp.md 4).
 */
struct view relay_tlvs(struct view from, uint8_t *out, uint32_t cap);
/*
 * Fills pdu from m's frame. now_ms: UTC, for what is left of the validity. For a peer without
 * TLVs a payload goes into short_message when it fits, and a SAR part gets a header; data_sm has all text in
 * message_payload. Views borrow m and scratch. False when the text cannot go so.
 */
bool relay_fill(const struct msg *m, int64_t now_ms, const struct relay_peer *peer, struct relay_scratch *scratch,
		struct pdu *pdu);
/* The frame of a finished message: what its receipt needs, without the text. Octets written into buf, 0 when too small.
 */
size_t relay_shorten(const struct msg *m, uint8_t *buf, size_t cap);

#endif
