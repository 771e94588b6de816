/*
 * relay.h - the submit_sm that a carrier gets for a message of an app. Pure but for the scratch.
 */
#ifndef PATH_RELAY_H
#define PATH_RELAY_H

#include "link/account.h"
#include "link/carrier.h"
#include "path/dialect.h"
#include "path/marks.h"
#include "path/msg.h"
#include "path/number.h"
#include "path/pass.h"

#define RELAY_TEXT_MAX 65535u /* octets of a text in the carrier's alphabet */

struct relay_scratch {
	uint8_t tlvs[PDU_MAX_DEFAULT];
	uint8_t text[MARKS_HEADER_MAX + RELAY_TEXT_MAX]; /* behind room for a header */
	uint8_t header[MARKS_HEADER_MAX];
	char validity[17];
	struct number to;
	enum dialect_form form; /* what became of the last text */
	const char *why;	/* it could not go; NULL: it could, or it is too long to go in one */
};

struct relay_peer {		     /* what a carrier takes, and what the app means */
	bool tlvs;		     /* optional parameters */
	bool data_sm;		     /* data_sm instead of submit_sm */
	bool part;		     /* of a text that we have cut: in UCS-2 it stays so, like the other parts */
	enum charset dcs0, app_dcs0; /* data_coding 0 at the carrier; in the message */
	enum dialect_encoding encoding;
	enum dialect_form form; /* decided when the text was cut; else DIALECT_OPEN */
	enum split_mode long_mode;
	struct pass pass;
};

/* Adds to *errors (conf_fault()) what a carrier's or an account's options of this page say wrong. */
void relay_check_carrier(const struct carrier_conf *conf, char **errors);
void relay_check_account(const struct account_conf *conf, char **errors);

/* A text as the carrier gets it, before it is put into a PDU. Borrows the pdu and the scratch. */
struct relay_words {
	struct marks marks; /* header, and which part it is */
	struct dialect_said said;
};
/* False with scratch->why when it has no form that fits. */
bool relay_words(const struct pdu *pdu, const struct relay_peer *peer, struct relay_scratch *scratch,
		 struct relay_words *out);
/*
 * Text, data_coding and TLVs of a submit as the peer takes them. A text that is too long for a peer without TLVs is in
 * short_message, and the answer is false without a why: it must be cut.
 */
bool relay_text(struct pdu *pdu, const struct relay_peer *peer, struct relay_scratch *scratch);
/*
 * Fills pdu from m's frame. now_ms: the loop's own clock, for what is left of the validity. Text in the carrier's
 * alphabet, parts of the app marked as the carrier wants (relay_text()); for a peer without TLVs a payload goes into
 * short_message when it fits; data_sm has all text in message_payload. Views borrow m and scratch. False when it cannot
 * go so.
 */
bool relay_fill(const struct msg *m, int64_t now_ms, const struct relay_peer *peer, struct relay_scratch *scratch,
		struct pdu *pdu);
/* The frame of a finished message: what its receipt needs, without the text. Octets written into buf, 0 when too small.
 */
size_t relay_shorten(const struct msg *m, uint8_t *buf, size_t cap);

#endif
